"""Frames of several tenants -> one, with the tenant in its first column."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from .assemble import pandas_array
from .memory import give_back
from .one_type import stacked

TENANT = "tenant"
OTHERWISE = "tenant.value"  # what a column of that name is called then


def united(frames: MutableMapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """The rows of every tenant, one tenant below the other, in the order of the mapping.

    Columns are united by name: a tenant that lacks one has missing values in it. If the type of a
    column differs between tenants, it gets one that loses nothing, at last text.

    Args:
        frames: by the tenant's name. The mapping is emptied, and columns are let go one by one:
            where nobody else has the frames, they and the answer are never in memory at once.

    Returns:
        (frame, {column: the tenants in which its type was another one})

    Example:
        >>> united({"phoenix": pd.DataFrame({"id": [1]}), "mesa": pd.DataFrame({"id": [1]})})[0]
            tenant  id
        0  phoenix   1
        1     mesa   1
    """
    give_back()  # what decoding the pages took
    sizes = {tenant: len(frame) for tenant, frame in frames.items()}
    columns: dict[str, Any] = {TENANT: _names(sizes)}
    converted: dict[str, list[str]] = {}
    held = {tenant: _columns(frames.pop(tenant)) for tenant in sizes}
    for name in list(dict.fromkeys(column for of_tenant in held.values() for column in of_tenant)):
        parts = {}
        for tenant, of_tenant in held.items():
            if name in of_tenant:
                parts[tenant] = of_tenant.pop(name)
        dtypes = {tenant: part.dtype for tenant, part in parts.items()}
        shown = OTHERWISE if name == TENANT else name
        column = columns[shown] = _column(parts, sizes)
        others = [tenant for tenant, dtype in dtypes.items() if dtype != column.dtype]
        if others:
            converted[shown] = others
    give_back()  # the columns of each tenant
    return pd.DataFrame(columns, copy=False), converted


def _columns(frame: pd.DataFrame) -> dict[Any, pd.Series[Any]]:
    """The columns by their names. To pop them would cost pandas the number of columns each time."""
    bare = frame.copy(deep=False)
    bare.attrs = {}  # each column would get a deep copy of them
    return {name: bare[name] for name in bare.columns}


def _names(sizes: MutableMapping[str, int]) -> Any:
    """The tenant of each row."""
    chunks = []
    for tenant, rows in sizes.items():
        chunks.append(pa.array(np.repeat(np.array([tenant], dtype=object), rows), pa.string()))
    return pandas_array(pa.chunked_array(chunks, pa.string()))


def _column(parts: MutableMapping[str, pd.Series[Any]], sizes: MutableMapping[str, int]) -> Any:
    """One column of all tenants."""
    kinds = {str(part.dtype) for part in parts.values()}
    if len(kinds) == 1 and len(parts) == len(sizes):
        return pd.concat(list(parts.values()), ignore_index=True).array
    chunks = []
    for tenant, rows in sizes.items():
        part = parts.pop(tenant, None)
        if part is None:
            chunks.append(pa.chunked_array([pa.nulls(rows)]))
        else:
            chunks.append(_arrow(part))
    return pandas_array(stacked(chunks))


def _arrow(part: pd.Series[Any]) -> pa.ChunkedArray:
    found = pa.array(part.array, from_pandas=True)
    if not isinstance(found, pa.ChunkedArray):
        found = pa.chunked_array([found])
    if pa.types.is_large_string(found.type):
        found = found.cast(pa.string())
    return found
