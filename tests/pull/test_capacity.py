"""dispatch.capacity: a read that is a POST, in windows of at most fourteen days."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as strategy

import stnb
from stnb.account.account import Account
from stnb.catalog import load
from stnb.errors import BadFilter, UnexpectedAnswer, UsageError
from stnb.session import Session, loop
from tests.helpers.owner import owner
from tests.helpers.sample import tries

CAPACITY = load()["dispatch.capacity"]
TOKEN = {"access_token": "t", "expires_in": 900, "token_type": "Bearer"}


@pytest.fixture(scope="module")
def st() -> Iterator[Account]:
    account = stnb.connect("demo")
    yield account
    account.close()


class Host:
    """A tenant that answers each window with one row, or with what is given."""

    def __init__(self, answer: Any = None) -> None:
        self.answer, self.asked = answer, list[dict[str, Any]]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json=TOKEN)
        assert (request.method, str(request.url.query)) == ("POST", "b''")
        body = json.loads(request.content)
        self.asked.append(body)
        if self.answer is not None:
            return httpx.Response(200, json=self.answer)
        row = {"start": body["startsOnOrAfter"], "totalAvailability": 1.25, "isAvailable": True}
        return httpx.Response(
            200, json={"timeStamp": "2026-07-01T00:00:00Z", "availabilities": [row]}
        )

    def account(self, **fields: Any) -> Account:
        transport = httpx.MockTransport(self)
        return Account(Session(owner(**fields), transport=transport, rate=None))


def ask(host: Host, begin: str, end: str, **more: Any) -> pd.DataFrame:
    with host.account(timezone="America/Denver") as st:
        return st.dispatch.capacity.pull(
            startsOnOrAfter=begin, endsOnOrBefore=end, **{"skillBasedAvailability": False, **more}
        )


def test_a_long_span_is_read_in_windows() -> None:
    """Each takes at most fourteen days of the tenant's clock, and they leave no gap."""
    host = Host()
    frame = ask(host, "2026-03-01T10:00", "2026-04-10", businessUnitIds=[1, 2], jobTypeId="7")
    spans = sorted((body["startsOnOrAfter"], body["endsOnOrBefore"]) for body in host.asked)
    assert spans == [
        ("2026-03-01T17:00:00Z", "2026-03-15T06:00:00Z"),
        ("2026-03-15T06:00:00Z", "2026-03-29T06:00:00Z"),
        ("2026-03-29T06:00:00Z", "2026-04-10T06:00:00Z"),
    ]
    for body in host.asked:
        assert body["businessUnitIds"] == [1, 2]
        assert body["jobTypeId"] == 7
        assert body["skillBasedAvailability"] is False
    assert frame["start"].is_monotonic_increasing
    assert frame.attrs["stnb"]["complete"] is True
    assert frame.attrs["stnb"]["requests"] == 3
    assert str(frame["totalAvailability"].dtype) == "Float64"


@given(strategy.integers(0, 800), strategy.integers(1, 24 * 200))
def test_windows_are_short_and_without_gaps(start: int, hours: int) -> None:
    """Whatever the span, and whether clocks change in it."""
    host = Host()
    begin = dt.datetime(2025, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=start * 11)
    end = begin + dt.timedelta(hours=hours)
    ask(host, begin.isoformat(), end.isoformat())
    spans = [(body["startsOnOrAfter"], body["endsOnOrBefore"]) for body in host.asked]
    moments = sorted((dt.datetime.fromisoformat(a), dt.datetime.fromisoformat(b)) for a, b in spans)
    assert moments[0][0] == begin
    assert moments[-1][1] == end
    for (_, before), (after, _) in itertools.pairwise(moments):
        assert before == after
    for first, last in moments:
        assert first < last <= first + dt.timedelta(days=14, hours=1)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "needs startsOnOrAfter"),
        ({"endsOnOrBefore": "2026-01-01"}, "Exchange"),
        ({"endsOnOrBefore": "2426-01-01"}, "shorter span"),
        ({"skillBasedAvailability": "maybe"}, "True or False"),
        ({"businessUnitIds": []}, "empty"),
        ({"businessUnitIds": ["x"]}, "whole number"),
        ({"page": 2}, "filter"),
    ],
)
def test_what_does_not_fit_is_refused_before_it_is_sent(given: dict[str, Any], says: str) -> None:
    """In three sentences, as with any other resource."""
    usual: dict[str, Any] = {"startsOnOrAfter": "2026-03-01", "endsOnOrBefore": "2026-03-05"}
    usual = {**usual, "skillBasedAvailability": True, **given}
    host = Host()
    with host.account() as st, pytest.raises(UsageError, match=says):
        st.dispatch.capacity.pull(**(usual if given else {}))
    assert host.asked == []


@pytest.mark.parametrize("answer", [{}, {"availabilities": 1}, {"data": []}, 5])
def test_an_answer_without_rows_is_an_error(answer: Any) -> None:
    """Not a frame without rows."""
    with pytest.raises(UnexpectedAnswer, match="availabilities"):
        ask(Host(answer), "2026-03-01", "2026-03-02")


@pytest.mark.parametrize("answer", [{"availabilities": []}, {"availabilities": None}, []])
def test_no_availability_is_an_empty_frame(answer: Any) -> None:
    """With the columns that the catalogue promises."""
    frame = ask(Host(answer), "2026-03-01", "2026-03-02")
    assert len(frame) == 0
    assert "openAvailability" in frame


def test_the_demo_serves_it(st: Account) -> None:
    """Six weeks of one unit; open hours are never more than there are."""
    frame = st.dispatch.capacity.pull(
        startsOnOrAfter="last 42 days",
        endsOnOrBefore="today",
        skillBasedAvailability=False,
        businessUnitIds=[718],
    )
    assert frame.attrs["stnb"]["requests"] == 3
    assert (frame["openAvailability"] <= frame["totalAvailability"]).all()
    assert (frame["openAvailability"] < frame["totalAvailability"]).any()
    assert not frame.duplicated(subset=["startUtc"]).any()
    technicians = stnb.children(frame, "technicians")
    assert set(technicians["status"].dropna()) <= {"Available", "Unavailable"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"startsOnOrAfter": "2026-01-01T00:00:00Z", "endsOnOrBefore": "2026-02-01T00:00:00Z"},
        {"startsOnOrAfter": "x", "endsOnOrBefore": "y", "skillBasedAvailability": True},
    ],
)
def test_the_demo_refuses_what_the_api_refuses(st: Account, body: Any) -> None:
    """What lacks, and more than fourteen days."""
    path = CAPACITY.path.replace("{tenant}", str(st.tenant))
    if "endsOnOrBefore" in body and len(body) == 2:
        body = {**body, "skillBasedAvailability": True}
    with pytest.raises(stnb.Rejected):
        loop.run(st.session.send("POST", path, body=body))


@pytest.mark.parametrize("flag", [False, True, "false", "True"])
def test_the_demo_takes_a_truth_as_other_clients_send_it(st: Account, flag: bool | str) -> None:
    """As JSON has it, or as text."""
    path = CAPACITY.path.replace("{tenant}", str(st.tenant))
    body = {
        "startsOnOrAfter": "2026-01-01T00:00:00-07:00",
        "endsOnOrBefore": "2026-01-02T00:00:00-07:00",
        "skillBasedAvailability": flag,
    }
    answer = loop.run(st.session.send("POST", path, body=body))
    assert json.loads(answer.content)["availabilities"]


@pytest.mark.parametrize("flag", [None, 0, "no", "", []])
def test_the_demo_refuses_what_is_no_truth(st: Account, flag: Any) -> None:
    """Any other value is a 400."""
    path = CAPACITY.path.replace("{tenant}", str(st.tenant))
    body = {
        "startsOnOrAfter": "2026-01-01T00:00:00Z",
        "endsOnOrBefore": "2026-01-02T00:00:00Z",
        "skillBasedAvailability": flag,
    }
    with pytest.raises(stnb.Rejected):
        loop.run(st.session.send("POST", path, body=body))


def test_the_card_says_that_its_scope_is_one_to_write() -> None:
    """And the window; other cards say nothing of the kind."""
    with Host().account() as st:
        card = repr(st.dispatch.capacity)
        assert "tn.dis.capacity:w: a scope to write" in card
        assert "14 days a call" in card
        assert "scope to write" not in repr(st.jpm.jobs)


def test_every_post_that_may_leave_is_in_the_catalogue() -> None:
    """The list is closed: of all routes as POSTs, those alone pass that only read."""
    host = Host({"availabilities": []})
    session = Session(owner(), transport=httpx.MockTransport(lambda r: answered(r)), rate=None)
    passed = []

    def answered(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json=TOKEN)
        return httpx.Response(200, json={})

    for endpoint in load():
        path = re.sub(r"\{\w+\}", "1", endpoint.path)
        try:
            loop.run(session.send("POST", path, body={}))
        except UsageError:
            continue
        passed.append(endpoint.name)
    assert passed == ["dispatch.capacity", "reporting.report_category.reports.data"]
    assert passed == [endpoint.name for endpoint in load() if endpoint.method == "POST"]
    assert host.asked == []


@given(strategy.text(max_size=60), strategy.sampled_from(["POST", "PUT", "PATCH", "DELETE"]))
def test_no_other_path_is_written_to(path: str, method: str) -> None:
    """Whatever stands in the path."""
    host = Host()
    with host.account() as st, pytest.raises((UsageError, BadFilter)):
        loop.run(st.session.send(method, f"/dispatch/v2/tenant/42/{path}/capacity", body={}))
    assert host.asked == []


ZONES = ["America/New_York", "America/Havana", "Australia/Lord_Howe", "America/Phoenix"]
HOURS = (0, 8, 12, 18, 24)  # of a tenant's clock, between which its shifts lie
Slot = tuple[dt.datetime, dt.datetime]


class Shifts(Host):
    """A tenant that answers each call with the shifts that lie in its span."""

    def __init__(self, shifts: list[Slot]) -> None:
        super().__init__()
        self.shifts = shifts

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json=TOKEN)
        body = json.loads(request.content)
        first, last = (
            dt.datetime.fromisoformat(body[name]) for name in ("startsOnOrAfter", "endsOnOrBefore")
        )
        assert last - first <= dt.timedelta(days=14, hours=1)  # an hour where clocks go back
        rows = [{"startUtc": a.isoformat()} for a, b in self.shifts if first <= a and b <= last]
        answer = {"timeStamp": "2026-07-01T00:00:00Z", "availabilities": rows}
        return httpx.Response(200, json=answer)


def shifts_of(first: dt.date, days: int, zone: ZoneInfo) -> list[Slot]:
    """The shifts of so many days, each of a day of the tenant's clock."""
    found = []
    for number in range(days):
        midnight = dt.datetime.combine(first + dt.timedelta(days=number), dt.time())
        walls = [midnight + dt.timedelta(hours=hour) for hour in HOURS]
        ends = [wall.replace(tzinfo=zone).astimezone(dt.UTC) for wall in walls]
        found += [(a, b) for a, b in itertools.pairwise(ends) if a < b]
    return found


@settings(max_examples=tries(100), deadline=None)
@given(
    zone=strategy.sampled_from(ZONES),
    first=strategy.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2026, 12, 31)),
    days=strategy.integers(1, 120),
)
def test_no_shift_is_lost_or_doubled_at_a_seam(zone: str, first: dt.datetime, days: int) -> None:
    """Whatever the clocks do in between: each shift of the span comes once."""
    first = first.replace(microsecond=0)
    last, there = first + dt.timedelta(days=days), ZoneInfo(zone)
    host = Shifts(shifts_of(first.date() - dt.timedelta(days=1), days + 3, there))
    begin, end = first.replace(tzinfo=there), last.replace(tzinfo=there)
    wanted = sorted(a for a, b in host.shifts if begin <= a and b <= end)

    with host.account(timezone=zone) as st:
        frame = st.dispatch.capacity.pull(
            startsOnOrAfter=first.isoformat(),
            endsOnOrBefore=last.isoformat(),
            skillBasedAvailability=False,
        )

    assert sorted(pd.to_datetime(frame["startUtc"], utc=True)) == wanted
