"""What was sent for the columns of a page, if another page makes text of them.

A float does not say that 12.50 was sent, and an object in a list neither which of its keys were
there, nor in which order. Pages without such a number, and whose objects are all alike, say all
that was sent, and nothing has to be kept. Of the others, the page itself is kept until the frame is
made, packed, and read once more if a column of numbers or lists becomes text after all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from . import fallback
from .fallback import Columns
from .in_order import holds_objects, objects_in_order
from .packed import LARGE, packed
from .scan import Scan
from .schema import Shape
from .text import as_text, each, text_of
from .tokens import Token
from .written import Written, written

CODEC = "snappy"  # packs JSON in three quarters of the time of LZ4, and a little smaller


@dataclass(frozen=True)
class Sheet:
    """How the numbers of a page were written.

    Attributes:
        rows: how many rows of it there are.
        zeros: whether its whole numbers were sent as 12.0, and not as 12.
        exponents: number -> how it was sent, for those that were sent with an exponent.
        page: the page, packed; None if its values say how they were sent.
        size: the bytes of the page.
        picked: which of the page's rows there are, in their order; None for all of them.
    """

    rows: int
    zeros: bool = False
    exponents: Mapping[Decimal, str] = field(default_factory=dict)
    page: bytes | None = None
    size: int = 0
    picked: pa.Array | None = None

    def texts(self, table: pa.Table, names: Sequence[str], shape: Shape) -> Columns:
        """The columns of this page as they were sent.

        Args:
            table: the rows of the page.
        """
        if self.page is None:
            return {name: _shortest(table.column(name), self) for name in names}
        codec = pa.Codec(CODEC)
        document = codec.decompress(self.page, self.size, asbytes=True)
        kept: Columns = {}
        columns, _ = fallback.read(document, shape, {}, sent=kept, with_nested=True)
        found: Columns = {}
        for name in names:
            if name not in columns:  # it is not of the page, as the id of a parent is
                found[name] = _shortest(table.column(name), self)
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
        written: how such columns were written whose values say the rest.
    """

    texts: Mapping[str, pa.Array] = field(default_factory=dict)
    sheets: tuple[Sheet, ...] = ()
    written: Written = field(default_factory=dict)

    def kept(self, table: pa.Table) -> Columns:
        """The texts of the columns of the table that do not read back from their values alone."""
        found = {}
        for name in table.column_names:
            if name in self.texts:
                found[name] = self.texts[name]
            elif name in self.written:
                found[name] = self.written[name].texts(table.column(name).combine_chunks())
        return found

    def columns(self, table: pa.Table, names: Sequence[str], shape: Shape) -> Columns:
        """Columns of the table as the texts that were sent.

        Args:
            shape: the one with which the pages were read.
        """
        found = self.kept(table.select(names))
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
        written = {name: how.take(at) for name, how in self.written.items()}
        return Sent(texts, tuple(sheets), written)

    def without(self, names: Collection[str]) -> Sent:
        """The same without the texts of some columns."""
        texts = {name: values for name, values in self.texts.items() if name not in names}
        written = {name: how for name, how in self.written.items() if name not in names}
        return replace(self, texts=texts, written=written)


def sent_of(texts: Columns, table: pa.Table, sheet: Sheet | None) -> Sent:
    """What is kept of a page: texts alone that its values do not say, and these packed.

    Args:
        texts: those that were sent for columns of another type now.
        table: the page.
    """
    sheets = () if sheet is None else (sheet,)
    if sum(column.nbytes for column in texts.values()) < LARGE:
        return Sent(texts, sheets)
    said, others = {}, {}
    for name, column in texts.items():
        how = None
        if name in table.column_names:
            how = written(column, table.column(name).combine_chunks())
        if how is not None:
            said[name] = how
        elif column.null_count < len(column):
            others[name] = column
    return Sent(packed(others), sheets, said)


def stacked(parts: Sequence[tuple[Sent, pa.Table]], differing: Columns, shape: Shape) -> Sent:
    """What was sent for tables of equal columns, one below the other.

    Args:
        differing: the columns whose types differ between the tables, as they were sent.
    """
    names: dict[str, None] = {}
    for sent, _ in parts:
        with_texts = sent.texts.keys() | sent.written.keys()
        names |= dict.fromkeys(with_texts - differing.keys())
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


def sheet_of(
    document: bytes,
    seen: Scan,
    columns: Columns,
    rows: int,
    *,
    complete: bool = False,
    converted: bool = False,
) -> Sheet:
    """How the numbers of a page were written.

    Args:
        columns: its columns as they were read.
        complete: whether every number and every object of the page is one of these columns.
        converted: whether values inside of lists were sent as another type, such as "7" for 7.
    """
    if converted:
        return _whole_page(document, rows)
    objects = any(map(holds_objects, columns.values()))
    if objects and complete:
        objects = not objects_in_order(document, columns)
    if not seen.odd and not seen.zeros and not objects:
        return Sheet(rows)
    if not objects and complete and (seen.exponents or not seen.odd):
        numbers: list[pa.Array] = []
        for values in columns.values():
            numbers += _with_points(values)
        exponents = _sent_alike(seen.exponents, numbers)
        if exponents is not None and seen.zeros in (0, sum(map(_whole_numbers, numbers))):
            return Sheet(rows, seen.zeros > 0, exponents)
    return _whole_page(document, rows)


def _whole_page(document: bytes, rows: int) -> Sheet:
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
        if not texts.equals(_shortest(pa.chunked_array([values]), Sheet(len(values)))):
            kept[name] = texts


def _with_points(values: pa.Array) -> Iterator[pa.Array]:
    """The numbers that have a point in their type, at any depth."""
    kind = values.type
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        yield values
    elif pa.types.is_list(kind):
        yield from _with_points(values.flatten())
    elif pa.types.is_struct(kind):
        for part in values.flatten():
            yield from _with_points(part)


def _whole_numbers(values: pa.Array) -> int:
    """How many of the numbers are whole."""
    return int(pc.sum(pc.equal(pc.floor(values), values)).as_py() or 0)


def _sent_alike(tokens: Sequence[str], numbers: Sequence[pa.Array]) -> dict[Decimal, str] | None:
    """How each number was sent that was sent with an exponent; None if one of them may also have
    been sent in another way.

    Args:
        tokens: those that were sent so.
        numbers: all of the page.
    """
    written = {Decimal(token): token for token in tokens}
    if not written:
        return {}
    if len(written) < len(set(tokens)) or not all(map(_is_shortest, tokens)):
        return None
    if any(pa.types.is_decimal(values.type) for values in numbers):
        return None
    wanted = pa.array(map(float, tokens), pa.float64())
    found = 0
    for values in numbers:
        found += pc.sum(pc.is_in(values, wanted)).as_py() or 0
    if found != len(tokens):
        return None
    return written


def _is_shortest(token: str) -> bool:
    """Whether a number is written as Python and .NET write a float: no zero, and none too many."""
    return repr(float(token)) == token.replace("E", "e")


def _shortest(column: pa.ChunkedArray, sheet: Sheet) -> pa.Array:
    """Values as text with the fewest digits, and no exponent but those that the sheet knows."""
    chunks = []
    for chunk in column.chunks:
        if pa.types.is_floating(chunk.type) or pa.types.is_decimal(chunk.type):
            chunk = pa.array(each(chunk.to_pylist(), lambda v: _digits(v, sheet)), pa.string())
        elif pa.types.is_nested(chunk.type):
            chunk = pa.array(each(chunk.to_pylist(), lambda v: _inside(v, sheet)), pa.string())
        else:
            chunk = text_of(chunk)
        chunks.append(chunk)
    return pa.concat_arrays([*chunks, pa.nulls(0, pa.string())])


def _digits(value: float | Decimal, sheet: Sheet) -> str:
    if isinstance(value, float):
        value = Decimal(repr(value))
    if value in sheet.exponents:
        return sheet.exponents[value]
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if sheet.zeros and "." not in text:
        text += ".0"
    return text


def _inside(value: Any, sheet: Sheet) -> str | None:
    return as_text(_written(value, sheet))


def _written(value: Any, sheet: Sheet) -> Any:
    """A value of lists and objects with its numbers as they were sent."""
    if isinstance(value, float | Decimal):
        return Token(_digits(value, sheet))
    if isinstance(value, list):
        return [_written(inner, sheet) for inner in value]
    if isinstance(value, dict):
        return {key: _written(inner, sheet) for key, inner in value.items()}
    return value
