"""A small demo contractor and its lists, each read once, to compare one list with another."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np

from stnb.catalog import load
from stnb.demoserver.company.world import World

CATALOG = load()
TODAY = date(2026, 3, 2)
WORLD = World(CATALOG, 5, 0.2, TODAY)
ROWS: dict[str, list[dict[str, Any]]] = {}


def rows(name: str) -> list[dict[str, Any]]:
    """Every row of a list, as a client would read it."""
    if name not in ROWS:
        table = WORLD.table(WORLD.home(CATALOG[name]))
        ROWS[name] = [
            json.loads(r) for r in table.rows(np.arange(table.size), CATALOG[name].columns, name)
        ]
    return ROWS[name]
