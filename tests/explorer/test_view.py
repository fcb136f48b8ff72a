"""What a table shows and the lines of pandas that say the same: the two never differ."""

from __future__ import annotations

import ast
import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stnb.explorer.grid import view
from stnb.explorer.grid.columns import Columns
from stnb.explorer.grid.select import Rows, pick_of
from stnb.explorer.grid.summary import summary
from stnb.explorer.grid.view import View
from tests.helpers.sample import tries

SEVERAL = {"min_size": 0, "max_size": 6}
TEXTS = some.sampled_from(
    ["Done", "Open", "Gate code 4417", "Ärger", "STRASSE", "", " ", "(.*)", "nov", "12", 'a"b\\n']
)
WHOLE = some.one_of(some.integers(-5, 5), some.sampled_from([2**53 + 1, 2**53 + 2, -(2**60), 4417]))
FLOATS = some.one_of(
    some.floats(allow_nan=False, width=64),
    some.sampled_from([0.0, 12.0, 1200.5, 1e-7, 2000.0, 1e20, 137.31]),
)
MOMENTS = some.one_of(
    some.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30)),
    some.datetimes(dt.datetime(2026, 10, 30), dt.datetime(2026, 11, 3)),
    some.sampled_from([dt.datetime(2026, 11, 1), dt.datetime(2026, 11, 27, 16, 31)]),
)
PLACES = {"city": pa.string(), "zip": pa.int64(), "lines": pa.list_(pa.string())}
PLACE = some.fixed_dictionaries(
    {
        "city": some.none() | TEXTS,
        "zip": some.none() | WHOLE,
        "lines": some.none() | some.lists(TEXTS, max_size=2),
    }
)


def of_arrow(kind: pa.DataType) -> pd.ArrowDtype:
    return pd.ArrowDtype(kind)


# By the name of a column: its values and its type. A missing value may be anywhere.
COLUMNS: dict[str, tuple[Any, Any]] = {
    "text": (TEXTS, "str"),
    'odd "name"': (TEXTS, "object"),
    "category": (TEXTS, "category"),
    "whole": (WHOLE, "Int64"),
    "money": (FLOATS, "Float64"),
    "plain": (FLOATS, "float64"),
    "exact": (some.decimals(-99, 9999, places=2), of_arrow(pa.decimal128(12, 2))),
    "yes": (some.booleans(), "boolean"),
    "day": (MOMENTS, "datetime64[us]"),
    "utc": (MOMENTS, "datetime64[us, UTC]"),
    "local": (MOMENTS, "datetime64[us, America/New_York]"),
    "took": (some.timedeltas(dt.timedelta(-3), dt.timedelta(9)), "timedelta64[us]"),
    "ids": (some.lists(WHOLE, max_size=3), of_arrow(pa.list_(pa.int64()))),
    "tags": (some.lists(some.none() | TEXTS, max_size=3), of_arrow(pa.list_(pa.string()))),
    "places": (some.lists(PLACE, max_size=2), of_arrow(pa.list_(pa.struct(PLACES)))),
    "place": (PLACE, of_arrow(pa.struct(PLACES))),
}
WORDS = some.sampled_from(
    """gate code|4417|1,200.5|12|$2000.00|-|.|2026-11|11-01 0|16:31|Nov 1|nov 27, 2026|ärger
    strasse|e|(.*)|no such thing|\"""".replace("\n    ", "|").split("|")
)


def column(name: str, values: list[Any]) -> pd.Series[Any]:
    kind = COLUMNS[name][1]
    if isinstance(kind, pd.ArrowDtype):
        array = pa.array(values, kind.pyarrow_dtype)
        return pd.Series(pd.arrays.ArrowExtensionArray(array))  # type: ignore[arg-type]
    if "datetime" in kind:
        times = pd.Series(values, dtype="datetime64[us]")
        zone = getattr(pd.api.types.pandas_dtype(kind), "tz", None)
        return times if zone is None else times.dt.tz_localize("UTC").dt.tz_convert(zone)
    return pd.Series(values, dtype=kind)


@some.composite
def frames(draw: some.DrawFn) -> pd.DataFrame:
    names = draw(
        some.lists(some.sampled_from(sorted(COLUMNS)), min_size=1, max_size=5, unique=True)
    )
    count = draw(some.integers(0, 9))
    made = {}
    for name in names:
        values = some.none() | COLUMNS[name][0]
        made[name] = column(name, draw(some.lists(values, min_size=count, max_size=count)))
    return pd.DataFrame(made)


@some.composite
def views(draw: some.DrawFn, columns: Columns) -> View:
    """A view as a person makes it: by bars, by the value of a cell, by typed bounds and texts."""
    names = columns.names
    picks = {}
    for name in draw(some.lists(some.sampled_from(names), max_size=2, unique=True)):
        offered = possible_picks(columns, names.index(name))
        picks[name] = tuple(draw(some.lists(some.sampled_from(offered), min_size=1, max_size=3)))
    return View(
        picks=picks,
        search=draw(some.just("") | WORDS),
        sort=draw(some.none() | some.tuples(some.sampled_from(names), some.booleans())),
        hidden=tuple(draw(some.lists(some.sampled_from(names), max_size=2, unique=True))),
        order=tuple(draw(some.lists(some.sampled_from(names), max_size=2, unique=True))),
    )


def possible_picks(columns: Columns, i: int) -> list[dict[str, Any]]:
    found: list[Any] = [{"is": None}, {"but": []}, *summary(columns, i).picks]
    found.extend(pick_of(columns, i, row) for row in range(len(columns)))
    kind = columns.shown[i].kind
    if kind == "text":
        found += [{"has": "GATE"}, {"has": "ä"}, {"but": ["Done", "Open"]}]
    if kind in {"integer", "number", "list"}:
        found += [{"from": 1}, {"to": 12.5}, {"from": 1, "max": 12}, {"max": 0}]
    if kind in {"date", "date-time"}:
        found += [{"from": "2026-11-01T01:30:00"}, {"to": "2026-11-01"}, {"max": "2026-11-02"}]
    return [pick for pick in found if pick is not None]


def executed(frame: pd.DataFrame, lines: list[str]) -> pd.DataFrame:
    names = {"df": frame}
    exec("\n".join(lines), names)
    return names["df"]


@settings(deadline=None, max_examples=tries(300))
@given(some.data())
def test_the_lines_make_what_the_table_shows(data: some.DataObject) -> None:
    """Whatever is picked, searched, sorted and hidden of whatever columns: the lines of pandas give
    the same rows in the same order with the same columns and types.
    """
    frame = data.draw(frames())
    rows = Rows(frame, data.draw(some.sampled_from(["", "America/Phoenix", "America/New_York"])))
    chosen = data.draw(views(rows.columns))
    shown, lines = view.rows(rows, chosen), view.lines(rows.columns, chosen)

    pd.testing.assert_frame_equal(executed(frame, lines), shown)
    assert ast.parse("\n".join(lines)) is not None
    if chosen.is_whole:
        assert len(shown) == len(frame)


def test_the_lines_read_like_a_persons() -> None:
    """Few columns get a line each, many a loop; a bar is `between`; one missing text is `isna`."""
    frame = pd.DataFrame(
        {
            "status": pd.array(["Done", None], "str"),
            "summary": pd.array(["gate code 4417", ""], "str"),
            "total": pd.array([2500, None], "Float64"),
            "day": pd.to_datetime(["2026-11-01", "2026-11-02"]),
        }
    )
    chosen = View(
        {"status": ({"is": "Done"}, {"is": None}), "total": ({"from": 2000, "to": 3000},)},
        "gate",
        ("day", False),
        hidden=("day",),
    )

    assert view.lines(Columns(frame), chosen) == [
        'df = df[df["status"].eq("Done") | df["status"].isna()]',
        'df = df[df["total"].between(2000, 3000, inclusive="left")]',
        "found = [",
        '    df["status"].str.lower().str.contains("gate", regex=False),',
        '    df["summary"].str.lower().str.contains("gate", regex=False),',
        "]",
        "df = df[sum(found) > 0]",
        'df = df.sort_values("day", ascending=False, kind="stable")',
        'df = df.drop(columns=["day"])',
    ]
    words = "status Done, status missing, total 2,000 to under 3,000, Search “gate”"
    assert view.words(Columns(frame), chosen) == words


def test_each_part_of_a_view_can_be_taken_away() -> None:
    """A view without all its chips leaves the whole table."""
    columns = Columns(pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}))
    chosen = View({"a": ({"from": 2}, {"is": 1}), "b": ({"is": "x"},)}, "x", ("a", True))

    chips = view.chips(columns, chosen)
    assert [chip.name for chip in chips] == ["a", "a", "b", "Search", "Sorted by"]
    assert view.without(chosen, chips[0].key).picks["a"] == [{"is": 1}]
    for chip in reversed(chips):
        chosen = view.without(chosen, chip.key)
    assert chosen == View()


def test_a_view_takes_of_a_state_what_the_frame_has() -> None:
    """What a state has of other columns is left out, and an untouched table is the whole frame."""
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    columns = Columns(frame)
    state = {"picks": {"a": [{"from": 2}], "gone": [{"is": "x"}]}, "sort": ["gone", True]}

    assert View.of(state, columns) == View({"a": ({"from": 2},)})
    assert View.of({}, columns).is_whole
    pd.testing.assert_frame_equal(view.rows(Rows(frame), View.of({}, columns)), frame)
    assert view.lines(columns, View.of({}, columns)) == []


@pytest.mark.parametrize(
    ("name", "pick", "rows"),
    [
        ("exact", {"is": 12.5}, 1),
        ("exact", {"is": 3}, 1),
        ("exact", {"is": "12.5"}, None),
        ("whole", {"is": "4417"}, 1),
        ("whole", {"is": "x"}, None),
        ("whole", {"is": True}, None),
        ("took", {"is": "0 days 08:30:00"}, None),
        ("took", {"from": 30600}, 1),
        ("on", {"is": "2026-07-01"}, None),
        ("on", {"from": "2026-07-01", "to": "2026-07-02"}, 1),
        ("yes", {"is": "true"}, None),
        ("yes", {"is": True}, 1),
    ],
)
def test_a_pick_that_is_written_by_hand_leaves_the_same_rows_everywhere(
    name: str, pick: dict[str, Any], rows: int | None
) -> None:
    """One that means nothing for its column is left out, by the table and by the code."""
    exact = pd.Series([Decimal("12.50"), Decimal("3"), None], dtype=of_arrow(pa.decimal128(12, 2)))
    frame = pd.DataFrame(
        {
            "exact": exact,
            "whole": pd.array([4417, 1, None], "Int64"),
            "took": pd.to_timedelta(["08:30:00", "01:00:00", None]),
            "on": pd.to_datetime(["2026-07-01", "2026-08-01", None]),
            "yes": pd.array([True, False, None], "boolean"),
        }
    )
    columns = Columns(frame)
    chosen = View.of({"picks": {name: [pick]}}, columns)

    shown = view.rows(Rows(frame), chosen)
    names: dict[str, Any] = {"df": frame, "pd": pd}
    exec("\n".join(view.lines(columns, chosen)), names)

    assert len(shown) == (len(frame) if rows is None else rows)
    pd.testing.assert_frame_equal(names["df"], shown)
