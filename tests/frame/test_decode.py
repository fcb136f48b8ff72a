"""Frames: the promised types, and nothing lost, nothing crashed, whatever a page holds."""

from __future__ import annotations

import datetime as dt
import json
import math
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stnb import catalog
from stnb.catalog import Column, Endpoint
from stnb.errors import BadFilter, UnexpectedAnswer
from stnb.errors.wording import counted
from stnb.frame import (
    Decoded,
    assemble,
    decode,
    dtype_of,
    narrow,
    sentences,
    shape_of,
)
from stnb.frame.memory import pool
from tests.helpers.catalog_columns import leaves
from tests.helpers.sample import tries, with_all_types

KNOWN = catalog.load()
DTYPES = {
    "integer": "Int64",
    "decimal": "Float64",
    "number": "Float64",
    "boolean": "boolean",
    "string": "str",
    "enum": "str",
    "guid": "str",
    "html": "str",
    "any": "str",
    "date-time": "datetime64[us, UTC]",
    "date": "datetime64[us]",
    "duration": "timedelta64[us]",
}
JOBS = KNOWN["jpm.jobs"]


def col(name: str, kind: str = "string", *children: Column, **more: Any) -> Column:
    return Column(name, kind, children=children, **more)


def toys(*columns: Column, positional: bool = False) -> Endpoint:
    """A fresh endpoint of these columns: shapes are cached by name."""
    toys.made += 1  # type: ignore[attr-defined]
    name = f"toys.widgets{toys.made}"  # type: ignore[attr-defined]
    return Endpoint(
        name, "toys", "/toys", "list", positional=positional, make_columns=lambda: columns
    )


toys.made = 0  # type: ignore[attr-defined]
ALL = toys(
    *(col(kind, kind) for kind in DTYPES),
    col("amount", "decimal", text=True),
    col("inside", "object", col("a", "integer"), col("deep", "object", col("b", "boolean"))),
    col("items", "array", col("", "object", col("id", "integer"), col("name"))),
    col("tags", "array", col("", "integer")),
    col("open", "array", col("", "any")),
)


def page(rows: Any, e: Endpoint = ALL, **envelope: Any) -> Decoded:
    content = rows if isinstance(rows, bytes) else json.dumps({**envelope, "data": rows}).encode()
    return decode(content, "data", shape_of(e), positional=e.positional)


def frame_of(*pages: Any, e: Endpoint = ALL, **options: Any) -> tuple[pd.DataFrame, dict[str, str]]:
    frame, drift, _ = assemble([page(p, e) for p in pages], shape_of(e), **options)
    return frame, sentences(drift)


def column_of(name: str, *pages: list[Any], e: Endpoint = ALL) -> tuple[list[Any], str]:
    """The values of one column, null as None, and its dtype, for pages of such values."""
    frame, _ = frame_of(*([{name: v} for v in values] for values in pages), e=e)
    return [None if absent(v) else v for v in frame[name]], str(frame[name].dtype)


def dtype(c: Column) -> str:
    """The dtype that a column is promised."""
    return "Int64" if c.type == "string" and c.refers else DTYPES.get(c.type) or dtype_of(c)


# -- the promised types


ALIKE = with_all_types(list(KNOWN))


@pytest.mark.parametrize("endpoint", [pytest.param(e, id=e.name) for e in ALIKE])
def test_an_empty_frame_has_every_promised_column(endpoint: Endpoint) -> None:
    """No page, an empty page, and a page of one row with nothing in it: the same columns in the
    same order and types. Where none is known, a row with nothing in it is a row all the same.
    """
    shape = shape_of(endpoint)
    wanted = {path: dtype(c) for path, c in leaves(endpoint.columns)}

    for content in (None, b'{"data":[]}', b'{"data":[{}]}'):
        frame, drift, _ = assemble(
            [] if content is None else [decode(content, "data", shape)], shape
        )
        rows = 1 if content and b"{}" in content else 0
        assert len(frame) == rows
        if rows and not wanted:
            continue
        assert {c: str(t) for c, t in frame.dtypes.items()} == wanted
        assert list(frame.columns) == list(wanted)
        assert drift == {}


@pytest.mark.parametrize(
    ("kind", "values", "read"),
    [
        (
            "integer",
            [1, None, -(2**63), 2**63 - 1, 2**53 + 1],
            [1, None, -(2**63), 2**63 - 1, 2**53 + 1],
        ),
        ("decimal", [1, 0.1, None, -5e-3], [1.0, 0.1, None, -0.005]),
        ("number", [1, 0.1, None], [1.0, 0.1, None]),
        ("boolean", [True, None, False], [True, None, False]),
        (
            "string",
            ["a", None, "", "é\U0001f600\x00", "5"],
            ["a", None, "", "é\U0001f600\x00", "5"],
        ),
        ("enum", ["New", "Never heard of"], ["New", "Never heard of"]),
        ("html", ["<b>x</b>", None], ["<b>x</b>", None]),
        (
            "amount",
            ["0.00", "12.50", None, "", " 5 ", "-1e2"],
            [0.0, 12.5, None, None, 5.0, -100.0],
        ),
        (
            "date-time",
            [
                "2026-07-01T09:30:00Z",
                "2026-07-01T09:30:00.1Z",
                "2026-07-01T09:30:00.1234567Z",
                "2026-07-01T09:30:00",
                "2026-07-01T09:30:00+02:00",
                None,
            ],
            [
                pd.Timestamp("2026-07-01T09:30:00Z"),
                pd.Timestamp("2026-07-01T09:30:00.1Z"),
                pd.Timestamp("2026-07-01T09:30:00.123456Z"),
                pd.Timestamp("2026-07-01T09:30:00Z"),
                pd.Timestamp("2026-07-01T07:30:00Z"),
                None,
            ],
        ),
        (
            "date",
            [
                "2025-10-13",
                "2025-10-13T00:00:00",
                "2025-10-13T00:00:00Z",
                "2025-10-13T00:00:00-07:00",
                None,
            ],
            [pd.Timestamp("2025-10-13")] * 4 + [None],
        ),
        (
            "duration",
            [
                "01:02:03",
                "1.02:03:04",
                "-00:00:01.5",
                "00:00:00.1234567",
                "25:00:00",
                "08:30",
                "PT1H30M",
                None,
            ],
            [
                pd.Timedelta(hours=1, minutes=2, seconds=3),
                pd.Timedelta(days=1, hours=2, minutes=3, seconds=4),
                pd.Timedelta(seconds=-1.5),
                pd.Timedelta(123456, "us"),
                pd.Timedelta(hours=25),
                pd.Timedelta(hours=8, minutes=30),
                pd.Timedelta(minutes=90),
                None,
            ],
        ),
        ("any", ["text", 5, 1.5, True, None], ["text", "5", "1.5", "true", None]),
    ],
)
def test_values_that_keep_the_promise_have_its_type(
    kind: str, values: list[Any], read: list[Any]
) -> None:
    """Each type is read exactly, null included, and the column has the dtype of the table."""
    found, dtype = column_of(kind, values)

    assert found == read
    assert dtype == DTYPES.get(kind, "Float64")


def test_objects_are_flattened_and_lists_stay_lists() -> None:
    """Dotted paths for objects, Arrow lists for arrays, JSON texts for what is open."""
    rows = [
        {
            "inside": {"a": 1, "deep": {"b": True}},
            "items": [{"id": 1, "name": "x"}, {"id": 2}],
            "tags": [1, 2],
            "open": [{"k": [1]}, 5, "t"],
        },
        {"inside": None, "items": [], "tags": None, "open": None},
        {"inside": {"deep": None}},
    ]

    frame, drift = frame_of(rows)

    assert drift == {}
    assert frame["inside.a"].tolist() == [1, pd.NA, pd.NA]
    assert frame["inside.deep.b"].tolist() == [True, pd.NA, pd.NA]
    assert frame["items"].dtype == pd.ArrowDtype(
        pa.list_(pa.struct([("id", pa.int64()), ("name", pa.string())]))
    )
    assert list(frame["items"][0]) == [{"id": 1, "name": "x"}, {"id": 2, "name": None}]
    assert list(frame["tags"][0]) == [1, 2]
    assert [json.loads(t) if t[0] in "{[5" else t for t in frame["open"][0]] == [{"k": [1]}, 5, "t"]
    assert frame[["items", "tags", "open"]].isna().sum().tolist() == [1, 2, 2]


# -- data that breaks the promise: the table of what each row of it does

BREAKS: dict[str, tuple[list[dict[str, Any]], str, list[Any], str, str]] = {
    # case: (rows, column, its values in the frame, its dtype, what the drift says)
    "null in required int": (
        [{"integer": None}, {"integer": 1}],
        "integer",
        [None, 1],
        "Int64",
        "",
    ),
    "missing key": ([{"integer": 1}, {"string": "x"}], "integer", [1, None], "Int64", ""),
    "key order differs": (
        [{"integer": 1, "string": "x"}, {"string": "y", "integer": 2}],
        "string",
        ["x", "y"],
        "str",
        "",
    ),
    "column all null": (
        [{"date-time": None}, {"date-time": None}],
        "date-time",
        [None, None],
        "datetime64[us, UTC]",
        "",
    ),
    "unknown scalar key": (
        [{"integer": 1}, {"new": 5}],
        "new",
        [None, 5],
        "Int64",
        "not in the catalogue",
    ),
    "unknown text that looks like a date": (
        [{"new": "2026-01-01"}],
        "new",
        ["2026-01-01"],
        "str",
        "not in the catalogue",
    ),
    "unknown nested key": (
        [{"new": {"a": {"b": 1}}}, {}],
        "new.a.b",
        [1, None],
        "Int64",
        "not in the catalogue",
    ),
    "unknown key in known object": (
        [{"inside": {"z": "t"}}],
        "inside.z",
        ["t"],
        "str",
        "not in the catalogue",
    ),
    "new enum value": ([{"enum": "Surprise"}], "enum", ["Surprise"], "str", ""),
    "string for int": (
        [{"integer": "x"}, {"integer": 1}],
        "integer",
        ["x", "1"],
        "str",
        "kept as text",
    ),
    "float for int": (
        [{"integer": 1.5}, {"integer": 1}],
        "integer",
        ["1.5", "1"],
        "str",
        "kept as text",
    ),
    "bool for int": (
        [{"integer": True}, {"integer": 1}],
        "integer",
        ["true", "1"],
        "str",
        "kept as text",
    ),
    "int for bool": (
        [{"boolean": 1}, {"boolean": None}],
        "boolean",
        [True, None],
        "boolean",
        "converted exactly",
    ),
    "other int for bool": (
        [{"boolean": 1}, {"boolean": 2}],
        "boolean",
        ["1", "2"],
        "str",
        "kept as text",
    ),
    "number for string": (
        [{"string": 5}, {"string": 1.5}, {"string": "t"}],
        "string",
        ["5", "1.5", "t"],
        "str",
        "kept as text",
    ),
    "object for string": (
        [{"string": {"a": 1}}, {"string": "t"}],
        "string",
        ['{"a":1}', "t"],
        "str",
        "kept as text",
    ),
    "list for string": ([{"string": ["a"]}], "string", ['["a"]'], "str", "kept as text"),
    "scalar for object": (
        [{"inside": "x"}, {"inside": {"a": 1}}],
        "inside",
        ["x", None],
        "str",
        "kept as text",
    ),
    "object beside a scalar": (
        [{"inside": "x"}, {"inside": {"a": 1}}],
        "inside.a",
        [None, 1],
        "Int64",
        "",
    ),
    "scalar for list": ([{"tags": 5}, {"tags": [1]}], "tags", ["5", "[1]"], "str", "kept as text"),
    "object for list": ([{"tags": {"a": 1}}], "tags", ['{"a":1}'], "str", "kept as text"),
    "id 2^53+1": ([{"integer": 2**53 + 1}], "integer", [2**53 + 1], "Int64", ""),
    "id 2^53+1 with a null": (
        [{"integer": 2**53 + 1}, {"integer": None}],
        "integer",
        [2**53 + 1, None],
        "Int64",
        "",
    ),
    "id 2^63-1": ([{"integer": 2**63 - 1}], "integer", [2**63 - 1], "Int64", ""),
    "id 2^64-1": (
        [{"integer": 2**64 - 1}, {"integer": 1}],
        "integer",
        [str(2**64 - 1), "1"],
        "str",
        "kept as text",
    ),
    "id 10^30": ([{"integer": 10**30}], "integer", [str(10**30)], "str", "kept as text"),
    "unknown id 2^64-1 beside -1": (
        [{"new": 2**64 - 1}, {"new": -1}],
        "new",
        [str(2**64 - 1), "-1"],
        "str",
        "kept as text",
    ),
    "amount 2^53+1": (
        [{"decimal": 2**53 + 1}, {"decimal": 0.5}],
        "decimal",
        [str(2**53 + 1), "0.5"],
        "str",
        "kept as text",
    ),
    "amount as text and as number": (
        [{"amount": "5.10"}, {"amount": 7}],
        "amount",
        [5.1, 7.0],
        "Float64",
        "came as another type of JSON in 1 row; converted exactly to decimal",
    ),
    "amount as number": ([{"amount": 5.1}, {"amount": 7}], "amount", [5.1, 7.0], "Float64", ""),
    "amount with a comma": (
        [{"amount": "1,234.50"}],
        "amount",
        ["1,234.50"],
        "str",
        "kept as text",
    ),
    "amount that is no number": (
        [{"amount": "nan"}, {"amount": "inf"}],
        "amount",
        ["nan", "inf"],
        "str",
        "kept as text",
    ),
    "datetime garbage": (
        [{"date-time": "soon"}, {"date-time": "2026-01-01T00:00:00Z"}],
        "date-time",
        ["soon", "2026-01-01T00:00:00Z"],
        "str",
        "kept as text",
    ),
    "datetime number": (
        [{"date-time": 1767225600}],
        "date-time",
        ["1767225600"],
        "str",
        "kept as text",
    ),
    "datetime with ten digits": (
        [{"date-time": "2026-01-01T00:00:00.1234567891Z"}],
        "date-time",
        ["2026-01-01T00:00:00.1234567891Z"],
        "str",
        "no date-time in 1 row",
    ),
    "amount text 2^53+1": (
        [{"amount": str(2**53 + 1)}, {"amount": "0.5"}],
        "amount",
        [str(2**53 + 1), "0.5"],
        "str",
        "no decimal in 1 row",
    ),
    "null object beside a string for int": (
        [{"inside": None, "integer": "x"}],
        "integer",
        ["x"],
        "str",
        "kept as text",
    ),
    "duration garbage": (
        [{"duration": "an hour"}, {"duration": "01:00:00"}],
        "duration",
        ["an hour", "01:00:00"],
        "str",
        "kept as text",
    ),
    "duration of .NET's largest": (
        [{"duration": "10675199.02:48:05.4775807"}],
        "duration",
        [dt.timedelta(10675199, 10085, 477580)],
        "timedelta64[us]",
        "",
    ),
    "duration beyond 292,000 years": (
        [{"duration": "106751992.00:00:00"}],
        "duration",
        ["106751992.00:00:00"],
        "str",
        "kept as text",
    ),
    "half an emoji": (
        [{"string": "cut \ud83d"}, {"string": "\U0001f600"}],
        "string",
        ["cut \\ud83d", "\U0001f600"],
        "str",
        "holds halves of surrogate pairs in 1 row; kept as escapes",
    ),
    "any object": (
        [{"any": {"a": 1}}, {"any": [{"w": "2026-01-01"}]}],
        "any",
        ['{"a":1}', '[{"w":"2026-01-01"}]'],
        "str",
        "",
    ),
    "any objects alike": (
        [{"any": {"a": 1}}, {"any": {"a": 2}}],
        "any",
        ['{"a":1}', '{"a":2}'],
        "str",
        "",
    ),
    "any date": ([{"any": "2026-01-01T00:00:00Z"}], "any", ["2026-01-01T00:00:00Z"], "str", ""),
    "key with a dot": ([{"x.y": 5, "x": {"y": 6}}], "x.y.2", [6], "Int64", "not in the catalogue"),
    "unknown empty object": ([{"integer": 1, "new": {}}], "integer", [1], "Int64", ""),
    "unknown list of empty objects": (
        [{"new": [{}]}],
        "new",
        ["[{}]"],
        "str",
        "not in the catalogue",
    ),
    "unknown null": ([{"new": None}], "new", [None], "str", "not in the catalogue"),
}


@pytest.mark.parametrize("case", BREAKS)
def test_a_broken_promise_loses_nothing(case: str, tmp_path: Path) -> None:
    """Each value is kept exactly, what differs is told for its column only, and the frame can be
    written to a file.
    """
    rows, name, values, dtype, told = BREAKS[case]

    frame, drift = frame_of(rows)

    assert [None if pd.isna(v) else v for v in frame[name]] == values
    assert str(frame[name].dtype) == dtype
    own = {name, name.split(".")[0], "x.y"}
    assert set(frame.columns) <= {*dict(leaves(ALL.columns)), *own}
    assert told in drift.get(name, "") if told else name not in drift
    assert all(path in own or path.startswith(("x.", name)) for path in drift)
    others = set(dict(leaves(ALL.columns))) - {name}
    assert all(str(frame[o].dtype) == DTYPES.get(o, str(frame[o].dtype)) for o in others)
    frame.to_parquet(tmp_path / "x.parquet")


@pytest.mark.parametrize("case", BREAKS)
def test_a_broken_page_beside_clean_ones_loses_nothing(case: str, tmp_path: Path) -> None:
    """The same page before and behind a page that keeps the promise: its values are the same in the
    common frame.
    """
    rows, name, values, _, _ = BREAKS[case]
    clean = [
        {
            "integer": 7,
            "string": "s",
            "boolean": True,
            "decimal": 0.25,
            "amount": "0.25",
            "date-time": "2026-01-01T00:00:00.1234567Z",
            "duration": "00:00:01",
            "tags": [3],
            "inside": {"a": 1},
            "any": "t",
            "new": "n",
        }
    ]

    for pages, at in (((clean, rows), slice(1, None)), ((rows, clean), slice(0, len(rows)))):
        frame, _ = frame_of(*pages)
        found = [None if pd.isna(v) else v for v in frame[name].iloc[at]]
        assert len(frame) == len(rows) + 1
        for value, wanted in zip(found, values, strict=True):
            same = (
                value == wanted
                or (isinstance(value, str) and value == str(wanted).lower())
                or float(value) == float(wanted)
            )
            assert same, (found, values)
        frame.to_parquet(tmp_path / "x.parquet")


def test_all_years_are_read_to_the_microsecond() -> None:
    """The years 1 to 9999 have one type and no drift; a seventh digit is cut, before 1970 too."""
    texts = [
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59.8765433Z",
        "9999-12-31T23:59:59.9999999Z",
        "2026-07-01T09:30:00.1234567Z",
        None,
    ]

    for pages in ([texts], [[t] for t in texts]):
        found, dtype = column_of("date-time", *pages)
        assert dtype == "datetime64[us, UTC]"
        assert [None if v is None else v.isoformat() for v in found] == [
            "0001-01-01T00:00:00+00:00",
            "1969-12-31T23:59:59.876543+00:00",
            "9999-12-31T23:59:59.999999+00:00",
            "2026-07-01T09:30:00.123456+00:00",
            None,
        ]
    assert frame_of([{"date-time": t} for t in texts])[1] == {}
    for pages in (
        [["0001-01-01", "2026-07-01T00:00:00"]],
        [["0001-01-01"], ["2026-07-01T00:00:00"]],
    ):
        assert column_of("date", *pages)[1] == "datetime64[us]"


def test_raw_times_keep_the_seventh_digit() -> None:
    """`dtypes="raw"` is the way to what was sent."""
    shape = shape_of(ALL, "raw")
    sent = {"date-time": "2026-07-01T09:30:00.1234567Z", "duration": "00:00:00.1234567"}

    frame, _, _ = assemble([decode(json.dumps([sent]).encode(), "bare", shape)], shape)

    assert {name: frame[name].item() for name in sent} == sent


def test_pages_of_older_versions_in_nanoseconds_unite_with_new_ones() -> None:
    """Their times and durations become microseconds; a time before 1970 is cut, not rounded up."""
    older = pa.table(
        {
            "date-time": pa.array([-1, 1999], pa.timestamp("ns", "UTC")),
            "date": pa.array([0, None], pa.timestamp("ns")),
            "duration": pa.array([1999, None], pa.duration("ns")),
        }
    )
    newer = page([{"date-time": "2026-07-01T00:00:00Z", "duration": "00:00:01"}])

    frame, drift, _ = assemble([Decoded(older), newer], shape_of(ALL))

    assert frame[["date-time", "date", "duration"]].dtypes.astype(str).tolist() == [
        "datetime64[us, UTC]",
        "datetime64[us]",
        "timedelta64[us]",
    ]
    assert [v.isoformat() for v in frame["date-time"]] == [
        "1969-12-31T23:59:59.999999+00:00",
        "1970-01-01T00:00:00.000001+00:00",
        "2026-07-01T00:00:00+00:00",
    ]
    assert frame["duration"][0] == pd.Timedelta(1, "us")
    assert drift == {}


def test_an_unknown_key_inside_a_list_is_kept_and_told() -> None:
    """Also where pages differ in what they have inside, and where the types conflict."""
    frame, drift = frame_of(
        [{"items": [{"id": 1, "new": "x"}]}], [{"items": [{"id": 2, "other": {"k": 1.5}}]}]
    )

    assert "inside" in drift["items"]
    assert frame["items"][0][0]["new"] == "x"
    assert frame["items"][1][0]["other"] == {"k": 1.5}
    frame, drift = frame_of([{"items": [{"id": 1}]}], [{"items": [{"id": "x"}]}])
    assert [json.loads(t)[0]["id"] for t in frame["items"]] == [1, "x"]
    assert "items" in drift


def test_open_lists_of_objects_alike_are_texts() -> None:
    """Whatever a page holds, an open list has one text an element, so pages and pulls do not differ
    in type.
    """
    frame, drift = frame_of([{"open": [{"k": 1}, {"k": 2}]}, {"open": [{"k": 3}]}])

    assert [list(v) for v in frame["open"]] == [['{"k":1}', '{"k":2}'], ['{"k":3}']]
    assert drift == {}


def test_lists_that_begin_with_null_are_not_cut_short() -> None:
    """Unknown and open lists whose first elements are null, in rows and inside objects, keep every
    element.
    """
    rows = [
        {"new": [None, 5], "open": [None, "t"], "deep": [{"a": [None, None, True]}]},
        {"new": [], "open": None, "deep": [{"a": [False]}]},
    ]

    frame, _ = frame_of(rows)

    assert [list(v) for v in frame["new"]] == [[None, 5], []]
    assert list(frame["open"][0]) == [None, "t"]
    assert [v[0]["a"] for v in frame["deep"]] == [[None, None, True], [False]]


def test_whole_numbers_in_a_list_are_not_cut_by_another_page() -> None:
    """A list of 2^53+1 on one page and of 0.5 on another becomes text rather than wrong."""
    frame, _ = frame_of([{"new": [2**53 + 1]}], [{"new": [0.5]}])

    assert [json.loads(t) for t in frame["new"]] == [[2**53 + 1], [0.5]]


@pytest.mark.parametrize(
    ("first", "second", "dtype"),
    [
        ([1], [0.5], "Float64"),
        ([2**53 + 1], [0.5], "str"),
        ([1], ["x"], "str"),
        ([True], [1], "str"),
        ([True], ["x"], "str"),
        ([1.5], [True], "str"),
        ([None], [5], "Int64"),
        (["2026-01-01T00:00:00Z"], ["x"], "str"),
        ([[1]], ["x"], "str"),
        ([[{"a": "2026-01-01T00:00:00Z"}]], ["x"], "str"),
        ([[1]], [[0.5]], "list<item: double>[pyarrow]"),
        ([[]], [[{"a": 1}]], "list<item: struct<a: int64>>[pyarrow]"),
        ([[{"a": 1}]], [[{"b": 1}]], "list<item: struct<a: int64, b: int64>>[pyarrow]"),
        (
            [[{"b": 1, "a": 2}]],
            [[{"a": 3, "b": 4}]],
            "list<item: struct<b: int64, a: int64>>[pyarrow]",
        ),
        ([[{"a": 1}]], [[{"a": "x"}]], "str"),
        ([[[1]]], [[{"a": 1}]], "str"),
        ([2**64 - 1], [1], "str"),
        ([{"a": 1}], [5], "Int64"),
    ],
)
def test_pages_of_different_types_become_one_that_loses_nothing(
    first: list[Any], second: list[Any], dtype: str
) -> None:
    """Numbers stay numbers where a float holds them, times and lists become their text where they
    must.
    """
    for pages in ((first, second), (second, first)):
        frame, drift = frame_of(*([{"new": v} for v in values] for values in pages))
        assert "new" in frame
        assert {"new", "new.a"} & set(drift)
        assert {k for k in str(frame["new"].dtype)} == set(dtype) or str(
            frame["new"].dtype
        ) == dtype
        for at, (value,) in enumerate(pages):
            path, wanted = ("new.a", value["a"]) if isinstance(value, dict) else ("new", value)
            assert same(wanted, frame[path][at]), (wanted, frame[path][at])


# -- answers of other forms


@pytest.mark.parametrize(
    ("content", "rows_at", "values"),
    [
        (b"[1,2,null]", "bare", [1, 2, None]),
        (b"[]", "bare", []),
        (b"5", "one", [5]),
        (b"null", "one", [None]),
        (b'[{"value":1},{"value":2}]', "bare", [1, 2]),
        (b' {"value":1}', "one", [1]),
        (b'{"hasMore":false,"data":[{"value":1},null,{"value":2}]}', "data", [1, 2]),
        (b'\xef\xbb\xbf{"data":[{"value":1}]}', "data", [1]),
    ],
)
def test_bare_arrays_records_and_values_are_rows(
    content: bytes, rows_at: str, values: list[Any]
) -> None:
    """A value that is no object has the column `value`; null rows are no rows."""
    e = toys(col("value", "integer"))

    frame, drift, _ = assemble([decode(content, rows_at, shape_of(e))], shape_of(e))

    assert [None if pd.isna(v) else v for v in frame["value"]] == values
    assert (str(frame["value"].dtype), drift) == ("Int64", {})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"data":[{"id":1}',
        b'{"data":[{"id":1},]}',
        b'{"data":5}',
        b'{"data":null}',
        b'{"items":[]}',
        b"[]",
        b"5",
        b"<html>",
        b"\x00",
    ],
)
@pytest.mark.parametrize("positional", [False, True])
def test_a_page_that_cannot_be_read_is_unexpected(content: bytes, positional: bool) -> None:
    """Cut off, or of another form: an UnexpectedAnswer, never an exception of Arrow's or json's."""
    with pytest.raises(UnexpectedAnswer, match="could not be read"):
        page(content, toys(col("id", "integer"), positional=positional))


def test_a_deep_page_is_read_or_refused() -> None:
    """Thousands of objects in each other are no reason to crash."""
    for depth in (40, 3000):
        content = b'{"data":[{"id":1,"x":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}]}"
        try:
            table = page(content).table
        except UnexpectedAnswer:
            continue
        assert table.num_columns == len(dict(leaves(ALL.columns))) + 2


def test_a_report_names_its_own_columns() -> None:
    """Rows are arrays; fields of one name, short rows and cells without a field lose nothing, and
    are no drift.
    """
    e = toys(positional=True)
    fields = [
        {"name": "Name"},
        {"name": "Total"},
        {"name": "Name"},
        {"name": "Name.2"},
        {"name": "When"},
    ]
    rows = [["a", 1.5, "b", "c", "2026-07-01T00:00:00"], ["d", 2, None, None, None, "extra"], ["e"]]

    frame, drift, _ = assemble([page(rows, e, fields=fields)], shape_of(e))

    assert list(frame.columns) == ["Name", "Total", "Name.2", "Name.2.2", "When", "column 6"]
    assert frame["Total"].tolist() == [1.5, 2.0, pd.NA]
    assert frame["Name.2"][0] == "b"
    assert frame["Name.2.2"][0] == "c"
    assert frame["column 6"][1] == "extra"
    assert drift == {}


def test_a_report_without_fields_or_rows_loses_nothing() -> None:
    """No names: columns are numbered. No rows: an empty frame. Mixed cells: text, and the fields of
    objects.
    """
    e = toys(positional=True)

    assert assemble([page([[1, "x"]], e)], shape_of(e))[0].to_dict("list") == {
        "column 1": [1],
        "column 2": ["x"],
    }
    assert len(assemble([page([], e, fields=[{"name": "A"}])], shape_of(e))[0]) == 0
    mixed = assemble([page([[1], ["x"], [{"k": 1}]], e)], shape_of(e))[0]
    assert mixed["column 1"].tolist()[:2] == ["1", "x"]
    assert mixed["column 1.k"].tolist()[2] == 1
    assert mixed.isna().sum().tolist() == [1, 2]


# -- fast and careful


def test_fast_and_careful_agree_on_clean_rows() -> None:
    """A page that keeps the promise gives the same table on both paths; one bad row changes its
    column only.
    """
    maker = Maker(random.Random(7), wrong=0.0)
    for name in ("jpm.jobs", "accounting.invoices", "crm.customers", "dispatch.arrival_windows"):
        e = KNOWN[name]
        rows = [maker.row(e.columns) for _ in range(30)]
        fast = page(rows, e)
        careful = page(
            json.dumps({"data": [*rows, {"a": 1, "b": {"a": 1}}]})
            .encode()
            .replace(b'"b": {"a"', b'"a": {"a"'),
            e,
        )
        assert (fast.careful, careful.careful) == (False, True)
        same_columns = careful.table.slice(0, 30).select(fast.table.column_names)
        assert same_columns.equals(fast.table), name


# -- everything at once


class Maker:
    """Rows of an endpoint's columns: mostly as promised, with nulls, gaps, strangers, and wrong
    types now and then.
    """

    def __init__(self, chance: random.Random, wrong: float) -> None:
        self.chance, self.wrong = chance, wrong

    def row(self, columns: tuple[Column, ...], depth: int = 0) -> dict[str, Any]:
        out = {c.name: self.value(c, depth) for c in columns if self.chance.random() > 0.1}
        if self.wrong and self.chance.random() < 0.2:
            out[self.chance.choice(["zNew", "zOther", "größe"])] = self.anything(2)
        if self.chance.random() < 0.3:
            out = dict(self.chance.sample(list(out.items()), len(out)))
        return out

    def value(self, c: Column, depth: int) -> Any:
        if self.chance.random() < 0.15:
            return None
        if self.wrong and self.chance.random() < self.wrong:
            return self.anything(2)
        if c.type == "object":
            return self.row(c.children, depth + 1)
        if c.type == "array":
            return [self.value(c.children[0], depth + 1) for _ in range(self.chance.randrange(3))]
        return self.scalar(c)

    def scalar(self, c: Column) -> Any:
        pick, number = self.chance.choice, self.chance.randrange(-(10**6), 10**6)
        moment = dt.datetime(2020, 1, 1) + dt.timedelta(seconds=self.chance.randrange(10**9))
        if c.type == "integer":
            return pick([number, 0, 2**53 + 1, 2**63 - 1, -(2**63), 48213377])
        if c.type in ("decimal", "number"):
            return (
                pick([f"{number / 100:.2f}", "0.00", ""])
                if c.text
                else pick([number / 100, number, 0.1, 0])
            )
        if c.type == "boolean":
            return pick([True, False])
        if c.type == "date-time":
            odd = (
                ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "soon"]
                if self.wrong and self.chance.random() < 0.02
                else []
            )
            return pick(
                odd
                or [
                    f"{moment.isoformat()}{f}{z}"
                    for f in ("", ".1", ".1234567")
                    for z in ("Z", "", "+02:00")
                ]
            )
        if c.type == "date":
            return moment.date().isoformat() + pick(["", "T00:00:00"])
        if c.type == "duration":
            return pick(["01:30:00", "1.00:00:00", "-00:00:01.25", "00:00:00"])
        if c.type == "string" and c.refers:  # an id, as text
            return pick([str(number), str(2**53 + 1), ""])
        return pick(
            ["", "text", "5", "null", "[]", "2026-01-01", "é\U0001f600", '"quoted"', *c.values]
        )

    def anything(self, depth: int) -> Any:
        if depth and self.chance.random() < 0.3:
            inner = [self.anything(depth - 1) for _ in range(self.chance.randrange(3))]
            return (
                inner
                if self.chance.random() < 0.5
                else {k: v for k, v in zip("ab", inner, strict=False)}
            )
        return self.chance.choice(
            [
                None,
                True,
                5,
                -1,
                1.5,
                2**53 + 1,
                2**64 - 1,
                10**25,
                0.1,
                "",
                "x",
                "7",
                "2026-01-01T00:00:00Z",
                "0001-01-01",
            ]
        )


def moment(text: str) -> tuple[dt.datetime, int]:
    """An ISO text as UTC second and its fraction in units of 100 ns, read without the code that is
    tested.
    """
    plain, away = text.removesuffix("Z"), dt.timedelta()
    if "T" in text and text[-6] in "+-":
        plain, away = (
            text[:-6],
            dt.timedelta(hours=int(text[-5:-3]), minutes=int(text[-2:]))
            * (1 if text[-6] == "+" else -1),
        )
    head, _, fraction = plain.partition(".")
    return dt.datetime.fromisoformat(head) - away, int(fraction.ljust(7, "0")[:7] or 0)


def span(text: str) -> float:
    sign, plain = (-1, text[1:]) if text.startswith("-") else (1, text)
    days, _, clock = (
        plain.rpartition(".")
        if plain.count(".") and plain.index(".") < plain.index(":")
        else ("0", "", plain)
    )
    hours, minutes, seconds = clock.split(":")
    return sign * (int(days) * 86400 + int(hours) * 3600 + int(minutes) * 60 + float(seconds))


def near(one: tuple[dt.datetime, int], other: tuple[dt.datetime, int]) -> bool:
    """The same instant, to the microsecond: a seventh digit is cut where times are typed."""
    return one[0] == other[0] and one[1] // 10 == other[1] // 10


def absent(cell: Any) -> bool:
    return not isinstance(cell, (str, list, dict, np.ndarray)) and bool(pd.isna(cell))


def same(value: Any, cell: Any) -> bool:
    """Whether a cell of the frame says what the page said."""
    if absent(cell):
        return value is None or value == "" or value == {}
    if isinstance(value, dict) and isinstance(cell, dict):
        return all(same(v, cell.get(k)) for k, v in value.items()) and all(
            v is None for k, v in cell.items() if k not in value
        )
    if isinstance(value, list) and isinstance(cell, (list, np.ndarray)):
        return len(value) == len(cell) and all(same(v, c) for v, c in zip(value, cell, strict=True))
    if isinstance(cell, (list, np.ndarray)):  # an open array takes a single value for a list of one
        return len(cell) == 1 and same(value, cell[0])
    if isinstance(cell, pd.Timedelta):
        return math.isclose(span(value), cell.total_seconds(), abs_tol=1e-9)
    if isinstance(cell, pd.Timestamp):
        at, fraction = moment(value)
        whole = cell.tz_convert("UTC").tz_localize(None) if cell.tzinfo else cell
        assert (cell.unit, whole.nanosecond) == ("us", 0)
        second = whole.to_pydatetime(warn=False).replace(microsecond=0)
        return (second, whole.microsecond) == (at, fraction // 10)
    if isinstance(cell, str):
        if isinstance(value, str):
            return (
                cell == value
                or (len(value) > 9 and value[4:5] == "-" and near(moment(cell), moment(value)))
                or same_number(value, cell)
                or same_span(value, cell)
            )
        told = json.loads(cell)  # nested values have nulls where keys are absent
        return (
            same(value, told)
            if isinstance(value, (dict, list)) and type(told) is type(value)
            else bool(told == value)
        )
    if isinstance(value, str):
        return same_number(value, str(cell))
    return same_scalar(value, cell)


def same_scalar(value: Any, cell: Any) -> bool:
    if isinstance(cell, Decimal):
        value = Decimal(str(value))
    return bool(value == cell) and isinstance(value, bool) == isinstance(cell, (bool, np.bool_))


def same_number(value: str, cell: str) -> bool:
    try:
        return float(value) == float(cell)
    except ValueError:
        return False


def same_span(value: str, cell: str) -> bool:
    return cell.startswith(("P", "-P")) and math.isclose(
        span(value), pd.Timedelta(cell).total_seconds()
    )


def missing(row: dict[str, Any], frame: pd.DataFrame, at: int, above: str = "") -> list[str]:
    """The paths of a row whose value is not in the frame."""
    out: list[str] = []
    for name, value in row.items():
        path = f"{above}{name}"
        whole = frame[path].iloc[at] if path in frame.columns else None
        if isinstance(value, dict) and absent(whole):
            out += missing(value, frame, at, f"{path}.")
        elif not same(value, whole):
            out.append(f"{path}: {value!r} is {whole!r}")
    return out


def blanks(rows: list[dict[str, Any]], e: Endpoint) -> dict[str, str]:
    """What is told of the columns of numbers and times with empty texts."""
    told = {}
    for path, column in leaves(e.columns):
        if dtype(column) != "str":
            count = sum(value_at(row, path) == "" for row in rows)
            if count:
                told[path] = f"holds empty texts in {counted(count, 'row')}; missing values here"
    return told


def value_at(row: Any, path: str) -> Any:
    for name in path.split("."):
        row = row.get(name) if isinstance(row, dict) else None
    return row


SAMPLE = [
    "jpm.jobs",
    "jpm.jobs.get",
    "accounting.invoices",
    "accounting.payments",
    "crm.customers",
    "dispatch.arrival_windows",
    "telecom.calls",
    "forms.submissions",
    "pricebook.categories",
    "pricebook.export.categories",
    "settings.technicians",
    "jpm.export.job_history",
]


@settings(max_examples=tries(160), derandomize=True, deadline=None)
@given(
    some.sampled_from(SAMPLE),
    some.integers(0, 2**32),
    some.sampled_from([0.0, 0.003, 0.03, 0.3]),
    some.integers(1, 4),
)
def test_every_value_of_every_row_can_be_read_back(
    name: str, seed: int, wrong: float, pages: int
) -> None:
    """Rows of a real resource with anything in them: no crash, and each value is in the frame,
    exactly.
    """
    e, maker = KNOWN[name], Maker(random.Random(seed), wrong)
    rows = [[maker.row(e.columns) for _ in range(maker.chance.randrange(6))] for _ in range(pages)]

    frame, drift = frame_of(*rows, e=e)

    flat = [row for part in rows for row in part if row] + []
    kept = [row for part in rows for row in part]
    assert len(frame) == len(kept)
    assert set(dict(leaves(e.columns))) <= set(frame.columns)
    for at, row in enumerate(kept):
        assert missing(row, frame, at) == [], (name, seed)
    if wrong == 0.0 and flat:
        wanted = {p: dtype(c) for p, c in leaves(e.columns)}
        assert {p: str(frame[p].dtype) for p in wanted if p not in drift} == {
            p: t for p, t in wanted.items() if p not in drift
        }
        assert {p: t for p, t in drift.items() if p != "subcategories"} == blanks(kept, e)


# -- what is told


CAME_AS_TEXT = "came as another type of JSON in 2 rows; converted exactly to KIND; also "


@pytest.mark.parametrize("dtypes", ["typed", "decimal"])
@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        ("amount", "12.50", ""),
        ("decimal", 12.5, ""),
        ("decimal", "12.50", CAME_AS_TEXT),
    ],
)
def test_empty_texts_are_missing_amounts_and_counted(
    kind: str, value: Any, told: str, dtypes: Any
) -> None:
    """One notice for all pages, whether the API sends such amounts as texts or as numbers."""
    pages = [[{kind: ""}, {kind: value}, {kind: None}], [{kind: value}, {kind: " "}, {kind: ""}]]
    shape = shape_of(ALL, dtypes)
    parts = [decode(json.dumps({"data": rows}).encode(), "data", shape) for rows in pages]
    frame, drift, _ = assemble(parts, shape)

    found = [None if absent(v) else float(v) for v in frame[kind]]
    assert found == [None, 12.5, None, 12.5, None, None]
    said = told.replace("KIND", "exact decimal" if dtypes == "decimal" else "decimal")
    assert sentences(drift) == {kind: f"{said}holds empty texts in 3 rows; missing values here"}


@pytest.mark.parametrize("kind", ["amount", "decimal"])
@pytest.mark.parametrize("value", ["", "5", 5, "12345678901234567.89"])
def test_a_column_that_another_page_makes_text_is_not_said_to_be_converted(
    kind: str, value: Any
) -> None:
    """Each value is the text that was sent, in whichever order the pages come."""
    pages = [[{kind: value}], [{kind: "n/a"}]]
    for some_pages in (pages, pages[::-1]):
        frame, drift = frame_of(*some_pages)
        assert sorted(frame[kind]) == sorted([str(value), "n/a"])
        assert "no decimal" in drift[kind]
        assert "also" not in drift[kind]


@pytest.mark.parametrize(
    ("name", "good", "bad", "told"),
    [
        (
            "date-time",
            "2026-01-01T00:00:00Z",
            "soon",
            "holds values that are no date-time in 3 rows; kept as text",
        ),
        (
            "date-time",
            "2026-01-01T00:00:00Z",
            5,
            "holds values that are no date-time in 3 rows; kept as text",
        ),
        (
            "date",
            "2026-01-01",
            "0000-01-01T00:00:00",
            "holds values that are no date in 3 rows; kept as text",
        ),
        (
            "duration",
            "00:00:01",
            "long",
            "holds values that are no duration in 3 rows; kept as text",
        ),
        ("amount", "0.50", "a lot", "holds values that are no decimal in 3 rows; kept as text"),
        ("integer", 2**63 - 1, 2**63, "holds values that are no integer in 3 rows; kept as text"),
        ("integer", 1, 1.5, "holds values that are no integer in 3 rows; kept as text"),
        ("boolean", True, 2, "holds values that are no boolean in 3 rows; kept as text"),
        (
            "boolean",
            True,
            1,
            "came as another type of JSON in 3 rows; converted exactly to boolean",
        ),
        ("string", "t", 1, "holds values that are no string in 3 rows; kept as text"),
        ("decimal", 0.5, 2**53 + 1, "holds values that are no decimal in 3 rows; kept as text"),
        ("decimal", 0.5, "x", "holds values that are no decimal in 3 rows; kept as text"),
        ("tags", [1], 5, "holds values that are no array in 3 rows; kept as text"),
        ("inside", {"a": 1}, "x", "is no object in 3 rows, as the catalogue says; kept as text"),
        ("new", None, "x", "is not in the catalogue; found in 3 rows"),
    ],
)
def test_drift_tells_how_many_rows_it_concerns(name: str, good: Any, bad: Any, told: str) -> None:
    """The rows that differ are counted, on one page and over pages; null is no difference."""
    values = [good, bad, None, good, bad, bad, good]
    rows = [{name: v} for v in values]

    assert frame_of(rows)[1][name] == told
    assert frame_of(rows[:2], rows[2:5], rows[5:])[1][name] == told
    assert frame_of(rows[:2])[1][name] == told.replace("in 3 rows", "in 1 row")


@settings(max_examples=tries(60), derandomize=True, deadline=None)
@given(
    some.lists(
        some.sampled_from(
            [
                "2026-01-01T00:00:00Z",
                "2026-01-01T00:00:00",
                None,
                "",
                "x",
                "y",
                "2026-13-01T00:00:00Z",
            ]
        ),
        min_size=1,
    )
)
def test_rows_that_differ_are_counted_exactly(values: list[str | None]) -> None:
    """Whatever stands between them, and however often the same comes again."""
    frame, drift = frame_of([{"date-time": v} for v in values])

    wrong = sum(v in ("x", "y", "2026-13-01T00:00:00Z") for v in values)
    if not wrong:
        wrong = values.count("")  # missing values; in a column of text they are texts
    rows = f"in {wrong} row{'' if wrong == 1 else 's'};"
    assert (rows in drift["date-time"]) if wrong else drift == {}
    assert len(frame) == len(values)


# -- only some columns


def test_a_narrow_shape_has_the_columns_in_the_order_asked() -> None:
    """An object's name takes all below it, a list comes whole, a column named twice comes once,
    others are not told.
    """
    few = narrow(shape_of(ALL), ["tags", "inside", "integer", "inside.a", "tags"])
    content = json.dumps(
        {
            "data": [
                {
                    "integer": 5,
                    "inside": {"a": 1, "z": 2},
                    "tags": [1],
                    "new": "2026-01-01",
                    "string": 7,
                }
            ]
        }
    ).encode()

    part = decode(content, "data", few)
    frame, drift, _ = assemble([part], few)

    assert list(frame.columns) == ["tags", "inside.a", "inside.deep.b", "integer"]
    assert [list(frame["tags"][0]), frame["inside.a"][0], frame["integer"][0]] == [[1], 1, 5]
    assert (drift, part.careful) == ({}, False)
    assert {c: str(t) for c, t in assemble([], few)[0].dtypes.items()} == {
        c: str(t) for c, t in frame.dtypes.items()
    }


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("integr", "integer"),
        ("Inside.A", "inside.a"),
        ("b", "inside.deep.b"),
        ("inside.z", "inside.a"),
        ("", "and select in pandas"),
        ("qqq", "and select in pandas"),
    ],
)
def test_an_unknown_column_is_refused_with_names_near_it(name: str, near: str) -> None:
    """Before anything is read."""
    with pytest.raises(BadFilter) as err:
        narrow(shape_of(ALL), ["integer", name])

    assert repr(name) in err.value.happened
    assert near in err.value.next


@pytest.mark.parametrize(
    "rows",
    [[{}, {"string": "x"}], [{"integer": "x"}, {"string": 5}], [{"integer": 1}, {"integer": 2}]],
)
@pytest.mark.parametrize("column", ["date", "any", "open"])
def test_rows_that_lack_what_was_asked_still_count(rows: list[dict[str, Any]], column: str) -> None:
    """A page without any of the columns has as many rows, all null."""
    few = narrow(shape_of(ALL), [column])

    frame, drift, _ = assemble([decode(json.dumps({"data": rows}).encode(), "data", few)], few)

    assert frame.isna().to_dict("list") == {column: [True] * len(rows)}
    assert drift == {}


@settings(max_examples=tries(50), derandomize=True, deadline=None)
@given(
    some.sampled_from(SAMPLE),
    some.integers(0, 2**32),
    some.sampled_from([0.0, 0.02, 0.2]),
    some.data(),
)
def test_a_narrow_pull_reads_what_a_full_one_reads(
    name: str, seed: int, wrong: float, data: some.DataObject
) -> None:
    """Rows with anything in them: each column asked is the same as in the whole frame, and so is
    what it tells.
    """
    e, maker = KNOWN[name], Maker(random.Random(seed), wrong)
    contents = [
        json.dumps({"data": [maker.row(e.columns) for _ in range(4)]}).encode() for _ in range(2)
    ]
    paths = [leaf.path for leaf in shape_of(e).leaves]
    asked = data.draw(some.lists(some.sampled_from(paths), min_size=1, max_size=4, unique=True))
    few = narrow(shape_of(e), asked)

    full, told, _ = assemble([decode(c, "data", shape_of(e)) for c in contents], shape_of(e))
    frame, drift, _ = assemble([decode(c, "data", few) for c in contents], few)

    assert list(frame.columns)[: len(asked)] == asked
    assert set(frame.columns) - set(asked) <= set(
        few.objects
    )  # an object that is none is kept whole
    pd.testing.assert_frame_equal(frame, full[frame.columns])
    assert drift == {c: t for c, t in told.items() if c in frame.columns}


# -- putting pages together


def versions(*rows: tuple[int | None, str | None, str], page_size: int = 2) -> list[Decoded]:
    """Pages of (id, modifiedOn, v)."""
    named = [dict(zip(("id", "modifiedOn", "v"), row, strict=True)) for row in rows]
    return [page(named[at : at + page_size], VERSIONS) for at in range(0, len(named), page_size)]


VERSIONS = toys(col("id", "integer"), col("modifiedOn", "date-time"), col("v"))


def test_of_rows_with_one_key_the_newest_stays() -> None:
    """By modifiedOn, wherever it was read; where times are equal or missing, the one that was read
    last.
    """
    parts = versions(
        (1, "2026-07-02T00:00:00Z", "newest"),
        (1, "2026-07-01T00:00:00Z", "older"),
        (2, "2026-07-01T00:00:00Z", "first"),
        (2, "2026-07-01T02:00:00+02:00", "read last"),
        (3, None, "never modified"),
        (3, None, "read last"),
        (4, "2026-07-01T00:00:00Z", "dated"),
        (4, None, "not dated"),
        (None, None, "no key"),
        (None, None, "no key"),
    )

    frame, _, duplicates = assemble(parts, shape_of(VERSIONS), key=("id",), keep="newest")
    every, _, none = assemble(parts, shape_of(VERSIONS), key=("id",), keep="all")

    assert frame["v"].tolist() == ["newest", "read last", "read last", "dated", "no key", "no key"]
    assert (duplicates, none, len(every)) == (4, 0, 10)


def test_times_that_are_no_times_do_not_decide() -> None:
    """Where modifiedOn became text, the row that was read last stays."""
    parts = versions((1, "2026-07-02T00:00:00Z", "first"), (1, "soon", "last"))

    assert assemble(parts, shape_of(VERSIONS), key=("id",))[0]["v"].tolist() == ["last"]


@settings(max_examples=tries(80), derandomize=True, deadline=None)
@given(
    some.lists(
        some.tuples(
            some.sampled_from([None, 1, 2, 3]),
            some.sampled_from([None, "2026-01-01T00:00:00Z", "0001-01-01T00:00:00Z"]),
        )
    ),
    some.integers(1, 5),
    some.none() | some.integers(0, 6),
)
def test_repeats_are_dropped_as_a_plain_loop_would(
    pairs: list[tuple[int | None, str | None]], size: int, limit: int | None
) -> None:
    """The rows that stay, their order and the count, for any ids, times, pages and limit."""
    best: dict[int, int] = {}
    for at, (id, when) in enumerate(pairs):
        if id is not None and (when or "") >= (pairs[best[id]][1] or "" if id in best else ""):
            best[id] = at
    wanted = [str(at) for at, (id, _) in enumerate(pairs) if id is None or best[id] == at]
    parts = versions(*((id, when, str(at)) for at, (id, when) in enumerate(pairs)), page_size=size)

    frame, _, duplicates = assemble(parts, shape_of(VERSIONS), key=("id",), limit=limit)

    assert frame["v"].tolist() == wanted[:limit]
    assert duplicates == len(pairs) - len(wanted)
    assert frame.index.tolist() == list(range(len(frame)))


def test_pages_may_be_consumed() -> None:
    """The same frame, the list of pages is empty, and their memory is given back; otherwise they
    can be used again.
    """
    e = toys(*(col(f"n{i}", "integer") for i in range(20)))
    content = json.dumps({"data": [{f"n{i}": i for i in range(20)}] * 8000}).encode()

    def allocated() -> int:
        return pa.total_allocated_bytes() + pool().bytes_allocated()

    before = allocated()
    parts = [decode(content, "data", shape_of(e)) for _ in range(3)]
    held = allocated() - before

    kept, _, _ = assemble(parts, shape_of(e))
    assert len(parts) == 3
    frame, _, _ = assemble(parts, shape_of(e), consume=True)

    assert parts == []
    pd.testing.assert_frame_equal(frame, kept)
    assert allocated() - before < held / 100


def test_rows_with_one_key_come_once_the_last_wins() -> None:
    """Rows that shifted between pages are told by their key; rows without a key are all kept."""
    e = toys(col("id", "integer"), col("v"))
    parts = [
        page([{"id": 1, "v": "old"}, {"id": 2}, {"v": "a"}], e),
        page([{"id": 1, "v": "new"}, {"v": "b"}], e),
    ]

    frame, _, duplicates = assemble(parts, shape_of(e), key=("id",))

    assert duplicates == 1
    assert frame["id"].tolist() == [2, pd.NA, 1, pd.NA]
    assert frame["v"].tolist()[1:] == ["a", "new", "b"]
    assert frame.index.tolist() == [0, 1, 2, 3]
    assert len(assemble(parts, shape_of(e))[0]) == 5
    assert len(assemble(parts, shape_of(e), key=("nothing",))[0]) == 5


def test_a_key_of_any_type_can_be_compared() -> None:
    """Ids that are text on one page and numbers on another, and ids that are lists, are no reason
    to crash.
    """
    e = toys(col("id", "integer"))

    assert (
        assemble([page([{"id": 5}], e), page([{"id": "5"}], e)], shape_of(e), key=("id",))[2] == 1
    )
    assert (
        len(assemble([page([{"id": [1]}, {"id": {"a": 1}}], e)], shape_of(e), key=("id",))[0]) == 2
    )


def test_a_limit_cuts_behind_the_last_row_wanted() -> None:
    """After repeats are taken out."""
    e = toys(col("id", "integer"))
    frame, _, _ = assemble(
        [page([{"id": 1}, {"id": 1}, {"id": 2}, {"id": 3}], e)], shape_of(e), key=("id",), limit=2
    )

    assert frame["id"].tolist() == [1, 2]


@pytest.mark.parametrize(
    "name",
    [
        "jpm.jobs",
        "accounting.invoices",
        "crm.customers",
        "dispatch.arrival_windows",
        "forms.submissions",
    ],
)
def test_a_parquet_file_gives_back_the_frame(name: str, tmp_path: Path) -> None:
    """dtypes and attrs survive, of filled and of empty frames."""
    e, maker = KNOWN[name], Maker(random.Random(3), wrong=0.0)
    for count in (20, 0):
        frame, _ = frame_of([maker.row(e.columns) for _ in range(count)], e=e)
        frame.attrs["stnb"] = {"resource": name, "total": count, "notices": []}

        frame.to_parquet(tmp_path / "x.parquet")
        again = pd.read_parquet(tmp_path / "x.parquet")

        assert again.dtypes.to_dict() == frame.dtypes.to_dict()
        assert again.attrs == frame.attrs
        assert len(again) == count
        plain = [c for c in frame if not isinstance(frame[c].dtype, pd.ArrowDtype)]
        pd.testing.assert_frame_equal(again[plain], frame[plain])


def test_frames_are_pleasant_in_use() -> None:
    """Dates compare with texts, periods and resampling work, ids join, numbers add up."""
    rows = [
        {
            "id": i,
            "completedOn": f"2026-07-{i + 1:02d}T12:00:00Z",
            "total": i * 1.5,
            "jobStatus": "Completed",
        }
        for i in range(10)
    ]
    frame, _ = frame_of(rows, e=JOBS)

    assert (frame["completedOn"] >= "2026-07-06").sum() == 5
    assert str(frame["completedOn"].dt.tz_localize(None).dt.to_period("M")[0]) == "2026-07"
    assert frame.resample("7D", on="completedOn")["total"].sum().sum() == 67.5
    assert frame.groupby("jobStatus")["total"].sum()["Completed"] == 67.5
    assert len(frame.merge(frame[["id"]], on="id")) == 10


def test_a_truth_inside_a_list_is_no_number() -> None:
    """Where the catalogue promises a number in a list's objects, `true` is kept as text and told,
    not made 1.
    """
    e = catalog.load()["pricebook.equipment"]
    frame, drift = frame_of(
        [{"id": 1, "equipmentMaterials": [{"skuId": 7, "quantity": True}]}], e=e
    )
    assert json.loads(frame["equipmentMaterials"][0]) == [{"skuId": 7, "quantity": True}]
    assert "equipmentMaterials" in drift


def test_an_enum_of_numbers_may_be_sent_as_numbers() -> None:
    """Review types are 0, 1 and 2 in the documents and numbers on the wire: text in the frame, and
    nothing to tell.
    """
    frame, drift = frame_of(
        [{"id": 1, "reviewType": 2}, {"id": 2, "reviewType": None}],
        e=catalog.load()["marketingreputation.reviews"],
    )
    assert frame["reviewType"].tolist()[:1] == ["2"]
    assert frame["reviewType"].isna().tolist() == [False, True]
    assert "reviewType" not in drift
