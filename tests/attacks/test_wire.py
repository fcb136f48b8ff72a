"""Attacks by the bytes of an answer: statuses, lengths, chunks, headers, encodings, and tokens."""

from __future__ import annotations

import asyncio
import base64
import gc
import gzip
import json
import socket
import sys
import warnings
from typing import Any

import pytest

from stnb import StnbError, UnexpectedAnswer
from stnb.account.account import Account
from stnb.credentials import Limits
from stnb.session import Session
from tests.helpers.owner import SECRETS, owner
from tests.helpers.raw_server import RawServer
from tests.helpers.toys import CATALOG

BODY = json.dumps(
    {"page": 1, "pageSize": 500, "hasMore": False, "totalCount": 2, "data": [{"id": 1}, {"id": 2}]}
).encode()
TOKEN = {"access_token": "eyJ0oken", "expires_in": 900}
PATIENT = Limits(deadline=120.0, max_body=1)  # every answer here ends by itself


def http(body: bytes = BODY, status: bytes = b"200 OK", *headers: bytes) -> bytes:
    """An answer with its length. It says that the server closes, so that no request follows on a
    connection that is being closed.
    """
    length = b"Content-Length: %d" % len(body)
    return bare(body, status, length, *headers, b"Connection: close")


def bare(body: bytes, status: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 " + status, *headers, b"", body])


def ok(*headers: bytes, body: bytes = BODY) -> bytes:
    return http(body, b"200 OK", *headers)


def zipped(body: bytes, encoding: bytes = b"gzip", status: bytes = b"200 OK") -> bytes:
    return http(body, status, b"Content-Encoding: " + encoding)


def chunked(*parts: bytes) -> bytes:
    return bare(b"".join(parts), b"200 OK", b"Transfer-Encoding: chunked")


def part(body: bytes, size: bytes | None = None) -> bytes:
    return (size or b"%x" % len(body)) + b"\r\n" + body + b"\r\n"


END = b"0\r\n\r\n"
EARLY = b"HTTP/1.1 100 Continue\r\n\r\n"
PACKED = gzip.compress(BODY)
RIGHT = {
    "as it should be": ok(),
    "after 100 and 103": EARLY * 3 + b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ok(),
    "no length": bare(BODY, b"200 OK", b"Connection: close"),
    "its length twice": ok(b"Content-Length: %d" % len(BODY)),
    "chunks of one byte": chunked(*(part(BODY[at : at + 1]) for at in range(len(BODY))), END),
    "chunks with extensions": chunked(b"%x;a=b\r\n" % len(BODY), BODY, b"\r\n", END),
    "another answer behind it": ok() + ok(body=b'{"evil":1}'),
    "20 large cookies": ok(*[b"Set-Cookie: c%d=" % n + b"z" * 4000 for n in range(20)]),
    "a header of no ASCII": ok(b"X-A: \xff\xfe\x1b[2J"),
    "no reason": http(BODY, b"200 "),
    "two members of gzip": zipped(gzip.compress(BODY[:30]) + gzip.compress(BODY[30:])),
    "10,000 members of nothing": zipped(PACKED + gzip.compress(b"") * 10_000),
    "GZIP": zipped(PACKED, b"GZIP"),
    "UTF-16": ok(body=BODY.decode().encode("utf-16")),
    "a mark of UTF-8": ok(body=b"\xef\xbb\xbf" + BODY),
    "another charset": ok(b"Content-Type: application/json; charset=utf-7"),
    "a day that is none": ok(b"Date: Fri, 99 Zzz 0000"),
}
WRONG = {
    **{
        f"status {status}": http(BODY, b"%d x" % status)
        for status in (0, 99, 204, 300, 304, 306, 400, 407, 418, 451, 511, 600, 799, 999)
    },
    "101": bare(b"", b"101 x", b"Upgrade: websocket", b"Connection: Upgrade"),
    "102 alone": bare(b"", b"102 x"),
    "206 in part": http(BODY[:40], b"206 x", b"Content-Range: bytes 0-39/200"),
    "empty": ok(body=b""),
    "blank": ok(body=b" \n"),
    "too long a length": bare(BODY, b"200 OK", b"Content-Length: %d" % (len(BODY) + 9)),
    "too short a length": bare(BODY, b"200 OK", b"Content-Length: %d" % (len(BODY) - 9)),
    "a length below 0": bare(BODY, b"200 OK", b"Content-Length: -1"),
    "a length of 30 digits": bare(BODY, b"200 OK", b"Content-Length: 1" + b"0" * 29),
    "a length in words": bare(BODY, b"200 OK", b"Content-Length: all"),
    "two lengths": ok(b"Content-Length: 5"),
    "a chunk below 0": chunked(part(BODY, b"-5"), END),
    "a chunk without end": chunked(part(BODY, b"f" * 40), END),
    "a chunk that lies": chunked(part(BODY, b"5"), END),
    "no last chunk": chunked(part(BODY)),
    "200 kB of extension": chunked(b"5;" + b"x" * 200_000 + b"\r\n", BODY[:5], b"\r\n", END),
    "a million trailers": chunked(part(BODY), b"0\r\n", b"X: y\r\n" * 100_000, b"\r\n"),
    "chunked twice": bare(part(BODY) + END, b"200 OK", b"Transfer-Encoding: chunked, chunked"),
    "a header of 200 kB": ok(b"X-A: " + b"a" * 200_000),
    "20,000 headers": ok(*[b"X-%d: a" % n for n in range(20_000)]),
    "a NUL in a header": ok(b"X-A: a\0b"),
    "no HTTP": b"\0\1\2" * 100,
    "an alert of TLS": b"\x15\x03\x01\x00\x02\x02\x28",
    "nothing": b"",
    "escapes as a reason": http(b"", b"500 \x1b[2Jowned"),
    "a redirect to itself": http(b"", b"302 x", b"Location: /x"),
    "a redirect elsewhere": http(b"", b"307 x", b"Location: //evil.example/"),
    "a redirect to nowhere": http(b"", b"302 x"),
    "a redirect to no address": http(b"", b"302 x", b"Location: http://[::1"),
    "junk behind gzip": zipped(PACKED + b"junk"),
    "a wrong checksum": zipped(PACKED[:-8] + b"\0" * 8),
    "gzip in gzip": zipped(gzip.compress(PACKED), b"gzip, gzip"),
    "escapes as an encoding": zipped(BODY, b"\x1b]0;x"),
    "a refusal in gzip": zipped(gzip.compress(b'{"title":"\x1b[2J"}'), status=b"400 x"),
    "a refusal in no gzip": zipped(b"no", status=b"400 x"),
    "a refusal that is a bomb": zipped(gzip.compress(b" " * 9_000_000), status=b"400 x"),
    "a refusal of 5 MB": http(b"x" * 5_000_000, b"400 x"),
}


def jwt(claims: bytes) -> str:
    return f"eyJhbGciOiJub25lIn0.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.x"


TAKEN: dict[str, dict[str, Any]] = {
    "a lifetime of nan": {"expires_in": float("nan")},
    "a lifetime without end": {"expires_in": float("inf")},
    "a lifetime below 0": {"expires_in": -(10**9)},
    "a lifetime in digits": {"expires_in": "900"},
    "100 kB": {"access_token": "a" * 50_000},
    "claims that are a list": {"access_token": jwt(b"[]")},
    "claims nested deep": {"access_token": jwt(b"[" * 5000)},
    "scopes that are none": {"access_token": jwt(b'{"scope":[1,null,{}],"tenant":{"x":1}}')},
}
REFUSED: dict[str, dict[str, Any]] = {
    **{
        f"token {token!a}": {"access_token": token}
        for token in (
            *(
                "a\r\nX-Evil: 1",
                "a\n",
                "\na",
                "a b",
                "a\0b",
                "a\x1b",
                "a\x7f",
                "a\xa0b",
                "a\u2028b",
            ),
            *("abcé", "東京", "\ud800a", "\ufeffa", "", 5, None, ["a"], {"a": 1}),
        )
    },
    "a lifetime in words": {"expires_in": "soon"},
    "a lifetime of 400 digits": {"expires_in": 10**400},
    "a lifetime that is null": {"expires_in": None},
}


def pulled(server: RawServer) -> Any:
    """The ids of a pull, or the error; nothing but warnings of ours is given."""

    async def soon(seconds: float) -> None:
        await asyncio.sleep(0)

    there = owner(api_url=server.url, auth_url=f"{server.url}/connect/token", limits=PATIENT)
    account = Account(Session(there, rate=None, sleep=soon), catalog=CATALOG)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="stnb")
            return account["toys.widgets"].pull(progress=False)["id"].tolist()
    except StnbError as err:
        return err
    finally:
        account.close()


def in_words(err: Any) -> bool:
    """Whether it is an error of three sentences, without a secret and without an escape."""
    assert isinstance(err, StnbError)
    text = f"{err} {err!r}"
    assert not any(secret in text for secret in SECRETS)
    assert text.replace("\n", "").isprintable()
    return all((err.happened, err.why, err.next))


@pytest.mark.parametrize("answer", RIGHT.values(), ids=RIGHT)
def test_rows_are_read(answer: bytes) -> None:
    """However they are sent, once each."""
    with RawServer(answer, ok(body=json.dumps(TOKEN).encode())) as server:
        assert pulled(server) == [1, 2]


@pytest.mark.parametrize("answer", WRONG.values(), ids=WRONG)
def test_what_is_no_answer_is_said_in_words(answer: bytes) -> None:
    """No row is made up of it, and nothing goes elsewhere."""
    with RawServer(answer, ok(body=json.dumps(TOKEN).encode())) as server:
        assert in_words(pulled(server))
        assert all(b" /toys/" in head or b" /connect/token " in head for head in server.heads)


@pytest.mark.parametrize("fields", TAKEN.values(), ids=TAKEN)
def test_an_odd_token_is_used(fields: dict[str, Any]) -> None:
    """If a header can hold it; its lifetime may be anything that is a number."""
    token = ok(body=json.dumps({**TOKEN, **fields}).encode())
    with RawServer(ok(), token) as server:
        assert pulled(server) == [1, 2]


@pytest.mark.parametrize("fields", REFUSED.values(), ids=REFUSED)
def test_what_is_no_token_is_never_sent(fields: dict[str, Any]) -> None:
    """Ends of lines, blanks, letters of other scripts, and what is no text."""
    token = ok(body=json.dumps({**TOKEN, **fields}).encode())
    with RawServer(ok(), token) as server:
        err = pulled(server)
        assert in_words(err)
        assert isinstance(err, UnexpectedAnswer)
        assert all(head.startswith(b"POST") for head in server.heads)


BROKEN = {
    "is none": b"no gzip at all",
    "is cut off": gzip.compress(BODY)[:-9],
    "has a wrong sum": gzip.compress(BODY)[:-8] + bytes(8),
}


@pytest.mark.parametrize("status", [b"200 OK", b"400 Bad Request", b"401 Unauthorized"])
@pytest.mark.parametrize("packed", BROKEN.values(), ids=BROKEN)
def test_gzip_that(packed: bytes, status: bytes) -> None:
    """Of a page, of a refusal, of a token: it is said that the body cannot be unpacked."""
    token = ok(body=json.dumps(TOKEN).encode())
    for page, answer in ((zipped(packed, status=status), token), (ok(), zipped(packed, b"gzip"))):
        with RawServer(page, answer) as server:
            err = pulled(server)
        assert in_words(err)
        assert "could not be unpacked (DecodingError)" in err.happened
        assert "virus scanner" in err.why
        assert "127.0.0.1 unchanged" in err.next
        assert err.happened.startswith("The token request") == (answer is not token)


@pytest.mark.parametrize(
    "body",
    [b" " * 2_000_000, b"[" + b"1," * 500_000 + b"1]", b'{"access_token":"' + b"a" * 2_000_000],
)
@pytest.mark.parametrize("status", [b"200 OK", b"400 Bad Request"])
@pytest.mark.parametrize("is_packed", [False, True])
def test_a_token_answer_over_the_cap(body: bytes, status: bytes, is_packed: bool) -> None:
    """It is said of the token, with the address to look at; a smaller page would not help."""
    answer = http(body, status)
    if is_packed:
        answer = zipped(gzip.compress(body), status=status)
    with RawServer(ok(), answer) as server:
        err = pulled(server)
        assert len(server.heads) == 1
    assert in_words(err)
    assert err.happened.startswith("The token request was answered with a body of")
    assert "A token has some thousand characters" in err.why
    assert "AUTH_URL" in err.next
    assert "page_size" not in str(err)


def test_a_token_answer_of_50_mb_is_not_read() -> None:
    """It is over the cap, and not asked for again."""
    token = ok(body=b'{"access_token":"' + b"a" * 50_000_000 + b'"}')
    with RawServer(ok(), token) as server:
        err = pulled(server)
        assert in_words(err)
        assert len(server.heads) == 1


def test_a_server_of_these_tests_leaves_no_connection_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise it would be told in a later test, which would fail."""
    told: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda found: told.append(repr(found.exc_value)))
    with RawServer(bare(b"x" * 20_000_000, b"200 OK"), b"") as server:
        host, _, port = server.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            client.recv(100)
    gc.collect()
    assert told == []
