"""How far a pull is, and the callback that hears about it."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from stnb.errors import StnbWarning
from stnb.frame.notices import Notice


@dataclass(frozen=True)
class Progress:
    """How far a pull is.

    Attributes:
        rows: rows decoded so far.
        total: rows in all, once known.
        pages, requests: answers decoded, and requests sent, so far.
        seconds: since the start.
        state: starting, pulling, waiting, saving, done, cancelled or failed.
        step: what is being done, if the rows alone do not say it: "17 of 30 customers".
        reason: why it waits.
        resume_in: seconds until the pause ends that the server asked for, or that a further try is
            put off by; None if it waits for something else.

    Example:
        >>> Progress(rows=50, total=200)
    """

    rows: int = 0
    total: int | None = None
    pages: int = 0
    requests: int = 0
    seconds: float = 0.0
    state: str = "starting"
    step: str = ""
    reason: str = ""
    resume_in: float | None = None

    @property
    def note(self) -> str:
        """The step, and why it waits, for people.

        Example:
            >>> Progress(reason="the server asks for a pause", resume_in=6.2).note
            'waiting 7 s: the server asks for a pause'
        """
        wait = self.reason
        if self.resume_in is not None:
            wait = f"waiting {max(1, math.ceil(self.resume_in))} s: {self.reason}"
        return " · ".join(text for text in (self.step, wait) if text)


ProgressCallback = Callable[[Progress], object]
PageCallback = Callable[[pd.DataFrame], object]


class Tracker:
    """Counts what a pull does, and calls the caller's callback at every change.

    Args:
        callback: one that raises is not called again.
        begin: the counts to begin with.

    Attributes:
        notices: that the callback failed.
    """

    def __init__(
        self, callback: ProgressCallback | None = None, begin: Progress | None = None
    ) -> None:
        self.notices: list[Notice] = []
        self._callback, self._progress = callback, begin or Progress()
        self._start = time.monotonic()
        self._resumes: float | None = None  # when the pause ends
        self._ended = False
        self._lock = threading.Lock()

    @property
    def progress(self) -> Progress:
        """How far it is, now."""
        now = self._progress
        if self._ended:
            return now
        clock = time.monotonic()
        now = replace(now, seconds=clock - self._start)
        if self._resumes is None:
            return now
        return replace(now, resume_in=max(self._resumes - clock, 0.0))

    def update(self, *, rows: int = 0, pages: int = 0, requests: int = 0, **changes: Any) -> None:
        """Add to the counts and set the rest; the loop's thread and the decoders' call it."""
        with self._lock:
            now = self._progress
            self._progress = replace(
                now,
                rows=now.rows + rows,
                pages=now.pages + pages,
                requests=now.requests + requests,
                seconds=time.monotonic() - self._start,
                **changes,
            )
            now = self._progress
        callback = self._callback
        if callback is None:
            return
        try:
            callback(now)
        except Exception as err:  # noqa: BLE001 - a bar that breaks must not cost the rows
            if self._callback is not None:
                text = f"The progress callback failed and was left out ({err!r})."
                self.notices.append(Notice(StnbWarning, text))
            self._callback = None

    def wait_for(self, reason: str, seconds: float | None = None) -> None:
        """It waits, for so many seconds if they are known; "" when it goes on."""
        self._resumes = None
        if seconds is not None:
            self._resumes = time.monotonic() + seconds
        state = "waiting"
        if not reason:
            state = "pulling"
        self.update(state=state, reason=reason, resume_in=seconds)

    def count_down(self) -> None:
        """Tell the callback how much of a pause is left, if there is one."""
        if self._resumes is not None:
            self.update(resume_in=self.progress.resume_in)

    def leave(self) -> None:
        """Its reader waits no longer: the callback hears that it is cancelled, and no more."""
        callback, self._callback = self._callback, None
        if callback is not None:
            with contextlib.suppress(Exception):
                callback(replace(self.progress, state="cancelled", step="", reason=""))

    def end(self, state: str) -> None:
        """It is done, cancelled or failed."""
        self._resumes = None
        self.update(state=state, step="", reason="", resume_in=None)
        self._ended = True
