"""The columns that a picture is made of: numbers, and what is grouped."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd

from stnb.errors import UsageError
from stnb.frame.text import as_text


def numbers_of(column: pd.Series[Any]) -> pd.Series[Any]:
    """A column as plain numbers, NaN if they are missing.

    Raises:
        UsageError: it holds something else.
    """
    try:
        return column.astype("float64")
    except (TypeError, ValueError, OverflowError):
        pass
    raise UsageError(
        f"The column {column.name} has no numbers.",
        f"It is a column of {column.dtype}, with values that are no numbers.",
        "Choose a column of numbers.",
    )


def groups_of(column: pd.Series[Any]) -> pd.Series[Any]:
    """A column whose values can be grouped and put in order: texts, if they cannot as they are."""
    if column.dtype == "float16":  # pandas groups none
        return column.astype("float32")
    if column.dtype != object:
        return column
    kinds = {type(value) for value in column.dropna()}
    if kinds <= {int, float, bool, Decimal} or kinds == {dt.date}:
        return column
    return column.map(lambda value: as_text(str(value)), na_action="ignore").astype("str")
