"""How many pages are in flight: one list of a tenant, read several times in simulated time.

The servers share their work among all pages in flight, as real ones do, and the pages have the
sizes that a pull gives them.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from stnb.pull.paging.sizes import FIRST_PAGE, LEARNING, choose_size
from stnb.session.lane_refusals import MOST
from stnb.session.lanes import START, LaneCount
from tests.helpers.fixed_lanes import Fixed

NETWORK = 0.05  # seconds on the way
BASE, ROW = 0.1, 0.0006  # seconds of work for a page, and for each of its rows
FULL = 5000  # rows that a page may have
NOISE = 0.2
PAUSE = 5.0  # seconds between two pulls
SEEDS = range(16)
Speed = Callable[[int], float]  # of each page, if so many are worked on


@dataclass
class Server:
    """It works on all pages that have arrived, each the slower the more they are.

    Args:
        speed: says how much slower.
        bears: more pages than so many are refused.
    """

    speed: Speed = lambda pages: 1.0
    bears: int = MOST + 1
    _done: float = 0.0  # seconds of work on a page that was there from the beginning
    _moment: float = 0.0
    _pages: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)

    def takes(self, moment: float, work: float, order: int, end: Callable[[], None]) -> bool:
        """Begin to work on a page, whose end is told; or refuse it."""
        self._work_until(moment)
        if len(self._pages) >= self.bears:
            return False
        heapq.heappush(self._pages, (self._done + work, order, end))
        return True

    def next_end(self) -> float:
        """When it has done its next page."""
        if not self._pages:
            return math.inf
        left = max(self._pages[0][0] - self._done, 0.0)
        return self._moment + left / self.speed(len(self._pages))

    def end_page(self, moment: float) -> None:
        """Hand on the page that is done now."""
        self._work_until(moment)
        heapq.heappop(self._pages)[2]()

    def _work_until(self, moment: float) -> None:
        if self._pages:
            self._done += (moment - self._moment) * self.speed(len(self._pages))
        self._moment = moment


class Pulls:
    """Pulls of one list, one after another.

    Attributes:
        seconds: how long each took.
        refusals: how many pages were refused to each.
    """

    def __init__(self, server: Server, lanes: LaneCount, rows: int, seed: int) -> None:
        self._server, self._lanes, self._rows = server, lanes, rows
        self._dice, self._order = random.Random(seed), itertools.count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._now, self._left = 0.0, 0
        self._waiting: list[int] = []  # the rows of each page that is still to be asked for
        self.seconds, self.refusals = list[float](), list[int]()

    def pull(self) -> None:
        """Read the list once, after a pause."""
        self._now += PAUSE
        begun = self._now
        self.refusals.append(0)
        self._read([FIRST_PAGE])
        size = self._size()
        self._read([size] * -(-self._rows // size))
        self.seconds.append(self._now - begun)

    def _size(self) -> int:
        lanes = self._lanes
        if isinstance(lanes, Fixed):
            return choose_size(self._rows, lanes.limit, FULL)
        likely = max(lanes.likely, START)
        if not lanes.is_learning:
            return choose_size(self._rows, likely, FULL)
        if self._rows <= likely * LEARNING:
            likely = START
        return choose_size(self._rows, likely, FULL, LEARNING)

    def _read(self, pages: list[int]) -> None:
        self._waiting, self._left = pages, len(pages)
        while self._left:
            self._ask()
            end = self._server.next_end()
            if self._events and self._events[0][0] < end:
                self._now, _, event = heapq.heappop(self._events)
                event()
            else:
                self._now = end
                self._server.end_page(end)

    def _ask(self) -> None:
        while self._waiting:
            wait = self._lanes.room(self._now)
            if math.isinf(wait):
                return
            if wait:
                self._later(wait, lambda: None)
                return
            self._send(self._waiting.pop())

    def _send(self, rows: int) -> None:
        begun, page = self._now, self._lanes.begin(("jobs", rows), self._now)
        work = (BASE + ROW * rows) * self._dice.lognormvariate(-(NOISE**2) / 2, NOISE)

        def came() -> None:
            self._left -= 1
            self._lanes.came(page, self._now - begun, self._now)

        def refused() -> None:
            self.refusals[-1] += 1
            self._lanes.refused(page, self._now)
            self._later(self._dice.uniform(0, 1), lambda: self._waiting.append(rows))

        def done() -> None:
            self._later(NETWORK / 2, came)

        def arrived() -> None:
            if not self._server.takes(self._now, work, next(self._order), done):
                self._later(NETWORK / 2, refused)

        self._later(NETWORK / 2, arrived)

    def _later(self, seconds: float, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self._now + seconds, next(self._order), event))


def slows(above: float, power: float) -> Speed:
    """Each page is slower if there are more than so many."""
    return lambda pages: min(1.0, (above / pages) ** power)


SERVERS: dict[str, Callable[[], Server]] = {
    "works on four at a time": lambda: Server(slows(4, 1)),
    "slows": lambda: Server(slows(6, 2)),
    "slows much": lambda: Server(slows(6, 3)),
    "slows early": lambda: Server(slows(3, 2)),
    "refuses": lambda: Server(bears=10),
    "refuses early": lambda: Server(bears=5),
    "scales": Server,
}
BOUNDED = [name for name in SERVERS if name != "scales"]


def pulled(name: str, lanes: Callable[[], LaneCount], rows: int, times: int = 3) -> list[Pulls]:
    """So many pulls in a row of a new tenant, for each seed."""
    found = []
    for seed in SEEDS:
        pulls = Pulls(SERVERS[name](), lanes(), rows, seed)
        for _ in range(times):
            pulls.pull()
        found.append(pulls)
    return found


def mean(found: list[Pulls], number: int) -> float:
    """The mean seconds of the pulls with this number."""
    return statistics.mean(pulls.seconds[number] for pulls in found)


@pytest.mark.parametrize("rows", [21_000, 100_000])
@pytest.mark.parametrize("name", BOUNDED)
def test_no_pull_of_a_bounded_server_is_slower_than_with_eight(name: str, rows: int) -> None:
    """The first one takes a few percent longer at most, as its pages are smaller; what it teaches
    makes none of the next ones slower, and costs a refusal or two.
    """
    ours, eight = pulled(name, LaneCount, rows), pulled(name, lambda: Fixed(START), rows)

    assert mean(ours, 0) < 1.08 * mean(eight, 0)
    for number in (1, 2):
        assert mean(ours, number) < 1.03 * mean(eight, number)
        refused = sum(pulls.refusals[number] for pulls in ours)
        assert refused <= sum(pulls.refusals[number] for pulls in eight) + 2.5 * len(SEEDS)


@pytest.mark.parametrize("name", ["slows much", "slows early"])
def test_what_is_remembered_is_the_count_that_was_best(name: str) -> None:
    """Not the last one of a search: a third pull comes near to that with the best count."""
    best = min(mean(pulled(name, lambda n=n: Fixed(n), 100_000, 1), 0) for n in range(2, START))

    assert mean(pulled(name, LaneCount, 100_000), 2) < 1.3 * best


def test_a_server_that_scales_is_remembered_too() -> None:
    """A second pull takes less than half the time that eight lanes take."""
    ours, eight = (pulled("scales", lanes, 100_000) for lanes in (LaneCount, lambda: Fixed(START)))

    assert mean(ours, 0) < 0.6 * mean(eight, 0)
    assert mean(ours, 1) < 0.47 * mean(eight, 1)


def test_a_short_list_teaches_without_cost() -> None:
    """21,000 rows are read for the first time in the pages that eight lanes would have."""
    ours, eight = (pulled("scales", lanes, 21_000) for lanes in (LaneCount, lambda: Fixed(START)))

    assert mean(ours, 0) < 1.02 * mean(eight, 0)
    assert mean(ours, 1) < 0.85 * mean(eight, 1)
