"""A frame as the grid works on it: Arrow arrays, numbers and ranks of its columns.

Each is made when it is first needed, and kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from . import cells
from .zones import on_the_clock

PROBE = 2_000  # values that say whether a column repeats itself
REPEATS = 0.7  # share of different values among them, from which on nearly all differ
RANKED = 3  # fields of an object that decide its order
MISSING = np.int32(-1)  # the code, and the rank, of a missing value
Mask = NDArray[np.bool_]
T = TypeVar("T")


class Encoded(NamedTuple):
    """A column of few different values.

    Attributes:
        codes: for each row the index of its value in `values`, -1 for a missing value.
        values: the different values, as a pyarrow Array.
    """

    codes: NDArray[np.int32]
    values: Any


class Cache:
    """The results that were asked for last. Others are made again. Threads may share it."""

    def __init__(self, size: int) -> None:
        self._size, self._lock = size, threading.Lock()
        self._results: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The result for this key. Two threads that miss it at once both make it, without harm."""
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
                return self._results[key]
        made = make()
        with self._lock:
            self._results[key] = made
            while len(self._results) > self._size:
                self._results.popitem(last=False)
        return made


class Columns:
    """The columns of one frame. Nothing here changes the frame, so any thread may ask.

    Attributes:
        frame: the frame, its times on the clock of the tenant.
        moved: the positions of the columns that are in UTC in the frame as it was given.
        zone: the tenant's zone, or "".
        shown: how each column is written.
    """

    def __init__(self, frame: pd.DataFrame, zone: str = "") -> None:
        self.given, self.zone = frame, zone
        self.frame, self.moved = on_the_clock(frame, zone)
        frame = self.frame
        self.shown = cells.columns(frame)
        self._arrays: dict[int, Any] = {}
        self._encoded: dict[int, Encoded | None] = {}
        self._ranks, self._numbers = Cache(4), Cache(6)

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.frame)

    @property
    def names(self) -> list[str]:
        """The headings."""
        return [column.name for column in self.shown]

    @property
    def kinds(self) -> list[str]:
        """The kinds, such as "integer"."""
        return [column.kind for column in self.shown]

    def array(self, i: int) -> Any:
        """The column as one Arrow array; None if its values have no common type."""
        if i not in self._arrays:
            self._arrays[i] = _array(self.frame.iloc[:, i])
        return self._arrays[i]

    def missing(self, i: int) -> Mask:
        """Which rows have no value in this column."""
        array = self.array(i)
        if array is not None:
            return mask_of(pc.is_null(array, nan_is_null=True))
        values = self.frame.iloc[:, i].array
        return np.array([cells.missing(value) for value in values], dtype=bool)

    def encoded(self, i: int) -> Encoded | None:
        """The column by its different values; None if nearly all of them differ."""
        if i not in self._encoded:
            array = self.array(i)
            self._encoded[i] = None
            if array is not None and not pa.types.is_nested(array.type):
                self._encoded[i] = encode(array)
        return self._encoded[i]

    def numbers(self, i: int) -> NDArray[np.float64]:
        """What a histogram counts; NaN for a missing value.

        That is numbers, seconds of durations, seconds since 1970 of dates by their wall clock, and
        the lengths of lists.
        """
        column, kind = self.frame.iloc[:, i], self.shown[i].kind
        return self._numbers.get(i, lambda: _numbers(column, kind, self.array(i)))

    def sort(self, i: int, within: NDArray[np.intp], ascending: bool) -> NDArray[np.intp]:
        """Sort the positions `within` by a column.

        Equal rows keep their order. Missing values come last in both directions.
        """
        array = self.array(i)
        if array is not None and pa.types.is_struct(array.type):
            return self._sort_objects(i, within, ascending)
        ranks = self._ranks.get(i, lambda: self._rank(i))
        keys = ranks[within].astype(np.int64)
        rows = len(self)
        if not ascending:
            keys = np.where(keys < 0, MISSING, rows - keys)
        keys[keys < 0] = rows + 1
        # Short keys are sorted faster.
        short = np.uint16 if rows < 2**16 - 2 else np.int32
        return within[np.argsort(keys.astype(short), kind="stable")]

    def _sort_objects(self, i: int, within: NDArray[np.intp], ascending: bool) -> NDArray[np.intp]:
        """Sort by the first field, then the second, then the third."""
        ranks = self._ranks.get(i, lambda: _ranks_of_objects(self.array(i)))
        keys = [rank[within] if ascending else -rank[within] for rank in reversed(ranks)]
        missing = [rank[within] < 0 for rank in reversed(ranks)]
        pairs: list[Any] = []
        for key, none in zip(keys, missing, strict=True):
            pairs += [key, none]  # the last one counts first
        if not pairs:
            return within
        return within[np.lexsort(pairs)]

    def is_str(self, i: int) -> bool:
        """Whether the column is one of pandas' own texts."""
        return isinstance(self.frame.dtypes.iloc[i], pd.StringDtype)

    def _rank(self, i: int) -> NDArray[np.int32]:
        """The place of each row's value among the different values in order, -1 if missing."""
        array = self.array(i)
        if array is not None:
            return _rank(array, self.encoded(i))
        texts = self.frame.iloc[:, i].map(str, na_action="ignore")
        return pd.factorize(texts.astype("object"), sort=True)[0].astype(np.int32)


# -- Arrow arrays


def encode(array: Any) -> Encoded | None:
    """Encode an Arrow array by its different values; None if nearly all of them differ.

    Whether they differ is judged by a sample.
    """
    if len(array) > PROBE:
        step = len(array) // PROBE
        probe = array.take(pa.array(np.arange(0, len(array), step)))
        if len(probe.unique()) > REPEATS * len(probe):
            return None
    encoded = array.dictionary_encode()
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return Encoded(codes.astype(np.int32, copy=False), encoded.dictionary)


def mask_of(array: Any) -> Mask:
    """An Arrow array of booleans as numpy's; a missing one is False."""
    return np.asarray(pc.fill_null(array, False).to_numpy(zero_copy_only=False), dtype=bool)


def plain_array(array: Any) -> Any:
    """One Arrow array without chunks; categories become their values."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_dictionary(array.type):
        return array.dictionary_decode()
    return array


def _array(column: pd.Series) -> Any:
    try:
        array = plain_array(pa.array(column, from_pandas=True))
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return None  # mixed objects have no Arrow type
    if isinstance(array.type, pa.BaseExtensionType):
        return None  # Arrow stores a period, for one, as a bare number
    return array


# -- numbers


def _numbers(column: pd.Series, kind: str, array: Any) -> NDArray[np.float64]:
    if kind == "date-time":
        column = column.dt.tz_localize(None)
    if kind in {"date", "date-time"}:
        return _seconds(column.to_numpy(dtype="datetime64[us]"))
    if kind == "duration":
        return _seconds(column.to_numpy(dtype="timedelta64[us]"))
    if array is None:
        return np.full(len(column), np.nan)
    if kind == "list":
        array = pc.list_value_length(array)
    return _floats(array)


def _floats(array: Any) -> NDArray[np.float64]:
    try:
        floats = array.cast(pa.float64(), safe=False)
    except pa.ArrowException:
        return np.full(len(array), np.nan)
    return np.asarray(floats.to_numpy(zero_copy_only=False), dtype=np.float64)


def _seconds(times: NDArray[Any]) -> NDArray[np.float64]:
    seconds = times.astype(np.int64) / 1e6
    seconds[np.isnat(times)] = np.nan
    return seconds


# -- ranks


def _rank(array: Any, encoded: Encoded | None) -> NDArray[np.int32]:
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        return _rank(pc.list_value_length(array), None)  # longer lists after shorter ones
    if encoded is not None and len(encoded.values) < len(array):
        return _rank_of_encoded(encoded)
    if pa.types.is_null(array.type):
        return np.full(len(array), MISSING)
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.int8())
    ranks = pc.rank(array, "ascending", tiebreaker="dense").to_numpy().astype(np.int32)
    return np.where(mask_of(pc.is_null(array, nan_is_null=True)), MISSING, ranks)


def _rank_of_encoded(encoded: Encoded) -> NDArray[np.int32]:
    """Rank the few different values, and give each row the rank of its value."""
    ranks = _rank(encoded.values, None)
    if not len(ranks):
        return encoded.codes
    return np.where(encoded.codes < 0, MISSING, ranks[encoded.codes])


def sorting_fields(kind: Any) -> list[str]:
    """The fields by which objects are sorted: the first ones that hold a single value."""
    plain = [field.name for field in kind if not pa.types.is_nested(field.type)]
    return plain[:RANKED]


def _ranks_of_objects(array: Any) -> list[NDArray[np.int32]]:
    """For each of the sorting fields the rank of each row."""
    fields = sorting_fields(array.type)
    return [_rank(plain_array(pc.struct_field(array, name)), None) for name in fields]
