"""What stands where the network would: tokens, a clock and a record of requests for every fake."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx

from stnb.account.resource import Resource
from stnb.catalog import Catalog, Endpoint
from stnb.credentials import Credentials
from stnb.session import Session

from .clock import Clock
from .owner import TOKEN, owner

Handler = Callable[[httpx.Request], httpx.Response]


class FakeTenant:
    """A tenant behind a transport in this process. It grants tokens, and gives an answer to every
    other request.

    Subclasses replace `answer`, and `grant` if tokens matter to them.

    Args:
        handler: gives the answers, unless `answer` is replaced.
        owner: whose tenant it is.
        catalog: the resources that it has; without it, each resource is alone.

    Attributes:
        clock: the time of its sessions.
        requests: what was asked, but for tokens.
        times: when each request came, by the clock.
        tokens: how many tokens were asked for.
        flying, most: how many requests wait for their answer now, and waited at once ever.
        dropped: how many requests were cancelled while they waited.
    """

    def __init__(
        self,
        handler: Handler | None = None,
        *,
        owner: Credentials = owner(),  # noqa: B008 - frozen
        catalog: Catalog | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.owner, self.catalog, self.clock = owner, catalog, clock or Clock()
        self.requests: list[httpx.Request] = []
        self.times: list[float] = []
        self.tokens = self.flying = self.most = self.dropped = 0
        self._handler = handler

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/connect/token":
            self.tokens += 1
            return await self.grant(request)
        self.requests.append(request)
        self.times.append(self.clock())
        self.flying += 1
        self.most = max(self.most, self.flying)
        try:
            return await self.answer(request)
        except asyncio.CancelledError:
            self.dropped += 1
            raise
        finally:
            self.flying -= 1

    async def grant(self, request: httpx.Request) -> httpx.Response:
        """The answer to a request for a token: its number stands at the token's end."""
        return granted(f"{TOKEN}{self.tokens}")

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """The answer to any other request."""
        assert self._handler is not None
        return self._handler(request)

    @property
    def queries(self) -> list[dict[str, str]]:
        """What was sent behind the question mark of each request."""
        return [dict(request.url.params) for request in self.requests]

    def session(self, credentials: Credentials | None = None, **options: Any) -> Session:
        """A session that calls this tenant, without a limit on its pace; no wait takes time."""
        given = {"rate": None, "clock": self.clock, "sleep": self.clock.sleep, **options}
        return Session(credentials or self.owner, transport=httpx.MockTransport(self), **given)

    def resource(self, endpoint: Endpoint, **options: Any) -> Resource:
        """A resource of this tenant."""
        catalog = self.catalog or Catalog([endpoint])
        return Resource(self.session(**options), catalog, endpoint)


def granted(token: str, seconds: Any = 900) -> httpx.Response:
    """The answer that grants a token for so many seconds."""
    body = {"access_token": token, "expires_in": seconds, "token_type": "Bearer"}
    return httpx.Response(200, json=body)
