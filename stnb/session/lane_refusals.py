"""From how many pages in flight on the server refuses more of them than faults explain."""

from __future__ import annotations

import math

LEAST, MOST = 2, 24  # lanes
# From a level on, so many refusals, and so much more often than below it, are no mere faults.
REFUSALS, MORE_OFTEN = 3, 0.2
SURELY = 3  # standard deviations
REMEMBERED = 400  # pages, after which older ones count half


class Levels:
    """How many pages came, and how many were refused, that began with so many in flight."""

    def __init__(self) -> None:
        self._came, self._refused = [0.0] * (MOST + 2), [0.0] * (MOST + 2)

    def came(self, level: int) -> None:
        """Count a page that came."""
        self._count(self._came, level)

    def refused(self, level: int) -> None:
        """Count a page that was refused."""
        self._count(self._refused, level)

    def _count(self, counts: list[float], level: int) -> None:
        counts[min(level, MOST + 1)] += 1
        if sum(self._came) + sum(self._refused) > REMEMBERED:
            self._came = [count / 2 for count in self._came]
            self._refused = [count / 2 for count in self._refused]

    def bound(self) -> int:
        """The level from which on pages are refused clearly more often than below it; beyond all
        levels if there is none.
        """
        found, most = MOST + 2, MORE_OFTEN
        refused, pages = sum(self._refused), sum(self._refused) + sum(self._came)
        for level in range(LEAST + 1, MOST + 1):
            refused_above = sum(self._refused[level:])
            above = refused_above + sum(self._came[level:])
            below = max(pages - above, 1.0)
            if refused_above < REFUSALS:
                break
            share = refused / pages
            by_chance = math.sqrt(share * (1 - share) * (1 / above + 1 / below))
            more = refused_above / above - (refused - refused_above) / below
            if more >= most and more > SURELY * by_chance:
                found, most = level, more
        return found
