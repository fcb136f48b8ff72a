"""Where ids lead: the links of each resource, from the catalogue and the table of rules."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

import pandas as pd

from stnb.catalog import Catalog, Column, Endpoint

from .models import OPEN, Link, Rule, Target
from .rule_table import RULES

COLUMNS = ["column", "leads to", "by", "how", "note"]
INCOMING = ["resource", "column", "by", "how", "note"]
# Modules that people ask about most come first in lists.
FIRST = ["crm", "jpm", "dispatch", "accounting", "sales", "memberships"]


def links(catalog: Catalog, name: str, *, incoming: bool = False) -> pd.DataFrame:
    """Where a resource's ids lead, or what leads to it.

    Args:
        name: of the resource, such as "jpm.jobs".
        incoming: the other way round: the columns of all resources that lead here. Records and
            feeds are left out, because their columns are those of a list.

    Returns:
        A row for each column and target: column (`items[].skuId` lies in a list), leads to, by (the
        target's column), how ("documented", "by name" or "open") and note (the trap, "" if there is
        none). With `incoming`, `resource` stands in place of `leads to`.

    Raises:
        UnknownResource: there is no such resource.

    Example:
        >>> found = st.links("jpm.jobs").query("column == 'createdById'")
        >>> found[["leads to", "by"]].values.tolist()
        [['settings.employees', 'userId'], ['settings.technicians', 'userId']]
    """
    endpoint = catalog[name]
    if incoming:
        found = sorted(_incoming(catalog, endpoint.name), key=_by_module)
        rows = [(source.name, link.column, t.by, link.how, link.note) for source, link, t in found]
        return pd.DataFrame(rows, columns=INCOMING, dtype="str")
    rows = []
    for link in links_of(endpoint):
        for target in link.targets:
            rows.append((link.column, target.resource, target.by, link.how, link.note))
    return pd.DataFrame(rows, columns=COLUMNS, dtype="str")


@functools.cache
def links_of(endpoint: Endpoint) -> tuple[Link, ...]:
    """The links of an endpoint's columns, in their order. A feed has the links of its list."""
    own = endpoint.name.removesuffix(".get").replace(".export.", ".")
    found = []
    for shown, column in _columns(endpoint.columns):
        link = _link(own, shown, column)
        if link is not None:
            found.append(link)
    return tuple(found)


def _columns(columns: Iterable[Column], above: str = "") -> Iterator[tuple[str, Column]]:
    """(name with brackets, column) of each column with values; lists of objects are opened."""
    for column in columns:
        name = f"{above}{column.name}"
        if column.type == "array":
            element = column.children[0] if column.children else None
            if element is not None and element.type == "object":
                yield from _columns(element.children, f"{name}[].")
            else:
                yield f"{name}[]", column
        elif column.type == "object":
            yield from _columns(column.children, f"{name}.")
        else:
            yield name, column


def _link(own: str, shown: str, column: Column) -> Link | None:
    path = shown.replace("[]", "")
    refers = column.refers or ""
    how = column.how or OPEN
    for rule in RULES:
        if _fits(rule, own, path, refers):
            targets = rule.targets or (Target(refers),)
            return Link(shown, targets, rule.how or how, rule.note, rule.kind)
    if not refers:
        return None
    return Link(shown, (Target(refers),), how)


def _fits(rule: Rule, own: str, path: str, refers: str) -> bool:
    return (
        fnmatchcase(refers, rule.refers)
        and fnmatchcase(own, rule.resource)
        and fnmatchcase(path, rule.path)
    )


def _incoming(catalog: Catalog, name: str) -> Iterator[tuple[Endpoint, Link, Target]]:
    for endpoint in catalog:
        if repeats_a_list(catalog, endpoint):
            continue
        for link in links_of(endpoint):
            for target in link.targets:
                if target.resource == name:
                    yield endpoint, link, target


def repeats_a_list(catalog: Catalog, endpoint: Endpoint) -> bool:
    """Whether the endpoint is a record or a feed whose columns are those of a list."""
    if endpoint.name.endswith((".get", ".export")):
        return True
    its_list = endpoint.name.replace(".export.", ".")
    return its_list != endpoint.name and its_list in catalog


def _by_module(found: tuple[Endpoint, Link, Target]) -> tuple[int, str]:
    endpoint = found[0]
    return module_rank(endpoint.module), endpoint.name


def module_rank(module: str) -> int:
    """The place of a module in lists; lower comes first."""
    return FIRST.index(module) if module in FIRST else len(FIRST)
