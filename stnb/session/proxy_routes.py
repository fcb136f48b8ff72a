"""The way through the proxy: each request through it or past it, and its own trouble told from that
of the host.
"""

from __future__ import annotations

import asyncio

import httpx

from .proxy import Proxy, bypassed
from .trouble import is_tls, untrusted

# Seconds that a proxy may take to agree on an encrypted connection to itself, and to answer to
# CONNECT. One that speaks plain HTTP waits for a line's end that a handshake never sends.
HANDSHAKE, ANSWER = 8.0, 45.0
# The library's names for the moment from which on a proxy is connected; SOCKS has its own time-out.
CONNECTED = {"http": "connection.connect_tcp.complete", "https": "connection.start_tls.complete"}


class ProxyRefused(httpx.ProxyError):
    """The proxy did not let a call through.

    Attributes:
        status: the HTTP status of its answer; None if it cannot be reached, or does not say.
        variable: the name of the variable that names it.
        is_plain: whether no encrypted connection to the proxy itself could be made, although its
            address begins with https://.
    """

    def __init__(self, status: int | None, variable: str, *, is_plain: bool = False) -> None:
        super().__init__("the proxy did not let the call through")
        self.status, self.variable, self.is_plain = status, variable, is_plain


class Routes(httpx.AsyncBaseTransport):
    """Sends each request through the proxy, or straight to its host if that is bypassed."""

    def __init__(
        self,
        through: httpx.AsyncBaseTransport,
        straight: httpx.AsyncBaseTransport,
        proxy: Proxy,
    ) -> None:
        self._through, self._straight, self._proxy = through, straight, proxy

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if bypassed(request.url.host):
            return await self._straight.handle_async_request(request)
        bound = asyncio.timeout(None)
        connected = CONNECTED.get(self._proxy.scheme, "")
        answer = _Answer(bound, connected)
        request.extensions["trace"] = answer.hear
        if self._proxy.scheme == "https":
            # The library's own time-out, which closes the socket; a cancelled handshake leaves it.
            timeouts = request.extensions.get("timeout", {})
            request.extensions["timeout"] = {**timeouts, "connect": HANDSHAKE}
        try:
            async with bound:
                return await self._through.handle_async_request(request)
        except (httpx.HTTPError, TimeoutError) as err:
            refused = self._refused(err, answer, is_ours=bound.expired())
            if refused is None:
                raise
            raise refused from err
        finally:
            request.extensions.pop("trace", None)

    def _refused(self, err: Exception, answer: _Answer, *, is_ours: bool) -> ProxyRefused | None:
        """The proxy's own trouble; None if it let the call through, or a certificate is not known.

        Args:
            is_ours: whether our bound on its answer has passed.
        """
        variable = self._proxy.variable
        let_through = answer.status is not None and answer.status < 300
        if untrusted(err) is not None or let_through:
            return None
        of_connecting = isinstance(err, (httpx.ConnectError, httpx.ConnectTimeout))
        if of_connecting and answer.in_handshake:
            return ProxyRefused(None, variable, is_plain=True)
        if is_ours or isinstance(err, httpx.ProxyError) or (of_connecting and not is_tls(err)):
            return ProxyRefused(answer.status, variable)
        broken_off = isinstance(err, (httpx.RemoteProtocolError, httpx.ReadError))
        if broken_off and answer.is_awaited:
            return ProxyRefused(None, variable)
        return None

    async def aclose(self) -> None:
        await self._through.aclose()
        await self._straight.aclose()


class _Answer:
    """How far the way through the proxy is, and what it answers to CONNECT; the library's error has
    the status only in its words.

    Args:
        bound: ends what takes the proxy too long. A connection that is open already has none.
        connected: the library's name for the moment from which on the proxy is to answer.

    Attributes:
        status: that of the answer to CONNECT; None before it came.
        is_awaited: whether the proxy is connected and has not answered; it may speak no HTTP.
        in_handshake: whether an encrypted connection to the proxy itself is not made yet.
    """

    def __init__(self, bound: asyncio.Timeout, connected: str) -> None:
        self._bound, self._connected = bound, connected
        self.status: int | None = None
        self.in_handshake = self.is_awaited = False

    async def hear(self, event: str, facts: dict[str, object]) -> None:
        if event.startswith("connection.start_tls."):
            self.in_handshake = not event.endswith(".complete")
        if event == self._connected:
            self.is_awaited = True
            self._bound.reschedule(asyncio.get_running_loop().time() + ANSWER)
        answer = facts.get("return_value")
        is_first = self.status is None and event.endswith(".receive_response_headers.complete")
        if is_first and isinstance(answer, tuple) and isinstance(answer[1], int):
            self.status = answer[1]
            self.is_awaited = False
            self._bound.reschedule(None)
