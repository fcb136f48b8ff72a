"""Which floats hold searched digits: by arithmetic where it is sure, and by their texts elsewhere.

Arrow writes two million floats of 17 digits in some 350 ms; to look at each of their places takes
100 ms, after which few of them are left to be written.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from . import scan
from .columns import Mask, mask_of
from .search_numbers import LARGE, LONGEST, among, at_the_end

SMALL = 1e-3  # floats below it, as those beyond LARGE, Arrow may write with an exponent
DIGITS = 17  # of a float at most, of which the first is not 0
BLOCK = 2**15  # floats, which fit into a core's cache
NEAR = 2.0**-52  # by how much a float times a power of ten is wrong at most, with its text
CLEAR = 0.02  # share of a place's width below which one bound serves a whole block
MOST_ODD = 0.05  # share of floats that have to be written anyway

Floats64 = NDArray[np.float64]


class Floats:
    """Floats that are searched by their digits.

    Args:
        array: an Arrow array of floats of 64 bits.
        values: the same in numpy, with any number for a missing one.
        odd: which of them are so large or so small that only their texts tell, or not numbers.
    """

    def __init__(self, array: Any, values: Floats64, odd: Mask) -> None:
        self._array = array
        self._missing = mask_of(array.is_null()) if array.null_count else None
        self._negative = np.signbit(values)
        self._odd = odd
        self._sizes: Floats64 = np.abs(values)
        self._sizes[odd] = 0.5
        self._wholes = self._sizes.astype(np.uint32)
        least = np.min(self._sizes, initial=1.0, where=self._sizes > 0)
        self._places = DIGITS - int(np.floor(np.log10(least)))  # behind the point, at most

    @property
    def nbytes(self) -> int:
        """The memory that they take."""
        parts: list[NDArray[Any]] = [self._sizes, self._wholes, self._negative, self._odd]
        if self._missing is not None:
            parts.append(self._missing)
        return sum(part.nbytes for part in parts)

    def holding(self, word: str) -> Mask:
        """Which floats hold a word of digits, with a minus before them or a point among them."""
        found, possible = self._by_digits(word)
        unsure = np.flatnonzero((possible | self._odd) & ~found)
        if len(unsure):
            written = as_python_writes(self._array.take(pa.array(unsure)))
            found[unsure[scan.holding(written, word)]] = True
        if self._missing is not None:
            found &= ~self._missing
        return found

    def _by_digits(self, word: str) -> tuple[Mask, Mask]:
        """Which floats hold the word for sure, and which may."""
        found = np.zeros(len(self._sizes), dtype=bool)
        digits = word.removeprefix("-")
        whole, point, part = digits.partition(".")
        if "." in part or max(len(whole), len(part)) > LONGEST:
            return found, found
        if point:
            possible = at_the_end(self._wholes, whole)
            if part:
                possible &= self._at_places(part, 1)[1]
            elif digits == word:
                return possible & ~self._odd, possible
        else:
            found, possible = self._at_places(whole, self._places - len(whole) + 1)
            found |= among(self._wholes, whole)
            found &= ~self._odd
            possible |= found
        if digits == word:
            return found, possible
        return np.zeros_like(found), possible & self._negative

    def _at_places(self, digits: str, places: int) -> tuple[Mask, Mask]:
        """Which floats hold these digits at one of the first places behind the point, for sure
        and maybe.
        """
        found = np.zeros(len(self._sizes), dtype=bool)
        possible = np.zeros(len(self._sizes), dtype=bool)
        for start in range(0, len(found), BLOCK):
            block = slice(start, start + BLOCK)
            for place in range(places):
                _look(self._sizes[block], place, digits, found[block], possible[block])
        return found, possible


def _look(sizes: Floats64, place: int, digits: str, found: Mask, possible: Mask) -> None:
    """Add which numbers hold the digits behind so many others behind the point.

    Such a number, times a power of ten, lies in an interval between two whole ones. What lies at
    its ends is not sure: zeros at the end of a number are not written.
    """
    scale, width = 10.0**place, 10 ** len(digits)
    middle, half = (2 * int(digits) + 1) / (2 * width), 1 / (2 * width)
    moved = sizes * scale
    largest = float(moved.max()) * NEAR
    off = moved - np.rint(moved)
    off -= middle
    off -= np.rint(off)
    np.abs(off, out=off)
    if largest < CLEAR * half:
        wrong = largest + NEAR
        possible |= off <= half + wrong
        found |= off <= half - wrong
        return
    # Here the places end: those of each number by its own size.
    within = moved < 10.0 ** (DIGITS - len(digits)) * (1 + 1e-9)
    moved *= NEAR
    moved += NEAR
    possible |= (off <= half + moved) & within
    found |= off <= half - moved


def of_floats(array: Any) -> Floats | None:
    """The floats of an Arrow array; None if they are of another width, or many are odd."""
    if not pa.types.is_float64(array.type):
        return None
    values = pc.fill_null(array, 0.5).to_numpy(zero_copy_only=False)
    odd = _is_odd(values)
    if np.count_nonzero(odd) > MOST_ODD * len(odd):
        return None
    return Floats(array, values, odd)


def _is_odd(values: Floats64) -> Mask:
    """Which floats Arrow may write with an exponent, or are not numbers."""
    sizes = np.abs(values)
    # What is not a number is not within the bounds.
    odd: Mask = ~((sizes < LARGE) & ((sizes >= SMALL) | (sizes == 0)))
    return odd


def as_python_writes(numbers: Any) -> Any:
    """Floats as Python has them, where Arrow writes 2 for 2.0, and 1e+10 for 10000000000.0."""
    # To look at the numbers is faster than to look at their texts.
    values = pc.fill_null(numbers, 0.5).to_numpy()
    texts = numbers.cast(pa.string())
    odd = _is_odd(values)
    whole = (values == np.floor(values)) & ~odd
    if whole.any():
        with_zero = pc.binary_join_element_wise(texts.filter(pa.array(whole)), ".0", "")
        texts = pc.replace_with_mask(texts, pa.array(whole), with_zero)
    if odd.any():
        written = pa.array([str(value) for value in values[odd]], pa.string())
        texts = pc.replace_with_mask(texts, pa.array(odd), written)
    return texts
