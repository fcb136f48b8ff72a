"""The pace: so many requests a second, and a pause for all when the server asks for one."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

RATE = 50  # requests a second; the API allows 60 (facts §4), and requests may bunch up on their way
Sleep = Callable[[float], Awaitable[None]]


class Governor:
    """Keeps a tenant's requests to so many in any second, and makes all wait when the server asks for a pause."""

    def __init__(self, rate: int | None, clock: Callable[[], float] = time.monotonic, sleep: Sleep = asyncio.sleep) -> None:
        self._starts: deque[float] = deque(maxlen=rate)
        self._clock, self._sleep = clock, sleep
        self._resume_at = 0.0
        self._lock = asyncio.Lock()

    async def turn(self) -> None:
        """Return when the next request may start."""
        async with self._lock:
            while (wait := self._wait()) > 0:
                await self._sleep(wait)
            if self._starts.maxlen is not None:
                self._starts.append(self._clock())

    def _wait(self) -> float:
        now = self._clock()
        full = self._starts.maxlen is not None and len(self._starts) == self._starts.maxlen
        return max(self._resume_at - now, self._starts[0] + 1.0 - now if full else 0.0)

    async def pause(self, seconds: float) -> None:
        """Start nothing for so long; a longer pause in force stays."""
        self._resume_at = max(self._resume_at, self._clock() + seconds)
