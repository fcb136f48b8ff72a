"""The status line: environment, tenant, what the app may read, its token and its request rate."""

from __future__ import annotations

from typing import Any, Protocol

import traitlets

from stnb.catalog import Catalog
from stnb.credentials import Profile
from stnb.session import clock

from ..widget import Widget

ENVIRONMENTS = {
    "demo": "made-up data",
    "integration": "integration",
    "production": "production, read-only",
    "custom": "custom address",
}


class Tenant(Protocol):
    """The part of an `Account` that the status line reads."""

    @property
    def catalog(self) -> Catalog: ...
    @property
    def scopes(self) -> frozenset[str] | None: ...
    @property
    def token_seconds(self) -> float | None: ...
    @property
    def pace(self) -> int: ...


class Status(Widget, scripts=("parts/status.js",), style="parts/status.css"):
    """What stands beside the profile's menu: the environment by word and colour. The connection
    opens from it.

    The page counts the token's time down by itself. The kernel sends when the token ends.

    Attributes:
        shown: all that the page shows. It is one trait, so that a switch is never seen by halves.
    """

    shown = traitlets.Dict().tag(sync=True)

    def show(self, profile: Profile, account: Tenant | None) -> None:
        """Show a profile, and its account if it is ready. Any thread may call it."""
        shown = as_shown(profile, account)
        if shown != self.shown:
            self.shown = shown

    def __repr__(self) -> str:
        return f"<stnb status · {self.shown.get('words', '')}>"


def as_shown(profile: Profile, account: Tenant | None) -> dict[str, Any]:
    """What the page needs, as plain data. The token's end is in ms since 1970, to the second."""
    environment = profile.environment or ""
    shown: dict[str, Any] = {
        "kind": environment if environment in ENVIRONMENTS else "none",
        "words": ENVIRONMENTS.get(environment, "environment not set"),
        "tenant": str(profile.tenant or ""),
    }
    if account is None:
        return shown
    total = len(account.catalog)
    readable = _readable(account.catalog, account.scopes)
    shown["read"] = f"{total:,} resources"
    if account.scopes is not None:
        shown["read"] = f"{readable:,} of {total:,} resources"
    shown["few"] = readable < total
    shown["end"] = None
    if account.token_seconds is not None:
        shown["end"] = round(clock.now().timestamp() + account.token_seconds) * 1000
    shown["pace"] = account.pace
    return shown


def _readable(catalog: Catalog, scopes: frozenset[str] | None) -> int:
    """How many resources these scopes open; all of them before the scopes are known."""
    if scopes is None:
        return len(catalog)
    return sum(endpoint.scope is None or endpoint.scope in scopes for endpoint in catalog)
