"""What the catalogue, the rules of links and the known traps say of each resource: plain data."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from typing import Any

from stnb.catalog import Catalog, Endpoint, Param, meanings
from stnb.catalog.store import walk
from stnb.frame import dtype_of, traps

from ..cards import KINDS, several
from ..links.rules import links_of, repeats_a_list

Facts = dict[str, Any]  # what JSON can hold


def dictionary(catalog: Catalog) -> Facts:
    """Everything that is known without a tenant.

    Returns:
        `modules` (their names in words), `resources` (a list, each with name, label, about, module,
        kind, method, route, scope, required, hidden, key, filters, columns, links and traps),
        `records` (how many more read one record of such a list by its id).

    Example:
        >>> jobs = dictionary(load())["resources"][0]
        >>> sorted(jobs)[:4]
        ['about', 'columns', 'filters', 'hidden']
    """
    twins = [endpoint for endpoint in catalog if _is_twin(endpoint)]
    return {
        "format": 1,
        "modules": {name: meanings.module(name) for name in catalog.modules},
        "resources": [_resource(endpoint) for endpoint in catalog if not _is_twin(endpoint)],
        "records": len(twins),
        "leads": _leads(catalog),
    }


def _is_twin(endpoint: Endpoint) -> bool:
    """A record is read through its list: jobs.get(id)."""
    return endpoint.name.endswith(".get")


def _resource(endpoint: Endpoint) -> Facts:
    hidden = ""
    if endpoint.shows_all:
        hidden = "inactive rows, unless {}={}".format(*endpoint.shows_all)
    kind = KINDS["list"] if endpoint.paged else KINDS[endpoint.kind]
    return {
        "name": endpoint.name,
        "label": endpoint.label,
        "about": meanings.about(endpoint),
        "module": endpoint.module,
        "kind": kind,
        "method": endpoint.method,
        "route": endpoint.path,
        "scope": endpoint.scope or "",
        "withdrawn": endpoint.withdrawn,
        "hidden": hidden,
        "key": list(endpoint.key),
        "filters": _filters(endpoint),
        "columns": _columns(endpoint),
        "links": _links(endpoint),
        "traps": traps.known(endpoint),
    }


def _filters(endpoint: Endpoint) -> list[Facts]:
    ordered = sorted(endpoint.filters, key=lambda param: not param.required)
    return [_filter(param) for param in ordered]


def _filter(param: Param) -> Facts:
    return {
        "name": param.py,
        "type": param.type,
        "required": param.required,
        "values": list(param.values),
        "several": several(param),
    }


def _columns(endpoint: Endpoint) -> list[Facts]:
    found = []
    for path, column in walk(endpoint.columns):
        found.append(
            {
                "name": path,
                "type": column.type,
                "dtype": dtype_of(column) or "object",
                "meaning": meanings.column(endpoint, path, column),
                "unit": meanings.unit(endpoint, path, column),
                "values": list(column.values),
            }
        )
    return found


def _links(endpoint: Endpoint) -> list[Facts]:
    found: list[Facts] = []
    for link in links_of(endpoint):
        about = {"column": link.column, "how": link.how, "note": link.note}
        found += [about | {"to": target.resource, "by": target.by} for target in link.targets]
    return found


def _leads(catalog: Catalog) -> dict[str, list[list[str]]]:
    """The links of each module as [from, columns, to], those that most columns make first."""
    found: dict[str, list[list[str]]] = {}
    for module in catalog.modules:
        columns: dict[tuple[str, str], list[str]] = {}
        for endpoint in catalog:
            if endpoint.module != module or repeats_a_list(catalog, endpoint):
                continue
            for link in links_of(endpoint):
                for target in link.targets:
                    columns.setdefault((endpoint.name, target.resource), []).append(link.column)
        found[module] = [[a, ", ".join(dict.fromkeys(c)), b] for (a, b), c in columns.items()]
    return found


def totals(facts: Mapping[str, Any]) -> Counter[str]:
    """How many resources, columns, filters and links there are."""
    counted: Counter[str] = Counter(resources=len(facts["resources"]), records=facts["records"])
    for each in facts["resources"]:
        for part in ("columns", "filters", "links"):
            counted[part] += len(each[part])
    return counted


def counted_in_words(facts: Mapping[str, Any]) -> str:
    """How many resources there are, and which of them have no place of their own here."""
    known = totals(facts)
    all_of_them = known["resources"] + known["records"]
    return (
        f"{all_of_them} resources of the ServiceTitan API: {known['resources']} stand here, with "
        f"{known['columns']:,} columns, {known['filters']:,} filters and {known['links']:,} links "
        f"between them; {known['records']} more read one record of a list that stands here, as "
        "jobs.get(id) does."
    )


@functools.cache
def bundled() -> Facts:
    """The dictionary of the catalogue that comes with the package; it is made once."""
    from stnb.catalog import load

    return dictionary(load())
