"""One HTTP client for one tenant: it sends reads, and tries again if that may help.

It is long because it is one class: the credentials, their token, their pace and the connections
are exchanged together, so what uses them stays in sight of `adopt`.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import time
import weakref
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Any

import httpx

from stnb.credentials import Credentials
from stnb.errors import SetupError
from stnb.errors.copying import StaysHere

from .address import Query, address, is_report_query
from .connections import Connections
from .deadline import TokenLate
from .failure import PASSING_ERRORS, Failure, backoff
from .gate import Gate
from .inflate import TooLarge
from .lane_times import Kind
from .lanes import LaneCount
from .learned import Learned, learned_file
from .limiter import RATE, Governor, Sleep
from .look import Look, look
from .places import place_for
from .probe import Knock, knock
from .report_turns import ReportTurn, turn_file
from .retry import PATIENCE, Notify, Once, Retry, no_one
from .said import CODING, is_whole_json
from .server_clock import ServerClock
from .shared import OF_PROCESS, Shared, one
from .shared_pace import SharedTimes, Times, pace_file
from .taken import Taken
from .token import KEYLESS, ONCE, TokenAuth, TokenRefused
from .wire import CONNECTIONS, Answer, Room, exchange

# Seconds: a report may run about once a minute (seen on the live API). Its 429 may not say so.
BETWEEN_RUNS = 61.0


class Session(StaysHere):
    """Sends reads for one profile.

    Args:
        credentials: those of one tenant in one environment.
        transport: stands where the network would: `httpx.ASGITransport(app)` for the demo, a
            handler in tests.
        rate: requests a second for the tenant; None for no limit.
        source: reads the profile's credentials again. It is called if the present ones are refused,
            because a secret may have been replaced in the file meanwhile.
        clock, sleep: for tests that must not wait.
        now: the time of the tenant; a demo has a day of its own.

    Attributes:
        places: bounds the answers that are under way at once on all sessions that share it; None
            for no bound.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        rate: int | None = RATE,
        source: Callable[[], Credentials | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        now: Callable[[], dt.datetime] | None = None,
    ) -> None:
        self._transport, self._rate, self._source = transport, rate, source
        self._clock, self._sleep, self._now = clock, sleep, now
        self._shared = OF_PROCESS if transport is None else Shared()
        self._server_clock = ServerClock(now)
        self.app: Any = None
        self._begin(credentials)
        _SESSIONS.add(self)

    def _instead(self) -> str:
        return "Make the account anew there, with stnb.connect(…)."

    def __repr__(self) -> str:
        return f"<Session of {self.credentials!r}>"

    def _begin(self, credentials: Credentials) -> None:
        """With nothing under way and no connection."""
        self._slots = asyncio.Semaphore(CONNECTIONS)
        self.places: asyncio.Semaphore | None = None
        self._connections = Connections(self._transport, self._largest)
        self.adopt(credentials)

    def adopt(self, credentials: Credentials) -> None:
        """Use these credentials from the next call on.

        Calls under way end with those that they began with.
        """
        self.credentials = credentials
        self._governor = one(
            self._shared.governors,
            (credentials.api_url, credentials.tenant),
            lambda: Governor(self._rate, self._clock, self._sleep, self._times()),
        )
        turn = self._governor.turn
        self._auth = one(
            self._shared.auths,
            credentials,
            lambda: TokenAuth(credentials, turn, self._clock, self._sleep),
        )

    def _times(self) -> Times | SharedTimes:
        """Where the times of starts are kept: with all processes, over the real network."""
        if self._transport is not None or self._rate is None:
            return Times()
        try:
            path = pace_file(self.credentials.api_url, self.credentials.tenant)
        except OSError as err:
            return Times(problem=str(err))
        return SharedTimes(path, self._clock)

    def taken(self, resource: str) -> Taken:
        """What was learned of a resource of the tenant, to read and to add to."""
        return self.learned.of(resource)

    @property
    def learned(self) -> Learned:
        """What was learned of all resources of the tenant; over the real network also by earlier
        processes of this machine.
        """
        place = (self.credentials.api_url, self.credentials.tenant)
        return one(
            self._shared.learned, place, lambda: Learned(partial(self._learned_file, *place))
        )

    def _learned_file(self, api_url: str, tenant: int) -> Path | None:
        if self._transport is not None:
            return None
        return learned_file(api_url, tenant)

    @property
    def lanes(self) -> LaneCount:
        """How many pages of the tenant may be in flight at once, as this process has learned."""
        return self._gate.lanes

    def reading(self) -> AbstractContextManager[None]:
        """Open while pages of a list are read, one after another or side by side."""
        return self._gate.reading()

    @property
    def _gate(self) -> Gate:
        # A fork has none of its parent's requests in flight.
        place = (self.credentials.api_url, self.credentials.tenant, os.getpid())
        return one(
            self._shared.gates, place, lambda: Gate(self._rate or RATE, self._shared.company)
        )

    def reload(self) -> bool:
        """Read the profile again and use it from the next call on.

        Returns:
            Whether anything differs.

        Raises:
            SetupError: the profile is no longer complete, or no longer there; the present
                credentials stay.
        """
        fresh = self._source()
        if fresh is None or fresh == self.credentials:
            return False
        self.adopt(fresh)
        return True

    @classmethod
    def of_app(cls, app: Any, credentials: Credentials, **options: Any) -> Session:
        """A session whose network is an ASGI app in this process, such as the demo tenant.

        Its pace has no limit unless `rate` is given.
        """
        options.setdefault("rate", None)
        session = cls(credentials, transport=httpx.ASGITransport(app=app), **options)
        session.app = app
        return session

    @property
    def scopes(self) -> frozenset[str] | None:
        """The scopes that the present token grants; None before the first token."""
        return self._auth.scopes

    @property
    def claims(self) -> Mapping[str, Any] | None:
        """The claims of the present token, such as its `tenant`; None if there is none to read."""
        return self._auth.claims

    @property
    def token_seconds(self) -> float | None:
        """Seconds for which the present token is still good; None before the first token."""
        return self._auth.seconds

    @property
    def pace(self) -> int:
        """How many requests for this tenant started in the last second."""
        return self._governor.pace

    @property
    def pace_problem(self) -> str:
        """Why other processes of this machine do not keep the pace with this one; "" if they do."""
        return self._governor.problem

    @property
    def token_requests(self) -> int:
        """How many tokens were requested so far with this client id and secret."""
        return self._auth.requests

    def now(self) -> dt.datetime:
        """The time in UTC, from which phrases such as "last 30 days" are counted.

        It is the server's as soon as an answer has told it; before that, this machine's.
        """
        return self._server_clock.now()

    @property
    def ahead(self) -> float | None:
        """Seconds by which the server's clock is ahead of this machine's; None if no answer has
        told its time, or if the tenant has a time of its own, as a demo has.
        """
        return self._server_clock.ahead

    def server_time(self) -> str | None:
        """When the last answer was made by the server's clock, as the API writes it; None if it did
        not say, or is a day or more off.
        """
        return self._server_clock.last()

    def beside(self, credentials: Credentials) -> Session:
        """A session with other credentials over the same network."""
        return Session(
            credentials,
            transport=self._transport,
            rate=self._rate,
            clock=self._clock,
            sleep=self._sleep,
            now=self._now,
        )

    async def knock(self) -> tuple[Knock, Knock]:
        """Whether the API's host and the token's host answer at all. No secret is sent."""
        direct = self._transport is not None
        urls = (self.credentials.api_url, self.credentials.auth_url)
        async with self._connections.held() as client:
            api, auth = await asyncio.gather(*(knock(client, url, direct) for url in urls))
            return api, auth

    async def authorize(self, *, renew: bool = False, patience: float = PATIENCE) -> None:
        """Get a token if there is none, without another call.

        Args:
            renew: request a new one in any case; if it is refused, the present one stays in use.
            patience: the longest pause in seconds before another try.

        Raises:
            RequestError: no token was given.
            UnexpectedAnswer: the answer is no token.
        """

        async def once(auth: TokenAuth, attempt: int) -> Failure | Answer:
            limits = auth.credentials.limits
            try:
                async with asyncio.timeout(limits.deadline), self._connections.held() as client:
                    await auth.authorize(client.send, renew)
            except TimeoutError:
                return Failure.of_time(TokenLate(), limits)
            except TooLarge as err:
                return Failure.of_size(err, limits)
            except TokenRefused as refused:
                return Failure.of_token(refused.response)
            except PASSING_ERRORS as err:
                return Failure.of_exception(err)
            return Answer(b"", "", attempt)

        auth = self._auth
        await self._retry(auth, ("POST", "/connect/token", None), patience).insist(once, auth)

    async def send(
        self,
        method: str,
        path: str,
        query: Query = (),
        *,
        body: Any = None,
        scope: str | None = None,
        expect_json: bool = True,
        whole: Callable[[bytes], bool] | None = None,
        patience: float = PATIENCE,
        notify: Notify = no_one,
        hasty: bool = False,
        kind: Kind | None = None,
        into: IO[bytes] | None = None,
        room: Room | None = None,
    ) -> Answer:
        """Send one read, try again if that may help, and return the answer.

        Args:
            path: the path below the API's host, with the tenant in it.
            query: the filters as the API writes them.
            body: the JSON body of a POST that only reads.
            scope: the scope that the call needs, for the message of a 403.
            expect_json: False for a file, which may be fetched from another address.
            whole: whether a JSON body has come to its end, if its first and last byte do not tell.
            patience: the longest pause in seconds before another try.
            notify: called with the reason and the seconds whenever the request has to wait, and
                with ("", None) when it goes on.
            hasty: whether a late answer ends the call at once, as the caller asks for less then.
            kind: of a page that waits for a lane of the tenant, the resource and the rows asked
                for, by which its time is compared; None for a call that waits for none.
            into: a file on the disk that takes the body as it comes, instead of the memory; the
                answer has its first bytes alone.
            room: awaited before the body of an answer is read, with its bytes, or 0 if the answer
                does not say; the time that it takes is not the server's.

        Raises:
            RequestError: the call failed, after further tries if the failure may pass.
            UnexpectedAnswer: the answer is no whole JSON text, or too large or too deep to be read.
            UsageError: the call would write, or the path is none.
            OSError: `into` cannot be written.
        """
        # The host of the auth's own credentials, because a token goes to its own host only.
        auth = self._auth
        url = address(auth.credentials.api_url, method, path, query)
        check = None
        if expect_json:
            check = whole or is_whole_json

        once: Once = partial(self._once, method, url, body=body, check=check, into=into, room=room)
        if kind is not None:
            once = partial(self._in_lane, kind, once)
        retry = self._retry(auth, (method, path, scope), patience, notify)
        retry = replace(retry, hasty=hasty)
        if is_report_query(path):
            answer = await self._in_turn(path, retry, once, auth)
        else:
            answer = await retry.insist(once, auth)
        self._server_clock.learn(answer)
        return answer

    async def _once(
        self,
        method: str,
        url: httpx.URL,
        auth: TokenAuth,
        attempt: int,
        *,
        body: Any,
        check: Callable[[bytes], bool] | None,
        into: IO[bytes] | None,
        room: Room | None,
    ) -> Failure | Answer:
        """One try; a second one if the server refuses compressed answers."""
        # A slot before the turn: requests that had their turn and then waited for a connection
        # would start in a bunch.
        async with self._slots, self._connections.held() as client:
            while True:
                coding = self._coding(auth)
                request = client.build_request(method, url, json=body, headers=coding)
                with place_for(request, self.places):
                    result = await exchange(client, request, auth, check, attempt, into, room)
                if not self._comes_plain(result, auth, coding):
                    return result

    async def _in_lane(
        self, kind: Kind, once: Once, auth: TokenAuth, attempt: int
    ) -> Failure | Answer:
        """One try that waits for a lane of the tenant."""
        return await self._gate.through(kind, lambda: once(auth, attempt))

    async def _in_turn(self, path: str, retry: Retry, once: Once, auth: TokenAuth) -> Answer:
        """Run a report when its turn comes. Its limit is its own: other calls need not wait with
        it.
        """
        retry = replace(retry, pause=self._sleep, unsaid=BETWEEN_RUNS)
        async with self._report_turn(path).taken(retry.notify) as told:
            return await replace(retry, notify=told).insist(once, auth)

    def _coding(self, auth: TokenAuth) -> dict[str, str]:
        """The header that asks for plain answers, if the host refuses compressed ones."""
        if auth.credentials.api_url in self._shared.plain:
            return {CODING: "identity"}
        return {}

    def _comes_plain(
        self, result: Failure | Answer, auth: TokenAuth, coding: Mapping[str, str]
    ) -> bool:
        """Whether compressed answers were refused, so that plain ones are asked for from now on."""
        if coding or isinstance(result, Answer) or not result.of_coding:
            return False
        self._shared.plain.add(auth.credentials.api_url)
        return True

    @property
    def adapted(self) -> str:
        """What of a request's headers this process has left out for the host, as a sentence; ""."""
        if self.credentials.api_url not in self._shared.plain:
            return ""
        return (
            "The server refuses to send compressed answers, which stnb asks for; so they come "
            "uncompressed, and take longer."
        )

    def _report_turn(self, path: str) -> ReportTurn:
        """Whose turn it is to run a report: that of one call at a time."""
        place = (self.credentials.api_url, self.credentials.tenant, path)

        def find() -> Path | None:
            return self._turn_file(*place)

        # A fork has none of its parent's calls.
        return one(self._shared.turns, (*place, os.getpid()), lambda: ReportTurn(find, self._sleep))

    def _turn_file(self, api_url: str, tenant: int, path: str) -> Path | None:
        if self._transport is not None:
            return None
        return turn_file(api_url, tenant, path)

    async def look(self, path: str, query: Query = (), *, app_key: bool = True) -> Look:
        """Send one GET at the tenant's pace, and say how it was answered, whatever the status.

        Nothing is retried, also not after a 401; `pause` waits as long as an answer asks.

        Args:
            path: the path below the API's host, with the tenant in it.
            app_key: whether the app key goes with it.

        Raises:
            UsageError: the path is none.
        """
        auth = self._auth
        url = address(auth.credentials.api_url, "GET", path, query)
        async with self._slots, self._connections.held() as client:
            request = client.build_request("GET", url)
            if not app_key:
                request.extensions[KEYLESS] = True
            request.extensions[ONCE] = True
            return await look(client, request, auth)

    async def pause(self, seconds: float) -> None:
        """Make every request of the tenant wait, as the server asks after a 429."""
        await self._governor.pause(seconds)

    async def rest(self, tries: int) -> None:
        """Wait before one more try, for as long as the backoff says."""
        await self._sleep(backoff(tries))

    def _retry(
        self,
        auth: TokenAuth,
        call: tuple[str, str, str | None],
        patience: float,
        notify: Notify = no_one,
    ) -> Retry:
        return Retry(
            *call,
            auth.credentials.limits,
            self._renewed,
            self._governor.pause,
            self._sleep,
            self._clock,
            patience,
            notify,
        )

    def _renewed(self, refused: TokenAuth) -> TokenAuth | None:
        """The auth of a new pair for the same tenant and host, if the profile has one by now."""
        if self._auth is refused:
            try:
                fresh = self._source()
            except SetupError:  # half-edited; the refusal itself says more
                return None
            if fresh is None or fresh == self.credentials:
                return None
            if _place(fresh) != _place(self.credentials):
                return None
            self.adopt(fresh)
        if _place(self._auth.credentials) == _place(refused.credentials):
            return self._auth
        return None

    def _largest(self) -> int:
        return self.credentials.limits.largest

    async def close(self) -> None:
        """Close the connections, those of calls under way after them; the next call opens new
        ones.
        """
        await self._connections.close()


def _place(credentials: Credentials) -> tuple[int, str, str]:
    """Where credentials belong: their tenant and its two addresses."""
    return credentials.tenant, credentials.api_url, credentials.auth_url


_SESSIONS: weakref.WeakSet[Session] = weakref.WeakSet()
_OF_THE_PARENT: list[Connections] = []


def _begin_anew() -> None:
    """In a fork: the parent's connections are not ours, and nobody here lets go of what its calls
    hold.
    """
    sessions = list(_SESSIONS)
    for session in sessions:
        session._shared.forget_calls()
    for session in sessions:
        # To let them go would close their connections.
        _OF_THE_PARENT.append(session._connections)
        session._begin(session.credentials)


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_begin_anew)
