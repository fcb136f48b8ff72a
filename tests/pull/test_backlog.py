"""Bodies that wait to be decoded take so much memory at most."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing

import pytest

import stnb
from stnb.pull import backlog as backlogs
from stnb.pull.backlog import backlog
from stnb.pull.paging import Page, Paging, walk_of
from stnb.pull.paging.beside import side_by_side
from stnb.session import START
from tests.pull.paging.test_paging import Rows, call, two_pages

BODY = b'{"data": [], "hasMore": true}'


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A backlog of its own: what pulls of other tests left behind may still end."""
    fresh = backlogs.Backlog()
    monkeypatch.setattr(backlogs, "_of", lambda pid: fresh)


def read(pages: Iterator[int], until: int, broken: int = -1) -> list[int]:
    """The sizes of the backlog at each page that is handed on, four pages at a time."""

    async def ask(index: int) -> Page:
        await asyncio.sleep(0)
        if index == broken:
            raise ConnectionError
        return Page(index, BODY, "data")

    async def sizes() -> list[int]:
        found: list[int] = []
        async with aclosing(side_by_side(pages, ask, lambda: 4)) as walk:
            async for _ in walk:
                found.append(backlog().size)
                if len(found) == until:
                    break
        return found

    return asyncio.run(sizes())


def test_a_body_counts_until_it_is_handed_on() -> None:
    """At most as many as are asked for at once, and none at the end."""
    sizes = read(iter(range(20)), until=99)

    assert len(sizes) == 20
    assert 0 < max(sizes) <= 4 * len(BODY)
    assert backlog().size == 0


def test_a_reader_that_leaves_lets_go_of_all() -> None:
    """Also of those that had come and were not handed on."""
    assert len(read(iter(range(20)), until=2)) == 2
    assert backlog().size == 0


def test_a_page_that_fails_lets_go_of_all() -> None:
    """The others of its round do not count for ever."""
    with pytest.raises(ConnectionError):
        read(iter(range(20)), until=99, broken=5)
    assert backlog().size == 0


@pytest.mark.parametrize("most", [0, 100_000])
def test_one_page_at_a_time_still_comes(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pull whose decoding is behind all the time has every row, and leaves no body behind."""
    monkeypatch.setattr(backlogs, "MOST", most)
    with stnb.connect("demo") as st:
        jobs = st.jpm.jobs.pull(page_size=250)
        assert len(jobs) == st.jpm.jobs.count()

    assert jobs["id"].is_unique
    assert jobs.attrs["stnb"]["complete"] is True
    assert backlog().size == 0


@pytest.mark.parametrize("full", [False, True])
def test_a_full_backlog_asks_for_one_page_at_a_time(full: bool) -> None:
    """Until some of what waits was decoded."""
    server = Rows(40_000, slow=dict.fromkeys(range(2, 99), 10_000))
    backlog().came(bytes(backlogs.MOST + full))

    async def asked() -> int:
        async with aclosing(walk_of(call(), server, Paging(page_size=500)).pages()) as walk:
            await two_pages(walk)
        return len(server.asked) - 1

    assert asyncio.run(asked()) == (1 if full else START)
