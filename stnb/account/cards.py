"""How a resource shows itself: its card in text and in a notebook, its columns and its filters."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from stnb.catalog import Column, Endpoint, Param, meanings
from stnb.catalog.html_table import CODE, QUIET, Cell, element
from stnb.catalog.html_table import table as html_table
from stnb.catalog.store import walk
from stnb.credentials import Profile
from stnb.frame import dtype_of
from stnb.tables.text import table

KINDS = {
    "list": "a list, read page by page",
    "export": "an export feed, read from a cursor on; changes appear within 15 minutes",
    "record": "one record",
    "rows": "rows, all at once",
    "file": "a file",
}

LISTS = {"filters", "columns", "leads to"}  # cut if they are long
NAMES = {*LISTS, "route", "scope"}  # set in the font of code
TEXT_WIDTH = 100  # characters of a list on the card in a terminal


def columns(endpoint: Endpoint) -> pd.DataFrame:
    """The columns of a resource, nested ones too.

    Returns:
        A row for each column: name ("address.city"), meaning (what it holds), unit ("" if it has
        none), dtype, nullable, values (of an enum) and refers to (the resource that an id leads
        to).
    """
    rows = []
    for path, column in walk(endpoint.columns):
        dtype = dtype_of(column) or "object"
        values = ", ".join(column.values)
        meaning = meanings.column(endpoint, path, column)
        unit = meanings.unit(endpoint, path, column)
        refers = _refers_to(column)
        rows.append((path, meaning, unit, dtype, column.nullable, values, refers))
    names = ["name", "meaning", "unit", "dtype", "nullable", "values", "refers to"]
    return pd.DataFrame(rows, columns=names)


def _refers_to(column: Column) -> str:
    if column.refers is None:
        return ""
    if column.how == "documented":
        return column.refers
    return f"{column.refers} ({column.how})"


def filters(endpoint: Endpoint) -> pd.DataFrame:
    """The filters of a resource, required ones first.

    Returns:
        A row for each filter: name, type, required, values (of an enum) and several (how many
        values it takes at once, in words).
    """
    rows = []
    for param in _required_first(endpoint):
        values = ", ".join(param.values)
        rows.append((param.py, param.type, param.required, values, several(param)))
    return pd.DataFrame(rows, columns=["name", "type", "required", "values", "several"])


def _required_first(endpoint: Endpoint) -> list[Param]:
    return sorted(endpoint.filters, key=lambda param: not param.required)


def several(param: Param) -> str:
    """How many values a filter takes at once, in words: "", "several" or "up to 50"."""
    if not param.many:
        return ""
    if not param.maximum:
        return "several"
    return f"up to {param.maximum}"


def locked(endpoint: Endpoint, granted: frozenset[str] | None) -> str:
    """Why the app may not read a resource and whom to ask, as a sentence without its full stop.

    Args:
        granted: the scopes of the present token; None before the first token.

    Returns:
        "" if the app may read it, or if no token has come yet.
    """
    if granted is None or endpoint.scope is None or endpoint.scope in granted:
        return ""
    return (
        f"the app lacks the scope {endpoint.scope}: its developer adds it in the portal, "
        "then the tenant's admin presses Upgrade to New Version"
    )


def facts(endpoint: Endpoint, granted: frozenset[str] | None = None) -> list[tuple[str, str]]:
    """The (label, text) pairs of the card, the same for text and HTML.

    Args:
        granted: the scopes of the present token; None before the first token.
    """
    kind = KINDS[endpoint.kind]
    if endpoint.paged:
        kind = KINDS["list"]
    if endpoint.window_days is not None:
        kind += f"; {endpoint.window_days} days a call, longer spans in several side by side"
    if endpoint.withdrawn:
        kind += ", withdrawn from the documents"
    names = ", ".join(column.name for column in endpoint.columns)
    out = [
        ("kind", kind),
        ("route", f"{endpoint.method} {endpoint.path}"),
        ("scope", _scope(endpoint)),
        ("filters", ", ".join(map(_filter_name, _required_first(endpoint))) or "none"),
        ("columns", names or "not stated"),
    ]
    links = {column.refers for _, column in walk(endpoint.columns) if column.refers}
    if links:
        out.append(("leads to", ", ".join(sorted(links))))
    why = locked(endpoint, granted)
    if why:
        out.append(("🔒 locked", why))
    if endpoint.shows_all:
        name, value = endpoint.shows_all
        out.append(("hidden", f"inactive rows, unless {name}={value}"))
    return out


def _scope(endpoint: Endpoint) -> str:
    if endpoint.writes_by_name:
        return f"{endpoint.scope}: a scope to write, though this only reads, as all of stnb"
    return endpoint.scope or "not stated"


def text(endpoint: Endpoint, granted: frozenset[str] | None = None) -> str:
    """The card as text."""
    pairs = facts(endpoint, granted)
    width = max(len(label) for label, _ in pairs)
    lines = [f"{endpoint.name} · {endpoint.label}"]
    for label, value in pairs:
        shown = _shortened(value, TEXT_WIDTH) if label in LISTS else value
        lines.append(f"  {label:<{width}}  {shown}")
    return "\n".join(lines)


def _filter_name(param: Param) -> str:
    return f"{param.py} (required)" if param.required else param.py


def as_html(endpoint: Endpoint, granted: frozenset[str] | None = None) -> str:
    """The card for a notebook; colours come from the notebook's theme."""
    name = element("b", endpoint.name, style=CODE)
    label = element("span", endpoint.label, style=QUIET)
    rows = [_html_row(fact, value) for fact, value in facts(endpoint, granted)]
    card = [element("div", name, " ", label), html_table(rows, style="font-size:90%", lines=False)]
    return element("div", *card, style="max-width:60em;margin:4px 0")


def _html_row(label: str, value: str) -> list[Cell]:
    text = _shortened(value, 600) if label in LISTS else value
    style = "white-space:normal"
    if label in NAMES:
        style += f";{CODE}"
    return [
        Cell(label, f"{QUIET};font-weight:400;white-space:nowrap", heading=True),
        Cell(text, style),
    ]


def query_as_html(name: str, facts: Mapping[str, str]) -> str:
    """The card of a query for a notebook: its filters, its options and its address."""
    # An address of fifty ids has no space at which the page could break it.
    style = f"white-space:normal;overflow-wrap:anywhere;{CODE}"
    rows = []
    for label, value in facts.items():
        head = Cell(label, f"{QUIET};font-weight:400;white-space:nowrap", heading=True)
        rows.append([head, Cell(value, style)])
    state = element("span", "nothing is sent yet", style=QUIET)
    title = element("div", element("b", name, style=CODE), " ", state)
    return element("div", title, html_table(rows, style="font-size:90%", lines=False))


class ProfileTable(list[Profile]):
    """The profiles of a .env file: a list of `Profile`, shown as a table."""

    @property
    def frame(self) -> pd.DataFrame:
        """A row for each profile: profile, environment, tenant, tags (only if any has some), ready
        and problem ("" if none).
        """
        rows = [
            (p.name, p.environment, p.tenant, ", ".join(p.tags), p.ready, p.problem) for p in self
        ]
        names = ["profile", "environment", "tenant", "tags", "ready", "problem"]
        found = pd.DataFrame(rows, columns=names).astype({"tenant": "Int64"})
        if not any(p.tags for p in self):
            return found.drop(columns="tags")
        return found

    def __repr__(self) -> str:
        return table(self.frame.fillna({"environment": "?"}), 10_000, rows=len(self), cell=200)

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(index=False, border=0, na_rep="–"))


def _shortened(value: str, width: int) -> str:
    """A list of names, cut at a comma so that no name is cut in two."""
    if len(value) <= width:
        return value
    last_comma = value.rfind(",", 0, width)
    return f"{value[: last_comma + 1]} …"
