"""What a resource looks like in text and in a notebook: its card, its columns and its filters."""

from __future__ import annotations

import pandas as pd

from stnb.catalog import Endpoint, Param
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


LISTS = {"filters", "columns", "leads to"}  # these are cut where they are long
NAMES = {*LISTS, "route", "scope"}  # and these are code


def columns(endpoint: Endpoint) -> pd.DataFrame:
    """One row a column, nested ones too: name, dtype, nullable, values, refers to."""
    rows = [
        (
            path,
            dtype_of(column) or "object",
            column.nullable,
            ", ".join(column.values),
            ""
            if column.refers is None
            else column.refers
            if column.how == "documented"
            else f"{column.refers} ({column.how})",
        )
        for path, column in walk(endpoint.columns)
    ]
    return pd.DataFrame(rows, columns=["name", "dtype", "nullable", "values", "refers to"])


def filters(endpoint: Endpoint) -> pd.DataFrame:
    """One row a filter, required ones first: name, type, required, values, several."""
    rows = [
        (p.py, p.type, p.required, ", ".join(p.values), several(p))
        for p in sorted(endpoint.filters, key=lambda p: not p.required)
    ]
    return pd.DataFrame(rows, columns=["name", "type", "required", "values", "several"])


def several(param: Param) -> str:
    """How many values a filter takes, in words: "", "several", "up to 50"."""
    if not param.many:
        return ""
    return f"up to {param.maximum}" if param.maximum else "several"


def locked(endpoint: Endpoint, granted: frozenset[str] | None) -> str:
    """Why the app may not read it, and whom to ask, in a sentence; "" where it may, or where no
    token has told yet.
    """
    if granted is None or endpoint.scope is None or endpoint.scope in granted:
        return ""
    return (
        f"the app lacks the scope {endpoint.scope}: its developer adds it in the portal, "
        "then the tenant's admin presses Upgrade to New Version"
    )


def facts(endpoint: Endpoint, granted: frozenset[str] | None = None) -> list[tuple[str, str]]:
    """(label, text) pairs of the card, the same in text and in HTML; `granted` are the token's
    scopes, once known.
    """
    links = sorted({c.refers for _, c in walk(endpoint.columns) if c.refers})
    names = [
        p.py + (" (required)" if p.required else "")
        for p in sorted(endpoint.filters, key=lambda p: not p.required)
    ]
    out = [
        (
            "kind",
            KINDS[endpoint.kind] + (", withdrawn from the documents" if endpoint.withdrawn else ""),
        ),
        ("route", f"{endpoint.method} {endpoint.path}"),
        ("scope", endpoint.scope or "not stated"),
        ("filters", ", ".join(names) or "none"),
        ("columns", ", ".join(c.name for c in endpoint.columns) or "not stated"),
    ]
    if links:
        out.append(("leads to", ", ".join(links)))
    if why := locked(endpoint, granted):
        out.append(("🔒 locked", why))
    if endpoint.shows_all:
        name, value = endpoint.shows_all
        out.append(("hidden", f"inactive rows, unless {name}={value}"))
    return out


def text(endpoint: Endpoint, granted: frozenset[str] | None = None) -> str:
    """The card as text."""
    told = facts(endpoint, granted)
    width = max(len(label) for label, _ in told)
    lines = [f"{endpoint.name} · {endpoint.label}"]
    lines += [
        f"  {label:<{width}}  {_shortened(value, 100) if label in LISTS else value}"
        for label, value in told
    ]
    return "\n".join(lines)


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


class ProfileTable(list[Profile]):
    """The profiles of a .env file: a list of `Profile`, shown as a table."""

    @property
    def frame(self) -> pd.DataFrame:
        """profile, environment, tenant, ready, and the problem where there is one."""
        rows = [(p.name, p.environment, p.tenant, p.ready, p.problem) for p in self]
        return pd.DataFrame(
            rows, columns=["profile", "environment", "tenant", "ready", "problem"]
        ).astype({"tenant": "Int64"})

    def __repr__(self) -> str:
        return table(self.frame.fillna({"environment": "?"}), 10_000, rows=len(self), cell=200)

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(index=False, border=0, na_rep="–"))


def _shortened(value: str, width: int) -> str:
    """A list of names, cut at a comma."""
    return value if len(value) <= width else f"{value[: value.rfind(',', 0, width) + 1]} …"
