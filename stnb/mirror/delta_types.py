"""Arrow tables as a Delta table takes them: the tenant first, times in UTC to the microsecond,
durations as seconds, and no column of nulls alone, which Delta has no type for.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from stnb.frame.united import OTHERWISE, TENANT

MOMENT = pa.timestamp("us", "UTC")


def delta_type(kind: pa.DataType) -> pa.DataType | None:
    """The type that Delta keeps for one of a pull; None if it has none."""
    if pa.types.is_null(kind):
        return None
    if pa.types.is_timestamp(kind):
        return MOMENT
    if pa.types.is_duration(kind):
        return pa.float64()
    if pa.types.is_large_string(kind):
        return pa.string()
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        inner = delta_type(kind.value_type)
        return None if inner is None else pa.list_(inner)
    if pa.types.is_struct(kind):
        return _struct(kind)
    return kind


def _struct(kind: pa.DataType) -> pa.DataType | None:
    fields = []
    for field in kind:
        inner = delta_type(field.type)
        if inner is not None:
            fields.append(pa.field(field.name, inner))
    return pa.struct(fields) if fields else None


def for_delta(table: pa.Table) -> pa.Table:
    """The rows without their tenant, as Delta keeps them."""
    columns = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        kind = delta_type(column.type)
        if kind is not None:
            columns[OTHERWISE if name == TENANT else name] = _cast(column, kind)
    return pa.table(columns)


def of_tenant(table: pa.Table, tenant: str) -> pa.Table:
    """The rows with their tenant in the first column."""
    names = pa.array([tenant] * table.num_rows, pa.string())
    return table.add_column(0, pa.field(TENANT, pa.string()), names)


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if column.type == kind:
        return column
    if pa.types.is_duration(column.type):
        micros = column.cast(pa.duration("us"), safe=False).cast(pa.int64())
        return pc.divide(micros.cast(pa.float64()), 1e6)
    if not pa.types.is_nested(kind):
        return column.cast(kind, safe=False)
    try:
        return column.cast(kind, safe=False)
    except pa.ArrowException:  # Arrow does not drop the fields of nulls, nor casts durations inside
        return pa.chunked_array([pa.array(column.to_pylist(), kind)], kind)
