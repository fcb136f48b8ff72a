"""The pace: so many requests a second, and a pause for all if the server asks for one."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

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
    """

    def __init__(
        self,
        rate: int | None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._gap = 0.0  # seconds between two starts
        self._ahead = 0.0  # seconds by which a start may come before its even place
        if rate is not None:
            burst = max(rate // BURST, 1)
            self._gap = 1.0 / max(rate - burst, 1)
            self._ahead = (burst - 1) * self._gap
        self._clock, self._sleep = clock, sleep
        self._even = 0.0  # the even place of the next start
        self._resume_at = 0.0  # the end of the pause
        self._starts: deque[float] = deque(maxlen=1_000)
        self._lock = asyncio.Lock()

    @property
    def pace(self) -> int:
        """How many requests started in the last second."""
        now = self._clock()
        return sum(now - start < 1.0 for start in tuple(self._starts))

    async def turn(self) -> None:
        """Return when the next request may start."""
        async with self._lock:
            # In a loop, because a pause may begin while we sleep.
            while (wait := self._earliest() - self._clock()) > 0:
                await self._sleep(wait)
            now = self._clock()
            self._even = max(self._even, now) + self._gap
            self._starts.append(now)

    def _earliest(self) -> float:
        return max(self._resume_at, self._even - self._ahead)

    async def pause(self, seconds: float) -> None:
        """Start nothing for so many seconds; a longer pause in force stays."""
        self._resume_at = max(self._resume_at, self._clock() + seconds)
