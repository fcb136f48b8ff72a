"""A report is one run: large pages, one at a time, each once, with the pauses asked for."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import httpx
import pytest

import stnb
from stnb.account import connecting
from stnb.catalog import load
from stnb.filesystem.locks import lock_at
from stnb.pull import Progress
from stnb.pull.progress import Tracker
from stnb.session import Session
from stnb.session.report_turns import LONGEST
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.warned import quiet

CATALOG = load()
REPORT = CATALOG["reporting.report_category.reports.data"]
WHICH = {"report_category": "operations", "reportId": 7, "parameters": {"From": "2026-07-01"}}
ROWS, MOST = 60_000, 25_000


class Tenant(FakeTenant):
    """It has one report of 60,000 rows, which runs once a minute, and gives no total.

    Attributes:
        runs: page and rows a page of each run.
        refused: how many requests came too early.
        broken: the page that is answered with 404, if any.
    """

    def __init__(self) -> None:
        super().__init__(catalog=CATALOG)
        self.runs: list[tuple[int, int]] = []
        self.refused, self.free_at, self.broken = 0, 0.0, 0
        self.most_a_page, self.rows = MOST, ROWS
        self.total: int | None = None

    async def answer(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        page, size = int(asked["page"]), min(int(asked["pageSize"]), self.most_a_page)
        wait = math.ceil(self.free_at - self.clock())
        if self.clock() < self.free_at:
            self.refused += 1
            title = f"Rate limit is exceeded. Try again in {wait} seconds."
            return httpx.Response(429, json={"status": 429, "title": title, "traceId": "t"})
        self.free_at = self.clock() + 60
        if page == self.broken:
            return httpx.Response(404, json={"status": 404, "title": "Not Found"})
        self.runs.append((page, int(asked["pageSize"])))
        first, end = (page - 1) * size, min(page * size, self.rows)
        body = {
            "fields": [{"name": "Number", "label": "Number"}],
            "page": page,
            "pageSize": size,
            "hasMore": end < self.rows,
            "totalCount": self.total
            or (self.rows if asked.get("includeTotal") == "true" else None),
            "data": [[number] for number in range(first, end)],
        }
        return httpx.Response(200, content=json.dumps(body).encode())


def numbers(frame: Any) -> list[int]:
    return [int(number) for number in frame["Number"]]


def test_a_report_of_60_000_rows() -> None:
    """Three runs, one after the other, each page once; between them the pause that is asked for."""
    tenant, heard = Tenant(), list[Progress]()
    frame = tenant.resource(REPORT).pull(**WHICH, progress=heard.append)

    assert tenant.runs == [(1, MOST), (2, MOST), (3, MOST)]
    assert (tenant.refused, tenant.most) == (2, 1)
    assert numbers(frame) == list(range(ROWS))
    assert frame.attrs["stnb"]["complete"] is True
    waits = [told for told in heard if told.state == "waiting"]
    assert {round(told.resume_in or 0) for told in waits} == {60}
    assert "waiting 60 s" in waits[0].note


def test_a_server_that_gives_smaller_pages_gives_each_once() -> None:
    """No row is asked for twice, whatever the server gives a page."""
    tenant = Tenant()
    tenant.most_a_page = 20_000
    frame = tenant.resource(REPORT).pull(**WHICH)

    assert [page for page, _ in tenant.runs] == [1, 2, 3]
    assert numbers(frame) == list(range(ROWS))


def test_a_report_that_broke_goes_on_from_there() -> None:
    """What came is kept; the pages that came are not run once more."""
    tenant = Tenant()
    tenant.broken = 3
    work = tenant.resource(REPORT).start(**WHICH)
    with pytest.raises(stnb.NotFound):
        work.wait()
    assert work.frame is not None
    assert len(work.frame) == 50_000

    tenant.broken = 0
    rest = work.resume().wait()
    assert numbers(rest) == list(range(ROWS))
    assert [page for page, _ in tenant.runs].count(1) == 1


def test_a_report_that_never_ends_comes_to_its_end_soon() -> None:
    """Each page takes a minute: ten are read beyond what the server counted, and kept."""
    tenant = Tenant()
    tenant.most_a_page, tenant.rows, tenant.total = 3, 10**6, 5
    with pytest.raises(stnb.PagingFault, match="10 pages beyond") as caught:
        tenant.resource(REPORT).pull(**WHICH)

    assert len(tenant.runs) <= 13
    assert caught.value.frame is not None
    assert numbers(caught.value.frame) == list(range(3 * len(tenant.runs)))


def small() -> Tenant:
    """One whose report has three pages of two rows."""
    tenant = Tenant()
    tenant.most_a_page, tenant.rows = 2, 6
    return tenant


@pytest.mark.parametrize("accounts", [1, 3])
def test_who_asks_for_one_report_at_once_waits_in_turn(
    accounts: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six pulls of an account, or two of each of three as of processes, run one after another: none
    fails, each page is one run, and no run is refused more often than the report's own pace asks.
    """
    monkeypatch.setattr(Session, "_turn_file", lambda self, *place: tmp_path / "turns" / "a.lock")
    tenant = small()
    heard: list[Progress] = []
    resources = [tenant.resource(REPORT) for _ in range(accounts)]
    pulls = [resources[i % accounts].start(**WHICH, progress=heard.append) for i in range(6)]
    frames = [run.wait() for run in pulls]

    for frame in frames:
        assert numbers(frame) == list(range(6))
        assert frame.attrs["stnb"]["complete"] is True
    assert len(tenant.runs) == 6 * 3
    assert (tenant.refused, tenant.most) == (6 * 3 - 1, 1)
    assert any("one run at a time" in told.note for told in heard)


def test_a_turn_that_nobody_gives_back_is_not_waited_for_forever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is stopped holds the file: the report is run in the end."""
    file = tmp_path / "a.lock"
    monkeypatch.setattr(Session, "_turn_file", lambda self, *place: file)
    with lock_at(file, 0.0):
        tenant = Tenant()
        assert len(tenant.resource(REPORT).pull(**WHICH, limit=10)) == 10
        assert tenant.clock() >= LONGEST


def test_a_folder_that_cannot_be_used_costs_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file stands where the folder would be: calls of this process still take turns."""
    (tmp_path / "file").touch()
    monkeypatch.setattr(Session, "_turn_file", lambda self, *place: tmp_path / "file" / "a.lock")
    tenant = small()
    resource = tenant.resource(REPORT)
    pulls = [resource.start(**WHICH) for _ in range(2)]
    assert [numbers(run.wait()) for run in pulls] == [list(range(6))] * 2
    assert (tenant.refused, tenant.most) == (5, 1)


def test_other_calls_do_not_wait_for_a_report() -> None:
    """The pause is the report's own, and not the tenant's."""
    tenant = Tenant()
    session = tenant.session()
    pauses: list[float] = []
    session._governor.pause = pauses.append  # type: ignore[method-assign,assignment]
    tenant.free_at = 30.0
    resource = stnb.Resource(session, CATALOG, REPORT)
    resource.pull(**WHICH, limit=10)

    assert tenant.refused == 1
    assert pauses == []


SILENT = {
    "words": {"json": {"status": 429, "title": "Rate limit is exceeded."}},
    "page": {"html": "<h1>429 Too Many Requests</h1>"},
    "empty": {},
}


@pytest.mark.parametrize("way", SILENT)
def test_a_refusal_that_states_no_seconds_waits_a_minute(way: str) -> None:
    """The limit of a report is known: one run a minute, whatever the 429 says."""

    class Silent(Tenant):
        async def answer(self, request: httpx.Request) -> httpx.Response:
            answer = await super().answer(request)
            if answer.status_code == 429:
                return httpx.Response(429, **SILENT[way])
            return answer

    tenant = Silent()
    frame = tenant.resource(REPORT).pull(**WHICH)

    assert numbers(frame) == list(range(ROWS))
    assert [page for page, _ in tenant.runs] == [1, 2, 3]
    assert tenant.refused <= 2 + 2  # the description's reading beside it too


class Terse(Tenant):
    """It refuses parameters of a run and does not say which."""

    def __init__(self, *bad: str) -> None:
        super().__init__()
        self.bad, self.turned_down = bad, 0

    async def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":  # what describes the report
            return httpx.Response(404)
        if any(name in request.url.params for name in self.bad):
            self.turned_down += 1
            return httpx.Response(400)
        if "pageSize" not in request.url.params:
            url = request.url.copy_set_param("pageSize", "20000")
            request = httpx.Request("POST", url)
        return await super().answer(request)


@pytest.mark.parametrize("bad", [("pageSize",), ("includeTotal",), ("pageSize", "includeTotal")])
def test_no_run_is_spent_on_finding_out_what_is_refused(bad: tuple[str, ...]) -> None:
    """The try that succeeds is a page; the size of a page is left out last."""
    tenant = Terse(*bad)
    frame = quiet(lambda: tenant.resource(REPORT).pull(**WHICH))

    assert numbers(frame) == list(range(ROWS))
    size = 20_000 if "pageSize" in bad else MOST
    assert tenant.runs == [(1, size), (2, size), (3, size)]
    assert tenant.turned_down == 1 + ("pageSize" in bad)


def test_a_wrong_parameter_of_a_report_costs_two_more_requests() -> None:
    """It is refused without ours too, and the first refusal is the error."""
    tenant = Terse("page")

    with pytest.raises(stnb.errors.Rejected):
        tenant.resource(REPORT).pull(**WHICH)

    assert tenant.turned_down == 3


def test_a_pause_is_counted_down() -> None:
    """The callback hears what is left of it while it lasts, and nothing once it is over."""
    heard: list[Progress] = []
    tracker = Tracker(heard.append)
    tracker.wait_for("ServiceTitan asked for a pause", 50)
    tracker.count_down()
    assert 0 < (heard[-1].resume_in or 0) < 50

    tracker.wait_for("")
    before = len(heard)
    tracker.count_down()
    assert len(heard) == before


def test_the_demo_lets_a_report_run_twice_without_a_minutes_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It enforces the limit, and cuts the pause short for who waits in the same process."""
    monkeypatch.setattr(connecting, "SHOWN", 0.0)
    heard: list[Progress] = []
    with stnb.demo(scale=0.05) as st:
        reports = st.reporting.report_category.reports
        first = reports.pull(report_category="operations").iloc[0]
        which = {"report_category": "operations", "reportId": int(first["id"])}
        which |= {"parameters": {"From": "2026-07-01", "To": "2026-07-31"}}
        with pytest.warns(stnb.ColumnDrift, match="Rate holds values that are no Number"):
            once = reports.data.pull(**which)  # "50.0%"
        again = reports.data.pull(**which, progress=heard.append)

    assert once.equals(again)
    assert any(told.resume_in for told in heard)
