"""What a round of all tests leaves out that is to be short: most cases of a test that has many, and
what is marked `long`. Whole sweeps, and rounds of a named part, leave nothing out; what is marked
`each` runs with all its cases in every round.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from pathlib import Path

import pytest

from .sample import EVERYTHING

ROOT = Path(__file__).parents[2]
NO_PAGES = "not browser"  # the part that machines without a browser run
FEW = 2  # cases of a test that always run
ONE_OF = 8  # of more cases, an eighth runs


def is_short(config: pytest.Config) -> bool:
    """Whether no part is named, and not all of it is asked for."""
    everywhere = all(Path(given).resolve() in (ROOT, ROOT / "tests") for given in config.args)
    chosen = config.option.keyword or config.option.markexpr not in ("", NO_PAGES)
    return everywhere and not chosen and not EVERYTHING


def left_out(items: list[pytest.Item]) -> list[pytest.Item]:
    """The tests that a short round leaves out; the same ones in every process."""
    cases: dict[str, list[pytest.Item]] = defaultdict(list)
    found = []
    for item in items:
        if item.get_closest_marker("long"):
            found.append(item)
        elif not item.get_closest_marker("each"):
            cases[item.nodeid.partition("[")[0]].append(item)
    for name, of_one in cases.items():
        found += set(of_one).difference(chosen(name, of_one))
    return found


def chosen(name: str, cases: list[pytest.Item]) -> list[pytest.Item]:
    """The cases of one test that run, spread over all of them; others for another test."""
    if len(cases) <= FEW:
        return cases
    apart = min(ONE_OF, len(cases) // FEW)
    return cases[zlib.crc32(name.encode()) % apart :: apart]
