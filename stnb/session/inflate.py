"""Read a body from the wire and inflate it: gzip alone, whole, and no larger than a cap.

Every answer passes here, those to token requests and refusals too: `bounded` is the client's hook.

httpx could inflate too, but piece by piece on the event loop, it takes a body that was cut off for
a whole one, and it has no cap. ISA-L (the extra `fast`) needs half the time of zlib.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import io
import tempfile
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import IO, Any

import httpx

from .weight import is_heavy

ACCEPTED = "gzip"  # the one encoding that is asked for
OFF_THE_LOOP = 64 * 1024  # bytes of a body from which on a thread inflates it
LARGEST_FILE = 2**31 - 2**10  # bytes: a cell of Arrow's binary type holds no more
HEAD = 512  # bytes of a file that went to the disk: by these its type is told
IN_MEMORY = 2**20  # bytes of a file from which on it is written to disk while it arrives
FILE = "stnb.file"  # what a request for a file carries among its extensions
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


class TooHeavy(TooLarge):
    """A body has so many values that they would fill the memory."""

    beyond = "values"


class FileTooLarge(TooLarge):
    """A file is larger than any that is taken. The rest of it is not read."""

    beyond = "file"


class PackedTooLarge(TooLarge):
    """A file that came packed is over the cap once it is inflated."""

    beyond = "packed"


def weigh(content: bytes, largest: int) -> None:
    """Refuse a body that would fill the memory once it is read.

    Raises:
        TooHeavy: it needs more than three times the cap.
    """
    if is_heavy(content, largest):
        raise TooHeavy("the values of the body would take too much memory")


def bounded(response: httpx.Response, largest: int) -> None:
    """Have an answer read as one whole body of at most so many bytes, inflated by us.

    A file may be larger, because it goes to the disk while it arrives; but not what is inflated of
    it, because few bytes may make many.

    Raises:
        TooLarge: a transport of this process hands over a body that is read already, and over it.
    """
    if response.is_stream_consumed:
        if len(response.content) > largest:
            raise TooLarge(f"the body is over {largest:,} bytes")
        if not _is_file(response):
            weigh(response.content, largest)
        return
    # Without its encoding, httpx hands on what we yield as it is.
    encoding = response.headers.pop("content-encoding", "")
    stream = response.stream
    assert isinstance(stream, httpx.AsyncByteStream)
    if not _is_file(response):
        response.stream = _Whole(stream, encoding, largest)
    elif _is_plain(encoding):
        response.stream = _Pieces(stream, LARGEST_FILE)
    else:
        response.stream = _Unpacked(stream, encoding, largest)


def _is_file(response: httpx.Response) -> bool:
    """Whether the body is a file, which nobody here reads as JSON."""
    return FILE in response.request.extensions and response.is_success


class _Pieces(httpx.AsyncByteStream):
    """A file piece by piece, as it arrives.

    Raises:
        FileTooLarge: it is over the cap.
    """

    _too_large: type[TooLarge] = FileTooLarge

    def __init__(self, stream: httpx.AsyncByteStream, largest: int) -> None:
        self._stream, self._room = stream, largest
        self._largest = largest

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            self._room -= len(part)
            if self._room < 0:
                raise self._too_large(f"the body is over {self._largest:,} bytes")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Unpacked(_Pieces):
    """The same, inflated as it arrives: for a file, which goes to the disk piece by piece.

    Raises:
        PackedTooLarge: it is over the cap.
        httpx.DecodingError: see `inflate`.
    """

    _too_large = PackedTooLarge

    def __init__(self, stream: httpx.AsyncByteStream, encoding: str, largest: int) -> None:
        super().__init__(stream, largest)
        self._inflater = Inflater(encoding, largest)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in super().__aiter__():
            for piece in self._inflated(part):
                yield piece
        self._inflater.end()

    def _inflated(self, part: bytes) -> Iterator[bytes]:
        try:
            yield from self._inflater.pieces(part)
        except TooLarge as err:
            raise PackedTooLarge(*err.args) from None


class _Whole(_Pieces):
    """A body in one piece, inflated. A thread inflates a large one, so that others can arrive.

    Raises:
        httpx.DecodingError: see `inflate`.
        TooHeavy: see `weigh`.
    """

    _too_large = TooLarge

    def __init__(self, stream: httpx.AsyncByteStream, encoding: str, largest: int) -> None:
        super().__init__(stream, largest)
        self._encoding = encoding

    async def __aiter__(self) -> AsyncIterator[bytes]:
        parts: list[bytes] = []
        plain: io.BytesIO | None = None
        async for part in super().__aiter__():
            if self._encoding or not parts:
                parts.append(part)
                continue
            # Further plain parts become one at once: as a list they would be in memory twice.
            if plain is None:
                plain = io.BytesIO(parts[0])
                plain.seek(0, io.SEEK_END)
            plain.write(part)
            parts[0] = b""
        if plain is not None:
            parts = [plain.getvalue()]  # no copy
        size = sum(map(len, parts))
        if size >= OFF_THE_LOOP:
            yield await asyncio.to_thread(self._made, parts)
        else:
            yield self._made(parts)

    def _made(self, parts: list[bytes]) -> bytes:
        content = _inflated(parts, self._encoding, self._largest)
        weigh(content, self._largest)
        return content


def nobody(size: int) -> None:
    """Nobody wants to know how many bytes came."""


async def read(
    response: httpx.Response,
    into: IO[bytes] | None = None,
    came: Callable[[int], None] = nobody,
) -> bytes:
    """The whole body of a bounded answer; a large file waits on the disk until it is whole.

    Args:
        into: a file on the disk that takes the body as it comes, in place of what an earlier try
            left there. The body of a refusal is still returned.
        came: hears of each part of a file how many bytes it has.

    Returns:
        The body; of one that went into a file, its first bytes.

    Raises:
        httpx.HTTPError: it did not come to its end.
        OSError: the file cannot be written.
    """
    try:
        if into is not None and response.is_success:
            await _write(response, into, came)
            into.seek(0)
            return into.read(HEAD)
        if response.is_stream_consumed:
            return response.content
        if FILE not in response.request.extensions:
            # Not `aread`, because a response lies in a circle of references, and would keep it.
            return b"".join([part async for part in response.aiter_raw()])
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
            async for part in response.aiter_raw():
                came(len(part))
                file.write(part)
            file.seek(0)
            return file.read()
    finally:
        await response.aclose()


async def _write(response: httpx.Response, file: IO[bytes], came: Callable[[int], None]) -> None:
    file.seek(0)
    file.truncate()
    if response.is_stream_consumed:
        file.write(response.content)
        return
    async for part in response.aiter_raw():
        came(len(part))
        file.write(part)


def inflate(content: bytes, encoding: str, largest: int) -> bytes:
    """Undo the encoding of a body.

    Args:
        encoding: the header Content-Encoding: "gzip", "identity" or "".
        largest: bytes that may come of it.

    Raises:
        TooLarge: it is over the cap.
        httpx.DecodingError: the body is broken, cut off, or of another encoding.
    """
    return _inflated([content], encoding, largest)


def _inflated(parts: list[bytes], encoding: str, largest: int) -> bytes:
    """As `inflate`; the parts are let go as they are read, so that no body is in memory thrice."""
    if _is_plain(encoding):
        content = b"".join(parts)
        parts.clear()
        return content
    inflater, out = Inflater(encoding, largest), list[bytes]()
    parts.reverse()
    while parts:
        out += inflater.pieces(parts.pop())
    inflater.end()
    return b"".join(out)


def _is_plain(encoding: str) -> bool:
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
