"""Text that came broken: bytes that are no UTF-8, and halves of surrogate pairs.

JSON is UTF-8 by its standard (RFC 8259), and Arrow takes bytes for text without a look at them. A
page with one Latin-1 letter would then give a frame that no file can hold. So each page is
validated first; each broken sequence becomes U+FFFD in its own value, and is reported.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from stnb.errors.nesting import loads

from . import fallback
from .drift import Drift, Drifts, Kind, add_drift
from .schema import Shape
from .types import final_type

ESCAPED_BYTE = re.compile("[\udc80-\udcff]")  # as the handler "surrogateescape" writes a byte
HALF = re.compile("[\ud800-\udfff]")
ESCAPES = re.compile(rb"\\u[dD][89a-fA-F]")  # of halves, and of whole pairs too


def is_utf8(content: bytes) -> bool:
    """Whether the bytes are text.

    Arrow looks at them where they lie: a tenth of the time of `bytes.decode`, and
    no memory.

    Example:
        >>> is_utf8("é".encode()), is_utf8("é".encode("latin-1"))
        (True, False)
    """
    if content.isascii():
        return True
    ends = np.array([0, len(content)], dtype=np.int64)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(content)]
    try:
        pa.Array.from_buffers(pa.large_string(), 1, buffers).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def mended(content: bytes) -> bytes:
    """The bytes as UTF-8 without a byte-order mark, with U+FFFD for each sequence that is broken.

    Example:
        >>> mended(b"Jos\\xe9").decode()
        'Jos\ufffd'
    """
    content = content.removeprefix(codecs.BOM_UTF8)
    if is_utf8(content):
        return content
    return content.decode("utf-8", "replace").encode()


def read_json(content: bytes) -> tuple[Any, int]:
    """Any JSON as plain values, and how many of its texts hold bytes that are no UTF-8.

    Raises:
        ValueError: the bytes are no JSON.

    Example:
        >>> read_json(b'{"name": "Jos\\xe9"}')
        ({'name': 'Jos\ufffd'}, 1)
    """
    value = loads(mended(content), strict=False)
    if is_utf8(content):
        return value, 0
    texts = _texts(loads(_escaped(content), strict=False))
    return value, sum(bool(ESCAPED_BYTE.search(text)) for text in texts)


def note_broken_bytes(
    document: bytes, shape: Shape, drifts: Drifts, *, positional: bool = False
) -> None:
    """Note in which columns of a page, and in how many rows, there are bytes that are no UTF-8.

    Args:
        document: the page as it came, of which `mended` could be read.
    """
    rows = fallback.rows_of(_escaped(document), positional, Decimal)
    _note(rows, ESCAPED_BYTE, Kind.BROKEN_BYTES, shape, drifts)


def note_halves(document: bytes, shape: Shape, drifts: Drifts, *, positional: bool = False) -> None:
    """Note the columns with halves of surrogate pairs, unless something else is noted of them.

    JSON can escape such a half ("\\ud83d"), as of an emoji that was cut in two. It is no text, so
    it is kept as that escape.
    """
    if not ESCAPES.search(document):
        return
    found: Drifts = {}
    rows = fallback.rows_of(document, positional, Decimal)
    _note(rows, HALF, Kind.HALVES, shape, found)
    for path, what in found.items():
        rows_noted = [(Kind.MISFIT, drift.rows) for drift in drifts.get(path, [])]
        is_all = rows_noted == [(Kind.MISFIT, what[0].rows)] and _is_text(path, shape)
        if path not in drifts or is_all:
            drifts[path] = what


def _is_text(path: str, shape: Shape) -> bool:
    column = shape.by_path.get(path)
    return column is not None and pa.types.is_string(final_type(column))


def _escaped(content: bytes) -> str:
    """The text with a surrogate for each byte that is none, and no other surrogates."""
    text = content.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")
    # An escaped half of a pair would look like such a byte: another letter stands for it, as only
    # the bytes are counted here.
    return re.sub(r"\\u[dD]", r"\\u0", text)


def _note(
    rows: Sequence[dict[str, Any]], what: re.Pattern[str], kind: Kind, shape: Shape, drifts: Drifts
) -> None:
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(dict.fromkeys(_paths(row, "", what, shape), 1))
    for path, count in counts.items():
        name = _column(path, kind)
        if shape.reads(name):
            add_drift(drifts, {name: [Drift(name, kind, count)]})


def _column(path: str, kind: Kind) -> str:
    """The name of a column as the frame has it: it may be broken as its values are."""
    if kind is Kind.HALVES:
        return path.encode("utf-8", "backslashreplace").decode()
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _paths(row: dict[str, Any], above: str, what: re.Pattern[str], shape: Shape) -> Iterator[str]:
    """The columns of a row that hold what is searched for, in a value or in their own name."""
    for key, value in row.items():
        path = f"{above}{key}"
        if isinstance(value, dict) and path not in shape.by_path:
            yield from _paths(value, f"{path}.", what, shape)
        elif any(what.search(text) for text in (key, *_texts(value))):
            yield path


def _texts(value: Any) -> Iterator[str]:
    """All texts of a value, names of fields too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
