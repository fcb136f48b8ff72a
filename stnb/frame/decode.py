"""One page's bytes -> one typed Arrow table.

The fast path reads a page as one JSON document with the schema of the catalogue (pyarrow.json,
which releases the GIL). If it refuses a page, because a value is of another type than promised, the
careful path in `fallback` reads it column by column through Python, and a column that does not fit
becomes text. Both keep the keys that the catalogue lacks.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from stnb.catalog import Column
from stnb.errors import UnexpectedAnswer

from . import fallback, fast, reports, tokens, twice, utf8
from .converters import CONVERTERS, days_elsewhere
from .drift import Drift, Drifts, Kind, add_drift, misfits, note, with_kinds
from .fallback import Columns
from .fast import WHOLE_DIGITS
from .memory import Mover
from .scan import Scan, scan
from .schema import Shape
from .sent import Sent, Sheet, sent_of, sheet_of
from .text import open_texts, text_of
from .types import AMOUNT, WIDE, final_type, is_open, json_type, kind_of

# What may be noted of a column that has the type that it is due.
STILL_TYPED = (Kind.CONVERTED, Kind.BLANK, Kind.DIGITS, Kind.WIDE_NUMBER)
# Bytes of pages after which the memory that the reader took meanwhile is given back: 100,000 jobs
# took 4.2 s of CPU with that after each page, 4.0 after every eighth, and 3.6 without.
READ = Mover(12 * 2**20)

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
    sent = _enveloped(content.removeprefix(codecs.BOM_UTF8), rows_at)
    document = utf8.mended(sent)
    page = _read(document, shape, seen, positional=positional)
    sheet = None
    if not positional:
        sheet = _sheet(document, shape, seen, page)
    drift = page.drift
    table = _as_table(typed(page.columns, page.rows, shape, drift, page.sent), page.rows)
    READ.moved(len(content))
    if positional or not shape.leaves:
        # A report's columns are its own, and some routes are not described: nothing was promised.
        drift = with_kinds(drift, (Kind.DIGITS, Kind.WIDE_NUMBER))
    if positional:
        table = _report_table(page, shape, drift, data_types or {})
    if document is not sent:
        utf8.note_broken_bytes(sent, shape, drift, positional=positional)
    if page.careful:
        _note_odd_texts(document, shape, drift, positional=positional, doubled=page.doubled)
    return Decoded(table, drift, page.careful, sent_of(page.sent, table, sheet))


@dataclass
class _Page:
    """The columns of a page as they were read, before each gets its final type.

    Attributes:
        rows: how many there are.
        careful: whether the careful path read them.
        outside: whether numbers with a fraction or objects stand around the rows.
        drift: what was noted of the columns.
        sent: the columns that do not read back as they were sent.
        fields: those of a report.
        doubled: whether a key stands twice in an object.
    """

    columns: Columns
    rows: int
    careful: bool = False
    outside: bool = False
    drift: Drifts = field(default_factory=dict)
    sent: Columns = field(default_factory=dict)
    fields: list[dict[str, Any]] = field(default_factory=list)
    doubled: bool = False


def _read(document: bytes, shape: Shape, seen: Scan, *, positional: bool) -> _Page:
    """Read a page on the fast path if it can be, otherwise on the careful one."""
    if not positional:
        quick = fast.read(document, shape, seen)
        if quick is not None:
            columns, rows, outside = quick
            return _Page(columns, rows, outside=outside)
    drift: Drifts = {}
    sent: Columns = {}
    fields: list[dict[str, Any]] = []
    doubled: list[str] = []
    columns, rows = fallback.read(
        document,
        shape,
        drift,
        positional=positional,
        sent=sent,
        fields=fields,
        doubled=doubled,
    )
    return _Page(
        columns,
        rows,
        careful=True,
        drift=drift,
        sent=sent,
        fields=fields,
        doubled=bool(doubled),
    )


def _sheet(document: bytes, shape: Shape, seen: Scan, page: _Page) -> Sheet:
    """How the numbers of a page were written."""
    complete = not page.careful and not shape.skips and not page.outside
    converted = _converts_inside(page.columns, page.drift)
    return sheet_of(document, seen, page.columns, page.rows, complete=complete, converted=converted)


def _report_table(
    page: _Page, shape: Shape, drift: Drifts, data_types: Mapping[str, str]
) -> pa.Table:
    """The table of a report, whose columns get the types that the report gives them."""
    own = reports.data_types_of(fallback.names_of(page.fields), page.fields)
    reports.follow(page.columns, {**data_types, **own}, drift, page.sent, shape.dtypes)
    return _as_table(typed(page.columns, page.rows, shape, {}), page.rows)


def _converts_inside(columns: Columns, drift: Drifts) -> bool:
    """Whether values inside of a list became what their column promises."""
    for path, found in drift.items():
        values = columns.get(path)
        if values is None or not pa.types.is_nested(values.type):
            continue
        if any(each.kind in (Kind.CONVERTED, Kind.BLANK) for each in found):
            return True
    return False


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
    blank = converted.null_count - values.null_count
    if blank:
        add_drift(drift, {path: [Drift(path, Kind.BLANK, blank)]})
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
