"""The lanes of one tenant: a page waits for one, and its time tells how many there may be."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager

from .company import Company
from .failure import Failure
from .lane_times import Kind
from .lanes import LaneCount, Try
from .wire import Answer


class Gate:
    """Lets so many pages of a tenant be in flight as its server bears, of all pulls together.

    Args:
        rate: requests a second for the tenant.
        company: the pages of all tenants.

    Attributes:
        lanes: how many may be in flight, and what is known of it.
    """

    def __init__(self, rate: int, company: Company | None = None) -> None:
        self.lanes = LaneCount(rate)
        self._company = company or Company()
        self._first_in_line = asyncio.Lock()
        self._freed = asyncio.Event()

    def reading(self) -> AbstractContextManager[None]:
        """While it is open, the tenant is company for others between two pages too."""
        return self._company.reading(id(self))

    async def through(
        self, kind: Kind, once: Callable[[], Awaitable[Failure | Answer]]
    ) -> Failure | Answer:
        """Wait for a lane, ask for a page, and learn from how it went.

        Args:
            kind: what its time is compared by.
            once: asks for it, once.
        """
        page = await self._begin(kind)
        clock = asyncio.get_running_loop().time
        try:
            result = await once()
        except BaseException:
            self.lanes.ended()
            self._company.ended(id(self), clock())
            self._freed.set()
            raise
        moment = clock()
        self._company.ended(id(self), moment)
        if self._company.has_others(id(self), moment):
            self.lanes.join()
        if isinstance(result, Answer):
            self.lanes.came(page, result.seconds, moment)
        elif result.of_load:
            self.lanes.refused(page, moment)
        else:
            self.lanes.ended()
        self._freed.set()
        return result

    async def _begin(self, kind: Kind) -> Try:
        clock = asyncio.get_running_loop().time
        async with self._first_in_line:
            while (wait := self.lanes.room(clock())) > 0:
                self._freed.clear()
                limit = None
                if math.isfinite(wait):
                    limit = wait
                await _either(self._freed, limit)
            moment = clock()
            in_company = self._company.has_others(id(self), moment)
            self._company.began(id(self))
            return self.lanes.begin(kind, moment, in_company=in_company)


async def _either(event: asyncio.Event, seconds: float | None) -> None:
    """Wait for the event, or for so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
