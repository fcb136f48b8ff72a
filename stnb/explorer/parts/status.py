"""Where one is: profile, environment, tenant, what the app may read, the token and the pace."""

from __future__ import annotations

from typing import Any, Protocol

import traitlets

from stnb.catalog import Catalog
from stnb.credentials import Profile
from stnb.session import clock

from ..widget import OnDemand

WORDS = {
    "demo": "demo, made-up data",
    "integration": "integration",
    "production": "production, read-only",
    "custom": "custom address",
}


class Tenant(Protocol):
    """What an Account tells of this."""

    @property
    def catalog(self) -> Catalog: ...
    @property
    def scopes(self) -> frozenset[str] | None: ...
    @property
    def token_seconds(self) -> float | None: ...
    @property
    def pace(self) -> int: ...


class Where(OnDemand, scripts=("parts/status.js",), style="parts/status.css"):
    """The line beside the profile's menu: the environment in words and colour, and the state of the
    connection.

    The page counts the token's time down by itself; the kernel tells when it ends.
    """

    shown = traitlets.Dict().tag(
        sync=True
    )  # one trait, so that the page never shows half of a switch

    def show(self, profile: Profile, account: Tenant | None) -> None:
        """Show a profile and, where it is ready, its account. Any thread may call it."""
        told = told_of(profile, account)
        if told != self.shown:
            self.shown = told

    def __repr__(self) -> str:
        return f"<stnb where · {self.shown.get('words', '')}>"


def told_of(profile: Profile, account: Tenant | None) -> dict[str, Any]:
    """What the page needs, as plain data; the token's end is in ms since 1970, to the second."""
    told: dict[str, Any] = {
        "kind": profile.environment if profile.environment in WORDS else "none",
        "words": WORDS.get(profile.environment or "", "environment not set"),
        "tenant": str(profile.tenant or ""),
    }
    if account is None:
        return told
    granted, seconds, total = account.scopes, account.token_seconds, len(account.catalog)
    may = (
        total
        if granted is None
        else sum(e.scope is None or e.scope in granted for e in account.catalog)
    )
    told["read"] = (
        f"{may:,} of {total:,} resources" if granted is not None else f"{total:,} resources"
    )
    told["few"] = may < total
    told["end"] = None if seconds is None else round(clock.now().timestamp() + seconds) * 1000
    told["pace"] = account.pace
    return told
