"""Pages of one call: lists side by side, exports in order, everything else at once. Bytes only; no pandas.

A page's envelope (hasMore, totalCount, continueFrom) is read from its edges, without decoding the rows between.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from .errors import PagingFault, UnexpectedAnswer
from .filters import Call

FIRST_PAGE = 500  # rows: small enough to answer soon, and it brings the total that the plan is made from
BATCH = 50  # rows: as many as the ids that one call takes (facts §7)
IN_FLIGHT = 8  # measured: 8 side by side bring most of what 16 bring, and leave room for other programs
EMPTY_PAGES = 20  # so many in a row, although there is more, are taken for a list that never ends
ENVELOPE = ("hasMore", "totalCount", "continueFrom")
ROWS_AT = re.compile(rb'"data"\s*:\s*\[')
Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Page:
    """The body of one answer.

    Attributes:
        index: its place among the pages, from 0.
        content: the body; a list page that overlaps earlier ones is never handed on.
        rows_at: how the rows lie in it: "data" in an envelope, "bare" for an array, "one" for a record, "file".
        total: totalCount, where it was asked for and given.
        continue_from: an export's cursor for the next call.
    """

    index: int
    content: bytes = field(repr=False)
    rows_at: str
    content_type: str = ""
    total: int | None = None
    has_more: bool = False
    continue_from: str | None = None


@dataclass
class Plan:
    """What the caller wants of the paging, and what the pager noticed.

    Attributes:
        limit: rows after which no further page is asked for.
        page_size: rows a page; None lets the pager choose from the total.
        concurrency: pages in flight at most.
        notices: sentences about what disagreed.
    """

    limit: int | None = None
    page_size: int | None = None
    concurrency: int = IN_FLIGHT
    notices: list[str] = field(default_factory=list)


Fetch = Callable[[Query], Awaitable[tuple[bytes, str]]]


async def pages(call: Call, fetch: Fetch, plan: Plan) -> AsyncGenerator[Page, None]:
    """Yield the pages as they arrive; list pages may come out of order, told apart by `index`.

    Args:
        fetch: sends one request with the given query and answers with (body, content type).

    Raises:
        PagingFault: an export's cursor leads in a circle, or a list never ends.
        UnexpectedAnswer: a page has no rows where the catalogue promises them.
    """
    if call.batches:
        walk = _in_batches(call, fetch, plan)
    elif call.endpoint.kind == "list" and call.endpoint.takes("page"):
        walk = _list(call, fetch, plan)
    elif call.endpoint.kind == "export":
        walk = _export(call, fetch, plan)
    else:
        walk = _once(call, fetch, plan)
    async with aclosing(walk):  # whoever stops in the middle leaves no request flying
        async for page in walk:
            yield page


# -- lists


async def _list(call: Call, fetch: Fetch, plan: Plan) -> AsyncGenerator[Page, None]:
    """The first page brings the total; the rest are asked for side by side at a size chosen from it."""
    most = call.endpoint.page_size_max or 5000
    size = min(plan.page_size or FIRST_PAGE, most)
    if plan.limit is not None and plan.page_size is None and plan.limit <= 2 * FIRST_PAGE:
        size = min(max(plan.limit, 1), most)  # all of it in one answer
    first = await _list_page(call, fetch, 0, size)
    total = first.total if plan.limit is None or first.total is None else min(first.total, plan.limit)
    if not first.has_more or (plan.limit is not None and plan.limit <= size):
        _compare(plan, first, size)
        yield first
        return
    lanes = 1 if call.endpoint.sequential or total is None else plan.concurrency
    chosen = plan.page_size or choose_size(total, lanes, most)
    start = 1
    if chosen == size:
        yield first
    else:  # pages of another size have other edges: the first rows are read once more
        size, start = chosen, 0
    pages = range(start, max(-(-total // size), start + 1)) if total is not None else range(start, start + 1)
    async with aclosing(_side_by_side(call, fetch, plan, pages, size, lanes)) as walk:
        async for page in walk:
            yield page


async def _in_batches(call: Call, fetch: Fetch, plan: Plan) -> AsyncGenerator[Page, None]:
    """More ids than one call takes: a page for each batch, side by side; a batch has as many rows as ids at most."""
    lanes = 1 if call.endpoint.sequential else plan.concurrency
    alone = replace(plan, limit=0)  # no batch leads on to another page
    async with aclosing(_side_by_side(call, fetch, alone, range(len(call.batches)), BATCH, lanes)) as walk:
        async for page in walk:
            if page.has_more:
                plan.notices.append(f"{call.endpoint.name} has more rows than were asked for by their ids.")
            yield replace(page, total=None)


def choose_size(total: int | None, lanes: int, most: int) -> int:
    """Rows a page so that every lane has work: small pulls in small pages, large ones in the largest allowed."""
    if total is None:
        return most
    even = -(-total // max(lanes, 1))
    return max(min(FIRST_PAGE, most), min(-(-even // 250) * 250, most))


async def _side_by_side(
    call: Call, fetch: Fetch, plan: Plan, planned: range, size: int, lanes: int
) -> AsyncGenerator[Page, None]:
    """Keep `lanes` pages in flight; after the planned ones, go on in order for as long as there is more."""
    todo = iter(planned)
    flying: dict[asyncio.Task[Page], None] = {}
    last: Page | None = None
    try:
        while True:
            while len(flying) < lanes and (index := next(todo, None)) is not None:
                flying[asyncio.create_task(_list_page(call, fetch, index, size))] = None
            if not flying:
                break
            done, _ = await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED)
            for task in sorted(done, key=lambda task: task.exception() is not None):  # what arrived goes before an error
                del flying[task]
                page = task.result()
                last = page if last is None or page.index > last.index else last
                yield page
    finally:
        for task in flying:
            task.cancel()
        await asyncio.gather(*flying, return_exceptions=True)
    if last is not None:
        async for page in _onwards(call, fetch, plan, last, size):
            yield page


async def _onwards(call: Call, fetch: Fetch, plan: Plan, last: Page, size: int) -> AsyncGenerator[Page, None]:
    """What lies behind the planned pages: `hasMore` decides, whatever the total said."""
    page, known, same = last, last.total is not None, 0
    while page.has_more and (plan.limit is None or (page.index + 1) * size < plan.limit):
        if known:
            plan.notices.append("There were more pages than totalCount said; hasMore was followed to the end.")
            known = False
        before, page = page, await _list_page(call, fetch, page.index + 1, size)
        rows = _rows(page)
        same = same + 1 if rows == _rows(before) else 0
        if page.has_more and same > (0 if rows else EMPTY_PAGES):
            raise PagingFault(
                f"{call.endpoint.name} gave the same page twice, and says that there are more.",
                "Likely the endpoint ignores `page`.",
                "Narrow the call with filters so that it fits on one page, or say limit=….",
            )
        yield page
    _compare(plan, page, size)


def _rows(page: Page) -> bytes:
    """The rows' part of a page, as pages that differ in their number only are the same."""
    start = ROWS_AT.search(page.content)
    return page.content[start.end() : page.content.rfind(b"]")].strip() if start else page.content


def _compare(plan: Plan, last: Page, size: int) -> None:
    if plan.limit is None and last.total is not None and not last.has_more and last.total > (last.index + 1) * size:
        plan.notices.append(f"totalCount said {last.total:,} rows, but hasMore ended the list earlier.")


async def _list_page(call: Call, fetch: Fetch, index: int, size: int) -> Page:
    at = 0 if call.batches else index
    batch = call.batches[index] if call.batches else ()
    paging = (("page", str(at + call.endpoint.page_first)), ("pageSize", str(size))) if call.endpoint.takes("page") else ()
    query = (*_stable(call), *batch, *paging)
    total = (("includeTotal", "true"),) if call.endpoint.takes("includeTotal") else ()
    page = read_page(call, index, *await fetch(query + total))
    if page.rows_at == "bare":  # nothing says whether there is more, but a full page may have more behind it
        return replace(page, has_more=_count(page.content) == size)
    return page


def _count(content: bytes) -> int:
    """The rows of a page; 0 where it is no JSON, which the decoder will tell."""
    try:
        body = json.loads(content)
        return len(body if isinstance(body, list) else body["data"])
    except (ValueError, KeyError, TypeError):
        return 0


def _stable(call: Call) -> Query:
    """The query, ordered by id where the caller did not order it: new rows then come last and shift no page (facts §5)."""
    sort = call.endpoint.takes("sort")
    by_id = next((v for v in sort.values if v.lower() == "+id"), None) if sort else None
    if by_id and not any(k == "sort" for k, _ in call.query):
        return (*call.query, ("sort", by_id))
    return call.query


# -- exports and single answers


async def _export(call: Call, fetch: Fetch, plan: Plan) -> AsyncGenerator[Page, None]:
    """Follow the cursor; it is opaque, and comes also with the last page (facts §6)."""
    seen: set[str] = set()
    query, index, rows = call.query, 0, 0
    while True:
        page = read_page(call, index, *await fetch(query))
        yield page
        rows += _count(page.content) if plan.limit is not None else 0
        if not page.has_more or (plan.limit is not None and rows >= plan.limit):
            return
        if not page.continue_from or page.continue_from in seen:
            raise PagingFault(
                f"The feed {call.endpoint.name} says that there is more, but its cursor {'repeats' if page.continue_from else 'is missing'}.",
                "Likely a fault of the server; going on would bring the same rows for ever.",
                "Try again later, from the last cursor that came: from_=err.frame.attrs['stnb']['continue_from'].",
            )
        seen.add(page.continue_from)
        query = (*((k, v) for k, v in call.query if k != "from"), ("from", page.continue_from))
        index += 1


async def _once(call: Call, fetch: Fetch, plan: Plan) -> AsyncGenerator[Page, None]:
    page = read_page(call, 0, *await fetch(call.query))
    if page.has_more:
        plan.notices.append(f"{call.endpoint.name} says that there is more than it gave, and takes no page to ask for it.")
    yield page


# -- one page


def read_page(call: Call, index: int, content: bytes, content_type: str) -> Page:
    """Read the envelope of an answer.

    Raises:
        UnexpectedAnswer: an envelope was promised, and there is none.
    """
    if call.endpoint.kind == "file":
        return Page(index, content, "file", content_type)
    if content.lstrip()[:1] == b"[":  # some lists come bare, whatever the documents say (facts §5)
        return Page(index, content, "bare", content_type)
    if call.endpoint.kind == "record":
        return Page(index, content, "one", content_type)
    meta = envelope(content)
    if meta is None:
        if call.endpoint.kind == "rows":
            return Page(index, content, "one", content_type)
        raise UnexpectedAnswer(
            f"A page of {call.endpoint.name} has no rows in it.",
            "The answer is JSON, but lacks the list `data` that every page of this kind has.",
            'Look at the answer with st.get(path); likely the route changed: search with st.find("words").',
        )
    total, cursor = meta.get("totalCount"), meta.get("continueFrom")
    return Page(
        index,
        content,
        "data",
        content_type,
        total if isinstance(total, int) else None,
        meta.get("hasMore") is True,
        str(cursor) if cursor else None,
    )


def envelope(content: bytes) -> dict[str, Any] | None:
    """Everything of a page but its rows; None where it has no list `data`.

    The rows are cut out at the first `"data":[` and the last `]`. Where what is left is no JSON, the whole is read.
    """
    start, end = ROWS_AT.search(content), content.rfind(b"]")
    if start is None:
        return None
    try:
        meta = json.loads(content[: start.end()] + content[end:])
        if "data" not in meta or any(key not in meta and f'"{key}"'.encode() in content for key in ENVELOPE):
            raise ValueError  # another list lies before or behind the rows, and the cut took too much
    except ValueError:
        try:
            meta = json.loads(content)
        except ValueError:
            return None
    return meta if isinstance(meta, dict) and isinstance(meta.get("data"), list) else None
