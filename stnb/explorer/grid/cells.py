"""How the values of a frame look in the grid: as a short line, and in full. No widgets here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pandas.api import types

from stnb.errors import printable
from stnb.frame.days import are_days
from stnb.tables import html
from stnb.tables.charts.columns import is_money

from .zones import clock_name

LONGEST = 200  # characters of one cell; the full value is asked for when a cell is opened
CENTS = 2  # decimals of an amount of dollars
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SAMPLE = 10_000  # values looked at to choose the decimals of a column
FIRST = 50  # rows that say how wide a column is
LEFT_LETTER, RIGHT_LETTER = 7.8, 8.4  # px of a letter, and of a digit, at the grid's font
# The least width of a column in px. Under a histogram of days there are two dates.
NARROWEST = {"text": 136, "date": 156, "date-time": 156}
NARROWEST_OTHER, WIDEST = 112, 340  # px
RIGHT = {"integer", "number", "duration"}  # kinds that are aligned to the right

Text = Callable[[Any], str | None]


@dataclass(frozen=True)
class Column:
    """One column as the grid shows it.

    Attributes:
        name: the heading.
        kind: "integer", "number", "text", "yes/no", "date", "date-time", "duration", "list",
            "object" or "any".
        width: in px.
        unit: what its head says of the values: "$", "Phoenix time", or "".
        text: writes a value in one line; None for a missing value.
    """

    name: str
    kind: str
    width: int
    unit: str
    text: Text


def columns(frame: pd.DataFrame) -> list[Column]:
    """Decide for every column how its values are written and how wide it is."""
    return [_column(_heading(name), frame.iloc[:, i]) for i, name in enumerate(frame.columns)]


def rows(
    frame: pd.DataFrame,
    columns: list[Column],
    positions: NDArray[np.intp],
    places: Iterable[int] | None = None,
) -> list[list[str | None]]:
    """Write the rows at these positions as text; a missing value is None.

    Args:
        places: the columns to write; None for all of them.
    """
    written = []
    for i in range(len(columns)) if places is None else places:
        values = _taken(frame.iloc[:, i].array, positions)
        written.append([_cut(columns[i].text(value)) for value in values])
    return list(map(list, zip(*written, strict=True)))


def _taken(values: Any, positions: NDArray[np.intp]) -> Any:
    """The values at these positions. Rows that follow each other are cut out, which costs less."""
    if len(positions) and (np.diff(positions) == 1).all():
        return values[positions[0] : positions[-1] + 1]
    return values.take(positions)


def full_text(value: Any) -> str | None:
    """Write one value in full, a nested one over several lines; None for a missing value."""
    if missing(value):
        return None
    if isinstance(value, (dict, list, tuple, np.ndarray)):
        return printable(json.dumps(value, indent=2, ensure_ascii=False, default=_for_json))
    text = one_line(value)
    return None if text is None else printable(text)


def missing(value: Any) -> bool:
    """Whether a value is None, NaN, NaT or pd.NA. pd.isna() would answer a list with a list."""
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return bool(np.isnat(value))
    # Only NaN differs from itself.
    return isinstance(value, (float, np.floating, Decimal)) and value != value


def one_line(value: Any) -> str | None:
    """Write any value in one line; None for a missing value."""
    if missing(value):
        return None
    if isinstance(value, (dict, list, tuple, np.ndarray)):
        return json.dumps(value, ensure_ascii=False, default=_for_json)
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    return str(value)


def duration(value: Any) -> str | None:
    """Write a length of time.

    Example:
        >>> duration(pd.Timedelta(hours=26))
        '1 d 02:00:00'
    """
    if missing(value):
        return None
    days, seconds = divmod(int(value.total_seconds()), 86_400)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if days:
        return f"{days} d {clock}"
    return clock


# -- a column's kind and width


def _heading(name: Any) -> str:
    if isinstance(name, tuple):
        name = " · ".join(map(str, name))
    return printable(str(name), one_line=True)


def _column(name: str, values: pd.Series) -> Column:
    kind = _kind(values)
    money = kind == "number" and is_money(name, values)
    text = _number_writer(values, CENTS) if money else _writer(values, kind)
    unit = "$" if money else ""
    if kind == "date-time" and not are_days(name, values):
        unit = clock_name(getattr(values.dtype, "tz", ""))
    longest = 0
    for value in values.iloc[:FIRST].array:
        longest = max(longest, len(_cut(text(value)) or ""))
    letter = RIGHT_LETTER if kind in RIGHT else LEFT_LETTER
    # Beside the letters there are the cell's padding, and in the header the mark of the order.
    width = max(letter * longest + 22, RIGHT_LETTER * len(name) + 30)
    width = max(NARROWEST.get(kind, NARROWEST_OTHER), width)
    return Column(name, kind, int(min(WIDEST, width)), unit, text)


def _kind(values: pd.Series) -> str:
    dtype = values.dtype
    if isinstance(dtype, pd.ArrowDtype) and pa.types.is_nested(dtype.pyarrow_dtype):
        arrow = dtype.pyarrow_dtype
        is_list = pa.types.is_list(arrow) or pa.types.is_large_list(arrow)
        return "list" if is_list else "object"
    if types.is_bool_dtype(dtype):
        return "yes/no"
    if types.is_integer_dtype(dtype):
        return "integer"
    if types.is_timedelta64_dtype(dtype):
        return "duration"
    if types.is_numeric_dtype(dtype) and not types.is_complex_dtype(dtype):
        return "number"
    if types.is_datetime64_any_dtype(dtype):
        return "date" if getattr(dtype, "tz", None) is None else "date-time"
    if types.is_object_dtype(dtype):
        return _kind_of_objects(values)
    return "text"


def _kind_of_objects(values: pd.Series) -> str:
    found = {type(value) for value in values.iloc[:SAMPLE].array if not missing(value)}
    if not found or found == {str}:
        return "text"
    if found == {dict}:
        return "object"
    if found <= {list, tuple, np.ndarray}:
        return "list"
    if found == {int}:
        return "integer"
    return "any"


# -- how the values of a kind are written


def _writer(values: pd.Series, kind: str) -> Text:
    if kind == "number":
        return _number_writer(values, _decimals(values))
    if kind in ("date", "date-time"):
        return _time_writer(values)
    if kind == "text" and _has_html(values):
        return _text_of_html
    return WRITERS.get(kind, one_line)


def _has_html(values: pd.Series) -> bool:
    sample = values.iloc[:FIRST].dropna()
    return any(isinstance(value, str) and html.is_html(value) for value in sample.array)


def _text_of_html(value: Any) -> str | None:
    """A note as its reader sees it. The whole source is in the opened cell."""
    if isinstance(value, str) and html.is_html(value):
        return html.plain(value)
    return one_line(value)


def _number_writer(values: pd.Series, places: int) -> Text:
    """Write so many decimals; a value that needs more is written in full."""

    def text(value: Any) -> str | None:
        if missing(value):
            return None
        short = f"{value:,.{places}f}"
        if isinstance(value, Decimal):
            exact = Decimal(short.replace(",", "")) == value  # round() refuses more than 28 digits
        elif isinstance(value, float):
            exact = value == round(float(value), places)  # numpy's own overflows near 1.8e308
        else:
            exact = value == round(value, places)
        # Beyond 2^53 the format rounds to a neighbour, which its own digits betray.
        if exact and short.replace(",", "") == f"{value:.{places}f}":
            return short
        return f"{value:,}"

    return text


def _decimals(values: pd.Series) -> int:
    step = max(1, len(values) // SAMPLE)
    try:
        sample = values.iloc[::step].dropna().to_numpy(dtype=float)
    except (TypeError, ValueError):
        return 2
    sample = sample[np.isfinite(sample)]
    with np.errstate(over="ignore", invalid="ignore"):  # near 1.8e308, rounding gives infinity
        for places in (0, 2, 3, 4):
            if np.array_equal(sample, sample.round(places)):
                return places
    return 6


def _time_writer(values: pd.Series) -> Text:
    """Leave out what a sample does not need: the year if it is always the same, the time if there
    is none. A value that has more shows it all the same.
    """
    step = max(1, len(values) // SAMPLE)
    # On its own clock: a zone may have no midnight on some days.
    sample = values.iloc[::step].dropna().dt.tz_localize(None)
    only_days = bool((sample.dt.floor("D") == sample).all())
    years = set(sample.dt.year)
    usual = years.pop() if len(years) == 1 and not only_days else None

    def text(value: Any) -> str | None:
        if missing(value):
            return None
        day = f"{MONTHS[value.month - 1]} {value.day}"
        if value.year != usual:
            day = f"{day}, {value.year}"
        if only_days and value.time() == time.min:
            return day
        half = "am" if value.hour < 12 else "pm"
        return f"{day}, {value.hour % 12 or 12}:{value.minute:02} {half}"

    return text


def _yes_or_no(value: Any) -> str | None:
    if missing(value):
        return None
    return "yes" if value else "no"


WRITERS: dict[str, Text] = {"yes/no": _yes_or_no, "duration": duration}


def _cut(text: str | None) -> str | None:
    if text is None:
        return None
    text = printable(text)
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST - 1] + "…"


def _for_json(value: Any) -> Any:
    """What JSON has no form for: arrays become lists, everything else its text."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if missing(value):
        return None
    return str(value)
