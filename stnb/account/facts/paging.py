"""Facts about pages: their sizes, their order, totals, and where they end."""

from __future__ import annotations

from .asker import Asker, page_of
from .models import Seen
from .untried import Untried

SMALLER = (2500, 1000, 500, 200, 100)  # sizes to try if the largest is refused
SMALL_LIST = "settings.business_units"
FEW_PAGES = 4  # to walk to the end of a list
NO_FIELD = "StnbNoSuchField"


async def largest_page(asker: Asker, resource: str, most: int) -> Seen:
    """Whether a page of that size is given. Later pulls ask for no larger one."""
    seen = await asker.list(resource, page=1, pageSize=most)
    if seen.status == 400:
        accepted = await _largest_of_smaller(asker, resource, most)
        return Seen(f"{most:,} are refused with 400; {accepted}", False)
    page = page_of(seen)
    given = len(page.rows)
    if page.has_more and 0 < given < most:
        _learn_size(asker, resource, given)
    else:
        _learn_size(asker, resource, None)
    if page.has_more and given < most:
        return Seen(f"{most:,} asked for, {given:,} given, and there are more", False)
    return Seen(f"{most:,} are accepted", True)


async def _largest_of_smaller(asker: Asker, resource: str, most: int) -> str:
    for size in SMALLER:
        if size >= most:
            continue
        seen = await asker.list(resource, page=1, pageSize=size)
        if seen.status == 200:
            _learn_size(asker, resource, size)
            return f"{size:,} are accepted"
    return f"{SMALLER[-1]} are refused too"


def _learn_size(asker: Asker, resource: str, most: int | None) -> None:
    """Remember the largest page, or that the usual one is given after all."""
    taken = asker.taken(resource)
    if (taken.most, taken.least) == (most, None) and "pageSize" not in taken.without:
        return
    taken.most, taken.least = most, None
    taken.without.discard("pageSize")
    taken.keep()


async def beyond_largest(asker: Asker, resource: str, most: int) -> Seen:
    """Whether a larger page is refused."""
    seen = await asker.list(resource, page=1, pageSize=most + 1)
    if seen.status == 400:
        return Seen(f"{most + 1:,} are refused with 400", True)
    page = page_of(seen)
    said = "says no size"
    if page.size is not None:
        said = f"says a size of {page.size:,}"
    return Seen(f"{most + 1:,} are answered with 200, which {said}", False)


async def usual_page(asker: Asker) -> Seen:
    """How many rows a page has if none are asked for."""
    page = page_of(await asker.list("jpm.jobs"))
    size = page.size
    if size is None and page.has_more:
        size = len(page.rows)
    if size is None:
        raise Untried("the answer says no page size, and all rows fit into it")
    return Seen(f"{size:,} rows", size == 50)


async def sorts(asker: Asker, resource: str) -> Seen:
    """Whether rows come in the order of their ids, upwards and downwards. Later pulls leave out
    what is refused.
    """
    upwards = await asker.list(resource, page=1, pageSize=50, sort="+Id")
    asker.learn(resource, "sort", upwards)
    if upwards.status == 400:
        return Seen("sort=+Id is refused with 400", False)
    downwards = await asker.list(resource, page=1, pageSize=50, sort="-Id")
    if downwards.status == 400:
        return Seen("sort=-Id is refused with 400", False)
    up, down = page_of(upwards).ids(), page_of(downwards).ids()
    if len(up) < 2 or len(down) < 2:
        raise Untried("the list has fewer than two rows")
    rising = up == sorted(up)
    falling = down == sorted(down, reverse=True)
    words = {True: "in order", False: "not in order"}
    what = f"+Id {words[rising]}, -Id {words[falling]}, {len(up)} and {len(down)} rows"
    return Seen(what, rising and falling)


async def unknown_sort(asker: Asker) -> Seen:
    """How a field that does not exist is answered as `sort`."""
    seen = await asker.list("jpm.jobs", page=1, pageSize=1, sort=f"+{NO_FIELD}")
    if seen.status != 400:
        return Seen(f"answered with {seen.status}", False)
    if not seen.refuses("sort"):
        return Seen("400 that does not name sort", False)
    return Seen("400 that names sort", True)


async def total_unasked(asker: Asker) -> Seen:
    """Whether a total comes without `includeTotal`."""
    page = page_of(await asker.list("jpm.jobs", page=1, pageSize=1))
    if page.total is None:
        return Seen("no total", True)
    return Seen("a total", False)


async def total_asked(asker: Asker) -> Seen:
    """Whether a total comes with `includeTotal`, and is that of the rows."""
    rows, flags, total = await _walk(asker)
    if total is None:
        return Seen("no total", False)
    if total != rows:
        return Seen(f"a total of {total:,}, and {rows:,} rows on {len(flags)} pages", False)
    return Seen(f"a total of {total:,}, and as many rows", True)


async def end(asker: Asker) -> Seen:
    """Whether `hasMore` is true before the last page, and false on it."""
    rows, flags, total = await _walk(asker)
    if total is not None and rows != total:
        return Seen(f"pages end after {rows:,} of {total:,} rows", False)
    if len(flags) < 2:
        raise Untried("all rows are on one page")
    return Seen(f"false on the last of {len(flags)} pages, true before", True)


async def beyond_end(asker: Asker) -> Seen:
    """How a page beyond the last one is answered."""
    seen = await asker.list(SMALL_LIST, page=100_000, pageSize=50)
    if seen.status != 200:
        return Seen(f"answered with {seen.status}", False)
    page = page_of(seen)
    more = {True: "true", False: "false", None: "not there"}[page.has_more]
    what = f"{len(page.rows)} rows, hasMore is {more}"
    return Seen(what, not page.rows and page.has_more is False)


async def _walk(asker: Asker) -> tuple[int, list[bool], int | None]:
    """A small list in a few pages: how many rows came, what `hasMore` was, and the total."""
    first = await asker.first(SMALL_LIST)
    total = first.total
    if not first.rows:
        raise Untried("the list has no rows")
    if (total or 0) > FEW_PAGES * 5000:
        raise Untried(f"the list has more rows than {FEW_PAGES} pages")
    # So small that a list of any length has two pages at least.
    size = max(1, -(-max(total or 0, len(first.rows)) // 3))
    size = min(size, 5000)
    rows, flags = 0, list[bool]()
    for number in range(1, FEW_PAGES + 2):
        query = {"page": number, "pageSize": size, "includeTotal": "true"}
        page = page_of(await asker.list(SMALL_LIST, **query))
        if page.has_more is None:
            raise Untried("the answer has no hasMore")
        rows += len(page.rows)
        flags.append(page.has_more)
        if not page.has_more:
            return rows, flags, total
    raise Untried(f"hasMore is still true on page {len(flags)}, with {rows:,} rows")
