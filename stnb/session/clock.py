"""The one place that reads this machine's clock, so that a test can set it."""

from __future__ import annotations

import datetime as dt


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
