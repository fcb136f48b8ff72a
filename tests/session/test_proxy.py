"""Which proxy is used and for which hosts, and what a call says if nothing came through it."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import ssl
from typing import Any

import httpx
import pytest

from stnb.errors import RequestError, SetupError, StnbError, UnexpectedAnswer, Unreachable
from stnb.session import Session
from stnb.session.proxy import bypassed, proxy_in_use
from stnb.session.proxy_routes import ProxyRefused
from stnb.session.unreached import unreached
from tests.helpers.owner import owner

PASSWORDS = ("pass0rd", "pa#ss")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("value", "scheme", "netloc", "login"),
    [
        ("http://proxy:8080", "http", "proxy:8080", None),
        ("HTTP://proxy:8080/", "http", "proxy:8080", None),
        ("proxy", "http", "proxy:80", None),
        ("//proxy:3128", "http", "proxy:3128", None),
        ("https://proxy.example", "https", "proxy.example:443", None),
        ("http://[fe80::1]:8080", "http", "[fe80::1]:8080", None),
        ("http://ann:pass0rd@10.0.0.1:8080", "http", "10.0.0.1:8080", ("ann", "pass0rd")),
        ("http://ann:a%23b%40c@proxy:80", "http", "proxy:80", ("ann", "a#b@c")),
        ("ann:p:w@proxy:8080", "http", "proxy:8080", ("ann", "p:w")),
        ("http://ann@proxy:8080", "http", "proxy:8080", ("ann", "")),
    ],
)
def test_forms_of_a_proxy(
    value: str, scheme: str, netloc: str, login: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The forms that other programs take are taken; its repr shows no password."""
    monkeypatch.setenv("HTTPS_PROXY", value)
    found = proxy_in_use()

    assert found is not None
    assert (found.scheme, found.netloc, found.login) == (scheme, netloc, login)
    assert "pass0rd" not in repr(found)


@pytest.mark.parametrize(
    ("entries", "host", "straight"),
    [
        ("", "api.example", False),
        ("*", "api.example", True),
        ("api.example", "api.example", True),
        ("API.Example", "api.example.", True),
        ("example", "api.example", True),
        (".example", "api.example", True),
        ("*.example", "api.example", True),
        ("ample", "api.example", False),
        ("api.example:443", "api.example", True),
        ("https://api.example", "api.example", True),
        ("a,b c;api.example", "api.example", True),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.0.0.5/8", "10.1.2.3", True),
        ("192.168.1.7", "192.168.1.7", True),
        ("fe80::/10", "fe80::1", True),
        ("[2001:db8::1]", "2001:db8::1", True),
        ("[2001:db8::1]:443", "2001:db8::1", True),
        ("2001:db8::/32", "2001:db8::1", True),
        ("2001:db8::/32", "2001:db9::1", False),
        ("2001:DB8:0::1", "2001:db8::1", True),
        ("[2001:db8::]/32", "2001:db8::1", True),
        ("<local>", "intranet", True),
        ("<local>", "api.example", False),
        ("10.0.0.0/99,[,::x,/,:", "api.example", False),
        ("10.0.0.0/99,[,::x,/,:", "10.0.0.1", False),
        ("", "localhost", True),
        ("", "127.0.0.1", True),
        ("", "::1", True),
    ],
)
def test_hosts_without_the_proxy(
    entries: str, host: str, straight: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NO_PROXY holds names, addresses and networks of both kinds; what is none of these is passed
    over.
    """
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:8080")
    monkeypatch.setenv("NO_PROXY", entries)

    assert bypassed(host) is straight


@pytest.mark.parametrize(("sign", "written"), [("#", "%23"), ("@", "%40"), (" ", "%20")])
def test_a_sign_in_a_password_is_told_how_to_write(
    sign: str, written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the password is in the message."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://ann:left{sign}right@proxy:8080")
    with pytest.raises(SetupError) as caught:
        proxy_in_use()

    assert written in caught.value.next
    assert not re.search("left|right", str(caught.value))
    monkeypatch.setenv("HTTPS_PROXY", f"http://ann:left{written}right@proxy:8080")
    assert proxy_in_use() is not None


def test_a_password_is_in_no_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """A verbose traceback prints what its frames hold: the value is not among it."""
    monkeypatch.setenv("HTTPS_PROXY", "http://ann:pa#ss@proxy:8080")

    with pytest.raises(SetupError) as caught:
        proxy_in_use()
    trace = caught.value.__traceback__
    while trace is not None:
        ours = "stnb" in trace.tb_frame.f_code.co_filename
        assert not (ours and "pa#ss" in repr(trace.tb_frame.f_locals))
        trace = trace.tb_next


# -- no answer


def caused(err: Exception, by: Exception) -> Exception:
    err.__cause__ = by
    return err


def untrusted(code: int) -> Exception:
    by = ssl.SSLCertVerificationError(1, "certificate verify failed")
    by.verify_code = code
    return caused(httpx.ConnectError("x"), by)


def not_encrypted() -> Exception:
    by = ssl.SSLError(1, "wrong version number")
    by.reason = "WRONG_VERSION_NUMBER"
    return caused(httpx.ConnectError("x"), by)


NO_NAME = caused(httpx.ConnectError("x"), socket.gaierror(-2, "unknown"))


@pytest.mark.parametrize(
    ("err", "what", "then", "tries"),
    [
        (untrusted(20), "the certificate of api.example is not trusted", "SSL_CERT_FILE", 1),
        (untrusted(19), "is not trusted", "root certificate", 1),
        (untrusted(10), "is not trusted", "time", 1),
        (untrusted(62), "is not trusted", "https://api.example/", 1),
        (not_encrypted(), "without encryption", "HTTPS_PROXY=http://HOST:PORT", 1),
        (ProxyRefused(407, "all_proxy"), "407", "all_proxy=http://USER:PASSWORD@HOST:PORT", 1),
        (ProxyRefused(403, "HTTPS_PROXY"), "403", "api.example", 1),
        (ProxyRefused(502, "HTTPS_PROXY"), "could not reach api.example", "IT", 5),
        (ProxyRefused(None, "HTTPS_PROXY"), "cannot be reached", "Correct HTTPS_PROXY", 5),
        (NO_NAME, "the name api.example cannot be looked up", "API_URL", 5),
        (httpx.ConnectError("x"), "the connection failed (ConnectError)", "stnb doctor", 5),
        (ssl.SSLError(1, "bad record mac"), "connection broke while", "another network", 5),
        (httpx.ReadTimeout("x"), "no answer in time (ReadTimeout)", "page_size", 5),
    ],
)
def test_why_no_answer_came(err: Exception, what: str, then: str, tries: int) -> None:
    """Each trouble has its own words and cure, and is only tried again if that may help."""

    def fail(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/connect/token":
            return httpx.Response(200, json={"access_token": "t", "expires_in": 900})
        raise err

    failed = called(fail)

    assert isinstance(failed, Unreachable)
    assert what in failed.happened
    assert then in failed.next
    assert failed.attempts == tries
    assert failed.status is None
    assert ("page_size" in failed.next) is (then == "page_size")


def called(handler: Any) -> StnbError:
    """The error of a call that a function answers."""

    async def no_wait(seconds: float) -> None:
        pass

    async def call() -> None:
        transport = httpx.MockTransport(handler)
        session = Session(owner(), transport=transport, rate=None, sleep=no_wait)
        try:
            await session.send("GET", "/jpm/v2/tenant/42/jobs")
        finally:
            await session.close()

    with pytest.raises(StnbError) as caught:
        asyncio.run(call())
    return caught.value


def test_an_error_without_a_request() -> None:
    """What the library raises before there is a request is worded too."""
    assert "the connection failed" in unreached(httpx.ConnectError("x")).what
    assert unreached(httpx.InvalidURL("x")).passing


# -- answers of others


@pytest.mark.parametrize("status", [403, 404, 405, 451, 511])
@pytest.mark.parametrize("title", ["<title>Blocked\n by <b>X", "", "<TITLE class=a>Blocked by Z<"])
def test_a_filters_page_is_named(status: int, title: str) -> None:
    """A page for a browser is not taken for ServiceTitan's refusal, and is not asked for again."""
    times = []

    def page(request: httpx.Request) -> httpx.Response:
        times.append(request.url.path)
        return httpx.Response(status, html=f"<html>{title}</title>")

    err = called(page)

    assert isinstance(err, UnexpectedAnswer)
    assert ("Blocked" in err.happened) is bool(title)
    assert "web filter" in err.why
    assert err.why.endswith("it was tried once.")
    assert len(times) == 1


def test_407_as_an_answer() -> None:
    """A proxy that nobody named may ask for a password in the host's place."""
    err = called(lambda request: httpx.Response(407, html="<p>Sign in</p>"))

    assert isinstance(err, Unreachable)
    assert "407" in err.happened


def test_a_refusal_in_json_is_still_servicetitans() -> None:
    """The API's own 403 and 404 keep their meaning."""
    for status in (403, 404):
        answer = httpx.Response(status, json={"title": "no"})
        err = called(lambda request, answer=answer: answer)
        assert isinstance(err, RequestError)
        assert err.status == status
