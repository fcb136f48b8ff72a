"""Whether values of Python fit an Arrow type exactly, at any depth."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pyarrow as pa

from stnb.catalog.facts import LARGEST_EXACT

from .text import as_text
from .tokens import is_minus_zero
from .types import WIDE

NUMBERS = (int, float, Decimal)
# What Arrow raises for values that do not fit a type, however they are handed over.
MISFITS = (pa.ArrowException, OverflowError, TypeError, ValueError, AttributeError)


def suited(value: Any, want: pa.DataType | None) -> Any:
    """The value with floats for decimals, unless decimals are wanted.

    Raises:
        TypeError, OverflowError: Arrow would change the value in silence.
    """
    if isinstance(value, bool):
        if want is None or pa.types.is_boolean(want) or pa.types.is_nested(want):
            return value
        raise TypeError  # Arrow would make 1 of it
    if isinstance(value, Decimal):
        return _suited_decimal(value, want)
    if isinstance(value, float) and want is not None and pa.types.is_decimal(want):
        return Decimal(repr(value))
    if isinstance(value, list):
        inner = None
        if want is not None and pa.types.is_list(want):
            inner = want.value_type
        return [suited(v, inner) for v in value]
    if isinstance(value, dict):
        known: dict[str, pa.DataType] = {}
        if want is not None and pa.types.is_struct(want):
            known = _fields(want)
        return {k: suited(v, known.get(k)) for k, v in value.items()}
    return value


def _suited_decimal(value: Decimal, want: pa.DataType | None) -> Decimal | float | int:
    if want is not None and pa.types.is_decimal(want):
        return value
    if is_minus_zero(value) and (want is None or not pa.types.is_floating(want)):
        return 0
    return _float(value)


def _fields(kind: pa.StructType) -> dict[str, pa.DataType]:
    """The types of an object's fields, by name."""
    return {field.name: field.type for field in kind}


def _float(value: Decimal) -> float:
    rounded = float(value)
    if math.isinf(rounded):
        raise OverflowError
    return rounded


def mixed(values: list[Any]) -> bool:
    """Whether booleans are among numbers, at any depth: Arrow would read True as 1.0 in silence."""
    kinds = set(map(type, values))
    if bool in kinds and any(issubclass(kind, NUMBERS) for kind in kinds - {bool}):
        return True
    if list in kinds:
        elements = []
        for value in values:
            if isinstance(value, list):
                elements += value
        if mixed(elements):
            return True
    if dict not in kinds:
        return False
    inside: dict[str, list[Any]] = {}
    for value in values:
        if isinstance(value, dict):
            for key, inner in value.items():
                inside.setdefault(key, []).append(inner)
    return any(map(mixed, inside.values()))


def fits(value: Any, want: pa.DataType) -> bool:
    """Whether one value keeps the promise."""
    if pa.types.is_integer(want):
        return is_minus_zero(value) or (type(value) is int and -(2**63) <= value < 2**63)
    if pa.types.is_floating(want):
        return isinstance(value, float | Decimal) or (
            type(value) is int and abs(value) <= LARGEST_EXACT
        )
    if pa.types.is_decimal(want):
        number = isinstance(value, NUMBERS) and not isinstance(value, bool)
        return number and _fits_wide(value)
    if pa.types.is_string(want):
        return isinstance(value, str) and as_text(value) == value
    if pa.types.is_list(want):
        return isinstance(value, list) and _all_fit(value, want.value_type)
    if pa.types.is_struct(want):
        return isinstance(value, dict) and _fits_object(value, want)
    return isinstance(value, bool)


def _all_fit(values: list[Any], want: pa.DataType) -> bool:
    return all(v is None or fits(v, want) for v in values)


def _fits_object(value: dict[str, Any], want: pa.StructType) -> bool:
    known = _fields(want)
    for key, inner in value.items():
        if inner is not None and (key not in known or not fits(inner, known[key])):
            return False
    return True


def _fits_wide(value: float | Decimal) -> bool:
    if isinstance(value, float):
        value = Decimal(repr(value))
    try:
        return bool(pa.array([value], WIDE))
    except MISFITS:
        return False


def shaped(value: Any, want: pa.DataType) -> Any:
    """The value as Arrow gives it back for a type, in which absent keys are None.

    A key that the type lacks stays, so that the two differ.
    """
    if value is None:
        return None
    if pa.types.is_struct(want) and isinstance(value, dict):
        known = {f.name: shaped(value.get(f.name), f.type) for f in want}
        return {**value, **known}
    if isinstance(value, list):
        inner = want
        if pa.types.is_list(want):
            inner = want.value_type
        return [shaped(v, inner) for v in value]
    return value
