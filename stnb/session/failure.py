"""What went wrong with a request: whether it may pass, how long to wait, and the error in words if
it stays.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import random
import re
from collections.abc import Callable, Mapping
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

BACKOFF, LONGEST_BACKOFF = 0.5, 20.0  # seconds: full jitter over a doubling span


def backoff(tries: int) -> float:
    """Seconds to wait after so many tries, with full jitter, so that calls side by side do not come
    back at once.
    """
    return random.uniform(0, min(BACKOFF * 2**tries, LONGEST_BACKOFF))


@dataclass(frozen=True)
class Trouble:
    """A failed try: whether it may pass, how long to wait, and the error if it stays."""

    what: str
    passing: bool
    for_all: bool = False
    status: int | None = None
    asked: float | None = None  # seconds that the server asked us to wait
    said: Mapping[str, Any] = field(default_factory=dict)
    request: str = ""  # what was asked, where it was not the call itself

    @property
    def of_credentials(self) -> bool:
        """Whether the pair, the token or the app key was refused, so that other credentials could
        help.
        """
        return self.status == 401 or (bool(self.request) and self.status in (400, 403))

    @classmethod
    def of_failure(cls, err: httpx.HTTPError | httpx.InvalidURL) -> Trouble:
        kind = type(err).__name__
        slow = isinstance(err, httpx.TimeoutException)
        return cls(
            f"no answer in time ({kind})" if slow else f"the connection failed ({kind})",
            passing=True,
        )

    @classmethod
    def of_body(cls, response: httpx.Response, content: bytes) -> Trouble:
        looks = "JSON that is cut off or of another form"
        if not content.strip():
            looks = "an empty body"
        elif _is_html(response, content):
            looks = "HTML instead of JSON"
        return cls(
            f"the answer was {looks}",
            passing=True,
            status=response.status_code,
            said={"body": looks},
        )

    @classmethod
    def of_token(cls, response: httpx.Response) -> Trouble:
        """Of a token request that brought none."""
        content = response.content
        found = (
            cls.of_body(response, content)
            if response.is_success
            else cls.of_response(response, content)
        )
        return replace(found, request="The token request")

    @classmethod
    def of_response(cls, response: httpx.Response, content: bytes) -> Trouble:
        status, said = response.status_code, _said(response, content)
        maintenance = status == 409 and "maintenance" in str(said.get("title", "")).lower()
        return cls(
            "ServiceTitan asked for a pause" if status == 429 else f"the server answered {status}",
            passing=status in (429, 500, 502, 503, 504) or maintenance,
            for_all=status == 429,
            status=status,
            asked=_retry_after(response, said),
            said=said,
        )

    def wait(self, tries: int) -> float:
        """Seconds to wait after so many tries: what the server asked for, else backoff with full
        jitter.
        """
        if self.asked is not None:
            return self.asked
        return backoff(tries)

    def error(self, method: str, path: str, scope: str | None, attempts: int) -> StnbError:
        words = self.request or f"{method} {path}"
        if "body" in self.said:
            return UnexpectedAnswer(
                f"{words} was answered with {self.said['body']}.",
                f"Likely a gateway or proxy on the way is in trouble; it was tried {attempts} times.",
                "Try again in some minutes; where it stays, run `stnb profiles` and check the URLs of the profile.",
            )
        kind, why, then = _explain(self, scope)
        happened = f"{words} failed: {self.what}{_quoted(self.said)}."
        error = kind(
            happened, why, then, method=method, path=path, status=self.status,
            trace_id=self.said.get("traceId"), attempts=attempts,
        )  # fmt: skip
        if isinstance(error, NotAllowed):
            error.scope = scope
        return error


def _explain(trouble: Trouble, scope: str | None) -> tuple[type[RequestError], str, str]:
    """(error, why, what to do next) for a failed call; the causes are those of facts §3 and §12."""
    status, title = trouble.status, str(trouble.said.get("title", ""))
    if status is None:
        return (
            Unreachable,
            "Likely the network, a proxy or the name look-up is in the way, or the answer took over 100 s.",
            "Check the connection and try again; where the call is slow, narrow the dates or lower page_size.",
        )
    if trouble.request and status in (400, 401, 403):
        return (
            NotAuthenticated,
            "Likely the client id or secret is wrong, belongs to the other environment, or the app is not connected to the tenant.",
            "Copy the pair of this tenant and environment once more into .env; the tenant's admin sees the app's state under API Application Access.",
        )
    if status == 404 and "match incoming request" in title:
        return (
            NotFound,
            "The gateway knows no such route: the path, its version or the base is not served, or was withdrawn.",
            'Search for the present one with st.find("words").',
        )
    return _BY_STATUS.get(status, _by_class(status))(scope)


def _by_class(status: int) -> Callable[[str | None], tuple[type[RequestError], str, str]]:
    if status >= 500:
        return lambda scope: (
            ServerFault,
            "The server is in trouble; further tries failed too.",
            "Try again in some minutes; a smaller page_size may help.",
        )
    if status < 400:
        return lambda scope: (
            Rejected,
            "The server sends the call elsewhere; stnb reads rows from the API's own host only, and files only over https.",
            "Check the URLs of the profile; where they are ServiceTitan's own, try again later.",
        )
    return lambda scope: (
        Rejected,
        "The API refuses the call as it was sent.",
        "Read its words above and correct the filters.",
    )


_BY_STATUS: dict[int, Callable[[str | None], tuple[type[RequestError], str, str]]] = {
    400: lambda scope: (Rejected, "A filter's value is not what the API takes.", "Correct the filter that it names."),
    401: lambda scope: (
        NotAuthenticated,
        "Likely the app key is not that of the app whose pair this is, or the app was disabled; a new token did not help.",
        "Compare SERVICETITAN_APP_KEY with the app's page in the developer portal.",
    ),
    403: lambda scope: (
        NotAllowed,
        f"Likely the app has not been granted the scope {scope}." if scope else "Likely the app lacks a scope, or the tenant is another one than the pair's.",
        "Add the scope to the app in the developer portal, then have the tenant's admin upgrade to the new version; check the tenant id.",
    ),
    404: lambda scope: (NotFound, "No record has that id, or it is not to be seen by this app.", "Check the id, and that it is of this tenant and environment."),
    409: lambda scope: (Rejected, "The record or the service is in a state that does not allow the call.", "Read its words above; during maintenance, try again later."),
    429: lambda scope: (
        RateLimited,
        "The tenant's calls are limited to 60 a second, and those for one report to about one a minute.",
        "Wait, then call again; other programs that use the same app count too.",
    ),
}  # fmt: skip


def _said(response: httpx.Response, content: bytes) -> dict[str, Any]:
    """ServiceTitan's own words; a gateway's answer may be HTML, or have fewer keys (facts §11)."""
    try:
        raw = _hushed(json.loads(content), _sent(response.request))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(raw, dict):
        return {}
    if "error" in raw and "title" not in raw:  # the token endpoint's form
        return {"title": str(raw["error"])}
    if isinstance(raw.get("message"), str):  # and a gateway's
        raw.setdefault("title", raw["message"])
    return {k: raw[k] for k in ("title", "errors", "traceId") if raw.get(k)}


def _sent(request: httpx.Request) -> list[str]:
    """The secrets that a request carried: some servers repeat in their answer what they did not
    like.
    """
    form = parse_qs(request.content.decode("utf-8", "replace")) if request.method == "POST" else {}
    header = (
        request.headers.get("authorization", "").removeprefix("Bearer "),
        request.headers.get("st-app-key", ""),
    )
    found = (*header, *form.get("client_secret", ()), *form.get("client_id", ()))
    return [
        text for text in found if len(text) >= 8
    ]  # a shorter one is none, and would be found in any word


def _hushed(node: Any, secrets: list[str]) -> Any:
    if isinstance(node, str):
        for secret in secrets:
            node = node.replace(secret, "…")
        return node
    if isinstance(node, dict):
        return {_hushed(key, secrets): _hushed(value, secrets) for key, value in node.items()}
    return [_hushed(value, secrets) for value in node] if isinstance(node, list) else node


def _quoted(said: Mapping[str, Any]) -> str:
    words = [f'"{str(said["title"]).rstrip(".")}"'] if said.get("title") else []
    errors = said.get("errors")
    for name, lines in errors.items() if isinstance(errors, dict) else []:
        words.append(f"{name}: {'; '.join(map(str, lines)) if isinstance(lines, list) else lines}")
    return f", {' '.join(words)[:500].rstrip('.')}" if words else ""


def _retry_after(response: httpx.Response, said: Mapping[str, Any]) -> float | None:
    """Seconds from the header (a number or a date), else the number in a 429's title (facts §4)."""
    header = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", header):
        return float(header)
    try:
        at = email.utils.parsedate_to_datetime(header)
        return max(
            at.replace(tzinfo=at.tzinfo or dt.UTC).timestamp() - clock.now().timestamp(), 0.0
        )
    except (ValueError, TypeError, OverflowError):
        pass
    number = re.search(r"(\d+(?:\.\d+)?)\s*second", str(said.get("title", "")))
    return float(number[1]) if number and response.status_code == 429 else None


def is_whole_json(content: bytes) -> bool:
    """Whether the body looks like one whole JSON text; cheap, as the decoder will read it all."""
    text = content.strip()
    if not text:
        return False
    first, last = text[:1], text[-1:]
    if first in b"{[":
        return last == (b"}" if first == b"{" else b"]")
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _is_html(response: httpx.Response, content: bytes) -> bool:
    return "html" in response.headers.get("content-type", "") or content.lstrip()[:1] == b"<"
