"""By value, not by JSON type: what says the same is the same, and text is what was sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stnb.catalog import Column, Endpoint
from stnb.frame import Dtypes, assemble, decode, sentences, shape_of
from stnb.frame.scan import scan
from stnb.frame.tokens import lossy, number
from stnb.pull.store.disk import Disk
from stnb.pull.store.memory import Assembly
from tests.helpers.sample import tries

COLUMNS = (
    Column("integer", "integer"),
    Column("decimal", "decimal"),
    Column("number", "number"),
    Column("boolean", "boolean"),
    Column("amount", "decimal", text=True),
    Column("string", "string"),
    Column("items", "array", children=(Column("", "object", children=(Column("n", "decimal"),)),)),
)
TOYS = Endpoint("toys.by_value", "toys", "/toys", "list", make_columns=lambda: COLUMNS)


def frame_of(*pages: str, dtypes: Dtypes = "typed") -> tuple[pd.DataFrame, dict[str, str]]:
    """Pages, each the JSON of an array of rows, as a frame; and what it tells."""
    shape = shape_of(TOYS, dtypes)
    parts = [decode(text.encode(), "bare", shape) for text in pages]
    frame, drift, _ = assemble(parts, shape)
    return frame, sentences(drift)


def rows_of(column: str, *tokens: str) -> str:
    """The JSON of rows with one column, of values that are JSON already."""
    return "[" + ",".join(f'{{"{column}":{token}}}' for token in tokens) + "]"


CONVERTED = [
    ("decimal", ['"10.00"', "500.25", "null"], [10.0, 500.25, None], "Float64"),
    ("number", ['" 7 "', '"-1e2"'], [7.0, -100.0], "Float64"),
    ("integer", ['"7"', "7.0", '"9007199254740993"'], [7, 7, 2**53 + 1], "Int64"),
    ("boolean", ['"true"', '"False"', "true"], [True, False, True], "boolean"),
    ("boolean", ["1", "0", "null"], [True, False, None], "boolean"),
    ("boolean", ['"1"', "true", '"0"'], [True, True, False], "boolean"),
    ("amount", ['"10.00"', "500.25", "7"], [10.0, 500.25, 7.0], "Float64"),
]


@pytest.mark.parametrize(("column", "sent", "values", "dtype"), CONVERTED)
def test_values_of_another_json_type_are_converted_and_told(
    column: str, sent: list[str], values: list[Any], dtype: str
) -> None:
    """On one page, and on a late one."""
    for pages in ([rows_of(column, *sent)], [rows_of(column, token) for token in sent]):
        frame, told = frame_of(*pages)
        assert [None if pd.isna(v) else v for v in frame[column]] == values
        assert str(frame[column].dtype) == dtype
        if len(pages) == 1 or column != "amount":
            assert "came as another type of JSON" in told[column]


@pytest.mark.parametrize(
    ("column", "sent"),
    [
        ("decimal", ["12791.90", '"n/a"']),
        ("decimal", ['"007"', "1"]),
        ("integer", ["1.5", '"7"']),
        ("integer", ["true", "7"]),
        ("boolean", ["1", "true", "2"]),
        ("boolean", ["1.0", "true"]),
        ("boolean", ['"01"', "0", "false"]),
        ("boolean", ["-1", "0"]),
        ("boolean", ['"yes"', "true"]),
        ("amount", ["12791.90", '"n/a"', "1e2"]),
        ("string", ["1.50", '"t"', "1E2"]),
    ],
)
def test_what_cannot_be_converted_is_text_as_it_was_sent(column: str, sent: list[str]) -> None:
    """With its zeros and its exponent."""
    frame, told = frame_of(rows_of(column, *sent))

    assert frame[column].tolist() == [token.strip('"') for token in sent]
    assert "kept as text" in told[column]


def test_numbers_inside_lists_are_converted_too() -> None:
    """One odd number does not make a text of a whole list."""
    frame, told = frame_of('[{"items":[{"n":"10.00"},{"n":1.5}]},{"items":[{"n":2}]}]')

    assert [[e["n"] for e in cell] for cell in frame["items"]] == [[10.0, 1.5], [2.0]]
    assert "in 1 row" in told["items"]


LONG = ["0.12345678901234567890", "123456789012.123456", "1.00000000000000000001"]


@pytest.mark.parametrize("column", ["decimal", "number", "amount", "new", "items"])
@pytest.mark.parametrize("token", LONG)
def test_digits_that_a_float_drops_are_told_or_kept(column: str, token: str) -> None:
    """Told as floats; exact under "decimal" and "raw", in columns that the catalogue lacks too."""
    sent = {"amount": f'"{token}"', "items": f'[{{"n":{token}}}]'}.get(column, token)
    frame, told = frame_of(rows_of(column, sent, "null"), rows_of(column, "null"))
    assert "more digits than a float keeps in 1 row" in told[column]
    if column != "items":
        assert frame[column][0] == float(token)

    for dtypes in ("decimal", "raw"):
        frame, _ = frame_of(rows_of(column, sent, "0.5"), rows_of(column, "0.1"), dtypes=dtypes)
        cell = str(frame[column][0])
        if column == "items":
            cell = cell.split(":")[1].split("}")[0]
        assert cell.rstrip("0") == token.rstrip("0")
        assert float(frame[column][2]) == 0.1


@pytest.mark.parametrize("column", ["decimal", "number", "items"])
@pytest.mark.parametrize("token", LONG)
@pytest.mark.parametrize("late", [False, True])
def test_digits_of_numbers_that_came_as_text_are_told_or_kept(
    column: str, token: str, late: bool
) -> None:
    """They are no exact floats, in lists too, on whichever page; as decimals they are exact."""
    cell = f'"{token}"'
    if column == "items":
        cell = f'[{{"n":"{token}"}},{{"n":1}}]'
    pages = [rows_of(column, cell, "null"), rows_of(column, "null")]
    if late:
        pages = [rows_of(column, "null"), *pages]
    _, told = frame_of(*pages)
    assert "more digits than a float keeps in 1 row; rounded" in told[column]

    exact, told = frame_of(*pages, dtypes="decimal")
    found = exact[column].dropna().iloc[0]
    if column == "items":
        assert found == f'[{{"n":"{token}"}},{{"n":1}}]'
    else:
        assert str(found).rstrip("0") == token.rstrip("0")
    assert "rounded" not in told[column]


@settings(max_examples=tries(200), derandomize=True, deadline=None)
@given(some.integers(0, 10**18), some.integers(0, 10**25), some.integers(0, 40), some.booleans())
def test_every_number_that_loses_digits_is_seen(
    whole: int, fraction: int, before: int, quoted: bool
) -> None:
    """Wherever it stands in the page; texts are none."""
    written = f"{whole}.{fraction}"
    mark = '"' if quoted else ""
    document = f'{{"data":[{{"{"a" * before}":{mark}{written}{mark}}}]}}'

    assert scan(document.encode()).lossy == (lossy(number(written)) and not quoted)
    assert json.loads(document)


TIMES = Endpoint(
    "toys.times",
    "toys",
    "/toys",
    "list",
    make_columns=lambda: (
        *COLUMNS,
        Column("when", "date-time"),
        Column("day", "date"),
        Column("took", "duration"),
        Column("typeId", "string", refers="toys.types"),
    ),
)
SENT = {
    "amount": ['"12791.90"', '" 5 "', '""', "null"],
    "decimal": ["12791.90", "1e2", "7"],
    "integer": ['"7"', "7.0", "null"],
    "boolean": ['"True"', '"false"', "null"],
    "when": ['"2026-07-01T09:30:00.1234567Z"', '"2026-07-01T09:30:00+02:00"', "null"],
    "day": ['"2025-10-13T00:00:00"', '"2025-10-13"'],
    "took": ['"01:30:00"', '"PT1H"'],
    "typeId": ['"7"', '""', "8"],
}


@pytest.mark.parametrize("column", SENT)
@pytest.mark.parametrize("first", [False, True])
def test_another_page_makes_text_of_what_was_sent(column: str, first: bool, tmp_path: Path) -> None:
    """Not of what became of it; in memory and in a file."""
    shape = shape_of(TIMES)
    odd = rows_of(column, '"n/a"')
    even = rows_of(column, *SENT[column])
    pages = [even, odd]
    if first:
        pages = [odd, even]
    parts = [decode(text.encode(), "bare", shape) for text in pages]

    frame, drift, _ = assemble(parts, shape)
    store = Disk(tmp_path / "x.parquet", {"resource": "toys.times"}, shape)
    for place, part in enumerate(parts):
        store.put(place, part, None)
    so_far = [part.sent for part in store.read()]
    store.finish(Assembly((), None, "newest", lambda rows, *others: {"rows": rows}))

    wanted = [None if t == "null" else t.strip('"') for t in SENT[column]]
    at = int(first)
    for found in (frame, pd.read_parquet(tmp_path / "x.parquet")):
        assert plain(found[column])[at : at + len(wanted)] == wanted
        assert "n/a" in plain(found[column])
    assert so_far == [part.sent for part in parts]
    assert "kept as text" in sentences(drift)[column]


def plain(column: pd.Series[Any]) -> list[Any]:
    return [None if pd.isna(value) else value for value in column]


@pytest.mark.parametrize("space", ["", " "])
def test_exact_amounts_as_text_are_told_too(space: str) -> None:
    """Arrow takes texts for decimals: also a code such as "007", which is no number of JSON."""
    column, told = frame_of(f'[{{"decimal":{space}"10.00"}},{{"decimal":1.5}}]', dtypes="decimal")
    assert [str(value) for value in column["decimal"]] == ["10.000000", "1.500000"]
    assert "in 1 row; converted exactly" in told["decimal"]

    column, told = frame_of(f'[{{"decimal":{space}"007"}}]', dtypes="decimal")
    assert column["decimal"].tolist() == ["007"]
    assert "kept as text" in told["decimal"]

    column, told = frame_of(f'[{{"items":[{{"n":{space}"007"}}]}}]', dtypes="decimal")
    assert '"007"' in str(column["items"].iloc[0])
    assert told


@pytest.mark.parametrize("dtypes", ["typed", "decimal"])
def test_ones_and_zeros_are_truths_also_on_a_page_of_their_own(dtypes: Dtypes) -> None:
    """They become true and false; if a late page has no truth, all are the text that was sent."""
    frame, told = frame_of(rows_of("boolean", "1", "0"), rows_of("boolean", "true"), dtypes=dtypes)
    assert frame["boolean"].tolist() == [True, False, True]
    assert told["boolean"] == "came as another type of JSON in 2 rows; converted exactly to boolean"

    pages = (rows_of("boolean", "1", "0"), rows_of("boolean", "true"), rows_of("boolean", "2"))
    frame, _ = frame_of(*pages, dtypes=dtypes)
    assert frame["boolean"].tolist() == ["1", "0", "true", "2"]


def test_raw_values_stay_as_they_were_sent() -> None:
    """With dtypes="raw" nothing is converted: ones beside truths are text."""
    frame, _ = frame_of(rows_of("boolean", "1", "true"), dtypes="raw")
    assert frame["boolean"].tolist() == ["1", "true"]
