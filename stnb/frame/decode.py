"""One page's bytes -> one typed Arrow table.

The fast path reads a page as one JSON document with the schema of the catalogue (pyarrow.json,
which releases the GIL). If it refuses a page, because a value is of another type than promised, the
careful path in `fallback` reads it column by column through Python, and a column that does not fit
becomes text. Both keep the keys that the catalogue lacks.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from stnb.catalog import Column
from stnb.catalog.facts import LARGEST_EXACT
from stnb.errors import UnexpectedAnswer

from . import fallback, reports, tokens, twice, utf8
from .converters import CONVERTERS, days_elsewhere
from .drift import Drift, Drifts, Kind, add_drift, misfits, note, with_kinds
from .fallback import Columns
from .scan import Scan, scan
from .schema import Shape
from .sent import Sent, Sheet, sheet_of
from .text import open_texts, text_of
from .types import AMOUNT, WIDE, final_type, is_number, is_open, json_type, kind_of

WHOLE_DIGITS = AMOUNT.precision - AMOUNT.scale
MOST = 10**WHOLE_DIGITS
# What may be noted of a column that has the type that it is due.
STILL_TYPED = (Kind.CONVERTED, Kind.DIGITS, Kind.WIDE_NUMBER)
# Bytes of a page from which the memory that the reader took meanwhile is given back: a pull then
# needs 20 MB less, and 3 % more time.
BIG = 2**20

__all__ = ["Decoded", "decode", "text_of"]


@dataclass(frozen=True)
class Decoded:
    """A page as a table.

    Attributes:
        drift: column -> what differs from the catalogue.
        careful: whether the careful path was needed.
        sent: what was sent for the columns. Should another page make text of one, it is this.
    """

    table: pa.Table
    drift: Drifts = field(default_factory=dict)
    careful: bool = False
    sent: Sent = field(default_factory=Sent)


def decode(
    content: bytes,
    rows_at: str,
    shape: Shape,
    *,
    positional: bool = False,
    data_types: Mapping[str, str] | None = None,
) -> Decoded:
    """Read a page.

    Args:
        rows_at: "data" (in an envelope), "bare" (an array) or "one" (a record).
        shape: the columns; if it is narrow, no others are read.
        positional: rows are arrays, and the envelope's `fields` names their cells.
        data_types: those of a report's fields by name, if its description was read; the envelope's
            own count more.

    Raises:
        UnexpectedAnswer: the bytes are no JSON, are nested over 100 levels deep, or hold no rows
            where they should.

    Example:
        >>> decode(b'{"data": [{"id": 7}]}', "data", shape_of(st.jpm.jobs.endpoint)).table["id"][0]
        <pyarrow.Int64Scalar: 7>
    """
    seen = scan(content)
    if seen.deep:
        raise UnexpectedAnswer.too_deep("A page")
    drift: Drifts = {}
    sent = _enveloped(content.removeprefix(codecs.BOM_UTF8), rows_at)
    document = utf8.mended(sent)
    fast, outside = None, False
    if not positional:
        fast = _fast(document, shape, seen)
    kept: Columns = {}
    fields: list[dict[str, Any]] = []
    doubled: list[str] = []
    if fast is not None:
        columns, length, outside = fast
    else:
        columns, length = fallback.read(
            document,
            shape,
            drift,
            positional=positional,
            sent=kept,
            fields=fields,
            doubled=doubled,
        )
    sheets: tuple[Sheet, ...] = ()
    if not positional:
        complete = fast is not None and not shape.skips and not outside
        sheets = (sheet_of(document, seen, columns, length, complete=complete),)
    table = _as_table(typed(columns, length, shape, drift, kept), length)
    if len(content) > BIG:
        pa.default_memory_pool().release_unused()
    if positional or not shape.leaves:
        # A report's columns are its own, and some routes are not described: nothing was promised.
        drift = with_kinds(drift, (Kind.DIGITS, Kind.WIDE_NUMBER))
    if positional:
        own = reports.data_types_of(fallback.names_of(fields), fields)
        reports.follow(columns, {**(data_types or {}), **own}, drift, kept, shape.dtypes)
        table = _as_table(typed(columns, length, shape, {}), length)
    if document is not sent:
        utf8.note_broken_bytes(sent, shape, drift, positional=positional)
    if fast is None:
        _note_odd_texts(document, shape, drift, positional=positional, doubled=bool(doubled))
    return Decoded(table, drift, careful=fast is None, sent=Sent(kept, sheets))


def _note_odd_texts(
    document: bytes, shape: Shape, drift: Drifts, *, positional: bool, doubled: bool
) -> None:
    """Note what the careful path alone can see of a page's text."""
    utf8.note_halves(document, shape, drift, positional=positional)
    if doubled:
        twice.note_twice(document, shape, drift)


def _enveloped(content: bytes, rows_at: str) -> bytes:
    if rows_at == "data":
        return content
    if rows_at == "bare":
        return b'{"data":' + content + b"}"
    if content.lstrip()[:1] == b"{":
        return b'{"data":[' + content + b"]}"
    return b'{"data":[{"value":' + content + b"}]}"  # a bare number, text or null


# -- the fast path


def _fast(document: bytes, shape: Shape, seen: Scan) -> tuple[Columns, int, bool] | None:
    """The columns of a page, the number of its rows, and whether numbers with a fraction or objects
    stand around the rows; None if the page is not what the catalogue says, so that something might
    be lost.
    """
    if seen.lossy:
        return None  # a float would drop digits in silence
    if shape.dtypes == "decimal" and _has_amounts_as_text(document, shape):
        return None  # Arrow would take a text for a decimal, also a code such as "007"
    unknown = "infer"
    if shape.skips:
        unknown = "ignore"
    try:
        rows, outside = _read(document, shape.rows, unknown)
        if rows.type != shape.rows:
            plain = _without_times(rows.type)
            if plain != rows.type:
                # Arrow took unknown texts for dates: read them as they are.
                rows, outside = _read(document, plain, unknown)
    except (pa.ArrowException, RecursionError):
        return None
    columns = list(_flattened(rows, ""))
    if not _exact(columns, shape, seen):
        return None
    if any(_holds_nan(values) for _, values in columns):
        return None  # no number of JSON; as a missing value it would be lost in silence
    known = [column for column in columns if column[1].type != pa.struct([])]
    read = {path: values for path, values in known if shape.reads(path)}
    return read, len(rows), outside


def _has_amounts_as_text(document: bytes, shape: Shape) -> bool:
    """Whether a text stands where an exact amount is due."""
    for name in set(_amounts(shape.by_path.values())):
        key = f'"{name}":'.encode()
        if key + b'"' in document or key + b' "' in document:
            return True
    return False


def _amounts(columns: Iterable[Column]) -> Iterator[str]:
    """The names of exact amounts that are sent as numbers, those inside lists too."""
    for column in columns:
        if column.type == "exact decimal" and not column.text:
            yield column.name
        yield from _amounts(column.children)


def _read(document: bytes, rows: pa.DataType, unknown: str) -> tuple[pa.StructArray, bool]:
    table = pj.read_json(
        pa.BufferReader(document),
        read_options=pj.ReadOptions(use_threads=False, block_size=len(document) + 1),
        parse_options=pj.ParseOptions(
            explicit_schema=pa.schema([("data", pa.list_(rows))]), unexpected_field_behavior=unknown
        ),
    )
    envelope = [field.type for field in table.schema if field.name != "data"]
    outside = any("double" in str(kind) or "struct" in str(kind) for kind in envelope)
    found = table.column("data")
    lists = found.chunk(0) if found.num_chunks == 1 else found.combine_chunks()
    # If lists whose type Arrow found out by itself begin with null, it makes them too short.
    lists.validate()
    flat = lists.flatten()
    if lists.null_count or not pa.types.is_struct(flat.type):
        raise pa.ArrowInvalid("rows are no objects")
    if flat.null_count:
        flat = flat.filter(flat.is_valid())
    return flat, outside


def _without_times(kind: pa.DataType) -> pa.DataType:
    """The type with text for every date; the catalogue's own dates are read as text anyhow."""
    if pa.types.is_timestamp(kind):
        return pa.string()
    if pa.types.is_list(kind):
        return pa.list_(_without_times(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(f.name, _without_times(f.type)) for f in kind])
    return kind


def _exact(columns: list[tuple[str, pa.Array]], shape: Shape, seen: Scan) -> bool:
    """Whether nothing was lost: no two columns have one path, no whole number was cut to a float,
    and nothing open was flattened.
    """
    if len(dict(columns)) < len(columns):
        return False
    for path, values in columns:
        if any(end >= LARGEST_EXACT for end in _ends(values, pa.types.is_floating)):
            return False
        if any(end >= MOST for end in _ends(values, pa.types.is_decimal)):
            return False  # the reader does not see that a decimal has more digits than its type
        if path in shape.open and _was_interpreted(values, seen):
            return False  # what is open is kept as it is written
        if path not in shape.by_path and any(path.startswith(f"{known}.") for known in shape.open):
            return False
    return True


def _holds_nan(values: pa.Array) -> bool:
    """Whether a bare NaN is among the numbers, at any depth."""
    if pa.types.is_floating(values.type):
        return bool(pc.any(pc.is_nan(values)).as_py())
    if pa.types.is_list(values.type):
        return _holds_nan(values.flatten())
    if pa.types.is_struct(values.type):
        return any(map(_holds_nan, values.flatten()))
    return False


def _was_interpreted(values: pa.Array, seen: Scan) -> bool:
    """Whether the reader made objects or floats, which can be written in several ways, or whole
    numbers where a zero with a sign may be one.
    """
    numbers = pa.types.is_floating
    if seen.odd:
        numbers = partial(is_number, decimal=False)
    return "struct" in str(values.type) or any(True for _ in _ends(values, numbers))


def _flattened(rows: pa.StructArray, above: str) -> Iterator[tuple[str, pa.Array]]:
    for part, values in zip(rows.type, rows.flatten(), strict=True):
        if pa.types.is_struct(part.type) and part.type.num_fields:
            yield from _flattened(values, f"{above}{part.name}.")
        else:
            yield f"{above}{part.name}", values


def _ends(values: pa.Array, wanted: Callable[[pa.DataType], bool]) -> Iterator[float | Decimal]:
    """How far from zero the numbers of a kind lie, those inside lists and objects too: both ends of
    each array of them.
    """
    if wanted(values.type):
        for end in pc.min_max(values).as_py().values():
            if end is not None:
                yield abs(end)
    elif pa.types.is_list(values.type):
        yield from _ends(values.flatten(), wanted)
    elif pa.types.is_struct(values.type):
        for part in values.flatten():
            yield from _ends(part, wanted)


# -- types


def typed(
    columns: Columns, length: int, shape: Shape, drift: Drifts, sent: Columns | None = None
) -> Columns:
    """Convert every column to its final type.

    Columns that the page lacks are null, and those that the catalogue lacks come last.

    Args:
        drift: gets what differs.
        sent: gets the texts that were converted; see `Decoded.sent`.
    """
    out: Columns = {}
    for leaf in shape.leaves:
        values = columns.get(leaf.path)
        if values is None or pa.types.is_null(values.type):
            out[leaf.path] = pa.nulls(length, final_type(leaf.column))
        else:
            made = out[leaf.path] = _convert(values, leaf.column, leaf.path, drift)
            was_text = pa.types.is_string(values.type) and not pa.types.is_string(made.type)
            if sent is not None and was_text:
                sent[leaf.path] = values
    for path, values in columns.items():
        if path not in out:
            if _fits_its_type(drift, path):
                new = Drift(path, Kind.NEW, length - values.null_count)
                drift[path] = [new, *drift.get(path, [])]
            out[path] = values
    return out


def _as_table(columns: Columns, length: int) -> pa.Table:
    """Rows `{}` are rows, too, and a table needs a column."""
    if length and not columns:
        columns = {"value": pa.nulls(length)}
    return pa.table(columns)


def _fits_its_type(drift: Drifts, path: str) -> bool:
    """Whether nothing is noted of a column because of which it would be text."""
    return all(found.kind in STILL_TYPED for found in drift.get(path, []))


def _convert(values: pa.Array, column: Column, path: str, drift: Drifts) -> pa.Array:
    if is_open(column):
        if values.type == final_type(column):
            return values
        return open_texts(values.to_pylist(), column)
    if column.type == "array" and pa.types.is_nested(values.type):
        if values.type != json_type(column):
            add_drift(drift, {path: [Drift(path, Kind.INSIDE)]})
        return values
    kind = kind_of(column)
    convert = CONVERTERS.get(kind)
    if convert is None or not _fits_its_type(drift, path):
        return values
    try:
        converted = convert(values)
    except pa.ArrowException:
        note(drift, path, Kind.MISFIT, misfits(values, convert), kind)
        return text_of(values)
    _note_what_changed(values, converted, kind, path, drift)
    return converted


def _note_what_changed(
    values: pa.Array, converted: pa.Array, kind: str, path: str, drift: Drifts
) -> None:
    """Note in how many rows a typed value says less, or more, than its text did."""
    if kind == "date" and (elsewhere := days_elsewhere(values)):
        note(drift, path, Kind.OTHER_ZONE, elsewhere)
    if converted.type == WIDE:
        wide = misfits(converted, lambda some: some.cast(AMOUNT))
        digits = f"{WHOLE_DIGITS} digits before the point or {AMOUNT.scale} behind it"
        add_drift(drift, {path: [Drift(path, Kind.WIDE_AMOUNT, wide, digits)]})
    if kind == "decimal" and pa.types.is_string(values.type):
        rows = tokens.lossy_texts(values)
        if rows:
            add_drift(drift, {path: [Drift(path, Kind.DIGITS, rows)]})
