"""The demo's tables: seed, scale and day decide every byte of them, and nothing else does."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import date

import numpy as np

from stnb.catalog import Endpoint, load
from stnb.demoserver.company.world import World

CATALOG = load()
TODAY = date(2026, 3, 2)
TABLES = [e for e in CATALOG if e.kind in ("list", "rows", "export") and e.module != "reporting"]


def mark(world: World, endpoint: Endpoint) -> str:
    """What the rows of a table come to, as that endpoint shows them."""
    table = world.table(world.home(endpoint))
    rows = table.rows(np.arange(table.size), endpoint.columns, endpoint.name)
    return hashlib.sha256(b"\n".join(rows)).hexdigest()


def marks(seed: int, backwards: bool = False) -> dict[str, str]:
    """By table; the tables are asked for in the order of their names, or in the opposite order."""
    world = World(CATALOG, seed, 0.05, TODAY)
    in_order = sorted(TABLES, key=lambda e: e.name, reverse=backwards)
    return {e.name: mark(world, e) for e in in_order}


def test_the_same_seed_gives_the_same_bytes() -> None:
    """In two processes, and whatever is asked for first; another seed gives other rows."""
    command = [sys.executable, __file__, "7"]
    there = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    here, other = marks(7), marks(8)

    assert there == [here[name] for name in sorted(here)]
    assert other["jpm.jobs"] != here["jpm.jobs"]
    assert len(here) > 200


if __name__ == "__main__":
    found = marks(int(sys.argv[1]), backwards=True)
    sys.stdout.write(" ".join(found[name] for name in sorted(found)))
