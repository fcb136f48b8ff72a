"""One exchange with the API: the client, a request and its whole answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from http.cookiejar import DefaultCookiePolicy
from typing import IO

import httpx

from stnb.credentials import Limits
from stnb.errors.masking import mask_logs
from stnb.errors.nesting import TooDeep, is_deep

from . import clock
from .body import FILE, TooHeavy, bounded, nobody, read, weigh
from .deadline import EXTENSION, Deadline
from .failure import PASSING_ERRORS, Failure
from .inflate import ACCEPTED, TooLarge
from .proxy import proxy_in_use
from .proxy_routes import Routes
from .said import CODING, status_inside
from .text import as_utf8
from .token import TIMEOUT, TokenAuth, TokenRefused
from .trust import tls_context

CONNECTIONS = 32  # at once
IDLE_CONNECTIONS = 24  # kept open between calls
MOST_DIGITS = 16  # of a length that an answer says
# A cookie of one environment would travel to the other.
NO_COOKIES = DefaultCookiePolicy(allowed_domains=[])

# They write down the headers of answers, in which a server may repeat what it was sent.
mask_logs("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy")
mask_logs("httpcore.socks", "asyncio")

Room = Callable[[int], Awaitable[None]]


@dataclass(frozen=True)
class Answer:
    """The answer to a call.

    Attributes:
        content: the body's bytes, inflated; of one that went into a file, its first.
        content_type: the header Content-Type, or "".
        attempts: how often the call was tried.
        date: when it was made, by the server's clock; None if it does not say.
        ahead: seconds by which that clock is ahead of this machine's; None if it is not known.
        seconds: from when the request was sent, after its turn had come, to the end of the answer.
        disposition: the header Content-Disposition of a file, or "".
    """

    content: bytes = field(repr=False)
    content_type: str
    attempts: int
    date: dt.datetime | None = None
    ahead: float | None = None
    seconds: float = 0.0
    disposition: str = ""


def new_client(
    transport: httpx.AsyncBaseTransport | None, largest: Callable[[], int]
) -> httpx.AsyncClient:
    """The client of a session.

    Args:
        transport: stands where the network would.
        largest: how many bytes a body may have.

    Raises:
        SetupError: a variable for proxies or certificates cannot be used.
    """

    async def bound(response: httpx.Response) -> None:
        bounded(response, largest())

    client = httpx.AsyncClient(
        transport=transport or _network(),
        trust_env=False,  # what the environment names is read here, and its faults are worded
        timeout=TIMEOUT,
        follow_redirects=False,
        headers={"Accept-Encoding": ACCEPTED},
        event_hooks={"response": [bound]},
    )
    client.cookies.jar.set_policy(NO_COOKIES)
    return client


def _network() -> httpx.AsyncBaseTransport:
    """The way to other hosts: through the proxy that the environment names, or straight."""
    proxy = proxy_in_use()
    trusted = tls_context()
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=IDLE_CONNECTIONS)
    straight = httpx.AsyncHTTPTransport(verify=trusted, trust_env=False, limits=limits)
    if proxy is None:
        return straight
    named = httpx.Proxy(f"{proxy.scheme}://{proxy.netloc}", auth=proxy.login)
    if proxy.scheme == "https":
        named.ssl_context = trusted
    through = httpx.AsyncHTTPTransport(verify=trusted, trust_env=False, limits=limits, proxy=named)
    return Routes(through, straight, proxy)


async def exchange(
    client: httpx.AsyncClient,
    request: httpx.Request,
    auth: TokenAuth,
    whole: Callable[[bytes], bool] | None,
    attempt: int,
    into: IO[bytes] | None = None,
    room: Room | None = None,
) -> Failure | Answer:
    """Send one request and read its answer to the end; never raises what httpx does.

    Args:
        into: a file on the disk that takes the body as it comes.
        room: see `received_from`.
        whole: whether a body of JSON has come to its end; None for a file, which may be at another
            address.
        attempt: the number of this try.

    Raises:
        OSError: that file cannot be written.
    """
    limits = auth.credentials.limits
    sent = clock.now()
    try:
        received = await received_from(
            client, request, auth, file=whole is None, into=into, room=room
        )
    except TokenRefused as refused:
        return Failure.of_token(refused.response)
    except TimeoutError as err:
        return Failure.of_time(err, limits, file=whole is None)
    except TooLarge as err:
        return Failure.of_size(err, limits)
    except PASSING_ERRORS as err:
        return Failure.of_exception(err)
    response, content = received.response, received.content
    if not response.is_success:  # a status of 600 or more is an error, too
        return Failure.of_response(response, content)
    if whole is not None:
        found = _checked(response, content, whole, limits)
        if isinstance(found, Failure):
            return found
        content = found
    content_type = response.headers.get("content-type", "")
    answer = Answer(content, content_type, attempt, seconds=received.seconds)
    if whole is None:
        disposition = response.headers.get("content-disposition", "")
        answer = replace(answer, disposition=disposition)
    date = clock.date_of(response.headers)
    if date is None:
        return answer
    return replace(answer, date=date, ahead=clock.ahead(date, sent, received.began))


@dataclass(frozen=True)
class Received:
    """An answer to the end.

    Attributes:
        response: its status and headers.
        content: its whole body.
        began: when it began.
        seconds: from when the request was sent to the end of the answer.
    """

    response: httpx.Response
    content: bytes = field(repr=False)
    began: dt.datetime
    seconds: float


def _checked(
    response: httpx.Response, content: bytes, whole: Callable[[bytes], bool], limits: Limits
) -> Failure | bytes:
    """A body of JSON that can be read, in UTF-8."""
    try:
        text = text_of(response, content, limits)
        inside = status_inside(text)
        if inside:
            return Failure.of_response(response, text, inside)
        if whole(text):
            return text
        if is_deep(text):  # and cut off, which a second try would not mend
            return Failure.of_bound("depth")
        return Failure.of_body(response, text)
    except TooDeep:
        return Failure.of_bound("depth")
    except TooHeavy as err:
        return Failure.of_size(err, limits)


def text_of(response: httpx.Response, content: bytes, limits: Limits) -> bytes:
    """A body of JSON in UTF-8.

    Raises:
        TooHeavy: it was in a coding of its own, which hid how many values it has.
    """
    text = as_utf8(content, response.charset_encoding)
    if text != content:
        weigh(text, limits.largest)
    return text


async def received_from(
    client: httpx.AsyncClient,
    request: httpx.Request,
    auth: TokenAuth,
    *,
    file: bool,
    into: IO[bytes] | None = None,
    room: Room | None = None,
) -> Received:
    """Send a request, and read the answer to its end.

    Args:
        file: whether it is no JSON, and may be at another address.
        into: see `read`.
        room: awaited before the body is read, with its bytes, or 0 if the answer does not say.

    Raises:
        TokenRefused: no token was given.
        TimeoutError: it did not end in time.
        TooLarge: it is over the cap, or its values would fill the memory.
        httpx.HTTPError, httpx.InvalidURL: no answer came, or it could not be read.
        OSError: `into` cannot be written.
    """
    if file:
        request.extensions[FILE] = True
    async with Deadline(auth.credentials.limits.deadline) as deadline:
        request.extensions[EXTENSION] = deadline
        try:
            response = await client.send(request, auth=auth, stream=True)
            began = clock.now()
            if response.is_redirect and file:
                response = await _follow(client, response)
            if room is not None and response.is_success:
                await _wait_for_room(room, response, deadline)
            came = deadline.came if file and response.is_success else nobody
            return Received(response, await read(response, into, came), began, deadline.passed)
        finally:
            # It knows this task, whose result has the body; and a response lies in a circle of
            # references, which would keep both.
            del request.extensions[EXTENSION]


async def _wait_for_room(room: Room, response: httpx.Response, deadline: Deadline) -> None:
    """Leave the body with its server until there is room for it."""
    said = response.headers.get("content-length", "")
    size = int(said) if said.isdecimal() and len(said) < MOST_DIGITS else 0
    try:
        with deadline.paused():
            await room(size)
    except BaseException:
        await response.aclose()
        raise


async def _follow(client: httpx.AsyncClient, response: httpx.Response) -> httpx.Response:
    """Fetch a file from where the API keeps it, without token and app key.

    Neither may go to another host, and a file there is signed by its own address.
    """
    target = response.url.join(response.headers.get("location", ""))
    if target == response.url or not target.host:
        return response
    # Plain http is for a fake on this machine alone: the host of the call itself.
    is_own = (target.scheme, target.host) == (response.url.scheme, response.url.host)
    if target.scheme != "https" and not is_own:
        return response
    await response.aclose()
    headers = {CODING: response.request.headers[CODING]}
    request = client.build_request("GET", target, headers=headers, extensions={FILE: True})
    return await client.send(request, auth=None, stream=True)
