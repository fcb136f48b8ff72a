"""How far the pulls of many tenants are, as one progress."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from .progress import Progress, ProgressCallback

ENDED = ("done", "cancelled", "failed")


class Hub:
    """Hears how far each tenant's pull is, and tells how far all are.

    Args:
        callback: called with the Progress of all at every change.
        known: how many tenants there are.
    """

    def __init__(self, callback: ProgressCallback | None, known: int) -> None:
        self._callback, self._known = callback, known
        self._last: dict[str, Progress] = {}
        self._began = time.monotonic()
        self._lock = threading.Lock()

    def of(self, tenant: str) -> Callable[[Progress], object]:
        """The callback of one tenant's pull."""

        def hear(progress: Progress) -> None:
            with self._lock:
                self._last[tenant] = progress
            if self._callback is not None:
                self._callback(self.progress)

        return hear

    @property
    def progress(self) -> Progress:
        """How far all are, now."""
        with self._lock:
            parts = dict(self._last)
        rows = sum(part.rows for part in parts.values())
        ended = sum(part.state in ENDED for part in parts.values())
        totals = [part.total for part in parts.values()]
        total = None
        if len(totals) == self._known and None not in totals:
            total = sum(filter(None, totals))
        return Progress(
            rows=rows,
            total=total,
            pages=sum(part.pages for part in parts.values()),
            requests=sum(part.requests for part in parts.values()),
            seconds=time.monotonic() - self._began,
            state=_state(parts, self._known),
            step=f"{ended} of {self._known} tenants",
            reason=_waits(parts),
        )


def _state(parts: Mapping[str, Progress], known: int) -> str:
    """The state of all: how they ended once all have ended, else what any of them does."""
    states = [part.state for part in parts.values()]
    if len(states) == known and all(state in ENDED for state in states):
        for state in ("cancelled", "failed"):
            if state in states:
                return state
        return "done"
    for state in ("pulling", "saving", "waiting"):
        if state in states:
            return state
    return "starting" if not any(state in ENDED for state in states) else "pulling"


def _waits(parts: Mapping[str, Progress]) -> str:
    """The tenant that waits longest, and for how many seconds."""
    waiting = {}
    for tenant, part in parts.items():
        if part.state == "waiting" and part.resume_in is not None:
            waiting[tenant] = part.resume_in
    if not waiting:
        return ""
    longest = max(waiting, key=lambda tenant: waiting[tenant])
    others = f" and {len(waiting) - 1} more" if len(waiting) > 1 else ""
    return f"{longest}{others} waits {max(1, round(waiting[longest]))} s"
