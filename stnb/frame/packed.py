"""Columns of text that hardly anybody asks for, packed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from .memory import pool

CODEC = "zstd"  # times are digits, of which LZ4 finds no two alike
LARGE = 2**16  # bytes of texts that are worth it


class Packed(Mapping[str, pa.Array]):
    """Columns of text by their names; one is unpacked each time that it is asked for.

    They are those of which `written` cannot tell how they were written.

    Example:
        >>> Packed({"createdOn": pa.array(["2026-10-01T07:00:00Z"])})["createdOn"][0]
        <pyarrow.StringScalar: '2026-10-01T07:00:00Z'>
    """

    def __init__(self, columns: Mapping[str, pa.Array]) -> None:
        self._names = tuple(columns)
        table = pa.table(dict(columns))
        sink = pa.BufferOutputStream(memory_pool=pool())
        options = pa.ipc.IpcWriteOptions(compression=CODEC)
        with pa.ipc.new_file(sink, table.schema, options=options) as writer:
            writer.write_table(table)
        self._content = sink.getvalue()

    def __getitem__(self, name: str) -> pa.Array:
        if name not in self._names:
            raise KeyError(name)
        only = pa.ipc.IpcReadOptions(included_fields=[self._names.index(name)])
        column = pa.ipc.open_file(self._content, options=only).read_all().column(name)
        return pa.concat_arrays([*column.chunks, pa.nulls(0, pa.string())])

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def packed(columns: Mapping[str, pa.Array]) -> Mapping[str, pa.Array]:
    """The columns, packed if they are large.

    Example:
        >>> packed({})
        {}
    """
    if sum(values.nbytes for values in columns.values()) < LARGE:
        return columns
    return Packed(columns)
