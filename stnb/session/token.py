"""The token: asked for once, renewed early, and once more after a 401."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any

import httpx

from stnb.credentials import Credentials, Secret

UNBROKEN = re.compile(r"[^\s\x00-\x1f\x7f\ud800-\udfff]+")
EARLY = 60.0  # seconds before its end that a token is renewed
TIMEOUT = httpx.Timeout(
    100.0, connect=15.0, pool=None
)  # the server itself gives up after 100 s (facts §4)


class TokenRefused(Exception):
    """The token endpoint's answer, on its way from the auth flow to `Session.send`."""


class TokenAuth(httpx.Auth):
    """Adds token and app key to each request; asks for a token once, renews it early, and once more
    after a 401.

    A generator of requests with no I/O of its own. The lock makes twenty first calls share one
    token. Each request waits for its turn last of all, so that a repeat counts towards the pace and
    a wait for the token bunches none.
    """

    def __init__(
        self,
        credentials: Credentials,
        turn: Callable[[], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.credentials, self._turn, self._clock = credentials, turn, clock
        self._lock = asyncio.Lock()
        self._token: _Token | None = None
        self.requests = 0

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        used: _Token | None = None
        for _ in range(2):
            async with self._lock:
                if (
                    self._token is None
                    or self._token is used
                    or self._clock() >= self._token.renew_at
                ):
                    self._token = None
                    answer = yield self._ask()
                    await answer.aread()
                    self._token = self._accepted(answer)
                used = self._token
            await self._turn()
            used = self._token or used  # it may have been renewed meanwhile
            self._sign(request, used)
            response = yield request
            if response.status_code != 401:
                return

    async def authorize(
        self, send: Callable[[httpx.Request], Awaitable[httpx.Response]], renew: bool
    ) -> None:
        """Make sure of a token without a call; with `renew` ask for another, and keep the present
        one where that is refused.
        """
        async with self._lock:
            if renew or self._token is None or self._clock() >= self._token.renew_at:
                self._token = self._accepted(await send(self._ask()))

    @property
    def claims(self) -> Mapping[str, Any] | None:
        """What the token says of itself (facts §1); None without a token that can be read."""
        return None if self._token is None else _claims(self._token.text.reveal())

    @property
    def seconds(self) -> float | None:
        """How long the token is still good; None without one."""
        return None if self._token is None else max(0.0, self._token.end - self._clock())

    @property
    def scopes(self) -> frozenset[str] | None:
        """What the token grants, from its own claims; None without a token that can be read."""
        granted = (self.claims or {}).get("scope")
        if isinstance(granted, list | tuple):
            return frozenset(map(str, granted))
        return frozenset(granted.split()) if isinstance(granted, str) else None

    def _ask(self) -> httpx.Request:
        self.requests += 1
        form = {
            "grant_type": "client_credentials",
            "client_id": self.credentials.client_id.reveal(),
            "client_secret": self.credentials.client_secret.reveal(),
        }
        return httpx.Request(
            "POST", self.credentials.auth_url, data=form, extensions={"timeout": TIMEOUT.as_dict()}
        )

    def _accepted(self, response: httpx.Response) -> _Token:
        try:
            raw = response.json() if response.is_success else {}
            token, seconds = raw["access_token"], float(raw.get("expires_in", 900))
            if not UNBROKEN.fullmatch(
                token
            ):  # what no header can hold would be quoted whole in the library's own log
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError):
            raise TokenRefused(response) from None
        early = min(EARLY, seconds / 2)
        return _Token(Secret(token), self._clock() + seconds - early, self._clock() + seconds)

    def _sign(self, request: httpx.Request, token: _Token) -> None:
        request.headers["Authorization"] = f"Bearer {token.text.reveal()}"
        request.headers["ST-App-Key"] = self.credentials.app_key.reveal()


def _claims(token: str) -> dict[str, Any] | None:
    try:
        middle = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (IndexError, ValueError):
        return None
    return claims if isinstance(claims, dict) else None


class _Token:
    __slots__ = ("end", "renew_at", "text")

    def __init__(self, text: Secret, renew_at: float, end: float) -> None:
        self.text, self.renew_at, self.end = text, renew_at, end
