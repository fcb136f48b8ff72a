"""A tenant of toys over HTTP/1.1 on 127.0.0.1, with seeded faults."""

from __future__ import annotations

import asyncio
import gzip
import json
import math
import random
import threading
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from stnb.account.account import Account
from stnb.session import Session

from .owner import owner
from .toys import CATALOG, Toys

FAULTS = {
    "429": 0.03,
    "503": 0.03,
    "html": 0.01,
    "drop": 0.03,
    "cut": 0.03,
    "half": 0.02,
    "401": 0.02,
}


def account_at(url: str, *, faster: float = 50.0, **options: Any) -> Account:
    """An account at such a server, whose waits are so many times shorter than asked for."""

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds / faster)

    given = {"rate": None, "clock": lambda: time.monotonic() * faster, "sleep": sleep, **options}
    return Account(
        Session(owner(api_url=url, auth_url=f"{url}/connect/token"), **given), catalog=CATALOG
    )


class Loopback:
    """The same rows over HTTP/1.1 on 127.0.0.1, with seeded faults; it lives in a thread of its
    own.

    Args:
        faults: kind -> how likely each answer has it. "drop" closes the connection, "cut" does so
            in the body, "half" is a whole HTTP answer whose body ends early, "401" takes back every
            token that was given.

    Attributes:
        met: how often each fault was made.
        stamps: when each request but those for tokens arrived, in seconds.
        open: connections that are open now.
        hanging: requests that wait for `let_go` now.
    """

    def __init__(
        self, toys: Toys, *, seed: int = 0, faults: Mapping[str, float] | None = None
    ) -> None:
        self.toys, self.faults = toys, FAULTS if faults is None else faults
        self.met: Counter[str] = Counter()
        self.stamps: list[float] = []
        self.open = self.hanging = 0
        self._dice = random.Random(seed)
        self._bodies: dict[tuple[str, bool], bytes] = {}
        self._given = 0
        self._good: set[str] = set()
        self._last_page = math.inf
        self._go = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()

    def __enter__(self) -> Loopback:
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="badserver", daemon=True
        )
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop
        ).result(60)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(self, *error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()

    async def _stop(self) -> None:
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def begin(self, seed: int) -> None:
        """The faults of another seed, counted from none."""
        self._dice = random.Random(seed)
        self.met.clear()

    def hang(self, last_page: int = 0) -> None:
        """Answer no page beyond this one from now on; any thread may call it."""
        self._last_page = last_page

    def let_go(self) -> None:
        """Answer what hangs, and all that comes, at once."""
        self._last_page = math.inf
        self._loop.call_soon_threadsafe(self._go.set)

    def account(self, **options: Any) -> Account:
        return account_at(self.url, **options)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self._writers.add(writer)
        try:
            while await self._answer(reader, writer):
                pass
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            self.open -= 1
            self._writers.discard(writer)
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False where the connection is to be closed."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        await reader.readexactly(int(headers.get("content-length", 0)))
        target = head[0].split(" ")[1]
        if target == "/connect/token":
            self._given += 1
            token = f"t{self._given}"
            self._good.add(f"bearer {token}")
            return await self._send(
                writer, 200, json.dumps({"access_token": token, "expires_in": 900}).encode()
            )
        self.stamps.append(time.monotonic())
        query = dict(parse_qsl(urlsplit(target).query))
        if int(query.get("page", 1)) > self._last_page and await self._left(reader):
            return False
        return await self._page(writer, target, headers.get("authorization", ""))

    async def _left(self, reader: asyncio.StreamReader) -> bool:
        """Hang; True if the client went away meanwhile."""
        self.hanging += 1
        gone, go = asyncio.ensure_future(reader.read(1)), asyncio.ensure_future(self._go.wait())
        try:
            await asyncio.wait((gone, go), return_when=asyncio.FIRST_COMPLETED)
            return gone.done()
        finally:
            self.hanging -= 1
            gone.cancel()
            go.cancel()
            await asyncio.gather(gone, go, return_exceptions=True)

    async def _page(self, writer: asyncio.StreamWriter, target: str, bearer: str) -> bool:
        fault = self._fault()
        if fault == "401":
            self._good.clear()
        if bearer not in self._good:
            return await self._send(writer, 401, b"{}")
        if fault == "429":
            title = b'{"title":"Rate limit is exceeded. Try again in 1 seconds."}'
            return await self._send(
                writer, 429, title, **({"Retry-After": "1"} if self._dice.random() < 0.5 else {})
            )
        if fault in ("503", "html"):
            return await self._send(
                writer, 503 if fault == "503" else 200, b"<html>maintenance</html>"
            )
        if fault == "drop":
            return False
        if fault == "half":
            body = self._body(target, packed=False)
            return await self._send(writer, 200, body[: self._dice.randrange(len(body))])
        packed = self._dice.random() < 0.5
        sent = self._body(target, packed)
        cut = self._dice.randrange(len(sent)) if fault == "cut" else None
        return await self._send(
            writer, 200, sent, cut, **({"Content-Encoding": "gzip"} if packed else {})
        )

    def _fault(self) -> str:
        at = self._dice.random()
        for kind, share in self.faults.items():
            at -= share
            if at < 0:
                self.met[kind] += 1
                return kind
        return ""

    def _body(self, target: str, packed: bool) -> bytes:
        if (target, packed) not in self._bodies:
            parts = urlsplit(target)
            body = json.dumps(self.toys.body(parts.path, dict(parse_qsl(parts.query)))).encode()
            self._bodies[target, packed] = gzip.compress(body, 1) if packed else body
        return self._bodies[target, packed]

    async def _send(
        self,
        writer: asyncio.StreamWriter,
        status: int,
        body: bytes,
        cut: int | None = None,
        **headers: str,
    ) -> bool:
        given = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        writer.write(f"HTTP/1.1 {status} x\r\n{head}\r\n".encode() + body[:cut])
        await writer.drain()
        if cut is not None:
            writer.close()  # what is written is sent first
            await writer.wait_closed()
        return cut is None
