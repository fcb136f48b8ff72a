"""Facts about refusals: with which status each is answered."""

from __future__ import annotations

from stnb.catalog import Endpoint
from stnb.catalog.facts import LARGEST_ID
from stnb.session import Look

from .asker import Asker
from .models import Seen
from .untried import Untried

LIST = "settings.business_units"
ONE_ROW = [("page", "1"), ("pageSize", "1")]
NO_ROUTE = "/jpm/v2/tenant/{tenant}/stnb-no-such-route"
NO_TENANT = 1  # a number so low that it is nobody's tenant, or not ours


async def no_app_key(asker: Asker) -> Seen:
    """How a call without the app key is answered."""
    path = asker.path(asker.endpoint(LIST))
    seen = await asker.get(path, ONE_ROW, app_key=False, renew=False)
    return Seen(_status(seen), seen.status == 401)


async def another_tenant(asker: Asker) -> Seen:
    """How a call to a tenant is answered that is not the token's."""
    path = asker.endpoint(LIST).path.replace("{tenant}", str(NO_TENANT))
    seen = await asker.get(path, ONE_ROW, renew=False)
    return Seen(_status(seen), seen.status in (401, 403, 404))


async def unknown_route(asker: Asker) -> Seen:
    """How a path is answered that is none of the API."""
    path = NO_ROUTE.replace("{tenant}", str(asker.account.tenant))
    seen = await asker.get(path, renew=False)
    if seen.status != 404:
        return Seen(_status(seen), False)
    if not seen.route_missing:
        return Seen("404 that does not say so", False)
    return Seen("404 that says so", True)


async def unknown_record(asker: Asker) -> Seen:
    """How an id is answered that no record has."""
    path = f"{asker.path(asker.endpoint('jpm.jobs'))}/{LARGEST_ID}"
    seen = await asker.get(path, renew=False)
    if seen.status != 404:
        return Seen(_status(seen), False)
    if seen.route_missing:
        return Seen("404 as of an unknown route", False)
    return Seen("404 that is not that of an unknown route", True)


async def missing_scope(asker: Asker) -> Seen:
    """How a list is answered whose scope the app lacks."""
    endpoint = _without_scope(asker)
    seen = await asker.get(asker.path(endpoint), ONE_ROW, renew=False)
    if seen.status != 403:
        return Seen(_status(seen), False)
    if not seen.scope_missing:
        return Seen("403 that does not name the scope as its reason", False)
    return Seen("403 that names the scope as its reason", True)


def _without_scope(asker: Asker) -> Endpoint:
    """A plain list whose scope the app lacks.

    Raises:
        Untried: there is none.
    """
    granted = asker.account.scopes
    if granted is None:
        raise Untried("the token does not tell its scopes")
    for endpoint in asker.account.catalog:
        is_plain = endpoint.kind == "list" and endpoint.method == "GET" and not endpoint.required
        if is_plain and endpoint.scope and endpoint.scope not in granted and not endpoint.withdrawn:
            return endpoint
    raise Untried("the app has the scope of every list")


def _status(seen: Look) -> str:
    return f"answered with {seen.status}"
