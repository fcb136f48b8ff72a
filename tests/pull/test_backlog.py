"""Bodies that are read, or wait to be decoded, take so much memory at most."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator
from contextlib import aclosing
from typing import Any

import pytest

import stnb
from stnb.pull import backlog as backlogs
from stnb.pull.backlog import FEW, FIRST, IDLE, MOST, Backlog, Bodies, backlog
from stnb.pull.paging import Page
from stnb.pull.paging.beside import side_by_side

BODY = b'{"data": [], "hasMore": true}'
LARGE = MOST // 4


@pytest.fixture(autouse=True)
def there(monkeypatch: pytest.MonkeyPatch) -> Backlog:
    """A backlog of its own: what pulls of other tests left behind may still end."""
    fresh = Backlog()
    monkeypatch.setattr(backlogs, "_of", lambda pid: fresh)
    return fresh


def in_loop(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 60))


async def turns() -> None:
    """Let everything go on that can."""
    for _ in range(10):
        await asyncio.sleep(0)


class Reader:
    """Reads one body: waits for room, and then until it is told that the body is there."""

    def __init__(self, bodies: Bodies, size: int = LARGE) -> None:
        self.reads, self._came = False, asyncio.Event()
        self._bodies, self._size = bodies, size
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        with self._bodies.coming() as room:
            await room(self._size)
            self.reads = True
            await self._came.wait()

    async def end(self) -> None:
        self._came.set()
        await self.task


async def several(bodies: Bodies, count: int, size: int = LARGE) -> list[Reader]:
    readers = [Reader(bodies, size) for _ in range(count)]
    await turns()
    return readers


async def end_of(readers: list[Reader]) -> None:
    for reader in readers:
        await reader.end()


def full(bodies: Bodies, size: int = MOST) -> list[bytes]:
    """Bodies that wait: so many bytes, and no few."""
    contents = [bytes(size // FEW) for _ in range(FEW - 1)]
    contents.append(bytes(size - sum(map(len, contents))))
    for content in contents:
        bodies.came(content)
    return contents


# -- who may read


def test_while_none_waits_many_may_be_read(there: Backlog) -> None:
    """A server that sends slowly has all lanes; the others go on as soon as one has ended."""

    async def test() -> None:
        readers = await several(there.bodies(), 20)
        assert sum(each.reads for each in readers) == IDLE // LARGE
        await readers[0].end()
        await turns()
        assert sum(each.reads for each in readers) == IDLE // LARGE + 1
        await end_of(readers)

    in_loop(test)
    assert there.coming == there.waiting == there.number == 0


def test_while_some_wait_few_are_read_in_their_order(there: Backlog) -> None:
    """What waits and what is read stay below the bound together, and go on as it is decoded."""

    async def test() -> None:
        bodies, content = there.bodies(), [bytes(LARGE) for _ in range(3)]
        for each in content:
            bodies.came(each)
        readers = await several(bodies, 4)
        assert [each.reads for each in readers] == [True, False, False, False]
        assert there.coming + there.waiting <= MOST

        for done in (2, 3):
            bodies.left(content[done - 2])
            await turns()
            assert sum(each.reads for each in readers) == done
        bodies.left(content[2])
        await turns()
        assert all(each.reads for each in readers)
        await end_of(readers)

    in_loop(test)
    assert there.coming == there.waiting == there.number == 0


def test_an_unsaid_size_is_that_of_the_last_body(there: Backlog) -> None:
    """A compressed answer says another length than its body has."""

    async def test() -> None:
        bodies, first, other = there.bodies(), bytes(LARGE), bytes(100)
        reader = Reader(bodies, 0)
        await turns()
        assert there.coming == FIRST
        await reader.end()
        bodies.came(first)
        reader = Reader(bodies, 100)
        await turns()
        assert there.coming == LARGE
        await reader.end()
        bodies.left(first)
        bodies.came(other)
        assert there.waiting == 100
        bodies.close()

    in_loop(test)
    assert there.coming == there.waiting == there.number == 0


def test_three_large_bodies_are_read_whatever_waits(there: Backlog) -> None:
    """So that two can be decoded while the third one comes; a fourth one waits."""

    async def test() -> None:
        bodies, content = there.bodies(), bytes(MOST)
        bodies.came(content)
        readers = await several(bodies, 3, MOST)
        assert [each.reads for each in readers] == [True, True, False]
        assert there.number == FEW

        bodies.left(content)
        await turns()
        assert readers[2].reads
        await end_of(readers)

    in_loop(test)
    assert there.coming == there.waiting == there.number == 0


@pytest.mark.parametrize("size", [IDLE + 1, 10 * IDLE, 10**18])
def test_a_body_of_any_size_is_read(there: Backlog, size: int) -> None:
    """Alone it has room, also if its length is not true; the next one waits until it came."""

    async def test() -> None:
        bodies, small = there.bodies(), bytes(10)
        bodies.came(small)
        one, other = await several(bodies, 2, size)
        assert (one.reads, other.reads) == (False, False)
        bodies.left(small)
        await turns()
        assert one.reads
        await one.end()
        await turns()
        assert other.reads
        await other.end()

    in_loop(test)
    assert there.coming == there.waiting == there.number == 0


def test_who_gives_up_holds_nobody_up(there: Backlog) -> None:
    """Whether it waits or reads, its place is free at once."""

    async def test() -> None:
        bodies, others = there.bodies(), there.bodies()
        content = full(bodies, MOST - LARGE)
        reads, waits, small = Reader(others), Reader(others), Reader(others, 1)
        await turns()
        assert (reads.reads, waits.reads, small.reads) == (True, False, False)
        for given_up in (waits.task, reads.task):
            given_up.cancel()
            await asyncio.gather(given_up, return_exceptions=True)
        await turns()
        assert small.reads
        await small.end()
        assert there.waiting == sum(map(len, content))
        bodies.close()

    in_loop(test)
    assert there.coming == there.waiting == there.number == 0


def test_a_try_that_failed_gives_its_room_back(there: Backlog) -> None:
    """The next try of the same request waits anew."""

    async def test() -> None:
        with there.bodies().coming() as room:
            for _ in range(3):
                await room(LARGE)
                assert there.coming == LARGE

    in_loop(test)
    assert there.coming == 0


def test_a_reader_who_is_away_holds_no_other_pull_up(
    there: Backlog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for a loop over batches counts again once the loop goes on."""
    monkeypatch.setattr(backlogs, "AWAY", 0.0)

    async def test() -> None:
        slow = there.bodies()
        content = full(slow)
        other = Reader(there.bodies())
        await turns()
        assert not other.reads

        with slow.handed_on():
            await turns()
            assert other.reads
            assert there.waiting == 0
        assert there.waiting == sum(map(len, content)) == MOST
        await other.end()
        slow.close()

    in_loop(test)
    assert there.coming == there.waiting == there.number == 0


def test_nobody_waits_for_ever(there: Backlog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server drops a body that nobody takes: after a while it is read, room or not."""
    monkeypatch.setattr(backlogs, "PATIENCE", 0.0)

    async def test() -> None:
        bodies = there.bodies()
        content = full(bodies)
        with bodies.coming() as room:
            await room(LARGE)
            assert there.coming + there.waiting > MOST == sum(map(len, content))
        bodies.close()

    in_loop(test)
    assert there.coming == there.waiting == there.number == 0


# -- what is counted


def read(pages: Iterator[int], bodies: Bodies, until: int, broken: int = -1) -> list[int]:
    """What waits at each page that is handed on and decoded, four pages at a time."""

    async def ask(index: int) -> Page:
        await asyncio.sleep(0)
        if index == broken:
            raise ConnectionError
        return Page(index, BODY + b" " * index, "data")

    async def sizes() -> list[int]:
        found: list[int] = []
        async with aclosing(side_by_side(pages, ask, lambda: 4, bodies)) as walk:
            async for page in walk:
                found.append(bodies.waiting)
                bodies.left(page.content)
                if len(found) == until:
                    break
        return found

    return asyncio.run(sizes())


def test_a_body_counts_from_when_it_came(there: Backlog) -> None:
    """At most as many as are asked for at once, and none at the end."""
    sizes = read(iter(range(20)), there.bodies(), until=99)

    assert len(sizes) == 20
    assert min(sizes) >= len(BODY)
    assert max(sizes) <= 4 * len(BODY) + 80
    assert there.waiting == 0


def test_a_reader_that_leaves_lets_go_of_all(there: Backlog) -> None:
    """Also of those that had come and were not handed on."""
    assert len(read(iter(range(20)), there.bodies(), until=2)) == 2
    assert there.waiting == 0


def test_a_page_that_fails_lets_go_of_all(there: Backlog) -> None:
    """The others of its round do not count for ever."""
    with pytest.raises(ConnectionError):
        read(iter(range(20)), there.bodies(), until=99, broken=5)
    assert there.waiting == 0


@pytest.mark.parametrize("most", [1, 100_000])
def test_one_page_at_a_time_still_comes(
    there: Backlog, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pull whose decoding is behind all the time has every row, and leaves no body behind."""
    monkeypatch.setattr(backlogs, "MOST", most)
    monkeypatch.setattr(backlogs, "IDLE", most)
    with stnb.connect("demo") as st:
        jobs = st.jpm.jobs.pull(page_size=250)
        assert len(jobs) == st.jpm.jobs.count()

    assert jobs["id"].is_unique
    assert jobs.attrs["stnb"]["complete"] is True
    assert there.coming == there.waiting == there.number == 0


def test_a_loop_over_pages_that_ends_early_leaves_nothing(there: Backlog) -> None:
    """Neither what was asked for nor what came counts, and another pull inside has its rows."""
    with stnb.connect("demo") as st:
        with contextlib.closing(st.jpm.jobs.pages(page_size=250)) as pages:
            first = next(pages)
            customers = st.crm.customers.pull(limit=10, active="Any")
        run = st.jpm.jobs.start(page_size=250)
        run.cancel()
        run.await_stop()

    assert (len(first), len(customers)) == (250, 10)
    assert backlog() is there
    assert there.coming == there.waiting == there.number == 0
