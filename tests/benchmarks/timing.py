"""Times of several contestants, taken in turns, so that what else the machine does meets all of
them alike.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from typing import Any

RUNS = 5


def side_by_side(
    works: Mapping[str, Callable[[], Any]], clock: Callable[[], float], runs: int = RUNS
) -> dict[str, float]:
    """The median seconds of each; every round runs all of them."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(runs):
        for name, work in works.items():
            start = clock()
            work()
            seconds[name].append(clock() - start)
    return {name: statistics.median(taken) for name, taken in seconds.items()}
