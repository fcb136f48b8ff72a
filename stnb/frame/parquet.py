"""Arrow tables, one after the other -> one Parquet file, whole or not at all, that reads back as
the frame of a pull.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from stnb.errors import BadFilter, CannotSave
from stnb.errors.nesting import is_deep, loads
from stnb.filesystem.atomic import replacing

from . import cells
from .about import about_of
from .json_file import check_names
from .nested import NestedDtype
from .pandas_private import PORTABLE
from .reading import footer, reading
from .text import as_text, each
from .types import pandas_type

# What a row group holds in Arrow, whichever comes first.
GROUP_ROWS, GROUP_BYTES = 64 * 1024, 32 * 1024 * 1024
ATTRS = "PANDAS_ATTRS"  # where pandas keeps `DataFrame.attrs`, as JSON
Attrs = dict[str, Any]
# How Arrow refuses values that have no type in common, or that theirs does not hold.
REFUSED = (pa.ArrowException, TypeError, ValueError, OverflowError)


def write(
    path: Path,
    tables: Iterable[pa.Table],
    schema: pa.Schema,
    attrs: Callable[[], Attrs] | Attrs,
    *,
    folder: Path | None = None,
) -> int:
    """Write tables as one file; no more than a row group of them is in memory at once.

    Args:
        tables: the rows in their order; a table whose columns stand or are typed otherwise is cast
            to the schema, where that loses nothing.
        attrs: what `pd.read_parquet(path).attrs["stnb"]` is to be; a function is called after the
            last row.
        folder: where the file is written before it takes its place; beside it, when not given. It
            must be on the same disk.

    Returns:
        The number of rows written.

    Raises:
        CannotSave: the system refuses; what stood at `path` is as it was, also after any other
            error.
        pa.ArrowInvalid: a value does not fit the schema.

    Example:
        >>> write(Path("jobs.parquet"), tables, schema, {"resource": "jpm.jobs"})
        1200
    """
    try:
        with replacing(path, folder) as file:
            return _write(file, tables, schema.remove_metadata(), attrs)
    except OSError as err:  # or the CannotSave of whoever gives the tables
        failure = CannotSave.of(path, err)
    raise failure


def _write(
    file: IO[bytes],
    tables: Iterable[pa.Table],
    schema: pa.Schema,
    attrs: Callable[[], Attrs] | Attrs,
) -> int:
    rows = 0
    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    # Dictionaries for all columns would take 1.7 times the time, and 1.3 times the room.
    options = {"compression": "zstd", "use_dictionary": texts}
    # Readers take the attrs from the stored schema, and they may be known only after the last row:
    # so it is stored then.
    with pq.ParquetWriter(file, schema, store_schema=False, **options) as writer:
        for group in _groups(_fit(table, schema) for table in tables):
            writer.write_table(group, row_group_size=group.num_rows)
            rows += group.num_rows
            del group  # before the next one is gathered
        if callable(attrs):
            attrs = attrs()
        writer.add_key_value_metadata(_metadata(schema, attrs))
    return rows


def write_frame(frame: pd.DataFrame, file: IO[bytes]) -> None:
    """Write a frame as `frame.to_parquet(file, index=False)` does, but so that pandas can also read
    it where stnb is not installed.

    Raises:
        BadFilter: two columns have one name, or the values of one have no type in common.
    """
    table = as_table(frame)
    try:
        pq.write_table(table, file)
        return
    except pa.ArrowNotImplementedError as err:
        why = str(err)
    raise BadFilter(
        "The Parquet file was not written.",
        f"Parquet has no place for a type of a column: {why}.",
        "Save as .json or .csv, or convert the column.",
    )


def as_table(frame: pd.DataFrame) -> pa.Table:
    """A frame as an Arrow table, with its `attrs` in the metadata, where pandas looks for them.

    Raises:
        BadFilter: two columns have one name, or the values of one have no type in common.
    """
    names = [cells.name_of(name) for name in frame.columns]
    check_names(names, "Parquet")
    table = _table(frame.set_axis(names, axis="columns"))
    told = {"pandas": _portable(table.schema)}
    if frame.attrs:
        told[ATTRS] = json.dumps(frame.attrs, default=str)
    return table.replace_schema_metadata(told)


def _table(frame: pd.DataFrame) -> pa.Table:
    try:
        return pa.Table.from_pandas(frame, preserve_index=False)
    except REFUSED:
        pass
    columns = {name: _mended(frame[name]) for name in frame.columns}
    return pa.Table.from_pandas(pd.DataFrame(columns), preserve_index=False)


def _mended(column: pd.Series[Any]) -> pd.Series[Any]:
    """The column as Arrow takes it: halves of surrogate pairs are written as their escapes."""
    try:
        pa.Table.from_pandas(column.to_frame(), preserve_index=False)
        return column
    except REFUSED:
        values = cells.plain_values(column)
    if all(value is None or isinstance(value, str) for value in values):
        return pd.Series(each(values, as_text), index=column.index, dtype="str")
    raise BadFilter(
        "The Parquet file was not written.",
        f"The values of {column.name} are of several types, or too large for theirs.",
        "Save as .json or .csv, or convert the column first, as with astype(str).",
    )


def read_frame(path: str | os.PathLike[str] | IO[bytes]) -> pd.DataFrame:
    """Read a file of `write`, or one that pandas wrote; lists, objects and decimals get their Arrow
    dtypes back.

    What the file says of itself, and makes no sense, is left out; its rows are as they are then.

    Raises:
        BadFilter: it cannot be read as Parquet.
    """
    with reading(path), pq.ParquetFile(path) as file:
        table = file.read()
        frame = _frame(table)
        frame.attrs.clear()
        frame.attrs.update(_all_attrs(table.schema.metadata or {}))
    return frame


def _frame(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame
    if not is_deep((table.schema.metadata or {}).get(b"pandas", b"")):
        with contextlib.suppress(Exception):  # of any kind, for a description that is none
            frame = table.to_pandas(types_mapper=_arrow_dtype)
            return frame
    frame = table.replace_schema_metadata().to_pandas(types_mapper=_arrow_dtype)
    return frame


def _arrow_dtype(kind: pa.DataType) -> pd.ArrowDtype | None:
    """The dtype of what pandas itself would make objects of."""
    if pa.types.is_nested(kind):
        return NestedDtype(kind)
    if pa.types.is_decimal(kind):
        return pd.ArrowDtype(kind)
    return None


def provenance(path: str | os.PathLike[str]) -> Attrs:
    """Where the rows of a Parquet file come from, `attrs["stnb"]` of the frame that it holds; {}
    if it does not say.

    Raises:
        BadFilter: it cannot be read as Parquet.

    Example:
        >>> provenance("jobs.parquet")["resource"]
        'jpm.jobs'
    """
    metadata, _ = footer(path)
    return about_of(_all_attrs(metadata.metadata or {}))


def _all_attrs(metadata: Mapping[bytes, bytes]) -> Attrs:
    """The attrs of a frame; {} if there are none, or none that can be read."""
    try:
        found = loads(metadata[ATTRS.encode()])
    except (ValueError, LookupError):  # of another program
        return {}
    if isinstance(found, dict):
        return found
    return {}


def _fit(table: pa.Table, schema: pa.Schema) -> pa.Table:
    fitted = []
    for field in schema:
        column = table.column(field.name)
        if column.type != field.type:  # to cast lists of nulls to their own type breaks the array
            column = column.cast(field.type)
        fitted.append(column)
    return pa.table(fitted, schema=schema)


def _groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in tables of the size of a row group: small ones together, large ones cut."""
    held: list[pa.Table] = []
    rows = size = 0
    for table in tables:
        for part in _parts(table):
            if held and (rows + part.num_rows > GROUP_ROWS or size + part.nbytes > GROUP_BYTES):
                yield pa.concat_tables(held)
                held, rows, size = [], 0, 0
            held.append(part)
            rows, size = rows + part.num_rows, size + part.nbytes
    if rows:
        yield pa.concat_tables(held)


def _parts(table: pa.Table) -> Iterator[pa.Table]:
    most = min(GROUP_ROWS, max(1, table.num_rows * GROUP_BYTES // max(table.nbytes, 1)))
    for start in range(0, table.num_rows, most):
        yield table.slice(start, most)


def _metadata(schema: pa.Schema, attrs: Attrs) -> dict[str, str]:
    """What makes `pd.read_parquet` give the dtypes of a pull's frame, and its attrs."""
    empty = schema.empty_table().to_pandas(types_mapper=pandas_type)
    described = _portable(pa.Schema.from_pandas(empty, preserve_index=False))
    told = {"pandas": described, ATTRS: json.dumps({"stnb": attrs})}
    stored = schema.with_metadata(told).serialize().to_pybytes()
    return {**told, "ARROW:schema": base64.b64encode(stored).decode()}


def _portable(schema: pa.Schema) -> str:
    """pandas' description of the columns, with names for lists, objects and decimals that it can
    read.
    """
    described: dict[str, Any] = json.loads(schema.metadata[b"pandas"])
    for column in described["columns"]:
        kind = schema.field(column["field_name"]).type
        if _arrow_dtype(kind) is not None:
            column["numpy_type"] = PORTABLE
    return json.dumps(described)
