"""What was sent for the columns of a page, if another page makes text of them.

A float does not say that 12.50 was sent. Most pages have no such number: the digits of the float
are those that were sent, and nothing has to be kept. Of the others, the page itself is kept until
the frame is made, packed, and read once more if a column of numbers becomes text after all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from . import fallback
from .fallback import Columns
from .scan import Scan
from .schema import Shape
from .text import as_text, each, text_of
from .tokens import Token

CODEC = "snappy"  # packs JSON in three quarters of the time of LZ4, and a little smaller


@dataclass(frozen=True)
class Sheet:
    """How the numbers of a page were written.

    Attributes:
        rows: how many rows of it there are.
        zeros: whether its whole numbers were sent as 12.0, and not as 12.
        page: the page, packed; None if the digits of its floats say how its numbers were sent.
        size: the bytes of the page.
        picked: which of the page's rows there are, in their order; None for all of them.
    """

    rows: int
    zeros: bool = False
    page: bytes | None = None
    size: int = 0
    picked: pa.Array | None = None

    def texts(self, table: pa.Table, names: Sequence[str], shape: Shape) -> Columns:
        """The columns of this page as they were sent.

        Args:
            table: the rows of the page.
        """
        if self.page is None:
            return {name: _shortest(table.column(name), self.zeros) for name in names}
        codec = pa.Codec(CODEC)
        document = codec.decompress(self.page, self.size, asbytes=True)
        kept: Columns = {}
        columns, _ = fallback.read(document, shape, {}, sent=kept, with_nested=True)
        found: Columns = {}
        for name in names:
            if name not in columns:  # it is not of the page, as the id of a parent is
                found[name] = _shortest(table.column(name), self.zeros)
                continue
            texts = kept.get(name)
            if texts is None:
                texts = text_of(columns[name])
            if self.picked is not None:
                texts = texts.take(self.picked)
            found[name] = texts
        return found


@dataclass(frozen=True)
class Sent:
    """What was sent for the columns of a table.

    Attributes:
        texts: the texts that were sent for columns of another type now, if those do not read back
            from their values.
        sheets: the pages that the table is made of.
    """

    texts: Columns = field(default_factory=dict)
    sheets: tuple[Sheet, ...] = ()

    def columns(self, table: pa.Table, names: Sequence[str], shape: Shape) -> Columns:
        """Columns of the table as the texts that were sent.

        Args:
            shape: the one with which the pages were read.
        """
        found = {name: self.texts[name] for name in names if name in self.texts}
        others = [name for name in names if name not in found]
        if not others:
            return found
        parts: dict[str, list[pa.Array]] = {name: [] for name in others}
        start = 0
        for sheet in self.sheets or (Sheet(table.num_rows),):
            read = sheet.texts(table.slice(start, sheet.rows), others, shape)
            for name, texts in read.items():
                parts[name].append(texts)
            start += sheet.rows
        for name, several in parts.items():
            found[name] = pa.concat_arrays(several)
        return found

    def take(self, at: pa.Array) -> Sent:
        """The same for these rows alone, in their order; of a table of one page."""
        texts = {name: values.take(at) for name, values in self.texts.items()}
        sheets = []
        for sheet in self.sheets:
            picked = at if sheet.picked is None else sheet.picked.take(at)
            sheets.append(replace(sheet, rows=len(at), picked=picked))
        return Sent(texts, tuple(sheets))

    def without(self, names: Collection[str]) -> Sent:
        """The same without the texts of some columns."""
        texts = {name: values for name, values in self.texts.items() if name not in names}
        return replace(self, texts=texts)


def stacked(parts: Sequence[tuple[Sent, pa.Table]], differing: Columns, shape: Shape) -> Sent:
    """What was sent for tables of equal columns, one below the other.

    Args:
        differing: the columns whose types differ between the tables, as they were sent.
    """
    names: dict[str, None] = {}
    for sent, _ in parts:
        names |= dict.fromkeys(sent.texts.keys() - differing.keys())
    texts: dict[str, list[pa.Array]] = {name: [] for name in names}
    sheets: list[Sheet] = []
    for sent, table in parts:
        there = [name for name in names if name in table.column_names]
        found = sent.columns(table, there, shape)
        for name, several in texts.items():
            several.append(found.get(name, pa.nulls(table.num_rows, pa.string())))
        for sheet in sent.sheets or (Sheet(table.num_rows),):
            _append(sheets, sheet)
    whole = {name: pa.concat_arrays(several) for name, several in texts.items()}
    return Sent({**differing, **whole}, tuple(sheets))


def _append(sheets: list[Sheet], sheet: Sheet) -> None:
    """Add a sheet; one without a page makes one with a like it before it."""
    if sheets and sheet.page is None and sheet == replace(sheets[-1], rows=sheet.rows):
        sheets[-1] = replace(sheet, rows=sheets[-1].rows + sheet.rows)
    else:
        sheets.append(sheet)


def sheet_of(document: bytes, seen: Scan, columns: Columns, rows: int) -> Sheet:
    """How the numbers of a page were written.

    Args:
        columns: its columns as they were read.
    """
    if not seen.odd and not seen.zeros:
        return Sheet(rows)
    if not seen.odd and sum(map(_whole_numbers, columns.values())) == seen.zeros:
        return Sheet(rows, zeros=True)
    packed = pa.Codec(CODEC).compress(document, asbytes=True)
    return Sheet(rows, page=packed, size=len(document))


def keep_written(columns: Columns, kept: Columns) -> None:
    """Keep the texts of floats that are not written with the fewest digits, as 12.0, of a page that
    has no sheet.

    Args:
        kept: gets them; what it has already stays.
    """
    for name, values in columns.items():
        if not pa.types.is_floating(values.type) or name in kept:
            continue
        texts = text_of(values)
        if not texts.equals(_shortest(pa.chunked_array([values]), zeros=False)):
            kept[name] = texts


def _whole_numbers(values: pa.Array) -> int:
    """How many numbers with a point in their type are whole, at any depth."""
    kind = values.type
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return int(pc.sum(pc.equal(pc.floor(values), values)).as_py() or 0)
    if pa.types.is_list(kind):
        return _whole_numbers(values.flatten())
    if pa.types.is_struct(kind):
        return sum(map(_whole_numbers, values.flatten()))
    return 0


def _shortest(column: pa.ChunkedArray, zeros: bool) -> pa.Array:
    """Values as text with the fewest digits, and no exponent.

    Args:
        zeros: whether whole numbers end in ".0".
    """
    chunks = []
    for chunk in column.chunks:
        if pa.types.is_floating(chunk.type) or pa.types.is_decimal(chunk.type):
            chunk = pa.array(each(chunk.to_pylist(), lambda v: _digits(v, zeros)), pa.string())
        elif pa.types.is_nested(chunk.type):
            chunk = pa.array(each(chunk.to_pylist(), lambda v: _inside(v, zeros)), pa.string())
        else:
            chunk = text_of(chunk)
        chunks.append(chunk)
    return pa.concat_arrays([*chunks, pa.nulls(0, pa.string())])


def _digits(value: float | Decimal, zeros: bool) -> str:
    exact = value
    if isinstance(value, float):
        exact = Decimal(repr(value))
    text = f"{exact:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if zeros and "." not in text:
        text += ".0"
    return text


def _inside(value: Any, zeros: bool) -> str | None:
    return as_text(_written(value, zeros))


def _written(value: Any, zeros: bool) -> Any:
    """A value of lists and objects with its numbers as they were sent."""
    if isinstance(value, float | Decimal):
        return Token(_digits(value, zeros))
    if isinstance(value, list):
        return [_written(inner, zeros) for inner in value]
    if isinstance(value, dict):
        return {key: _written(inner, zeros) for key, inner in value.items()}
    return value
