"""What other tables say about a row."""

from __future__ import annotations

from typing import Any

import numpy as np

from stnb.catalog import Endpoint

from ..company.columns import Array
from ..company.table import Table
from ..company.world import World


def column(table: Table, path: str) -> Array:
    """The column, or nothing but nulls where it has none."""
    found = table.array(path)
    return (
        np.full(table.size, -1)
        if found is None or (found.dtype.kind == "O" and path.lower().endswith("id"))
        else found
    )


def stranger(world: World, endpoint: Endpoint, parents: list[tuple[str, str]]) -> bool:
    """Whether the last id in a path is none of those in the list above it, which is itself
    below a record."""
    above = "/{".join(endpoint.path.split("/{")[: 1 + len(parents)])
    listed = next(
        (e for e in world.catalog if e.path == above and e.kind in ("list", "rows")), None
    )
    if listed is None or len(parents) < 2:
        return False
    table, at = world.below(listed, parents[:-1])
    row = table.find(parents[-1][1])
    return row is None or row not in at


def beyond(world: World, table: Table, key: str, name: str, path: str) -> Any:
    """For each row, a column of the record that its key leads to; null where it leads nowhere."""
    mine, other = column(table, key), world.table(name)
    ids, values = column(other, "id"), other.array(path)
    at = np.minimum(np.searchsorted(ids, mine), len(ids) - 1)
    found = np.asarray(values)[at]
    empty: Any = {"M": np.datetime64("NaT"), "i": -1, "f": np.nan}.get(found.dtype.kind)
    return np.where(ids[at] == mine, found, empty)
