"""What a search reads of a column: its texts and its figures, whatever their depth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .columns import encode, mask_of, plain_array

DAY = 86_400  # s
TEXTS, FIGURES = "texts", "figures"


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


def leaves_of(array: Any, rows: NDArray[np.int64] | None, what: str) -> Iterator[Leaf]:
    """The texts, or the figures, inside an array of any depth. A list is found if one of its
    entries is.
    """
    array = plain_array(array)
    kind = array.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        parents = pc.list_parent_indices(array).to_numpy()
        if rows is not None:
            parents = rows[parents]
        yield from leaves_of(pc.list_flatten(array), parents, what)
    elif pa.types.is_struct(kind):
        for field in array.flatten():
            yield from leaves_of(field, rows, what)
    elif what == TEXTS:
        yield from _text_leaf(array, rows)
    elif _is_figure(kind):
        yield _figure_leaf(array, rows)


def _text_leaf(array: Any, rows: NDArray[np.int64] | None) -> Iterator[Leaf]:
    kind = array.type
    silent = pa.types.is_boolean(kind) or pa.types.is_null(kind) or pa.types.is_duration(kind)
    if not silent and not _is_figure(kind):
        leaf = _leaf("text", array.cast(pa.large_string()), rows)
        yield leaf._replace(values=pc.utf8_lower(leaf.values))


def _figure_leaf(array: Any, rows: NDArray[np.int64] | None) -> Leaf:
    if pa.types.is_date(array.type) or pa.types.is_timestamp(array.type):
        return _time_leaf(array, rows)
    if pa.types.is_floating(array.type):
        leaf = _leaf("float", array, rows)
        return leaf._replace(values=_as_python_writes(leaf.values.cast(pa.string())))
    leaf = _leaf("number", array, rows)
    return leaf._replace(values=leaf.values.cast(pa.string()))


def _is_figure(kind: Any) -> bool:
    """Whether values of a type are numbers or times."""
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    return number or pa.types.is_date(kind) or pa.types.is_timestamp(kind)


def _leaf(kind: str, array: Any, rows: NDArray[np.int64] | None) -> Leaf:
    encoded = encode(array)
    if encoded is None:
        return Leaf(kind, array, None, rows)
    return Leaf(kind, encoded.values, encoded.codes, rows)


def _as_python_writes(numbers: Any) -> Any:
    """Arrow's texts of floats as Python has them: 2.0 for 2, and 1e-07 for 1e-7."""
    odd = pc.or_(pc.invert(pc.match_substring(numbers, ".")), pc.match_substring(numbers, "e"))
    odd = pc.fill_null(odd, False)
    few = numbers.filter(odd)
    if not len(few):
        return numbers
    whole = pc.match_substring_regex(few, r"^-?\d+$")
    few = pc.if_else(whole, pc.binary_join_element_wise(few, ".0", ""), few)
    few = pc.replace_substring_regex(few, r"e(-|\+)(\d)$", r"e\10\2")
    return pc.replace_with_mask(numbers, odd, few)


def _time_leaf(array: Any, rows: NDArray[np.int64] | None) -> Leaf:
    """Days and seconds by the wall clock: of both there are few, even if all times differ."""
    timed = pa.types.is_timestamp(array.type)
    if timed and array.type.tz:
        array = pc.local_timestamp(array)
    whole = array.cast(pa.timestamp("s"), safe=False).cast(pa.int64())
    seconds = pc.fill_null(whole, 0).to_numpy()
    days, codes = np.unique(seconds // DAY, return_inverse=True)
    codes[mask_of(array.is_null())] = -1
    texts = np.datetime_as_string(days.astype("datetime64[D]")).tolist()
    of_day = (seconds % DAY).astype(np.int32) if timed else None
    return Leaf("time", pa.array(texts, pa.string()), codes.astype(np.int32), rows, of_day)
