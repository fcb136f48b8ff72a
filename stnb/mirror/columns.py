"""Columns of Parquet files: read one at a time, brought to one type, compared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stnb.frame import Drifts
from stnb.frame.assemble import merge
from stnb.frame.reading import footer, reading

SYNC_AGAIN = "Move it out of the folder, then sync again."
Places = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]


class Rows:
    """The rows of a Parquet file. Its footer is read once, its columns when they are needed.

    Attributes:
        count: how many rows there are.
        names: the columns.

    Raises:
        BadFilter: it is no Parquet file; so does what reads rows of one that is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._footer, self._schema = footer(path, SYNC_AGAIN)
        self.count, self.names = self._footer.num_rows, self._schema.names

    def type_of(self, name: str) -> pa.DataType:
        """The type of a column; null if the file lacks it."""
        return self._schema.field(name).type if name in self.names else pa.null()

    def groups(self, names: list[str] | None = None) -> Iterator[tuple[int, pa.Table]]:
        """The row groups, each with the number of rows before it.

        Args:
            names: the columns to read; all of them when not given.
        """
        start = 0
        # Closed at the end, as Windows replaces no file that is open.
        with (
            reading(self._path, SYNC_AGAIN),
            pq.ParquetFile(self._path, metadata=self._footer) as file,
        ):
            for group in range(file.num_row_groups):
                part = file.read_row_group(group, columns=names)
                if names is not None:
                    part = part.select(names)  # Arrow takes "a" for a prefix, and reads "a.b" too
                yield start, part
                start += part.num_rows

    def check(self) -> None:
        """See that every row can be read."""
        for _ in self.groups():
            pass

    def column(self, name: str) -> pa.ChunkedArray:
        """A column as it is in the file; nulls if the file lacks it."""
        if name not in self.names:
            return pa.chunked_array([pa.nulls(self.count)])
        chunks: list[pa.Array] = []
        for _, part in self.groups([name]):
            chunks.extend(part.column(name).chunks)
        return pa.chunked_array(chunks, self.type_of(name))

    def picked(self, name: str, kind: pa.DataType, places: Places) -> pa.Array:
        """The values of a column at some places, in that order.

        One row group is in memory at a time, whatever the places.

        Args:
            kind: the type that the values get.
            places: row numbers of the file.
        """
        if name not in self.names:
            return pa.nulls(len(places), kind)
        order = np.argsort(places, kind="stable")
        rising = places[order]
        found = [pa.array([], kind)]
        for start, part in self.groups([name]):
            first, after = np.searchsorted(rising, [start, start + part.num_rows])
            inside = rising[first:after] - start
            found.extend(cast(part.column(name).take(pa.array(inside)), kind).chunks)
        back = np.empty(len(order), dtype=np.intp)
        back[order] = np.arange(len(order))
        return pa.concat_arrays(found).take(pa.array(back))


# -- types


def common(old: Rows, new: Rows, drift: Drifts) -> pa.Schema:
    """The columns of both files, each of a type that loses nothing of either: by the same rules as
    between the pages of a pull.

    Args:
        drift: the columns that become text for it are added here.
    """
    names = dict.fromkeys([*old.names, *new.names])
    return pa.schema([pa.field(name, _common_type(old, new, name, drift)) for name in names])


def _common_type(old: Rows, new: Rows, name: str, drift: Drifts) -> pa.DataType:
    if name not in old.names:
        return new.type_of(name)
    if name not in new.names or old.type_of(name) == new.type_of(name):
        return old.type_of(name)
    return _stacked([old.column(name), new.column(name)], name, drift).type


def cast(values: pa.ChunkedArray | pa.Array, kind: pa.DataType) -> pa.ChunkedArray:
    """The values as a type that `common` found for them."""
    if not isinstance(values, pa.ChunkedArray):
        values = pa.chunked_array([values])
    if values.type == kind:
        return values
    return _stacked([pa.chunked_array([], kind), values], "", {}).cast(kind)


def _stacked(parts: list[pa.ChunkedArray], name: str, drift: Drifts) -> pa.ChunkedArray:
    return merge([(pa.table({name: part}), {}) for part in parts], drift).column(name)


# -- differences


def flags(values: pa.ChunkedArray) -> Flags:
    """Arrow's booleans as numpy's; null becomes False."""
    found: Flags = pc.fill_null(values, False).to_numpy(zero_copy_only=False).astype(bool)
    return found


def differ(a: pa.Array, b: pa.Array) -> Flags:
    """At which places two arrays of one type differ; two nulls are equal."""
    # Arrow compares arrays of these types only as a whole.
    if pa.types.is_nested(a.type) or pa.types.is_null(a.type):
        out = np.zeros(len(a), dtype=bool)
        out[list(_unequal(a, b, 0))] = True
        return out
    found: Flags = flags(pc.not_equal(a, b)) | flags(pc.not_equal(a.is_null(), b.is_null()))
    return found


def _unequal(a: pa.Array, b: pa.Array, start: int) -> Iterator[int]:
    """The places at which they differ, found by comparing halves, and halves of those."""
    if a.equals(b):
        return
    half = len(a) // 2
    if not half:
        yield start
        return
    yield from _unequal(a[:half], b[:half], start)
    yield from _unequal(a[half:], b[half:], start + half)
