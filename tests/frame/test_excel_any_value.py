"""Excel: whatever a frame holds, the workbook opens and says the same, and where it is from."""

from __future__ import annotations

import datetime as dt
import io
import math
import zipfile
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from stnb.frame import excel
from tests.helpers.sample import tries

openpyxl = pytest.importorskip("openpyxl")

FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999  # microseconds of years 1 to 9999
# Characters of every kind, with those that XML refuses and halves of surrogate pairs.
TEXTS = some.text(some.characters(codec=None), max_size=12)


def book_of(frame: pd.DataFrame) -> Any:
    """The workbook as another program opens it; all its parts are well-formed XML."""
    file = io.BytesIO()
    excel.write(frame, file)
    with zipfile.ZipFile(file) as parts:
        for name in parts.namelist():
            ElementTree.fromstring(parts.read(name))
    return openpyxl.load_workbook(file)


def cells(values: Any) -> list[Any]:
    """The cells of a column, below its header."""
    frame = pd.DataFrame({"x": values}).assign(n=1)  # a sheet ends where cells do
    return [row[0] for row in book_of(frame)["data"].iter_rows(min_row=2)]


def about(**attrs: Any) -> dict[str, Any]:
    """The second sheet of a workbook with two rows."""
    frame = pd.DataFrame({"x": [1, 2]})
    frame.attrs["stnb"] = attrs
    rows = book_of(frame)["about"].iter_rows(min_row=2, values_only=True)
    return {row[0]: row[1] for row in rows}


@settings(max_examples=tries(20))
@given(some.lists(TEXTS, min_size=5, max_size=30))
@example(["\x00\x0b\x1f", "\ufffe\uffff", "\ud83d", "_x0041_", "=1", "\r=1", "<r>a</r>"])
def test_texts_come_back(texts: list[str]) -> None:
    """Also those of characters that XML refuses; none is a formula."""
    for text, cell in zip(texts, cells(pd.Series(texts, dtype=object)), strict=True):
        wanted = text.encode("utf-8", "backslashreplace").decode()
        read = openpyxl.utils.escape.unescape(cell.value or "")
        assert read.replace("\r\n", "\n").replace("\r", "\n") == wanted.replace(
            "\r\n", "\n"
        ).replace("\r", "\n")
        assert cell.data_type != "f"


def is_rounded(number: float) -> bool:
    """Whether it is a whole number of more digits than Excel shows."""
    return number.is_integer() and float(f"{number:.15g}") != number


@settings(max_examples=tries(20))
@given(some.lists(some.floats(allow_nan=False), min_size=1, max_size=50))
@example([5e-324, 1.7976931348623157e308, math.inf, -math.inf, -0.0, 1.2e-12])
@example([0.1 + 0.2, 1 / 3, 1e20])
@example([12345678901234568.0, 0.5])
def test_numbers_are_numbers(numbers: list[float]) -> None:
    """With all their digits; what Excel cannot hold, and whole numbers that it would round, are
    texts.
    """
    long = [number for number in numbers if is_rounded(number)]
    for column in (pd.array(numbers, "Float64"), pd.Series(numbers, dtype=object)):
        whole = bool(long) and column.dtype != object
        for number, cell in zip(numbers, cells(column), strict=True):
            assert float(cell.value) == number
            small_or_large = number != 0 and not 2.3e-308 <= abs(number) <= 9.99e307
            assert (cell.data_type == "s") == (whole or small_or_large or number in long)


@settings(max_examples=tries(20))
@given(some.lists(some.integers(-(2**63), 2**63 - 1), min_size=1, max_size=50))
@example([-(2**63)])
@example([10**15 - 1, -(10**15) + 1])
@example([10**15])
def test_ids_keep_their_digits(numbers: list[int]) -> None:
    """Those of more than 15 are text, also the smallest of all."""
    for column in (pd.array(numbers, "Int64"), pd.Series(numbers, dtype=object)):
        assert [int(cell.value) for cell in cells(column)] == numbers


@pytest.mark.parametrize(
    ("text", "read"),
    [("10.50", 10.5), ("-0.000001", -1e-6), ("1234567890123456.7", "1234567890123456.7")],
)
@pytest.mark.parametrize("kind", [pd.ArrowDtype(pa.decimal128(38, 10)), object])
def test_decimals_are_numbers_if_no_digit_is_lost(text: str, read: Any, kind: Any) -> None:
    """Else they are texts."""
    assert cells(pd.Series([Decimal(text)], dtype=kind))[0].value == read


@settings(max_examples=tries(25))
@given(
    counts=some.lists(some.one_of(some.none(), some.integers(FIRST, LAST)), min_size=1),
    zone=some.sampled_from([None, "UTC", "America/Phoenix", "Asia/Kathmandu"]),
)
@example(counts=[FIRST, LAST], zone="Asia/Kathmandu")
@example(counts=[LAST], zone="America/Phoenix")
@example(counts=[LAST - 999_999], zone=None)
@example(counts=[-2_203_891_201_000_000], zone=None)
def test_any_time_can_be_shown(counts: list[int | None], zone: str | None) -> None:
    """From the year 1 to 9999: a time is one that Excel shows, or a text."""
    numbers = [np.iinfo("int64").min if count is None else count for count in counts]
    times = pd.Series(np.array(numbers).astype("M8[us]"))
    if zone:
        times = times.dt.tz_localize("UTC")
    frame = pd.DataFrame({"x": times, "n": 1})
    frame.attrs["stnb"] = {"timezone": zone}

    for row in book_of(frame)["data"].iter_rows(min_row=2):
        value = row[0].value
        if isinstance(value, dt.datetime):
            assert value >= dt.datetime(1900, 3, 1)
            assert row[0].is_date
        else:
            assert value is None or len(value) >= 19


def test_times_of_another_zone_stay_there() -> None:
    """Of a frame that stnb.local was asked for, the header names that zone."""
    frame = pd.DataFrame({"x": pd.to_datetime(["2026-07-01T09:30Z"]).tz_convert("Europe/Berlin")})
    frame.attrs["stnb"] = {"timezone": "America/Phoenix"}

    header, cell = [row[0].value for row in book_of(frame)["data"].iter_rows()]

    assert (header, cell) == ("x (Europe/Berlin)", dt.datetime(2026, 7, 1, 11, 30))


def test_pythons_dates_are_days() -> None:
    """As `times.dt.date` makes them, to group by."""
    cell = cells([dt.date(2026, 7, 1)])[0]

    assert (cell.value, cell.number_format) == (dt.datetime(2026, 7, 1), "yyyy-mm-dd")


def test_an_unknown_zone_is_utc() -> None:
    """A file of another program may name any."""
    frame = pd.DataFrame({"x": pd.to_datetime(["2026-07-01T09:30Z"])})
    frame.attrs["stnb"] = {"timezone": "Nowhere/At all"}

    assert book_of(frame)["data"]["A1"].value == "x (UTC)"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"complete": True, "first": ""}, "yes"),
        (
            {"complete": False, "first": "the first 2 of 21,000, oldest first"},
            "no: the first 2 of 21,000, oldest first",
        ),
        ({"complete": False, "first": ""}, "no: rows are missing"),
        ({"complete": None}, "the server did not say whether these are all rows"),
    ],
)
def test_the_second_sheet_says_whether_these_are_all_rows(told: dict[str, Any], words: str) -> None:
    """Yes, the first of how many, or that nobody knows."""
    assert about(**told)["complete"] == words


def test_the_second_sheet_says_what_the_rows_are() -> None:
    """The resource, when it was read in the profile's zone, the filters, and what to know."""
    assert about(
        resource="jpm.jobs",
        tenant=42,
        environment="production",
        began="2026-07-01T02:30:00Z",
        timezone="America/Phoenix",
        params={"jobStatus": "Completed", "createdOnOrAfter": "=1"},
        rows=5,
        complete=True,
        notices=["Known."],
    ) == {
        "resource": "jpm.jobs",
        "tenant": "42",
        "environment": "production",
        "read": "2026-06-30 19:30:00 (America/Phoenix)",
        "filter jobStatus": "Completed",
        "filter createdOnOrAfter": "=1",
        "rows": 2,
        "rows that were read": 5,
        "complete": "yes",
        "times with a zone are in": "America/Phoenix",
        "note": "Known.",
    }


def test_rows_of_no_pull_are_written_too() -> None:
    """There is less to say about them."""
    assert about() == {"rows": 2, "times with a zone are in": "UTC"}
    assert book_of(pd.DataFrame())["data"].max_row == 1
