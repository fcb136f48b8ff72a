"""A frame -> an Excel workbook in which nothing is wrong in silence: ids keep their digits, and
times are local ones.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, Any

import pandas as pd
import pyarrow as pa

from stnb.errors import BadFilter, SetupError

from .days import are_days

ROWS, CHARACTERS, DIGITS = (
    1_048_575,
    32_767,
    15,
)  # what a sheet, a cell and a number of Excel's hold
FIRST_YEAR = 1900  # Excel knows no earlier one
FORMULA = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]|_(?=x[0-9A-Fa-f]{4}_)")


def write(frame: pd.DataFrame, file: IO[bytes]) -> None:
    """Write the frame as a sheet "data", and beside it "about": where the rows are from, and in
    which zone their times are.

    Times with a zone become the tenant's own, `attrs["stnb"]["timezone"]`, UTC where it is not
    known, as Excel has no zones; days that the API sends as midnights in UTC stay these days.
    Numbers of more than 15 digits, which Excel would round, and years before 1900 become text, and
    so do lists.

    Raises:
        SetupError: openpyxl is not installed.
        BadFilter: a sheet does not hold as many rows, or a cell as long a text.
    """
    try:
        from openpyxl import Workbook  # type: ignore[import-untyped]
    except ImportError:
        raise SetupError(
            "An Excel file cannot be written.",
            "The package openpyxl is not installed.",
            "pip install openpyxl, or save as .csv.",
        ) from None
    if len(frame) > ROWS:
        raise _too_much(f"A sheet holds {ROWS:,} rows, and there are {len(frame):,}")
    said = frame.attrs.get("stnb")
    told = said if isinstance(said, dict) else {}
    zone = str(told.get("timezone") or "UTC")
    columns = [_cells(frame.iloc[:, at], zone) for at in range(frame.shape[1])]
    book = Workbook(write_only=True)
    _sheet(
        book.create_sheet("data"),
        [_text(name) for name in frame.columns],
        zip(*columns, strict=True),
    )
    _sheet(book.create_sheet("about"), ["what", "value"], _about(told, len(frame), zone))
    book.save(file)


def _about(told: dict[str, Any], rows: int, zone: str) -> Iterator[tuple[str, Any]]:
    yield "times with a zone are in", zone
    yield "rows", rows
    for name in ("resource", "tenant", "environment", "began"):
        if told.get(name) is not None:
            yield name, str(told[name])


def _sheet(sheet: Any, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]

    def cell(value: Any) -> Any:
        """A text as text: one that begins with = is no formula, not even once it was edited, and
        #N/A no error.
        """
        if not isinstance(value, str) or not (value[:1] == "#" or is_risky(value)):
            return value
        made = WriteOnlyCell(sheet, value)
        made.data_type = "s"
        made.quotePrefix = True  # Excel's own leading apostrophe, which is no part of the value
        return made

    sheet.freeze_panes = "A2"
    for row in itertools.chain([header], rows):
        sheet.append([cell(value) for value in row])


# -- columns


def _cells(series: pd.Series[Any], zone: str) -> list[Any]:
    """A column's values as Excel has them; None where they are null."""
    kind = series.dtype
    if isinstance(kind, pd.DatetimeTZDtype):
        there = "UTC" if are_days(str(series.name), series) else zone
        return _moments(series.dt.tz_convert(there).dt.tz_localize(None))
    if kind.kind == "M":
        return _moments(series)
    if is_nested(series):
        return [None if text is None else _text(text) for text in json_texts(series)]
    write = _writer(series)
    return [None if missing else write(v) for v, missing in zip(series, series.isna(), strict=True)]


def _writer(series: pd.Series[Any]) -> Callable[[Any], Any]:
    kind = series.dtype
    if kind.kind == "m":
        return pd.Timedelta.to_pytimedelta
    if isinstance(kind, pd.ArrowDtype) and pa.types.is_decimal(kind.pyarrow_dtype):
        return str if any(len(f"{v:f}".strip("-0.")) > DIGITS for v in series.dropna()) else float
    if pd.api.types.is_integer_dtype(kind):
        return str if (series.abs() >= 10**DIGITS).any() else int
    if pd.api.types.is_bool_dtype(kind):
        return bool
    return float if pd.api.types.is_float_dtype(kind) else _text


def _moments(series: pd.Series[Any]) -> list[Any]:
    if (series.dt.year < FIRST_YEAR).any():
        return [None if pd.isna(v) else v.isoformat() for v in series]
    return [None if pd.isna(v) else v.to_pydatetime(warn=False) for v in series]


def _text(value: Any) -> str:
    """Text of a cell; characters that XML has not are written as Excel escapes them."""
    text = value if isinstance(value, str) else str(value)
    if len(text) > CHARACTERS:
        raise _too_much(f"A cell holds {CHARACTERS:,} characters, and a text has {len(text):,}")
    return CONTROLS.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def is_risky(text: str) -> bool:
    """Whether a spreadsheet may take the text for a formula; numbers such as -5 and +16025550100
    are none.

    >>> is_risky("=1+1"), is_risky("-5.20"), is_risky("-2+3"), is_risky("a=b")
    (True, False, True, False)
    """
    return text.startswith(FORMULA) and not NUMBER.fullmatch(text)


def is_nested(series: pd.Series[Any]) -> bool:
    """Whether its values are lists or objects."""
    return isinstance(series.dtype, pd.ArrowDtype) and pa.types.is_nested(
        series.dtype.pyarrow_dtype
    )


def json_texts(series: pd.Series[Any]) -> list[str | None]:
    """Lists and objects as JSON text, for files that hold none."""
    values = pa.array(series.array).to_pylist()
    return [
        None if value is None else json.dumps(value, ensure_ascii=False, default=str)
        for value in values
    ]


def _too_much(why: str) -> BadFilter:
    return BadFilter(
        "The Excel file was not written.",
        f"{why}.",
        "Save as .parquet or .csv, or drop columns or rows before you save.",
    )
