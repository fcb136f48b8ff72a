"""Every resource's table, found by the name of its endpoint.

Simulated, generated, or a part of another.
"""

from __future__ import annotations

import threading
import zlib
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from stnb.catalog import Catalog, Column, Endpoint, load

from .columns import Array, Index, Ragged
from .filler import Filler
from .matching import equal
from .resources import FACTS, MAKERS, NOUNS, PARTS, SAME
from .simulation import Company
from .table import Table

FEW, MANY = 14, 160  # rows of a generated lookup, and of what happens day by day
NO_ROWS: Index = np.empty(0, dtype=np.int64)
KEPT = 2  # how many worlds stay in memory when nobody has them any more
LARGEST_KEPT = 1.0  # of these, the scale; a larger world takes hundreds of megabytes


class World:
    """The demo's tables.

    Args:
        catalog: says which there are and what columns they have.
        company: the simulation behind them.
    """

    def __init__(self, catalog: Catalog, seed: int, scale: float, today: date) -> None:
        self.catalog = catalog
        self.company = Company(seed, scale, today, MAKERS, FACTS)
        self.fill = Filler(self.company, self.ids, self.names, self._guids, self._nest)
        self._tables: dict[str, Table] = {}
        self._lock = threading.RLock()
        self._lists = {e.path: e.name for e in catalog if e.kind in ("list", "rows")}
        # Where two lists have the same record, the one that is not below another record is its
        # home.
        deepest_first = sorted(catalog, key=lambda e: -e.path.count("{"))
        self._records = {
            e.record: e.name for e in deepest_first if e.record and e.kind in ("list", "rows")
        }

    @cached_property
    def _shown(self) -> dict[str, list[Endpoint]]:
        """The endpoints that show each table."""
        out: dict[str, list[Endpoint]] = {}
        for endpoint in self.catalog:
            out.setdefault(self.home(endpoint), []).append(endpoint)
            if endpoint.name in PARTS:
                out.setdefault(PARTS[endpoint.name][0], []).append(endpoint)
        return out

    def home(self, endpoint: Endpoint) -> str:
        """The resource whose rows the endpoint shows: a feed and a record show those of
        their list."""
        name = endpoint.name
        base = SAME.get(name) or self._records.get(name) or name
        if ".export." in base and base not in self.company:
            plain = base.replace(".export.", ".")
            base = plain if plain in self.catalog else base
        return base

    def table(self, name: str) -> Table:
        """The table of that resource, made now if need be."""
        with self._lock:
            if name not in self._tables:
                self._tables[name] = self._make(name)
            return self._tables[name]

    def looked_up(self) -> World:
        """This world for filters that look something up in other tables."""
        return self

    def _make(self, name: str) -> Table:
        columns = self.catalog.endpoints[name].columns if name in self.catalog else ()
        data: dict[str, Any] = {}
        for path, column in self.company[name].items() if name in self.company else ():
            data[path] = (
                Ragged(column.starts, self.table(column.values)) if _named(column) else column
            )
        keyed = {} if data else self._keyed(name)
        size = len(data["id"]) if data else len(*keyed.values()) if keyed else self._size(columns)
        data |= keyed
        table = Table(name, size, data, columns, self.fill)
        for endpoint in self._shown.get(name, ()):
            table.show(endpoint.columns)
        return table

    def _keyed(self, name: str) -> dict[str, Any]:
        """For rows that another's id identifies, such as an employee's settings.

        Each of those ids once.
        """
        endpoint = self.catalog.endpoints.get(name)
        if endpoint is None or len(endpoint.key) != 1 or endpoint.key == ("id",):
            return {}
        column = next(c for c in endpoint.columns if c.name == endpoint.key[0])
        known = self.ids(column.refers) if column.refers else None
        return {} if known is None else {column.name: known[:MANY]}

    def _size(self, columns: tuple[Column, ...]) -> int:
        names = {c.name for c in columns}
        busy = names & {
            "jobId",
            "customerId",
            "customer",
            "employeeId",
            "technicianId",
            "vendorId",
            "locationId",
            "taskNumber",
        }
        return MANY if busy else FEW

    def _guids(self, name: str) -> Array:
        return np.asarray(self.table(name).array("id"))

    def _nest(self, name: str, size: int, element: Column) -> Table:
        return Table(name, size, {}, element.children, self.fill)

    def below(self, endpoint: Endpoint, parents: list[tuple[str, str]]) -> tuple[Table, Index]:
        """The rows of a list below a record.

        `parents` are the ids in the path, each with the segment before it.
        """
        noun, key = parents[-1]
        if endpoint.name in PARTS:
            name, column = PARTS[endpoint.name]
            table = self.table(name)
            if not column:
                return table, np.arange(table.size)
            values = table.array(column)
            return table, NO_ROWS if values is None else np.flatnonzero(equal(values, [key]))
        name = f"{endpoint.name}({','.join(k for _, k in parents)})"
        size = zlib.crc32(name.encode()) % 4
        data: dict[str, Any] = {}
        single = f"{noun.rstrip('s').replace('-', '')}Id".lower()
        for mine in endpoint.columns:
            if mine.name.lower() == single and mine.type == "integer" and key.isdecimal():
                data[mine.name] = np.full(size, int(key))
        return Table(name, size, data, endpoint.columns, self.fill), np.arange(size)

    def single(self, endpoint: Endpoint, keys: list[str]) -> Table:
        """A record that is in no list: one row made for it."""
        name = f"{endpoint.name}({','.join(keys)})"
        key = int(keys[-1]) if keys and keys[-1].isdecimal() else None
        mine = (
            {"id", *(f"{n.rstrip('s')}Id" for n in ("jobs", "employees"))}
            if key is not None
            else set()
        )
        data: dict[str, Any] = {
            c.name: np.array([key])
            for c in endpoint.columns
            if c.name in mine and c.type == "integer"
        }
        return Table(name, 1, data, endpoint.columns, self.fill)

    def owner(
        self, endpoint: Endpoint, parents: list[tuple[str, str]]
    ) -> tuple[Table, int | None] | None:
        """The record that the path names and its row (None where there is no such record).

        None where nobody keeps such records.
        """
        noun, key = parents[-1]
        before = endpoint.path.split("/{")[: 1 + len(parents)]
        listed = "/{".join(before)
        name = self._lists.get(listed) if "{" not in listed.split("{tenant}")[1] else None
        name = NOUNS.get(noun) if name is None else self.home(self.catalog[name])
        if name is None:
            return None
        table = self.table(name)
        return table, table.find(key)

    # -- what links lead to

    def ids(self, name: str) -> Index | None:
        """The ids of a resource, in order; None where it has none that are numbers."""
        if name == "users":
            found: Any = self.company.users.id
        elif name in self.company:
            found = self.company[name].get("id")
        elif name in self.catalog:
            found = self.table(self.home(self.catalog[name])).array("id")
        else:
            return None
        return np.sort(found) if found is not None and found.dtype.kind == "i" else None

    def names(self, name: str) -> list[str] | None:
        """The names of a simulated resource, in the order of its ids."""
        if name not in self.company or name not in self.catalog:
            return None
        names = self.table(name).array("name")
        return None if names is None else names.tolist()


def _named(column: Any) -> bool:
    return isinstance(column, Ragged) and isinstance(column.values, str)


def history(seed: int, scale: float, today: date) -> World:
    """The world of a company on a day: the same one for all who ask, because nothing changes it.

    Whoever connects to the demo again does not wait until it is made again.
    """
    if scale > LARGEST_KEPT:
        return World(load(), seed, scale, today)
    return _kept(seed, scale, today)


@lru_cache(KEPT)
def _kept(seed: int, scale: float, today: date) -> World:
    return World(load(), seed, scale, today)
