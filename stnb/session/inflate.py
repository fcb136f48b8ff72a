"""Read a body from the wire and inflate it: gzip alone, whole, and no larger than a cap.

httpx could inflate too, but piece by piece on the event loop, it takes a body that was cut off for
a whole one, and it has no cap. ISA-L (the extra `fast`) needs half the time of zlib.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import zlib
from typing import Any

import httpx

ACCEPTED = "gzip"  # the one encoding that is asked for
OFF_THE_LOOP = 64 * 1024  # bytes of a body from which on a thread inflates it
# Bytes of an inflated body. A page has far less, but a small body can inflate to gigabytes.
LARGEST = 256 * 1024 * 1024
GZIP = zlib.MAX_WBITS | 16  # zlib's sign for a gzip header


@functools.cache
def _fastest() -> Any:
    try:
        return importlib.import_module("isal.isal_zlib")
    except ImportError:
        return zlib


async def whole_body(response: httpx.Response) -> bytes:
    """The whole body, inflated. A thread inflates a large one, so that other pages can arrive.

    Raises:
        httpx.DecodingError: see `inflate`.
    """
    if response.is_stream_consumed:  # a transport of this process may hand over a body that is read
        return response.content
    try:
        content = b"".join([part async for part in response.aiter_raw()])
    finally:
        await response.aclose()
    encoding = response.headers.get("content-encoding", "")
    if encoding and len(content) >= OFF_THE_LOOP:
        return await asyncio.to_thread(inflate, content, encoding)
    return inflate(content, encoding)


def inflate(content: bytes, encoding: str) -> bytes:
    """Undo the encoding of a body.

    Args:
        encoding: the header Content-Encoding: "gzip", "identity" or "".

    Raises:
        httpx.DecodingError: the body is broken, cut off or too large, or of another encoding.
    """
    name = encoding.strip().lower().removeprefix("x-")
    if name in ("", "identity"):
        return content
    if name != "gzip":
        raise httpx.DecodingError(f"the body is encoded as {name[:40]!r}")
    codec = _fastest()
    parts: list[bytes] = []
    room = LARGEST
    while content:  # one gzip stream, or several behind each other
        stream = codec.decompressobj(GZIP)
        try:
            part = stream.decompress(content, room + 1)
        except codec.error:
            raise httpx.DecodingError("the body is not gzip") from None
        room -= len(part)
        if room < 0:
            raise httpx.DecodingError(f"the body is over {LARGEST:,} bytes")
        if not stream.eof:
            raise httpx.DecodingError("the body is cut off")
        parts.append(part)
        content = stream.unused_data
    return b"".join(parts)
