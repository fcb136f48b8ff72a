"""What all lists share: pages that are asked for side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterator

from ..backlog import Bodies
from .models import Page


class Plan(Iterator[int]):
    """The pages of a list that are asked for side by side, by their numbers from 0.

    It may have further ones after it had none: it grows if pages turn out to have fewer rows than
    they were planned with, and it ends at a page that says that there is no more, whatever
    totalCount said.
    """

    def __init__(self) -> None:
        self._top = self._next = self._first_top = 0
        self._done: set[int] = set()
        self._end: int | None = None

    def begin(self, planned: int, done: Collection[int], *, has_first: bool) -> None:
        """Plan so many pages, without those that are done.

        The last one is asked for in any case, because it says whether there is more.
        """
        self._top = self._first_top = max(planned, *(index + 1 for index in done), 1)
        self._done = set(done).difference([self._top - 1])
        if has_first:
            self._done.add(0)

    def grow(self, planned: int) -> None:
        """Plan so many pages, if that is more."""
        self._top = max(self._top, planned)

    def shrink(self) -> None:
        """Forget the pages by which it grew."""
        self._top = self._first_top

    def end_at(self, index: int) -> None:
        """No page behind this one is asked for."""
        if self._end is None or index < self._end:
            self._end = index

    def __next__(self) -> int:
        while self._next in self._done:
            self._next += 1
        over = self._end is not None and self._next > self._end
        if over or self._next >= self._top:
            raise StopIteration
        self._next += 1
        return self._next - 1


async def side_by_side(
    waiting: Iterator[int],
    ask: Callable[[int], Awaitable[Page]],
    lanes: Callable[[], int],
    bodies: Bodies,
) -> AsyncGenerator[Page, None]:
    """Ask for pages, so many at a time, and yield them as they arrive.

    Args:
        waiting: the pages to ask for; it may have further ones after it had none.
        lanes: how many at a time; it may change.
        bodies: counts each page that came, until whoever it is handed to is done with it.
    """
    flying: set[asyncio.Future[Page]] = set()

    async def asked(index: int) -> Page:
        page = await ask(index)
        bodies.came(page.content)
        return page

    try:
        while True:
            while len(flying) < lanes() and (index := next(waiting, None)) is not None:
                flying.add(asyncio.ensure_future(asked(index)))
            if not flying:
                return
            done = (await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED))[0]
            # What arrived goes before an error.
            arrived = sorted(done, key=lambda task: task.exception() is None)
            del done
            while arrived:  # a page is let go as it is handed on: bodies are large
                task = arrived.pop()
                flying.discard(task)
                page = task.result()
                del task
                yield page
                del page
    finally:
        for task in flying:
            task.cancel()
        for end in await asyncio.gather(*flying, return_exceptions=True):
            if isinstance(end, Page):
                bodies.left(end.content)
