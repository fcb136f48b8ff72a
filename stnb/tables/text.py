"""A frame as text for a terminal."""

from __future__ import annotations

from typing import Any

import pandas as pd
from pandas.api import types

from stnb.errors import printable


def table(frame: pd.DataFrame, width: int, rows: int = 20, cell: int = 24) -> str:
    """The first rows and as many columns as fit, for a terminal.

    Columns that are empty or nested come last.

    Args:
        width: the letters of a line.
        rows: how many rows at most.
        cell: the letters of a value at most; longer values are cut.

    Example:
        >>> print(table(pd.DataFrame({"city": ["Mesa", "Tempe"], "jobs": [12, 7]}), 80))
        city   jobs
        Mesa     12
        Tempe     7
    """
    top = frame.head(rows)
    lines = [""] * (len(top) + 1)
    shown = 0
    for name in _in_order(top):
        column = _padded(name, top[name], cell)
        gap = "  " if shown else ""
        if shown and len(lines[0]) + len(gap) + len(column[0]) > width:
            break
        lines = [f"{line}{gap}{text}" for line, text in zip(lines, column, strict=True)]
        shown += 1
    more = []
    if len(frame) > len(top):
        more.append(f"{len(frame) - len(top):,} more rows")
    if frame.shape[1] > shown:
        more.append(f"{frame.shape[1] - shown:,} more columns")
    if more:
        lines.append(f"… {' and '.join(more)}")
    return "\n".join(line.rstrip() for line in lines)


def _in_order(frame: pd.DataFrame) -> list[Any]:
    first, last = [], []
    for name in frame.columns:
        nested = isinstance(frame[name].dtype, pd.ArrowDtype)
        if nested or frame[name].isna().all():
            last.append(name)
        else:
            first.append(name)
    return first + last


def _padded(name: Any, values: pd.Series[Any], width: int) -> list[str]:
    """A column's name and values as texts of one width, numbers to the right."""
    texts = [printable(str(name), one_line=True)]
    texts += [shortened(_written(value), width) for value in values]
    wide = max(map(len, texts))
    if types.is_numeric_dtype(values.dtype) and not types.is_bool_dtype(values.dtype):
        return [text.rjust(wide) for text in texts]
    return [text.ljust(wide) for text in texts]


def shortened(text: str, width: int) -> str:
    """A text on one line of at most `width` letters.

    Example:
        >>> shortened("a long text", 7)
        'a long…'
    """
    line = printable(" ".join(text.split()), one_line=True)
    return line if len(line) <= width else f"{line[: width - 1]}…"


def _written(value: Any) -> str:
    if not types.is_scalar(value):
        if hasattr(value, "__iter__"):
            value = list(value)  # an array would leave out its commas
        return str(value)
    if pd.isna(value):
        return "–"
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(value)
