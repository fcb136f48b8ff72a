"""From what calls were answered to what it means: tenant, app key, scopes, reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stnb.credentials import Credentials
from stnb.errors import NotAllowed, NotAuthenticated, NotFound, StnbError

from .causes import PAGE, WAIT, seen_of
from .report import ADMIN, DEVELOPER, SKIPPED, YOU, Check, Module


def of_tenant(claims: Mapping[str, Any] | None, mine: Credentials) -> Check:
    """Whether the token is of the tenant that is configured."""
    told = (claims or {}).get("tenant")
    if told is None:
        return Check("tenant", None, "the token does not tell its tenant")
    if str(told) == str(mine.tenant):
        return Check("tenant", True, f"the token is of tenant {told}")
    return Check(
        "tenant",
        False,
        f"the token is of tenant {told}, the profile says {mine.tenant}",
        f"The pair belongs to another tenant: {told}, not {mine.tenant}.",
        f"Set the profile's TENANT_ID to {told}, or put the pair of tenant {mine.tenant} into .env.",
        YOU,
    )


def refused(err: StnbError) -> str:
    """What a failed read tells: "key", "scope", "shut", "pause", "fault", or "" where the call was
    at least let through.
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
    """Whether the app key is accepted; from the first read that tells it, None where none did."""
    if kind in ("", "scope"):
        return Check("app key", True, "accepted")
    if err is None:
        return Check("app key", None, "no read that would tell it could be made")
    seen = seen_of(err)
    if kind == "key":
        likely = "Likely the app key is wrong."
        if isinstance(err, NotAuthenticated) and err.app_key_refused:
            likely = "The app key is not accepted."
        return Check(
            "app key",
            False,
            f"{seen}, with a new token",
            f"{likely} It must be that of the app to which the pair belongs. Else the app was disabled in this tenant.",
            "Compare APP_KEY in .env with the app's page in the developer portal.",
            DEVELOPER,
        )
    if kind == "shut":
        return Check(
            "app key",
            False,
            f"{seen}, on whatever was read",
            "Likely the app was disabled in this tenant. Else the app key is not that of the app to which the pair belongs.",
            f"The admin looks at the app under {PAGE}; then compare APP_KEY with the developer portal.",
            ADMIN,
        )
    return Check("app key", None, seen, "It could not be told.", err.next, YOU)


def of_scopes(
    granted: frozenset[str] | None,
    every: Mapping[str, int],
    total: int,
    gained: frozenset[str],
    lost: frozenset[str],
) -> Check:
    """What the token opens, of all that the catalogue knows.

    Args:
        every: how many resources each scope opens.
        total: how many there are, also those whose scope is not documented.
        gained, lost: what differs from the last time, as far as that is known.
    """
    if granted is None:
        return Check("scopes", None, "the token does not tell its scopes")
    readable, unnamed = (
        sum(n for s, n in every.items() if s in granted),
        total - sum(every.values()),
    )
    missing = sorted(set(every) - granted)
    parts = [f"{len(gained)} scopes are new since last time: {_few(sorted(gained))}"] * bool(gained)
    parts += [f"{len(missing)} scopes are not granted: {_few(missing)}"] * bool(missing)
    parts += [f"for {unnamed} resources no scope is documented"] * bool(unnamed)
    seen = "; ".join([f"{readable} of {total} resources can be read", *parts])
    how = f"The app developer adds them in the portal; then the tenant's admin presses Upgrade to New Version under {PAGE}."
    if lost:
        means = f"The app lost scopes since last time: {_few(sorted(lost))}."
        return Check("scopes", False, seen, means, how, DEVELOPER)
    if not readable:
        return Check(
            "scopes", False, seen, "The app was granted nothing that can be read.", how, DEVELOPER
        )
    means, how = (
        ("Calls that need another scope are answered with 403.", how) if missing else ("", "")
    )
    return Check("scopes", True, seen, means, how, DEVELOPER if missing else "")


def of_reads(modules: Sequence[Module], pause: StnbError | None) -> Check:
    """Whether the answers agree with the scopes."""
    if pause is not None:
        return Check(
            "reads", False, seen_of(pause), "Throttled: ServiceTitan asks for a pause.", WAIT, YOU
        )
    tried = [m for m in modules if m.answers is not None]
    bad = [m.module for m in tried if not m.answers]
    seen = f"{len(tried) - len(bad)} of {len(tried)} modules answered"
    if not tried:
        return Check("reads", None, "none could be made")
    if not bad:
        return Check("reads", True, seen)
    return Check(
        "reads",
        False,
        f"{seen}; not {', '.join(bad)}",
        f"The token has the scopes, yet the API refuses: {', '.join(bad)}. Likely the feature is not part of this tenant's "
        "plan, or the scope is narrowed for it, as with booking providers and report categories.",
        f"The admin looks at the app's permissions under {PAGE}.",
        ADMIN,
    )


def of_lasting(requests: int) -> Check:
    """Whether one token served all reads."""
    if not requests:
        return Check("token lasts", True, "one token served all reads")
    return Check(
        "token lasts",
        False,
        f"the server ended a token before its time, {requests} {'times' if requests > 1 else 'time'}",
        "Tokens end early. Likely the secret was regenerated or the app changed just now, or another program's tokens replace these.",
        "Nothing at once: stnb asks for a new one by itself. Where it goes on, ask whether somebody is changing the app.",
        DEVELOPER,
    )


def skipped(name: str, needs: str) -> Check:
    """A check that was not made, as one before it failed."""
    return Check(name, None, f"{SKIPPED} the {needs}")


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
