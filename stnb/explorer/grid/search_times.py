"""Which times hold searched words: by their days, of which there are few, and their seconds."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from . import scan
from .columns import Mask, mask_of
from .search_words import BOTH, CLOCK, DAYS, NAMED, InTimes

DAY = 86_400  # s
MOST_DAYS = 200_000  # between the first and the last, that are all written
MARGIN = 2  # days by which a wall clock may differ, and one more


class Times:
    """Times of a column by their wall clock. What a search reads is made when one needs it: most
    digits that people type are those of no day.

    Args:
        array: an Arrow array of days or moments.
    """

    def __init__(self, array: Any) -> None:
        self._array = array
        self._timed = pa.types.is_timestamp(array.type)

    @property
    def nbytes(self) -> int:
        """The memory that they may take."""
        return len(self._array) * (8 if self._timed else 4)

    def holding(self, wanted: InTimes) -> Mask | None:
        """Which times hold these words; None for none of them."""
        if wanted.form in (DAYS, NAMED):
            around = _texts_holding(self._around, wanted)
            if not around.any():
                return None
            if around.all():
                return mask_of(self._array.is_valid())
            days, codes = self._days
            return by_codes(codes, _texts_holding(days, wanted))
        if not self._timed:
            return None
        return self._by_clock(wanted)

    def _by_clock(self, wanted: InTimes) -> Mask | None:
        # The end of a day and the start of a time, with a blank between them; or a part of a time.
        day, _, clock = wanted.words.rpartition(" ")
        if wanted.form == BOTH:
            times = mask_of(pc.starts_with(clock_times(), clock))
        else:
            assert wanted.form == CLOCK
            times = mask_of(pc.match_substring(clock_times(), clock))
        if not times.any():
            return None
        days, codes = self._days
        return times[self._seconds % DAY] & by_codes(codes, mask_of(pc.ends_with(days, day)))

    @functools.cached_property
    def _around(self) -> Any:
        """The days from the first to the last of the column, and a few before and after them."""
        ends = pc.min_max(self._array)
        bounds = []
        for end in (ends["min"], ends["max"]):
            whole = end.cast(pa.timestamp("s"), safe=False).cast(pa.int64())
            bounds.append((whole.as_py() or 0) // DAY)
        first, last = bounds[0] - MARGIN, bounds[1] + MARGIN
        if last - first > MOST_DAYS:
            return self._days[0]
        return _written(np.arange(first, last + 1))

    @functools.cached_property
    def _seconds(self) -> NDArray[np.int64]:
        """Seconds since 1970 by the wall clock. A missing time has any other's."""
        array = self._array
        if self._timed and array.type.tz:
            array = pc.local_timestamp(array)
        whole = array.cast(pa.timestamp("s"), safe=False).cast(pa.int64())
        found: NDArray[np.int64] = pc.fill_null(whole, pc.min(whole).as_py() or 0).to_numpy()
        return found

    @functools.cached_property
    def _days(self) -> tuple[Any, NDArray[np.int32]]:
        """The days as they are written, and for each time the index of its day, or -1."""
        of_entries = self._seconds // DAY
        days, codes = _distinct(of_entries)
        codes[mask_of(self._array.is_null())] = -1
        return _written(days), codes


def _written(days: NDArray[np.int64]) -> Any:
    return pa.array(np.datetime_as_string(days.astype("datetime64[D]")).tolist(), pa.string())


def _distinct(of_entries: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The days that may be searched in their order, and for each entry the index of its day."""
    if len(of_entries):
        first, last = int(of_entries.min()), int(of_entries.max())
        if last - first < MOST_DAYS:
            return np.arange(first, last + 1), (of_entries - first).astype(np.int32)
    days, codes = np.unique(of_entries, return_inverse=True)
    return days, codes.astype(np.int32)


def _texts_holding(days: Any, wanted: InTimes) -> Mask:
    if wanted.form == NAMED:
        named = pc.strftime(days.cast(pa.timestamp("s")), format=NAMED)
        return scan.holding(pc.utf8_lower(named), wanted.words)
    return scan.holding(days, wanted.words)


def by_codes(codes: NDArray[np.int32], found: Mask) -> Mask:
    """For each entry what was found of its value, by the index of that, or -1 if it is missing."""
    if not found.any():
        return np.zeros(len(codes), dtype=bool)
    # Code -1, a missing value, takes the False at the end.
    return np.append(found, False)[codes]


@functools.cache
def clock_times() -> Any:
    """Every second of a day as it is written."""
    return pa.array([f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(DAY)])
