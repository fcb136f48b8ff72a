"""Pages of one call: lists side by side, exports in order, everything else at once. Bytes only; no
pandas.

`models` has Page, Paging and Position, `walk` what every walk has; a page's envelope is read in
`envelope`; `lists`, `batches` and `feeds` walk,
and `beside` asks for pages side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from stnb.session import LaneCount, Taken

from ..call import Call
from .batches import BatchWalk
from .envelope import envelope, is_whole, joined, read_page
from .feeds import FeedWalk, SingleWalk
from .lists import ListWalk
from .models import Fetch, Page, Paging, Position, Query
from .sizes import choose_size
from .walk import Walk, either

__all__ = [
    "Fetch",
    "Page",
    "Paging",
    "Position",
    "Query",
    "Walk",
    "again",
    "choose_size",
    "either",
    "envelope",
    "is_whole",
    "read_page",
    "walk_of",
]

NOWHERE = Position()


def walk_of(
    call: Call,
    fetch: Fetch,
    paging: Paging,
    position: Position = NOWHERE,
    save: Callable[[Position], object] = lambda position: None,
    taken: Taken | None = None,
    hasty: Fetch | None = None,
    lanes: LaneCount | None = None,
) -> Walk:
    """The walk that fits the call; see `Walk` for the arguments.

    Example:
        >>> walk = walk_of(call, fetch, Paging(limit=100))
        >>> pages = [page async for page in walk.pages()]
    """
    endpoint = call.endpoint
    kind: type[Walk] = SingleWalk
    if call.batches:
        kind = BatchWalk
    elif endpoint.kind == "export":
        kind = FeedWalk
    elif endpoint.kind != "file" and endpoint.takes("page"):
        kind = ListWalk  # whatever shape the documents give its answer
    return kind(
        call,
        fetch,
        paging,
        position,
        save,
        taken or Taken(),
        hasty or fetch,
        lanes or LaneCount(),
    )


async def again(call: Call, fetch: Fetch, page: Page) -> Page:
    """The same page, asked for once more, as its body could not be read."""
    parts = []
    for query in page.parts or (page.query,):
        part = read_page(call, page.index, *await fetch(query))
        parts.append(replace(part, query=query))
    fresh = parts[0]
    if len(parts) > 1:
        fresh = joined(page.index, parts)
    return replace(
        page, content=fresh.content, rows_at=fresh.rows_at, content_type=fresh.content_type
    )
