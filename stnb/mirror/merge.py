"""A table's file and what changed -> the file as it is now, and what is different in it.

In memory are the keys and the times of change of both, and one row group; the rest stays on disk.
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
from stnb.frame import Drifts, parquet
from stnb.frame.assemble import newest as newest_rows
from stnb.frame.assemble import pandas_array

from .columns import Flags, Places, Rows, cast, common, differ, flags


@dataclass(frozen=True)
class Difference:
    """What is different in a table.

    Attributes:
        before, after: rows.
        added, changed: rows that are new, and that came again otherwise than before; None where no
            key tells rows apart.
        inactive: rows that are inactive now and were not before.
        gone: rows that are no longer there.
        drift: columns whose type differs between the old rows and the new ones.
    """

    before: int
    added: int | None
    changed: int | None
    inactive: int | None
    gone: int
    after: int
    drift: Drifts = field(default_factory=dict)


def merged(
    old: Path, new: Path, key: Sequence[str], spare: Path, about: Mapping[str, Any]
) -> Difference:
    """Put the rows of `new` into `old`: of rows with one key the newer stays, by `modifiedOn`, else
    that of `new`.

    Nothing is written where nothing differs.

    Args:
        spare: the folder where the file is written before it takes its place.
        about: the file's provenance; its number of rows is put in here.

    Raises:
        CannotSave: the system refuses; `old` is as it was.
    """
    there, coming = Rows(old), Rows(new)
    if not coming.count:
        return Difference(there.count, 0, 0, 0, 0, there.count)
    both = _Both(there, coming, key)
    rows = both.old.count + len(both.fresh)
    difference = both.difference(gone=0, after=rows)
    if difference.added or difference.changed:
        left, wanted = np.ones(both.old.count, dtype=bool), np.zeros(both.new.count, dtype=bool)
        left[both.was] = False
        wanted[both.now] = wanted[both.fresh] = True
        tables = _tables(((both.old, left), (both.new, wanted)), both.schema)
        parquet.write(old, tables, both.schema, {**about, "rows": rows}, folder=spare)
    return difference


def replaced(old: Path, new: Path, key: Sequence[str]) -> Difference:
    """Put `new` in the place of `old`, which need not be there."""
    coming = Rows(new)
    try:
        both = _Both(Rows(old), coming, key, newest=False)
    except (pa.ArrowException, OSError):  # not there, or nothing that can be compared
        difference = Difference(
            0, coming.count, 0, int(np.count_nonzero(_inactive(coming))), 0, coming.count
        )
    else:
        difference = both.difference(gone=both.old.count - len(both.was), after=coming.count)
        if not key:
            difference = Difference(both.old.count, None, None, None, 0, coming.count)
    os.replace(new, old)
    return difference


def without_key(path: Path, key: Sequence[str]) -> bool:
    """Whether there are rows that nothing tells from others."""
    return any(Rows(path).column(name).null_count for name in key)


def newest(path: Path) -> dt.datetime | None:
    """The last time of change, to the microsecond; None where there is none, or not for every row."""
    times = Rows(path).column(MODIFIED)
    if not pa.types.is_timestamp(times.type) or times.null_count or not len(times):
        return None
    found: dt.datetime = pc.max(times).cast(pa.timestamp("us", "UTC"), safe=False).as_py()
    return found


class _Both:
    """Two files of one table, row by row.

    Attributes:
        old, new: the files.
        was, now: the places of rows that both have, in each; without those of which the old one is
            newer.
        fresh: the places of rows that the new one has alone.
        schema: the columns of both, of types that hold both.
    """

    def __init__(self, old: Rows, new: Rows, key: Sequence[str], *, newest: bool = True) -> None:
        self.old, self.new = old, new
        self.drift: Drifts = {}
        self.schema = common(old, new, self.drift)
        at = self._matches(key)
        there = np.flatnonzero(at >= 0)
        self.fresh = np.setdiff1d(np.arange(new.count), at[there])
        stale = self._older(there, at[there]) if newest else np.zeros(len(there), dtype=bool)
        self.was, self.now = there[~stale], at[there][~stale]

    def difference(self, *, gone: int, after: int) -> Difference:
        off, was_off = _inactive(self.new), _inactive(self.old)
        inactive = np.count_nonzero(off[self.fresh]) + np.count_nonzero(
            off[self.now] & ~was_off[self.was]
        )
        changed = np.count_nonzero(self._changed())
        return Difference(
            self.old.count, len(self.fresh), int(changed), int(inactive), gone, after, self.drift
        )

    def _matches(self, key: Sequence[str]) -> Places:
        """For each old row the place of the new one with the same key, or -1."""
        at: Places = np.full(self.old.count, -1, dtype=np.intp)
        if not key:
            return at
        (old, there), (new, coming) = (self._index(rows, key) for rows in (self.old, self.new))
        if len(new):
            hits = new.get_indexer(old)
            at[there] = np.where(hits < 0, -1, coming[hits])
        return at

    def _index(self, rows: Rows, key: Sequence[str]) -> tuple[pd.Index[Any], Places]:
        """The keys of a file's rows, and the places of these rows; without those that lack a key."""
        columns = [cast(rows.column(name), self.schema.field(name).type) for name in key]
        whole = np.logical_and.reduce([c.is_valid().to_numpy() for c in columns])
        parts = [c.filter(pa.array(whole)).to_numpy() for c in columns]
        index = pd.Index(parts[0]) if len(parts) == 1 else pd.MultiIndex.from_arrays(parts)
        return index, np.flatnonzero(whole)

    def _older(self, was: Places, now: Places) -> Flags:
        """Of which rows that come again the old one is the newer."""
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

    def _changed(self) -> Flags:
        """Which of the rows that both have differ; column by column."""
        differs = np.zeros(len(self.was), dtype=bool)
        for name in sorted(
            self.schema.names, key=lambda name: name != MODIFIED
        ):  # it tells most of them
            alike = np.flatnonzero(~differs)
            if not len(alike):
                break
            kind = self.schema.field(name).type
            differs[alike] = differ(
                self.old.picked(name, kind, self.was[alike]),
                self.new.picked(name, kind, self.now[alike]),
            )
        return differs


def _inactive(rows: Rows) -> Flags:
    if not pa.types.is_boolean(rows.type_of("active")):
        return np.zeros(rows.count, dtype=bool)
    return flags(pc.invert(rows.column("active")))


def _tables(files: Sequence[tuple[Rows, Flags]], schema: pa.Schema) -> Iterator[pa.Table]:
    """The rows of some files that are wanted, a row group at a time."""
    for rows, wanted in files:
        for start, group in rows.groups():
            mask = wanted[start : start + group.num_rows]
            kept = group if mask.all() else group.filter(pa.array(mask))
            nothing = pa.nulls(kept.num_rows)
            yield pa.table(
                {
                    f.name: cast(kept.column(f.name) if f.name in rows.names else nothing, f.type)
                    for f in schema
                }
            )
