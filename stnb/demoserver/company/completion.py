"""Columns that are completed when a table is first served: custom fields, numeric enums."""

from __future__ import annotations

from typing import Any

import numpy as np

from stnb.catalog import Column, Endpoint

from .columns import Choice, ragged
from .table import LOCK, Table, paths
from .world import World

FIELDS = (("Cost Center", ("North", "South")), ("Approved By Phone", ("Yes", "No")))


def dress(world: World, endpoint: Endpoint, table: Table) -> Table:
    """The table, completed when it is first served."""
    with LOCK:
        if "_dressed" not in table.data:
            table.data["_dressed"] = True
            _complete(world, endpoint, table)
    return table


def _complete(world: World, endpoint: Endpoint, table: Table) -> None:
    columns = {c.name: c for c in (table.columns or endpoint.columns)}
    if "customFields" in columns and (not table.made or table.data.get("customFields", []) == []):
        table.data["customFields"] = _fields(world, table, columns["customFields"])
    if (
        table.made
        and "preferredTechnicianIds" in columns
        and "preferredTechnicianIds" not in table.data
    ):
        table.data["preferredTechnicianIds"] = _technicians(world, table)
    complete_enums(table)


def _fields(world: World, table: Table, column: Column) -> Choice:
    """Custom fields on half of the rows; their values are always text."""
    typed = any(c.name == "typeId" for c in column.children[0].children)
    sets: list[list[dict[str, Any]]] = [[]]
    for i, (name, values) in enumerate(FIELDS):
        for value in values:
            field = {**({"typeId": 7_100 + i} if typed else {}), "name": name, "value": value}
            sets.append([field] if i == 0 else [*sets[1], field])
    rng = world.company.rng(f"custom fields of {table.name}")
    return Choice(
        np.where(rng.random(table.size) < 0.5, rng.integers(1, len(sets), table.size), 0), sets
    )


def _technicians(world: World, table: Table) -> Any:
    rng, crew = world.company.rng(f"technicians of {table.name}"), world.ids("settings.technicians")
    counts = (rng.random(table.size) < 0.3).astype(np.int64)
    assert crew is not None  # the simulation has technicians
    return ragged(counts, crew[rng.integers(0, len(crew), int(counts.sum()))])


def complete_enums(table: Table) -> None:
    """Makes numbers of the enums that are numbers in the answers."""
    for path, column in paths(table.columns):
        if (
            column.type == "enum"
            and column.values
            and all(v.lstrip("-").isdecimal() for v in column.values)
        ):
            drawn = table.raw(path)
            if isinstance(drawn, Choice):
                table.data[path] = Choice(
                    drawn.codes, [None if v is None else int(v) for v in drawn.values]
                )
            elif isinstance(drawn, int | np.ndarray):
                known, codes = np.unique(np.broadcast_to(drawn, table.size), return_inverse=True)
                table.data[path] = Choice(
                    codes.astype(np.int64), [int(v) if int(v) >= 0 else None for v in known]
                )
