"""How much of a sweep is tested: a tenth of each kind, or all of it."""

from __future__ import annotations

import os
import zlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from stnb.catalog import Endpoint

T = TypeVar("T")
EVERYTHING = os.environ.get("STNB_TEST_ALL") == "1"  # read before the tests clear our variables


def tenth(cases: Sequence[T], kind: Callable[[T], Hashable]) -> list[T]:
    """A tenth of the cases of each kind, and at least one; with STNB_TEST_ALL=1 all of them.

    The same cases in every run and in every process, spread over each kind.

    Args:
        cases: what a sweep repeats a test for.
        kind: what makes two cases the same test with other names.
    """
    if EVERYTHING:
        return list(cases)
    kinds: dict[Hashable, list[int]] = defaultdict(list)
    for place, case in enumerate(cases):
        kinds[kind(case)].append(place)
    chosen: set[int] = set()
    for name, places in kinds.items():
        first = zlib.crc32(repr(name).encode()) % min(10, len(places))
        chosen.update(places[first::10])
    return [cases[place] for place in sorted(chosen)]


def tries(number: int) -> int:
    """How many random tries of an attack are made: a tenth of them, and at least ten; all with
    STNB_TEST_ALL=1.
    """
    return number if EVERYTHING else max(number // 10, 10)


def column_types(endpoint: Endpoint) -> tuple[str, ...]:
    """A kind for sweeps over columns: resources with the same types of columns are alike."""
    return tuple(sorted({column.type for column in endpoint.columns}))
