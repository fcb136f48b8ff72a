"""The numbers of a picture, by the same steps as the lines that `script` writes."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .columns import is_duration
from .spec import Spec

TOP = 12  # categories that get a bar of their own
NONE = "(none)"
STEPS: dict[str, dict[str, str]] = {
    "day": {"rule": "D"},
    "week": {"rule": "W-MON", "label": "left", "closed": "left"},
    "month": {"rule": "MS"},
    "quarter": {"rule": "QS"},
    "year": {"rule": "YS"},
}


def amounts(frame: pd.DataFrame, spec: Spec) -> pd.Series[Any]:
    """The column that is added up or spread, as plain numbers."""
    column = frame[spec.column]
    return (column.dt.total_seconds() / 60 if is_duration(column) else column).astype("float64")


def moments(frame: pd.DataFrame, spec: Spec) -> pd.Series[Any]:
    """The times on the tenant's own clock; dates that were never set are missing."""
    when = frame[spec.by]
    when = when.dt.tz_convert(spec.zone).dt.tz_localize(None) if spec.zone else when
    return when.where(when >= spec.start) if spec.start else when


def over_time(frame: pd.DataFrame, spec: Spec) -> pd.Series[Any]:
    """A number for each day, week, month, quarter or year, by its first day; 0 where there is
    nothing to add up.
    """
    when = moments(frame, spec)
    if not when.notna().any():
        return pd.Series(dtype="float64", index=pd.DatetimeIndex([]))
    step: Any = STEPS[spec.every]
    if spec.how == "count":
        return pd.Series(1, index=pd.DatetimeIndex(when)).resample(**step).sum()
    series = amounts(frame, spec).set_axis(pd.DatetimeIndex(when))
    steps = series.resample(**step)
    found: pd.Series[Any] = steps.sum() if spec.how == "sum" else steps.mean()
    return found


def categories(frame: pd.DataFrame, spec: Spec) -> pd.Series[Any]:
    """A number for each category, the largest first; of averages, those of the categories with most
    rows.
    """
    groups = frame[spec.by].astype("str").fillna(NONE)
    counts = groups.value_counts()
    if spec.how == "count":
        return counts
    by_group = amounts(frame, spec).groupby(groups)
    if spec.how == "sum":
        sums: pd.Series[Any] = by_group.sum().sort_values(ascending=False)
        return sums
    means: pd.Series[Any] = by_group.mean().loc[counts.index[:TOP]].sort_values(ascending=False)
    return means


def topped(numbers: pd.Series[Any]) -> pd.Series[Any]:
    """The largest twelve, and one for all the others."""
    if len(numbers) <= TOP:
        return numbers
    others = pd.Series({f"{len(numbers) - TOP:,} others": numbers.iloc[TOP:].sum()})
    shown: pd.Series[Any] = pd.concat([numbers.iloc[:TOP], others])
    return shown


def spread(frame: pd.DataFrame, spec: Spec) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """All values, and those that are drawn: a few far away would leave no room for the rest."""
    values = amounts(frame, spec).dropna()
    if not spec.cut:
        return values, values
    low, high = values.quantile([0.01, 0.99])
    return values, values[values.between(low, high)]
