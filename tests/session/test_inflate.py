"""Inflating: what was sent comes out, and what is not whole is found, with ISA-L and without."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some

from stnb.errors import Unreachable
from stnb.session import Session
from stnb.session import inflate as room
from stnb.session.inflate import inflate as inflate_up_to
from tests.helpers.owner import owner


def inflate(content: bytes, encoding: str, largest: int = 10**6) -> bytes:
    return inflate_up_to([content], encoding, largest)


@pytest.fixture(params=["isal", "zlib"])
def _codec(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the fast codec and without."""
    if request.param == "isal":
        pytest.importorskip("isal")
    else:
        monkeypatch.setattr(room, "_fastest", lambda: zlib)


@pytest.mark.usefixtures("_codec")
def test_what_was_sent_comes_out() -> None:
    """Empty bodies and large ones too."""

    @given(some.binary(max_size=2000), some.integers(0, 200))
    def check(content: bytes, times: int) -> None:
        assert inflate(gzip.compress(content * times), "gzip") == content * times

    check()


@pytest.mark.usefixtures("_codec")
def test_a_body_that_is_cut_off_is_found() -> None:
    """At whichever byte."""
    body = gzip.compress(b'{"data":[{"id":1},{"id":2}],"hasMore":false}' * 20)

    for end in range(1, len(body)):
        with pytest.raises(httpx.DecodingError, match="cut off"):
            inflate(body[:end], "gzip")


@pytest.mark.usefixtures("_codec")
@pytest.mark.parametrize("at", [0, 12, -6])
def test_a_body_that_is_broken_is_found(at: int) -> None:
    """In its header, in the middle and in its checksum."""
    body = bytearray(gzip.compress(b'{"data":[{"id":1},{"id":2}],"hasMore":false}' * 20))
    body[at] ^= 0xFF

    with pytest.raises(httpx.DecodingError):
        inflate(bytes(body), "gzip")


@pytest.mark.usefixtures("_codec")
def test_streams_behind_each_other_are_one_body() -> None:
    """As gzip allows."""
    assert inflate(gzip.compress(b"a") + gzip.compress(b"b"), "gzip") == b"ab"


@pytest.mark.usefixtures("_codec")
@pytest.mark.parametrize("streams", [1, 4])
def test_a_body_over_the_cap_is_refused(streams: int) -> None:
    """In one stream or in several, and not before the cap is passed."""
    part = 1000 // streams

    assert len(inflate(gzip.compress(b"x" * part) * streams, "gzip", 1000)) == 1000
    with pytest.raises(httpx.DecodingError, match="over 1,000 bytes"):
        inflate(gzip.compress(b"x" * part) * streams + gzip.compress(b"x"), "gzip", 1000)
    with pytest.raises(httpx.DecodingError, match="over 1,000 bytes"):
        inflate(gzip.compress(b"x" * 50_000_000), "gzip", 1000)


@pytest.mark.usefixtures("_codec")
@pytest.mark.parametrize("in_one", [True, False], ids=["in one piece", "in pieces"])
def test_more_streams_than_a_server_sends_are_refused(
    monkeypatch: pytest.MonkeyPatch, in_one: bool
) -> None:
    """Empty ones cost time and pass no cap of bytes; so many as are allowed are read."""
    monkeypatch.setattr(room, "MOST_STREAMS", 5_000)
    body = gzip.compress(b"rows") + gzip.compress(b"") * 4_999
    sizes = [len(body)] if in_one else [777] * (len(body) // 777 + 1)

    def came(sent: bytes) -> bytes:
        inflater, out = room.Inflater("gzip", 1000), b""
        for part in sizes:
            out += b"".join(inflater.pieces(sent[:part]))
            sent = sent[part:]
        out += b"".join(inflater.pieces(sent))
        inflater.end()
        return out

    assert came(body) == b"rows"
    with pytest.raises(httpx.DecodingError, match="5,000 streams"):
        came(body + gzip.compress(b""))


@pytest.mark.usefixtures("_codec")
def test_many_streams_in_one_piece_are_copied_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest behind each stream is copied, so what is handed on at once is small."""
    longest = 0

    class Counting:
        error = zlib.error

        @staticmethod
        def decompressobj(bits: int) -> Any:
            stream = zlib.decompressobj(bits)

            class Seen:
                eof = property(lambda self: stream.eof)
                unused_data = property(lambda self: stream.unused_data)

                def decompress(self, part: bytes, most: int) -> bytes:
                    nonlocal longest
                    longest = max(longest, len(part))
                    return stream.decompress(part, most)

            return Seen()

    monkeypatch.setattr(room, "_fastest", lambda: Counting)
    assert inflate(gzip.compress(b"") * 10_000, "gzip") == b""
    assert 0 < longest <= room.SLICE


def test_a_body_without_an_encoding_stays() -> None:
    """With the header and without; gzip has an older name too."""
    assert inflate(b"rows", "identity") == b"rows"
    assert inflate(b"rows", "") == b"rows"
    assert inflate(gzip.compress(b"rows"), "X-GZip") == b"rows"


@pytest.mark.parametrize("name", ["br", "zstd", "deflate", "compress", "gzip, gzip"])
def test_an_encoding_that_was_not_asked_for_is_refused(name: str) -> None:
    """The error names it."""
    with pytest.raises(httpx.DecodingError, match=name):
        inflate(b"rows", name)


# -- in the session


class Wire(httpx.AsyncBaseTransport):
    """Sends the bodies as they are, piece by piece, as a network does."""

    def __init__(self, *bodies: bytes) -> None:
        self.bodies = list(bodies)
        self.asked: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "auth.example":
            return httpx.Response(200, json={"access_token": "t", "expires_in": 900})
        self.asked.append(request.headers["accept-encoding"])
        body = self.bodies.pop(0) if len(self.bodies) > 1 else self.bodies[0]

        async def pieces() -> Any:
            for i in range(0, len(body), 1000):
                yield body[i : i + 1000]

        return httpx.Response(200, headers={"content-encoding": "gzip"}, content=pieces())


def read(wire: Wire) -> bytes:
    async def rest(seconds: float) -> None:
        await asyncio.sleep(0)

    session = Session(owner(), transport=wire, rate=None, sleep=rest)
    return asyncio.run(session.send("GET", "/x")).content


@pytest.mark.parametrize("rows", [1, 50_000])
def test_a_session_inflates_small_and_large_bodies(rows: int) -> None:
    """On the loop or beside it; the header says what it can undo."""
    body = b"[" + b"1," * rows + b"1]"
    wire = Wire(gzip.compress(body))

    assert read(wire) == body
    assert wire.asked == ["gzip"]


def test_a_body_that_is_cut_off_is_asked_for_again() -> None:
    """Until it is whole."""
    whole = gzip.compress(b'{"data":[]}')

    assert read(Wire(whole[:-1], whole[:-9], whole)) == b'{"data":[]}'


def test_a_body_that_stays_cut_off_is_no_answer() -> None:
    """In three sentences."""
    with pytest.raises(Unreachable, match="DecodingError"):
        read(Wire(gzip.compress(b'{"data":[]}')[:-1]))
