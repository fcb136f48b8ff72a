"""The fast path: a page as one JSON document with the schema of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from stnb.catalog import Column
from stnb.catalog.facts import LARGEST_EXACT

from .fallback import Columns
from .memory import pool
from .scan import Scan
from .schema import Shape
from .types import AMOUNT, is_number

WHOLE_DIGITS = AMOUNT.precision - AMOUNT.scale
MOST = 10**WHOLE_DIGITS


def read(document: bytes, shape: Shape, seen: Scan) -> tuple[Columns, int, bool] | None:
    """The columns of a page, the number of its rows, and whether numbers with a fraction or objects
    stand around the rows; None if the page is not what the catalogue says, so that something might
    be lost.
    """
    if seen.lossy:
        return None  # a float would drop digits in silence
    if shape.dtypes == "decimal" and _has_amounts_as_text(document, shape):
        return None  # Arrow would take a text for a decimal, also a code such as "007"
    unknown = "infer"
    if shape.skips:
        unknown = "ignore"
    try:
        rows, outside = _parsed(document, shape.rows, unknown)
        if rows.type != shape.rows:
            plain = _without_times(rows.type)
            if plain != rows.type:
                # Arrow took unknown texts for dates: read them as they are.
                rows, outside = _parsed(document, plain, unknown)
    except (pa.ArrowException, RecursionError):
        return None
    columns = list(_flattened(rows, ""))
    if not _exact(columns, shape, seen):
        return None
    if any(_holds_nan(values) for _, values in columns):
        return None  # no number of JSON; as a missing value it would be lost in silence
    known = [column for column in columns if column[1].type != pa.struct([])]
    read = {path: values for path, values in known if shape.reads(path)}
    return read, len(rows), outside


def _has_amounts_as_text(document: bytes, shape: Shape) -> bool:
    """Whether a text stands where an exact amount is due."""
    for name in set(_amounts(shape.by_path.values())):
        key = f'"{name}":'.encode()
        if key + b'"' in document or key + b' "' in document:
            return True
    return False


def _amounts(columns: Iterable[Column]) -> Iterator[str]:
    """The names of exact amounts that are sent as numbers, those inside lists too."""
    for column in columns:
        if column.type == "exact decimal" and not column.text:
            yield column.name
        yield from _amounts(column.children)


def _parsed(document: bytes, rows: pa.DataType, unknown: str) -> tuple[pa.StructArray, bool]:
    table = pj.read_json(
        pa.BufferReader(document),
        read_options=pj.ReadOptions(use_threads=False, block_size=len(document) + 1),
        parse_options=pj.ParseOptions(
            explicit_schema=pa.schema([("data", pa.list_(rows))]), unexpected_field_behavior=unknown
        ),
        memory_pool=pool(),
    )
    envelope = [field.type for field in table.schema if field.name != "data"]
    outside = any("double" in str(kind) or "struct" in str(kind) for kind in envelope)
    found = table.column("data")
    lists = found.chunk(0) if found.num_chunks == 1 else found.combine_chunks()
    # If lists whose type Arrow found out by itself begin with null, it makes them too short.
    lists.validate()
    flat = lists.flatten()
    if lists.null_count or not pa.types.is_struct(flat.type):
        raise pa.ArrowInvalid("rows are no objects")
    if flat.null_count:
        flat = flat.filter(flat.is_valid())
    return flat, outside


def _without_times(kind: pa.DataType) -> pa.DataType:
    """The type with text for every date; the catalogue's own dates are read as text anyhow."""
    if pa.types.is_timestamp(kind):
        return pa.string()
    if pa.types.is_list(kind):
        return pa.list_(_without_times(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(f.name, _without_times(f.type)) for f in kind])
    return kind


def _exact(columns: list[tuple[str, pa.Array]], shape: Shape, seen: Scan) -> bool:
    """Whether nothing was lost: no two columns have one path, no whole number was cut to a float,
    and nothing open was flattened.
    """
    if len(dict(columns)) < len(columns):
        return False
    for path, values in columns:
        if any(end >= LARGEST_EXACT for end in _ends(values, pa.types.is_floating)):
            return False
        if any(end >= MOST for end in _ends(values, pa.types.is_decimal)):
            return False  # the reader does not see that a decimal has more digits than its type
        if path in shape.open and _was_interpreted(values, seen):
            return False  # what is open is kept as it is written
        if path not in shape.by_path and any(path.startswith(f"{known}.") for known in shape.open):
            return False
    return True


def _holds_nan(values: pa.Array) -> bool:
    """Whether a bare NaN is among the numbers, at any depth."""
    if pa.types.is_floating(values.type):
        return bool(pc.any(pc.is_nan(values)).as_py())
    if pa.types.is_list(values.type):
        return _holds_nan(values.flatten())
    if pa.types.is_struct(values.type):
        return any(map(_holds_nan, values.flatten()))
    return False


def _was_interpreted(values: pa.Array, seen: Scan) -> bool:
    """Whether the reader made objects or floats, which can be written in several ways, or whole
    numbers where a zero with a sign may be one.
    """
    numbers = pa.types.is_floating
    if seen.odd:
        numbers = partial(is_number, decimal=False)
    return "struct" in str(values.type) or any(True for _ in _ends(values, numbers))


def _flattened(rows: pa.StructArray, above: str) -> Iterator[tuple[str, pa.Array]]:
    for part, values in zip(rows.type, rows.flatten(), strict=True):
        if pa.types.is_struct(part.type) and part.type.num_fields:
            yield from _flattened(values, f"{above}{part.name}.")
        else:
            yield f"{above}{part.name}", values


def _ends(values: pa.Array, wanted: Callable[[pa.DataType], bool]) -> Iterator[float | Decimal]:
    """How far from zero the numbers of a kind lie, those inside lists and objects too: both ends of
    each array of them.
    """
    if wanted(values.type):
        for end in pc.min_max(values).as_py().values():
            if end is not None:
                yield abs(end)
    elif pa.types.is_list(values.type):
        yield from _ends(values.flatten(), wanted)
    elif pa.types.is_struct(values.type):
        for part in values.flatten():
            yield from _ends(part, wanted)
