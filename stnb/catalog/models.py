"""Endpoints, their parameters and their columns: what the catalogue holds."""

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
            duration, object, array, or any if the documents give no type.
        nullable: whether the documents allow null. In practice everything but the key may be null.
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
        values: the values that it takes; empty if it takes any value of the type.
        many: how several values are sent: "" for one only, "comma" for a list in one value,
            "repeat" for the name repeated with each value.
        maximum: the most values that it takes, or None if the documents give no limit.
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
        """The name as a Python argument: `from` is `from_`, a dot becomes `_`."""
        name = re.sub(r"\W", "_", self.name)
        if keyword.iskeyword(name):
            return f"{name}_"
        return name


@dataclass(frozen=True)
class Endpoint:
    """One route that can be read.

    Attributes:
        name: the name to type, such as "jpm.jobs"; unique.
        path: the route below the host, with `{tenant}` and the other path parameters.
        kind: list (pages), export (a feed with a cursor), record (one object), rows (all at once)
            or file (bytes). It follows from the schema of the answer.
        scope: the OAuth scope that the app needs, or None if the documents name none.
        page_size, page_size_max: rows a page, by default and at most.
        page_first: the number of the first page.
        shows_all: the filter, and its value, that also shows inactive rows; None if the API hides
            none without a filter.
        key: the columns that identify a row.
        withdrawn: the route is in the older documents alone.
        positional: rows are arrays, and `fields` beside them names their cells (reports).
        sequential: calls have to be made one at a time, as of telecom's v3 calls and reports.
        record: the name of the endpoint that reads one of these rows by its id.
        rows_at: the property of the answer that holds the rows.
        window_days: the most days that one call may ask for; None if there is no such limit.
        make_columns: builds `columns`.
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
    rows_at: str = "data"
    window_days: int | None = None
    make_columns: Callable[[], tuple[Column, ...]] = field(default=tuple, repr=False, compare=False)

    def __hash__(self) -> int:
        return hash(self.name)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The row's properties in the order of the documents.

        They are built when first read, because the catalogue has thousands.
        """
        return self.make_columns()

    @cached_property
    def filters(self) -> tuple[Param, ...]:
        """The parameters that narrow the answer: all but those of paging."""
        return tuple(param for param in self.params if param.name not in PAGING)

    @cached_property
    def required(self) -> tuple[Param, ...]:
        """The filters without which the call is refused."""
        return tuple(param for param in self.filters if param.required)

    @property
    def paged(self) -> bool:
        """Whether its rows are read page by page, whatever shape the documents give its answer."""
        return self.kind in ("list", "rows") and self.takes("page") is not None

    @property
    def writes_by_name(self) -> bool:
        """Whether its scope is one that also lets an app write, although the route only reads."""
        return self.scope is not None and self.scope.endswith(":w")

    @property
    def label(self) -> str:
        """The name for people: "accounting.ap_bills" is "AP bills", "jpm.jobs.get" is "Jobs · one
        record".
        """
        name = self.name.split(".", 1)[1]
        if name.endswith(".get"):
            name = f"{name.removesuffix('.get')}.one record"
        words = name.replace(".", " · ").replace("_", " ")
        words = re.sub(r"\b(ap|gl)\b", lambda short: short[0].upper(), words)
        return words[:1].upper() + words[1:]

    def takes(self, name: str) -> Param | None:
        """The parameter of that name, in the API's spelling or Python's; None if there is none."""
        for param in self.params:
            if name in (param.name, param.py):
                return param
        return None
