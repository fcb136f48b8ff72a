"""A decoded page as a file: Arrow's own format, packed; the schema's metadata has the rest.

Behind it stands a checksum: Arrow believes what a file says of lengths and places, so that one
damaged byte could end the process.
"""

from __future__ import annotations

import contextlib
import errno
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from stnb.errors.nesting import loads
from stnb.frame import Decoded, Drifts
from stnb.frame.drift import from_json, to_json
from stnb.frame.one_type import valueless
from stnb.frame.sent import Sent, Sheet

HEAD, SHEETS, PAGE = b"stnb", b"stnb sheets", b"stnb page "  # the last with a number behind it
# Before the names of columns with the texts that were sent. No letter of JSON's names is this one.
SENT = "\x1fsent "
SUM = 4  # bytes of the checksum
ARROW_ENDS = b"ARROW1"  # the end of a page of an earlier version, which has no checksum


@dataclass(frozen=True)
class Head:
    """What the file says about a page: its place among the pages, the cursor behind it, and what
    `frame.decode` reported.

    Attributes:
        valueless: the columns that have no value on this page.
    """

    index: int
    continue_from: str | None
    drift: Drifts
    careful: bool
    valueless: tuple[str, ...] = ()


class Unreadable(Exception):
    """A page's file is damaged or gone; its path is the argument."""


def write_page(file: IO[bytes], index: int, part: Decoded, continue_from: str | None) -> None:
    """Write a page."""
    head = {
        "index": index,
        "continue_from": continue_from,
        "drift": to_json(part.drift),
        "careful": part.careful,
        "valueless": [n for n in part.table.column_names if valueless(part.table.column(n))],
    }
    table = part.table
    for name, texts in part.sent.kept(table).items():
        table = table.append_column(f"{SENT}{name}", texts)
    table = table.replace_schema_metadata({HEAD: json.dumps(head), **_sheets(part.sent)})
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    page = sink.getvalue()
    file.write(page)
    file.write(_sum(page))


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
        # To include no field is to include all, so the columns are selected once more.
        return head, table.replace_schema_metadata(None).select(names)


def read_head(path: Path) -> tuple[Head, pa.Schema]:
    """What the file says about a page, and the types of its columns, without its rows; raises as
    `read_page` does.
    """
    with _opened(path) as source:
        schema = pa.ipc.open_file(source).schema
        own = [field for field in schema if not field.name.startswith(SENT)]
        return _head(schema), pa.schema(own)


def read_sent(path: Path) -> Sent:
    """What was sent for the columns of a page. Raises as `read_page` does."""
    with _opened(path) as source:
        schema = pa.ipc.open_file(source).schema
        sheets = _read_sheets(schema.metadata)
    kept = [name for name in schema.names if name.startswith(SENT)]
    texts = {}
    if kept:
        table = read_page(path, kept)[1]
        for name in kept:
            # An empty page has no chunks.
            chunks = [*table.column(name).chunks, pa.nulls(0, pa.string())]
            texts[name.removeprefix(SENT)] = pa.concat_arrays(chunks)
    return Sent(texts, sheets)


def _sheets(sent: Sent) -> dict[bytes, bytes | str]:
    """How the numbers of the pages were written, as metadata of a file."""
    plain: list[dict[str, Any]] = []
    found: dict[bytes, bytes | str] = {}
    for at, sheet in enumerate(sent.sheets):
        picked = None if sheet.picked is None else sheet.picked.to_pylist()
        plain.append(
            {
                "rows": sheet.rows,
                "zeros": sheet.zeros,
                "exponents": list(sheet.exponents.values()),
                "size": sheet.size,
                "picked": picked,
            }
        )
        if sheet.page is not None:
            found[PAGE + str(at).encode()] = sheet.page
    return {SHEETS: json.dumps(plain), **found}


def _read_sheets(metadata: Mapping[bytes, bytes]) -> tuple[Sheet, ...]:
    sheets = []
    for at, plain in enumerate(loads(metadata.get(SHEETS, b"[]"))):
        if plain["picked"] is not None:
            plain["picked"] = pa.array(plain["picked"], pa.uint64())
        # Files of earlier versions lack it.
        plain["exponents"] = {Decimal(sent): sent for sent in plain.get("exponents", ())}
        sheets.append(Sheet(**plain, page=metadata.get(PAGE + str(at).encode())))
    return tuple(sheets)


def _head(schema: pa.Schema) -> Head:
    head = loads(schema.metadata[HEAD])
    own = {"drift": from_json(head["drift"]), "valueless": tuple(head.get("valueless", ()))}
    return Head(**{**head, **own})


def _sum(page: pa.Buffer) -> bytes:
    return zlib.crc32(page).to_bytes(SUM, "big")


def _sound(content: pa.Buffer, path: Path) -> pa.Buffer:
    """The page in a file, without the checksum behind it.

    Raises:
        Unreadable: they do not fit.
    """
    end = content.slice(max(0, content.size - len(ARROW_ENDS))).to_pybytes()
    if end == ARROW_ENDS:
        return content
    page = content.slice(0, max(0, content.size - SUM))
    if _sum(page) != end[-SUM:]:
        raise Unreadable(path)
    return page


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[pa.BufferReader]:
    try:
        with pa.memory_map(str(path)) as mapped:
            yield pa.BufferReader(_sound(mapped.read_buffer(), path))
    except (pa.ArrowException, ValueError, LookupError, TypeError):
        raise Unreadable(path) from None
    except OSError as err:
        # Arrow's own, gone, or empty, so that there is nothing to map.
        if err.errno in (None, errno.ENOENT, errno.EINVAL):
            raise Unreadable(path) from None
        raise  # the page may well be whole
