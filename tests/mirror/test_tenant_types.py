"""SQL over tenants whose columns differ in type: every value exact, or it is told."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import stnb
from stnb.errors import ColumnDrift, StnbWarning
from stnb.frame import notices
from tests.helpers.sample import tries
from tests.helpers.warned import said, warned

pytest.importorskip("duckdb")

NOW = dt.datetime(2026, 7, 1, 9, 30)
BIG = 2**53 + 1


def lake(folder: Path, *columns: pa.Array) -> Path:
    """A folder with a file of the table t for each of the tenants a, b, …"""
    for tenant, column in zip("abc", columns, strict=False):
        home = folder / f"tenant={tenant}"
        home.mkdir(exist_ok=True)
        before = pa.array([[{"p": 1, "q": "x"}]] * len(column))  # leaves that stand before it
        pq.write_table(pa.table({"before": before, "x": column}), home / "t.parquet")
    return folder


def values(folder: Path) -> tuple[list[Any], list[str]]:
    notices.forget()
    frame, texts = said(lambda: stnb.sql("select x from t order by tenant", folder))
    return frame["x"].astype(object).where(frame["x"].notna(), None).tolist(), texts


@pytest.mark.parametrize(
    ("columns", "read"),
    [
        ((pa.array([1, 2]), pa.array([1.5])), [1, 2, 1.5]),
        ((pa.array([-(2**53)]), pa.array([0.5])), [-(2**53), 0.5]),
        ((pa.array([1.5]), pa.array([None])), [1.5, None]),
        ((pa.array([None], pa.float64()), pa.array(["a"])), [None, "a"]),
        ((pa.array(["007"]), pa.array([None], pa.bool_())), ["007", None]),
        ((pa.array([None], pa.float64()), pa.array([None], pa.string())), [None, None]),
        (
            (pa.array([Decimal("1.10")], pa.decimal128(18, 6)), pa.array([2**60])),
            [Decimal("1.10"), Decimal(2**60)],
        ),
    ],
)
def test_types_that_hold_each_other_are_one(
    columns: tuple[pa.Array, ...], read: list[Any], tmp_path: Path
) -> None:
    """Without a word, as no value changes; a tenant without a value does not decide the type."""
    assert values(lake(tmp_path, *columns)) == (read, [])


@pytest.mark.parametrize(
    ("columns", "read", "tenants"),
    [
        ((pa.array([12.5, 1e20]), pa.array(["12.50"])), ["12.5", "1e+20", "12.50"], "a"),
        ((pa.array([BIG]), pa.array([1.5])), [str(BIG), "1.5"], "a, b"),
        ((pa.array([True]), pa.array([2])), ["true", "2"], "a, b"),
        ((pa.array(["x"]), pa.array([1]), pa.array([True])), ["x", "1", "true"], "b, c"),
        (
            (pa.array([Decimal("1.10")], pa.decimal128(18, 2)), pa.array([1.5])),
            ["1.10", "1.5"],
            "a, b",
        ),
        (
            (pa.array([NOW], pa.timestamp("us", "UTC")), pa.array([NOW], pa.timestamp("us"))),
            ["2026-07-01 09:30:00+00", "2026-07-01 09:30:00"],
            "a, b",
        ),
        ((pa.array([dt.timedelta(seconds=61)]), pa.array([5])), ["00:01:01", "5"], "a, b"),
    ],
)
def test_types_that_do_not_are_text_and_told(
    columns: tuple[pa.Array, ...], read: list[str], tenants: str, tmp_path: Path
) -> None:
    """By column and tenant."""
    found, texts = values(lake(tmp_path, *columns))

    assert found == read
    assert len(texts) == 1
    assert f"x is text, as its type differs between tenants. The values of {tenants} " in texts[0]


def test_lists_of_other_values_are_json(tmp_path: Path) -> None:
    """A number beside a text within a list makes the column text; a float beside a whole number
    does not, if it holds it.
    """
    found, texts = values(lake(tmp_path, pa.array([[{"a": 1}]]), pa.array([[{"a": "u"}]])))
    assert [json.loads(text) for text in found] == [[{"a": 1}], [{"a": "u"}]]
    assert len(texts) == 1

    found, texts = values(lake(tmp_path, pa.array([[1]]), pa.array([[0.5]])))
    assert [list(each) for each in found] == [[1.0], [0.5]]
    assert texts == []

    found, texts = values(lake(tmp_path, pa.array([[BIG]]), pa.array([[0.5]])))
    assert [json.loads(text) for text in found] == [[BIG], [0.5]]
    assert len(texts) == 1


def test_the_apis_own_column_tenant_is_looked_at_too(tmp_path: Path) -> None:
    """It has another name in the table."""
    for tenant, column in {"a": pa.array([BIG]), "b": pa.array([0.5])}.items():
        home = tmp_path / f"tenant={tenant}"
        home.mkdir()
        pq.write_table(pa.table({"tenant": column}), home / "t.parquet")

    found, caught = warned(lambda: stnb.sql("from t order by tenant", tmp_path))

    assert found["tenant"].tolist() == ["a", "b"]
    assert found["tenant.value"].tolist() == [str(BIG), "0.5"]
    assert [w.category for w in caught] == [ColumnDrift]
    assert [w.filename for w in caught] == [__file__]


@settings(max_examples=tries(30), deadline=None)
@given(
    number=some.decimals(allow_nan=False, allow_infinity=False, places=6, max_value=10**11),
    beside=some.sampled_from(["0.10", "1.000001"]),
)
def test_decimals_are_floats_only_if_no_digit_is_lost(
    number: Decimal, beside: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """In the answer of a query."""
    folder = tmp_path_factory.mktemp("data")
    sent = [number.quantize(Decimal("0.000001")) % 10**12, Decimal(beside), None]
    column = pa.array(sent, pa.decimal128(38, 6))
    pq.write_table(pa.table({"x": column}), folder / "t.parquet")

    read = stnb.sql("from t", folder)["x"]

    if isinstance(read.dtype, pd.Float64Dtype):
        read = read.map(lambda value: Decimal(repr(value)), na_action="ignore")
    assert [None if pd.isna(value) else value for value in read] == sent


def test_decimals_that_duckdb_does_not_hold_are_told(tmp_path: Path) -> None:
    """It reads them as floats."""
    column = pa.array([Decimal("12345678901234567.89")], pa.decimal256(76, 38))
    pq.write_table(pa.table({"x": column}), tmp_path / "t.parquet")

    _, caught = warned(lambda: stnb.sql("from t", tmp_path))

    assert [w.category for w in caught] == [StnbWarning]
    assert "the decimals of x have room for more than 38 digits" in str(caught[0].message)
