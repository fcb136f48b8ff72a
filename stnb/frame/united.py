"""Frames of several tenants, or resources, -> one, with whose row it is in its first column."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from .assemble import pandas_array
from .memory import COLUMNS, give_back
from .one_type import stacked, valueless
from .original import AsSent

TENANT = "tenant"
OTHERWISE = "tenant.value"  # what a column of that name is called then


@dataclass(frozen=True)
class Converted:
    """A column whose type differs between tenants.

    Attributes:
        tenants: those in which it had another type.
        remade: those whose text is made of their values, as it is not known what was sent.
    """

    tenants: list[str]
    remade: list[str]


def united(
    frames: MutableMapping[str, pd.DataFrame],
    originals: MutableMapping[str, AsSent] | None = None,
    *,
    first: str = TENANT,
) -> tuple[pd.DataFrame, dict[str, Converted]]:
    """The rows of every tenant, one tenant below the other, in the order of the mapping.

    Columns are united by name: a tenant that lacks one has missing values in it. If the type of a
    column differs between tenants, it gets one that loses nothing; if there is none, it becomes the
    text that was sent. A tenant without a value in it does not decide the type.

    Args:
        frames: by the tenant's name. The mapping is emptied, and columns are let go one by one:
            where nobody else has the frames, they and the answer are never in memory at once.
        originals: what was sent for the rows of each tenant, if it is known; emptied too. Without
            it the text of a number is made of its value, 12.5 also if 12.50 was sent.
        first: the name of the first column; a frame's own column of that name gets ".value" behind
            it.

    Returns:
        (frame, {column: in which tenants its type was another one})

    Example:
        >>> united({"phoenix": pd.DataFrame({"id": [1]}), "mesa": pd.DataFrame({"id": [1]})})[0]
            tenant  id
        0  phoenix   1
        1     mesa   1
    """
    give_back()  # what decoding the pages took
    sizes = {tenant: len(frame) for tenant, frame in frames.items()}
    converted: dict[str, Converted] = {}
    held = {tenant: _columns(frames.pop(tenant)) for tenant in sizes}
    differing = _differing(held, sizes)
    becoming_text = [name for name, column in differing.items() if pa.types.is_string(column.type)]
    texts = _texts(held, becoming_text, originals or {})
    columns: dict[str, Any] = {first: _names(sizes)}
    for name in list(dict.fromkeys(column for of_tenant in held.values() for column in of_tenant)):
        parts = {}
        for tenant, of_tenant in held.items():
            if name in of_tenant:
                parts[tenant] = of_tenant.pop(name)
        dtypes = _dtypes(parts)
        shown = f"{first}.value" if name == first else name
        as_sent = {tenant: found.pop(name) for tenant, found in texts.items() if name in found}
        together = differing.pop(name, None)
        if together is None or as_sent:
            column = _column(parts, sizes, as_sent)
        else:
            column = pandas_array(together)
        columns[shown] = column
        others = [tenant for tenant, dtype in dtypes.items() if dtype != column.dtype]
        if others:
            remade = []
            if isinstance(column.dtype, pd.StringDtype):
                remade = [tenant for tenant in others if tenant not in as_sent]
            converted[shown] = Converted(others, remade)
        COLUMNS.moved(column.nbytes)
    give_back()  # the columns of each tenant
    return pd.DataFrame(columns, copy=False), converted


def _dtypes(parts: Mapping[str, pd.Series[Any]]) -> dict[str, Any]:
    """The type of each tenant's column; if they differ, of those that have a value."""
    dtypes = {tenant: part.dtype for tenant, part in parts.items()}
    if len({str(dtype) for dtype in dtypes.values()}) == 1:
        return dtypes
    return {tenant: dtype for tenant, dtype in dtypes.items() if parts[tenant].notna().any()}


def _columns(frame: pd.DataFrame) -> dict[Any, pd.Series[Any]]:
    """The columns by their names. To pop them would cost pandas the number of columns each time."""
    bare = frame.copy(deep=False)
    bare.attrs = {}  # each column would get a deep copy of them
    return {name: bare[name] for name in bare.columns}


def _names(sizes: MutableMapping[str, int]) -> Any:
    """The tenant of each row."""
    chunks = []
    for tenant, rows in sizes.items():
        chunks.append(pa.repeat(tenant, rows))
    return pandas_array(pa.chunked_array(chunks, pa.string()))


def _column(
    parts: MutableMapping[str, pd.Series[Any]],
    sizes: Mapping[str, int],
    as_sent: Mapping[str, pa.Array],
) -> Any:
    """One column of all tenants.

    Args:
        as_sent: the texts that were sent, of tenants whose values become text.
    """
    kinds = {str(part.dtype) for part in parts.values()}
    if len(kinds) == 1 and len(parts) == len(sizes):
        return pd.concat(list(parts.values()), ignore_index=True).array
    return pandas_array(_together(parts, sizes, as_sent))


def _together(
    parts: MutableMapping[str, pd.Series[Any]],
    sizes: Mapping[str, int],
    as_sent: Mapping[str, pa.Array],
) -> pa.ChunkedArray:
    """A column of all tenants in a type that loses nothing; as `_column`."""
    chunks = []
    for tenant, rows in sizes.items():
        part = parts.pop(tenant, None)
        if part is None:
            chunks.append(pa.chunked_array([pa.nulls(rows)]))
        elif tenant in as_sent:
            chunks.append(pa.chunked_array([as_sent[tenant]]))
        else:
            chunks.append(_arrow(part))
    return _stacked(chunks)


def _stacked(chunks: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    """One below the other; one without rows has a type too, which says nothing about the others."""
    if any(chunk.null_count < len(chunk) for chunk in chunks):
        chunks = [chunk for chunk in chunks if len(chunk)]
    return stacked(chunks)


def _texts(
    held: Mapping[str, Mapping[str, pd.Series[Any]]],
    wanted: Sequence[str],
    originals: MutableMapping[str, AsSent],
) -> dict[str, dict[str, pa.Array]]:
    """What was sent for these columns of each tenant, which become text."""
    found = {}
    for tenant, columns in held.items():
        original = originals.pop(tenant, None)
        if original is None:
            continue
        values = {}
        for name in wanted:
            if name in columns:
                column = _arrow(columns[name])
                has_text = original.has_texts(name) or not valueless(column)
                if has_text and not pa.types.is_string(column.type):
                    values[name] = column
        if values:
            found[tenant] = dict(original.columns(pa.table(values)))
    return found


def _differing(
    held: Mapping[str, Mapping[str, pd.Series[Any]]], sizes: Mapping[str, int]
) -> dict[str, pa.ChunkedArray]:
    """The columns whose type differs between tenants, of all tenants, made of their values."""
    parts: dict[str, dict[str, pd.Series[Any]]] = {}
    for tenant, columns in held.items():
        for name, part in columns.items():
            parts.setdefault(name, {})[tenant] = part
    found = {}
    for name, several in parts.items():
        if len({str(part.dtype) for part in several.values()}) > 1:
            found[name] = _together(several, sizes, {})
    return found


def _arrow(part: pd.Series[Any]) -> pa.ChunkedArray:
    found = pa.array(part.array, from_pandas=True)
    if not isinstance(found, pa.ChunkedArray):
        found = pa.chunked_array([found])
    if pa.types.is_large_string(found.type):
        found = found.cast(pa.string())
    return found
