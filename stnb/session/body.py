"""Read a body from the wire: whole, inflated, and no larger than a cap.

Every answer passes here, those to token requests and refusals too: `bounded` is the client's hook.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import io
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from typing import IO

import httpx

from .inflate import Inflater, TooLarge, inflate, is_plain
from .weight import is_heavy

OFF_THE_LOOP = 64 * 1024  # bytes of a body from which on a thread inflates it
LARGEST_FILE = 2**31 - 2**10  # bytes: a cell of Arrow's binary type holds no more
HEAD = 512  # bytes of a file that went to the disk: by these its type is told
IN_MEMORY = 2**20  # bytes of a file from which on it is written to disk while it arrives
# Threads: two keep up with those that decode. The C library holds on to what each of them frees.
INFLATERS = 2
FILE = "stnb.file"  # what a request for a file carries among its extensions


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
    elif is_plain(encoding):
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
            here = asyncio.get_running_loop()
            yield await here.run_in_executor(_inflaters(os.getpid()), self._made, parts)
        else:
            yield self._made(parts)

    def _made(self, parts: list[bytes]) -> bytes:
        content = inflate(parts, self._encoding, self._largest)
        weigh(content, self._largest)
        return content


@functools.cache
def _inflaters(pid: int) -> concurrent.futures.ThreadPoolExecutor:
    """The threads of this process that inflate: a fork has none of its parent's."""
    return concurrent.futures.ThreadPoolExecutor(INFLATERS, thread_name_prefix="stnb-inflate")


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
