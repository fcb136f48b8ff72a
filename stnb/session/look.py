"""One request whose answer is looked at as it comes, whatever its status; nothing is retried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from stnb.credentials import Limits
from stnb.errors import StnbError

from . import clock
from .body import TooHeavy
from .failure import PASSING_ERRORS, Failure
from .inflate import TooLarge
from .raised import SCOPE, error_of
from .text import read_json
from .token import TokenAuth, TokenRefused
from .wire import received_from, text_of


@dataclass(frozen=True)
class Look:
    """An answer, with what is known of its meaning.

    Attributes:
        status: the HTTP status; None if no answer came, or none that can be read.
        headers: those of the answer.
        body: its JSON; None if it has none.
        passing: whether another try may help.
        wait: seconds that the server asks us to wait; None if it does not.
        pauses_all: whether every request of the tenant has to wait, as after a 429.
        route_missing: whether the API says that it has no such route.
        scope_missing: whether it says that the app lacks the scope.
        refused: the parameters that it does not take as they were sent.
        ahead: seconds by which the server's clock is ahead of this machine's; None if the answer
            has no date.
        token_error: why no token was given; then nothing was requested.
    """

    status: int | None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Any = field(default=None, repr=False)
    passing: bool = False
    wait: float | None = None
    pauses_all: bool = False
    route_missing: bool = False
    scope_missing: bool = False
    refused: frozenset[str] = frozenset()
    ahead: float | None = None
    token_error: StnbError | None = None

    def refuses(self, parameter: str) -> bool:
        """Whether it is a 400 that names this parameter, in whatever case."""
        names = {name.lower() for name in self.refused}
        return self.status == 400 and parameter.lower() in names


async def look(client: httpx.AsyncClient, request: httpx.Request, auth: TokenAuth) -> Look:
    """Send one request and say how it was answered; never raises what httpx does."""
    limits = auth.credentials.limits
    sent = clock.now()
    try:
        received = await received_from(client, request, auth, file=False)
    except TokenRefused as refused:
        failure = Failure.of_token(refused.response)
        return Look(
            failure.status, token_error=error_of(failure, "POST", "/connect/token", None, 1)
        )
    except TimeoutError as err:
        return _failed(Failure.of_time(err, limits))
    except TooLarge as err:
        return _failed(Failure.of_size(err, limits))
    except PASSING_ERRORS as err:
        return _failed(Failure.of_exception(err))
    response, ahead = received.response, None
    date = clock.date_of(response.headers)
    if date is not None:
        ahead = clock.ahead(date, sent, received.began)
    if not response.is_success:  # a status of 600 or more is an error, too
        return _failed(Failure.of_response(response, received.content), response.headers, ahead)
    return Look(
        response.status_code,
        response.headers,
        _json(response, received.content, limits),
        ahead=ahead,
    )


def _json(response: httpx.Response, content: bytes, limits: Limits) -> Any:
    try:
        return read_json(text_of(response, content, limits))
    except (ValueError, TooHeavy):  # no JSON, or none that can be read
        return None


def _failed(
    failure: Failure, headers: Mapping[str, str] | None = None, ahead: float | None = None
) -> Look:
    errors = failure.said.get("errors")
    refused = frozenset[str]()
    if isinstance(errors, dict):
        refused = frozenset(map(str, errors))
    words = f"{failure.said.get('title', '')} {errors or ''} {failure.said.get('words', '')}"
    return Look(
        failure.status,
        headers or {},
        passing=failure.passing,
        wait=failure.wait_asked,
        pauses_all=failure.for_all,
        route_missing=failure.route_missing,
        scope_missing=failure.status == 403 and bool(SCOPE.search(words)),
        refused=refused,
        ahead=ahead,
    )
