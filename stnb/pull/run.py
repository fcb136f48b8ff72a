"""A pull that the reader holds: started, waited for, cancelled, gone on with.

It is long because it is one class: the reader's thread waits for events that the run on the loop's
thread sets, and their order can be checked only if both stand side by side.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from stnb.errors import StnbError, UsageError
from stnb.errors.copying import StaysHere
from stnb.errors.interrupts import in_one_line
from stnb.frame import notices as frame_notices
from stnb.frame.notices import Notice
from stnb.frame.save import load, save_file
from stnb.session import Session, clock, ending, loop

from . import partial
from .call import Call
from .decoding import assemblers
from .describe import Description
from .keep import Keeper
from .kept.rows import Kept
from .progress import PageCallback, Progress, ProgressCallback, Tracker
from .provenance import warn_alone, warn_of_headers
from .source import Source
from .store.memory import Assembly, PageStore

ENDING = 30.0  # seconds at most that a cancelled run may take to decode the pages that had arrived
AT_ONCE = 0.2  # seconds that an interrupted reader waits for the same


class Pull(StaysHere):
    """A pull under way, or done.

    Args:
        source: where its pages come from.
        store: where they are kept, and what makes the answer of them; memory if it is not given.
        target: the file to which the frame of a store in memory is saved at the end.
        began: when an earlier run of the same pull began, as ISO text.
        before: how far that one was.
        kept: rows of the same query that may be young enough, and where new ones are kept.

    Attributes:
        error: what ended it, or None.
        cancelled: whether it was cancelled.
        part_of: the pull of many tenants that it belongs to, or None.

    Example:
        >>> run = st.jpm.jobs.start(jobStatus="Completed")
        >>> run.progress.rows, run.done
        (0, False)
        >>> df = run.wait()
    """

    def __init__(
        self,
        source: Source,
        store: PageStore | None = None,
        *,
        target: Path | None = None,
        began: str = "",
        progress: ProgressCallback | None = None,
        on_page: PageCallback | None = None,
        before: Progress | None = None,
        kept: Kept | None = None,
    ) -> None:
        self.source, self.store = source, store or source.memory()
        self.target = target
        self.error: Exception | None = None
        self.cancelled = False
        self.began = began or self.store.began or clock.stamp(self.session.now())
        self._callbacks: dict[str, Any] = {"progress": progress, "on_page": on_page}
        self._kept = kept
        self._unkept: list[Notice] = []  # why kept rows could not be used
        begin = Progress(rows=source.prepare(self.store), pages=len(self.store.pages))
        if before is not None:
            begin = replace(begin, requests=before.requests, total=before.total)
        self._tracker = Tracker(progress, replace(begin, step=source.opening(self.store)))
        self.part_of: partial.Reading | None = None
        self._keeper = Keeper(source, self.store, on_page)
        self._description = Description(source, self.store, self._tracker, self.began)
        self._process = os.getpid()
        self._asked = clock.now()  # by this machine's clock: a demo has a day of its own
        self._entered, self._ended = threading.Event(), threading.Event()
        self._unwanted = False  # its reader left, maybe before its first step
        self._task: asyncio.Task[None] | None = None
        self._future: concurrent.futures.Future[None] | None = None
        self._answer: pd.DataFrame | Path | None = None
        self._frame: pd.DataFrame | None = None
        self._lock = threading.Lock()

    def _instead(self) -> str:
        return "Wait for it, with wait(), and copy the frame that it gives."

    def __repr__(self) -> str:
        p = self.progress
        return f"<Pull of {self.call.endpoint.name} · {p.state} · {p.rows:,} rows>"

    @property
    def session(self) -> Session:
        """What it is sent with.

        Example:
            >>> st.jpm.jobs.start(limit=10).session.credentials.profile
            'demo'
        """
        return self.source.session

    @property
    def call(self) -> Call:
        """What is asked for.

        Example:
            >>> st.jpm.jobs.start(limit=10).call.endpoint.name
            'jpm.jobs'
        """
        return self.source.call

    def start(self) -> Pull:
        """Begin, in the background."""
        self._future = loop.submit(self._run)
        return self

    def read(self) -> pd.DataFrame | Path:
        """Start it, wait for its end, and answer as `result` does.

        From here on `last_partial` is its own, wherever an interrupt falls.
        """
        with partial.reading(self):
            return self.start().result()

    @in_one_line
    def resume(self) -> Pull:
        """Go on in the background from where a pull that failed or was cancelled stopped; what had
        arrived is not read again.

        Example:
            >>> run.cancel()
            >>> df = run.resume().wait()
        """
        self.await_stop()
        if self.error is None and not self.cancelled:
            return self  # it runs, or is whole
        store = self.store.again()
        went_on = Pull(
            self.source.again(),
            store,
            target=self.target,
            began=self.began,
            before=self.progress,
            kept=self._kept,
            **self._callbacks,
        )
        went_on.part_of = self.part_of
        return went_on.start()

    def await_stop(self) -> None:
        """Wait until one that failed or was cancelled has ended: the pages that had arrived are in
        its store then. One that runs is not waited for.
        """
        if self.error is not None or (self._future is not None and self._future.done()):
            self._ended.wait(ENDING)

    @property
    def progress(self) -> Progress:
        """How far it is, now.

        Example:
            >>> run = st.jpm.jobs.start(limit=10)
            >>> df = run.wait()
            >>> run.progress.rows
            10
        """
        return self._tracker.progress

    @property
    def done(self) -> bool:
        """Whether it has ended, in whichever way.

        Example:
            >>> run = st.jpm.jobs.start(limit=10)
            >>> df = run.wait()
            >>> run.done
            True
        """
        return self._ended.is_set()

    @property
    def total(self) -> int | None:
        """The server's own count of the rows, whatever the limit; None if it gave none.

        Example:
            >>> run = st.jpm.jobs.start(limit=10)
            >>> df = run.wait()
            >>> run.total == st.jpm.jobs.count()
            True
        """
        return self.source.total

    @property
    def path(self) -> Path | None:
        """The file that it was written to, once it is done; None if it makes a frame.

        Example:
            >>> run = st.jpm.jobs.start(to="jobs.parquet")
            >>> answer = run.wait()
            >>> run.path.name
            'jobs.parquet'
        """
        return self._answer if isinstance(self._answer, Path) else None

    @property
    def file(self) -> Path | None:
        """The file that its rows are streamed to; None if they come into memory.

        Example:
            >>> st.jpm.jobs.start(limit=10).file is None
            True
        """
        return self.store.file

    @property
    def about(self) -> dict[str, Any] | None:
        """The provenance of the rows, as in `df.attrs["stnb"]`; None before they are put
        together.

        Example:
            >>> run = st.jpm.jobs.start(limit=10)
            >>> df = run.wait()
            >>> run.about["resource"]
            'jpm.jobs'
        """
        return self._description.about

    @property
    def notices(self) -> list[Notice]:
        """What its reader should know, and was not warned of yet.

        Example:
            >>> run = st.jpm.jobs.start(limit=10)
            >>> df = run.wait()  # warns of them
            >>> run.notices
            []
        """
        return self._description.notices

    def cancel(self) -> None:
        """End it; the rows that arrived stay in `frame`. Nothing happens if it is done, or if it
        runs in the process from which this one was forked.

        Example:
            >>> run = st.jpm.jobs.start()
            >>> run.cancel()
        """
        if self._process != os.getpid():
            return
        if self._future is not None and not self.done:
            # A run that is cancelled before its first step would not notice.
            self._entered.wait(ENDING)
            self._future.cancel()

    @in_one_line
    def wait(self, timeout: float | None = None) -> pd.DataFrame:
        """Wait for the end and answer with the frame; after `cancel()`, with the rows that had
        arrived.

        Raises:
            StnbError: the pull failed; the rows that had arrived are in `err.frame`, and
                `err.resume()` goes on.
            TimeoutError: it still runs.
            Interrupted: it was interrupted, and has been cancelled; the rows are in `frame`.

        Example:
            >>> run = st.jpm.jobs.start(jobStatus="Completed")
            >>> df = run.wait(timeout=600)
        """
        with partial.reading(self):
            self._join(timeout)
            frame = self.frame
            assert frame is not None
            self._warn()
            return frame

    @in_one_line
    def saved(self, timeout: float | None = None) -> Path:
        """Wait for the end of a pull that goes to a file, and answer with its path; raises as
        `wait` does.

        Raises:
            concurrent.futures.CancelledError: it was cancelled.

        Example:
            >>> run = st.jpm.jobs.start(to="jobs.parquet")
            >>> path = run.saved()
        """
        with partial.reading(self):
            self._join(timeout)
            self._warn()
        if self.path is None:
            raise concurrent.futures.CancelledError(
                "no file was written; the same call goes on from the pages that had arrived"
            )
        return self.path

    @in_one_line
    def result(self, *, notices: bool = True) -> pd.DataFrame | Path:
        """Wait for the end and answer with what `pull` answers: the frame, or the file's path;
        raises as `wait` and `saved` do.

        Args:
            notices: whether to warn of what the reader should know; if not, it stays in `notices`.

        Example:
            >>> df = st.jpm.jobs.start().result()
        """
        if self.target is not None or not self.store.in_memory:
            return self.saved()
        with partial.reading(self):
            self._join(None)
            frame = self.frame  # making it is what finds the notices of a pull that was cancelled
            assert frame is not None
            if notices:
                self._warn()
            return frame

    def settle(self, timeout: float | None = None) -> None:
        """Wait for the end, whichever it is: `error`, `cancelled` and `frame` say what came of it.

        Raises:
            TimeoutError: it still runs.
        """
        self._await_end(timeout)

    def _await_end(self, timeout: float | None) -> None:
        assert self._future is not None
        with contextlib.suppress(concurrent.futures.CancelledError, asyncio.CancelledError):
            self._entered.wait(ENDING)  # an interrupt of the wait cancels it
            loop.wait(self._future, timeout)
            return
        self._ended.wait(ENDING)  # it keeps the pages that were being decoded

    def _join(self, timeout: float | None) -> None:
        self._await_end(timeout)
        if isinstance(self.error, StnbError):
            if self.store.in_memory and self.progress.pages:
                self.error.frame = self.frame
            self.error.goes_on = lambda: self.resume().result()
            # The frames of the loop's thread say nothing to the reader.
            raise self.error.with_traceback(None)
        if self.error is not None:
            raise self.error

    def check_process(self) -> None:
        """Refuse to be read in another process than its own, unless it is done.

        Raises:
            UsageError: it runs in the process from which this one was forked.
        """
        if self._process != os.getpid() and not self.done:
            raise UsageError(
                f"The pull of {self.call.endpoint.name} cannot be read here.",
                "It runs in the process from which this one was forked.",
                "Pull again in this process, or wait for it in the other one.",
            )

    def leave(self, patience: float = AT_ONCE) -> None:
        """End it at once, because its reader was interrupted; its rows are in `rest()`.

        Args:
            patience: seconds that the pages that have arrived may take.
        """
        self._unwanted = True
        partial.keep(self)
        if self._entered.is_set() and not self.done:
            self._stop()
        self._tracker.leave()
        if self._entered.is_set():
            self._ended.wait(patience)

    def _stop(self) -> None:
        if self._future is not None:
            self._future.cancel()
        elif self._task is not None:  # the interrupt fell between its start and our knowing of it
            self._task.get_loop().call_soon_threadsafe(self._task.cancel)

    def rest(self) -> pd.DataFrame:
        """The rows of a pull that was stopped, once the pages that had arrived are decoded."""
        if self._entered.is_set():
            self._ended.wait(ENDING)
        frame = self.frame
        if frame is None:
            return pd.DataFrame()
        return frame

    def _warn(self) -> None:
        while self.notices:
            frame_notices.warn(self.notices.pop(0))
        warn_alone([self.session.pace_problem])
        warn_of_headers([self.session.adapted])

    @property
    @in_one_line
    def frame(self) -> pd.DataFrame | None:
        """The rows that arrived, once it is done; None before. Read from the file if they were
        written to one.

        Example:
            >>> run = st.jpm.jobs.start(limit=10)
            >>> df = run.wait()
            >>> len(run.frame)
            10
        """
        if not self.done:
            return None
        with self._lock:
            if self._frame is None:
                self._frame = self._as_frame()
            return self._frame

    def let_go(self) -> None:
        """Forget the rows of a frame that its reader has now: memory is needed once."""
        self._answer = self._frame = pd.DataFrame()
        self.store.original = None

    def _as_frame(self) -> pd.DataFrame:
        if isinstance(self._answer, Path):
            return load(self._answer)
        if self._answer is not None:
            return self._answer
        return self.store.frame(self._assembly())

    # -- the run, on the private loop

    async def _run(self) -> None:
        state = "failed"
        self._task = asyncio.current_task()
        self._entered.set()
        try:
            if self._unwanted:
                raise asyncio.CancelledError
            self._answer = await self._from_kept()
            if self._answer is None:
                await self._keeper.read(self._tracker)
                self._answer = await self._finish()
            state = "done"
            partial.whole(self)
        except asyncio.CancelledError:
            self.cancelled, state = True, "cancelled"
            self._description.stopped = "was cancelled"
            raise
        except Exception as err:  # noqa: BLE001 - `on_page` may raise anything
            self.error = ending.said(err)
            self._description.stopped = "failed"
        finally:
            if state != "done" and self.progress.pages:
                partial.keep(self.part_of or self)
            self.store.close()
            self._tracker.end(state)
            self._ended.set()

    async def _from_kept(self) -> pd.DataFrame | None:
        """The rows that an earlier pull of the same query kept, if they are young enough."""
        if self._kept is None or self.store.pages:  # one that goes on has rows of its own
            return None
        frame, told = await asyncio.to_thread(self._kept.find)
        if frame is None:
            self._unkept = told
            return None
        about = frame.attrs["stnb"]
        self.source.total = about["total"]
        self._description.about, self._description.notices = about, told
        self._tracker.update(rows=len(frame), total=about["total"], state="pulling")
        on_page = self._callbacks["on_page"]
        if on_page is not None:
            await asyncio.to_thread(on_page, frame)
        return frame

    async def _finish(self) -> pd.DataFrame | Path:
        """Have the answer made of the pages; what is whole in spite of a cancel is kept."""
        state = self.store.finishing
        if self.target is not None:
            state = "saving"
        self._tracker.update(state=state, reason="", resume_in=None)
        here = asyncio.get_running_loop()
        threads = None
        if self.target is None and self.store.file is None:
            threads = assemblers(os.getpid())
        finishing = here.run_in_executor(threads, self._finished)
        try:
            return await asyncio.shield(finishing)
        except asyncio.CancelledError:
            self.store.close()  # a file is given up at the next table
            ended = (await asyncio.gather(finishing, return_exceptions=True))[0]
            if isinstance(ended, BaseException):
                raise
            return ended

    def _finished(self) -> pd.DataFrame | Path:
        if self.target is not None:
            # The pages stay in the store, so that a pull whose file could not be written can go on.
            self._frame = self._as_frame()
            path, told = save_file(self._frame, self.target)
            self.notices.extend(told)
            return path
        answer = self.store.finish(self._assembly())
        if self._kept is not None and isinstance(answer, pd.DataFrame):
            self._keep(answer)
        return answer

    def _keep(self, frame: pd.DataFrame) -> None:
        assert self._kept is not None
        limited = self.source.paging.limit is not None
        found = self._kept.keep(frame, self._asked, self.notices, limited)
        self.notices.extend([*self._unkept, *found])

    def _assembly(self) -> Assembly:
        wanted = self.source.requested
        return Assembly(
            self.call.endpoint.key,
            self.source.paging.limit,
            wanted.keep,
            self._description.of,
            wanted.hidden,
        )
