"""Why no answer came: the socket's own error is some layers below the library's."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpx

# What may be the cause of a failed connection, the most telling first.
CAUSES = (
    ("proxy", httpx.ProxyError),
    ("name", socket.gaierror),
    ("tls", ssl.SSLError),
    ("time", httpx.TimeoutException),
    ("time", TimeoutError),
    ("refused", httpx.ConnectError),
)


def trouble_of(err: BaseException) -> str:
    """Why no answer came: proxy, name, tls, time, refused or other."""
    for name, kind in CAUSES:
        if any(isinstance(each, kind) for each in chain(err)):
            return name
    return "other"


def is_tls(err: BaseException) -> bool:
    """Whether the two sides could not agree on an encrypted connection."""
    return any(isinstance(each, ssl.SSLError) for each in chain(err))


def untrusted(err: BaseException) -> ssl.SSLCertVerificationError | None:
    """The error for a certificate that is not trusted; None if it was something else."""
    for each in chain(err):
        if isinstance(each, ssl.SSLCertVerificationError):
            return each
    return None


def chain(err: BaseException | None) -> Iterator[BaseException]:
    """The error and all that led to it."""
    seen: set[int] = set()
    while err is not None and id(err) not in seen:
        seen.add(id(err))
        yield err
        err = err.__cause__ or err.__context__
