"""Resources of toys, and the rows that a fake tenant has of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stnb.catalog import Catalog, Column, Endpoint, Param

Row = dict[str, Any]

COLUMNS = (
    Column("id", "integer"),
    Column("name", "string"),
    Column("modifiedOn", "date-time"),
    Column("tags", "array", children=(Column("", "integer"),)),
)
PAGING = (
    Param("page", type="integer"),
    Param("pageSize", type="integer"),
    Param("includeTotal", type="boolean"),
)
BOUND = (Param("createdBefore", type="date-time"), Param("sort", values=("+Id", "-Id")))
IDS = Param("ids", many="comma", maximum=50)


def route(
    name: str, kind: str = "list", *params: Param, key: tuple[str, ...] = ("id",)
) -> Endpoint:
    """A resource `toys.NAME` with these filters beside those of its pages."""
    path = f"/toys/v2/tenant/{{tenant}}/{name.replace('.', '/')}"
    paging = PAGING if kind == "list" else (Param("from"),)
    return Endpoint(
        f"toys.{name}",
        "toys",
        path,
        kind,
        params=(*paging, *params),
        key=key,
        page_size_max=5000,
        make_columns=lambda: COLUMNS,
    )


LIST = route("widgets", "list", IDS)
BOUNDED = route("bounded", "list", *BOUND)
KEYLESS = route("keyless", key=())
FEED = route("export.widgets", "export")
KEYLESS_FEED = route("export.keyless", "export", key=())
CATALOG = Catalog([LIST, BOUNDED, KEYLESS, FEED, KEYLESS_FEED])


def row(i: int, **more: Any) -> Row:
    """The row with this id."""
    return {"id": i, "name": f"n{i}", "modifiedOn": "2026-07-01T00:00:00Z", "tags": [i, i], **more}


def page_of(rows: Sequence[Any], query: Mapping[str, str], first: int = 1) -> dict[str, Any]:
    """The page of a list that a query asks for, in its envelope; `first` is the number of the first
    page.
    """
    page, size = int(query.get("page", first)), int(query.get("pageSize", 50))
    start = (page - first) * size
    return {
        "page": page,
        "pageSize": size,
        "hasMore": start + size < len(rows),
        "totalCount": len(rows),
        "data": list(rows[start : start + size]),
    }


class Toys:
    """So many rows, as pages of a list (numbered from 1) and as batches of a feed (cursors "c1",
    "c2", …).

    Args:
        make: gives the row of an id.
    """

    def __init__(self, count: int, batch: int = 100, make: Callable[[int], Row] = row) -> None:
        self.count, self.batch, self.make = count, batch, make

    def body(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        """The envelope that is the right answer."""
        if "/export/" in path:
            return self._batch(query)
        if "ids" in query:
            asked = [int(i) for i in query["ids"].split(",")]
            found = [i for i in asked if i < self.count]
            return self._made(page_of(found, {"pageSize": str(len(found))}))
        return self._made(page_of(range(self.count), query))

    def _batch(self, query: Mapping[str, str]) -> dict[str, Any]:
        at = int(query.get("from", "c0").removeprefix("c"))
        end = (at + 1) * self.batch
        batch = range(self.count)[at * self.batch : end]
        more = end < self.count
        return self._made({"hasMore": more, "continueFrom": f"c{at + 1}", "data": batch})

    def _made(self, envelope: dict[str, Any]) -> dict[str, Any]:
        """The envelope with rows in place of their ids."""
        return {**envelope, "data": [self.make(i) for i in envelope["data"]]}


def place(path: str, query: Mapping[str, str]) -> Any:
    """What tells one page from another: its number, its cursor, or the first of its ids."""
    if "/export/" in path:
        return query.get("from", "c0")
    return query["ids"].split(",")[0] if "ids" in query else int(query.get("page", 1))
