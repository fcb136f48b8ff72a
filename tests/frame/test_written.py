"""What was sent for times and numbers comes back by how it was written, without its texts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stnb.catalog import Column, Endpoint
from stnb.frame import Decoded, Dtypes, assemble, decode, shape_of
from stnb.frame import sent as sending
from stnb.frame.assemble import joined
from stnb.frame.original import Original
from stnb.frame.packed import LARGE
from stnb.frame.united import TENANT, united
from stnb.frame.written import Numbers, Times, written
from stnb.pull.store.disk import Disk
from stnb.pull.store.memory import Assembly
from tests.helpers.sample import tries

COLUMNS = (
    Column("id", "integer"),
    Column("moment", "date-time"),
    Column("day", "date"),
    Column("amount", "decimal", text=True),
    Column("owner", "string", refers="crm.customers"),
)
TOYS = Endpoint("toys.written", "toys", "/toys", "list", make_columns=lambda: COLUMNS)
NAMES = [column.name for column in COLUMNS[1:]]
ODD = "soon"

Texts = Sequence[str | None]


@pytest.fixture(autouse=True)
def as_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of few rows are kept as large ones are."""
    monkeypatch.setattr(sending, "LARGE", 0)


def page(texts: Texts, start: int = 0, dtypes: Dtypes = "typed") -> Decoded:
    """Rows whose every column but the id has the text."""
    rows = [{"id": at, **dict.fromkeys(NAMES, text)} for at, text in enumerate(texts, start)]
    return decode(json.dumps(rows).encode(), "bare", shape_of(TOYS, dtypes))


def column(name: str, texts: Texts) -> Decoded:
    """A page whose rows have this column."""
    return decode(json.dumps([{name: text} for text in texts]).encode(), "bare", shape_of(TOYS))


def listed(values: pd.Series) -> list[str | None]:  # type: ignore[type-arg]
    return [None if pd.isna(value) else value for value in values]


# -- which columns are kept so


SAID = [
    ("moment", ["2026-10-01T07:00:00.1234567Z", None, "1969-12-31T23:59:59.5Z"], Times("Z", None)),
    ("moment", ["2026-10-01T07:00:00Z", "2026-10-01T07:00:01Z"], Times("Z", 0)),
    ("moment", ["2026-10-01T07:00:00.1000000Z", "2026-10-01T07:00:00.0000000Z"], Times("Z", 7)),
    ("moment", ["2026-10-01T07:00:00.120", None], Times("", 3)),
    ("day", ["2026-10-01T00:00:00", "1850-01-01T00:00:00"], Times("", 0)),
    ("day", ["2026-10-01T00:00:00Z"], Times("Z", 0)),
    ("amount", ["12.50", None, "-0.05"], Numbers(2)),
    ("amount", ["12", "0"], Numbers(0)),
    ("amount", ["1234567.0000"], Numbers(4)),
    ("owner", ["7", None, "-12"], Numbers(0)),
]


@pytest.mark.parametrize(("name", "texts", "how"), SAID)
def test_no_text_is_kept_of_what_the_values_say(
    name: str, texts: list[str | None], how: Times | Numbers
) -> None:
    """In each form that the API sends; of a time, the seventh digit alone."""
    sent = column(name, texts).sent

    found = sent.written[name]
    assert dict(sent.texts) == {}
    if isinstance(how, Times):
        assert isinstance(found, Times)
        assert (found.end, found.digits) == (how.end, how.digits)
    else:
        assert found == how


def test_the_seventh_digit_alone_is_kept() -> None:
    """A value has six, and where all the seventh ones are zero, there is nothing to keep."""
    texts = ["2026-10-01T07:00:00.1234567Z", None, "2026-10-01T07:00:00.1234560Z"]
    found = column("moment", texts).sent.written["moment"]
    assert isinstance(found, Times)
    assert found.ticks is not None
    assert found.ticks.to_pylist() == [7, None, 0]

    found = column("moment", texts[1:]).sent.written["moment"]
    assert isinstance(found, Times)
    assert found.ticks is None


UNSAID = [
    ("moment", ["2026-10-01T07:00:00+00:00"]),
    ("moment", ["2026-10-01T07:00:00.12345678Z"]),  # digits that no value has
    ("moment", ["2026-10-01T07:00:00Z", "2026-10-01T07:00:00"]),
    ("moment", ["2026-10-01T07:00:00.10Z", "2026-10-01T07:00:00.1Z"]),
    ("moment", ["2026-10-01 07:00:00Z"]),
    ("moment", ["0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z"]),  # no type of Arrow has all ticks
    ("moment", ["2026-10-01T07:00:00Z", ""]),
    ("day", ["2026-10-01"]),
    ("day", ["2026-10-01T00:00:00-07:00"]),
    ("amount", ["12.50", "12.5"]),
    ("amount", [" 12.50"]),
    ("amount", ["1e3"]),
    ("amount", ["-0.00"]),
    ("amount", ["12.50", ""]),
]


@pytest.mark.parametrize(("name", "texts"), UNSAID)
def test_any_other_text_is_kept(name: str, texts: list[str | None]) -> None:
    """Each as it was sent."""
    sent = column(name, texts).sent

    assert dict(sent.written) == {}
    assert sent.texts[name].to_pylist() == texts


def test_a_column_without_a_text_keeps_nothing() -> None:
    """Null is read back from the missing value."""
    sent = column("amount", [None, None]).sent
    assert (dict(sent.texts), dict(sent.written)) == ({}, {})


def test_texts_of_a_column_that_the_table_lacks_are_kept() -> None:
    """There are no values that could say them."""
    texts = pa.array(["12.50"])
    sent = sending.sent_of({"amount": texts}, pa.table({"id": [1]}), None)

    assert sent.texts["amount"].equals(texts)
    assert dict(sent.written) == {}


def test_large_numbers_keep_their_text() -> None:
    """As floats, which they may become, they would be others."""
    assert written(pa.array(["9007199254740993"]), pa.array([2**53 + 1])) is None
    assert written(pa.array(["9007199254740991"]), pa.array([2**53 - 1])) == Numbers(0)


def test_a_small_page_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """To look at it would take longer than it is worth."""
    monkeypatch.setattr(sending, "LARGE", LARGE)
    sent = column("moment", ["2026-10-01T07:00:00Z"]).sent

    assert dict(sent.written) == {}
    assert sent.texts["moment"].to_pylist() == ["2026-10-01T07:00:00Z"]


# -- what comes back


days = some.sampled_from(["2026-10-01", "1969-12-31", "1700-02-28", "0001-01-01", "9999-12-31"])
clocks = some.sampled_from(["T00:00:00", "T23:59:59", "T07:05:00"])
fractions = some.sampled_from(["", ".1", ".120", ".0000000", ".1234567", ".9999999", ".123456789"])
ends = some.sampled_from(["Z", "", "+00:00", "-07:00"])
moments = some.builds("".join, some.tuples(days, clocks, fractions, ends))
numbers = some.decimals(-(10**12), 10**12, places=2).map(str) | some.integers(-9, 9**17).map(str)
others = some.sampled_from(["", " ", "-0", "-0.00", "007", "1e3", " 7 ", "12.5", "n/a"])
pages = some.lists(
    some.one_of(
        some.lists(some.one_of(kind, some.none()), min_size=1, max_size=5)
        for kind in (moments, moments.map(lambda text: text[:19] + "Z"), numbers, others)
    ),
    min_size=1,
    max_size=4,
)
like_the_rest = settings(max_examples=tries(80), derandomize=True, deadline=None)


def of_pages(texts: Sequence[Texts], dtypes: Dtypes = "typed") -> list[Decoded]:
    """A page for each list, and one whose text fits no type."""
    parts, start = [], 0
    for each in [*texts, [ODD]]:
        parts.append(page(each, start, dtypes))
        start += len(each)
    return parts


@like_the_rest
@given(pages, some.sampled_from(["typed", "decimal"]), some.booleans())
def test_any_texts_come_back_as_they_were_sent(
    texts: list[list[str | None]], dtypes: Dtypes, as_one: bool
) -> None:
    """If a later page makes text of the column, also where pages were put together before."""
    shape = shape_of(TOYS, dtypes)
    parts = of_pages(texts, dtypes)
    if as_one:
        parts = [joined(parts[:-1], shape), parts[-1]]
    frame, _, _ = assemble(parts, shape)

    wanted = [text for each in texts for text in each]
    for name in NAMES:
        assert listed(frame[name]) == [*wanted, ODD], name


@like_the_rest
@given(pages)
def test_any_texts_of_a_tenant_come_back(texts: list[list[str | None]]) -> None:
    """If another tenant makes text of the column, for the rows that there are, in their order."""
    shape = shape_of(TOYS)
    kept: list[Original] = []
    frame, _, _ = assemble(of_pages(texts)[:-1], shape, original=kept)
    order = np.random.default_rng(len(frame)).permutation(len(frame))[: len(frame) // 2 + 1]
    rows = frame.iloc[order].reset_index(drop=True)
    other: list[Original] = []
    odd, _, _ = assemble([page([ODD])], shape, original=other)
    df, _ = united({"a": rows, "b": odd}, {"a": kept[0].take(order), "b": other[0]})

    sent = [text for each in texts for text in each]
    own = df[df[TENANT] == "a"]
    for name in NAMES:
        assert listed(own[name]) == [sent[at] for at in order], name


def test_pages_on_the_disk_have_them_too(tmp_path: Path) -> None:
    """A file of pages holds the texts, whatever the values say."""
    sent = ["2026-10-01T07:00:00.1234567Z", None, "2026-10-01T07:00:00Z"]
    shape = shape_of(TOYS)
    store = Disk(tmp_path / "x.parquet", {"resource": TOYS.name}, shape)
    for place, part in enumerate([column("moment", sent), column("moment", [ODD])]):
        store.put(place, part, None)
    assert listed(assemble(store.read(), shape)[0]["moment"]) == [*sent, ODD]

    store.finish(Assembly((), None, "newest", lambda rows, *others: {"rows": rows}))
    assert listed(pd.read_parquet(tmp_path / "x.parquet")["moment"]) == [*sent, ODD]


def test_rows_that_are_picked_take_their_digits_along() -> None:
    """As those of one parent out of a feed, in their order."""
    sent = [f"2026-10-01T07:00:00.123456{digit}Z" for digit in range(10)]
    whole = column("moment", sent)
    at = pa.array([7, 0, 3], pa.uint64())
    picked = Decoded(whole.table.take(at), whole.drift, whole.careful, whole.sent.take(at))
    frame, _, _ = assemble([picked, column("moment", [ODD])], shape_of(TOYS))

    assert listed(frame["moment"]) == [sent[7], sent[0], sent[3], ODD]
