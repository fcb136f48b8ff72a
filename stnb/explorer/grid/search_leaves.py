"""What a search reads of a column: its texts and its figures, whatever their depth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .columns import Encoded, Mask, encode, mask_of, plain_array
from .scan import memory

DAY = 86_400  # s
BEYOND_ASCII = 128
SMALL, LARGE = 1e-3, 1e9  # floats beyond these Arrow may write with an exponent
CENTS = pa.array([str(cent / 100)[1:] for cent in range(100)])  # from ".0" to ".99"
MOST_DAYS = 200_000  # between the first and the last, that are all written
TEXTS, FIGURES = "texts", "figures"
Encoder = Callable[[Any], Encoded | None]


class Leaf(NamedTuple):
    """One searchable array: a column, or what lies at one place inside a nested one.

    Attributes:
        kind: "text", "number", "float" or "time".
        values: lower-cased text, or numbers and days as they are written; an Arrow array.
        codes: for each entry the index of its value, -1 if missing; None: the values are the
            entries.
        rows: the row of each entry; None: the entries are the rows.
        seconds: of the day, for entries that are times.
    """

    kind: str
    values: Any
    codes: NDArray[np.int32] | None
    rows: NDArray[np.int64] | None
    seconds: NDArray[np.int32] | None = None

    @property
    def nbytes(self) -> int:
        """The memory that it takes."""
        size = int(self.values.nbytes)
        if self.codes is not None:
            size += self.codes.nbytes
        if self.seconds is not None:
            size += self.seconds.nbytes
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
        return _time_leaf(array, rows)
    if pa.types.is_floating(array.type):
        leaf = _leaf("float", array, rows, encoder)
        return leaf._replace(values=_as_python_writes(leaf.values))
    leaf = _leaf("number", array, rows, encoder)
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
    double = values.dtype == np.float64 and len(values) > 0
    if double and size.max() < LARGE:  # False if one is not a number
        cents = np.rint(size * 100)
        if (cents / 100 == size).all():
            return _amounts(cents.astype(np.int64), np.signbit(values), numbers.is_null())
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


def _amounts(cents: NDArray[np.int64], negative: Mask, missing: Any) -> Any:
    """Amounts of whole cents as texts. Arrow writes integers far faster than floats."""
    whole, cent = np.divmod(cents, 100)
    parts = [pa.array(whole, mask=mask_of(missing)).cast(pa.string()), CENTS.take(pa.array(cent))]
    if negative.any():
        parts.insert(0, pa.array(["", "-"]).take(pa.array(negative.astype(np.int8))))
    return pc.binary_join_element_wise(*parts, "")


def _time_leaf(array: Any, rows: NDArray[np.int64] | None) -> Leaf:
    """Days and seconds by the wall clock: of both there are few, even if all times differ."""
    timed = pa.types.is_timestamp(array.type)
    if timed and array.type.tz:
        array = pc.local_timestamp(array)
    whole = array.cast(pa.timestamp("s"), safe=False).cast(pa.int64())
    # A missing time takes any other's place, so that the days lie close together.
    seconds = pc.fill_null(whole, pc.min(whole).as_py() or 0).to_numpy()
    days, codes = _days(seconds // DAY)
    codes[mask_of(array.is_null())] = -1
    texts = np.datetime_as_string(days.astype("datetime64[D]")).tolist()
    of_day = (seconds % DAY).astype(np.int32) if timed else None
    return Leaf("time", pa.array(texts, pa.string()), codes, rows, of_day)


def _days(of_entries: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The days that may be searched in their order, and for each entry the index of its day."""
    if len(of_entries):
        first, last = int(of_entries.min()), int(of_entries.max())
        if last - first < MOST_DAYS:
            return np.arange(first, last + 1), (of_entries - first).astype(np.int32)
    days, codes = np.unique(of_entries, return_inverse=True)
    return days, codes.astype(np.int32)
