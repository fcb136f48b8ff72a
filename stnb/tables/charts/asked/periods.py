"""The periods of a picture over time: their step, and which of them the rows do not fill."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from ...provenance import provenance
from ..spec import Spec

PERIODS = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
# The days from one period's beginning to the next, by which a finished table shows its step.
STEPS = {"day": (1, 1), "week": (7, 7), "month": (28, 31), "quarter": (90, 92), "year": (365, 366)}


def step_of(times: pd.Series[Any]) -> str:
    """The step of a table that has one row for each period already; "" for rows as they come."""
    known = times.dropna().drop_duplicates().sort_values()
    if len(known) < 2 or (known != known.dt.normalize()).any():
        return ""
    gaps = known.diff().dropna().dt.days
    usual = gaps.mode()
    for step, (least, most) in STEPS.items():
        if gaps.min() >= least and usual.between(least, most).all():
            return step
    return ""


def not_whole(frame: pd.DataFrame, numbers: pd.DataFrame, spec: Spec) -> frozenset[int]:
    """The first period and the last one, if the rows of a pull do not fill them.

    A table without a pull's `attrs` counts as whole.
    """
    about = provenance(frame)
    if not about.get("began") or not len(numbers):
        return frozenset()
    first, last = numbers.index[0], numbers.index[-1]
    starts, ends = [], [about["began"]]
    for name, value in about.get("params", {}).items():
        if "After" in name:
            starts.append(value)
        elif "Before" in name:
            ends.append(value)
    found = set()
    if any(first.start_time < moment <= first.end_time for moment in _moments(starts, spec.zone)):
        found.add(0)
    if any(last.start_time < moment <= last.end_time for moment in _moments(ends, spec.zone)):
        found.add(len(numbers) - 1)
    return frozenset(found)


def _moments(texts: Iterable[object], zone: str) -> list[pd.Timestamp]:
    """Moments as the clock in the zone shows them; what is none is left out."""
    found = pd.to_datetime(pd.Series(list(texts), dtype="object"), errors="coerce", utc=True)
    clock = found.dropna().dt.tz_convert(zone or "UTC").dt.tz_localize(None)
    return list(clock)
