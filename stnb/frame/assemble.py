"""Decoded pages -> one DataFrame, typed even if there is no row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog.facts import MODIFIED

from .decode import Decoded
from .drift import Drift, Drifts, Kind, add_drift, without_conversions
from .fallback import Columns
from .keys import note_unusable, types_of_key, usable
from .memory import COLUMNS, in_one_piece, pool
from .one_type import cast, hollow, kinds_of, one_kind, valueless, without_hollow_objects
from .original import Original
from .repeats import Mask, newest
from .schema import Shape
from .sent import Sent
from .sent import stacked as sent_for
from .text import text_of
from .types import final_type, pandas_type

NO_SHAPE = Shape((), pa.struct([]))


def assemble(
    pages: Sequence[Decoded],
    shape: Shape,
    *,
    key: Sequence[str] = (),
    limit: int | None = None,
    keep: Literal["newest", "all"] = "newest",
    consume: bool = False,
    original: list[Original] | None = None,
) -> tuple[pd.DataFrame, Drifts, int]:
    """Put pages together in their order.

    Args:
        key: the columns that identify a row. Empty keeps all rows.
        limit: rows at most.
        keep: "newest": of rows with the same key, one stays, as in `newest`; rows without a usable
            key all stay, and are noted. "all" drops no row.
        consume: give the memory of each column back as it is converted; a list of pages is emptied
            for that.
        original: gets what was sent for the rows of the frame.

    Returns:
        (frame, drift: column -> what differs from the catalogue, number of duplicates dropped)

    Example:
        >>> frame, drift, duplicates = assemble(parts, shape_of(st.jpm.jobs.endpoint), key=("id",))
    """
    drift: Drifts = {}
    sent = [(page.sent, page.table.num_rows) for page in pages if original is not None]
    columns = _Columns([page.table for page in pages], [page.sent for page in pages], shape)
    for found in [page.drift for page in pages]:  # no name may hold a page when they are let go
        add_drift(drift, found)
    for name in columns.hollow:
        drift.pop(name, None)
    if consume and isinstance(pages, list):
        pages.clear()
    if not columns.names:
        columns = _Columns([_empty(shape)])
    wanted, unusable = None, dict[str, int]()
    if keep == "newest":
        wanted, unusable = _wanted(columns, types_of_key(key, shape.by_path))
    arrays = {}
    for name, column in columns.taken(drift):
        if wanted is not None:
            column = column.filter(pa.array(wanted))
        arrays[name] = pandas_array(in_one_piece(column.slice(0, limit)))
        del column
    note_unusable(drift, unusable)
    frame = pd.DataFrame(arrays, copy=False)
    dropped = 0
    if wanted is not None:
        dropped = int((~wanted).sum())
    if original is not None:
        original.append(_original(sent, wanted, limit, shape))
    return frame, drift, dropped


def _original(
    sent: Sequence[tuple[Sent, int]], wanted: Mask | None, limit: int | None, shape: Shape
) -> Original:
    rows = np.arange(sum(size for _, size in sent))
    if wanted is not None:
        rows = rows[wanted]
    return Original(sent, rows[:limit], shape)


def _empty(shape: Shape) -> pa.Table:
    return pa.table({leaf.path: pa.nulls(0, final_type(leaf.column)) for leaf in shape.leaves})


def pandas_array(column: pa.ChunkedArray) -> Any:
    """A column as pandas holds it."""
    if hollow(column.type):  # no file takes that
        texts = [text_of(chunk) for chunk in column.chunks]
        column = pa.chunked_array(texts, pa.string())
    dtype = pandas_type(column.type)
    if dtype is None:
        return column.to_pandas().array
    if pa.types.is_string(column.type):  # pandas would do it in Arrow's own memory
        column = pc.cast(column, pa.large_string(), memory_pool=pool())
    return dtype.__from_arrow__(column)


# -- rows that came more than once


def _wanted(columns: _Columns, key: Mapping[str, str | None]) -> tuple[Mask | None, dict[str, int]]:
    """The rows that `newest` keeps, None for all of them; and for each part of the key, in how many
    rows it is not usable.
    """
    if not key or not set(key) <= set(columns.names):
        return None, {}
    parts = {name: usable(columns.stacked(name), promised) for name, promised in key.items()}
    unusable = {name: part.null_count for name, part in parts.items()}
    only = next(iter(parts.values()))
    if len(key) == 1 and pa.types.is_integer(only.type) and not only.null_count:
        numbers = only.to_numpy()
        if (numbers[1:] > numbers[:-1]).all():  # as in lists that are sorted by id
            return None, unusable
    times = None
    if MODIFIED in columns.names:
        modified = columns.stacked(MODIFIED)
        if pa.types.is_timestamp(modified.type):
            times = pandas_array(modified)
    wanted = newest({name: pandas_array(part) for name, part in parts.items()}, times)
    if wanted.all():
        return None, unusable
    return wanted, unusable


# -- pages whose types differ


class _Columns:
    """The columns of several tables, one below the other; what is taken is let go.

    Attributes:
        names: all columns, in the order in which they came up.
        hollow: columns left out; see `without_hollow_objects`.
        differing: those whose types differ between the tables.
    """

    def __init__(
        self,
        tables: Sequence[pa.Table],
        sent: Sequence[Sent] = (),
        shape: Shape | None = None,
    ) -> None:
        self._shape = shape or NO_SHAPE
        self._tables = []
        kinds: dict[str, set[pa.DataType]] = {}
        for table in tables:
            columns = dict(zip(table.column_names, table.columns, strict=True))
            self._tables.append((table.num_rows, columns))
            for name, column in columns.items():
                kinds.setdefault(name, set()).add(column.type)
        self.names = without_hollow_objects(kinds)
        self.hollow = kinds.keys() - set(self.names)
        self.differing = [name for name in self.names if len(kinds[name]) > 1]
        self._sent = []
        for each in sent:
            # What is not needed is not held on to.
            same = kinds.keys() - set(self.differing)
            self._sent.append(each.without(same) if self.differing else Sent())
        self._texts: list[Columns | None] = [None for _ in tables]  # as they were sent, once read

    def stacked(self, name: str, drift: Drifts | None = None) -> pa.ChunkedArray:
        """One column of all tables; if its type differs between them, in a type that loses
        nothing.
        """
        columns = []
        for rows, table in self._tables:
            column = table.get(name)
            if column is None:
                column = pa.chunked_array([pa.nulls(rows)])
            columns.append(column)
        kinds = kinds_of(columns)
        kind = one_kind(kinds, columns)
        try:
            stacked = cast(columns, kind)
        except pa.ArrowException:  # a value that the common type does not hold exactly
            kind = pa.string()
            stacked = None
        as_sent = pa.types.is_string(kind) and not all(_is_plain(c.type) for c in columns)
        if stacked is None or as_sent:
            stacked = cast(self.as_sent(name), kind)
        if drift is not None and len(kinds) > 1 and pa.types.is_string(kind):
            note_pages_differ(drift, name)
        return stacked

    def as_sent(self, name: str) -> list[pa.ChunkedArray]:
        """The column of each table as the text that was sent for it."""
        found = []
        for at, (rows, table) in enumerate(self._tables):
            column = table.get(name, pa.chunked_array([pa.nulls(rows)]))
            if valueless(column) and not self._has_text(at, name):
                column = pa.chunked_array([pa.nulls(rows)])
            elif not _is_plain(column.type):
                column = pa.chunked_array([self._texts_of(at)[name]])
            found.append(column)
        return found

    def _has_text(self, at: int, name: str) -> bool:
        """Whether texts of a column are kept, as the blank ones of a report's numbers."""
        return bool(self._sent) and name in self._sent[at].texts

    def _texts_of(self, at: int) -> Columns:
        """The columns of a table that may become text, as they were sent."""
        texts = self._texts[at]
        if texts is None:
            there = self._tables[at][1]
            names = [name for name in self.differing if name in there]
            columns = {name: there[name] for name in names if not _is_plain(there[name].type)}
            sent = self._sent[at] if self._sent else Sent()
            texts = sent.columns(pa.table(columns), list(columns), self._shape)
            self._texts[at] = texts
        return texts

    def taken(self, drift: Drifts) -> Iterator[tuple[str, pa.ChunkedArray]]:
        """Each column for the last time; where nobody else has the tables, its memory is given back
        once it is let go.
        """
        for name in self.names:
            column = self.stacked(name, drift)
            for _, table in self._tables:
                table.pop(name, None)
            size = column.nbytes
            yield name, column
            del column
            COLUMNS.moved(size)


def _is_plain(kind: pa.DataType) -> bool:
    """Whether values are the texts that were sent, or none."""
    return bool(pa.types.is_string(kind) or pa.types.is_null(kind))


def joined(parts: Sequence[Decoded], shape: Shape) -> Decoded:
    """Pages as one."""
    drift: Drifts = {}
    for part in parts:
        add_drift(drift, part.drift)
    columns = _Columns([part.table for part in parts], [part.sent for part in parts], shape)
    for name in columns.hollow:
        drift.pop(name, None)
    stacks, differing = {}, {}
    for name in columns.names:
        stacks[name] = columns.stacked(name, drift)
        if name in columns.differing and not _is_plain(stacks[name].type):
            texts = cast(columns.as_sent(name), pa.string())
            differing[name] = pa.concat_arrays([*texts.chunks, pa.nulls(0, pa.string())])
    sent = sent_for([(part.sent, part.table) for part in parts], differing, shape)
    return Decoded(pa.table(stacks), drift, any(part.careful for part in parts), sent)


def merge(parts: Iterable[tuple[pa.Table, Drifts]], drift: Drifts) -> pa.Table:
    """Tables of several pages as one; if a column's type differs between them, in a type that loses
    nothing.

    Args:
        parts: tables, each with what differs in it.
        drift: gets all that differs.
    """
    tables = []
    for table, found in parts:
        tables.append(table)
        add_drift(drift, found)
    columns = _Columns(tables)
    return pa.table({name: columns.stacked(name, drift) for name in columns.names})


def note_pages_differ(drift: Drifts, column: str) -> None:
    """Note that a column became text, unless what differs in it is noted already."""
    others = without_conversions(drift.get(column, []))
    drift[column] = others or [Drift(column, Kind.PAGES_DIFFER)]
