"""Ids that were asked for and did not come are asked for again, whatever is said of more."""

from __future__ import annotations

import warnings
from typing import Any

import httpx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import stnb
from stnb.tables.provenance import provenance
from tests.helpers.misbehaving_server import Server
from tests.helpers.sample import tries
from tests.helpers.toys import Toys, page_of, row


class Liar(Server):
    """Gives so many rows a page at most, and says that there are no more.

    Args:
        count: ids below this one have a row.
        most: rows a page.
        said: what `hasMore` is.
        total: what `totalCount` is made of: the number of rows on the page, and of all rows.
        written: makes of an id what stands in the row.
        pages: whether a later page has the rows behind.
    """

    def __init__(
        self, count: int, most: int, said: Any, total: Any, written: Any, pages: bool
    ) -> None:
        super().__init__(Toys(count))
        self._most, self._said, self._total = most, said, total
        self._written, self._pages = written, pages

    async def answer(self, request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        asked = [int(text) for text in query.get("ids", "").split(",") if text]
        rows = [i for i in asked if i < self.toys.count]
        start = (int(query["page"]) - 1) * self._most if self._pages else 0
        shown = rows[start : start + self._most]
        body = {
            "page": int(query["page"]),
            "hasMore": self._said,
            "totalCount": self._total(len(shown), len(rows)),
            "data": [row(i) | {"id": self._written(i)} for i in shown],
        }
        return httpx.Response(200, json=body)


def silent(server: Server, ids: list[int], **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stnb.StnbWarning)
        return server.account()["toys.widgets"].pull(ids=ids, progress=False, **options)


TOTALS = {"of the page": lambda shown, all_: shown, "none": lambda shown, all_: None}


@settings(max_examples=tries(100), deadline=None)
@given(
    asked=some.integers(2, 130),
    known=some.integers(0, 140),
    most=some.integers(1, 60),
    said=some.sampled_from([False, False, None, "no"]),
    total=some.sampled_from(sorted(TOTALS)),
    written=some.sampled_from([int, str, float]),
    pages=some.booleans(),
    columns=some.sampled_from([None, ["name"]]),
)
def test_each_row_of_an_id_comes(
    asked: int,
    known: int,
    most: int,
    said: Any,
    total: str,
    written: Any,
    pages: bool,
    columns: Any,
) -> None:
    """Ids in one call or in many, few rows a page, no word of more: every row that there is."""
    server = Liar(known, most, said, TOTALS[total], written, pages)
    frame = silent(server, list(range(asked)), columns=columns)

    assert sorted(frame["name"]) == sorted(f"n{i}" for i in range(min(asked, known)))
    complete = frame.attrs["stnb"]["complete"]
    assert complete is True or (complete is None and said is not False)


def test_it_is_said_that_there_was_more() -> None:
    """40 rows a page of 120 ids, and `hasMore: false`: all rows, and what the server said."""
    server = Liar(1000, 40, False, TOTALS["none"], int, True)
    with pytest.warns(stnb.Incomplete, match="said that there are no more rows") as caught:
        frame = server.account()["toys.widgets"].pull(ids=range(120), progress=False)

    assert sorted(frame["id"]) == list(range(120))
    assert len(caught) == 1


def test_ids_without_a_row_are_asked_for_once_more_and_no_further() -> None:
    """A server that is right costs one small request for each call with ids that have no row."""
    server = Liar(60, 5000, False, TOTALS["of the page"], int, True)
    frame = silent(server, list(range(70)))

    assert len(frame) == 60
    assert [query["ids"].count(",") + 1 for query in server.queries] == [50, 20, 10]


def test_a_pull_into_a_file_asks_again_too(tmp_path: Any) -> None:
    """What comes at the second time is in the file."""
    server = Liar(1000, 30, False, TOTALS["none"], int, True)
    path = silent(server, list(range(120)), to=tmp_path / "rows.parquet")

    assert sorted(pd.read_parquet(path)["id"]) == list(range(120))


class Ignorer(Server):
    """Answers with its list, whatever ids are asked for.

    Args:
        count: the rows that it has.
        most: rows a page.
    """

    def __init__(self, count: int, most: int = 5000) -> None:
        super().__init__(Toys(count))
        self._most = most

    async def answer(self, request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        size = min(int(query["pageSize"]), self._most)
        rows = [row(i) for i in range(self.toys.count)]
        return httpx.Response(200, json=page_of(rows, {**query, "pageSize": str(size)}))


@pytest.mark.parametrize("limit", [None, 70, 5])
@pytest.mark.parametrize(("first", "most"), [(0, 5000), (100, 5000), (100, 20), (900_000, 7)])
@pytest.mark.long
def test_a_server_that_ignores_ids_is_not_read_page_by_page(
    first: int, most: int, limit: int | None
) -> None:
    """Rows that were not asked for, and more of them: a few requests, the rows that came, the
    cause, and no word of ids that are unknown.
    """
    server = Ignorer(20_000, most)
    with pytest.warns(stnb.StnbWarning) as caught:
        frame = server.account()["toys.widgets"].pull(
            ids=range(first, first + 400), limit=limit, progress=False
        )

    about = frame.attrs["stnb"]
    assert (about["complete"], len(frame) > 0) == (False, True)
    assert len(server.requests) <= 8 * 4
    said = "\n".join(str(each.message) for each in caught)
    assert said.count("likely the API ignores the ids") == 1
    assert "are unknown there" not in said


@pytest.mark.parametrize("most", [20, 50])
def test_a_row_that_stands_for_another_ends_nothing(most: int) -> None:
    """Customers that were merged: the survivor comes in the place of the one that was asked for."""

    class Merged(Liar):
        async def answer(self, request: httpx.Request) -> httpx.Response:
            answer = await super().answer(request)
            body = answer.json()
            for each in body["data"]:
                if each["id"] % 10 == 3:
                    each["id"] += 7000
            body["hasMore"] = body["page"] * most < 50
            return httpx.Response(200, json=body)

    server = Merged(1000, most, None, TOTALS["none"], int, True)
    frame = silent(server, list(range(100)))

    assert sorted(frame["name"]) == sorted(f"n{i}" for i in range(100))
    assert frame.attrs["stnb"]["complete"] is True


def test_the_rows_of_a_small_list_are_all_there(recwarn: pytest.WarningsRecorder) -> None:
    """It ignores the ids, and all of it fits on a page: which ids are unknown can be said."""
    server = Ignorer(40)
    frame = server.account()["toys.widgets"].pull(ids=range(10, 140), progress=False)

    assert len(frame) == 40
    said = [str(warning.message) for warning in recwarn]
    assert any(text.startswith("30 of the 130 ids were found") for text in said)


def test_what_is_left_out_stays_known_to_a_pull_that_goes_on(tmp_path: Any) -> None:
    """A batch is refused; the pull that goes on asks for it alone, and is no more complete."""

    class Once(Ignorer):
        broken = True

        async def answer(self, request: httpx.Request) -> httpx.Response:
            if self.broken and "199" in dict(request.url.params)["ids"].split(","):
                return httpx.Response(403, json={"title": "no"})
            answer = await super().answer(request)
            if not self.broken:
                answer = httpx.Response(200, json={"page": 1, "hasMore": False, "data": []})
            return answer

    server = Once(20_000)
    file = tmp_path / "rows.parquet"
    with pytest.raises(stnb.errors.NotAllowed):
        silent(server, list(range(100, 200)), to=file)
    server.broken, before = False, len(server.requests)
    silent(server, list(range(100, 200)), to=file)

    assert len(server.requests) - before == 1
    assert provenance(pd.read_parquet(file))["complete"] is False
