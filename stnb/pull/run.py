"""A pull that the reader holds: started, waited for, cancelled, gone on with."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from stnb.errors import StnbError
from stnb.frame import assemble, file_frame, notices
from stnb.frame.notices import Notice
from stnb.frame.save import load
from stnb.session import clock, loop

from .fetch import Work
from .progress import Progress, taken_up
from .provenance import about
from .store.memory import Memory, OnDisk

ENDING = 30.0  # seconds at most that a cancelled run may take to decode the pages that had arrived
AT_ONCE = 0.2  # seconds that an interrupted reader waits for the same


class Pull(Work):
    """A pull under way, or done.

    Attributes:
        error: what ended it, or None.
        cancelled: whether it was cancelled.
        path: the Parquet file that it was written to, once it is done; None where it goes into a
            frame.

    Example:
        >>> run = st.jpm.jobs.start(jobStatus="Completed")
        >>> run.progress.rows, run.done
        (0, False)
        >>> df = run.wait()
    """

    def __init__(self, *args: Any, began: str | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cancelled = False
        self.error: Exception | None = None
        self.path: Path | None = None
        self.began = began or clock.stamp(self.session.now())
        self._entered, self._ended = threading.Event(), threading.Event()
        self._frame: pd.DataFrame | None = None
        self._notices: list[Notice] = []
        self._future: concurrent.futures.Future[None] | None = None

    def __repr__(self) -> str:
        p = self.progress
        return f"<Pull of {self.call.endpoint.name} · {p.state} · {p.rows:,} rows>"

    def start(self) -> Pull:
        """Begin, in the background."""
        self._future = loop.submit(self._run())
        return self

    def resume(self) -> Pull:
        """Go on in the background where a pull that failed or was cancelled stood; what had arrived
        is not read again.

        Example:
            >>> run.cancel()
            >>> df = run.resume().wait()
        """
        if self.error is not None or (self._future is not None and self._future.done()):
            self._ended.wait(
                ENDING
            )  # the pages that had arrived are on the shelf then, and the shelf is let go
        if self.error is None and not self.cancelled:
            return self  # it runs, or is whole
        shelf, (tell, on_page) = self.shelf.again(), self._callbacks
        plan = taken_up(self.plan, self.call, shelf)
        run = Pull(
            self.session,
            self.call,
            plan,
            wish=self.wish,
            shelf=shelf,
            began=self.began,
            progress=tell,
            on_page=on_page,
        )
        run._progress = replace(
            run._progress, requests=self._progress.requests, total=self._progress.total
        )
        return run.start()

    @property
    def progress(self) -> Progress:
        """How far it is, now."""
        p = self._progress
        return p if self.done else replace(p, seconds=time.monotonic() - self._start)

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
            self._entered.wait(
                ENDING
            )  # a run that is cancelled before its first step would not notice
            self._future.cancel()

    def wait(self, timeout: float | None = None) -> pd.DataFrame:
        """Wait for the end and answer with the frame; after `cancel()`, with the rows that had
        arrived.

        Raises:
            StnbError: the pull failed; the rows that had arrived are in `err.frame`, and
                `err.resume()` goes on.
            TimeoutError: it still runs.
            KeyboardInterrupt: it was interrupted, and has been cancelled; the rows are in `frame`.
        """
        self._join(timeout)
        frame = self.frame
        assert frame is not None
        self._warn()
        return frame

    def saved(self, timeout: float | None = None) -> Path:
        """Wait for the end of a pull that goes to a file, and answer with its path; raises as
        `wait` does.

        Raises:
            concurrent.futures.CancelledError: it was cancelled.
        """
        self._join(timeout)
        self._warn()
        if self.path is None:
            raise concurrent.futures.CancelledError(
                "no file was written; the same call goes on from the pages that had arrived"
            )
        return self.path

    def _join(self, timeout: float | None) -> None:
        assert self._future is not None
        try:
            loop.wait(self._future, timeout)
        except (concurrent.futures.CancelledError, asyncio.CancelledError):
            self._ended.wait(ENDING)  # it keeps the pages that were being decoded
        except KeyboardInterrupt:
            self._future.cancel()  # it may have come just before the wait, which cancels too
            self._ended.wait(AT_ONCE)
            raise
        if isinstance(self.error, StnbError):
            if isinstance(self.shelf, Memory):
                self.error.frame = self.frame if self._progress.pages else None
            self.error.goes_on = lambda: self._go_on()
            raise self.error.with_traceback(
                None
            )  # the frames of the loop's thread say nothing to the reader
        if self.error is not None:
            raise self.error

    def _go_on(self) -> pd.DataFrame | Path:
        run = self.resume()
        return run.wait() if isinstance(self.shelf, Memory) else run.saved()

    def _warn(self) -> None:
        while self._notices:
            notices.warn(self._notices.pop(0))

    @property
    def frame(self) -> pd.DataFrame | None:
        """The rows that arrived, once it is done; None before. Read from the file where it was
        written to one.
        """
        if not self.done:
            return None
        with self._lock:
            if self._frame is None:
                self._frame = self._assemble() if self.path is None else load(self.path)
            return self._frame

    # -- the run, on the private loop

    async def _run(self) -> None:
        state = "failed"
        self._entered.set()
        try:
            async for _ in self.decoded():
                pass
            if isinstance(self.shelf, OnDisk):
                await self._finish(self.shelf)
            state = "done"
            _forget_partial(self)
        except asyncio.CancelledError:
            self.cancelled, state = True, "cancelled"
            raise
        except Exception as err:  # noqa: BLE001 - the caller's `on_page` may raise anything; `wait` raises it again
            self.error = err
        finally:
            if state != "done" and self._progress.pages:
                _keep_partial(self)
            self.shelf.close()
            self._update(state=state, note="")
            self._ended.set()

    # -- the result

    async def _finish(self, shelf: OnDisk) -> None:
        """Put the pages on disk together as one Parquet file."""
        self._update(state="saving", note="")
        done = functools.partial(
            shelf.finish,
            self.call.endpoint.key,
            self.plan.limit,
            self.wish.keep,
            self._about,
            hide=self.wish.hide,
        )
        saving = asyncio.get_running_loop().run_in_executor(None, done)
        try:
            self.path = await asyncio.shield(saving)
        except asyncio.CancelledError:
            # it gives up at the next table, and only then is the file free for another pull
            shelf.close()
            await asyncio.gather(saving, return_exceptions=True)
            raise

    def _assemble(self) -> pd.DataFrame:
        e, parts = self.call.endpoint, self.shelf.read()
        drift: dict[str, str] = {}
        duplicates = 0
        if e.kind == "file":
            frame = file_frame((self.file.content, self.file.content_type) if self.file else None)
        else:
            whole = isinstance(self.shelf, Memory) and not self.cancelled and self.error is None
            if whole:
                self.shelf.parts.clear()  # type: ignore[attr-defined]
            frame, drift, duplicates = assemble(
                parts,
                self.shape,
                key=e.key,
                limit=self.plan.limit,
                keep=self.wish.keep,
                consume=whole,
            )
            if self.wish.hide:
                frame = frame.drop(columns=list(self.wish.hide))
        frame.attrs["stnb"] = self._about(len(frame), duplicates, drift, frame)
        return frame

    def _about(
        self, rows: int, duplicates: int, drift: dict[str, str], frame: pd.DataFrame | None = None
    ) -> dict[str, Any]:
        """Provenance of the rows; the notices wait for the reader."""
        told, self._notices = about(self, rows, duplicates, drift, frame)
        return told


# -- the last pull that ended early

_PARTIAL: list[Pull] = []


def _keep_partial(run: Pull) -> None:
    _PARTIAL[:] = [run]


def _forget_partial(run: Pull) -> None:
    """Its pages have become the rows of this one, and are gone from the disk."""
    shelves = [pull.shelf for pull in (run, *_PARTIAL)]
    files = [shelf.file for shelf in shelves if isinstance(shelf, OnDisk)]
    if len(files) == 2 and files[0] == files[1]:
        _PARTIAL.clear()


def last_partial() -> pd.DataFrame | None:
    """The rows of the last pull in this process that failed, was cancelled or interrupted.

    None where none was, and where a later pull has made the file that they were meant for.
    """
    return _PARTIAL[0].frame if _PARTIAL else None
