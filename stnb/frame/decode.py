"""One page's bytes -> one typed Arrow table.

The fast path reads a page as one JSON document with the schema of the catalogue (pyarrow.json, off the GIL). A page
that it refuses, because a value is of another type than promised, takes the careful path: column by column through
Python, where a column that does not fit becomes text. Keys that the catalogue lacks are kept on both.
"""

from __future__ import annotations

import gc
import itertools
import json
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from ..catalog import Column
from ..errors import UnexpectedAnswer
from .types import CONVERTERS, Shape, final_type, is_open, json_type

# What Arrow raises for values that do not fit a type, whichever way they are handed over.
MISFITS = (pa.ArrowException, OverflowError, TypeError, ValueError, AttributeError)
Columns = dict[str, pa.Array]
LARGEST = 2**53  # beyond it a float does not hold every whole number
ROUNDED = "holds years outside 1677 to 2262, so its times are kept to the microsecond"


@dataclass(frozen=True)
class Decoded:
    """A page as a table.

    Attributes:
        drift: column -> what differs from the catalogue, in words.
        careful: whether the careful path was needed.
    """

    table: pa.Table
    drift: dict[str, str] = field(default_factory=dict)
    careful: bool = False


def decode(content: bytes, rows_at: str, shape: Shape, *, positional: bool = False) -> Decoded:
    """Read a page.

    Args:
        rows_at: "data" (in an envelope), "bare" (an array) or "one" (a record).
        positional: rows are arrays, and the envelope's `fields` names their cells.

    Raises:
        UnexpectedAnswer: the bytes are no JSON, or hold no rows where they should.
    """
    drift: dict[str, str] = {}
    careful = positional
    document = content if rows_at == "data" else _enveloped(content, rows_at)
    try:
        columns = {} if positional else _fast(document, shape)
    except (pa.ArrowException, RecursionError):
        careful = True
    if careful:
        columns = _careful(_rows(document, positional), shape, drift)
    table = pa.table(_typed(columns, shape, drift))
    promised = shape.leaves and not positional  # a report's columns are its own, and some routes are not described
    return Decoded(table, drift if promised else {}, careful)


def _enveloped(content: bytes, rows_at: str) -> bytes:
    if rows_at == "bare":
        return b'{"data":' + content + b"}"
    if content.lstrip()[:1] == b"{":
        return b'{"data":[' + content + b"]}"
    return b'{"data":[{"value":' + content + b"}]}"  # a bare number, text or null


# -- the fast path


def _fast(document: bytes, shape: Shape) -> Columns:
    rows = _read(document, shape.rows)
    if (plain := _without_times(rows.type)) != rows.type:  # Arrow took unknown texts for dates: read them as they are
        rows = _read(document, plain)
    columns = list(_flattened(rows, ""))
    if not _exact(columns, shape):
        raise pa.ArrowInvalid("not what the page says")
    return dict(columns)


def _read(document: bytes, rows: pa.DataType) -> pa.StructArray:
    table = pj.read_json(
        pa.BufferReader(document),
        read_options=pj.ReadOptions(use_threads=False, block_size=len(document) + 1),
        parse_options=pj.ParseOptions(explicit_schema=pa.schema([("data", pa.list_(rows))]), unexpected_field_behavior="infer"),
    )
    found = table.column("data").combine_chunks()
    lists = found.chunk(0) if isinstance(found, pa.ChunkedArray) else found
    flat = lists.flatten()
    if lists.null_count or not pa.types.is_struct(flat.type):
        raise pa.ArrowInvalid("rows are no objects")
    return flat.filter(flat.is_valid()) if flat.null_count else flat


def _without_times(kind: pa.DataType) -> pa.DataType:
    """The type with text for every date; the catalogue's own dates are read as text anyhow."""
    if pa.types.is_timestamp(kind):
        return pa.string()
    if pa.types.is_list(kind):
        return pa.list_(_without_times(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(f.name, _without_times(f.type)) for f in kind])
    return kind


def _exact(columns: list[tuple[str, pa.Array]], shape: Shape) -> bool:
    """Whether nothing was lost: no two columns of one path, no whole number cut to a float, nothing open flattened."""
    if len({path for path, _ in columns}) < len(columns):
        return False
    for path, values in columns:
        ends = [end for floats in _floats(values) for end in pc.min_max(floats).as_py().values() if end is not None]
        if any(abs(end) >= LARGEST for end in ends):
            return False
        if path in shape.open and "struct" in str(values.type):
            return False
        if path not in shape.by_path and any(path.startswith(f"{known}.") for known in shape.open):
            return False
    return True


def _flattened(rows: pa.StructArray, above: str) -> Iterator[tuple[str, pa.Array]]:
    for part, values in zip(rows.type, rows.flatten(), strict=True):
        if pa.types.is_struct(part.type):
            yield from _flattened(values, f"{above}{part.name}.")
        else:
            yield f"{above}{part.name}", values


def _floats(values: pa.Array) -> Iterator[pa.Array]:
    """The arrays of floats in an array, those inside lists and objects too."""
    if pa.types.is_floating(values.type):
        yield values
    elif pa.types.is_list(values.type):
        yield from _floats(values.flatten())
    elif pa.types.is_struct(values.type):
        for part in values.flatten():
            yield from _floats(part)


# -- the careful path


def _rows(document: bytes, positional: bool) -> list[Any]:
    collecting = gc.isenabled()
    gc.disable()  # thousands of fresh dicts make the collector run for nothing: up to 40 % of the time
    try:
        body = json.loads(document)
        rows = body["data"]
        if positional:
            named = [str(f["name"]) for f in body.get("fields") or []]
            longest = max(map(len, rows), default=0)  # cells without a field have a column too
            names = _distinct(named + [f"column {i + 1}" for i in range(len(named), longest)])
            return [dict(zip(names, row, strict=False)) for row in rows]
        if not all(isinstance(row, dict) or row is None for row in rows):
            rows = [row if isinstance(row, dict) else {"value": row} for row in rows]
        return [row for row in rows if row is not None]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UnexpectedAnswer(
            "A page could not be read.",
            "Likely the answer was cut off on its way, or is of another form than the catalogue says.",
            "Pull again; where it stays, look at the answer with st.get(path).",
        ) from None
    finally:
        if collecting:
            gc.enable()


def _distinct(names: list[str]) -> list[str]:
    """Reports may name two fields alike; the second becomes "Name.2"."""
    taken: dict[str, None] = {}
    for name in names:
        taken[_free(name, taken)] = None
    return list(taken)


def _free(name: str, taken: Container[str]) -> str:
    return next(n for i in itertools.count(1) if (n := name if i == 1 else f"{name}.{i}") not in taken)


def _careful(rows: list[dict[str, Any]], shape: Shape, drift: dict[str, str]) -> Columns:
    columns: Columns = {}
    objects = {p for leaf in shape.leaves for p in itertools.accumulate(leaf.path.split(".")[:-1], "{}.{}".format)}
    _unfold(rows, "", shape, objects, columns, drift)
    return columns


def _unfold(
    rows: Sequence[dict[str, Any] | None], above: str, shape: Shape, objects: set[str], columns: Columns, drift: dict[str, str]
) -> None:
    for name in dict.fromkeys(itertools.chain.from_iterable(row for row in rows if row)):
        path = f"{above}{name}"
        values = [None if row is None else row.get(name) for row in rows]
        column = shape.by_path.get(path)
        kinds = {type(v) for v in values if v is not None}
        if kinds == {dict} and column is None:
            _unfold(values, f"{path}.", shape, objects, columns, drift)
        else:
            if path in objects and kinds:
                drift[path] = "is no object, as the catalogue says; kept as text"
            columns[_free(path, columns)] = _array(values, column, path, drift)


def _array(values: list[Any], column: Column | None, path: str, drift: dict[str, str]) -> pa.Array:
    """An Arrow array of the promised type where every value fits exactly, else text."""
    if column is not None and is_open(column):
        return _open(values, column)
    want = None if column is None else json_type(column)
    try:
        if _mixed(values):
            raise ValueError
        found = pa.array(values)  # inferred first: told a type, Arrow would cut 1.5 down to 1 in silence
        if want is None or found.type == want:
            return found
        if pa.types.is_null(found.type):
            return pa.nulls(len(values), want)
        if pa.types.is_floating(want) and pa.types.is_integer(found.type):
            return found.cast(want)
        if column is not None and pa.types.is_nested(want):
            exact = pa.array(values, want)
            return exact if exact.to_pylist() == _shaped(values, want) else found
        if column is not None and column.text and not pa.types.is_nested(found.type):
            return found.cast(pa.float64())  # an amount that came as a number after all
    except MISFITS:
        pass
    drift[path] = f"holds other values than {column.type if column else 'one type'}; kept as text"
    return pa.array([_as_text(v) for v in values], pa.string())


def _mixed(values: list[Any]) -> bool:
    """Whether booleans stand among numbers, at any depth: Arrow would read True as 1.0 in silence."""
    kinds = {type(v) for v in values}
    if bool in kinds and kinds & {int, float}:
        return True
    dicts = [v for v in values if isinstance(v, dict)] if dict in kinds else []
    inside = [[x for v in values if isinstance(v, list) for x in v]] if list in kinds else []
    inside += [[d[key] for d in dicts if key in d] for key in dict.fromkeys(itertools.chain.from_iterable(dicts))]
    return any(_mixed(part) for part in inside)


def _open(values: list[Any], column: Column) -> pa.Array:
    """What may hold anything, as JSON text: one text a value, or one an element of an array."""
    if column.type == "any":
        return pa.array([_as_text(v) for v in values], pa.string())
    lists = [v if v is None or isinstance(v, list) else [v] for v in values]
    return pa.array([None if v is None else [_as_text(x) for x in v] for v in lists], pa.list_(pa.string()))


def _shaped(value: Any, want: pa.DataType) -> Any:
    """The value as Arrow gives it back for a type: absent keys as None. A key that the type lacks stays, and so differs."""
    if value is None:
        return None
    if pa.types.is_struct(want) and isinstance(value, dict):
        known = {f.name: _shaped(value.get(f.name), f.type) for f in want}
        return {**value, **known}
    if isinstance(value, list):
        inner = want.value_type if pa.types.is_list(want) else want
        return [_shaped(v, inner) for v in value]
    return value


def _as_text(value: Any) -> str | None:
    """A value as text; half of a surrogate pair, as of an emoji that was cut in two, is written as its escape."""
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace").decode()


# -- types


def _typed(columns: Columns, shape: Shape, drift: dict[str, str]) -> Columns:
    """Convert every column to its final type; what the catalogue lacks comes behind, what the page lacks is null."""
    length = len(next(iter(columns.values()), ()))
    out: Columns = {}
    for leaf in shape.leaves:
        values = columns.get(leaf.path)
        if values is None or pa.types.is_null(values.type):
            out[leaf.path] = pa.nulls(length, final_type(leaf.column))
        else:
            out[leaf.path] = _convert(values, leaf.column, leaf.path, drift)
    for path, values in columns.items():
        if path not in out:
            drift.setdefault(path, "is not in the catalogue")
            out[path] = values
    return out


def _convert(values: pa.Array, column: Column, path: str, drift: dict[str, str]) -> pa.Array:
    if is_open(column):
        return values if values.type == final_type(column) else _open(values.to_pylist(), column)
    if column.type == "array" and pa.types.is_nested(values.type) and values.type != json_type(column):
        drift[path] = "holds other fields or types inside than the catalogue says"
    convert = CONVERTERS.get(column.type)
    if convert is None or path in drift:
        return values
    try:
        typed = convert(values)
    except pa.ArrowException:
        drift[path] = f"holds values that are no {column.type}; kept as text"
        return text_of(values)
    if pa.types.is_timestamp(typed.type) and typed.type.unit == "us":
        drift[path] = ROUNDED
    return typed


def text_of(values: pa.Array) -> pa.Array:
    """Any array as text, exactly: JSON for what is nested, ISO 8601 for times."""
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_string(kind):
        return values.cast(pa.string())
    if pa.types.is_timestamp(kind):
        return pc.strftime(values, "%Y-%m-%dT%H:%M:%SZ" if kind.tz else "%Y-%m-%dT%H:%M:%S")
    if pa.types.is_duration(kind):
        return pa.array([None if v is None else pd.Timedelta(v).isoformat() for v in values.to_pylist()], pa.string())
    return pa.array([_as_text(v) for v in values.to_pylist()], pa.string())
