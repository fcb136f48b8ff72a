"""The pull that last ended early: what `stnb.last_partial` gives."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from .run import Pull

_EARLY: list[Pull] = []  # one at most
_LOCK = threading.Lock()


def keep(run: Pull) -> None:
    """It ended early, or is about to; the one before it is forgotten."""
    with _LOCK:
        _EARLY[:] = [run]


def whole(run: Pull) -> None:
    """It is whole. If an earlier one was meant for the same file, its pages are gone from the disk:
    they have become rows of this one.
    """
    with _LOCK:
        others = [other for other in _EARLY if other is not run]
        if run.store.file is not None and any(run.store.file == o.store.file for o in others):
            _EARLY.clear()


def last_partial() -> pd.DataFrame | None:
    """The rows of the last pull in this process that failed, was cancelled or interrupted.

    None if there was none, or if a later pull has made the file that they were meant for. Pages
    that had arrived when it was interrupted are decoded first.
    """
    with _LOCK:
        kept = list(_EARLY)
    for run in kept:
        return run.rest()
    return None


def forget_partial() -> None:
    """Forget the last pull that ended early, and so free its rows."""
    with _LOCK:
        _EARLY.clear()
