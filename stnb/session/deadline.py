"""The time that one request may take, from its start to the last byte of its answer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from types import TracebackType

import httpx

ENOUGH = 2**20  # bytes of a file that have the whole time for themselves
EXTENSION = "stnb.deadline"  # where a request carries its deadline, for the auth flow to find


class TokenLate(TimeoutError):
    """The time was over while a token was awaited: the call itself was not sent."""


class Deadline:
    """Ends what runs in its context with a TimeoutError, once the time is over.

    It stands still until `start`, and again from `stop` on: what a request waits for its turn, or
    for the token of another request, is not the server's time. A time-out of httpx is one for each
    read, and a server that sends a byte now and then never meets it.

    A file may be of any size: each megabyte of it has the whole time.

    Args:
        seconds: how long it is.

    Example:
        >>> async with Deadline(120) as deadline:
        ...     deadline.start()
        ...     response = await client.get(url)
    """

    def __init__(self, seconds: float) -> None:
        self._seconds, self._timeout = seconds, asyncio.timeout(None)
        self._started = 0.0
        self._of_token = False
        self._bytes = 0  # of a file, since the time began anew

    async def __aenter__(self) -> Deadline:
        await self._timeout.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._timeout.__aexit__(kind, error, trace)
        except TimeoutError:
            if self._of_token:
                raise TokenLate from None
            raise

    def start(self, *, of_token: bool = False) -> None:
        """The whole time begins now: of the call, or of the request for its token."""
        self._of_token = of_token
        self._started = asyncio.get_running_loop().time()
        self._timeout.reschedule(self._started + self._seconds)

    def came(self, size: int) -> None:
        """So many further bytes of a file came."""
        self._bytes += size
        if self._bytes >= ENOUGH:
            self._bytes = 0
            now = asyncio.get_running_loop().time()
            self._timeout.reschedule(now + self._seconds)

    @property
    def passed(self) -> float:
        """Seconds since it was started last."""
        return asyncio.get_running_loop().time() - self._started

    def stop(self) -> None:
        """No time passes until the next `start`."""
        self._timeout.reschedule(None)

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """No time passes in this block, and none of it counts as passed."""
        clock = asyncio.get_running_loop().time
        began, end = clock(), self._timeout.when()
        self._timeout.reschedule(None)
        try:
            yield
        finally:
            waited = clock() - began
            self._started += waited
            if end is not None:
                self._timeout.reschedule(end + waited)


class NoDeadline:
    """Stands for the deadline of a request that has none."""

    def start(self, *, of_token: bool = False) -> None:
        """Nothing happens."""

    def stop(self) -> None:
        """Nothing happens."""


def deadline_of(request: httpx.Request) -> Deadline | NoDeadline:
    """The deadline that a request carries."""
    found = request.extensions.get(EXTENSION)
    if isinstance(found, Deadline):
        return found
    return NoDeadline()
