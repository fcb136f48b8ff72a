"""The ids in a frame's column as Arrow, also ids in lists and ids that are texts or floats."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog.facts import LARGEST_EXACT
from stnb.errors.nesting import loads
from stnb.frame.text import as_text

LARGEST_ID = pa.scalar(2**63 - 1, pa.uint64())
REFUSED = (pa.ArrowException, TypeError, ValueError, OverflowError)
WHOLE = r"^[+-]?\d{1,18}(\.0+)?$"


def located(df: pd.DataFrame, path: str) -> tuple[str, list[str]] | None:
    """The frame's column that a path begins with, and the rest of the path.

    Returns:
        None if the frame has no such column.

    Example:
        >>> located(invoices, "items.skuId")
        ('items', ['skuId'])
    """
    parts = path.split(".")
    for n in range(len(parts), 0, -1):
        name = ".".join(parts[:n])
        if name in df.columns:
            return name, parts[n:]
    return None


def column_of(values: pd.Series[Any]) -> pa.Array:
    """A column as one Arrow array, in which the offsets of lists begin at 0.

    An analyst's own column may hold what Arrow has no type for, or cannot compare: values of
    several types, integers beyond 64 bits, periods. They are texts then.
    """
    try:
        array = pa.array(values, from_pandas=True)
    except REFUSED:
        return _texts(values)
    if isinstance(array.type, pa.BaseExtensionType):
        return _texts(values)
    if pa.types.is_float16(array.type):
        return array.cast(pa.float32())
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_large_list(array.type):
        array = array.cast(pa.list_(array.type.value_type))
    if array.offset:
        return pa.concat_arrays([array, array.slice(0, 0)])  # a copy, which begins at 0
    return array


def _texts(values: pd.Series[Any]) -> pa.Array:
    texts = [None if _is_missing(value) else as_text(str(value)) for value in values]
    return pa.array(texts, pa.string())


def _is_missing(value: Any) -> bool:
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    return isinstance(value, float | np.floating | Decimal) and bool(value != value)


def unlisted(array: pa.Array) -> pa.Array:
    """The elements of lists, however deep they lie; other values as they are."""
    while pa.types.is_list(array.type):
        array = array.flatten()
    return array


def distinct(df: pd.DataFrame, path: str) -> pa.Array:
    """The ids at a path, each once and in order of appearance, without missing ones.

    Args:
        path: a column of the frame, or a path into the elements of its lists, such as
            "items.skuId".
    """
    place = located(df, path)
    if place is None:
        return pa.array([], pa.int64())
    array = unlisted(column_of(df[place[0]]))
    for part in place[1]:
        if not pa.types.is_struct(array.type) or array.type.get_field_index(part) < 0:
            return pa.nulls(0)
        array = unlisted(pc.struct_field(array, part))
    ids = _opened(pc.unique(array).drop_null())
    if pa.types.is_string(ids.type):
        return ids.filter(pc.not_equal(ids, ""))  # calls of version 2 have "" for no id
    return ids


def _opened(texts: pa.Array) -> pa.Array:
    """The ids in lists that are kept as JSON text because they differ from the catalogue."""
    if pa.types.is_large_string(texts.type):
        texts = texts.cast(pa.string())
    if not pa.types.is_string(texts.type):
        return texts
    if not pc.any(pc.starts_with(pc.utf8_ltrim_whitespace(texts), "[")).as_py():
        return texts
    found = []
    for text in texts.to_pylist():
        found += [each for each in _elements(text) if each is not None]
    return pc.unique(pa.array(found, pa.string()))


def opened_lists(texts: pa.Array) -> pa.ListArray:
    """Lists that are kept as JSON text, as lists of ids, which are texts; a value that is no list
    is a list of one, and what is no id is missing.

    Example:
        >>> opened_lists(pa.array(['[1,"x"]', None, "7"])).to_pylist()
        [['1', 'x'], None, ['7']]
    """
    lists = [None if text is None else _elements(text) for text in texts.to_pylist()]
    return pa.array(lists, pa.list_(pa.string()))


def _elements(text: str) -> list[str | None]:
    try:
        read = loads(text)
    except ValueError:
        return [text]
    if not isinstance(read, list):
        return [text]
    return list(map(_as_id, read))


def _as_id(element: Any) -> str | None:
    """An element of a list as the text of an id, None if it is none."""
    if isinstance(element, float) and element.is_integer() and abs(element) < LARGEST_EXACT:
        return str(int(element))
    if isinstance(element, bool) or not isinstance(element, int | str):
        return None
    return str(element)


def fit(ids: pa.Array, kind: pa.DataType) -> pa.Array:
    """The ids as another type, with null for each that does not fit.

    "41", 41.0 and "41.0" are 41: the API sends `accounting.payments.typeId` as text, and pandas
    makes floats of whole numbers beside missing ones.

    Args:
        kind: int64 or string.
    """
    if pa.types.is_uint64(ids.type):
        ids = pc.if_else(pc.less_equal(ids, LARGEST_ID), ids, None)
    if ids.type == kind or pa.types.is_null(ids.type) or pa.types.is_integer(ids.type):
        return ids.cast(kind)
    if pa.types.is_floating(ids.type):
        whole = pc.equal(pc.floor(ids), ids)
        exact = pc.and_(whole, pc.less(pc.abs(ids), float(LARGEST_EXACT)))
        return pc.if_else(exact, ids, None).cast(pa.int64()).cast(kind)
    if not (pa.types.is_string(ids.type) or pa.types.is_large_string(ids.type)):
        return pa.nulls(len(ids), kind)
    if pa.types.is_string(kind):
        return ids.cast(kind)
    trimmed = pc.utf8_trim_whitespace(ids)
    digits = pc.match_substring_regex(trimmed, WHOLE)
    whole = pc.replace_substring_regex(trimmed, r"\.0+$", "")
    return pc.if_else(digits, whole, None).cast(kind)
