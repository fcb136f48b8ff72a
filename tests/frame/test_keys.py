"""Rows without a usable key are never merged, and the reader is told."""

from __future__ import annotations

import json
import re
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from stnb.catalog import Column, Endpoint
from stnb.frame import Decoded, Shape, assemble, decode, shape_of
from stnb.frame.drift import Kind, sentences
from stnb.frame.keys import usable

GUID = "9b2d1c6e-0f4a-4a51-8c6d-3f1d2b7a9e10"
IDS = some.sampled_from([1, 2, "1", "abc", "", " ", "1.5", "-", None, True, 1.5, [1], {"a": 1}])


def shape(*kinds: str) -> Shape:
    columns = [Column(f"key{at}", kind) for at, kind in enumerate(kinds)]
    made = (*columns, Column("v", "string"))
    name = f"toys.{'_'.join(kinds)}"  # shapes are kept by what an endpoint is called
    return shape_of(Endpoint(name, "toys", "/t", "list", make_columns=lambda: made))


def pages(rows: list[dict[str, Any]], own: Shape, size: int = 3) -> list[Decoded]:
    starts = range(0, len(rows), size)
    return [decode(json.dumps(rows[at : at + size]).encode(), "bare", own) for at in starts]


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("integer", "abc"),
        ("integer", ""),
        ("integer", None),
        ("integer", "1.5"),
        ("integer", False),
        ("integer", []),
        ("guid", "none"),
        ("guid", ""),
        ("string", "  "),
        ("string", None),
    ],
)
def test_a_hundred_rows_with_one_unusable_key_stay(kind: str, key: Any) -> None:
    """All of them are kept, and it is said in how many rows the key is not usable."""
    own = shape(kind)
    rows = [{"key0": key, "v": str(at)} for at in range(100)]

    frame, drift, duplicates = assemble(pages(rows, own, 40), own, key=("key0",))

    assert frame["v"].tolist() == [str(at) for at in range(100)]
    assert duplicates == 0
    assert drift["key0"][-1].kind is Kind.NO_KEY
    assert "is no usable key in 100 rows; all of them were kept" in sentences(drift)["key0"]


def test_an_absent_key_is_no_key() -> None:
    """A column that the rows do not have merges none of them."""
    own = shape("integer")

    frame, drift, duplicates = assemble(pages([{"v": "a"}] * 7, own), own, key=("key0",))

    assert (len(frame), duplicates, drift["key0"][0].rows) == (7, 0, 7)


@pytest.mark.parametrize(("kind", "key"), [("integer", 7), ("guid", GUID), ("string", "7 a")])
def test_a_usable_key_merges_among_unusable_ones(kind: str, key: Any) -> None:
    """One bad row does not keep the repeats of the good ones."""
    own = shape(kind)
    rows = [{"key0": key, "v": "old"}, {"key0": "", "v": "x"}, {"key0": key, "v": "new"}]

    frame, _, duplicates = assemble(pages(rows, own), own, key=("key0",))

    assert (frame["v"].tolist(), duplicates) == (["x", "new"], 1)


def test_nothing_is_said_of_usable_keys() -> None:
    """Also not of text ids, guids, and whole numbers beyond int64."""
    own = shape("integer", "guid", "string")
    rows = [{"key0": 2**70 + at, "key1": GUID, "key2": "x", "v": "a"} for at in range(5)]

    frame, drift, _ = assemble(pages(rows, own), own, key=("key0", "key1", "key2"))

    assert len(frame) == 5
    assert not any(d.kind is Kind.NO_KEY for found in drift.values() for d in found)


@given(some.lists(some.tuples(IDS, IDS), max_size=12), some.integers(1, 5), some.booleans())
def test_only_rows_with_whole_numbers_are_merged(
    keys: list[tuple[Any, Any]], size: int, both: bool
) -> None:
    """As a plain loop says, for keys of any kind and any number of parts."""
    own = shape("integer", "integer")
    rows = [{"key0": a, "key1": b, "v": str(at)} for at, (a, b) in enumerate(keys)]
    names = ("key0", "key1") if both else ("key0",)
    last: dict[tuple[str, ...], int] = {}
    for at, row in enumerate(rows):
        key = tuple(_as_text(row[name]) for name in names)
        if all(re.fullmatch(r"-?\d+", part) for part in key):
            last[key] = at
        else:
            last[("no key", str(at))] = at

    frame, drift, _ = assemble(pages(rows, own, size), own, key=names)

    assert frame["v"].tolist() == [str(at) for at in sorted(last.values())]
    for name in names:
        bad = sum(not re.fullmatch(r"-?\d+", _as_text(row[name])) for row in rows)
        told = [d.rows for d in drift.get(name, []) if d.kind is Kind.NO_KEY]
        assert told == ([bad] if bad else [])


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@given(some.lists(some.none() | some.floats()))
def test_of_floats_whole_numbers_are_usable(values: list[float | None]) -> None:
    """What is no whole number, or no number, is not."""
    found = usable(pa.chunked_array([pa.array(values, pa.float64())]), "integer").to_pylist()

    assert found == [v if v is not None and v.is_integer() else None for v in values]
