"""Decoded pages -> one DataFrame, typed also where there is no row."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from .decode import Decoded, merge
from .types import Shape, final_type, pandas_type


def assemble(
    pages: Sequence[Decoded], shape: Shape, *, key: tuple[str, ...] = (), limit: int | None = None
) -> tuple[pd.DataFrame, dict[str, str], int]:
    """Put pages together in their order.

    Args:
        key: the columns that identify a row: of rows with the same key the last is kept. Empty keeps all.
        limit: rows at most.

    Returns:
        (frame, drift: column -> what differs from the catalogue, number of duplicates dropped)
    """
    drift: dict[str, str] = {}
    table = merge(((p.table, p.drift) for p in pages), drift)
    if not table.num_columns:
        table = pa.table({leaf.path: pa.nulls(0, final_type(leaf.column)) for leaf in shape.leaves})
    untyped = [name for name in table.column_names if pa.types.is_null(table.column(name).type)]
    for name in untyped:  # an unknown key that was null in every row
        table = table.set_column(table.column_names.index(name), name, pa.nulls(table.num_rows, pa.string()))
    frame = table.to_pandas(types_mapper=pandas_type, split_blocks=True)
    frame, duplicates = _without_repeats(frame, key)
    if limit is not None and len(frame) > limit:
        frame = frame.iloc[:limit].reset_index(drop=True)
    return frame, drift, duplicates


def _without_repeats(frame: pd.DataFrame, key: tuple[str, ...]) -> tuple[pd.DataFrame, int]:
    if not key or not len(frame) or not set(key) <= set(frame.columns):
        return frame, 0
    names = list(key)
    repeated = frame.duplicated(subset=names, keep="last") & frame[names].notna().all(axis=1)
    count = int(repeated.sum())
    return (frame[~repeated].reset_index(drop=True), count) if count else (frame, 0)
