"""The proxy that the environment or the system names: read once, judged, never shown with its
password.

The HTTP library would read the same variables by itself. It raises its own errors for forms that
desktops, containers and conda set, also for a variable that no call of ours would use.
"""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from urllib.parse import unquote
from urllib.request import getproxies, getproxies_environment, proxy_bypass

from stnb.credentials import Secret, clean
from stnb.errors import SetupError
from stnb.errors.packages import lacking

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
