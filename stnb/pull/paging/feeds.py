"""Exports, followed by their cursor, and answers that come all at once."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator
from dataclasses import replace

from stnb.errors import PagingFault

from ..call import Call
from .envelope import count, read_page
from .models import Fetch, Page, Plan, Query


async def export(call: Call, fetch: Fetch, plan: Plan) -> AsyncGenerator[Page, None]:
    """Follow the cursor; it is opaque, and comes also with the last page (facts §6)."""
    known = list(itertools.takewhile(plan.done.__contains__, itertools.count()))
    seen = {cursor for i in known if (cursor := plan.done[i])}
    index, rows = len(known), plan.rows
    query = _from(call, plan.done[index - 1]) if index else call.query
    while plan.limit is None or rows < plan.limit:
        page = replace(read_page(call, index, *await fetch(query)), query=query)
        yield page
        rows += count(page.content) if plan.limit is not None else 0
        if not page.has_more or (plan.limit is not None and rows >= plan.limit):
            return
        if not page.continue_from or page.continue_from in seen:
            raise PagingFault(
                f"The feed {call.endpoint.name} says that there is more, but its cursor {'repeats' if page.continue_from else 'is missing'}.",
                "Likely a fault of the server; going on would bring the same rows for ever.",
                "Try again later, from the last cursor that came: from_=err.frame.attrs['stnb']['continue_from'].",
            )
        seen.add(page.continue_from)
        query = _from(call, page.continue_from)
        index += 1


def _from(call: Call, cursor: str | None) -> Query:
    return (
        call.query
        if cursor is None
        else (*((k, v) for k, v in call.query if k != "from"), ("from", cursor))
    )


async def once(call: Call, fetch: Fetch, plan: Plan) -> AsyncGenerator[Page, None]:
    page = replace(read_page(call, 0, *await fetch(call.query)), query=call.query)
    if page.has_more:
        plan.note(
            f"{call.endpoint.name} says that there is more than it gave, and takes no page to ask for it."
        )
    yield page
