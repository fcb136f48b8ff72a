"""The careful path: a page column by column through Python, where a column that does not fit
becomes text.
"""

from __future__ import annotations

import gc
import itertools
import json
import math
from collections.abc import Callable, Container, Iterable, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from stnb.catalog import Column
from stnb.catalog.facts import LARGEST_EXACT
from stnb.errors import UnexpectedAnswer

from .drift import in_rows
from .schema import Shape
from .text import as_text, open_texts
from .types import WIDE, is_open, json_type, kind_of

# What Arrow raises for values that do not fit a type, whichever way they are handed over.
MISFITS = (pa.ArrowException, OverflowError, TypeError, ValueError, AttributeError)
Columns = dict[str, pa.Array]


def read(
    document: bytes, shape: Shape, drift: dict[str, str], *, positional: bool = False
) -> tuple[Columns, int]:
    """The columns of a page, in the types that they are read as, and the number of its rows.

    Raises:
        UnexpectedAnswer: the bytes are no JSON, or hold no rows where they should.
    """
    columns: Columns = {}
    rows = _rows(document, positional, Decimal if shape.dtypes == "decimal" else _number)
    _unfold(rows, "", shape, columns, drift)
    return columns, len(rows)


def _number(text: str) -> float | Decimal:
    """A float where it says what was written, which those of up to 15 digits do; else a decimal."""
    value = float(text)
    return (
        value
        if repr(value) == text or (math.isfinite(value) and Decimal(repr(value)) == Decimal(text))
        else Decimal(text)
    )


def _rows(document: bytes, positional: bool, number: Callable[[str], Any]) -> list[dict[str, Any]]:
    collecting = gc.isenabled()
    # thousands of fresh dicts make the collector run for nothing: up to 40 % of the time
    gc.disable()
    try:
        body = json.loads(document, parse_float=number, parse_constant=str)
        rows = body["data"]
        if positional:
            named = [str(f["name"]) for f in body.get("fields") or []]
            longest = max(map(len, rows), default=0)  # cells without a field have a column too
            names = _distinct(named + [f"column {i + 1}" for i in range(len(named), longest)])
            return [dict(zip(names, row, strict=False)) for row in rows]
        if not all(isinstance(row, dict) or row is None for row in rows):
            rows = [row if isinstance(row, dict) else {"value": row} for row in rows]
        return [row for row in rows if row is not None]
    except (ValueError, KeyError, TypeError, RecursionError, ArithmeticError):
        raise UnexpectedAnswer(
            "A page could not be read.",
            "Likely the answer was cut off on its way, or is of another form than the catalogue says.",
            "Pull again; where it stays, look at the answer with st.get(path).",
        ) from None
    finally:
        if collecting:
            gc.enable()


def _distinct(names: list[str]) -> list[str]:
    """Reports may name two fields alike; the second becomes "Name.2"."""
    taken: dict[str, None] = {}
    for name in names:
        taken[_free(name, taken)] = None
    return list(taken)


def _free(name: str, taken: Container[str]) -> str:
    return next(
        n for i in itertools.count(1) if (n := name if i == 1 else f"{name}.{i}") not in taken
    )


def _unfold(
    rows: Sequence[dict[str, Any] | None],
    above: str,
    shape: Shape,
    columns: Columns,
    drift: dict[str, str],
) -> None:
    for name in dict.fromkeys(itertools.chain.from_iterable(row for row in rows if row)):
        path = f"{above}{as_text(name)}"
        values = [None if row is None else row.get(name) for row in rows]
        column = shape.by_path.get(path)
        kinds = {type(v) for v in values if v is not None}
        if not shape.reads(path) or (path in shape.objects and not kinds):
            continue
        if kinds == {dict} and column is None:
            _unfold(values, f"{path}.", shape, columns, drift)
            continue
        found = columns[_free(path, columns)] = _array(values, column, path, drift)
        if path in shape.objects:
            others = sum(v is not None and not isinstance(v, dict) for v in values)
            kept = "text" if pa.types.is_string(found.type) else "it is"
            drift[path] = f"is no object {in_rows(others)}, as the catalogue says; kept as {kept}"


def _array(values: list[Any], column: Column | None, path: str, drift: dict[str, str]) -> pa.Array:
    """An Arrow array of the promised type where every value fits exactly, else text."""
    if column is not None and is_open(column):
        return open_texts(values, column)
    if (
        column is not None
        and _numbered(column)
        and all(v is None or type(v) is int or as_text(v) == v for v in values)
    ):
        return pa.array([None if v is None else as_text(v) for v in values], pa.string())
    want = None if column is None else json_type(column)
    try:
        found = _fitting(values, column, want)
        if found is not None:
            return found
    except MISFITS:
        pass
    if path not in drift:
        drift[path] = _told(values, column, want)
    return pa.array([as_text(v) for v in values], pa.string())


def _numbered(column: Column) -> bool:
    """An enum whose values are numbers, which some resources send as such (facts §8)."""
    return (
        column.type == "enum"
        and bool(column.values)
        and all(v.lstrip("-").isdecimal() for v in column.values)
    )


def _fitting(values: list[Any], column: Column | None, want: pa.DataType | None) -> pa.Array | None:
    """The values as an array, None where they do not fit; raises what Arrow raises, too."""
    if _mixed(values):
        return None
    if (
        column is not None
        and kind_of(column) == "exact decimal"
        and not any(isinstance(v, str) for v in values)
    ):
        return pa.array(values, WIDE)
    values = [_suited(v, want) for v in values]
    found = pa.array(
        values
    )  # inferred first: told a type, Arrow would cut 1.5 down to 1 in silence
    if want is None or found.type == want:
        return found
    if pa.types.is_null(found.type):
        return pa.nulls(len(values), want)
    if pa.types.is_floating(want) and pa.types.is_integer(found.type):
        return found.cast(want)
    if pa.types.is_nested(want):
        exact = pa.array(values, want)
        return exact if exact.to_pylist() == _shaped(values, want) else found
    return _number_after_all(found, column)


def _number_after_all(found: pa.Array, column: Column | None) -> pa.Array | None:
    """An amount or an id that the catalogue says is sent as text, and that came as a number."""
    if column is None or pa.types.is_nested(found.type) or pa.types.is_boolean(found.type):
        return None
    if kind_of(column) == "whole number":
        return found if pa.types.is_integer(found.type) else None
    return found.cast(pa.float64()) if column.text else None


def _suited(value: Any, want: pa.DataType | None) -> Any:
    """Decimals as floats wherever none are asked for; raises for what Arrow would change in
    silence.
    """
    if (
        isinstance(value, bool)
        and want is not None
        and not (pa.types.is_boolean(want) or pa.types.is_nested(want))
    ):
        raise TypeError  # Arrow would make 1 of it
    if isinstance(value, Decimal):
        return value if want is not None and pa.types.is_decimal(want) else _float(value)
    if isinstance(value, list):
        inner = want.value_type if want is not None and pa.types.is_list(want) else None
        return [_suited(v, inner) for v in value]
    if isinstance(value, dict):
        known = (
            {f.name: f.type for f in want} if want is not None and pa.types.is_struct(want) else {}
        )
        return {k: _suited(v, known.get(k)) for k, v in value.items()}
    return value


def _float(value: Decimal) -> float:
    number = float(value)
    if math.isinf(number) or (number == 0) != (value == 0):
        raise OverflowError
    return number


def _mixed(values: list[Any]) -> bool:
    """Whether booleans stand among numbers, at any depth: Arrow would read True as 1.0 in silence."""
    kinds = {type(v) for v in values}
    if bool in kinds and kinds & {int, float, Decimal}:
        return True
    dicts = [v for v in values if isinstance(v, dict)] if dict in kinds else []
    inside = [[x for v in values if isinstance(v, list) for x in v]] if list in kinds else []
    inside += [
        [d[key] for d in dicts if key in d]
        for key in dict.fromkeys(itertools.chain.from_iterable(dicts))
    ]
    return any(_mixed(part) for part in inside)


def _told(values: Iterable[Any], column: Column | None, want: pa.DataType | None) -> str:
    if column is None or want is None:
        return "holds values of several types; kept as text"
    others = sum(v is not None and not _fits(v, want) for v in values)
    return f"holds values that are no {kind_of(column)}{f' {in_rows(others)}' if others else ''}; kept as text"


def _fits(value: Any, want: pa.DataType) -> bool:
    """Whether one value keeps the promise."""
    if pa.types.is_integer(want):
        return type(value) is int and -(2**63) <= value < 2**63
    if pa.types.is_floating(want):
        return type(value) in (float, Decimal) or (type(value) is int and abs(value) <= LARGEST_EXACT)
    if pa.types.is_decimal(want):
        return type(value) in (int, Decimal) and _fits_wide(value)
    if pa.types.is_string(want):
        return isinstance(value, str) and as_text(value) == value
    if pa.types.is_list(want):
        return isinstance(value, list) and all(
            v is None or _fits(v, want.value_type) for v in value
        )
    if pa.types.is_struct(want):
        known = {f.name: f.type for f in want}
        return isinstance(value, dict) and all(
            v is None or (k in known and _fits(v, known[k])) for k, v in value.items()
        )
    return isinstance(value, bool)


def _fits_wide(value: int | Decimal) -> bool:
    try:
        return bool(pa.array([value], WIDE))
    except MISFITS:
        return False


def _shaped(value: Any, want: pa.DataType) -> Any:
    """The value as Arrow gives it back for a type: absent keys as None. A key that the type lacks
    stays, and so differs.
    """
    if value is None:
        return None
    if pa.types.is_struct(want) and isinstance(value, dict):
        known = {f.name: _shaped(value.get(f.name), f.type) for f in want}
        return {**value, **known}
    if isinstance(value, list):
        inner = want.value_type if pa.types.is_list(want) else want
        return [_shaped(v, inner) for v in value]
    return value
