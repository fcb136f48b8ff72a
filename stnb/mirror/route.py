"""How each table of a folder is read."""

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
from stnb.pull.values import inactive_too

By = Literal["feed", "modified", "whole"]


class Named(Protocol):
    """What has resources by name, such as an account."""

    def __getitem__(self, name: str) -> Resource: ...


@dataclass(frozen=True)
class Route:
    """How one table of the folder is read.

    Attributes:
        resource: what is read; for a list that has an export feed, the feed.
        by: "feed": from the cursor of the last run on; "modified": what was changed since the last
            run; "whole": all of it again.
        filters: those that it takes to see every row, also the inactive ones.
    """

    resource: Resource
    by: By
    filters: Mapping[str, Any]

    @property
    def table(self) -> str:
        """The name of the table, such as "jpm_jobs"."""
        return table_name(self.resource.endpoint)

    @property
    def endpoint(self) -> Endpoint:
        """What the catalogue knows about the resource."""
        return self.resource.endpoint

    @property
    def owner(self) -> Credentials:
        """Whose rows they are."""
        return self.resource.credentials


def routes(
    resources: Iterable[Resource | str] | Resource | str, account: Named | None
) -> list[Route]:
    """The routes of some resources, one for each table.

    Args:
        account: has the resources that are given by name.

    Raises:
        UnknownResource: no resource has that name.
        UsageError: one cannot be kept up to date, a name was given without an account, or they
            belong to several tenants.
    """
    if isinstance(resources, (str, Resource)):
        resources = [resources]
    found: dict[str, Route] = {}
    for given in resources:
        route = route_of(_resource(given, account))
        found.setdefault(route.table, route)
    if not found:
        raise UsageError(
            "Nothing is to be synced.",
            "No resource was named.",
            'Name some, as in sync(["jpm.jobs"], to="data").',
        )
    _check_one_tenant(found.values())
    return list(found.values())


def _check_one_tenant(routes: Iterable[Route]) -> None:
    owners = {(route.owner.tenant, route.owner.environment) for route in routes}
    if len(owners) < 2:
        return
    names = [f"{tenant} in {environment}" for tenant, environment in sorted(owners)]
    raise UsageError(
        "The resources belong to several tenants.",
        f"The tenants are {' and '.join(names)}, and a folder keeps the tables of one.",
        "Sync each tenant to a folder of its own.",
    )


def route_of(resource: Resource) -> Route:
    """How one resource is read.

    Raises:
        UsageError: it cannot be kept up to date, as it is no table of its own.
    """
    name = feed_of(resource.endpoint, resource.catalog)
    if name is not None:
        resource = resource.sibling(name)
    endpoint = resource.endpoint
    filters: dict[str, Any] = {}
    needed = []
    for param in endpoint.required:
        if param.type == "boolean":  # "only the active ones" or "in reverse order": neither
            filters[param.py] = False
        else:
            needed.append(param.py)
    if needed or endpoint.kind not in ("list", "export", "rows"):
        raise _no_table(endpoint, needed)
    filters |= inactive_too(endpoint)
    return Route(resource, _by(endpoint), filters)


def _no_table(endpoint: Endpoint, needed: list[str]) -> UsageError:
    why = f"It is one {endpoint.kind}"
    if needed:
        why = f"It needs {' and '.join(needed)}"
    return UsageError(
        f"{endpoint.name} cannot be kept up to date.",
        f"{why}, so that there is no table of all its rows.",
        "Pull it by itself, and sync the list above it.",
    )


def _by(endpoint: Endpoint) -> By:
    if not endpoint.key:  # without it a row that comes again cannot be told from a new one
        return "whole"
    if endpoint.kind == "export":
        return "feed"
    return "modified" if endpoint.takes(MODIFIED_SINCE) else "whole"


def feed_of(endpoint: Endpoint, catalog: Catalog) -> str | None:
    """The export feed of a list, such as "jpm.export.jobs" for "jpm.jobs"; for a feed, its own
    name; None if there is no feed.
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
