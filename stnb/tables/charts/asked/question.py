"""What is asked of a frame: one number for each group or each period, perhaps in several parts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd
from pandas.api import types

from stnb.errors import UsageError
from stnb.frame.days import in_every_zone
from stnb.frame.strange import check_values

from ..columns import TIME, is_duration, is_money, noun
from ..numbers import NONE, computed
from ..spec import Spec, settled, with_zone, zone_of
from .periods import PERIODS, not_whole, step_of
from .plain_columns import numbers_of

How = Literal["sum", "mean", "median", "count"]
Unit = Literal["", "$", "%"]
NAMES, ORDER, TIMES = "names", "order", "times"
NO_NAME = "group"  # what an index without a name holds
ALL = "all"  # the one part of numbers that are not split
MEASURES = {"sum": "", "mean": "average ", "median": "median ", "count": "number of "}


@dataclass(frozen=True)
class Answer:
    """The numbers of a picture.

    Attributes:
        numbers: a row for each group or period, a column for each part.
        kind: "names" for groups without an order, "order" for groups with one, or "times".
        by: what the groups are, in words.
        measure: what the numbers are, in words.
        unit: "", "$", "%" or "minutes". For "%" the numbers are shares, 0.5 for 50 %.
        rows: what the rows are, such as "jobs".
        every: "day", "week", "month", "quarter" or "year" for times.
        hollow: the periods that are not whole, by their place.
        added_up: whether the numbers are sums over rows; one row for each group may hold anything.
        counted: whether the rows themselves are counted.
    """

    numbers: pd.DataFrame
    kind: str
    by: str
    measure: str
    unit: str = ""
    rows: str = "rows"
    every: str = ""
    hollow: frozenset[int] = frozenset()
    added_up: bool = False
    counted: bool = False

    @property
    def totals(self) -> pd.Series[Any]:
        """The sum of the parts, for each group."""
        return self.numbers.sum(axis=1, min_count=1)

    @property
    def per_period(self) -> str:
        """What the numbers are, in words; of sums over time also for how long: "total a month"."""
        if self.kind == TIMES and self.added_up:
            return f"{self.measure} a {self.every}"
        return self.measure


def ask(
    data: pd.DataFrame | pd.Series[Any],
    by: str = "",
    amount: str = "",
    *,
    how: str = "sum",
    split: str = "",
    every: str = "",
    unit: str | None = None,
    label: str = "",
) -> Answer:
    """One number for each group, or each period if `by` has times.

    Raises:
        UsageError: there is no such column.

    Example:
        >>> ask(pd.Series({"Mesa": 2, "Tempe": 1}), unit="$").totals.to_dict()
        {'Mesa': 2, 'Tempe': 1}
    """
    frame, by, amount = table(data, by, amount)
    check(frame, (by, amount, split))
    if not amount:
        how = "count"
    values, found = _values(frame, amount)
    shown = found if unit is None else unit
    measure = label or measure_of(frame, amount, how)
    rows = noun(frame)
    if types.is_datetime64_any_dtype(frame[by].dtype):
        asked = Answer(pd.DataFrame(), TIMES, by, measure, shown, rows, counted=how == "count")
        return _by_time(frame, values, asked, how, split, every)
    groups = frame[by]
    kind = ORDER if _has_order(groups) else NAMES
    keys = groups if kind == ORDER else groups.astype("str").fillna(NONE)
    numbers = _grouped(keys, values, _parts(frame, split), how)
    added_up = how in ("sum", "count") and shown != "%" and bool(keys.duplicated().any())
    return Answer(
        numbers, kind, in_words(by), measure, shown, rows, added_up=added_up, counted=how == "count"
    )


def table(
    data: pd.DataFrame | pd.Series[Any], first: str, second: str
) -> tuple[pd.DataFrame, str, str]:
    """The data as a frame with plain columns, and the names of the two that are meant.

    A Series is its index and its values. An index with a name is a column like any other.
    """
    # pandas-stubs knows no names of an index or a Series but a few kinds of them.
    given: Any = data
    if isinstance(data, pd.Series):
        given = given.rename(given.name or second or "amount")
        frame = given.rename_axis(first or given.index.name or NO_NAME).reset_index()
        return frame, str(frame.columns[0]), str(frame.columns[-1])
    if not first:
        first = str(given.index.name or NO_NAME)
        given = given.rename_axis(first)
    if any(name is not None for name in given.index.names):
        given = given.reset_index(allow_duplicates=True)
    return given, first, second


def check(frame: pd.DataFrame, names: Iterable[str]) -> None:
    """Refuse a name that no column has, and values that nobody can read.

    Raises:
        UsageError: there is no such column, or a value is nested too deep or has no text.
    """
    check_values(frame)
    for name in names:
        if name and name not in frame.columns:
            known = ", ".join(str(column) for column in frame.columns[:12])
            raise UsageError(
                f"There is no column {name}.",
                "A picture is made of the frame's own columns.",
                f"Choose one of these: {known}.",
            )
        if name and isinstance(frame[name], pd.DataFrame):
            raise UsageError(
                f"There are several columns {name}.",
                "A picture is made of one of them.",
                "Give each column a name of its own.",
            )


def needs_amount(amount: str, picture: str) -> None:
    """Refuse a frame of which no column of amounts was named.

    Raises:
        UsageError: none was.
    """
    if not amount:
        raise UsageError(
            f"The {picture} has no amounts.",
            "Of a frame it needs the names of two columns.",
            f'Write {picture}(df, "step", "amount") with names of its columns, or give a Series.',
        )


def in_words(name: str) -> str:
    """A column's name as people say it.

    Example:
        >>> in_words("businessUnit.name"), in_words("completedOn"), in_words("subTotal")
        ('business unit', 'completed on', 'sub total')
    """
    plain = name.removesuffix(".name").removesuffix("Name") or name
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[._]", " ", plain).lower()


def _values(frame: pd.DataFrame, amount: str) -> tuple[pd.Series[Any], str]:
    """The amounts as plain numbers, and their unit as far as the column shows it."""
    if not amount:
        return pd.Series(1, frame.index), ""
    column = frame[amount]
    if is_duration(column):
        return column.dt.total_seconds() / 60, "minutes"
    unit = "$" if is_money_column(frame, amount) else ""
    if types.is_integer_dtype(column.dtype) and not column.hasnans:
        return column.astype("int64"), unit
    return numbers_of(column), unit


def measure_of(frame: pd.DataFrame, amount: str, how: str) -> str:
    """What the numbers are, in words: "sub total", "average total", "number of jobs"."""
    if not amount:
        return MEASURES["count"] + noun(frame)
    return MEASURES[how] + in_words(amount)


def is_money_column(frame: pd.DataFrame, name: str) -> bool:
    """Whether a column has dollars, by its name and its type."""
    return is_money(name, frame[name])


def _has_order(groups: pd.Series[Any]) -> bool:
    """Whether the groups are numbers, or categories whose order was given."""
    if isinstance(groups.dtype, pd.CategoricalDtype):
        return bool(groups.dtype.ordered)
    return types.is_numeric_dtype(groups.dtype) and not types.is_bool_dtype(groups.dtype)


def _parts(frame: pd.DataFrame, split: str) -> pd.Series[Any]:
    if not split:
        return pd.Series(ALL, frame.index)
    column, _ = clock_of(frame, split)
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column
    return column.astype("str").fillna(NONE)


def _grouped(
    keys: pd.Series[Any], values: pd.Series[Any], parts: pd.Series[Any], how: str
) -> pd.DataFrame:
    together = pd.DataFrame({"key": keys, "part": parts, "value": values})
    groups = together.groupby(["key", "part"], observed=False, sort=True)["value"]
    numbers = groups.agg("sum" if how == "count" else how).unstack("part")
    if how in ("sum", "count"):
        numbers = numbers.fillna(0)
    return numbers.rename_axis(index=None, columns=None)


# -- over time


def clock_of(frame: pd.DataFrame, column: str) -> tuple[pd.Series[Any], str]:
    """A column with its moments as the clock of their zone shows them, and its name in words, with
    that zone. Days are of no zone. Other columns stay as they are.
    """
    values, words = frame[column], in_words(column)
    zone, days = zone_of(frame, column)
    if not zone:
        return values, words
    if not in_every_zone(values):
        zone = "UTC"
    clock = values.dt.tz_convert(zone).dt.tz_localize(None)
    return clock, with_zone(words, zone, days=days)


def _by_time(
    frame: pd.DataFrame, values: pd.Series[Any], asked: Answer, how: str, split: str, every: str
) -> Answer:
    spec = settled(frame, Spec(TIME, "count", asked.by, every=every or step_of(frame[asked.by])))
    when = computed(frame, spec)["when"]
    if when.dt.tz is not None:
        when = when.dt.tz_localize(None)
    keys = when.dt.to_period(PERIODS[spec.every])
    numbers = _grouped(keys, values, _parts(frame, split), how)
    if len(numbers):
        every_one = pd.period_range(numbers.index[0], numbers.index[-1], freq=PERIODS[spec.every])
        fill = 0 if how in ("sum", "count") else float("nan")
        numbers = numbers.reindex(every_one, fill_value=fill)
    hollow = not_whole(frame, numbers, spec)
    numbers.index = pd.PeriodIndex(numbers.index).to_timestamp()
    by = "time" if asked.by == NO_NAME else in_words(asked.by)
    by = with_zone(by, spec.zone, days=spec.days)
    added_up = how in ("sum", "count") and bool(keys.duplicated().any())
    return replace(
        asked, numbers=numbers, by=by, every=spec.every, hollow=hollow, added_up=added_up
    )
