"""Text that one tenant's rows make of another's numbers is what was sent: 1.10, not 1.1."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stnb.frame import Dtypes, assemble, decode, shape_of
from stnb.frame.assemble import joined
from stnb.frame.original import Original
from stnb.frame.united import TENANT, Converted, united
from tests.frame.test_by_value import TOYS
from tests.frame.test_numbers_as_sent import as_texts, numbers, texts
from tests.helpers.sample import tries

ODD = ['"n/a"']
COLUMNS = ("number", "decimal", "new", "integer", "amount", "boolean")


def page(tokens: list[str], start: int = 0) -> bytes:
    """Rows whose every column has the token of its row, with an id that counts from `start`."""
    rows = []
    for at, token in enumerate(tokens, start):
        values = [f'"{name}":{token}' for name in COLUMNS]
        rows.append(f'{{"string":"{at}",{",".join(values)}}}')
    return f"[{','.join(rows)}]".encode()


def tenant(
    pages: list[bytes], dtypes: Dtypes = "typed", together: bool = False, **how: Any
) -> tuple[pd.DataFrame, Original]:
    """One tenant's frame, and what was sent for it."""
    shape = shape_of(TOYS, dtypes)
    parts = [decode(each, "bare", shape) for each in pages]
    if together and len(parts) > 1:
        parts = [joined(parts[:2], shape), *parts[2:]]
    found: list[Original] = []
    frame, _, _ = assemble(parts, shape, original=found, **how)
    return frame, found[0]


def together(**tenants: tuple[pd.DataFrame, Original]) -> tuple[pd.DataFrame, dict[str, Converted]]:
    frames = {name: frame for name, (frame, _) in tenants.items()}
    return united(frames, {name: original for name, (_, original) in tenants.items()})


@settings(max_examples=tries(60), derandomize=True, deadline=None)
@given(
    some.lists(some.lists(numbers, min_size=1, max_size=4), min_size=1, max_size=4),
    some.sampled_from(["typed", "decimal", "raw"]),
    some.booleans(),
)
def test_any_numbers_of_a_tenant_are_text_as_they_were_sent(
    pages: list[list[str]], dtypes: Dtypes, as_one: bool
) -> None:
    """Whichever tenant stands first, and whether pages of it were put together before."""
    sent = list(itertools.chain.from_iterable(map(as_texts, pages)))
    bodies = [page(tokens) for tokens in pages]
    for names in (["a", "b"], ["b", "a"]):
        made = {"a": tenant(bodies, dtypes, as_one), "b": tenant([page(ODD)], dtypes)}
        df, _ = together(**{name: made[name] for name in names})
        own = df[df[TENANT] == "a"]
        for column in COLUMNS:
            assert texts(own[column]) == sent, column


@pytest.mark.parametrize("limit", [None, 5])
@pytest.mark.parametrize("keep", ["newest", "all"])
def test_rows_that_repeat_or_are_over_the_limit_take_their_texts_away(
    limit: int | None, keep: str
) -> None:
    """What stays has its own text."""
    tokens = ["1.10", "2.0", "3", "4.50"]
    bodies = [page(tokens[:2]), page(["9.90", "8.0"], 1), page(tokens[2:], 3)]
    rows, original = tenant(bodies, key=("string",), keep=keep, limit=limit)
    df, converted = together(a=(rows, original), b=tenant([page(ODD)]))

    sent = ["1.10", "9.90", "8.0", "3", "4.50"]
    if keep == "all":
        sent = ["1.10", "2.0", "9.90", "8.0", "3", "4.50"]
    for column in COLUMNS:
        assert texts(df[column])[:-1] == sent[:limit]
    assert converted["number"] == Converted(["a"], [])


def test_rows_in_another_order_keep_their_texts() -> None:
    """As those of parents out of a feed that is read whole."""
    frame, original = tenant([page(["1.10", "2.0"]), page(["3", "4.50", "5e0"])])
    order = [4, 0, 3]
    rows = frame.iloc[order].reset_index(drop=True)
    df, _ = together(a=(rows, original.take(pd.Index(order).to_numpy())), b=tenant([page(ODD)]))
    assert texts(df["number"]) == ["5e0", "1.10", "4.50", "n/a"]


TIMES = ["2026-07-01T07:00:00Z", "2026-07-01T07:00:00.1Z", "2026-07-01T00:00:00.0000000-07:00"]


def test_lists_objects_and_times_too() -> None:
    """And a column that becomes text for its values' sake: no float holds both numbers."""
    shape = shape_of(TOYS)
    items = '[{"n":1.10,"z":2.0},{"z":3}]'
    first = f'[{{"items":{items},"whole":9007199254740993}},{{"items":[],"whole":1}}]'
    second = '[{"items":"none","whole":0.50}]'
    made = {name: tenant([body.encode()]) for name, body in (("a", first), ("b", second))}
    df, _ = together(**made)
    assert texts(df["items"]) == [items, "[]", "none"]
    assert texts(df["whole"]) == ["9007199254740993", "1", "0.50"]
    assert shape.by_path["items"].type == "array"


def test_tenants_whose_types_are_alike_hold_no_pages() -> None:
    """What was sent is let go, and types that hold both keep them."""
    first, second = tenant([page(["1.10"])]), tenant([page(["2"])])
    originals: dict[str, Original | None] = {"a": first[1], "b": second[1]}
    df, converted = united({"a": first[0], "b": second[0]}, originals)
    assert originals == {}
    assert df["number"].tolist() == [1.1, 2.0]
    assert "number" not in converted


def test_what_is_not_known_is_told_of() -> None:
    """As of rows that were kept: text is made of their values."""
    frames = {"a": tenant([page(["1.10"])])[0], "b": tenant([page(ODD)])[0]}
    df, converted = united(frames)
    assert texts(df["number"]) == ["1.1", "n/a"]
    assert converted["number"] == Converted(["a"], ["a"])
    assert json.loads(df["new"].iloc[0]) == 1.1
