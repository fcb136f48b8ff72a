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

Places = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]


class Rows:
    """The rows of a Parquet file; its footer is read once.

    Attributes:
        count: how many there are.
        names: the columns.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with pq.ParquetFile(path) as file:
            self._footer, self._schema = file.metadata, file.schema_arrow
        self.count, self.names = self._footer.num_rows, self._schema.names

    def type_of(self, name: str) -> pa.DataType:
        """The type of a column; null where there is none."""
        return self._schema.field(name).type if name in self.names else pa.null()

    def groups(self, names: list[str] | None = None) -> Iterator[tuple[int, pa.Table]]:
        """The row groups, each with the number of rows before it."""
        start = 0
        with pq.ParquetFile(
            self._path, metadata=self._footer
        ) as file:  # closed before the file is replaced
            for group in range(file.num_row_groups):
                part = file.read_row_group(group, columns=names)
                yield start, part if names is None else part.select(names)  # "a" also brings "a.b"
                start += part.num_rows

    def column(self, name: str) -> pa.ChunkedArray:
        """A column as it is in the file; nulls where the file lacks it."""
        if name not in self.names:
            return pa.chunked_array([pa.nulls(self.count)])
        parts = [chunk for _, part in self.groups([name]) for chunk in part.column(name).chunks]
        return pa.chunked_array(parts, self.type_of(name))

    def picked(self, name: str, kind: pa.DataType, places: Places) -> pa.Array:
        """The values of a column at some places, as `kind`; no more than a row group of others is
        read at a time.
        """
        if name not in self.names:
            return pa.nulls(len(places), kind)
        order = np.argsort(places, kind="stable")
        ends, found = places[order], [pa.array([], kind)]
        for start, part in self.groups([name]):
            inside = (
                ends[np.searchsorted(ends, start) : np.searchsorted(ends, start + part.num_rows)]
                - start
            )
            found.extend(cast(part.column(name).take(pa.array(inside)), kind).chunks)
        back = np.empty(len(order), dtype=np.intp)
        back[order] = np.arange(len(order))
        return pa.concat_arrays(found).take(pa.array(back))


# -- types


def common(old: Rows, new: Rows, drift: Drifts) -> pa.Schema:
    """The columns of both files, each of a type that loses nothing of either, as between the pages
    of a pull.

    Args:
        drift: gets the columns that become text for it.
    """
    fields = []
    for name in dict.fromkeys([*old.names, *new.names]):
        kinds = {rows.type_of(name) for rows in (old, new) if name in rows.names}
        kind = (
            kinds.pop()
            if len(kinds) == 1
            else _stacked([old.column(name), new.column(name)], name, drift).type
        )
        fields.append(pa.field(name, kind))
    return pa.schema(fields)


def cast(values: pa.ChunkedArray | pa.Array, kind: pa.DataType) -> pa.ChunkedArray:
    """The values as a type that `common` found for them."""
    values = values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values])
    if values.type == kind:
        return values
    return _stacked([pa.chunked_array([], kind), values], "", {}).cast(kind)


def _stacked(parts: list[pa.ChunkedArray], name: str, drift: Drifts) -> pa.ChunkedArray:
    return merge([(pa.table({name: part}), {}) for part in parts], drift).column(name)


# -- differences


def flags(values: pa.ChunkedArray) -> Flags:
    """Arrow's booleans as numpy's, null as False."""
    found: Flags = pc.fill_null(values, False).to_numpy(zero_copy_only=False).astype(bool)
    return found


def differ(a: pa.Array, b: pa.Array) -> Flags:
    """At which places two arrays of one type differ; two nulls are alike."""
    if pa.types.is_nested(a.type) or pa.types.is_null(
        a.type
    ):  # Arrow compares those as a whole only
        out = np.zeros(len(a), dtype=bool)
        out[list(_unlike(a, b, 0))] = True
        return out
    found: Flags = flags(pc.not_equal(a, b)) | flags(pc.not_equal(a.is_null(), b.is_null()))
    return found


def _unlike(a: pa.Array, b: pa.Array, start: int) -> Iterator[int]:
    """The same by halves."""
    if a.equals(b):
        return
    half = len(a) // 2
    if not half:
        yield start
        return
    yield from _unlike(a[:half], b[:half], start)
    yield from _unlike(a[half:], b[half:], start + half)
