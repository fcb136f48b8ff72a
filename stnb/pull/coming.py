"""The next page of a walk, in a task of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from .paging.models import Page


class Coming:
    """The next page of a walk, asked for in a task of its own, so that one can wait for other
    things beside it.

    Attributes:
        more: whether the walk has not come to its end yet, as far as is known.
        asked: the task of the next page, if it is asked for.
    """

    def __init__(self, walk: AsyncGenerator[Page, None]) -> None:
        self._walk, self.more = walk, True
        self.asked: set[asyncio.Task[Page | None]] = set()  # one at most

    def ask(self) -> None:
        """Begin to wait for the next page, if there may be one and nobody waits yet."""
        if self.more and not self.asked:
            self.asked.add(asyncio.create_task(self._next()))

    async def _next(self) -> Page | None:
        page = await anext(self._walk, None)
        self.more = page is not None
        return page

    def take(self) -> Page | None:
        """The page, if it has arrived; raises what the walk raised."""
        if not any(task.done() for task in self.asked):
            return None
        return self.asked.pop().result()

    async def aclose(self) -> None:
        """Stop waiting; only then can the walk itself be closed."""
        for task in self.asked:
            task.cancel()
        await asyncio.gather(*self.asked, return_exceptions=True)
