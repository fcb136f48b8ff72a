"""One page's bytes -> one typed Arrow table.

The fast path reads a page as one JSON document with the schema of the catalogue (pyarrow.json, off
the GIL). A page
that it refuses, because a value is of another type than promised, takes the careful path: column by
column through Python, where a column that does not fit becomes text. Keys that the catalogue lacks
are kept on both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from stnb.catalog import Column
from stnb.catalog.facts import LARGEST_EXACT

from . import fallback
from .drift import in_rows, misfits
from .fallback import Columns
from .schema import Shape
from .text import open_texts, text_of
from .types import (
    AMOUNT,
    CONVERTERS,
    WIDE,
    final_type,
    is_open,
    json_type,
    kind_of,
)

MOST = 10 ** (AMOUNT.precision - AMOUNT.scale)
BIG = (
    2**20
    # bytes of a page from which what the reader took meanwhile is given back: 20 MB less in a pull, 3 %
    # slower
)

__all__ = ["Decoded", "decode", "text_of"]


@dataclass(frozen=True)
class Decoded:
    """A page as a table.

    Attributes:
        drift: column -> what differs from the catalogue, in words.
        careful: whether the careful path was needed.
    """

    table: pa.Table
    drift: dict[str, str] = field(default_factory=dict)
    careful: bool = False


def decode(content: bytes, rows_at: str, shape: Shape, *, positional: bool = False) -> Decoded:
    """Read a page.

    Args:
        rows_at: "data" (in an envelope), "bare" (an array) or "one" (a record).
        shape: the columns; of a narrow one no others are read.
        positional: rows are arrays, and the envelope's `fields` names their cells.

    Raises:
        UnexpectedAnswer: the bytes are no JSON, or hold no rows where they should.
    """
    drift: dict[str, str] = {}
    document = content if rows_at == "data" else _enveloped(content, rows_at)
    fast = None if positional else _fast(document, shape)
    columns, length = fast or fallback.read(document, shape, drift, positional=positional)
    table = pa.table(_typed(columns, length, shape, drift))
    if len(content) > BIG:
        pa.default_memory_pool().release_unused()
    promised = (
        shape.leaves and not positional
    )  # a report's columns are its own, and some routes are not described
    return Decoded(table, drift if promised else {}, careful=fast is None)


def _enveloped(content: bytes, rows_at: str) -> bytes:
    if rows_at == "bare":
        return b'{"data":' + content + b"}"
    if content.lstrip()[:1] == b"{":
        return b'{"data":[' + content + b"]}"
    return b'{"data":[{"value":' + content + b"}]}"  # a bare number, text or null


# -- the fast path


def _fast(document: bytes, shape: Shape) -> tuple[Columns, int] | None:
    """The columns of a page and the number of its rows; None where it is not what the catalogue
    says, and anything might be lost.
    """
    unknown = "ignore" if shape.skips else "infer"
    try:
        rows = _read(document, shape.rows, unknown)
        if rows.type != shape.rows and (plain := _without_times(rows.type)) != rows.type:
            rows = _read(
                document, plain, unknown
            )  # Arrow took unknown texts for dates: read them as they are
    except (pa.ArrowException, RecursionError):
        return None
    columns = list(_flattened(rows, ""))
    if not _exact(columns, shape):
        return None
    return {path: values for path, values in columns if shape.reads(path)}, len(rows)


def _read(document: bytes, rows: pa.DataType, unknown: str) -> pa.StructArray:
    table = pj.read_json(
        pa.BufferReader(document),
        read_options=pj.ReadOptions(use_threads=False, block_size=len(document) + 1),
        parse_options=pj.ParseOptions(
            explicit_schema=pa.schema([("data", pa.list_(rows))]), unexpected_field_behavior=unknown
        ),
    )
    found = table.column("data")
    lists = found.chunk(0) if found.num_chunks == 1 else found.combine_chunks()
    # where lists that Arrow found out by itself begin with null, it makes them too short
    lists.validate()
    flat = lists.flatten()
    if lists.null_count or not pa.types.is_struct(flat.type):
        raise pa.ArrowInvalid("rows are no objects")
    return flat.filter(flat.is_valid()) if flat.null_count else flat


def _without_times(kind: pa.DataType) -> pa.DataType:
    """The type with text for every date; the catalogue's own dates are read as text anyhow."""
    if pa.types.is_timestamp(kind):
        return pa.string()
    if pa.types.is_list(kind):
        return pa.list_(_without_times(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(f.name, _without_times(f.type)) for f in kind])
    return kind


def _exact(columns: list[tuple[str, pa.Array]], shape: Shape) -> bool:
    """Whether nothing was lost: no two columns of one path, no whole number cut to a float, nothing
    open flattened.
    """
    if len({path for path, _ in columns}) < len(columns):
        return False
    for path, values in columns:
        if any(end >= LARGEST_EXACT for end in _ends(values, pa.types.is_floating)):
            return False
        if any(end >= MOST for end in _ends(values, pa.types.is_decimal)):
            return False  # the reader does not see that a decimal has more digits than its type
        if path in shape.open and (
            "struct" in str(values.type) or any(True for _ in _ends(values, pa.types.is_floating))
        ):
            return False  # what is open is kept as it is written
        if path not in shape.by_path and any(path.startswith(f"{known}.") for known in shape.open):
            return False
    return True


def _flattened(rows: pa.StructArray, above: str) -> Iterator[tuple[str, pa.Array]]:
    for part, values in zip(rows.type, rows.flatten(), strict=True):
        if pa.types.is_struct(part.type):
            yield from _flattened(values, f"{above}{part.name}.")
        else:
            yield f"{above}{part.name}", values


def _ends(values: pa.Array, wanted: Callable[[pa.DataType], bool]) -> Iterator[float | Decimal]:
    """How far from zero the numbers of a kind lie, those inside lists and objects too: both ends of
    each array of them.
    """
    if wanted(values.type):
        yield from (abs(end) for end in pc.min_max(values).as_py().values() if end is not None)
    elif pa.types.is_list(values.type):
        yield from _ends(values.flatten(), wanted)
    elif pa.types.is_struct(values.type):
        for part in values.flatten():
            yield from _ends(part, wanted)


# -- types


def _typed(columns: Columns, length: int, shape: Shape, drift: dict[str, str]) -> Columns:
    """Convert every column to its final type; what the catalogue lacks comes behind, what the page
    lacks is null.
    """
    out: Columns = {}
    for leaf in shape.leaves:
        values = columns.get(leaf.path)
        if values is None or pa.types.is_null(values.type):
            out[leaf.path] = pa.nulls(length, final_type(leaf.column))
        else:
            out[leaf.path] = _convert(values, leaf.column, leaf.path, drift)
    for path, values in columns.items():
        if path not in out:
            drift.setdefault(
                path, f"is not in the catalogue; stands {in_rows(length - values.null_count)}"
            )
            out[path] = values
    return out


def _convert(values: pa.Array, column: Column, path: str, drift: dict[str, str]) -> pa.Array:
    if is_open(column):
        return (
            values if values.type == final_type(column) else open_texts(values.to_pylist(), column)
        )
    if (
        column.type == "array"
        and pa.types.is_nested(values.type)
        and values.type != json_type(column)
    ):
        drift[path] = "holds other fields or types inside than the catalogue says"
    kind = kind_of(column)
    convert = CONVERTERS.get(kind)
    if convert is None or path in drift:
        return values
    try:
        typed = convert(values)
    except pa.ArrowException:
        drift[path] = (
            f"holds values that are no {kind} {in_rows(misfits(values, convert))}; kept as text"
        )
        return text_of(values)
    if typed.type == WIDE:
        wide = in_rows(misfits(typed, lambda some: some.cast(AMOUNT)))
        drift[path] = (
            f"holds amounts of more than {AMOUNT.precision - AMOUNT.scale} digits before the point or {AMOUNT.scale} behind it {wide}; kept as wider decimals"
        )
    if pa.types.is_timestamp(typed.type) and typed.type.unit == "us":
        drift[path] = (
            f"holds years outside 1677 to 2262 {in_rows(_far(typed))}, so its times are kept to the microsecond"
        )
    return typed


def _far(times: pa.Array) -> int:
    """How many times nanoseconds do not hold."""
    microseconds = times.cast(pa.int64())
    far = pc.greater(pc.abs(microseconds), 2**63 // 1000)
    return int(pc.sum(far).as_py() or 0)
