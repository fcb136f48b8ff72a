"""A copied cell, row or column as text: exact values, in the form that spreadsheets read.

In rows and columns, a text that a spreadsheet would take for a formula gets an apostrophe before
it, which a spreadsheet drops. One cell may be meant for any program, and is copied as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from stnb.frame.cells import is_risky

from . import cells

MOST = 100_000  # values of one copied column
MOST_LETTERS = 5_000_000
# A spreadsheet reads these as its own, unless the field is quoted.
SPECIAL = re.compile('[\t\r\n]|^"')


def cell(value: Any) -> str:
    """One value in full, as an opened cell shows it; "" for a missing value."""
    return cells.full_text(value) or ""


def row(frame: pd.DataFrame, position: int, columns: Sequence[int]) -> str:
    """A row's values with tabs between them."""
    return "\t".join(_field(frame.iloc[:, i].array[position]) for i in columns)


def column(values: pd.Series, positions: NDArray[Any]) -> tuple[str, int]:
    """A column's values, one a line, and how many of them are within the bounds."""
    lines, letters = [], 0
    for value in values.iloc[positions[:MOST]].array:
        lines.append(_field(value))
        letters += len(lines[-1]) + 1
        if letters > MOST_LETTERS:
            break
    return "\n".join(lines), len(lines)


def _field(value: Any) -> str:
    text = cells.one_line(value) or ""
    if isinstance(value, str) and is_risky(value):
        text = f"'{text}"
    if SPECIAL.search(text):
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text
