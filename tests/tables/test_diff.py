"""What arrived against what was promised: every difference is told, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import stnb
from stnb import catalog
from stnb.catalog import Column, Endpoint
from stnb.errors import UsageError
from stnb.frame import assemble, decode, shape_of
from stnb.tables.diff import EMPTY, MISSING, NEW, OTHER, VALUES, diff_schema
from stnb.tables.nested import children
from tests.helpers.full_rows import full_row
from tests.helpers.sample import tries, with_all_types

pytestmark = pytest.mark.usefixtures("small_demo")

KNOWN = catalog.load()
DESCRIBED = [e for e in KNOWN if e.columns]
INVOICES = KNOWN["accounting.invoices"]


def frame_of(endpoint: Endpoint, *rows: dict[str, Any], **said: Any) -> pd.DataFrame:
    """The rows as a pull gives them."""
    shape = shape_of(endpoint)
    frame, drift, _ = assemble([decode(json.dumps(rows).encode(), "bare", shape)], shape)
    new = [c for c in drift if c not in shape.by_path]
    frame.attrs["stnb"] = {"resource": endpoint.name, "new_columns": new, "drift": drift, **said}
    return frame


def differs(df: pd.DataFrame) -> list[tuple[str, ...]]:
    return list(diff_schema(df).itertuples(index=False, name=None))


ALIKE = with_all_types(DESCRIBED)


@pytest.mark.parametrize("endpoint", [pytest.param(e, id=e.name) for e in ALIKE])
def test_what_is_as_promised_differs_in_nothing(endpoint: Endpoint) -> None:
    """A full row of any resource has no difference, and of an empty one every column is missing."""
    full = frame_of(endpoint, full_row(endpoint), full_row(endpoint, 2))
    bare = frame_of(endpoint, {})

    assert differs(full) == []
    assert differs(bare) == [
        (leaf.path, *_promised(leaf.column), "", MISSING) for leaf in shape_of(endpoint).leaves
    ]
    assert list(diff_schema(bare).columns) == ["column", "promised", "arrived", "what"]
    assert differs(full.iloc[:0]) == []


def _promised(column: Column) -> tuple[str]:
    from stnb.catalog.schema import kind

    return (kind(column),)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"surprise": 1.5}, ("surprise", "", "decimal", NEW)),
        ({"surprise": {"inner": [True]}}, ("surprise.inner", "", "array of boolean", NEW)),
        ({"total": "n/a"}, ("total", "decimal (sent as text)", "string", OTHER)),
        ({"id": "a"}, ("id", "integer", "string", OTHER)),
        ({"active": "yes"}, ("active", "boolean", "string", OTHER)),
        ({"createdOn": "soon"}, ("createdOn", "date-time", "string", OTHER)),
        ({"customer": "Ann"}, ("customer", "object", "string", OTHER)),
        ({"items": "none"}, ("items", "array of object", "string", OTHER)),
        ({"items": []}, ("items", "array of object", "array of object", EMPTY)),
        ({"items": None}, ("items", "array of object", "", MISSING)),
        ({"summary": None}, ("summary", "html", "", MISSING)),
        ({"sentStatus": "Burnt"}, ("sentStatus", "NotSent, Sent, Opened", "Burnt (1)", VALUES)),
    ],
)
def test_a_difference_is_told_in_the_words_of_the_catalogue(
    change: dict[str, Any], told: tuple[str, ...]
) -> None:
    """One change of a row that is as promised is one line, which says what was promised and what
    came.
    """
    found = differs(frame_of(INVOICES, {**full_row(INVOICES), **change}))

    assert told in found
    assert {line[0].split(".")[0] for line in found} == {told[0].split(".")[0]}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"surprise": "x"}, ("items.surprise", "", "string", NEW)),
        ({"skuId": None}, ("items.skuId", "integer", "", MISSING)),
        ({"skuId": "x"}, ("items.skuId", "integer", "string", OTHER)),
        (
            {"type": "Spell"},
            (
                "items.type",
                "Service, Material, Equipment, PriceModifier, Unspecified",
                "Spell (2)",
                VALUES,
            ),
        ),
        ({"itemGroup": {"rootId": 1}}, ("items.itemGroup.name", "string", "", MISSING)),
    ],
)
def test_what_lies_in_lists_is_compared_too(change: dict[str, Any], told: tuple[str, ...]) -> None:
    """A field of the elements that is new, missing, of another type or value has its path."""
    row = full_row(INVOICES)
    row["items"] = [{**item, **change} for item in row["items"]]

    found = differs(frame_of(INVOICES, row))
    whole = (
        [("items", "array of object", "string", OTHER)] if told[3] == OTHER else []
    )  # kept as JSON text then

    assert found == [*whole, told]


def test_new_values_are_counted_and_the_most_frequent_come_first() -> None:
    """Of many new values the first five are named, with their rows, and the others counted."""
    rows = [{**full_row(INVOICES), "sentStatus": status} for status in "AABCDEFG"]

    assert differs(frame_of(INVOICES, *rows)) == [
        (
            "sentStatus",
            "NotSent, Sent, Opened",
            "A (2), B (1), C (1), D (1), E (1), and 2 more",
            VALUES,
        )
    ]


def test_what_the_reader_did_is_no_difference() -> None:
    """Columns left out, added, or shown in another zone are as promised; without provenance new
    ones are told.
    """
    df = frame_of(INVOICES, full_row(INVOICES))
    mine = stnb.local(df.drop(columns=["total", "items"]).assign(margin=0.3), "America/Phoenix")

    assert differs(mine) == []
    del mine.attrs["stnb"]["new_columns"]
    assert differs(mine) == [("margin", "", "decimal", NEW)]


def test_rows_inside_rows_are_compared_as_what_they_are() -> None:
    """Children are compared with what their list promises, and the parent's key beside them is no
    difference.
    """
    row = full_row(INVOICES)
    row["items"][0]["type"] = "Spell"
    items = children(frame_of(INVOICES, row), "items")

    assert [(line[0], line[3]) for line in differs(items)] == [("type", VALUES)]


@pytest.mark.parametrize("dtypes", ["typed", "decimal", "raw"])
def test_a_pull_in_any_dtypes_is_as_promised(dtypes: str, st: stnb.Account) -> None:
    """Exact amounts and values as they are sent are no difference: only what the demo never fills
    is missing.
    """
    frame = st.accounting.invoices.pull(limit=300, dtypes=dtypes)

    found = diff_schema(frame)

    assert set(found["what"]) == {MISSING}
    assert "total" not in set(found["column"])


def test_a_frame_that_does_not_say_what_it_holds_is_refused() -> None:
    """After a merge nobody knows what was promised."""
    with pytest.raises(UsageError, match="not known what the frame holds"):
        diff_schema(pd.DataFrame({"id": [1]}))


def test_where_nothing_is_promised_nothing_differs() -> None:
    """A resource that the documents do not describe has no differences."""
    frame = pd.DataFrame({"x": [1]})
    frame.attrs["stnb"] = {"resource": "sales.opportunities", "new_columns": []}

    assert differs(frame) == []


ODD = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(-(2**63), 2**63 - 1),
    some.text(max_size=3),
    some.just([]),
    some.just({}),
    some.lists(some.integers(0, 9), max_size=2),
    some.dictionaries(some.sampled_from(["id", "x"]), some.integers(0, 9), max_size=2),
)


@settings(max_examples=tries(200))
@given(some.sampled_from(DESCRIBED), some.data())
def test_one_odd_value_is_told_in_its_own_place_alone(
    endpoint: Endpoint, data: some.DataObject
) -> None:
    """Whatever one column of whichever resource holds, no other column is told to differ, and
    nothing crashes.
    """
    row = full_row(endpoint)
    name = data.draw(some.sampled_from([*row, "surprise"]))
    row[name] = data.draw(ODD)

    found = differs(frame_of(endpoint, row))

    assert {line[0].split(".")[0] for line in found} <= {name}
    if name == "surprise" and isinstance(row[name], int | str):
        assert [line[3] for line in found] == [NEW]
