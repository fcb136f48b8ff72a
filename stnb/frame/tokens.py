"""Numbers as they were sent: a float drops digits and zeros that stand in JSON."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .types import WIDE

# A float holds every number of so many digits.
SURE = 15
MINUS_ZERO = "-0"


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


def whole_number(text: str) -> int | Decimal:
    """A whole number of JSON; a zero with a sign remembers it, as it may have to become text.

    Example:
        >>> whole_number("7"), str(whole_number("-0"))
        (7, '-0')
    """
    if text == MINUS_ZERO:
        return Token(text)
    return int(text)


def is_minus_zero(value: Any) -> bool:
    """Whether a value is a whole zero that was sent with a sign."""
    return isinstance(value, Token) and value.sent == MINUS_ZERO


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


def lossy_texts(values: pa.Array) -> int:
    """How many numbers that are written as text a float does not hold with all their digits."""
    doubtful = pc.greater(pc.binary_length(values), SURE)
    # A number may also be too small: 1e-400 is 0 as a float.
    for exponent in ("e", "E"):
        doubtful = pc.or_(doubtful, pc.match_substring(values, exponent))
    if not pc.any(doubtful).as_py():
        return 0
    counted = pc.value_counts(values.filter(doubtful))
    rows = 0
    for entry in counted.to_pylist():
        if lossy(Decimal(entry["values"].strip() or "0")):
            rows += entry["counts"]
    return rows
