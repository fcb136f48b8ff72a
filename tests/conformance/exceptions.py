"""Where the demo departs from the documents on purpose, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from stnb.catalog import Column, Endpoint, load

CATALOG = load()

# (route, what) as patterns, and the reason.
EXCEPTIONS: tuple[tuple[str, str, str], ...] = (
    (
        "/optinouts/optouts$",
        r"^200 body: type",
        "the older documents have an object there, the newer a bare list",
    ),
    (
        "/submissions$",
        r"units(\[\])?: required",
        "sections of forms are seen to nest; the documents let them hold fields only",
    ),
    (
        "",
        r"format date of .9999-99-99T99:99:99.$",
        "days are seen to arrive as midnight without a zone, not as a bare date",
    ),
    (
        "/installed-equipment",
        r"Warranty(Start|End): format date-time of .9999-99-99T99:99:99.$",
        "warranties are days, and arrive like days",
    ),
    (
        "/technician-tracking",
        r"^400 body: type",
        "only this route documents its errors as text; all errors are objects in practice",
    ),
    (
        "/materialsmarkup",
        r"totalCount: type None",
        "only this list promises a total unasked; the others send null",
    ),
    (
        "/contacts/relationships/",
        r"an unknown relationshipId",
        "no list tells which relationships there are: any id has an answer",
    ),
    ("/routers/", r"an unknown id", "no list tells which routers there are: any id has an answer"),
)


def reason(route: str, what: str) -> str | None:
    """Why the demo may depart so; None where nothing explains it."""
    if "additionalProperties" in what and _added(route, what):
        return "the catalogue is of newer documents, which have these columns"
    if (null := re.search(r"200 (?:data\[\]\.)?([\w.]+): type None", what)) and _nullable(
        route, null[1]
    ):
        return "the catalogue is of newer documents, which let it be null"
    return next(
        (why for at, how, why in EXCEPTIONS if re.search(at, route) and re.search(how, what)), None
    )


def _endpoint(route: str) -> Endpoint | None:
    method, _, path = route.partition(" ")
    return next((e for e in CATALOG if e.path == path and e.method == method), None)


def _nullable(route: str, path: str) -> bool:
    """Whether the catalogue says that the column may be null, or stands in something that may."""
    endpoint = _endpoint(route)
    columns = endpoint.columns if endpoint else ()
    for name in path.split("."):
        column = next((c for c in columns if c.name == name), None)
        if column is None or column.nullable:
            return column is not None
        columns = column.children
    return False


def _added(route: str, what: str) -> bool:
    """Whether the catalogue has all the columns that are not in the document."""
    endpoint = _endpoint(route)
    names = set(re.findall(r"'(\w+)'", what))
    return endpoint is not None and bool(names) and names <= set(_names(endpoint.columns))


def _names(columns: Iterable[Column]) -> Iterator[str]:
    for column in columns:
        yield column.name
        yield from _names(column.children)
