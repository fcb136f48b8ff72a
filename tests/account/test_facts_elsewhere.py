"""The facts at other servers: they end in few requests with a true table, and pulls use what was
seen.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

import stnb
from stnb.account.account import Account
from stnb.account.facts import FACTS, try_facts
from stnb.account.facts import asker as asking
from stnb.demoserver import TENANT
from tests.account.test_facts import Changed, body, seen
from tests.conformance.client import TODAY
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.warned import said

LIST = "jpm.jobs"


def is_list(request: httpx.Request, resource: str = "/jobs") -> bool:
    """Whether it asks for the list of jobs."""
    return request.url.path.endswith(f"/tenant/{TENANT}{resource}")


def refused(name: str, words: str = "it is not known") -> httpx.Response:
    """A 400 that names a parameter."""
    return httpx.Response(400, json={"title": "Bad Request", "errors": {name: [words]}})


# -- what is seen is used


def test_pulls_ask_for_the_largest_page_that_was_seen() -> None:
    """A server that takes 200 rows a page refuses no pull after the facts were tried."""
    limit, refusals = 200, []

    def change(request: httpx.Request, right: httpx.Response) -> httpx.Response | None:
        if is_list(request) and int(request.url.params.get("pageSize", 0)) > limit:
            refusals.append(request)
            return refused("pageSize", "it is too large")
        return None

    server = Changed(change)
    account = Account(server.session())
    report = try_facts(account)
    refusals.clear()
    frame, texts = said(lambda: account.jpm.jobs.pull())

    assert "200 are accepted" in seen(report)[f"largest page of {LIST}"][1]
    assert refusals == []
    assert len(frame) == frame.attrs["stnb"]["total"] > 500
    assert not [text for text in texts if "takes pages" in text]


def test_a_page_that_is_cut_off_silently_is_learned_too() -> None:
    """A server that gives 100 rows whatever is asked for is asked for 100."""

    def change(request: httpx.Request, right: httpx.Response) -> httpx.Response | None:
        page = right.json() if is_list(request) and right.status_code == 200 else {}
        if len(page.get("data", [])) <= 100 or "ids" in request.url.params:
            return None
        return body(request, right, data=page["data"][:100], hasMore=True)

    server = Changed(change)
    account = Account(server.session())
    try_facts(account)

    assert account.session.taken(LIST).most == 100


@pytest.mark.parametrize("name", ["sort", "createdBefore"])
def test_pulls_leave_out_what_was_refused(name: str) -> None:
    """They add neither an order nor a bound of their own that the facts saw refused."""
    asked: list[str] = []

    def change(request: httpx.Request, right: httpx.Response) -> httpx.Response | None:
        if not is_list(request):
            return None
        asked.extend(key for key in request.url.params if key == name)
        if name in request.url.params:
            return refused(name)
        return None

    server = Changed(change)
    account = Account(server.session())
    try_facts(account)
    asked.clear()
    frame, _ = said(lambda: account.jpm.jobs.pull())

    assert asked == []
    assert len(frame) == frame.attrs["stnb"]["total"]


# -- other servers


class Plain(FakeTenant):
    """A server written apart from the demo, of which is known what it does.

    Every list and feed of the catalogue has 240 rows. Pages have 200 rows at most, larger ones are
    refused; `sort` and unknown filters are ignored; totals are always there; `createdBefore` and
    `ids` are honoured.
    """

    ROWS = 240

    def __init__(self) -> None:
        super().__init__()
        self.rows = [self.row(number) for number in range(1, self.ROWS + 1)]

    def row(self, number: int) -> dict[str, Any]:
        """A row, made a minute after the one before it."""
        made = f"2026-03-01T{number // 60:02}:{number % 60:02}:00Z"
        return {"id": number, "createdOn": made, "modifiedOn": made, "active": True}

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """A page of the rows, or a refusal."""
        query = request.url.params
        if "ST-App-Key" not in request.headers:
            return httpx.Response(401, json={"title": "App key is missing"})
        size, number = int(query.get("pageSize", 50)), int(query.get("page", 1))
        if size > 200:
            return refused("pageSize", "maximum value is 200")
        rows = self.rows
        if "createdBefore" in query:
            rows = [row for row in rows if row["createdOn"] < query["createdBefore"]]
        if "ids" in query:
            wanted = {int(text) for text in query["ids"].split(",") if text.isdecimal()}
            rows = [row for row in rows if row["id"] in wanted]
        page = {
            "page": number,
            "pageSize": size,
            "hasMore": number * size < len(rows),
            "totalCount": len(rows),
            "data": rows[(number - 1) * size : number * size],
        }
        return httpx.Response(200, json=page)


def test_the_table_of_another_server_is_true() -> None:
    """It says of each fact what the server was written to do."""
    server = Plain()
    report = try_facts(Account(server.session()))
    found = seen(report)

    assert len(server.requests) == report.requests <= asking.MOST
    assert [finding.fact for finding in report] == [fact.name for fact in FACTS]
    assert found[f"largest page of {LIST}"] == (
        False,
        "5,000 are refused with 400; 200 are accepted",
    )
    assert found["the usual page"] == (True, "50 rows")
    assert found[f"sort of {LIST}"] == (False, "+Id in order, -Id not in order, 50 and 50 rows")
    assert found["totalCount unless asked for"] == (False, "a total")
    assert found["totalCount with includeTotal"][0] is True
    assert found["hasMore"][0] is True
    assert found["a page beyond the end"][0] is True
    assert found["createdBefore"][0] is True
    assert found["modifiedOnOrAfter"][0] is False
    assert found["an unknown filter"][0] is True
    assert found["a value that does not fit"][0] is False


def test_the_demo_of_the_conformance_tests_is_as_believed() -> None:
    """On its own day, by its own clock, and with few rows, no fact differs."""
    account = stnb.demo(scale=0.045, today=TODAY)
    report = try_facts(account)

    assert report.requests <= asking.MOST
    assert [finding.fact for finding in report if finding.holds is False] == []


def misbehaving() -> dict[str, Callable[[httpx.Request, httpx.Response], httpx.Response | None]]:
    """Servers that answer everything in one wrong way."""

    def always(make: Callable[[], httpx.Response]) -> Callable[..., httpx.Response | None]:
        return lambda request, right: make()

    def endless(request: httpx.Request, right: httpx.Response) -> httpx.Response | None:
        return body(request, right, hasMore=True, continueFrom="again")

    def strict(request: httpx.Request, right: httpx.Response) -> httpx.Response | None:
        names = [name for name in request.url.params if name != "page"]
        if names:
            return refused(names[0])
        return None

    def text(request: httpx.Request, right: httpx.Response) -> httpx.Response | None:
        return body(request, right, totalCount="many", pageSize="all", hasMore="yes")

    return {
        "a page for a browser": always(lambda: httpx.Response(200, html="<p>Sign in</p>")),
        "an empty body": always(lambda: httpx.Response(200, content=b"")),
        "JSON that is cut off": always(lambda: httpx.Response(200, content=b'{"data":[{"id":1')),
        "a list of numbers": always(lambda: httpx.Response(200, json={"data": [1, 2, 3]})),
        "null": always(lambda: httpx.Response(200, json=None)),
        "deeply nested": always(lambda: httpx.Response(200, content=b"[" * 50_000)),
        "always 400": always(lambda: refused("page")),
        "always 404": always(lambda: httpx.Response(404, json={"title": "Not Found"})),
        "always 500": always(lambda: httpx.Response(500)),
        "always 503": always(lambda: httpx.Response(503, headers={"retry-after": "1"})),
        "never an end": endless,
        "no parameter but page": strict,
        "texts for numbers": text,
    }


@pytest.mark.parametrize("case", misbehaving())
def test_a_misbehaving_server_comes_to_an_end(case: str) -> None:
    """In at most 80 requests, with a row for each fact, none of which holds without a reason."""
    server = Changed(misbehaving()[case])
    report = try_facts(Account(server.session()))

    assert len(server.requests) <= asking.MOST
    assert [finding.fact for finding in report] == [fact.name for fact in FACTS]
    assert all(finding.seen for finding in report)
    if case.startswith("always"):
        lists = [f for f in report if f.fact.startswith(("largest page", "sort of", "ids in"))]
        assert not [finding for finding in lists if finding.holds]
    assert "Traceback" not in report.text()
    json.loads(report.to_json())
