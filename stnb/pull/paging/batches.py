"""More ids than one call takes: many calls, side by side."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from stnb.catalog.facts import MAX_IDS
from stnb.errors import Rejected

from .beside import side_by_side
from .envelope import read_page, row_bytes
from .models import Page, Query
from .walk import Walk, either


class BatchWalk(Walk):
    """More ids than one call takes: a call for each batch, side by side.

    A batch has as many rows as ids at most, and so is one page. If a server gives fewer a page,
    the others are asked for too; the first page is handed on last, so that a batch whose first page
    is kept is whole.
    """

    async def pages(self) -> AsyncGenerator[Page, None]:
        self.move()  # the journal is there before the first page
        todo = [i for i in range(len(self.call.batches)) if i not in self.position.done]
        self.more = False
        async with aclosing(side_by_side(iter(todo), self._ask, self.lanes_now)) as found:
            async for page in found:
                async for other in self._others(page):
                    yield other
                yield replace(page, total=None)

    async def _others(self, first: Page) -> AsyncGenerator[Page, None]:
        """The pages behind the first one of a batch, of which there are none as a rule."""
        page, batches = first, len(self.call.batches)
        while page.has_more and self.call.endpoint.takes("page"):
            number = page.index // batches + 1
            before, page = page, await self._ask(first.index, number)
            if row_bytes(page) in (b"", row_bytes(before)) or number > MAX_IDS:
                break
            page = replace(page, index=first.index + number * batches)
            yield replace(page, total=None)
        self.more = either(self.more, page.has_more)
        if page.has_more:
            name = self.call.endpoint.name
            self.note(f"{name} has more rows than were asked for by their ids.")

    async def _ask(self, index: int, number: int = 0) -> Page:
        """One page of a batch; `number` counts them from 0."""
        while True:
            query = self._query(index, number)
            try:
                answer = await self.fetch(query)
            except Rejected as err:
                # A later page has to have the size of the first one.
                if number or not self.own.refuse(err, query):
                    raise
                continue
            self.own.went_through(query)
            return replace(read_page(self.call, index, *answer), query=query)

    def _query(self, index: int, number: int) -> Query:
        endpoint, paging = self.call.endpoint, Query()
        if endpoint.takes("page"):
            page = str(endpoint.page_first + number)
            paging = (("page", page), ("pageSize", str(self.own.fit(MAX_IDS))))
        return self.own.query(*self.call.batches[index], *paging)
