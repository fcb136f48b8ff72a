"""The dictionary as one page of HTML, with a search that needs no network."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from typing import Any

from stnb.errors import printable

from .gather import counted_in_words


def page(facts: Mapping[str, Any]) -> str:
    """The whole page: style, script and all resources."""
    counts = counted_in_words(facts)
    parts = [text("h1", "ServiceTitan data dictionary"), text("p", counts, "quiet")]
    links = [_module_link(each, title) for each, title in facts["modules"].items()]
    parts.append(f"<nav>{' '.join(links)}</nav>")
    if "tenant" in facts:
        parts += _tenant(facts["tenant"])
    for module, title in facts["modules"].items():
        found = [each for each in facts["resources"] if each["module"] == module]
        if found:
            parts.append(_module(module, title, found, facts["leads"].get(module, [])))
    folder = resources.files(__package__)
    shell = folder.joinpath("page.html").read_text("utf-8")
    return shell.replace("<!-- the dictionary -->", "\n".join(parts))


def _module_link(module: str, title: str) -> str:
    return f'<a href="#{_escaped(module)}">{_escaped(title)}</a>'


def text(tag: str, content: str, kind: str = "") -> str:
    """An element with an escaped text."""
    named = f' class="{kind}"' if kind else ""
    return f"<{tag}{named}>{_escaped(content)}</{tag}>"


def _escaped(content: str) -> str:
    return html.escape(printable(content, one_line=True))


def _module(
    module: str, title: str, found: Iterable[Mapping[str, Any]], leads: Sequence[Sequence[str]]
) -> str:
    parts = [f'<section class="module" id="{_escaped(module)}">']
    parts.append(f"<h2>{_escaped(title)} {text('code', module)}</h2>")
    if leads:
        rows = [(_to(a), text("code", columns), _to(b)) for a, columns, b in leads]
        links = _table(("from", "by its columns", "to"), rows)
        summary = text("summary", f"{len(leads)} links of this module")
        parts.append(f'<details class="leads">{summary}{links}</details>')
    parts += [_resource(each) for each in found]
    return "\n".join([*parts, "</section>"])


def _resource(each: Mapping[str, Any]) -> str:
    name = each["name"]
    about = each["about"] or each["label"]
    facts = [text("p", f"{each['method']} {each['route']} · {each['kind']}", "quiet")]
    if each["scope"]:
        facts.append(f"<p>Scope {text('code', each['scope'])}</p>")
    if each["hidden"]:
        facts.append(text("p", f"Leaves out {each['hidden']}."))
    if each["withdrawn"]:
        facts.append(text("p", "Withdrawn from ServiceTitan's documents."))
    facts += [text("p", trap, "trap") for trap in each["traps"]]
    facts += _titled("Filters", _filters(each))
    facts += _titled("Columns", _columns(each))
    facts += _titled("Links", _links(each))
    head = f"<summary>{text('code', name)} {text('span', about)}</summary>"
    return f'<details class="resource" id="{_escaped(name)}">{head}{"".join(facts)}</details>'


def _titled(title: str, table: str) -> Iterator[str]:
    if table:
        yield text("h3", title)
        yield table


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are HTML; a column that is empty in all rows is left out."""
    rows = list(rows)
    shown = [i for i in range(len(heads)) if any(row[i] for row in rows)]
    if not shown:
        return ""
    head = "".join(text("th", heads[i]) for i in shown)
    body = []
    for row in rows:
        cells = "".join(f"<td>{row[i]}</td>" for i in shown)
        body.append(f"<tr>{cells}</tr>")
    return f'<div class="wide"><table><tr>{head}</tr>{"".join(body)}</table></div>'


def _to(name: str) -> str:
    return f'<a href="#{_escaped(name)}">{text("code", name)}</a>'


def _codes(values: Iterable[str]) -> str:
    return " ".join(text("code", value) for value in values)


def _filters(each: Mapping[str, Any]) -> str:
    rows = []
    for one in each["filters"]:
        required = "required" if one["required"] else ""
        name = text("code", one["name"])
        rows.append((name, one["type"], required, one["several"], _codes(one["values"])))
    return _table(("filter", "type", "", "several", "values"), rows)


def _columns(each: Mapping[str, Any]) -> str:
    rows = []
    for one in each["columns"]:
        name, meaning = text("code", one["name"]), _escaped(one["meaning"])
        rows.append((name, _escaped(one["dtype"]), meaning, one["unit"], _codes(one["values"])))
    return _table(("column", "dtype", "meaning", "unit", "values"), rows)


def _links(each: Mapping[str, Any]) -> str:
    rows = []
    for one in each["links"]:
        by = "" if one["by"] == "id" else text("code", one["by"])
        column = text("code", one["column"])
        rows.append((column, _to(one["to"]), by, one["how"], _escaped(one["note"])))
    return _table(("column", "leads to", "by", "how", "note"), rows)


def _tenant(tenant: Mapping[str, Any]) -> Iterator[str]:
    owner = f"{tenant['profile']} · {tenant['environment']} · tenant {tenant['tenant']}"
    yield f'<section class="module" id="tenant">{text("h2", "What this tenant has named")}'
    yield text("p", owner, "quiet")
    for name, part in tenant["lists"].items():
        rows = []
        for row in part["rows"]:
            state = "" if row["active"] else "inactive"
            cells = (row["id"], row["name"], row["type"], ", ".join(row["values"]), state)
            rows.append([_escaped(cell) for cell in cells])
        shown = _table(("id", "name", "type", "values", ""), rows)
        head = f"<summary>{text('code', name)} {text('span', part['title'])}</summary>"
        yield f'<details class="resource">{head}{shown}</details>'
    for name, problem in tenant["problems"].items():
        yield text("p", f"{name} could not be read. {problem}", "trap")
    yield "</section>"
