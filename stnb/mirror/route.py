"""How each table is kept up to date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from stnb.account.resource import Resource
from stnb.catalog import Catalog, Endpoint
from stnb.catalog.facts import MODIFIED_SINCE
from stnb.credentials import Credentials
from stnb.errors import UsageError
from stnb.pull.options import table_name

By = Literal["feed", "modified", "whole"]


class Named(Protocol):
    """What gives a resource for a name, such as an account."""

    def __getitem__(self, name: str) -> Resource: ...


@dataclass(frozen=True)
class Route:
    """One table of the folder.

    Attributes:
        resource: what is read; of a list that has a feed, the feed.
        by: "feed", from the cursor of the last run on; "modified", what was changed since the last
            run; or "whole".
        filters: what it takes to see every row, also the inactive ones.
    """

    resource: Resource
    by: By
    filters: Mapping[str, Any]

    @property
    def table(self) -> str:
        return table_name(self.resource.endpoint)

    @property
    def endpoint(self) -> Endpoint:
        return self.resource.endpoint

    @property
    def owner(self) -> Credentials:
        return self.resource.credentials


def routes(resources: Iterable[Resource | str], account: Named | None) -> list[Route]:
    """The tables that some resources mean, each once.

    Raises:
        UnknownResource: there is none of that name.
        UsageError: one cannot be kept up to date, a name was given without an account, or they are
            of several tenants.
    """
    found: dict[str, Route] = {}
    for given in [resources] if isinstance(resources, (str, Resource)) else resources:
        route = route_of(_resource(given, account))
        found.setdefault(route.table, route)
    if not found:
        raise UsageError(
            "Nothing is to be synced.",
            "No resource was named.",
            'Name some, as in sync(["jpm.jobs"], to="data").',
        )
    owners = {(r.owner.tenant, r.owner.environment) for r in found.values()}
    if len(owners) > 1:
        raise UsageError(
            "The resources are of several tenants.",
            f"They are {' and '.join(f'{t} in {e}' for t, e in sorted(owners))}, and a folder keeps the tables of one.",
            "Sync each tenant to a folder of its own.",
        )
    return list(found.values())


def route_of(resource: Resource) -> Route:
    """How one resource is kept.

    Raises:
        UsageError: it cannot be, as it is no table of its own.
    """
    name = feed_of(resource.endpoint, resource.catalog)
    if name is not None:
        resource = resource.sibling(name)
    endpoint = resource.endpoint
    yes_or_no = {
        p.py: False for p in endpoint.required if p.type == "boolean"
    }  # not the active alone, not in reverse
    needed = [p.py for p in endpoint.required if p.py not in yes_or_no]
    if needed or endpoint.kind not in ("list", "export", "rows"):
        why = f"It needs {' and '.join(needed)}" if needed else f"It is one {endpoint.kind}"
        raise UsageError(
            f"{endpoint.name} cannot be kept up to date.",
            f"{why}, so that there is no table of all its rows.",
            "Pull it by itself, and sync the list above it.",
        )
    return Route(
        resource,
        _by(endpoint),
        yes_or_no | dict([endpoint.shows_all] if endpoint.shows_all else []),
    )


def _by(endpoint: Endpoint) -> By:
    if not endpoint.key:  # nothing tells which row is which
        return "whole"
    if endpoint.kind == "export":
        return "feed"
    return "modified" if endpoint.takes(MODIFIED_SINCE) else "whole"


def feed_of(endpoint: Endpoint, catalog: Catalog) -> str | None:
    """The feed of a list, or of a feed itself: "jpm.export.jobs" of "jpm.jobs"; None where there is
    none.
    """
    module, *rest = (part for part in endpoint.name.split(".") if part != "export")
    twin = ".".join([module, "export", *rest])
    if twin in catalog:
        return twin
    return endpoint.name if endpoint.kind == "export" else None


def _resource(given: Resource | str, account: Named | None) -> Resource:
    if isinstance(given, Resource):
        return given
    if account is None:
        raise UsageError(
            f"{given!r} alone names no tenant.",
            "A name needs the account that it is read from.",
            "Give the resource, as in st.jpm.jobs.",
        )
    return account[given]
