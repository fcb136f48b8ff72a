"""Business days: times in UTC, as the API has them, shown in the tenant's own zone.

A job that was completed at 6 in the evening in Phoenix was completed the next day in UTC: who
groups by day wants the local one.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd

from stnb.errors import BadFilter, KnownTrap
from stnb.frame import notices
from stnb.frame.days import are_days


def local(df: pd.DataFrame, zone: str | None = None) -> pd.DataFrame:
    """A copy whose times are in the tenant's zone; the moments stay the same.

    Args:
        zone: an IANA zone such as "America/Phoenix"; without one that of the profile which the
            frame was pulled with.

    Returns:
        The frame with each `datetime64[…, UTC]` column as `datetime64[…, zone]`; days without a
        zone, such as a posting date, stay as they are. So do days that are sent as midnights in
        UTC, such as an invoice's date, which would become the day before; a KnownTrap names them.
        `attrs` are kept.

    Raises:
        BadFilter: the zone is none, or the frame does not know one and none was given.

    Example:
        >>> jobs = stnb.local(st.jpm.jobs.pull(completedOnOrAfter="2026-07"))
        >>> jobs.groupby(jobs["completedOn"].dt.date)["total"].sum()
    """
    there = _zone(zone or (df.attrs.get("stnb") or {}).get("timezone"))
    aware = [name for name, kind in df.dtypes.items() if isinstance(kind, pd.DatetimeTZDtype)]
    days = [name for name in aware if are_days(str(name), df[name])]
    times = {name: df[name].dt.tz_convert(there) for name in aware if name not in days}
    if days:
        named = ", ".join(map(str, days))
        text = (
            f"Midnights in UTC are days, not moments, and stay in UTC: {named}."
            f" In {there} they would be others."
        )
        notices.warn(notices.Notice(KnownTrap, text))
    out = df.assign(**times)  # type: ignore[arg-type]
    out.attrs = dict(df.attrs)
    return out


def _zone(name: str | None) -> dt.tzinfo:
    if not name:
        raise BadFilter(
            "The times stay in UTC.",
            "The frame does not say in which zone its tenant works.",
            'Give the zone, as in stnb.local(df, "America/Phoenix"), or set SERVICETITAN_TIMEZONE in the profile.',
        )
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise BadFilter(
        f"{name!r} is no zone.", "Zones have IANA names.", "Write one such as America/Phoenix."
    )
