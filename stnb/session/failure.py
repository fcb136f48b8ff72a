"""Why a try failed: whether another one may help, how long to wait, and the error if it stays.

The API's own words are matched here and nowhere else; the errors carry what they mean as fields.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs

import httpx

from stnb.credentials import USUAL, Limits
from stnb.errors.masking import masked

from . import clock
from .causes import BEYOND
from .refusal import refused
from .text import read_json
from .unreached import NO_LOGIN, no_login, unreached


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

MAY_PASS: Mapping[int, Passing] = {
    408: Passing(late=True),  # the request took the server too long
    425: Passing(),  # too early
    429: Passing(for_all=True),  # too many requests; the limit is the tenant's
    500: Passing(),
    502: Passing(),
    503: Passing(),
    504: Passing(late=True),  # the gateway waited for the server in vain
    522: Passing(late=True),  # the same of a content network, such as Cloudflare's
    524: Passing(late=True),
}
# A 409 passes too, if its words say that the service is in maintenance.
PASSING_ERRORS = (httpx.HTTPError, httpx.InvalidURL)  # no answer came, or it could not be read
# Statuses of a page that a filter or a sign-in page of the network shows. With a fault of 500 and
# over, it may be the page of ServiceTitan's own front door.
OF_FILTERS = frozenset({403, 404, 405, 451, 511})
BACKOFF = 0.5  # seconds after the first try; doubled after each
LONGEST_BACKOFF = 20.0  # seconds

# -- what the API and its gateway write into an answer

MAINTENANCE = re.compile("maintenance", re.IGNORECASE)  # a 409 that passes
NO_ROUTE = "match incoming request"  # a 404 of the gateway, which knows no such path
WAIT = re.compile(r"(\d+(?:\.\d+)?)\s*second")  # a 429 without the header Retry-After
TITLE = re.compile(rb"<title[^>]*>([^<]{1,200})", re.IGNORECASE)  # of a page for a browser


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
        late: whether the answer took too long, so that a smaller one may come.
        status: the HTTP status, or None if no answer came.
        wait_asked: seconds that the server asked us to wait, or None.
        refused: the parameters of the call that a refusal names, and the numbers that it states.
        said: the API's own words: `title`, `errors` and `traceId`, without the secrets sent.
        body: how a body looks that is no JSON, or "".
        is_html: whether it is a page for a browser.
        request: what was requested, if it was not the call itself.
        reason: why no answer came and what to do next, in two sentences; ("", "") if one came.
        beyond: which bound the answer passed: "deadline", "size", "depth" or "values"; "" for none.
        limits: the bounds that were in force.
    """

    what: str
    passing: bool
    for_all: bool = False
    late: bool = False
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
    def of_exception(cls, err: httpx.HTTPError | httpx.InvalidURL) -> Failure:
        """No answer came, or it could not be read."""
        found = unreached(err)
        late = isinstance(err, httpx.ReadTimeout)  # it was sent, and is being worked on
        return cls(found.what, found.passing, late=late, reason=(found.why, found.then))

    @classmethod
    def of_bound(cls, beyond: str, limits: Limits = USUAL) -> Failure:
        """The answer passed a bound of ours. Only what is late may come in time the next time."""
        late = beyond == "deadline"
        return cls(BEYOND[beyond], passing=late, late=late, beyond=beyond, limits=limits)

    @classmethod
    def of_body(cls, response: httpx.Response, content: bytes) -> Failure:
        """The body is not JSON, or not whole."""
        looks = "JSON that is cut off or of another form"
        if not content.strip():
            looks = "an empty body"
        is_html = _is_html(response, content)
        if is_html:
            looks = _html(response, content)
        status = response.status_code
        what = f"the answer was {looks}"
        return cls(what, passing=True, status=status, body=looks, is_html=is_html)

    @classmethod
    def of_token(cls, response: httpx.Response) -> Failure:
        """The token endpoint gave no token."""
        if response.is_success:
            found = cls.of_body(response, response.content)
        else:
            found = cls.of_response(response, response.content)
        return replace(found, request="The token request")

    @classmethod
    def of_response(cls, response: httpx.Response, content: bytes) -> Failure:
        """The status says that the call failed."""
        status = response.status_code
        if status == NO_LOGIN:
            found = no_login("HTTPS_PROXY")
            reason = (found.why, found.then)
            return cls(found.what, passing=False, status=status, reason=reason)
        if status in OF_FILTERS and _is_html(response, content):
            looks = f"{status} and {_html(response, content)}"
            what = f"the answer was {looks}"
            return cls(what, passing=False, status=status, body=looks, is_html=True)
        said = _said(response, content)
        what = f"the server answered {status}"
        if status == 429:
            what = "ServiceTitan asked for a pause"
        in_maintenance = status == 409 and bool(MAINTENANCE.search(str(said.get("title", ""))))
        passing = MAY_PASS.get(status, Passing())
        return cls(
            what,
            passing=status in MAY_PASS or in_maintenance,
            for_all=passing.for_all,
            late=passing.late,
            status=status,
            wait_asked=_wait_asked(response, said),
            refused=_refused(response, content),
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
    def route_missing(self) -> bool:
        """Whether the API has no such route, rather than no such record."""
        return self.status == 404 and NO_ROUTE in str(self.said.get("title", ""))

    def wait(self, tries: int) -> float:
        """Seconds to wait after so many tries: what the server asked for, or the backoff."""
        if self.wait_asked is not None:
            return self.wait_asked
        return backoff(tries)


# -- reading an answer


def _said(response: httpx.Response, content: bytes) -> dict[str, Any]:
    """The API's own words, in one form for the API, the token endpoint and the gateway."""
    try:
        raw = _without(read_json(content), _secrets_of(response.request))
    except ValueError:  # a gateway may answer with HTML
        return {}
    if not isinstance(raw, dict):
        return {}
    if "error" in raw and "title" not in raw:  # the token endpoint's form, by RFC 6749
        return {"title": str(raw["error"])}
    if isinstance(raw.get("message"), str):  # the gateway's form
        raw.setdefault("title", raw["message"])
    return {key: raw[key] for key in ("title", "errors", "traceId") if raw.get(key)}


def _refused(response: httpx.Response, content: bytes) -> dict[str, tuple[int, ...]]:
    """The parameters of the call that a 400 or 422 names, and the numbers that it states."""
    names = list(dict.fromkeys(response.request.url.params))
    if response.status_code not in (400, 422) or not names or _is_html(response, content):
        return {}
    try:
        body = read_json(content)
    except ValueError:
        body = content.decode("utf-8", "replace")
    return refused(names, body)


def _secrets_of(request: httpx.Request) -> list[str]:
    """The secrets that a request carried; some servers repeat in their answer what they refuse."""
    found = [
        request.headers.get("authorization", "").removeprefix("Bearer "),
        request.headers.get("st-app-key", ""),
    ]
    if request.method == "POST":
        form = parse_qs(request.content.decode("utf-8", "replace"))
        found += form.get("client_secret", [])
        found += form.get("client_id", [])
    return found


def _without(node: Any, secrets: list[str]) -> Any:
    """The parsed JSON with "…" in place of each secret, and of each part of one."""
    if isinstance(node, str):
        return masked(node, *secrets)
    if isinstance(node, dict):
        return {_without(key, secrets): _without(value, secrets) for key, value in node.items()}
    if isinstance(node, list):
        return [_without(value, secrets) for value in node]
    return node


def _wait_asked(response: httpx.Response, said: Mapping[str, Any]) -> float | None:
    """Seconds from the header Retry-After, a number or a date; else those in a 429's title."""
    header = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", header):
        return float(header)
    try:
        at = email.utils.parsedate_to_datetime(header)
        at = at.replace(tzinfo=at.tzinfo or dt.UTC)
        now = clock.date_of(response.headers) or clock.now()
        return max((at - now).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):  # no date either
        pass
    number = WAIT.search(str(said.get("title", "")))
    if response.status_code == 429 and number:
        return float(number[1])
    return None


def is_whole_json(content: bytes) -> bool:
    """Whether the body looks like one whole JSON text.

    The first and the last byte of an object or array have to do: the decoder reads all of it later.
    """
    text = content.strip()
    if text.startswith(b"{"):
        return text.endswith(b"}")
    if text.startswith(b"["):
        return text.endswith(b"]")
    try:
        read_json(text)
    except ValueError:
        return False
    return True


def _is_html(response: httpx.Response, content: bytes) -> bool:
    is_declared = "html" in response.headers.get("content-type", "")
    return is_declared or content.lstrip().startswith(b"<")


def _html(response: httpx.Response, content: bytes) -> str:
    """A page for a browser in words, with its title, which often names the filter."""
    found = TITLE.search(content[:20_000])
    if found is None:
        return "HTML instead of JSON"
    title = " ".join(found[1].decode("utf-8", "replace").split())[:80]
    return f'HTML instead of JSON, a page titled "{masked(title, *_secrets_of(response.request))}"'
