"""The table of types: what each catalogue type is in JSON, in Arrow and in pandas, and one small converter for each.

Converters take an Arrow array as it was read and answer with the typed one; they raise `pa.ArrowInvalid` where a
value does not fit, and the column then stays text.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..catalog import Column, Endpoint

UTC_NS, UTC_US = pa.timestamp("ns", "UTC"), pa.timestamp("us", "UTC")
ZONE = r"(Z|z|[+-]\d\d:?\d\d)$"

# catalogue type -> (as read from JSON, as kept in Arrow, pandas dtype); nested and unknown ones are below
TYPES: dict[str, tuple[pa.DataType, pa.DataType, str]] = {
    "integer": (pa.int64(), pa.int64(), "Int64"),
    "decimal": (pa.float64(), pa.float64(), "Float64"),
    "number": (pa.float64(), pa.float64(), "Float64"),
    "boolean": (pa.bool_(), pa.bool_(), "boolean"),
    "string": (pa.string(), pa.string(), "str"),
    "enum": (pa.string(), pa.string(), "str"),
    "guid": (pa.string(), pa.string(), "str"),
    "html": (pa.string(), pa.string(), "str"),
    "date-time": (pa.string(), UTC_NS, "datetime64[ns, UTC]"),
    "date": (pa.string(), pa.timestamp("ns"), "datetime64[ns]"),
    "duration": (pa.string(), pa.duration("ns"), "timedelta64[ns]"),
    "any": (pa.string(), pa.string(), "str"),  # the documents promise nothing: JSON text, so that nothing is lost
}
# Hybrid frames, not all-Arrow ones: comparisons with date strings, to_period and resample work on them.
PANDAS: dict[pa.DataType, Any] = {
    pa.int64(): pd.Int64Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
    pa.float64(): pd.Float64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
    pa.string(): pd.StringDtype("pyarrow", na_value=float("nan")),
}


@pd.api.extensions.register_extension_dtype
class _NestedByName(pd.ArrowDtype):
    """Lets `pd.read_parquet` read what `to_parquet` wrote.

    pandas writes "list<item: int64>[pyarrow]" into the file's metadata and cannot read that name back. This answers
    to such names; the type itself is in the file.
    """

    @classmethod
    def construct_from_string(cls, string: str) -> _NestedByName:
        if isinstance(string, str) and re.fullmatch(r"(list|struct)<.*>\[pyarrow\]", string):
            return cls(pa.null())
        raise TypeError(f"{string!r} is no nested Arrow type")

    def __from_arrow__(self, array: pa.Array | pa.ChunkedArray) -> Any:
        return pd.arrays.ArrowExtensionArray(array)


def pandas_type(kind: pa.DataType) -> Any:
    """The pandas dtype for an Arrow type, None for Arrow's own choice."""
    return pd.ArrowDtype(kind) if pa.types.is_nested(kind) else PANDAS.get(kind)


# -- the shape of a row


@dataclass(frozen=True)
class Leaf:
    """A column of the frame: where it lies in a row, and what it is."""

    path: str
    column: Column


@dataclass(frozen=True)
class Shape:
    """What the rows of an endpoint look like.

    Attributes:
        leaves: the frame's columns in order; objects are flattened to dotted paths.
        rows: the Arrow type of a row as read from JSON.
    """

    leaves: tuple[Leaf, ...]
    rows: pa.DataType

    @functools.cached_property
    def by_path(self) -> dict[str, Column]:
        return {leaf.path: leaf.column for leaf in self.leaves}

    @functools.cached_property
    def open(self) -> frozenset[str]:
        """The columns of which the documents promise nothing."""
        return frozenset(leaf.path for leaf in self.leaves if is_open(leaf.column))


@functools.cache
def shape_of(endpoint: Endpoint) -> Shape:
    """The shape that the catalogue promises for an endpoint's rows."""
    return Shape(tuple(_leaves(endpoint.columns)), _struct(endpoint.columns))


def _leaves(columns: tuple[Column, ...], above: str = "") -> Iterator[Leaf]:
    for column in columns:
        path = f"{above}{column.name}"
        if column.type == "object":
            yield from _leaves(column.children, f"{path}.")
        else:
            yield Leaf(path, column)


def _struct(columns: tuple[Column, ...]) -> pa.DataType:
    """What a row's objects are read as; what the documents promise nothing of is left to Arrow to find out."""
    inner = {c.name: _struct(c.children) if c.type == "object" else json_type(c) for c in columns if not is_open(c)}
    return pa.struct(list(inner.items()))


def is_open(column: Column) -> bool:
    """Whether the documents promise nothing of a column, or of an array's elements."""
    return column.type == "any" or (column.type == "array" and all(c.type == "any" for c in column.children))


def json_type(column: Column) -> pa.DataType:
    """The Arrow type that a column is read as; amounts sent as text are read as text."""
    if column.type == "object":
        return pa.struct([(c.name, json_type(c)) for c in column.children])
    if column.type == "array":
        return pa.list_(json_type(column.children[0])) if column.children else pa.list_(pa.string())
    return pa.string() if column.text else TYPES[column.type][0]


def final_type(column: Column) -> pa.DataType:
    """The Arrow type that a column has in the end."""
    return json_type(column) if column.type == "array" else TYPES[column.type][1]


def dtype_of(column: Column) -> str:
    """The pandas dtype of a column by name, such as "Int64"; an object has none, as it is flattened."""
    if column.type == "object":
        return ""
    return str(pd.ArrowDtype(json_type(column))) if column.type == "array" else TYPES[column.type][2]


# -- converters


def to_date_time(values: pa.Array) -> pa.Array:
    """ISO text with 0 to 9 fraction digits and any zone (none means UTC) -> UTC, in ns, or µs outside its years."""
    zoned = values
    lacking = pc.invert(pc.match_substring_regex(values, ZONE))
    if pc.any(lacking).as_py():
        zoned = pc.if_else(lacking, pc.binary_join_element_wise(values, "Z", ""), values)
    try:
        return zoned.cast(UTC_NS)
    except pa.ArrowInvalid:
        return pc.replace_substring_regex(zoned, r"(\.\d{6})\d+", r"\1").cast(UTC_US)


def to_date(values: pa.Array) -> pa.Array:
    """A calendar day, with or without midnight and zone behind it -> a timestamp without a zone."""
    days = pc.replace_substring_regex(values, ZONE, "")
    try:
        return days.cast(pa.timestamp("ns"))
    except pa.ArrowInvalid:
        return days.cast(pa.timestamp("us"))


def to_amount(values: pa.Array) -> pa.Array:
    """Amounts as text -> numbers; an empty text is a missing amount."""
    if not pa.types.is_string(values.type):
        return values.cast(pa.float64())
    trimmed = pc.utf8_trim_whitespace(values)
    numbers = pc.if_else(pc.equal(trimmed, ""), None, trimmed).cast(pa.float64())
    if pc.any(pc.invert(pc.is_finite(numbers))).as_py():
        raise pa.ArrowInvalid("no amount: nan or infinity")
    return numbers


def to_duration(values: pa.Array) -> pa.Array:
    """.NET's "[-][d.]hh:mm:ss[.fffffff]", or ISO 8601 -> a duration; each distinct text is read once."""
    distinct = values.dictionary_encode()
    parsed = pa.array([None if t is None else _nanoseconds(t) for t in distinct.dictionary.to_pylist()], pa.duration("ns"))
    return pc.take(parsed, distinct.indices)


def _nanoseconds(text: str) -> int:
    net = re.fullmatch(r"(-)?(?:(\d+)\.)?(\d+):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?", text.strip())
    if net:
        sign, days, hours, minutes, seconds, fraction = net.groups()
        whole = ((int(days or 0) * 24 + int(hours)) * 60 + int(minutes)) * 60 + int(seconds or 0)
        total = whole * 10**9 + int((fraction or "").ljust(9, "0"))
        if total >= 2**63:  # 292 years; .NET's largest is 29,000
            raise pa.ArrowInvalid(f"no duration that fits: {text[:20]}")
        return -total if sign else total
    try:
        return int(pd.Timedelta(text).as_unit("ns").value) if text.strip().upper().lstrip("-").startswith("P") else int("no")
    except (ValueError, OverflowError):
        raise pa.ArrowInvalid(f"no duration: {text[:20]}") from None


CONVERTERS: dict[str, Callable[[pa.Array], pa.Array]] = {
    "date-time": to_date_time,
    "date": to_date,
    "duration": to_duration,
    "decimal": to_amount,
}
