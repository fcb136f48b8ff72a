"""Which resource the ids of a name lead to, wherever in the API they stand."""

from __future__ import annotations

import functools
from collections import defaultdict

from .store import load, walk


def resource_of_ids(name: str) -> str | None:
    """The resource that holds what ids of this name lead to; None if it is not known, or if the
    columns of that name differ.

    Example:
        >>> resource_of_ids("technicianId"), resource_of_ids("technicianIds")
        ('settings.technicians', 'settings.technicians')
    """
    known = _resources()
    return known.get(name) or known.get(name.removesuffix("s"))


@functools.cache
def _resources() -> dict[str, str]:
    catalog = load()
    found: defaultdict[str, set[str]] = defaultdict(set)
    for endpoint in catalog.endpoints.values():
        for _, column in walk(endpoint.columns):
            if column.refers in catalog.endpoints and column.name != "id":
                found[column.name].add(column.refers)
    return {name: min(resources) for name, resources in found.items() if len(resources) == 1}
