"""A server that refuses what stnb adds to a call by itself."""

from __future__ import annotations

import email.utils
import json
import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest

import stnb
from stnb.catalog import Endpoint, Param, load
from stnb.credentials import Limits
from stnb.errors import Rejected, StnbWarning
from stnb.pull.values import Ours
from stnb.session.refusal import refused
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.owner import owner
from tests.helpers.sample import in_turn, of_each, tenth
from tests.helpers.toys import BOUND, CATALOG, IDS, Toys, page_of, route
from tests.helpers.warned import quiet, said, warned

OURS = ("sort", "createdBefore", "includeTotal", "active", "pageSize")
ROWS = 3_000
FEW_ROWS = 1_300  # of each list of the catalogue: three pages of the first size
ACTIVE = Param("active", values=("True", "Any", "False"))
LIST = route("hidden", "list", *BOUND, IDS, ACTIVE)
# The forms of a 400: the words for each parameter -> the body.
FORMS: dict[str, Callable[[dict[str, str]], Any]] = {
    "errors": lambda words: {
        "type": "https://tools.ietf.org/html/rfc7231#section-6.5.1",
        "title": "One or more validation errors occurred.",
        "status": 400,
        "errors": {name: [text] for name, text in words.items()},
        "traceId": "00-150-01",
    },
    "capitals": lambda words: {
        "errors": {f"Request.{name[0].upper()}{name[1:]}": [t] for name, t in words.items()}
    },
    "nested": lambda words: {
        "errors": [{"field": name, "message": text} for name, text in words.items()]
    },
    "members": lambda words: {
        "error": {"details": [{"members": [n], "text": t} for n, t in words.items()]}
    },
    "title": lambda words: {
        "status": 400,
        "title": " ".join(f"'{name}' is not valid: {text}." for name, text in words.items()),
    },
    "gateway": lambda words: {
        "statusCode": 400,
        "message": "; ".join(f"{spaced(name)} - {text}" for name, text in words.items()),
    },
    "text": lambda words: ", ".join(f"{name}: {text}" for name, text in words.items()),
    # Those that name nothing.
    "empty": lambda words: "",
    "bad request": lambda words: "Bad Request",
    "page": lambda words: "<html><head><title>400 Bad Request</title></head></html>",
    "problem": lambda words: {"status": 400, "title": "Bad Request", "traceId": "00-150-01"},
}
UNNAMED = ("empty", "bad request", "page", "problem")


def spaced(name: str) -> str:
    """The name in words: Page Size."""
    return "".join(f" {letter}" if letter.isupper() else letter for letter in name).title()


class Refusing(FakeTenant):
    """A tenant whose lists refuse parameters.

    Args:
        endpoint: the list that it has.
        refuses: the parameters.
        form: how it says so.
        most: rows a page, if it refuses larger pages and not the parameter itself.
        states: whether it states that number.
        one_by_one: whether it names the first one alone.
        rows: how many the list has.

    Attributes:
        turned_down: how many requests it refused.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        refuses: tuple[str, ...],
        form: str = "errors",
        *,
        most: int | None = None,
        states: bool = True,
        one_by_one: bool = False,
        rows: int = ROWS,
    ) -> None:
        super().__init__(catalog=CATALOG)
        self.endpoint, self.refuses, self.form = endpoint, refuses, FORMS[form]
        self.largest, self.states, self.one_by_one = most, states, one_by_one
        self.turned_down = 0
        self.rows = Toys(rows)
        self.count = rows

    async def answer(self, request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        words = {name: "it is not known" for name in self.refuses if name in query}
        size = int(query.get("pageSize", 1))
        if self.largest is not None:
            words.pop("pageSize", None)
            if size > self.largest:
                words["pageSize"] = "it is too large"
                if self.states:
                    words["pageSize"] = f"maximum value is {self.largest:,}"
        if self.one_by_one:
            words = dict([*words.items()][:1])
        if words:
            self.turned_down += 1
            body = self.form(words)
            if isinstance(body, str):
                return httpx.Response(400, text=body)
            return httpx.Response(400, json=body)
        date = {"date": email.utils.formatdate(usegmt=True)}  # what is created later is left out
        return httpx.Response(200, json=self.right(query), headers=date)

    def right(self, query: dict[str, str]) -> dict[str, Any]:
        first = self.endpoint.page_first
        own_size = {"pageSize": str(min(50, self.largest or 50))}
        body = page_of(range(self.count), own_size | query, first)
        body["data"] = [self.rows.make(i) for i in body["data"]]
        if "includeTotal" not in query:
            body["totalCount"] = None
        return body


def exact(frame: Any) -> bool:
    return sorted(frame["id"]) == list(range(ROWS))


@pytest.mark.parametrize(
    ("refuses", "form"),
    of_each([*((name,) for name in OURS), OURS], FORMS),
    ids=lambda value: value if isinstance(value, str) else value[0] * len(value),
)
def test_what_stnb_adds_is_left_out_if_it_is_refused(refuses: tuple[str, ...], form: str) -> None:
    """Alone or together, in any form of the 400: the rows are exact, and the next pull knows."""
    server = Refusing(LIST, refuses, form)
    resource = server.resource(LIST)

    frame, texts = said(lambda: resource.pull(active=Ours("Any")))
    turned_down = server.turned_down
    again, nothing = said(lambda: resource.pull(active=Ours("Any")))

    assert exact(frame)
    assert exact(again)
    assert server.turned_down == turned_down > 0
    told = [text for text in texts if "which stnb adds" in text]
    assert len(told) == len(refuses)
    assert not [text for text in nothing if "which stnb adds" in text]
    for name in refuses:
        assert any(name in text for text in told)
    if "createdBefore" in refuses:
        assert frame.attrs["stnb"]["until"] is None


class Deep(Refusing):
    """A list that gives only the first pages, and names `page` if a later one is asked for."""

    first_pages = 2

    async def answer(self, request: httpx.Request) -> httpx.Response:
        if int(request.url.params.get("page", 0)) > self.first_pages:
            return httpx.Response(400, json=self.form({"page": "it is out of range"}))
        return await super().answer(request)


@pytest.mark.parametrize("first_pages", [0, 2])
@pytest.mark.parametrize("form", ["errors", "title", "text"])
def test_a_refused_page_is_no_fault_of_a_filter(form: str, first_pages: int) -> None:
    """The caller set no page, and is told so; the rows that had arrived are kept."""
    server = Deep(LIST, (), form)
    server.first_pages = first_pages
    for filters in ({}, {"active": "Any"}, {"page_size": 100}):
        with pytest.raises(Rejected) as caught:
            quiet(lambda filters=filters: server.resource(LIST).pull(**filters))
        err = caught.value
        assert list(err.refused) == ["page"]
        assert (
            err.why == "The API does not take page as stnb sends it. No filter of yours is refused."
        )
        assert "filter that it names" not in str(err)
        assert (err.frame is not None and len(err.frame) > 0) == (first_pages > 0)


def test_what_the_caller_set_is_named_beside_what_stnb_added() -> None:
    """A refusal that names a filter of the caller's asks to correct it."""
    server = Refusing(LIST, ("active", "sort"))
    with pytest.raises(Rejected, match="Correct the filter that it names"):
        quiet(lambda: server.resource(LIST).pull(active="Any"))


@pytest.mark.parametrize("form", UNNAMED)
def test_a_call_without_a_filter_is_not_told_to_correct_one(form: str) -> None:
    """A list that refuses every call names no filter, and the caller set none."""
    server = Refusing(LIST, ("page",), form)
    with pytest.raises(Rejected) as caught:
        quiet(server.resource(LIST).pull)
    assert caught.value.why.startswith("You set no filter.")
    with pytest.raises(Rejected) as caught:
        quiet(lambda: server.resource(LIST).pull(active="Any"))
    assert not caught.value.why.startswith("You set no filter.")


@pytest.mark.parametrize("states", [True, False], ids=["stated", "unstated"])
@pytest.mark.parametrize(
    ("form", "most"),
    of_each(["errors", "gateway", "text", *UNNAMED], [37, 50, 200, 500, 1_000, 1_234, 2_499]),
)
def test_pages_are_as_small_as_the_server_wants(form: str, most: int, states: bool) -> None:
    """A size that is refused gives way to the one that is stated, or to smaller ones."""
    server = Refusing(LIST, (), form, most=most, states=states)
    server.rows = Toys(ROWS)
    resource = server.resource(LIST)

    frame = quiet(lambda: resource.pull(concurrency=1))
    turned_down, first = server.turned_down, len(server.requests)
    again = quiet(lambda: resource.pull())

    assert exact(frame)
    assert exact(again)
    assert server.turned_down == turned_down
    if states and form not in UNNAMED:
        assert turned_down == 1
        assert len(server.requests) - first <= math.ceil(ROWS / min(most, 500)) + 2


def test_all_at_once_and_one_after_another() -> None:
    """Each answer names one of them; the pull does without all of them."""
    server = Refusing(LIST, OURS, most=200, one_by_one=True)
    resource = server.resource(LIST)

    frame, texts = said(lambda: resource.pull(active=Ours("Any")))

    assert exact(frame)
    assert {"sort", "includeTotal", "active"} <= {
        name for name in OURS if any(f"take {name}," in text for text in texts)
    }
    assert any("200 rows" in text for text in texts)


@pytest.mark.parametrize("refuses", [(name,) for name in OURS])
def test_rows_by_their_ids_come_without_it_too(refuses: tuple[str, ...]) -> None:
    """Ids beyond what one call takes, in batches side by side."""

    class ByIds(Refusing):
        def right(self, query: dict[str, str]) -> dict[str, Any]:
            found = [self.rows.make(int(i)) for i in query["ids"].split(",")]
            return page_of(found, query)

    server = ByIds(LIST, refuses)
    frame = quiet(lambda: server.resource(LIST).pull(ids=range(300), active=Ours("Any")))

    assert sorted(frame["id"]) == list(range(300))


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"page_size": 500}, "pageSize"),
        ({"sort": "-Id"}, "sort"),
        ({"createdBefore": "2026-07-01"}, "createdBefore"),
        ({"active": "Any"}, "active"),
    ],
)
def test_what_the_caller_set_is_never_changed(given: dict[str, Any], named: str) -> None:
    """It stays an error in three sentences, also after stnb has learned to do without its own."""
    server = Refusing(LIST, (named,), most=200 if named == "pageSize" else None)
    resource = server.resource(LIST)

    for _ in range(2):
        with pytest.raises(Rejected) as caught:
            quiet(lambda: resource.pull(**given))
        assert named in caught.value.happened
        assert named in caught.value.refused
        assert caught.value.why
        assert caught.value.next
        assert exact(quiet(lambda: resource.pull()))


def test_a_refusal_of_the_callers_filter_takes_nothing_away() -> None:
    """What the answer does not name stays, and nothing is learned from an error that stays."""
    body = {"errors": {"ids": ["no active row; the sort is not to blame"]}}
    tenant = FakeTenant(lambda request: httpx.Response(400, json=body))
    resource = tenant.resource(LIST)

    with pytest.raises(Rejected):
        resource.pull(ids=[1])

    assert len(tenant.requests) == 1


def test_an_error_that_stays_teaches_nothing() -> None:
    """If the call fails without the parameter too, the next call has it again."""
    tenant = FakeTenant(lambda r: httpx.Response(400, json={"title": "sort it out"}))
    resource = tenant.resource(LIST)

    for _ in range(2):
        with pytest.raises(Rejected):
            resource.pull()

    assert ["sort" in query for query in tenant.queries] == 2 * [True, False, False]


def test_a_count_goes_on_with_the_least_that_is_stated() -> None:
    """A count asks for one row; a server may want ten."""

    def ten(request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        if int(query["pageSize"]) < 10:
            return httpx.Response(400, json={"errors": {"pageSize": ["must be between 10 and 99"]}})
        return httpx.Response(200, json=page_of([{"id": i} for i in range(70)], query))

    assert quiet(FakeTenant(ten).resource(LIST).count) == 70


def test_the_notice_is_no_warning_of_missing_rows() -> None:
    """It is a plain one of stnb's, and the frame is complete."""
    frame, caught = warned(Refusing(LIST, (), most=200).resource(LIST).pull)

    told = [w.category for w in caught if "200 rows" in str(w.message)]
    assert told == [StnbWarning]
    assert frame.attrs["stnb"]["complete"] is True


def test_first_rows_are_the_oldest_only_if_they_are_sorted() -> None:
    """Without the sort nothing is said about which rows came first."""
    plain = quiet(lambda: Refusing(LIST, ()).resource(LIST).pull(limit=10))
    unsorted = quiet(lambda: Refusing(LIST, ("sort",)).resource(LIST).pull(limit=10))

    assert "oldest" in plain.attrs["stnb"]["first"]
    assert "oldest" not in unsorted.attrs["stnb"]["first"]


def test_two_resources_are_learned_apart() -> None:
    """What one refuses is asked of the other."""
    server = Refusing(LIST, ("sort",))
    session = server.session()
    session.taken("toys.other").without.add("createdBefore")

    assert not session.taken(LIST.name).without


# -- every list of the catalogue


# A value for each type of a parameter that a list requires.
REQUIRED = {
    "integer": 7,
    "string": "one",
    "guid": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "boolean": False,
    "date-time": "2026-07-01",
}


def _is_list(endpoint: Endpoint) -> bool:
    # Each page of a report is a run of it: tests/pull/test_reports.py has those.
    return endpoint.kind == "list" and endpoint.paged and not endpoint.positional


def _required(endpoint: Endpoint) -> dict[str, Any]:
    return {p.py: (p.values or [REQUIRED[p.type]])[0] for p in endpoint.required}


def _of_ours(endpoint: Endpoint) -> tuple[str, ...]:
    return tuple(name for name in OURS if endpoint.takes(name))


def _kind(endpoint: Endpoint) -> tuple[object, ...]:
    return _of_ours(endpoint), bool(endpoint.required)


LISTS = [endpoint for endpoint in load() if _is_list(endpoint)]


@pytest.mark.parametrize("name", [e.name for e in tenth(LISTS, _kind)])
def test_every_list_goes_on_without_what_is_refused(name: str) -> None:
    """Each of our own parameters that the list takes, alone and together with a smaller page."""
    endpoint = load()[name]
    ours = _of_ours(endpoint)
    filters = _required(endpoint)
    if endpoint.shows_all is not None:
        filters[endpoint.shows_all[0]] = Ours(endpoint.shows_all[1])
    alone = in_turn([(one,) for one in ours], name)
    for number, refuses in enumerate([*alone, ours]):
        form = list(FORMS)[(number + len(name)) % len(FORMS)]
        server = Refusing(endpoint, refuses, form, rows=FEW_ROWS)
        resource = server.resource(endpoint)
        frame = quiet(lambda: resource.pull(**filters))  # noqa: B023 - called at once
        turned_down = server.turned_down
        again = quiet(lambda: resource.pull(limit=600, **filters))  # noqa: B023

        column = frame.columns[0] if "id" not in frame else "id"
        assert len(frame) == FEW_ROWS, (refuses, form)
        assert frame[column].is_unique
        assert len(again) == 600
        assert server.turned_down == turned_down


# -- pages that are late


class Slow(Refusing):
    """A tenant that does not answer in time for pages above a size; or late once for each page."""

    def __init__(self, way: Callable[[], httpx.Response], above: int, times: int = 10**6) -> None:
        super().__init__(LIST, ())
        self.way, self.above, self.often = way, above, times
        self.slow: Counter[str] = Counter()

    async def answer(self, request: httpx.Request) -> httpx.Response:
        size = int(request.url.params["pageSize"])
        if size > self.above and self.slow.total() < self.often:
            self.slow[str(request.url.query)] += 1
            return self.way()
        return await super().answer(request)


def timed_out() -> httpx.Response:
    raise httpx.ReadTimeout("")


WAYS = {
    "time-out": timed_out,
    "504": lambda: httpx.Response(504, json={}),
    "408": lambda: httpx.Response(408, json={}),
}


@pytest.mark.parametrize(("way", "above"), of_each(WAYS, [100, 400, 600, 1_000]))
def test_a_page_that_is_late_is_asked_for_in_smaller_ones(way: str, above: int) -> None:
    """No page is asked for twice as it was; the rows are exact, and later pulls ask for less."""
    server = Slow(WAYS[way], above)
    resource = server.resource(LIST)

    frame = quiet(lambda: resource.pull(concurrency=2))
    assert exact(frame)
    assert set(server.slow.values()) == {1}

    for _ in range(2):
        assert exact(quiet(lambda: resource.pull(concurrency=2)))
    late = server.slow.total()
    assert exact(quiet(lambda: resource.pull(concurrency=2)))
    assert server.slow.total() == late
    assert frame.attrs["stnb"]["complete"] is True
    assert not server.clock.slept


def test_one_late_page_is_no_habit() -> None:
    """A single time-out costs that page its size, and nothing is learned or told."""
    server = Slow(WAYS["504"], 1_000, times=1)
    resource = server.resource(LIST)

    frame, texts = said(lambda: resource.pull(concurrency=2))

    assert exact(frame)
    assert not [text for text in texts if "in time" in text]
    assert resource.pull(concurrency=2).attrs["stnb"]["pages"] <= 3


def broken_off() -> httpx.Response:
    raise httpx.RemoteProtocolError("peer closed connection")


FAULTS = {
    "500": lambda: httpx.Response(500, json={"title": "error"}),
    "502": lambda: httpx.Response(502, html="<h1>502</h1>"),
    "broken off": broken_off,
    "half a body": lambda: httpx.Response(200, content=b'{"data": [{"id": 1},'),
    "no body": lambda: httpx.Response(200, content=b""),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_large_pages_alone_is_a_matter_of_their_size(fault: str) -> None:
    """Pages of the first size come, and larger ones never: all rows come, and the size is learned
    and told.
    """
    server = Slow(FAULTS[fault], 500)
    resource = server.resource(LIST)

    frame, texts = said(lambda: resource.pull(concurrency=2))
    assert exact(frame)
    assert frame.attrs["stnb"]["complete"] is True
    assert [text for text in texts if "pages of 1 to 500 rows" in text]

    late = server.slow.total()
    assert exact(quiet(lambda: resource.pull(concurrency=2)))
    assert server.slow.total() == late


def test_a_server_that_fails_meanwhile_is_not_asked_for_small_pages() -> None:
    """It fails at any size, so nothing is learned; it is tried twice five times at most."""

    class Failing(Slow):
        async def answer(self, request: httpx.Request) -> httpx.Response:
            if self.slow:
                self.above = 0
            return await super().answer(request)

    server = Failing(FAULTS["500"], 500)
    resource = server.resource(LIST)
    with pytest.raises(stnb.ServerFault):
        quiet(lambda: resource.pull(concurrency=1))

    assert server.slow.total() <= 10
    server.slow.clear()
    server.above = 10**6
    assert exact(resource.pull(concurrency=1))
    assert resource.pull(concurrency=1).attrs["stnb"]["pages"] <= 3


@pytest.mark.parametrize("width", [500, 1_200])
def test_a_page_over_our_own_bound_is_asked_for_in_smaller_ones(width: int) -> None:
    """At the first size, or at a later one; the caller's own size ends in the error."""
    server = Refusing(LIST, ())
    server.owner = owner(limits=Limits(max_body=0.5))
    make = server.rows.make
    server.rows.make = lambda number: make(number) | {"name": "x" * width}  # type: ignore[method-assign]

    frame = quiet(lambda: server.resource(LIST).pull(concurrency=2))
    assert exact(frame)
    assert set(frame["name"].str.len()) == {width}
    with pytest.raises(stnb.UnexpectedAnswer, match=r"0\.5 MB"):
        server.resource(LIST).pull(page_size=2_000)


def test_a_part_that_cannot_be_read_is_asked_for_again() -> None:
    """A page that came in parts is asked for in parts once more if one was broken."""

    class Broken(Slow):
        broken = 0

        async def answer(self, request: httpx.Request) -> httpx.Response:
            answer = await super().answer(request)
            query = dict(request.url.params)
            if query["pageSize"] == "300" and query["page"] == "2" and not self.broken:
                self.broken += 1
                torn = answer.content.replace(b'"name"', b'"na', 1)
                return httpx.Response(200, content=torn)
            return answer

    server = Broken(WAYS["504"], 1_000)
    frame = quiet(lambda: server.resource(LIST).pull(concurrency=2))

    assert exact(frame)
    assert server.broken == 1


def test_the_callers_own_page_size_is_tried_again_as_it_is() -> None:
    """Five tries, and then the error."""
    server = Slow(WAYS["504"], 400)

    with pytest.raises(Exception, match="504"):
        server.resource(LIST).pull(page_size=1_000)

    assert server.slow.total() == 5


# -- the words


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"errors": {"pageSize": ["maximum value is 200"]}}, {"pageSize": (200,)}),
        ({"errors": {"pageSize": {"max": 200, "given": 2_500}}}, {"pageSize": (200, 2_500)}),
        ({"errors": {"page_size": "at most 1,000"}}, {"pageSize": (1_000,)}),
        ({"errors": {"": ["'Page Size' must be <= '200'."]}}, {"pageSize": (200,)}),
        ({"errors": ["sorting is off"]}, {"sort": ()}),
        ({"title": "Bad pageSize", "detail": "5 to 200"}, {"pageSize": (5, 200)}),
        ({"errors": {"jobStatus": ["not active, sort of"]}}, {"jobStatus": ()}),
        ({"title": "Unsorted, inactive, assort"}, {}),
        ([{"target": "sort"}, "x"], {"sort": ()}),
        ("createdBefore is unknown", {"createdBefore": ()}),
        ({"status": 400, "title": "Bad request", "type": "sort", "traceId": "active"}, {}),
        (None, {}),
        (7, {}),
    ],
)
def test_a_refusal_is_read_in_any_form(body: Any, found: dict[str, tuple[int, ...]]) -> None:
    """Keys first, then words; standard members of a problem are no names."""
    names = ["jobStatus", "sort", "pageSize", "createdBefore", "active"]

    assert refused(names, json.loads(json.dumps(body))) == found


@pytest.mark.parametrize("stated", [[1, 400, 2_000], [60, 10_000], [3, 2, 1], []])
def test_a_server_that_refuses_every_size_comes_to_an_end(stated: list[int]) -> None:
    """Whatever sizes it states: after a few tries its refusal is the error."""
    asked: list[str] = []

    class Never(FakeTenant):
        async def answer(self, request: httpx.Request) -> httpx.Response:
            asked.append(request.url.params.get("pageSize", ""))
            words = f"pageSize must be {', '.join(map(str, stated))}"
            body = {"title": "One or more errors", "errors": {"pageSize": [words]}}
            return httpx.Response(400, json=body)

    with pytest.raises(Rejected):
        Never(catalog=CATALOG).resource(LIST).pull()
    assert len(asked) <= 100
