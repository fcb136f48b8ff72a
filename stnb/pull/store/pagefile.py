"""A decoded page as a file: Arrow's own format, packed; the schema's metadata has the rest."""

from __future__ import annotations

import contextlib
import errno
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa

from stnb.errors.nesting import loads
from stnb.frame import Decoded, Drifts
from stnb.frame.drift import from_json, to_json

HEAD = b"stnb"
# Before the names of columns with the texts that were sent. No letter of JSON's names is this one.
SENT = "\x1fsent "


@dataclass(frozen=True)
class Head:
    """What the file says about a page: its place among the pages, the cursor behind it, and what
    `frame.decode` reported.
    """

    index: int
    continue_from: str | None
    drift: Drifts
    careful: bool


class Unreadable(Exception):
    """A page's file is damaged or gone; its path is the argument."""


def write_page(file: IO[bytes], index: int, part: Decoded, continue_from: str | None) -> None:
    """Write a page."""
    head = {
        "index": index,
        "continue_from": continue_from,
        "drift": to_json(part.drift),
        "careful": part.careful,
    }
    table = part.table
    for name, texts in part.sent.items():
        table = table.append_column(f"{SENT}{name}", texts)
    table = table.replace_schema_metadata({HEAD: json.dumps(head)})
    with pa.ipc.new_file(
        file, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")
    ) as sink:
        sink.write_table(table)


def read_page(path: Path, columns: Sequence[str] | None = None) -> tuple[Head, pa.Table]:
    """Read a page, or only those of these columns that it has.

    Raises:
        Unreadable: it is damaged or gone.
    """
    with _opened(path) as source:
        reader = pa.ipc.open_file(source)
        head = _head(reader.schema)
        if columns is None:
            columns = [name for name in reader.schema.names if not name.startswith(SENT)]
        names = [name for name in reader.schema.names if name in columns]
        only = pa.ipc.IpcReadOptions(
            included_fields=[reader.schema.get_field_index(name) for name in names]
        )
        table = pa.ipc.open_file(source, options=only).read_all()
        return head, table.replace_schema_metadata(None).select(
            names
        )  # to include no field is to include all


def read_head(path: Path) -> tuple[Head, pa.Schema]:
    """What the file says about a page, and the types of its columns, without its rows; raises as
    `read_page` does.
    """
    with _opened(path) as source:
        schema = pa.ipc.open_file(source).schema
        own = [field for field in schema if not field.name.startswith(SENT)]
        return _head(schema), pa.schema(own)


def read_sent(path: Path) -> dict[str, pa.Array]:
    """The texts that were sent for columns of a page; see `Decoded.sent`. Raises as `read_page`
    does.
    """
    with _opened(path) as source:
        names = pa.ipc.open_file(source).schema.names
    kept = [name for name in names if name.startswith(SENT)]
    if not kept:
        return {}
    table = read_page(path, kept)[1]
    sent = {}
    for name in kept:
        chunks = [*table.column(name).chunks, pa.nulls(0, pa.string())]  # an empty page has none
        sent[name.removeprefix(SENT)] = pa.concat_arrays(chunks)
    return sent


def _head(schema: pa.Schema) -> Head:
    head = loads(schema.metadata[HEAD])
    return Head(**{**head, "drift": from_json(head["drift"])})


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[pa.MemoryMappedFile]:
    try:
        with pa.memory_map(str(path)) as source:
            yield source
    except (pa.ArrowException, ValueError, LookupError, TypeError):
        raise Unreadable(path) from None
    except OSError as err:
        if err.errno in (
            None,
            errno.ENOENT,
            errno.EINVAL,
        ):  # Arrow's own, gone, or empty: nothing to map
            raise Unreadable(path) from None
        raise  # the page may well be whole
