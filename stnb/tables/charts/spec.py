"""What a picture shows, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import pandas as pd
from pandas.api import types

from stnb.frame.days import are_days

from ..provenance import provenance
from .columns import (
    CATEGORY,
    SPREAD,
    TIME,
    Fits,
    can_sum,
    is_duration,
    is_money,
    noun,
)

NOTHING = "nothing"
END_YEAR = 2100  # a date from then on means for ever, such as 9999-12-31
FIRST_YEAR = 1990  # an earlier date is one that was never set, such as 0001-01-01
# The longest time, in days, that is drawn by the day, by the week, and so on; longer ones by year.
USUAL_STEPS = ((35, "day"), (183, "week"), (5 * 366, "month"), (20 * 366, "quarter"))
LENGTHS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}  # days
MOST = 120  # bars that a picture can show
WIDE = 3  # a range so many times that of the middle 98 % is drawn without its ends
LARGEST = 1e100  # far beyond any amount, and far below what overflows when it is added up
STEPS = 40  # whole numbers within so small a range get a bar each


@dataclass(frozen=True)
class Spec:
    """One picture. People choose `kind`, `what` and `by`; the rest follows from the frame, see
    `settled`.

    Attributes:
        kind: "over time", "by category", "distribution" or "nothing".
        what: "count", "sum:COLUMN", "mean:COLUMN" or "values:COLUMN".
        by: a column; "" for a distribution.
        every: "day", "week", "month", "quarter" or "year", for a picture over time.
        zone: the zone on whose clock the times are drawn; "" if they have none.
        days: whether the times are days, which are the same ones in every zone.
        unit: "", "$" or "minutes".
        noun: what the rows are, such as "jobs".
        start: dates before this day are left out; "" if there are none.
        end: dates from this day on are left out; "" if there are none.
        most: amounts as far from zero as this are left out, as no axis holds them; 0 if there are
            none.
        cut: whether a distribution leaves out its lowest and its highest hundredth.
        steps: whether a distribution has a bar for each whole number.
        begun, open: whether the first, and the last, period is not whole.
        cut_off: whether no period is whole.
        crown: whether the highest number stands out, so that the title may name it.

    Example:
        >>> Spec.of({"kind": "by category", "what": "sum:total", "by": "jobStatus"}).column
        'total'
    """

    kind: str = NOTHING
    what: str = "count"
    by: str = ""
    every: str = ""
    zone: str = ""
    days: bool = False
    unit: str = ""
    noun: str = "rows"
    start: str = ""
    end: str = ""
    most: float = 0.0
    cut: bool = False
    steps: bool = False
    begun: bool = False
    open: bool = False
    cut_off: bool = False
    crown: bool = False

    @property
    def how(self) -> str:
        """count, sum, mean or values."""
        return self.what.partition(":")[0]

    @property
    def column(self) -> str:
        """The column of the amounts; "" if rows are counted."""
        return self.what.partition(":")[2]

    def as_dict(self) -> dict[str, Any]:
        """The spec as plain data, without what is as usual."""
        usual = asdict(Spec())
        del usual["kind"], usual["what"]  # these two are always there
        mine = asdict(self)
        return {name: mine[name] for name in mine if name not in usual or mine[name] != usual[name]}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Spec:
        """The spec back from plain data; unknown names are left out."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known})


@dataclass(frozen=True)
class Finding:
    """What a picture says besides its bars.

    Attributes:
        title: the most notable number, as a sentence.
        alt: the picture in words, for readers who do not see it.
        notes: what it leaves out.
    """

    title: str
    alt: str
    notes: tuple[str, ...] = ()


def first(frame: pd.DataFrame, fit: Fits) -> Spec:
    """The choice of `suggest`, among the columns that `fits` found."""
    for time in fit.times:
        if _several_days(frame[time]):
            return Spec(TIME, "count", time)
    for group in fit.groups:
        if frame[group].nunique() > 1:
            return Spec(CATEGORY, _sum_of_money(frame, fit), group)
    if fit.measures:
        return Spec(SPREAD, f"values:{fit.measures[0]}")
    if fit.groups:
        return Spec(CATEGORY, "count", fit.groups[0])
    if fit.times:
        return Spec(TIME, "count", fit.times[0])
    return Spec()


def settled(frame: pd.DataFrame, spec: Spec) -> Spec:
    """The same picture with all that follows from the frame: period, zone, unit, and what is left
    out.
    """
    chosen = Spec(spec.kind, spec.what, spec.by, noun=noun(frame), unit=_unit(frame, spec.column))
    if spec.column and too_large(frame[spec.column]).any():
        chosen = replace(chosen, most=LARGEST)
    if spec.kind == TIME:
        return _settled_times(frame, replace(chosen, every=spec.every))
    if spec.kind == SPREAD:
        return _settled_values(frame[spec.column].dropna(), replace(chosen, by=""))
    return chosen


def too_large(values: pd.Series[Any]) -> pd.Series[bool]:
    """Which amounts no axis holds: infinite ones, and those whose sums may be."""
    if is_duration(values):
        return pd.Series(False, values.index)
    return values.astype("float64").abs() >= LARGEST


def _settled_times(frame: pd.DataFrame, spec: Spec) -> Spec:
    times = frame[spec.by].dropna()
    early = times.dt.year < FIRST_YEAR
    start = f"{FIRST_YEAR}-01-01" if early.any() else ""
    late = times.dt.year >= END_YEAR
    end = f"{END_YEAR}-01-01" if late.any() else ""
    times = times[~(early | late)]
    days = 0
    if len(times):
        days = (times.max() - times.min()).days
    every = _step(days, spec.every)
    zone, only_days = zone_of(frame, spec.by)
    return replace(spec, every=every, zone=zone, days=only_days, start=start, end=end)


def _step(days: int, wish: str) -> str:
    """The period of a bar: the one wished for, unless that makes too many bars for a picture."""
    if wish in LENGTHS and days / LENGTHS[wish] <= MOST:
        return wish
    for most, step in USUAL_STEPS:
        if days <= most:
            return step
    return "year"


def zone_of(frame: pd.DataFrame, column: str) -> tuple[str, bool]:
    """The zone in which a column's moments are drawn: the one that `stnb.local` gave them, or the
    tenant's; "" if they have none. And whether they are days, kept as midnights in UTC.
    """
    times = frame[column]
    if not isinstance(times.dtype, pd.DatetimeTZDtype):
        return "", False
    if are_days(column, times):
        return "UTC", True  # in another zone they would be other days
    own = str(times.dt.tz)
    if own != "UTC":
        return own, False
    return str(provenance(frame).get("timezone") or "UTC"), False


def with_zone(text: str, zone: str, *, days: bool) -> str:
    """A column of times in words, with the zone of their clock; days have none.

    Example:
        >>> with_zone("sold on", "Asia/Tokyo", days=False), with_zone("due", "UTC", days=True)
        ('sold on, Asia/Tokyo time', 'due')
    """
    if days or not zone:
        return text
    return f"{text}, {zone} time"


def _settled_values(values: pd.Series[Any], spec: Spec) -> Spec:
    numbers = values
    if is_duration(values):
        numbers = values.dt.total_seconds() / 60
    numbers = numbers.astype("float64")
    numbers = numbers[numbers.abs() < LARGEST]
    if not len(numbers):
        return spec
    low, high = numbers.quantile([0.01, 0.99])
    cut = 0 < WIDE * (high - low) < numbers.max() - numbers.min()
    if cut:
        numbers = numbers[numbers.between(low, high)]
    whole = types.is_integer_dtype(values.dtype) and numbers.max() - numbers.min() <= STEPS
    return replace(spec, cut=bool(cut), steps=bool(whole))


def _sum_of_money(frame: pd.DataFrame, fit: Fits) -> str:
    """What bars by category show: the first sum of dollars, or else the number of rows."""
    for name in fit.measures:
        if can_sum(name) and is_money(name, frame[name]):
            return f"sum:{name}"
    return "count"


def _unit(frame: pd.DataFrame, column: str) -> str:
    if not column:
        return ""
    if is_duration(frame[column]):
        return "minutes"
    return "$" if is_money(column, frame[column]) else ""


def _several_days(times: pd.Series[Any]) -> bool:
    """Whether times make more than a bar or two, and are not just a few of the rows."""
    known = times.dropna()
    return len(known) > len(times) / 10 and bool((known.max() - known.min()).days >= 3)
