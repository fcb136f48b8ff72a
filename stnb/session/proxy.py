"""The proxy that the environment or the system names: read once, judged, never shown with its
password.

The HTTP library would read the same variables by itself. It raises its own errors for forms that
desktops, containers and conda set, also for a variable that no call of ours would use.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import re
from dataclasses import dataclass
from urllib.parse import unquote
from urllib.request import getproxies, getproxies_environment, proxy_bypass

import httpx

from stnb.credentials import Secret, clean
from stnb.errors import SetupError
from stnb.errors.packages import lacking

from .trouble import is_tls, untrusted

# Every host but this machine is called by https, so that HTTP_PROXY alone is never used.
KINDS = ("https", "all")
OF_THE_SYSTEM = "The proxy in the system's settings"
SCHEMES = ("http", "https", "socks5", "socks5h")
PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
# GNOME writes socks:// into ALL_PROXY; what it means is SOCKS 5, as nearly every such proxy speaks.
SAME_AS = {"socks": "socks5h"}
ADDRESS = re.compile(r"(?P<host>[\w.-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?/?", re.I)
# A reader of addresses ends the host at the first of these, in the middle of a password.
NOT_IN_A_PASSWORD = re.compile(r"[#/?@\[\]\\\s]")
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
# Seconds that a proxy may take to agree on an encrypted connection to itself, and to answer to
# CONNECT. One that speaks plain HTTP waits for a line's end that a handshake never sends.
HANDSHAKE, ANSWER = 8.0, 45.0
# The library's names for the moment from which on a proxy is connected; SOCKS has its own time-out.
CONNECTED = {"http": "connection.connect_tcp.complete", "https": "connection.start_tls.complete"}
NO_ADDRESS = frozenset({"none", "null", "nil", "false", "no", "off", "direct", "0", "undefined"})
HAS_PORT = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*):[0-9]+")


@dataclass(frozen=True)
class Proxy:
    """A proxy that can be used.

    Attributes:
        scheme: http, https, socks5 or socks5h.
        netloc: its host and port, which may be shown.
        user, password: "" if there are none.
        variable: the name of the variable that it came from.
    """

    scheme: str
    netloc: str
    user: str
    password: Secret
    variable: str

    @property
    def login(self) -> tuple[str, str] | None:
        """User and password; None if there are none."""
        if self.user or self.password:
            return self.user, self.password.reveal()
        return None


def proxy_in_use() -> Proxy | None:
    """The proxy for calls to other hosts; None if none is named.

    Raises:
        SetupError: what is named is no address of a proxy, or its package is not installed.
    """
    found = _named()
    # Raised out here, because a verbose traceback prints what a frame holds: the password.
    if isinstance(found, SetupError):
        raise found
    return found


def _named() -> Proxy | SetupError | None:
    found = getproxies()
    for kind in KINDS:
        text = clean(found.get(kind) or "")
        if text:
            return _parsed(_variable(kind), text)
    return None


def _variable(kind: str) -> str:
    """The name of the variable that is read, in the letters that it was set in."""
    wanted = f"{kind}_proxy"
    # The one in small letters wins, as in urllib and curl.
    for name in sorted(os.environ, reverse=True):
        if name.lower() == wanted and os.environ[name]:
            return name
    return OF_THE_SYSTEM


def _parsed(variable: str, text: str) -> Proxy | SetupError:
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "http", text.removeprefix("//")
    scheme = scheme.lower()
    scheme = SAME_AS.get(scheme, scheme)
    # The last @, because a person may have left one in the password.
    login, _, place = rest.rpartition("@")
    if text.lower() in NO_ADDRESS:
        why = "It is a word that stands for no proxy elsewhere, and would be taken for a host here."
        return _wrong(variable, text, why, f"Unset {variable} to go without a proxy.")
    address = ADDRESS.fullmatch(place)
    fault = _fault(variable, scheme, login, address)
    if fault is not None:
        return _wrong(variable, _shown(text, place), *fault)
    assert address is not None  # else it is the fault
    user, _, password = login.partition(":")
    netloc = f"{address['host']}:{address['port'] or PORTS[scheme]}"
    return Proxy(scheme, netloc, unquote(user), Secret(unquote(password)), variable)


def _fault(
    variable: str, scheme: str, login: str, address: re.Match[str] | None
) -> tuple[str, str] | None:
    """Why a proxy cannot be used and what to do, in two sentences; None if it can."""
    if NOT_IN_A_PASSWORD.search(login):
        return (
            "Its user or password holds a sign that no address has there, such as # or a space.",
            "Write the sign in %: %23 for #, %40 for @, %2F for /, %3F for ?, %5C for \\ and %20 "
            "for a space.",
        )
    if address is None or int(address["port"] or 1) not in range(1, 65_536):
        return (
            "It is no address of a proxy.",
            f"Write {variable}=http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT.",
        )
    if scheme not in SCHEMES:
        return (
            "stnb can use an http, https or SOCKS 5 proxy.",
            f"Write {variable}=http://HOST:PORT or socks5h://HOST:PORT, or unset it to go without.",
        )
    if scheme.startswith("socks") and lacking("socksio"):
        return (
            "It is a SOCKS proxy, and the package for those is not installed.",
            'Install it with `pip install "stnb[socks]"`, or set HTTPS_PROXY=http://HOST:PORT, or '
            f"unset {variable} to go without.",
        )
    return None


def _shown(text: str, place: str) -> str:
    """The value without user and password, and without whatever could be a part of them."""
    scheme, separator, _ = text.partition("://")
    lead = f"{scheme}{separator}" if re.fullmatch(r"\w+://", f"{scheme}{separator}") else ""
    if "@" in text:
        lead += "…@"
    if ADDRESS.fullmatch(place):
        return lead + place
    # Without an @, what follows the first colon may be a password.
    host = re.match(r"[\w.-]*", place)
    assert host is not None  # it may be empty
    if host[0] == place:
        return lead + place
    return f"{lead}{host[0]}…"


def _wrong(variable: str, shown: str, why: str, then: str) -> SetupError:
    return SetupError(f"{variable}={shown} cannot be used.", why, then)


# -- which hosts are reached without it


def bypassed(host: str) -> bool:
    """Whether a host is reached without the proxy, by NO_PROXY or by the system's settings.

    Args:
        host: a name or an address; an IPv6 address without brackets.
    """
    host = host.lower().strip("[]").rstrip(".")
    if host in THIS_MACHINE:
        return True
    if not getproxies_environment():
        return bool(proxy_bypass(host))
    entries = re.split(r"[,;\s]+", clean(getproxies().get("no") or ""))
    return any(_covers(entry.lower(), host) for entry in entries if entry)


def _covers(entry: str, host: str) -> bool:
    """Whether an entry of NO_PROXY means a host: a name and all below it, an address, a network."""
    if entry == "*":
        return True
    if entry == "<local>":  # the form of Windows for names of the own network
        return "." not in host and ":" not in host
    entry = entry.rpartition("://")[2]
    with_port = HAS_PORT.fullmatch(entry)
    if with_port:
        entry = with_port["host"]
    entry = entry.strip("[]")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = entry.removeprefix("*").strip(".")
        return bool(name) and (host == name or host.endswith(f".{name}"))
    try:
        return address in ipaddress.ip_network(
            entry.replace("[", "").replace("]", ""), strict=False
        )
    except ValueError:  # a name
        return False


# -- the way through it


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
