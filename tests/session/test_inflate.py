"""Inflating: what was sent comes out, and what is not whole is found, whichever codec is at hand."""

from __future__ import annotations

import asyncio
import gzip
import importlib
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some

from stnb.credentials import Credentials, Secret
from stnb.errors import Unreachable
from stnb.session import Session
from stnb.session import inflate as room
from stnb.session.inflate import accepted, inflate

brotli = pytest.importorskip("brotli")
zstandard = pytest.importorskip("zstandard")


def raw_deflate(content: bytes) -> bytes:
    codec = zlib.compressobj(wbits=-15)
    return codec.compress(content) + codec.flush()


CODECS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": lambda content: zstandard.ZstdCompressor().compress(content),
}


@pytest.fixture(params=["isal", "zlib"])
def _codec(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """With the fast codec and without."""
    if request.param == "isal":
        pytest.importorskip("isal")
    else:
        monkeypatch.setattr(
            room,
            "_module",
            lambda name: None if name.startswith("isal") else importlib.import_module(name),
        )
    accepted.cache_clear()
    yield
    accepted.cache_clear()


@pytest.mark.usefixtures("_codec")
@pytest.mark.parametrize("name", CODECS)
def test_what_was_sent_comes_out(name: str) -> None:
    """Of every codec, empty bodies and large ones too."""

    @given(some.binary(max_size=2000), some.integers(0, 200))
    def check(content: bytes, times: int) -> None:
        assert inflate(CODECS[name](content * times), name) == content * times

    check()


@pytest.mark.usefixtures("_codec")
@pytest.mark.parametrize("name", CODECS)
def test_a_body_that_is_cut_off_is_found(name: str) -> None:
    """At whichever byte."""
    body = CODECS[name](b'{"data":[{"id":1},{"id":2}],"hasMore":false}' * 20)

    for end in range(1, len(body)):
        with pytest.raises(httpx.DecodingError):
            inflate(body[:end], name)


def test_a_stream_without_its_header_is_deflate_too() -> None:
    """As some servers send it."""
    assert inflate(raw_deflate(b"rows"), "deflate") == b"rows"


def test_streams_behind_each_other_are_one_body() -> None:
    """As gzip and zstd allow."""
    assert inflate(gzip.compress(b"a") + gzip.compress(b"b"), "gzip") == b"ab"
    assert inflate(CODECS["zstd"](b"a") + CODECS["zstd"](b"b"), "zstd") == b"ab"


def test_several_encodings_are_undone_from_the_last() -> None:
    """As the header lists them in the order of their making."""
    assert inflate(gzip.compress(zlib.compress(b"rows")), "deflate, x-gzip") == b"rows"
    assert inflate(b"rows", "identity") == b"rows"
    assert inflate(b"rows", "") == b"rows"


@pytest.mark.parametrize("name", ["compress", "aws-chunked"])
def test_an_unknown_encoding_is_no_body(name: str) -> None:
    """It is told by its name."""
    with pytest.raises(httpx.DecodingError, match=name):
        inflate(b"rows", name)


def test_the_cheapest_codec_at_hand_is_asked_for_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """By what was measured; gzip is always taken."""
    there: set[str] = set()
    monkeypatch.setattr(room, "_module", lambda name: name if name in there else None)
    asked = []
    for more in ("", "brotli", "isal.isal_zlib", "zstandard"):
        there.add(more)
        accepted.cache_clear()
        asked.append(accepted())
    accepted.cache_clear()

    assert asked == ["gzip", "br, gzip;q=0.9", "gzip, br;q=0.9", "zstd, gzip;q=0.9, br;q=0.8"]


# -- in the session

OWNER = Credentials("p", "integration", 42, Secret("cid.x"), Secret("cs1.x"), Secret("ak1.x"), "https://api.example", "https://auth.example/t")  # fmt: skip


class Wire(httpx.AsyncBaseTransport):
    """Sends the bodies as they are, piece by piece, as a network does."""

    def __init__(self, *bodies: bytes, encoding: str = "gzip") -> None:
        self.bodies, self.encoding, self.asked = list(bodies), encoding, []  # type: ignore[var-annotated]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "auth.example":
            return httpx.Response(200, json={"access_token": "t", "expires_in": 900})
        self.asked.append(request.headers["accept-encoding"])
        body = self.bodies.pop(0) if len(self.bodies) > 1 else self.bodies[0]

        async def pieces() -> Any:
            for i in range(0, len(body), 1000):
                yield body[i : i + 1000]

        return httpx.Response(200, headers={"content-encoding": self.encoding}, content=pieces())


def read(wire: Wire) -> bytes:
    async def rest(seconds: float) -> None:
        await asyncio.sleep(0)

    session = Session(OWNER, transport=wire, rate=None, sleep=rest)
    return asyncio.run(session.send("GET", "/x")).content


@pytest.mark.parametrize("rows", [1, 50_000])
def test_a_session_inflates_small_and_large_bodies(rows: int) -> None:
    """On the loop or beside it; the header says what it can undo."""
    body = b"[" + b"1," * rows + b"1]"
    wire = Wire(gzip.compress(body))

    assert read(wire) == body
    assert wire.asked == [accepted()]


def test_a_body_that_is_cut_off_is_asked_for_again() -> None:
    """Until it is whole."""
    whole = gzip.compress(b'{"data":[]}')

    assert read(Wire(whole[:-1], whole[:-9], whole)) == b'{"data":[]}'


def test_a_body_that_stays_cut_off_is_no_answer() -> None:
    """In three sentences."""
    with pytest.raises(Unreachable, match="DecodingError"):
        read(Wire(gzip.compress(b'{"data":[]}')[:-1]))
