"""Picks of a column as an expression of pandas: the rows of `df` that fit one of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from stnb.catalog.facts import LARGEST_EXACT

from ..python_lines import literal
from .columns import Columns
from .picks import DATES, Pick

METHODS = {"from": "ge", "to": "lt", "max": "le"}


def picked(columns: Columns, i: int, picks: Sequence[Pick]) -> str:
    """The expression for the rows that fit one of these picks of a column.

    Example:
        >>> picked(Columns(pd.DataFrame({"n": [1]})), 0, [{"from": 1, "to": 5}])
        'df["n"].between(1, 5, inclusive="left")'
    """
    values = [pick["is"] for pick in picks if "is" in pick and pick["is"] is not None]
    parts = []
    if values:
        parts.append(_one_of(columns, i, values))
    for pick in picks:
        if "is" not in pick:
            parts.append(_fits(columns, i, pick))
        elif pick["is"] is None:
            parts.append(f"{_column(columns, i)}.isna()")
    return " | ".join(parts)


def _column(columns: Columns, i: int) -> str:
    return f"df[{literal(columns.names[i])}]"


def _one_of(columns: Columns, i: int, values: list[Any]) -> str:
    column = _column(columns, i)
    if columns.shown[i].kind == "integer":
        values = [int(value) for value in values]  # beyond 2^53 the page has it as a text
    if len(values) == 1:
        return f"{column}.eq({literal(values[0])})"
    return f"{column}.isin({literal(values)})"


def _fits(columns: Columns, i: int, pick: Pick) -> str:
    column = _column(columns, i)
    if "but" in pick:
        some = f"{column}.notna()"
        if not pick["but"]:
            return some
        return f"({some} & ~{column}.isin({literal(pick['but'])}))"
    if "has" in pick:
        text = column if columns.is_str(i) else f'{column}.astype("str")'
        return f"{text}.str.lower().str.contains({literal(pick['has'].lower())}, regex=False)"
    column = f"{column}{_number_of(columns, i, pick)}"
    bounds = {name: literal(pick[name]) for name in pick}
    if bounds.keys() == {"from", "to"}:
        return f'{column}.between({bounds["from"]}, {bounds["to"]}, inclusive="left")'
    if bounds.keys() == {"from", "max"}:
        return f"{column}.between({bounds['from']}, {bounds['max']})"
    [(name, bound)] = bounds.items()
    return f"{column}.{METHODS[name]}({bound})"


def _number_of(columns: Columns, i: int, pick: Pick) -> str:
    """What makes of a column the numbers that a bar counts; "" if it has them already."""
    kind, dtype = columns.shown[i].kind, columns.frame.dtypes.iloc[i]
    if kind == "list":
        return ".list.len()" if isinstance(dtype, pd.ArrowDtype) else ".str.len()"
    if kind == "duration":
        return ".dt.total_seconds()"
    if kind in DATES:
        zone = getattr(dtype, "tz", None)
        clock = f".dt.tz_convert({literal(columns.zone)})" if i in columns.moved else ""
        if zone is not None and not all(_is_one_moment(pick[name], zone) for name in pick):
            # The wall clock shows this time twice, or never.
            return f"{clock}.dt.tz_localize(None)"
        return clock
    array = columns.array(i)
    if pa.types.is_decimal(array.type) or (kind == "integer" and _beyond_floats(columns, i)):
        return '.astype("float64")'
    return ""


def _beyond_floats(columns: Columns, i: int) -> bool:
    """Whether a histogram rounds some of these whole numbers."""
    numbers = columns.numbers(i)
    return bool((np.abs(numbers[~np.isnan(numbers)]) >= LARGEST_EXACT).any())


def _is_one_moment(bound: str, zone: Any) -> bool:
    """Whether a clock of this zone shows a time just once."""
    try:
        pd.Timestamp(datetime.fromisoformat(bound)).tz_localize(zone)
    except ValueError:
        return False
    return True
