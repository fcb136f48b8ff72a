"""The elements of lists -> a typed table, by the same rules as a page.

Nothing is dropped, and what differs from the catalogue is noted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import pyarrow as pa

from stnb.frame import Decoded, Shape, fallback
from stnb.frame.arrays import array_of
from stnb.frame.decode import typed
from stnb.frame.drift import Drifts, Kind, note
from stnb.frame.fallback import Columns
from stnb.frame.types import is_open, json_type

UNKNOWN = Shape((), pa.struct([]))


def of_arrow(values: pa.Array, shape: Shape, scalar: str) -> Decoded:
    """Elements that are in Arrow.

    Args:
        scalar: the column's name for elements that are not objects.
    """
    if not _is_of_json(values.type):
        shape = UNKNOWN  # another program typed them, and they stay as they are
    drift: Drifts = {}
    columns: Columns = {}
    for path, part in _flattened(values, "", shape, _name(scalar, shape)):
        columns[fallback.free(path, columns)] = _fitted(part, path, shape, drift)
    return _decoded(columns, len(values), shape, drift)


def of_python(values: Sequence[Any], shape: Shape, scalar: str) -> Decoded:
    """Elements that are Python objects: dicts become dotted columns, others share one column."""
    drift: Drifts = {}
    columns: Columns = {}
    keys: set[str] = set()
    for value in values:
        if isinstance(value, dict):
            keys.update(value)
    name = _name(scalar, shape, keys)
    rows: list[dict[str, Any] | None] = []
    for value in values:
        if value is None:
            rows.append(None)
        elif isinstance(value, dict):
            rows.append(_whole(value, "", shape))
        else:
            rows.append(_whole({name: value}, "", shape))
    fallback.unfold(rows, "", shape, columns, drift)
    return _decoded(columns, len(rows), shape, drift)


def _whole(row: dict[str, Any], above: str, shape: Shape) -> dict[str, Any]:
    """A row with its ids as integers again: pandas makes floats of whole numbers beside nulls."""
    out = {}
    for key, value in row.items():
        if isinstance(value, dict):
            value = _whole(value, f"{above}{key}.", shape)
        elif isinstance(value, float) and value.is_integer():
            column = shape.by_path.get(f"{above}{key}")
            if column is not None and column.type == "integer":
                value = int(value)
        out[key] = value
    return out


def aligned(parts: list[Decoded]) -> list[Decoded]:
    """The parts, with a column of another part for those that have only nulls.

    Without a column that all parts share, the rows of such a part would not count.
    """
    filled = [part for part in parts if not _is_blank(part)]
    if not filled:
        return parts
    name = filled[0].table.column_names[0]
    found = []
    for part in parts:
        if _is_blank(part):
            part = Decoded(pa.table({name: pa.nulls(len(part.table))}))
        found.append(part)
    return found


def _is_blank(part: Decoded) -> bool:
    return part.table.num_columns == 1 and bool(pa.types.is_null(part.table.column(0).type))


def _decoded(columns: Columns, length: int, shape: Shape, drift: Drifts) -> Decoded:
    columns = typed(columns, length, shape, drift)
    table = pa.table(columns or {"value": pa.nulls(length)})
    if not shape.leaves:
        return Decoded(table, {})  # the catalogue says nothing that could differ
    return Decoded(table, drift)


def _name(scalar: str, shape: Shape, keys: Collection[str] = ()) -> str:
    """The column of elements that are not objects: no field of the objects has its name."""
    if [*shape.by_path] == [scalar]:
        return scalar  # the catalogue says that none is an object
    return fallback.free(scalar, {*shape.by_path, *shape.objects, *keys})


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
    """The values as a page would have given them: as text if they do not fit their column."""
    column = shape.by_path.get(path)
    if pa.types.is_large_string(values.type):
        values = values.cast(pa.string())
    if column is None:
        if path in shape.objects and values.null_count < len(values):
            note(drift, path, Kind.NO_OBJECT, len(values) - values.null_count, "it is")
        return values
    want = json_type(column)
    both_lists = pa.types.is_list(values.type) and pa.types.is_list(want)
    if values.type == want or pa.types.is_null(values.type) or both_lists or is_open(column):
        return values
    if pa.types.is_floating(values.type) and pa.types.is_integer(want):
        try:
            return values.cast(want)  # for the reason that `_whole` has
        except pa.ArrowInvalid:
            pass  # fractions do not fit, and become text
    return array_of(values.to_pylist(), column, path, drift, shape.dtypes)


JSON_TYPES = (
    pa.types.is_null,
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_decimal,
)


def _is_of_json(kind: pa.DataType) -> bool:
    """Whether values of this type can come from JSON, as times, for one, cannot."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _is_of_json(kind.value_type)
    if pa.types.is_struct(kind):
        return all(_is_of_json(part.type) for part in kind)
    return any(is_it(kind) for is_it in JSON_TYPES)
