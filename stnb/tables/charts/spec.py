"""What a picture shows, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import pandas as pd
from pandas.api import types

from stnb.frame.days import are_days

from .columns import (
    CATEGORY,
    SPREAD,
    TIME,
    Fits,
    fits,
    is_duration,
    is_money,
    menus,
    noun,
)

NOTHING = "nothing"
EARLIEST = "1990-01-01"  # an earlier date is one that was never set, such as 0001-01-01
SPANS = (
    (35, "day"),
    (183, "week"),
    (5 * 366, "month"),
    (20 * 366, "quarter"),
)  # days that are drawn by the day, by the week, …
LENGTHS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
MOST = 120  # bars that a picture can show
WIDE = 3  # a range so many times that of the middle 98 % is drawn without its ends
STEPS = 40  # whole numbers of a smaller range get a bar each


@dataclass(frozen=True)
class Spec:
    """One picture. `kind`, `what` and `by` are what people choose; the rest follows from the frame,
    see `settled`.

    >>> Spec.of({"kind": "by category", "what": "sum:total", "by": "jobStatus"}).column
    'total'
    """

    kind: str = NOTHING  # "over time" | "by category" | "distribution" | "nothing"
    what: str = "count"  # "count" | "sum:COLUMN" | "mean:COLUMN" | "values:COLUMN"
    by: str = ""  # a column; none for a distribution
    every: str = ""  # of "over time": day | week | month | quarter | year
    zone: str = ""  # the tenant's zone; "" where the times have none
    unit: str = ""  # "" | "$" | "minutes"
    noun: str = "rows"  # what the rows are
    start: str = ""  # earlier dates are left out
    cut: bool = False  # of a distribution: the lowest and the highest hundredth are left out
    steps: bool = False  # of a distribution: few whole numbers, a bar each

    @property
    def how(self) -> str:
        """count, sum, mean or values."""
        return self.what.partition(":")[0]

    @property
    def column(self) -> str:
        """The column that is added up, or "" where rows are counted."""
        return self.what.partition(":")[2]

    def as_dict(self) -> dict[str, Any]:
        """As plain data, without what is as it mostly is."""
        usual = asdict(Spec())
        return {
            name: value
            for name, value in asdict(self).items()
            if value != usual[name] or name in ("kind", "what")
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Spec:
        """Back from plain data; what is not known is left out."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known})


def suggest(frame: pd.DataFrame) -> Spec:
    """A sensible first picture: the rows over time, else amounts by category, else how a number is
    spread.

    >>> suggest(pd.DataFrame({"city": ["Mesa", "Tempe"], "total": [1.5, 2.5]})).what
    'sum:total'
    """
    return settled(frame, first(frame, fits(frame)))


def first(frame: pd.DataFrame, fit: Fits) -> Spec:
    """The choice of `suggest`, from what `fits` found."""
    time = next((n for n in fit.times if _several_days(frame[n])), None)
    group = next((n for n in fit.groups if frame[n].nunique() > 1), None)
    if time:
        return Spec(TIME, "count", time)
    if group:
        sums = [value for _, value in menus(fit, "rows")[CATEGORY].what if value.startswith("sum:")]
        money = next((v for v in sums if is_money(v[4:], frame[v[4:]])), "count")
        return Spec(CATEGORY, money, group)
    if fit.measures:
        return Spec(SPREAD, f"values:{fit.measures[0]}")
    if fit.groups or fit.times:
        return Spec(CATEGORY if fit.groups else TIME, "count", (fit.groups or fit.times)[0])
    return Spec()


def settled(frame: pd.DataFrame, spec: Spec) -> Spec:
    """The same picture with all that follows from the frame: periods, zone, unit, and what is left
    out.
    """
    made = replace(
        spec,
        noun=noun(frame),
        unit=_unit(frame, spec.column),
        zone="",
        start="",
        cut=False,
        steps=False,
    )
    if spec.kind == TIME:
        return _of_times(frame, made)
    if spec.kind == SPREAD:
        return _of_values(frame[spec.column].dropna(), made)
    return replace(made, every="")


def _of_times(frame: pd.DataFrame, spec: Spec) -> Spec:
    times = frame[spec.by].dropna()
    said = frame.attrs.get("stnb")
    zone = (said.get("timezone") if isinstance(said, dict) else None) or "UTC"
    aware = isinstance(times.dtype, pd.DatetimeTZDtype)
    if aware and are_days(spec.by, times):
        zone = "UTC"  # in another they would be other days
    early = bool((times.dt.year < int(EARLIEST[:4])).any())
    times = times[times.dt.year >= int(EARLIEST[:4])]
    days = (times.max() - times.min()).days if len(times) else 0
    usual = next((name for most, name in SPANS if days <= most), "year")
    every = spec.every if spec.every in LENGTHS and days / LENGTHS[spec.every] <= MOST else usual
    return replace(
        spec, every=every, zone=str(zone) if aware else "", start=EARLIEST if early else ""
    )


def _of_values(values: pd.Series[Any], spec: Spec) -> Spec:
    numbers = (values.dt.total_seconds() / 60 if is_duration(values) else values).astype("float64")
    if not len(numbers):
        return replace(spec, every="", by="")
    low, high = numbers.quantile([0.01, 0.99])
    cut = 0 < WIDE * (high - low) < numbers.max() - numbers.min()
    shown = numbers[numbers.between(low, high)] if cut else numbers
    whole = bool(types.is_integer_dtype(values.dtype) and shown.max() - shown.min() <= STEPS)
    return replace(spec, every="", by="", cut=bool(cut), steps=whole)


def _unit(frame: pd.DataFrame, column: str) -> str:
    if not column:
        return ""
    values = frame[column]
    return "minutes" if is_duration(values) else "$" if is_money(column, values) else ""


def _several_days(times: pd.Series[Any]) -> bool:
    known = times.dropna()
    return len(known) > len(times) / 10 and bool((known.max() - known.min()).days >= 3)


@dataclass(frozen=True)
class Finding:
    """What a picture says beside its bars."""

    title: str
    alt: str
    notes: tuple[str, ...] = ()
