"""Columns that the simulation does not make: values of the right type, drawn by name, with ids that lead somewhere."""

from __future__ import annotations

import re
import uuid
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from ..catalog import Column
from .company import DAY, Company, Rng, blur, draw, later, objects, phones, spread, streets
from .names import ADJECTIVES, CITIES, COUNTRY, FIRST, LAST, SENTENCES, STATE
from .table import Array, Choice, Index, Table, ragged

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
}
# What a row says about its job, and where that stands on the job.
OF_JOB = {"customerId": "customerId", "locationId": "locationId", "businessUnitId": "businessUnitId", "projectId": "projectId"}
OF_JOB |= {"jobNumber": "jobNumber", "invoiceId": "invoiceId", "jobTypeId": "jobTypeId", "campaignId": "campaignId"}
NULL_SHARE = 0.15
UNITS = [
    {"type": "TextInput", "id": "a1", "name": "Readings", "value": "72"},
    {"type": "Section", "id": "b2", "name": "Photos", "units": []},
]


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
        rng = self.company.rng(f"{table.name}:{path}")
        n = table.size
        if column.type == "array":
            return [] if table.made else self._list(rng, table, column, path)
        if path.endswith(".name") and (named := self._named(table, path)) is not None:
            return named
        if (
            path in OF_JOB
            and "jobId" in table
            and table.name != "jpm.jobs"
            and (found := self._of_job(table, column)) is not None
        ):
            return found
        if table.made and column.nullable and not column.refers and column.name not in ("modifiedOn", "createdOn"):
            return None
        if column.type in ("integer", "string") and (target := column.refers or BY_NAME.get(column.name)):
            known = self.ids(target)
            if known is not None and len(known):
                return self._blank(rng, column, known[rng.integers(0, len(known), n)])
        if column.type == "guid" and column.name == "contactId":
            return self.guids("crm.contacts")[rng.integers(0, len(self.guids("crm.contacts")), n)]
        if column.type in ("date-time", "date"):
            return self._moment(rng, table, column, path)
        return _plain(rng, table, column, path)

    def _of_job(self, table: Table, column: Column) -> Any:
        """What follows from the row's job, so that the two agree; None where some rows have no job."""
        jobs, mine = self.company["jpm.jobs"], table.array("jobId")
        if mine is None or mine.dtype.kind != "i" or (mine < 0).any() or column.type not in ("integer", "string"):
            return None
        values = jobs[OF_JOB[column.name]][np.searchsorted(jobs["id"], mine)]
        return None if not column.nullable and (values < 0).any() else values

    def _blank(self, rng: Rng, column: Column, values: Index) -> Index:
        return np.where(rng.random(len(values)) < NULL_SHARE, -1, values) if column.nullable else values

    def _named(self, table: Table, path: str) -> Choice | None:
        """The name beside an id that leads to something with a name, as that calls itself."""
        above = path.rpartition(".")[0]
        column = table.types.get(f"{above}.id")
        if column is None or not column.refers or (names := self.names(column.refers)) is None:
            return None
        known, mine = self.ids(column.refers), table.raw(f"{above}.id", column)
        assert known is not None  # what has names has ids
        return Choice(np.minimum(np.searchsorted(known, np.maximum(mine, 0)), len(names) - 1), names)

    def _list(self, rng: Rng, table: Table, column: Column, path: str) -> Any:
        if not column.children or column.children[0].type == "any":
            return Choice(rng.integers(0, 3, table.size), [[], UNITS[:1], UNITS]) if column.name == "units" else []
        element = column.children[0]
        counts = rng.integers(0, 4, table.size)
        total = int(counts.sum())
        inner = self.nest(f"{table.name}:{path}", total, element)
        if element.type == "object":
            return ragged(counts, inner)
        named = Column(column.name, element.type, False, element.values, element.text, element.children, element.refers)
        values = self(inner, named, column.name)
        return ragged(counts, values) if isinstance(values, np.ndarray) else _relist(counts, values, inner, element)

    def _moment(self, rng: Rng, table: Table, column: Column, path: str) -> Any:
        co, n, name = self.company, table.size, column.name.lower()
        above = path[: -len(column.name)]
        if name == "createdon":
            return spread(rng, co.start, co.end - DAY, n)
        if name.startswith("modified") and (made := table.array(f"{above}createdOn")) is not None and made.dtype.kind == "M":
            return later(co, rng, np.where(np.isnat(made), co.start, made), 20)
        start = np.sort(co.start + (rng.random(n) * (co.end - co.start - DAY)).astype("timedelta64[us]"))
        moments = later(co, rng, start, 20) if name.startswith("modified") else blur(rng, start)
        if re.search(r"end|^to$|until|due|complet|expir", name):
            moments = moments + rng.integers(1, 90, n) * DAY
        if column.type == "date":
            moments = moments.astype("datetime64[D]").astype("datetime64[us]")
        return (
            np.where(rng.random(n) < NULL_SHARE, np.datetime64("NaT"), moments)
            if column.nullable and name != "modifiedon"
            else moments
        )


def _relist(counts: Any, values: Any, inner: Table, element: Column) -> Any:
    """Lists of text: written with the elements' own JSON."""
    if isinstance(values, Choice):
        return ragged(counts, values.array()[: inner.size])
    return ragged(counts, np.full(inner.size, values, dtype=object))


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
        return draw(rng, [*([None] if column.nullable else []), *(f"<p>{s}</p>" for s in SENTENCES)], n)
    if column.type in ("object", "any"):
        return None if column.nullable else {} if column.type == "object" else "text"
    return _text(rng, table, column, path)


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
        values = np.full(n, int(str(table.fill.company.end)[:4]) if isinstance(table.fill, Filler) else 2025)
    elif name in ("month", "day"):
        values = rng.integers(1, 13, n)
    else:
        values = rng.integers(0, 40, n)
    return np.where(rng.random(n) < NULL_SHARE, -1, values) if column.nullable and path != "id" else values


def _text(rng: Rng, table: Table, column: Column, path: str) -> Any:
    name, n = column.name.lower(), table.size
    if path == "id":
        return objects([f"{table.name.rpartition('.')[2]}-{i}" for i in range(1, n + 1)])
    for pattern, make in TEXTS:
        if re.search(pattern, name):
            found = make(rng, _noun(table, column, path), n)
            if isinstance(found, Choice) and not column.nullable:
                return Choice(found.codes, [v or "" for v in found.values])
            return found
    words = [*ADJECTIVES[:6], *([None] if column.nullable else [])]
    return draw(rng, words, n)


def _noun(table: Table, column: Column, path: str) -> str:
    """What a name is the name of: "businessUnitName" and "businessUnit.name" are of a business unit."""
    *above, last = path.split(".")
    owner = re.sub(r"Name$", "", last) if last != "name" else ""
    noun = (
        owner
        if owner and owner not in ("title", "label")
        else above[-1]
        if above
        else re.split(r"[.:]", table.name.partition("(")[0])[-1]
    )
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", noun).lower()
    return re.sub(r"ies$", "y", words) if words.endswith("ies") else re.sub(r"(?<=[^s])s$", "", words)


def _titles(rng: Rng, noun: str, n: int) -> Any:
    kinds = len(ADJECTIVES)
    return objects([f"{ADJECTIVES[i % kinds]} {noun}{f' {i // kinds + 1}' if i >= kinds else ''}" for i in range(n)])


def _people(rng: Rng, noun: str, n: int) -> Any:
    return objects(
        [f"{FIRST[a]} {LAST[b]}" for a, b in zip(rng.integers(0, len(FIRST), n), rng.integers(0, len(LAST), n), strict=True)]
    )


def _addresses(rng: Rng, noun: str, n: int) -> Any:
    return objects(
        [
            f"{FIRST[a].lower()}{b}@mail.example"
            for a, b in zip(rng.integers(0, len(FIRST), n), rng.integers(1, 99, n), strict=True)
        ]
    )


def _pick(*values: str | None) -> Callable[[Rng, str, int], Any]:
    return lambda rng, noun, n: draw(rng, values, n)


def _numbers(rng: Rng, noun: str, n: int) -> Any:
    return objects([str(1000 + i) for i in range(n)])


# What a name of text promises; the first that fits.
TEXTS: list[tuple[str, Callable[[Rng, str, int], Any]]] = [
    (r"email", _addresses),
    (r"phone|fax|contactnumber", lambda rng, noun, n: objects(phones(rng, n))),
    (r"firstname", _pick(*FIRST[:20])),
    (r"lastname", _pick(*LAST[:20])),
    (r"(technician|customer|employee|reviewer|author|contact)name|createdby|signedby", _people),
    (r"street|^address$|locationaddress", lambda rng, noun, n: objects(streets(rng, n))),
    (r"city|cities", _pick(*(c[1] for c in CITIES))),
    (r"^state$", _pick(STATE)),
    (r"zip", _pick(*(c[2] for c in CITIES))),
    (r"country", _pick(COUNTRY)),
    (r"unit$", _pick(None, "Apt 2")),
    (r"url|image|video", _pick("https://files.juniperfox.example/a.png", "https://files.juniperfox.example/b.png")),
    (r"filename|alias|path", _pick("photo.png", "plate.png")),
    (r"currency", _pick("USD")),
    (r"color", _pick("#3366cc", "#dd8822")),
    (r"memo|note|comment|summary|description|text|instructions|message|content", _pick(*SENTENCES)),
    (r"number|code|reference|externalid|slug", _numbers),
    (r"syncstatus", _pick("Pending", "Posted", "Exported")),
    (r"status", _pick("Pending", "Sent", "Received", "Exported")),
    (r"priority", _pick("Low", "Normal", "High")),
    (r"manufacturer|brand", _pick("Norvane", "Heliox", "Tarnbrook", "Aquilo")),
    (r"unitofmeasure", _pick("Each", "Foot", "Box")),
    (r"datatype", _pick("String")),
    (r"name|title|label", _titles),
]
