"""Several demo tenants behind one address, as the API's host serves all of its tenants."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .app import make_app
from .token import keys_of

TENANT_IN_PATH = re.compile(r"/tenant/(\d+)(?:/|$)")
CONTROL = re.compile(r"/_demo/tenant/(\d+)(/.*)")


class Companies:
    """So many demo tenants: each has its own company, zone, pair and limit.

    A request goes to the tenant in its path; one for a token to the tenant of its client id.
    `/_demo/tenant/900000043/faults` and `/state` order what one of them does wrong.

    Args:
        count: how many.
        options: of `make_app`. `seed` is that of the first; each next one has the next seed.
    """

    def __init__(self, count: int, **options: Any) -> None:
        seed = options.pop("seed", 1)
        self.apps: dict[int, Any] = {}
        self._of_client: dict[str, int] = {}
        for number in range(count):
            keys = keys_of(number)
            self.apps[keys.tenant] = make_app(number=number, seed=seed + number, **options)
            self._of_client[keys.client_id] = keys.tenant

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ordered = CONTROL.fullmatch(scope["path"])
        if ordered is not None:
            scope = {**scope, "path": f"/_demo{ordered[2]}", "raw_path": b""}
            await self._app(int(ordered[1]))(scope, receive, send)
            return
        named = TENANT_IN_PATH.search(scope["path"])
        if named is not None:
            await self._app(int(named[1]))(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        client = parse_qs(body.decode("utf-8", "replace")).get("client_id", [""])[0]
        app = self._app(self._of_client.get(client, 0))
        await app(scope, _again(body), send)

    def _app(self, tenant: int) -> ASGIApp:
        """The tenant's app; that of the first for an id that nobody has, which it refuses."""
        found: ASGIApp = self.apps.get(tenant) or next(iter(self.apps.values()))
        return found


def _again(body: bytes) -> Receive:
    """What gives a body that was read once more."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
