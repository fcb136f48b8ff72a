"""Decoded pages -> one DataFrame, typed also where there is no row."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog.facts import LARGEST_EXACT, MODIFIED

from .decode import Decoded
from .drift import add_drift
from .schema import Shape
from .text import text_of
from .types import WIDE, final_type, pandas_type


def assemble(
    pages: Sequence[Decoded],
    shape: Shape,
    *,
    key: Sequence[str] = (),
    limit: int | None = None,
    keep: Literal["newest", "all"] = "newest",
    consume: bool = False,
) -> tuple[pd.DataFrame, dict[str, str], int]:
    """Put pages together in their order.

    Args:
        key: the columns that identify a row. Empty keeps all rows.
        limit: rows at most.
        keep: "newest": of rows with the same key the one that was modified last stays, and where
            `modifiedOn` does not tell them apart, the one that was read last. "all" drops no row.
        consume: give the memory of each column back as it is converted; a list of pages is emptied
            for that.

    Returns:
        (frame, drift: column -> what differs from the catalogue, number of duplicates dropped)

    Example:
        >>> frame, drift, duplicates = assemble(parts, shape_of(st.jpm.jobs.endpoint), key=("id",))
    """
    drift: dict[str, str] = {}
    columns = _Columns([page.table for page in pages])
    for told in [page.drift for page in pages]:
        add_drift(drift, told)
    if consume and isinstance(pages, list):
        pages.clear()
    if not columns.names:
        columns = _Columns(
            [pa.table({leaf.path: pa.nulls(0, final_type(leaf.column)) for leaf in shape.leaves})]
        )
    wanted = None if keep == "all" else _newest(columns, key)
    arrays = {}
    for name in columns.names:
        column = columns.take(name, drift)
        arrays[name] = _array(
            (column if wanted is None else column.filter(pa.array(wanted))).slice(0, limit)
        )
    frame = pd.DataFrame(arrays, copy=False)
    return frame, drift, 0 if wanted is None else int((~wanted).sum())


def _array(column: pa.ChunkedArray) -> Any:
    """A column as pandas holds it."""
    if _hollow(
        column.type
    ):  # an unknown key that was null, {} or [{}] in every row; no file takes that
        column = pa.chunked_array([text_of(chunk) for chunk in column.chunks], pa.string())
    dtype = pandas_type(column.type)
    return column.to_pandas().array if dtype is None else dtype.__from_arrow__(column)


def _hollow(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        return kind.num_fields == 0 or any(
            _hollow(f.type) for f in kind if not pa.types.is_null(f.type)
        )
    return (
        _hollow(kind.value_type)
        if pa.types.is_list(kind) and not pa.types.is_null(kind.value_type)
        else pa.types.is_null(kind)
    )


# -- rows that came more than once


def _newest(columns: _Columns, key: Sequence[str]) -> npt.NDArray[np.bool_] | None:
    """Which rows stay so that each key stands once; None where all do. A row that lacks a part of
    its key stays.
    """
    if not key or not set(key) <= set(columns.names):
        return None
    ids = columns.stacked(key[0])
    if len(key) == 1 and pa.types.is_integer(ids.type) and not ids.null_count:
        numbers = ids.to_numpy()
        if (numbers[1:] > numbers[:-1]).all():  # as lists in the order of their ids are
            return None
    rows = pd.DataFrame({name: _array(columns.stacked(name)) for name in key})
    rows = rows[rows.duplicated(keep=False) & rows.notna().all(axis=1)]
    if not len(rows):
        return None
    if MODIFIED in columns.names and pa.types.is_timestamp(
        (times := columns.stacked(MODIFIED)).type
    ):
        when = pd.Series(_array(times)[rows.index], rows.index)
        rows = rows.loc[when.sort_values(kind="stable", na_position="first").index]
    wanted = np.ones(columns.length, dtype=bool)
    wanted[rows.index[rows.duplicated(keep="last")]] = False
    return wanted


# -- pages whose types differ


class _Columns:
    """The columns of several tables, one below the other; what is taken is let go.

    Attributes:
        names: all columns, in the order in which they came up.
        length: the number of rows.
    """

    def __init__(self, tables: Sequence[pa.Table]) -> None:
        self.names = list(
            dict.fromkeys(itertools.chain.from_iterable(table.column_names for table in tables))
        )
        self.length = sum(table.num_rows for table in tables)
        self._tables = [
            (table.num_rows, dict(zip(table.column_names, table.columns, strict=True)))
            for table in tables
        ]

    def stacked(self, name: str, drift: dict[str, str] | None = None) -> pa.ChunkedArray:
        """One column of all tables: where its type differs between them, in a type that loses
        nothing.
        """
        columns = [
            table[name] if name in table else pa.chunked_array([pa.nulls(rows)])
            for rows, table in self._tables
        ]
        # In their order: the fields of a united object then come in the same one each time.
        kinds = list(dict.fromkeys(c.type for c in columns if not pa.types.is_null(c.type)))
        kind = next(iter(kinds), pa.null()) if len(kinds) < 2 else _common(kinds, columns)
        try:
            stacked = _cast(columns, kind)
        except pa.ArrowException:  # a value that the common type does not hold exactly
            kind, stacked = pa.string(), _cast(columns, pa.string())
        if drift is not None and len(kinds) > 1 and pa.types.is_string(kind):
            drift.setdefault(name, "differs in type between pages; kept as text")
        return stacked

    def take(self, name: str, drift: dict[str, str]) -> pa.ChunkedArray:
        """As `stacked`, for the last time."""
        column = self.stacked(name, drift)
        for _, table in self._tables:
            table.pop(name, None)
        return column


def merge(parts: Iterable[tuple[pa.Table, dict[str, str]]], drift: dict[str, str]) -> pa.Table:
    """Tables of several pages as one: where a column's type differs between pages, a type that
    loses nothing.
    """
    tables = []
    for table, told in parts:
        tables.append(table)
        add_drift(drift, told)
    columns = _Columns(tables)
    return pa.table({name: columns.stacked(name, drift) for name in columns.names})


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
            # times to the microsecond where another page has the year 1 or 9999, which is told
            else:
                made = chunk.cast(kind, safe=not pa.types.is_timestamp(kind))
                if pa.types.is_nested(kind):
                    made.validate(
                        full=True
                    )  # Arrow makes lists of nulls too short where it casts what lies around them
                chunks.append(made)
    return pa.chunked_array(chunks, kind)


def _common(kinds: Sequence[pa.DataType], columns: list[pa.ChunkedArray]) -> pa.DataType:
    if set(kinds) == {pa.int64(), pa.float64()}:
        whole = [c for c in columns if pa.types.is_integer(c.type) and len(c) > c.null_count]
        largest = max(
            (max(abs(pc.min(c).as_py()), abs(pc.max(c).as_py())) for c in whole), default=0
        )
        return pa.float64() if largest <= LARGEST_EXACT else pa.string()
    if all(pa.types.is_timestamp(k) and k.tz for k in kinds):
        return pa.timestamp("us", "UTC")
    if all(pa.types.is_timestamp(k) and not k.tz for k in kinds):
        return pa.timestamp("us")
    if all(pa.types.is_decimal(k) for k in kinds):
        return WIDE
    if all(pa.types.is_nested(k) for k in kinds):
        try:
            return (
                pa.unify_schemas(
                    [pa.schema([("x", k)]) for k in kinds], promote_options="permissive"
                )
                .field(0)
                .type
            )
        except pa.ArrowException:
            pass
    return pa.string()


def file_frame(file: tuple[bytes, str] | None) -> pd.DataFrame:
    """A file (its bytes and content type) as a frame of one row: content, contentType, size
    (bytes).
    """
    rows = [] if file is None else [(*file, len(file[0]))]
    frame = pd.DataFrame(rows, columns=["content", "contentType", "size"])
    return frame.astype({"contentType": "str", "size": "Int64"})
