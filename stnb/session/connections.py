"""The connections of one session: opened for the first call, and closed when nobody uses them."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable

import httpx

from .wire import new_client


class Connections:
    """The library's client, which holds them.

    Args:
        transport: stands where the network would; None for the network.
        largest: bytes that a body may have.
    """

    def __init__(
        self, transport: httpx.AsyncBaseTransport | None, largest: Callable[[], int]
    ) -> None:
        self._transport, self._largest = transport, largest
        self._client: httpx.AsyncClient | None = None
        self._users: Counter[httpx.AsyncClient] = Counter()  # calls under way with a client

    @property
    def client(self) -> httpx.AsyncClient:
        """The client for the next call."""
        if self._client is None:
            self._client = new_client(self._transport, self._largest)
        return self._client

    @contextlib.asynccontextmanager
    async def held(self) -> AsyncIterator[httpx.AsyncClient]:
        """The client, which is not closed while a call uses it: what the call then opened anew
        would stay open.
        """
        client = self.client
        self._users[client] += 1
        try:
            yield client
        finally:
            self._users[client] -= 1
            if self._users[client] == 0:
                del self._users[client]
                if client is not self._client:
                    await client.aclose()

    async def close(self) -> None:
        """Close them, those of calls under way after them; the next call opens new ones."""
        client, self._client = self._client, None
        if client is not None and client not in self._users:
            await client.aclose()
