"""A resource's card: one line about it, and tabs with its columns, filters, neighbours, example."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import traitlets

from stnb import catalog
from stnb.account import cards
from stnb.account.example import example
from stnb.account.links import Neighbourhood, links_of, neighbourhood
from stnb.catalog import Column, Endpoint, Param, meanings, words
from stnb.catalog.store import walk
from stnb.errors import StnbError

from .of_resource import OfResource

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
PLURALS = {
    "whole number": "whole numbers",
    "number": "numbers",
    "time": "times",
    "day": "days",
}
KINDS = {
    "list": "list",
    "export": "export feed",
    "record": "one record",
    "rows": "rows, all at once",
    "file": "file",
}


class Card(OfResource, scripts=("parts/map.js", "parts/card.js"), style="parts/card.css"):
    """What to know about a resource before it is pulled. Nothing of it is saved in a notebook.

    Attributes:
        chosen: the name of a resource that was clicked in the card, as a neighbour or behind a
            column; "" again once another resource is shown.
        face: "columns" or "neighbours" to show that alone, as a tab of the explorer; "" for a card
            with a line and tabs of its own.

    Example:
        >>> card = Card()
        >>> card.show(stnb.catalog.load()["jpm.jobs"])
    """

    face = traitlets.Unicode("").tag(sync=True)

    def reply(self, message: dict[str, Any]) -> None:
        """The page asks for the line, or for the content of a tab."""
        endpoint, scopes = self.shown
        if message.get("kind") == "head":
            line = None if endpoint is None else head(endpoint, scopes)
            self.send({"kind": "head", "head": line})
        elif endpoint is not None and message.get("part") in PARTS:
            part = str(message["part"])
            data = PARTS[part](endpoint)
            self.send({"kind": "part", "part": part, "name": endpoint.name, "data": data})

    def __repr__(self) -> str:
        endpoint, scopes = self.shown
        if endpoint is None:
            return "<stnb card · nothing chosen>"
        return cards.text(endpoint, scopes)


def head(endpoint: Endpoint, scopes: frozenset[str] | None = None) -> dict[str, Any]:
    """The line: route, kind, scope, and what people would not expect."""
    flags = []
    kind = KINDS[endpoint.kind]
    if endpoint.paged:
        kind = KINDS["list"]
    if endpoint.shows_all:
        choice = words.label(endpoint.shows_all[0])
        flags.append(f"inactive rows are hidden; the filter “{choice}” can show them")
    if endpoint.required:
        names = " and ".join(param.py for param in endpoint.required)
        flags.append(f"needs {names}")
    if endpoint.withdrawn:
        flags.append("withdrawn: no longer in the API's documents")
    return {
        "name": endpoint.name,
        "label": endpoint.label,
        "method": endpoint.method,
        "path": endpoint.path,
        "kind": kind,
        "scope": endpoint.scope or "",
        "flags": flags,
        "lock": cards.locked(endpoint, scopes),
        "columns": len(list(walk(endpoint.columns))),
        "filters": len(endpoint.filters),
    }


# -- columns and filters


def columns(endpoint: Endpoint) -> list[dict[str, Any]]:
    """A line for each column, nested ones too: name, type, meaning, values, where its ids lead."""
    links = {link.path: link for link in links_of(endpoint)}
    lines = []
    for path, column in walk(endpoint.columns):
        lines.append(_column(endpoint, path, column, links.get(path)))
    return lines


def _column(endpoint: Endpoint, path: str, column: Column, link: Any) -> dict[str, Any]:
    targets = []
    if link is not None:
        targets = [{"name": t.resource, "by": t.by, "when": t.when} for t in link.targets]
    values = column.values
    if not values:
        # A filter of the same name may know values that the column's type does not have.
        param = endpoint.takes(path)
        values = () if param is None else param.values
    return {
        "path": path,
        "type": _type(column),
        "values": list(values),
        "notes": "; ".join(_column_notes(endpoint, path, column, link)),
        "to": targets,
    }


def _column_notes(endpoint: Endpoint, path: str, column: Column, link: Any) -> list[str]:
    meaning = meanings.column(endpoint, path, column)
    unit = meanings.unit(endpoint, path, column)
    if unit:
        meaning = f"{meaning} ({unit})"
    notes = [meaning]
    if path in endpoint.key:
        notes.append("identifies the row")
    if column.text:
        notes.append("sent as text")
    if link is not None and link.note:
        notes.append(link.note)
    elif link is not None and link.how == "by name":
        notes.append("by its name alone: not documented")
    return notes


def _type(column: Column) -> str:
    if column.type != "array":
        return TYPES.get(column.type, column.type)
    element = column.children[0] if column.children else None
    if element is None or element.children:
        return "list of objects"
    inner = TYPES.get(element.type, element.type)
    return f"list of {PLURALS.get(inner, inner)}"


def filters(endpoint: Endpoint) -> list[dict[str, Any]]:
    """A line for each filter, required ones first."""
    ordered = sorted(endpoint.filters, key=lambda param: not param.required)
    return [_filter(endpoint, param) for param in ordered]


def _filter(endpoint: Endpoint, param: Param) -> dict[str, Any]:
    notes = []
    if param.required:
        notes.append("required")
    if param.many:
        notes.append(f"{cards.several(param)} values")
    if param.default:
        notes.append(f"{param.default} unless given")
    if endpoint.shows_all and endpoint.shows_all[0] == param.name:
        notes.append(f"{endpoint.shows_all[1]} also shows inactive rows")
    return {
        "path": param.py,
        "type": TYPES.get(param.type, param.type),
        "values": list(param.values),
        "notes": "; ".join(notes),
        "to": [],
    }


# -- neighbours


def neighbours(endpoint: Endpoint) -> dict[str, Any]:
    """Where a resource's columns lead, what leads to it, and its relatives.

    Relatives are the export feed, the single record, and resources above and below it.
    """
    hood: Neighbourhood = neighbourhood(catalog.load(), endpoint.name)
    relatives = [{"name": name, "what": what} for name, what in _relatives(endpoint)]
    return {
        "own": list(hood.own.columns) if hood.own else [],
        "out": [{"name": e.target, "by": list(e.labels), "how": e.how} for e in hood.out],
        "into": [{"name": e.source, "by": list(e.labels), "how": e.how} for e in hood.into],
        "kin": relatives,
    }


def _relatives(endpoint: Endpoint) -> Iterator[tuple[str, str]]:
    """Other resources with rows of the same thing, and what they are to this one."""
    known = catalog.load()
    name = endpoint.name
    module, _, _ = name.partition(".")
    whole = name.removesuffix(".get")
    above, _, _ = whole.rpartition(".")
    candidates = [
        (whole, "all of them"),
        (above, "above it"),
        (name.replace(".export.", "."), "the list"),
        (name.replace(f"{module}.", f"{module}.export.", 1), "export feed"),
        (endpoint.record or "", "one record"),
    ]
    below = filter(lambda other: other.startswith(f"{name}."), known.endpoints)
    candidates += [(other, "below it") for other in below]
    seen = {name}
    for other, what in candidates:
        if other in known and other not in seen:
            seen.add(other)
            yield other, what


# -- the example


def example_row(endpoint: Endpoint) -> dict[str, Any]:
    """A made-up row, a line for each value; or why there is none."""
    try:
        return {"rows": list(_lines(example(endpoint), 0))}
    except StnbError as err:
        return {"rows": [], "none": f"{err.happened} {err.why}"}


def _lines(row: Mapping[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    for name, value in row.items():
        line = {"name": name, "depth": depth}
        if isinstance(value, dict):
            yield {**line, "value": "", "kind": "nest"}
            yield from _lines(value, depth + 1)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            count = f"{len(value)} elements, of which this is the first"
            yield {**line, "value": count, "kind": "nest"}
            yield from _lines(value[0], depth + 1)
        elif isinstance(value, list):
            yield {**line, "value": ", ".join(map(_written, value)), "kind": "text"}
        else:
            number = isinstance(value, int | float) and not isinstance(value, bool)
            yield {**line, "value": _written(value), "kind": "number" if number else "text"}


def _written(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value)


PARTS = {"columns": columns, "filters": filters, "neighbours": neighbours, "example": example_row}
