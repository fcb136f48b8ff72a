"""An office on this machine: a host with a certificate of the office, and a proxy on the way."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import trustme
import uvicorn

from stnb import demoserver

HOST = "api.office.test"  # has no address: it is reached through the proxy alone
LOGIN = ("ann", "pa#ss@word1")
RECORD = 5  # bytes before the content of a record of TLS; the last two are its length
OF_DEMO = {
    "SERVICETITAN_TENANT_ID": str(demoserver.TENANT),
    "SERVICETITAN_CLIENT_ID": demoserver.CLIENT_ID,
    "SERVICETITAN_CLIENT_SECRET": demoserver.CLIENT_SECRET,
    "SERVICETITAN_APP_KEY": demoserver.APP_KEY,
    "SERVICETITAN_API_URL": f"https://{HOST}",
    "SERVICETITAN_AUTH_URL": f"https://{HOST}/connect/token",
}


class Office:
    """The host, its proxies, and its certificates.

    Attributes:
        root: the office's root certificate in PEM.
        der: the same in DER.
        folder: a folder for other files.
        seen: the hosts that the proxy was asked for.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.seen = folder, []  # type: Path, list[str]
        authority = trustme.CA()
        self.root, self.der = folder / "office.pem", folder / "office.der"
        authority.cert_pem.write_to_path(str(self.root))
        self.der.write_bytes(_der(self.root))
        key = folder / "host.pem"
        authority.issue_cert(HOST, "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(
            str(key)
        )
        app: Any = demoserver.make_app(scale=0.05)
        self.host_port, self._host = _serve(app, key)
        self.filter_port, self._filter = _serve(_page, key)
        self._proxies: list[asyncio.Server] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.open = self._proxy()
        self.with_login = self._proxy(login=LOGIN)
        self.shut = self._proxy(refuses=403)
        self.filtered = self._proxy(to=self.filter_port)
        self.damaging = self._proxy(damages=True)

    def _proxy(
        self,
        login: tuple[str, str] | None = None,
        refuses: int | None = None,
        to: int = 0,
        damages: bool = False,
    ) -> str:
        """Start a proxy; its host and port.

        Args:
            damages: whether it changes what the host sends once the handshake is over.
        """

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                self.seen.append(head.split(" ")[1])
                status = refuses or _status(head, login)
                writer.write(f"HTTP/1.1 {status} x\r\n\r\n".encode())
                if status == 200:
                    await _tunnel(reader, writer, to or self.host_port, damages)
            except (OSError, asyncio.IncompleteReadError):
                pass  # the client went away
            finally:
                writer.close()

        async def start() -> int:
            server = await asyncio.start_server(answer, "127.0.0.1", 0)
            self._proxies.append(server)
            return int(server.sockets[0].getsockname()[1])

        port = asyncio.run_coroutine_threadsafe(start(), self._loop).result(60)
        return f"127.0.0.1:{port}"

    def close(self) -> None:
        for server, thread in (self._host, self._filter):
            server.should_exit = True
            thread.join(60)
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()

    async def _end(self) -> None:
        """Stop listening, and end the tunnels that clients left open."""
        for server in self._proxies:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


def _der(pem: Path) -> bytes:
    lines = pem.read_text().strip().splitlines()
    return base64.b64decode("".join(lines[1:-1]))


async def _page(scope: Any, receive: Any, send: Any) -> None:
    """A web filter: a page for every request."""
    headers = [(b"content-type", b"text/html")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    body = b"<html><title>Blocked by  Example Filter</title></html>"
    await send({"type": "http.response.body", "body": body})


def _serve(app: Any, key: Path) -> tuple[int, tuple[uvicorn.Server, threading.Thread]]:
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        ssl_certfile=str(key),
        ssl_keyfile=str(key),
        log_level="critical",
        lifespan="off",
        ws="none",
    )
    listening = config.bind_socket()
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    return int(listening.getsockname()[1]), (server, thread)


def _status(head: str, login: tuple[str, str] | None) -> int:
    if login is None:
        return 200
    wanted = base64.b64encode(":".join(login).encode()).decode()
    return 200 if f"Basic {wanted}" in head else 407


async def _tunnel(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, damages: bool
) -> None:
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
    heard = bytearray()
    one = asyncio.ensure_future(_pump(reader, far_writer, heard))
    two = asyncio.ensure_future(_pump(far_reader, writer, damaged_after=heard if damages else None))
    try:
        await asyncio.wait((one, two), return_when=asyncio.FIRST_COMPLETED)
    finally:
        one.cancel()
        two.cancel()
        far_writer.close()


async def _pump(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    heard: bytearray | None = None,
    damaged_after: bytearray | None = None,
) -> None:
    """Hand on what comes.

    Args:
        heard: where to keep it, too.
        damaged_after: what the client said; once that is more than its hello, each chunk is
            changed. A client says more only when it has the whole of the host's handshake.
    """
    with contextlib.suppress(OSError):
        while chunk := await reader.read(65_536):
            if damaged_after is not None and _is_past_hello(damaged_after):
                chunk = chunk[:-1] + bytes([chunk[-1] ^ 1])
            if heard is not None:
                heard += chunk
            writer.write(chunk)
            await writer.drain()


def _is_past_hello(said: bytearray) -> bool:
    return len(said) > RECORD + int.from_bytes(said[3:RECORD], "big")


@contextlib.contextmanager
def office(folder: Path) -> Iterator[Office]:
    """An office that closes in the end."""
    found = Office(folder)
    try:
        yield found
    finally:
        found.close()
