"""One pull: pages are fetched on the private loop and decoded beside it; whatever arrived is kept.

`Pull` is what `Resource.start()` returns and what `Resource.pull()` waits for.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import itertools
import os
import threading
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from . import loop, notices
from .errors import Incomplete, StnbError, StnbWarning
from .filters import Call
from .frame import Decoded, assemble, decode, file_frame, shape_of
from .notices import Notice
from .pager import Page, Plan, pages

if TYPE_CHECKING:
    from .session import Session

ENDING = 30.0  # seconds at most that a cancelled run may take to decode the pages that had arrived
AT_ONCE = 0.2  # seconds that an interrupted reader waits for the same
DECODERS = 2  # threads: pyarrow releases the GIL, and two keep up with eight pages in flight


@dataclass(frozen=True)
class Progress:
    """How far a pull is.

    Attributes:
        rows: rows decoded so far.
        total: rows in all, once known.
        pages, requests: answers decoded, and requests sent, so far.
        seconds: since the start.
        state: starting, pulling, waiting, done, cancelled or failed.
        note: why it waits, in words.
    """

    rows: int = 0
    total: int | None = None
    pages: int = 0
    requests: int = 0
    seconds: float = 0.0
    state: str = "starting"
    note: str = ""


ProgressCallback = Callable[[Progress], object]
PageCallback = Callable[[pd.DataFrame], object]


class Pull:
    """A pull under way, or done.

    Attributes:
        error: what ended it, or None.
        cancelled: whether it was cancelled.
        parts, file: the pages that are decoded and not yet put together, by their place; the file, of a file's route.

    Example:
        >>> run = st.jpm.jobs.start(jobStatus="Completed")
        >>> run.progress.rows, run.done
        (0, False)
        >>> df = run.wait()
    """

    def __init__(
        self,
        session: Session,
        call: Call,
        plan: Plan,
        *,
        progress: ProgressCallback | None = None,
        on_page: PageCallback | None = None,
    ) -> None:
        self.call, self.cancelled = call, False
        self.error: Exception | None = None
        self._session, self.plan = session, plan
        self._tell, self._on_page = progress, on_page
        self._shape = shape_of(call.endpoint)
        self.parts: dict[int, Decoded] = {}
        self.file: Page | None = None
        self._last: Page | None = None
        self._cursors: dict[int, str | None] = {}
        self._began = time.monotonic()
        self._progress = Progress()
        self._lock = threading.Lock()
        self._entered, self._ended = threading.Event(), threading.Event()
        self._frame: pd.DataFrame | None = None
        self._notices: list[Notice] = []
        self._odd: list[Notice] = []
        self._future: concurrent.futures.Future[None] | None = None

    def __repr__(self) -> str:
        p = self.progress
        return f"<Pull of {self.call.endpoint.name} · {p.state} · {p.rows:,} rows>"

    def start(self) -> Pull:
        """Begin, in the background."""
        self._future = loop.submit(self._run())
        return self

    @property
    def progress(self) -> Progress:
        """How far it is, now."""
        p = self._progress
        return p if self.done else replace(p, seconds=time.monotonic() - self._began)

    @property
    def done(self) -> bool:
        """Whether it has ended, in whichever way."""
        return self._ended.is_set()

    @property
    def total(self) -> int | None:
        """The server's own count of the rows, whatever the limit; None where it told none."""
        return None if self._last is None else self._last.total

    def cancel(self) -> None:
        """End it; the rows that arrived stay in `frame`. Nothing happens where it is done."""
        if self._future is not None and not self.done:
            self._entered.wait(ENDING)  # a run that is cancelled before its first step would not notice
            self._future.cancel()

    def wait(self, timeout: float | None = None) -> pd.DataFrame:
        """Wait for the end and answer with the frame; after `cancel()`, with the rows that had arrived.

        Raises:
            StnbError: the pull failed; the rows that had arrived are in `err.frame`.
            TimeoutError: it still runs.
            KeyboardInterrupt: it was interrupted, and has been cancelled; the rows are in `frame`.
        """
        assert self._future is not None
        try:
            loop.wait(self._future, timeout)
        except (concurrent.futures.CancelledError, asyncio.CancelledError):
            self._ended.wait(ENDING)  # it keeps the pages that were being decoded
        except KeyboardInterrupt:
            self._ended.wait(AT_ONCE)
            raise
        if isinstance(self.error, StnbError):
            self.error.frame = self.frame if self._progress.pages else None
            raise self.error.with_traceback(None)  # the frames of the loop's thread say nothing to the reader
        if self.error is not None:
            raise self.error
        frame = self.frame
        assert frame is not None
        while self._notices:
            notices.warn(self._notices.pop(0))
        return frame

    @property
    def frame(self) -> pd.DataFrame | None:
        """The rows that arrived, once it is done; None before."""
        if not self.done:
            return None
        with self._lock:
            if self._frame is None:
                self._frame = self._assemble()
            return self._frame

    # -- the run, on the private loop

    async def _run(self) -> None:
        state = "failed"
        self._entered.set()
        try:
            async for _ in self.decoded():
                pass
            state = "done"
        except asyncio.CancelledError:
            self.cancelled, state = True, "cancelled"
            raise
        except Exception as err:  # noqa: BLE001 - the caller's `on_page` may raise anything; `wait` raises it again
            self.error = err
        finally:
            self._update(state=state, note="")
            self._ended.set()

    async def decoded(self) -> AsyncGenerator[int, None]:
        """Fetch and decode; yield the index of each page as it is ready in `_parts`."""
        here = asyncio.get_running_loop()
        decoding: dict[asyncio.Future[None], int] = {}
        try:
            async with aclosing(pages(self.call, self._fetch, self.plan)) as walk:
                async for page in walk:
                    self._update(state="pulling", total=self._total(page))
                    decoding[here.run_in_executor(_decoders(os.getpid()), self._decode, page)] = page.index
                    while len(decoding) > DECODERS:
                        for index in await _finished(decoding):
                            yield index
            while decoding:
                for index in await _finished(decoding):
                    yield index
        finally:
            if decoding:  # cancelled or failed: these pages had arrived
                await asyncio.gather(*decoding, return_exceptions=True)

    def _total(self, page: Page) -> int | None:
        if page.total is None:
            return self._progress.total
        return page.total if self.plan.limit is None else min(page.total, self.plan.limit)

    async def _fetch(self, query: tuple[tuple[str, str], ...]) -> tuple[bytes, str]:
        e = self.call.endpoint
        self._update(requests=1)
        answer = await self._session.send(
            e.method, self.call.path, query, body=self.call.body, scope=e.scope, expect_json=e.kind != "file", notify=self._note
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
        part = decode(page.content, page.rows_at, self._shape, positional=self.call.endpoint.positional)
        with self._lock:
            self.parts[page.index] = part
            self._cursors[page.index] = page.continue_from
            if self._last is None or page.index >= self._last.index:
                self._last = replace(page, content=b"")
        self._update(rows=part.table.num_rows, pages=1)
        if self._on_page is not None:
            self._on_page(self.page_frame(part))

    def page_frame(self, part: Decoded) -> pd.DataFrame:
        return assemble([part], self._shape)[0]

    def _update(self, *, rows: int = 0, pages: int = 0, requests: int = 0, **changes: Any) -> None:
        """Add to the counts and set the rest; both the loop's thread and the decoders' call it."""
        with self._lock:
            p = self._progress
            p = replace(p, rows=p.rows + rows, pages=p.pages + pages, requests=p.requests + requests)
            p = self._progress = replace(p, seconds=time.monotonic() - self._began, **changes)
        if self._tell is None:
            return
        try:
            self._tell(p)
        except Exception as err:  # noqa: BLE001 - a bar that breaks must not cost the rows
            if self._tell is not None:
                self._odd.append((StnbWarning, f"The progress callback failed and was left out ({err!r})."))
            self._tell = None

    # -- the result

    def _assemble(self) -> pd.DataFrame:
        e, p, plan = self.call.endpoint, self._progress, self.plan
        drift: dict[str, str] = {}
        duplicates = 0
        if e.kind == "file":
            frame = file_frame((self.file.content, self.file.content_type) if self.file else None)
        else:
            parts = [self.parts[i] for i in sorted(self.parts)]
            frame, drift, duplicates = assemble(parts, self._shape, key=e.key, limit=plan.limit)
            self.parts.clear()
        lacking = self._lacking(len(frame), duplicates)
        disagreed: list[Notice] = [(Incomplete, text) for text in plan.notices]
        unfound = [] if lacking or plan.limit is not None else notices.unfound(e, len(frame), self.call.asked)
        hidden = notices.hidden(e, self.call.given)
        self._notices = [*lacking, *disagreed, *self._odd, *unfound, *hidden, *notices.drifted(e, drift)]
        frame.attrs["stnb"] = {
            "resource": e.name,
            "params": dict(self.call.given),
            "tenant": self._session.credentials.tenant,
            "environment": self._session.credentials.environment,
            "rows": len(frame),
            "total": p.total,
            "complete": not lacking,
            "pages": p.pages,
            "requests": p.requests,
            "seconds": round(p.seconds, 3),
            "duplicates": duplicates,
            "continue_from": self._continue_from(p.rows - duplicates > len(frame)),
            "notices": [text for _, text in self._notices],
            "new_columns": [c for c in drift if c not in self._shape.by_path],
            "drift": drift,
        }
        return frame

    def _continue_from(self, cut: bool) -> str | None:
        """The last cursor before which no row is missing; none where the limit cut rows off before it."""
        if cut:
            return None
        whole = itertools.takewhile(self._cursors.__contains__, itertools.count())
        return next((c for c in reversed([self._cursors[i] for i in whole]) if c), None)

    def _lacking(self, rows: int, duplicates: int) -> list[Notice]:
        e, total = self.call.endpoint, self._progress.total
        if self.cancelled or self.error is not None:
            return notices.stopped(e, "was cancelled" if self.cancelled else "failed", rows, total)
        return notices.short(e, rows, total, duplicates) if e.kind == "list" else []


async def _finished(decoding: dict[asyncio.Future[None], int]) -> list[int]:
    done, _ = await asyncio.wait(decoding, return_when=asyncio.FIRST_COMPLETED)
    indexes = []
    for future in done:
        indexes.append(decoding.pop(future))
        future.result()
    return indexes


@cache
def _decoders(pid: int) -> concurrent.futures.ThreadPoolExecutor:
    """The decoding threads of this process: a fork has none of its parent's."""
    return concurrent.futures.ThreadPoolExecutor(DECODERS, thread_name_prefix="stnb-decode")
