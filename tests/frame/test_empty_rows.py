"""Rows that have nothing in them, or another form than their route's, are rows."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pandas as pd
import pytest

from stnb import catalog
from stnb.frame import assemble, decode, shape_of
from tests.helpers.fake_tenant import FakeTenant

KNOWN = catalog.load()
PLAIN = [endpoint.name for endpoint in KNOWN if not endpoint.columns and endpoint.kind == "list"]


@pytest.mark.parametrize("name", PLAIN)
def test_rows_without_a_column_are_counted(name: str, tmp_path: Any) -> None:
    """Of a route whose columns are not known: `{}` is a row in the frame and in its file."""
    endpoint = KNOWN[name]
    body = {"data": [{}, {}], "hasMore": False, "totalCount": 2}
    tenant = FakeTenant(lambda request: httpx.Response(200, json=body), catalog=KNOWN)
    required = {param.py: 1 for param in endpoint.required}
    resource = tenant.resource(endpoint)

    frame = resource.pull(**required, progress=False)
    path = resource.pull(**required, to=tmp_path / "rows.parquet", progress=False)

    assert len(frame) == len(pd.read_parquet(path)) == 2
    assert frame.attrs["stnb"]["complete"] is True


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_page_of_empty_rows_stands_beside_others(order: tuple[int, int]) -> None:
    """A page of `{}` alone adds its rows to those of the other pages."""
    shape = shape_of(KNOWN["sales.opportunities"])
    pages = [b'{"data": [{"a": 1}, {"a": 2}]}', b'{"data": [{}, {}, {}]}']
    frame, _, _ = assemble([decode(pages[at], "data", shape) for at in order], shape)

    assert sorted(frame["a"].dropna()) == [1, 2]
    assert len(frame) == 5


@pytest.mark.parametrize(
    ("rows", "read"),
    [
        ([{"a": 7}, {}], [{"a": 7}, {"a": None}]),
        (["abc", "d"], [{"value": "abc"}, {"value": "d"}]),
        ([["x", 1], {"a": 7}], [{"n": "x", "m": 1, "a": None}, {"n": None, "m": None, "a": 7}]),
        ([["x", 1], None], [{"n": "x", "m": 1}]),
    ],
)
def test_rows_of_a_report_that_are_no_lists_of_cells_are_read_as_they_are(
    rows: list[Any], read: list[dict[str, Any]]
) -> None:
    """No name of an object and no letter of a text is taken for a cell."""
    shape = shape_of(KNOWN["reporting.dynamic_value_sets"])
    body = {"fields": [{"name": "n"}, {"name": "m"}], "data": rows}
    frame, _, _ = assemble(
        [decode(json.dumps(body).encode(), "data", shape, positional=True)], shape
    )

    got = [
        {k: None if pd.isna(v) else v for k, v in row.items()} for row in frame.to_dict("records")
    ]
    assert got == read
