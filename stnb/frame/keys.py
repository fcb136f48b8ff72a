"""Which values of a key identify a row.

The API promises ids, and sends null, an empty text or a placeholder now and then. Rows that share
such a value are not one row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Column

from .drift import Drift, Drifts, Kind, add_drift

# The texts of a key that can be one; they are not rewritten, so that "7" and "07" stay two keys.
WHOLE_NUMBER = r"^-?\d+$"
GUID = r"^\{?[0-9A-Fa-f]{8}(-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}\}?$"
NOT_BLANK = r"\S"
PATTERNS = {"integer": WHOLE_NUMBER, "guid": GUID}


def usable(values: pa.ChunkedArray, promised: str | None) -> pa.ChunkedArray:
    """A part of a key, with null for what identifies no row.

    Args:
        promised: the type that the catalogue gives the column; None if it gives none.

    Example:
        >>> usable(pa.chunked_array([["7", "abc", ""]]), "integer").to_pylist()
        ['7', None, None]
    """
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_null(kind):
        return values
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        fits = pc.match_substring_regex(values, PATTERNS.get(promised or "", NOT_BLANK))
    elif pa.types.is_floating(kind):
        fits = pc.and_(pc.is_finite(values), pc.equal(pc.floor(values), values))
    elif pa.types.is_nested(kind) or pa.types.is_boolean(kind):
        return pa.chunked_array([pa.nulls(len(values), kind)])
    else:
        return values
    return pc.if_else(fits, values, pa.scalar(None, kind))


def types_of_key(key: Sequence[str], columns: Mapping[str, Column]) -> dict[str, str | None]:
    """Each part of a key, and the type that the catalogue gives it; None if it gives none."""
    found: dict[str, str | None] = {}
    for name in key:
        column = columns.get(name)
        found[name] = None
        if column is not None:
            found[name] = column.type
    return found


def note_unusable(drift: Drifts, counts: Mapping[str, int]) -> None:
    """Note in how many rows each part of the key identifies no row."""
    for name, rows in counts.items():
        if rows:
            add_drift(drift, {name: [Drift(name, Kind.NO_KEY, rows)]})
