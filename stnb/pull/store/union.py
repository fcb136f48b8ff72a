"""Many page files as one table that need not fit in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from stnb.catalog.facts import MODIFIED
from stnb.frame import Drifts, Shape, add_drift
from stnb.frame.assemble import merge, note_pages_differ
from stnb.frame.keys import note_unusable, types_of_key, usable
from stnb.frame.one_type import cast, hollow, valueless, without_hollow_objects
from stnb.frame.repeats import newest
from stnb.frame.types import final_type, pandas_type

from .pagefile import read_head, read_page, read_sent

Numbers = npt.NDArray[Any]


class Union:
    """The rows of many page files as one table would have them, with one page in memory at a time.

    Types, order and repeats are those of `frame.assemble`.

    Args:
        paths: the pages in their order.
        as_text: columns that become the texts that were sent, if they have values.

    Attributes:
        schema: the types of all pages together; the catalogue's if there is no page.
        drift: column -> what differs from the catalogue, or between the pages.

    Raises:
        Unreadable: a page is damaged; so do the methods.
    """

    def __init__(self, paths: Sequence[Path], shape: Shape, as_text: Collection[str] = ()) -> None:
        self._paths, self._columns, self._shape = paths, shape.by_path, shape
        self.drift: Drifts = {}
        schemas: list[pa.Schema] = []
        distinct: dict[tuple[pa.Schema, tuple[str, ...]], pa.Schema] = {}
        for path in paths:
            head, described = read_head(path)
            schema = distinct.get((described, head.valueless))
            if schema is None:
                schema = _with_values(described, head.valueless)
                distinct[described, head.valueless] = schema
            schemas.append(schema)
            add_drift(self.drift, head.drift)
        merged = merge([(schema.empty_table(), {}) for schema in distinct.values()], self.drift)
        merged = _described(merged.schema, [described for described, _ in distinct])
        known = without_hollow_objects({field.name: [field.type] for field in merged})
        for name in set(merged.names) - set(known):
            self.drift.pop(name, None)
        merged = pa.schema([merged.field(name) for name in known])
        if not len(merged):
            merged = pa.schema([(leaf.path, final_type(leaf.column)) for leaf in shape.leaves])
        self._merged = self._holding(self._with_texts(merged, as_text), schemas)
        self.schema = pa.schema(
            [(f.name, pa.string() if hollow(f.type) else f.type) for f in self._merged]
        )

    def _with_texts(self, merged: pa.Schema, names: Collection[str]) -> pa.Schema:
        for at, field in enumerate(merged):
            has_texts = pa.types.is_string(field.type) or hollow(field.type)
            if field.name in names and not has_texts:
                merged = merged.set(at, pa.field(field.name, pa.string()))
                note_pages_differ(self.drift, field.name)
        return merged

    def _holding(self, merged: pa.Schema, schemas: Sequence[pa.Schema]) -> pa.Schema:
        """The types that also hold every value: text if the common type does not."""
        for path, schema in zip(self._paths, schemas, strict=True):
            if schema == merged:
                continue
            odd = [field.name for field in merged if not _sure(schema, field)]
            if not odd:
                continue
            table = read_page(path, odd)[1]
            for name in odd:
                at = merged.get_field_index(name)
                try:
                    cast([table.column(name)], merged.types[at])
                except pa.ArrowException:
                    merged = merged.set(at, pa.field(name, pa.string()))
                    note_pages_differ(self.drift, name)
        return merged

    def read(self, path: Path, columns: Sequence[str] | None = None) -> pa.Table:
        """A page, or only these columns of it, with the types of all pages."""
        names = self.schema.names if columns is None else columns
        table = read_page(path, columns)[1]
        has = set(table.column_names)
        texts = self._sent(path, table)
        typed = {}
        for name in names:
            column = pa.chunked_array([pa.nulls(table.num_rows)])
            if name in texts:
                column = pa.chunked_array([texts[name]])
            elif name in has:
                column = table.column(name)
            typed[name] = self._typed(name, column)
        return pa.table(typed)

    def _sent(self, path: Path, table: pa.Table) -> dict[str, pa.Array]:
        """The texts that were sent for those columns of a page that other pages make text."""
        differ = []
        for field in table.schema:
            if field.name not in self._merged.names:
                continue
            to_text = pa.types.is_string(self._merged.field(field.name).type)
            has_texts = pa.types.is_string(field.type) or pa.types.is_null(field.type)
            if to_text and not has_texts:
                differ.append(field.name)
        if not differ:
            return {}
        sent = read_sent(path)
        blank = {name for name in differ if valueless(table.column(name))} - sent.texts.keys()
        with_texts = [name for name in differ if name not in blank]
        return sent.columns(table.select(with_texts), with_texts, self._shape)

    def _typed(self, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
        column = cast([column], self._merged.field(name).type)
        if column.type == self.schema.field(name).type:
            return column
        return cast([column], pa.string())  # hollow in every page; no file takes that

    def tables(
        self,
        dropped: Mapping[Path, Numbers],
        limit: int | None,
        columns: Sequence[str] | None = None,
    ) -> Iterator[pa.Table]:
        """The pages one after the other, without the rows that were dropped, up to the limit; of
        these columns only, if they are given.
        """
        for path in self._paths:
            if limit == 0:
                return
            table = self.read(path, columns)
            if path in dropped:
                table = table.filter(pa.array(~np.isin(np.arange(table.num_rows), dropped[path])))
            table = table.slice(0, limit)
            limit = None if limit is None else limit - table.num_rows
            yield table

    # -- repeats

    def repeats(self, key: Sequence[str]) -> dict[Path, Numbers]:
        """The rows to drop so that each key is there once; the newest stays, as in
        `frame.assemble`. Rows without a usable key stay, and are noted in `drift`.

        One number for each row finds the keys that may be there twice; only the rows of those are
        compared.
        """
        if not key or not set(key) <= set(self.schema.names):
            return {}
        if len(key) == 1 and self._rises(key[0]):
            return {}
        unusable = dict.fromkeys(key, 0)
        found = [np.empty(0, dtype=np.uint64)]
        for path in self._paths:
            keys = self._keys(path, key)
            for name in key:
                unusable[name] += keys.column(name).null_count
            found.append(_marks(keys)[1])
        note_unusable(self.drift, unusable)
        marks = np.concatenate(found)
        del found
        marks.sort()
        twice = np.unique(marks[1:][marks[1:] == marks[:-1]])
        if not len(twice):
            return {}
        del marks
        at = self.schema.get_field_index(MODIFIED)
        modified = at >= 0 and pa.types.is_timestamp(self.schema.types[at])
        columns = [*key, MODIFIED] if modified else list(key)
        rows = pd.concat(
            [self._suspects(i, key, columns, twice) for i in range(len(self._paths))],
            ignore_index=True,
        )
        times = rows[MODIFIED].array if modified else None
        lost = rows[~newest({name: rows[name].array for name in key}, times)]
        return {
            self._paths[i]: lost.loc[lost["page"] == i, "row"].to_numpy()
            for i in lost["page"].unique()
        }

    def _rises(self, name: str) -> bool:
        """Whether a whole-number key rises from row to row over all pages, as in lists that are
        sorted by id.
        """
        last: int | None = None
        for path in self._paths:
            column = self.read(path, [name]).column(name)
            if not pa.types.is_integer(column.type) or column.null_count:
                return False
            keys = column.to_numpy()
            if len(keys) and (
                (last is not None and keys[0] <= last) or not (keys[1:] > keys[:-1]).all()
            ):
                return False
            last = int(keys[-1]) if len(keys) else last
        return True

    def _keys(self, path: Path, key: Sequence[str]) -> pa.Table:
        """The keys of a page's rows, with null for what identifies no row."""
        table, parts = self.read(path, key), {}
        for name, promised in types_of_key(key, self._columns).items():
            parts[name] = usable(table.column(name), promised)
        return pa.table(parts)

    def _suspects(
        self, at: int, key: Sequence[str], columns: Sequence[str], twice: Numbers
    ) -> pd.DataFrame:
        rows, marks = _marks(self._keys(self._paths[at], key))
        found = twice[np.minimum(np.searchsorted(twice, marks), len(twice) - 1)] == marks
        frame = self.read(self._paths[at], list(dict.fromkeys(columns))).to_pandas(
            types_mapper=pandas_type
        )
        suspects: pd.DataFrame = frame.iloc[rows[found]].assign(page=at, row=rows[found])
        return suspects


def _with_values(schema: pa.Schema, valueless: Collection[str]) -> pa.Schema:
    """The types of a page, null for columns without a value: those do not count."""
    fields = []
    for field in schema:
        kind = pa.null() if field.name in valueless else field.type
        fields.append((field.name, kind))
    return pa.schema(fields)


def _described(merged: pa.Schema, schemas: Sequence[pa.Schema]) -> pa.Schema:
    """The types with those that pages describe for columns without a value on any of them."""
    for at, field in enumerate(merged):
        if not pa.types.is_null(field.type):
            continue
        for schema in schemas:
            place = schema.get_field_index(field.name)
            if place >= 0 and not pa.types.is_null(schema.types[place]):
                merged = merged.set(at, schema.field(place))
                break
    return merged


def _marks(keys: pa.Table) -> tuple[Numbers, Numbers]:
    """The rows of a page that have a key, and a number made of it."""
    frame = keys.to_pandas(types_mapper=pandas_type)
    rows = np.flatnonzero(frame.notna().all(axis=1).to_numpy())
    return rows, pd.util.hash_pandas_object(frame.iloc[rows], index=False).to_numpy()


def _sure(schema: pa.Schema, field: pa.Field) -> bool:
    """Whether every value of a page's column is held by the type that it gets."""
    at = schema.get_field_index(field.name)
    if at < 0 or pa.types.is_string(field.type):
        return True
    return bool(schema.types[at] == field.type or pa.types.is_null(schema.types[at]))
