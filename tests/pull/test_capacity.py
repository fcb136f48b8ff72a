"""dispatch.capacity: a read that is a POST, in windows of at most fourteen days."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections.abc import Callable, Iterator
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
from tests.helpers.warned import said

CAPACITY = load()["dispatch.capacity"]
ENDS = ("startsOnOrAfter", "endsOnOrBefore")
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
        ends = [dt.datetime.fromisoformat(body[name]) for name in ENDS]
        middle = ends[0] + (ends[1] - ends[0]) / 2
        row = {"start": ends[0].isoformat(), "startUtc": middle.isoformat(), "isAvailable": True}
        row["totalAvailability"] = 1.25
        answer = {"timeStamp": "2026-07-01T00:00:00Z", "availabilities": [row]}
        return httpx.Response(200, json=answer)

    def account(self, **fields: Any) -> Account:
        transport = httpx.MockTransport(self)
        return Account(Session(owner(**fields), transport=transport, rate=None))


def ask(host: Host, begin: str, end: str, **more: Any) -> pd.DataFrame:
    with host.account(timezone="America/Denver") as st:
        return st.dispatch.capacity.pull(
            startsOnOrAfter=begin, endsOnOrBefore=end, **{"skillBasedAvailability": False, **more}
        )


def test_a_long_span_is_read_in_windows() -> None:
    """Each takes at most fourteen days, and a day more on both sides than those of the tenant's
    clock that are its own.
    """
    host = Host()
    frame = ask(host, "2026-03-01T10:00", "2026-04-10", businessUnitIds=[1, 2], jobTypeId="7")
    spans = sorted((body["startsOnOrAfter"], body["endsOnOrBefore"]) for body in host.asked)
    assert spans == [
        ("2026-03-01T17:00:00Z", "2026-03-14T06:00:00Z"),
        ("2026-03-12T06:00:00Z", "2026-03-26T06:00:00Z"),
        ("2026-03-24T06:00:00Z", "2026-04-07T06:00:00Z"),
        ("2026-04-05T06:00:00Z", "2026-04-10T06:00:00Z"),
    ]
    for body in host.asked:
        assert body["businessUnitIds"] == [1, 2]
        assert body["jobTypeId"] == 7
        assert body["skillBasedAvailability"] is False
    assert frame["start"].is_monotonic_increasing
    assert frame.attrs["stnb"]["complete"] is True
    assert frame.attrs["stnb"]["requests"] == 4
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
        assert dt.timedelta(hours=47) <= before - after <= dt.timedelta(hours=48)
    for first, last in moments:
        assert first < last <= first + dt.timedelta(days=14)


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
    assert frame.attrs["stnb"]["requests"] == 4
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
        loop.run(st.session.send, "POST", path, body=body)


@pytest.mark.parametrize("flag", [False, True, "false", "True"])
def test_the_demo_takes_a_truth_as_other_clients_send_it(st: Account, flag: bool | str) -> None:
    """As JSON has it, or as text."""
    path = CAPACITY.path.replace("{tenant}", str(st.tenant))
    body = {
        "startsOnOrAfter": "2026-01-01T00:00:00-07:00",
        "endsOnOrBefore": "2026-01-02T00:00:00-07:00",
        "skillBasedAvailability": flag,
    }
    answer = loop.run(st.session.send, "POST", path, body=body)
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
        loop.run(st.session.send, "POST", path, body=body)


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
            loop.run(session.send, "POST", path, body={})
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
        loop.run(st.session.send, method, f"/dispatch/v2/tenant/42/{path}/capacity", body={})
    assert host.asked == []


ZONES = ["America/New_York", "America/Havana", "Australia/Lord_Howe", "America/Phoenix"]
HOURS = (0, 8, 12, 18, 24)  # of a tenant's clock, between which its shifts lie
Slot = tuple[dt.datetime, dt.datetime]


# Which shifts an answer has of those that reach over an end of its span, and from when to when.
GIVES: dict[str, Callable[[Slot, Slot], Slot | None]] = {
    "inside": lambda s, span: s if span[0] <= s[0] and s[1] <= span[1] else None,
    "touching": lambda s, span: s if s[0] < span[1] and s[1] > span[0] else None,
    "starting inside": lambda s, span: s if span[0] <= s[0] < span[1] else None,
    "cut": lambda s, span: _cut(s, span),
}


def _cut(shift: Slot, span: Slot) -> Slot | None:
    begin, end = max(shift[0], span[0]), min(shift[1], span[1])
    return (begin, end) if begin < end else None


class Shifts(Host):
    """A tenant that answers each call with the shifts of its span."""

    def __init__(self, shifts: list[Slot], gives: str) -> None:
        super().__init__()
        self.shifts, self.gives = shifts, GIVES[gives]

    def within(self, span: Slot) -> list[Slot]:
        return [found for shift in self.shifts if (found := self.gives(shift, span))]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json=TOKEN)
        body = json.loads(request.content)
        first, last = (dt.datetime.fromisoformat(body[name]) for name in ENDS)
        assert last - first <= dt.timedelta(days=14)
        rows = []
        for begin, end in self.within((first, last)):
            rows.append({"startUtc": begin.isoformat(), "endUtc": end.isoformat()})
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


def over_midnight(first: dt.date, days: int, zone: ZoneInfo) -> list[Slot]:
    """Shifts of the night, and of a whole day from noon to noon."""
    found = []
    for number in range(days):
        midnight = dt.datetime.combine(first + dt.timedelta(days=number), dt.time())
        for begins, ends in ((22, 30), (23.5, 24.5), (12, 35)):
            walls = [midnight + dt.timedelta(hours=hour) for hour in (begins, ends)]
            a, b = [wall.replace(tzinfo=zone).astimezone(dt.UTC) for wall in walls]
            found.append((a, b))
    return found


def moments_of(column: pd.Series[Any]) -> list[dt.datetime]:
    return [moment.to_pydatetime() for moment in pd.to_datetime(column, utc=True)]


@settings(max_examples=tries(100), deadline=None)
@given(
    zone=strategy.sampled_from(ZONES),
    first=strategy.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2026, 12, 31)),
    days=strategy.integers(1, 120),
    nightly=strategy.booleans(),
    gives=strategy.sampled_from(list(GIVES)),
    raw=strategy.booleans(),
)
def test_no_shift_is_lost_doubled_or_cut_at_a_seam(
    zone: str, first: dt.datetime, days: int, nightly: bool, gives: str, raw: bool
) -> None:
    """Whatever the clocks do, and whichever shifts over its ends a call gives: as in one call."""
    first = first.replace(microsecond=0)
    last, there = first + dt.timedelta(days=days), ZoneInfo(zone)
    make = over_midnight if nightly else shifts_of
    host = Shifts(make(first.date() - dt.timedelta(days=2), days + 4, there), gives)
    span = first.replace(tzinfo=there), last.replace(tzinfo=there)

    with host.account(timezone=zone) as st:
        frame = st.dispatch.capacity.pull(
            startsOnOrAfter=first.isoformat(),
            endsOnOrBefore=last.isoformat(),
            skillBasedAvailability=False,
            dtypes="raw" if raw else "typed",
        )

    found = zip(moments_of(frame["startUtc"]), moments_of(frame["endUtc"]), strict=True)
    assert sorted(found) == sorted(host.within(span))
    assert frame.attrs["stnb"]["complete"] is True


def test_the_start_of_a_slot_is_read_also_if_it_is_not_shown() -> None:
    """It says of which call a row is."""
    zone = ZoneInfo("America/Denver")
    host = Shifts(over_midnight(dt.date(2026, 3, 1), 40, zone), "touching")
    frame = ask(host, "2026-03-02", "2026-04-06", columns=["endUtc"])
    span = dt.datetime(2026, 3, 2, tzinfo=zone), dt.datetime(2026, 4, 6, tzinfo=zone)
    assert list(frame.columns) == ["endUtc"]
    assert sorted(moments_of(frame["endUtc"])) == sorted(end for _, end in host.within(span))


def test_rows_that_do_not_say_when_they_start_stay_and_are_told_of() -> None:
    """In every call that gives them."""
    host = Host({"availabilities": [{"totalAvailability": 1.5}]})
    frame, told = said(lambda: ask(host, "2026-03-01", "2026-04-01"))
    assert len(frame) == len(host.asked) == 3
    assert any("do not say when they start" in text for text in told)
    _, told = said(lambda: ask(host, "2026-03-01", "2026-03-15"))
    assert not any("do not say when they start" in text for text in told)


def test_first_rows_of_a_long_span_are_a_request() -> None:
    """`head` and `limit` read one window if that has rows enough, and not all side by side."""
    st = stnb.demo(scale=0.02, today=dt.date(2026, 7, 1))
    span = {"startsOnOrAfter": "2026-06-25", "endsOnOrBefore": "2026-12-01"}
    frame = st.dispatch.capacity.head(3, **span, skillBasedAvailability=False)
    assert len(frame) == 3
    assert frame.attrs["stnb"]["requests"] == 1


@pytest.mark.long
def test_as_many_rows_as_are_wanted_are_read_in_their_order() -> None:
    """A limit reads as many windows as it needs, and gives what the whole begins with."""
    st = stnb.demo(scale=0.02, today=dt.date(2026, 7, 1))
    span = {"startsOnOrAfter": "2026-06-25", "endsOnOrBefore": "2026-12-01"}
    whole = st.dispatch.capacity.pull(**span, skillBasedAvailability=False, progress=False)
    limit = len(whole) // 3
    some = st.dispatch.capacity.pull(**span, skillBasedAvailability=False, limit=limit)
    pd.testing.assert_frame_equal(some, whole.head(limit))
    assert not some.attrs["stnb"]["complete"]
    assert whole.attrs["stnb"]["complete"]
    assert some.attrs["stnb"]["requests"] < whole.attrs["stnb"]["requests"]


def test_first_rows_of_many_ids_are_few_requests() -> None:
    """Ids by fifties alike."""
    st = stnb.demo(scale=0.02)
    ids = st.jpm.jobs.pull(columns=["id"])["id"]
    some = st.jpm.jobs.pull(ids=ids, limit=5, progress=False)
    assert list(some["id"]) == list(ids.head(5))
    assert some.attrs["stnb"]["requests"] == 1
