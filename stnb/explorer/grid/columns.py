"""A frame as the grid works on it: Arrow arrays, numbers and ranks of its columns, made once and
when first needed.
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

PROBE = 2_000  # values that say whether a column repeats itself
RANKED = 3  # fields of an object that its order looks at
Mask = NDArray[np.bool_]
T = TypeVar("T")


class Coded(NamedTuple):
    """A column of few different values: the place of each row's value among them, -1 where it is
    missing.
    """

    codes: NDArray[np.int32]
    values: Any  # a pyarrow Array


class Recent:
    """The results last asked for, made again when they have been forgotten. Threads may share it."""

    def __init__(self, size: int) -> None:
        self._size, self._lock = size, threading.Lock()
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The result for this key; two threads that miss it at once both make it, which does no
        harm.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return made


class Held:
    """One frame with what is known of it. Nothing here changes the frame, so any thread may ask."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self.shown = cells.columns(frame)
        self._arrays: dict[int, Any] = {}
        self._codes: dict[int, Coded | None] = {}
        self._ranks, self._numbers = Recent(4), Recent(6)

    def __len__(self) -> int:
        return len(self.frame)

    def array(self, i: int) -> Any:
        """The column as one Arrow array; None where its values have no common type."""
        if i not in self._arrays:
            self._arrays[i] = _array(self.frame.iloc[:, i])
        return self._arrays[i]

    def missing(self, i: int) -> Mask:
        """Which rows have no value in this column."""
        array = self.array(i)
        if array is None:
            return np.array([cells.missing(v) for v in self.frame.iloc[:, i].array], dtype=bool)
        return flags(pc.is_null(array, nan_is_null=True))

    def coded(self, i: int) -> Coded | None:
        """The column by its different values; None where nearly all of them differ."""
        if i not in self._codes:
            array = self.array(i)
            self._codes[i] = (
                None if array is None or pa.types.is_nested(array.type) else coded(array)
            )
        return self._codes[i]

    def numbers(self, i: int) -> NDArray[np.float64]:
        """What a histogram counts: numbers, seconds of spans and of dates by the wall clock, the
        length of lists.
        """
        return self._numbers.get(
            i, lambda: _numbers(self.frame.iloc[:, i], self.shown[i].kind, self.array(i))
        )

    def ordered(self, i: int, within: NDArray[np.intp], ascending: bool) -> NDArray[np.intp]:
        """Sort the positions `within` by a column; equal rows keep their order, missing values
        stand last in both directions.
        """
        ranks = self._ranks.get(i, lambda: self._rank(i))
        keys = ranks[within].astype(np.int64)
        if not ascending:
            keys = np.where(keys < 0, -1, len(self) - keys)
        keys[keys < 0] = len(self) + 1
        small = (
            keys.astype(np.uint16) if len(self) < 2**16 - 2 else keys.astype(np.int32)
        )  # short keys sort faster
        return within[np.argsort(small, kind="stable")]

    def _rank(self, i: int) -> NDArray[np.int32]:
        """The place of each row's value among the different values in order, -1 where it is
        missing.
        """
        array = self.array(i)
        if array is None:
            texts = pd.Series([cells.whole(v) for v in self.frame.iloc[:, i].array], dtype="object")
            return pd.factorize(texts, sort=True)[0].astype(np.int32)
        return _rank(array, self.coded(i))


def coded(array: Any) -> Coded | None:
    """Encode an Arrow array by its different values; None where a sample says that nearly all
    differ.
    """
    step = max(1, len(array) // PROBE)
    probe = array.take(pa.array(np.arange(0, len(array), step))) if step > 1 else array
    if len(array) > PROBE and len(probe.unique()) > 0.7 * len(probe):
        return None
    encoded = array.dictionary_encode()
    return Coded(
        pc.fill_null(encoded.indices, -1)
        .to_numpy(zero_copy_only=False)
        .astype(np.int32, copy=False),
        encoded.dictionary,
    )


def flags(array: Any) -> Mask:
    """An Arrow array of booleans as numpy's, missing as False."""
    return np.asarray(pc.fill_null(array, False).to_numpy(zero_copy_only=False), dtype=bool)


def whole_array(array: Any) -> Any:
    """One Arrow array, whatever its chunks; categories become their values."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def _array(column: pd.Series) -> Any:
    try:
        array = whole_array(pa.array(column, from_pandas=True))
        return (
            None if isinstance(array.type, pa.BaseExtensionType) else array
        )  # a period's storage is a bare number
    except (
        pa.ArrowException,
        TypeError,
        ValueError,
        OverflowError,
    ):  # mixed objects have no Arrow type
        return None


def _numbers(column: pd.Series, kind: str, array: Any) -> NDArray[np.float64]:
    if kind in {"date", "date-time"}:
        wall = column.dt.tz_localize(None) if kind == "date-time" else column
        return _seconds(wall.to_numpy(dtype="datetime64[us]"))
    if kind == "duration":
        return _seconds(column.to_numpy(dtype="timedelta64[us]"))
    if kind == "list" and array is not None:
        return _floats(pc.list_value_length(array))
    return np.full(len(column), np.nan) if array is None else _floats(array)


def _floats(array: Any) -> NDArray[np.float64]:
    try:
        return np.asarray(
            array.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), dtype=np.float64
        )
    except pa.ArrowException:
        return np.full(len(array), np.nan)


def _seconds(times: NDArray[Any]) -> NDArray[np.float64]:
    seconds = times.astype(np.int64) / 1e6
    seconds[np.isnat(times)] = np.nan
    return seconds


def _rank(array: Any, by_value: Coded | None) -> NDArray[np.int32]:
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        return _rank(pc.list_value_length(array), None)  # longer lists after shorter ones
    if pa.types.is_struct(array.type):
        return _rank_of_objects(array)
    if by_value is not None and len(by_value.values) < len(array):
        places = _rank(by_value.values, None)
        return (
            np.where(by_value.codes < 0, np.int32(-1), places[by_value.codes])
            if len(places)
            else by_value.codes
        )
    if pa.types.is_null(array.type):
        return np.full(len(array), -1, dtype=np.int32)
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.int8())
    ranks = pc.rank(array, "ascending", tiebreaker="dense").to_numpy().astype(np.int32)
    return np.where(flags(pc.is_null(array, nan_is_null=True)), np.int32(-1), ranks)


def _rank_of_objects(array: Any) -> NDArray[np.int32]:
    """By the first field, then the second, then the third."""
    total = np.zeros(len(array), dtype=np.int64)
    for field in array.flatten()[:RANKED]:
        ranks = _rank(whole_array(field), None).astype(np.int64) + 1
        total = np.unique(total * (int(ranks.max(initial=0)) + 1) + ranks, return_inverse=True)[
            1
        ].astype(np.int64)
    return np.where(flags(array.is_null()), -1, total).astype(np.int32)
