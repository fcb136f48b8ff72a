"""The error that is raised for a failure, when no further try is made."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from stnb.errors import (
    NotAllowed,
    NotAuthenticated,
    NotFound,
    RateLimited,
    Rejected,
    RequestError,
    StnbError,
    UnexpectedAnswer,
    Unreachable,
    tongue,
)
from stnb.errors.wording import times

from . import clock
from .causes import explain, unbearable
from .failure import Failure
from .words import words_of

SCOPE = re.compile("scope", re.IGNORECASE)  # a 403 for want of a scope
NO_WORDS = (
    "It does not say why; likely the value of a filter, or the call as a whole.",
    "Leave out one filter after the other, or give fewer ids, until it goes through.",
)
RECORD = re.compile(r"/tenant/\d+/.*\d")  # a path with an id behind the tenant's
APP_KEY = re.compile(r"(subscription|app|application)[ -]?key", re.IGNORECASE)  # a 401 for the key


def error_of(
    failure: Failure, method: str, path: str, scope: str | None, attempts: int, doubt: str = ""
) -> StnbError:
    """The error of a failure.

    Args:
        doubt: why other credentials than the file's were sent; "" if they were not.
    """
    request = failure.request or f"{method} {path}"
    if failure.beyond:
        unborne = unbearable(
            failure.beyond, failure.limits, request, attempts, is_token=bool(failure.request)
        )
        if isinstance(unborne, RequestError):
            unborne.late = failure.late
        return _weighed(unborne, failure)
    if failure.body:
        return _weighed(_of_body(failure, request, attempts), failure)
    kind, why, then = _explained(failure, path, scope, attempts, doubt)
    words = _quoted(failure.said)
    what = failure.what
    if kind is RateLimited and failure.wait_asked:
        what = f"{what} of {_pause(failure.wait_asked)}"
    error = kind(
        f"{request} failed: {what}{words}.",
        why,
        then,
        method=method,
        path=path,
        status=failure.status,
        trace_id=failure.said.get("traceId"),
        attempts=attempts,
    )
    error.title = str(failure.said.get("title", ""))
    error.late = failure.late
    _fill_in(error, failure, scope, words)
    return _weighed(error, failure)


def _pause(seconds: float) -> str:
    """A pause to wait for, in words: no shorter than it is."""
    if seconds <= 120:
        return f"{math.ceil(seconds)} s"
    return clock.in_words(seconds)


def _weighed(error: StnbError, failure: Failure) -> StnbError:
    """The error, which knows whether a smaller answer may come."""
    if isinstance(error, RequestError | UnexpectedAnswer):
        error.heavy = failure.heavy and not failure.request  # a token is of one size
    return error


def _of_body(failure: Failure, request: str, attempts: int) -> StnbError:
    """The error of an answer that is no JSON."""
    happened = f"{request} was answered with {failure.body}."
    if failure.is_html:
        return UnexpectedAnswer(
            happened,
            "ServiceTitan's API answers in JSON. Likely a web filter, a proxy or a sign-in "
            f"page of your network answers in its place; it was tried {times(attempts)}.",
            "Open the API's host in a browser to see the page, and ask your IT to let it and "
            "the token's host through. If both are let through, try again in some minutes.",
        )
    return UnexpectedAnswer(
        happened,
        f"Likely a gateway or proxy on the way is in trouble; it was tried {times(attempts)}.",
        "Try again in some minutes. If it stays, run `stnb profiles` and check the URLs "
        "of the profile.",
    )


def _explained(
    failure: Failure, path: str, scope: str | None, attempts: int, doubt: str
) -> tuple[type[RequestError], str, str]:
    """The class of the error, and its second and third sentence."""
    if failure.reason != ("", ""):
        return Unreachable, *failure.reason
    assert failure.status is not None  # if no answer came, there is a reason
    kind, why, then = explain(
        failure.status,
        scope,
        is_token=bool(failure.request),
        route_missing=failure.route_missing,
        names_record=RECORD.search(path) is not None,
        attempts=attempts,
    )
    if failure.status in (400, 422) and kind is Rejected and not failure.said:
        why, then = NO_WORDS
    if "pageSize" in failure.refused:
        size = tongue.option("page_size")
        then = f"Give a smaller {size}, or leave it out: stnb finds one that fits."
    if kind is NotAuthenticated and doubt:
        why = f"{doubt} {why}"
    return kind, why, then


def _fill_in(error: RequestError, failure: Failure, scope: str | None, words: str) -> None:
    """Set what an error of this kind says in attributes of its own."""
    if isinstance(error, Rejected):
        error.refused = failure.refused
    if isinstance(error, NotAllowed):
        error.scope = scope
        error.scope_missing = bool(SCOPE.search(words))
    if isinstance(error, NotAuthenticated):
        error.app_key_refused = bool(APP_KEY.search(words))
    if isinstance(error, NotFound):
        error.route_missing = failure.route_missing


def _quoted(said: Mapping[str, Any]) -> str:
    """The API's own words for the first sentence: its title, each filter with its errors, and what
    else it says.
    """
    words = []
    if said.get("title"):
        words.append(f'"{str(said["title"]).rstrip(".")}"')
    errors = said.get("errors")
    if isinstance(errors, dict):
        for name, lines in errors.items():
            text = "; ".join(words_of(lines)) or str(lines)
            words.append(f"{name}: {text}")
    words += [f'"{str(text).rstrip(".")}"' for text in said.get("words", ())]
    if said.get("page"):
        words.append(said["page"])
    if not words:
        return ""
    return f", {' '.join(words)[:500].rstrip('.')}"
