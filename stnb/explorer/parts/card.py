"""A resource's card: what it is in one line, and behind it its columns, filters, neighbours and an
example row.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import traitlets

from stnb import catalog
from stnb.account import cards
from stnb.account.example import example
from stnb.account.links import Neighbourhood, links_of, neighbourhood
from stnb.catalog import Column, Endpoint, Param
from stnb.catalog.store import walk
from stnb.errors import StnbError

from ..widget import Widget

TYPES = {
    "integer": "whole number",
    "decimal": "number",
    "boolean": "true or false",
    "string": "text",
    "enum": "text",
    "html": "HTML",
    "date-time": "time",
    "date": "day",
    "guid": "GUID",
    "any": "anything",
}
KINDS = {
    "list": "list",
    "export": "export feed",
    "record": "one record",
    "rows": "rows, all at once",
    "file": "file",
}


class Card(Widget, scripts=("parts/map.js", "parts/card.js"), style="parts/card.css"):
    """What is to be known of a resource before it is pulled. Nothing of it is saved in a notebook.

    Attributes:
        chosen: the name of a resource that was clicked in the card, as a neighbour or behind a
            column; "" again once another resource is shown.

    Example:
        >>> card = Card()
        >>> card.show(stnb.catalog.load()["jpm.jobs"])
    """

    chosen = traitlets.Unicode("").tag(sync=True)

    def __init__(self, **settings: Any) -> None:
        self._lock = threading.Lock()
        self._shown: tuple[Endpoint | None, frozenset[str] | None] = (None, None)
        super().__init__(**settings)

    def show(self, endpoint: Endpoint | None, granted: frozenset[str] | None = None) -> None:
        """Show a resource, or the hint to choose one; `granted` are the token's scopes, once one
        has told.
        """
        with self._lock:
            self._shown = (endpoint, granted)
        if self.chosen:
            self.chosen = ""  # so that the same neighbour can be clicked again
        self.reply({"kind": "head"})

    def reply(self, message: dict[str, Any]) -> None:
        """The page asks for the line, or for what is behind a tab."""
        with self._lock:
            endpoint, granted = self._shown
        if message.get("kind") == "head":
            self.send(
                {"kind": "head", "head": None if endpoint is None else head(endpoint, granted)}
            )
        elif endpoint is not None and message.get("part") in PARTS:
            name = str(message["part"])
            self.send(
                {"kind": "part", "part": name, "name": endpoint.name, "data": PARTS[name](endpoint)}
            )

    def __repr__(self) -> str:
        endpoint, granted = self._shown
        return "<stnb card · nothing chosen>" if endpoint is None else cards.text(endpoint, granted)


def head(endpoint: Endpoint, granted: frozenset[str] | None = None) -> dict[str, Any]:
    """The line: route, kind, scope, and what one would otherwise not expect."""
    flags = []
    if endpoint.shows_all:
        flags.append(f"inactive rows are hidden unless {' = '.join(endpoint.shows_all)}")
    if endpoint.required:
        flags.append(f"needs {' and '.join(p.py for p in endpoint.required)}")
    if endpoint.withdrawn:
        flags.append("withdrawn: no longer in the API's documents")
    return {
        "name": endpoint.name,
        "label": endpoint.label,
        "method": endpoint.method,
        "path": endpoint.path,
        "kind": KINDS[endpoint.kind],
        "scope": endpoint.scope or "",
        "flags": flags,
        "lock": cards.locked(endpoint, granted),
        "columns": sum(1 for _ in walk(endpoint.columns)),
        "filters": len(endpoint.filters),
    }


# -- columns and filters


def columns(endpoint: Endpoint) -> list[dict[str, Any]]:
    """A line a column, nested ones too: name, type, values, and where it leads."""
    leads = {link.path: link for link in links_of(endpoint)}
    return [
        _column(endpoint, path, column, leads.get(path)) for path, column in walk(endpoint.columns)
    ]


def _column(endpoint: Endpoint, path: str, column: Column, link: Any) -> dict[str, Any]:
    targets = (
        []
        if link is None
        else [{"name": t.resource, "by": t.by, "when": t.when} for t in link.targets]
    )
    says = [] if path not in endpoint.key else ["identifies the row"]
    says += ["sent as text"] if column.text else []
    says += [link.note] if link is not None and link.note else []
    says += (
        ["by its name alone: not documented"]
        if link is not None and link.how == "by name" and not link.note
        else []
    )
    like = endpoint.takes(
        path
    )  # a filter of the same name may know values of which the column's type says nothing
    values = column.values or (like.values if like is not None else ())
    return {
        "path": path,
        "type": _type(column),
        "values": list(values),
        "says": "; ".join(says),
        "to": targets,
    }


def _type(column: Column) -> str:
    if column.type != "array":
        return TYPES.get(column.type, column.type)
    element = column.children[0] if column.children else None
    if element is None or element.children:
        return "list of objects"
    inner = TYPES.get(element.type, element.type)
    return (
        f"list of {inner}s"
        if inner in ("whole number", "number", "time", "day")
        else f"list of {inner}"
    )


def filters(endpoint: Endpoint) -> list[dict[str, Any]]:
    """A line a filter, required ones first."""
    return [_filter(endpoint, p) for p in sorted(endpoint.filters, key=lambda p: not p.required)]


def _filter(endpoint: Endpoint, param: Param) -> dict[str, Any]:
    says = ["required"] if param.required else []
    says += [f"{cards.several(param)} values"] if param.many else []
    says += [f"{param.default} unless given"] if param.default else []
    if endpoint.shows_all and endpoint.shows_all[0] == param.name:
        says.append(f"{endpoint.shows_all[1]} also shows inactive rows")
    values = list(param.values)
    return {
        "path": param.py,
        "type": TYPES.get(param.type, param.type),
        "values": values,
        "says": "; ".join(says),
        "to": [],
    }


# -- neighbours


def neighbours(endpoint: Endpoint) -> dict[str, Any]:
    """Where its columns lead, what leads here, and its own kin: the feed, the single record, what
    hangs below it.
    """
    hood: Neighbourhood = neighbourhood(catalog.load(), endpoint.name)
    return {
        "own": list(hood.own.columns) if hood.own else [],
        "out": [{"name": e.target, "by": list(e.labels), "how": e.how} for e in hood.out],
        "into": [{"name": e.source, "by": list(e.labels), "how": e.how} for e in hood.into],
        "kin": [{"name": name, "what": what} for name, what in _kin(endpoint)],
    }


def _kin(endpoint: Endpoint) -> Iterator[tuple[str, str]]:
    """Other resources with rows of the same thing, and what they are to this one."""
    known = catalog.load()
    name, module = endpoint.name, endpoint.name.split(".")[0]
    base = name.removesuffix(".get")
    above = base.rpartition(".")[0]
    told = [
        (base, "all of them"),
        (above, "above it"),
        (name.replace(".export.", "."), "the list"),
        (name.replace(f"{module}.", f"{module}.export.", 1), "export feed"),
        (endpoint.record or "", "one record"),
    ]
    told += [
        (n, "below it")
        for n in known.endpoints
        if n.startswith(f"{name}.") and n != endpoint.record
    ]
    seen = {name}
    for other, what in told:
        if other in known and other not in seen:
            seen.add(other)
            yield other, what


# -- the example


def example_row(endpoint: Endpoint) -> dict[str, Any]:
    """A made-up row, a line a value; or why there is none."""
    try:
        return {"rows": list(_lines(example(endpoint), 0))}
    except StnbError as why:
        return {"rows": [], "none": f"{why.happened} {why.why}"}


def _lines(row: Mapping[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    for name, value in row.items():
        first = value[0] if isinstance(value, list) and value else value
        several = (
            f"{len(value)} elements, of which this is the first" if isinstance(value, list) else ""
        )
        if isinstance(first, dict):
            yield {"name": name, "depth": depth, "value": several, "kind": "nest"}
            yield from _lines(first, depth + 1)
        elif isinstance(value, list):
            yield {
                "name": name,
                "depth": depth,
                "value": ", ".join(map(_said, value)),
                "kind": "text",
            }
        else:
            number = isinstance(value, int | float) and not isinstance(value, bool)
            yield {
                "name": name,
                "depth": depth,
                "value": _said(value),
                "kind": "number" if number else "text",
            }


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


PARTS = {"columns": columns, "filters": filters, "neighbours": neighbours, "example": example_row}
