"""Texts of days and times, in every form of ISO 8601 that a server may write, side by side."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stnb.catalog import Column, Endpoint
from stnb.frame import Decoded, decode, shape_of
from stnb.frame.converters import days_elsewhere, to_date, to_date_time
from stnb.frame.drift import Drift, Kind

DAYS = ("0001-01-01", "1600-05-05", "1969-12-31", "2026-07-01", "2300-01-01", "9999-12-31")
TIMES = (
    "",
    "T00:00",
    "T00:00:00",
    "T00:00:00.0000000",
    "T23:30:15.1",
    "T12:00:00.1234567",
    "T07:00:00.123456789",
)
ZONES = ("", "Z", "z", "+00:00", "-07:00", "+14:00", "-0700", "+07", "+05:30")
TEXTS = tuple(f"{day}{time}{zone}" for day in DAYS for time in TIMES for zone in ZONES)
COLUMNS = (Column("id", "integer"), Column("day", "date"), Column("at", "date-time"))
TIMED = Endpoint("toys.timed", "toys", "/toys", "list", make_columns=lambda: COLUMNS)
CONVERTERS = {"day": to_date, "at": to_date_time}


def read(name: str, *texts: Any) -> Decoded:
    rows = [{"id": number, name: text} for number, text in enumerate(texts)]
    return decode(json.dumps({"data": rows}).encode(), "data", shape_of(TIMED))


def takes(name: str, text: str) -> bool:
    """Whether the text alone is converted."""
    try:
        CONVERTERS[name](pa.array([text]))
    except pa.ArrowInvalid:
        return False
    return True


TAKEN = {name: [text for text in TEXTS if takes(name, text)] for name in CONVERTERS}


@settings(derandomize=True, deadline=None)
@given(some.sampled_from(sorted(CONVERTERS)), some.data())
def test_what_is_taken_alone_is_taken_beside_others(name: str, data: some.DataObject) -> None:
    """A column becomes text only for a value that is no time, and that one is counted."""
    texts = data.draw(some.lists(some.sampled_from(TAKEN[name]) | some.none(), min_size=1))
    alone = [None if t is None else CONVERTERS[name](pa.array([t]))[0].as_py() for t in texts]

    assert CONVERTERS[name](pa.array(texts, pa.string())).to_pylist() == alone


@pytest.mark.parametrize("text", TAKEN["at"])
def test_a_time_is_the_moment_that_python_reads(text: str) -> None:
    """To the microsecond, whatever its form; a time without a zone is one of UTC."""
    right = dt.datetime.fromisoformat(text.replace("z", "Z"))
    if right.tzinfo is None:
        right = right.replace(tzinfo=dt.UTC)

    assert to_date_time(pa.array([text]))[0].as_py() == right


@pytest.mark.parametrize("text", TAKEN["day"])
def test_a_day_is_the_one_that_is_written(text: str) -> None:
    """No offset moves it; a time of UTC stays as it is."""
    found = to_date(pa.array([text]))[0].as_py()

    assert found.date().isoformat() == text[:10]
    assert found.tzinfo is None
    if found.time() != dt.time():
        assert days_elsewhere(pa.array([text])) == 0


@pytest.mark.parametrize("zone", ["-07:00", "+14:00", "-0700", "+07", "+05:30"])
def test_a_moment_of_another_zone_is_no_day(zone: str) -> None:
    """Without its offset it would be another time: it is kept as it was sent, and counted."""
    text = f"2026-07-01T23:30:00{zone}"
    part = read("day", "2026-07-01T00:00:00", text)

    assert part.table["day"].to_pylist() == ["2026-07-01T00:00:00", text]
    assert part.drift == {"day": [Drift("day", Kind.MISFIT, 1, "date")]}


@pytest.mark.parametrize("time", ["", "T00:00", "T00:00:00", "T00:00:00.0000000"])
@pytest.mark.parametrize("zone", ["-07:00", "+14:00", "-0700", "+07", "+00:30"])
def test_a_midnight_of_another_zone_is_its_day_and_reported(time: str, zone: str) -> None:
    """The day is exact; that the zone is left out is said, with the number of rows."""
    part = read("day", "2026-07-01", f"2026-07-02{time}{zone}", "0001-01-01T00:00:00Z")
    days = [pd.Timestamp("2026-07-01"), pd.Timestamp("2026-07-02"), dt.datetime(1, 1, 1)]

    assert part.table["day"].to_pylist() == days
    assert part.drift == {"day": [Drift("day", Kind.OTHER_ZONE, 1)]}


@pytest.mark.parametrize("name", sorted(CONVERTERS))
def test_a_column_that_becomes_text_counts_what_did_not_fit(name: str) -> None:
    """Never in 0 rows, whatever stands beside it."""
    texts = [*TAKEN[name], "no time", "2026-13-01T00:00:00", "0000-01-01T00:00:00Z"]
    part = read(name, *texts)

    assert part.table[name].to_pylist() == texts
    assert [(one.kind, one.rows) for one in part.drift[name]] == [(Kind.MISFIT, 3)]
