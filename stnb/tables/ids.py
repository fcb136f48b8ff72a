"""The ids in a frame's column, as Arrow: also those in lists, and those that came as text or as
floats.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog.facts import LARGEST_EXACT

WHOLE = r"^[+-]?\d{1,18}$"


def located(df: pd.DataFrame, path: str) -> tuple[str, list[str]] | None:
    """The frame's column that a path begins with and the rest of the path; None where the frame has
    no such column.

    Example:
        >>> located(invoices, "items.skuId")
        ('items', ['skuId'])
    """
    parts = path.split(".")
    for n in range(len(parts), 0, -1):
        if (name := ".".join(parts[:n])) in df.columns:
            return name, parts[n:]
    return None


def column_of(values: pd.Series[Any]) -> pa.Array:
    """A column as one Arrow array; offsets of lists begin at 0."""
    array = pa.array(values, from_pandas=True)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_large_list(array.type):
        array = array.cast(pa.list_(array.type.value_type))
    return pa.concat_arrays([array, array.slice(0, 0)]) if array.offset else array


def unlisted(array: pa.Array) -> pa.Array:
    """The elements of lists, however deep; other values as they are."""
    while pa.types.is_list(array.type):
        array = array.flatten()
    return array


def distinct(df: pd.DataFrame, path: str) -> pa.Array:
    """The ids at a path, each once, in the order in which they come; missing ones are left out.

    Args:
        path: a column of the frame, which may hold lists, and a way into their elements:
            "items.skuId".
    """
    place = located(df, path)
    if place is None:
        return pa.array([], pa.int64())
    array = unlisted(column_of(df[place[0]]))
    for part in place[1]:
        inner = pa.types.is_struct(array.type) and array.type.get_field_index(part) >= 0
        array = unlisted(pc.struct_field(array, part)) if inner else pa.nulls(0)
    ids = _plain(pc.unique(array).drop_null())
    return (
        ids.filter(pc.not_equal(ids, "")) if pa.types.is_string(ids.type) else ids
    )  # v2 calls write no number as ""


def _plain(texts: pa.Array) -> pa.Array:
    """Lists that are kept as JSON text, as a column is that differs from the catalogue, are opened
    too.
    """
    if pa.types.is_large_string(texts.type):
        texts = texts.cast(pa.string())
    if not pa.types.is_string(texts.type):
        return texts
    if not pc.any(pc.starts_with(pc.utf8_ltrim_whitespace(texts), "[")).as_py():
        return texts
    found = [
        str(e) for text in texts.to_pylist() for e in _elements(text) if isinstance(e, int | str)
    ]
    return pc.unique(pa.array(found, pa.string()))


def _elements(text: str) -> list[Any]:
    try:
        read = json.loads(text)
    except ValueError:
        return [text]
    return read if isinstance(read, list) else [text]


def fit(ids: pa.Array, kind: pa.DataType) -> pa.Array:
    """The ids as another type, null where one does not fit: "41" and 41.0 are 41, as
    payments.typeId is text (facts §8).

    Args:
        kind: int64 or string.
    """
    if ids.type == kind or pa.types.is_null(ids.type):
        return ids.cast(kind)
    if pa.types.is_integer(ids.type):
        return ids.cast(kind)
    if pa.types.is_floating(ids.type):
        exact = pc.and_(pc.equal(pc.floor(ids), ids), pc.less(pc.abs(ids), float(LARGEST_EXACT)))
        return pc.if_else(exact, ids, None).cast(pa.int64()).cast(kind)
    if not (pa.types.is_string(ids.type) or pa.types.is_large_string(ids.type)):
        return pa.nulls(len(ids), kind)
    if pa.types.is_string(kind):
        return ids.cast(kind)
    trimmed = pc.utf8_trim_whitespace(ids)
    return pc.if_else(pc.match_substring_regex(trimmed, WHOLE), trimmed, None).cast(kind)
