"""Values of another JSON type than promised that say the same: "10.00" for 10, 7.0 for 7, 1 for
true, an empty text for no value.

JSON has several ways to send one number, and servers mix them. What counts is the value: if every
odd one of a column converts exactly, the column keeps its type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa

from stnb.catalog import Column
from stnb.catalog.facts import LARGEST_EXACT

from .fits import MISFITS, fits, suited
from .text import as_text
from .tokens import Token, lossy, number
from .types import json_type, kind_of

# As JSON writes a number: "007" and "0x1F" are codes.
NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d{1,3})?", re.ASCII)
# As XML Schema and many databases write them. Nothing else is a truth: "yes", "on", -1 or 1.0.
TRUTHS = {"true": True, "false": False, "1": True, "0": False}
# The kinds that are sent as text, but are numbers.
NUMBERS_AS_TEXT = ("decimal", "exact decimal", "whole number")


@dataclass(frozen=True)
class Converted:
    """Values in the JSON type that their column promises.

    Attributes:
        odd: how many of them were of another type.
        blank: how many were an empty text, or have one inside; it is a missing value.
    """

    values: list[Any]
    odd: int
    blank: int


def converted(values: Sequence[Any], column: Column) -> Converted | None:
    """The values in the JSON type that a column promises; None if one of them cannot be converted
    exactly.

    Example:
        >>> converted(["10.00", 500.25, ""], Column("total", "decimal"))
        Converted(values=[10.0, 500.25, None], odd=1, blank=1)
    """
    want = json_type(column)
    found: list[Any] = []
    odd = blank = 0
    try:
        for value in values:
            filled = _without_blanks(value, column)
            found.append(_exact(filled, column))
            blank += filled != value
            odd += filled is not None and not fits(filled, want)
    except (*MISFITS, ArithmeticError):
        return None
    return Converted(found, odd, blank)


def array(values: Sequence[Any], kind: str) -> pa.Array:
    """Values as those of a type of the catalogue.

    Raises:
        pa.ArrowInvalid: one of them cannot be converted exactly.
    """
    column = Column("", kind)
    found = converted(values, column)
    if found is None or any(map(lossy, found.values)):
        raise pa.ArrowInvalid(f"not all of them are of the type {kind}")
    want = json_type(column)
    return pa.array([suited(value, want) for value in found.values], want)


def _without_blanks(value: Any, column: Column) -> Any:
    """A value with None for the empty texts in it that stand where no text is due."""
    if column.type == "array" and column.children and isinstance(value, list):
        return [_without_blanks(element, column.children[0]) for element in value]
    if column.type == "object" and isinstance(value, dict):
        known = {child.name: child for child in column.children}
        fields = value.items()
        return {key: _without_blanks(v, known[key]) if key in known else v for key, v in fields}
    if not isinstance(value, str) or value.strip():
        return value
    want = json_type(column)
    # What is sent as text is read as text, and becomes a number or a time later.
    if pa.types.is_string(want) or _converter(want, column) is None:
        return value
    return None


def _exact(value: Any, column: Column) -> Any:
    """A value in the type that its column promises.

    Raises:
        ValueError: it says something else.
    """
    if value is None:
        return None
    if column.type == "array" and column.children:
        return [_exact(element, column.children[0]) for element in _of(list, value)]
    if column.type == "object":
        known = {child.name: child for child in column.children}
        fields = _of(dict, value).items()
        return {key: _exact(v, known[key]) if key in known else v for key, v in fields}
    want = json_type(column)
    if fits(value, want):
        return value
    convert = _converter(want, column)
    if convert is None:
        raise ValueError(value)
    return convert(value)


def _of(kind: type, value: Any) -> Any:
    if not isinstance(value, kind):
        raise ValueError(value)
    return value


def _converter(want: pa.DataType, column: Column) -> Callable[[Any], Any] | None:
    if pa.types.is_integer(want):
        return _whole
    if pa.types.is_floating(want):
        return _number
    if pa.types.is_decimal(want):
        return _decimal
    if pa.types.is_boolean(want):
        return _truth
    if pa.types.is_string(want) and kind_of(column) in NUMBERS_AS_TEXT:
        return _written
    return None


def _number_text(value: Any) -> str:
    text: str = _of(str, value).strip()
    if not NUMBER.fullmatch(text):
        raise ValueError(value)
    return text


def _number(value: Any) -> float | Decimal:
    read = number(_number_text(value))
    if not fits(read, pa.float64()) or abs(float(read)) >= LARGEST_EXACT:
        raise ValueError(value)
    return read


def _decimal(value: Any) -> Decimal:
    return Token(_number_text(value))


def _whole(value: Any) -> int:
    text = value
    if isinstance(value, str):
        text = _number_text(value)
    elif type(value) is bool or not isinstance(value, float | Decimal):
        raise ValueError(value)
    exact = Decimal(repr(text)) if type(text) is float else Decimal(text)
    if exact != exact.to_integral_value() or not fits(int(exact), pa.int64()):
        raise ValueError(value)
    return int(exact)


def _truth(value: Any) -> bool:
    if type(value) is int:
        value = str(value)
    truth = TRUTHS.get(_of(str, value).strip().lower())
    if truth is None:
        raise ValueError(value)
    return truth


def _written(value: Any) -> str | None:
    """A number as text, in the digits that were sent."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(value)
    return as_text(value)
