"""What a column of times holds: days rather than moments, and moments that no zone lacks."""

from __future__ import annotations

from typing import Any

import pandas as pd

FIRST_YEAR, LAST_YEAR = 2, 9998  # years that every zone's clock can show


def are_days(name: str, times: pd.Series[Any]) -> bool:
    """Whether a column of times with a zone holds days: it is named a date, and every one is a
    midnight in UTC.

    The documents type an invoice's date and its due date as moments, and the API sends them as
    midnights in UTC [seen]; in a zone west of it these would become the day before.
    """
    if not name.rpartition(".")[2].endswith(("Date", "date")):
        return False
    there = times.dropna().dt.tz_convert("UTC")
    return len(there) > 0 and bool((there.dt.normalize() == there).all())


def in_every_zone(times: pd.Series[Any]) -> bool:
    """Whether every zone's clock can show these moments.

    The years 1 and 9999, which stand for "none", have moments that are of no year elsewhere. pandas
    makes a year 10000 of them, or, where a zone has summer time, raises an OverflowError.
    """
    there = times.dropna()
    if not len(there):
        return True
    utc = there.dt.tz_convert("UTC")
    return bool(utc.min().year >= FIRST_YEAR and utc.max().year <= LAST_YEAR)
