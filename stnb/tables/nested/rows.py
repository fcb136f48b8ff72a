"""The elements of lists -> a typed table, by the same rules as a page: nothing is dropped, and what
differs is told.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from stnb.frame import Decoded, Shape, fallback
from stnb.frame.decode import typed
from stnb.frame.drift import Drifts, Kind, note
from stnb.frame.fallback import Columns
from stnb.frame.types import is_open, json_type

UNKNOWN = Shape((), pa.struct([]))


def of_arrow(values: pa.Array, shape: Shape, scalar: str) -> Decoded:
    """Elements in Arrow; where they hold types that JSON has not, another program typed them, and
    they stay as they are.
    """
    if not _as_json(values.type):
        shape = UNKNOWN
    drift: Drifts = {}
    columns: Columns = {}
    for path, part in _flattened(values, "", shape, _name(scalar, shape)):
        columns[fallback.free(path, columns)] = _fitted(part, path, shape, drift)
    return _decoded(columns, len(values), shape, drift)


def of_python(values: Sequence[Any], shape: Shape, scalar: str) -> Decoded:
    """Elements as Python has them: dicts flatten to dotted paths, others have a column of their
    own.
    """
    drift: Drifts = {}
    columns: Columns = {}
    keys = itertools.chain.from_iterable(v for v in values if isinstance(v, dict))
    name = _name(scalar, shape, dict.fromkeys(keys))
    rows = [
        v if v is None else _whole(v if isinstance(v, dict) else {name: v}, "", shape)
        for v in values
    ]
    fallback.unfold(rows, "", shape, columns, drift)
    return _decoded(columns, len(rows), shape, drift)


def _whole(row: dict[str, Any], above: str, shape: Shape) -> dict[str, Any]:
    """Ids beside nulls are floats where pandas made objects of them; whole ones become what they
    were.
    """
    out = {}
    for key, value in row.items():
        if isinstance(value, dict):
            value = _whole(value, f"{above}{key}.", shape)
        elif isinstance(value, float) and value.is_integer():
            column = shape.by_path.get(f"{above}{key}")
            value = int(value) if column is not None and column.type == "integer" else value
        out[key] = value
    return out


def aligned(parts: list[Decoded]) -> list[Decoded]:
    """Parts of which no element was known have no column; they get one of another part's, so that
    their rows count.
    """
    name = next((part.table.column_names[0] for part in parts if not _is_blank(part)), None)
    if name is None:
        return parts
    return [
        Decoded(pa.table({name: pa.nulls(len(part.table))})) if _is_blank(part) else part
        for part in parts
    ]


def _is_blank(part: Decoded) -> bool:
    return part.table.num_columns == 1 and bool(pa.types.is_null(part.table.column(0).type))


def _decoded(columns: Columns, length: int, shape: Shape, drift: Drifts) -> Decoded:
    columns = typed(columns, length, shape, drift)
    table = pa.table(columns or {"value": pa.nulls(length)})
    return Decoded(table, drift if shape.leaves else {})  # nothing differs from no promise


def _name(scalar: str, shape: Shape, keys: dict[str, None] | None = None) -> str:
    """The column of elements that are no objects; free, unless the catalogue promises that all are
    like that.
    """
    return (
        scalar
        if [*shape.by_path] == [scalar]
        else fallback.free(scalar, {*shape.by_path, *shape.objects, *(keys or ())})
    )


def _flattened(
    values: pa.Array, above: str, shape: Shape, scalar: str
) -> Iterator[tuple[str, pa.Array]]:
    if pa.types.is_null(values.type):
        return
    if not pa.types.is_struct(values.type):
        yield scalar, values
        return
    for part, inner in zip(values.type, values.flatten(), strict=True):
        path = f"{above}{part.name}"
        if pa.types.is_struct(part.type) and path not in shape.by_path:
            yield from _flattened(inner, f"{path}.", shape, scalar)
        else:
            yield path, inner


def _fitted(values: pa.Array, path: str, shape: Shape, drift: Drifts) -> pa.Array:
    """The values as a page would have given them: what does not fit the promise is text, and told."""
    column = shape.by_path.get(path)
    if pa.types.is_large_string(values.type):
        values = values.cast(pa.string())
    if column is None:
        if path in shape.objects and values.null_count < len(values):
            note(drift, path, Kind.NO_OBJECT, len(values) - values.null_count, "it is")
        return values
    want = json_type(column)
    if (
        values.type == want
        or pa.types.is_null(values.type)
        or is_open(column)
        or _both_lists(values.type, want)
    ):
        return values
    if pa.types.is_floating(values.type) and pa.types.is_integer(want):
        try:
            return values.cast(want)  # see _whole
        except pa.ArrowInvalid:
            pass
    return fallback.array_of(values.to_pylist(), column, path, drift)


def _both_lists(one: pa.DataType, other: pa.DataType) -> bool:
    return bool(pa.types.is_list(one) and pa.types.is_list(other))


def _as_json(kind: pa.DataType) -> bool:
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _as_json(kind.value_type)
    if pa.types.is_struct(kind):
        return all(_as_json(part.type) for part in kind)
    plain = (
        pa.types.is_null,
        pa.types.is_boolean,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_string,
        pa.types.is_decimal,
    )
    return any(is_it(kind) for is_it in (*plain, pa.types.is_large_string))
