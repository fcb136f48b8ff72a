"""The table of resources, which `st.resources` and `st.find` show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from stnb.catalog import Endpoint
from stnb.catalog.search import Hit

COLUMNS = [
    "resource",
    "module",
    "kind",
    "method",
    "route",
    "scope",
    "readable",
    "filters",
    "hidden_rows",
    "withdrawn",
]


def resource_table(endpoints: Iterable[Endpoint], granted: frozenset[str] | None) -> pd.DataFrame:
    """A row for each resource.

    Args:
        granted: the scopes of the token; None if they are not known yet.
    """
    rows = [_row(endpoint, granted) for endpoint in endpoints]
    # Before the first token nobody knows what is readable, which bool cannot say.
    return pd.DataFrame(rows, columns=COLUMNS).astype({"readable": "boolean"})


def found_table(hits: Sequence[Hit], granted: frozenset[str] | None) -> pd.DataFrame:
    """A row for each resource that a search found, the best first."""
    rows = []
    for hit in hits:
        preset = ", ".join(f"{name}={value}" for name, value in hit.filters.items())
        rows.append((hit.endpoint.name, hit.about, hit.why, preset))
    found = pd.DataFrame(rows, columns=["resource", "about", "why", "preset"], dtype=str)
    of_catalogue = resource_table([hit.endpoint for hit in hits], granted)
    return found.join(of_catalogue[["kind", "scope", "readable"]])


def _row(endpoint: Endpoint, granted: frozenset[str] | None) -> tuple[Any, ...]:
    # A route without a scope in the documents may be readable or not.
    readable: Any = pd.NA
    if granted is not None and endpoint.scope is not None:
        readable = endpoint.scope in granted
    return (
        endpoint.name,
        endpoint.module,
        endpoint.kind,
        endpoint.method,
        endpoint.path,
        endpoint.scope,
        readable,
        len(endpoint.filters),
        endpoint.shows_all is not None,
        endpoint.withdrawn,
    )
