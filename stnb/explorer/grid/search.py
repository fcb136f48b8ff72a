"""Which rows hold the searched words.

What a search reads is prepared once: lower-cased, and each different value once.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from . import cells, scan, search_numbers
from .columns import Cache, Columns, Mask, encode
from .search_floats import Floats
from .search_leaves import FIGURES, TEXTS, Encoder, Leaf, leaves_of, unread_texts
from .search_numbers import Figures
from .search_run import Part, Search
from .search_times import Times, by_codes, clock_times
from .search_words import words_in_numbers, words_in_times

MOST_BYTES = 500_000_000  # of prepared text; more is prepared anew for each search
LAST_SEARCHES = 12  # that are remembered
NESTED = {"list", "object"}
NO_TEXTS = {"integer", "number", "date", "date-time", "yes/no", "duration"}  # kinds of columns
LETTERS = re.compile(r"[a-z]|[^\x00-\x7f]")  # that may have been large ones
NO_FIGURES = {"text", "yes/no", "duration"}


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
        self._searches = Cache(LAST_SEARCHES)

    def prepare(self) -> Iterator[None]:
        """Read every column before anybody searches, one with each step; texts come first."""
        for part in self._locks:
            yield
            self._read(part)
        clock_times()

    def find(self, words: str) -> Mask:
        """Which rows hold these words in any column, whatever their case."""
        return self.search(words).whole()

    def search(self, words: str) -> Search:
        """The search of these words, begun if it was not of late."""
        words = words.lower()
        return self._searches.get(words, lambda: self._begin(words))

    def places(self, words: str) -> list[int]:
        """The columns in which these words were found; none of them for no words."""
        return self.search(words).places if words else []

    def _begin(self, words: str) -> Search:
        # Most words have letters, which no number has: these columns are not even read.
        figures = words_in_times(words) or words_in_numbers(words, floating=False) is not None
        parts = [part for part in self._locks if part[0] == TEXTS or figures]
        parts.sort(key=self._weight)
        return Search(len(self._columns), parts, lambda part: self._find_in(part, words))

    def _weight(self, part: Part) -> tuple[bool, bool, bool]:
        """What is searched first: what was read before, and last what lies inside of lists."""
        what, i = part
        return part not in self._leaves, self._columns.kinds[i] in NESTED, what == TEXTS

    def _find_in(self, part: Part, words: str) -> Mask | None:
        result = None
        for leaf in self._leaves_for(part, words):
            found = _rows_found(leaf, words, len(self._columns))
            if found is not None:
                result = found if result is None else result | found
        return result

    def _leaves_for(self, part: Part, words: str) -> list[Leaf]:
        """What is to be searched. Texts are not prepared for words without letters."""
        what, i = part
        if what == TEXTS and part not in self._leaves and not LETTERS.search(words):
            array = self._columns.array(i)
            leaves = None if array is None else unread_texts(array)
            if leaves is not None:
                return leaves
        return self._read(part)

    def _read(self, part: Part) -> list[Leaf]:
        with self._locks[part]:
            if part in self._leaves:
                return self._leaves[part]
            leaves = self._make(*part, self._encoder(part[1]))
            size = sum(leaf.nbytes for leaf in leaves)
            if self._bytes + size <= MOST_BYTES:
                self._bytes += size
                self._leaves[part] = leaves
            return leaves

    def _make(self, what: str, i: int, encoder: Encoder) -> list[Leaf]:
        array = self._columns.array(i)
        if array is not None:
            try:
                return list(leaves_of(array, None, what, encoder))
            except (pa.ArrowException, TypeError, ValueError):
                pass  # a type that Arrow cannot write as text, such as a map
        if what == FIGURES:
            return []
        texts = [cells.one_line(value) for value in self._columns.frame.iloc[:, i].array]
        return list(leaves_of(pa.array(texts, pa.large_string()), None, what, encoder))

    def _encoder(self, i: int) -> Encoder:
        """The bars and the order of a column need its different values, too: they share them.

        Columns keeps what it encodes; so beyond the bound of memory it is not asked.
        """
        encoded = self._columns.encoded(i) if self._bytes < MOST_BYTES else None
        return encode if encoded is None else lambda _: encoded


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
    if isinstance(leaf.values, Times):
        wanted = words_in_times(words)
        return None if wanted is None else leaf.values.holding(wanted)
    if leaf.kind != "text":
        digits = words_in_numbers(words, floating=leaf.kind == "float")
        if digits is None:
            return None
        words = digits
    if isinstance(leaf.values, Floats):
        return _of_entries(leaf, leaf.values.holding(words))
    if isinstance(leaf.values, Figures):
        return _of_entries(leaf, search_numbers.holding(leaf.values, words))
    return _of_entries(leaf, scan.holding(leaf.values, words))


def _of_entries(leaf: Leaf, found: Mask) -> Mask:
    """For each entry what was found of its value."""
    if leaf.codes is None:
        return found
    return by_codes(leaf.codes, found)
