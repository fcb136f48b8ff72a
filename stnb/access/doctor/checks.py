"""The examination itself: the checks in order, each only as far as those before it allow."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pandas as pd

from stnb import credentials
from stnb.account import account, scopes
from stnb.account.account import Account
from stnb.catalog import Endpoint
from stnb.credentials import DEMO, HOSTS, Credentials, Settings
from stnb.demoserver.api.states import BEFORE
from stnb.errors import DataError, RequestError, SetupError, StnbError
from stnb.session import loop

from . import calls, causes, local, modules
from .report import NAMES, YOU, Check, Report

if TYPE_CHECKING:
    from stnb.session import Session

PATIENCE = 2.0  # seconds: a longer pause is told instead of waited for
AT_ONCE = 8  # reads in flight
FIRST = 3  # reads, one after the other, to find out about the app key
Tell = Callable[[Report], None]


def examine(
    who: Account | str | None = None,
    *,
    env_file: str | os.PathLike[str] | None = None,
    try_other_environment: bool = False,
    previous: pd.DataFrame | None = None,
    on_change: Tell = lambda report: None,
) -> Report:
    """Look at everything between a .env file and the first row, and name the likeliest cause where
    it does not work.

    Asks for a new token, and then for one row of one list in each module. Nothing is written or
    remembered.

    Args:
        who: a profile, or an account that is in use; without one the profile that `connect` would
            take.
        env_file: the file to read instead of the nearest .env upwards from the working directory.
        try_other_environment: where the pair is refused, send it to the other environment's host as
            well. This is the only way in which a pair ever goes there.
        previous: the table of an earlier `st.access()`, to tell what is new since.
        on_change: called with the report so far after each step, on another thread.

    Raises:
        CredentialsMissing: there is no such profile, or there are several and none was named.

    Example:
        >>> report = examine("demo")
        >>> report.ok, report["token"].seen
        (True, 'granted, good for 15 minutes')
    """
    visit = Visit(on_change)
    if visit.find(who, env_file):
        loop.run(visit.call(try_other_environment, previous))
    else:
        visit.skip("values")
    return visit.end()


def practice(state: str) -> Account:
    """An account of a small demo tenant in one of the states of `demoserver.STATES`, as one meets
    it.

    Some states show only to those who were there before; there a token is asked for first.

    Example:
        >>> examine(practice("secret-regenerated")).verdict
        'Likely the client secret was regenerated since the last token was given.'
    """
    first = BEFORE.get(state.partition(":")[0], state)
    found = account.demo(scale=0.1, state=first)
    if first != state:
        loop.run(found.session.authorize())
        found.session.app.state.name = state
    return found


class Visit:
    """One examination under way: the report so far, and who is told of it."""

    def __init__(self, tell: Tell) -> None:
        self.report, self._tell = Report(None, None, None), tell
        self.known = Settings({}, None)
        self.account: Account

    @property
    def session(self) -> Session:
        return self.account.session

    def meet(self, patient: Account) -> None:
        self.account = patient
        self.report = replace(
            self.report,
            profile=patient.profile,
            environment=patient.environment,
            tenant=patient.tenant,
        )

    def add(self, *checks: Check) -> None:
        self.report = self.report.plus(*map(self._clean, checks))
        self._tell(self.report)

    def _clean(self, check: Check) -> Check:
        """Whatever a server or a proxy says in return: should it echo what it was sent, that does
        not get out.
        """
        if not hasattr(self, "account"):
            return check
        mine = self.session.credentials
        texts = {n: getattr(check, n) for n in ("seen", "means", "next")}
        for secret in (mine.client_secret, mine.app_key, mine.client_id):
            if secret:
                texts = {n: text.replace(secret.reveal(), "…") for n, text in texts.items()}
        return replace(check, **texts)

    def skip(self, needs: str) -> None:
        """Put down what is left as not tried, as it needs something that is not there."""
        there = {c.name for c in self.report} | {
            "other environment"
        }  # which is only there when asked for
        self.add(*(calls.skipped(n, needs) for n in NAMES if n not in there))

    def end(self) -> Report:
        """Close the report."""
        self.report = replace(self.report, done=True)
        self._tell(self.report)
        return self.report

    # -- without the network

    def find(self, who: Account | str | None, env_file: str | os.PathLike[str] | None) -> bool:
        """Find the account, and look at the file that it is made from; says whether its values make
        one.
        """
        name = who.profile if isinstance(who, Account) else (who or "").strip().lower()
        if name == DEMO:
            self.meet(who if isinstance(who, Account) else account.demo())
            return self._no_file()
        try:
            self.known = credentials.settings(env_file)
        except SetupError as err:
            self.add(
                Check(
                    "file", False, "it cannot be used", f"{err.happened} {err.why}", err.next, YOU
                )
            )
            return False
        if isinstance(who, Account):
            self.meet(who)
            return self._look(name) if name in self.known.profiles else self._no_file()
        name = name or self.known.values.get("STNB_PROFILE", "").lower() or self._only()
        if self.known.profiles and name not in self.known.profiles:
            credentials.load(name or None, env_file)  # says which there are
        if not self._look(name):
            return False
        self.meet(account.connect(name, env_file=env_file))
        return True

    def _only(self) -> str:
        return self.known.profiles[0] if len(self.known.profiles) == 1 else ""

    def _no_file(self) -> bool:
        self.add(
            *(Check(n, True, "not needed by this account") for n in ("file", "private", "values"))
        )
        return True

    def _look(self, name: str) -> bool:
        """Look at the file and the values of a profile; says whether they make credentials."""
        self.report = replace(self.report, profile=name or None)
        self.add(check := local.of_file(self.known, name))
        if not check.ok:
            return False
        self.add(local.of_privacy(self.known.file))
        check, found = local.of_values(self.known, name)
        self.add(check)
        return found is not None

    # -- over the network

    async def call(self, try_other: bool, previous: pd.DataFrame | None) -> None:
        """The checks that need the network."""
        knocks = await self.session.knock()
        self.add(hosts := causes.of_hosts(knocks))
        self.add(causes.of_clock(knocks))
        if not hosts.ok:
            return self.skip("hosts")
        before = self.session.scopes
        if await self._token(try_other):
            return self.skip("token")
        self.add(tenant := calls.of_tenant(self.session.claims, self.session.credentials))
        if tenant.ok is False:
            return self.skip("right tenant")
        earlier = before if previous is None else _granted(previous)
        await self._reads(self._scopes(earlier))
        return None

    async def _token(self, try_other: bool) -> StnbError | None:
        warm = self.session.claims is not None
        err = await _failure(self.session.authorize(renew=True, patience=PATIENCE))
        claims = self.session.claims or {}
        seconds = (
            float(claims["exp"]) - float(claims["nbf"]) if {"exp", "nbf"} <= set(claims) else 0.0
        )
        twin = local.same_pair(self.known, self.session.credentials) if err else ""
        self.add(causes.of_token(err, seconds, warm, twin))
        if try_other and getattr(err, "status", None) in (400, 401, 403):
            self.add(await self._other())
        return err

    async def _other(self) -> Check:
        """Send the pair to the other environment's host; only ever called when that was asked for."""
        there, label = other_environment(self.session.credentials)
        if there is None:
            return Check(
                "other environment",
                None,
                "not tried: an address of your own has no other environment",
            )
        guest = self.session.beside(there)
        err = await _failure(guest.authorize(patience=PATIENCE))
        claims = guest.claims or {}
        await guest.close()
        return causes.of_other(urlsplit(there.auth_url).netloc, label, err, claims.get("tenant"))

    def _scopes(self, earlier: frozenset[str] | None) -> frozenset[str] | None:
        granted = self.session.scopes
        every = Counter(e.scope for e in self.account.catalog if e.scope)
        known = granted is not None and earlier is not None
        now, then = (granted or frozenset()) & every.keys(), (earlier or frozenset()) & every.keys()
        gained, lost = (now - then, then - now) if known else (frozenset(), frozenset())
        self.add(calls.of_scopes(granted, every, len(self.account.catalog), gained, lost))
        return granted

    async def _reads(self, granted: frozenset[str] | None) -> None:
        """One row of one list in each module: first one by one until the app key is known, then
        side by side.
        """
        plan, results = modules.plan(self.account.catalog, granted), dict[str, StnbError | None]()
        asked, kind, key = self.session.token_requests, None, None
        for endpoint in plan[:FIRST]:
            key = results[endpoint.name] = await self._read(endpoint)
            kind = calls.refused(key) if key else ""
            if kind not in ("fault", "shut"):
                break
        self.add(check := calls.of_key(kind, key))
        if check.ok:
            await self._side_by_side(granted, plan, results)
        pause = next((e for e in results.values() if e and calls.refused(e) == "pause"), None)
        if check.ok or pause:
            self._show_modules(granted, plan, results)
            self.add(calls.of_reads(self.report.modules, pause))
        if check.ok and not pause:
            self.add(calls.of_lasting(self.session.token_requests - asked))
        self.skip(
            "scopes"
            if not plan
            else "app key"
            if check.ok is False
            else "reads"
            if pause
            else "answer to a read"
        )
        known = scopes.of_scopes(self.account, granted, modules.answers(self.report.modules))
        self.report = replace(self.report, access=known)

    async def _side_by_side(
        self,
        granted: frozenset[str] | None,
        plan: Sequence[Endpoint],
        results: dict[str, StnbError | None],
    ) -> None:
        gate = asyncio.Semaphore(AT_ONCE)

        async def read(endpoint: Endpoint) -> None:
            async with gate:
                results[endpoint.name] = await self._read(endpoint)
            self._show_modules(granted, plan, results)

        await asyncio.gather(*(read(e) for e in plan if e.name not in results))

    def _show_modules(
        self, granted: frozenset[str] | None, plan: Sequence[Endpoint], results: modules.Results
    ) -> None:
        self.report = replace(
            self.report, modules=modules.lines(self.account.catalog, granted, plan, results)
        )
        self._tell(self.report)

    async def _read(self, endpoint: Endpoint) -> StnbError | None:
        path = endpoint.path.replace("{tenant}", str(self.account.tenant))
        size = [("pageSize", "1")] if endpoint.takes("pageSize") else []
        return await _failure(
            self.session.send("GET", path, size, scope=endpoint.scope, patience=PATIENCE)
        )


def other_environment(mine: Credentials) -> tuple[Credentials | None, str]:
    """The same pair for the other environment's hosts, and that one's name; None where there is no
    other.
    """
    if mine.environment == DEMO:
        host = mine.api_url.replace("://", "://other.")
        return replace(
            mine, api_url=host, auth_url=mine.auth_url.replace("://", "://other.")
        ), "the demo's other host"
    name = (
        next((n for n in HOSTS if n != mine.environment), "") if mine.environment in HOSTS else ""
    )
    if not name:
        return None, ""
    api, auth = HOSTS[name]
    return replace(mine, environment=name, api_url=api, auth_url=auth), name


def _granted(frame: pd.DataFrame) -> frozenset[str]:
    return frozenset(frame.loc[frame["granted"].fillna(False), "scope"].dropna())


async def _failure(call: Any) -> StnbError | None:
    try:
        await call
    except (RequestError, DataError) as err:
        return err
    return None
