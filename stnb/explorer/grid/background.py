"""Work that the page does not wait for: one thread, small steps, the latest wish first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONGEST = 10.0  # s that an answer may hold up the work behind it


class Behind:
    """Do jobs in a thread of their own, which ends when nothing is left to do.

    A job is an iterator that pauses between its steps, so that a newer one may come first. A job of
    the same name replaces the older one, which then never goes on.
    """

    def __init__(self, show_error: Callable[[Exception], None]) -> None:
        self._tell = show_error
        self._lock = threading.Lock()
        self._free = threading.Condition()
        self._busy = 0
        self._jobs: dict[str, Iterator[None]] = {}
        self._idle: dict[str, Iterator[None]] = {}
        self._thread: threading.Thread | None = None

    def wish(self, name: str, job: Iterator[None], idle: bool = False) -> None:
        """Have a job done; an idle one waits until there is no other."""
        with self._lock:
            jobs = self._idle if idle else self._jobs
            jobs.pop(name, None)
            jobs[name] = job
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="stnb-grid", daemon=True)
                self._thread.start()

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Between its steps the thread waits while this lasts: two threads that want the
        interpreter slow each other down.
        """
        with self._free:
            self._busy += 1
        try:
            yield
        finally:
            with self._free:
                self._busy -= 1
                self._free.notify_all()

    def drop(self) -> None:
        """Leave what is not done undone."""
        with self._lock:
            self._jobs.clear()
            self._idle.clear()

    def wait(self, seconds: float) -> None:
        """Wait until everything is done."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _work(self) -> None:
        while (found := self._next()) is not None:
            with self._free:
                self._free.wait_for(lambda: not self._busy, timeout=LONGEST)
            jobs, name, job = found
            try:
                next(job)
            except StopIteration:
                self._remove(jobs, name, job)
            except Exception as error:  # noqa: BLE001
                self._remove(jobs, name, job)
                self._tell(error)

    def _next(self) -> tuple[dict[str, Iterator[None]], str, Iterator[None]] | None:
        with self._lock:
            for jobs in (self._jobs, self._idle):
                if jobs:
                    name = next(reversed(jobs))
                    return jobs, name, jobs[name]
            self._thread = None
            return None

    def _remove(self, jobs: dict[str, Iterator[None]], name: str, job: Iterator[None]) -> None:
        with self._lock:
            if jobs.get(name) is job:
                del jobs[name]
