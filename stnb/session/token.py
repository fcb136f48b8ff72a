"""The token: requested once, renewed early, and renewed after a 401."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any

import httpx

from stnb.credentials import Credentials, Secret
from stnb.credentials.claims import claims_of

from .deadline import deadline_of
from .limiter import Sleep
from .places import take_place
from .text import read_json

# What RFC 6750 lets a token be, which a header can hold: visible ASCII. Anything else the library
# would quote whole in its own log.
UNBROKEN = re.compile(r"[!-~]+")
# What comes of an answer of another form, a lifetime of 400 digits among it.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError)
EARLY = 60.0  # seconds before its end that a token is renewed
LIFETIME = 900.0  # seconds, if the answer does not say
# How often one request is sent at most: with tokens that it finds dead itself, and in all. Tokens
# that other requests find dead meanwhile say little about it.
FOUND_DEAD, ROUNDS = 8, 64
# Tokens in a row that nobody was let in with, until requests end: of credentials that never let
# anybody in, and of others. Another process may share those, and each token that it requests may
# end ours, so that the last one is requested after a rest.
NEVER, NOW = 2, 3
REST = 0.5  # seconds at most, and at least half of it
# Of a request: whether it goes without the app key, and whether a 401 is its answer.
KEYLESS, ONCE = "stnb.keyless", "stnb.once"
TOKEN = "stnb.token"  # what the request for a token carries among its extensions
# The API's own gateway gives up after 100 seconds.
TIMEOUT = httpx.Timeout(100.0, connect=15.0, pool=None)


class TokenRefused(Exception):
    """The token endpoint gave no token; travels from the auth flow to the session.

    Attributes:
        response: the endpoint's answer.
    """

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(response)
        self.response = response


class TokenAuth(httpx.Auth):
    """Adds the token and the app key to each request.

    A token is requested once, renewed early, and renewed after a 401, which counts against the
    token it was sent with: a request goes on with one that is newer. It is refused for good if
    three fresh tokens in a row are, and none works for another request; two, if these credentials
    never let anybody in. This is a generator of requests; its own I/O is a rest before another
    token. The lock makes twenty first calls share one token. Each request takes its turn last of
    all, so that a repeat counts towards the pace, and requests that waited for the token do not
    start in a bunch.

    Args:
        credentials: the pair and the app key.
        turn: returns when the next request may start.
        clock, sleep: for tests that must not wait.
    """

    def __init__(
        self,
        credentials: Credentials,
        turn: Callable[[], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._sleep = sleep
        self._misses = 0  # tokens in a row that were refused and that nobody was let in with
        self.credentials = credentials
        self._turn = turn
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: _Token | None = None
        self._ever_worked = False  # whether a request was answered with any of the tokens
        self.requests = 0

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        used: _Token | None = None
        deadline = deadline_of(request)
        refused: list[_Token] = []  # those that count against this request
        for _ in range(ROUNDS):
            deadline.stop()
            async with self._lock:
                token = self._token
                if token is None or token is used or self._is_old(token):
                    self._token = None
                    await self._rest()
                    deadline.start(of_token=True)
                    answer = yield self._ask()
                    await answer.aread()
                    deadline.stop()
                    token = self._token = self._accepted(answer)
                used = token
            await self._turn()
            await take_place(request)
            used = self._token or used  # another request may have renewed it meanwhile
            self._sign(request, used)
            deadline.start()
            response = yield request
            if response.status_code != 401 or ONCE in request.extensions:
                if response.is_success:
                    used.works = self._ever_worked = True
                    self._misses = 0
                return
            self._miss(used)
            if used is not self._token and self._ever_worked:
                continue  # another request replaces it, or has done so
            refused.append(used)
            if self._is_hopeless(refused):
                return

    def _is_hopeless(self, refused: list[_Token]) -> bool:
        """Whether no further token is worth a try: several fresh ones in a row were refused, and
        no other request was let in with any of them, not even later.

        The first token of a request may have died since it was granted, unless these credentials
        never let anybody in.
        """
        fresh, most = refused, NEVER
        if self._ever_worked:
            fresh, most = refused[1:], NOW
        if len(fresh) >= most and not any(token.works for token in fresh[-most:]):
            return True
        return len(refused) == FOUND_DEAD

    def _miss(self, token: _Token) -> None:
        """A token was refused; count it once, if nobody was let in with it."""
        if not token.works and not token.missed:
            token.missed = True
            self._misses += 1

    async def _rest(self) -> None:
        """Wait before another token is requested if the last ones were of no use: two processes
        that go on at once would end each other's again and again.
        """
        if self._ever_worked and self._misses >= NEVER:
            await self._sleep(random.uniform(REST / 2, REST))

    async def authorize(
        self, send: Callable[[httpx.Request], Awaitable[httpx.Response]], renew: bool
    ) -> None:
        """Get a token if there is none. With `renew` request another in any case; if that is
        refused, the present one stays.

        Raises:
            TokenRefused: no token was given.
        """
        async with self._lock:
            if renew or self._token is None or self._is_old(self._token):
                self._token = self._accepted(await send(self._ask()))

    def _is_old(self, token: _Token) -> bool:
        return self._clock() >= token.renew_at

    @property
    def claims(self) -> Mapping[str, Any] | None:
        """The token's claims, such as `tenant` and `scope`; None without a token to read."""
        if self._token is None:
            return None
        return claims_of(self._token.text.reveal())

    @property
    def seconds(self) -> float | None:
        """Seconds for which the token is still good; None without one."""
        if self._token is None:
            return None
        return max(0.0, self._token.end - self._clock())

    @property
    def scopes(self) -> frozenset[str] | None:
        """The scopes that the token grants, from its claims; None without a token to read."""
        granted = (self.claims or {}).get("scope")
        if isinstance(granted, list | tuple):
            return frozenset(map(str, granted))
        if isinstance(granted, str):
            return frozenset(granted.split())
        return None

    def _ask(self) -> httpx.Request:
        self.requests += 1
        form = {
            "grant_type": "client_credentials",
            "client_id": self.credentials.client_id.reveal(),
            "client_secret": self.credentials.client_secret.reveal(),
        }
        return httpx.Request(
            "POST",
            self.credentials.auth_url,
            data=form,
            extensions={"timeout": TIMEOUT.as_dict(), TOKEN: True},
        )

    def _accepted(self, response: httpx.Response) -> _Token:
        try:
            if not response.is_success:
                raise ValueError
            raw = read_json(response.content)
            token, seconds = raw["access_token"], float(raw.get("expires_in", LIFETIME))
            if not UNBROKEN.fullmatch(token):
                raise ValueError
        except UNREADABLE:
            raise TokenRefused(response) from None
        end = self._clock() + seconds
        return _Token(Secret(token), renew_at=end - min(EARLY, seconds / 2), end=end)

    def _sign(self, request: httpx.Request, token: _Token) -> None:
        request.headers["Authorization"] = f"Bearer {token.text.reveal()}"
        if KEYLESS not in request.extensions:
            request.headers["ST-App-Key"] = self.credentials.app_key.reveal()


class _Token:
    __slots__ = ("end", "missed", "renew_at", "text", "works")

    def __init__(self, text: Secret, renew_at: float, end: float) -> None:
        self.text = text
        self.renew_at = renew_at
        self.end = end
        self.works = False  # whether a request was answered with it
        self.missed = False  # whether it was refused before one was
