"""Rows in which as much as possible is filled, for who wants to see what a row can hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stnb.catalog import Column, Endpoint

from .columns import Choice, Ragged
from .completion import complete_enums, dress
from .resources import PARTS
from .table import Table
from .world import World


def example_rows(world: World, endpoint: Endpoint, limit: int) -> list[bytes]:
    """The first rows that an endpoint shows, each as JSON.

    They are the company's own rows; the columns that its history leaves empty are filled too.
    """
    name = world.home(endpoint)
    if endpoint.name in PARTS:
        name, _ = PARTS[endpoint.name]
    table = dress(world, endpoint, world.table(name))
    if table.size == 0:  # a company this small may lack a thing altogether
        table = Table(name, 1, {}, endpoint.columns, world.fill)
    table = _filled(world, table, endpoint.columns)
    complete_enums(table)
    at = np.arange(min(limit, table.size))
    return table.rows(at, endpoint.columns, endpoint.name)


def _filled(world: World, table: Table, columns: Sequence[Column]) -> Table:
    """A copy whose empty columns are made anew, as for a table without a history."""
    known: dict[str, Any] = {}
    for path, column in table.data.items():
        if not _is_empty(column):
            known[path] = column
            if isinstance(column, Ragged) and isinstance(column.values, Table):
                inner = column.values
                known[path] = Ragged(column.starts, _filled(world, inner, inner.columns))
    copy = Table(table.name, table.size, known, columns, world.fill)
    copy.made = False  # else what the history does not say would be null again
    return copy


def _is_empty(column: Any) -> bool:
    """Whether a column is null, or an empty list, in every row."""
    if isinstance(column, Ragged):
        return bool(column.starts[-1] == 0)
    if isinstance(column, Choice):
        column = column.array()
    if isinstance(column, list):
        return not column
    if not isinstance(column, np.ndarray):
        return column is None
    if column.dtype.kind == "i":
        return bool((column < 0).all())
    if column.dtype.kind == "f":
        return bool(np.isnan(column).all())
    if column.dtype.kind == "M":
        return bool(np.isnat(column).all())
    return all(value is None or value == [] for value in column.tolist())
