"""What is to be quick, on a machine that may be slow, or busy with other things."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

TRIES = 20
PATIENCE = 60.0  # seconds that a test waits for what comes in a fraction of one


def is_quick(once: Callable[[], float], seconds: float) -> bool:
    """Whether one of twenty tries takes less than so long: a machine that is busy may be late, but
    not each time. The first one in time is the last.

    Args:
        once: does it, and says how many seconds it took.
    """
    return any(once() < seconds for _ in range(TRIES))


def cpu(once: Callable[[], Any]) -> float:
    """Seconds of CPU that it takes in this thread, however busy the machine is."""
    began = time.thread_time()
    once()
    return time.thread_time() - began


def is_light(once: Callable[[], Any], yards: float) -> bool:
    """Whether one of twenty tries takes less CPU than so many yards.

    A yard is a fixed piece of plain Python, run beside each try: some hundredths of a second, and
    twice as many on a machine of half the speed. One try may meet the collector of garbage, which
    counts here and has nothing to do with it.
    """
    return any(cpu(once) < yards * cpu(_yard) for _ in range(TRIES))


def _yard() -> None:
    """Make, sort and count texts: nothing of ours, and nothing that is optimised away."""
    texts = sorted(str(number * 7919 % 50_000) for number in range(50_000))
    assert len({text: len(text) for text in texts}) == 50_000
