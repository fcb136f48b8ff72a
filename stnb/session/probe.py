"""Whether a host answers at all, and what its clock says. No token, app key or secret is sent."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from . import clock

PATIENCE = 15.0  # seconds
TIMEOUT = httpx.Timeout(PATIENCE)


@dataclass(frozen=True)
class Knock:
    """How a host answered a bare request.

    Attributes:
        host: the host's name, with its port if it has one.
        status: the HTTP status, whatever it is; None if no answer came.
        seconds: how long the answer took.
        ahead: seconds by which the host's clock is ahead of ours; None if the answer has no date.
        trouble: why no answer came: name, refused, tls, proxy, time or other; "" if one came.
        proxy: the proxy on the way, without its password; "" if there is none.
    """

    host: str
    status: int | None = None
    seconds: float = 0.0
    ahead: float | None = None
    trouble: str = ""
    proxy: str = ""


async def knock(client: httpx.AsyncClient, url: str, direct: bool = False) -> Knock:
    """Request the root of a URL's host and look only at how it answers.

    Args:
        direct: whether no proxy of the environment is used.
    """
    parts = urlsplit(url)
    proxy = ""
    if not direct:
        proxy = _proxy(parts.scheme, parts.hostname or "")
    began, sent = time.monotonic(), clock.now()
    try:
        async with asyncio.timeout(PATIENCE):
            url = f"{parts.scheme}://{parts.netloc}/"
            response = await client.get(url, auth=None, timeout=TIMEOUT)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as err:
        seconds = time.monotonic() - began
        return Knock(parts.netloc, seconds=seconds, trouble=_trouble(err), proxy=proxy)
    seconds = time.monotonic() - began
    date, ahead = clock.date_of(response.headers), None
    if date is not None:
        ahead = clock.ahead(date, sent, sent + dt.timedelta(seconds=seconds))
    return Knock(
        host=parts.netloc,
        status=response.status_code,
        seconds=seconds,
        ahead=ahead,
        proxy=proxy,
    )


# What may be the cause of a failed connection, the most telling first.
CAUSES = (
    ("proxy", httpx.ProxyError),
    ("name", socket.gaierror),
    ("tls", ssl.SSLError),
    ("time", httpx.TimeoutException),
    ("time", TimeoutError),
    ("refused", httpx.ConnectError),
)


def _trouble(err: BaseException) -> str:
    chain = list(_chain(err))
    for name, kind in CAUSES:
        if any(isinstance(each, kind) for each in chain):
            return name
    return "other"


def _chain(err: BaseException | None) -> Iterator[BaseException]:
    """The error and all that led to it; the socket's own error is some layers down."""
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
    if "://" not in url:
        url = f"http://{url}"
    return urlsplit(url).netloc.rpartition("@")[2]
