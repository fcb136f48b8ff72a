"""The bodies that are read from the wire or wait to be decoded: so many bytes in a process at most.

Pages are asked for whatever waits here, because a server takes its time for each. What is bounded
is the reading of their bodies: until there is room, an answer stays in the system's buffers and
with its server.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from stnb.session import Room

MOST = 8 * 2**20  # bytes, while some wait: two threads that decode have work for long enough
IDLE = 32 * 2**20  # bytes, while none waits: a server may send each of its bodies slowly
FEW = 3  # bodies, up to as many bytes: large ones keep two threads busy too
FIRST = 2**20  # bytes, for which the first body of a pull is taken
AWAY = 0.2  # seconds after which the reader of a page is away
PATIENCE = 10.0  # seconds; then a body is read in any case, as a server drops what nobody takes


class Backlog:
    """The bodies of all pulls of a process. All is called on the loop's thread.

    Attributes:
        coming: bytes of bodies that are being read, as far as one knows.
        waiting: bytes of bodies that came and are not decoded yet.
        number: how many bodies these are together.

    Example:
        >>> bodies = backlog().bodies()
        >>> with bodies.coming() as room:
        ...     answer = await session.send("GET", path, room=room)
        >>> bodies.came(answer.content)
    """

    def __init__(self) -> None:
        self.coming = self.waiting = self.number = 0
        self._line: list[_Place] = []

    def bodies(self) -> Bodies:
        """Those of one pull."""
        return Bodies(self)

    def has_room(self, size: int) -> bool:
        """Whether one more body may be read."""
        most = MOST
        if not self.waiting or self.number < FEW:
            most = IDLE
        return self.coming + self.waiting + size <= most

    async def wait_in_line(self, place: _Place) -> None:
        """Wait until a body may be read; those that came first are served first."""
        self._line.append(place)
        self.serve()
        if place.served.is_set():
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await place.served.wait()
        except TimeoutError:
            if not place.served.is_set():
                place.take()
        finally:
            if place in self._line:
                self._line.remove(place)
                self.serve()

    def serve(self) -> None:
        """Let those read for whom there is room."""
        while self._line and self.has_room(self._line[0].size):
            self._line.pop(0).take()


@dataclass(eq=False)
class _Place:
    """The room of one body, once it is taken."""

    backlog: Backlog
    size: int
    served: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self) -> None:
        self.backlog.coming += self.size
        self.backlog.number += 1
        self.served.set()

    def give_back(self) -> None:
        if self.served.is_set():
            self.backlog.coming -= self.size
            self.backlog.number -= 1
            self.backlog.serve()


class Bodies:
    """The bodies of one pull.

    Attributes:
        waiting: bytes of those that came and are not decoded yet.
    """

    def __init__(self, backlog: Backlog) -> None:
        self._backlog, self.waiting = backlog, 0
        self._usual = FIRST  # bytes of a body, as the last one had
        self._sizes: dict[int, int] = {}  # of those that wait, by their identity
        self._counts = True

    @contextlib.contextmanager
    def coming(self) -> Iterator[Room]:
        """While one body is asked for, once or several times."""
        place: _Place | None = None

        async def room(size: int) -> None:
            nonlocal place
            if place is not None:
                place.give_back()  # of a try that failed
            size = min(max(size, self._usual), IDLE)  # one alone always has room
            place = _Place(self._backlog, size)
            await self._backlog.wait_in_line(place)

        try:
            yield room
        finally:
            if place is not None:
                place.give_back()

    def came(self, content: bytes) -> None:
        """A body waits from now on, if it does not yet."""
        if id(content) not in self._sizes:
            self._usual = self._sizes[id(content)] = len(content)
            self._wait(len(content), 1)

    def left(self, content: bytes) -> None:
        """It waits no more: it was decoded, or dropped."""
        if id(content) in self._sizes:
            self._wait(-self._sizes.pop(id(content)), -1)

    def close(self) -> None:
        """None of them waits any more."""
        self._wait(-self.waiting, -len(self._sizes))
        self._sizes.clear()

    @contextlib.contextmanager
    def handed_on(self) -> Iterator[None]:
        """While the reader of the pull has a page. If that takes long, as in a loop over batches,
        other pulls do not wait for what waits for this reader.
        """
        away = asyncio.get_running_loop().call_later(AWAY, self._count, False)
        try:
            yield
        finally:
            away.cancel()
            self._count(True)

    def _count(self, counts: bool) -> None:
        """Count among what waits, or not."""
        if counts != self._counts:
            self._counts = counts
            sign = 1 if counts else -1
            self._tell(sign * self.waiting, sign * len(self._sizes))

    def _wait(self, size: int, number: int) -> None:
        self.waiting += size
        if self._counts:
            self._tell(size, number)

    def _tell(self, size: int, number: int) -> None:
        """So much more waits of all pulls."""
        self._backlog.waiting += size
        self._backlog.number += number
        self._backlog.serve()


def backlog() -> Backlog:
    """That of this process: a fork has none of its parent's bodies."""
    return _of(os.getpid())


@functools.cache
def _of(pid: int) -> Backlog:
    return Backlog()
