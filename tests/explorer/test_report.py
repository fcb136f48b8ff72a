"""A report in the explorer: filled in, run, and repeated by the code."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

import stnb
from stnb.account.reports import all_reports
from stnb.errors import UnexpectedAnswer
from stnb.explorer import report_menu


def test_a_report_is_filled_in_and_run_like_any_resource() -> None:
    """Its required days are last month's; `pull` runs it, and the state opens it again."""
    st = stnb.connect("demo")
    report = st.report(175)
    ui = stnb.explore(report)
    try:
        assert ui.state["resource"] == "reporting.report_category.reports.data"
        days = report.arguments(From="last month", To="last month")
        assert ui.state["filters"] == days
        ui.pull()
        frame = ui.wait(60)
        assert ui.error is None
        assert frame is not None
        assert list(frame.columns) == list(report.columns["name"])
        assert "175" in ui.code
    finally:
        ui.close()


def test_what_a_report_needs_beside_days_is_left_open() -> None:
    """Filters that are given come before those of a first look."""
    st = stnb.connect("demo")
    own = {"parameters": {"From": "2026-01-01", "To": "2026-01-31"}}
    ui = stnb.explore(st.report(70102), filters=own)
    try:
        assert ui.state["filters"]["parameters"] == own["parameters"]
        assert ui.state["filters"]["reportId"] == 70102
    finally:
        ui.close()


def say(ui: Any, **message: Any) -> list[dict[str, Any]]:
    """Say to the search what its page says; the reports that the page is then told of."""
    told: list[dict[str, Any]] = []
    picker = ui.parts.picker
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(picker, "send", lambda content, buffers=None: told.append(content))
        picker._handle_custom_msg(message, [])
        ui._reports.wait()
    return [entry for each in told if each["kind"] == "reports" for entry in each["entries"]]


def test_a_report_is_found_in_the_search_and_opened_as_its_form() -> None:
    """The page is told of the tenant's reports once it is typed into, and the one that is picked is
    filled in as `stnb.explore(report)` fills it in.
    """
    st = stnb.connect("demo")
    with closing(stnb.explore(st)) as ui, closing(stnb.explore(st.report(175))) as same:
        listed = say(ui, kind="typed")
        [wanted] = [entry for entry in listed if entry["id"] == "175"]
        say(ui, kind="report", id=wanted["id"], category=wanted["category"])

        assert [entry["label"] for entry in listed] == list(st.reports()["name"])
        assert ui.state == same.state
        assert ui.error is None


def test_nothing_is_asked_before_a_person_types() -> None:
    """Opening an explorer and its list sends no request for reports, and two rounds of typing send
    one.
    """
    st = stnb.demo(scale=0.02)
    asked = []

    def counted(account: Any) -> Any:
        asked.append(account.profile)
        return all_reports(account)

    with closing(stnb.explore(st)) as ui, pytest.MonkeyPatch.context() as patch:
        patch.setattr(report_menu, "all_reports", counted)
        assert say(ui, kind="entries") == []
        assert asked == []
        first, second = say(ui, kind="typed"), say(ui, kind="typed")

    assert first == second != []
    assert asked == ["demo"]


def test_an_app_without_the_scope_is_not_asked() -> None:
    """What it may not read is no reason for a request, nor for an error on the page."""
    st = stnb.demo(scale=0.02)
    with closing(stnb.explore(st)) as ui, pytest.MonkeyPatch.context() as patch:
        patch.setattr(stnb.Account, "scopes", frozenset({"tn.jpm.jobs:r"}))
        patch.setattr(report_menu, "all_reports", pytest.fail)

        assert say(ui, kind="typed") == []
        assert ui.error is None


def test_reports_that_do_not_come_cost_the_search_nothing() -> None:
    """A list that fails is no error, and is asked for again; a report that fails says why."""
    st = stnb.demo(scale=0.02)
    lost = UnexpectedAnswer("Nothing came.", "Likely the network.", "Try again.")

    def fail(*_arguments: Any) -> Any:
        raise lost

    with closing(stnb.explore(st)) as ui, pytest.MonkeyPatch.context() as patch:
        patch.setattr(report_menu, "all_reports", fail)
        assert say(ui, kind="typed") == []
        assert ui.error is None
        patch.setattr(report_menu, "all_reports", all_reports)
        picked = say(ui, kind="typed")[0]
        patch.setattr(report_menu, "report_of", fail)
        say(ui, kind="report", id=picked["id"], category=picked["category"])
        assert ui.error is lost
        say(ui, kind="report", id="0", category="of another tenant")
        assert ui.state["resource"] is None
