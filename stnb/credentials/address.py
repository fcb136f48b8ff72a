"""An address that secrets may travel to: parsed once, judged, and built again from its parts.

What is checked is what is used: nobody else reads the text that a person wrote.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from .models import HOSTS

LOOPBACK = ("localhost", "127.0.0.1", "::1")
DEFAULT_PORTS = {"https": 443, "http": 80}
# No user, query, fragment, escape, backslash, blank or letter of another script has a place here,
# because two readers could take such a text for two addresses.
FORM = re.compile(
    r"(?P<scheme>https?)://"
    r"(?:\[(?P<six>[0-9a-f:.]{2,45})\]|(?P<name>[a-z0-9.-]{1,254}))"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>(?:/[a-z0-9._~-]*)*)",
    re.IGNORECASE | re.ASCII,
)
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# A last label of digits, or of 0x and digits, makes the system read the name as a number.
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
OF_SERVICETITAN = (".servicetitan.io", ".servicetitan.com")


@dataclass(frozen=True)
class Address:
    """The parts of an address that was judged.

    Attributes:
        scheme: https, or http for this machine.
        host: in lower case, without a dot at its end; an IPv6 address without brackets.
        port: None for the usual one.
        path: "" or what follows the host, without a slash at its end.
    """

    scheme: str
    host: str
    port: int | None
    path: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.path}"

    @property
    def netloc(self) -> str:
        """The host, with its port if that is not the usual one."""
        host = self.host
        if ":" in host:
            host = f"[{host}]"
        if self.port is None:
            return host
        return f"{host}:{self.port}"

    @property
    def environment(self) -> str:
        """The environment that ServiceTitan serves there; "" for a host of one's own."""
        return _environment_of_host().get(self.host, "")

    @property
    def is_known(self) -> bool:
        """Whether it is ServiceTitan's own, or this machine."""
        return bool(self.environment) or self.host in LOOPBACK


def parsed(text: str) -> Address | None:
    """The parts of an address; None if secrets must not travel to it, or it cannot be judged.

    >>> str(parsed("HTTPS://API.servicetitan.io.:443/"))
    'https://api.servicetitan.io'
    >>> parsed("https://api.servicetitan.io#"), parsed("http://api.servicetitan.io")
    (None, None)
    """
    form = FORM.fullmatch(text)
    if form is None:
        return None
    scheme = form["scheme"].lower()
    host = _ip(form["six"] or "") or _name((form["name"] or "").lower().removesuffix("."))
    segments = [segment for segment in form["path"].split("/") if segment]
    port = int(form["port"] or DEFAULT_PORTS[scheme])
    if not host or not 0 < port < 65_536 or {".", ".."} & set(segments):
        return None
    if scheme == "http" and host not in LOOPBACK:
        return None
    # Which environment another host of ServiceTitan belongs to, nobody here can tell.
    if host.endswith(OF_SERVICETITAN) and host not in _environment_of_host():
        return None
    own_port = port if port != DEFAULT_PORTS[scheme] else None
    return Address(scheme, host, own_port, "".join(f"/{segment}" for segment in segments))


def _ip(text: str) -> str:
    """An IPv6 address in its usual form; "" if it is none."""
    try:
        return str(ipaddress.IPv6Address(text))
    except ValueError:
        return ""


def _name(host: str) -> str:
    """A host's name, or its four numbers; "" if the system could read it as another one."""
    labels = host.split(".")
    if not all(LABEL.fullmatch(label) for label in labels):
        return ""
    if NUMBER.fullmatch(labels[-1]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            return ""
    try:
        host.encode().decode("idna")  # a name of another script may be broken
    except UnicodeError:
        return ""
    return host


def _environment_of_host() -> dict[str, str]:
    owners = {}
    for environment, urls in HOSTS.items():
        for url in urls:
            owners[url.split("/")[2]] = environment
    return owners
