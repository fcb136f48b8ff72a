"""Types: every value of every row can be read back from the frame, whatever `dtypes` it was pulled
with.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import re
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
from stnb import catalog
from stnb.account import cards
from stnb.catalog import Column, Endpoint
from stnb.catalog.store import walk
from stnb.errors import BadFilter
from stnb.frame import assemble, decode, sentences, shape_of
from stnb.frame.save import load
from tests.helpers.catalog_columns import leaves
from tests.helpers.sample import of_each, with_all_types

KNOWN = catalog.load()
DESCRIBED = [e for e in KNOWN if e.columns]
ALIKE = [pytest.param(e, id=e.name) for e in with_all_types(DESCRIBED)]
ROWS = 11  # of an example; three examples of all resources are more than 10,000 rows

# -- rows as JSON has them

ODD_TEXTS = [
    "",
    " ",
    "x",
    "null",
    "[]",
    "{}",
    '{"a":1}',
    "5",
    "05",
    "0x1F",
    " 7 ",
    "-0",
    "1e3",
    "12,5",
    "NaN",
    "Infinity",
    "\x00",
    "é\U0001f600",
    "cut \ud83d",
    "0.10",
    "12345678901234567890.123456789",
    "9007199254740993",
    "0001-01-01T00:00:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.9999999Z",
    "9999-12-31T23:59:59-14:00",
    "0000-01-01T00:00:00Z",
    "10000-01-01",
    "2026-02-30",
    "2026-07-01T24:00:00Z",
    "2026-07-01T23:59:60Z",
    "2026-07-01T09:30:00.1234567891Z",
    "2026-07-01T09:30:00.123456789+05:30",
    "2026-07-01 09:30Z",
    "2025-1013",
    "1677-09-21T00:12:43Z",
    "2262-04-11T23:47:17Z",
    "PT1.5H",
    "P1M",
    "P1W",
    "-PT0.5S",
    "-1.02:03:04.5",
    "00:00:61",
    "10675199.02:48:05.4775807",
]
ODD_NUMBERS = [
    0,
    2**53,
    2**53 + 1,
    2**63 - 1,
    2**63,
    -(2**63),
    2**64 - 1,
    10**30,
    Decimal("0.12345678901234567890"),
    Decimal("33.3333333333333333333333333333"),
    Decimal("1E+400"),
    Decimal("9007199254740991.5"),
    Decimal("1.10"),
    Decimal("5.0"),
    Decimal("-0.0000001"),
    Decimal("123456789012.123456"),
    True,
]
SCALARS = (
    some.none()
    | some.booleans()
    | some.integers(-(2**70), 2**70)
    | some.floats(allow_nan=False, allow_infinity=False)
    | some.sampled_from(ODD_NUMBERS)
    | some.sampled_from(ODD_TEXTS)
    | some.text(max_size=4)
)
KEYS = some.sampled_from(
    ["zNew", "größe", "a b", "id2", "x (y)[z]", "", "Id", "\U0001f600", "cut \ud83d"]
)
ANYTHING = some.recursive(
    SCALARS,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(KEYS, inner, max_size=3),
    max_leaves=5,
)


class Maker:
    """Makes rows that keep the promise, but for a share of their values.

    Args:
        seed: rows of one seed are the same.
        wild: the share of values that are of the odd ones.
    """

    def __init__(self, seed: str, wild: float) -> None:
        self.chance, self.wild = random.Random(seed), wild

    def row(self, columns: tuple[Column, ...]) -> dict[str, Any]:
        named = {c.name: self.value(c) for c in columns if self.chance.random() > 0.1}
        return (
            named
            if self.chance.random() < 0.7
            else dict(self.chance.sample(list(named.items()), len(named)))
        )

    def value(self, c: Column) -> Any:
        if self.chance.random() < 0.12:
            return None
        if c.type == "object":
            return self.row(c.children)
        if c.type == "array":
            return [self.value(c.children[0]) for _ in range(self.chance.randrange(3))]
        if self.chance.random() < self.wild:
            return self.chance.choice(
                ODD_NUMBERS
                if c.type in ("integer", "number") or (c.type == "decimal" and not c.text)
                else ODD_TEXTS
            )
        return (
            self.chance.choice([self.scalar(c), 5, {"a": [1]}, [True]])
            if c.type == "any"
            else self.scalar(c)
        )

    def scalar(self, c: Column) -> Any:
        pick, number = self.chance.choice, self.chance.randrange(-(10**6), 10**6)
        moment = dt.datetime(2020, 1, 1) + dt.timedelta(seconds=self.chance.randrange(10**9))
        if c.type == "integer":
            return pick([number, 0, 2**53 + 1, 2**63 - 1, -(2**63), 48213377])
        if c.type in ("decimal", "number"):
            cents = Decimal(number) / 100
            return (
                pick([f"{cents:.2f}", "0.00", ""])
                if c.text
                else pick([cents, number, Decimal("0.1"), 0])
            )
        if c.type == "boolean":
            return pick([True, False])
        if c.type == "date-time":
            return pick(
                [
                    f"{moment.isoformat()}{f}{z}"
                    for f in ("", ".1", ".1234567")
                    for z in ("Z", "", "+02:00")
                ]
            )
        if c.type == "date":
            return moment.date().isoformat() + pick(["", "T00:00:00", "T00:00:00Z"])
        if c.type == "duration":
            return pick(["01:30:00", "1.00:00:00", "-00:00:01.25", "00:00:00.1234567"])
        if c.type == "string" and c.refers:
            return pick([str(number), str(2**53 + 1), ""])
        return pick(
            ["", "text", "5", "null", "[]", "2026-01-01", "é\U0001f600", '"quoted"', *c.values]
        )


def put(chance: random.Random, row: dict[str, Any], odd: Any) -> None:
    """Put an odd value in the place of some other one, at any depth."""
    while row:
        key = chance.choice(list(row))
        inner = row[key]
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            inner = inner[0]
        if not isinstance(inner, dict) or chance.random() < 0.2:
            row[key] = odd
            return
        row = inner


@some.composite
def pages_of(draw: some.DrawFn, endpoint: Endpoint, rows: int = ROWS) -> list[list[dict[str, Any]]]:
    """Two pages of rows: as promised, with gaps and nulls; now and then with strangers, and with
    values of other kinds.
    """
    maker = Maker(
        f"{endpoint.name} {draw(some.integers(0, 2**32))}",
        draw(some.sampled_from([0.005, 0.1, 0.4])),
    )
    chance, made = maker.chance, [maker.row(endpoint.columns) for _ in range(rows)]
    for odd in draw(some.lists(ANYTHING, max_size=6)):
        put(chance, chance.choice(made), odd)
    for key, odd in draw(some.lists(some.tuples(KEYS, ANYTHING), max_size=3)):
        chance.choice(made)[key] = odd
    cut = chance.randrange(rows)
    return [made[:cut], made[cut:]]


def written(value: Any) -> str:
    """JSON, in which decimals are numbers."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value)


def frame_of(
    endpoint: Endpoint, pages: list[list[dict[str, Any]]], dtypes: Any = "typed"
) -> tuple[pd.DataFrame, dict[str, str]]:
    shape = shape_of(endpoint, dtypes)
    parts = [decode(f'{{"data":{written(page)}}}'.encode(), "data", shape) for page in pages]
    frame, drift, _ = assemble(parts, shape)
    return frame, sentences(drift)


# -- back from the frame


def cells_of(series: pd.Series[Any]) -> list[Any]:
    """A column as plain values: None where it is null, times and durations as (unit, count)."""
    if series.dtype.kind in "mM":
        unit = series.dt.unit
        return [
            None if pd.isna(v) else (series.dtype.kind, unit, v.as_unit(unit)._value)
            for v in series
        ]
    return pa.array(series.array, from_pandas=True).to_pylist()  # type: ignore[no-any-return]


def values_of(cells: dict[str, list[Any]], at: int) -> dict[str, Any]:
    """A row as nested objects again; what is null in the frame is left out."""
    row: dict[str, Any] = {}
    for path, column in cells.items():
        if column[at] is not None:
            *above, name = path.split(".")
            inner = row
            for part in above:
                inner = inner.setdefault(part, Inner())
            inner[name] = column[at]
    return row


class Inner(dict[str, Any]):
    """An object whose fields are columns, unlike one that a cell holds."""


class Reader:
    """Compares what was sent with what the frame gives back.

    Attributes:
        wrong: the paths that differ.
    """

    def __init__(self, endpoint: Endpoint, drift: dict[str, str], dtypes: str) -> None:
        self.columns = dict(leaves(endpoint.columns))
        self.drift, self.dtypes = drift, dtypes
        self.wrong: list[str] = []

    def compare(self, sent: dict[str, Any], got: dict[str, Any], above: str = "") -> None:
        sent = {escaped(name): value for name, value in sent.items()}
        for name in {**sent, **got}:
            path, here, there = f"{above}{name}", sent.get(name), got.get(name)
            if isinstance(there, Inner) and isinstance(here, dict):
                self.compare(here, there, f"{path}.")
            elif not (
                self.is_blank(here, path) if there is None else self.is_same(here, there, path)
            ):
                self.wrong.append(f"{path}: {here!r} is {there!r} ({self.drift.get(path)})")

    def is_blank(self, sent: Any, path: str) -> bool:
        """Nothing, an object of nothing, or an empty text where none is due, which is told."""
        if isinstance(sent, dict):
            return all(self.is_blank(v, f"{path}.{k}") for k, v in sent.items())
        if isinstance(sent, str) and not sent.strip():
            return self.is_typed(path) and path in self.drift
        return sent is None

    def is_typed(self, path: str) -> bool:
        """Whether a column's texts mean something else: a number, a truth, a time or an id."""
        c = self.columns.get(path)
        if c is None or self.dtypes == "raw":
            return False
        return c.type in (*TIMES, "decimal", "exact decimal", "integer", "number", "boolean") or (
            c.type == "string" and bool(c.refers)
        )

    def is_same(self, sent: Any, got: Any, path: str) -> bool:
        c, told = self.columns.get(path), path in self.drift
        kind = "unknown" if c is None else c.type
        if c is not None and is_open(c):
            return opened(sent, got, c.type == "array")
        if c is not None and c.type == "enum" and type(sent) is int and not told:
            return got == str(sent) and all(v.lstrip("-").isdecimal() for v in c.values)
        if isinstance(got, tuple):
            at = instant(sent, kind) if isinstance(sent, str) else None
            return at is not None and got[1:] == ("us", at)
        if isinstance(got, str) and (told or not isinstance(sent, str)):
            return told and kept_as_text(sent, got, kind)
        if isinstance(sent, str) and not isinstance(got, str):
            written = str(got) if kind == "string" else None  # an id
            return sent == written or (
                kind == "decimal" and self.is_equal(Decimal(sent.strip()), got, kind)
            )
        return self.is_equal(sent, got, kind) if isinstance(sent, Decimal) else same(sent, got)

    def is_equal(self, sent: Decimal, got: Any, kind: str) -> bool:
        """To the last digit where amounts are decimals."""
        if self.dtypes == "decimal" and kind == "decimal" and isinstance(got, Decimal):
            return sent == got
        return same(sent, got) and not (self.dtypes == "decimal" and kind == "decimal")


def is_open(c: Column) -> bool:
    return c.type == "any" or (c.type == "array" and c.children[0].type == "any")


def opened(sent: Any, got: Any, array: bool) -> bool:
    """Text for anything: one a value, or one an element."""
    if array:
        sent = sent if isinstance(sent, list) else [sent]
        return len(sent) == len(got) and all(
            t is None if v is None else opened(v, t, False) for v, t in zip(sent, got, strict=True)
        )
    return got == (escaped(sent) if isinstance(sent, str) else escaped(shortest(sent)))


def shortest(value: Any) -> str:
    """JSON without blanks; a number with a point as Python writes it."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{shortest(k)}:{shortest(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(shortest, value)) + "]"
    digits = isinstance(value, Decimal) and Decimal(repr(float(value))) != value
    return (
        str(value)
        if digits
        else json.dumps(float(value) if isinstance(value, Decimal) else value, ensure_ascii=False)
    )


def parsed(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def escaped(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def kept_as_text(sent: Any, got: str, kind: str) -> bool:
    """The text as sent, or JSON; where another page made it text, the typed value in words."""
    if isinstance(sent, str):
        return (
            got == escaped(sent)
            or (kind in TIMES and again(sent, got, kind))
            or (kind in NUMBERS and equal_numbers(sent, got))
        )
    return same(sent, parsed(got))


TIMES, NUMBERS = ("date-time", "date", "duration"), ("decimal", "string")


def again(sent: str, got: str, kind: str) -> bool:
    one, other = instant(sent, kind), instant(got, kind)
    return one is not None and one == other


def equal_numbers(one: str, other: str) -> bool:
    try:
        return Decimal(one.strip()) == Decimal(other)
    except ArithmeticError:
        return False


def number(value: Any) -> Decimal:
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def same(sent: Any, got: Any) -> bool:
    """Equal as JSON; null and absent are one."""
    if sent is None or got is None:
        return (sent is None and got is None) or (
            isinstance(got or sent, dict) and not any(v is not None for v in (got or sent).values())
        )
    if isinstance(sent, dict) and isinstance(got, dict):
        return all(same(sent.get(k), got.get(k)) for k in {**sent, **got})
    if isinstance(sent, list) and isinstance(got, list):
        return len(sent) == len(got) and all(map(same, sent, got))
    if (
        isinstance(sent, bool)
        or isinstance(got, bool)
        or isinstance(sent, str)
        or isinstance(got, str)
    ):
        return type(sent) is type(got) and bool(sent == got)
    return (
        isinstance(sent, int | float | Decimal)
        and isinstance(got, int | float | Decimal)
        and equal(sent, got)
    )


def equal(sent: float | Decimal, got: float | Decimal) -> bool:
    """The same number; of one with a point and more than 15 digits a float has the nearest."""
    rounded = (
        isinstance(sent, Decimal) and len(sent.as_tuple().digits) > 15 and float(sent) == float(got)
    )
    return number(sent) == number(got) or rounded


CLOCK = re.compile(r"(-)?(?:(\d+)\.)?(\d+):(\d\d)(?::(\d\d)(?:\.(\d+))?)?")
ISO = re.compile(
    r"(-)?P(?:(\d+)W)?(?:(-?\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?"
)
MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?)?(Z|[+-]\d\d:?\d\d)?"
)


def instant(text: str, kind: str) -> int | None:
    """Microseconds since 1970, or of a duration, read without the code that is tested; further
    digits are cut, and a date keeps its own day.
    """
    if kind == "duration":
        if found := CLOCK.fullmatch(text):
            sign, d, h, m, s, f = found.groups()
            whole = ((int(d or 0) * 24 + int(h)) * 60 + int(m)) * 60 + int(s or 0)
        elif found := ISO.fullmatch(text):
            sign, w, d, h, m, s, f = found.groups()
            whole = (
                ((int(w or 0) * 7 + int(d or 0)) * 24 + int(h or 0)) * 60 + int(m or 0)
            ) * 60 + int(s or 0)
        else:
            return None
        return (-1 if sign else 1) * (whole * 10**6 + int((f or "")[:6].ljust(6, "0")))
    if not (found := MOMENT.fullmatch(text)):
        return None
    *parts, f, zone = found.groups()
    numbers = [int(p or 0) for p in parts]
    away = (
        0
        if kind == "date" or zone in (None, "Z")
        else int(f"{zone[0]}1") * (int(zone[1:3]) * 3600 + int(zone[-2:]) * 60)
    )
    whole = dt.datetime(*numbers) - dt.datetime(1970, 1, 1)  # type: ignore[arg-type]
    return ((whole.days * 86400 + whole.seconds) - away) * 10**6 + int((f or "")[:6].ljust(6, "0"))


@pytest.mark.parametrize("endpoint", ALIKE)
@settings(max_examples=3)
@given(data=some.data())
def test_every_value_can_be_read_back(endpoint: Endpoint, data: some.DataObject) -> None:
    """Rows with nulls, gaps, strangers, other kinds, huge ids and odd dates: none is lost, none is
    invented, none crashes.
    """
    check(endpoint, data.draw(pages_of(endpoint)), "typed")


@pytest.mark.parametrize(
    ("endpoint", "dtypes"),
    of_each(with_all_types(DESCRIBED), ["decimal", "raw"]),
    ids=lambda value: getattr(value, "name", value),
)
@settings(max_examples=2)
@given(data=some.data())
def test_every_value_can_be_read_back_as_decimals_and_raw(
    endpoint: Endpoint, dtypes: str, data: some.DataObject
) -> None:
    """The same where amounts are decimals, and where everything is as it was sent."""
    check(endpoint, data.draw(pages_of(endpoint)), dtypes)


def check(endpoint: Endpoint, pages: list[list[dict[str, Any]]], dtypes: str) -> None:
    rows = [row for page in pages for row in page]

    frame, drift = frame_of(endpoint, pages, dtypes)

    assert len(frame) == len(rows)
    cells, reader = (
        {str(name): cells_of(frame[name]) for name in frame},
        Reader(endpoint, drift, dtypes),
    )
    for at, row in enumerate(rows):
        reader.compare(row, values_of(cells, at))
    assert not reader.wrong, "\n".join(reader.wrong)


# -- decimals


def column(
    endpoint: Endpoint, name: str, *texts: str, dtypes: Any = "decimal"
) -> tuple[list[Any], str, str]:
    """Values of one column as JSON texts, a page each -> as the frame has them, their dtype, and
    what is told.
    """
    shape = shape_of(endpoint, dtypes)
    parts = [decode(f'{{"data":[{{"{name}":{text}}}]}}'.encode(), "data", shape) for text in texts]
    frame, drift, _ = assemble(parts, shape)
    return cells_of(frame[name]), str(frame[name].dtype), sentences(drift).get(name, "")


JOBS, PAYMENTS, INVOICES = (
    KNOWN["jpm.jobs"],
    KNOWN["accounting.payments"],
    KNOWN["accounting.invoices"],
)
EXACT, WIDE = "decimal128(18, 6)[pyarrow]", "decimal256(76, 38)[pyarrow]"


@pytest.mark.parametrize(
    ("name", "texts", "dtype", "told"),
    [
        ("total", ["0.1", "0.2", "5", "null", "-1e2"], EXACT, ""),
        ("total", ["123456789012.123456"], EXACT, ""),
        (
            "total",
            ["0.1", "33.3333333333333333333333333333"],
            WIDE,
            "in 1 row; kept as wider decimals",
        ),
        (
            "total",
            ["0.1", "9007199254740993", "1234567890123456789"],
            WIDE,
            "in 2 rows; kept as wider decimals",
        ),
        ("total", ["1e-40", "0.1"], "str", "no exact decimal in 1 row; kept as text"),
        ("total", ["1E+60", "true", "0.1"], "str", "no exact decimal in"),
    ],
)
@pytest.mark.parametrize("quoted", [False, True])
def test_amounts_are_exact(
    name: str, texts: list[str], dtype: str, told: str, quoted: bool
) -> None:
    """Sent as numbers or as texts, to the last digit; wider where one needs that, and text where
    none holds it.
    """
    sent = [json.dumps(t) if quoted and t != "null" else t for t in texts]

    values, found, drift = column(PAYMENTS if quoted else JOBS, name, *sent)

    assert found == dtype
    assert told in drift if told else drift == ""
    for text, value in zip(texts, values, strict=True):
        assert (
            (value is None)
            if text == "null"
            else (text == value if text == "true" else Decimal(text) == Decimal(value))
        )


def test_amounts_add_up_where_floats_do_not() -> None:
    """0.1 three times is 0.3; products, quotients and groups are decimals too."""
    frame, _ = frame_of(
        JOBS, [[{"total": Decimal("0.1"), "jobStatus": "Completed"}] * 3], "decimal"
    )

    assert frame["total"].sum() == Decimal("0.3")
    assert frame.groupby("jobStatus")["total"].sum()["Completed"] == Decimal("0.3")
    assert (frame["total"] * 3).tolist() == [Decimal("0.3")] * 3
    assert (frame["total"] * frame["total"]).tolist() == [Decimal("0.01")] * 3
    assert (frame["total"] / 4).tolist() == [Decimal("0.025")] * 3
    assert ((frame["total"] > 0) & (frame["total"] == Decimal("0.1"))).all()


def test_amounts_inside_lists_are_exact_too() -> None:
    """Numbers as decimals; those sent as text stay text until `children` opens the list."""
    frame, drift = frame_of(
        KNOWN["sales.estimates"], [[{"items": [{"qty": Decimal("0.1"), "total": 5}]}]], "decimal"
    )

    assert drift == {}
    assert frame["items"][0][0]["total"] == Decimal(5)
    assert "decimal" in str(frame["items"].dtype)
    frame, _ = frame_of(INVOICES, [[{"items": [{"id": 1, "total": "0.10"}]}]], "decimal")
    assert frame["items"][0][0]["total"] == "0.10"


@pytest.mark.parametrize("digits", [13, 18, 30, 39])
def test_no_amount_has_more_digits_than_its_type(digits: int, tmp_path: Path) -> None:
    """A whole number of any size, in a column and in a list: a file gives back what was sent."""
    amount = int("9" * digits)
    frame, drift = frame_of(
        KNOWN["sales.estimates"], [[{"subtotal": amount, "items": [{"total": amount}]}]], "decimal"
    )
    frame.to_parquet(tmp_path / "x.parquet")

    again = load(tmp_path / "x.parquet")

    assert Decimal(again["subtotal"][0]) == amount
    assert (parsed(again["items"][0]) if isinstance(again["items"][0], str) else again["items"][0])[
        0
    ]["total"] == amount
    assert set(drift) == {"subtotal", "items"}
    for name in frame:
        pa.array(frame[name].array).validate(full=True)


# -- raw


def test_raw_values_are_as_sent() -> None:
    """Texts stay texts, with every digit and zone; numbers and booleans are what JSON has."""
    row = {
        "id": 1,
        "typeId": "5",
        "total": "10.50",
        "date": "2026-07-01T00:00:00",
        "createdOn": "2026-07-01T09:30:00.10+02:00",
        "active": True,
    }
    frame, drift = frame_of(PAYMENTS, [[row]], "raw")

    assert {k: frame[k][0] for k in row} == row
    assert {k: str(frame[k].dtype) for k in row} == {
        "id": "Int64",
        "typeId": "str",
        "total": "str",
        "date": "str",
        "createdOn": "str",
        "active": "boolean",
    }
    assert drift == {}
    assert str(frame_of(JOBS, [[{"total": 5}]], "raw")[0]["total"].dtype) == "Float64"


# -- ids that are sent as text


@pytest.mark.parametrize(
    ("texts", "values", "told"),
    [
        (['"5"', '"-7"', "null", '"9223372036854775807"'], [5, -7, None, 2**63 - 1], ""),
        (['"5"', '""'], [5, None], "holds empty texts in 1 row; missing values here"),
        (["5", "null"], [5, None], ""),
        (['"5"', "6"], [5, 6], ""),
        (['"5"', '"cash"'], ["5", "cash"], "no whole number in 1 row; kept as text"),
        (['"05"'], ["05"], "no whole number in 1 row"),
        (['"0x1F"'], ["0x1F"], "no whole number in 1 row"),
        (
            ['"9223372036854775808"', "1.5", "true"],
            ["9223372036854775808", "1.5", "true"],
            "no whole number in 3 rows",
        ),
    ],
)
def test_ids_sent_as_text_become_numbers(texts: list[str], values: list[Any], told: str) -> None:
    """Where each is a whole number as JSON writes it; else the column is the text as sent, and that
    is told.
    """
    found, dtype, drift = column(PAYMENTS, "typeId", *texts, dtypes="typed")

    assert found == values
    assert dtype == ("Int64" if isinstance(values[0], int) else "str")
    assert told in drift if told else drift == ""


def test_a_text_leads_only_to_ids_that_are_numbers() -> None:
    """Over the whole catalogue: whatever text leads somewhere is cast, and there the id is a
    number.
    """
    led = {
        (e.name, path, c.refers)
        for e in KNOWN
        for path, c in walk(e.columns)
        if c.type == "string" and c.refers
    }

    assert ("accounting.payments", "typeId", "accounting.payment_types") in led
    for _, _, target in led:
        assert (
            target == "users"
            or next(c.type for c in KNOWN[str(target)].columns if c.name == "id") == "integer"
        )
    told = cards.columns(PAYMENTS).set_index("name")["dtype"]
    assert (told["typeId"], told["memo"]) == ("Int64", "str")


# -- what is odd


@pytest.mark.parametrize(
    "text", ["PT1.5H", "P1M", "P1Y", "PT", "P", "1:2", "\u0661:00", "PT0.1234567891S"]
)
def test_spans_without_a_length_stay_text(text: str) -> None:
    """Months and years have none, and a fraction of an hour is read wrong by others."""
    e = KNOWN["settings.technicians"]
    name = next(c.name for c in e.columns if c.type == "duration")

    assert column(e, name, json.dumps(text), dtypes="typed")[:2] == ([text], "str")
    assert column(e, name, '"PT1H0.5S"', '"P1W"', dtypes="typed")[0] == [
        ("m", "us", 3600500000),
        ("m", "us", 604800000000),
    ]


@pytest.mark.parametrize(
    "text", ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_times_outside_the_calendar_stay_text(text: str) -> None:
    """A frame that holds one could not be shown."""
    values, dtype, told = column(JOBS, "createdOn", json.dumps(text), dtypes="typed")

    assert (values, dtype) == ([text], "str")
    assert "no date-time in 1 row" in told


def test_numbers_that_no_float_holds_are_kept_as_written() -> None:
    """Where a column becomes text, and where the documents promise nothing."""
    e, name = next(
        (e, path) for e in KNOWN for path, c in leaves(e.columns) if is_open(c) and "." not in path
    )

    assert column(JOBS, "id", "1E+400", "0.12345678901234567890", dtypes="typed")[0] == [
        "1E+400",
        "0.12345678901234567890",
    ]
    assert column(e, name, "[0.12345678901234567890,1.5]", dtypes="typed")[0] == [
        ["0.12345678901234567890", "1.5"]
    ]


# -- files


@pytest.mark.parametrize("dtypes", ["typed", "decimal", "raw"])
def test_empty_frames_survive_a_file(dtypes: Any, tmp_path: Path) -> None:
    """Of every resource, those of the same columns once: dtypes and provenance are the same behind
    Parquet. In the quick round of resources that have each type between them.
    """
    alike = {
        tuple((leaf.path, leaf.column) for leaf in shape_of(e, dtypes).leaves): e for e in KNOWN
    }
    for endpoint in with_all_types(list(alike.values())):
        frame, _, _ = assemble([], shape_of(endpoint, dtypes))
        frame.attrs["stnb"] = {"resource": endpoint.name, "dtypes": dtypes}
        frame.to_parquet(tmp_path / "x.parquet")

        again = load(tmp_path / "x.parquet")

        assert again.dtypes.to_dict() == frame.dtypes.to_dict(), endpoint.name
        assert again.attrs == frame.attrs


@pytest.mark.parametrize("dtypes", ["typed", "decimal", "raw"])
@pytest.mark.parametrize(
    "name",
    [
        "jpm.jobs",
        "accounting.invoices",
        "sales.estimates",
        "forms.submissions",
        "inventory.purchase_orders",
    ],
)
def test_full_frames_survive_a_file(name: str, dtypes: Any, tmp_path: Path) -> None:
    """With strangers whose names are not plain, decimals inside lists, and nulls."""
    maker = Maker(name, 0.0)
    rows = [{**maker.row(KNOWN[name].columns), "new": [{"x (y)[z]": at}]} for at in range(20)]
    frame, _ = frame_of(KNOWN[name], [rows], dtypes)
    frame.to_parquet(tmp_path / "x.parquet")

    again = load(tmp_path / "x.parquet")

    assert again.dtypes.to_dict() == frame.dtypes.to_dict()
    assert pa.Table.from_pandas(again).equals(pa.Table.from_pandas(frame))
    if dtypes != "decimal":
        assert pd.read_parquet(tmp_path / "x.parquet").dtypes.to_dict() == frame.dtypes.to_dict()


# -- pulls


@pytest.fixture(scope="module")
def demo() -> stnb.Account:
    return stnb.demo(scale=0.015)


def test_a_pull_takes_dtypes(demo: stnb.Account, tmp_path: Path) -> None:
    """With columns, into files and page by page alike; the frame says which."""
    given: dict[str, Any] = {"columns": ["total", "typeId"], "limit": 30, "activeState": "All"}
    pull = demo.accounting.payments.pull
    typed, exact, raw = pull(**given), pull(dtypes="decimal", **given), pull(dtypes="raw", **given)

    assert [str(f["total"].dtype) for f in (typed, exact, raw)] == ["Float64", EXACT, "str"]
    assert [str(f["typeId"].dtype) for f in (typed, exact, raw)] == ["Int64", "Int64", "str"]
    assert [f.attrs["stnb"]["dtypes"] for f in (typed, exact, raw)] == ["typed", "decimal", "raw"]
    assert exact["total"].tolist() == [Decimal(t) for t in raw["total"]]
    for dtypes, frame in (("decimal", exact), ("raw", raw)):
        path = pull(dtypes=dtypes, to=tmp_path, **given)
        pd.testing.assert_frame_equal(load(path), frame)
        run = demo.accounting.payments.start(dtypes=dtypes, to=tmp_path / "again.parquet", **given)
        pd.testing.assert_frame_equal(run.wait(), frame)
        assert pq.read_schema(path).field("total").type == (
            pa.decimal128(18, 6) if dtypes == "decimal" else pa.string()
        )
        pages = list(demo.accounting.payments.pages(dtypes=dtypes, page_size=10, **given))
        assert [len(page) for page in pages] == [10, 10, 10]
        assert pages[0].dtypes.equals(frame.dtypes)
    assert demo.accounting.payments.head(1, dtypes="raw", activeState="All")["total"].dtype == "str"


@pytest.mark.parametrize(
    ("name", "dtypes", "words"),
    [
        ("jpm.jobs", "Decimal", 'It is "typed"'),
        ("jpm.jobs", ["raw"], 'It is "typed"'),
        ("reporting.report_category.reports.data", "decimal", "none that is an amount"),
        ("forms.jobs.attachment", "decimal", "none that is an amount"),
    ],
)
def test_dtypes_that_do_not_fit_are_refused(
    demo: stnb.Account, name: str, dtypes: Any, words: str
) -> None:
    """Before anything is sent."""
    with pytest.raises(BadFilter) as err:
        demo[name].pull(dtypes=dtypes)

    assert words in err.value.why
