"""Dates as people write them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from stnb.pull.dates import moment

PHOENIX, NEW_YORK, UTC = ZoneInfo("America/Phoenix"), ZoneInfo("America/New_York"), ZoneInfo("UTC")
NOW = dt.datetime(2026, 3, 31, 3, 0, tzinfo=UTC)  # still the 30th in Phoenix


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-07-04", "2026-07-04"),
        ("2026-07", "2026-07-01"),
        ("2026", "2026-01-01"),
        ("today", "2026-03-30"),
        ("Yesterday", "2026-03-29"),
        ("tomorrow", "2026-03-31"),
        ("this week", "2026-03-30"),
        ("last week", "2026-03-23"),
        ("this month", "2026-03-01"),
        ("last month", "2026-02-01"),
        ("next month", "2026-04-01"),
        ("this quarter", "2026-01-01"),
        ("last quarter", "2025-10-01"),
        ("this year", "2026-01-01"),
        ("last year", "2025-01-01"),
        ("last 30 days", "2026-02-28"),
        ("past  2 weeks", "2026-03-16"),
        ("1 month ago", "2026-02-28"),
        ("last 12 months", "2025-03-30"),
        ("3 years ago", "2023-03-30"),
    ],
)
def test_a_phrase_is_the_first_moment_of_a_day_in_the_zone(text: str, day: str) -> None:
    """Phrases count from today in the profile's zone, and mean the midnight there."""
    assert moment(text, PHOENIX, NOW) == dt.datetime.fromisoformat(day).replace(tzinfo=PHOENIX)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "last days",
        "last 30",
        "0 fortnights ago",
        "2026-13",
        "26-07-01",
        "last 99999 days",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    """A text that is none of the forms raises, whatever it looks like."""
    with pytest.raises(ValueError):
        moment(text, PHOENIX, NOW)


def test_midnight_is_the_local_one_when_clocks_change() -> None:
    """The days around a change of clocks begin at their own midnight, 23 or 25 hours apart."""
    starts = [moment(f"2026-03-0{d}", NEW_YORK).astimezone(UTC) for d in (7, 8, 9)]

    assert [s.hour for s in starts] == [5, 5, 4]


@given(
    some.integers(1, 2000),
    some.sampled_from(["day", "week", "month", "quarter", "year"]),
    some.dates(dt.date(2000, 1, 1), dt.date(2090, 1, 1)),
)
def test_any_count_back_is_a_day_before(count: int, unit: str, today: dt.date) -> None:
    """Going back lands on an earlier day, also from the last days of long months; beyond the
    calendar it raises.
    """
    now = dt.datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    try:
        found = moment(f"{count} {unit}s ago", UTC, now)
    except ValueError:
        assert (unit == "year" and count >= today.year) or (
            unit == "quarter" and count // 4 >= today.year - 1
        )
        return

    assert found < now
    assert found.hour == 0
