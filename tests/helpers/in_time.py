"""What is to be quick, on a machine that may be busy with other things."""

from __future__ import annotations

from collections.abc import Callable

TRIES = 20
PATIENCE = 60.0  # seconds that a test waits for what comes in a fraction of one


def is_quick(once: Callable[[], float], seconds: float) -> bool:
    """Whether one of twenty tries takes less than so long: a machine that is busy may be late, but
    not each time. The first one in time is the last.

    Args:
        once: does it, and says how many seconds it took.
    """
    return any(once() < seconds for _ in range(TRIES))
