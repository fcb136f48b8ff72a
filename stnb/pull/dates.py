"""Dates as people write them -> a moment with a zone.

    "2026-07-01T09:30"   "2026-07-01"   "2026-07"   "2026"
    "today"   "yesterday"   "this month"   "last quarter"   "last 30 days"   "2 weeks ago"

A day, month or year is its first moment in the profile's zone, also if clocks change then; so is
"last month" the first moment of the month before this one, and "last 30 days" the midnight 30 days
before today's.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from stnb.session import clock

UNITS = "day|week|month|quarter|year"


def moment(value: Any, zone: dt.tzinfo, now: dt.datetime | None = None) -> dt.datetime:
    """A date, a datetime (pandas' too) or a text as above; in `zone` if it names none.

    Args:
        now: what "today" is counted from; the present if not given.

    Raises:
        ValueError, TypeError: it is none of these.
    """
    if isinstance(value, str):
        value = _read(value.strip(), zone, now)
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        value = dt.datetime(value.year, value.month, value.day)
    if not isinstance(value, dt.datetime) or value != value:  # NaT is a datetime that is not itself
        raise TypeError
    if hasattr(value, "to_pydatetime"):
        value = value.to_pydatetime(warn=False)
    exact: dt.datetime = value
    if exact.tzinfo is None:
        return exact.replace(tzinfo=zone)
    return exact


def is_date(value: Any) -> bool:
    """Whether a value is a date, a moment, or a text that means one.

    Example:
        >>> is_date("last month"), is_date("jobs.csv")
        (True, False)
    """
    try:
        moment(value, dt.UTC)
    except (ValueError, TypeError, OverflowError):
        return False
    return True


def window(
    value: Any, zone: dt.tzinfo, now: dt.datetime | None = None
) -> tuple[dt.datetime, dt.datetime]:
    """The whole day, week, month, quarter or year that a value means: its first moment, and the
    first one behind it.

    "last 30 days" ends with today. A day is as long as it is in the zone: 23 to 25 hours when
    clocks change.

    Raises:
        ValueError, TypeError: the value means no day or span of days, such as "2026-07-01T09:30".
    """
    start = moment(value, zone, now)
    if start.astimezone(zone).time() != dt.time(0):
        raise ValueError
    day = start.astimezone(zone).date()
    end = _shift(day, "day", 1)
    if isinstance(value, str):
        today = (now or clock.now()).astimezone(zone).date()
        end = _end(" ".join(value.lower().split()), day, today)
    return start, moment(end, zone)


def _end(text: str, day: dt.date, today: dt.date) -> dt.date:
    """The day behind the last one that a text means, whose first is `day`."""
    if re.fullmatch(r"\d{4}", text):
        return _shift(day, "year", 1)
    if re.fullmatch(r"\d{4}-\d{2}", text):
        return _shift(day, "month", 1)
    if found := re.fullmatch(rf"(?:this|last|next) ({UNITS})", text):
        return _shift(day, found[1], 1)
    if re.match(r"(last|past) \d", text):
        day = today
    return _shift(day, "day", 1)


def _read(text: str, zone: dt.tzinfo, now: dt.datetime | None) -> dt.date | dt.datetime:
    if found := re.fullmatch(r"(\d{4})(?:-(\d{2}))?", text):
        return dt.date(int(found[1]), int(found[2] or 1), 1)
    today = (now or clock.now()).astimezone(zone).date()
    day = _relative(" ".join(text.lower().split()), today)
    if day is None:
        return dt.datetime.fromisoformat(text)
    return day


def _relative(text: str, today: dt.date) -> dt.date | None:
    """The day that a phrase means; None if it is none."""
    named = {"today": 0, "yesterday": -1, "tomorrow": 1}
    if text in named:
        return today + dt.timedelta(days=named[text])
    if found := re.fullmatch(rf"(this|last|next) ({UNITS})", text):
        count = {"last": -1, "this": 0, "next": 1}[found[1]]
        return _shift(start_of(today, found[2]), found[2], count)
    ago = rf"(?:last|past) (\d{{1,4}}) ({UNITS})s?|(\d{{1,4}}) ({UNITS})s? ago"
    if found := re.fullmatch(ago, text):
        number, unit = found[1] or found[3], found[2] or found[4]
        return _shift(today, unit, -int(number))
    return None


def start_of(day: dt.date, unit: str) -> dt.date:
    """The first day of the day, week, month, quarter or year that a day lies in; a week begins on
    Monday.
    """
    if unit == "week":
        return day - dt.timedelta(days=day.weekday())
    if unit == "day":
        return day
    month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}[unit]
    return day.replace(month=month, day=1)


def next_start(day: dt.date, unit: str) -> dt.date:
    """The first day of the next unit, of the first day of one."""
    return _shift(day, unit, 1)


def _shift(day: dt.date, unit: str, count: int) -> dt.date:
    """So many units later; the last day of a shorter month if it lacks the day."""
    if unit == "day":
        return day + dt.timedelta(days=count)
    if unit == "week":
        return day + dt.timedelta(weeks=count)
    months = count * {"month": 1, "quarter": 3, "year": 12}[unit]
    years, month = divmod(day.month - 1 + months, 12)
    first = dt.date(day.year + years, month + 1, 1)
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return first.replace(day=min(day.day, last.day))
