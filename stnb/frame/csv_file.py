"""A frame -> CSV: the one writer for files, for pipes and for `stnb.save`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import IO, Any

import pandas as pd

from . import cells

NUMBERS = (bool, int, float)  # the csv module writes each digit of them


def write(frame: pd.DataFrame, file: IO[bytes]) -> None:
    """Write the frame as UTF-8: a header, and a line for each row.

    Lists and objects are JSON, and times are as `cells.slices` has them. A text or a name that a
    spreadsheet would take for a formula gets an apostrophe before it; numbers stay. Half of a
    surrogate pair is written as its escape.

    Raises:
        OSError: the system refuses.
    """
    end = "\n"
    if _has_return(frame):
        # A return within a text is quoted only if lines end in one, too; unquoted it would end the
        # row.
        end = "\r\n"
    names = [harmless(cells.name_of(name)) for name in frame.columns]
    _write_lines([names], end, file)
    for columns in cells.slices(frame):
        written = [list(map(_cell, column)) for column in columns]
        _write_lines(zip(*written, strict=True), end, file)


def harmless(text: str) -> str:
    """The text as a spreadsheet shows it and never runs it."""
    if cells.is_risky(text):
        return f"'{text}"
    return text


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, NUMBERS):
        return value
    text = cells.text_of_value(value)
    if isinstance(value, Decimal):
        return text
    return harmless(text)


def _write_lines(rows: Iterable[Iterable[Any]], end: str, file: IO[bytes]) -> None:
    lines = io.StringIO(newline="")
    csv.writer(lines, lineterminator=end).writerows(rows)
    file.write(lines.getvalue().encode("utf-8", "backslashreplace"))


def _has_return(frame: pd.DataFrame) -> bool:
    if any("\r" in str(name) for name in frame.columns):
        return True
    return any(map(_holds_return, cells.columns_of(frame)))


def _holds_return(column: pd.Series[Any]) -> bool:
    kind = column.dtype
    if isinstance(kind, pd.StringDtype):
        return bool(column.str.contains("\r", regex=False, na=False).any())
    if pd.api.types.is_object_dtype(kind) or isinstance(kind, pd.CategoricalDtype):
        return any("\r" in str(value) for value in column)
    return False
