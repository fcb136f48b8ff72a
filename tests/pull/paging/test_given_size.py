"""The rows that a page has count, not those that were asked for."""

from __future__ import annotations

import asyncio
import json
import warnings
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import stnb
from stnb.catalog import Endpoint, Param
from stnb.pull.call import call
from stnb.pull.paging import walk_of
from stnb.pull.paging.models import Page, Paging, Position, Query
from stnb.pull.paging.walk import Walk
from tests.helpers.misbehaving_server import Server
from tests.helpers.sample import tries
from tests.helpers.toys import PAGING, Toys

SORT = Param("sort", values=("+Id", "-Id"))
LIST = Endpoint("toys.widgets", "toys", "/toys", "list", params=(*PAGING, SORT), key=("id",))
# How a server cuts pages: (the size asked for, its own most) -> the rows of a page, and the size
# that its envelope says.
CUTS: dict[str, Any] = {
    "says its own size": lambda asked, most: (min(asked, most), min(asked, most)),
    "repeats what was asked": lambda asked, most: (min(asked, most), asked),
    "says no size": lambda asked, most: (min(asked, most), None),
    "halves": lambda asked, most: (max(asked // 2, 1), max(asked // 2, 1)),
}


class Own:
    """A list whose pages have a size of the server's own."""

    def __init__(self, count: int, cut: str, most: int) -> None:
        self.count, self.cut, self.most = count, CUTS[cut], most
        self.asked: list[dict[str, str]] = []
        self.flying = self.together = 0

    async def __call__(self, query: Query) -> tuple[bytes, str]:
        asked = dict(query)
        self.asked.append(asked)
        self.flying += 1
        self.together = max(self.together, self.flying)
        await asyncio.sleep(0)
        self.flying -= 1
        rows, says = self.cut(int(asked["pageSize"]), self.most)
        start = (int(asked["page"]) - 1) * rows
        body: dict[str, Any] = {
            "page": int(asked["page"]),
            "pageSize": says,
            "hasMore": start + rows < self.count,
            "totalCount": self.count,
            "data": [{"id": i} for i in range(self.count)[start : start + rows]],
        }
        if says is None:
            del body["pageSize"]
        return json.dumps(body).encode(), "application/json"


def walked(
    server: Any, paging: Paging, position: Position | None = None
) -> tuple[list[Page], Walk]:
    """The pages in their order, and the walk once it has ended."""

    async def go() -> tuple[list[Page], Walk]:
        walk = walk_of(call(LIST, 1, {}), server, paging, position or Position())
        found = [page async for page in walk.pages()]
        return sorted(found, key=lambda page: page.index), walk

    return asyncio.run(asyncio.wait_for(go(), 20))


def ids(pages: list[Page]) -> list[int]:
    return [row["id"] for page in pages for row in json.loads(page.content)["data"]]


@pytest.mark.parametrize("cut", CUTS)
@settings(max_examples=tries(40), deadline=None)
@given(
    count=some.integers(0, 3000),
    most=some.integers(20, 700),
    limit=some.none() | some.integers(1, 3200),
    size=some.none() | some.integers(30, 900),
    lanes=some.integers(1, 8),
)
def test_every_row_comes_once(
    cut: str, count: int, most: int, limit: int | None, size: int | None, lanes: int
) -> None:
    """Whatever size the server gives its pages, in order, once, and without a word."""
    found, walk = walked(Own(count, cut, most), Paging(limit, size, lanes))

    rows = list(range(count))
    assert ids(found)[:limit] == rows[:limit]
    assert walk.notices == []
    if limit is None or limit >= count:
        assert walk.more is False


@pytest.mark.parametrize("cut", ["says its own size", "repeats what was asked", "says no size"])
@pytest.mark.parametrize("limit", [None, 1200])
def test_they_are_asked_for_side_by_side(cut: str, limit: int | None) -> None:
    """Fifty a page although 500 were asked for: planned anew, and not read one after another."""
    server = Own(1300, cut, 50)
    found, _ = walked(server, Paging(limit))

    assert len(ids(found)) == (limit or 1300)
    assert server.together == 8
    assert len(server.asked) <= (limit or 1300) / 50 + 2 + 8


@settings(max_examples=tries(40), deadline=None)
@given(cut=some.sampled_from(list(CUTS)), most=some.integers(20, 200), dice=some.randoms())
def test_a_walk_goes_on_where_it_stood(cut: str, most: int, dice: Any) -> None:
    """The pages that had come are kept, and the others have the same edges."""
    first, walk = walked(Own(1300, cut, most), Paging())
    had = [page for page in first if dice.random() < 0.6]
    done = {page.index: None for page in had}
    position = Position(walk.position.size, walk.position.planned, done=done)
    second, ended = walked(Own(1300, cut, most), Paging(), position)

    together = {page.index: page for page in [*had, *second]}
    assert ids([together[index] for index in sorted(together)]) == list(range(1300))
    assert ended.notices == []


class Capped(Server):
    """Gives 50 rows a page at most, whatever it is asked for, also by their ids."""

    def __init__(self, count: int, most: int = 50) -> None:
        super().__init__(Toys(count))
        self._most = most

    async def answer(self, request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        found = list(range(self.toys.count))
        if "ids" in query:
            found = [int(text) for text in query["ids"].split(",")]
        start = (int(query["page"]) - 1) * self._most
        rows = found[start : start + self._most]
        body = {
            "page": int(query["page"]),
            "pageSize": self._most,
            "hasMore": start + self._most < len(found),
            "totalCount": len(found),
            "data": [self.toys.make(i) for i in rows],
        }
        return httpx.Response(200, json=body)


def test_a_limit_gets_its_rows() -> None:
    """1,200 of 1,300, told as the first of 1,300 and as nothing else."""
    server = Capped(1300)
    with pytest.warns(stnb.FirstRows) as caught:
        frame = server.account()["toys.widgets"].pull(limit=1200)

    assert frame["id"].tolist() == list(range(1200))
    assert (frame.attrs["stnb"]["total"], frame.attrs["stnb"]["complete"]) == (1300, False)
    assert [str(w.message) for w in caught] == ["toys.widgets: the first 1,200 of 1,300."]


def test_ids_in_several_pages_are_all_read() -> None:
    """More ids than one call takes, from a server that gives 20 rows a page."""
    server = Capped(1000, 20)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frame = server.account()["toys.widgets"].pull(ids=range(130))

    assert sorted(frame["id"].tolist()) == list(range(130))
    assert frame.attrs["stnb"]["complete"] is True


class Unsaid(Capped):
    """Gives 20 rows a page, no total, and no true or false for `hasMore`."""

    def __init__(self, count: int, most: int, said: Any) -> None:
        super().__init__(count, most)
        self._said = said

    async def answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads((await super().answer(request)).content)
        del body["hasMore"], body["totalCount"]
        if self._said != "absent":
            body["hasMore"] = self._said
        return httpx.Response(200, json=body)


@pytest.mark.parametrize("said", ["absent", None, "yes"])
def test_ids_in_several_pages_are_all_read_whatever_is_said_of_more(said: Any) -> None:
    """Where `hasMore` is null, absent or a text, a batch goes on until each id has its row."""

    server = Unsaid(1000, 20, said)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        frame = server.account()["toys.widgets"].pull(ids=range(130))

    assert sorted(frame["id"].tolist()) == list(range(130))
    assert frame.attrs["stnb"]["complete"] is not False
    assert not [w for w in caught if "unknown" in str(w.message)]


@pytest.mark.parametrize("total", [True, False])
def test_pages_that_say_nothing_of_more_are_not_said_to_be_too_many(total: bool) -> None:
    """130 rows of 130 in pages of 50, with `hasMore: null`: nothing is said of totalCount."""

    class Silent(Capped):
        async def answer(self, request: httpx.Request) -> httpx.Response:
            body = json.loads((await super().answer(request)).content)
            said = body["totalCount"] if total else None
            return httpx.Response(200, json={**body, "hasMore": None, "totalCount": said})

    server = Silent(130)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        frame = server.account()["toys.widgets"].pull()

    assert frame["id"].tolist() == list(range(130))
    assert [str(w.message) for w in caught if "totalCount" in str(w.message)] == []
