"""Why a try failed: whether another one may help, how long to wait, and the error if it stays.

What the API's own words mean travels as fields, from here to the errors.
"""

from __future__ import annotations

import random
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from stnb.credentials import USUAL, Limits

from .causes import BEYOND
from .deadline import TokenLate
from .inflate import TooLarge
from .said import (
    CODING,
    MAINTENANCE,
    NO_ROUTE,
    html_in_words,
    is_html,
    refused_in,
    said_in,
    wait_asked,
)
from .token import TOKEN
from .unreached import NO_LOGIN, NetworkError, no_login, unreached


@dataclass(frozen=True)
class Passing:
    """A status that may pass.

    Attributes:
        late: whether the answer took too long, so that a smaller one may come.
        for_all: whether every request of the tenant has to wait, and not this one alone.
    """

    late: bool = False
    for_all: bool = False


# -- what may pass: a try that ended in one of these ways is made again, after a pause

# A 409 passes too, if its words say that the service is in maintenance.
MAY_PASS: Mapping[int, Passing] = {
    408: Passing(late=True),  # the request took the server too long
    425: Passing(),  # too early
    429: Passing(for_all=True),  # too many requests; the limit is the tenant's
    500: Passing(),
    502: Passing(),
    503: Passing(),
    504: Passing(late=True),  # the gateway waited for the server, and no answer came
    520: Passing(),  # a content network, such as Cloudflare's, had no answer from the server
    521: Passing(),  # it was refused a connection
    522: Passing(late=True),  # it waited for one, and none was made
    523: Passing(),  # it found no way to the server
    524: Passing(late=True),
}
# The connection was made, and broke while the answer was on its way.
BROKEN_OFF = (httpx.ReadError, httpx.RemoteProtocolError, httpx.DecodingError, ssl.SSLError)
# No answer came, or it could not be read. The library does not wrap the error of a connection whose
# encryption breaks after its handshake.
PASSING_ERRORS = (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError)
# Statuses of a page that a filter or a sign-in page of the network shows. With a fault of 500 and
# over, it may be the page of ServiceTitan's own front door.
OF_FILTERS = frozenset({403, 404, 405, 451, 511})
NOT_ACCEPTABLE = 406
BACKOFF = 0.5  # seconds after the first try; doubled after each
LONGEST_BACKOFF = 20.0  # seconds


TOKEN_REQUEST = "The token request"


def _token_request(err: NetworkError) -> str:
    """What the error says was requested, if it was a token; else ""."""
    try:
        is_token = isinstance(err, httpx.RequestError) and TOKEN in err.request.extensions
    except RuntimeError:  # it was raised before there was a request
        return ""
    return TOKEN_REQUEST if is_token else ""


def backoff(tries: int) -> float:
    """Seconds to wait after so many tries.

    Drawn between 0 and a span that doubles, so that calls side by side do not come back at once.
    """
    return random.uniform(0, min(BACKOFF * 2**tries, LONGEST_BACKOFF))


@dataclass(frozen=True)
class Failure:
    """A try that failed.

    Attributes:
        what: what happened, for the reader.
        passing: whether another try may help.
        for_all: whether every request of the tenant has to wait, as after a 429.
        late: whether the answer took too long, so that a smaller one may come; never of a token.
        heavy: whether it may lie in the size of the answer, so that a smaller one may come.
        status: the HTTP status, or None if no answer came.
        wait_asked: seconds that the server asked us to wait, or None.
        refused: the parameters of the call that a refusal names, and the numbers that it states.
        said: the API's own words: `title`, `errors` and `traceId`, without the secrets sent.
        body: how a body looks that is no JSON, or "".
        is_html: whether it is a page for a browser.
        request: what was requested, if it was not the call itself.
        reason: why no answer came and what to do next, in two sentences; ("", "") if one came.
        beyond: which bound the answer passed, one of `BEYOND`; "" for none.
        limits: the bounds that were in force.
    """

    what: str
    passing: bool
    for_all: bool = False
    late: bool = False
    heavy: bool = False
    status: int | None = None
    wait_asked: float | None = None
    refused: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""
    is_html: bool = False
    request: str = ""
    reason: tuple[str, str] = ("", "")
    beyond: str = ""
    limits: Limits = USUAL

    @classmethod
    def of_exception(cls, err: NetworkError) -> Failure:
        """No answer came, or it could not be read."""
        found = unreached(err)
        late = isinstance(err, httpx.ReadTimeout)  # it was sent, and is being worked on
        request = _token_request(err) if isinstance(err, httpx.DecodingError) else ""
        reason = (found.why, found.then)
        heavy = isinstance(err, BROKEN_OFF)
        return cls(
            found.what, found.passing, late=late, heavy=heavy, request=request, reason=reason
        )

    @classmethod
    def of_size(cls, err: TooLarge, limits: Limits) -> Failure:
        """The body of the answer is too large, or has too many values."""
        return replace(cls.of_bound(err.beyond, limits), request=_token_request(err))

    @classmethod
    def of_time(cls, err: TimeoutError, limits: Limits, *, file: bool = False) -> Failure:
        """The answer did not come to its end in time; of a file, its next megabyte."""
        if isinstance(err, TokenLate):
            found = cls.of_bound("deadline", limits)
            return replace(found, request=TOKEN_REQUEST, late=False)
        return cls.of_bound("pace" if file else "deadline", limits)

    @classmethod
    def of_bound(cls, beyond: str, limits: Limits = USUAL) -> Failure:
        """The answer passed a bound of ours. Only what is late may come in time the next time."""
        late, heavy = beyond in ("deadline", "pace"), beyond in ("size", "values")
        what = BEYOND[beyond]
        return cls(what, passing=late, late=late, heavy=heavy, beyond=beyond, limits=limits)

    @classmethod
    def of_body(cls, response: httpx.Response, content: bytes) -> Failure:
        """The body is not JSON, or not whole."""
        looks = "JSON that is cut off or of another form"
        if not content.strip():
            looks = "an empty body"
        is_page = is_html(response, content)
        if is_page:
            looks = html_in_words(response, content)
        status = response.status_code
        what = f"the answer was {looks}"
        return cls(
            what, passing=True, heavy=not is_page, status=status, body=looks, is_html=is_page
        )

    @classmethod
    def of_token(cls, response: httpx.Response) -> Failure:
        """The token endpoint gave no token."""
        if response.is_success:
            found = cls.of_body(response, response.content)
        else:
            found = cls.of_response(response, response.content)
        return replace(found, request=TOKEN_REQUEST, late=False)

    @classmethod
    def of_response(
        cls, response: httpx.Response, content: bytes, inside: int | None = None
    ) -> Failure:
        """The status says that the call failed, or the one inside of the body does."""
        status = inside or response.status_code
        if status == NO_LOGIN:
            found = no_login("HTTPS_PROXY")
            reason = (found.why, found.then)
            return cls(found.what, passing=False, status=status, reason=reason)
        if status in OF_FILTERS and is_html(response, content):
            looks = f"{status} and {html_in_words(response, content)}"
            what = f"the answer was {looks}"
            return cls(what, passing=False, status=status, body=looks, is_html=True)
        said = said_in(response, content)
        what = f"the server answered {status}"
        if inside:
            what = f"the server answered {response.status_code} with the error {inside}"
        if status == 429:
            what = "ServiceTitan asked for a pause"
        in_maintenance = status == 409 and bool(MAINTENANCE.search(str(said.get("title", ""))))
        passing = MAY_PASS.get(status, Passing())
        return cls(
            what,
            passing=status in MAY_PASS or in_maintenance,
            for_all=passing.for_all,
            late=passing.late,
            heavy=status >= 500,
            status=status,
            wait_asked=wait_asked(response, said),
            refused=refused_in(response, content),
            said=said,
        )

    @property
    def of_credentials(self) -> bool:
        """Whether the client id and secret, the token or the app key were refused.

        Other credentials could help then.
        """
        if self.body:  # it was not ServiceTitan that answered
            return False
        return self.status == 401 or (bool(self.request) and self.status in (400, 403))

    @property
    def of_coding(self) -> bool:
        """Whether compressed answers were refused, which stnb asks for: by a 406, or in words."""
        return self.status == NOT_ACCEPTABLE or CODING in self.refused

    @property
    def of_load(self) -> bool:
        """Whether the server may have had too much to do: fewer requests at once could help."""
        return self.late or self.status in MAY_PASS

    @property
    def route_missing(self) -> bool:
        """Whether the API has no such route, rather than no such record."""
        return self.status == 404 and NO_ROUTE in str(self.said.get("title", ""))

    def wait(self, tries: int) -> float:
        """Seconds to wait after so many tries: what the server asked for, or the backoff."""
        if self.wait_asked is not None:
            return self.wait_asked
        return backoff(tries)
