"""Frames with values at the ends of what their types hold: each can be shown, put into a zone,
profiled, drawn and saved.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from stnb.errors import KnownTrap
from stnb.frame import notices
from stnb.frame.converters import FIRST, LAST
from stnb.frame.save import load, save
from stnb.frame.types import AMOUNT, WIDE, pandas_type
from stnb.tables import charts
from stnb.tables.charts import Spec
from stnb.tables.local import local
from stnb.tables.profile import profile
from stnb.tables.text import table
from tests.helpers.answers import HeardGrid
from tests.helpers.sample import EVERYTHING, tries
from tests.helpers.warned import quiet, said

HOUR = 3_600_000_000
# Also with summer time, whose rules Python follows: it has no moment after the year 9999 there.
ZONES = (
    *("America/Phoenix", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata", "UTC"),
    *("Europe/Berlin", "Australia/Sydney", "America/St_Johns"),
)
# For each column: its Arrow type, values at its ends, and values between.
TIMES = (
    (FIRST, FIRST + HOUR, FIRST + 14 * HOUR, -(2**53), -1, 0, LAST - HOUR, LAST),
    some.integers(FIRST, LAST),
)
COLUMNS: dict[str, tuple[pa.DataType, tuple[Any, ...], some.SearchStrategy[Any]]] = {
    "createdOn": (pa.timestamp("us", "UTC"), *TIMES),
    "invoiceDate": (pa.timestamp("us", "UTC"), *TIMES),
    "postDate": (pa.timestamp("us"), *TIMES),
    "duration": (
        pa.duration("us"),
        (-(2**63) + 1, 2**63 - 1, 0, 1),
        some.integers(-(2**63) + 1, 2**63 - 1),
    ),
    "total": (pa.float64(), (1.8e308, -1.7e308, 5e-324, -0.0, 1e17, 1e17 + 16), some.floats()),
    "count": (pa.int64(), (-(2**63), 2**63 - 1, 0), some.integers(-(2**63), 2**63 - 1)),
    "price": (
        AMOUNT,
        (Decimal("999999999999.999999"), Decimal("-999999999999.999999"), Decimal("0.000001")),
        some.integers(-(10**18) + 1, 10**18 - 1).map(lambda n: Decimal(n).scaleb(-6)),
    ),
    "wide": (
        WIDE,
        (Decimal(10**37), Decimal(-(10**37)), Decimal("1e-38")),
        some.integers(-(10**38), 10**38).map(lambda n: Decimal(n).scaleb(-19)),
    ),
    "note": (
        pa.string(),
        ("", "a\0b", "\ufeff", "\uffff", "\U0010ffff", "a\r\nb\x0b", "=1+1", "\u202eb", "_x0041_"),
        some.text(max_size=20),
    ),
    "active": (pa.bool_(), (True, False), some.booleans()),
    "items": (
        pa.list_(pa.struct([("v", pa.float64()), ("t", pa.string())])),
        ([], [None], [{"v": 1.7e308, "t": "a\0"}, {"v": -0.0, "t": None}]),
        some.lists(some.fixed_dictionaries({"v": some.floats(), "t": some.text()}), max_size=2),
    ),
}


def column(name: str, values: list[Any]) -> Any:
    kind = COLUMNS[name][0]
    chunked = pa.chunked_array([pa.array(values, kind)])
    dtype = pandas_type(kind)
    if dtype is None:
        return chunked.to_pandas().array
    return dtype.__from_arrow__(chunked)


def frame_of(columns: dict[str, list[Any]]) -> pd.DataFrame:
    length = len(next(iter(columns.values())))
    made = {"id": pd.array(range(length), "Int64")}
    made |= {name: column(name, values) for name, values in columns.items()}
    frame = pd.DataFrame(made)
    frame.attrs["stnb"] = {
        "resource": "jpm.jobs",
        "timezone": "America/Phoenix",
        "began": "2026-07-10T00:00:00+00:00",
        "notices": [],
        "drift": {},
    }
    return frame


@some.composite
def frames(draw: some.DrawFn) -> pd.DataFrame:
    """Frames of a few columns whose values are extreme, missing, or any at all."""
    names = draw(
        some.lists(some.sampled_from(sorted(COLUMNS)), min_size=1, max_size=4, unique=True)
    )
    length = draw(some.integers(0, 8))
    columns = {}
    for name in names:
        _, ends, between = COLUMNS[name]
        value = some.none() | some.sampled_from(ends) | between
        columns[name] = draw(some.lists(value, min_size=length, max_size=length))
    return frame_of(columns)


def ends(*names: str) -> pd.DataFrame:
    """A frame with the extreme values of columns, and missing ones."""
    length = max(len(COLUMNS[name][1]) for name in names) + 1
    columns = {}
    for name in names:
        values = list(COLUMNS[name][1])
        columns[name] = values + [None] * (length - len(values))
    return frame_of(columns)


# -- what is done with a frame


def shown(frame: pd.DataFrame) -> None:
    assert repr(frame)
    assert frame._repr_html_()
    assert table(frame, 200)
    for at in range(frame.shape[1]):
        assert len(frame.iloc[:, at].tolist()) == len(frame)


def profiled(frame: pd.DataFrame) -> None:
    checked = profile(frame)
    assert len(checked) == frame.shape[1]
    assert repr(checked)
    assert checked._repr_html_()


def in_the_grid(frame: pd.DataFrame) -> None:
    grid = HeardGrid(frame)
    for at in range(frame.shape[1]):
        for down in (False, True):
            assert "rows" in grid.ask(sort=[at, down])
    assert len(grid.bars(*range(frame.shape[1]))) == frame.shape[1]


def into(ending: str) -> Callable[[pd.DataFrame], None]:
    def write(frame: pd.DataFrame) -> None:
        with TemporaryDirectory() as folder:
            path = quiet(lambda: save(frame, Path(folder) / f"x.{ending}"))
            content = path.read_bytes()
            if ending in ("csv", "json"):
                content.decode("utf-8")
            if ending == "json":
                assert len(json.loads(content)) == len(frame)
            if ending == "parquet":
                pd.testing.assert_frame_equal(load(path), frame)

    return write


USES: dict[str, Callable[[pd.DataFrame], None]] = {
    "shown": shown,
    "profiled": profiled,
    "in the grid": in_the_grid,
    **{ending: into(ending) for ending in ("csv", "json", "parquet", "xlsx")},
}

ALONE = [[name] for name in sorted(COLUMNS)]


@pytest.mark.parametrize("names", ALONE if EVERYTHING else [sorted(COLUMNS)], ids=",".join)
@pytest.mark.parametrize("use", sorted(USES))
def test_the_ends_of_a_type_can_be_used(use: str, names: list[str]) -> None:
    """Whatever is done with them, in UTC and in zones on both sides of it; in the quick round with
    those of all types in one frame.
    """
    frame = ends(*names)
    USES[use](frame)
    for zone in ZONES[:2]:
        USES[use](quiet(lambda zone=zone: local(frame, zone)))  # type: ignore[misc]


@settings(
    max_examples=tries(40),
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(frames(), some.sampled_from(ZONES), some.sampled_from(sorted(USES)))
def test_any_frame_can_be_used(frame: pd.DataFrame, zone: str, use: str) -> None:
    """Whatever it holds, and in whatever zone."""
    USES[use](frame)
    USES[use](quiet(lambda: local(frame, zone)))


# -- in a zone


@settings(derandomize=True, deadline=None)
@given(
    some.lists(some.sampled_from(TIMES[0]) | TIMES[1] | some.none(), min_size=1),
    some.sampled_from(ZONES),
)
def test_a_zone_keeps_moments_or_the_clock(times: list[Any], zone: str) -> None:
    """Each moment stays the same; one that has no year there keeps its clock time, and is counted
    in a warning.
    """
    utc = frame_of({"createdOn": times})
    notices.forget()
    here, texts = said(lambda: local(utc, zone))
    moments, clocks = utc["createdOn"], here["createdOn"].dt.tz_localize(None)
    same = (here["createdOn"] == moments) | moments.isna()
    kept = clocks == moments.dt.tz_localize(None)

    assert ((clocks.dt.year >= 1) & (clocks.dt.year <= 9999) | moments.isna()).all()
    assert (same | kept).all()
    count = int((~same).sum())
    assert (
        texts
        == [
            f"Times at the ends of the calendar keep their clock time: createdOn ({count})."
            f" In {zone} they would lie outside the years 1 to 9999; likely they mean never."
        ][: int(count > 0)]
    )


# -- in pictures


def drawn(frame: pd.DataFrame, spec: Spec) -> charts.Finding:
    """Draw a picture down to its dots."""
    picture = charts.draw(frame, charts.settled(frame, spec))
    with io.BytesIO() as file:
        picture.savefig(file, format="png")
    return picture.finding


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati"])
def test_times_at_the_ends_of_the_calendar_are_left_out_of_a_picture(zone: str) -> None:
    """A year 1 or 9999 means never; with it the picture would have a bar for each of 8,000
    years.
    """
    days = [n * 24 * HOUR for n in range(20_000, 20_010)]
    frame = quiet(lambda: local(frame_of({"createdOn": [*TIMES[0], *days, None]}), zone))
    finding = drawn(frame, Spec("over time", "count", "createdOn"))
    code = charts.code(charts.settled(frame, Spec("over time", "count", "createdOn")))

    assert "10 bars" in finding.alt
    assert finding.notes == (
        "9 of 19 jobs have no createdOn or one before 1990 or one from 2100 on and are left out.",
    )
    assert 'when < "2100-01-01"' in code


@pytest.mark.parametrize("name", ["createdOn", "invoiceDate", "postDate"])
def test_a_picture_of_times_that_mean_never_says_so(name: str) -> None:
    """There is nothing to draw then."""
    finding = drawn(frame_of({name: [FIRST, LAST]}), Spec("over time", "count", name))

    assert finding.title == f"No row has a {name}"


@pytest.mark.parametrize("name", ["total", "price", "wide", "count", "duration"])
@pytest.mark.parametrize("what", ["values", "sum", "mean"])
def test_amounts_at_the_ends_of_a_type_are_drawn(name: str, what: str) -> None:
    """Those that no axis holds are left out, and counted."""
    values = [*COLUMNS[name][1], None]
    frame = frame_of({name: values, "active": [True] * len(values)})
    kind, by = "by category", "active"
    if what == "values":
        kind, by = "distribution", ""
    finding = drawn(frame, Spec(kind, f"{what}:{name}", by))
    too_large = [note for note in finding.notes if "too large" in note]

    assert finding.title
    if name == "total":
        assert too_large == ["2 of 7 jobs have a total too large to draw."]
    else:
        assert not too_large


@pytest.mark.parametrize(
    "values",
    [
        [np.inf, -np.inf, 1.0],
        [np.nan, np.inf, 2.5],
        [1e17, 1e17 + 16],
        [1e17, 1e17],
        [5e-324, 0.0],
        [1.7e308, 1.7e308, 1.0],
        [np.inf],
    ],
    ids=str,
)
def test_an_analysts_own_numbers_are_drawn(values: list[float]) -> None:
    """Infinite ones, and those that lie closer together than floats do."""
    frame = pd.DataFrame({"total": values, "kind": ["a"] * len(values)})
    for spec in (Spec("distribution", "values:total"), Spec("by category", "sum:total", "kind")):
        assert drawn(frame, spec).title


def test_a_zone_of_an_analysts_own_can_be_profiled() -> None:
    """pandas moves times out of the calendar, and shows none of them then."""
    utc = ends("createdOn")
    frame = utc.assign(createdOn=utc["createdOn"].dt.tz_convert("America/Phoenix"))

    assert repr(profile(frame))


def test_the_trap_is_one_of_the_known_ones() -> None:
    """So that it is silenced as they are."""
    notices.forget()
    with pytest.warns(KnownTrap, match=r"createdOn \(\d\)"):
        local(ends("createdOn"), "America/Phoenix")
