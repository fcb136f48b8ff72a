"""A server that refuses a call and does not say which parameter of it."""

from __future__ import annotations

import asyncio
import email.utils
from typing import Any

import httpx
import pytest

from stnb.catalog import Param
from stnb.errors import Rejected
from stnb.pull.values import Ours
from stnb.session import Taken
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.toys import BOUND, CATALOG, IDS, Toys, page_of, route
from tests.helpers.warned import quiet, said

ROWS = 3_000
STATUS = Param("status", values=("Open", "Done"))
ACTIVE = Param("active", values=("True", "Any", "False"))
LIST = route("hidden", "list", *BOUND, IDS, ACTIVE, STATUS)
FEED = route("export.hidden", "export", ACTIVE)
REFUSALS = {
    "empty": lambda: httpx.Response(400),
    "words": lambda: httpx.Response(400, text="Bad Request"),
    "page": lambda: httpx.Response(400, html="<html><title>Bad Request</title></html>"),
    "problem": lambda: httpx.Response(422, json={"title": "Unprocessable", "status": 422}),
}


class Terse(FakeTenant):
    """A tenant that refuses queries without a word of why.

    Args:
        bad: the parameters that it refuses, as names or as (name, value).
        way: a kind of REFUSALS.
        fewest_ids: ids a call from which on it is too long for it.
        too_long: the status of that.
    """

    def __init__(
        self,
        bad: tuple[Any, ...] = (),
        way: str = "empty",
        *,
        most_ids: int = 50,
        too_long: int = 414,
    ) -> None:
        super().__init__(catalog=CATALOG)
        self.bad, self.refusal = bad, REFUSALS[way]
        self.most_ids, self.too_long = most_ids, too_long
        self.toys = Toys(ROWS)
        self.turned_down = 0

    async def answer(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        query = dict(request.url.params)
        if any(name in query or name in query.items() for name in self.bad):
            self.turned_down += 1
            return self.refusal()
        ids = [int(text) for text in query.get("ids", "").split(",") if text]
        if len(ids) > self.most_ids:
            self.turned_down += 1
            return httpx.Response(self.too_long, json={})
        rows = [self.toys.make(i) for i in ids or range(ROWS)]
        body = page_of(rows, query)
        if "includeTotal" not in query:
            body["totalCount"] = None
        date = {"date": email.utils.formatdate(usegmt=True)}
        return httpx.Response(200, json=body, headers=date)


@pytest.mark.parametrize("way", REFUSALS)
def test_the_callers_own_fault_costs_one_more_request(way: str) -> None:
    """The call fails without ours too: the first refusal is the error, and nothing is learned."""
    server = Terse(("status",), way)
    resource = server.resource(LIST)

    with pytest.raises(Rejected) as caught:
        resource.pull(status="Open", active=Ours("Any"))

    assert [query["status"] for query in server.queries] == ["Open", "Open"]
    assert "sort" in server.queries[0]
    assert "sort" not in server.queries[1]
    assert caught.value.status in (400, 422)
    assert quiet(lambda: resource.pull(limit=5)).attrs["stnb"]["rows"] == 5
    assert "sort" in server.queries[-1]


def test_the_same_filters_are_tried_out_twice_at_most() -> None:
    """A loop over a filter that the server refuses does not pay for it each time."""
    server = Terse(("status",))
    resource = server.resource(LIST)

    for _ in range(6):
        with pytest.raises(Rejected):
            resource.pull(status="Open")

    assert len(server.queries) == 6 + 2


@pytest.mark.parametrize("refused", ["sort", "includeTotal", "pageSize", "createdBefore"])
def test_the_callers_filters_are_in_every_try(refused: str) -> None:
    """Whatever is tried without, the rows are never those of another question."""
    server = Terse((refused,))

    frame, texts = said(lambda: server.resource(LIST).pull(status="Open"))

    assert len(frame) == ROWS
    assert {query.get("status") for query in server.queries} == {"Open"}
    assert any(f"take {refused}" in text for text in texts)


def test_what_the_caller_set_of_ours_stays() -> None:
    """A page size or a sort of the caller's is in every try; if it is at fault, that is told."""
    server = Terse((("pageSize", "700"),))

    with pytest.raises(Rejected):
        server.resource(LIST).pull(page_size=700)

    assert {query["pageSize"] for query in server.queries} == {"700"}


def other_lists(resource: Any, *without: str) -> None:
    """Two other lists of the tenant were refused these."""
    for name in ("other.list", "third.list"):
        taken_of(resource, name).without.update(without)


def taken_of(resource: Any, name: str) -> Taken:
    """What is known of a list of the resource's tenant."""
    taken: Taken = resource.where().prepare().session.taken(name)
    return taken


def test_what_other_lists_refuse_is_left_out_first() -> None:
    """A refusal costs one request more then; that it is a guess is said."""
    server = Terse(("includeTotal", "sort"))
    resource = server.resource(LIST)
    other_lists(resource, "includeTotal", "sort")

    frame, texts = said(lambda: resource.pull())

    assert sorted(frame["id"]) == list(range(ROWS))
    assert server.turned_down == 1
    for name in ("includeTotal", "sort"):
        assert any(f"without {name}, as other lists" in text for text in texts)


def test_what_any_list_took_is_not_guessed() -> None:
    """Then it is searched for, and only what is refused here is left out."""
    server = Terse(("sort",))
    resource = server.resource(LIST)
    other_lists(resource, "createdBefore", "sort", "pageSize")
    taken_of(resource, "fourth.list").took.update(("createdBefore", "pageSize"))

    frame, texts = said(lambda: resource.pull())

    assert sorted(frame["id"]) == list(range(ROWS))
    assert "createdBefore" in server.queries[-1]
    assert [text for text in texts if "stnb adds" in text] == [
        text for text in texts if "sort" in text
    ]


def test_a_size_that_no_page_may_have_is_told_once() -> None:
    """Not also that pages of the last size which was tried are taken."""
    texts = said(lambda: Terse(("pageSize",)).resource(LIST).pull())[1]

    assert [text for text in texts if "does not take pageSize" in text]
    assert not [text for text in texts if "takes pages of" in text]


@pytest.mark.long
def test_a_wrong_guess_costs_no_rows() -> None:
    """What is refused besides is searched for as ever; a filter of the caller's is the caller's."""
    server = Terse(("includeTotal", "pageSize"))
    resource = server.resource(LIST)
    other_lists(resource, "sort")
    assert sorted(quiet(lambda: resource.pull())["id"]) == list(range(ROWS))

    server = Terse(("status",))
    resource = server.resource(LIST)
    other_lists(resource, "sort", "includeTotal")
    with pytest.raises(Rejected):
        resource.pull(status="Open")
    assert not taken_of(resource, LIST.name).without


@pytest.mark.long
def test_pages_side_by_side_are_one_question() -> None:
    """Many pages are refused at once for the bound; it is found once."""
    server = Terse(("createdBefore",))
    resource = server.resource(LIST)

    frame = quiet(lambda: resource.pull(page_size=100, concurrency=8))

    assert sorted(frame["id"]) == list(range(ROWS))
    assert server.turned_down <= 8 + 2
    turned_down = server.turned_down
    quiet(lambda: resource.pull(page_size=100))
    assert server.turned_down == turned_down


def test_a_refusal_that_passes_teaches_nothing() -> None:
    """A 400 that comes once is no fault of any parameter."""

    class Once(Terse):
        async def answer(self, request: httpx.Request) -> httpx.Response:
            if not self.turned_down:
                self.turned_down += 1
                return httpx.Response(400)
            return await super().answer(request)

    server = Once()
    frame, texts = said(lambda: server.resource(LIST).pull())

    assert sorted(frame["id"]) == list(range(ROWS))
    assert not [text for text in texts if "which stnb adds" in text]
    assert server.session().learned.unusual() == {}


def test_a_server_that_refuses_now_and_then_comes_to_an_end() -> None:
    """Every other request is refused: the walk does not search for ever."""

    class Now(Terse):
        async def answer(self, request: httpx.Request) -> httpx.Response:
            self.turned_down += 1
            if self.turned_down % 2:
                return httpx.Response(400)
            return await super().answer(request)

    server = Now()
    with pytest.raises(Rejected):
        quiet(lambda: server.resource(LIST).pull(page_size=100))
    assert len(server.queries) < 100


@pytest.mark.parametrize("way", ["empty", "words"])
def test_feeds_and_single_answers_go_on_too(way: str) -> None:
    """The filter for inactive rows is left out of an export that does not take it."""

    class Feed(Terse):
        async def answer(self, request: httpx.Request) -> httpx.Response:
            if "active" in request.url.params:
                self.turned_down += 1
                return self.refusal()
            return httpx.Response(200, json=self.toys.body("/export/", dict(request.url.params)))

    server = Feed((), way)
    frame, texts = said(lambda: server.resource(FEED).pull(active=Ours("Any")))

    assert len(frame) == ROWS
    assert any("take active" in text for text in texts)


def test_a_feed_goes_on_without_what_is_named() -> None:
    """It names the filter, in the usual form."""

    class Feed(Terse):
        async def answer(self, request: httpx.Request) -> httpx.Response:
            if "active" in request.url.params:
                self.turned_down += 1
                return httpx.Response(400, json={"errors": {"active": ["unknown"]}})
            return httpx.Response(200, json=self.toys.body("/export/", dict(request.url.params)))

    server = Feed()
    assert len(quiet(lambda: server.resource(FEED).pull(active=Ours("Any")))) == ROWS
    assert server.turned_down == 1


# -- calls that are too long


@pytest.mark.parametrize("status", [413, 414, 431])
@pytest.mark.parametrize("most", [1, 7, 20, 49])
@pytest.mark.parametrize("given", [3, 50, 300])
def test_fewer_ids_are_asked_for_if_a_call_is_too_long(status: int, most: int, given: int) -> None:
    """Halved until a call goes through; the next pull knows."""
    server = Terse(most_ids=most, too_long=status)
    resource = server.resource(LIST)

    frame, texts = said(lambda: resource.pull(ids=range(given)))
    turned_down = server.turned_down
    again = quiet(lambda: resource.pull(ids=range(300)))

    assert sorted(frame["id"]) == list(range(given))
    assert sorted(again["id"]) == list(range(300))
    assert any("ids a call" in text for text in texts) == (given > most)
    if given == 300:
        assert server.turned_down == turned_down > 0


def test_the_most_ids_that_are_stated_are_asked_for() -> None:
    """A 400 that states how many: no halving."""

    class States(Terse):
        async def answer(self, request: httpx.Request) -> httpx.Response:
            answer = await super().answer(request)
            if answer.status_code == 414:
                words = "No more than 30 ids"
                return httpx.Response(400, json={"errors": {"ids": [words]}})
            return answer

    server = States(most_ids=30)
    frame = quiet(lambda: server.resource(LIST).pull(ids=range(100, 145)))

    assert sorted(frame["id"]) == list(range(100, 145))
    assert server.turned_down == 1


@pytest.mark.parametrize("given", [5, 120])
def test_an_id_that_is_refused_is_no_number_of_ids(given: int) -> None:
    """What is stated is one of the ids: the refusal is the error, and nothing is learned."""
    body = {"errors": {"ids": ["3 is no id"]}}
    tenant = FakeTenant(lambda request: httpx.Response(400, json=body), catalog=CATALOG)

    with pytest.raises(Rejected):
        tenant.resource(LIST).pull(ids=range(given))

    assert tenant.session().taken(LIST.name).ids is None


def test_one_id_that_is_too_long_is_an_error() -> None:
    """There is nothing left to halve."""
    server = Terse(most_ids=0)

    with pytest.raises(Rejected) as caught:
        server.resource(LIST).pull(ids=range(4))

    assert caught.value.status == 414
    assert len(server.queries) <= 8


@pytest.mark.parametrize("most", [60, 600, 2_000])
@pytest.mark.long
def test_a_page_that_is_too_large_is_asked_for_in_smaller_ones(most: int) -> None:
    """A 413 of a page, as of a proxy that caps answers."""

    class Capped(Terse):
        async def answer(self, request: httpx.Request) -> httpx.Response:
            if int(request.url.params.get("pageSize", 50)) > most:
                self.turned_down += 1
                return httpx.Response(413, html="<h1>413</h1>")
            return await super().answer(request)

    server = Capped()
    resource = server.resource(LIST)
    frame = quiet(lambda: resource.pull(concurrency=1))
    turned_down = server.turned_down

    assert sorted(frame["id"]) == list(range(ROWS))
    assert turned_down <= 3
    quiet(lambda: resource.pull())
    assert server.turned_down == turned_down
