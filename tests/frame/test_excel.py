"""Excel: a workbook says what the frame says, and what Excel cannot hold is text or refused, never
wrong.
"""

from __future__ import annotations

import datetime as dt
import errno
import io
import math
import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import stnb
from stnb.errors import BadFilter, SetupError
from stnb.frame import excel
from stnb.frame.save import save, save_file

openpyxl = pytest.importorskip("openpyxl")


def sheets(frame: pd.DataFrame, folder: Path) -> dict[str, list[list[Any]]]:
    """The rows of each sheet, header first, as a spreadsheet shows them."""
    path, _ = save_file(frame, folder / "x.xlsx")
    book = openpyxl.load_workbook(path)
    return {
        name: [[cell.value for cell in row] for row in book[name].iter_rows()]
        for name in book.sheetnames
    }


def cells(values: Any, folder: Path, **attrs: Any) -> list[Any]:
    frame = pd.DataFrame({"x": values}).assign(n=1)  # a sheet ends where cells do
    frame.attrs["stnb"] = attrs
    return [row[0] for row in sheets(frame, folder)["data"][1:]]


@pytest.mark.parametrize(
    ("zone", "hour"), [("America/Phoenix", 2), ("Europe/Berlin", 11), (None, 9)]
)
def test_times_are_the_tenants_own_and_that_is_said(
    zone: str | None, hour: int, tmp_path: Path
) -> None:
    """Excel has no zones: times are local, and the header and the second sheet name the zone."""
    frame = pd.DataFrame({"x": pd.to_datetime(["2026-07-01T09:30:00Z", None], utc=True), "n": 1})
    frame.attrs["stnb"] = {"timezone": zone, "resource": "jpm.jobs"}

    found = sheets(frame, tmp_path)

    assert found["data"] == [
        [f"x ({zone or 'UTC'})", "n"],
        [dt.datetime(2026, 7, 1, hour, 30), 1],
        [None, 1],
    ]
    assert ["times with a zone are in", zone or "UTC"] in found["about"]
    assert ["resource", "jpm.jobs"] in found["about"]


@pytest.mark.parametrize(
    ("values", "read"),
    [
        (pd.array([1, None, 999_999_999_999_999], "Int64"), [1, None, 999_999_999_999_999]),
        (pd.array([1, None, 2**53 + 1], "Int64"), ["1", None, "9007199254740993"]),
        (pd.array([0.1, None], "Float64"), [0.1, None]),
        (pd.array([True, None, False], "boolean"), [True, None, False]),
        (["=1+1", "#N/A", "#VALUE!", "a", None, ""], ["=1+1", "#N/A", "#VALUE!", "a", None, None]),
        (
            pd.to_datetime(["1899-12-31", "2026-07-01"]),
            ["1899-12-31T00:00:00", "2026-07-01T00:00:00"],
        ),
        (pd.to_datetime(["2026-07-01"]), [dt.datetime(2026, 7, 1)]),
        (pd.to_timedelta(["01:30:00", None]), [dt.timedelta(hours=1, minutes=30), None]),
        (pd.to_timedelta(["-00:00:01", "1h"]), ["-00:00:01", "01:00:00"]),
        (pd.array([float("inf"), 0.5], "Float64"), ["inf", 0.5]),
        (["<r>&</r>", "<r>", "</r>"], ["<r>&</r>", "<r>", "</r>"]),
        (["http://a.example", "{=A1}", "007"], ["http://a.example", "{=A1}", "007"]),
        (
            pd.Series([Decimal("0.10"), None], dtype=pd.ArrowDtype(pa.decimal128(18, 6))),
            [0.1, None],
        ),
        (
            pd.Series([Decimal("123456789012.123456")], dtype=pd.ArrowDtype(pa.decimal128(18, 6))),
            ["123456789012.123456"],
        ),
        (
            pd.Series([Decimal("1." + "0" * 30 + "1")], dtype=object),
            ["1." + "0" * 30 + "1"],
        ),
        (pd.array([12345678901234567.0, 0.5, None], "Float64"), ["12345678901234568", "0.5", None]),
        (pd.array([0.1 + 0.2, 1e20], "Float64"), [0.1 + 0.2, 1e20]),
        (pd.Series([12345678901234567.0, 0.5], dtype=object), ["12345678901234568", 0.5]),
        (pd.to_datetime(["1900-02-28T23:59:59"]), ["1900-02-28T23:59:59"]),
        (pd.to_datetime(["1900-03-01"]), [dt.datetime(1900, 3, 1)]),
        (
            pd.Series(
                [[{"a": 1}], None], dtype=pd.ArrowDtype(pa.list_(pa.struct([("a", pa.int64())])))
            ),
            ['[{"a": 1}]', None],
        ),
    ],
)
def test_values_are_exact(values: Any, read: list[Any], tmp_path: Path) -> None:
    """Numbers that Excel would round are text, a text that begins with = is no formula, lists are
    JSON.
    """
    assert cells(values, tmp_path) == read


@pytest.mark.parametrize(
    ("values", "note"),
    [
        (pd.array([1, 2**53 + 1], "Int64"), "x: 1 number of over 15 digits, so"),
        ([Decimal("1234567890123456.7"), 1.5], "x: 1 number as text"),
        (pd.array([math.inf, 1e-310, 0.5], "Float64"), "x: 2 numbers as text"),
        (
            pd.DatetimeIndex(["0001-01-01", "2026-07-01"], dtype="M8[us]"),
            "x: 1 time before March 1900",
        ),
        (
            pd.DatetimeIndex(["0001-01-01"], dtype="M8[us, UTC]"),
            "x (UTC): 1 time before March 1900",
        ),
        (pd.to_timedelta(["-00:00:01", "1h"]), "x: 1 duration below zero"),
    ],
)
def test_what_became_text_is_told_with_its_count(values: Any, note: str, tmp_path: Path) -> None:
    """By a warning, and in the second sheet for whoever gets the file."""
    frame = pd.DataFrame({"x": values, "n": 1})

    with pytest.warns(stnb.errors.StnbWarning, match=re.escape(note)):
        path = save(frame, tmp_path / "x.xlsx")

    told = [str(row[1].value) for row in openpyxl.load_workbook(path)["about"].iter_rows()]
    assert [text for text in told if text.startswith(note)]


@pytest.mark.parametrize(
    ("values", "note"),
    [
        (pd.array([0.1 + 0.2, 0.5], "Float64"), "x: 1 number of over 15 digits; the cells"),
        (pd.to_timedelta(["0.123456s"]), "x: 1 value finer than a millisecond"),
        (pd.to_datetime(["2026-07-01T09:30:59.7000001"]), "x: 1 value finer than a millisecond"),
        (pd.to_datetime(["2026-07-01T09:30:59.7"]), None),
        (pd.array([0.1, 1e20, 12345], "Float64"), None),
    ],
)
def test_what_excel_shows_shorter_stands_in_the_second_sheet(
    values: Any, note: str | None, tmp_path: Path
) -> None:
    """The cells hold the values: nobody is warned."""
    about = sheets(pd.DataFrame({"x": values, "n": 1}), tmp_path)["about"]

    told = [row[1] for row in about if row[0] == "in this file"]
    assert [text.startswith(note or "") for text in told] == [True] * bool(note)


def test_fractions_of_a_second_are_shown(tmp_path: Path) -> None:
    """Excel would show 10:00:00 for a time just before it."""
    frame = pd.DataFrame({"x": pd.to_datetime(["2026-07-01T09:59:59.999"]), "n": 1})

    cell = openpyxl.load_workbook(save(frame, tmp_path / "x.xlsx"))["data"]["A2"]

    assert cell.number_format == "yyyy-mm-dd hh:mm:ss.000"
    assert cell.value == dt.datetime(2026, 7, 1, 9, 59, 59, 999_000)


def test_characters_that_a_workbook_cannot_hold_come_back(tmp_path: Path) -> None:
    """Control characters are written as Excel itself escapes them."""
    assert openpyxl.utils.escape.unescape(cells(["a\x00b_x0041_"], tmp_path)[0]) == "a\x00b_x0041_"


def test_what_does_not_fit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too long a text, too many rows; no half of a file is left."""
    with pytest.raises(BadFilter, match="32,768"):
        save(pd.DataFrame({"x": ["a" * 32_768]}), tmp_path / "x.xlsx")
    monkeypatch.setattr(excel, "ROWS", 2)
    with pytest.raises(BadFilter, match="holds 2 rows, and there are 3"):
        save(pd.DataFrame({"x": [1, 2, 3]}), tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_without_xlsxwriter_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In three sentences."""
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(SetupError, match="pip install xlsxwriter"):
        save(pd.DataFrame({"x": [1]}), tmp_path / "x.xlsx")


def test_a_pull_goes_into_a_workbook(st: stnb.Account, tmp_path: Path) -> None:
    """All rows and columns, and pandas reads them back."""
    jobs = st.jpm.jobs.pull(limit=50, jobStatus="Completed")

    read = pd.read_excel(save(jobs, tmp_path / "jobs.xlsx"))

    names = [str(name).removesuffix(" (America/Phoenix)") for name in read.columns]
    assert names == list(jobs.columns)
    assert read["id"].tolist() == jobs["id"].tolist()
    assert read["total"].sum() == pytest.approx(jobs["total"].sum())


def test_days_that_are_sent_as_midnights_stay_the_same_day(tmp_path: Path) -> None:
    """An invoice's date is the same in the sheet, west of Greenwich too, and a moment beside it is
    local.
    """
    frame = pd.DataFrame(
        {
            "invoiceDate": pd.to_datetime(["2026-07-01"], utc=True),
            "createdOn": pd.to_datetime(["2026-07-01"], utc=True),
        }
    )
    frame.attrs["stnb"] = {"timezone": "America/Phoenix"}
    save(frame, tmp_path / "a.xlsx")

    row = next(
        openpyxl.load_workbook(tmp_path / "a.xlsx")["data"].iter_rows(min_row=2, values_only=True)
    )
    assert [str(value) for value in row] == ["2026-07-01 00:00:00", "2026-06-30 17:00:00"]


def test_the_header_stays_and_filters_and_columns_are_wide_enough(tmp_path: Path) -> None:
    """Nothing is shown as ########: a column has room for its header, times, ids and durations."""
    frame = pd.DataFrame(
        {
            "createdOn": pd.to_datetime(["2026-07-01T09:30:00Z"], utc=True),
            "day": pd.to_datetime(["2026-07-01"]),
            "id": pd.array([123_456_789_012_345], "Int64"),
            "took": pd.to_timedelta(["1000:00:00"]),
            "note": ["long " * 99],
        }
    )
    sheet = openpyxl.load_workbook(save(frame, tmp_path / "x.xlsx"))["data"]

    widths = [sheet.column_dimensions[letter].width for letter in "ABCDE"]
    assert all(w > n for w, n in zip(widths, (19, 10, 15, 10, 59), strict=True))
    assert max(widths) < 70
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:E2")
    assert [cell.number_format for cell in sheet[2]] == [
        "yyyy-mm-dd hh:mm:ss",
        "yyyy-mm-dd",
        "0",
        "[h]:mm:ss",
        "General",
    ]


def test_a_full_disk_is_the_systems_own_error() -> None:
    """Whoever saves then looks for another place."""

    class Full(io.BytesIO):
        def write(self, *_: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        excel.write(pd.DataFrame({"x": [1]}), Full())
