"""The simulated contractor: its tables' columns and its facts, made when first asked for."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from .columns import Array, Choice, Index
from .facts.facts import Facts, T
from .words import FIRST, LAST, STREET_ENDS, STREETS

Data: TypeAlias = dict[str, Any]
Rng: TypeAlias = np.random.Generator
Maker: TypeAlias = Callable[["Company"], Data]
DAYS = 730
SECOND = np.timedelta64(1_000_000, "us")
HOUR = 3600 * SECOND
DAY = 24 * HOUR
NAT = np.datetime64("NaT")


class Company(Facts):
    """What happened at the demo's company in the two years before `today`.

    `company["crm.customers"]` is that resource's columns by path, with "id" among them;
    `company.jobs` and its like are facts that several resources share. The same seed, scale and day
    give the same columns in every process.

    Args:
        makers: how each resource is made, by its name.
        facts: how each fact is made, by its name: a function that gives its fields.
    """

    def __init__(
        self,
        seed: int,
        scale: float,
        today: date,
        makers: dict[str, Maker],
        facts: dict[str, Maker],
    ) -> None:
        self.seed, self.scale, self.makers = seed, scale, makers
        # Nothing is recorded after the midnight that begins `today`; visits are planned beyond it.
        self.end = np.datetime64(today, "us")
        self.start = self.end - DAYS * DAY
        self._made: dict[str, Data] = {}
        self._facts, self._known = facts, dict[str, Any]()
        self._lock = threading.RLock()

    def __getitem__(self, name: str) -> Data:
        with self._lock:
            if name not in self._made:
                self._made[name] = self.makers[name](self)
            return self._made[name]

    def _fact(self, name: str, kind: type[T]) -> T:
        with self._lock:
            if name not in self._known:
                self._known[name] = kind(**self._facts[name](self))
            found: T = self._known[name]
            return found

    def __contains__(self, name: str) -> bool:
        return name in self.makers

    def rng(self, name: str) -> Rng:
        """Chance for one purpose: what one subject draws changes no other."""
        return np.random.Generator(np.random.PCG64([self.seed, zlib.crc32(name.encode())]))

    def count(self, at_scale_1: float) -> int:
        return max(1, round(at_scale_1 * self.scale))

    @cached_property
    def bad_month(self) -> tuple[np.datetime64, np.datetime64]:
        """A month in which far more jobs were cancelled: something to discover."""
        first = (self.end.astype("datetime64[M]") - np.timedelta64(7, "M")).astype("datetime64[us]")
        return first, first + 30 * DAY

    @cached_property
    def west_opens(self) -> np.datetime64:
        """The day on which the third branch opened."""
        return self.end - 300 * DAY


def ids(count: int, base: int, step: int = 1) -> Index:
    return base + step * np.arange(count, dtype=np.int64)


def times(values: Any) -> Array:
    return np.asarray(values, dtype="datetime64[us]")


def spread(rng: Rng, start: np.datetime64, end: np.datetime64, count: int) -> Array:
    """So many moments between the two, in order."""
    return blur(
        rng,
        np.sort(start + (rng.random(count) * ((end - start) / SECOND)).astype(np.int64) * SECOND),
    )


def blur(rng: Rng, moments: Array) -> Array:
    """The moments with fractions of a second of 0 to 6 digits."""
    unit = 10 ** rng.integers(0, 7, len(moments))
    parts = rng.integers(0, 1_000_000, len(moments)) // unit * unit
    return np.asarray(
        moments.astype("datetime64[s]").astype("datetime64[us]") + parts.astype("timedelta64[us]")
    )


def later(co: Company, rng: Rng, moments: Array, days: float) -> Array:
    """When each was last touched: some days later, never after the end."""
    touched = moments + (rng.exponential(days * 86_400, len(moments))).astype(np.int64) * SECOND
    last = co.end - (30 + rng.random(len(moments)) ** 3 * 86_000).astype(np.int64) * SECOND
    return np.maximum(moments, blur(rng, np.minimum(touched, last)))


def after(rng: Rng, moments: Array, low: float, high: float) -> Array:
    """So many hours later."""
    return np.asarray(
        moments + (rng.uniform(low, high, len(moments)) * 3600).astype(np.int64) * SECOND
    )


def cost_at(co: Company, cost: Array, when: Array) -> Array:
    """What a thing cost at that time: 4 % more with each new year."""
    years = when.astype("datetime64[Y]").astype(int) - co.start.astype("datetime64[Y]").astype(int)
    return np.asarray(np.round(cost * 1.04**years, 2))


def draw(
    rng: Rng, values: Sequence[Any], count: int, weights: Sequence[float] | None = None
) -> Choice:
    """A column of values drawn by weight."""
    p = None if weights is None else np.asarray(weights) / np.sum(weights)
    return Choice(rng.choice(len(values), count, p=p), values)


def some(rng: Rng, values: Index, share: float) -> Index:
    """The ids, with null for all but that share."""
    return np.where(rng.random(len(values)) < share, values, -1)


def objects(values: Sequence[Any]) -> Array:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def people(rng: Rng, count: int) -> tuple[list[str], list[str]]:
    """First names and last names."""
    return [FIRST[i] for i in rng.integers(0, len(FIRST), count)], [
        LAST[i] for i in rng.integers(0, len(LAST), count)
    ]


def streets(rng: Rng, count: int) -> list[str]:
    number, street, end = (
        rng.integers(*r, count).tolist()
        for r in ((100, 9900), (0, len(STREETS)), (0, len(STREET_ENDS)))
    )
    return [
        f"{n} {STREETS[s]} {STREET_ENDS[e]}" for n, s, e in zip(number, street, end, strict=True)
    ]


def phones(rng: Rng, count: int) -> list[str]:
    """Numbers that lead nowhere: 555-0100 to 555-0199 are kept for fiction."""
    return [
        f"({a}) 555-01{n:02d}"
        for a, n in zip(
            rng.choice([602, 480, 623], count), rng.integers(0, 100, count), strict=True
        )
    ]


def of(company_ids: Array, at: Array) -> Index:
    """ids[at], and null where `at` is negative."""
    return np.where(at >= 0, company_ids[np.maximum(at, 0)], -1)


def taken(data: Any, at: Index) -> Any:
    """A column for those rows of its resource, in that order."""
    if isinstance(data, Choice):
        return Choice(data.codes[at], data.values)
    return data[at] if isinstance(data, np.ndarray) else data
