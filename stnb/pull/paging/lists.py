"""Lists: the first page brings the total, and the rest are asked for side by side."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from stnb.errors import PagingFault, Rejected, tongue, wording
from stnb.session import START

from ..call import Call
from .batches import BatchWalk, fewer_ids
from .beside import Plan, side_by_side
from .guard import Guard
from .models import Page, Seen
from .own import BOUND
from .sized import OtherSize, SizedWalk
from .sizes import FIRST_PAGE, IN_PACE, LARGE, LEARNING, choose_size
from .unseen import unseen

# What is noted of a list whose `hasMore` is neither true nor false.
UNSAID = (
    "{} does not say whether there is more: hasMore is neither true nor false. "
    "It was read until no further rows came."
)
EMPTY_PAGES = 20  # so many in a row, although there is more, are taken for a list that never ends


class ListWalk(SizedWalk):
    """The first page, then the others side by side; a walk that goes on needs no first page.

    `hasMore` says where a list ends. If it says nothing, the list is read until a page is shorter
    than what was asked for, and the next one is empty or the same. A server may give fewer rows a
    page than it was asked for: what it gives is what the pages are planned from.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._totals: set[int] = set()  # every totalCount that came
        self._kept: Page | None = None  # the first page, if its rows need not be read again
        self._plan = Plan()
        self._guard = Guard(self.call.endpoint.name)
        self._given: int | None = None  # rows a page, as the server gives them
        self._taught: tuple[int, int] | None = None  # the digest of the page that taught us that
        self._rows = self.position.rows  # so far; new ones are counted if there is a limit

    async def pages(self) -> AsyncGenerator[Page, None]:
        first = by_ids = None
        try:
            if self.position.size is None:
                first = await self._first()
        except Rejected as err:
            by_ids = self._in_batches(err)
            if by_ids is None:
                raise
            found = by_ids.pages()
        else:
            found = self._pages(first)
        if by_ids is None and self.call.has_several_ids:
            found = self._by_ids(found)
        async with aclosing(found):
            async for page in found:
                yield page
                del page
        if by_ids is not None:
            self.more = by_ids.more

    async def _by_ids(self, found: AsyncGenerator[Page, None]) -> AsyncGenerator[Page, None]:
        """The pages of rows that are asked for by their ids, and of those that come at a second
        time only.
        """
        call, last, total = self.call.as_batch(), 0, None
        lacking = unseen(call.batches[0])
        async with aclosing(found):
            async for page in found:
                if lacking.ids:
                    lacking.see(page)
                last, total = max(last, page.index), page.total
                yield page
        if self.paging.limit is not None or self.position.done:
            return  # rows lack that were not wanted, or that an earlier run has
        async for page in self._batches(call).lacking(lacking, 0, self.more):
            last += 1
            yield replace(page, index=last, total=total)

    async def _pages(self, first: Page | None) -> AsyncGenerator[Page, None]:
        """The first page, unless its rows are read once more, and the others."""
        if first is not None:
            yield first
            first = None
            if self.position.size is None:
                return
        size = self.position.size or FIRST_PAGE
        kept, self._kept, last = self._kept, None, None
        self._plan.begin(self.position.planned, self.position.done, has_first=kept is not None)
        if kept is not None:
            self._learn(kept, size)
            last = Seen.of(kept)
            del kept
        async with aclosing(
            side_by_side(
                self._plan, lambda index: self._ask(index, size), self.lanes_now, self.bodies
            )
        ) as found:
            async for page in found:
                if last is None or page.index > last.index:
                    last = Seen.of(page)
                yield page
                self._guard.see(page)
                del page
        if last is not None:
            async for page in self._onwards(last, size):
                yield page

    def _in_batches(self, err: Rejected) -> BatchWalk | None:
        """The walk that asks for fewer ids a call, if they were refused for their number."""
        if self.call.by_id is None:
            return None
        call = self.call.as_batch()
        fewer = fewer_ids(err, call.batches[0])
        if fewer is None:
            return None
        walk = self._batches(call)
        walk.most = min(fewer, walk.most or fewer)
        return walk

    def _batches(self, call: Call) -> BatchWalk:
        """The walk over the batches of a call, which learns and notices for this one."""
        walk = BatchWalk(
            call,
            self.fetch,
            self.paging,
            self.position,
            self._save,
            self.own.taken,
            self.hasty,
            self.lanes,
        )
        walk.notices, walk.adapted = self.notices, self.adapted
        walk.held, walk.bodies = self.held, self.bodies
        return walk

    async def _first(self) -> Page | None:
        """Ask for the first page and plan the rest. None if its rows will be read once more, in
        pages of another size.
        """
        limit = self.paging.limit
        first, size = await self._ask_first()
        total = first.total
        if first.has_more is None:
            total = None  # each page is compared with the one before it, to find the end
        if total is not None and limit is not None:
            total = min(total, limit)
        if self._ends(first):
            self._compare(first, size)
            return first
        chosen = self._later_size(first, size, total)
        planned = 1
        if total is not None:
            planned = max(-(-total // chosen), planned)
        self.move(size=chosen, planned=planned, until=self._bound())
        if chosen == size or self.own.sizeless:
            self._kept = first
            return first
        self._rows = self.position.rows  # pages of another size have other edges
        return None

    async def _ask_first(self) -> tuple[Page, int]:
        """The first page, and how many rows were asked for."""
        while True:
            size = self._first_size()
            try:
                return await self._ask(0, size), size
            except OtherSize:
                continue

    def _first_size(self) -> int:
        """Rows to ask for with the first page."""
        limit, page_size = self.paging.limit, self.paging.page_size
        most = self.call.endpoint.page_size_max or 5000
        if page_size is not None:
            return self.own.fit(min(page_size, most))
        if limit is not None and limit <= 2 * FIRST_PAGE:
            return self.own.fit(min(max(limit, 1), most))  # all of it in one answer
        if self.each_is_a_run:
            return self.own.fit(most)
        return self.own.fit(min(FIRST_PAGE, most))

    def _later_size(self, first: Page, size: int, total: int | None) -> int:
        """Rows to ask for with the other pages."""
        if self.each_is_a_run:
            return size  # pages of another size would bring rows that came already
        if self.own.sizeless:
            return first.row_count or size
        if first.parts:
            return size  # it was late, and larger ones would be later
        if first.has_more and first.size is not None and 0 < first.size < size:
            return first.size  # the most that the server gives
        if first.row_count != size:
            return size  # pages that are not cut by what was asked for
        if self.paging.page_size is not None:
            return self.own.fit(self.paging.page_size)
        most = self.own.fit(self.call.endpoint.page_size_max or 5000)
        if total is None or not self.is_free:
            return choose_size(total, self.lanes_now(), most)
        return self._chosen(total, most)

    def _chosen(self, total: int, most: int) -> int:
        """Rows a page, if the lanes are ours to find."""
        # Tenants that are read together have lanes enough, and fewer pages cost less.
        if total <= START * LARGE or self.lanes.is_in_company:
            return choose_size(total, START, most)
        if self.lanes.fills_pace((self.call.endpoint.name, LEARNING)):
            return choose_size(total, START, most, IN_PACE)  # the pace allows few requests
        # In several rounds, more lanes may be found. A shorter list has the same pages each time.
        lanes = max(self.lanes.likely, START)
        if not self.lanes.is_learning:
            return choose_size(total, lanes, most)
        if total <= lanes * LEARNING:
            lanes = START  # it is read before all lanes are found, and more pages would cost more
        return choose_size(total, lanes, most, LEARNING)

    def _learn(self, page: Page, size: int) -> None:
        """Plan further pages if a page that was planned has fewer rows than it was asked for."""
        if self._given is not None or page.total is None or not page.has_more:
            return
        given = min(page.size or size, page.row_count)
        if not given:
            return  # an empty page says nothing of the others
        self._given, self._taught = given, page.digest
        wanted = page.total
        if self.paging.limit is not None:
            wanted = min(wanted, self.paging.limit)
        planned = -(-wanted // given)
        if given < size and planned > self.position.planned:
            self.move(planned=planned)
            self._plan.grow(planned)

    def _ends(self, page: Page | Seen) -> bool:
        """Whether no page behind this one is asked for: there is none, or the limit is reached."""
        limit = self.paging.limit
        if page.has_more is False or page.rows_at == "one":
            return True
        return limit is not None and self._rows >= limit

    def _bound(self) -> str | None:
        """Until when rows were created that are read; None for no bound."""
        asked = any(name == "createdBefore" for name, _ in self.call.query)
        if asked or not self.call.endpoint.takes(BOUND) or BOUND in self.own.without:
            return None
        return self.paging.now()

    async def _onwards(self, last: Seen, size: int) -> AsyncGenerator[Page, None]:
        """What lies behind the planned pages: `hasMore` decides, whatever the total said."""
        seen, same = last, 0
        given = size
        if last.has_more is None:
            given = last.row_count or size  # it was not planned by, as pages say nothing
        while not self._ends(seen):
            page = await self._ask(seen.index + 1, size)
            before, seen = seen, Seen.of(page)
            if None in (before.has_more, seen.has_more):
                self._note_unsaid(before, seen)
            if seen.has_more is None and _is_over(before, seen, size):
                seen = replace(before, has_more=None)
                break
            is_beyond = last.total is not None and page.index * (self._given or given) >= last.total
            if is_beyond:
                self.note(
                    "There were more pages than totalCount said; hasMore was followed to the end."
                )
            if seen.digest == before.digest:
                same += 1
            else:
                same = 0
            # The same rows twice are a circle; empty pages may lie before others.
            if page.has_more and same > (0 if page.rows else EMPTY_PAGES):
                raise PagingFault(
                    f"{self.call.endpoint.name} gave the same page twice, and says that there are"
                    " more.",
                    "Likely the endpoint ignores `page`.",
                    "Narrow the call with filters so that it fits on one page, or say "
                    f"{tongue.argument('limit', '…')}.",
                )
            yield page
            self._guard.see(page)
            if is_beyond and self.each_is_a_run:
                self._guard.see_run_beyond(page, max(self._totals))
            # A total below the rows of one page, such as 0 or -1, counts nothing.
            elif is_beyond and max(self._totals) >= size:
                self._guard.see_beyond(page, max(self._totals))
        self._compare(seen, size)

    def _note_unsaid(self, *pages: Seen) -> None:
        """Note that an envelope does not say whether there is more; other shapes never do."""
        if self.call.endpoint.kind != "list":
            return
        for page in pages:
            if page.has_more is None and page.rows_at == "data":
                self.note(UNSAID.format(self.call.endpoint.name))

    def _compare(self, last: Page | Seen, size: int) -> None:
        """Notice what was said about the number of rows, once the walk has ended."""
        self.more = last.has_more
        if len(self._totals) > 1:
            self.note(
                f"totalCount changed while the pages were read: from {min(self._totals):,} to "
                f"{max(self._totals):,}."
            )
        ended = self.paging.limit is None and last.has_more is False
        if ended and last.total is not None and last.total > (last.index + 1) * size:
            said = wording.counted(last.total, "row")
            self.note(f"totalCount said {said}, but hasMore ended the list earlier.")

    async def _ask(self, index: int, size: int) -> Page:
        page = await self.page(index, size)
        if page.total is not None:
            self._totals.add(page.total)
        if self.paging.limit is not None and index not in self.position.done:
            self._rows += page.row_count
        seems_over = page.has_more is None and not page.rows
        if page.has_more is False or seems_over:
            self._plan.end_at(index)
        if self.position.size is not None:
            if self._is_that_again(page):
                self._plan.shrink()  # likely a circle; what lies behind is asked for in order
            self._learn(page, size)
        return page

    def _is_that_again(self, page: Page) -> bool:
        """Whether a page has the rows of the one from which the server's size was learned."""
        if self._taught is None or len(page.rows) != self._taught[0]:
            return False
        return page.digest == self._taught


def _is_over(before: Seen, page: Seen, size: int) -> bool:
    """Whether a list that does not say whether there is more ended with `before`."""
    length, _ = page.digest
    if length:
        return page.digest == before.digest  # the route ignores `page`
    # A page that said that there is more was not counted, and is taken for a full one.
    return before.row_count is not None and before.row_count < size
