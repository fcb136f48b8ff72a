"""A table to which time adds rows.

Copies of its own, with other ids and moments, each shown from one moment to another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stnb.catalog import Column

from ..company.columns import Array, Choice, Index, Lazy, Ragged
from ..company.table import LOCK, Table

ALWAYS, NEVER = np.datetime64("1970-01-01", "us"), np.datetime64("9000-01-01", "us")
DAY = np.timedelta64(1, "D")
NULLS = {"i": -1, "f": np.nan, "M": np.datetime64("NaT"), "b": False}


KEEP: Any = object()  # where a row has what its source has
NOTHING = (np.empty(0, dtype=np.int64), np.empty(0, dtype="datetime64[us]"))


@dataclass(frozen=True)
class Batch:
    """Rows that are added.

    Args:
        source: the row of the first table that each is a copy of.
        begin: from when on it is shown.
        shift: how much later its moments are than those of its source.
        values: what each does not share with its source, by path; where they are lists, as (source,
            values) for each element.
        ends: rows that are replaced, and when.
    """

    source: Index
    begin: Array
    shift: Array
    values: dict[str, list[Any]]
    ends: tuple[Index, Array]


class Grown(Table):
    """A table with what has been added to it.

    The first rows are those of `base`, at the same places.

    Args:
        clock: what time it is.
    """

    def __init__(
        self, base: Table, batches: Sequence[Batch], clock: Callable[[], np.datetime64]
    ) -> None:
        # A copy, because the next day adds to the list while a request still has this table.
        self.base, self.batches, self.clock = base, list(batches), clock
        self.source = np.concatenate([np.arange(base.size), *(b.source for b in batches)]).astype(
            np.int64
        )
        self.begin = np.concatenate([np.full(base.size, ALWAYS), *(b.begin for b in batches)])
        self.until = np.full(len(self.source), NEVER)
        for batch in batches:
            self.until[batch.ends[0]] = batch.ends[1]
        super().__init__(base.name, len(self.source), _Columns(self), base.columns, self._filled)
        self.made, self.types = base.made, base.types
        self._places: dict[str, list[int]] | None = None

    def _filled(self, table: Table, column: Column, path: str) -> Any:
        return self.grow(path, self.base.raw(path, column))

    def shown(self, moment: np.datetime64 | None = None) -> Array:
        now = self.clock() if moment is None else moment
        return np.asarray((self.begin <= now) & (now < self.until))

    def in_order(self, at: Index) -> Index:
        """A row that has changed keeps its place."""
        ids = self.array("id")
        return at if ids is None else at[np.argsort(ids[at], kind="stable")]

    def find(self, key: str) -> int | None:
        with LOCK:
            if self._places is None:
                self._places = {}
                for at, one in enumerate(self._keys().tolist(), start=self.base.size):
                    self._places.setdefault(str(one), []).append(at)
        first, now = self.base.find(key), self.clock()
        places = ([] if first is None else [first]) + self._places.get(key, [])
        return next((at for at in places if self.begin[at] <= now < self.until[at]), None)

    def _keys(self) -> Array:
        ids = self.array("id")
        return np.empty(0) if ids is None else ids[self.base.size :]

    def original(self, key: str) -> str:
        """The id of the row of which the one with that id is a copy."""
        at, ids = self.find(key), self.base.array("id")
        return key if at is None or ids is None else str(ids[self.source[at]])

    # -- columns

    def grow(self, path: str, data: Any) -> Any:
        """The column of all rows, from that of the first ones."""
        pieces = [batch.values.get(path) for batch in self.batches]
        if isinstance(data, Ragged):
            return self._lists(data, pieces)
        if isinstance(data, Lazy):
            return self._lazy(data, pieces)
        if isinstance(data, Choice):
            return self._choice(data, pieces)
        if not isinstance(data, np.ndarray):
            if all(p is None for p in pieces):
                return data
            data = _spread(
                data,
                self.base.size,
                [v for p in pieces if p is not None for v in p if v is not KEEP],
            )
        if len(data) != self.base.size:  # no column of these rows, but a fact beside them
            return data
        return np.concatenate(
            [data, *(self._copied(b, data, p) for b, p in zip(self.batches, pieces, strict=True))]
        )

    def _copied(self, batch: Batch, data: Array, piece: list[Any] | None) -> Array:
        new = data[batch.source]
        if data.dtype.kind == "M":
            days = bool(np.all(np.isnat(data) | (data == data.astype("datetime64[D]"))))
            new = new + (batch.shift // DAY * DAY if days else batch.shift)
        told = _told(piece)
        if told and piece is not None:
            new[told] = _like(data, [piece[i] for i in told])
        return new

    def _choice(self, data: Choice, pieces: list[list[Any] | None]) -> Choice:
        values, codes = list(data.values), [data.codes]
        known = {v: i for i, v in enumerate(values) if isinstance(v, str | int | None)}
        for batch, piece in zip(self.batches, pieces, strict=True):
            new = data.codes[batch.source]
            for i in _told(piece):
                value = piece[i] if piece else None
                if value is not None and value not in known:
                    known[value] = len(values)
                    values.append(value)
                new[i] = known.get(value, -1)
            codes.append(new)
        return Choice(np.concatenate(codes), values)

    def _lazy(self, data: Lazy, pieces: list[list[Any] | None]) -> Lazy:
        said: dict[int, Any] = {}
        at = self.base.size
        for batch, piece in zip(self.batches, pieces, strict=True):
            said |= {at + i: piece[i] for i in _told(piece)} if piece else {}
            at += len(batch.source)

        def make(at: Index) -> Iterator[Any]:
            for i, value in zip(at.tolist(), data.make(self.source[at]), strict=True):
                yield said.get(i, value)

        return Lazy(make)

    def _lists(self, data: Ragged, pieces: list[list[Any] | None]) -> Ragged:
        counts, batches = (
            [np.diff(data.starts)],
            [_elements(data, b, p) for b, p in zip(self.batches, pieces, strict=True)],
        )
        counts += [many for many, _ in batches]
        starts = np.concatenate(([0], np.cumsum(np.concatenate(counts)))).astype(np.int64)
        if isinstance(data.values, Table):
            return Ragged(starts, Grown(data.values, [b for _, b in batches], self.clock))
        return Ragged(
            starts, np.concatenate([data.values, *(data.values[b.source] for _, b in batches)])
        )


class Now(Table):
    """Those rows of a grown table that there are now, each once and by their ids, for tables that
    look something up in it."""

    def __init__(self, table: Grown) -> None:
        self.base, ids = table, table.array("id")
        at = np.flatnonzero(table.shown())
        self.at = at if ids is None else at[np.argsort(ids[at], kind="stable")]
        super().__init__(table.name, len(self.at), _Columns(self), table.columns, self._filled)
        self.made, self.types = table.made, table.types

    def _filled(self, table: Table, column: Column, path: str) -> Any:
        return self.grow(path, self.base.raw(path, column))

    def grow(self, path: str, data: Any) -> Any:
        if isinstance(data, Choice):
            return Choice(data.codes[self.at], data.values)
        if isinstance(data, Ragged):
            many, rows = _elements(
                data,
                Batch(
                    self.at, self.at, np.zeros(len(self.at), dtype="timedelta64[us]"), {}, NOTHING
                ),
                None,
            )
            inner: Array = np.asarray(
                data.values.array("id") if isinstance(data.values, Table) else data.values
            )
            return Ragged(
                np.concatenate(([0], np.cumsum(many))).astype(np.int64), inner[rows.source]
            )
        return (
            data[self.at] if isinstance(data, np.ndarray) and len(data) == self.base.size else data
        )


class _Columns(MutableMapping[str, Any]):
    """The columns of a table that is made from another, each made when it is first asked for."""

    def __init__(self, table: Grown | Now) -> None:
        self._table, self._made = table, dict[str, Any]()

    def __contains__(self, path: object) -> bool:
        return path in self._made or path in self._table.base.data

    def __getitem__(self, path: str) -> Any:
        with LOCK:
            if path not in self._made:
                if path not in self._table.base.data:
                    raise KeyError(path)
                self._made[path] = self._table.grow(path, self._table.base.raw(path))
            return self._made[path]

    def __setitem__(self, path: str, data: Any) -> None:
        self._made[path] = data

    def __delitem__(self, path: str) -> None:
        del self._made[path]

    def __iter__(self) -> Iterator[str]:
        with LOCK:
            return iter(dict.fromkeys([*self._table.base.data, *self._made]))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _told(piece: list[Any] | None) -> list[int]:
    """The places at which a row does not keep what its source has."""
    return [] if piece is None else [i for i, value in enumerate(piece) if value is not KEEP]


def _spread(value: Any, size: int, others: list[Any]) -> Array:
    """One value for every row as an array that can take others."""
    kind = np.asarray([v for v in others if v is not None]).dtype
    if kind.kind not in NULLS:
        return np.full(size, value, dtype=object)
    return np.full(size, NULLS[kind.kind] if value is None else value, dtype=kind)


def _like(data: Array, values: Sequence[Any]) -> Array:
    """Values as an array that goes with another."""
    if data.dtype.kind == "O":
        out = np.empty(len(values), dtype=object)
        out[:] = [str(v) if isinstance(v, int) and not isinstance(v, bool) else v for v in values]
        return out
    null = NULLS.get(data.dtype.kind)
    return np.array([null if v is None else v for v in values], dtype=data.dtype)


def _elements(data: Ragged, batch: Batch, piece: list[Any] | None) -> tuple[Index, Batch]:
    """How many elements the lists of added rows have, and these as rows added to the table
    of elements."""
    rows: list[tuple[int, dict[str, Any]]] = []
    counts, shifts = [], []
    for i, (source, shift) in enumerate(
        zip(batch.source.tolist(), batch.shift.tolist(), strict=True)
    ):
        kept = piece is None or piece[i] is KEEP
        mine = (
            [(at, {}) for at in range(data.starts[source], data.starts[source + 1])]
            if kept or piece is None
            else piece[i]
        )
        rows += mine
        counts.append(len(mine))
        shifts += [shift] * len(mine)
    paths = sorted({path for _, values in rows for path in values})
    return np.array(counts, dtype=np.int64), Batch(
        np.array([at for at, _ in rows], dtype=np.int64),
        np.full(len(rows), ALWAYS),
        np.array(shifts, dtype="timedelta64[us]"),
        {path: [values.get(path, KEEP) for _, values in rows] for path in paths},
        NOTHING,
    )
