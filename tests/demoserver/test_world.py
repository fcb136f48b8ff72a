"""The demo's tables: seed, scale and day decide every byte of them, and nothing else does."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import date

import numpy as np
import pytest

from stnb.catalog import Endpoint, load
from stnb.demoserver.company.world import World, history
from stnb.demoserver.live.live import Live

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


@pytest.mark.long
def test_the_same_seed_gives_the_same_bytes() -> None:
    """In two processes, and whatever is asked for first; another seed gives other rows."""
    command = [sys.executable, __file__, "7"]
    there = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    here, other = marks(7), World(CATALOG, 8, 0.05, TODAY)

    assert there == [here[name] for name in sorted(here)]
    assert mark(other, CATALOG["jpm.jobs"]) != here["jpm.jobs"]
    assert len(here) > 200


def test_demos_of_one_company_share_its_rows() -> None:
    """On the same day, as long as the company is not too large to be kept; another seed, size or
    day is another one.
    """
    world = history(7, 0.02, TODAY)

    assert history(7, 0.02, TODAY) is world
    for other in (history(8, 0.02, TODAY), history(7, 0.03, TODAY), history(7, 0.02, date.max)):
        assert other is not world
    assert history(7, 2.0, TODAY) is not history(7, 2.0, TODAY)


def test_a_live_demo_leaves_the_rows_of_the_others_alone() -> None:
    """It goes on from a history that other demos have, too."""
    world, jobs = history(7, 0.02, TODAY), CATALOG["jpm.jobs"]
    before = mark(world, jobs)
    later = Live(world, lambda: np.datetime64(TODAY, "us") + np.timedelta64(60, "h")).world()

    assert later.table("jpm.jobs").size > world.table("jpm.jobs").size
    assert mark(later, jobs) != before
    assert mark(world, jobs) == before


if __name__ == "__main__":
    found = marks(int(sys.argv[1]), backwards=True)
    sys.stdout.write(" ".join(found[name] for name in sorted(found)))
