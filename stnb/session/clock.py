"""The one place that reads this machine's clock, so that a test can set it; times in words."""

from __future__ import annotations

import datetime as dt
import email.utils
from collections.abc import Mapping

SKEW = 60.0  # seconds that this machine's clock may be off without a word
FAR = 86_400.0  # seconds from which a server's clock bounds no rows


def now() -> dt.datetime:
    """This moment, in UTC."""
    return dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """The day in this machine's own zone, as files are named after it."""
    return now().astimezone().date()


def stamp(moment: dt.datetime) -> str:
    """A moment as the API writes it, to the second.

    >>> stamp(dt.datetime(2026, 7, 1, 9, 30, tzinfo=dt.UTC))
    '2026-07-01T09:30:00Z'
    """
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def date_of(headers: Mapping[str, str]) -> dt.datetime | None:
    """When an answer was made by its server's clock, in whole seconds; None if it does not say, or
    came out of a cache.
    """
    if headers.get("age", "0").strip() not in ("", "0"):
        return None
    try:
        date = email.utils.parsedate_to_datetime(headers.get("date", ""))
        if date.tzinfo is None:
            date = date.replace(tzinfo=dt.UTC)
        return date.astimezone(dt.UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def ahead(date: dt.datetime, sent: dt.datetime, received: dt.datetime) -> float:
    """Seconds by which a server's clock is at least ahead of ours; 0 if it may be the same.

    The answer was made at some time between the two moments, and its date has no fractions.

    >>> noon = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
    >>> ahead(noon + dt.timedelta(minutes=10), noon, noon + dt.timedelta(seconds=3))
    597.0
    """
    if date > received:
        return (date - received).total_seconds()
    latest = date + dt.timedelta(seconds=1)
    if latest < sent:
        return (latest - sent).total_seconds()
    return 0.0


def in_words(seconds: float) -> str:
    """A length of time, to read: "4 s", "85 s", "10 minutes", "3 hours", "2 days".

    >>> in_words(84.2), in_words(7200)
    ('85 s', '2 hours')
    """
    if seconds < 10:
        return f"{max(round(seconds), 1)} s"
    if seconds <= 120:
        return f"{5 * round(seconds / 5)} s"
    for unit, length in (("days", 86_400), ("hours", 3_600)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}"
    return f"{seconds / 60:.0f} minutes"
