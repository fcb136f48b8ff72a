"""Time that moves: the demo's own clock, and the world as it stands by it.

What there is depends on the seed and on what time it is, and not on when somebody looked before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from ..company.table import Table
from ..company.world import World
from .day import AT_ONCE, Day
from .grown import DAY, Grown, Now
from .history import NAMES, Past
from .sheet import Sheet

EPOCH = np.datetime64(0, "us")
TICK, WIDTH = np.timedelta64(10, "s"), 16  # so many numbers are kept for every ten seconds


class Clock:
    """The demo's time: it begins on the day that follows the history, at the hour that it is, and
    goes at its own speed.

    Args:
        clock: seconds since 1970.
        speed: how many seconds pass in the demo in one second.
        begin: what time it is at first; the clock's hour if it is not given.
    """

    def __init__(
        self,
        end: np.datetime64,
        clock: Callable[[], float],
        speed: float,
        begin: np.datetime64 | None = None,
    ) -> None:
        self._clock, self._speed = clock, speed
        midnight, self._began = _seconds(end), clock()
        today = midnight <= self._began < midnight + 86_400
        self._start = self._began if today else midnight + self._began % 86_400
        if begin is not None:
            self._start = _seconds(begin)

    def __call__(self) -> np.datetime64:
        return np.datetime64(
            int((self._start + (self._clock() - self._began) * self._speed) * 1e6), "us"
        )


def _seconds(moment: np.datetime64) -> float:
    """Since 1970."""
    return float((moment - EPOCH).astype(np.int64)) / 1e6


class Live:
    """Lets what happens in the demo happen, a day at a time."""

    def __init__(self, world: World, clock: Callable[[], np.datetime64]) -> None:
        self.base, self.clock = world, clock
        self._lock = threading.Lock()
        self._days: list[Day] = []
        self._past: Past | None = None
        self._numbers: dict[str, int] = {}  # the highest of each kind in the history
        self._taken: dict[str, set[int]] = {}
        self._customers: dict[
            int, tuple[int, float]
        ] = {}  # row -> (place of its last state, balance)
        self._owed: list[tuple[np.datetime64, int, float]] = []
        self._batches: dict[str, list[Any]] = {name: [] for name in NAMES}
        self._world: LiveWorld | None = None

    def world(self) -> LiveWorld:
        """The world as it is now."""
        day = max(int((self.clock() - self.base.company.end) // DAY), 0)
        with self._lock:
            while len(self._days) <= day or self._world is None:
                self._next_day()
                if len(self._days) > day:
                    self._world = LiveWorld(self.base, self._grown())
            return self._world

    def _grown(self) -> dict[str, Grown]:
        return {
            name: Grown(self.base.table(name), batches, self.clock)
            for name, batches in self._batches.items()
        }

    def _next_day(self) -> None:
        if self._past is None:
            self._past = Past(self.base)
            self._count(self._past)
        sizes = {
            name: self.base.table(name).size + sum(len(b.source) for b in batches)
            for name, batches in self._batches.items()
        }
        day = Day(self._past, len(self._days), sizes, self._new)
        day.tell()
        self._owed = sorted([*self._owed, *day.owed])
        self._settle(self._past, day.sheets["crm.customers"], day.begin + DAY)
        for name, sheet in day.sheets.items():
            self._batches[name].append(sheet.batch())
        self._days.append(day)

    def _count(self, past: Past) -> None:
        """The highest number of each kind."""
        for name in NAMES:
            self._numbers[name] = int(past[name, "id"].max())
        applied = past.applied.values.array("appliedTo")
        for kind, values in (
            ("jobNumber", past["jpm.jobs", "jobNumber"]),
            ("referenceNumber", past["accounting.invoices", "referenceNumber"]),
            ("paymentNumber", past["accounting.payments", "referenceNumber"]),
            ("applied", applied if applied is not None else np.array([0])),
        ):
            self._numbers[kind] = int(np.asarray(values).astype(np.int64).max())

    def _new(self, kind: str, moment: np.datetime64) -> int:
        """The first free number of that moment.

        New rows come last wherever rows are in the order of their ids.
        """
        number = self._numbers[kind] + 1 + int((moment - self.base.company.end) // TICK) * WIDTH
        taken = self._taken.setdefault(kind, set())
        while number in taken:
            number += 1
        taken.add(number)
        return number

    def _settle(self, past: Past, sheet: Sheet, end: np.datetime64) -> None:
        """Brings the customers' balances up to what is owed, in the order of time.

        What comes after the day waits.
        """
        due = [entry for entry in self._owed if entry[0] < end]
        self._owed = self._owed[len(due) :]
        balances = past["crm.customers", "balance"]
        for when, key, amount in due:
            row = past.row("crm.customers", key)
            if row is None:
                continue
            place, balance = self._customers.get(row, (row, float(balances[row])))
            balance = round(balance + amount, 2) + 0.0
            place = sheet.add(row, AT_ONCE, {"balance": balance}, (when, {}), replaces=place)
            self._customers[row] = place, balance


class LiveWorld(World):
    """A world in which some tables have grown.

    Attributes:
        base: the same world when its history ended.
    """

    def __init__(self, base: World, grown: dict[str, Grown]) -> None:
        self.__dict__.update(base.__dict__)
        self.base, self.grown = base, grown

    def table(self, name: str) -> Table:
        return self.grown.get(name) or self.base.table(name)

    def looked_up(self) -> LookedUp:
        """This world for filters that look something up in other tables."""
        return LookedUp(self)

    def original(self, name: str, key: str) -> str:
        """The id in the base that the row with that id is a copy of."""
        table = self.grown.get(name)
        return key if table is None else table.original(key)


class LookedUp(World):
    """A world whose tables have the rows of this moment only, in the order of their ids."""

    def __init__(self, world: LiveWorld) -> None:
        self.__dict__.update(world.__dict__)
        self.grown, self.base = world.grown, world.base
        self._now: dict[str, Now] = {}

    def table(self, name: str) -> Table:
        if name not in self.grown:
            return self.base.table(name)
        return self._now.get(name) or self._now.setdefault(name, Now(self.grown[name]))
