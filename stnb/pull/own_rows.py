"""Which rows of one of several overlapping calls are its own."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from stnb.frame import Decoded
from stnb.frame.assemble import pandas_array

from .body_windows import START, Window

UNKNOWN_START = (
    "Some rows of {} do not say when they start; near the ends of a call they may be there twice."
)


def own_rows(part: Decoded, window: Window) -> tuple[Decoded, bool]:
    """The rows that start in a window, and whether some do not say when they start; those stay."""
    if START not in part.table.column_names:
        return part, bool(part.table.num_rows)
    starts = _moments(part.table.column(START))
    other = pd.Series(False, index=starts.index)
    if window.begins is not None:
        other |= starts < window.begins
    if window.until is not None:
        other |= starts >= window.until
    unknown = bool(starts.isna().any())
    if not other.any():
        return part, unknown
    rows = pa.array((~other).to_numpy().nonzero()[0])
    table = part.table.take(rows)
    return Decoded(table, part.drift, part.careful, part.sent.take(rows)), unknown


def _moments(column: pa.ChunkedArray) -> pd.Series[pd.Timestamp]:
    """When rows start, also if that is text; missing if it is no time."""
    values = pd.Series(pandas_array(column))
    if not pa.types.is_timestamp(column.type):
        values = values.astype("str")
    return pd.to_datetime(values, utc=True, format="ISO8601", errors="coerce")
