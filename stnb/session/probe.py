"""Whether a host answers at all, and what its clock says; no token, app key or secret goes along."""

from __future__ import annotations

import email.utils
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from . import clock

TIMEOUT = httpx.Timeout(15.0)


@dataclass(frozen=True)
class Knock:
    """How a host answered a bare request.

    Attributes:
        status: the HTTP status, whatever it is; None where no answer came.
        seconds: how long it took.
        ahead: seconds by which the host's clock is ahead of ours; None where it did not tell.
        trouble: why no answer came: name, refused, tls, proxy, time or other; "" where one came.
        proxy: the proxy on the way, without its password; "" where there is none.
    """

    host: str
    status: int | None = None
    seconds: float = 0.0
    ahead: float | None = None
    trouble: str = ""
    proxy: str = ""


async def knock(client: httpx.AsyncClient, url: str, direct: bool = False) -> Knock:
    """Ask the root of a URL's host for anything; `direct` where no proxy of the environment is
    used.
    """
    parts = urlsplit(url)
    host, proxy = parts.netloc, "" if direct else _proxy(parts.scheme, parts.hostname or "")
    began, at = time.monotonic(), clock.now().timestamp()
    try:
        response = await client.get(f"{parts.scheme}://{parts.netloc}/", auth=None, timeout=TIMEOUT)
    except (httpx.HTTPError, httpx.InvalidURL) as err:
        return Knock(host, seconds=time.monotonic() - began, trouble=_trouble(err), proxy=proxy)
    seconds = time.monotonic() - began
    return Knock(
        host,
        response.status_code,
        seconds,
        _ahead(response.headers.get("date", ""), at + seconds),
        "",
        proxy,
    )


def _ahead(date: str, now: float) -> float | None:
    """A server dates its answer when it begins to send it, and in whole seconds: half a second is
    added for the rest.
    """
    try:
        return email.utils.parsedate_to_datetime(date).timestamp() + 0.5 - now
    except (ValueError, TypeError, OverflowError):
        return None


def _trouble(err: BaseException) -> str:
    chain = list(_causes(err))
    kinds = (
        ("proxy", httpx.ProxyError),
        ("name", socket.gaierror),
        ("tls", ssl.SSLError),
        ("time", httpx.TimeoutException),
        ("refused", httpx.ConnectError),
    )
    return next((name for name, kind in kinds if any(isinstance(e, kind) for e in chain)), "other")


def _causes(err: BaseException | None) -> Iterator[BaseException]:
    """The error and all that led to it; the network's own words are some layers down."""
    seen: set[int] = set()
    while err is not None and id(err) not in seen:
        seen.add(id(err))
        yield err
        err = err.__cause__ or err.__context__


def _proxy(scheme: str, host: str) -> str:
    """The proxy that the environment names for a host, as host and port alone."""
    found = getproxies()
    url = found.get(scheme) or found.get("all") or ""
    if not url or proxy_bypass(host):
        return ""
    return urlsplit(url if "://" in url else f"http://{url}").netloc.rpartition("@")[2]
