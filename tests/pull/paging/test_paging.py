"""The pager: which requests are made, in what order, and that no row is lost whatever the server
says of itself.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stnb import catalog
from stnb.catalog import Endpoint, Param
from stnb.errors import PagingFault, Rejected, UnexpectedAnswer
from stnb.pull import call as filters
from stnb.pull.call import Call
from stnb.pull.paging import (
    Page,
    Paging,
    Position,
    Query,
    Walk,
    again,
    choose_size,
    envelope,
    read_page,
    walk_of,
)
from stnb.session import START, LaneCount
from stnb.session.lane_refusals import MOST
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.sample import tenth, tries
from tests.helpers.toys import FEED, PAGING, page_of

KNOWN = catalog.load()
SORT = Param("sort", values=("+Id", "-Id"))


def endpoint(kind: str = "list", **facts: Any) -> Endpoint:
    given = {
        "params": (*PAGING, SORT) if kind == "list" else (Param("from"),),
        "page_size_max": 5000,
        "key": ("id",),
        **facts,
    }
    path = "/toys/v2/tenant/{tenant}/widgets"
    return Endpoint("toys.widgets", "toys", path, kind, **given)  # type: ignore[arg-type]


def call(e: Endpoint | None = None, **given: Any) -> Call:
    return filters.call(e or endpoint(), 1, given)


class Rows:
    """A list of so many rows as the pager sees it: a function from a query to a body.

    Args:
        first: the number of the first page.
        lie: changes an envelope.
        slow: page -> turns of the loop that its answer takes.

    Attributes:
        asked: (page, size) of each query.
        flying, most: how many queries wait now, and waited at once ever.
    """

    def __init__(
        self,
        count: int,
        *,
        first: int = 1,
        lie: Callable[[dict[str, Any]], Any] | None = None,
        slow: dict[int, int] | None = None,
    ) -> None:
        self.rows = [{"id": i} for i in range(count)]
        self.first, self.lie, self.slow = first, lie, slow or {}
        self.asked: list[tuple[int, int]] = []
        self.queries: list[dict[str, str]] = []
        self.flying = self.most = 0

    async def __call__(self, query: Query) -> tuple[bytes, str]:
        asked = dict(query)
        page = int(asked["page"])
        self.asked.append((page, int(asked["pageSize"])))
        self.queries.append(asked)
        self.flying += 1
        self.most = max(self.most, self.flying)
        for _ in range(self.slow.get(page, 1)):
            await asyncio.sleep(0)
        self.flying -= 1
        body: Any = page_of(self.rows, asked, self.first)
        if asked.get("includeTotal") != "true":
            body["totalCount"] = None
        if self.lie is not None:
            body = self.lie(body)
        return json.dumps(body).encode(), "application/json"


Fetch = Callable[[Query], Awaitable[tuple[bytes, str]]]


def walked(
    c: Call,
    fetch: Fetch,
    paging: Paging | None = None,
    position: Position | None = None,
    save: Callable[[Position], object] = lambda position: None,
    lanes: LaneCount | None = None,
) -> tuple[list[Page], Walk]:
    """The pages, and the walk once it has ended."""

    async def go() -> tuple[list[Page], Walk]:
        found = walk_of(c, fetch, paging or Paging(), position or Position(), save, lanes=lanes)
        return [page async for page in found.pages()], found

    return asyncio.run(asyncio.wait_for(go(), 20))


def walk(c: Call, fetch: Fetch, paging: Paging | None = None) -> list[Page]:
    return walked(c, fetch, paging)[0]


def ids(found: list[Page]) -> list[int]:
    """The rows' ids in the order of the pages."""
    out: list[int] = []
    for page in sorted(found, key=lambda p: p.index):
        body = json.loads(page.content)
        out += [row["id"] for row in (body if page.rows_at == "bare" else body["data"])]
    return out


# -- lists


@pytest.mark.parametrize(
    "count", [0, 1, 499, 500, 501, 999, 1000, 1001, 4000, 4001, 5000, 12_345, 40_000, 40_001]
)
@pytest.mark.parametrize("lanes", [1, 8])
def test_every_row_comes_once(count: int, lanes: int) -> None:
    """Whatever the number of rows, none is missing, none comes twice, and indexes are distinct and
    begin with 0.
    """
    server = Rows(count)

    found = walk(call(), server, Paging(concurrency=lanes))

    assert ids(found) == list(range(count))
    assert sorted(p.index for p in found) == list(range(len(found)))
    assert server.most <= lanes


@settings(max_examples=tries(100), derandomize=True, deadline=None)
@given(
    some.integers(0, 3000),
    some.one_of(some.none(), some.integers(1, 700)),
    some.one_of(some.none(), some.integers(1, 3500)),
    some.integers(1, 9),
    some.sampled_from([0, 1]),
    some.sampled_from([500, 5000]),
)
def test_any_plan_brings_the_first_rows(
    count: int, size: int | None, limit: int | None, lanes: int, first: int, most: int
) -> None:
    """With any page size, limit, concurrency, first page and maximum: the first `limit` rows in
    order, each once.
    """
    server = Rows(count, first=first)
    size = min(size, most) if size else None

    found = ids(
        walk(
            call(endpoint(page_first=first, page_size_max=most)), server, Paging(limit, size, lanes)
        )
    )

    wanted = count if limit is None else min(limit, count)
    assert found[:wanted] == list(range(wanted))
    assert len(found) == len(set(found))
    assert server.most <= lanes
    assert all(s <= most for _, s in server.asked)
    if limit is not None:
        assert len(found) <= limit + (lanes + 1) * max(s for _, s in server.asked)


def test_a_small_list_is_one_request_that_brings_the_total() -> None:
    """500 rows, total asked for, ordered by id."""
    server = Rows(500)

    (page,) = walk(call(), server)

    assert server.queries == [
        {"sort": "+Id", "page": "1", "pageSize": "500", "includeTotal": "true"}
    ]
    assert (page.index, page.total, page.has_more, page.rows_at) == (0, 500, False, "data")


def test_the_order_that_was_asked_for_is_kept() -> None:
    """`sort` is set only where nobody set it and the endpoint sorts by id."""
    server = Rows(1)
    walk(call(sort="-Id"), server)
    walk(call(endpoint(params=PAGING)), server)
    walk(call(endpoint(params=(*PAGING, Param("sort", values=("+ID", "-ID"))))), server)
    walk(call(endpoint(params=(*PAGING, Param("sort")))), server)

    assert [q.get("sort") for q in server.queries] == ["-Id", None, "+ID", None]


def test_most_lists_are_ordered_by_id() -> None:
    """In the catalogue 65 lists and more can be, the busy ones among them: new rows then shift no
    page.
    """
    by_id = [
        e.name for e in KNOWN if (s := e.takes("sort")) and "+id" in {v.lower() for v in s.values}
    ]

    assert len(by_id) >= 65
    assert {"jpm.jobs", "jpm.appointments", "crm.customers", "crm.locations"} <= set(by_id)


def test_a_large_list_is_read_side_by_side_in_pages_that_fit() -> None:
    """20,000 rows at 8 in flight: 2,500 a page, eight at once, and the first answer is not read
    twice in vain.
    """
    server = Rows(20_000)

    found = walk(call(), server)

    assert {s for _, s in server.asked[1:]} == {2500}
    assert len(server.asked) == 9
    assert server.most == START
    assert len(found) == 8


def test_pages_are_smaller_until_a_server_is_known() -> None:
    """What they teach comes sooner; a server that is known to bear the most has large ones."""
    unknown, known = LaneCount(), LaneCount()
    known.limit = MOST

    sizes = list[set[int]]()
    for lanes in (unknown, known):
        server = Rows(50_000)
        found = walked(call(), server, lanes=lanes)[0]
        assert len(ids(found)) == 50_000
        sizes.append({size for _, size in server.asked[1:]})

    assert sizes == [{1050}, {2100}]


def test_a_short_list_has_as_many_pages_until_a_server_is_known() -> None:
    """It ends before all lanes are found: smaller pages would only cost more."""
    server = Rows(21_000)

    walked(call(), server, lanes=LaneCount())

    assert {size for _, size in server.asked[1:]} == {1350}


@pytest.mark.parametrize(
    ("total", "lanes", "most", "size"),
    [
        (0, 8, 5000, 500),
        (501, 8, 5000, 500),
        (4000, 8, 5000, 500),
        (4001, 8, 5000, 550),
        (10_000, 8, 5000, 1250),
        (40_000, 8, 5000, 2500),
        (50_000, 8, 5000, 2100),
        (100_000, 8, 5000, 2500),
        (1_000_000, 8, 5000, 2500),
        (10_000, 1, 5000, 5000),
        (10_000, 0, 5000, 5000),
        (10_000, 8, 500, 500),
        (10_000, 8, 100, 100),
        (None, 8, 5000, 5000),
        (None, 8, 500, 500),
    ],
)
def test_the_page_size_is_chosen_from_the_total(
    total: int | None, lanes: int, most: int, size: int
) -> None:
    """Every lane has work to the end, in rounds that are full, never beyond what the endpoint
    gives.
    """
    assert choose_size(total, lanes, most) == size


@pytest.mark.parametrize(("seconds", "size"), [(0.01, 1700), (0.5, 850)])
def test_pages_are_large_where_the_pace_is_the_bound(seconds: float, size: int) -> None:
    """Of a new tenant they are small, so that its lanes are found soon; but if they come at once,
    few lanes use up the pace, and small pages would only wait for it.
    """
    lanes, server = LaneCount(), Rows(40_000)
    lanes.came(lanes.begin(("toys.widgets", 500), 0.0), seconds, seconds)

    found, _ = walked(call(), server, lanes=lanes)

    assert {asked for _, asked in server.asked[1:]} == {size}
    assert ids(found) == list(range(40_000))


def test_pages_may_arrive_in_any_order() -> None:
    """They are told apart by their index, and handed on as they come."""
    server = Rows(4000, slow={1: 1, 2: 60, 3: 40, 4: 20})

    found = walk(call(), server, Paging(page_size=500))

    assert [p.index for p in found] != sorted(p.index for p in found)
    assert ids(found) == list(range(4000))


def test_a_first_page_may_be_number_zero() -> None:
    """One list counts from 0."""
    server = Rows(1200, first=0)

    found = walk(call(endpoint(page_first=0, page_size_max=500)), server)

    assert sorted(server.asked) == [(0, 500), (1, 500), (2, 500)]
    assert ids(found) == list(range(1200))


def test_a_sequential_endpoint_is_asked_one_page_at_a_time() -> None:
    """Telecom calls bear no two requests at once."""
    server = Rows(20_000)

    assert ids(walk(call(endpoint(sequential=True)), server, Paging(concurrency=8))) == list(
        range(20_000)
    )
    assert server.most == 1
    assert server.asked[-1] == (4, 5000)


@pytest.mark.parametrize(("limit", "asked"), [(1, [(1, 1)]), (5, [(1, 5)]), (1000, [(1, 1000)])])
def test_a_small_limit_is_one_request(limit: int, asked: list[tuple[int, int]]) -> None:
    """head() costs no more than its rows."""
    server = Rows(100_000)

    assert ids(walk(call(), server, Paging(limit=limit))) == list(range(limit))
    assert server.asked == asked


# -- servers that say this and do that


def lies(**more: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda body: {**body, **more}


@pytest.mark.parametrize("total", [None, 0, 1, 700, 2500, 100_000, "3000", -5, 3000.0, True])
def test_the_total_may_say_anything(total: Any) -> None:
    """hasMore decides: with a total that is missing, too small, too large or of another type, every
    row comes once.
    """
    found, ended = walked(call(), Rows(3000, lie=lies(totalCount=total)))

    assert ids(found) == list(range(3000))
    if total in (700, 2500):
        assert "more pages than totalCount said" in ended.notices[0]


@pytest.mark.parametrize("said", ["7", " 7 ", 7.0])
def test_a_total_counts_by_its_value(said: Any) -> None:
    """Given as text, or as 7.0, it is a total as well."""
    found, _ = walked(call(), Rows(2, lie=lies(totalCount=said)))

    assert (ids(found), found[0].total) == ([0, 1], 7)


@pytest.mark.parametrize("said", [-5, "-5", 1.5, "many", True, None])
def test_what_is_no_number_of_rows_is_no_total(said: Any) -> None:
    """The rows that came are all that is known."""
    found, ended = walked(call(), Rows(2, lie=lies(totalCount=said)))

    assert (ids(found), found[0].total, ended.notices) == ([0, 1], None, [])


def test_a_list_that_ends_early_says_so() -> None:
    """hasMore false on the first page, although the total says more."""
    found, ended = walked(call(), Rows(500, lie=lies(totalCount=900)))

    assert ids(found) == list(range(500))
    assert ended.notices == ["totalCount said 900 rows, but hasMore ended the list earlier."]


def test_nothing_is_noted_where_all_is_well() -> None:
    """No notice for lists of any size that agree with themselves."""
    for count in (0, 1, 500, 501, 5000, 12_345):
        _, ended = walked(call(), Rows(count))
        assert ended.notices == []


@pytest.mark.parametrize("empty", [{2}, {2, 3}, {1}, {2, 3, 4, 5}])
@pytest.mark.parametrize("total", [3000, None])
def test_an_empty_page_in_the_middle_is_no_end(empty: set[int], total: int | None) -> None:
    """What lies behind it is read, as hasMore is still true."""

    def lie(body: dict[str, Any]) -> dict[str, Any]:
        gone = body["page"] in empty and body["pageSize"] == 500
        return {
            **body,
            "totalCount": total,
            "data": [] if gone else body["data"],
            "hasMore": body["page"] < 6,
        }

    found = ids(walk(call(endpoint(page_size_max=500)), Rows(3000, lie=lie)))

    assert found == [i for i in range(3000) if i // 500 + 1 not in empty]


def test_short_pages_are_no_end() -> None:
    """A page with fewer rows than asked for says nothing of the end."""
    server = Rows(3000, lie=lambda b: {**b, "data": b["data"][:7]})

    assert len(ids(walk(call(), server, Paging(page_size=500)))) == 7 * 6


@pytest.mark.parametrize("total", [None, 100])
@pytest.mark.parametrize("echo", [True, False])
def test_an_endless_list_is_a_fault(total: int | None, echo: bool) -> None:
    """A server that gives the same rows for every page is found out, also where it repeats the
    page's number.
    """
    server = Rows(
        0,
        lie=lambda b: {
            **b,
            "page": b["page"] if echo else 1,
            "data": [{"id": 1}],
            "hasMore": True,
            "totalCount": total,
        },
    )

    with pytest.raises(PagingFault, match="same page twice"):
        walk(call(), server)
    assert len(server.asked) < 40


def test_endless_empty_pages_are_a_fault() -> None:
    """Nothing, nothing and more of it: it ends after some dozens of pages."""
    with pytest.raises(PagingFault):
        walk(call(), Rows(0, lie=lies(hasMore=True, totalCount=None)))


def test_a_list_that_comes_bare_is_read_to_its_end() -> None:
    """Some lists come as a bare array: a full page may have more behind it, a short one has not."""
    for count in (3, 500, 700, 5001):
        assert ids(walk(call(), Rows(count, lie=lambda b: b["data"]))) == list(range(count))


def test_a_bare_list_that_ignores_paging_is_read_once() -> None:
    """All rows in one array, however many were asked for."""
    everything = [{"id": i} for i in range(700)]

    assert ids(walk(call(), Rows(0, lie=lambda b: everything))) == list(range(700))


SHAPES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "bare": lambda body: body["data"],
    "data alone": lambda body: {"data": body["data"]},
    "no hasMore": lambda body: {
        k: v for k, v in body.items() if k not in ("hasMore", "totalCount")
    },
    "as documented": lambda body: body,
}
PAGED = [e for e in KNOWN if e.takes("page")]


@pytest.mark.parametrize("shape", SHAPES)
def test_no_route_with_a_page_is_read_in_one_request(shape: str) -> None:
    """Of every such route in the catalogue all rows come, whatever the shape of its answer."""
    for e in tenth(PAGED, lambda e: (e.page_first, e.kind)):
        server = Rows(1300, first=e.page_first, lie=SHAPES[shape])

        found = walk(Call(e, e.path, (), None, {}), server, Paging(page_size=300))

        assert ids(found) == list(range(1300)), e.name
        assert len(server.asked) > 1, e.name


@settings(max_examples=tries(100), derandomize=True, deadline=None)
@given(
    count=some.integers(0, 400),
    most=some.integers(1, 70),
    size=some.none() | some.integers(1, 90),
    limit=some.none() | some.integers(1, 300),
    shape=some.sampled_from(["bare", "data alone", "no hasMore"]),
)
def test_a_server_may_give_fewer_rows_a_page_than_were_asked_for(
    count: int, most: int, size: int | None, limit: int | None, shape: str
) -> None:
    """If it does not say whether there is more, a short page is no end."""

    class Few(Rows):
        async def __call__(self, query: Query) -> tuple[bytes, str]:
            asked = int(dict(query)["pageSize"])
            others = tuple(pair for pair in query if pair[0] != "pageSize")
            return await super().__call__((*others, ("pageSize", str(min(asked, most)))))

    server = Few(count, lie=SHAPES[shape])
    found, ended = walked(call(endpoint("rows", params=PAGING)), server, Paging(limit, size))

    assert ids(found)[:limit] == list(range(count))[:limit]
    assert ended.more is None


@pytest.mark.parametrize("count", [0, 1, 299, 300, 301, 600])
@pytest.mark.parametrize("shape", ["bare", "data alone"])
def test_a_route_that_ignores_page_gives_its_rows_once(count: int, shape: str) -> None:
    """The same answer to every page is the same rows, and no end without reason."""
    everything = {"data": [{"id": i} for i in range(count)]}
    server = Rows(0, lie=lambda body: SHAPES[shape](everything))

    found = walk(call(endpoint("rows", params=PAGING)), server, Paging(page_size=300))

    assert ids(found) == list(range(count))
    assert len(server.asked) <= 2


def test_one_record_is_one_request_although_the_route_takes_a_page() -> None:
    """An object without rows is not asked for twice."""
    server = Rows(0, lie=lambda body: {"id": 1})

    assert len(walk(call(endpoint("rows", params=PAGING)), server)) == 1
    assert len(server.asked) == 1


def test_a_page_that_fails_costs_no_page_that_came_with_it() -> None:
    """Of pages that are answered together, those that are well are handed on before the error."""
    found: list[int] = []
    together = asyncio.Barrier(7)

    async def fetch(query: Query) -> tuple[bytes, str]:
        page = int(dict(query)["page"])
        if page > 1:
            await together.wait()
        if page == 2:
            raise UnexpectedAnswer("Broken.", "Likely.", "Wait.")
        return json.dumps(
            {"page": page, "hasMore": page < 8, "totalCount": 4000, "data": [{"id": page}]}
        ).encode(), ""

    async def go() -> None:
        async for page in walk_of(call(), fetch, Paging(page_size=500)).pages():
            found.append(page.index)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(UnexpectedAnswer):
        asyncio.run(go())
    assert sorted(found) == [0, 2, 3, 4, 5, 6, 7]


async def two_pages(pages: AsyncGenerator[Page, None]) -> None:
    """Read a page, and wait for the second one a while."""
    await anext(pages)
    later = asyncio.ensure_future(anext(pages))
    for _ in range(50):
        await asyncio.sleep(0)
    later.cancel()
    await asyncio.gather(later, return_exceptions=True)


def test_a_walk_that_is_left_leaves_nothing_flying() -> None:
    """Whoever stops in the middle has no request left under way."""
    server = Rows(40_000, slow=dict.fromkeys(range(2, 99), 10_000))

    async def go() -> int:
        walker = walk_of(call(), server, Paging(page_size=500)).pages()
        await two_pages(walker)
        await walker.aclose()
        return len(asyncio.all_tasks())

    assert asyncio.run(go()) == 1
    assert len(server.asked) == 1 + START


# -- hasMore that is neither true nor false


UNSAID = [None, "true", "false", "", 1, 0, [], {}]


@pytest.mark.parametrize("more", [*UNSAID, "absent"])
@pytest.mark.parametrize("total", [None, 3, 1300, 100_000])
def test_a_list_goes_on_while_rows_come(more: Any, total: int | None) -> None:
    """hasMore that says nothing ends nothing, and it is told; nothing is said to be complete."""

    def lie(body: dict[str, Any]) -> dict[str, Any]:
        changed = {**body, "hasMore": more, "totalCount": total}
        if more == "absent":
            del changed["hasMore"]
        return changed

    server = Rows(1300, lie=lie)
    found, ended = walked(call(), server, Paging(page_size=100))

    assert ids(found) == list(range(1300))
    assert ended.more is None
    assert any("hasMore is neither true nor false" in notice for notice in ended.notices)
    assert len(server.asked) <= 16


@settings(max_examples=tries(100), derandomize=True, deadline=None)
@given(some.lists(some.sampled_from([True, None, "no"]), min_size=1, max_size=9), some.booleans())
def test_any_mixture_of_true_and_nothing_loses_no_row(kinds: list[Any], told: bool) -> None:
    """Whichever of the pages says nothing, in lists with a total and without one."""

    def lie(body: dict[str, Any]) -> dict[str, Any]:
        says = kinds[(body["page"] - 1) % len(kinds)]
        total = body["totalCount"] if told else None
        last = body["hasMore"] is False
        return {**body, "hasMore": False if last and says is True else says, "totalCount": total}

    server = Rows(730, lie=lie)

    assert ids(walk(call(), server, Paging(page_size=100))) == list(range(730))


@pytest.mark.parametrize("more", UNSAID)
@pytest.mark.parametrize("last", ["repeats", "is missing", "is new, and no row comes"])
def test_a_feed_goes_on_while_its_cursor_changes(more: Any, last: str) -> None:
    """And rows come; that ends it without a fault, and it is told."""
    end = {"repeats": "b", "is missing": None, "is new, and no row comes": "c"}[last]
    rows = () if end == "c" else (3,)
    fetch, asked = feed(
        batch(1, more=more, cursor="a"),
        batch(2, more=more, cursor="b"),
        batch(*rows, more=more, cursor=end),
    )
    found, ended = walked(call(endpoint("export")), fetch)

    assert ids(found) == [1, 2, *rows]
    assert len(asked) == 3
    assert ended.more is None
    assert any("hasMore is neither true nor false" in notice for notice in ended.notices)


# -- a total that is far too high


@pytest.mark.parametrize("lanes", [1, 4, 8])
@pytest.mark.parametrize("size", [None, 100])
def test_pages_behind_the_end_are_not_asked_for(lanes: int, size: int | None) -> None:
    """A totalCount far too high plans many pages; hasMore false ends them, and it is told."""
    server = Rows(1300, lie=lies(totalCount=100_000))

    found, ended = walked(call(), server, Paging(page_size=size, concurrency=lanes))

    assert ids(found) == list(range(1300))
    assert len(server.asked) <= 14 + 2 * lanes
    assert ended.more is False
    assert any("totalCount said 100,000 rows" in notice for notice in ended.notices)


def test_a_walk_that_goes_on_does_not_ask_behind_the_end_either() -> None:
    """The pages that were planned from a wrong total are not asked for one by one."""
    server = Rows(1300, lie=lies(totalCount=100_000))
    position = Position(size=100, planned=1000, done={0: None, 1: None}, rows=200)

    found, _ = walked(call(), server, Paging(page_size=100), position)

    assert ids(found) == list(range(200, 1300))
    assert len(server.asked) <= 12 + START


# -- exports


def feed(
    *batches: dict[str, Any],
) -> tuple[Callable[[Query], Awaitable[tuple[bytes, str]]], list[Query]]:
    asked: list[Query] = []
    todo = list(batches)

    async def fetch(query: Query) -> tuple[bytes, str]:
        asked.append(query)
        return json.dumps(todo.pop(0) if len(todo) > 1 else todo[0]).encode(), "application/json"

    return fetch, asked


def batch(*rows: int, more: Any = True, cursor: Any = None, **extra: Any) -> dict[str, Any]:
    return {"hasMore": more, "continueFrom": cursor, "data": [{"id": i, **extra} for i in rows]}


def test_an_export_follows_its_cursor() -> None:
    """Each answer names the place of the next; other filters stay, and the last cursor is kept for
    later runs.
    """
    fetch, asked = feed(
        batch(1, cursor="a"), batch(2, cursor="b"), batch(3, more=False, cursor="c")
    )
    e = endpoint("export", params=(Param("from"), Param("active")))

    found = walk(call(e, from_="2020-01-01", active="Any"), fetch)

    assert ids(found) == [1, 2, 3]
    assert [p.index for p in found] == [0, 1, 2]
    assert asked == [
        (("from", "2020-01-01"), ("active", "Any")),
        (("active", "Any"), ("from", "a")),
        (("active", "Any"), ("from", "b")),
    ]
    assert found[-1].continue_from == "c"


def test_an_empty_batch_is_no_end() -> None:
    """Nothing new here, but there is more."""
    fetch, _ = feed(batch(cursor="a"), batch(2, cursor="b"), batch(more=False, cursor="c"))

    assert ids(walk(call(endpoint("export")), fetch)) == [2]


@pytest.mark.parametrize(
    ("batches", "word", "pages_read"),
    [
        ([batch(1, cursor="a"), batch(2, cursor="a")], "repeats", 2),
        ([batch(1, cursor="a"), batch(2, cursor="b"), batch(3, cursor="a")], "repeats", 3),
        ([batch(1, cursor=None)], "is missing", 1),
        ([batch(1, cursor="a"), batch(2, cursor=None)], "is missing", 2),
        ([batch(1, cursor="a"), batch(2, cursor="")], "is missing", 2),
    ],
)
def test_a_cursor_that_leads_nowhere_is_a_fault(
    batches: list[dict[str, Any]], word: str, pages_read: int
) -> None:
    """It says what is wrong with the cursor, after every page that came was handed on."""
    fetch, asked = feed(*batches)
    found: list[Page] = []

    async def go() -> None:
        async for page in walk_of(call(endpoint("export")), fetch, Paging()).pages():
            found.append(page)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(PagingFault, match=f"its cursor {word}"):
        asyncio.run(go())
    assert len(found) == len(asked) == pages_read


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6])
def test_a_limit_on_an_export_counts_rows(limit: int) -> None:
    """Ids inside a row are not rows, and rows without an id are."""
    nested, bare = {"customer": {"id": 7}, "tags": [{"id": 8}]}, {"employeeId": 5}
    for extra in (nested, bare):
        fetch, asked = feed(
            *(batch(i, i + 1, cursor=str(i), **extra) for i in range(0, 20, 2)), batch(more=False)
        )
        found = walk(call(endpoint("export")), fetch, Paging(limit=limit))
        assert len(ids(found)) >= limit
        assert len(asked) == -(-limit // 2)


# -- single answers and envelopes


@pytest.mark.parametrize(
    ("kind", "content", "rows_at"),
    [
        ("record", b'{"id":1}', "one"),
        ("record", b'{"data":[1],"id":1}', "one"),
        ("record", b"5", "one"),
        ("record", b"null", "one"),
        ("record", b'[{"id":1}]', "bare"),
        ("rows", b'[{"id":1}]', "bare"),
        ("rows", b" \n[1,2]", "bare"),
        ("rows", b'{"data":[]}', "data"),
        ("rows", b'{"id":1}', "one"),
        ("rows", b"5", "one"),
        ("export", b'{"data":[],"hasMore":false}', "data"),
        ("list", b"[]", "bare"),
        ("file", b"\x89PNG", "file"),
        ("file", b"", "file"),
    ],
)
def test_an_answer_is_read_by_its_own_form(kind: str, content: bytes, rows_at: str) -> None:
    """Envelopes, bare arrays, single records, bare values and bytes."""
    page = read_page(call(endpoint(kind)), 3, content, "x/y")

    assert (page.rows_at, page.index, page.content, page.content_type) == (
        rows_at,
        3,
        content,
        "x/y",
    )
    assert "PNG" not in repr(page)


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b'{"data":null}',
        b'{"data":{}}',
        b'{"items":[]}',
        b"5",
        b'"data"',
        b'{"data":[1',
        b'{"x":{"data":[1]}}',
    ],
)
@pytest.mark.parametrize("kind", ["list", "export"])
def test_a_page_without_rows_is_unexpected(kind: str, content: bytes) -> None:
    """An object that has no list `data` is told as such."""
    with pytest.raises(UnexpectedAnswer, match="no rows"):
        read_page(call(endpoint(kind)), 0, content, "")


def test_rows_that_say_there_is_more_are_not_cut_off_in_silence() -> None:
    """An endpoint that is not paged, and answers hasMore true, leaves a notice."""
    fetch, asked = feed({"hasMore": True, "data": [{"id": 1}]})
    found, ended = walked(call(endpoint("rows", params=())), fetch)

    assert ids(found) == [1]
    assert len(asked) == 1
    assert "more" in ended.notices[0]


def test_an_unpaged_list_is_one_request() -> None:
    """A list whose route takes no page is asked without one."""
    fetch, asked = feed({"hasMore": False, "data": [{"id": 1}]})
    c = filters.call(KNOWN["jpm.jobs.cancel_reasons"], 1, {"ids": [1]})

    assert len(walk(c, fetch)) == 1
    assert asked == [(("ids", "1"),)]


TEXTS = some.sampled_from(
    [
        '"data":[',
        '"data": [',
        "]",
        "[",
        "}",
        '"',
        "\\",
        "]}",
        '],"hasMore":true',
        '\\"data\\":[',
        '"continueFrom"',
        "é",
        "",
        "data",
    ]
)
VALUES = TEXTS | some.sampled_from(
    [
        None,
        True,
        5,
        [],
        {},
        [[]],
        [1, 2],
        {"data": [1]},
        {"data": []},
        {"data": {"data": [3]}},
        [{"data": [1]}],
        {"x": []},
        {"x": [{"id": 1}]},
        {"hasMore": True},
        {"totalCount": 5, "data": [1]},
        {"continueFrom": "x"},
        [{"id": 1, "tags": ["]", "["]}, None],
        {"data": [1], "hasMore": 1},
    ]
)
ROWS = some.lists(VALUES, max_size=4)
ENVELOPES = some.permutations(
    ["hasMore", "totalCount", "continueFrom", "page", "data", "fields", "meta", "z"]
).flatmap(lambda keys: some.fixed_dictionaries({k: PARTS[k] for k in keys[:6]}))
PARTS: dict[str, some.SearchStrategy[Any]] = {
    "hasMore": some.booleans(),
    "totalCount": some.none() | some.integers(0, 10**6),
    "continueFrom": some.none() | TEXTS,
    "page": some.integers(0, 9),
    "data": ROWS | ROWS | ROWS | VALUES,
    "fields": ROWS,
    "meta": VALUES,
    "z": VALUES,
}


@settings(max_examples=tries(600), derandomize=True, deadline=None)
@given(ENVELOPES, some.sampled_from([(",", ":"), (", ", ": "), (" ,\n", " :\t")]), some.booleans())
def test_an_envelope_is_read_as_json_reads_it(
    body: dict[str, Any], marks: tuple[str, str], ascii_only: bool
) -> None:
    """Keys in any order, lists behind the rows, and texts that look like an envelope: the same as
    reading it all.
    """
    content = json.dumps(body, separators=marks, ensure_ascii=ascii_only).encode()

    found = envelope(content)

    if not isinstance(body.get("data"), list):
        assert found is None
    else:
        assert found is not None
        for key in ("hasMore", "totalCount", "continueFrom"):
            assert found.get(key) == body.get(key), content


@settings(max_examples=tries(200), derandomize=True, deadline=None)
@given(some.binary(max_size=60) | ENVELOPES.map(lambda b: json.dumps(b).encode()[:-3]))
def test_bytes_that_are_no_envelope_are_none(content: bytes) -> None:
    """Cut off or garbage: None, never an exception of json's own."""
    found = envelope(content)

    assert found is None or isinstance(found["data"], list)


def test_more_ids_than_one_call_takes_are_asked_for_side_by_side() -> None:
    """Each fifty ids are one call; no batch leads on to a second page, and the pages keep their
    order.
    """
    wanted = list(range(230))
    asked: list[list[str]] = []
    flying = most = 0

    async def fetch(query: Query) -> tuple[bytes, str]:
        nonlocal flying, most
        flying, most = flying + 1, max(most, flying + 1)
        await asyncio.sleep(0)
        flying -= 1
        ids = dict(query)["ids"].split(",")
        asked.append(ids)
        assert dict(query)["page"] == "1"
        rows = [{"id": int(i)} for i in ids]
        return json.dumps(
            {"page": 1, "pageSize": 50, "hasMore": False, "totalCount": len(ids), "data": rows}
        ).encode(), "application/json"

    e = endpoint(params=(*PAGING, Param("ids", many="comma", maximum=50)))
    found = sorted(walk(filters.call(e, 1, {"ids": wanted}), fetch), key=lambda page: page.index)

    assert [row["id"] for page in found for row in json.loads(page.content)["data"]] == wanted
    assert [len(ids) for ids in asked] == [50, 50, 50, 50, 30]
    assert most == 5
    assert {page.total for page in found} == {None}


# -- how far it is


@settings(deadline=None)
@given(
    some.integers(0, 30_000),
    some.sampled_from([None, 700, 5000]),
    some.sampled_from([1, 8]),
    some.randoms(),
)
def test_a_walk_goes_on_where_it_stood(count: int, size: int | None, lanes: int, dice: Any) -> None:
    """Whichever pages had come: none but the last is asked for again, and no row is missing."""
    server, paging = Rows(count), Paging(page_size=size, concurrency=lanes)
    first, ended = walked(call(), server, paging)
    had = {p.index: p for p in first if dice.random() < 0.6}
    if ended.position.size is None:  # it was one page
        had = {}
    asked = len(server.asked)

    position = replace(ended.position, done=dict.fromkeys(had))
    second = {p.index: p for p in walked(call(), server, paging, position)[0]}

    assert ids(list({**had, **second}.values())) == list(range(count))
    assert len(server.asked) - asked <= max(len(first) - len(had) + 1, 2)


def test_the_position_is_saved_before_the_pages() -> None:
    """So that a journal knows their size."""
    saved: list[Position] = []
    walked(call(), Rows(12_345), save=saved.append)

    assert [(p.size, p.planned) for p in saved] == [(1550, 8)]


@pytest.mark.parametrize(
    ("params", "given_", "bound"),
    [
        ((Param("createdBefore", type="date-time"),), {}, "2026-07-01T00:00:00Z"),
        (
            (Param("createdBefore", type="date-time"),),
            {"createdBefore": "2026-06-01"},
            "2026-06-01T00:00:00Z",
        ),
        ((), {}, None),
    ],
)
def test_rows_created_meanwhile_do_not_shift_the_pages(
    params: Any, given_: dict[str, Any], bound: str | None
) -> None:
    """A list that is read in several pages is bounded where it can be; a bound of the caller's
    stays.
    """
    server, paging = Rows(3000), Paging(now=lambda: "2026-07-01T00:00:00Z")
    _, ended = walked(call(endpoint(params=(*PAGING, SORT, *params)), **given_), server, paging)

    assert {q.get("createdBefore") for q in server.queries[1:]} == {bound}
    assert ended.position.until == (bound if not given_ else None)


def test_one_page_needs_no_bound() -> None:
    """So that a small pull is sent as it was written."""
    server = Rows(400)
    walk(
        call(endpoint(params=(*PAGING, SORT, Param("createdBefore", type="date-time")))),
        server,
        Paging(now=lambda: "2026-07-01T00:00:00Z"),
    )

    assert "createdBefore" not in server.queries[0]


def test_a_total_that_changes_is_told() -> None:
    """Once, with what it was."""
    totals = iter([2998, 2998, 2999, 2999, 3000, 3000, 3000])

    def lie(body: dict[str, Any]) -> dict[str, Any]:
        return body | {"totalCount": next(totals)}

    _, ended = walked(call(), Rows(3000, lie=lie), Paging(page_size=500, concurrency=1))

    assert ended.notices == ["totalCount changed while the pages were read: from 2,998 to 3,000."]


def test_a_feed_goes_on_from_its_last_cursor() -> None:
    """Behind the pages that are there without a gap."""
    asked: list[str | None] = []

    async def fetch(query: Query) -> tuple[bytes, str]:
        asked.append(dict(query).get("from"))
        at = int((asked[-1] or "c0")[1:])
        body = {"hasMore": at < 4, "continueFrom": f"c{at + 1}", "data": [{"id": at}]}
        return json.dumps(body).encode(), "application/json"

    feed = call(endpoint("export"))
    position = Position(done={0: "c1", 1: "c2", 3: "c4"}, rows=3)
    found, _ = walked(feed, fetch, position=position)

    assert asked == ["c2", "c3", "c4"]
    assert [p.index for p in found] == [2, 3, 4]


def test_a_page_is_asked_for_once_more_as_it_was() -> None:
    """With its own query."""
    server = Rows(3000)
    page = walk(call(), server, Paging(page_size=1000))[1]
    fresh = asyncio.run(again(call(), server, page))

    assert server.queries[-1] == dict(page.query)
    assert fresh == page


@pytest.mark.parametrize("said", [{"totalCount": 0}, {"totalCount": None}, {}])
def test_no_rows_may_be_null(said: dict[str, Any]) -> None:
    """`"data": null` of a page that says that there is no more is a list of no rows."""
    body = {"page": 1, "pageSize": 50, "hasMore": False, **said, "data": None}

    assert ids(walk(call(), Rows(3, lie=lambda b: body))) == []


@pytest.mark.parametrize(
    "said", [{"totalCount": 3}, {"hasMore": True}, {"hasMore": None}, {"data": {}}, {"data": ""}]
)
def test_rows_that_lack_are_no_empty_list(said: dict[str, Any]) -> None:
    """Rows are said to be there, or nothing says that there are none."""
    body = {"page": 1, "pageSize": 50, "hasMore": False, "totalCount": 0, "data": None, **said}

    with pytest.raises(UnexpectedAnswer, match="has no rows in it"):
        walk(call(), Rows(3, lie=lambda b: body))


def test_a_cursor_that_expired_is_named_so() -> None:
    """The refusal of a later page of a feed is about the feed's own cursor, and no page size."""
    refusal = {"title": "Bad Request", "errors": {"from": ["The token is expired."]}}

    def answer(request: httpx.Request) -> httpx.Response:
        if "from" in request.url.params:
            return httpx.Response(400, json=refusal)
        return httpx.Response(
            200, json={"hasMore": True, "continueFrom": "c1", "data": [{"id": 1}]}
        )

    with pytest.raises(Rejected, match="Likely it has expired") as caught:
        FakeTenant(answer).resource(FEED).pull()
    assert "fewer pages" not in str(caught.value)
    assert len(caught.value.frame) == 1
