"""What a copied cell, row or column is as text: exact values, in the form that a spreadsheet takes
up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from . import cells

MOST = 100_000  # values of one copied column
MOST_LETTERS = 5_000_000


def cell(value: Any) -> str:
    """One value in full, as it is opened; nothing where it is missing."""
    return cells.whole(value) or ""


def row(frame: pd.DataFrame, position: int, columns: Sequence[int]) -> str:
    """A row's values with tabs between them."""
    return "\t".join(_field(frame.iloc[:, i].array[position]) for i in columns)


def column(values: pd.Series, where: NDArray[Any]) -> tuple[str, int]:
    """A column's values, one a line, and how many of them fitted."""
    lines, letters = [], 0
    for value in values.iloc[where[:MOST]].array:
        lines.append(_field(value))
        letters += len(lines[-1]) + 1
        if letters > MOST_LETTERS:
            break
    return "\n".join(lines), len(lines)


def _field(value: Any) -> str:
    """A spreadsheet reads tabs, line ends and quotation marks as its own unless the field is
    quoted.
    """
    text = cells.one_line(value) or ""
    return '"' + text.replace('"', '""') + '"' if re.search('[\t\r\n]|^"', text) else text
