"""What the catalogue holds: endpoints, their parameters and their columns."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Kind = Literal["list", "export", "record", "rows", "file"]
PAGING = frozenset({"page", "pageSize", "includeTotal"})


@dataclass(frozen=True, slots=True)
class Column:
    """One property of a row.

    Attributes:
        name: as the API writes it; "" for the element of an array.
        type: integer, decimal, number, boolean, string, enum, guid, html, date-time, date,
            duration, object, array, or any, where the documents promise nothing.
        nullable: whether the documents allow null. Everything but the key may be null in practice.
        values: the known values of an enum.
        text: an amount that the API sends as a JSON string.
        children: an object's fields; an array's one element.
        refers: the resource that an id leads to, such as "crm.customers".
        how: where `refers` comes from: "documented", "by name" or "open".
    """

    name: str
    type: str
    nullable: bool = True
    values: tuple[str, ...] = ()
    text: bool = False
    children: tuple[Column, ...] = ()
    refers: str | None = None
    how: str | None = None


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of an endpoint.

    Attributes:
        where: path, query or body.
        type: integer, number, boolean, string, date-time, date, guid or object (a mapping of names
            to values).
        values: the values that it takes; empty where any value of the type will do.
        many: how several values are sent: "" for one only, "comma" for a list in one value,
            "repeat" for a key each.
        maximum: how many values it takes at most.
    """

    name: str
    where: str = "query"
    type: str = "string"
    required: bool = False
    values: tuple[str, ...] = ()
    default: str | None = None
    many: str = ""
    maximum: int | None = None

    @property
    def py(self) -> str:
        """The Python keyword: `from` is `from_`, a dot becomes `_`."""
        name = re.sub(r"\W", "_", self.name)
        return f"{name}_" if keyword.iskeyword(name) else name


@dataclass(frozen=True)
class Endpoint:
    """One route that can be read.

    Attributes:
        name: what one types, such as "jpm.jobs"; unique.
        path: the route below the host, with `{tenant}` and the other path parameters.
        kind: list (pages), export (a feed with a cursor), record (one object), rows (all at once)
            or file (bytes). Decided by the schema of the answer.
        scope: the OAuth scope that the app needs.
        page_size, page_size_max: rows a page when nothing is said, and at most.
        page_first: the number of the first page.
        shows_all: the filter that also shows inactive rows; not None means that the API hides them
            without it.
        key: the columns that identify a row.
        withdrawn: it was in the documents of 2026-03 and is gone from those of 2026-05.
        positional: rows are arrays, and `fields` beside them names their cells (reports).
        sequential: the endpoint does not bear two calls at once (telecom v3 calls, facts §4).
        record: the name of the endpoint that reads one of these rows by its id.
    """

    name: str
    module: str
    path: str
    kind: Kind
    scope: str | None = None
    method: str = "GET"
    params: tuple[Param, ...] = ()
    page_size: int | None = None
    page_size_max: int | None = None
    page_first: int = 1
    shows_all: tuple[str, str] | None = None
    key: tuple[str, ...] = ()
    withdrawn: bool = False
    positional: bool = False
    sequential: bool = False
    record: str | None = None
    make_columns: Callable[[], tuple[Column, ...]] = field(default=tuple, repr=False, compare=False)

    def __hash__(self) -> int:
        return hash(self.name)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The row's properties in the order of the documents; built when first asked for, as there
        are thousands.
        """
        return self.make_columns()

    @cached_property
    def filters(self) -> tuple[Param, ...]:
        """What narrows the answer: every parameter but those of paging."""
        return tuple(p for p in self.params if p.name not in PAGING)

    @cached_property
    def required(self) -> tuple[Param, ...]:
        """The filters without which the call is refused."""
        return tuple(p for p in self.filters if p.required)

    @property
    def label(self) -> str:
        """The name for people: "accounting.ap_bills" is "AP bills", "jpm.jobs.get" is "Jobs · one
        record".
        """
        words = (
            re.sub(r"\.get$", ".one record", self.name.split(".", 1)[1])
            .replace(".", " · ")
            .replace("_", " ")
        )
        words = re.sub(r"\b(ap|gl)\b", lambda short: short[0].upper(), words)
        return words[:1].upper() + words[1:]

    def takes(self, name: str) -> Param | None:
        """The parameter of that name, by the API's spelling or Python's; None where there is none."""
        return next((p for p in self.params if name in (p.name, p.py)), None)
