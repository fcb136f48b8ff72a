"""A tenant of toys that misbehaves on purpose, behind a transport in this process.

tests/helpers/loopback.py has the same toys over HTTP.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx

from stnb.account.account import Account

from .fake_tenant import FakeTenant
from .toys import CATALOG, Toys, place

Answer = httpx.Response | Exception | None
# (page, the how many-th time, the right answer) -> another answer, or None
Trouble = Callable[[Any, int, dict[str, Any]], Answer]


def none(page: Any, time_asked: int, right: dict[str, Any]) -> Answer:
    """No trouble: the right answer is given."""
    return None


def at(broken: Any, make: Callable[[], Answer]) -> Trouble:
    """One page is always answered in another way; `make` gives the answer anew each time."""

    def trouble(page: Any, time_asked: int, right: dict[str, Any]) -> Answer:
        return make() if page == broken else None

    return trouble


class Server(FakeTenant):
    """Serves toys, and misbehaves.

    Args:
        trouble: gives another answer than the right one, or None.
        held: pages that wait until `let_go`.

    Attributes:
        asked: how often each page was asked for.
    """

    def __init__(
        self,
        toys: Toys | None = None,
        trouble: Trouble = none,
        *,
        held: Callable[[Any], bool] = lambda page: False,
    ) -> None:
        super().__init__(catalog=CATALOG)
        self.toys, self.trouble, self.held = toys or Toys(1000), trouble, held
        self.asked: Counter[Any] = Counter()
        self._go = threading.Event()

    def let_go(self) -> None:
        """Answer what is held, now and from now on."""
        self._go.set()

    async def answer(self, request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        page = place(request.url.path, query)
        self.asked[page] += 1
        time_asked = self.asked[page]
        while self.held(page) and not self._go.is_set():
            await asyncio.sleep(0.001)
        right = self.toys.body(request.url.path, query)
        other = self.trouble(page, time_asked, right)
        if isinstance(other, Exception):
            raise other
        return httpx.Response(200, json=right) if other is None else other

    def account(self, **options: Any) -> Account:
        """An account of this tenant."""
        return Account(self.session(**options), catalog=CATALOG)


class Stream(httpx.AsyncByteStream):
    """A body as it comes over the wire, not yet decoded by the transport."""

    def __init__(self, *parts: bytes | Exception) -> None:
        self._parts = list(parts)

    async def __aiter__(self) -> Any:
        while self._parts:  # nothing is kept of what was sent
            part = self._parts.pop(0)
            if isinstance(part, Exception):
                raise part
            yield part
            del part
