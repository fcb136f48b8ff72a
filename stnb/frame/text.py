"""Values as text, exactly: what a column becomes where its values do not fit its type."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Column


def as_text(value: Any) -> str | None:
    """A value as text; half of a surrogate pair, as of an emoji that was cut in two, is written as
    its escape.
    """
    if value is None:
        return None
    text = value if isinstance(value, str) else _json(value)
    return text.encode("utf-8", "backslashreplace").decode()


def _json(value: Any) -> str:
    """JSON text; decimals are written with all their digits."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except TypeError:  # json knows no decimals
        pass
    if isinstance(value, dict):
        return f"{{{','.join(f'{_json(key)}:{_json(inner)}' for key, inner in value.items())}}}"
    return f"[{','.join(map(_json, value))}]" if isinstance(value, list) else str(value)


def text_of(values: pa.Array) -> pa.Array:
    """Any array as text, exactly: JSON for what is nested, ISO 8601 for times."""
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_string(kind):
        return values.cast(pa.string())
    if pa.types.is_timestamp(kind):
        return pc.strftime(values, "%Y-%m-%dT%H:%M:%SZ" if kind.tz else "%Y-%m-%dT%H:%M:%S")
    if pa.types.is_decimal(kind):  # without the zeros that its scale puts behind
        return pa.array(
            [None if v is None else f"{v:f}".rstrip("0").rstrip(".") for v in values.to_pylist()],
            pa.string(),
        )
    if pa.types.is_duration(kind):
        return pa.array(
            [None if v is None else pd.Timedelta(v).isoformat() for v in values.to_pylist()],
            pa.string(),
        )
    return pa.array([as_text(v) for v in values.to_pylist()], pa.string())


def open_texts(values: list[Any], column: Column) -> pa.Array:
    """What may hold anything, as JSON text: one text a value, or one an element of an array."""
    if column.type == "any":
        return pa.array([as_text(v) for v in values], pa.string())
    lists = [v if v is None or isinstance(v, list) else [v] for v in values]
    return pa.array(
        [None if v is None else [as_text(x) for x in v] for v in lists], pa.list_(pa.string())
    )
