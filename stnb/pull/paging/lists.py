"""Lists: the first page brings the total, and the rest are asked for side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import replace

from stnb.catalog.facts import MAX_IDS
from stnb.errors import PagingFault

from ..call import Call
from .envelope import count, read_page, row_bytes
from .models import Fetch, Page, Plan, Query

FIRST_PAGE = (
    500  # rows: small enough to answer soon, and it brings the total that the plan is made from
)
# rows: as fast as the 5,000 that lists allow, at half the memory, and less is lost with a page that
# fails
LARGE = 2500
EMPTY_PAGES = 20  # so many in a row, although there is more, are taken for a list that never ends


async def paged(call: Call, fetch: Fetch, plan: Plan) -> AsyncGenerator[Page, None]:
    """The first page, then the others; a walk that goes on needs no first page."""
    if plan.stand.size is None:
        first = await _first(call, fetch, plan)
        if first is not None:
            yield first
        if first is not None and plan.stand.size is None:
            return
    size, planned = plan.stand.size or FIRST_PAGE, plan.stand.planned
    top = max(planned, *(i + 1 for i in plan.done), 1)
    last = top - 1  # asked for in any case: it says whether there is more
    todo = [i for i in range(top) if i not in plan.done or i == last]
    lanes = 1 if call.endpoint.sequential else plan.concurrency
    async with aclosing(_side_by_side(call, fetch, plan, todo, size, lanes)) as walk:
        async for page in walk:
            yield page


async def _first(call: Call, fetch: Fetch, plan: Plan) -> Page | None:
    """Ask for the first page and plan the rest. None where its rows will be read once more, in
    pages of another size.
    """
    most = call.endpoint.page_size_max or 5000
    size = min(plan.page_size or FIRST_PAGE, most)
    if plan.limit is not None and plan.page_size is None and plan.limit <= 2 * FIRST_PAGE:
        size = min(max(plan.limit, 1), most)  # all of it in one answer
    first = await _list_page(call, fetch, plan, 0, size)
    total = (
        first.total if plan.limit is None or first.total is None else min(first.total, plan.limit)
    )
    if not first.has_more or (plan.limit is not None and plan.limit <= size):
        _compare(plan, first, size)
        return first
    lanes = 1 if call.endpoint.sequential or total is None else plan.concurrency
    stand = plan.stand
    stand.size = plan.page_size or choose_size(total, lanes, most)
    same = stand.size == size  # pages of another size have other edges
    start = 1 if same else 0
    stand.planned = max(-(-total // stand.size), start + 1) if total is not None else start + 1
    if (
        plan.now is not None
        and call.endpoint.takes("createdBefore")
        and not any(k == "createdBefore" for k, _ in call.query)
    ):
        stand.until = plan.now
    plan.on_stand(stand)
    if same:
        plan.done[0] = None
    return first if same else None


async def in_batches(call: Call, fetch: Fetch, plan: Plan) -> AsyncGenerator[Page, None]:
    """More ids than one call takes: a page for each batch, side by side; a batch has as many rows
    as ids at most.
    """
    lanes = 1 if call.endpoint.sequential else plan.concurrency
    alone = replace(plan, limit=0)  # no batch leads on to another page
    todo = [i for i in range(len(call.batches)) if i not in plan.done]
    async with aclosing(_side_by_side(call, fetch, alone, todo, MAX_IDS, lanes)) as walk:
        async for page in walk:
            if page.has_more:
                plan.note(f"{call.endpoint.name} has more rows than were asked for by their ids.")
            yield replace(page, total=None)


def choose_size(total: int | None, lanes: int, most: int) -> int:
    """Rows a page so that every lane has work to the end: as many rounds as needed, all of them
    full.
    """
    if total is None:
        return most
    lanes = max(lanes, 1)
    large = min(LARGE, most) if lanes > 1 else most
    rounds = -(-total // (lanes * large))
    even = -(-total // (lanes * max(rounds, 1)))
    return max(min(FIRST_PAGE, most), min(-(-even // 50) * 50, large))


async def _side_by_side(
    call: Call, fetch: Fetch, plan: Plan, planned: Iterable[int], size: int, lanes: int
) -> AsyncGenerator[Page, None]:
    """Keep `lanes` pages in flight; after the planned ones, go on in order for as long as there is
    more.
    """
    todo = iter(planned)
    flying: dict[asyncio.Task[Page], None] = {}
    last: Page | None = None
    try:
        while True:
            while len(flying) < lanes and (index := next(todo, None)) is not None:
                flying[asyncio.create_task(_list_page(call, fetch, plan, index, size))] = None
            if not flying:
                break
            done = (await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED))[0]
            arrived = sorted(
                done, key=lambda task: task.exception() is None
            )  # what arrived goes before an error
            del done
            while arrived:  # a page is let go as it is handed on: bodies are large
                task = arrived.pop()
                del flying[task]
                page = task.result()
                del task
                last = page if last is None or page.index > last.index else last
                yield page
                del page
    finally:
        for task in flying:
            task.cancel()
        await asyncio.gather(*flying, return_exceptions=True)
    if last is not None:
        async for page in _onwards(call, fetch, plan, last, size):
            yield page


async def _onwards(
    call: Call, fetch: Fetch, plan: Plan, last: Page, size: int
) -> AsyncGenerator[Page, None]:
    """What lies behind the planned pages: `hasMore` decides, whatever the total said."""
    page, known, same = last, last.total is not None, 0
    while page.has_more and (plan.limit is None or (page.index + 1) * size < plan.limit):
        if known:
            plan.note(
                "There were more pages than totalCount said; hasMore was followed to the end."
            )
            known = False
        before, page = page, await _list_page(call, fetch, plan, page.index + 1, size)
        rows = row_bytes(page)
        same = same + 1 if rows == row_bytes(before) else 0
        if page.has_more and same > (0 if rows else EMPTY_PAGES):
            raise PagingFault(
                f"{call.endpoint.name} gave the same page twice, and says that there are more.",
                "Likely the endpoint ignores `page`.",
                "Narrow the call with filters so that it fits on one page, or say limit=….",
            )
        yield page
    _compare(plan, page, size)


def _compare(plan: Plan, last: Page, size: int) -> None:
    """What was said of the number of rows, once the walk has ended."""
    if len(plan.totals) > 1 and plan.limit != 0:
        plan.note(
            f"totalCount changed while the pages were read: from {min(plan.totals):,} to {max(plan.totals):,}."
        )
    if (
        plan.limit is None
        and last.total is not None
        and not last.has_more
        and last.total > (last.index + 1) * size
    ):
        plan.note(f"totalCount said {last.total:,} rows, but hasMore ended the list earlier.")


async def _list_page(call: Call, fetch: Fetch, plan: Plan, index: int, size: int) -> Page:
    at = 0 if call.batches else index
    batch = call.batches[index] if call.batches else ()
    bound = (("createdBefore", plan.stand.until),) if plan.stand.until is not None else ()
    paging = (
        (("page", str(at + call.endpoint.page_first)), ("pageSize", str(size)))
        if call.endpoint.takes("page")
        else ()
    )
    total = (("includeTotal", "true"),) if call.endpoint.takes("includeTotal") else ()
    query = (*_stable(call), *bound, *batch, *paging, *total)
    page = replace(read_page(call, index, *await fetch(query)), query=query)
    if page.total is not None:
        plan.totals.add(page.total)
    if (
        page.rows_at == "bare"
    ):  # nothing says whether there is more, but a full page may have more behind it
        return replace(page, has_more=count(page.content) == size)
    return page


def _stable(call: Call) -> Query:
    """The query, ordered by id where the caller did not order it: new rows then come last and shift
    no page (facts §5).
    """
    sort = call.endpoint.takes("sort")
    by_id = next((v for v in sort.values if v.lower() == "+id"), None) if sort else None
    if by_id and not any(k == "sort" for k, _ in call.query):
        return (*call.query, ("sort", by_id))
    return call.query
