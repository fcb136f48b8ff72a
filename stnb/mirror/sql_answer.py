"""The answer of a query as a frame, typed like that of a pull."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.frame.types import pandas_type

FLOAT_DIGITS = 15  # that every float tells apart
# The years 1 to 9999, which Python and pandas can show.
FIRST = pa.scalar(dt.datetime(1, 1, 1), pa.timestamp("us"))
LAST = pa.scalar(dt.datetime(9999, 12, 31, 23, 59, 59, 999_999), pa.timestamp("us"))


def typed_frame(table: pa.Table) -> pd.DataFrame:
    """The rows of an Arrow table; a column whose values no type of a pull holds is left as it is.

    Times of other years than 1 to 9999, which only SQL knows, become text.
    """
    series = [_series(column) for column in table.columns]
    frame = pd.concat(series, axis="columns") if series else pd.DataFrame()
    frame.columns = pd.Index(table.column_names)
    return frame


def _series(column: pa.ChunkedArray) -> pd.Series[Any]:
    """A column of the frame; as text, if pandas cannot show its values."""
    typed = _typed(column)
    if _pandas_can_show(typed):
        try:
            series: pd.Series[Any] = typed.to_pandas(types_mapper=pandas_type)
            return series
        except (ValueError, OverflowError):  # a time of 24:00:00
            pass
    texts = [None if value is None else str(value) for value in _python(typed)]
    return pd.Series(texts, dtype="str")


def _pandas_can_show(column: pa.ChunkedArray) -> bool:
    """Whether nested values are no unions, which pandas does not know, and of years 1 to 9999."""
    if not pa.types.is_nested(column.type):
        return True
    inner = _leaves(column.type)
    if any(pa.types.is_union(kind) for kind in inner):
        return False
    if any(pa.types.is_temporal(kind) for kind in inner):
        try:
            column.to_pylist()
        except (ValueError, OverflowError):
            return False
    return True


def _leaves(kind: pa.DataType) -> list[pa.DataType]:
    """The types inside a type, itself if it is a union or not nested."""
    if pa.types.is_union(kind) or not pa.types.is_nested(kind):
        return [kind]
    found = []
    for place in range(kind.num_fields):
        found += _leaves(kind.field(place).type)
    return found


def _python(column: pa.ChunkedArray) -> list[Any]:
    """The values as Python's; as Arrow writes them if Python has no such value."""
    values = []
    for scalar in column:
        try:
            values.append(scalar.as_py())
        except (ValueError, OverflowError):
            written = pa.array([scalar], column.type).to_string(skip_new_lines=True)
            values.append(written[1:-1].strip())  # without the brackets of the array
    return values


def _typed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column with the type that a pull would have given it. If a value would not fit exactly, the
    column stays as it is.
    """
    kind = column.type
    if pa.types.is_interval(kind):
        return _durations(column)
    if pa.types.is_decimal(kind) and kind.scale:
        return _floats(column)
    want = next((wanted(kind) for fits, wanted in _TYPES if fits(kind)), kind)
    try:
        typed = column.cast(want)
    except pa.ArrowException:
        typed = column
    if pa.types.is_timestamp(typed.type) or pa.types.is_date(typed.type):
        return _of_known_years(typed)
    return typed


def _floats(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Decimals as floats; they stay decimals if a float does not have all the digits of one."""
    # Arrow's own cast makes 1.0999999999999999 of 1.10.
    floats = column.cast(pa.string()).cast(pa.float64())
    bound = Decimal(10) ** (FLOAT_DIGITS - column.type.scale)
    for value, number in zip(column, floats, strict=True) if _reaches(column, bound) else ():
        if value.is_valid and Decimal(repr(number.as_py())) != value.as_py():
            return column
    return floats


def _reaches(column: pa.ChunkedArray, bound: Decimal) -> bool:
    """Whether a value is so far from zero."""
    ends = pc.min_max(column).as_py().values()
    return any(end is not None and abs(end) >= bound for end in ends)


def _of_known_years(times: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times that Python can show; as text, if one of them it cannot."""
    try:
        moments = times.cast(pa.timestamp("us"))
        ends = pc.min_max(moments)
    except pa.ArrowException:
        return times.cast(pa.string())
    if ends["min"].is_valid and (ends["min"].value < FIRST.value or ends["max"].value > LAST.value):
        return times.cast(pa.string())
    return times


def _durations(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Intervals as durations, unless there are months in them, whose length differs."""
    parts = column.to_pylist()
    if any(p is not None and p.months for p in parts):
        return column
    return pa.chunked_array(
        [
            pa.array(
                [
                    None if p is None else p.days * 86_400_000_000 + p.nanoseconds // 1000
                    for p in parts
                ],
                pa.duration("us"),
            )
        ]
    )


def _is_text(kind: pa.DataType) -> bool:
    """Whether a pull would have made it text; a column without values is text too."""
    others = (
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_dictionary,
        pa.types.is_null,
    )
    return any(fits(kind) for fits in others)


_TYPES: Sequence[tuple[Callable[[pa.DataType], bool], Callable[[pa.DataType], pa.DataType]]] = (
    (pa.types.is_uint64, lambda kind: kind),
    (pa.types.is_integer, lambda kind: pa.int64()),
    (pa.types.is_floating, lambda kind: pa.float64()),
    (pa.types.is_decimal, lambda kind: pa.int64()),  # a sum of whole numbers is one
    (_is_text, lambda kind: pa.string()),
    (pa.types.is_date, lambda kind: pa.timestamp("us")),
    (pa.types.is_timestamp, lambda kind: pa.timestamp("us", "UTC" if kind.tz else None)),
)
