"""Pages of one call: lists side by side, exports in order, everything else at once. Bytes only; no
pandas.

Page and Plan are in `models`; a page's envelope is read in `envelope`; `lists` and `feeds` walk.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from ..call import Call
from .envelope import envelope, is_whole, read_page
from .feeds import export, once
from .lists import choose_size, in_batches, paged
from .models import IN_FLIGHT, Fetch, Page, Plan, Query, Stand

__all__ = [
    "IN_FLIGHT",
    "Fetch",
    "Page",
    "Plan",
    "Query",
    "Stand",
    "again",
    "choose_size",
    "envelope",
    "is_whole",
    "pages",
    "read_page",
]


async def pages(call: Call, fetch: Fetch, plan: Plan) -> AsyncGenerator[Page, None]:
    """Yield the pages as they arrive; list pages may come out of order, told apart by `index`.

    Args:
        fetch: sends one request with the given query and answers with (body, content type).
        plan: given a second time, the walk goes on where it stood: pages in `plan.done` are not
            asked for again.

    Raises:
        PagingFault: an export's cursor leads in a circle, or a list never ends.
        UnexpectedAnswer: a page has no rows where the catalogue promises them.
    """
    if call.batches or call.endpoint.kind == "export":
        plan.on_stand(plan.stand)  # a list has none before its first page
    if call.batches:
        walk = in_batches(call, fetch, plan)
    elif call.endpoint.kind == "list" and call.endpoint.takes("page"):
        walk = paged(call, fetch, plan)
    elif call.endpoint.kind == "export":
        walk = export(call, fetch, plan)
    else:
        walk = once(call, fetch, plan)
    async with aclosing(walk):  # whoever stops in the middle leaves no request flying
        async for page in walk:
            yield page


async def again(call: Call, fetch: Fetch, page: Page) -> Page:
    """The same page, asked for once more, as its body could not be read."""
    fresh = read_page(call, page.index, *await fetch(page.query))
    return replace(
        page, content=fresh.content, rows_at=fresh.rows_at, content_type=fresh.content_type
    )
