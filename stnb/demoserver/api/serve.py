"""The demo behind a port of this machine: uvicorn, on the loopback alone."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from .guard import Guard
from .token import APP_KEY, keys_of

HOST = "127.0.0.1"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PATIENCE = 2  # seconds for what is under way when it is ended


def env_lines(url: str, profile: str = "local", tenants: int = 1) -> str:
    """The lines of a .env file with which a client finds the demo at that address.

    Args:
        profile: its name; of several tenants, each gets a number behind it, such as LOCAL07.
    """
    lines = []
    for number in range(tenants):
        name, keys = f"SERVICETITAN_{profile.upper()}", keys_of(number)
        if tenants > 1:
            name += f"{number + 1:02d}"
        values = {
            "TENANT_ID": keys.tenant,
            "CLIENT_ID": keys.client_id,
            "CLIENT_SECRET": keys.client_secret,
            "APP_KEY": APP_KEY,
        }
        values |= {"API_URL": url, "AUTH_URL": url, "TIMEZONE": keys.timezone}
        lines += [f"{name}_{field}={value}" for field, value in values.items()]
    return "\n".join(lines)


def listen(port: int) -> socket.socket:
    """A socket on that port, or on a free one for 0.

    Raises:
        OSError: the port is taken, or may not be had.
        OverflowError: there is no port of that number.
    """
    line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        line.bind((HOST, port))
        # So that a second server finds the port taken, and clients may come at once.
        line.listen(128)
    except (OSError, OverflowError):
        line.close()
        raise
    return line


def run(app: ASGIApp, line: socket.socket, ready: Callable[[], None]) -> None:
    """Serve programs of this machine until Ctrl-C; the port is free afterwards.

    Raises:
        KeyboardInterrupt: it was ended so.
    """
    config = uvicorn.Config(
        GZipMiddleware(Guard(app), minimum_size=1000, compresslevel=1),
        http=_Protocol,
        lifespan="off",
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=PATIENCE,
    )
    server = _Server(config, ready)
    try:
        server.run(sockets=[line])
    finally:
        line.close()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


class _Protocol(H11Protocol):
    """HTTP that tells the app which connection a request came on, so that it can break it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        app: Any = self.app

        async def told(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "demo.line": transport}, receive, send)

        self.app = told
