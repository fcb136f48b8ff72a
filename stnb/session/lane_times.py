"""How long pages took: what a count of lanes is judged by."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from .lane_refusals import MOST

HOLD = 128  # pages for which a bound is believed that was found first
USUAL, USUAL_PAGES = 0.2, 4  # how much times vary, as far as nothing is known of it
ENOUGH = 100  # pages of a window that count
KEPT = 16  # pages after which a mean forgets the older ones
# What pages are compared by: the resource, and the rows that were asked for.
Kind = tuple[str, int]


@dataclass
class Mean:
    """The mean of the seconds that pages took."""

    pages: int = 0
    seconds: float = 0.0

    def add(self, seconds: float, most: int = KEPT) -> None:
        """Count a page."""
        self.pages += 1
        self.seconds += (seconds - self.seconds) / min(self.pages, most)


@dataclass
class Window:
    """The pages that came while the count was one and the same.

    Attributes:
        means: the seconds of each kind of page.
        pages: how many came.
        level: how many were in flight when one began, in the mean.
        spread: how far their times lie from the mean: the squares of that, as parts of the mean,
            added up.
    """

    means: dict[Kind, Mean] = field(default_factory=dict)
    pages: int = 0
    level: float = 0.0
    spread: float = 0.0

    def add(self, kind: Kind, seconds: float, level: float) -> None:
        """Count a page."""
        mean = self.means.setdefault(kind, Mean())
        before = mean.seconds or seconds
        mean.add(seconds, self.pages + 1)
        self.spread += (seconds - before) * (seconds - mean.seconds) / mean.seconds**2
        self.pages += 1
        self.level += (level - self.level) / self.pages

    @property
    def noise(self) -> float:
        """The standard deviation of the times, as a part of their mean; a few pages tell little of
        it, and so some that vary as usual count with them.
        """
        return math.sqrt((self.spread + USUAL_PAGES * USUAL**2) / (self.pages + USUAL_PAGES))

    def join(self, other: Window) -> None:
        """Count the pages of another window too."""
        for kind, mean in other.means.items():
            own = self.means.setdefault(kind, Mean())
            pages = own.pages + mean.pages
            own.seconds += (mean.seconds - own.seconds) * mean.pages / pages
            own.pages = min(pages, ENOUGH)
        pages = self.pages + other.pages
        self.level += (other.level - self.level) * other.pages / pages
        self.pages = min(pages, ENOUGH)

    @property
    def seconds(self) -> float:
        """What a page took, in the mean."""
        return sum(mean.pages * mean.seconds for mean in self.means.values()) / self.pages

    def slower(self, other: Mapping[Kind, Mean]) -> float | None:
        """How many times as long pages took as others of their kind; None if that is not known."""
        pages, total = 0, 0.0
        for kind, mean in self.means.items():
            seconds_before = usual(kind, other)
            if seconds_before:
                pages += mean.pages
                total += mean.pages * mean.seconds / seconds_before
        if 2 * pages < self.pages:
            return None
        return total / pages


@dataclass
class Known:
    """What the times of pages have taught.

    Attributes:
        ceiling: the bound that was found.
        floor: fewer than these brought no more.
        rest: for how many further pages both are believed.
        until: until when they are, however few pages come.
        hold: for how many pages the next bound is.
        is_fresh: whether nothing has hinted at a bound so far.
        calm: the times of an idle server.
        first: the times of pages that began beside few others, as the first ones of a list do.
        before: what a window is compared with.
        before_limit: its lanes.
    """

    ceiling: int = MOST
    floor: int = 0
    rest: float = math.inf
    until: float = math.inf
    hold: int = HOLD
    is_fresh: bool = True
    calm: dict[Kind, Mean] = field(default_factory=dict)
    first: dict[Kind, Mean] = field(default_factory=dict)
    before: Window | None = None
    before_limit: int = 0


def usual(kind: Kind, means: Mapping[Kind, Mean]) -> float:
    """The seconds of such a page; at most so many, if only others are known; 0 if none is.

    Example:
        >>> usual(("jpm.jobs", 1500), {("jpm.jobs", 500): Mean(1, 0.5)})
        1.5
    """
    name, rows = kind
    known = []
    for other, size in means:
        if other == name and size >= rows:
            known.append(means[other, size].seconds)
        elif other == name and size > 0:
            known.append(means[other, size].seconds * rows / size)
    return min(known, default=0.0)
