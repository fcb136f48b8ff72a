"""What the page is told about a frame, its index among the columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from stnb.tables.provenance import provenance

from . import cells

LOOKS = {"date": "time", "date-time": "time", "list": "nest", "object": "nest"}


def about_of(frame: pd.DataFrame, columns: Iterable[cells.Column]) -> dict[str, Any]:
    """The columns, the number of rows, and which rows of a pull they are."""
    which = provenance(frame).get("first", "")
    return {"rows": len(frame), "columns": list(map(_described, columns)), "which": which}


def unreadable(error: Exception) -> dict[str, Any]:
    """The answer that a question gets whose rows cannot be read."""
    sentences = [
        f"The table could not be read ({type(error).__name__}: {error}).",
        "Likely a value of an unusual type.",
        "Try another column, or look at the frame itself.",
    ]
    return {"kind": "error", "sentences": sentences}


def _described(column: cells.Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "kind": column.kind,
        "width": column.width,
        "right": column.kind in cells.RIGHT,
        "look": LOOKS.get(column.kind, ""),
        "unit": column.unit,
    }


def with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with a meaningful index as columns; a name may then be there twice."""
    if isinstance(frame.index, pd.RangeIndex):
        return frame
    if not isinstance(frame.index, pd.MultiIndex):
        return pd.concat([frame.index.to_frame(index=False), frame.reset_index(drop=True)], axis=1)
    index = frame.index.to_frame(index=False, allow_duplicates=True)
    return pd.concat([index, frame.reset_index(drop=True)], axis=1)
