"""How much of a sweep is tested: a tenth of each kind, or all of it."""

from __future__ import annotations

import itertools
import os
import zlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar

import pytest

from stnb.catalog import Column, Endpoint

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


def tries(number: int, least: int = 10) -> int:
    """How many random tries of an attack are made: a tenth of them, and at least so many; all with
    STNB_TEST_ALL=1.
    """
    return number if EVERYTHING else max(number // 10, min(least, number))


def with_all_types(endpoints: Sequence[Endpoint]) -> list[Endpoint]:
    """A tenth of the resources, and what else it takes to have each type of column at each depth;
    with STNB_TEST_ALL=1 all of them.

    For sweeps over columns: how one is read does not depend on those beside it.
    """
    if EVERYTHING:
        return list(endpoints)
    types = [_column_types(endpoint.columns) for endpoint in endpoints]
    chosen = set(range(0, len(endpoints), 10))
    missing = set().union(*types).difference(*(types[place] for place in chosen))
    while missing:
        best = max(range(len(types)), key=lambda place: len(types[place] & missing))
        chosen.add(best)
        missing -= types[best]
    return [endpoints[place] for place in sorted(chosen)]


def by_module(endpoints: Iterable[Endpoint]) -> list[Any]:
    """The resources of each module together, for what takes less time than pytest needs for a
    test.
    """
    groups: dict[str, list[Endpoint]] = defaultdict(list)
    for endpoint in endpoints:
        groups[endpoint.module].append(endpoint)
    return [pytest.param(group, id=module) for module, group in groups.items()]


def _column_types(columns: Iterable[Column], above: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """The types of columns, each with the types of what it stands in."""
    found = set()
    for column in columns:
        here = (*above, f"{column.type} as text" if column.text else column.type)
        found.add(here)
        found |= _column_types(column.children, here)
    return found


def of_each(*axes: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Cases in which each value of each axis stands at least once, together with ever other ones;
    with STNB_TEST_ALL=1 each value with each other.
    """
    lists = [list(axis) for axis in axes]
    if EVERYTHING:
        return list(itertools.product(*lists))
    longest = max(len(values) for values in lists)
    return [tuple(values[at % len(values)] for values in lists) for at in range(longest)]


def in_turn(cases: Sequence[T], name: str) -> list[T]:
    """One of the cases, another one for another name; with STNB_TEST_ALL=1 all of them.

    For what a sweep repeats for each of its own cases.
    """
    if EVERYTHING:
        return list(cases)
    return [cases[zlib.crc32(name.encode()) % len(cases)]] if cases else []
