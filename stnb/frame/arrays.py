"""Values of one column as an Arrow array: of the promised type where each value fits or converts
exactly, otherwise of text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from stnb.catalog import Column

from . import by_value
from .drift import Drift, Drifts, Kind, add_drift, note
from .fits import MISFITS, fits, mixed, shaped, suited
from .text import as_text, open_texts
from .tokens import Token, exactly, lossy
from .types import Dtypes, is_open, json_type, kind_of


def array_of(
    values: list[Any],
    column: Column | None,
    path: str,
    drift: Drifts,
    dtypes: Dtypes = "typed",
) -> pa.Array:
    """An Arrow array of the promised type if every value fits or converts exactly, otherwise of
    text.

    Args:
        column: what the catalogue says of it; None if it does not know the column.
        drift: gets what differs, unless something is noted of the column already.
        dtypes: see `Shape.dtypes`.
    """
    if column is not None and is_open(column):
        return open_texts(values, column)
    if column is not None and _numbered(column) and all(map(_is_name, values)):
        return pa.array(list(map(as_text, values)), pa.string())
    want = None
    if column is not None:
        want = json_type(column)
    found, held = _fitting_or_none(values, column, want, dtypes), values
    if found is None and column is not None and dtypes != "raw":
        found, held = _converted(values, column, path, drift, dtypes)
    if found is not None:
        if pa.types.is_nested(found.type) or pa.types.is_floating(found.type):
            _note_digits(held, path, drift)
        elif _is_wide(found.type, want):
            _note_digits(held, path, drift, Kind.WIDE_NUMBER)
        return found
    if path not in drift:
        _note_misfit(values, column, want, path, drift)
    return pa.array(list(map(as_text, values)), pa.string())


def _fitting_or_none(
    values: list[Any], column: Column | None, want: pa.DataType | None, dtypes: Dtypes
) -> pa.Array | None:
    try:
        found = _fitting(values, column, want)
    except MISFITS:
        if dtypes == "typed" or not _may_be_any_number(values, want):
            return None
    else:
        if dtypes == "typed" or found is None or pa.types.is_decimal(found.type):
            return found
        if not any(map(lossy, values)):
            return found
    try:
        return exactly(values)  # as floats they would lose digits, which was not asked for
    except MISFITS:
        return None


def _may_be_any_number(values: list[Any], want: pa.DataType | None) -> bool:
    """Whether Arrow refused long whole numbers because others beside them have more digits than a
    float keeps; as decimals they all may be read.
    """
    if want is not None and not pa.types.is_floating(want):
        return False
    for value in values:
        if type(value) is int and not fits(value, pa.int64()):
            return False
        if value is not None and type(value) not in (int, float, Token):
            return False
    return any(map(lossy, values))


def _converted(
    values: list[Any], column: Column, path: str, drift: Drifts, dtypes: Dtypes
) -> tuple[pa.Array | None, list[Any]]:
    """The values in the promised type if each says a value of it, in another type of JSON; and the
    numbers that the array was made of, which may have more digits than it holds.
    """
    made = by_value.converted(values, column)
    if made is None:
        return None, values
    found = _fitting_or_none(made.values, column, json_type(column), dtypes)
    if found is None or path in drift:
        return found, made.values
    if made.odd:
        note(drift, path, Kind.CONVERTED, made.odd, kind_of(column))
    if made.blank:
        add_drift(drift, {path: [Drift(path, Kind.BLANK, made.blank)]})
    return found, made.values


def _is_wide(found: pa.DataType, want: pa.DataType | None) -> bool:
    """Whether decimals stand for the floats that a column promises, or nothing is promised."""
    return pa.types.is_decimal(found) and (want is None or pa.types.is_floating(want))


def _note_digits(values: list[Any], path: str, drift: Drifts, kind: Kind = Kind.DIGITS) -> None:
    """Note the rows with numbers of more digits than a float holds."""
    rows = sum(map(lossy, values))
    if rows:
        add_drift(drift, {path: [Drift(path, kind, rows)]})


def _numbered(column: Column) -> bool:
    """Whether it is an enum whose values are numbers, which some resources send as such."""
    if column.type != "enum" or not column.values:
        return False
    return all(v.lstrip("-").isdecimal() for v in column.values)


def _is_name(value: Any) -> bool:
    """Whether it is a value of such an enum."""
    return value is None or type(value) is int or as_text(value) == value


def _fitting(values: list[Any], column: Column | None, want: pa.DataType | None) -> pa.Array | None:
    """The values as an array, None if they do not fit; raises what Arrow raises, too."""
    if mixed(values):
        return None
    exact = column is not None and kind_of(column) == "exact decimal"
    if exact and not any(isinstance(v, str) for v in values):
        return exactly(values)
    values = [suited(v, want) for v in values]
    # The type is inferred first: if it were given, Arrow would cut 1.5 down to 1 in silence.
    found = pa.array(values)
    if want is None or found.type == want:
        return found
    if pa.types.is_null(found.type):
        return pa.nulls(len(values), want)
    if pa.types.is_floating(want) and pa.types.is_integer(found.type):
        return found.cast(want)
    if pa.types.is_nested(want):
        wanted = pa.array(values, want)
        if wanted.to_pylist() == shaped(values, want):
            return wanted
        return found
    return _number_after_all(found, column)


def _number_after_all(found: pa.Array, column: Column | None) -> pa.Array | None:
    """An amount or an id that came as a number, although the catalogue says it is sent as text."""
    if column is None or pa.types.is_nested(found.type) or pa.types.is_boolean(found.type):
        return None
    if kind_of(column) == "whole number":
        return found if pa.types.is_integer(found.type) else None
    if column.text:
        return found.cast(pa.float64())
    return None


def _note_misfit(
    values: Iterable[Any], column: Column | None, want: pa.DataType | None, path: str, drift: Drifts
) -> None:
    if column is None or want is None:
        note(drift, path, Kind.SEVERAL_TYPES)
        return
    others = 0
    for value in values:
        if value is not None and not fits(value, want):
            others += 1
    note(drift, path, Kind.MISFIT, others, kind_of(column))
