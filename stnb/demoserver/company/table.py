"""Columns in, JSON out.

A table keeps numpy columns and writes its rows as the catalogue says, without a dict for each row.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from itertools import pairwise
from json.encoder import encode_basestring_ascii as quote
from typing import Any, Protocol

import numpy as np

from stnb.catalog import Column

from .columns import NULL, Array, Choice, Index, Lazy, Ragged, dumps

MISSING: Any = object()
CACHE_BYTES = 256_000_000
# One for all tables: filling a column may need another table's, which may need this one's.
LOCK = threading.RLock()


class Fill(Protocol):
    """Makes a column that a table lacks."""

    def __call__(self, table: Table, column: Column, path: str) -> Any: ...


class Table:
    """Rows of one resource.

    Args:
        name: of the resource; "jpm.jobs".
        size: how many rows.
        data: columns by path ("customer.id"): an array, a Choice, a Ragged, a Lazy, or one value
            that holds for every row. In arrays a negative integer, NaN, NaT and None are null.
            `path + "?"` is a mask that says where an object is not null.
        columns: what a row of its list shows.
        fill: makes a column that `data` lacks.
    """

    def __init__(
        self,
        name: str,
        size: int,
        data: MutableMapping[str, Any],
        columns: Sequence[Column],
        fill: Fill,
    ) -> None:
        self.name, self.size, self.data, self.columns, self.fill = name, size, data, columns, fill
        self.types: dict[str, Column] = {}
        self.made = bool(data)  # by the simulation: what it says nothing about is null
        self._told = {path[:i] for path in data for i, letter in enumerate(path) if letter in ".?"}
        self.show(columns)
        self._written: dict[str, list[bytes | None]] = {}
        self._room = CACHE_BYTES
        self._find: dict[str, int] | None = None

    def show(self, columns: Sequence[Column]) -> None:
        """Says that another endpoint shows these columns.

        Where two differ on null, the stricter one holds for both.
        """
        for path, column in paths(columns):
            known = self.types.get(path)
            if known is None or (
                known.nullable and not column.nullable and known.type == column.type
            ):
                self.types[path] = column

    def __contains__(self, path: object) -> bool:
        return path in self.data or path in self.types

    # -- values

    def raw(self, path: str, column: Column | None = None) -> Any:
        """The column as it is kept, made now if need be; MISSING where there is none."""
        column = self.types.get(path, column)
        with LOCK:
            if path not in self.data:
                if column is None or (column.type == "object" and column.children):
                    return MISSING
                self.data[path] = self.fill(self, column, path)
            elif isinstance(self.data[path], np.generic):
                self.data[path] = np.full(self.size, self.data[path])
        return self.data[path]

    def array(self, path: str) -> Array | None:
        """The column as an array, for comparisons; None where it is no plain column."""
        data = self.raw(path)
        if isinstance(data, np.ndarray):
            return data
        if isinstance(data, Choice):
            return data.array()
        if data is MISSING or isinstance(data, Ragged | Lazy | list | dict):
            return None
        dtype = object if data is None or isinstance(data, str) else None
        return np.full(self.size, data, dtype=dtype)

    def shown(self, moment: np.datetime64 | None = None) -> Array:
        """Which rows there are at that moment, or now: all of them, where no time passes."""
        return np.ones(self.size, dtype=bool)

    def in_order(self, at: Index) -> Index:
        """Those rows in the order that they have where none is asked for."""
        return at

    def find(self, key: str) -> int | None:
        """The index of the row whose id (where it has none: whose name) is written so, or None."""
        ids = self.array("id" if "id" in self else "name")
        if ids is None:
            return None
        if ids.dtype.kind == "i":
            at = (
                int(np.searchsorted(ids, int(key)))
                if key.isdecimal() and len(key) < 19
                else self.size
            )
            return at if at < self.size and str(ids[at]) == key else None
        if self._find is None:
            self._find = {str(v).lower(): i for i, v in enumerate(ids.tolist())}
        return self._find.get(key.lower())

    # -- JSON

    def rows(self, at: Index, columns: Sequence[Column], shape: str) -> list[bytes]:
        """Those rows as JSON; rows of the same shape (an endpoint's name) are written once and kept
        while there is room."""
        with LOCK:
            kept = self._written.setdefault(shape, [None] * self.size)
            wanted = at.tolist()
            new = np.array(sorted({i for i in wanted if kept[i] is None}), dtype=np.int64)
            made: dict[int, bytes] = {}
            if len(new):
                made = {
                    int(i): text.encode()
                    for i, text in zip(new, self.encode(columns, new), strict=True)
                }
                if self._room > 0:
                    self._room -= sum(map(len, made.values()))
                    for i, text in made.items():
                        kept[i] = text
        return [kept[i] or made[i] for i in wanted]

    def encode(self, columns: Sequence[Column], at: Index, above: str = "") -> list[str]:
        """One JSON object for each row."""
        if not columns:
            return ["{}"] * len(at)
        template = "{" + ",".join(f"{quote(c.name)}:%s" for c in columns) + "}"
        parts = [self._part(c, f"{above}{c.name}", at) for c in columns]
        return [template % row for row in zip(*parts, strict=True)]

    def _part(self, column: Column, path: str, at: Index) -> list[Any]:
        if path not in self.data and column.type == "object" and column.children:
            return self._object(column, path, at)
        data = self.raw(path, column)
        if isinstance(data, int | float) and not isinstance(data, bool):
            data = np.full(self.size, data)
        if isinstance(data, np.ndarray):
            return cells(column, data[at])
        if isinstance(data, Choice):
            texts = data.texts
            return [texts[c] for c in data.codes[at].tolist()]
        if isinstance(data, Ragged):
            return _lists(column, data, at)
        if isinstance(data, Lazy):
            return [dumps(v) for v in data.make(at)]
        return [dumps(data)] * len(at)

    def _object(self, column: Column, path: str, at: Index) -> list[str]:
        if self.made and column.nullable and path not in self._told:
            return [NULL] * len(at)
        texts = self.encode(column.children, at, f"{path}.")
        there = self.data.get(f"{path}?")
        key = self.data.get(f"{path}.id")
        if there is None and isinstance(key, np.ndarray) and key.dtype.kind == "i":
            there = key >= 0
        if there is None or not column.nullable:
            return texts
        return [text if ok else NULL for text, ok in zip(texts, there[at].tolist(), strict=True)]


def paths(columns: Iterable[Column], above: str = "") -> Iterable[tuple[str, Column]]:
    """(path, column) of every column and of those inside objects.

    What is inside lists is their own table's.
    """
    for column in columns:
        yield f"{above}{column.name}", column
        if column.type == "object":
            yield from paths(column.children, f"{above}{column.name}.")


def _lists(column: Column, data: Ragged, at: Index) -> list[str]:
    first, counts = data.starts[at], data.starts[at + 1] - data.starts[at]
    ends = np.cumsum(counts)
    flat = np.repeat(first - (ends - counts), counts) + np.arange(int(ends[-1]) if len(ends) else 0)
    element = column.children[0] if column.children else Column("", "any")
    inner = data.values
    texts = (
        inner.encode(element.children, flat)
        if isinstance(inner, Table)
        else cells(element, inner[flat])
    )
    texts = list(map(str, texts))
    return ["[" + ",".join(texts[a:b]) + "]" for a, b in pairwise([0, *ends.tolist()])]


# -- cells


def cells(column: Column, values: Array) -> list[Any]:
    """An array as what stands in JSON, by its dtype and by what the catalogue promises.

    Texts, or bare integers as they are.
    """
    kind = values.dtype.kind
    if kind == "M":
        return _days(values) if column.type == "date" else _times(values)
    if kind == "b":
        return ["true" if v else "false" for v in values.tolist()]
    if kind == "f":
        write: Callable[[float], str] = '"{:.2f}"'.format if column.text else "{:.2f}".format
        if column.type == "number" or (column.name.lower().endswith("rate") and not column.text):
            write = repr
        return [write(v) if v == v else NULL for v in values.tolist()]
    if kind == "i":
        return _integers(column, values)
    return [quote(v) if v.__class__ is str else dumps(v) for v in values.tolist()]


def _integers(column: Column, values: Array) -> list[Any]:
    if column.type == "duration":
        return [
            f'"{v // 3600:02d}:{v // 60 % 60:02d}:{v % 60:02d}"' if v >= 0 else NULL
            for v in values.tolist()
        ]
    if column.text:
        return [f'"{v}.00"' if v >= 0 else NULL for v in values.tolist()]
    texts = (
        [f'"{v}"' for v in values.tolist()]
        if column.type in ("string", "enum")
        else values.tolist()
    )
    for i in np.flatnonzero(values < 0).tolist():
        texts[i] = NULL
    return texts


def _times(values: Array) -> list[str]:
    """ISO with Z and 0 to 7 digits of a second, as .NET writes them: zeros at the end
    are left out."""
    out = []
    for text in np.datetime_as_string(values, unit="us").tolist():
        short = text.rstrip("0")
        if short == "NaT":
            out.append(NULL)
        elif short[-1] == ".":
            out.append(f'"{text[:19]}Z"')
        elif len(short) == 26:
            # All six digits are used: the seventh is 100 ns, which is finer than we keep.
            out.append(f'"{short}{text[18]}Z"' if text[18] != "0" else f'"{short}Z"')
        else:
            out.append(f'"{short}Z"')
    return out


def _days(values: Array) -> list[str]:
    return [
        NULL if t == "NaT" else f'"{t}T00:00:00"'
        for t in np.datetime_as_string(values, unit="D").tolist()
    ]
