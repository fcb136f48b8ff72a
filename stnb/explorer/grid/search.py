"""Which rows hold the searched words.

What a search reads is prepared once: lower-cased, and each different value once.
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

from . import cells, scan
from .columns import Columns, Mask, encode, mask_of, plain_array

DAY = 86_400  # s
THREADS = 4  # Arrow searches without the interpreter's lock
MOST_BYTES = 500_000_000  # of prepared text; more is prepared anew for each search
# What may stand in a date, in a date with its time, in a named day, and in a number.
DATES = re.compile(r"[\d-]+")
TIMES = re.compile(r"[\d:-]+([ t][\d:]+)?")
NAMED_DAYS = re.compile(
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)( \d\d?(,( \d{0,4})?)?)?"
)
NUMBERS = re.compile(r"-?[\d.]+")
LAST_ZEROS = re.compile(r"(\.\d+?)0+$")
# How a time is searched: its day, its time of the day, both, or its day by the month's name.
DAYS, CLOCK, BOTH, NAMED = "%Y-%m-%d", "%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%b %d, %Y"


class InTimes(NamedTuple):
    """Words as they are searched in times.

    Attributes:
        form: how the times are written, as `strftime` has it.
        words: in small letters.
    """

    form: str
    words: str

    @property
    def lower(self) -> bool:
        """Whether the form has letters, which may be large ones."""
        return self.form == NAMED


def words_in_times(words: str) -> InTimes | None:
    """How these words are searched in times; None if no time can hold them.

    Example:
        >>> words_in_times("2026-07"), words_in_times("Nov 7")
        (InTimes(form='%Y-%m-%d', words='2026-07'), InTimes(form='%b %d, %Y', words='nov 07'))
    """
    words = words.lower()
    if DATES.fullmatch(words):
        return InTimes(DAYS, words)
    if TIMES.fullmatch(words):
        words = words.replace("t", " ")
        return InTimes(BOTH if " " in words else CLOCK, words)
    if NAMED_DAYS.fullmatch(words):
        month, _, rest = words.partition(" ")
        if rest:
            day, comma, year = rest.partition(",")
            words = f"{month} {int(day):02}{comma}{year}"
        return InTimes(NAMED, words)
    return None


def words_in_numbers(words: str, floating: bool) -> str | None:
    """How these words are searched in numbers; None if no number can hold them.

    Example:
        >>> words_in_numbers("$1,234.50", floating=True)
        '1234.5'
    """
    digits = words.replace(",", "").removeprefix("$")
    if not NUMBERS.fullmatch(digits):
        return None
    return LAST_ZEROS.sub(r"\1", digits) if floating else digits


LAST_SEARCHES = 50  # of which it is known in which columns they found something
TEXTS, FIGURES = "texts", "figures"
NO_TEXTS = {"integer", "number", "date", "date-time", "yes/no", "duration"}  # kinds of columns
NO_FIGURES = {"text", "yes/no", "duration"}
Part = tuple[str, int]  # the texts, or the figures, of a column


class Leaf(NamedTuple):
    """One searchable array: a column, or what lies at one place inside a nested one.

    Attributes:
        kind: "text", "number", "float" or "time".
        values: lower-cased text, or numbers and days as they are written; an Arrow array.
        codes: for each entry the index of its value, -1 if missing; None: the values are the
            entries.
        rows: the row of each entry; None: the entries are the rows.
        seconds: of the day, for entries that are times.
    """

    kind: str
    values: Any
    codes: NDArray[np.int32] | None
    rows: NDArray[np.int64] | None
    seconds: NDArray[np.int32] | None = None

    @property
    def nbytes(self) -> int:
        """The memory that it takes."""
        size = int(self.values.nbytes)
        if self.codes is not None:
            size += self.codes.nbytes
        if self.seconds is not None:
            size += self.seconds.nbytes
        return size


class SearchIndex:
    """What a search of one frame reads.

    Ids and amounts are searched for digits alone, and dates for the characters of a date.
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._leaves: dict[Part, list[Leaf]] = {}
        self._locks: dict[Part, threading.Lock] = {}
        for what, unlike in ((TEXTS, NO_TEXTS), (FIGURES, NO_FIGURES)):
            for i, kind in enumerate(columns.kinds):
                if kind not in unlike:
                    self._locks[what, i] = threading.Lock()
        self._bytes = 0
        self._places: dict[str, list[int]] = {}  # by the words of the last searches

    def prepare(self) -> Iterator[None]:
        """Read every column before anybody searches, one with each step; texts come first."""
        for part in self._locks:
            yield
            self._read(part)
        _clock()

    def find(self, words: str) -> Mask:
        """Which rows hold these words in any column, whatever their case."""
        words = words.lower()
        result = np.zeros(len(self._columns), dtype=bool)
        # Most words have letters, which no number has: these columns are not even read.
        figures = words_in_times(words) or words_in_numbers(words, floating=False) is not None
        parts = [part for part in self._locks if part[0] == TEXTS or figures]
        with ThreadPoolExecutor(THREADS) as pool:
            masks = pool.map(lambda part: self._find_in(part, words), parts)
            places = set()
            for (_, i), found in zip(parts, masks, strict=True):
                if found is not None:
                    places.add(i)
                    result |= found
        self._remember(words, sorted(places))
        return result

    def places(self, words: str) -> list[int]:
        """The columns in which a search has found its words; [] if it was not of late."""
        return self._places.get(words.lower(), [])

    def _remember(self, words: str, places: list[int]) -> None:
        if len(self._places) > LAST_SEARCHES:
            self._places = {}
        self._places[words] = places

    def _find_in(self, part: Part, words: str) -> Mask | None:
        result = None
        for leaf in self._read(part):
            found = _rows_found(leaf, words, len(self._columns))
            if found is not None:
                result = found if result is None else result | found
        return result

    def _read(self, part: Part) -> list[Leaf]:
        with self._locks[part]:
            if part in self._leaves:
                return self._leaves[part]
            leaves = self._make(*part)
            size = sum(leaf.nbytes for leaf in leaves)
            if self._bytes + size <= MOST_BYTES:
                self._bytes += size
                self._leaves[part] = leaves
            return leaves

    def _make(self, what: str, i: int) -> list[Leaf]:
        array = self._columns.array(i)
        if array is not None:
            try:
                return list(_leaves(array, None, what))
            except (pa.ArrowException, TypeError, ValueError):
                pass  # a type that Arrow cannot write as text, such as a map
        if what == FIGURES:
            return []
        texts = [cells.one_line(value) for value in self._columns.frame.iloc[:, i].array]
        return list(_leaves(pa.array(texts, pa.large_string()), None, what))


# -- searching


def _rows_found(leaf: Leaf, words: str, rows: int) -> Mask | None:
    """Which rows have the words in this leaf; None for none of them."""
    found = _entries_found(leaf, words)
    if found is None or not found.any():
        return None
    if leaf.rows is None:
        return found
    result = np.zeros(rows, dtype=bool)
    result[leaf.rows[found]] = True
    return result


def _entries_found(leaf: Leaf, words: str) -> Mask | None:
    if leaf.kind == "time":
        return _times_found(leaf, words)
    if leaf.kind != "text":
        digits = words_in_numbers(words, floating=leaf.kind == "float")
        if digits is None:
            return None
        words = digits
    return _of_entries(leaf, scan.holding(leaf.values, words))


def _times_found(leaf: Leaf, words: str) -> Mask | None:
    wanted = words_in_times(words)
    if wanted is None:
        return None
    if wanted.form == NAMED:
        named = pc.strftime(leaf.values.cast(pa.timestamp("s")), format=NAMED)
        return _of_entries(leaf, scan.holding(pc.utf8_lower(named), wanted.words))
    if wanted.form == DAYS:
        return _of_entries(leaf, scan.holding(leaf.values, wanted.words))
    if leaf.seconds is None:
        return None
    # The end of a day and the start of a time, with a blank between them; or a part of a time.
    day, _, clock = wanted.words.rpartition(" ")
    if wanted.form == BOTH:
        times = mask_of(pc.starts_with(_clock(), clock))
    else:
        times = mask_of(pc.match_substring(_clock(), clock))
    if not times.any():
        return None
    return times[leaf.seconds] & _of_entries(leaf, mask_of(pc.ends_with(leaf.values, day)))


@functools.cache
def _clock() -> Any:
    """Every second of a day as it is written."""
    times = [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(DAY)]
    return pa.array(times)


def _of_entries(leaf: Leaf, found: Mask) -> Mask:
    """For each entry what was found of its value."""
    if leaf.codes is None:
        return found
    if not found.any():
        return np.zeros(len(leaf.codes), dtype=bool)
    # Code -1, a missing value, takes the False at the end.
    return np.append(found, False)[leaf.codes]


# -- preparing


def _leaves(array: Any, rows: NDArray[np.int64] | None, what: str) -> Iterator[Leaf]:
    """The texts, or the figures, inside an array of any depth. A list is found if one of its
    entries is.
    """
    array = plain_array(array)
    kind = array.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        parents = pc.list_parent_indices(array).to_numpy()
        if rows is not None:
            parents = rows[parents]
        yield from _leaves(pc.list_flatten(array), parents, what)
    elif pa.types.is_struct(kind):
        for field in array.flatten():
            yield from _leaves(field, rows, what)
    elif what == TEXTS:
        yield from _text_leaf(array, rows)
    elif _is_figure(kind):
        yield _figure_leaf(array, rows)


def _text_leaf(array: Any, rows: NDArray[np.int64] | None) -> Iterator[Leaf]:
    kind = array.type
    silent = pa.types.is_boolean(kind) or pa.types.is_null(kind) or pa.types.is_duration(kind)
    if not silent and not _is_figure(kind):
        leaf = _leaf("text", array.cast(pa.large_string()), rows)
        yield leaf._replace(values=pc.utf8_lower(leaf.values))


def _figure_leaf(array: Any, rows: NDArray[np.int64] | None) -> Leaf:
    if pa.types.is_date(array.type) or pa.types.is_timestamp(array.type):
        return _time_leaf(array, rows)
    if pa.types.is_floating(array.type):
        leaf = _leaf("float", array, rows)
        return leaf._replace(values=_as_python_writes(leaf.values.cast(pa.string())))
    leaf = _leaf("number", array, rows)
    return leaf._replace(values=leaf.values.cast(pa.string()))


def _is_figure(kind: Any) -> bool:
    """Whether values of a type are numbers or times."""
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    return number or pa.types.is_date(kind) or pa.types.is_timestamp(kind)


def _leaf(kind: str, array: Any, rows: NDArray[np.int64] | None) -> Leaf:
    encoded = encode(array)
    if encoded is None:
        return Leaf(kind, array, None, rows)
    return Leaf(kind, encoded.values, encoded.codes, rows)


def _as_python_writes(numbers: Any) -> Any:
    """Arrow's texts of floats as Python has them: 2.0 for 2, and 1e-07 for 1e-7."""
    odd = pc.or_(pc.invert(pc.match_substring(numbers, ".")), pc.match_substring(numbers, "e"))
    odd = pc.fill_null(odd, False)
    few = numbers.filter(odd)
    if not len(few):
        return numbers
    whole = pc.match_substring_regex(few, r"^-?\d+$")
    few = pc.if_else(whole, pc.binary_join_element_wise(few, ".0", ""), few)
    few = pc.replace_substring_regex(few, r"e(-|\+)(\d)$", r"e\10\2")
    return pc.replace_with_mask(numbers, odd, few)


def _time_leaf(array: Any, rows: NDArray[np.int64] | None) -> Leaf:
    """Days and seconds by the wall clock: of both there are few, even if all times differ."""
    timed = pa.types.is_timestamp(array.type)
    if timed and array.type.tz:
        array = pc.local_timestamp(array)
    whole = array.cast(pa.timestamp("s"), safe=False).cast(pa.int64())
    seconds = pc.fill_null(whole, 0).to_numpy()
    days, codes = np.unique(seconds // DAY, return_inverse=True)
    codes[mask_of(array.is_null())] = -1
    texts = np.datetime_as_string(days.astype("datetime64[D]")).tolist()
    of_day = (seconds % DAY).astype(np.int32) if timed else None
    return Leaf("time", pa.array(texts, pa.string()), codes.astype(np.int32), rows, of_day)
