"""A pull cut into windows of time: every moment is in exactly one of them."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stnb.catalog import load
from stnb.errors import BadFilter
from stnb.pull.windows import windows

JOBS = load()["jpm.jobs"]
NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
# Clocks change at two, at midnight (so that a day has no midnight), by half an hour, and never.
ZONES = ["America/New_York", "America/Havana", "Australia/Lord_Howe", "America/Phoenix"]


def cut(by: str, zone: str = "UTC", resource: str = "jpm.jobs", **filters: Any) -> list[Any]:
    """The windows of a pull."""
    unit: Any = by
    return windows(load()[resource], filters, unit, ZoneInfo(zone), NOW)


@given(
    st.sampled_from(["day", "week", "month", "quarter", "year"]),
    st.sampled_from(ZONES),
    st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2025, 12, 31)),
    st.integers(0, 500),
)
def test_each_window_begins_where_the_one_before_it_ends(
    by: str, zone: str, first: dt.datetime, days: int
) -> None:
    """From the first moment to the last, whatever the clocks do."""
    last = first + dt.timedelta(days=days)
    found = cut(by, zone, createdOnOrAfter=first, createdBefore=last)
    begins = [each.filters["createdOnOrAfter"] for each in found]
    ends = [each.filters["createdBefore"] for each in found]

    assert begins[0].replace(tzinfo=None) == first
    assert ends[-1] == last
    assert begins[1:] == ends[:-1]
    assert sorted(moment.astimezone(dt.UTC) for moment in begins) == [
        moment.astimezone(dt.UTC) for moment in begins
    ]
    assert len({each.name for each in found}) == len(found)


def test_a_day_is_as_long_as_it_is() -> None:
    """23 hours in spring, and 25 in autumn."""
    span = {"createdOnOrAfter": "2026-03-07", "createdBefore": "2026-03-10"}
    found = cut("day", "America/New_York", **span)
    lengths = []
    for each in found[:2]:
        begin, end = (
            each.filters[name].astimezone(dt.UTC) for name in ("createdOnOrAfter", "createdBefore")
        )
        lengths.append(end - begin)

    assert lengths == [dt.timedelta(hours=24), dt.timedelta(hours=23)]


def test_the_last_window_is_open() -> None:
    """Rows that come meanwhile, or that are of the future, are in it."""
    found = cut("month", createdOnOrAfter="2026-09-15")

    assert [each.name for each in found] == ["2026-09-15", "2026-10-01", "2026-11-01"]
    assert found[-1].filters["createdBefore"] is None


def test_a_phrase_means_one_moment_in_all_windows() -> None:
    """What is read tomorrow is what was meant today."""
    filters = {"modifiedOnOrAfter": "last 7 days", "createdOnOrAfter": "last month"}
    found = cut("month", "America/Phoenix", **filters)

    assert {each.filters["modifiedOnOrAfter"].isoformat() for each in found} == {
        "2026-11-22T00:00:00-07:00"
    }
    assert found[0].filters["createdOnOrAfter"].isoformat() == "2026-10-01T00:00:00-07:00"


@pytest.mark.parametrize(
    ("resource", "filters", "expected"),
    [
        ("jpm.jobs", {}, 1),
        ("jpm.jobs", {"createdBefore": "2026"}, 1),
        ("jpm.jobs", {"modifiedOnOrAfter": "2026-10-01"}, 1),
        ("jpm.jobs", {"completedOnOrAfter": "2026-10-01"}, 2),
        ("accounting.invoices", {"invoicedOnOrAfter": "2026-10-01"}, 2),
        ("accounting.credit_memos", {"dateOnOrAfter": "2026-10-01"}, 2),
        ("payroll.payroll_adjustments", {"postedOnOrAfter": "2026-10-01"}, 1),
        ("dispatch.technician_shifts", {"startsOnOrAfter": "2026-10-01"}, 1),
    ],
)
def test_what_cannot_be_cut_to_the_moment_is_one_window(
    resource: str, filters: dict[str, Any], expected: int
) -> None:
    """Without a first day; by the time of change; if the end of a span is inside it."""
    assert len(cut("month", resource=resource, **filters)) == expected


def test_the_date_that_rows_keep_comes_first() -> None:
    """A job is created once, and may be completed anew while it is read."""
    found = cut("month", completedOnOrAfter="2026-10-01", createdOnOrAfter="2026-10-01")

    assert {each.filters["completedOnOrAfter"].isoformat() for each in found} == {
        "2026-10-01T00:00:00+00:00"
    }
    assert len(found) == 2


def test_another_unit_is_refused() -> None:
    """It says which there are."""
    with pytest.raises(BadFilter, match="day, week, month, quarter, year"):
        cut("fortnight", createdOnOrAfter="2026")
