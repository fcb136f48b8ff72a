"""What lies around a resource, as data: where its ids lead and what leads to it."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from stnb.catalog import Catalog, Endpoint

from .rules import links_of, module_rank, repeats_a_list

MOST = 12  # resources that lead here on a picture; the others are counted
SURE = {"documented": 0, "by name": 1, "open": 2}


@dataclass(frozen=True)
class Edge:
    """Columns of one resource that lead to another.

    Attributes:
        pairs: (column, the target's column); a list that has to be opened has brackets.
        how: of the surest pair: "documented", "by name" or "open".
    """

    source: str
    target: str
    pairs: tuple[tuple[str, str], ...]
    how: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that lead there."""
        return tuple(dict.fromkeys(column for column, _ in self.pairs))

    @property
    def labels(self) -> tuple[str, ...]:
        """The columns, with the target's column unless that is its id: "createdById → userId"."""
        return tuple(_label(column, by) for column, by in self.pairs)


def _label(column: str, by: str) -> str:
    return column if by == "id" else f"{column} → {by}"


@dataclass(frozen=True)
class Around:
    """The resources around one.

    Attributes:
        name: the resource in the middle.
        levels: the resource itself, then what each step outwards leads to for the first time.
        out: the links from each level to the next.
        own: the link to rows of the same resource; None if there is none.
        into: the links of other resources to this one; those that most others lead to come first.
        modules: all of the catalogue; the place of each decides its colour.
    """

    name: str
    levels: tuple[tuple[str, ...], ...]
    out: tuple[Edge, ...]
    own: Edge | None
    into: tuple[Edge, ...]
    modules: tuple[str, ...] = ()

    @functools.cached_property
    def nodes(self) -> pd.DataFrame:
        """A row for each resource: resource, module, side and distance (in steps).

        `side` is "itself", "leads to" or "led from".
        """
        # What leads to the middle may also be led to: it keeps the place that it has by then.
        places: dict[str, tuple[str, int]] = {}
        for distance, level in enumerate(self.levels):
            side = "leads to" if distance else "itself"
            places |= dict.fromkeys(level, (side, distance))
        for edge in self.into:
            places.setdefault(edge.source, ("led from", 1))
        rows = [(name, module_of(name), *place) for name, place in places.items()]
        return pd.DataFrame(rows, columns=["resource", "module", "side", "distance"])

    @functools.cached_property
    def edges(self) -> pd.DataFrame:
        """A row for each two linked resources: from, to, columns and by (as text), how."""
        rows = []
        for edge in (*filter(None, [self.own]), *self.out, *self.into):
            by = dict.fromkeys(by for _, by in edge.pairs)
            rows.append(
                (edge.source, edge.target, ", ".join(edge.columns), ", ".join(by), edge.how)
            )
        return pd.DataFrame(rows, columns=["from", "to", "columns", "by", "how"])

    @property
    def shown(self) -> tuple[Edge, ...]:
        """The links to this resource that a picture has room for."""
        return self.into[:MOST]


def outwards(
    catalog: Catalog, middle: Endpoint, depth: int
) -> tuple[tuple[tuple[str, ...], ...], tuple[Edge, ...]]:
    """The levels outwards, and the links from each to the next."""
    levels: list[tuple[str, ...]] = [(middle.name,)]
    seen = {middle.name}
    out: list[Edge] = []
    for _ in range(depth):
        fresh = []
        for source in levels[-1]:
            fresh += [edge for edge in edges_of(catalog[source]) if edge.target not in seen]
        out += fresh
        levels.append(tuple(sorted({edge.target for edge in fresh}, key=_by_module)))
        # Only now: several resources of one level may lead to the same one of the next.
        seen.update(levels[-1])
    return tuple(level for level in levels if level), tuple(out)


def module_of(name: str) -> str:
    """The module of a resource: "jpm" of "jpm.jobs"."""
    return name.partition(".")[0]


def _by_module(name: str) -> tuple[int, str]:
    return module_rank(module_of(name)), name


def inwards(catalog: Catalog, middle: Endpoint) -> tuple[Edge, ...]:
    """The links of other resources to this one; those that people ask about most come first."""

    def worth(edge: Edge) -> tuple[bool, int, int, str]:
        return _worth(catalog, edge, middle.name)

    return tuple(sorted(_incoming(catalog, middle), key=worth))


def _incoming(catalog: Catalog, middle: Endpoint) -> Iterator[Edge]:
    for endpoint in catalog:
        if endpoint is middle or repeats_a_list(catalog, endpoint):
            continue
        for edge in edges_of(endpoint):
            if edge.target == middle.name:
                yield edge


@functools.cache
def edges_of(endpoint: Endpoint) -> tuple[Edge, ...]:
    """The links of a resource, one edge for each resource that it leads to."""
    pairs: dict[str, list[tuple[str, str]]] = {}
    surest: dict[str, str] = {}
    for link in links_of(endpoint):
        for target in link.targets:
            if (target.resource, target.by) == (endpoint.name, link.path):
                continue  # an employee's userId is its own
            name = target.resource
            pairs.setdefault(name, []).append((link.column, target.by))
            surest[name] = min(surest.get(name, link.how), link.how, key=SURE.__getitem__)
    edges = []
    for name, found in pairs.items():
        edges.append(Edge(endpoint.name, name, tuple(found), surest[name]))
    return tuple(edges)


def _worth(catalog: Catalog, edge: Edge, middle: str) -> tuple[bool, int, int, str]:
    """A key that puts lists before what is below them, and before those the most linked ones."""
    source = edge.source
    below = source.count(".") > 1 or source.startswith(f"{middle}.")
    return below, -_led_to(catalog)[source], module_rank(module_of(source)), source


@functools.cache
def _led_to(catalog: Catalog) -> Counter[str]:
    """How many resources lead to each."""
    return Counter(edge.target for endpoint in catalog for edge in edges_of(endpoint))
