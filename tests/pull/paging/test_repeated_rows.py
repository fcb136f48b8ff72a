"""Lists and feeds whose pages keep their rows and change only what these say: they end."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import httpx
import pandas as pd
import pytest

from stnb.catalog import Endpoint
from stnb.errors import PagingFault
from stnb.pull.paging import guard
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.toys import FEED, KEYLESS, KEYLESS_FEED, LIST, row
from tests.helpers.warned import quiet

PATIENT = 5  # pages without a new row, in these tests
MOST = 60  # pages of one walk
Rows = Callable[[int], list[dict[str, Any]]]
ENDS: dict[str, dict[str, Any]] = {
    "without a total": {"hasMore": True},
    "with a total": {"hasMore": True, "totalCount": 10**9},
    "with the right total": {"hasMore": True, "totalCount": 20},
    "without hasMore": {},
    "hasMore is null": {"hasMore": None},
    "hasMore is a text": {"hasMore": "true", "totalCount": None},
}


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "NOTHING_NEW", PATIENT)
    monkeypatch.setattr(guard, "MOST_PAGES", MOST)
    monkeypatch.setattr(guard, "MARGIN", 100)


class Endless(FakeTenant):
    """Gives `rows` of the number of the answer, each time with other texts, and never ends."""

    def __init__(self, rows: Rows, **said: Any) -> None:
        super().__init__()
        self.rows, self.said = rows, said

    async def answer(self, request: httpx.Request) -> httpx.Response:
        number = len(self.requests)
        rows = [{**each, "name": f"at {number}"} for each in self.rows(number)]
        body = {"page": 1, "data": rows, "continueFrom": f"c{number}", **self.said}
        return httpx.Response(200, json=body)


def ids(first: int, count: int = 10) -> list[dict[str, Any]]:
    return [row(i) for i in range(first, first + count)]


KINDS: dict[str, Rows] = {
    "the first page for ever": lambda number: ids(0),
    "three pages in turn": lambda number: ids(number % 3 * 10),
    "one row less each time": lambda number: ids(number % 4, 10 - number % 4),
    "turned round": lambda number: ids(0)[:: 1 if number % 2 else -1],
    "in any order": lambda number: [row(i * 7 % 10 + number % 2 * 10) for i in range(10)],
}


def stopped(server: Endless, endpoint: Endpoint, **options: Any) -> PagingFault:
    with pytest.raises(PagingFault) as caught:
        quiet(lambda: server.resource(endpoint).pull(**options))
    return caught.value


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("endpoint", [LIST, FEED], ids=["a list", "a feed"])
def test_it_ends_and_keeps_each_row_once(endpoint: Endpoint, kind: str, end: str) -> None:
    """Soon after nothing new came, whatever the server says of the end; it is not complete."""
    server = Endless(KINDS[kind], **ENDS[end])
    err = stopped(server, endpoint, page_size=10) if endpoint is LIST else stopped(server, endpoint)

    assert err.frame is not None
    assert err.frame["id"].is_unique
    seen = {each["id"] for number in range(1, 9) for each in KINDS[kind](number)}
    assert set(err.frame["id"]) == seen
    assert err.frame.attrs["stnb"]["complete"] is False
    assert err.happened
    assert err.why
    assert "err.resume() reads on" in err.next
    assert len(server.requests) < MOST / 2


@pytest.mark.parametrize("endpoint", [KEYLESS, KEYLESS_FEED], ids=["a list", "a feed"])
def test_rows_without_a_key_are_never_taken_for_the_same(endpoint: Endpoint) -> None:
    """They are read until there are more pages than any resource has."""
    err = stopped(Endless(lambda number: ids(0), hasMore=True), endpoint)

    assert err.frame is not None
    assert len(err.frame) > 10 * MOST
    assert f"{MOST} pages" in err.happened


@pytest.mark.parametrize("key", [None, "", "none", [], {"a": 1}])
def test_rows_whose_key_is_none_are_new(key: Any) -> None:
    """One of them in a page is enough."""
    err = stopped(Endless(lambda number: [*ids(0), row(key)], hasMore=True), FEED)

    assert f"{MOST} pages" in err.happened


def numbered(rows: list[dict[str, Any]], size: int) -> Callable[[httpx.Request], httpx.Response]:
    """A feed of these rows, in pages of so many."""

    def answer(request: httpx.Request) -> httpx.Response:
        at = int(request.url.params.get("from", "c0").removeprefix("c"))
        more = (at + 1) * size < len(rows)
        page = rows[at * size : (at + 1) * size]
        return httpx.Response(
            200, json={"hasMore": more, "continueFrom": f"c{at + 1}", "data": page}
        )

    return answer


def test_a_feed_may_send_all_its_rows_once_more() -> None:
    """As after a change of all of them: what is new behind them comes too."""
    rows = ids(0, 200)
    changed = [{**each, "name": "changed"} for each in rows]
    server = FakeTenant(numbered([*rows, *changed, *ids(200, 30)], 10))
    frame = server.resource(FEED).pull()

    assert frame["id"].tolist() == list(range(230))
    assert frame["name"].tolist()[:200] == ["changed"] * 200
    assert frame.attrs["stnb"]["complete"] is True


def test_rows_that_shift_between_pages_end_nothing() -> None:
    """A page may begin as the one before it did, and bring others behind."""
    pages = [ids(0, 10), *(ids(first, 12) for first in range(0, 200, 4))]
    rows = list(itertools.chain.from_iterable(pages))
    frame = FakeTenant(numbered(rows, 12)).resource(FEED).pull()

    assert frame["id"].tolist() == sorted({each["id"] for each in rows})


def test_pages_end_too() -> None:
    """The rows that came are handed on before the error."""
    server = Endless(KINDS["three pages in turn"], hasMore=True)
    frames: list[pd.DataFrame] = []
    with pytest.raises(PagingFault):
        frames.extend(server.resource(FEED).pages())

    assert len(server.requests) < MOST / 2


def test_it_reads_on_if_it_is_asked_to() -> None:
    """A server that was mended meanwhile gives the rest."""
    server = Endless(lambda number: ids(0), hasMore=True)
    err = stopped(server, FEED)
    server.rows = lambda number: ids(10)
    server.said = {"hasMore": False}

    assert quiet(err.resume)["id"].tolist() == list(range(20))
