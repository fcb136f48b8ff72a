"""One type for a column whose pages differ, which holds every value exactly."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog.facts import LARGEST_EXACT

from .converters import cut
from .text import text_of
from .tokens import exactly
from .types import WIDE, is_number


def stacked(columns: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    """Columns, one below the other, in a type that loses nothing."""
    try:
        return cast(columns, one_kind(kinds_of(columns), columns))
    except pa.ArrowException:  # a value that the common type does not hold exactly
        return cast(columns, pa.string())


def kinds_of(columns: Sequence[pa.ChunkedArray]) -> list[pa.DataType]:
    """The types of some columns, apart from those without a value; the first one's if none has."""
    # In their order: the fields of a united object then come in the same one each time.
    kinds: list[pa.DataType] = []
    described: list[pa.DataType] = []
    for column in columns:
        if pa.types.is_null(column.type):
            continue
        if valueless(column):
            described.append(column.type)
        elif column.type not in kinds:
            kinds.append(column.type)
    return kinds or described[:1]


def valueless(column: pa.ChunkedArray) -> bool:
    """Whether a column has rows, but no value; its type is then the one that it is described with,
    and says nothing about other pages.
    """
    return bool(len(column)) and column.null_count == len(column)


def one_kind(kinds: Sequence[pa.DataType], columns: Sequence[pa.ChunkedArray]) -> pa.DataType:
    """A type for all of the columns, which have these types."""
    if not kinds:
        return pa.null()
    if len(kinds) == 1 and not pa.types.is_temporal(kinds[0]):
        return kinds[0]
    return _common(kinds, columns)  # also of times alone: pages of older versions have nanoseconds


def cast(columns: Sequence[pa.ChunkedArray], kind: pa.DataType) -> pa.ChunkedArray:
    """Columns, one below the other, as a type that `one_kind` found for them.

    Raises:
        pa.ArrowException: the type does not hold a value exactly.
    """
    chunks = []
    for column in columns:
        chunks += [_as(chunk, kind) for chunk in column.chunks]
    return pa.chunked_array(chunks, kind)


def _as(chunk: pa.Array, kind: pa.DataType) -> pa.Array:
    if chunk.type == kind:
        return chunk
    if chunk.null_count == len(chunk):
        return pa.nulls(len(chunk), kind)
    if pa.types.is_string(kind):
        return text_of(chunk)
    if pa.types.is_decimal(kind) and pa.types.is_floating(chunk.type):
        return exactly(chunk.to_pylist())  # Arrow would take the digits of the binary number
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        return cut(chunk).cast(kind)
    made = chunk.cast(kind)
    if pa.types.is_nested(kind):
        # Arrow makes lists of nulls too short if it casts what lies around them.
        made.validate(full=True)
    return made


def _common(kinds: Sequence[pa.DataType], columns: Sequence[pa.ChunkedArray]) -> pa.DataType:
    if set(kinds) == {pa.int64(), pa.float64()}:
        if _largest(columns) <= LARGEST_EXACT:
            return pa.float64()
        return pa.string()
    if all(pa.types.is_timestamp(k) and k.tz for k in kinds):
        return pa.timestamp("us", "UTC")
    if all(pa.types.is_timestamp(k) and not k.tz for k in kinds):
        return pa.timestamp("us")
    if all(map(pa.types.is_duration, kinds)):
        return pa.duration("us")
    if any(map(pa.types.is_decimal, kinds)) and all(map(is_number, kinds)):
        return WIDE
    if all(map(pa.types.is_nested, kinds)):
        try:
            schemas = [pa.schema([("x", kind)]) for kind in kinds]
            return pa.unify_schemas(schemas, promote_options="permissive").field(0).type
        except pa.ArrowException:
            pass
    return pa.string()


def _largest(columns: Sequence[pa.ChunkedArray]) -> int:
    """How far from zero the whole numbers lie."""
    largest = 0
    for column in columns:
        if pa.types.is_integer(column.type):
            for end in pc.min_max(column).as_py().values():
                largest = max(largest, abs(end or 0))
    return largest


# -- columns without a value


def without_hollow_objects(kinds: Mapping[str, Collection[pa.DataType]]) -> list[str]:
    """The columns without those of objects that are null on some pages, while their fields are
    columns on others.

    Args:
        kinds: the types of each column.
    """
    names = []
    for name, some in kinds.items():
        is_empty = all(map(pa.types.is_null, some))
        if not (is_empty and any(other.startswith(f"{name}.") for other in kinds)):
            names.append(name)
    return names


def hollow(kind: pa.DataType) -> bool:
    """Whether a type holds no value, as that of an unknown key that was null, {} or [{}] in every
    row.
    """
    if pa.types.is_struct(kind):
        return kind.num_fields == 0 or any(_hollow_inside(f.type) for f in kind)
    if pa.types.is_list(kind):
        return _hollow_inside(kind.value_type)
    return bool(pa.types.is_null(kind))


def _hollow_inside(kind: pa.DataType) -> bool:
    return not pa.types.is_null(kind) and hollow(kind)
