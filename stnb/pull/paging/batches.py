"""More ids than one call takes: many calls, side by side."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from stnb.catalog.facts import MAX_IDS
from stnb.errors import Rejected, StnbWarning
from stnb.frame.notices import Notice

from ..call import IDS
from ..pairs import Pairs, in_parts, only
from .beside import side_by_side
from .envelope import joined, read_page
from .models import Page, Query
from .unseen import HAD_MORE, Unseen, as_texts, unseen
from .walk import TOO_LARGE, Walk, either

# The statuses of a call that is too long: its body, its address, or its headers.
TOO_LONG = (TOO_LARGE, 414, 431)


KEY = ("id",)  # that of a row whose id says which of those it is that were asked for
# What is noted of a server that answers with rows that were not asked for, and has more of them.
IGNORED = (
    "{} gave rows that were not asked for, and has more of them: likely the API ignores the ids. "
    "It was not read further; pull it without ids, and keep the rows that you need."
)


class TooLong(Exception):
    """A call has more ids than the server takes."""


class BatchWalk(Walk):
    """More ids than one call takes: a call for each batch, side by side.

    A batch has as many rows as ids at most, and so is one page. If a server gives fewer a page,
    the others are asked for too; the first page is handed on last, so that a batch whose first page
    is kept is whole. If a server takes fewer ids, a batch is asked for in parts.

    Attributes:
        most: ids a call, if the server takes fewer than a batch has; None if not.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.most = self.own.taken.ids
        self._parts: dict[int, list[Pairs]] = {}  # of the batches whose first page came
        self._came = 0  # batches
        self._ignored = False  # the ids were; further calls would bring the same rows

    async def pages(self) -> AsyncGenerator[Page, None]:
        self.move()  # the journal is there before the first page
        todo = [i for i in range(len(self.call.batches)) if i not in self.position.done]
        self.more = self.position.more
        waiting = itertools.takewhile(lambda index: not self._ignored, todo)
        async with aclosing(side_by_side(waiting, self._ask, self._lanes, self.bodies)) as found:
            async for page in found:
                self._came += 1
                # All at once, so that a walk that breaks off asks for no page a second time.
                for other in [other async for other in self._others(page)]:
                    yield other
                yield replace(page, total=None)

    def _lanes(self) -> int:
        """How many batches may be asked for at once: of a limited pull the first may be enough."""
        if self.paging.limit is None:
            return self.lanes_now()
        return min(self.lanes_now(), self._came + 1)

    async def _others(self, first: Page) -> AsyncGenerator[Page, None]:
        """The pages behind the first one of a batch, of which there are none as a rule."""
        page, batches, number = first, len(self.call.batches), 0
        ids = self.call.batches[first.index]
        asked, lacking = len(as_texts(ids)), unseen(ids)
        lacking.see(first)
        if self._is_ignored(first, lacking, asked):
            return
        while self.call.endpoint.takes("page") and _goes_on(page, lacking.rows, asked):
            number += 1
            before, page = page, await self._ask(first.index, number)
            if page.rows in (b"", before.rows) or number > MAX_IDS:
                break
            lacking.see(page)
            yield replace(page, index=first.index + number * batches, total=None)
            if self._is_ignored(page, lacking, asked):
                return
        self._add_more(page.has_more)
        if page.has_more:
            name = self.call.endpoint.name
            self.note(f"{name} has more rows than were asked for by their ids.")
        async for late in self.lacking(lacking, first.index, page.has_more):
            number += 1
            yield replace(late, index=first.index + number * batches, total=None)

    def _is_ignored(self, page: Page, came: Unseen, asked: int) -> bool:
        """Whether the server ignores the ids and has more rows; it is noted then.

        A row that was not asked for may stand for one that was, as of customers that were merged;
        then there is no more of them than of ids.
        """
        ignored = came.strangers > 0 and (came.rows > asked or came.strangers == came.rows)
        if not (page.has_more and ignored and self.call.endpoint.key == KEY):
            return False
        self._ignored = True
        self._add_more(True)
        self.note(IGNORED.format(self.call.endpoint.name))
        return True

    def _add_more(self, has_more: bool | None) -> None:
        """Add whether a batch has more rows, and have it saved before the batch is done."""
        self.more = either(self.more, has_more)
        if self.more != self.position.more:
            self.move(more=self.more)

    async def lacking(
        self, lacking: Unseen, index: int, has_more: bool | None
    ) -> AsyncGenerator[Page, None]:
        """The rows of a batch that come if the ids of which none came are asked for once more.

        None if no row came at all: a server that gives fewer rows a page gives some.
        """
        if self.call.by_id is None or self.call.endpoint.key != KEY or not lacking.rows:
            return
        async for page in lacking.again(lambda ids: self._once_more(index, ids)):
            if has_more is False:
                self.note(HAD_MORE.format(self.call.endpoint.name))
            yield page

    async def _once_more(self, index: int, ids: list[str]) -> Page:
        """The first page of some of the ids of a batch."""
        batch = only(self.call.batches[index], ids)
        pages = [await self._part(index, part, 0) for part in self._cut(batch)]
        return pages[0] if len(pages) == 1 else joined(index, pages)

    async def _ask(self, index: int, number: int = 0) -> Page:
        """One page of a batch; `number` counts them from 0."""
        while True:
            # A later page has to be of the same parts as the first one.
            parts = self._parts.get(index) or self._cut(self.call.batches[index])
            try:
                pages = [await self._part(index, part, number) for part in parts]
            except TooLong:
                continue
            self._parts[index] = parts
            if len(pages) == 1:
                return pages[0]
            has_more = pages[0].has_more
            for page in pages[1:]:
                has_more = either(has_more, page.has_more)
            return replace(joined(index, pages), has_more=has_more)

    def _cut(self, batch: Pairs) -> list[Pairs]:
        if self.most is None:
            return [batch]
        return in_parts(batch, self.most)

    async def _part(self, index: int, ids: Pairs, number: int) -> Page:
        """One page of a batch, or of a part of one.

        Raises:
            TooLong: the server takes fewer ids a call, of which a smaller part is asked for now.
        """
        while True:
            query = self._query(ids, number)
            page = self.held.again(query)
            if page is not None:
                return page
            try:
                answer = await self.fetch(query)
            except Rejected as err:
                if number:
                    raise  # a later page has to have the size of the first one
                fewer = fewer_ids(err, ids)
                if fewer is not None:
                    self.most = min(fewer, self.most or fewer)
                    break
                if not await self.goes_on(err, query):
                    raise
                continue
            self.own.went_through(query)
            self._learn()
            page = replace(read_page(self.call, index, *answer), query=query)
            self.held.add(index, page)
            return page
        # Outside the except block: the error of a part is no cause of what comes of the others.
        raise TooLong

    def _learn(self) -> None:
        """Remember how many ids a call takes, once one went through with so many."""
        if self.most != self.own.taken.ids:
            self.own.taken.ids = self.most
            name = self.call.endpoint.name
            sentence = (
                f"{name} takes fewer ids a call than were given; it is asked for {self.most} at a "
                "time."
            )
            self.adapted.append(Notice(StnbWarning, sentence))

    def _query(self, ids: Pairs, number: int) -> Query:
        endpoint, paging = self.call.endpoint, Query()
        if endpoint.takes("page"):
            page = str(endpoint.page_first + number)
            paging = (("page", page), ("pageSize", str(self.own.fit(MAX_IDS))))
        return self.own.query(*ids, *paging)


def _goes_on(page: Page, rows: int, asked: int) -> bool:
    """Whether a batch may have a page behind this one, with which it has so many rows.

    If `hasMore` says nothing, a batch with a row for each id is whole. Any other is asked for once
    more, as the server may give fewer rows a page than there are ids.
    """
    if page.has_more is not None:
        return page.has_more
    return rows not in (0, asked)


def fewer_ids(err: Rejected, ids: Pairs) -> int | None:
    """How many ids to ask for instead of these; None if they are not refused for their number.

    A number that a refusal states of them is the most that a call takes, unless it is one of them.
    """
    given = as_texts(ids)
    count = len(given)
    stated = [n for n in err.refused.get(IDS, ()) if 0 < n < count and str(n) not in given]
    if stated:
        return max(stated)
    if err.status in TOO_LONG and count > 1:
        return count // 2
    return None
