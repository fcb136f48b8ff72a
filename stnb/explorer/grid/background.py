"""Work that the page does not wait for: one thread, small steps, the latest job first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONGEST = 10.0  # s that an answer may hold up the jobs

Job = Iterator[None]


class Background:
    """Does jobs on a thread of its own, which ends when no job is left.

    A job is an iterator that pauses between its steps, so that a newer job may come first. A job
    replaces an older one of the same name, which is then not finished.

    Args:
        show_error: is given the error of a job, on the thread.

    Example:
        >>> background = Background(print)
        >>> background.submit("nothing", iter([None]))
        >>> background.wait(10)
    """

    def __init__(self, show_error: Callable[[Exception], None]) -> None:
        self._show_error = show_error
        self._lock = threading.Lock()
        self._no_answer = threading.Condition()
        self._answers = 0  # that are being made right now
        self._jobs: dict[str, Job] = {}
        self._idle_jobs: dict[str, Job] = {}
        self._thread: threading.Thread | None = None

    def submit(self, name: str, job: Job, idle: bool = False) -> None:
        """Have a job done. An idle job waits until there is no other."""
        with self._lock:
            jobs = self._idle_jobs if idle else self._jobs
            jobs.pop(name, None)
            jobs[name] = job
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="stnb-grid", daemon=True)
                self._thread.start()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Hold the jobs up between two steps while an answer is made.

        Two threads that want the interpreter slow each other down.
        """
        with self._no_answer:
            self._answers += 1
        try:
            yield
        finally:
            with self._no_answer:
                self._answers -= 1
                self._no_answer.notify_all()

    def clear(self) -> None:
        """Forget every job; a step that is under way ends."""
        with self._lock:
            self._jobs.clear()
            self._idle_jobs.clear()

    def wait(self, seconds: float) -> None:
        """Wait until every job is done, at most so many seconds."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _work(self) -> None:
        while True:
            latest = self._latest()
            if latest is None:
                return
            with self._no_answer:
                self._no_answer.wait_for(lambda: not self._answers, timeout=LONGEST)
            jobs, name = latest
            self._step(jobs, name)

    def _step(self, jobs: dict[str, Job], name: str) -> None:
        job = jobs.get(name)
        if job is None:  # it was forgotten meanwhile
            return
        try:
            next(job)
        except StopIteration:
            self._remove(jobs, name, job)
        except Exception as error:  # noqa: BLE001
            self._remove(jobs, name, job)
            self._show_error(error)

    def _latest(self) -> tuple[dict[str, Job], str] | None:
        with self._lock:
            for jobs in (self._jobs, self._idle_jobs):
                if jobs:
                    return jobs, next(reversed(jobs))
            self._thread = None
            return None

    def _remove(self, jobs: dict[str, Job], name: str, job: Job) -> None:
        with self._lock:
            if jobs.get(name) is job:
                del jobs[name]
