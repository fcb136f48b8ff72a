"""Business days: the same moments in the tenant's zone, and windows that hold a whole day whatever
clocks do.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

import stnb
from stnb.errors import BadFilter
from stnb.pull.dates import window
from stnb.tables.charts.whole import suggest
from stnb.tables.local import local
from tests.helpers.warned import said

pytestmark = pytest.mark.usefixtures("small_demo")

DENVER = ZoneInfo("America/Denver")
NOW = dt.datetime(2026, 11, 5, 3, 0, tzinfo=dt.UTC)  # still the 4th in Denver


def test_times_are_shown_in_the_zone_that_is_given(st: stnb.Account) -> None:
    """The moments stay, and so do days without a zone, other columns and provenance."""
    utc = st.jpm.jobs.pull()
    here = local(utc, "America/Denver")

    assert str(here["completedOn"].dtype) == "datetime64[us, America/Denver]"
    pd.testing.assert_frame_equal(local(here, "UTC"), utc)
    assert here.attrs == utc.attrs
    assert here["completedOn"].dt.date.nunique() != utc["completedOn"].dt.date.nunique() or (
        (here["completedOn"].dt.date != utc["completedOn"].dt.date).any()
    )


@pytest.mark.parametrize("zone", ["America/Denver", "Europe/Berlin"])
def test_the_profiles_zone_is_taken_without_one(st: stnb.Account, zone: str) -> None:
    """As the frame remembers it."""
    st._session.credentials = dataclasses.replace(st._session.credentials, timezone=zone)
    jobs = st.jpm.jobs.pull(limit=5)

    assert jobs.attrs["stnb"]["timezone"] == zone
    assert str(local(jobs)["createdOn"].dt.tz) == zone


def test_the_demo_works_in_phoenix(st: stnb.Account) -> None:
    """The demo has its office's zone: frames, days in filters, and charts are in it, and jobs are
    booked by day there, not at night.
    """
    jobs = st.jpm.jobs.pull(createdOnOrAfter="last 90 days")
    here = stnb.local(jobs)["createdOn"]

    assert jobs.attrs["stnb"]["timezone"] == "America/Phoenix"
    assert jobs.attrs["stnb"]["params"]["createdOnOrAfter"].endswith("T07:00:00Z")
    assert str(here.dt.tz) == "America/Phoenix"
    assert here.dt.hour.between(6, 20).mean() > 0.9
    assert suggest(jobs[["createdOn"]]).zone == "America/Phoenix"


def test_a_day_of_the_demo_is_a_day_in_phoenix(st: stnb.Account) -> None:
    """A window of a day holds that day's jobs, and "yesterday" ends where "today" begins."""
    day = stnb.local(st.jpm.jobs.pull(createdOnOrAfter="last 30 days"))["createdOn"].dt.date.mode()
    start, end = st.window(day[0])
    jobs = st.jpm.jobs.pull(createdOnOrAfter=start, createdBefore=end)

    assert set(stnb.local(jobs)["createdOn"].dt.date) == {day[0]}
    assert st.window("yesterday")[1] == st.window("today")[0]
    assert st.window("today")[0].utcoffset() == dt.timedelta(hours=-7)


@pytest.mark.parametrize("zone", [None, "Mars/Base", "../etc/passwd", ""])
def test_no_zone_is_told(zone: str | None) -> None:
    """With what to write."""
    with pytest.raises(BadFilter, match="America/Phoenix"):
        local(pd.DataFrame({"on": pd.to_datetime(["2026-07-01"], utc=True)}), zone)


def test_days_without_a_zone_stay() -> None:
    """A posting date is no moment."""
    frame = pd.DataFrame({"postDate": pd.to_datetime(["2026-07-01"])})

    pd.testing.assert_frame_equal(local(frame, "America/Denver"), frame)


@pytest.mark.parametrize(
    ("value", "start", "end"),
    [
        ("2026-07-01", "2026-07-01", "2026-07-02"),
        (dt.date(2026, 2, 28), "2026-02-28", "2026-03-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026", "2026-01-01", "2027-01-01"),
        ("today", "2026-11-04", "2026-11-05"),
        ("yesterday", "2026-11-03", "2026-11-04"),
        ("this week", "2026-11-02", "2026-11-09"),
        ("last month", "2026-10-01", "2026-11-01"),
        ("Last Quarter", "2026-07-01", "2026-10-01"),
        ("next year", "2027-01-01", "2028-01-01"),
        ("last 30 days", "2026-10-05", "2026-11-05"),
        ("2 weeks ago", "2026-10-21", "2026-10-22"),
    ],
)
def test_a_window_holds_all_of_what_is_meant(value: Any, start: str, end: str) -> None:
    """From its first moment to the first one behind it, in the zone."""
    assert [at.isoformat()[:19] for at in window(value, DENVER, NOW)] == [
        f"{start}T00:00:00",
        f"{end}T00:00:00",
    ]


@given(
    some.dates(dt.date(1990, 1, 1), dt.date(2035, 12, 30)),
    some.sampled_from(["America/Denver", "America/Phoenix", "UTC", "Europe/Berlin"]),
)
def test_windows_of_days_join_without_a_gap(day: dt.date, name: str) -> None:
    """Also where clocks change: a day then has 23 or 25 hours."""
    zone = ZoneInfo(name)
    start, end = window(day, zone)

    assert end == window(day + dt.timedelta(days=1), zone)[0]
    assert (end.astimezone(dt.UTC) - start.astimezone(dt.UTC)) in [
        dt.timedelta(hours=h) for h in (23, 24, 25)
    ]


def test_a_window_over_a_change_of_clocks() -> None:
    """Is as long as that day was."""
    spring, autumn = window("2026-03-08", DENVER), window("2026-11-01", DENVER)

    assert [
        round((b.astimezone(dt.UTC) - a.astimezone(dt.UTC)).total_seconds() / 3600)
        for a, b in (spring, autumn)
    ] == [23, 25]


@pytest.mark.parametrize("value", ["2026-07-01T09:30", "soon", 5, None])
def test_what_means_no_day_has_no_window(value: Any) -> None:
    """And is refused."""
    with pytest.raises((ValueError, TypeError)):
        window(value, DENVER)


def test_an_accounts_window_is_sent_in_utc(st: stnb.Account) -> None:
    """So that a local month is a local month."""
    st._session.credentials = dataclasses.replace(
        st._session.credentials, timezone="America/Denver"
    )
    start, end = st.window("2026-03")
    jobs = st.jpm.jobs.pull(completedOnOrAfter=start, completedBefore=end)

    assert jobs.attrs["stnb"]["params"] == {
        "completedOnOrAfter": "2026-03-01T07:00:00Z",
        "completedBefore": "2026-04-01T06:00:00Z",
    }
    assert set(stnb.local(jobs)["completedOn"].dt.month) == {3}
    with pytest.raises(BadFilter, match="window"):
        st.window("whenever")


def test_days_that_are_sent_as_midnights_stay_the_same_day(st: stnb.Account) -> None:
    """An invoice's date stays where it is, and it is told; a moment at some other time moves as
    ever.
    """
    invoices = st.accounting.invoices.pull(limit=50)
    assert (invoices["invoiceDate"].dt.normalize() == invoices["invoiceDate"]).all()

    with pytest.warns(stnb.KnownTrap, match="invoiceDate"):
        here = local(invoices, "America/Phoenix")

    assert (here["invoiceDate"].dt.date == invoices["invoiceDate"].dt.date).all()
    assert str(here["createdOn"].dtype) == "datetime64[us, America/Phoenix]"


def test_a_date_with_a_time_is_a_moment() -> None:
    """Neither the name alone nor the midnight alone makes a day."""
    times = {
        "startDate": ["2026-07-01T00:00Z", "2026-07-01T09:30Z"],
        "createdOn": ["2026-07-01T00:00Z"] * 2,
        "dueDate": [None] * 2,
    }
    frame = pd.DataFrame(
        {name: pd.to_datetime(pd.Series(texts), utc=True) for name, texts in times.items()}
    )

    assert {str(kind.tz) for kind in local(frame, "America/Denver").dtypes} == {"America/Denver"}  # type: ignore[union-attr]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Sydney", "Asia/Tokyo"])
@pytest.mark.parametrize("name", ["completedOn", "dueDate"])
def test_net_s_last_moment_has_a_place_in_every_zone(zone: str, name: str) -> None:
    """Also in those with summer time, whose clock has nothing after the year 9999: it keeps its
    clock time, and is shown and drawn.
    """
    last = pd.DatetimeIndex(["9999-12-31T23:59:59.999999", "2026-01-01"], dtype="M8[us, UTC]")
    frame = pd.DataFrame({name: last, "who": ["a", "b"]})
    frame.attrs["stnb"] = {"timezone": zone}

    there, texts = said(lambda: stnb.local(frame))
    over_time = stnb.pictures.bars(frame, name, every="day")
    heat = stnb.pictures.heat(frame, name, "who")

    assert f"{there[name][0]:%Y-%m-%d %H:%M}" == "9999-12-31 23:59"
    assert there[name][1] == last[1]
    assert [name in text for text in texts] == [True]
    assert len(over_time.axes[0].patches) == 1
    assert heat.axes[0].get_xlabel().endswith("UTC time")
