"""One look at the bytes of a page before it is read: how deep it is nested, and how its numbers are
written.

A float drops digits and zeros that stand in JSON, and its reader does not say so. Here, numbers
with a fraction or an exponent are found without reading the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from stnb.errors.nesting import LOWER, MOST_LEVELS, bits, blocks, without_escapes

from .tokens import lossy, number

Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

POINT, ZERO, EXPONENT, MINUS = ord("."), ord("0"), ord("e"), ord("-")
WORD = 8  # bytes
# The upper half of a digit is 3, also if 6 is added to it. No other byte is so.
UPPER, THREES, SIXES = (np.uint64(byte * 0x0101010101010101) for byte in (0xF0, 0x30, 0x06))
NUMBER = re.compile(rb"-?[\d.]+(?:[eE][-+]?\d+)?")
NOTHING: Places = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Scan:
    """What a look at a page showed.

    Attributes:
        deep: whether it is nested over 100 levels deep; nothing else is known then.
        lossy: whether a float would drop digits of a number with a fraction or an exponent.
        zeros: how many numbers are whole, but are written with one zero behind the point: 12.0.
        odd: whether there are numbers which, with the digits of a float or of a whole number, would
            be written in another way: 12.50, 1e3, -0.
    """

    deep: bool = False
    lossy: bool = False
    zeros: int = 0
    odd: bool = False


def scan(document: bytes) -> Scan:
    """Look at a page of JSON.

    Example:
        >>> scan(b'{"total": 12.50, "note": "1.234567890123456789", "rate": 12.0}')
        Scan(deep=False, lossy=False, zeros=1, odd=True)
    """
    text = without_escapes(document)
    points, letters, minuses, start = [NOTHING], [NOTHING], [NOTHING], 0
    for block in blocks(text):
        if block.deepest > MOST_LEVELS:
            return Scan(deep=True)
        points.append(start + _places(bits(block.signs == POINT) & ~block.texts))
        letters.append(start + _places(bits(block.lower == EXPONENT) & ~block.texts))
        minuses.append(start + _places(bits(block.signs == MINUS) & ~block.texts))
        start += len(block.signs)
    at, marks = np.concatenate(points), np.concatenate(letters)
    signs = np.frombuffer(text, np.uint8)
    # The others are those of true and false.
    marks = marks[_is_digit(signs[marks - 1])]
    signed_zeros = _signed_zeros(signs, np.concatenate(minuses))
    if not len(at) and not len(marks):
        return Scan(odd=signed_zeros)
    words = _every_word(text)
    behind = _digits_behind(words, at)
    ended = signs[np.minimum(at + behind, len(signs) - 1)] == ZERO
    doubtful = [*_long(text, words, at, behind), *(_whole(text, mark) for mark in marks.tolist())]
    return Scan(
        lossy=any(map(_drops, doubtful)),
        zeros=int(np.count_nonzero(ended & (behind == 1))),
        odd=signed_zeros or len(marks) > 0 or bool((ended & (behind > 1)).any()),
    )


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
    """Eight bytes from each place on, the first as the lowest; blanks behind the end."""
    return np.ndarray((len(text) + 1,), "<u8", text + b" " * WORD, strides=(1,))


def _no_digits(words: Words) -> Words:
    """Words of which just those bytes are 0 that are a digit."""
    return ((words & UPPER) ^ THREES) | (((words + SIXES) & UPPER) ^ THREES)


def _digits_behind(words: Words, at: Places) -> Places:
    """How many digits stand in a row behind each place."""
    count = np.zeros(len(at), np.int64)
    open_ends = np.arange(len(at))
    while len(open_ends):
        starts = np.minimum(at[open_ends] + 1 + count[open_ends], len(words) - 1)
        others = _no_digits(words[starts])
        lowest = others & (~others + np.uint64(1))
        few = np.bitwise_count(lowest - np.uint64(1)).astype(np.int64) // 8
        count[open_ends] += few
        open_ends = open_ends[few == WORD]
    return count


def _long(text: bytes, words: Words, at: Places, behind: Places) -> Iterator[bytes]:
    """The numbers that a float may not hold: with more than 15 digits, and without those that it
    writes in the same way, as those of a map's coordinates are.

    Args:
        at: where their points stand.
        behind: how many digits each has behind it.
    """
    before_point = _no_digits(words[np.maximum(at - WORD, 0)])
    ends = at + behind + 1
    signs = np.frombuffer(text, np.uint8)
    # A number with an exponent is looked at as a whole elsewhere: its digits alone are another.
    has_exponent = (signs[np.minimum(ends, len(signs) - 1)] | LOWER) == EXPONENT
    long = ((behind >= WORD) | (before_point == 0)) & ~has_exponent
    points, ends = at[long], ends[long]
    if not len(points):
        return
    starts = _starts(text, points)
    texts = _slices(text, starts, ends)
    try:
        same = pc.equal(texts.cast(pa.float64()).cast(pa.string()), texts)
    except pa.ArrowInvalid:  # no JSON
        same = pa.array(np.zeros(len(texts), dtype=bool))
    yield from (found.as_py().encode() for found in texts.filter(pc.invert(same)))


def _starts(text: bytes, points: Places) -> Places:
    """Where each number begins."""
    signs = np.frombuffer(text, np.uint8)
    starts = points.copy()
    going = np.arange(len(points))
    while len(going):
        before = signs[starts[going] - 1]
        going = going[(_is_digit(before) | (before == ord("-"))) & (starts[going] > 0)]
        starts[going] -= 1
    return starts


def _slices(text: bytes, starts: Places, ends: Places) -> pa.Array:
    """Parts of a text, as texts."""
    # Between them lie the others; Arrow copies none of these.
    offsets = np.stack([starts, ends], axis=1).astype(np.int64).reshape(-1)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(text)]
    every = pa.Array.from_buffers(pa.large_string(), len(offsets) - 1, buffers)
    return every.take(pa.array(np.arange(0, len(offsets), 2))).cast(pa.string())


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
