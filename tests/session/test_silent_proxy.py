"""A proxy that takes the connection and says nothing, or breaks it off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from stnb.errors import SetupError
from stnb.session import proxy_routes
from stnb.session.probe import knock
from stnb.session.proxy import proxy_in_use
from stnb.session.proxy_routes import ProxyRefused
from stnb.session.unreached import unreached
from stnb.session.wire import new_client

URL = "https://api.example.test/"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[object]]


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(-1)


async def cuts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)


async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@asynccontextmanager
async def proxy_that(talk: Talk) -> AsyncIterator[int]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else ends the wait for a proxy that is silent."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setattr(proxy_routes, "HANDSHAKE", 0.2)
    monkeypatch.setattr(proxy_routes, "ANSWER", 0.2)


async def _asked(talk: Talk, scheme: str, monkeypatch: pytest.MonkeyPatch) -> ProxyRefused:
    async with proxy_that(talk) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://127.0.0.1:{port}")
        assert proxy_in_use() is not None
        async with new_client(None, lambda: 10**6) as client:
            with pytest.raises(ProxyRefused) as caught:
                await client.get(URL)
    return caught.value


@pytest.mark.parametrize("talk", [silent, cuts, plain])
def test_https_for_a_proxy_without_tls(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It hangs, cuts the line or answers in plain text: the variable is named, with the cure."""
    err = asyncio.run(_asked(talk, "https", monkeypatch))
    found = unreached(err)

    assert err.is_plain
    assert not found.passing
    assert "HTTPS_PROXY says https://" in found.why
    assert "HTTPS_PROXY=http://HOST:PORT" in found.then


async def speaks_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"\x15\x03\x01\x00\x02\x02\x46")  # an alert


@pytest.mark.parametrize("talk", [silent, plain, cuts, speaks_tls])
def test_a_proxy_that_never_answers(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the proxy that cannot be reached, and no page that is late."""
    err = asyncio.run(_asked(talk, "http", monkeypatch))

    assert not err.is_plain
    assert "HTTPS_PROXY" in unreached(err).why


@pytest.mark.parametrize("word", ["none", "DIRECT", "false", "0"])
def test_a_word_for_no_proxy_is_no_host(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named at once, and not looked up as a host."""
    monkeypatch.setenv("HTTPS_PROXY", word)

    with pytest.raises(SetupError, match=f"HTTPS_PROXY={word} cannot be used") as caught:
        proxy_in_use()
    assert "Unset HTTPS_PROXY" in caught.value.next


def test_the_doctor_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bare request of the doctor tells a proxy without TLS from one that refuses."""

    async def knocked() -> str:
        async with proxy_that(silent) as port:
            monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{port}")
            async with new_client(None, lambda: 10**6) as client:
                return (await knock(client, URL)).trouble

    assert asyncio.run(knocked()) == "plain"


def test_a_time_out_of_the_caller_stays_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for the whole call for less time gets its own time-out."""
    monkeypatch.setattr(proxy_routes, "ANSWER", 60.0)

    async def hurried() -> None:
        async with proxy_that(silent) as port:
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
            async with new_client(None, lambda: 10**6) as client:
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.2):
                        await client.get(URL, timeout=httpx.Timeout(None))

    asyncio.run(hurried())
