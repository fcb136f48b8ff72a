"""Cursors of exports: where a feed stands, as opaque text."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from ..company.table import Table
from .query import bad, moment


def changes(table: Table) -> Any:
    """When each row was changed; rows that do not say it stand in their own order at
    the beginning."""
    for path in ("modifiedOn", "createdOn"):
        found = table.array(path)
        if found is not None and found.dtype.kind == "M":
            return np.where(np.isnat(found), np.datetime64(0, "us"), found)
    return np.zeros(table.size, dtype="datetime64[us]")


def cursor(changed: Any, row: int) -> str:
    return base64.urlsafe_b64encode(f"demo:{int(changed.astype(np.int64))}:{row}".encode()).decode()


def read_cursor(text: str) -> tuple[Any, int]:
    """(moment, row) after which to go on; a date means everything from its beginning."""
    try:
        return moment(text), -1
    except ValueError:
        pass
    try:
        mark, changed, row = base64.urlsafe_b64decode(text).decode().split(":")
        if mark == "demo":
            return np.datetime64(int(changed), "us"), int(row)
    except ValueError:
        pass
    raise bad("from", text)
