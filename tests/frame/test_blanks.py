"""An empty text where a number, a truth or a time is due is a missing value, and told as one."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pandas as pd
import pytest

from stnb.catalog import Column, Endpoint
from stnb.frame import assemble, decode, sentences, shape_of

# column -> a value of it, and the dtype that it has
GOOD: dict[str, tuple[Any, str]] = {
    "whole": (7, "Int64"),
    "amount": (12.5, "Float64"),
    "written": ("12.50", "Float64"),
    "number": (1.5, "Float64"),
    "truth": (True, "boolean"),
    "moment": ("2026-07-01T05:00:00Z", "datetime64[us, UTC]"),
    "day": ("2026-07-01", "datetime64[us]"),
    "span": ("01:30:00", "timedelta64[us]"),
    "typeId": ("48213377", "Int64"),
}
SCALARS = (
    Column("whole", "integer"),
    Column("amount", "decimal"),
    Column("written", "decimal", text=True),
    Column("number", "number"),
    Column("truth", "boolean"),
    Column("moment", "date-time"),
    Column("day", "date"),
    Column("span", "duration"),
    Column("typeId", "string", refers="jpm.job_types"),
)
TEXTS = tuple(Column(kind, kind) for kind in ("string", "enum", "guid", "html", "any"))
COLUMNS = (
    Column("id", "integer"),
    *SCALARS,
    *TEXTS,
    Column("inside", "object", children=SCALARS),
    Column("items", "array", children=(Column("", "object", children=SCALARS),)),
    Column("tags", "array", children=(Column("", "integer"),)),
)
TOYS = Endpoint("toys.blanks", "toys", "/toys", "list", key=("id",), make_columns=lambda: COLUMNS)


def frame_of(*pages: list[dict[str, Any]], dtypes: Any = "typed") -> tuple[Any, dict[str, str]]:
    shape = shape_of(TOYS, dtypes)
    parts = [decode(json.dumps({"data": rows}).encode(), "data", shape) for rows in pages]
    frame, drift, _ = assemble(parts, shape, key=("id",))
    return frame, sentences(drift)


def missing(frame: pd.DataFrame, column: str) -> list[bool]:
    return [bool(value) for value in frame[column].isna()]


BLANK = "holds empty texts in {}; missing values here"
LAYOUTS = [
    [["good", "", "none"], [" ", "good", ""]],
    [["good", "good"], ["", "none"], ["\t\n ", ""]],  # only late pages
    [["", " ", "none", ""]],  # nothing else
    [["", ""], ["good"], [" "]],
]


@pytest.mark.parametrize("dtypes", ["typed", "decimal"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("path", ["{}", "inside.{}"])
def test_empty_texts_are_missing_values_and_counted(
    name: str, layout: list[list[str]], dtypes: Any, path: str
) -> None:
    """On first and on late pages, also where nothing else stands, and in objects; one notice for
    all pages.
    """
    good, dtype = GOOD[name]
    ids = itertools.count()
    pages = []
    for marks in layout:
        rows: list[dict[str, Any]] = []
        for mark in marks:
            value = {"good": good, "none": None}.get(mark, mark)
            found = {name: value}
            rows.append({"id": next(ids), **(found if path == "{}" else {"inside": found})})
        pages.append(rows)
    frame, told = frame_of(*pages, dtypes=dtypes)

    column, marks = path.format(name), list(itertools.chain(*layout))
    if dtypes == "typed" or not dtype.startswith("Float") or name == "number":
        assert str(frame[column].dtype) == dtype
    assert missing(frame, column) == [mark != "good" for mark in marks]
    blank = sum(mark not in ("good", "none") for mark in marks)
    assert told == {column: BLANK.format(f"{blank} rows")}


@pytest.mark.parametrize("name", GOOD)
def test_raw_keeps_what_was_sent(name: str) -> None:
    """An empty text is there with its blanks."""
    frame, told = frame_of([{"id": 1, name: ""}], [{"id": 2, name: " "}], dtypes="raw")
    assert frame[name].tolist() == ["", " "]
    assert BLANK.format("2 rows") not in told.values()


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("other", ["n/a", "2026-13-45T99:00:00Z"])
def test_a_column_that_becomes_text_has_the_empty_texts(name: str, other: str) -> None:
    """As they were sent, whichever page comes first; they are not said to be missing."""
    pages = [[{"id": 1, name: ""}, {"id": 2, name: GOOD[name][0]}], [{"id": 3, name: other}]]
    for some_pages in (pages, pages[::-1], [pages[0] + pages[1]]):
        frame, told = frame_of(*some_pages)
        values = dict(zip(frame["id"], frame[name], strict=True))
        assert (values[1], values[3]) == ("", other)
        assert "kept as text" in told[name]
        assert "missing" not in told[name]


@pytest.mark.parametrize("column", TEXTS, ids=lambda column: column.name)
def test_an_empty_text_among_texts_is_one(column: Column) -> None:
    """Nothing is missing, and nothing is told."""
    frame, told = frame_of([{"id": 1, column.name: ""}, {"id": 2, column.name: "x"}])
    assert (frame[column.name].tolist(), told) == (["", "x"], {})


def test_rows_with_an_empty_id_all_stay() -> None:
    """They are no repeats of each other; that they have no key is told beside it."""
    frame, told = frame_of([{"id": ""}, {"id": ""}, {"id": 7}], [{"id": 7}, {"id": ""}])
    assert sorted(frame["id"].fillna(0)) == [0, 0, 0, 7]
    assert str(frame["id"].dtype) == "Int64"
    assert BLANK.format("3 rows") in told["id"]
    assert "is no usable key in 3 rows; all of them were kept" in told["id"]


def test_lists_keep_their_length_and_their_types() -> None:
    """What is empty inside is missing there, and told of the rows that hold some."""
    item = {name: good for name, (good, _) in GOOD.items()}
    rows = [
        {"id": 1, "tags": [1, ""], "items": [{**item, "whole": "", "truth": ""}, item]},
        {"id": 2, "tags": [2], "items": [item]},
        {"id": 3, "tags": ["3", " ", 4], "items": [{**item, "amount": ""}]},
    ]
    frame, told = frame_of(rows)
    assert [list(cell) for cell in frame["tags"]] == [[1, None], [2], [3, None, 4]]
    whole = [[element["whole"] for element in cell] for cell in frame["items"]]
    assert whole == [[None, 7], [7], [7]]
    assert told["tags"].endswith(f"also {BLANK.format('2 rows')}")
    assert "came as another type of JSON in 1 row" in told["tags"]
    assert told["items"] == BLANK.format("2 rows")


@pytest.mark.parametrize(
    "sent", [["", 5], ["7", 5], [7.0, 5], [""]], ids=["empty", "text", "whole number", "alone"]
)
@pytest.mark.parametrize("late", [False, True])
def test_a_list_that_becomes_text_has_its_values_as_sent(sent: list[Any], late: bool) -> None:
    """Not what their column promises, which they had become: another page makes it text."""
    pages = [[{"tags": sent}], [{"tags": 5}]]
    if late:
        pages.reverse()
    shape = shape_of(TOYS)
    parts = [decode(json.dumps({"data": page}).encode(), "data", shape) for page in pages]
    frame, _, _ = assemble(parts, shape)

    texts = {json.dumps(sent, separators=(",", ":")), "5"}
    assert set(frame["tags"]) == texts
