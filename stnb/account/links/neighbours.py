"""What lies around a resource, as data: where its ids lead, and what leads to it."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from stnb.catalog import Catalog, Endpoint

from .rules import FIRST, links_of

MOST = 12  # resources that lead here, in a picture; the others are counted
SURE = {"documented": 0, "by name": 1, "open": 2}


@dataclass(frozen=True)
class Edge:
    """That columns of one resource lead to another.

    Attributes:
        pairs: (column, the target's column); lists that have to be opened have brackets.
        how: the surest of them: "documented", "by name" or "open".
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
        """The columns, each with what it is found by where that is not an id: "createdById →
        userId".
        """
        return tuple(column if by == "id" else f"{column} → {by}" for column, by in self.pairs)


@dataclass(frozen=True)
class Around:
    """The resources around one.

    Attributes:
        name: the resource in the middle.
        levels: outwards, what each step leads to that no step before did; the first is the resource
            itself.
        out: the links from each level to the next.
        own: the link to rows of the same resource; None where there is none.
        into: the links of other resources to this one, those first that most others lead to.
        modules: of the catalogue, which gives each a colour.
    """

    name: str
    levels: tuple[tuple[str, ...], ...]
    out: tuple[Edge, ...]
    own: Edge | None
    into: tuple[Edge, ...]
    modules: tuple[str, ...] = ()

    @functools.cached_property
    def nodes(self) -> pd.DataFrame:
        """resource, module, side ("itself", "leads to" or "led from"), distance."""
        rows = [
            (n, "itself" if d == 0 else "leads to", d)
            for d, level in enumerate(self.levels)
            for n in level
        ]
        seen = {name for name, _, _ in rows}
        rows += [(e.source, "led from", 1) for e in self.into if e.source not in seen]
        told = [(name, name.split(".")[0], side, distance) for name, side, distance in rows]
        return pd.DataFrame(told, columns=["resource", "module", "side", "distance"])

    @functools.cached_property
    def edges(self) -> pd.DataFrame:
        """from, to, columns (a text), by, how; a row for each two resources that are linked."""
        rows = [
            (
                e.source,
                e.target,
                ", ".join(e.columns),
                ", ".join(dict.fromkeys(by for _, by in e.pairs)),
                e.how,
            )
            for e in (*filter(None, [self.own]), *self.out, *self.into)
        ]
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
    seen, out = {middle.name}, []
    for _ in range(depth):
        fresh = [
            e for source in levels[-1] for e in edges_of(catalog[source]) if e.target not in seen
        ]
        out += fresh
        levels.append(
            tuple(sorted({e.target for e in fresh}, key=lambda n: (_place(n.split(".")[0]), n)))
        )
        seen.update(levels[-1])
    return tuple(level for level in levels if level), tuple(out)


def inwards(catalog: Catalog, middle: Endpoint) -> tuple[Edge, ...]:
    """The links of other resources to this one, those first that are asked for most."""
    return tuple(
        sorted(_incoming(catalog, middle), key=lambda edge: _worth(catalog, edge, middle.name))
    )


def _incoming(catalog: Catalog, middle: Endpoint) -> Iterator[Edge]:
    for endpoint in catalog:
        twin = endpoint.name.replace(".export.", ".")
        if (
            endpoint is middle
            or endpoint.name.endswith((".get", ".export"))
            or (twin != endpoint.name and twin in catalog)
        ):
            continue
        yield from (e for e in edges_of(endpoint) if e.target == middle.name)


@functools.cache
def edges_of(endpoint: Endpoint) -> tuple[Edge, ...]:
    """The links of a resource, one for each resource that it leads to."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for link in links_of(endpoint):
        for target in link.targets:
            if (target.resource, target.by) != (
                endpoint.name,
                link.path,
            ):  # an employee's userId is its own
                found.setdefault(target.resource, []).append((link.column, target.by, link.how))
    return tuple(
        Edge(
            endpoint.name,
            target,
            tuple((c, by) for c, by, _ in led),
            min((how for *_, how in led), key=SURE.__getitem__),
        )
        for target, led in found.items()
    )


def _worth(catalog: Catalog, edge: Edge, middle: str) -> tuple[bool, int, int, str]:
    """What is asked for most comes first: lists before what is below them, and those first that
    most others lead to.
    """
    below = edge.source.count(".") > 1 or edge.source.startswith(f"{middle}.")
    return below, -_led_to(catalog)[edge.source], _place(edge.source.split(".")[0]), edge.source


@functools.cache
def _led_to(catalog: Catalog) -> Counter[str]:
    """How many resources lead to each."""
    return Counter(edge.target for endpoint in catalog for edge in edges_of(endpoint))


def _place(module: str) -> int:
    return FIRST.index(module) if module in FIRST else len(FIRST)
