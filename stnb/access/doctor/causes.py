"""What the answers of the hosts and of the token endpoint mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stnb.errors import (
    RateLimited,
    RequestError,
    SetupError,
    StnbError,
    UnexpectedAnswer,
    Unreachable,
)
from stnb.session import Knock
from stnb.session.clock import SKEW, in_words

from .findings import ADMIN, DEVELOPER, YOU, Check

PAGE = "Settings › Integrations › API Application Access"
WAIT = (
    "Wait for the time that it names, then run this again; "
    "other programs that use the same app count too."
)


# -- the hosts


def of_hosts(knocks: Sequence[Knock]) -> Check:
    """Whether both hosts answer."""
    silent = [knock for knock in knocks if knock.trouble]
    proxy = knocks[0].proxy
    if not silent:
        slowest = max(knock.seconds for knock in knocks)
        seen = f"{_hosts(knocks)} answered in {slowest * 1000:.0f} ms"
        if proxy:
            seen += f", through the proxy {proxy}"
        return Check("hosts", True, seen)
    first = silent[0]
    cause, step, also = NO_ANSWER[first.trouble]
    if first.proxy:
        also = f"{also} The proxy in use is {first.proxy}.".strip()
    seen = f"no answer from {_hosts(silent)} ({first.trouble})"
    if first.proxy_status:
        seen = f"no answer from {_hosts(silent)} (the proxy answers {first.proxy_status})"
    return Check("hosts", False, seen, cause, step, YOU, also=also)


def of_machine(err: SetupError) -> Check:
    """A variable of this machine, for a proxy or certificates, with which nothing can be called."""
    seen = "not tried: a variable of this machine cannot be used"
    return Check("hosts", False, seen, err.happened, err.next, YOU, also=err.why)


def _hosts(knocks: Sequence[Knock]) -> str:
    return " and ".join(dict.fromkeys(knock.host for knock in knocks))


# By the trouble of a `Knock`: the cause, what to do next, and what else is known.
NO_ANSWER = {
    "name": (
        "The host's name cannot be looked up.",
        "Check that this computer is on the network, and its DNS or VPN; "
        "a mistyped API_URL or AUTH_URL does the same.",
        "",
    ),
    "tls": (
        "The host's certificate is not trusted here.",
        "Name your company's certificate in SSL_CERT_FILE; check the clock as well.",
        "Likely a proxy of your company opens the connection.",
    ),
    "plain": (
        "The address of the proxy begins with https://, but the proxy does not speak TLS.",
        "Write HTTPS_PROXY=http://HOST:PORT, or the same in the variable that names it; the calls "
        "are encrypted all the same.",
        "",
    ),
    "proxy": (
        "The proxy refuses the connection.",
        "Check HTTPS_PROXY and NO_PROXY, and whether the proxy wants a password.",
        "",
    ),
    "refused": (
        "The connection was refused or cut.",
        "Ask for the two hosts to be let through.",
        "Likely a firewall is in the way.",
    ),
    "time": (
        "The host did not answer in time.",
        "Try from another network.",
        "Likely a firewall or the network is in the way.",
    ),
    "other": (
        "The connection failed.",
        "Try again; if it stays, try from another network.",
        "",
    ),
}


def of_clock(knocks: Sequence[Knock]) -> Check:
    """How far this computer's clock is off, according to the hosts."""
    offsets = [knock.ahead for knock in knocks if knock.ahead is not None]
    if not offsets:
        return Check("clock", None, "the hosts did not tell the time")
    # A host's own clock may be off; two that are off in the same way are unlikely.
    offset = min(offsets, key=abs)
    if abs(offset) <= SKEW:
        return Check("clock", True, "right to the minute")
    words = f"{in_words(abs(offset))} {'behind' if offset > 0 else 'ahead'}"
    return Check(
        "clock",
        False,
        f"{words}, by the time that the hosts tell",
        f"This computer's clock is {words}.",
        "Let the system set its time by itself (NTP): until then, filters such as today or the "
        "last hour are off.",
        YOU,
    )


# -- the token


def of_token(err: StnbError | None, seconds: float, warm: bool, twin: str) -> Check:
    """Whether a token was granted; if not, which of the causes fits.

    Args:
        err: why there is none.
        seconds: how long it is good for; 0 if that is not known.
        warm: a token had been granted before.
        twin: another profile with the same pair for another environment; "" if there is none.
    """
    if err is None:
        lifetime = f", good for {in_words(seconds)}" if seconds else ""
        return Check("token", True, f"granted{lifetime}")
    code = getattr(err, "title", "")
    status = getattr(err, "status", None)
    seen = seen_of(err)
    if code == "invalid_client":
        return _pair_refused(seen, warm, twin)
    # These are answers of an app that the tenant does not let in, whatever the pair.
    if code in ("unauthorized_client", "access_denied") or status in (401, 403):
        return _shut_out(seen, warm)
    if isinstance(err, RateLimited):
        return Check("token", False, seen, "Throttled: tokens are asked for too often.", WAIT, YOU)
    if isinstance(err, UnexpectedAnswer):
        return Check("token", False, seen, *NOT_SERVICETITAN, YOU)
    if isinstance(err, Unreachable):
        return Check("token", False, seen, err.why, err.next, YOU)
    if status and status >= 500:
        return Check("token", False, seen, *IN_TROUBLE)
    return Check("token", False, seen, *NOT_TAKEN, YOU)


NOT_SERVICETITAN = (
    "Something else than ServiceTitan answers: likely a proxy, a sign-in page of the network, or a "
    "wrong AUTH_URL.",
    "Open the network's sign-in page, or correct AUTH_URL.",
)
IN_TROUBLE = ("ServiceTitan's token server is in trouble.", "Try again in some minutes.")
NOT_TAKEN = (
    "The token endpoint does not take the request as it was sent: likely AUTH_URL leads elsewhere, "
    "or a proxy changes it.",
    "Leave AUTH_URL out to use ServiceTitan's own address.",
)


def _pair_refused(seen: str, warm: bool, twin: str) -> Check:
    if twin:
        cause = (
            "Likely the pair belongs to the other environment: "
            f"the profile {twin} has the same client id, and a pair belongs to one."
        )
        step, ask, also = "Give each of the two profiles its own pair.", YOU, ""
    elif warm:
        cause = "Likely the client secret was regenerated since the last token was given."
        also = "Else the app was disabled."
        step = (
            "Put the new secret into .env; the app developer generates it, or the tenant's admin "
            f"has it. If none is new, the admin looks at the app under {PAGE}."
        )
        ask = DEVELOPER
    else:
        cause = "Likely the client id or the client secret is wrong."
        also = (
            "It may also be the pair of the other environment, a secret that was regenerated "
            "since, or an app that is not connected to this tenant or is disabled in it."
        )
        step = (
            "Copy both values of this tenant and environment once more, without blanks. To see "
            "whether they belong to the other environment, have the doctor try that as well "
            "(--try-other-environment): it sends them there."
        )
        ask = YOU
    return Check("token", False, seen, cause, step, ask, also=also, pair_refused=True)


def _shut_out(seen: str, warm: bool) -> Check:
    if warm:
        cause = (
            "Likely the app was disabled in this tenant: a token was given before, and none is now."
        )
        step = f"The admin enables it again under {PAGE}; the pair stays."
        return Check("token", False, seen, cause, step, ADMIN)
    return Check(
        "token",
        False,
        seen,
        "Likely the tenant does not let the app in: it is disabled there, or not connected yet.",
        f"The admin looks under {PAGE}: an app that is not in the list is connected by Connect New "
        "App and Allow, a disabled one is enabled there.",
        ADMIN,
    )


def of_other(host: str, label: str, err: StnbError | None, tenant: Any) -> Check:
    """What the other environment's host answered to the pair, which was sent there on request.

    Args:
        label: the other environment's name.
        tenant: the tenant of the token that it gave, or None.
    """
    sent = f"as asked, the pair was sent to {host}"
    if err is None:
        number = f", tenant {tenant}" if tenant else ""
        own_tenant = f" ({tenant})" if tenant else ""
        return Check(
            "other environment",
            False,
            f"{sent}, which gave a token{number}",
            f"The pair belongs to the other environment: {label}.",
            "Set the profile's ENVIRONMENT to that one, with its own tenant id"
            f"{own_tenant}; or put the right pair into .env.",
            YOU,
        )
    if getattr(err, "status", None) in (400, 401, 403):
        return Check(
            "other environment", True, f"{sent}, which refused it as well: it is not of {label}"
        )
    return Check(
        "other environment",
        None,
        f"{sent}: {seen_of(err)}",
        "It could not be found out.",
        err.next,
        YOU,
    )


# -- words


def seen_of(err: StnbError, trace: bool = True) -> str:
    """The answer in short: the status, the server's own words and its number for the request."""
    status = getattr(err, "status", None)
    words = getattr(err, "title", "").rstrip(".")
    number = err.trace_id if isinstance(err, RequestError) and err.trace_id else ""
    parts = [
        str(status or ""),
        f'"{words}"' if words else "",
        f"(trace {number})" if number and trace else "",
    ]
    return " ".join(filter(None, parts)) or err.happened
