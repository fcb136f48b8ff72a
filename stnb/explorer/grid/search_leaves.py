"""What a search reads of a column: its texts and its figures, whatever their depth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from . import scan
from .columns import Encoded, encode, plain_array
from .search_floats import as_python_writes, of_floats
from .search_numbers import of_amounts, of_integers
from .search_times import Times

BEYOND_ASCII = 128
TEXTS, FIGURES = "texts", "figures"
Encoder = Callable[[Any], Encoded | None]
Rows = NDArray[np.int64] | None  # of the entries of an array; None: the entries are the rows


class Leaf(NamedTuple):
    """One searchable array: a column, or what lies at one place inside a nested one.

    Attributes:
        kind: "text", "number", "float" or "time".
        values: lower-cased text, or numbers as they are written, as an Arrow array; numbers by
            their digits, as Figures or Floats; or Times.
        codes: for each entry the index of its value, -1 if missing; None: the values are the
            entries.
        rows: the row of each entry; None: the entries are the rows.
    """

    kind: str
    values: Any
    codes: NDArray[np.int32] | None
    rows: Rows

    @property
    def nbytes(self) -> int:
        """The memory that it takes."""
        size = int(self.values.nbytes)
        if self.codes is not None:
            size += self.codes.nbytes
        return size


def leaves_of(array: Any, rows: Rows, what: str, encoder: Encoder = encode) -> Iterator[Leaf]:
    """The texts, or the figures, inside an array of any depth. A list is found if one of its
    entries is.

    Args:
        encoder: gives an array by its different values; None to search every entry of it.
    """
    for part, of in _flat(array, rows):
        if what == TEXTS and _is_text(part.type):
            yield _text_leaf(part, of, encoder)
        elif what == FIGURES and _is_figure(part.type):
            yield _figure_leaf(part, of, encoder)


def unread_texts(array: Any) -> list[Leaf] | None:
    """The texts inside an array of any depth as they are; None if they are no texts of Arrow.

    They serve for words without letters, for which nothing needs to be prepared.
    """
    texts = [(part, rows) for part, rows in _flat(array, None) if _is_text(part.type)]
    if all(_is_string(part.type) for part, _ in texts):
        return [Leaf("text", part, None, rows) for part, rows in texts]
    return None


def _flat(array: Any, rows: Rows) -> Iterator[tuple[Any, Rows]]:
    """What lies inside an array of any depth: arrays of plain values, with the rows of these."""
    array = plain_array(array)
    kind = array.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        parents = pc.list_parent_indices(array).to_numpy()
        if rows is not None:
            parents = rows[parents]
        yield from _flat(pc.list_flatten(array), parents)
    elif pa.types.is_struct(kind):
        for field in array.flatten():
            yield from _flat(field, rows)
    else:
        yield array, rows


def _text_leaf(array: Any, rows: Rows, encoder: Encoder) -> Leaf:
    leaf = _leaf("text", array, rows, encoder)
    return leaf._replace(values=_lower(leaf.values.cast(pa.large_string())))


def _lower(texts: Any) -> Any:
    """Texts in small letters. Arrow does it far faster if it need not look beyond ASCII."""
    data, _ = scan.memory(texts)
    if len(data) and data.max() >= BEYOND_ASCII:
        return pc.utf8_lower(texts)
    return pc.ascii_lower(texts)


def _figure_leaf(array: Any, rows: Rows, encoder: Encoder) -> Leaf:
    if pa.types.is_date(array.type) or pa.types.is_timestamp(array.type):
        return Leaf("time", Times(array), None, rows)
    floating = pa.types.is_floating(array.type)
    leaf = _leaf("float" if floating else "number", array, rows, encoder)
    if pa.types.is_integer(array.type):
        return leaf._replace(values=of_integers(leaf.values))
    if not floating:
        return leaf._replace(values=leaf.values.cast(pa.string()))
    floats = of_amounts(leaf.values) or of_floats(leaf.values)
    return leaf._replace(values=floats or as_python_writes(leaf.values))


def _is_text(kind: Any) -> bool:
    """Whether values of a type are searched by their texts."""
    silent = pa.types.is_boolean(kind) or pa.types.is_null(kind) or pa.types.is_duration(kind)
    return not silent and not _is_figure(kind)


def _is_string(kind: Any) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _is_figure(kind: Any) -> bool:
    """Whether values of a type are numbers or times."""
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    return number or pa.types.is_date(kind) or pa.types.is_timestamp(kind)


def _leaf(kind: str, array: Any, rows: Rows, encoder: Encoder) -> Leaf:
    encoded = encoder(array)
    if encoded is None:
        return Leaf(kind, array, None, rows)
    return Leaf(kind, encoded.values, encoded.codes, rows)
