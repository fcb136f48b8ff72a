"""A session's clock under a test's hand: no test sleeps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any


class Clock:
    """Time that passes only when somebody sleeps, or when a test sets `now`.

    Attributes:
        now: seconds.
        slept: what was slept, in seconds, in the order of the calls.
        turns: turns of the loop in which others may work before a sleep is over.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self.turns = 1

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        until = self.now + seconds + 1e-9
        self.slept.append(seconds)
        for _ in range(self.turns):
            await asyncio.sleep(0)
        self.now = max(self.now, until)


def with_time(work: Callable[[Callable[[float], None]], Any]) -> Any:
    """Carry out work in a loop whose time it may set forward by so many seconds."""

    async def carried_out() -> Any:
        loop = asyncio.get_running_loop()
        real, ahead = loop.time, 0.0

        def forward(seconds: float) -> None:
            nonlocal ahead
            ahead += seconds

        loop.time = lambda: real() + ahead  # type: ignore[method-assign]
        return await work(forward)

    return asyncio.run(carried_out())
