"""The checks that need the network: hosts, clock, token, tenant, scopes, and a read in each
module.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from stnb.account import scopes
from stnb.account.account import Account
from stnb.catalog import Catalog, Endpoint
from stnb.credentials import DEMO, HOSTS, Credentials
from stnb.errors import DataError, RequestError, SetupError, StnbError, Unreachable
from stnb.session import Session

from . import calls, causes, local, modules
from .findings import Check
from .opened import Scopes
from .visit import Visit

PATIENCE = 2.0  # seconds: a longer pause is reported instead of waited for
LONGEST = 30.0  # seconds for a token or one row, which come in one: a pull would wait for minutes
AT_ONCE = 8  # reads in flight
FIRST = 3  # reads, one after the other, to find out about the app key


async def examine(visit: Visit, try_other: bool, previous: pd.DataFrame | None) -> None:
    """Make the checks in order, and skip those that need one that failed.

    Args:
        try_other: whether a refused pair may be sent to the other environment's host.
        previous: the table of an earlier `st.access()`, or None.
    """
    session = visit.session
    try:
        knocks = await session.knock()
    except SetupError as err:
        visit.add(causes.of_machine(err))
        return visit.skip("hosts")
    hosts = causes.of_hosts(knocks)
    visit.add(hosts, causes.of_clock(knocks))
    if not hosts.ok:
        return visit.skip("hosts")
    # The scopes of the token that is in use, before a new one replaces it.
    earlier = session.scopes
    if previous is not None:
        earlier = _granted(previous)
    if not await _token(visit, try_other):
        return visit.skip("token")
    tenant = calls.of_tenant(session.claims, session.credentials)
    visit.add(tenant)
    if tenant.ok is False:
        return visit.skip("right tenant")
    assert visit.account is not None
    opened = _scopes(visit.account.catalog, session.scopes, earlier)
    visit.note(scopes=opened)
    visit.add(calls.of_scopes(opened))
    return await Reads(visit, visit.account).make()


# -- the token


async def _token(visit: Visit, try_other: bool) -> bool:
    """Ask for a token; says whether one was granted."""
    session = visit.session
    warm = session.claims is not None
    # A new one in any case: the present one would work on for a while after a change of the app.
    err = await _failure(session.authorize(renew=True, patience=PATIENCE))
    twin = ""
    if err is not None:
        twin = local.same_pair(visit.known, session.credentials)
    check = causes.of_token(err, _lifetime(session), warm, twin)
    doubt = session.credentials.doubt
    if check.ok is False and doubt:
        check = replace(check, also=f"{doubt} {check.also}".strip())
    visit.add(check)
    if try_other and getattr(err, "status", None) in (400, 401, 403):
        visit.add(await _other(session))
    return err is None


def _lifetime(session: Session) -> float:
    """How many seconds the token is good for; 0 if it does not tell."""
    claims = session.claims or {}
    if "exp" in claims and "nbf" in claims:
        return float(claims["exp"]) - float(claims["nbf"])
    return 0.0


async def _other(session: Session) -> Check:
    """Send the pair to the other environment's host; only called if that was asked for."""
    there, label = other_environment(session.credentials)
    if there is None:
        return Check(
            "other environment",
            None,
            "not tried: an address of your own has no other environment",
        )
    guest = session.beside(there)
    err = await _failure(guest.authorize(patience=PATIENCE))
    claims = guest.claims or {}
    await guest.close()
    return causes.of_other(urlsplit(there.auth_url).netloc, label, err, claims.get("tenant"))


def other_environment(mine: Credentials) -> tuple[Credentials | None, str]:
    """The same pair for the other environment's hosts, and the name of that environment; None and
    "" if there is no other.
    """
    if mine.environment == DEMO:
        api, auth = (url.replace("://", "://other.") for url in (mine.api_url, mine.auth_url))
        return replace(mine, api_url=api, auth_url=auth), "the demo's other host"
    if mine.environment not in HOSTS:
        return None, ""
    (name,) = HOSTS.keys() - {mine.environment}
    api, auth = HOSTS[name]
    return replace(mine, environment=name, api_url=api, auth_url=auth), name


# -- the scopes


def _scopes(
    catalog: Catalog, granted: frozenset[str] | None, earlier: frozenset[str] | None
) -> Scopes | None:
    """What the token opens; None if it does not tell."""
    if granted is None:
        return None
    resources = Counter(e.scope for e in catalog if e.scope)
    documented = frozenset(resources)
    now = granted & documented
    then = now if earlier is None else earlier & documented
    return Scopes(
        readable=sum(resources[scope] for scope in now),
        total=len(catalog),
        unnamed=len(catalog) - resources.total(),
        missing=tuple(sorted(documented - now)),
        gained=tuple(sorted(now - then)),
        lost=tuple(sorted(then - now)),
        closed=_closed(catalog, now),
    )


def _closed(catalog: Catalog, granted: frozenset[str]) -> tuple[str, ...]:
    """The modules of which nothing can be read."""
    scopes: dict[str, set[str]] = {}
    for endpoint in catalog:
        if endpoint.scope:
            scopes.setdefault(endpoint.module, set()).add(endpoint.scope)
    return tuple(name for name, needed in scopes.items() if not needed & granted)


def _granted(frame: pd.DataFrame) -> frozenset[str]:
    return frozenset(frame.loc[frame["granted"].fillna(False), "scope"].dropna())


# -- the reads


class Reads:
    """One row of one list in each module, and what the answers mean."""

    def __init__(self, visit: Visit, account: Account) -> None:
        self.visit, self.account = visit, account
        self.granted = visit.session.scopes
        self.plan = modules.plan(account.catalog, self.granted)
        self.results: dict[str, StnbError | None] = {}

    async def make(self) -> None:
        """Read one list after the other until the app key is known, then the rest side by side."""
        visit = self.visit
        tokens = visit.session.token_requests
        app_key = await self._app_key()
        visit.add(app_key)
        if app_key.ok:
            await self._side_by_side()
        pause = self._first("pause")
        if app_key.ok or pause:
            self._show_modules()
            visit.add(calls.of_reads(visit.report.modules, pause))
        fault = self._first("fault")
        if app_key.ok is None and fault is not None:
            # It tells nothing of the key: the server has a fault, or another answers in its place.
            visit.add(calls.of_strange(fault))
        if app_key.ok and not pause:
            visit.add(calls.of_lasting(visit.session.token_requests - tokens))
        visit.skip(self._lacking(app_key, pause))
        answers = modules.answers(visit.report.modules)
        visit.note(access=scopes.of_scopes(self.account, self.granted, answers))

    async def _app_key(self) -> Check:
        kind, err = None, None
        # A list that is refused may be a feature that this tenant lacks, and a fault of the server
        # says nothing: then the next list is tried.
        for endpoint in self.plan[:FIRST]:
            err = self.results[endpoint.name] = await self._read(endpoint)
            kind = calls.refused(err) if err else ""
            if kind not in ("fault", "shut"):
                break
        return calls.of_key(kind, err)

    def _first(self, kind: str) -> StnbError | None:
        """The first read that failed so; see `calls.refused`."""
        for err in self.results.values():
            if err is not None and calls.refused(err) == kind:
                return err
        return None

    def _lacking(self, app_key: Check, pause: StnbError | None) -> str:
        """What the checks need that were not made."""
        if not self.plan:
            return "scopes"
        if app_key.ok is False:
            return "app key"
        return "reads" if pause else "answer to a read"

    async def _side_by_side(self) -> None:
        # Few at once: other programs of the tenant share its limit of 60 calls a second.
        gate = asyncio.Semaphore(AT_ONCE)

        async def read(endpoint: Endpoint) -> None:
            async with gate:
                self.results[endpoint.name] = await self._read(endpoint)
            self._show_modules()

        left = [read(endpoint) for endpoint in self.plan if endpoint.name not in self.results]
        await asyncio.gather(*left)

    def _show_modules(self) -> None:
        lines = modules.lines(self.account.catalog, self.granted, self.plan, self.results)
        self.visit.note(modules=lines)

    async def _read(self, endpoint: Endpoint) -> StnbError | None:
        path = endpoint.path.replace("{tenant}", str(self.account.tenant))
        query = []
        if endpoint.takes("pageSize"):
            query = [("pageSize", "1")]
        session = self.visit.session
        return await _failure(
            session.send("GET", path, query, scope=endpoint.scope, patience=PATIENCE)
        )


async def _failure(call: Coroutine[Any, Any, object]) -> StnbError | None:
    """The error of a call; None if it was answered."""
    try:
        async with asyncio.timeout(LONGEST):
            await call
    except (RequestError, DataError) as err:
        return err
    except TimeoutError:
        return Unreachable(
            f"There was no answer in {LONGEST:.0f} seconds.",
            "The host answers at once when nothing is asked of it: likely its servers, or a proxy "
            "on the way, are in trouble.",
            "Try again in some minutes; if it stays, try from another network.",
        )
    return None
