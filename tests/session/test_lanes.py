"""How many pages are in flight: learned from model servers in simulated time."""

from __future__ import annotations

import asyncio
import functools
import heapq
import itertools
import math
import random
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from unittest import mock

import pytest

from stnb.session.company import Company
from stnb.session.failure import Failure
from stnb.session.gate import Gate
from stnb.session.lane_refusals import LEAST, MOST
from stnb.session.lanes import START, LaneCount, Try
from stnb.session.wire import Answer
from tests.helpers.fixed_lanes import Fixed

NETWORK = 0.05  # seconds on the way
SEEDS = range(12)
# Seconds that a page takes a server that has a worker for it, or None if it refuses the page; by
# the moment, how many are in flight with it, and its work.
Server = Callable[[float, int, float], float | None]


def scales(moment: float, level: int, work: float) -> float | None:
    """As well with many pages as with one."""
    return work


def workers(count: int) -> Server:
    """So many work; other pages wait in line."""
    free = [0.0] * count

    def serve(moment: float, level: int, work: float) -> float | None:
        begins = max(heapq.heappop(free), moment)
        heapq.heappush(free, begins + work)
        return begins + work - moment

    return serve


def slows(above: int, power: float) -> Server:
    """Every page is slower if there are more than so many."""
    return lambda moment, level, work: work * max(1.0, level / above) ** power


def refuses(above: int) -> Server:
    """So many and no more."""
    return lambda moment, level, work: None if level > above else work


def fails(share: float, seed: int) -> Server:
    """A share of the pages is refused, however many there are."""
    dice = random.Random(seed)
    return lambda moment, level, work: None if dice.random() < share else work


@dataclass
class Pull:
    """A pull of so many pages, after a first one of 500 rows alone.

    Attributes:
        seconds: how long it took.
        refusals: how many pages were refused.
        lost: how many were refused five times.
        limits: the counts that it went through.
    """

    lanes: LaneCount
    server: Server
    pages: int
    seed: int
    noise: float = 0.2
    rows: int = 2100
    seconds: float = 0.0
    refusals: int = 0
    lost: int = 0
    limits: list[int] = field(default_factory=list)

    def run(self) -> Pull:
        """Go through simulated time to its end."""
        self._dice, self._order = random.Random(self.seed), itertools.count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._tries: dict[int, int] = {}
        self._todo, self._serving, self._left = [0], 0, 1
        for page in range(self.pages + 1):
            if page == 1:
                self._todo, self._left = list(range(1, self.pages + 1)), self.pages
            while self._left and page < 2:
                self._fill()
                self.seconds, _, event = heapq.heappop(self._events)
                event()
        return self

    def _at(self, seconds: float, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.seconds + seconds, next(self._order), event))

    def _fill(self) -> None:
        while self._todo:
            wait = self.lanes.room(self.seconds)
            if wait > 0:
                if math.isfinite(wait):
                    self._at(wait, lambda: None)
                return
            self._send(self._todo.pop(0))

    def _send(self, page: int) -> None:
        rows = self.rows if page else 500
        work = (0.1 + 0.0006 * rows) * self._dice.lognormvariate(-(self.noise**2) / 2, self.noise)
        one = self.lanes.begin(("jobs", rows), self.seconds)
        self._serving += 1
        took = self.server(self.seconds, self._serving, work)
        if took is None:
            self._at(NETWORK, lambda: self._refused(page, one))
        else:
            seconds = took + NETWORK
            self._at(seconds, lambda: self._came(one, seconds))

    def _came(self, one: Try, seconds: float) -> None:
        self._serving -= 1
        self._left -= 1
        self.lanes.came(one, seconds, self.seconds)
        self.limits.append(self.lanes.limit)

    def _refused(self, page: int, one: Try) -> None:
        self._serving -= 1
        self.refusals += 1
        self.lanes.refused(one, self.seconds)
        tries = self._tries[page] = self._tries.get(page, 0) + 1
        if tries == 5:
            self.lost += 1
            self._left -= 1
        else:
            pause = self._dice.uniform(0, 0.5 * 2**tries)
            self._at(pause, lambda: self._todo.insert(0, page))


def learned(server: Callable[[int], Server], pages: int, **how: float) -> list[Pull]:
    """Pulls with lanes that are learned, one for each seed."""
    return [Pull(LaneCount(1000), server(s), pages, s, **how).run() for s in SEEDS]


def fixed(lanes: int, server: Callable[[int], Server], pages: int, **how: float) -> list[Pull]:
    """Pulls with so many lanes, one for each seed."""
    return [Pull(Fixed(lanes), server(s), pages, s, **how).run() for s in SEEDS]


def mean(pulls: list[Pull]) -> float:
    """The mean of their seconds."""
    return statistics.mean(pull.seconds for pull in pulls)


@pytest.mark.parametrize("noise", [0.0, 0.2, 0.4])
def test_a_server_that_scales_is_asked_for_all_that_may_be_asked(noise: float) -> None:
    """As fast as the most lanes, within a tenth, and never more of them."""
    ours = learned(lambda seed: scales, 2000, noise=noise)

    assert mean(ours) < 1.1 * mean(fixed(MOST, lambda seed: scales, 2000, noise=noise))
    assert max(max(pull.limits) for pull in ours) == MOST


def test_a_short_pull_gains_too() -> None:
    """48 pages, of which a tenant is read for the first time."""
    ours = learned(lambda seed: scales, 48)

    assert mean(ours) < 0.75 * mean(fixed(START, lambda seed: scales, 48))


def test_at_first_contact_a_server_has_all_lanes_soon() -> None:
    """100,000 rows in 72 pages take little more than half the time of 40 larger ones in eight."""
    ours = learned(lambda seed: scales, 72, rows=1400, noise=0.12)

    assert mean(ours) < 0.54 * mean(fixed(START, lambda seed: scales, 40, rows=2500, noise=0.12))


@pytest.mark.parametrize("pages", [48, 400, 2000])
@pytest.mark.parametrize(
    "server",
    [
        lambda seed: workers(4),
        lambda seed: slows(6, 1),
        lambda seed: slows(6, 2),
        lambda seed: slows(6, 3),
        lambda seed: refuses(10),
    ],
    ids=["workers", "slows a little", "slows", "slows much", "refuses"],
)
def test_a_server_with_a_bound_is_read_as_fast_as_with_eight(
    server: Callable[[int], Server], pages: int
) -> None:
    """In pulls of every length; it is found soon, and no page is lost."""
    ours, eight = learned(server, pages), fixed(START, server, pages)

    assert mean(ours) < 1.05 * mean(eight)
    assert sum(pull.lost for pull in ours) == 0


def test_a_refusal_is_a_bound_that_is_kept() -> None:
    """A server that refuses above ten refuses some pages at first, and few in the minutes after."""
    short, long = learned(lambda seed: refuses(10), 48), learned(lambda seed: refuses(10), 2000)

    assert statistics.mean(pull.refusals for pull in short) <= 3
    assert statistics.mean(pull.refusals for pull in long) <= 10
    assert all(pull.limits[-1] == 10 for pull in long)


@pytest.mark.parametrize("pages", [48, 400])
def test_a_second_pull_knows_the_bound(pages: int) -> None:
    """Half a minute later it meets no refusal as a rule; later on one or two, as it may be gone."""
    soon, later = list[int](), list[int]()
    for seed in SEEDS:
        for gap, refusals in ((5, soon), (1200, later)):
            lanes = LaneCount(1000)
            first = Pull(lanes, refuses(10), pages, seed).run()
            again = Pull(lanes, refuses(10), pages, seed + 100, seconds=first.seconds + gap).run()
            refusals.append(again.refusals)

    assert statistics.median(soon) <= 2
    assert statistics.mean(soon) <= 1.5
    assert statistics.mean(later) <= 1.5
    assert max(soon + later) <= 3


def test_a_server_that_bears_less_than_the_first_count_loses_nothing() -> None:
    """It refuses above five: eight lanes lose pages, and are refused without end."""
    ours, eight = learned(lambda s: refuses(5), 400), fixed(START, lambda s: refuses(5), 400)

    assert sum(pull.lost for pull in ours) == 0
    assert sum(pull.lost for pull in eight) > 0
    assert statistics.mean(pull.refusals for pull in ours) <= 20
    assert {pull.limits[-1] for pull in ours} <= {4, 5, 6}


@pytest.mark.parametrize(("share", "least"), [(0.02, 0.6), (0.1, 1.2)])
def test_faults_that_come_at_any_count_are_no_bound(share: float, least: float) -> None:
    """Such a server is read about as fast as with eight lanes, or faster."""
    ours = learned(lambda seed: fails(share, seed), 2000)

    assert mean(ours) < least * mean(fixed(START, lambda seed: fails(share, seed), 2000))


def in_company(lanes: LaneCount, server: Server) -> Pull:
    """A pull beside which other tenants are read."""
    begin = functools.partial(LaneCount.begin, lanes, in_company=True)
    with mock.patch.object(lanes, "begin", begin):
        return Pull(lanes, server, 400, seed=2).run()


def test_what_is_learned_beside_other_tenants_holds_beside_them_only() -> None:
    """Their pages keep this machine busy: alone, a tenant has the lanes that it had before."""
    lanes = LaneCount(1000)
    Pull(lanes, scales, 200, seed=1).run()

    busy = in_company(lanes, slows(4, 2))
    assert busy.limits[-1] < START

    alone = Pull(lanes, scales, 48, seed=3, seconds=busy.seconds).run()
    assert min(alone.limits) == MOST


def test_a_tenant_first_met_beside_others_is_as_new_alone() -> None:
    """It begins with the first count, and soon has the most."""
    lanes = LaneCount(1000)
    busy = in_company(lanes, slows(4, 2))
    alone = Pull(lanes, scales, 100, seed=3, seconds=busy.seconds).run()

    assert busy.limits[-1] < START == alone.limits[0]
    assert alone.limits[-1] == MOST


def test_a_refusal_is_remembered_from_whatever_company() -> None:
    """It is the server's own bound."""
    lanes = LaneCount(1000)
    busy = in_company(lanes, refuses(10))
    alone = Pull(lanes, refuses(10), 48, seed=3, seconds=busy.seconds).run()

    assert busy.refusals > 0
    assert max(alone.limits) <= 11
    assert alone.refusals <= 2


def test_company_is_who_has_pages_in_flight_or_had_them_just_now() -> None:
    """A tenant is no company of its own, and one whose list has ended is none."""
    company = Company()
    with company.reading("one"), company.reading("other"):
        company.began("one")
        assert not company.has_others("one", 0.0)
        assert company.has_others("other", 0.0)

        company.began("other")
        company.began("other")
        company.ended("other", 1.0)
        assert company.has_others("one", 100.0)
        company.ended("other", 100.0)
        company.ended("one", 100.5)

        assert company.has_others("one", 101.0)
        assert not company.has_others("one", 102.5)
        assert company.has_others("other", 102.2)
        assert not company.has_others("other", 103.0)

    assert not company.has_others("one", 100.6)
    assert not company.has_others("other", 100.6)


def test_a_tenant_that_is_read_several_times_is_company_until_the_last_ends() -> None:
    """Its other reads may have ended just now."""
    company = Company()
    with company.reading("one"):
        with company.reading("one"):
            company.began("one")
            company.ended("one", 1.0)
        assert company.has_others("other", 1.5)
    assert not company.has_others("other", 1.5)


def test_gates_of_one_process_know_of_each_other() -> None:
    """A page that begins beside another tenant's is marked so."""
    company = Company()
    gates = [Gate(50, company), Gate(50, company)]
    marked = list[bool]()

    async def outer() -> Failure | Answer:
        marked.append(gates[0].lanes.is_in_company)
        await gates[1].through(("jobs", 500), inner)
        return Answer(b"", "", 1, seconds=0.01)

    async def inner() -> Failure | Answer:
        marked.append(gates[1].lanes.is_in_company)
        return Answer(b"", "", 1, seconds=0.01)

    asyncio.run(gates[0].through(("jobs", 500), outer))

    assert marked == [False, True]


def test_a_server_that_grows_slow_is_given_less() -> None:
    """After 200 pages it has two workers in place of plenty, and again plenty later."""
    lanes = LaneCount(1000)
    Pull(lanes, scales, 200, seed=1).run()
    assert lanes.limit == MOST

    Pull(lanes, slows(4, 2), 400, seed=2).run()
    slow = lanes.limit
    assert slow < START

    later = Pull(lanes, scales, 3000, seed=3).run()
    assert max(later.limits) == MOST


def test_the_count_stays_within_its_bounds() -> None:
    """Whatever the server refuses."""
    for share in (0.5, 0.9):
        pull = Pull(LaneCount(1000), fails(share, 1), 200, seed=1).run()
        assert min(pull.limits, default=LEAST) >= LEAST
        assert max(pull.limits, default=START) <= MOST


def test_more_lanes_than_the_pace_allows_are_not_tried() -> None:
    """Pages that take 0.2 s fill ten lanes at 50 a second, and no more."""
    lanes = LaneCount(50)
    Pull(lanes, scales, 500, seed=1, rows=85, noise=0.0).run()

    assert START <= lanes.limit <= 11


@pytest.mark.parametrize(("seconds", "fills"), [(0.05, True), (0.06, False)])
def test_whether_pages_fill_the_pace_is_told_by_smaller_ones(seconds: float, fills: bool) -> None:
    """Eight at once of 0.16 s are 50 a second; nothing is said of pages that nobody has seen."""
    lanes = LaneCount(50)
    lanes.came(lanes.begin(("jobs", 500), 0.0), seconds, seconds)

    assert lanes.fills_pace(("jobs", 1500)) is fills
    assert not lanes.fills_pace(("calls", 1500))


def test_new_lanes_are_taken_one_after_another() -> None:
    """So a server that refuses them refuses one or two, and not all at once."""
    lanes = LaneCount(1000)
    lanes.limit = 16
    for number in range(START):
        assert lanes.room(0.0) == 0.0, number
        lanes.begin(("jobs", 500), 0.0)

    assert lanes.room(0.0) == 0.0
    lanes.begin(("jobs", 500), 0.0)
    assert 0 < lanes.room(0.0) < 0.1


def test_pulls_of_a_tenant_share_its_lanes() -> None:
    """Of thirty calls at once eight are under way; what fails frees its lane."""
    gate, now, most = Gate(50), [0], [0]

    async def once() -> Failure | Answer:
        now[0] += 1
        most[0] = max(most[0], now[0])
        await asyncio.sleep(0)
        now[0] -= 1
        if most[0] > 3 and now[0] == 3:
            raise ValueError
        return Answer(b"", "", 1, seconds=0.01)

    async def go() -> list[Failure | Answer | BaseException]:
        calls = [gate.through(("jobs", 500), once) for _ in range(30)]
        return await asyncio.gather(*calls, return_exceptions=True)

    ended = asyncio.run(asyncio.wait_for(go(), 20))

    assert len(ended) == 30
    assert most[0] <= START
    assert gate.lanes.in_flight == 0
