"""What a search reads of a column: its texts and its figures, whatever their depth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .columns import Encoded, encode, plain_array
from .scan import memory
from .search_numbers import LARGE, of_amounts, of_integers
from .search_times import Times

BEYOND_ASCII = 128
SMALL = 1e-3  # floats below it, as those beyond LARGE, Arrow may write with an exponent
TEXTS, FIGURES = "texts", "figures"
Encoder = Callable[[Any], Encoded | None]


class Leaf(NamedTuple):
    """One searchable array: a column, or what lies at one place inside a nested one.

    Attributes:
        kind: "text", "number", "float" or "time".
        values: lower-cased text, or numbers as they are written, as an Arrow array; numbers by
            their digits, as Figures; or Times.
        codes: for each entry the index of its value, -1 if missing; None: the values are the
            entries.
        rows: the row of each entry; None: the entries are the rows.
    """

    kind: str
    values: Any
    codes: NDArray[np.int32] | None
    rows: NDArray[np.int64] | None

    @property
    def nbytes(self) -> int:
        """The memory that it takes."""
        size = int(self.values.nbytes)
        if self.codes is not None:
            size += self.codes.nbytes
        return size


def leaves_of(
    array: Any, rows: NDArray[np.int64] | None, what: str, encoder: Encoder = encode
) -> Iterator[Leaf]:
    """The texts, or the figures, inside an array of any depth. A list is found if one of its
    entries is.

    Args:
        encoder: gives an array by its different values; None to search every entry of it.
    """
    array = plain_array(array)
    kind = array.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        parents = pc.list_parent_indices(array).to_numpy()
        if rows is not None:
            parents = rows[parents]
        yield from leaves_of(pc.list_flatten(array), parents, what, encoder)
    elif pa.types.is_struct(kind):
        for field in array.flatten():
            yield from leaves_of(field, rows, what, encoder)
    elif what == TEXTS:
        yield from _text_leaf(array, rows, encoder)
    elif _is_figure(kind):
        yield _figure_leaf(array, rows, encoder)


def _text_leaf(array: Any, rows: NDArray[np.int64] | None, encoder: Encoder) -> Iterator[Leaf]:
    kind = array.type
    silent = pa.types.is_boolean(kind) or pa.types.is_null(kind) or pa.types.is_duration(kind)
    if not silent and not _is_figure(kind):
        leaf = _leaf("text", array, rows, encoder)
        yield leaf._replace(values=_lower(leaf.values.cast(pa.large_string())))


def _lower(texts: Any) -> Any:
    """Texts in small letters. Arrow does it far faster if it need not look beyond ASCII."""
    data, _ = memory(texts)
    if len(data) and data.max() >= BEYOND_ASCII:
        return pc.utf8_lower(texts)
    return pc.ascii_lower(texts)


def _figure_leaf(array: Any, rows: NDArray[np.int64] | None, encoder: Encoder) -> Leaf:
    if pa.types.is_date(array.type) or pa.types.is_timestamp(array.type):
        return Leaf("time", Times(array), None, rows)
    floating = pa.types.is_floating(array.type)
    leaf = _leaf("float" if floating else "number", array, rows, encoder)
    figures = None
    if floating:
        figures = of_amounts(leaf.values)
    elif pa.types.is_integer(array.type):
        figures = of_integers(leaf.values)
    if figures is not None:
        return leaf._replace(values=figures)
    if floating:
        return leaf._replace(values=_as_python_writes(leaf.values))
    return leaf._replace(values=leaf.values.cast(pa.string()))


def _is_figure(kind: Any) -> bool:
    """Whether values of a type are numbers or times."""
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    return number or pa.types.is_date(kind) or pa.types.is_timestamp(kind)


def _leaf(kind: str, array: Any, rows: NDArray[np.int64] | None, encoder: Encoder) -> Leaf:
    encoded = encoder(array)
    if encoded is None:
        return Leaf(kind, array, None, rows)
    return Leaf(kind, encoded.values, encoded.codes, rows)


def _as_python_writes(numbers: Any) -> Any:
    """Floats as Python has them, where Arrow writes 2 for 2.0, and 1e+10 for 10000000000.0."""
    # To look at the numbers is faster than to look at their texts.
    values = pc.fill_null(numbers, 0.5).to_numpy()
    size = np.abs(values)
    texts = numbers.cast(pa.string())
    extreme = (size >= LARGE) | ((size < SMALL) & (size > 0))
    whole = (values == np.floor(values)) & ~extreme
    if whole.any():
        with_zero = pc.binary_join_element_wise(texts.filter(pa.array(whole)), ".0", "")
        texts = pc.replace_with_mask(texts, pa.array(whole), with_zero)
    if extreme.any():
        written = pa.array([str(value) for value in values[extreme]], pa.string())
        texts = pc.replace_with_mask(texts, pa.array(extreme), written)
    return texts
