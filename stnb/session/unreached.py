"""What it means that no answer came: the network's own troubles in words, and which may pass."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

import httpx

from .causes import smaller
from .proxy_routes import ProxyRefused
from .trouble import chain, trouble_of, untrusted

# What OpenSSL calls the reasons of a refused certificate: x509_vfy.h, X509_V_ERR_*.
NOT_VALID_YET, EXPIRED = 9, 10
OF_ANOTHER_HOST = (62, 64)
# OpenSSL's name for an answer that is not encrypted at all.
NOT_ENCRYPTED = "WRONG_VERSION_NUMBER"
NO_LOGIN = 407
NetworkError = httpx.HTTPError | httpx.InvalidURL | ssl.SSLError
OPENED = (
    "Likely a proxy, filter or virus scanner of your office opens encrypted connections, and its "
    "certificate is not in this machine's store."
)
ASK_FOR_ROOT = (
    "Ask your IT for the office's root certificate as a file in PEM, set SSL_CERT_FILE to that "
    "file, and restart the kernel."
)


@dataclass(frozen=True)
class Unreached:
    """Why no answer came.

    Attributes:
        what: what happened, for the reader.
        why: the likely cause.
        then: what to do next.
        passing: whether another try may help.
    """

    what: str
    why: str
    then: str
    passing: bool = True


def unreached(err: NetworkError) -> Unreached:
    """What an error of the HTTP library, or of the encryption below it, means."""
    host, kind = _host(err), type(err).__name__
    certificate = untrusted(err)
    if certificate is not None:
        return _untrusted(host, certificate.verify_code)
    if isinstance(err, ProxyRefused):
        return _by_proxy(host, err)
    if isinstance(err, ssl.SSLError):  # not wrapped: it came after the handshake
        return Unreached(
            f"the encrypted connection broke while it was in use ({kind})",
            "Likely a proxy, a filter or the network damaged what went through it.",
            "Try again; if it stays, ask your IT, or try from another network.",
        )
    trouble = trouble_of(err)
    if trouble == "tls":
        return _no_tls(host, err)
    if trouble == "name":
        return Unreached(
            f"the name {host} cannot be looked up ({kind})",
            "Likely this computer is off the network, or its DNS or VPN is in the way.",
            "Check the connection and try again. A mistyped API_URL or AUTH_URL does the same.",
        )
    if isinstance(err, httpx.TimeoutException):
        return Unreached(
            f"no answer in time ({kind})",
            "Likely the network or a proxy is in the way, or the answer took over 100 s.",
            f"Check the connection and try again. {smaller()}",
        )
    if isinstance(err, httpx.DecodingError):
        return Unreached(
            f"the body of the answer from {host} could not be unpacked ({kind})",
            "It is cut off, or not encoded as its header says: likely a proxy, a filter or a virus "
            "scanner of your network changed it, or the connection broke.",
            f"Try again. If it stays, ask your IT to hand on the answers of {host} unchanged.",
        )
    return Unreached(
        f"the connection failed ({kind})",
        "Likely the network, a firewall or a proxy is in the way, or the server cut it.",
        "Check the connection and try again. `stnb doctor` looks at each step of the way.",
    )


def _host(err: NetworkError) -> str:
    try:
        return err.request.url.host if isinstance(err, httpx.RequestError) else "the server"
    except RuntimeError:  # it was raised before there was a request
        return "the server"


def _untrusted(host: str, code: int) -> Unreached:
    what = f"the certificate of {host} is not trusted here"
    if code in (NOT_VALID_YET, EXPIRED):
        why = "It is not valid at the time of this computer: likely the clock is wrong."
        return Unreached(what, why, "Have the system set its time (NTP), then try again.", False)
    if code in OF_ANOTHER_HOST:
        why = "It belongs to another host: likely a filter or a sign-in page answers in its place."
        return Unreached(
            what,
            why,
            f"Open https://{host}/ in a browser, and ask your IT to let it through.",
            False,
        )
    return Unreached(what, OPENED, ASK_FOR_ROOT, False)


def _by_proxy(host: str, err: ProxyRefused) -> Unreached:
    status, variable = err.status, err.variable
    if err.is_plain:
        return Unreached(
            "no encrypted connection to the proxy could be made",
            f"{variable} says https://, but the proxy does not speak TLS: likely plain HTTP.",
            f"Write {variable}=http://HOST:PORT; the calls are encrypted all the same.",
            passing=False,
        )
    if status is None:
        return Unreached(
            "the proxy cannot be reached",
            f"{variable} names it; likely it is another one by now, only reached by VPN, or "
            "speaks no plain HTTP.",
            f"Correct {variable}, or unset it to go without. NO_PROXY names hosts to go without.",
        )
    if status == NO_LOGIN:
        return no_login(variable)
    if status >= 500:
        return Unreached(
            f"the proxy could not reach {host} ({status})",
            f"{variable} names the proxy; likely it or its network is in trouble.",
            "Try again in some minutes; then ask your IT.",
        )
    return Unreached(
        f"the proxy does not let calls to {host} through ({status})",
        f"{variable} names the proxy; likely it only allows some hosts.",
        f"Ask your IT to allow {host} on port 443, for the API and for the token.",
        passing=False,
    )


def no_login(variable: str) -> Unreached:
    """A proxy wants a user and a password, and has none or wrong ones."""
    return Unreached(
        f"the proxy asks for a user and a password ({NO_LOGIN})",
        f"{variable} names the proxy, and its user or password is missing or wrong.",
        f"Write {variable}=http://USER:PASSWORD@HOST:PORT, with %23 for # and %40 for @. If it "
        "wants the Windows sign-in, ask your IT for a way without.",
        passing=False,
    )


def _no_tls(host: str, err: BaseException) -> Unreached:
    plain = any(
        isinstance(each, ssl.SSLError) and each.reason == NOT_ENCRYPTED for each in chain(err)
    )
    if plain:
        return Unreached(
            f"{host} was answered for without encryption",
            "Likely a proxy is in the way; or HTTPS_PROXY says https:// for one that speaks http.",
            "Write HTTPS_PROXY=http://HOST:PORT; the calls are encrypted all the same.",
            passing=False,
        )
    return Unreached(
        f"no encrypted connection to {host} could be made ({type(err).__name__})",
        "Likely a proxy, filter or firewall breaks it off.",
        "Try again; if it stays, ask your IT, or try from another network.",
    )
