"""How many rows a page has is told without its rows, and as a reader of them would tell it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from stnb.frame.count import count_rows

VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=12,
)
OBJECTS = some.dictionaries(some.text(), VALUES, max_size=4)
ENVELOPES = some.fixed_dictionaries(
    {"data": some.lists(some.none() | OBJECTS, max_size=9)},
    optional={"hasMore": some.booleans(), "more": VALUES, "Data": VALUES},
)


@given(ENVELOPES)
def test_rows_are_counted_as_a_reader_counts_them(page: dict[str, object]) -> None:
    """Objects and nulls are rows, whatever stands beside them and inside of them."""
    rows = page["data"]
    assert isinstance(rows, list)
    assert count_rows(json.dumps(page, ensure_ascii=False).encode()) == len(rows)


@pytest.mark.parametrize(
    "document",
    [
        b'{"data": [1, 2]}',
        b'{"data": null}',
        b'{"rows": [{}]}',
        b'[{"id": 1}]',
        b'{"data": [{}]} {"data": [{}]}',
        b'{"data": [{}], "data": [{}, {}]}',
        b'{"data": [{"id": 1}',
        b"",
        b'{"data": ' + b"[" * 5000,
    ],
    ids=["values", "null", "none", "bare", "two", "twice", "cut", "empty", "deep"],
)
def test_what_cannot_be_told_is_none(document: bytes) -> None:
    """Other rows, none, several documents, a key twice, broken and deep ones are left to others."""
    assert count_rows(document) is None
