"""One HTTP client for one tenant: it sends reads, again where that helps, and says in words why one
failed.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import re
import time
import traceback
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any, TypeVar

import httpx

from stnb.credentials import Credentials
from stnb.errors import SetupError, UsageError

from . import clock as machine
from .failure import PASSING_ERRORS, Failure, backoff, is_whole_json
from .inflate import ACCEPTED, whole_body
from .limiter import RATE, Governor, Sleep
from .probe import Knock, knock
from .token import TIMEOUT, TokenAuth, TokenRefused

TRIES = 5
CONNECTIONS = 32
PATIENCE = 300.0  # seconds: the longest pause that the server may ask for before we give up
REPORT_QUERY = re.compile(r"/reporting/v2/tenant/\d+/report-category/[^/]+/reports/[^/]+/data")
# A fake on this machine is reached over plain http, which no proxy of the process may see.
DIRECT: dict[str, None] = {"all://localhost": None, "all://127.0.0.1": None, "all://[::1]": None}
NO_COOKIES = DefaultCookiePolicy(
    allowed_domains=[]
)  # one of the one environment would travel to the other
Query = Sequence[tuple[str, str]]
# Why a request has to wait, and for how many seconds; ("", None) when it goes on.
Notify = Callable[[str, float | None], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What came back: the body's bytes, its content type, and how often it was asked for."""

    content: bytes = field(repr=False)
    content_type: str
    attempts: int


def _no_one(reason: str, seconds: float | None) -> None:
    """Nobody wants to know."""


class Session:
    """Sends reads for one profile.

    Args:
        credentials: of one tenant in one environment.
        transport: stands where the network would: `httpx.ASGITransport(app)` for the demo, a
            handler in tests.
        rate: requests a second for the tenant; None for no limit.
        source: reads the profile's credentials afresh; asked when the present ones are refused, as
            a secret may have been rotated in the file meanwhile.
        clock, sleep: for tests that must not wait.
        now: what time it is where the tenant is; a demo has a day of its own.
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
        self._slots = asyncio.Semaphore(CONNECTIONS)
        self._client: httpx.AsyncClient | None = None
        self.app: Any = None
        self.adopt(credentials)

    def __repr__(self) -> str:
        return f"<Session of {self.credentials!r}>"

    def adopt(self, credentials: Credentials) -> None:
        """Use these credentials from the next call on; calls under way end with those that they
        began with.
        """
        shared, clock = self._transport is None, self._clock
        tenant = (credentials.api_url, credentials.tenant)
        governor = _shared(
            _GOVERNORS, tenant, lambda: Governor(self._rate, clock, self._sleep), shared
        )
        self._auth = _shared(
            _AUTHS, credentials, lambda: TokenAuth(credentials, governor.turn, clock), shared
        )
        self.credentials, self._governor = credentials, governor

    def reload(self) -> bool:
        """Read the profile again and use it from the next call on; says whether anything differs.

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
        """A session whose network is an ASGI app in this process, such as the demo tenant; without
        a limit on its pace.
        """
        made = cls(credentials, transport=httpx.ASGITransport(app=app), **{"rate": None, **options})
        made.app = app
        return made

    @property
    def scopes(self) -> frozenset[str] | None:
        """The scopes that the present token grants, read from the token itself; None before the
        first one.
        """
        return self._auth.scopes

    @property
    def claims(self) -> Mapping[str, Any] | None:
        """What the present token says of itself, such as its `tenant`; None without one that can be
        read.
        """
        return self._auth.claims

    @property
    def token_seconds(self) -> float | None:
        """How many seconds the present token is still good; None before the first one."""
        return self._auth.seconds

    @property
    def pace(self) -> int:
        """How many requests for this tenant started in the last second."""
        return self._governor.pace

    @property
    def token_requests(self) -> int:
        """How many tokens were asked for so far with this pair."""
        return self._auth.requests

    def now(self) -> dt.datetime:
        """What time it is, in UTC: phrases such as "last 30 days" are counted from it, and it says
        when a pull began.
        """
        return machine.now() if self._now is None else self._now()

    def beside(self, credentials: Credentials) -> Session:
        """A session with other credentials over the same network."""
        same: dict[str, Any] = {"clock": self._clock, "sleep": self._sleep, "now": self._now}
        return Session(credentials, transport=self._transport, rate=self._rate, **same)

    async def knock(self) -> tuple[Knock, Knock]:
        """Whether the API's host and the token's host answer at all; nothing secret is sent."""
        client, mine, direct = self._http(), self.credentials, self._transport is not None
        api, auth = await asyncio.gather(
            knock(client, mine.api_url, direct), knock(client, mine.auth_url, direct)
        )
        return api, auth

    async def authorize(self, *, renew: bool = False, patience: float = PATIENCE) -> None:
        """Make sure that a token is there, without a call.

        Args:
            renew: ask for a new one in any case; the present one stays in use where that is
                refused.
            patience: the longest pause in seconds before it is tried again.

        Raises:
            RequestError: no token was given.
            UnexpectedAnswer: the answer is no token.
        """

        async def once(auth: TokenAuth, attempt: int) -> Failure | Answer:
            try:
                await auth.authorize(self._http().send, renew)
            except TokenRefused as refused:
                return Failure.of_token(refused.args[0])
            except PASSING_ERRORS as err:
                return Failure.of_exception(err)
            return Answer(b"", "", attempt)

        await self._insist(once, self._auth, ("POST", "/connect/token", None), patience, _no_one)

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
        notify: Notify = _no_one,
    ) -> Answer:
        """Send one read, again where that helps, and answer with the body.

        Args:
            path: below the API's host, with the tenant in it.
            scope: what the call needs, for the message of a 403.
            whole: whether a JSON body has come to its end, where the first and last byte do not
                tell; else it is asked for again.
            patience: the longest pause in seconds before it is tried again.
            notify: called with the reason and the seconds whenever the request has to wait, and
                with ("", None) when it goes on.

        Raises:
            RequestError: the call failed, after further tries where the failure may pass.
            UnexpectedAnswer: the answer is no whole JSON text.
        """
        url, auth = (
            self._address(method, path, query),
            self._auth,
        )  # together: a token goes to its own host only
        check = (whole or is_whole_json) if expect_json else None

        async def once(auth: TokenAuth, attempt: int) -> Failure | Answer:
            async with self._slots:  # what waited for a connection behind its turn would bunch up
                return await self._try(method, url, auth, body, check, attempt)

        return await self._insist(once, auth, (method, path, scope), patience, notify)

    async def rest(self, tries: int) -> None:
        """Wait before one more try: backoff with full jitter over a doubling span."""
        await self._sleep(backoff(tries))

    async def _insist(
        self,
        once: Callable[[TokenAuth, int], Awaitable[Failure | Answer]],
        auth: TokenAuth,
        call: tuple[str, str, str | None],
        patience: float,
        notify: Notify,
    ) -> Answer:
        """Try until there is an answer, or a failure that no further try would mend."""
        for attempt in itertools.count(1):
            try:
                result = await once(auth, attempt)
            except Exception as err:
                for fault in (
                    err,
                    err.__cause__,
                    err.__context__,
                ):  # none that we know of; its frames hold headers
                    traceback.clear_frames(fault.__traceback__ if fault else None)
                raise
            if isinstance(result, Answer):
                if attempt > 1:
                    notify("", None)
                return result
            if result.of_credentials and (renewed := self._renewed(auth)) is not None:
                auth = renewed
                continue
            wait = result.wait(attempt)
            if not result.passing or attempt >= TRIES or wait > patience:
                # Outside any except block: no cause or context holds a request, whose headers are
                # secret.
                raise result.error(*call, attempt)
            notify(result.what, wait)
            await (self._governor.pause(wait) if result.for_all else self._sleep(wait))
        raise AssertionError

    def _address(self, method: str, path: str, query: Query) -> httpx.URL:
        """Where the call goes: to the profile's own host, and only to read."""
        if method != "GET" and not (
            method == "POST" and REPORT_QUERY.fullmatch(path) and ".." not in path.split("/")
        ):
            raise UsageError(
                f"{method} {path} was not sent.",
                "stnb only reads.",
                "Use a tool made for writing; stnb will not change a tenant's data.",
            )
        try:
            if path.startswith("/"):
                return httpx.URL(self.credentials.api_url + path).copy_merge_params(list(query))
        except httpx.InvalidURL:
            pass
        raise UsageError(
            f"{method} {path[:200]!r} was not sent.",
            "It is no address below the API's host, or too long for one.",
            "Correct the path; where the filters are long lists of ids, split them.",
        )

    def _renewed(self, refused: TokenAuth) -> TokenAuth | None:
        """Another pair for the same tenant at the same host, where the profile has one by now; None
        where it has not.
        """
        if self._auth is refused:
            try:
                fresh = self._source()
            except SetupError:  # half-edited: the refusal itself is the better word
                fresh = None
            if (
                fresh is None
                or fresh == self.credentials
                or place(fresh) != place(self.credentials)
            ):
                return None
            self.adopt(fresh)
        return self._auth if place(self._auth.credentials) == place(refused.credentials) else None

    async def _try(
        self,
        method: str,
        url: httpx.URL,
        auth: TokenAuth,
        body: Any,
        whole: Callable[[bytes], bool] | None,
        attempt: int,
    ) -> Failure | Answer:
        client = self._http()
        try:
            response = await client.send(
                client.build_request(method, url, json=body), auth=auth, stream=True
            )
            if response.is_redirect and whole is None:
                response = await self._follow(response)
            content = await whole_body(response)
        except TokenRefused as refused:
            return Failure.of_token(refused.args[0])
        except PASSING_ERRORS as err:
            return Failure.of_exception(err)
        if response.is_error or response.is_redirect:
            return Failure.of_response(response, content)
        if whole is not None and not whole(content):
            return Failure.of_body(response, content)
        return Answer(content, response.headers.get("content-type", ""), attempt)

    async def _follow(self, response: httpx.Response) -> httpx.Response:
        """Fetch a file from where the API keeps it: plainly, as neither token nor app key may go to
        another host.
        """
        target = response.url.join(response.headers.get("location", ""))
        own = (response.url.scheme, response.url.host)  # http on loopback, for a fake
        if (
            target == response.url
            or not target.host
            or (target.scheme != "https" and (target.scheme, target.host) != own)
        ):
            return response
        await response.aclose()
        client = self._http()
        return await client.send(client.build_request("GET", target), auth=None, stream=True)

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=16)
            self._client = httpx.AsyncClient(
                transport=self._transport,
                mounts=DIRECT,
                timeout=TIMEOUT,
                limits=limits,
                follow_redirects=False,
                headers={"Accept-Encoding": ACCEPTED},
            )
            self._client.cookies.jar.set_policy(NO_COOKIES)
        return self._client

    async def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


def place(credentials: Credentials) -> tuple[int, str, str]:
    """Where credentials belong: their tenant and its two addresses."""
    return credentials.tenant, credentials.api_url, credentials.auth_url


# One per process for the real API, so that two accounts of a tenant share their token and their
# pace.
_AUTHS: dict[Hashable, TokenAuth] = {}
_GOVERNORS: dict[Hashable, Governor] = {}


def _shared(store: dict[Hashable, T], key: Hashable, make: Callable[[], T], shared: bool) -> T:
    if not shared:
        return make()
    return store.get(key) or store.setdefault(key, make())  # threads may come at once
