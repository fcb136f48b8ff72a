"""Who may call the demo as a server: programs of this machine, and no page of another site.

A page in the user's browser can send requests to this machine. Its `Origin` gives it away, or, if a
name of its own was rebound to this machine's address, its `Host`. A form that it sends is no JSON.
"""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .bodies import Answer, Problem

MOST_BODY = 1_000_000  # bytes; the largest that the API takes, a report's parameters, has a few kB
# Names that no other site can own: RFC 6761 keeps "localhost" and what ends in it for this machine.
LOCAL = re.compile(r"(?:127\.0\.0\.1|\[::1\]|(?:[a-z0-9-]+\.)*localhost)(?::\d{1,5})?")
TRACE = "00-demo-guard-00"
WITH_BODY = ("POST", "PUT", "PATCH")
TOKEN = "/connect/token"  # OAuth asks for a form, with the client's secret in it


class Guard:
    """Hands a request on to the app if it comes from a program of this machine.

    Args:
        app: the demo; it gets the body whole.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            check(scope["method"], scope["path"], Headers(scope=scope))
            body = await _body(receive)
        except Problem as refused:
            await _answer(refused.answer(TRACE), send)
            return
        await self._app(scope, _replay(body, receive), send)


def check(method: str, path: str, headers: Headers) -> None:
    """Look at who asks, before the body is read.

    Raises:
        Problem: 403, a page of another site asks; 413, the body is too large; 415, it is no JSON.
    """
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    if len(hosts) != 1 or not LOCAL.fullmatch(hosts[0].lower()):
        raise Problem(403, "The demo answers to this machine's own names only.", short=True)
    own = f"http://{hosts[0].lower()}"
    if any(origin.lower() != own for origin in origins):
        raise Problem(403, "The demo does not answer to pages of other sites.", short=True)
    length = headers.get("content-length", "0")
    if not length.isdecimal() or len(length) > 12 or int(length) > MOST_BODY:
        raise _too_large()
    if method in WITH_BODY and not path.endswith(TOKEN):
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Problem(415, "The body's Content-Type has to be application/json.", short=True)


async def _body(receive: Receive) -> bytes:
    """The whole body; one without a stated length is counted while it comes."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > MOST_BODY:
            raise _too_large()
        parts.append(part)
        more = message["type"] == "http.request" and message.get("more_body", False)
    return b"".join(parts)


def _too_large() -> Problem:
    return Problem(413, f"A body has at most {MOST_BODY:,} bytes.", short=True)


def _replay(body: bytes, receive: Receive) -> Receive:
    """What the app calls instead of `receive`: the body once, then what comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        if waiting:
            return waiting.pop()
        return await receive()

    return received


async def _answer(answer: Answer, send: Send) -> None:
    """Send a refusal and close the connection, so that a body on its way is not read."""
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(answer.body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
