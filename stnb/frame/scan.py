"""One look at the bytes of a page before it is read: how deep it is nested, and how its numbers are
written.

A float drops digits and zeros that stand in JSON, and its reader does not say so. Here, numbers
with a fraction or an exponent are found without reading the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from stnb.errors.nesting import LOWER, MOST_LEVELS, Block, bits, blocks, without_escapes

from .tokens import SURE, lossy, number

Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

POINT, ZERO, EXPONENT, MINUS = ord("."), ord("0"), ord("e"), ord("-")
WORD = 8  # bytes
FEW = 1000  # numbers with an exponent; each is looked at for itself
# The upper half of a digit is 3, also if 6 is added to it. No other byte is so.
UPPER, THREES, SIXES = (np.uint64(byte * 0x0101010101010101) for byte in (0xF0, 0x30, 0x06))
NUMBER = re.compile(rb"-?[\d.]+(?:[eE][-+]?\d+)?")
LETTERS = ord("@")  # no digit comes behind it, and no letter before it
NO_WORDS: Words = np.zeros(0, np.uint64)


@dataclass(frozen=True)
class Scan:
    """What a look at a page showed.

    Attributes:
        deep: whether it is nested over 100 levels deep; nothing else is known then.
        lossy: whether a float would drop digits of a number with a fraction or an exponent.
        zeros: how many numbers are whole, but are written with one zero behind the point: 12.0.
        odd: whether there are numbers which, with the digits of a float or of a whole number, would
            be written in another way: 12.50, 1e3, -0.
        exponents: the numbers with an exponent if they are few, and all that is odd.
    """

    deep: bool = False
    lossy: bool = False
    zeros: int = 0
    odd: bool = False
    exponents: tuple[str, ...] = field(default=(), compare=False, repr=False)


def scan(document: bytes) -> Scan:
    """Look at a page of JSON.

    Example:
        >>> scan(b'{"total": 12.50, "note": "1.234567890123456789", "rate": 12.0}')
        Scan(deep=False, lossy=False, zeros=1, odd=True)
    """
    text = without_escapes(document)
    marked = [NO_WORDS]
    for block in blocks(text):
        if block.deepest > MOST_LEVELS:
            return Scan(deep=True)
        marked.append(_marks(block))
    marks = _places(np.concatenate(marked))
    signs = np.frombuffer(text, np.uint8)
    of_marks = signs[marks]
    at = marks[of_marks == POINT]
    letters = marks[of_marks | LOWER == EXPONENT]
    letters = letters[_is_digit(signs[letters - 1])]
    signed_zeros = _signed_zeros(signs, marks[of_marks == MINUS])
    if not len(at) and not len(letters):
        return Scan(odd=signed_zeros)
    words = _every_word(text)
    behind = _digits_behind(words, at)
    ended = signs[np.minimum(at + behind, len(signs) - 1)] == ZERO
    exponents = [_whole(text, place) for place in letters.tolist()]
    odd = signed_zeros or bool((ended & (behind > 1)).any())
    few = []
    if not odd and len(exponents) <= FEW:
        few = [written.decode() for written in exponents]
    return Scan(
        lossy=any(map(_drops, [*_long(text, words, at, behind), *exponents])),
        zeros=int(np.count_nonzero(ended & (behind == 1))),
        odd=odd or len(exponents) > 0,
        exponents=tuple(few),
    )


def _marks(block: Block) -> Words:
    """Where a point, a minus, or the letter of an exponent stands outside of texts, as bits.

    A letter at the beginning of a block may be that of a word.
    """
    found = block.signs == POINT
    found |= block.signs == MINUS
    letters = block.lower == EXPONENT
    # Not those of true and false, of which pages have many.
    letters[1:] &= block.signs[:-1] < LETTERS
    found |= letters
    marks: Words = bits(found) & ~block.texts
    return marks


def _signed_zeros(signs: Bytes, at: Places) -> bool:
    """Whether a whole zero with a sign is among the numbers.

    Args:
        at: where minuses stand.
    """
    last = len(signs) - 1
    at = at[signs[np.minimum(at + 1, last)] == ZERO]
    behind = signs[np.minimum(at + 2, last)]
    return bool((~_is_digit(behind) & (behind != POINT) & (behind | LOWER != EXPONENT)).any())


def _places(words: Words) -> Places:
    """The places of the bits that are set."""
    some = np.flatnonzero(words)
    set_bits = np.unpackbits(words[some].view(np.uint8), bitorder="little").view(bool)
    at = np.flatnonzero(set_bits)
    found: Places = some[at >> 6] * 64 + (at & 63)
    return found


def _is_digit(signs: Bytes) -> Flags:
    found: Flags = (signs - np.uint8(ZERO)) < 10
    return found


def _every_word(text: bytes) -> Words:
    """The eight bytes before each place, the first as the lowest; blanks around the text.

    Those from a place on are `WORD` places further.
    """
    blanks = b" " * WORD
    padded = b"".join((blanks, text, blanks))
    return np.ndarray((len(text) + WORD + 1,), "<u8", padded, strides=(1,))


def _no_digits(words: Words) -> Words:
    """Words of which just those bytes are 0 that are a digit."""
    return ((words & UPPER) ^ THREES) | (((words + SIXES) & UPPER) ^ THREES)


def _digits_first(words: Words) -> Places:
    """With how many digits each word begins."""
    others = _no_digits(words)
    lowest = others & (~others + np.uint64(1))
    found: Places = (np.bitwise_count(lowest - np.uint64(1)) >> 3).astype(np.int64)
    return found


def _digits_behind(words: Words, at: Places) -> Places:
    """How many digits stand in a row behind each place."""
    count = np.zeros(len(at), np.int64)
    open_ends = np.arange(len(at))
    while len(open_ends):
        starts = at[open_ends] + 1 + count[open_ends]
        few = _digits_first(words[np.minimum(starts + WORD, len(words) - 1)])
        count[open_ends] += few
        open_ends = open_ends[few == WORD]
    return count


def _digits_before(words: Words, at: Places) -> Places:
    """How many digits stand in a row before each place."""
    count = np.zeros(len(at), np.int64)
    open_ends = np.arange(len(at))
    while len(open_ends):
        ends = at[open_ends] - count[open_ends]
        few = _digits_first(words[ends].byteswap())
        count[open_ends] += few
        open_ends = open_ends[few == WORD]
    return count


def _long(text: bytes, words: Words, at: Places, behind: Places) -> Iterator[bytes]:
    """The numbers that a float may not hold: with more than 15 digits, and without those that it
    writes in the same way, as those of a map's coordinates are. A sign is left out.

    Args:
        at: where their points stand.
        behind: how many digits each has behind it.
    """
    starts, ends = at - _digits_before(words, at), at + behind + 1
    signs = np.frombuffer(text, np.uint8)
    # A number with an exponent is looked at as a whole elsewhere: its digits alone are another.
    has_exponent = (signs[np.minimum(ends, len(signs) - 1)] | LOWER) == EXPONENT
    long = (ends - starts > SURE + 1) & ~has_exponent
    if not long.any():
        return
    texts = _slices(text, starts[long], ends[long])
    try:
        same = pc.equal(texts.cast(pa.float64()).cast(texts.type), texts)
    except pa.ArrowInvalid:  # no JSON
        same = pa.array(np.zeros(len(texts), dtype=bool))
    yield from (found.as_py().encode() for found in texts.filter(pc.invert(same)))


def _slices(text: bytes, starts: Places, ends: Places) -> pa.Array:
    """Parts of a text, as texts."""
    # Between them lie the others; Arrow copies none of these.
    offsets = np.stack([starts, ends], axis=1).reshape(-1)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(text)]
    every = pa.Array.from_buffers(pa.large_string(), len(offsets) - 1, buffers)
    return every.take(pa.array(np.arange(0, len(offsets), 2)))


def _whole(text: bytes, place: int) -> bytes:
    """The number in which a place lies."""
    start = place
    while start and text[start - 1] in b"-.0123456789":
        start -= 1
    found = NUMBER.match(text, start)
    return found[0] if found else b""


def _drops(written: bytes) -> bool:
    try:
        return lossy(number(written.decode()))
    except (ValueError, ArithmeticError):
        return False  # no number of JSON
