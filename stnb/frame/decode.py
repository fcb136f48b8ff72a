"""One page's bytes -> one typed Arrow table.

The fast path reads a page as one JSON document with the schema of the catalogue (pyarrow.json, off the GIL). A page
that it refuses, because a value is of another type than promised, takes the careful path: column by column through
Python, where a column that does not fit becomes text. Keys that the catalogue lacks are kept on both.
"""

from __future__ import annotations

import gc
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from ..catalog import Column
from ..errors import UnexpectedAnswer
from .types import CONVERTERS, Shape, final_type, is_open, json_type

# What Arrow raises for values that do not fit a type, whichever way they are handed over.
MISFITS = (pa.ArrowException, OverflowError, TypeError, ValueError, AttributeError)
Columns = dict[str, pa.Array]


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
    except pa.ArrowException:
        careful = True
    if careful:
        columns = _careful(_rows(document, positional), shape, drift)
    table = pa.table(_typed(columns, shape, drift))
    return Decoded(table, {} if positional else drift, careful)  # a report's columns are its own


def _enveloped(content: bytes, rows_at: str) -> bytes:
    if rows_at == "bare":
        return b'{"data":' + content + b"}"
    if content.lstrip()[:1] == b"{":
        return b'{"data":[' + content + b"]}"
    return b'{"data":[{"value":' + content + b"}]}"  # a bare number, text or null


# -- the fast path


def _fast(document: bytes, shape: Shape) -> Columns:
    table = pj.read_json(
        pa.BufferReader(document),
        read_options=pj.ReadOptions(use_threads=False, block_size=len(document) + 1),
        parse_options=pj.ParseOptions(
            explicit_schema=pa.schema([("data", pa.list_(shape.rows))]), unexpected_field_behavior="infer"
        ),
    )
    rows = table.column("data").combine_chunks()
    rows = rows.chunk(0) if isinstance(rows, pa.ChunkedArray) else rows
    flat = rows.flatten()
    if not pa.types.is_struct(flat.type):
        raise pa.ArrowInvalid("rows are no objects")
    return dict(_flattened(flat, ""))


def _flattened(rows: pa.StructArray, above: str) -> Iterator[tuple[str, pa.Array]]:
    for part, values in zip(rows.type, rows.flatten(), strict=True):
        if pa.types.is_struct(part.type):
            yield from _flattened(values, f"{above}{part.name}.")
        else:
            yield f"{above}{part.name}", values


# -- the careful path


def _rows(document: bytes, positional: bool) -> list[Any]:
    collecting = gc.isenabled()
    gc.disable()  # thousands of fresh dicts make the collector run for nothing: up to 40 % of the time
    try:
        body = json.loads(document)
        rows = body["data"]
        if positional:
            names = _distinct([str(f["name"]) for f in body.get("fields") or []])
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
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    return out


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
        if kinds == {dict} and column is None and any(values):
            _unfold(values, f"{path}.", shape, objects, columns, drift)
        else:
            if path in objects and kinds:
                drift[path] = "is no object, as the catalogue says; kept as text"
            columns[path] = _array(values, column, path, drift)


def _array(values: list[Any], column: Column | None, path: str, drift: dict[str, str]) -> pa.Array:
    """An Arrow array of the promised type where every value fits exactly, else text."""
    if column is not None and is_open(column):
        return _open(values, column)
    want = None if column is None else json_type(column)
    try:
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
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


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
    convert = CONVERTERS.get(column.type)
    if convert is None or path in drift:
        return values
    try:
        return convert(values)
    except pa.ArrowException:
        drift[path] = f"holds values that are no {column.type}; kept as text"
        return values if pa.types.is_string(values.type) else _text_of(values)


def _text_of(values: pa.Array) -> pa.Array:
    """Any array as text, exactly: JSON for what is nested."""
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_string(kind):
        return values.cast(pa.string())
    if pa.types.is_timestamp(kind):
        return pc.strftime(values, "%Y-%m-%dT%H:%M:%SZ" if kind.tz else "%Y-%m-%dT%H:%M:%S")
    return pa.array([_as_text(v) for v in values.to_pylist()], pa.string())


def merge(parts: Iterable[tuple[pa.Table, dict[str, str]]], drift: dict[str, str]) -> pa.Table:
    """Tables of several pages as one: where a column's type differs between pages, a type that loses nothing."""
    tables = []
    for table, told in parts:
        tables.append(table)
        drift |= told
    if not tables:
        return pa.table({})
    names = list(dict.fromkeys(itertools.chain.from_iterable(t.column_names for t in tables)))
    return pa.table({name: _stacked(name, tables, drift) for name in names})


def _stacked(name: str, tables: list[pa.Table], drift: dict[str, str]) -> pa.ChunkedArray:
    columns = [t.column(name) if name in t.column_names else None for t in tables]
    kinds = {c.type for c in columns if c is not None and not pa.types.is_null(c.type)}
    kind = next(iter(kinds), pa.null()) if len(kinds) < 2 else _common(kinds, columns)
    if len(kinds) > 1 and pa.types.is_string(kind):
        drift.setdefault(name, "differs in type between pages; kept as text")
    chunks: list[pa.Array] = []
    for table, column in zip(tables, columns, strict=True):
        if column is None or pa.types.is_null(column.type):
            chunks.append(pa.nulls(table.num_rows, kind))
        else:
            chunks.extend(
                c if c.type == kind else _text_of(c) if pa.types.is_string(kind) else c.cast(kind) for c in column.chunks
            )
    return pa.chunked_array(chunks, kind)


def _common(kinds: set[pa.DataType], columns: list[pa.ChunkedArray | None]) -> pa.DataType:
    if kinds == {pa.int64(), pa.float64()}:
        whole = [c for c in columns if c is not None and pa.types.is_integer(c.type) and len(c) > c.null_count]
        largest = max((max(abs(pc.min(c).as_py()), abs(pc.max(c).as_py())) for c in whole), default=0)
        return pa.float64() if largest <= 2**53 else pa.string()
    if all(pa.types.is_timestamp(k) and k.tz for k in kinds):
        return pa.timestamp("us", "UTC")
    if all(pa.types.is_timestamp(k) for k in kinds):
        return pa.timestamp("us")
    if all(pa.types.is_nested(k) for k in kinds):
        try:
            return pa.unify_schemas([pa.schema([("x", k)]) for k in kinds], promote_options="permissive").field(0).type
        except pa.ArrowException:
            pass
    return pa.string()
