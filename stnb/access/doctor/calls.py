"""What the answers to calls mean: tenant, app key, scopes, reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stnb.credentials import Credentials
from stnb.errors import NotAllowed, NotAuthenticated, NotFound, ServerFault, StnbError
from stnb.errors.wording import times

from .causes import PAGE, WAIT, seen_of
from .findings import ADMIN, DEVELOPER, NO_SCOPES_TOLD, YOU, Check
from .opened import Module, Scopes, answered, few, scope_counts

ADD_SCOPES = (
    "The app developer adds them in the portal; then the tenant's admin presses "
    f"Upgrade to New Version under {PAGE}."
)


def of_tenant(claims: Mapping[str, Any] | None, mine: Credentials) -> Check:
    """Whether the token belongs to the tenant of the profile."""
    tenant = (claims or {}).get("tenant")
    if tenant is None:
        return Check("tenant", None, "the token does not tell its tenant")
    if str(tenant) == str(mine.tenant):
        return Check("tenant", True, f"the token is of tenant {tenant}")
    return Check(
        "tenant",
        False,
        f"the token is of tenant {tenant}, the profile says {mine.tenant}",
        f"The pair belongs to another tenant: {tenant}, not {mine.tenant}.",
        f"Set the profile's TENANT_ID to {tenant}, "
        f"or put the pair of tenant {mine.tenant} into .env.",
        YOU,
    )


def refused(err: StnbError) -> str:
    """What a failed read shows: "key" or "scope" if that was refused, "shut" if the app was,
    "pause" or "fault" if nothing can be said, "" if the call was let through.
    """
    status = getattr(err, "status", None)
    if status == 401:
        return "key"
    if status == 403:
        scope_missing = isinstance(err, NotAllowed) and err.scope_missing
        return "scope" if scope_missing else "shut"
    if status == 429:
        return "pause"
    route_missing = isinstance(err, NotFound) and err.route_missing
    if status in (400, 404, 409) and not route_missing:
        return ""
    return "fault"


def of_key(kind: str | None, err: StnbError | None) -> Check:
    """Whether the app key is accepted.

    Args:
        kind: what the first read that says anything about it showed; see `refused`. None if no read
            was made.
        err: how that read failed, or None.
    """
    # An error about a scope or a filter is that of a call whose key was accepted.
    if kind in ("", "scope"):
        return Check("app key", True, "accepted")
    if err is None:
        return Check("app key", None, "no read that would show it could be made")
    seen = seen_of(err)
    if kind == "key":
        likely = "Likely the app key is wrong."
        if isinstance(err, NotAuthenticated) and err.app_key_refused:
            likely = "The app key is not accepted."
        return Check(
            "app key",
            False,
            f"{seen}, with a new token",
            likely,
            "Compare APP_KEY in .env with the app's page in the developer portal.",
            DEVELOPER,
            also="It must be that of the app to which the pair belongs. "
            "Else the app was disabled in this tenant.",
        )
    if kind == "shut":
        return Check(
            "app key",
            False,
            f"{seen}, on whatever was read",
            "Likely the app was disabled in this tenant.",
            f"The admin looks at the app under {PAGE}; "
            "then compare APP_KEY with the developer portal.",
            ADMIN,
            also="Else the app key is not that of the app to which the pair belongs.",
        )
    return Check("app key", None, seen, "It could not be found out.", err.next, YOU)


def of_scopes(scopes: Scopes | None) -> Check:
    """What the token opens, of all that the catalogue has; None if the token does not tell."""
    if scopes is None:
        return Check("scopes", None, NO_SCOPES_TOLD)
    seen = "; ".join(scope_counts(scopes, names=True))
    if scopes.lost:
        cause = f"The app lost scopes since last time: {few(scopes.lost)}."
        return Check("scopes", False, seen, cause, ADD_SCOPES, DEVELOPER)
    if not scopes.readable:
        cause = "The app was granted nothing that can be read."
        return Check("scopes", False, seen, cause, ADD_SCOPES, DEVELOPER)
    if scopes.closed:
        return Check("scopes", False, seen, _closed(scopes.closed), ADD_SCOPES, DEVELOPER)
    if scopes.missing:
        cause = "Calls that need another scope are answered with 403."
        return Check("scopes", True, seen, cause, ADD_SCOPES, DEVELOPER)
    return Check("scopes", True, seen)


def _closed(modules: Sequence[str]) -> str:
    """That nothing of some modules can be read."""
    if len(modules) == 1:
        return f"Nothing of {modules[0]} can be read: the app has none of its scopes."
    return f"Nothing of {len(modules)} modules can be read, as no scope is granted: {few(modules)}."


def of_reads(modules: Sequence[Module], pause: StnbError | None) -> Check:
    """Whether the reads were answered as the scopes promise.

    Args:
        pause: the first read that was answered with a request to wait, or None.
    """
    if pause is not None:
        cause = "Throttled: ServiceTitan asks for a pause."
        return Check("reads", False, seen_of(pause), cause, WAIT, YOU)
    tried = [module for module in modules if module.answers is not None]
    refusing = [module.module for module in tried if not module.answers]
    seen = answered(modules)
    if not tried:
        return Check("reads", None, "none could be made")
    if not refusing:
        return Check("reads", True, seen)
    names = ", ".join(refusing)
    return Check(
        "reads",
        False,
        f"{seen}; not {names}",
        f"The token has the scopes, yet the API refuses: {names}.",
        f"The admin looks at the app's permissions under {PAGE}.",
        ADMIN,
        also="Likely the feature is not part of this tenant's plan, or the scope is narrowed for "
        "it, as with booking providers and report categories.",
    )


def of_strange(err: StnbError) -> Check:
    """That no read was answered as the API answers."""
    if isinstance(err, ServerFault):
        cause = "ServiceTitan's servers are in trouble: what was read ended in a fault."
        return Check("reads", False, seen_of(err), cause, "Try again in some minutes.")
    return Check("reads", False, seen_of(err), err.why, err.next, YOU)


def of_lasting(requests: int) -> Check:
    """Whether one token served all reads.

    Args:
        requests: how many more tokens were needed.
    """
    if not requests:
        return Check("token lasts", True, "one token served all reads")
    return Check(
        "token lasts",
        False,
        f"the server ended a token before its time, {times(requests)}",
        "Tokens end early.",
        "Nothing at once: stnb asks for a new one by itself. If it goes on, ask whether somebody "
        "is changing the app.",
        DEVELOPER,
        also="Likely the secret was regenerated or the app changed just now, or another program's "
        "tokens replace these.",
    )


def skipped(name: str, needs: str) -> Check:
    """A check that was not made, as one before it failed."""
    return Check(name, None, f"not tried: needs the {needs}", needs=needs)
