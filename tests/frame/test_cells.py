"""CSV and JSON: what is read back is what was in the frame, whatever it was."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import re
import struct
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from stnb.errors import BadFilter
from stnb.frame import cells, csv_file, json_file
from tests.helpers.sample import tries

UTC = dt.UTC
TEXTS = some.text(some.characters(codec=None), max_size=20)  # halves of surrogate pairs too
FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999  # microseconds of years 1 to 9999


def csv_rows(frame: pd.DataFrame) -> list[list[str]]:
    """What any reader of CSV finds, header first."""
    file = io.BytesIO()
    csv_file.write(frame, file)
    return list(csv.reader(io.StringIO(file.getvalue().decode(), newline="")))


def csv_column(values: Any) -> list[str]:
    frame = pd.DataFrame({"x": values, "n": 1})
    return [row[0] for row in csv_rows(frame)[1:]]


def json_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """What an exact reader of JSON finds."""
    file = io.BytesIO()
    json_file.write(frame, file)
    found: list[dict[str, Any]] = json.loads(
        file.getvalue(), parse_float=Decimal, parse_constant=refuse
    )
    return found


def json_column(values: Any) -> list[Any]:
    return [record["x"] for record in json_records(pd.DataFrame({"x": values}))]


def refuse(word: str) -> None:
    raise AssertionError(f"{word} is no JSON")


def escaped(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


# -- numbers


@given(some.lists(some.floats(), min_size=1))
@example([1.2e-12, 1e22, 5e-324, 1.7976931348623157e308, -0.0])
def test_every_digit_of_a_number_is_kept(numbers: list[float]) -> None:
    """In CSV and in JSON; what is infinite is said so, and nan is a missing value."""
    texts, values = csv_column(pd.array(numbers, "Float64")), json_column(numbers)

    for number, text, value in zip(numbers, texts, values, strict=True):
        if math.isnan(number):
            assert (text, value) == ("", None)
        else:
            assert struct.pack("d", float(text)) == struct.pack("d", number)
            assert struct.pack("d", float(value)) == struct.pack("d", number)


@given(some.lists(some.one_of(some.none(), some.integers(-(2**63), 2**63 - 1)), min_size=1))
def test_whole_numbers_stay_whole(numbers: list[int | None]) -> None:
    """Also beside missing ones, and with 19 digits."""
    values = pd.array(numbers, "Int64")

    assert csv_column(values) == ["" if n is None else str(n) for n in numbers]
    assert json_column(values) == numbers


@given(
    some.lists(
        some.decimals(allow_nan=False, allow_infinity=False, places=6).filter(
            lambda d: abs(d) < 10**12
        ),
        min_size=1,
    )
)
@example([Decimal("123456789012.123456"), Decimal("-0.000001"), Decimal("100")])
def test_decimals_are_exact(numbers: list[Decimal]) -> None:
    """Those of a pull, and Python's own."""
    for values in (
        pd.Series(numbers, dtype=pd.ArrowDtype(pa.decimal128(18, 6))),
        pd.Series(numbers, dtype=object),
    ):
        assert [Decimal(text) for text in csv_column(values)] == numbers
        assert [Decimal(value) for value in json_column(values)] == numbers


@pytest.mark.parametrize("text", ["1E+400", "-1E-400", "12345678901234567.89", "0E-38", "1E+2"])
def test_a_decimal_of_any_size_is_a_number(text: str) -> None:
    """A float holds none of these as it is written."""
    assert Decimal(csv_column([Decimal(text)])[0]) == Decimal(text)
    file = io.BytesIO()
    json_file.write(pd.DataFrame({"x": [Decimal(text)]}), file)
    assert json.loads(file.getvalue(), parse_float=Decimal, parse_int=Decimal) == [
        {"x": Decimal(text)}
    ]


# -- times


TIME = re.compile(r"(\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?)?)(Z|[+-][\d:]+)?")


def microseconds(text: str) -> int:
    """The moment that ISO 8601 writes, counted from 1970."""
    found = TIME.fullmatch(text)
    assert found
    local, offset = found.groups()
    ahead = 0
    if offset and offset != "Z":
        hours, minutes, *seconds = map(int, offset[1:].split(":"))
        ahead = (hours * 60 + minutes) * 60 + sum(seconds)
        if offset.startswith("-"):
            ahead = -ahead
    return int(np.datetime64(local, "us").astype("int64")) - ahead * 10**6


@pytest.mark.parametrize("zone", [None, "UTC", "America/Phoenix", "Asia/Kathmandu"])
@settings(max_examples=tries(50))
@given(counts=some.lists(some.one_of(some.none(), some.integers(FIRST, LAST)), min_size=1))
@example(counts=[FIRST, LAST])
@example(counts=[0, 1])
@example(counts=[None])
def test_moments_come_back(zone: str | None, counts: list[int | None]) -> None:
    """In each zone, and without one, from the year 1 to 9999; all of a column have one form."""
    numbers = [np.iinfo("int64").min if count is None else count for count in counts]
    times = pd.Series(np.array(numbers).astype("M8[us]"))
    if zone:
        times = times.dt.tz_localize("UTC").astype(f"datetime64[us, {zone}]")

    texts = csv_column(times)

    assert [text or None for text in texts] == json_column(times)
    assert [microseconds(text) if text else None for text in texts] == counts
    assert len({("." in text, "T" in text, "Z" in text) for text in texts if text}) <= 1


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (
            pd.to_datetime(["2026-07-01T09:30:00Z", "2026-07-01T09:30:00.5Z"], format="ISO8601"),
            ["2026-07-01T09:30:00.000000Z", "2026-07-01T09:30:00.500000Z"],
        ),
        (
            pd.to_datetime(["2026-01-01T12:00Z", "2026-07-01T12:00Z"]).tz_convert("Europe/Berlin"),
            ["2026-01-01T13:00:00+01:00", "2026-07-01T14:00:00+02:00"],
        ),
        (pd.to_datetime(["2026-07-01", None]), ["2026-07-01", ""]),
        (
            pd.to_datetime(["2026-07-01", "2026-07-02T10:00"], format="ISO8601"),
            ["2026-07-01T00:00:00", "2026-07-02T10:00:00"],
        ),
        (
            pd.Series([1], dtype="int64").astype("M8[ns]"),
            ["1970-01-01T00:00:00.000000001"],
        ),
        ([dt.date(1, 1, 1), dt.date(9999, 12, 31)], ["0001-01-01", "9999-12-31"]),
        (
            pd.Series(
                [dt.datetime(9999, 12, 31, 23, tzinfo=UTC)], dtype="datetime64[us, UTC]"
            ).dt.tz_convert("America/Phoenix"),
            ["9999-12-31T16:00:00-07:00"],
        ),
        (pd.to_timedelta(["26h", "90s"]), ["26:00:00", "00:01:30"]),
        (pd.to_timedelta(["-1s", "1us"]), ["-00:00:01.000000", "00:00:00.000001"]),
    ],
)
def test_a_column_of_times_has_one_form(values: Any, texts: list[str]) -> None:
    """A fraction stands in all rows or in none, an offset only if there is a zone."""
    assert csv_column(values) == texts
    assert [value or "" for value in json_column(values)] == texts


@given(some.lists(some.integers(-(2**62), 2**62), min_size=1))
def test_durations_come_back(counts: list[int]) -> None:
    """Hours count beyond a day, and a negative one is no formula."""
    for text, count in zip(csv_column(np.array(counts, "m8[us]")), counts, strict=True):
        hours, minutes, seconds = text.removeprefix("-").split(":")
        total = (int(hours) * 60 + int(minutes)) * 60 + Decimal(seconds)
        assert total * 10**6 == abs(count)
        assert text.startswith("-") == (count < 0)


# -- texts, lists


@given(some.lists(TEXTS, min_size=1))
@example(["a\rb", 'a"b', "a,b", "a\nb", "\ud83d", "\x00\x1b", "", "a\r\nb"])
def test_texts_come_back(texts: list[str]) -> None:
    """With returns, quotes and control characters; halves of surrogate pairs as escapes in CSV."""
    values = pd.Series(texts, dtype=object)

    for text, read in zip(texts, csv_column(values), strict=True):
        assert read.removeprefix("'") == escaped(text).removeprefix("'")
        assert read == escaped(text) or cells.is_risky(text)
    assert json_column(values) == list(map(joined, texts))


def joined(text: str) -> str:
    """The text as JSON reads it: two halves of a surrogate pair are a character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


@pytest.mark.parametrize("sign", cells.SIGNS + cells.ENDS)
@pytest.mark.parametrize("rest", ["1+1", "cmd|' /C calc'!A0", "SUM(A1)", "", "-", "5x"])
def test_a_text_is_no_formula(sign: str, rest: str) -> None:
    """However it begins: in a cell and in the header."""
    text = sign + rest
    header, row = csv_rows(pd.DataFrame([[text, 1]], columns=[text, "n"]))

    assert header[0] == row[0] == f"'{text}"


@pytest.mark.parametrize("value", [-5, -5.5, Decimal("-5.5"), "-5", "+16025550100", "-1e5"])
def test_a_number_is_no_formula(value: Any) -> None:
    """Neither a negative one, nor one that is written as text."""
    assert csv_column(pd.Series([value], dtype=object)) == [str(value)]


LEAVES = some.one_of(
    some.none(), some.booleans(), some.integers(), some.text(), some.floats(allow_nan=False)
)


@given(
    some.recursive(
        LEAVES.filter(lambda value: value not in (math.inf, -math.inf)),
        lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
        max_leaves=10,
    )
)
def test_nested_values_are_json(value: Any) -> None:
    """In CSV as the text of the cell, in JSON as they are."""
    values = pd.Series([[value]], dtype=object)
    file = io.BytesIO()
    json_file.write(pd.DataFrame({"x": values}), file)

    assert json.loads(csv_column(values)[0]) == [value]
    assert json.loads(file.getvalue()) == [{"x": [value]}]


def test_lists_of_arrow_are_json_with_all_digits() -> None:
    """Those of a pull, with decimals and what JSON has no number for."""
    kind = pa.list_(pa.struct([("a", pa.decimal128(18, 6)), ("b", pa.float64())]))
    values = pd.Series(
        [[{"a": Decimal("123456789012.10"), "b": math.inf}, {"a": None, "b": 1e-12}], None, []],
        dtype=pd.ArrowDtype(kind),
    )

    assert csv_column(values) == [
        '[{"a": 123456789012.1, "b": "Infinity"}, {"a": null, "b": 1e-12}]',
        "",
        "[]",
    ]
    assert json_column(values)[0][0] == {"a": Decimal("123456789012.1"), "b": "Infinity"}


# -- frames


def test_many_rows_are_written_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each row once, in their order."""
    monkeypatch.setattr(cells, "ROWS", 3)
    for rows in (0, 1, 3, 7):
        frame = pd.DataFrame({"a": range(rows), "b": "x"})
        assert csv_rows(frame) == [["a", "b"], *[[str(n), "x"] for n in range(rows)]]
        assert json_records(frame) == [{"a": n, "b": "x"} for n in range(rows)]


def test_arrows_own_types_are_written_as_pandas() -> None:
    """As of a file that was read with dtype_backend="pyarrow"."""
    frame = pd.DataFrame(
        {
            "n": pd.array([1], pd.ArrowDtype(pa.int32())),
            "t": pd.array(["=1"], pd.ArrowDtype(pa.string())),
            "d": pd.array([dt.date(2026, 7, 1)], pd.ArrowDtype(pa.date32())),
            "z": pd.array([0], pd.ArrowDtype(pa.timestamp("ns", "UTC"))),
            "b": pd.array([b"a"], pd.ArrowDtype(pa.binary())),
        }
    )
    assert csv_rows(frame)[1] == ["1", "'=1", "2026-07-01", "1970-01-01T00:00:00Z", "a"]


def test_what_json_cannot_hold_is_refused() -> None:
    """Two columns of one name would be one."""
    with pytest.raises(BadFilter, match="Two columns are named 'a'"):
        json_file.write(pd.DataFrame([[1, 2]], columns=["a", "a"]), io.BytesIO())
