"""Why a try failed: whether another one may help, how long to wait, and the error if it stays.

The API's own words are matched here and nowhere else; the errors carry what they mean as fields.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs

import httpx

from stnb.errors import (
    NotAllowed,
    NotAuthenticated,
    NotFound,
    RateLimited,
    Rejected,
    RequestError,
    ServerFault,
    StnbError,
    UnexpectedAnswer,
    Unreachable,
)

from . import clock

# -- what may pass: a try that ended in one of these ways is made again

PASSING_STATUS = frozenset({429, 500, 502, 503, 504})
PASSING_ERRORS = (httpx.HTTPError, httpx.InvalidURL)  # no answer came, or it could not be read
BACKOFF = 0.5  # seconds after the first try; doubled after each
LONGEST_BACKOFF = 20.0  # seconds

# -- what the API and its gateway write into an answer

MAINTENANCE = re.compile("maintenance", re.IGNORECASE)  # a 409 that passes
NO_ROUTE = "match incoming request"  # a 404 of the gateway, which knows no such path
WAIT = re.compile(r"(\d+(?:\.\d+)?)\s*second")  # a 429 without the header Retry-After
SCOPE = re.compile("scope", re.IGNORECASE)  # a 403 for want of a scope
APP_KEY = re.compile(r"(subscription|app|application)[ -]?key", re.IGNORECASE)  # a 401 for the key
SHORTEST_SECRET = 8  # characters; a shorter text is no secret, and may be part of any word


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
        status: the HTTP status, or None if no answer came.
        wait_asked: seconds that the server asked us to wait, or None.
        said: the API's own words: `title`, `errors` and `traceId`, without the secrets sent.
        body: how a body looks that is no JSON, or "".
        request: what was requested, if it was not the call itself.
    """

    what: str
    passing: bool
    for_all: bool = False
    status: int | None = None
    wait_asked: float | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""
    request: str = ""

    @classmethod
    def of_exception(cls, err: httpx.HTTPError | httpx.InvalidURL) -> Failure:
        """No answer came, or it could not be read."""
        kind = type(err).__name__
        if isinstance(err, httpx.TimeoutException):
            return cls(f"no answer in time ({kind})", passing=True)
        return cls(f"the connection failed ({kind})", passing=True)

    @classmethod
    def of_body(cls, response: httpx.Response, content: bytes) -> Failure:
        """The body is not JSON, or not whole."""
        looks = "JSON that is cut off or of another form"
        if not content.strip():
            looks = "an empty body"
        elif _is_html(response, content):
            looks = "HTML instead of JSON"
        status = response.status_code
        return cls(f"the answer was {looks}", passing=True, status=status, body=looks)

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
        said = _said(response, content)
        what = f"the server answered {status}"
        if status == 429:
            what = "ServiceTitan asked for a pause"
        in_maintenance = status == 409 and bool(MAINTENANCE.search(str(said.get("title", ""))))
        return cls(
            what,
            passing=status in PASSING_STATUS or in_maintenance,
            for_all=status == 429,
            status=status,
            wait_asked=_wait_asked(response, said),
            said=said,
        )

    @property
    def of_credentials(self) -> bool:
        """Whether the client id and secret, the token or the app key were refused.

        Other credentials could help then.
        """
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

    def error(self, method: str, path: str, scope: str | None, attempts: int) -> StnbError:
        """The error to raise when no further try is made."""
        request = self.request or f"{method} {path}"
        if self.body:
            return UnexpectedAnswer(
                f"{request} was answered with {self.body}.",
                "Likely a gateway or proxy on the way is in trouble; it was tried "
                f"{attempts} times.",
                "Try again in some minutes. If it stays, run `stnb profiles` and check the URLs "
                "of the profile.",
            )
        kind, why, then = _explain(self, scope)
        words = _quoted(self.said)
        error = kind(
            f"{request} failed: {self.what}{words}.",
            why,
            then,
            method=method,
            path=path,
            status=self.status,
            trace_id=self.said.get("traceId"),
            attempts=attempts,
        )
        error.title = str(self.said.get("title", ""))
        if isinstance(error, NotAllowed):
            error.scope = scope
            error.scope_missing = bool(SCOPE.search(words))
        if isinstance(error, NotAuthenticated):
            error.app_key_refused = bool(APP_KEY.search(words))
        if isinstance(error, NotFound):
            error.route_missing = self.route_missing
        return error


# -- the errors in words

Explained = tuple[type[RequestError], str, str]  # the error, why, and what to do next

NO_ANSWER: Explained = (
    Unreachable,
    "Likely the network, a proxy or the name look-up is in the way, or the answer took over 100 s.",
    "Check the connection and try again. If the call is slow, narrow the dates or lower page_size.",
)
NO_TOKEN: Explained = (
    NotAuthenticated,
    "Likely the client id or secret is wrong or belongs to the other environment, or the app is "
    "not connected to the tenant.",
    "Copy the pair of this tenant and environment once more into .env. The tenant's admin sees the "
    "app's state under API Application Access.",
)
ROUTE_MISSING: Explained = (
    NotFound,
    "The gateway knows no such route: the path, its version or the base is not served, or was "
    "withdrawn.",
    'Search for the present one with st.find("words").',
)
BY_STATUS: dict[int, Explained] = {
    400: (
        Rejected,
        "The API does not take the value of a filter.",
        "Correct the filter that it names.",
    ),
    401: (
        NotAuthenticated,
        "Likely the app key belongs to another app than the pair, or the app was disabled; a new "
        "token did not help.",
        "Compare SERVICETITAN_APP_KEY with the app's page in the developer portal.",
    ),
    403: (
        NotAllowed,
        "Likely the app lacks a scope, or the tenant is another one than the pair's.",
        "Add the scope to the app in the developer portal, then have the tenant's admin upgrade to "
        "the new version; check the tenant id.",
    ),
    404: (
        NotFound,
        "No record has that id, or this app may not see it.",
        "Check the id, and that it belongs to this tenant and environment.",
    ),
    409: (
        Rejected,
        "The record or the service is in a state that does not allow the call.",
        "Read its words above. During maintenance, try again later.",
    ),
    429: (
        RateLimited,
        "The tenant's calls are limited to 60 a second, and those for one report to about one a "
        "minute.",
        "Wait, then call again. Other programs that use the same app count too.",
    ),
}
OTHER_REFUSAL: Explained = (
    Rejected,
    "The API refuses the call as it was sent.",
    "Read its words above and correct the filters.",
)
REDIRECT: Explained = (
    Rejected,
    "The server sends the call elsewhere. stnb reads rows from the API's own host only, and files "
    "only over https.",
    "Check the URLs of the profile. If they are ServiceTitan's own, try again later.",
)
FAULT: Explained = (
    ServerFault,
    "The server is in trouble; further tries failed too.",
    "Try again in some minutes; a smaller page_size may help.",
)


def _explain(failure: Failure, scope: str | None) -> Explained:
    status = failure.status
    if status is None:
        return NO_ANSWER
    if failure.request and status in (400, 401, 403):
        return NO_TOKEN
    if failure.route_missing:
        return ROUTE_MISSING
    if status == 403 and scope:
        kind, _, then = BY_STATUS[403]
        return kind, f"Likely the app has not been granted the scope {scope}.", then
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status >= 500:
        return FAULT
    if status < 400:
        return REDIRECT
    return OTHER_REFUSAL


def _quoted(said: Mapping[str, Any]) -> str:
    """The API's own words for the first sentence: its title, then each filter with its errors."""
    words = []
    if said.get("title"):
        words.append(f'"{str(said["title"]).rstrip(".")}"')
    errors = said.get("errors")
    if isinstance(errors, dict):
        for name, lines in errors.items():
            text = str(lines)
            if isinstance(lines, list):
                text = "; ".join(map(str, lines))
            words.append(f"{name}: {text}")
    if not words:
        return ""
    return f", {' '.join(words)[:500].rstrip('.')}"


# -- reading an answer


def _said(response: httpx.Response, content: bytes) -> dict[str, Any]:
    """The API's own words, in one form for the API, the token endpoint and the gateway."""
    try:
        raw = _without(json.loads(content), _secrets_of(response.request))
    except (ValueError, RecursionError):  # a gateway may answer with HTML
        return {}
    if not isinstance(raw, dict):
        return {}
    if "error" in raw and "title" not in raw:  # the token endpoint's form, by RFC 6749
        return {"title": str(raw["error"])}
    if isinstance(raw.get("message"), str):  # the gateway's form
        raw.setdefault("title", raw["message"])
    return {key: raw[key] for key in ("title", "errors", "traceId") if raw.get(key)}


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
    return [text for text in found if len(text) >= SHORTEST_SECRET]


def _without(node: Any, secrets: list[str]) -> Any:
    """The parsed JSON with "…" in place of each secret."""
    if isinstance(node, str):
        for secret in secrets:
            node = node.replace(secret, "…")
        return node
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
        return max(at.timestamp() - clock.now().timestamp(), 0.0)
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
        json.loads(text)
    except ValueError:
        return False
    return True


def _is_html(response: httpx.Response, content: bytes) -> bool:
    is_declared = "html" in response.headers.get("content-type", "")
    return is_declared or content.lstrip().startswith(b"<")
