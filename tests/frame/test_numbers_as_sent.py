"""Text that a later page makes of a column of numbers is what was sent: 12.50, not 12.5."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stnb.catalog import Column
from stnb.frame import Decoded, Dtypes, assemble, decode, shape_of
from stnb.frame.assemble import joined
from stnb.pull.store.disk import Disk
from stnb.pull.store.memory import Assembly
from tests.frame.test_by_value import TOYS, rows_of
from tests.helpers.sample import tries

PAGES = [
    ["12.50", "0.00", "3"],  # as .NET writes decimals
    ["12.5", "3", "null"],  # no zeros at all
    ["12.5", "3.0", "0.0"],  # as Python and Newtonsoft write floats
    ["3.0", "3"],  # both forms of a whole number
    ["1e2", "1E-7", "0.0000001"],
    ["0.12345678901234567890", "1.50"],  # more digits than a float holds
    ['"12.50"', "3.10"],
]


def texts(column: pd.Series[Any]) -> list[Any]:
    return [None if pd.isna(value) else value for value in column]


def as_texts(tokens: list[str]) -> list[str | None]:
    return [None if token == "null" else token.strip('"') for token in tokens]


def pages_of(column: str, dtypes: Dtypes, *pages: list[str]) -> list[Decoded]:
    shape = shape_of(TOYS, dtypes)
    return [decode(rows_of(column, *tokens).encode(), "bare", shape) for tokens in pages]


@pytest.mark.parametrize("dtypes", ["typed", "decimal", "raw"])
@pytest.mark.parametrize("column", ["decimal", "number", "new"])
@pytest.mark.parametrize("tokens", PAGES, ids=",".join)
def test_a_later_page_makes_text_of_numbers_as_they_were_sent(
    column: str, tokens: list[str], dtypes: Dtypes, tmp_path: Path
) -> None:
    """In memory, in a file, and if pages were put together before."""
    shape = shape_of(TOYS, dtypes)
    pages = pages_of(column, dtypes, tokens, ["4.0", "5"], ['"n/a"'])
    wanted = [*as_texts(tokens), "4.0", "5", "n/a"]
    frame, _, _ = assemble(pages, shape)
    assert texts(frame[column]) == wanted

    together = [joined(pages[:2], shape), pages[2]]
    assert texts(assemble(together, shape)[0][column]) == wanted

    store = Disk(tmp_path / "x.parquet", {"resource": "toys.by_value"}, shape)
    for place, part in enumerate(together):
        store.put(place, part, None)
    assert texts(assemble(store.read(), shape)[0][column]) == wanted
    store.finish(Assembly((), None, "newest", lambda rows, *others: {"rows": rows}))
    assert texts(pd.read_parquet(tmp_path / "x.parquet")[column]) == wanted


@pytest.mark.parametrize(("page", "texts_of_it"), [("-0", ["-0", "5"]), ("-0.0", ["-0.0", "5.0"])])
def test_a_zero_keeps_its_sign(page: str, texts_of_it: list[str]) -> None:
    """As a float does."""
    parts = pages_of("number", "typed", [page, texts_of_it[1]], ['"n/a"'])
    frame, _, _ = assemble(parts, shape_of(TOYS))

    assert texts(frame["number"]) == [*texts_of_it, "n/a"]


@pytest.mark.parametrize("dtypes", ["typed", "decimal", "raw"])
def test_a_whole_zero_with_a_sign_is_zero_and_as_text_what_was_sent(dtypes: Dtypes) -> None:
    """Whole numbers have one zero, which has the value that was sent; where text is kept, it is the
    one that was sent: of the same page, or because of another one.
    """
    shape = shape_of(TOYS, dtypes=dtypes)
    sent = [
        '[{"integer":-0,"unknown":-0},{"integer":5,"unknown":2}]',
        '[{"integer":"n/a","unknown":[-0]}]',
    ]
    pages = [decode(text.encode(), "bare", shape) for text in sent]
    mixed = decode(f"{sent[0][:-1]},{sent[1][1:]}".encode(), "bare", shape)

    for column in ("integer", "unknown"):
        alone = assemble(pages[:1], shape)[0][column]
        assert (alone.tolist()[0], str(alone.dtype)) == (0, "Int64")
    assert not pages[0].drift.get("integer")
    for parts in (pages, [mixed]):
        frame, _, _ = assemble(parts, shape)
        assert texts(frame["integer"]) == ["-0", "5", "n/a"]
        assert texts(frame["unknown"]) == ["-0", "2", "[-0]"]


@pytest.mark.parametrize("page", ["12.50", "12.5", "7.0", "7", "1e2"])
def test_numbers_inside_lists_too(page: str) -> None:
    """If a list becomes text, its numbers are those that were sent."""
    shape = shape_of(TOYS)
    sent = [f'[{{"items":[{{"n":{page}}}]}}]', '[{"items":"none"}]']
    frame, _, _ = assemble([decode(text.encode(), "bare", shape) for text in sent], shape)

    assert frame["items"].tolist() == [f'[{{"n":{page}}}]', "none"]


def test_rows_that_were_picked_keep_what_was_sent() -> None:
    """As those of one parent out of a feed, in their order."""
    shape = shape_of(TOYS)
    page, odd = pages_of("decimal", "typed", ["1.50", "2.0", "3.00", "4"], ['"n/a"'])
    at = pa.array([3, 0, 2], pa.uint64())
    picked = Decoded(page.table.take(at), page.drift, page.careful, page.sent.take(at))
    again = pa.array([2, 0], pa.uint64())
    twice = Decoded(picked.table.take(again), sent=picked.sent.take(again))

    assert assemble([picked, odd], shape)[0]["decimal"].tolist() == ["4", "1.50", "3.00", "n/a"]
    assert assemble([twice, odd], shape)[0]["decimal"].tolist() == ["3.00", "4", "n/a"]


def test_a_page_is_kept_only_if_its_numbers_need_it() -> None:
    """Otherwise the memory of a pull would be twice as much."""
    for tokens, kept in zip(PAGES, [1, 0, 0, 1, 1, 1, 1], strict=True):
        [page] = pages_of("number", "typed", tokens)
        assert [sheet.page is not None for sheet in page.sent.sheets] == [bool(kept)], tokens


numbers = some.one_of(
    some.integers(-(10**6), 10**6).map(str),
    some.decimals(-(10**6), 10**6, places=2).map(str),
    some.floats(-1e6, 1e6).map(repr),
    some.sampled_from(["null", "0.0", "1E+2", "0e0", "12.500"]),
)


@settings(max_examples=tries(60), derandomize=True, deadline=None)
@given(
    some.lists(some.lists(numbers, min_size=1, max_size=5), min_size=1, max_size=4),
    some.integers(0, 4),
    some.sampled_from(["typed", "decimal", "raw"]),
)
def test_any_numbers_are_text_as_they_were_sent(
    pages: list[list[str]], odd_at: int, dtypes: Dtypes
) -> None:
    """Wherever the page stands that makes text of them."""
    pages.insert(min(odd_at, len(pages)), ['"n/a"'])
    for column in ("number", "decimal"):
        frame, _, _ = assemble(pages_of(column, dtypes, *pages), shape_of(TOYS, dtypes))
        sent = itertools.chain.from_iterable(map(as_texts, pages))
        assert texts(frame[column]) == list(sent)


def test_columns_and_rows_around_it_change_nothing() -> None:
    """A page with many columns, an envelope, null rows and rows in another order."""
    shape = shape_of(TOYS)
    first = (
        '{"page":1,"data":[{"number":1.50,"decimal":2.0,"zNew":3.10},null,'
        '{"zNew":4,"decimal":2,"number":null,"string":"12.50,"}]}'
    )
    second = json.dumps({"data": [{"number": "n/a", "decimal": "n/a", "zNew": "n/a"}]})
    parts = [decode(text.encode(), "data", shape) for text in (first, second)]
    frame, _, _ = assemble(parts, shape)

    assert texts(frame["number"]) == ["1.50", None, "n/a"]
    assert texts(frame["decimal"]) == ["2.0", "2", "n/a"]
    assert texts(frame["zNew"]) == ["3.10", "4", "n/a"]


def test_the_columns_of_the_toys() -> None:
    """The tests above need one of numbers, and one that the catalogue lacks."""
    assert Column("number", "number") in TOYS.columns
    assert "new" not in {column.name for column in TOYS.columns}
