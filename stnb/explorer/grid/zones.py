"""Times as a table shows them: on the clock of the tenant."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from stnb.frame.days import are_days, in_every_zone


def on_the_clock(frame: pd.DataFrame, zone: str) -> tuple[pd.DataFrame, frozenset[int]]:
    """The frame with its times in UTC on a zone's clock, and the positions of these columns.

    Days that the API sends as midnights in UTC, and columns with the years 1 or 9999, which stand
    for "none", stay as they are. Only the zone changes: the moments are the same.

    Args:
        zone: such as "America/Phoenix"; "" or an unknown name changes nothing.
    """
    if not _is_known(zone):
        return frame, frozenset()
    moved: dict[int, pd.Series[Any]] = {}
    for i, dtype in enumerate(frame.dtypes):
        if isinstance(dtype, pd.DatetimeTZDtype) and str(dtype.tz) == "UTC":
            times = frame.iloc[:, i]
            if in_every_zone(times) and not are_days(str(times.name), times):
                moved[i] = times.dt.tz_convert(zone)
    if not moved:
        return frame, frozenset()
    columns = [moved.get(i, frame.iloc[:, i]) for i in range(frame.shape[1])]
    shown = pd.concat(columns, axis=1)
    shown.columns = frame.columns
    return shown, frozenset(moved)


def clock_name(zone: object) -> str:
    """A zone in words, for the head of a column.

    Example:
        >>> clock_name("America/Phoenix"), clock_name("UTC")
        ('Phoenix time', 'UTC')
    """
    name = str(zone)
    if "/" not in name:
        return name
    city = name.rpartition("/")[2].replace("_", " ")
    return f"{city} time"


def _is_known(zone: str) -> bool:
    if not zone or zone == "UTC":
        return False
    try:
        ZoneInfo(zone)
    except (LookupError, ValueError, OSError):
        return False
    return True
