"""How many pages of a tenant are asked for at once: as many as its server bears.

The count climbs as long as more lanes bring more pages a second, and falls if fewer do, or if the
server refuses. It is the idea of TCP Vegas and of Netflix's concurrency limits: compare the times
of answers, and do not wait for a refusal. Whoever has few pages to judge by leaves the count as it
was: what is remembered is the count that was best, and not the last one that was tried.

It is long because it is one class: each rule reads what the others have found.
"""

from __future__ import annotations

import math
from copy import deepcopy
from dataclasses import dataclass, replace

from .lane_refusals import LEAST, MOST, Levels
from .lane_times import HOLD, Kind, Known, Mean, Window, usual
from .limiter import RATE

# Measured: 8 side by side bring most of what 16 bring to a small server, and leave it room.
START = 8
CALM = 4  # pages in flight at which the server is taken for idle
SLOWER = 1.2  # times as slow as when idle: the server is busy
AS_FAST = 1.0  # times as slow as when idle: nothing hints at a bound
AS_FIRST = 1.1  # times as slow as those that began beside few others
MUCH_SLOWER = 1.5  # times as slow as before with the same lanes
TWICE = 2.0  # times as slow as before: the count grew too far
WORTH = 0.5  # of what further lanes would bring if they cost nothing, so much has to come
BETTER = 1.1  # times as many pages a second, that fewer lanes have to bring
SURE = 6  # pages of a count, before another one is tried
FULL = 2 / 3  # of the lanes were in use while a page was under way that counts
EASE = 0.03  # seconds between two lanes that are tried for the first time
MOST_HOLD = 2048  # pages for which a bound that was found is believed at most
LONGEST_HOLD = 600.0  # seconds for which it is
LIFTED = 3  # pages that came beyond a bound: it was none
LEFT = 3  # pages that began before the count grew, by which it is judged at least
LONGER = 3  # times as long a bound is believed that the server told by a refusal


@dataclass(frozen=True)
class Try:
    """A page that is asked for.

    Attributes:
        kind: what it is compared with.
        level: how many were in flight when it began, itself among them.
        change: how often the count had changed by then.
    """

    kind: Kind
    level: int
    change: int


class LaneCount:
    """Learns how many pages may be in flight. All moments are handed in.

    Args:
        rate: requests a second that may start.

    Attributes:
        limit: lanes at most.
        in_flight: pages that are asked for now.

    Example:
        >>> lanes = LaneCount()
        >>> page = lanes.begin(("jpm.jobs", 2500), moment)
        >>> lanes.came(page, 1.6, moment)
    """

    def __init__(self, rate: int = RATE) -> None:
        self._rate = rate
        self.limit, self.in_flight = START, 0
        self._tried, self._tried_at = START, -math.inf  # the most that was in use, and since when
        self._known = Known()
        self._alone: tuple[int, Known] | None = None  # as it was before other tenants were read
        self._window = Window()
        self._left = Window()  # pages that began before the count grew
        self._change = 0
        self._proven = START  # the highest level at which a page came, or is to come
        self._refused_at = MOST + 1  # the lowest level that is believed to be refused
        self._wanted = START  # the count before a fault, to which it returns
        self._levels = Levels()
        self._beyond = 0  # pages that came although they began beyond the bound
        self._good = 0  # pages that came since the last fault, or since a lane was regained

    @property
    def likely(self) -> int:
        """How many there will be, as far as one knows: the most, if nothing hints at a bound."""
        if self._known.is_fresh:
            return MOST
        return self.limit

    @property
    def is_learning(self) -> bool:
        """Whether nothing is known yet: neither a bound, nor that the server bears the most."""
        return self._known.is_fresh and self.limit < MOST

    def fills_pace(self, kind: Kind) -> bool:
        """Whether such pages likely come so soon that few lanes use up the pace, and more of them
        would only wait for it.
        """
        seconds = usual(kind, self._known.calm)
        return 0.0 < seconds < START / self._rate

    @property
    def is_in_company(self) -> bool:
        """Whether other tenants were read when the last page began, or came."""
        return self._alone is not None

    def room(self, moment: float) -> float:
        """Seconds until one more page may be asked for; infinity if another has to end first."""
        if self.in_flight >= self.limit:
            return math.inf
        if self.in_flight < self._tried:
            return 0.0
        return max(self._tried_at + EASE - moment, 0.0)

    def begin(self, kind: Kind, moment: float, *, in_company: bool = False) -> Try:
        """A page is asked for.

        Args:
            in_company: whether other tenants are read beside this one.
        """
        if in_company:
            self.join()
        elif self._alone is not None:
            self._recall(*self._alone)
        self.in_flight += 1
        if self.in_flight > self._tried:
            self._tried, self._tried_at = self.in_flight, moment
        return Try(kind, self.in_flight, self._change)

    def join(self) -> None:
        """Other tenants are read too. What times teach holds for this machine as much as for the
        server then, and is forgotten after it.
        """
        if self._alone is None:
            self._alone = self._wanted, deepcopy(self._known)

    def ended(self) -> None:
        """A page is no longer asked for, and its end says nothing."""
        self.in_flight -= 1

    def came(self, page: Try, seconds: float, moment: float) -> None:
        """A page came, in so many seconds."""
        # At the end of a list fewer are in flight than there were.
        level = min(page.level, (page.level + self.in_flight) / 2)
        busiest = max(page.level, self.in_flight)
        self.in_flight -= 1
        self._proven = max(self._proven, page.level)
        self._levels.came(page.level)
        self._known.rest -= 1
        if page.level >= self._refused_at:
            self._beyond += 1
        if self._beyond >= LIFTED:  # what was taken for a bound was none
            self._refused_at = MOST + 1
            self._doubt()
            self._wanted, self._beyond = max(self._wanted, page.level), 0
        if page.level <= CALM:
            self._known.first.setdefault(page.kind, Mean()).add(seconds)
        if busiest <= CALM:
            self._known.calm.setdefault(page.kind, Mean()).add(seconds)
        if self.limit < self._wanted:
            self._regain()
        elif page.change == self._change and level >= FULL * self.limit:
            self._window.add(page.kind, seconds, level)
            if self._window.pages >= self._enough():
                self._judge(moment)
        elif page.change == self._change - 1:
            self._see_left(page, seconds, moment)
        if not self.in_flight:
            self._look_back()

    def refused(self, page: Try, moment: float) -> None:
        """The server refused a page, or was late: 429, 5xx, a time-out."""
        self.in_flight -= 1
        self._good = self._beyond = 0
        self._levels.refused(page.level)
        if page.change != self._change:
            return  # it began before the count changed
        bound = self._levels.bound()
        if page.level > self._proven:  # more than it ever bore
            bound = min(bound, page.level)
        if bound <= self.limit:
            self._refused_at, self._proven = bound, bound - 1
            self._bound(bound - 1, moment)
            self._known.rest *= LONGER
            return
        wanted = self._wanted  # else it is a fault that may come at any count
        self._set(self.limit - 1)
        self._wanted = wanted

    def _recall(self, limit: int, known: Known) -> None:
        """Go back to what was known before other tenants were read; what the server refuses stays
        known.
        """
        if self._refused_at <= MOST:
            limit = min(limit, self._refused_at - 1)
            ceiling = min(known.ceiling, self._refused_at - 1)
            rest, until = self._known.rest, self._known.until
            known = replace(known, ceiling=ceiling, rest=rest, until=until, is_fresh=False)
        self._alone, self._known = None, known
        self._set(limit)
        self._change += 1
        self._window = Window()

    def _see_left(self, page: Try, seconds: float, moment: float) -> None:
        """A page came that began before the count changed: if the count grew, and such pages are
        much slower than those before them, it is too large, and need not be judged by its own.
        """
        before = self._known.before
        if before is None or self.limit <= self._known.before_limit:
            return
        self._left.add(page.kind, seconds, page.level)
        slower = self._left.slower(before.means)
        enough = max(LEFT, round((5 * before.noise) ** 2))
        if slower is not None and slower > TWICE and self._left.pages >= enough:
            self._bound(self._known.before_limit, moment)

    def _look_back(self) -> None:
        """A list has ended, or its first page came: more lanes that nobody could judge are kept
        only if the server was as fast as an idle one with those before.
        """
        before = self._known.before
        if before is None or self.limit <= self._known.before_limit:
            return
        seen = deepcopy(before)
        if self._left.pages:
            seen.join(self._left)
        slower = seen.slower(self._known.calm)
        if slower is None or slower > AS_FAST:
            self._set(self._known.before_limit)

    def _regain(self) -> None:
        """Take back a lane that was lost by a fault, if enough pages came since."""
        self._good += 1
        if self._good > self.limit // 2:
            wanted, self._good = self._wanted, 0
            self._set(self.limit + 1)
            self._wanted = wanted

    def _enough(self) -> int:
        """Pages by which a count is judged: more if it differs little from the one before."""
        least = self.limit // 5 + 2
        if self._known.before is None:
            return least
        step = abs(self.limit / self._known.before_limit - 1)
        if not step:  # the same count once more
            step = 0.5 if self._known.is_fresh else 0.25
        noise = self._window.noise
        return max(least, min(round((5 * noise / step) ** 2), 8 * self.limit))

    def _judge(self, moment: float) -> None:
        """Change the count, or leave it, by the pages that came with it."""
        window, before = self._window, self._known.before
        self._window = Window()
        slower = None
        if before is not None:
            slower = window.slower(before.means)
        if before is None or slower is None:  # nothing is known of another count
            self._compare_with(window)
            self._judge_alone(window, moment)
            return
        lanes = window.level / before.level
        gain = lanes / slower  # pages a second, against those before
        if self.limit > self._known.before_limit:
            if gain < 1 + WORTH * (lanes - 1):
                self._bound(self._known.before_limit, moment)
                return
            self._known.hold = HOLD
            self._compare_with(window)
            self._grow(window, moment)
        elif self.limit < self._known.before_limit:
            self._judge_fewer(window, gain, lanes, moment)
        elif slower > MUCH_SLOWER:
            self._compare_with(window)
            self._shrink(round(self.limit / slower) + 1)
        else:
            before.join(window)
            self._go_on(before, moment)

    def _judge_alone(self, window: Window, moment: float) -> None:
        """Judge a count by the pages that came to an idle server."""
        if not self._known.is_fresh:
            return
        if self._is_as_fast(window):
            self._grow(window, moment, 3)
        elif self._slower(window) > SLOWER:
            self._known.is_fresh = False

    def _go_on(self, window: Window, moment: float) -> None:
        """Try another count than one of which many pages are known: fewer lanes if the server is
        busy, and more if it is not.
        """
        if window.pages < SURE:
            return
        is_busy = self._slower(window) > SLOWER
        if is_busy and self.limit > self._known.floor:
            self._shrink(self.limit * 3 // 4)
        elif self._is_as_fast(window):
            self._grow(window, moment, 3)
        elif is_busy or self._slower_than_first(window) <= SLOWER:
            self._grow(window, moment, 1.25)

    def _is_as_fast(self, window: Window) -> bool:
        """Whether these pages came as fast as those that began beside few others, and those of an
        idle server.
        """
        as_first = self._slower_than_first(window) <= AS_FIRST
        return as_first and self._slower(window) <= AS_FAST

    def _slower(self, window: Window) -> float:
        return window.slower(self._known.calm) or 1.0

    def _slower_than_first(self, window: Window) -> float:
        return window.slower(self._known.first) or 1.0

    def _judge_fewer(self, window: Window, gain: float, lanes: float, moment: float) -> None:
        """Judge a count that is smaller than the one before: the better one of both stays."""
        before = self._known.before_limit
        if gain > BETTER:
            self._compare_with(window)
            self._believe(before - 1, moment)
            self._shrink(math.floor(self.limit * 0.8))
            return
        self._known.floor = before
        if gain > 1 - WORTH * (1 - lanes):  # as good: the server works as fast as it can
            self._bound(before, moment)
        else:
            self._compare_with(window)
            self._set(before)

    def _grow(self, window: Window, moment: float, fresh: float = 2) -> None:
        """Use more lanes, up to the bounds of the server and of the pace.

        Args:
            fresh: times as many, as long as nothing has hinted at a bound.
        """
        wanted = math.floor(self.limit * 1.5)
        if self._known.is_fresh:
            wanted = math.floor(fresh * self.limit)
        if self._known.rest <= 0 or moment >= self._known.until:
            self._doubt()
            wanted = math.ceil(self.limit * 1.25)
        if self._refused_at <= self._known.ceiling:  # one more tells whether it is still refused
            wanted = min(wanted, max(self._refused_at, self.limit))
        in_pace = math.ceil(self._rate * window.seconds)  # more could not be in flight
        most = min(self._known.ceiling, max(START, in_pace))
        self._set(max(min(wanted, most), self.limit))

    def _shrink(self, limit: int) -> None:
        """Use fewer lanes because pages are slow; not so few that the server counts as idle."""
        self._set(min(max(limit, CALM), self.limit))

    def _bound(self, limit: int, moment: float) -> None:
        """Hold a count that the server bears, and try more later only."""
        self._believe(limit, moment)
        self._set(limit)
        self._known.before = None  # the next pages are what later ones are compared with

    def _believe(self, ceiling: int, moment: float) -> None:
        self._known.is_fresh = False
        self._known.ceiling, self._known.until = max(ceiling, LEAST), moment + LONGEST_HOLD
        self._known.rest = self._known.hold
        self._known.hold = min(2 * self._known.hold, MOST_HOLD)

    def _doubt(self) -> None:
        """Believe in no bound any longer."""
        self._known.ceiling, self._known.floor = MOST, 0
        self._known.rest = self._known.until = math.inf

    def _compare_with(self, window: Window) -> None:
        self._known.before, self._known.before_limit = window, self.limit

    def _set(self, limit: int) -> None:
        limit = min(max(limit, LEAST), MOST)
        if limit < self.limit:
            self._tried = limit
        if limit != self.limit:
            self._change += 1
            self._window, self._left = Window(), Window()
        self.limit = self._wanted = limit
