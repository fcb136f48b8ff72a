"""Columns that the simulation does not make.

Values of the right type, drawn by name, with ids that lead somewhere.
"""

from __future__ import annotations

import re
import uuid
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from stnb.catalog import Column

from .columns import Array, Choice, Index, ragged
from .filler_texts import wording
from .simulation import DAY, NAT, SECOND, Company, Rng, blur, draw, later, objects, spread, taken
from .table import MISSING, Table
from .words import SENTENCES

# Lists of ids say in their names where they lead; the catalogue links single ids only.
BY_NAME = {
    "businessUnitIds": "settings.business_units",
    "businessUnits": "settings.business_units",
    "tagTypeIds": "settings.tag_types",
    "technicianIds": "settings.technicians",
    "technicians": "settings.technicians",
    "zoneIds": "dispatch.zones",
    "roleIds": "settings.user_roles",
    "locationIds": "crm.locations",
    "jobIds": "jpm.jobs",
    "employeeIds": "settings.employees",
    "involvedEmployeeIdList": "settings.employees",
    "projectManagerIds": "settings.employees",
    "createdBy": "users",
    "modifiedBy": "users",
    "managerId": "settings.employees",
    "skuId": "pricebook.materials",
}
# What a row says about its job, and where that stands on the job.
OF_JOB = {
    "customerId": "customerId",
    "locationId": "locationId",
    "businessUnitId": "businessUnitId",
    "projectId": "projectId",
}
OF_JOB |= {
    "jobNumber": "jobNumber",
    "invoiceId": "invoiceId",
    "jobTypeId": "jobTypeId",
    "campaignId": "campaignId",
}
NULL_SHARE = 0.15


class Filler:
    """Fills the columns of tables.

    Args:
        ids: gives the ids of a resource, or None where it is none of ours.
        names: gives the names of a resource in the order of its ids, or None.
        guids: gives the ids of a resource that has GUIDs.
        nest: makes the table of a list's elements, from its name, size and element.
    """

    def __init__(
        self,
        company: Company,
        ids: Callable[[str], Index | None],
        names: Callable[[str], list[str] | None],
        guids: Callable[[str], Array],
        nest: Callable[[str, int, Column], Table],
    ) -> None:
        self.company, self.ids, self.names, self.guids, self.nest = company, ids, names, guids, nest

    def __call__(self, table: Table, column: Column, path: str) -> Any:
        if (known := self._recorded(table, path)) is not MISSING:
            return known
        rng = self.company.rng(f"{table.name}:{path}")
        n = table.size
        if column.type == "array":
            return [] if table.made else self._list(rng, table, column, path)
        if path.endswith(".name") and (named := self._named(table, path)) is not None:
            return named
        if (followed := self._followed(rng, table, column, path)) is not None:
            return followed
        if (
            table.made
            and column.nullable
            and not column.refers
            and column.name not in ("modifiedOn", "createdOn")
        ):
            return None
        if (anyone := self._linked(rng, table, column)) is not None:
            return anyone
        if column.type == "guid" and column.name == "contactId":
            return self.guids("crm.contacts")[rng.integers(0, len(self.guids("crm.contacts")), n)]
        if column.type in ("date-time", "date"):
            return self._moment(rng, table, column, path)
        return _plain(rng, table, column, path)

    def _recorded(self, table: Table, path: str) -> Any:
        """The column of a record that is in no list, where the simulation keeps such records.

        Those of the id in the table's name.
        """
        name, _, keys = table.name.partition("(")
        if (
            not keys.endswith(")")
            or table.size != 1
            or name not in self.company
            or path not in self.company[name]
        ):
            return MISSING
        data, key = self.company[name], keys[:-1].rpartition(",")[2]
        at = np.flatnonzero(data["id"].astype(str) == key) if key else np.zeros(1, dtype=np.int64)
        return taken(data[path], at) if len(at) else MISSING

    def _linked(self, rng: Rng, table: Table, column: Column) -> Index | None:
        """Any ids of what the column leads to."""
        target = column.refers or BY_NAME.get(column.name)
        known = self.ids(target) if target and column.type in ("integer", "string") else None
        if known is None or not len(known):
            return None
        return self._blank(rng, column, known[rng.integers(0, len(known), table.size)])

    def _followed(self, rng: Rng, table: Table, column: Column, path: str) -> Any:
        """What follows from the row's job or location, so that the two agree.

        None where nothing does.
        """
        if (
            path not in OF_JOB
            or column.type not in ("integer", "string")
            or table.name == "jpm.jobs"
        ):
            return None
        jobs, mine = self.company["jpm.jobs"], table.array("jobId") if "jobId" in table else None
        if mine is None or mine.dtype.kind != "i":
            return self._owner(table) if path == "customerId" else None
        values = jobs[OF_JOB[path]][np.searchsorted(jobs["id"], np.maximum(mine, jobs["id"][0]))]
        other = self._linked(rng, table, column) if (mine < 0).any() else None
        values = np.where(mine >= 0, values, -1 if other is None else other)
        return None if not column.nullable and (values < 0).any() else values

    def _owner(self, table: Table) -> Any:
        """Whose the row's location is."""
        places = self.company["crm.locations"]
        mine = table.array("locationId") if "locationId" in table else None
        if mine is None or mine.dtype.kind != "i" or (mine < 0).any():
            return None
        return places["customerId"][np.searchsorted(places["id"], mine)]

    def _blank(self, rng: Rng, column: Column, values: Index) -> Index:
        return (
            np.where(rng.random(len(values)) < NULL_SHARE, -1, values)
            if column.nullable
            else values
        )

    def _named(self, table: Table, path: str) -> Choice | None:
        """The name beside an id that leads to something with a name, as that calls itself."""
        above = path.rpartition(".")[0]
        column = table.types.get(f"{above}.id")
        if column is None or not column.refers or (names := self.names(column.refers)) is None:
            return None
        known, mine = self.ids(column.refers), table.raw(f"{above}.id", column)
        assert known is not None  # what has names has ids
        return Choice(
            np.minimum(np.searchsorted(known, np.maximum(mine, 0)), len(names) - 1), names
        )

    def _list(self, rng: Rng, table: Table, column: Column, path: str) -> Any:
        if not column.children or column.children[0].type == "any":
            return []
        element = column.children[0]
        counts = rng.integers(0, 4, table.size)
        total = int(counts.sum())
        inner = self.nest(f"{table.name}:{path}", total, element)
        if element.type == "object":
            return ragged(counts, inner)
        named = Column(
            column.name,
            element.type,
            False,
            element.values,
            element.text,
            element.children,
            element.refers or column.refers,
        )
        values = self(inner, named, column.name)
        return (
            ragged(counts, values)
            if isinstance(values, np.ndarray)
            else _relist(counts, values, inner, element)
        )

    def _moment(self, rng: Rng, table: Table, column: Column, path: str) -> Any:
        """The moments of a row follow its first one.

        It begins, ends later, and is changed last of all.
        """
        co, n, name = self.company, table.size, column.name.lower()
        above = path[: -len(column.name)]
        made = table.array(f"{above}createdOn") if name != "createdon" else None
        if made is None or made.dtype.kind != "M":
            made = spread(co.rng(f"{table.name}:{above}first"), co.start, co.end - DAY, n)
        made = np.where(np.isnat(made), co.start, made)
        if name == "createdon":
            return made
        if name.startswith("modified"):
            return later(co, rng, made, 20)
        moments = made
        if re.search(r"end|^to$|until|due|complet|expir", name):
            moments = made + rng.integers(1, 90, n) * DAY
        elif not re.search(r"start|begin|^from$|^date", name):
            moments = np.minimum(
                blur(rng, made + (rng.exponential(2, n) * 86_400).astype(np.int64) * SECOND),
                co.end - SECOND,
            )
        if column.type == "date":
            moments = moments.astype("datetime64[D]").astype("datetime64[us]")
        return np.where(rng.random(n) < NULL_SHARE, NAT, moments) if column.nullable else moments


def _relist(counts: Any, values: Any, inner: Table, element: Column) -> Any:
    """Lists of text: written with the elements' own JSON."""
    if isinstance(values, Choice):
        return ragged(counts, values.array()[: inner.size])
    same = np.empty(inner.size, dtype=object)
    same.fill(values)  # np.full would spread a value that is itself a list
    return ragged(counts, same)


def _plain(rng: Rng, table: Table, column: Column, path: str) -> Any:
    n, name = table.size, column.name
    if column.values:
        return _enum(rng, column, n)
    if column.type == "integer":
        return _integer(rng, table, column, path)
    if column.type in ("decimal", "number"):
        return _decimal(rng, column, n)
    if column.type == "boolean":
        return rng.random(n) < (0.93 if name in ("active", "isActive") else 0.3)
    if column.type == "duration":
        return rng.integers(1, 40, n) * 900
    if column.type == "guid":
        return objects([str(uuid.UUID(bytes=rng.bytes(16), version=4)) for _ in range(n)])
    if column.type == "html":
        return draw(
            rng, [*([None] if column.nullable else []), *(f"<p>{s}</p>" for s in SENTENCES)], n
        )
    if column.type in ("object", "any"):
        return None if column.nullable else {} if column.type == "object" else "text"
    return wording(rng, table, column, path)


def _decimal(rng: Rng, column: Column, n: int) -> Any:
    name = column.name.lower()
    if name in ("latitude", "longitude"):
        return np.round((33.1 if name == "latitude" else -112.4) + rng.random(n) * 0.5, 6)
    share = name.endswith(("rate", "percent"))
    amount = np.round(rng.random(n) * 0.2, 4) if share else np.round(rng.lognormal(4, 1.2, n), 2)
    return np.where(rng.random(n) < NULL_SHARE, np.nan, amount) if column.nullable else amount


def _enum(rng: Rng, column: Column, n: int) -> Any:
    codes = rng.integers(0, len(column.values), n)
    if column.nullable:
        codes = np.where(rng.random(n) < NULL_SHARE, -1, codes)
    whole = column.type in ("integer", "number")
    return Choice(codes, [int(v) for v in column.values] if whole else column.values)


def _integer(rng: Rng, table: Table, column: Column, path: str) -> Any:
    n, name = table.size, column.name
    if name.lower().endswith("id"):
        base = 100_000 + zlib.crc32(table.name.encode()) % 9_000_000
        if path == "id":
            return base * 4 + 3 * np.arange(n, dtype=np.int64)
        values = base * 4 + 3 * rng.integers(0, 60, n)
    elif name == "year":
        values = np.full(
            n, int(str(table.fill.company.end)[:4]) if isinstance(table.fill, Filler) else 2025
        )
    elif name in ("month", "day"):
        values = rng.integers(1, 13, n)
    else:
        values = rng.integers(0, 40, n)
    return (
        np.where(rng.random(n) < NULL_SHARE, -1, values)
        if column.nullable and path != "id"
        else values
    )
