"""Decoded pages -> one DataFrame, typed also where there is no row."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .decode import LARGEST, Decoded, text_of
from .types import Shape, final_type, pandas_type


def assemble(
    pages: Sequence[Decoded], shape: Shape, *, key: tuple[str, ...] = (), limit: int | None = None
) -> tuple[pd.DataFrame, dict[str, str], int]:
    """Put pages together in their order.

    Args:
        key: the columns that identify a row: of rows with the same key the last is kept. Empty keeps all.
        limit: rows at most.

    Returns:
        (frame, drift: column -> what differs from the catalogue, number of duplicates dropped)
    """
    drift: dict[str, str] = {}
    table = merge(((p.table, p.drift) for p in pages), drift)
    if not table.num_columns:
        table = pa.table({leaf.path: pa.nulls(0, final_type(leaf.column)) for leaf in shape.leaves})
    for at, name in enumerate(table.column_names):
        if _hollow(table.schema.types[at]):  # an unknown key that was null, {} or [{}] in every row; no file takes that
            texts = [text_of(chunk) for chunk in table.column(name).chunks]
            table = table.set_column(at, name, pa.chunked_array(texts, pa.string()))
    frame = table.to_pandas(types_mapper=pandas_type, split_blocks=True)
    frame, duplicates = _without_repeats(frame, key)
    if limit is not None and len(frame) > limit:
        frame = frame.iloc[:limit].reset_index(drop=True)
    return frame, drift, duplicates


def _without_repeats(frame: pd.DataFrame, key: tuple[str, ...]) -> tuple[pd.DataFrame, int]:
    if not key or not len(frame) or not set(key) <= set(frame.columns):
        return frame, 0
    names = list(key)
    repeated = frame.duplicated(subset=names, keep="last") & frame[names].notna().all(axis=1)
    count = int(repeated.sum())
    return (frame[~repeated].reset_index(drop=True), count) if count else (frame, 0)


def _hollow(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        return kind.num_fields == 0 or any(_hollow(f.type) for f in kind if not pa.types.is_null(f.type))
    return (
        _hollow(kind.value_type) if pa.types.is_list(kind) and not pa.types.is_null(kind.value_type) else pa.types.is_null(kind)
    )


# -- pages whose types differ


def merge(parts: Iterable[tuple[pa.Table, dict[str, str]]], drift: dict[str, str]) -> pa.Table:
    """Tables of several pages as one: where a column's type differs between pages, a type that loses nothing."""
    tables = []
    for table, told in parts:
        tables.append(table)
        drift |= told
    if not tables:
        return pa.table({})
    names = list(dict.fromkeys(itertools.chain.from_iterable(t.column_names for t in tables)))
    return pa.table({name: _stacked(name, tables, drift) for name in names})


def _stacked(name: str, tables: list[pa.Table], drift: dict[str, str]) -> pa.ChunkedArray:
    columns = [t.column(name) if name in t.column_names else pa.chunked_array([pa.nulls(t.num_rows)]) for t in tables]
    kinds = {c.type for c in columns if not pa.types.is_null(c.type)}
    kind = next(iter(kinds), pa.null()) if len(kinds) < 2 else _common(kinds, columns)
    try:
        stacked = _cast(columns, kind)
    except pa.ArrowException:  # a value that the common type does not hold exactly
        kind, stacked = pa.string(), _cast(columns, pa.string())
    if len(kinds) > 1 and pa.types.is_string(kind):
        drift.setdefault(name, "differs in type between pages; kept as text")
    return stacked


def _cast(columns: list[pa.ChunkedArray], kind: pa.DataType) -> pa.ChunkedArray:
    chunks: list[pa.Array] = []
    for column in columns:
        for chunk in column.chunks:
            if chunk.type == kind:
                chunks.append(chunk)
            elif pa.types.is_null(chunk.type):
                chunks.append(pa.nulls(len(chunk), kind))
            elif pa.types.is_string(kind):
                chunks.append(text_of(chunk))
            else:  # times to the microsecond where another page has the year 1 or 9999, which is told
                chunks.append(chunk.cast(kind, safe=not pa.types.is_timestamp(kind)))
    return pa.chunked_array(chunks, kind)


def _common(kinds: set[pa.DataType], columns: list[pa.ChunkedArray]) -> pa.DataType:
    if kinds == {pa.int64(), pa.float64()}:
        whole = [c for c in columns if pa.types.is_integer(c.type) and len(c) > c.null_count]
        largest = max((max(abs(pc.min(c).as_py()), abs(pc.max(c).as_py())) for c in whole), default=0)
        return pa.float64() if largest <= LARGEST else pa.string()
    if all(pa.types.is_timestamp(k) and k.tz for k in kinds):
        return pa.timestamp("us", "UTC")
    if all(pa.types.is_timestamp(k) and not k.tz for k in kinds):
        return pa.timestamp("us")
    if all(pa.types.is_nested(k) for k in kinds):
        try:
            return pa.unify_schemas([pa.schema([("x", k)]) for k in kinds], promote_options="permissive").field(0).type
        except pa.ArrowException:
            pass
    return pa.string()


def file_frame(file: tuple[bytes, str] | None) -> pd.DataFrame:
    """A file (its bytes and content type) as a frame of one row: content, contentType, size (bytes)."""
    rows = [] if file is None else [(*file, len(file[0]))]
    frame = pd.DataFrame(rows, columns=["content", "contentType", "size"])
    return frame.astype({"contentType": "str", "size": "Int64"})
