"""How the values of a frame look in the grid: as a short line, and whole. No widgets here."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pandas.api import types

LONGEST = 200  # characters of one cell; the whole value is asked for when a cell is opened
SAMPLE = 10_000  # values looked at to choose the decimals of a column
FIRST = 50  # rows that say how wide a column stands
LEAST = {
    "text": 136,
    "date": 156,
    "date-time": 156,
}  # px; under a histogram of days stand two of them
RIGHT = {"integer", "number", "duration"}


@dataclass(frozen=True)
class Shown:
    """One column as the grid shows it."""

    name: str
    kind: (
        str  # integer | number | text | yes/no | date | date-time | duration | list | object | any
    )
    width: int
    text: Callable[[Any], str | None]


def columns(frame: pd.DataFrame) -> list[Shown]:
    """Decide for every column how it is written and how wide it stands."""
    return [
        _shown(str(name), frame.iloc[:, i]) for i, name in enumerate(map(_heading, frame.columns))
    ]


def rows(
    frame: pd.DataFrame, shown: list[Shown], where: NDArray[np.intp]
) -> list[list[str | None]]:
    """Write the rows at the positions `where` as text; a missing value is None."""
    part = frame.take(where)
    written = [
        [_cut(column.text(v)) for v in part.iloc[:, i].array] for i, column in enumerate(shown)
    ]
    return [list(row) for row in zip(*written, strict=True)]


def whole(value: Any) -> str | None:
    """Write one value at full length, nested ones over several lines."""
    if missing(value):
        return None
    if isinstance(value, (dict, list, tuple, np.ndarray)):
        return json.dumps(value, indent=2, ensure_ascii=False, default=_plain)
    return one_line(value)


def missing(value: Any) -> bool:
    """Tell None, NaN, NaT and pd.NA from a value. pd.isna() would answer a list with a list."""
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return bool(np.isnat(value))
    return isinstance(value, (float, np.floating, Decimal)) and value != value


def _heading(name: Any) -> str:
    return " · ".join(map(str, name)) if isinstance(name, tuple) else str(name)


def _shown(name: str, column: pd.Series) -> Shown:
    kind = _kind(column)
    text = (
        _numbers(column)
        if kind == "number"
        else _times_of(column)
        if kind == "date-time"
        else TEXTS.get(kind, one_line)
    )
    longest = max((len(_cut(text(v)) or "") for v in column.iloc[:FIRST].array), default=0)
    width = max((8.4 if kind in RIGHT else 7.8) * longest + 22, 8.4 * len(name) + 30)
    return Shown(name, kind, int(min(340, max(LEAST.get(kind, 112), width))), text)


def _kind(column: pd.Series) -> str:
    dtype = column.dtype
    if isinstance(dtype, pd.ArrowDtype) and pa.types.is_nested(dtype.pyarrow_dtype):
        arrow = dtype.pyarrow_dtype
        return "list" if pa.types.is_list(arrow) or pa.types.is_large_list(arrow) else "object"
    if types.is_bool_dtype(dtype):
        return "yes/no"
    if types.is_integer_dtype(dtype):
        return "integer"
    if types.is_timedelta64_dtype(dtype):
        return "duration"
    if types.is_numeric_dtype(dtype) and not types.is_complex_dtype(dtype):
        return "number"
    if types.is_datetime64_any_dtype(dtype):
        return "date-time" if getattr(dtype, "tz", None) is not None else "date"
    return _kind_of_objects(column) if types.is_object_dtype(dtype) else "text"


def _kind_of_objects(column: pd.Series) -> str:
    seen = {type(v) for v in column.iloc[:SAMPLE].array if not missing(v)}
    if seen and seen <= {dict}:
        return "object"
    if seen and seen <= {list, tuple, np.ndarray}:
        return "list"
    if seen and seen <= {int}:
        return "integer"
    return "text" if seen <= {str} else "any"


def one_line(value: Any) -> str | None:
    """Write any value in one line, None where it is missing."""
    if missing(value):
        return None
    if isinstance(value, (dict, list, tuple, np.ndarray)):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return f"{len(value):,} bytes" if isinstance(value, bytes) else str(value)


def _numbers(column: pd.Series) -> Callable[[Any], str | None]:
    """Choose as many decimals as a sample needs; a value that needs more is written in full."""
    places = _places(column)

    def text(value: Any) -> str | None:
        if missing(value):
            return None
        short = f"{value:,.{places}f}"
        return (
            short
            if short.replace(",", "") == f"{value:.{places}f}" and value == round(value, places)
            else f"{value:,}"
        )

    return text


def _places(column: pd.Series) -> int:
    step = max(1, len(column) // SAMPLE)
    try:
        sample = column.iloc[::step].dropna().to_numpy(dtype=float)
    except (TypeError, ValueError):
        return 2
    sample = sample[np.isfinite(sample)]
    return next((n for n in (0, 2, 3, 4) if np.array_equal(sample, sample.round(n))), 6)


def _times_of(column: pd.Series) -> Callable[[Any], str | None]:
    """Leave the time out where a sample has none; a value that has one shows it all the same."""
    sample = column.iloc[:: max(1, len(column) // SAMPLE)].dropna()
    return _dates if len(sample) and bool((sample.dt.floor("D") == sample).all()) else _times


def _dates(value: Any) -> str | None:
    text = _times(value)
    return text and text.removesuffix(" 00:00:00")


def _times(value: Any) -> str | None:
    return None if missing(value) else str(value.strftime("%Y-%m-%d %H:%M:%S"))


def _answer(value: Any) -> str | None:
    return None if missing(value) else "yes" if value else "no"


def span(value: Any) -> str | None:
    """Write a length of time."""
    if missing(value):
        return None
    days, seconds = divmod(int(value.total_seconds()), 86_400)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{days} d {clock}" if days else clock


TEXTS = {"date": _dates, "yes/no": _answer, "duration": span}


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _plain(value: Any) -> Any:
    """What JSON does not know: arrays become lists, everything else its text."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    return None if missing(value) else str(value)
