"""Numbers as they were sent: a float drops digits and zeros that stand in JSON."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from .types import WIDE

# A float holds every number of so many digits.
SURE = 15
WORD = 8
AROUND = 24  # bytes on each side of a place that hold all of nearly every number
BLOCK = 2**14  # words that stay in the processor's cache
# Digits and the point are among the 32 letters whose upper three bits are 001.
UPPER_BITS, OF_NUMBERS = np.uint64(0xE0E0E0E0E0E0E0E0), np.uint64(0x2020202020202020)
# A number outside a text: a text that looks like one has its quotation mark before it.
LONG = re.compile(rb"[-\d.]{16,}(?:[eE][-+]?\d+)?")


class Token(Decimal):
    """A number of JSON that remembers how it was written."""

    __slots__ = ("sent",)  # a page may have a million
    sent: str

    def __new__(cls, sent: str) -> Token:
        made = super().__new__(cls, sent)
        made.sent = sent
        return made

    def __str__(self) -> str:
        return self.sent


def number(text: str) -> float | Decimal:
    """A number of JSON as a float if that is written in the same way; otherwise as a decimal that
    remembers it.

    Example:
        >>> number("0.1"), str(number("12791.90"))
        (0.1, '12791.90')
    """
    value = float(text)
    if repr(value) == text:
        return value
    return Token(text)


def lossy(value: Any) -> bool:
    """Whether a float would drop digits of a value, at any depth.

    Example:
        >>> lossy(number("12791.90")), lossy([number("0.12345678901234567890")])
        (False, True)
    """
    if isinstance(value, Decimal):
        rounded = float(value)
        return not math.isfinite(rounded) or Decimal(repr(rounded)) != value
    if isinstance(value, list):
        return any(map(lossy, value))
    if isinstance(value, dict):
        return any(map(lossy, value.values()))
    return False


def exactly(values: list[Any]) -> pa.Array:
    """Numbers with all their digits: as wide decimals.

    Raises:
        pa.ArrowException: one of them has more digits than those.
    """
    wide = []
    for value in values:
        if isinstance(value, float):
            value = Decimal(repr(value))
        wide.append(value)
    return pa.array(wide, WIDE)


# -- whole pages and columns


def holds_lossy(document: bytes) -> bool:
    """Whether a page of JSON has a number with a fraction whose digits a float drops.

    Such a number has more than 15 bytes, so it fills one of the document's words of eight bytes. To
    search for those takes a few hundredths of the time of reading the page.
    """
    end = 0
    for place in _doubtful(document, _places(document)):
        if place < end:
            continue
        found = LONG.match(document, _start(document, place))
        if found is None:
            continue
        end = found.end()
        if document[found.start() - 1 : found.start()] != b'"' and _drops(found[0]):
            return True
    return False


def _doubtful(document: bytes, places: npt.NDArray[np.intp]) -> list[int]:
    """The places without those of texts, of whole numbers, and of numbers that a float writes in
    the same way, as those of a map's coordinates are.
    """
    if not len(places):
        return []
    content = np.pad(np.frombuffer(document, np.uint8), AROUND)  # as far as a window reaches
    windows = content[places[:, None] + np.arange(2 * AROUND)]
    other = ~_numeric(windows)
    first = AROUND - _until(other[:, AROUND - 1 :: -1])
    last = AROUND + _until(other[:, AROUND:])
    at = np.arange(2 * AROUND)
    inside = (at >= first[:, None]) & (at < last[:, None])
    windows[~inside] = ord(" ")
    fraction = (windows == ord(".")).any(axis=1)
    before, behind = content[places + first - 1], content[places + last]
    cut_off = (first == 0) | (last == 2 * AROUND)
    single = (fraction & (before != ord('"'))) | cut_off
    whole = single & ~cut_off & (behind | 32 != ord("e"))
    ends = pa.py_buffer(np.arange(int(whole.sum()) + 1, dtype=np.int32) * 2 * AROUND)
    texts = pa.Array.from_buffers(
        pa.string(), int(whole.sum()), [None, ends, pa.py_buffer(windows[whole].tobytes())]
    )
    texts = pc.ascii_trim_whitespace(texts)
    try:
        same = pc.equal(texts.cast(pa.float64()).cast(pa.string()), texts)
    except pa.ArrowInvalid:  # dates such as 12/31/2026 in a text
        same = pa.array(np.zeros(len(texts), dtype=bool))
    doubtful = single.copy()
    doubtful[np.flatnonzero(whole)] = ~same.to_numpy(zero_copy_only=False)
    found: list[int] = places[doubtful].tolist()
    return found


def _until(found: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """For each row the place of the first that is found; the row's length if none is."""
    first: npt.NDArray[np.intp] = np.where(found.any(axis=1), found.argmax(axis=1), found.shape[1])
    return first


def _places(document: bytes) -> npt.NDArray[np.intp]:
    """Where eight bytes of numbers stand in a row, and likely 16 or more."""
    content = np.frombuffer(document, np.uint8)
    words = np.frombuffer(document, np.uint64, count=len(document) // WORD)
    likely = []
    for first in range(0, len(words), BLOCK):
        found = np.flatnonzero((words[first : first + BLOCK] & UPPER_BITS) == OF_NUMBERS)
        likely.append(found + first)
    at = np.concatenate([np.zeros(0, np.intp), *likely])
    places = at[_numeric(words[at].view(np.uint8).reshape(-1, WORD)).all(axis=1)] * WORD
    # A run of 16 goes on for four more bytes at one of its ends.
    before = np.ones(len(places), dtype=bool)
    behind = before.copy()
    for step in range(1, 5):
        before &= _numeric(content[np.maximum(places - step, 0)])
        behind &= _numeric(content[np.minimum(places + WORD - 1 + step, len(content) - 1)])
    places = places[before | behind]
    follows = np.diff(places, prepend=-AROUND) == WORD  # as another word of the same number
    firsts: npt.NDArray[np.intp] = places[~follows]
    return firsts


def _numeric(content: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Which bytes are a digit, the point, or "/", which does no harm: 46 to 57."""
    found: npt.NDArray[np.bool_] = (content - np.uint8(46)) < 12
    return found


def _start(document: bytes, place: int) -> int:
    while place and document[place - 1] in b"-.0123456789":
        place -= 1
    return place


def _drops(written: bytes) -> bool:
    if b"." not in written and b"e" not in written.lower():
        return False  # whole numbers are exact, or seen by their size
    try:
        return lossy(number(written.decode()))
    except (ValueError, ArithmeticError):
        return False  # part of a text


def lossy_texts(values: pa.Array) -> int:
    """How many numbers that are written as text a float does not hold with all their digits."""
    longest = pc.max(pc.binary_length(values)).as_py()
    if longest is None or longest <= SURE + 1:
        return 0
    counted = pc.value_counts(values.filter(pc.greater(pc.binary_length(values), SURE)))
    rows = 0
    for entry in counted.to_pylist():
        if lossy(Decimal(entry["values"].strip() or "0")):
            rows += entry["counts"]
    return rows
