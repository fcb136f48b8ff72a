"""Values as text, exactly: what a column becomes if its values do not fit its type."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Column


def each(values: Iterable[Any], convert: Callable[[Any], Any]) -> list[Any]:
    """The values, converted one by one; None stays None."""
    return [None if value is None else convert(value) for value in values]


def as_text(value: Any) -> str | None:
    """A value as text; half of a surrogate pair, as of an emoji that was cut in two, is written as
    its escape.
    """
    if value is None:
        return None
    text: str = value
    if not isinstance(value, str):
        text = _json(value)
    return text.encode("utf-8", "backslashreplace").decode()


def _json(value: Any) -> str:
    """JSON text; decimals are written with all their digits."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except TypeError:  # json knows no decimals
        pass
    if isinstance(value, dict):
        fields = [f"{_json(key)}:{_json(inner)}" for key, inner in value.items()]
        return f"{{{','.join(fields)}}}"
    if isinstance(value, list):
        return f"[{','.join(map(_json, value))}]"
    return str(value)


def text_of(values: pa.Array) -> pa.Array:
    """Any array as text, exactly: JSON for lists and objects, ISO 8601 for times."""
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_string(kind):
        return values.cast(pa.string())
    if pa.types.is_timestamp(kind):
        zone = "Z" if kind.tz else ""
        return pc.strftime(values, f"%Y-%m-%dT%H:%M:%S{zone}")
    convert: Callable[[Any], str | None] = as_text
    if pa.types.is_decimal(kind):
        convert = _without_zeros
    elif pa.types.is_duration(kind):
        convert = _iso
    return pa.array(each(values.to_pylist(), convert), pa.string())


def _without_zeros(value: Decimal) -> str:
    """The digits without the zeros that the scale of the type puts behind them."""
    return f"{value:f}".rstrip("0").rstrip(".")


def _iso(value: Any) -> str:
    return pd.Timedelta(value).isoformat()


def open_texts(values: list[Any], column: Column) -> pa.Array:
    """What may hold anything, as JSON text: one text a value, or one an element of an array."""
    if column.type == "any":
        return pa.array(list(map(as_text, values)), pa.string())
    return pa.array(each(values, _texts), pa.list_(pa.string()))


def _texts(value: Any) -> list[str | None]:
    """The elements as text; a value that is no list counts as a list of one."""
    if isinstance(value, list):
        return list(map(as_text, value))
    return [as_text(value)]
