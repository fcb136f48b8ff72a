"""Rows as every destination of a warehouse takes them."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from stnb.frame.united import TENANT

from .warehouse_part import MOMENT


def for_warehouse(table: pa.Table, tenant: str, key: Sequence[str]) -> pa.Table:
    """The rows with the tenant first, and their key without nulls.

    Args:
        key: its columns. Where one is null after all, it says nothing of that.
    """
    arrays = {TENANT: pa.chunked_array([pa.array([tenant] * table.num_rows, pa.string())])}
    for name, column in zip(table.column_names, table.columns, strict=True):
        arrays.setdefault(name, column)
    fields = []
    for name, column in arrays.items():
        filled = name in (TENANT, *key) and not column.null_count
        fields.append(pa.field(name, column.type, nullable=not filled))
    return pa.table(arrays, pa.schema(fields))


def prepared(table: pa.Table) -> pa.Table:
    """The rows as every destination takes them: times in UTC to the microsecond, durations as
    seconds.
    """
    columns = zip(table.column_names, table.columns, strict=True)
    return pa.table({name: _plain(column) for name, column in columns})


def plain_type(kind: pa.DataType) -> pa.DataType:
    """The type that `prepared` gives a column of this one."""
    return _plain(pa.chunked_array([], kind)).type


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type):
        return column.cast(MOMENT, safe=False)
    if pa.types.is_duration(column.type):
        micros = column.cast(pa.duration("us"), safe=False).cast(pa.int64())
        return pc.divide(micros.cast(pa.float64()), 1e6)
    if pa.types.is_large_string(column.type):
        return column.cast(pa.string())
    return column
