"""What each failed status means: the error, its likely cause, and what to do next."""

from __future__ import annotations

from stnb.credentials import Limits
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
    tongue,
)
from stnb.errors.wording import times

from .weight import TIMES

Explained = tuple[type[RequestError], str, str]  # the error, why, and what to do next

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
TOO_LONG: Explained = (
    Rejected,
    "The call is longer than the server, or a proxy on the way, takes.",
    "Give fewer ids or shorter filters in one call.",
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
    405: (
        Rejected,
        "The route is not read in this way. Likely it was withdrawn or changed, or a proxy lets no "
        "such request through.",
        "Try another resource. If all are answered so, ask your IT to let the API's host through.",
    ),
    413: TOO_LONG,
    414: TOO_LONG,
    429: (
        RateLimited,
        "The tenant's calls are limited to 60 a second, and those for one report to about one a "
        "minute.",
        "Wait, then call again. Other programs that use the same app count too.",
    ),
    431: TOO_LONG,
}
NOT_THERE: Explained = (
    NotFound,
    "Likely the tenant has no such list, or none for an id in the filters, or this app may not see "
    "it.",
    "Check the ids, if you gave some, and whether the feature is part of the tenant's plan.",
)
OTHER_REFUSAL: Explained = (
    Rejected,
    "The API, or a proxy on the way, refuses the call as it was sent.",
    "Read its words above, if it has any, and try another resource. If all are answered so, ask "
    "your IT to let the API's host through.",
)
NO_ROWS: Explained = (
    Rejected,
    "No read of the API is answered so. Likely a cache or a proxy on the way answers in its place.",
    "Try again in some minutes. If it stays, ask your IT to hand on the API's answers unchanged.",
)
REDIRECTS = (301, 302, 303, 307, 308)
REDIRECT: Explained = (
    Rejected,
    "The server sends the call elsewhere. stnb reads rows from the API's own host only, and files "
    "only over https.",
    "Check the URLs of the profile. If they are ServiceTitan's own, try again later.",
)
FAULT: Explained = (
    ServerFault,
    "The server is in trouble.",
    "Try again in some minutes. If it stays, ask for less, as for fewer days.",
)
TRIED = "The server is in trouble; further tries failed too."

MAY_PASS_BELOW_500 = (408, 425)  # the server's trouble too, whatever their class says

# What happened if an answer passed a bound of ours.
BEYOND = {
    "deadline": "the answer takes too long",
    "pace": "the file comes too slowly",
    "size": "the answer is too large",
    "file": "the file is too large",
    "packed": "the file is too large",
    "depth": "the answer is nested too deep",
    "values": "the answer has too many values",
}


def smaller() -> str:
    """What to do about an answer that is too slow or too large."""
    return f"Narrow the dates or lower {tongue.option('page_size')}."


def explain(
    status: int,
    scope: str | None,
    *,
    is_token: bool,
    route_missing: bool,
    names_record: bool = True,
    attempts: int = 1,
) -> Explained:
    """What it means that a call was answered with a status of failure.

    Args:
        status: the HTTP status.
        scope: the scope that the call needs, if it is known.
        is_token: whether it was the request for a token that failed.
        route_missing: whether the API has no such route.
        names_record: whether the path has the id of a record.
        attempts: how often the call was tried.
    """
    if is_token and status in (400, 401, 403):
        return NO_TOKEN
    if route_missing:
        return ROUTE_MISSING
    if status == 403 and scope:
        kind, _, then = BY_STATUS[403]
        return kind, f"Likely the app has not been granted the scope {scope}.", then
    if status == 404 and not names_record:
        return NOT_THERE
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status >= 500 or status in MAY_PASS_BELOW_500:
        kind, why, then = FAULT
        return kind, TRIED if attempts > 1 else why, then
    if status < 400:
        return REDIRECT if status in REDIRECTS else NO_ROWS
    return OTHER_REFUSAL


def unbearable(
    beyond: str, limits: Limits, request: str, attempts: int, *, is_token: bool = False
) -> StnbError:
    """The error for an answer that passed a bound of ours.

    Args:
        beyond: which one: "deadline", "pace" (of a file), "size", "file" (its size), "packed" (the
            size of a file that came packed), "depth" or "values".
        request: what was requested.
        attempts: how often it was tried.
        is_token: whether it was a token.
    """
    if beyond == "depth":
        return UnexpectedAnswer.too_deep(f"The answer to {request}")
    if beyond == "pace":
        return _too_slow_a_file(limits, request, attempts)
    if beyond == "deadline":
        return _too_late(limits, request, attempts, is_token)
    if beyond in ("file", "packed"):
        return _too_large_a_file(beyond, limits, request)
    return _too_large_a_body(beyond, limits, request, is_token)


def _too_slow_a_file(limits: Limits, request: str, attempts: int) -> StnbError:
    return Unreachable(
        f"{request} failed: no megabyte of the file, nor the rest of it, came within "
        f"{limits.deadline:g} seconds, and it was tried {times(attempts)}.",
        "Likely the network or the server is slow, or it or a proxy sends the file drop by drop.",
        "Make the same call again: with to= the files that are whole are not fetched anew. "
        "STNB_DEADLINE sets the seconds, in .env or as a variable of the process.",
        attempts=attempts,
    )


def _too_late(limits: Limits, request: str, attempts: int, is_token: bool) -> StnbError:
    then = smaller()
    if is_token:  # it is of one size
        then = "Wait and try again, or check the AUTH_URL of the profile with `stnb profiles`."
    return Unreachable(
        f"{request} failed: no whole answer came within {limits.deadline:g} seconds, and it was "
        f"tried {times(attempts)}.",
        "Likely the server is slow, or it or a proxy sends the answer drop by drop. A request with "
        "its body may take no longer.",
        f"{then} STNB_DEADLINE sets the seconds, in .env or as a variable of the process.",
        attempts=attempts,
    )


def _too_large_a_body(beyond: str, limits: Limits, request: str, is_token: bool) -> StnbError:
    """The error for a body of too many bytes, or of too many values."""
    what = f"with a body of over {limits.max_body:g} MB"
    why = "stnb reads no larger one, as it could fill the memory"
    if beyond == "values":
        what = "with a body of so many values, or so many different keys, that it was not read"
        why = f"It would take over {TIMES * limits.max_body:g} MB of memory"
    why += "; likely a fault of the server."
    then = (
        f"{smaller()} STNB_MAX_BODY sets the MB of a body, in .env or as a variable of the "
        f"process; what becomes of it may take {TIMES} times as much."
    )
    if is_token:
        why = "A token has some thousand characters; likely another server or a page answers there."
        then = "Run `stnb profiles` and check the AUTH_URL of the profile; then ask your IT."
    error = UnexpectedAnswer(f"{request} was answered {what}.", why, then)
    error.final = True
    return error


def _too_large_a_file(beyond: str, limits: Limits, request: str) -> StnbError:
    """The error for a file over the cap."""
    what = "a file of over 2 GB"
    why = "stnb takes no larger one; likely it is none of ServiceTitan's, or has no end."
    then = "Open it in ServiceTitan and look how large it is."
    if beyond == "packed":
        what = f"a packed file of over {limits.max_body:g} MB once it is unpacked"
        why = "A few bytes may unpack to any number; likely a fault of the server."
        then = "STNB_MAX_BODY sets the MB, in .env or as a variable of the process."
    error = UnexpectedAnswer(f"{request} was answered with {what}.", why, then)
    error.final = True
    return error
