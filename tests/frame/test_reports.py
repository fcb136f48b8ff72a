"""A report's columns follow the data types of its fields."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from stnb.catalog import Endpoint
from stnb.frame import assemble, decode, sentences, shape_of

REPORT = Endpoint(
    "toys.report", "toys", "/toys/data", "list", positional=True, make_columns=lambda: ()
)


def frame_of(
    data_type: str, *pages: list[Any], in_page: bool = True
) -> tuple[pd.Series[Any], dict[str, str]]:
    """One column "C" of a report with these cells, and what is told."""
    field = {"name": "C", "label": "C"}
    if in_page:
        field["dataType"] = data_type
    shape = shape_of(REPORT)
    parts = []
    for cells in pages:
        page = {"fields": [field], "data": [[cell] for cell in cells]}
        content = json.dumps(page).encode()
        known = {"C": data_type}
        parts.append(decode(content, "data", shape, positional=True, data_types=known))
    frame, drift, _ = assemble(parts, shape)
    return frame["C"], sentences(drift)


@pytest.mark.parametrize("in_page", [True, False])
@pytest.mark.parametrize(
    ("data_type", "cells", "dtype", "values"),
    [
        ("Number", ["12.50", 7, None, ""], "Float64", [12.5, 7.0, None, None]),
        ("Number", ["12", "9007199254740993"], "Int64", [12, 2**53 + 1]),
        ("Number", ["12", "", " "], "Int64", [12, None, None]),
        ("Number", ["", " ", None], "Float64", [None, None, None]),
        ("Boolean", ["True", False, "false"], "boolean", [True, False, False]),
        ("Boolean", ["true", "", None], "boolean", [True, None, None]),
        (
            "Date",
            ["2026-07-01T00:00:00-07:00", None],
            "datetime64[us, UTC]",
            [pd.Timestamp("2026-07-01T07:00:00Z"), None],
        ),
        ("Date", ["2026-07-01", ""], "datetime64[us]", [pd.Timestamp("2026-07-01"), None]),
        ("String", ["1.50", "2"], "str", ["1.50", "2"]),
        ("Time", ["08:30"], "str", ["08:30"]),
    ],
)
def test_texts_become_what_the_report_says(
    data_type: str, cells: list[Any], dtype: str, values: list[Any], in_page: bool
) -> None:
    """Whether the page says it or the report's description. An empty cell of a table has no value,
    and that is not told.
    """
    column, told = frame_of(data_type, cells, in_page=in_page)

    assert (str(column.dtype), told) == (dtype, {})
    assert [None if pd.isna(value) else value for value in column] == values


@pytest.mark.parametrize(
    ("data_type", "cells", "told"),
    [
        ("Number", ["12.50", "many", "1,000"], "no Number in 2 rows; kept as text"),
        ("Boolean", ["yes", "true"], "no Boolean in 1 row; kept as text"),
        ("Date", ["soon", "2026-07-01"], "no Date in 1 row; kept as text"),
        ("Date", ["2026-07-01", "2026-07-01T00:00:00Z"], "no Date in 1 row; kept as text"),
    ],
)
def test_a_value_that_does_not_convert_keeps_the_text_and_is_told(
    data_type: str, cells: list[str], told: str
) -> None:
    """Of other pages, too, as it was sent."""
    assert frame_of(data_type, cells)[0].tolist() == cells
    assert told in frame_of(data_type, cells)[1]["C"]

    column, sentence = frame_of(data_type, *([cell] for cell in cells))
    assert column.tolist() == cells
    assert "kept as text" in sentence["C"]
