"""The table of types: what each catalogue type is in JSON, in Arrow and in pandas."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pandas as pd
import pyarrow as pa

from stnb.catalog import Column

from . import pandas_private  # noqa: F401 - pd.read_parquet then knows our dtypes
from .nested import NestedDtype

Dtypes = Literal["typed", "decimal", "raw"]  # see `Shape.dtypes`
# 18 digits, as Arrow's product of two such still has a place in its 38. If an amount needs more,
# every one of .NET's (29 digits, 28 of them behind the point) has a place in the wide one, whose
# sums are right and whose products are too long.
AMOUNT, WIDE = pa.decimal128(18, 6), pa.decimal256(76, 38)

# catalogue type -> (as read from JSON, as kept in Arrow, pandas dtype); nested and unknown ones are
# below
TYPES: dict[str, tuple[pa.DataType, pa.DataType, str]] = {
    "integer": (pa.int64(), pa.int64(), "Int64"),
    "decimal": (pa.float64(), pa.float64(), "Float64"),
    "number": (pa.float64(), pa.float64(), "Float64"),
    "boolean": (pa.bool_(), pa.bool_(), "boolean"),
    "string": (pa.string(), pa.string(), "str"),
    "enum": (pa.string(), pa.string(), "str"),
    "guid": (pa.string(), pa.string(), "str"),
    "html": (pa.string(), pa.string(), "str"),
    "date-time": (pa.string(), pa.timestamp("us", "UTC"), "datetime64[us, UTC]"),
    "date": (pa.string(), pa.timestamp("us"), "datetime64[us]"),
    "duration": (pa.string(), pa.duration("us"), "timedelta64[us]"),
    # The documents promise nothing: JSON text, so that nothing is lost.
    "any": (pa.string(), pa.string(), "str"),
    # Not of the catalogue: see `kind_of` and `as_asked`.
    "whole number": (pa.string(), pa.int64(), "Int64"),
    "exact decimal": (AMOUNT, AMOUNT, str(pd.ArrowDtype(AMOUNT))),
}
AS_SENT = {"date-time": "string", "date": "string", "duration": "string", "decimal": "number"}
# Hybrid frames, not all-Arrow ones: comparisons with date strings, to_period and resample work on
# them.
PANDAS: dict[pa.DataType, Any] = {
    pa.int64(): pd.Int64Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
    pa.float64(): pd.Float64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
    pa.string(): pd.StringDtype("pyarrow", na_value=float("nan")),
}


def pandas_type(kind: pa.DataType) -> Any:
    """The pandas dtype for an Arrow type, None for Arrow's own choice."""
    if pa.types.is_nested(kind):
        return NestedDtype(kind)
    if pa.types.is_decimal(kind):
        return pd.ArrowDtype(kind)
    return PANDAS.get(kind)


def is_number(kind: pa.DataType, *, decimal: bool = True) -> bool:
    """Whether values of an Arrow type are numbers.

    Args:
        decimal: whether decimals count; a reader of JSON makes none of them by itself.

    Example:
        >>> is_number(pa.int64()), is_number(pa.bool_())
        (True, False)
    """
    if decimal and pa.types.is_decimal(kind):
        return True
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def is_list(kind: pa.DataType) -> bool:
    """Whether values of an Arrow type are lists, in any of the forms that Arrow has for them."""
    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(is_it(kind) for is_it in lists)


def is_open(column: Column) -> bool:
    """Whether the documents promise nothing about a column, or about an array's elements."""
    if column.type == "array":
        return all(inner.type == "any" for inner in column.children)
    return column.type == "any"


def kind_of(column: Column) -> str:
    """A column's row in the table of types: its type, but "whole number" for a text that is the id
    of another resource.

    payments.typeId and its like are sent as text, while the ids that they lead to are numbers.
    """
    if column.type == "string" and column.refers:
        return "whole number"
    return column.type


def as_asked(column: Column, dtypes: Dtypes) -> Column:
    """A column of the catalogue as one that a pull with these `dtypes` has."""
    column = replace(column, children=tuple(as_asked(child, dtypes) for child in column.children))
    if dtypes == "decimal" and column.type == "decimal":
        return replace(column, type="exact decimal")
    if dtypes != "raw":
        return column
    kind = AS_SENT.get(column.type, column.type)
    if column.text:
        kind = "string"
    return replace(column, type=kind, text=False, refers=None)


def json_type(column: Column) -> pa.DataType:
    """The Arrow type that a column is read as; amounts sent as text are read as text."""
    if column.type == "object":
        return pa.struct([(c.name, json_type(c)) for c in column.children])
    if column.type == "array":
        if not column.children:
            return pa.list_(pa.string())
        return pa.list_(json_type(column.children[0]))
    if column.text:
        return pa.string()
    return TYPES[kind_of(column)][0]


def final_type(column: Column) -> pa.DataType:
    """The Arrow type that a column has in the end."""
    if column.type == "array":
        return json_type(column)
    return TYPES[kind_of(column)][1]


def dtype_of(column: Column) -> str:
    """The pandas dtype of a column by name, such as "Int64"; an object has none, as it is
    flattened.
    """
    if column.type == "object":
        return ""
    if column.type == "array":
        return str(pd.ArrowDtype(json_type(column)))
    return TYPES[kind_of(column)][2]
