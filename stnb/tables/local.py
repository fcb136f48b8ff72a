"""Times in the tenant's own zone instead of UTC, which the API uses.

A job that was completed at 6 in the evening in Phoenix was completed on the next day in UTC.
Someone who groups by day wants the local day.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd

from stnb.errors import BadFilter, KnownTrap
from stnb.errors.misused import explains_misuse
from stnb.frame import notices
from stnb.frame.days import are_days

from .provenance import provenance


@explains_misuse("stnb")
def local(df: pd.DataFrame, zone: str | None = None) -> pd.DataFrame:
    """A copy of a frame whose times are in the tenant's zone. The moments stay the same.

    Args:
        zone: an IANA name such as "America/Phoenix"; by default the zone of the profile that the
            frame was pulled with.

    Returns:
        The frame with each `datetime64[…, UTC]` column as `datetime64[…, zone]`, and with the same
        `attrs`. Days without a zone, such as a posting date, stay as they are. So do days that the
        API sends as midnights in UTC, such as an invoice's date: in the zone they would be the day
        before. A time that the zone would move out of the years 1 to 9999, such as the date that
        .NET writes for "never", keeps its clock time. A `KnownTrap` warning names all these.

    Raises:
        BadFilter: there is no such zone, or the frame has none and none is given.

    Example:
        >>> jobs = stnb.local(st.jpm.jobs.pull(completedOnOrAfter="2026-07"))
        >>> jobs.groupby(jobs["completedOn"].dt.date)["total"].sum()
    """
    there = _zone(zone or provenance(df).get("timezone"))
    aware = [name for name, kind in df.dtypes.items() if isinstance(kind, pd.DatetimeTZDtype)]
    days = [name for name in aware if are_days(str(name), df[name])]
    times: dict[Any, pd.Series[Any]] = {}
    outside: dict[str, int] = {}
    for name in aware:
        if name not in days:
            times[name], kept = _moved(df[name], there)
            if kept:
                outside[str(name)] = kept
    if days:
        named = ", ".join(map(str, days))
        text = (
            f"Midnights in UTC are days, not moments, and stay in UTC: {named}."
            f" In {there} they would be others."
        )
        notices.warn(notices.Notice(KnownTrap, text))
    if outside:
        counts = ", ".join(f"{name} ({count:,})" for name, count in outside.items())
        text = (
            f"Times at the ends of the calendar keep their clock time: {counts}."
            f" In {there} they would lie outside the years 1 to 9999; likely they mean never."
        )
        notices.warn(notices.Notice(KnownTrap, text))
    out = df.assign(**times)
    out.attrs = dict(df.attrs)
    return out


def _moved(times: pd.Series[Any], zone: dt.tzinfo) -> tuple[pd.Series[Any], int]:
    """Times in a zone, and how many of them keep their clock time, as there is no such year.

    pandas holds such a year, but neither shows it nor gives it to Python.
    """
    outside = _is_outside(times.dt.tz_convert("UTC"), zone)
    moved = times.dt.tz_convert(zone)
    if outside.any():
        clock = times[outside].dt.tz_convert("UTC").dt.tz_localize(None)
        moved[outside] = clock.dt.tz_localize(zone, ambiguous=False, nonexistent="shift_forward")
    return moved, int(outside.sum())


def _is_outside(times: pd.Series[Any], zone: dt.tzinfo) -> pd.Series[bool]:
    """Which times in UTC lie outside the years 1 to 9999 on the clock of a zone."""
    outside = pd.Series(False, times.index)
    near = (times.dt.year == dt.MINYEAR) | (times.dt.year == dt.MAXYEAR)
    distinct = times[near].unique()
    lacking = [moment for moment in distinct if not _has(zone, moment)]
    if lacking:
        outside = times.isin(lacking)
    return outside


def _has(zone: dt.tzinfo, moment: pd.Timestamp) -> bool:
    """Whether the clock of a zone shows a moment in the years 1 to 9999."""
    try:
        moment.to_pydatetime(warn=False).astimezone(zone)
    except (OverflowError, ValueError):
        return False
    return True


def _zone(name: str | None) -> dt.tzinfo:
    if not name:
        raise BadFilter(
            "The times stay in UTC.",
            "The frame does not say in which zone its tenant works.",
            'Give the zone, as in stnb.local(df, "America/Phoenix"),'
            " or set SERVICETITAN_TIMEZONE in the profile.",
        )
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass  # raised below, so that the error has no cause that says the same
    raise BadFilter(
        f"{name!r} is not a time zone.",
        "Zones have IANA names.",
        "Write one such as America/Phoenix.",
    )
