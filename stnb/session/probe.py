"""Whether a host answers at all, and what its clock says. No token, app key or secret is sent."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import httpx

from . import clock
from .failure import PASSING_ERRORS
from .proxy import bypassed, proxy_in_use
from .proxy_routes import ProxyRefused
from .trouble import trouble_of

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
        trouble: why no answer came: name, refused, tls, proxy, plain (an https:// proxy
            without TLS), time or other; "" if one came.
        proxy: the proxy on the way, without its password; "" if there is none.
        proxy_status: the status that the proxy refused with; None if it did not.
    """

    host: str
    status: int | None = None
    seconds: float = 0.0
    ahead: float | None = None
    trouble: str = ""
    proxy: str = ""
    proxy_status: int | None = None


async def knock(client: httpx.AsyncClient, url: str, direct: bool = False) -> Knock:
    """Request the root of a URL's host and look only at how it answers.

    Args:
        direct: whether no proxy of the environment is used.
    """
    parts = urlsplit(url)
    proxy = ""
    if not direct:
        proxy = _proxy(parts.hostname or "")
    began, sent = time.monotonic(), clock.now()
    try:
        async with asyncio.timeout(PATIENCE):
            url = f"{parts.scheme}://{parts.netloc}/"
            # Its head is enough: whatever its body is, the host has answered.
            request = client.build_request("GET", url, timeout=TIMEOUT)
            response = await client.send(request, auth=None, stream=True)
            await response.aclose()
    except (*PASSING_ERRORS, TimeoutError) as err:
        seconds = time.monotonic() - began
        found = Knock(parts.netloc, seconds=seconds, trouble=trouble_of(err), proxy=proxy)
        if isinstance(err, ProxyRefused):
            if err.is_plain:
                found = replace(found, trouble="plain")
            return replace(found, proxy_status=err.status)
        return found
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


def _proxy(host: str) -> str:
    """The proxy on the way to a host, as host and port alone; "" if there is none."""
    found = proxy_in_use()
    if found is None or bypassed(host):
        return ""
    return found.netloc
