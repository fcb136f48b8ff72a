"""Which numbers hold searched digits, by arithmetic: no number is written as text.

Arrow writes a million amounts in some 100 ms; to divide them by ten a few times takes 10 ms.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from .columns import Mask, mask_of

LARGE = 1e9  # floats beyond it may be written with an exponent
SHORT = 2**32  # sizes below it take half the memory and the time
CENTS = [str(cent / 100)[2:] for cent in range(100)]  # behind the point: from "0" to "99"
PROBE = 2_000  # floats that are looked at first
LONGEST = 20  # digits of a number of 64 bits

Sizes = NDArray[np.unsignedinteger[Any]]


class Figures(NamedTuple):
    """Numbers by what their texts are made of.

    Attributes:
        sizes: the numbers without their signs.
        negative: which of them have a minus; None for none.
        missing: which are no numbers; None for none.
        cents: whether sizes are hundredths, of numbers that are written with a point.
    """

    sizes: Sizes
    negative: Mask | None
    missing: Mask | None
    cents: bool

    @property
    def nbytes(self) -> int:
        """The memory that they take."""
        parts = (self.sizes, self.negative, self.missing)
        return sum(part.nbytes for part in parts if part is not None)


def of_integers(array: Any) -> Figures:
    """The figures of an Arrow array of whole numbers."""
    values = pc.fill_null(array, 0).to_numpy(zero_copy_only=False)
    if values.dtype.kind == "u":
        return Figures(_short(values.astype(np.uint64)), None, _missing(array), cents=False)
    values = values.astype(np.int64, copy=False)
    # The size of the least number has no place in int64, and is right as uint64.
    sizes = np.abs(values).view(np.uint64)
    return Figures(_short(sizes), _some(values < 0), _missing(array), cents=False)


def of_amounts(array: Any) -> Figures | None:
    """The figures of an Arrow array of floats; None if one of them is no number of cents."""
    values = pc.fill_null(array, 0.5).to_numpy(zero_copy_only=False)
    size = np.abs(values)
    # A maximum that is not a number is not below the bound.
    if values.dtype != np.float64 or (len(size) and not size.max() < LARGE):
        return None
    # Most columns of other numbers have one among the first.
    if _cents(size[:PROBE]) is None:
        return None
    cents = _cents(size)
    if cents is None:
        return None
    sizes = _short(cents.astype(np.uint64))
    return Figures(sizes, _some(np.signbit(values)), _missing(array), cents=True)


def _cents(sizes: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Sizes in hundredths; None if one of them is no whole number of these."""
    cents = np.rint(sizes * 100)
    return cents if (cents / 100 == sizes).all() else None


def holding(figures: Figures, word: str) -> Mask:
    """Which numbers hold a word of digits, with a minus before them or a point among them.

    Example:
        >>> holding(of_integers(pa.array([1250, 25, -12])), "-1").tolist()
        [False, False, True]
    """
    found = _holding(figures, word)
    if found is None:
        return np.zeros(len(figures.sizes), dtype=bool)
    if figures.missing is not None:
        found &= ~figures.missing
    return found


def _holding(figures: Figures, word: str) -> Mask | None:
    rest = word.removeprefix("-")
    whole, point, part = rest.partition(".")
    if "." in part or len(whole) > LONGEST or (point and not figures.cents):
        return None
    sizes = figures.sizes
    if rest != word:
        if figures.negative is None or not whole:
            return None
        return figures.negative & _beginning(figures, whole, part if point else None)
    if not figures.cents:
        return among(sizes, whole)
    wholes = sizes // 100
    cents = sizes - wholes * 100
    if not point:
        return among(wholes, whole) | _of_cents(cents, [whole in each for each in CENTS])
    behind = _of_cents(cents, [each.startswith(part) for each in CENTS])
    return behind & at_the_end(wholes, whole)


def _beginning(figures: Figures, whole: str, part: str | None) -> Mask:
    """Which numbers begin with these digits; with a point and these behind them, unless None."""
    sizes = figures.sizes
    if figures.cents:
        sizes = sizes // 100
    if part is None:
        return _at_the_start(sizes, whole)
    if str(int(whole)) != whole:
        return np.zeros(len(sizes), dtype=bool)
    cents = figures.sizes - sizes * 100
    behind = _of_cents(cents, [each.startswith(part) for each in CENTS])
    return behind & (sizes == int(whole))


# -- digits of whole numbers


def among(sizes: Sizes, digits: str) -> Mask:
    """Which numbers have these digits anywhere."""
    wanted, power, least = int(digits), 10 ** len(digits), 10 ** (len(digits) - 1)
    found = (sizes == 0) if digits == "0" else np.zeros(len(sizes), dtype=bool)
    most = _most(sizes)
    while most >= least:
        last = sizes if most < power else sizes - sizes // power * power
        same = last == wanted
        if digits[0] == "0":
            same &= sizes >= least  # a number has no zeros before its first digit
        found |= same
        sizes, most = sizes // 10, most // 10
    return found


def _at_the_start(sizes: Sizes, digits: str) -> Mask:
    """Which numbers begin with these digits."""
    wanted = int(digits)
    found = sizes == wanted
    if digits[0] == "0":
        return found & (digits == "0")
    most = _most(sizes) // 10
    while most >= wanted:  # further digits follow
        sizes, most = sizes // 10, most // 10
        found |= sizes == wanted
    return found


def at_the_end(sizes: Sizes, digits: str) -> Mask:
    """Which numbers end with these digits."""
    if not digits:
        return np.ones(len(sizes), dtype=bool)
    power = 10 ** len(digits)
    last = sizes if _most(sizes) < power else sizes - sizes // power * power
    return (last == int(digits)) & ((sizes >= power // 10) | (digits == "0"))


def _of_cents(cents: Sizes, fitting: list[bool]) -> Mask:
    """For each number what is true of its cents."""
    if not any(fitting):
        return np.zeros(len(cents), dtype=bool)
    return np.array(fitting)[cents]


def _most(sizes: Sizes) -> int:
    return int(sizes.max()) if len(sizes) else 0


def _short(sizes: Sizes) -> Sizes:
    return sizes.astype(np.uint32) if _most(sizes) < SHORT else sizes


def _some(mask: Mask) -> Mask | None:
    return mask if mask.any() else None


def _missing(array: Any) -> Mask | None:
    return mask_of(array.is_null()) if array.null_count else None
