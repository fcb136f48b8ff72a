"""From what the hosts and the token endpoint answered to what it means, the likeliest cause first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stnb.errors import (
    RateLimited,
    RequestError,
    StnbError,
    UnexpectedAnswer,
    Unreachable,
)
from stnb.session import Knock

from .report import ADMIN, DEVELOPER, YOU, Check

SKEW = 60.0  # seconds that a clock may be off
PAGE = "Settings › Integrations › API Application Access"
WAIT = "Wait for the time that it names, then run this again; other programs that use the same app count too."


# -- the hosts


def of_hosts(knocks: Sequence[Knock]) -> Check:
    """Whether both hosts answer."""
    shut = [k for k in knocks if k.trouble]
    if not shut:
        hosts = " and ".join(dict.fromkeys(k.host for k in knocks))
        through = f", through the proxy {knocks[0].proxy}" if knocks[0].proxy else ""
        return Check(
            "hosts",
            True,
            f"{hosts} answered in {max(k.seconds for k in knocks) * 1000:.0f} ms{through}",
        )
    means, then = _SHUT[shut[0].trouble]
    seen = f"no answer from {' and '.join(dict.fromkeys(k.host for k in shut))} ({shut[0].trouble})"
    through = f" The proxy in use is {shut[0].proxy}." if shut[0].proxy else ""
    return Check("hosts", False, seen, means + through, then, YOU)


_SHUT = {
    "name": (
        "The host's name cannot be looked up.",
        "Check that this computer is on the network, and its DNS or VPN; a mistyped API_URL or AUTH_URL does the same.",
    ),
    "tls": (
        "The host's certificate is not trusted here.",
        "Likely a proxy of your company opens the connection: name its certificate in SSL_CERT_FILE; check the clock as well.",
    ),
    "proxy": (
        "The proxy refuses the connection.",
        "Check HTTPS_PROXY and NO_PROXY, and whether the proxy wants a password.",
    ),
    "refused": (
        "The connection was refused or cut.",
        "Likely a firewall is in the way: ask for the two hosts to be let through.",
    ),
    "time": (
        "The host did not answer in time.",
        "Likely a firewall or the network is in the way: try from another network.",
    ),
    "other": ("The connection failed.", "Try again; where it stays, try from another network."),
}


def of_clock(knocks: Sequence[Knock]) -> Check:
    """How far this computer's clock is off, by what the hosts say."""
    told = [k.ahead for k in knocks if k.ahead is not None]
    if not told:
        return Check("clock", None, "the hosts did not tell the time")
    off = min(told, key=abs)
    if abs(off) <= SKEW:
        return Check("clock", True, "right to the minute")
    words = f"{_span(abs(off))} {'behind' if off > 0 else 'ahead'}"
    return Check(
        "clock",
        False,
        f"{words} by the time that the hosts tell",
        f"This computer's clock is {words}.",
        "Let the system set its time by itself (NTP): until then, what is asked for as today or as the last hour is off.",
        YOU,
    )


def _span(seconds: float) -> str:
    for unit, length in (("days", 86400), ("hours", 3600)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds / 60:.0f} minutes"


# -- the token


def of_token(err: StnbError | None, seconds: float, warm: bool, twin: str) -> Check:
    """Whether a token was given; if not, which of the causes fits.

    Args:
        seconds: how long it is good for.
        warm: a token had been given before.
        twin: another profile with the same pair for another environment.
    """
    if err is None:
        return Check(
            "token", True, f"granted, good for {seconds / 60:.0f} minutes" if seconds else "granted"
        )
    code = getattr(err, "title", "")
    status = getattr(err, "status", None)
    seen = seen_of(err)
    if code == "invalid_client":
        return Check("token", False, seen, *_invalid(warm, twin))
    if code in ("unauthorized_client", "access_denied") or status in (401, 403):
        return Check("token", False, seen, *_shut_out(warm))
    if isinstance(err, RateLimited):
        return Check("token", False, seen, "Throttled: tokens are asked for too often.", WAIT, YOU)
    if isinstance(err, UnexpectedAnswer):
        means = "Something else than ServiceTitan answers: likely a proxy, a sign-in page of the network, or a wrong AUTH_URL."
        return Check(
            "token",
            False,
            seen,
            means,
            "Open the network's sign-in page, or correct AUTH_URL.",
            YOU,
        )
    if isinstance(err, Unreachable):
        return Check("token", False, seen, err.why, err.next, YOU)
    if status and status >= 500:
        return Check(
            "token",
            False,
            seen,
            "ServiceTitan's token server is in trouble.",
            "Try again in some minutes.",
            YOU,
        )
    means = "The token endpoint does not take the request as it was sent: likely AUTH_URL leads elsewhere, or a proxy changes it."
    return Check(
        "token", False, seen, means, "Leave AUTH_URL out to use ServiceTitan's own address.", YOU
    )


def _invalid(warm: bool, twin: str) -> tuple[str, str, str]:
    if twin:
        return (
            f"Likely the pair belongs to the other environment: the profile {twin} has the same client id, and a pair belongs to one.",
            "Give each of the two profiles its own pair.",
            YOU,
        )
    if warm:
        return (
            "Likely the client secret was regenerated since the last token was given. Else the app was disabled.",
            f"Put the new secret into .env; the app developer generates it, or the tenant's admin has it. Where none is new, "
            f"the admin looks at the app under {PAGE}.",
            DEVELOPER,
        )
    return (
        "Likely the client id or the client secret is wrong. It may also be the pair of the other environment, a secret "
        "that was regenerated since, or an app that is not connected to this tenant or is disabled in it.",
        "Copy both values of this tenant and environment once more, without blanks. To see whether they belong to the other "
        "environment, have the doctor try that as well (--try-other-environment): it sends them there.",
        YOU,
    )


def _shut_out(warm: bool) -> tuple[str, str, str]:
    if warm:
        means = (
            "Likely the app was disabled in this tenant: a token was given before, and none is now."
        )
        return means, f"The admin enables it again under {PAGE}; the pair stays.", ADMIN
    return (
        "Likely the tenant does not let the app in: it is disabled there, or not connected yet.",
        f"The admin looks under {PAGE}: an app that is not in the list is connected by Connect New App and Allow, "
        "a disabled one is enabled there.",
        ADMIN,
    )


def of_other(host: str, label: str, err: StnbError | None, tenant: Any) -> Check:
    """What the other environment's host said to the pair, which was sent there because that was
    asked for.
    """
    sent = f"as asked, the pair was sent to {host}"
    if err is None:
        number = f", tenant {tenant}" if tenant else ""
        return Check(
            "other environment",
            False,
            f"{sent}, which gave a token{number}",
            f"The pair belongs to the other environment: {label}.",
            f"Set the profile's ENVIRONMENT to that one, with its own tenant id{f' ({tenant})' if tenant else ''}; or put the "
            "right pair into .env.",
            YOU,
        )
    if getattr(err, "status", None) in (400, 401, 403):
        return Check(
            "other environment", True, f"{sent}, which refused it as well: it is not of {label}"
        )
    return Check(
        "other environment", None, f"{sent}: {seen_of(err)}", "It could not be told.", err.next, YOU
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
