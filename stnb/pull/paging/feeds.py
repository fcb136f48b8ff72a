"""Exports, followed by their cursor, and answers that come all at once."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator
from dataclasses import replace

from stnb.errors import PagingFault, Rejected, tongue

from .envelope import read_page
from .guard import Guard
from .models import Page, Query
from .walk import Walk

# What is noted of a feed whose `hasMore` is neither true nor false.
UNSAID = (
    "{} does not say whether there is more: hasMore is neither true nor false. Its cursor was "
    "followed as long as it changed and rows came."
)


class FeedWalk(Walk):
    """Follows the cursor of an export; it is opaque, and comes with the last page too.

    If `hasMore` says nothing, it goes on while the cursor changes and rows come.
    """

    async def pages(self) -> AsyncGenerator[Page, None]:
        self.move()  # the journal is there before the first page
        call, limit, done = self.call, self.paging.limit, self.position.done
        known = list(itertools.takewhile(done.__contains__, itertools.count()))
        seen = {done[index] for index in known}
        index, rows, cursor = len(known), self.position.rows, None
        guard = Guard(call.endpoint.name)
        if known:
            cursor = done[index - 1]
        while limit is None or rows < limit:
            page = await asked(self, index, cursor)
            self.more = page.has_more
            yield page
            guard.see(page)
            if limit is not None:
                rows += page.row_count
            if page.has_more is False or (limit is not None and rows >= limit):
                return
            if page.has_more is None:
                self.note(UNSAID.format(self.call.endpoint.name))
            if not page.continue_from or page.continue_from in seen:
                if page.has_more is None:
                    return
                raise self._leads_nowhere(page)
            if page.has_more is None and not page.row_count:
                return
            seen.add(page.continue_from)
            cursor = page.continue_from
            index += 1

    def _leads_nowhere(self, page: Page) -> PagingFault:
        fault = "is missing"
        if page.continue_from:
            fault = "repeats"
        return PagingFault(
            f"The feed {self.call.endpoint.name} says that there is more, but its cursor {fault}.",
            "Likely a fault of the server; going on would bring the same rows for ever.",
            tongue.either(
                "Try again later, from the last cursor that came: "
                "from_=err.frame.attrs['stnb']['continue_from'].",
                "Try again later.",
            ),
        )


def _from(query: Query, cursor: str | None) -> Query:
    if cursor is None:
        return query
    others = [pair for pair in query if pair[0] != "from"]
    return (*others, ("from", cursor))


async def asked(walk: Walk, index: int, cursor: str | None = None) -> Page:
    """One answer, without what the server refuses of our own parameters."""
    while True:
        query = _from(walk.own.query(), cursor)
        page = walk.held.again(query)
        if page is not None:
            return page
        try:
            answer = await walk.fetch(query)
        except Rejected as err:
            if not await walk.goes_on(err, query):
                raise
            continue
        walk.own.went_through(query)
        page = replace(read_page(walk.call, index, *answer), query=query)
        walk.held.add(index, page)
        return page


class SingleWalk(Walk):
    """One answer with all there is: a record or a file is whole in any case."""

    async def pages(self) -> AsyncGenerator[Page, None]:
        page = await asked(self, 0)
        self.more = page.has_more
        if self.call.endpoint.kind in ("record", "file"):
            self.more = False
        if page.has_more:
            self.note(
                f"{self.call.endpoint.name} says that there is more than it gave, and takes no page"
                " to ask for it."
            )
        yield page
