"""Facts about filters: which are honoured, which are ignored, and what they take."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable

from stnb.catalog.facts import LARGEST_ID, MAX_IDS
from stnb.session import stamp

from .asker import Asker, Page, page_of
from .models import Seen
from .untried import Untried

LIST = "jpm.jobs"
NO_FILTER = "stnbNoSuchFilter"


async def created_before(asker: Asker) -> Seen:
    """Whether `createdBefore` leaves out what was made later."""
    return await _bounded(asker, "createdBefore", "createdOn", operator.ge)


async def modified_since(asker: Asker) -> Seen:
    """Whether `modifiedOnOrAfter` leaves out what did not change since."""
    return await _bounded(asker, "modifiedOnOrAfter", "modifiedOn", operator.lt)


async def _bounded(
    asker: Asker, name: str, column: str, is_outside: Callable[[dt.datetime, dt.datetime], bool]
) -> Seen:
    """Whether a filter of dates is honoured, with a bound among the first rows' own moments.

    Args:
        name, column: the filter, and the column that it is about.
        is_outside: whether a moment does not fit the bound.
    """
    first = await asker.first(LIST)
    bound = _middle(first, column)
    asked = {name: stamp(bound)}
    seen = await asker.list(LIST, page=1, pageSize=50, includeTotal="true", **asked)
    if name == "createdBefore":  # pulls add it by themselves
        asker.learn(LIST, name, seen)
    if seen.status == 400:
        return Seen("refused with 400", False)
    page = page_of(seen)
    outside = [moment for moment in _moments(page, column) if is_outside(moment, bound)]
    return _narrowed(first, page, len(outside))


def _narrowed(first: Page, page: Page, outside: int) -> Seen:
    what = f"{outside} of {len(page.rows)} rows lie outside"
    if first.total is None or page.total is None:
        return Seen(f"{what}; no total to compare", outside == 0)
    fewer = page.total < first.total
    words = {True: "smaller", False: "not smaller"}
    return Seen(f"{what}; the total is {words[fewer]}", outside == 0 and fewer)


def _middle(page: Page, column: str) -> dt.datetime:
    """A moment with rows before it and rows at or after it, in whole seconds.

    Raises:
        Untried: there is none.
    """
    moments = sorted(_moments(page, column))
    if not moments:
        raise Untried(f"no row has a {column} that can be read")
    middle = moments[len(moments) // 2]
    # Whole seconds: the API writes fractions, a filter is sent without them.
    bound = middle.replace(microsecond=0)
    if moments[0] >= bound:
        raise Untried(f"the first rows have the same {column}")
    return bound


def _moments(page: Page, column: str) -> list[dt.datetime]:
    """The values of a column that are moments."""
    found = []
    for row in page.rows:
        try:
            moment = dt.datetime.fromisoformat(row[column])
        except (KeyError, TypeError, ValueError):
            continue
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=dt.UTC)
        found.append(moment)
    return found


async def most_ids(asker: Asker) -> Seen:
    """Whether so many ids are taken in one call as the documents say."""
    known = (await asker.first(LIST)).ids()
    ids = _padded(known, MAX_IDS)
    seen = await asker.list(LIST, page=1, pageSize=MAX_IDS, ids=_joined(ids))
    if seen.status == 400:
        return Seen(f"{MAX_IDS} are refused with 400", False)
    came = set(page_of(seen).ids())
    what = f"{MAX_IDS} are accepted, {len(came)} rows came for {len(known)} ids that exist"
    return Seen(what, came == set(known))


async def beyond_ids(asker: Asker) -> Seen:
    """Whether one id more is refused."""
    known = (await asker.first(LIST)).ids()
    ids = _padded(known, MAX_IDS + 1)
    seen = await asker.list(LIST, page=1, pageSize=MAX_IDS + 1, ids=_joined(ids))
    if seen.status == 400:
        return Seen(f"{MAX_IDS + 1} are refused with 400", True)
    return Seen(f"{MAX_IDS + 1} are answered with {seen.status}", False)


def _padded(known: list[int], count: int) -> list[int]:
    """So many ids: those that exist, and some that no record has."""
    invented = range(LARGEST_ID - count, LARGEST_ID)
    return [*known, *invented][:count]


def _joined(ids: list[int]) -> str:
    return ",".join(map(str, ids))


async def unknown_filter(asker: Asker) -> Seen:
    """How a filter that does not exist is answered."""
    first = await asker.first(LIST)
    query = {"page": 1, "pageSize": 1, "includeTotal": "true", NO_FILTER: 1}
    seen = await asker.list(LIST, **query)
    if seen.status != 200:
        return Seen(f"answered with {seen.status}", False)
    total = page_of(seen).total
    if total is None or first.total is None:
        raise Untried("answered with 200, and no total to compare")
    if total != first.total:
        return Seen("answered with 200 and another total", False)
    return Seen("answered with 200 and the same total", True)


async def bad_value(asker: Asker) -> Seen:
    """How a value is answered that a filter cannot take."""
    seen = await asker.list(LIST, page=1, pageSize=1, createdBefore="never")
    if seen.status != 400:
        return Seen(f"answered with {seen.status}", False)
    if not seen.refuses("createdBefore"):
        return Seen("400 that does not name the filter", False)
    return Seen("400 that names the filter", True)


async def hides_inactive(asker: Asker, resource: str) -> Seen:
    """Whether inactive rows are left out unless they are asked for."""
    usual = (await asker.first(resource)).total
    active = await _total(asker, resource, "True")
    every = await _total(asker, resource, "Any")
    if usual is None or active is None or every is None:
        raise Untried("no total to compare")
    if active == every:
        raise Untried("the tenant has no inactive rows here")
    if usual == active:
        return Seen("as many rows as with active=True, fewer than with Any", True)
    if usual == every:
        return Seen("as many rows as with active=Any", False)
    return Seen("another count than with active=True and with Any", False)


async def _total(asker: Asker, resource: str, active: str) -> int | None:
    seen = await asker.list(resource, page=1, pageSize=1, includeTotal="true", active=active)
    return page_of(seen).total
