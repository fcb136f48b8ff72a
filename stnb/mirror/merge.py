"""A table's file and what changed -> the file as it is now, and the difference.

In memory are the keys and the times of change of both files, and one row group; the rest stays on
disk.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog.facts import MODIFIED
from stnb.errors import BadFilter
from stnb.frame import Drifts, parquet
from stnb.frame.assemble import pandas_array
from stnb.frame.keys import usable
from stnb.frame.repeats import newest as newest_rows

from .columns import Flags, Places, Rows, cast, common, differ, flags

# The columns that tell rows apart -> the type that the catalogue gives each; None if it gives none.
Key = Mapping[str, str | None]


@dataclass(frozen=True)
class Difference:
    """What is different in a table.

    Attributes:
        before, after: how many rows there were, and are.
        added: rows that are new; None if there is no key to tell rows apart.
        changed: rows that came again with other values; None if there is no key.
        inactive: rows that are inactive now and were not before; None if there is no key.
        gone: rows that are no longer there.
        stayed: rows that were there and did not come again.
        drift: columns whose type differs between the old rows and the new ones.
    """

    before: int
    added: int | None
    changed: int | None
    inactive: int | None
    gone: int
    after: int
    drift: Drifts = field(default_factory=dict)
    stayed: int = 0


def merged(old: Path, new: Path, key: Key, spare: Path, about: Mapping[str, Any]) -> Difference:
    """Put the rows of `new` into `old`. Of two rows with one key the newer stays, by `modifiedOn`;
    without that column, the one of `new`.

    Nothing is written if nothing differs.

    Args:
        key: the columns that tell rows apart, and the types that the catalogue gives them.
        spare: the folder where the file is written before it takes its place.
        about: the file's provenance; its number of rows is filled in.

    Raises:
        CannotSave: the system refuses; `old` is as it was.
    """
    there, coming = Rows(old), Rows(new)
    if not coming.count:
        return Difference(there.count, 0, 0, 0, 0, there.count)
    both = Both(there, coming, key)
    rows = both.old.count + len(both.fresh)
    difference = both.difference(gone=0, after=rows)
    if writes(difference):
        kept = np.ones(both.old.count, dtype=bool)
        kept[both.was] = False
        wanted = np.zeros(both.new.count, dtype=bool)
        wanted[both.now] = wanted[both.fresh] = True
        tables = tables_of(((both.old, kept), (both.new, wanted)), both.schema)
        parquet.write(old, tables, both.schema, {**about, "rows": rows}, folder=spare)
    return difference


def writes(difference: Difference) -> bool:
    """Whether `merged` writes the file for this difference."""
    return bool(difference.added or difference.changed)


def replaced(old: Path, new: Path, key: Key) -> Difference:
    """Put `new` in the place of `old`, which need not exist.

    Raises:
        BadFilter: `new` cannot be read; `old` is as it was.
        OSError: the system refuses.
    """
    coming = Rows(new)
    try:
        both = Both(Rows(old), coming, key, newest=False)
        difference = both.difference(gone=both.old.count - len(both.was), after=coming.count)
        if not key:
            difference = Difference(both.old.count, None, None, None, 0, coming.count)
    except (BadFilter, pa.ArrowException):  # the old one is not there, or cannot be compared
        coming.check()
        inactive = int(np.count_nonzero(_inactive(coming)))
        difference = Difference(0, coming.count, 0, inactive, 0, coming.count)
    os.replace(new, old)
    return difference


def texts_of(path: Path) -> list[str]:
    """The columns of text."""
    rows = Rows(path)
    return [name for name in rows.names if pa.types.is_string(rows.type_of(name))]


def turned_to_text(old: Path, new: Path) -> list[str]:
    """The columns whose values in `old` would become text because of those in `new`."""
    there, coming = Rows(old), Rows(new)
    if not coming.count:
        return []
    found = []
    schema = common(there, coming, {})
    for name, kind in zip(schema.names, schema.types, strict=True):
        was = there.type_of(name)
        had_values = not pa.types.is_string(was) and not pa.types.is_null(was)
        if pa.types.is_string(kind) and had_values:
            found.append(name)
    return found


def without_key(path: Path, key: Key) -> bool:
    """Whether a row lacks a usable part of its key, so that it cannot be merged."""
    rows = Rows(path)
    return any(usable(rows.column(name), promised).null_count for name, promised in key.items())


def newest(path: Path) -> dt.datetime | None:
    """The last time of change, to the microsecond; None if a row lacks it, or if there are none."""
    times = Rows(path).column(MODIFIED)
    if not pa.types.is_timestamp(times.type) or times.null_count or not len(times):
        return None
    found: dt.datetime = pc.max(times).cast(pa.timestamp("us", "UTC"), safe=False).as_py()
    return found


class Both:
    """Two files of one table, row by row.

    Rows are row numbers of a file.

    Attributes:
        old, new: the files.
        was, now: the rows that both have, in each file; without those whose old one is newer.
        fresh: the rows that only the new file has.
        schema: the columns of both, of types that hold the values of both.
    """

    def __init__(self, old: Rows, new: Rows, key: Key, *, newest: bool = True) -> None:
        self.old, self.new = old, new
        self.drift: Drifts = {}
        self.schema = common(old, new, self.drift)
        at = self._matches(key)
        there = np.flatnonzero(at >= 0)
        self.fresh = np.setdiff1d(np.arange(new.count), at[there])
        stale = np.zeros(len(there), dtype=bool)
        if newest:
            stale = self._older(there, at[there])
        self.was, self.now = there[~stale], at[there][~stale]

    def difference(self, *, gone: int, after: int) -> Difference:
        """What is different, with these numbers of rows."""
        off, was_off = _inactive(self.new), _inactive(self.old)
        inactive = np.count_nonzero(off[self.fresh])
        inactive += np.count_nonzero(off[self.now] & ~was_off[self.was])
        changed = np.count_nonzero(self.changed())
        return Difference(
            self.old.count,
            len(self.fresh),
            int(changed),
            int(inactive),
            gone,
            after,
            self.drift,
            self.old.count - len(self.was),
        )

    def _matches(self, key: Key) -> Places:
        """For each old row the new one with the same key, or -1."""
        at: Places = np.full(self.old.count, -1, dtype=np.intp)
        if not key:
            return at
        old, there = self._index(self.old, key)
        new, coming = self._index(self.new, key)
        if len(new):
            hits = new.get_indexer(old)
            at[there] = np.where(hits < 0, -1, coming[hits])
        return at

    def _index(self, rows: Rows, key: Key) -> tuple[pd.Index[Any], Places]:
        """The keys of a file's rows, and these rows; without those that lack a usable key."""
        columns = []
        for name, promised in key.items():
            column = cast(rows.column(name), self.schema.field(name).type)
            columns.append(usable(column, promised))
        whole = np.logical_and.reduce([c.is_valid().to_numpy() for c in columns])
        parts = [c.filter(pa.array(whole)).to_numpy() for c in columns]
        rows_with_key = np.flatnonzero(whole)
        if len(parts) == 1:
            return pd.Index(parts[0]), rows_with_key
        return pd.MultiIndex.from_arrays(parts), rows_with_key

    def _older(self, was: Places, now: Places) -> Flags:
        """Which rows that come again are older than the ones that are there."""
        kind = self.schema.field(MODIFIED).type if MODIFIED in self.schema.names else pa.null()
        if not pa.types.is_timestamp(kind):
            return np.zeros(len(was), dtype=bool)
        before = cast(self.old.column(MODIFIED), kind).take(pa.array(was))
        after = cast(self.new.column(MODIFIED), kind).take(pa.array(now))
        # A row that no longer says when it changed still is newer than the one that did.
        before = pc.if_else(after.is_valid(), before, None)
        times = pandas_array(pa.chunked_array([*before.chunks, *after.chunks], kind))
        pairs = np.tile(np.arange(len(was)), 2)
        return newest_rows({"pair": pairs}, times)[: len(was)]

    def changed(self) -> Flags:
        """Which of the rows that both have differ, column by column."""
        differs = np.zeros(len(self.was), dtype=bool)
        # The time of change first: most rows that differ do so in it, and are then done with.
        for name in sorted(self.schema.names, key=lambda name: name != MODIFIED):
            equal = np.flatnonzero(~differs)
            if not len(equal):
                break
            kind = self.schema.field(name).type
            before = self.old.picked(name, kind, self.was[equal])
            after = self.new.picked(name, kind, self.now[equal])
            differs[equal] = differ(before, after)
        return differs


def _inactive(rows: Rows) -> Flags:
    """Which rows are inactive; none if they do not say."""
    if not pa.types.is_boolean(rows.type_of("active")):
        return np.zeros(rows.count, dtype=bool)
    return flags(pc.invert(rows.column("active")))


def tables_of(files: Sequence[tuple[Rows, Flags]], schema: pa.Schema) -> Iterator[pa.Table]:
    """The rows of the files that are wanted, as the schema has them, a row group at a time."""
    for rows, wanted in files:
        for start, group in rows.groups():
            mask = wanted[start : start + group.num_rows]
            if not mask.all():
                group = group.filter(pa.array(mask))
            columns = {}
            for name, kind in zip(schema.names, schema.types, strict=True):
                values = pa.nulls(group.num_rows)
                if name in rows.names:
                    values = group.column(name)
                columns[name] = cast(values, kind)
            yield pa.table(columns)
