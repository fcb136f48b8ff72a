"""How often a report may run: the same one once a minute for a tenant, and each page is a run."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

from ..bodies import Problem

PAUSE = 60.0  # seconds between two runs of a report


class Runs:
    """When each report ran last.

    Args:
        clock: seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._skipped = 0.0
        self._last: dict[int, float] = {}
        self._lock = threading.Lock()

    def skip(self, seconds: float) -> None:
        """Let so much time pass at once, for reports alone."""
        with self._lock:
            self._skipped += seconds

    def begin(self, report: int) -> None:
        """Count a run of a report.

        Raises:
            Problem: 429, it ran less than a minute ago; the title and `Retry-After` say how long
                to wait.
        """
        with self._lock:
            now = self._clock() + self._skipped
            free_at = self._last.get(report, now - PAUSE) + PAUSE
            wait = math.ceil(free_at - now)
            if wait <= 0:
                self._last[report] = now
                return
        raise Problem(
            429,
            f"Rate limit is exceeded. Try again in {wait} seconds.",
            short=True,
            headers={"retry-after": str(wait)},
        )
