"""How the values of a frame look in the grid, which rows a search finds, and their order. No widgets here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pandas.api import types

LONGEST = 200  # characters of one cell; the whole value is asked for when a cell is opened
SAMPLE = 10_000  # values looked at to choose the decimals of a column
FIRST = 100  # rows that say how wide a column stands
RIGHT = {"integer", "number", "duration"}


@dataclass(frozen=True)
class Shown:
    """One column as the grid shows it."""

    name: str
    kind: str  # integer | number | text | yes/no | date | date-time | duration | list | object | any
    width: int
    text: Callable[[Any], str | None]


def columns(frame: pd.DataFrame) -> list[Shown]:
    """Decide for every column how it is written and how wide it stands."""
    return [_shown(str(name), frame.iloc[:, i]) for i, name in enumerate(map(_heading, frame.columns))]


def rows(frame: pd.DataFrame, shown: list[Shown], where: NDArray[np.intp]) -> list[list[str | None]]:
    """Write the rows at the positions `where` as text; a missing value is None."""
    part = frame.take(where)
    written = [[_cut(column.text(v)) for v in part.iloc[:, i].array] for i, column in enumerate(shown)]
    return [list(row) for row in zip(*written, strict=True)]


def whole(value: Any) -> str | None:
    """Write one value at full length, nested ones over several lines."""
    if missing(value):
        return None
    if isinstance(value, (dict, list, tuple, np.ndarray)):
        return json.dumps(value, indent=2, ensure_ascii=False, default=_plain)
    return _text(value)


def missing(value: Any) -> bool:
    """Tell None, NaN, NaT and pd.NA from a value. pd.isna() would answer a list with a list."""
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return bool(np.isnat(value))
    return isinstance(value, (float, np.floating, Decimal)) and value != value


def found(frame: pd.DataFrame, words: str, within: NDArray[np.intp]) -> NDArray[np.intp]:
    """Keep the positions in `within` whose row holds `words` in any column, whatever the case.

    Ids and amounts are only looked through for digits, dates only for the characters of a date.
    """
    part = frame if len(within) == len(frame) else frame.take(within)
    with ThreadPoolExecutor(4) as pool:  # Arrow searches without the interpreter's lock
        hits = pool.map(lambda i: _holds(part.iloc[:, i], words), range(part.shape[1]))
        return within[_any(hits, len(part))]


def ordered(column: pd.Series, within: NDArray[np.intp], ascending: bool) -> NDArray[np.intp]:
    """Sort the positions `within` by a column; equal rows keep their order, missing values stand last."""
    values = column.take(within).reset_index(drop=True)
    if _kind(values) in {"list", "object", "any"}:
        values = values.map(whole).astype("str")
    return within[values.sort_values(ascending=ascending, kind="stable", na_position="last").index.to_numpy()]


def _heading(name: Any) -> str:
    return " · ".join(map(str, name)) if isinstance(name, tuple) else str(name)


def _shown(name: str, column: pd.Series) -> Shown:
    kind = _kind(column)
    text = _numbers(column) if kind == "number" else _times_of(column) if kind == "date-time" else TEXTS.get(kind, _text)
    longest = max((len(_cut(text(v)) or "") for v in column.iloc[:FIRST].array), default=0)
    width = max((8.4 if kind in RIGHT else 7.8) * longest + 22, 8.4 * len(name) + 30)
    return Shown(name, kind, int(min(340, max(76, width))), text)


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


def _text(value: Any) -> str | None:
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
        return short if short.replace(",", "") == f"{value:.{places}f}" and value == round(value, places) else f"{value:,}"

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


def _span(value: Any) -> str | None:
    if missing(value):
        return None
    days, seconds = divmod(int(value.total_seconds()), 86_400)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{days} d {clock}" if days else clock


TEXTS = {"date": _dates, "yes/no": _answer, "duration": _span}


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _plain(value: Any) -> Any:
    """What JSON does not know: arrays become lists, everything else its text."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    return None if missing(value) else str(value)


def _holds(column: pd.Series, words: str) -> NDArray[np.bool_]:
    try:
        return _arrow_holds(pa.array(column, from_pandas=True), words)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):  # mixed objects have no Arrow type
        return np.array([words.lower() in (_text(v) or "").lower() for v in column.array], dtype=bool)


def _arrow_holds(array: Any, words: str) -> NDArray[np.bool_]:
    """Search an Arrow array of any depth: a list is hit when one of its elements is."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        hit = np.zeros(len(array), dtype=bool)
        hit[pc.list_parent_indices(array).to_numpy()[_arrow_holds(pc.list_flatten(array), words)]] = True
        return hit
    if pa.types.is_struct(array.type):
        return _any((_arrow_holds(field, words) for field in array.flatten()), len(array))
    return _leaf_holds(array, words)


def _any(hits: Iterable[NDArray[np.bool_]], size: int) -> NDArray[np.bool_]:
    result = np.zeros(size, dtype=bool)
    for hit in hits:
        result |= hit
    return result


def _leaf_holds(array: Any, words: str) -> NDArray[np.bool_]:
    kind = array.type
    if pa.types.is_temporal(kind) and not pa.types.is_duration(kind):
        if not re.fullmatch(r"[\d:T -]+", words):
            return np.zeros(len(array), dtype=bool)
        if pa.types.is_timestamp(kind) and ":" not in words:
            array = array.cast(pa.date32(), safe=False)  # writing 100,000 times takes 20 times as long as the days
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        words = words.replace(",", "")
        if not re.fullmatch(r"-?[\d.]+", words):
            return np.zeros(len(array), dtype=bool)
    elif pa.types.is_boolean(kind) or pa.types.is_null(kind) or pa.types.is_duration(kind):
        return np.zeros(len(array), dtype=bool)
    hit = pc.match_substring(array.cast(pa.large_string()), words, ignore_case=True)
    return np.asarray(pc.fill_null(hit, False).to_numpy(zero_copy_only=False), dtype=bool)
