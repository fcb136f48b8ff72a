"""The pace: so many requests a second, and a pause for all when the server asks for one."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

RATE = 50  # requests a second; the API allows 60 (facts §4), and requests may bunch up on their way
BURST = 6  # a sixth of a second's requests may start at once, as the lanes of a pull do
Sleep = Callable[[float], Awaitable[None]]


class Governor:
    """Keeps a tenant's requests to so many in any second, and makes all wait when the server asks
    for a pause.

    Beyond a small burst they start evenly: a large one that is late, as it opens its connections,
    would meet the next.
    """

    def __init__(
        self,
        rate: int | None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        burst = 1 if rate is None else max(rate // BURST, 1)
        self._gap = 0.0 if rate is None else 1.0 / max(rate - burst, 1)
        self._ahead = (burst - 1) * self._gap  # seconds that a start may come before its even place
        self._clock, self._sleep = clock, sleep
        self._even = self._resume_at = 0.0  # the next start's even place
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
            while (wait := max(self._resume_at, self._even - self._ahead) - self._clock()) > 0:
                await self._sleep(wait)
            now = self._clock()
            self._even = max(self._even, now) + self._gap
            self._starts.append(now)

    async def pause(self, seconds: float) -> None:
        """Start nothing for so long; a longer pause in force stays."""
        self._resume_at = max(self._resume_at, self._clock() + seconds)
