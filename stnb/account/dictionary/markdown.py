"""The dictionary in Markdown: an index, and a page for each module with a diagram of its links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from stnb.errors import printable

from .gather import counted_in_words

MARKS = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$-])")
WRITER = "createdById"  # leads from everywhere to the same two lists, and would hide the others
DRAWN = 60  # links of a diagram; more could not be read, and the tables have all


def escaped(text: str) -> str:
    """A text that Markdown shows as it is, on one line.

    Example:
        >>> escaped("a|b <i>")
        'a\\\\|b \\\\<i\\\\>'
    """
    return MARKS.sub(r"\\\1", printable(text, one_line=True))


def code(name: str) -> str:
    """A name of the catalogue, in the font of code."""
    return f"`{printable(name, one_line=True).replace('`', '')}`".replace("|", "\\|")


def index(facts: Mapping[str, Any]) -> str:
    """The first page: the modules, and how to read the others."""
    lines = [
        "# Data dictionary",
        "",
        counted_in_words(facts),
        "",
    ]
    rows = []
    for module, title in facts["modules"].items():
        names = [each["name"] for each in facts["resources"] if each["module"] == module]
        if names:
            rows.append((f"[{escaped(title)}]({module}.md)", code(module), str(len(names))))
    lines += table(("module", "name", "resources"), rows)
    if "tenant" in facts:
        named = f"{facts['tenant']['profile']}, {facts['tenant']['tenant']}"
        lines += ["", f"[What this tenant has named](tenant.md): {escaped(named)}."]
    return "\n".join([*lines, ""])


def module_page(facts: Mapping[str, Any], module: str, *, drawn: bool = True) -> str:
    """All resources of a module.

    Args:
        drawn: whether its links are drawn, in Mermaid's words.
    """
    title = facts["modules"][module]
    lines = [f"# {escaped(title)} ({code(module)})", ""]
    if drawn:
        lines += _diagram(facts["leads"].get(module, []))
    for each in facts["resources"]:
        if each["module"] == module:
            lines += _resource(each)
    return "\n".join([*lines, ""])


def tenant_page(tenant: Mapping[str, Any]) -> str:
    """The names of one tenant."""
    owner = f"{tenant['profile']} · {tenant['environment']} · tenant {tenant['tenant']}"
    lines = ["# What this tenant has named", "", escaped(owner)]
    for name, part in tenant["lists"].items():
        lines += ["", f"## {escaped(part['title'])}", "", f"From {code(name)}.", ""]
        rows = []
        for row in part["rows"]:
            values = escaped(", ".join(row["values"]))
            active = "yes" if row["active"] else "no"
            rows.append((escaped(row["id"]), escaped(row["name"]), row["type"], values, active))
        lines += table(("id", "name", "type", "values", "active"), rows)
    for name, problem in tenant["problems"].items():
        lines += ["", f"{code(name)} could not be read. {escaped(problem)}"]
    return "\n".join([*lines, ""])


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table; a column that is empty in all rows is left out. Cells are Markdown."""
    rows = list(rows)
    shown = [i for i in range(len(heads)) if any(row[i] for row in rows)]
    if not shown:
        return []
    lines = [" | ".join(heads[i] for i in shown), " | ".join("---" for _ in shown)]
    lines += [" | ".join(row[i] for i in shown) for row in rows]
    return [f"| {line} |" for line in lines]


def _diagram(leads: Sequence[Sequence[str]]) -> Iterator[str]:
    """The links of a module as a picture that GitHub and others draw."""
    leads = [each for each in leads if each[1] != WRITER]
    if not leads:
        return
    yield "```mermaid"
    yield "graph LR"
    for source, columns, target in leads[:DRAWN]:
        first, *others = columns.split(", ")
        said = f"{first} +{len(others)}" if others else first
        yield f'  {_node(source)} -->|"{said}"| {_node(target)}'
    yield "```"
    if len(leads) > DRAWN:
        yield f"\n{len(leads) - DRAWN} more links are in the tables."
    yield ""


def _node(name: str) -> str:
    return f'{re.sub(r"[^a-zA-Z0-9]", "_", name)}["{name}"]'


def _resource(each: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {each['name']}"
    yield ""
    yield f"{escaped(each['about'] or each['label'])}."
    yield ""
    yield f"- {code(each['method'] + ' ' + each['route'])}: {each['kind']}"
    if each["scope"]:
        yield f"- scope {code(each['scope'])}"
    if each["hidden"]:
        yield f"- leaves out {each['hidden']}"
    if each["withdrawn"]:
        yield "- withdrawn from the documents"
    for trap in each["traps"]:
        yield f"- **known trap**: {escaped(trap)}"
    yield ""
    yield from _titled("Filters", _filters(each))
    yield from _titled("Columns", _columns(each))
    yield from _titled("Links", _links(each))


def _titled(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"**{title}**"
        yield ""
        yield from lines
        yield ""


def _filters(each: Mapping[str, Any]) -> list[str]:
    rows = []
    for one in each["filters"]:
        required = "yes" if one["required"] else ""
        values = ", ".join(map(code, one["values"]))
        rows.append((code(one["name"]), one["type"], required, one["several"], values))
    return table(("filter", "type", "required", "several", "values"), rows)


def _columns(each: Mapping[str, Any]) -> list[str]:
    rows = []
    for one in each["columns"]:
        values = ", ".join(map(code, one["values"]))
        dtype = code(one["dtype"])
        rows.append((code(one["name"]), dtype, escaped(one["meaning"]), one["unit"], values))
    return table(("column", "dtype", "meaning", "unit", "values"), rows)


def _links(each: Mapping[str, Any]) -> list[str]:
    rows = []
    for one in each["links"]:
        by = "" if one["by"] == "id" else code(one["by"])
        rows.append((code(one["column"]), code(one["to"]), by, one["how"], escaped(one["note"])))
    return table(("column", "leads to", "by", "how", "note"), rows)
