"""Does a column of times hold days rather than moments?"""

from __future__ import annotations

from typing import Any

import pandas as pd


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
