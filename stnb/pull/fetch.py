"""The work of a pull on the private loop: pages are fetched and, beside that, decoded in threads."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import itertools
import os
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from stnb.errors import StnbWarning, UnexpectedAnswer
from stnb.frame import Decoded, assemble, decode, shape_of
from stnb.frame.notices import Notice

from .call import Call
from .paging import again, pages
from .paging.envelope import is_whole
from .paging.models import Page, Plan
from .progress import PageCallback, Progress, ProgressCallback, Wish
from .store.memory import Memory, Shelf

if TYPE_CHECKING:
    from stnb.session import Session

DECODERS = 2  # threads: pyarrow releases the GIL, and two keep up with eight pages in flight
READINGS = 5  # how often a page is asked for whose body cannot be read


class Work:
    """Fetches and decodes the pages of one call onto a shelf.

    Attributes:
        shelf: the pages that are decoded and not yet put together.
        file: the answer, of a file's route.
        shape: the columns that are decoded.
        odd: what went wrong beside the rows.
    """

    def __init__(
        self,
        session: Session,
        call: Call,
        plan: Plan,
        *,
        wish: Wish | None = None,
        shelf: Shelf | None = None,
        progress: ProgressCallback | None = None,
        on_page: PageCallback | None = None,
    ) -> None:
        self.session, self.call, self.plan, self.wish = session, call, plan, wish or Wish()
        self.file: Page | None = None
        self.shelf: Shelf = Memory() if shelf is None else shelf
        self.shape = self.wish.shape or shape_of(call.endpoint)
        self.odd: list[Notice] = []
        self._callbacks = progress, on_page
        self._tell, self._on_page = progress, on_page
        self._had = frozenset(plan.done)
        self._last: Page | None = None
        self._start = time.monotonic()
        self._progress = Progress(rows=plan.rows, pages=len(plan.done))
        self._lock = threading.Lock()
        self._reading: set[asyncio.Task[Any]] = set()  # pages that are asked for once more

    async def decoded(self) -> AsyncGenerator[int, None]:
        """Fetch and decode; yield the index of each page as it is on the shelf, also while the next
        one is on its way.
        """
        decoding: dict[asyncio.Task[None], int] = {}
        try:
            async with (
                aclosing(pages(self.call, self._fetch, self.plan)) as walk,
                aclosing(_Coming(walk)) as coming,
            ):
                while coming.more or decoding:
                    if len(decoding) <= DECODERS:
                        coming.ask()
                    await asyncio.wait(
                        {*decoding, *coming.asked}, return_when=asyncio.FIRST_COMPLETED
                    )
                    for task in [task for task in decoding if task.done()]:
                        index = decoding.pop(task)
                        task.result()
                        yield index
                    if (page := coming.take()) is not None:
                        self._update(state="pulling", total=self._total(page))
                        decoding[asyncio.create_task(self._read(page))] = page.index
                        del page  # its bytes are the task's alone
        finally:
            for task in self._reading & set(decoding):
                task.cancel()
            if decoding:  # cancelled or failed: these pages had arrived
                await asyncio.gather(*decoding, return_exceptions=True)

    async def _read(self, page: Page) -> None:
        """Decode a page in a thread; where its body cannot be read, as it was cut off, ask for it
        once more.
        """
        here, own = asyncio.get_running_loop(), asyncio.current_task()
        assert own is not None
        for reading in itertools.count(1):
            try:
                return await here.run_in_executor(_decoders(os.getpid()), self._decode, page)
            except _Unreadable as err:
                if reading == READINGS:
                    raise err.args[0] from None
            self._reading.add(own)
            self._note("an answer could not be read, and is asked for again")
            await self.session.rest(reading)
            page = await again(self.call, self._fetch, page)
            self._note("")
            self._reading.discard(own)
        raise AssertionError

    def _total(self, page: Page) -> int | None:
        if page.total is None:
            return self._progress.total
        return page.total if self.plan.limit is None else min(page.total, self.plan.limit)

    async def _fetch(self, query: tuple[tuple[str, str], ...]) -> tuple[bytes, str]:
        e = self.call.endpoint
        self._update(requests=1)
        answer = await self.session.send(
            e.method,
            self.call.path,
            query,
            body=self.call.body,
            scope=e.scope,
            expect_json=e.kind != "file",
            notify=self._note,
            whole=is_whole if e.kind in ("list", "export") else None,
        )
        if answer.attempts > 1:
            self._update(requests=answer.attempts - 1)
        return answer.content, answer.content_type

    def _note(self, note: str) -> None:
        self._update(state="waiting" if note else "pulling", note=note)

    def _decode(self, page: Page) -> None:
        """In a thread: bytes -> table."""
        if page.rows_at == "file":
            self.file = page
            self._update(rows=1, pages=1)
            return
        try:
            part = decode(
                page.content, page.rows_at, self.shape, positional=self.call.endpoint.positional
            )
        except UnexpectedAnswer as err:
            raise _Unreadable(err) from None
        self.shelf.put(page.index, part, page.continue_from)
        with self._lock:
            if self._last is None or page.index >= self._last.index:
                self._last = replace(page, content=b"")
        if page.index not in self._had:  # the last page of a list is read again when a pull goes on
            self._update(rows=part.table.num_rows, pages=1)
        if self._on_page is not None:
            self._on_page(self.page_frame(part))

    def page_frame(self, part: Decoded) -> pd.DataFrame:
        """One page as a frame."""
        return assemble([part], self.shape)[0].drop(columns=list(self.wish.hide))

    def _update(self, *, rows: int = 0, pages: int = 0, requests: int = 0, **changes: Any) -> None:
        """Add to the counts and set the rest; both the loop's thread and the decoders' call it."""
        with self._lock:
            p = self._progress
            p = replace(
                p, rows=p.rows + rows, pages=p.pages + pages, requests=p.requests + requests
            )
            p = self._progress = replace(p, seconds=time.monotonic() - self._start, **changes)
        if self._tell is None:
            return
        try:
            self._tell(p)
        except Exception as err:  # noqa: BLE001 - a bar that breaks must not cost the rows
            if self._tell is not None:
                self.odd.append(
                    Notice(StnbWarning, f"The progress callback failed and was left out ({err!r}).")
                )
            self._tell = None


class _Unreadable(Exception):
    """A page that is no JSON, on its way from the decoder's thread."""


class _Coming:
    """The next page of a walk, asked for in a task of its own, so that one can wait for other
    things beside it.
    """

    def __init__(self, walk: AsyncGenerator[Page, None]) -> None:
        self._walk, self.more = walk, True
        self.asked: set[asyncio.Task[Page | None]] = set()  # one at most

    def ask(self) -> None:
        """Begin to wait for the next page, where there may be one and nobody waits yet."""
        if self.more and not self.asked:
            self.asked.add(asyncio.create_task(self._next()))

    async def _next(self) -> Page | None:
        return await anext(self._walk, None)

    def take(self) -> Page | None:
        """The page, if it has arrived; raises what the walk raised."""
        if not any(task.done() for task in self.asked):
            return None
        page = self.asked.pop().result()
        self.more = page is not None
        return page

    async def aclose(self) -> None:
        """Stop waiting; only then can the walk itself be closed."""
        for task in self.asked:
            task.cancel()
        await asyncio.gather(*self.asked, return_exceptions=True)


@functools.cache
def _decoders(pid: int) -> concurrent.futures.ThreadPoolExecutor:
    """The decoding threads of this process: a fork has none of its parent's."""
    return concurrent.futures.ThreadPoolExecutor(DECODERS, thread_name_prefix="stnb-decode")
