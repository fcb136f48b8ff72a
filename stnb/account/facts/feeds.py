"""Facts about feeds: their cursors."""

from __future__ import annotations

from .asker import Asker, page_of
from .models import Seen
from .untried import Untried

FEED = "jpm.export.jobs"
SMALL_FEED = "settings.export.business_units"
FEW_PAGES = 6
LONG_AGO = "2020-01-01"


async def replays(asker: Asker) -> Seen:
    """Whether a cursor gives the same rows each time."""
    cursor = page_of(await asker.list(FEED)).cursor
    if cursor is None:
        return Seen("the answer has no continueFrom", False)
    once = page_of(await asker.list(FEED, **{"from": cursor}))
    again = page_of(await asker.list(FEED, **{"from": cursor}))
    if once.rows != again.rows:
        return Seen(f"{len(once.rows):,} rows, then {len(again.rows):,}, not all alike", False)
    if once.cursor != again.cursor:
        return Seen(f"the same {len(once.rows):,} rows, another continueFrom", False)
    return Seen(f"the same {len(once.rows):,} rows and continueFrom twice", True)


async def goes_on(asker: Asker) -> Seen:
    """Whether a cursor leads on: no row comes twice."""
    first = page_of(await asker.list(FEED))
    if first.cursor is None:
        return Seen("the answer has no continueFrom", False)
    if first.has_more is False:
        raise Untried("the feed has one page")
    second = page_of(await asker.list(FEED, **{"from": first.cursor}))
    if second.cursor == first.cursor:
        return Seen("the next page has the same continueFrom", False)
    twice = set(first.ids()) & set(second.ids())
    what = f"{len(twice)} ids of {len(first.rows):,} rows come again on the next page"
    return Seen(what, not twice)


async def ends(asker: Asker) -> Seen:
    """Whether the last page of a feed has a cursor too."""
    query: dict[str, str] = {}
    for number in range(1, FEW_PAGES + 1):
        page = page_of(await asker.list(SMALL_FEED, **query))
        if page.cursor is None:
            return Seen(f"page {number} has no continueFrom", False)
        if page.has_more is None:
            return Seen(f"page {number} has no hasMore", False)
        if not page.has_more:
            return Seen(f"hasMore is false on page {number}, with a continueFrom", True)
        if query.get("from") == page.cursor:
            return Seen(f"page {number} leads to itself", False)
        query = {"from": page.cursor}
    raise Untried(f"the feed has more than {FEW_PAGES} pages")


async def takes_date(asker: Asker) -> Seen:
    """Whether a feed can begin at a date."""
    seen = await asker.list(FEED, **{"from": LONG_AGO})
    if seen.status != 200:
        return Seen(f"answered with {seen.status}", False)
    page_of(seen)
    return Seen("accepted", True)
