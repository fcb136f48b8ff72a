"""The pace: so many requests a second, and a pause for all if the server asks for one."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

from .shared_pace import SharedTimes, Times

# Requests a second. The API allows 60, and requests may bunch up on their way to it.
RATE = 50
# A sixth of a second's requests may start at once, as the lanes of a pull do.
BURST = 6
Sleep = Callable[[float], Awaitable[None]]


class Governor:
    """Keeps a tenant's requests to so many in any second, and makes all of them wait if the server
    asks for a pause.

    Beyond a small burst they start evenly. A large burst is late, because it opens its connections
    first, and would meet the next one.

    Args:
        rate: requests a second; None for no limit.
        clock, sleep: for tests that must not wait.
        times: where the times of starts are kept; a file, if other processes keep to them too.
    """

    def __init__(
        self,
        rate: int | None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        times: Times | SharedTimes | None = None,
    ) -> None:
        self._gap = 0.0  # seconds between two starts
        self._ahead = 0.0  # seconds by which a start may come before its even place
        if rate is not None:
            burst = max(rate // BURST, 1)
            self._gap = 1.0 / max(rate - burst, 1)
            self._ahead = (burst - 1) * self._gap
        self._clock, self._sleep = clock, sleep
        self._times = times or Times()
        self._starts: deque[float] = deque(maxlen=1_000)
        self._lock = asyncio.Lock()

    @property
    def pace(self) -> int:
        """How many requests started in the last second."""
        now = self._clock()
        return sum(now - start < 1.0 for start in tuple(self._starts))

    @property
    def problem(self) -> str:
        """Why the times are not shared with other processes, though they should be."""
        return self._times.problem

    async def turn(self) -> None:
        """Return when the next request may start."""
        async with self._lock:
            # In a loop, because a pause may begin while we sleep, or another process be faster.
            while (wait := self._take()) > 0:
                await self._sleep(wait)

    def _take(self) -> float:
        """Take the next start, if it is time for it; else the seconds until then."""
        with self._times.changing() as times:
            now = self._clock()
            wait = max(times.resume_at, times.even - self._ahead) - now
            if wait <= 0:
                times.even = max(times.even, now) + self._gap
                self._starts.append(now)
            return wait

    async def pause(self, seconds: float) -> None:
        """Start nothing for so many seconds; a longer pause in force stays."""
        with self._times.changing() as times:
            times.resume_at = max(times.resume_at, self._clock() + seconds)
