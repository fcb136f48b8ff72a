"""A bound on the answers that are under way at once, over the sessions of many tenants.

Each tenant has a pace of its own, so forty of them would bring forty times as many bodies into
memory as one. A request takes its place when it is sent, after its turn: one that waits for a pause
of its tenant keeps nobody else waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

EXTENSION = "stnb.place"  # the extension of a request that holds its place


class Place:
    """The place of one request among those that are under way.

    Args:
        places: as many as may be taken at once.
    """

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._is_taken = False

    async def take(self) -> None:
        """Wait until one is free; a second try of the same request keeps the one that it has."""
        if not self._is_taken:
            await self._places.acquire()
            self._is_taken = True

    def leave(self) -> None:
        """Give it back, if it was taken."""
        if self._is_taken:
            self._places.release()
            self._is_taken = False


@contextmanager
def place_for(request: httpx.Request, places: asyncio.Semaphore | None) -> Iterator[None]:
    """What a request needs to take a place, which it leaves at the end."""
    if places is None:
        yield
        return
    place = request.extensions[EXTENSION] = Place(places)
    try:
        yield
    finally:
        place.leave()


async def take_place(request: httpx.Request) -> None:
    """Take the place of a request; nothing happens if its session knows no bound."""
    place = request.extensions.get(EXTENSION)
    if isinstance(place, Place):
        await place.take()
