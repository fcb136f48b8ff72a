"""Which rows hold the searched words. What a search reads is prepared once: lower-cased, each
different value once.
"""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from . import cells
from .columns import Held, Mask, coded, flags, whole_array

DAY = 86_400  # s
THREADS = 4  # Arrow searches without the interpreter's lock
MOST_BYTES = 500_000_000  # of prepared text; what is beyond is prepared anew for each search
DAYS = re.compile(r"[\d-]+")
TIMES = re.compile(r"[\d:-]+([ t][\d:]+)?")
DIGITS = re.compile(r"-?[\d.]+")


class Leaf(NamedTuple):
    """One searchable array: a column, or what lies at one place inside a nested one."""

    kind: str  # text | number | time
    values: Any  # lower-cased text, numbers and days as they are written; an Arrow array
    codes: NDArray[np.int32] | None  # which value each entry has; None: the values are the entries
    rows: NDArray[np.int64] | None  # the row of each entry; None: the entries are the rows
    seconds: NDArray[np.int32] | None = None  # of the day, where the entries are times


class Index:
    """What a search of one frame reads.

    Ids and amounts are only looked through for digits, dates only for the characters of a date.
    """

    def __init__(self, held: Held) -> None:
        self._held = held
        self._leaves: dict[int, list[Leaf]] = {}
        self._locks = [threading.Lock() for _ in held.shown]
        self._bytes = 0

    def prepare(self) -> Iterator[None]:
        """Read every column before anybody searches, one with each step."""
        _clock()
        for i in range(len(self._locks)):
            yield
            self._read(i)

    def find(self, words: str) -> Mask:
        """Which rows hold these words in any column, whatever the case."""
        words = words.lower()
        result = np.zeros(len(self._held), dtype=bool)
        with ThreadPoolExecutor(THREADS) as pool:
            for hit in pool.map(lambda i: self._column(i, words), range(len(self._locks))):
                if hit is not None:
                    result |= hit
        return result

    def _column(self, i: int, words: str) -> Mask | None:
        result = None
        for leaf in self._read(i):
            hit = _hit(leaf, words, len(self._held))
            if hit is not None:
                result = hit if result is None else result | hit
        return result

    def _read(self, i: int) -> list[Leaf]:
        with self._locks[i]:
            if i in self._leaves:
                return self._leaves[i]
            leaves = self._make(i)
            size = sum(
                part.nbytes
                for leaf in leaves
                for part in (leaf.values, leaf.codes, leaf.seconds)
                if part is not None
            )
            if self._bytes + size <= MOST_BYTES:
                self._bytes += size
                self._leaves[i] = leaves
            return leaves

    def _make(self, i: int) -> list[Leaf]:
        array = self._held.array(i)
        try:
            if array is not None:
                return list(_leaves(array, None))
        except (
            pa.ArrowException,
            TypeError,
            ValueError,
        ):  # a type that Arrow cannot write, such as a map
            pass
        texts = [cells.one_line(v) for v in self._held.frame.iloc[:, i].array]
        return list(_leaves(pa.array(texts, pa.large_string()), None))


def _hit(leaf: Leaf, words: str, rows: int) -> Mask | None:
    """Which rows this leaf finds, None for none of them."""
    found = _entries(leaf, words)
    if found is None or not found.any():
        return None
    if leaf.rows is None:
        return found
    result = np.zeros(rows, dtype=bool)
    result[leaf.rows[found]] = True
    return result


def _entries(leaf: Leaf, words: str) -> Mask | None:
    if leaf.kind == "number":
        words = words.replace(",", "")
        return (
            _spread(leaf, pc.match_substring(leaf.values, words))
            if DIGITS.fullmatch(words)
            else None
        )
    if leaf.kind == "text":
        return _spread(leaf, pc.match_substring(leaf.values, words))
    if DAYS.fullmatch(words):
        return _spread(leaf, pc.match_substring(leaf.values, words))
    return (
        None
        if leaf.seconds is None or not TIMES.fullmatch(words)
        else _at_times(leaf, words, leaf.seconds)
    )


def _at_times(leaf: Leaf, words: str, seconds: NDArray[np.int32]) -> Mask | None:
    """A part of a time, or the end of a day and the start of a time with a blank or a T between
    them.
    """
    day, between, clock = words.replace("t", " ").rpartition(" ")
    times = flags(
        pc.starts_with(_clock(), clock) if between else pc.match_substring(_clock(), clock)
    )
    if not times.any():
        return None
    return times[seconds] & _spread(leaf, pc.ends_with(leaf.values, day))


@functools.cache
def _clock() -> Any:
    """Every second of a day as it is written."""
    return pa.array([f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(DAY)])


def _spread(leaf: Leaf, hit: Any) -> Mask:
    found = flags(hit)
    if leaf.codes is None or not found.any():
        return found if leaf.codes is None else np.zeros(len(leaf.codes), dtype=bool)
    return np.append(found, False)[
        leaf.codes
    ]  # code -1, a missing value, takes the False at the end


def _leaves(array: Any, rows: NDArray[np.int64] | None) -> Iterator[Leaf]:
    """The searchable arrays inside one of any depth: a list is found when one of its entries is."""
    array = whole_array(array)
    kind = array.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        parents = pc.list_parent_indices(array).to_numpy()
        yield from _leaves(pc.list_flatten(array), parents if rows is None else rows[parents])
    elif pa.types.is_struct(kind):
        for field in array.flatten():
            yield from _leaves(field, rows)
    elif pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        yield _time_leaf(array, rows)
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        leaf = _leaf("number", array, rows)
        yield leaf._replace(values=leaf.values.cast(pa.string()))
    elif not (pa.types.is_boolean(kind) or pa.types.is_null(kind) or pa.types.is_duration(kind)):
        leaf = _leaf("text", array.cast(pa.large_string()), rows)
        yield leaf._replace(values=pc.utf8_lower(leaf.values))


def _leaf(kind: str, array: Any, rows: NDArray[np.int64] | None) -> Leaf:
    few = coded(array)
    return Leaf(kind, array, None, rows) if few is None else Leaf(kind, few.values, few.codes, rows)


def _time_leaf(array: Any, rows: NDArray[np.int64] | None) -> Leaf:
    """Days and seconds by the wall clock: both are few, where the times themselves may all differ."""
    timed = pa.types.is_timestamp(array.type)
    if timed and array.type.tz:
        array = pc.local_timestamp(array)
    seconds = pc.fill_null(array.cast(pa.timestamp("s"), safe=False).cast(pa.int64()), 0).to_numpy()
    numbers, codes = np.unique(seconds // DAY, return_inverse=True)
    codes[flags(array.is_null())] = -1
    days = pa.array(np.datetime_as_string(numbers.astype("datetime64[D]")).tolist(), pa.string())
    return Leaf(
        "time",
        days,
        codes.astype(np.int32),
        rows,
        (seconds % DAY).astype(np.int32) if timed else None,
    )
