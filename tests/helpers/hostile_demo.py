"""The demo tenant, whose texts attack the page or the terminal that shows them."""

from __future__ import annotations

import json
from typing import Any

import stnb
from stnb.account.account import Account
from stnb.session import Session

HOSTILE = (
    '<img src=x onerror="alert(window.owned=1)"></script><script>alert(window.owned=2)</script>'
    "\x1b]0;owned\x07\x1b[2J\u202eback\x00"
)
NAMES = ("name", "summary", "fileName")  # the texts of rows that become hostile


class Hostile:
    """The demo's application with other texts.

    Args:
        app: the application of a demo tenant.
        refuses: whether a request for a token is refused, with a hostile title.
    """

    def __init__(self, app: Any, refuses: bool) -> None:
        self._app, self._refuses = app, refuses

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        parts: list[Any] = []

        async def keep(message: Any) -> None:
            parts.append(message)

        await self._app(scope, receive, keep)
        content = b"".join(part.get("body", b"") for part in parts)
        status = parts[0]["status"]
        if self._refuses and scope["path"] == "/connect/token":
            status, content = 400, json.dumps({"error": HOSTILE}).encode()
        elif b'"data"' in content:
            content = json.dumps(attacking(json.loads(content))).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})


def attacking(body: Any) -> Any:
    """The same answer with hostile names."""
    for row in body["data"]:
        row.update({name: HOSTILE for name in NAMES if name in row})
    return body


def account(refuses: bool = False) -> Account:
    """An account of the hostile tenant."""
    tame = stnb.demo(scale=0.05, latency=0)
    return Account(Session.of_app(Hostile(tame.app, refuses), tame.session.credentials))
