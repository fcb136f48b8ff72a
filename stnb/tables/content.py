"""What a column holds: its distinct values, each with the number of rows that have it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Column

from .ids import column_of
from .text import shortened

Counts = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Content:
    """A column's values, each once.

    Attributes:
        path: the column's name.
        rows: how many rows there are.
        values: the distinct values, without missing ones; the distinct lengths of lists.
        counts: for each of the values, how many rows have it.
        codes: for each row the index of its value in `values`, -1 if it is missing.
        kind: the Arrow type of the column.
        promised: the catalogue's column; None if the catalogue does not know it.
    """

    path: str
    rows: int
    values: pa.Array
    counts: Counts
    codes: Codes
    kind: pa.DataType
    promised: Column | None

    @property
    def nested(self) -> bool:
        """Whether the column holds lists or objects."""
        return bool(pa.types.is_nested(self.kind))

    @property
    def missing(self) -> int:
        """The number of rows without a value. A list without elements counts as none."""
        filled = int(self.counts.sum())
        if self.nested and len(self.values):
            empty = pc.equal(self.values, 0).to_numpy(zero_copy_only=False)
            filled -= int(self.counts[empty].sum())
        return self.rows - filled

    @property
    def is_text(self) -> bool:
        """Whether the values are text."""
        kind = self.values.type
        return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))

    @property
    def is_moment(self) -> bool:
        """Whether the values are days or times of a day, and not lengths or clock times."""
        kind = self.values.type
        return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))

    @cached_property
    def trimmed(self) -> pa.Array:
        """Texts without the blanks around them."""
        return pc.utf8_trim_whitespace(self.values)

    @cached_property
    def moments(self) -> pa.Array:
        """Times in microseconds, which hold the year 1, as nanoseconds do not."""
        kind = self.values.type
        if not pa.types.is_timestamp(kind):
            return self.values
        return self.values.cast(pa.timestamp("us", kind.tz), safe=False)

    def count(self, which: pa.Array) -> int:
        """The number of rows whose value is true in `which`, which has one for each value."""
        return int(self.counts[which.fill_null(False).to_numpy(zero_copy_only=False)].sum())


def content(path: str, series: pd.Series[Any], promised: Column | None) -> Content:
    """Read a column once, so that every check works on its distinct values alone."""
    array = column_of(series)
    kind = array.type
    if pa.types.is_null(kind):
        codes = np.full(len(series), -1, np.int32)
        values = pa.array([], pa.string())
        return Content(path, len(series), values, np.zeros(0, np.int64), codes, kind, promised)
    if pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        array = pc.list_value_length(array)
    elif pa.types.is_nested(kind):
        array = pc.if_else(pc.is_valid(array), 1, None)
    coded = array.dictionary_encode()
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    values = _in_calendar(coded.dictionary)
    counts = np.bincount(codes[codes >= 0], minlength=len(values)).astype(np.int64)
    return Content(path, len(series), values, counts, codes, kind, promised)


def _in_calendar(values: pa.Array) -> pa.Array:
    """Times of a zone in which one lies outside the years 1 to 9999 as those of UTC, so that each
    of them is a value of Python's.
    """
    if not pa.types.is_timestamp(values.type) or not values.type.tz:
        return values
    ends = pc.min_max(values)
    try:
        ends["min"].as_py(), ends["max"].as_py()
    except (OverflowError, ValueError):
        return values.cast(pa.timestamp(values.type.unit, "UTC"))
    return values


def shown(value: Any, width: int = 40) -> str:
    """A value in few letters: a time without seconds, a day without its midnight.

    Example:
        >>> shown(dt.datetime(2026, 7, 1)), shown("a long text", 7)
        ('2026-07-01', 'a long…')
    """
    if isinstance(value, dt.datetime):
        return _shown_moment(value)
    if isinstance(value, dt.timedelta):
        return str(value).split(".", 1)[0]
    if isinstance(value, float):
        return f"{value:.12g}"
    return shortened(str(value), width) or '""'


def _shown_moment(value: dt.datetime) -> str:
    day = f"{value.year:04}-{value.month:02}-{value.day:02}"  # strftime writes the year 1 as "1"
    if (value.hour, value.minute, value.second) == (0, 0, 0):
        return day
    return f"{day} {value:%H:%M}"
