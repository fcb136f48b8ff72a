"""What is believed of the API: all of it holds at the demo, what differs is seen, and no value of
a row leaves.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import httpx
import pytest

import stnb
from stnb import demoserver
from stnb.access.doctor import practice
from stnb.account.account import Account
from stnb.account.facts import FACTS, FactReport, try_facts
from stnb.account.facts import asker as asking
from stnb.account.facts.table import LARGEST
from stnb.catalog import load
from stnb.cli import main
from tests.helpers.fake_tenant import FakeTenant, granted
from tests.helpers.sample import tenth

SECRETS = (demoserver.CLIENT_ID, demoserver.CLIENT_SECRET, demoserver.APP_KEY)
Change = Callable[[httpx.Request, httpx.Response], httpx.Response | None]


class Changed(FakeTenant):
    """The demo tenant, some of whose answers are changed on the way.

    Args:
        change: gives another answer than the demo's, or None.
    """

    def __init__(self, change: Change = lambda request, right: None, **options: Any) -> None:
        demo = stnb.demo(scale=0.05, **options)
        super().__init__(owner=demo.session.credentials)
        self._app = httpx.ASGITransport(demo.app)
        self._change = change

    async def grant(self, request: httpx.Request) -> httpx.Response:
        """The demo's own token."""
        return await self._demo(request)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """The demo's answer, or another."""
        right = await self._demo(request)
        return self._change(request, right) or right

    async def _demo(self, request: httpx.Request) -> httpx.Response:
        response = await self._app.handle_async_request(request)
        await response.aread()
        return httpx.Response(
            response.status_code, headers=response.headers, content=response.content
        )

    def report(self) -> FactReport:
        """What is seen of all facts here."""
        return try_facts(Account(self.session()))


def seen(report: FactReport) -> dict[str, tuple[bool | None, str]]:
    """What was seen of each fact."""
    return {finding.fact: (finding.holds, finding.seen) for finding in report}


def outputs(report: FactReport) -> str:
    """Every form that a report takes."""
    frame = report.frame()
    return "\n".join(
        [report.text(), report.to_json(), frame.to_csv(), repr(frame.attrs), repr(report)]
    )


def body(request: httpx.Request, right: httpx.Response, **other: Any) -> httpx.Response | None:
    """The right page with other values beside its rows; None if it is no page."""
    page = right.json()
    if right.status_code != 200 or "data" not in page:
        return None
    return httpx.Response(200, json=page | other)


@pytest.fixture(scope="module")
def at_demo() -> FactReport:
    """What is seen at a demo whose app lacks a scope."""
    return try_facts(practice("scope-missing"))


# -- the demo


def test_all_hold_at_the_demo(at_demo: FactReport) -> None:
    """Every fact holds at the demo, as far as its app may read."""
    full = seen(try_facts(stnb.demo(scale=0.05)))
    lacking = seen(at_demo)
    untried = {name for name, (holds, _) in full.items() if holds is None}

    assert [name for name, (holds, _) in full.items() if holds is False] == []
    assert untried == {"a scope that is not granted"}
    assert lacking["a scope that is not granted"] == (
        True,
        "403 that names the scope as its reason",
    )
    assert at_demo.ok


def test_requests_are_few_and_read_only() -> None:
    """At most 80 requests are sent, all of them GETs, and never two at once."""
    server = Changed()
    report = server.report()

    assert len(server.requests) == report.requests <= asking.MOST
    assert {request.method for request in server.requests} == {"GET"}
    assert server.most == 1


def test_bound_of_requests_holds_when_all_is_refused() -> None:
    """A server that refuses every page size makes for further requests, still at most 80."""

    def refuse(request: httpx.Request, right: httpx.Response) -> httpx.Response | None:
        if int(request.url.params.get("pageSize", 0)) <= 50:
            return None
        return httpx.Response(400, json={"errors": {"pageSize": ["maximum value is 50"]}})

    server = Changed(refuse)
    report = server.report()

    assert len(server.requests) == report.requests <= asking.MOST
    assert seen(report)["largest page of jpm.jobs"][0] is False


def test_table_has_each_fact(at_demo: FactReport) -> None:
    """`st.check_facts()` gives a row for each fact; names are unique."""
    frame = stnb.demo(scale=0.05).check_facts()

    assert list(frame.columns) == ["fact", "believed", "seen", "holds"]
    assert list(frame["fact"]) == [fact.name for fact in FACTS]
    assert frame["fact"].is_unique
    assert str(frame["holds"].dtype) == "boolean"


def test_largest_pages_are_those_of_the_catalogue() -> None:
    """The page sizes that are tried are those that pulls use."""
    catalog = load()

    assert {name: catalog[name].page_size_max for name in LARGEST} == LARGEST


# -- no value leaves


def texts_of(node: Any) -> set[str]:
    """Every text and number of a JSON value."""
    if isinstance(node, dict):
        return {text for value in node.values() for text in texts_of(value)}
    if isinstance(node, list):
        return {text for value in node for text in texts_of(value)}
    return {str(node)}


def test_no_value_of_a_row_and_no_secret_leaves() -> None:
    """No text and no id of a row, no tenant, token or secret is in any form of a report."""
    values: set[str] = set()

    def listen(request: httpx.Request, right: httpx.Response) -> None:
        if right.status_code == 200:
            values.update(texts_of(right.json().get("data")))

    server = Changed(listen)
    words = outputs(server.report())
    # Words such as "Active" and counts up to 9,999 are no one's own.
    own = {text for text in values if len(text) >= 5 and not text.isalpha()}

    assert len(own) > 10_000
    assert [text for text in own if text in words] == []
    assert [secret for secret in SECRETS if secret in words] == []
    assert str(server.owner.tenant) not in words
    assert "eyJ" not in words


@pytest.mark.parametrize(
    "status", tenth([200, 400, 401, 403, 404, 500], lambda status: status // 100)
)
@pytest.mark.long
def test_answer_that_repeats_secrets_is_not_repeated(status: int) -> None:
    """Whatever a server writes into bodies, errors, headers and claims, none of it leaves."""
    planted = "Planted Person 4711"

    def repeat(request: httpx.Request, right: httpx.Response) -> httpx.Response:
        key = request.headers.get("st-app-key", "")
        told = {"title": f"{planted} {key}", "errors": {planted: [key], key: [planted]}}
        told |= {"createdOn": planted, "id": planted, "hasMore": planted, "totalCount": planted}
        row = {name: f"{planted} {key}" for name in ("id", "createdOn", "modifiedOn", "postDate")}
        told |= {"data": [row, planted], "continueFrom": planted, "pageSize": planted}
        return httpx.Response(status, json=told, headers={"x-ratelimit-limit": planted})

    words = outputs(Changed(repeat).report())

    assert planted not in words
    assert "4711" not in words
    assert [secret for secret in SECRETS if secret in words] == []


# -- what differs is seen


def small_pages(request: httpx.Request, right: httpx.Response) -> httpx.Response | None:
    """Pages of more than 200 rows are refused."""
    if int(request.url.params.get("pageSize", 0)) <= 200:
        return None
    return httpx.Response(400, json={"errors": {"PageSize": ["maximum value is 200"]}})


def no_sort(request: httpx.Request, right: httpx.Response) -> httpx.Response | None:
    """Rows come in the same order whatever is asked for."""
    if "sort" not in request.url.params or right.status_code != 200:
        return None
    rows = sorted(right.json()["data"], key=lambda row: str(row["id"])[::-1])
    return body(request, right, data=rows)


def no_filter_of_dates(request: httpx.Request, right: httpx.Response) -> httpx.Response | None:
    """Rows lie outside of what was asked for."""
    if not {"createdBefore", "modifiedOnOrAfter"} & set(request.url.params):
        return None
    moments = {"createdOn": "2099-01-01T00:00:00Z", "modifiedOn": "1999-01-01T00:00:00Z"}
    if right.status_code != 200:
        return httpx.Response(200, json={"data": [], "hasMore": False})
    rows = [row | moments for row in right.json()["data"]]
    return body(request, right, data=rows)


def refuses_unknown(request: httpx.Request, right: httpx.Response) -> httpx.Response | None:
    """An unknown filter is refused."""
    if "stnbNoSuchFilter" in request.url.params:
        return httpx.Response(400, json={"title": "Unknown parameter"})
    return None


def totals_always(request: httpx.Request, right: httpx.Response) -> httpx.Response | None:
    """A total comes unasked, and it is wrong."""
    return body(request, right, totalCount=13) if "/export/" not in request.url.path else None


def never_ends(request: httpx.Request, right: httpx.Response) -> httpx.Response | None:
    """`hasMore` is true on every page."""
    return body(request, right, hasMore=True)


def other_rows_each_time() -> Change:
    """A cursor gives other rows each time."""
    count = 0

    def change(request: httpx.Request, right: httpx.Response) -> httpx.Response | None:
        nonlocal count
        count += 1
        if "/export/" not in request.url.path:
            return None
        return body(request, right, data=right.json()["data"][count % 5 :])

    return change


def no_cursor(request: httpx.Request, right: httpx.Response) -> httpx.Response | None:
    """Feeds have no cursor."""
    return body(request, right, continueFrom=None)


def local_times(request: httpx.Request, right: httpx.Response) -> httpx.Response | None:
    """Moments have no zone, days have one."""
    other = {"createdOn": "2026-07-01 09:30", "postDate": "2026-07-01T00:00:00Z"}
    if right.status_code != 200:
        return None
    return body(request, right, data=[row | other for row in right.json()["data"]])


def no_date(request: httpx.Request, right: httpx.Response) -> httpx.Response | None:
    """Answers have no Date, but say how many calls are left."""
    return httpx.Response(
        right.status_code, content=right.content, headers={"X-RateLimit-Remaining": "59"}
    )


def forgiving(request: httpx.Request, right: httpx.Response) -> httpx.Response | None:
    """Everything that is to be refused is answered with an empty list."""
    if right.status_code == 200:
        return None
    return httpx.Response(200, json={"data": [], "hasMore": False})


DIFFERING: dict[str, tuple[Change, set[str]]] = {
    "small pages": (
        small_pages,
        {f"largest page of {name}" for name in LARGEST},
    ),
    "no sort": (no_sort, {"sort of jpm.jobs", "sort of pricebook.materials"}),
    "no filters of dates": (
        no_filter_of_dates,
        {"createdBefore", "modifiedOnOrAfter", "a value that does not fit"},
    ),
    "unknown filters refused": (refuses_unknown, {"an unknown filter"}),
    "totals always": (
        totals_always,
        {"totalCount unless asked for", "totalCount with includeTotal"},
    ),
    "never ends": (never_ends, {"a page beyond the end"}),
    "other rows each time": (other_rows_each_time(), {"a feed's cursor used twice"}),
    "no cursor": (
        no_cursor,
        {"a feed's cursor used twice", "a feed's cursor", "the end of a feed"},
    ),
    "local times": (local_times, {"moments", "days"}),
    "no date": (no_date, {"the Date header", "rate-limit headers"}),
    "forgiving": (
        forgiving,
        {
            "a page beyond the largest",
            "sort by an unknown field",
            "more ids in a call",
            "a value that does not fit",
            "no app key",
            "another tenant",
            "an unknown route",
            "an unknown record",
        },
    ),
}


@pytest.mark.parametrize("case", DIFFERING)
def test_what_differs_is_seen(case: str) -> None:
    """A server that is otherwise than believed is seen as such, fact by fact."""
    change, facts = DIFFERING[case]
    report = Changed(change).report()
    found = seen(report)

    assert {fact: found[fact] for fact in facts if found[fact][0] is not False} == {}
    assert not report.ok


def test_accepted_size_is_said() -> None:
    """If the largest page is refused, the report says which size is accepted."""
    assert seen(Changed(small_pages).report())["largest page of jpm.jobs"] == (
        False,
        "5,000 are refused with 400; 200 are accepted",
    )


# -- what cannot be tried says why


def test_long_pause_ends_it() -> None:
    """A pause that is longer than we wait ends it: what is left says so, and nothing is sent."""

    def pause(request: httpx.Request, right: httpx.Response) -> httpx.Response:
        return httpx.Response(429, headers={"Retry-After": "600"})

    server = Changed(pause)
    found = seen(server.report())

    assert len(server.requests) == 1
    assert found["sort of jpm.jobs"] == (None, "not tried: ServiceTitan asks for a pause of 600 s")
    assert found["the token's time"][0] is True


def test_a_silent_server_does_not_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once its time is over nothing more is asked for, which is said of each fact that is left."""
    monkeypatch.setattr(asking, "LONGEST", 0.0)
    tenant = Changed()
    report = tenant.report()

    assert tenant.requests == []
    assert "not tried: 0 minutes are over" in {finding.seen for finding in report}


def test_short_pause_is_waited_for() -> None:
    """A short pause is waited for, and the fact is tried again."""
    left = [429]

    def pause(request: httpx.Request, right: httpx.Response) -> httpx.Response | None:
        if not left:
            return None
        return httpx.Response(left.pop(), headers={"Retry-After": "20", "Date": formatdate()})

    server = Changed(pause)
    report = server.report()

    assert seen(report)["largest page of jpm.jobs"] == (True, "5,000 are accepted")
    words = "; 429 came once, 1 with Retry-After"
    assert seen(report)["rate-limit headers"][1].endswith(words)
    assert report.ok
    assert server.times[1] - server.times[0] >= 20


def test_no_token() -> None:
    """Without a token nothing is tried, and the report says what to do."""

    class Shut(Changed):
        async def grant(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(400, json={"error": "invalid_client"})

    server = Shut()
    report = server.report()

    assert server.requests == []
    assert {holds for holds, _ in seen(report).values()} == {None}
    assert "the doctor without --facts says why" in seen(report)["hasMore"][1]
    assert not report.ok


def test_token_that_ends_early_is_renewed() -> None:
    """A first 401 asks for a new token, and the fact is tried with it."""
    left = [401]

    def shut(request: httpx.Request, right: httpx.Response) -> httpx.Response | None:
        if not left:
            return None
        return httpx.Response(left.pop(), headers={"Date": formatdate()})

    server = Changed(shut)

    assert server.report().ok
    assert server.tokens == 2


def test_token_that_tells_nothing() -> None:
    """A token that is no JWT differs from what is believed; the rest is tried."""

    class Opaque(Changed):
        async def grant(self, request: httpx.Request) -> httpx.Response:
            self.true = (await super().grant(request)).json()["access_token"]
            return granted("opaque")

        async def _demo(self, request: httpx.Request) -> httpx.Response:
            if request.url.path != "/connect/token":
                request.headers["authorization"] = f"Bearer {self.true}"
            return await super()._demo(request)

    found = seen(Opaque().report())

    assert found["the token's claims"] == (False, "the token cannot be read")
    assert found["hasMore"][0] is True


def test_only_some_scopes() -> None:
    """A fact of a list that the app may not read says which scope is missing."""
    found = seen(Changed(scopes=["tn.jpm.jobs:r"]).report())

    assert found["largest page of jpm.jobs"][0] is True
    assert found["largest page of crm.customers"] == (
        None,
        "not tried: the app lacks the scope tn.crm.customers:r",
    )


# -- at the command line


@pytest.mark.long
def test_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    """`stnb doctor --facts` prints a table, and ends with 0 if all that was tried holds."""
    code = main.main(["doctor", "demo", "--facts"])
    out = capsys.readouterr().out

    assert code == 0
    assert any("believed" in line and "seen" in line for line in out.splitlines())
    assert all(fact.name.split()[0] in out for fact in FACTS)
    assert max(map(len, out.splitlines())) <= 110


def test_command_line_json(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json it is one object, with the same findings."""
    code = main.main(["doctor", "--demo-state", "app-key-wrong", "--facts", "--json"])
    told = json.loads(capsys.readouterr().out)

    assert code == 1
    assert told["ok"] is False
    assert [fact["fact"] for fact in told["facts"]] == [fact.name for fact in FACTS]


def test_command_line_takes_one_profile(capsys: pytest.CaptureFixture[str]) -> None:
    """--facts with --all is refused."""
    assert main.main(["doctor", "--all", "--facts"]) == 2
    assert "--facts is for one profile" in capsys.readouterr().err
