"""Inflate a body: gzip alone, whole, and no larger than a cap.

httpx could inflate too, but piece by piece on the event loop, it takes a body that was cut off for
a whole one, and it has no cap. ISA-L (the extra `fast`) needs half the time of zlib.
"""

from __future__ import annotations

import functools
import importlib
import zlib
from collections.abc import Iterator
from typing import Any

import httpx

ACCEPTED = "gzip"  # the one encoding that is asked for
GZIP = zlib.MAX_WBITS | 16  # zlib's sign for a gzip header
SLICE = 64 * 1024  # bytes: behind each stream the rest of what was handed over is copied
MOST_STREAMS = 100_000  # of one body; as many empty ones take half a second of CPU


@functools.cache
def _fastest() -> Any:
    try:
        return importlib.import_module("isal.isal_zlib")
    except ImportError:
        return zlib


class TooLarge(httpx.DecodingError):
    """A body is over the cap. The rest of it is not read."""

    beyond = "size"


def inflate(parts: list[bytes], encoding: str, largest: int) -> bytes:
    """Undo the encoding of a body.

    Args:
        parts: are let go as they are read, so that no body is in memory three times.
        encoding: the header Content-Encoding: "gzip", "identity" or "".
        largest: bytes that may come of it.

    Raises:
        TooLarge: it is over the cap.
        httpx.DecodingError: the body is broken, cut off, or of another encoding.
    """
    if is_plain(encoding):
        content = b"".join(parts)
        parts.clear()
        return content
    inflater, out = Inflater(encoding, largest), list[bytes]()
    parts.reverse()
    while parts:
        out += inflater.pieces(parts.pop())
    inflater.end()
    return b"".join(out)


def is_plain(encoding: str) -> bool:
    """Whether a body with this header Content-Encoding is not encoded."""
    return encoding.strip().lower() in ("", "identity")


class Inflater:
    """Inflates a body of gzip piece by piece: one stream of gzip, or several behind each other.

    Args:
        encoding: the header Content-Encoding.
        largest: bytes that may come of it.

    Raises:
        httpx.DecodingError: it is another encoding.
    """

    def __init__(self, encoding: str, largest: int) -> None:
        name = encoding.strip().lower().removeprefix("x-")
        if name != "gzip":
            raise httpx.DecodingError(f"the body is encoded as {name[:40]!r}")
        self._codec = _fastest()
        self._stream: Any = None
        self._streams = 0
        self._largest = self._room = largest

    def pieces(self, part: bytes) -> Iterator[bytes]:
        """What comes of the next part.

        Raises:
            TooLarge: it is over the cap.
            httpx.DecodingError: it is not gzip, or of more streams than a server would send.
        """
        for begin in range(0, len(part), SLICE):
            yield from self._pieces(part[begin : begin + SLICE])

    def _pieces(self, part: bytes) -> Iterator[bytes]:
        while part:
            if self._stream is None or self._stream.eof:
                self._begin()
            try:
                piece = self._stream.decompress(part, self._room + 1)
            except self._codec.error:
                raise httpx.DecodingError("the body is not gzip") from None
            self._room -= len(piece)
            if self._room < 0:
                raise TooLarge(f"the body is over {self._largest:,} bytes")
            if piece:
                yield piece
            part = self._stream.unused_data

    def _begin(self) -> None:
        self._streams += 1
        if self._streams > MOST_STREAMS:
            raise httpx.DecodingError(f"the body is over {MOST_STREAMS:,} streams of gzip")
        self._stream = self._codec.decompressobj(GZIP)

    def end(self) -> None:
        """The body has come to its end.

        Raises:
            httpx.DecodingError: it is cut off.
        """
        if self._stream is not None and not self._stream.eof:
            raise httpx.DecodingError("the body is cut off")
