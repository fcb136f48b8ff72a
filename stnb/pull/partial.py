"""The pull that last ended early: what `stnb.last_partial` gives.

A pull is noted when the main thread begins to read it, not when an interrupt is caught: Python
raises an interrupt between any two steps, also between that of a pull and ours.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from stnb.errors import Interrupted
from stnb.session import loop

if TYPE_CHECKING:
    import pandas as pd


class Reading(Protocol):
    """A pull, or one of many tenants, whose reader may leave it."""

    @property
    def file(self) -> Path | None:
        """The file that it goes to, or None."""

    @property
    def done(self) -> bool:
        """Whether it has ended."""

    def check_process(self) -> None:
        """Refuse to be read in another process than its own."""

    def leave(self) -> None:
        """End it at once; its rows are in `rest()`."""

    def rest(self) -> pd.DataFrame:
        """The rows that had arrived when it was stopped."""


_READ: list[Reading] = []  # what the main thread waits for; one at most
_EARLY: list[Reading] = []  # one at most
_LOCK = threading.Lock()


@contextlib.contextmanager
def reading(run: Reading) -> Iterator[loop.Noticed]:
    """While its reader waits for it, an interrupt ends it, wherever the interrupt falls: its rows
    are those of `last_partial` then.

    Raises:
        Interrupted: it was interrupted.
    """
    try:
        run.check_process()
        # A reader may call another one of the same pull.
        is_first = begin(run)
        with loop.interruptible() as noticed:
            yield noticed
            noticed.check()
        if is_first:
            over(run)
    except KeyboardInterrupt:
        with loop.deaf():  # pressed twice, it leaves as well
            run.leave()
        raise Interrupted(lambda: len(run.rest())) from None
    except BaseException:
        over(run)
        raise


def begin(run: Reading) -> bool:
    """Its reader waits for it from now on; whether it did not yet.

    Interrupts come to the main thread alone, so that other readers need not be noted.
    """
    if not _is_main():
        return False
    with _LOCK:
        if any(other is run for other in _READ):
            return False
        _READ[:] = [run]
        return True


def over(run: Reading) -> None:
    """Its reader has the answer, or the error."""
    with _LOCK:
        _READ[:] = [other for other in _READ if other is not run]


def keep(run: Reading) -> None:
    """It ended early, or is about to; the one before it is forgotten."""
    with _LOCK:
        _EARLY[:] = [run]
        _READ[:] = [other for other in _READ if other is not run]


def whole(run: Reading) -> None:
    """It is whole. If an earlier one was meant for the same file, its pages are gone from the disk:
    they have become rows of this one.
    """
    with _LOCK:
        others = [other for other in _EARLY if other is not run]
        if run.file is not None and any(run.file == other.file for other in others):
            _EARLY.clear()


def last_partial() -> pd.DataFrame | None:
    """The rows of the last pull in this process that failed, was cancelled or interrupted.

    None if there was none, or if a later pull has made the file that they were meant for. Pages
    that had arrived when it was interrupted are decoded first.
    """
    with _LOCK:
        left = list(_READ)
    if left and _is_main():  # who asks waits no longer: an interrupt ended the wait
        left[0].leave()
    with _LOCK:
        kept = list(_EARLY)
    for run in kept:
        return run.rest()
    return None


def forget_partial() -> None:
    """Forget the last pull that ended early, and so free its rows."""
    with _LOCK:
        _EARLY.clear()
        _READ.clear()


def _after_fork() -> None:
    """What runs, runs in the parent."""
    global _LOCK
    _LOCK = threading.Lock()
    _READ.clear()
    _EARLY[:] = [run for run in _EARLY if run.done]


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_after_fork)


def _is_main() -> bool:
    return threading.current_thread() is threading.main_thread()
