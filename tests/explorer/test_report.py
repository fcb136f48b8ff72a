"""A report in the explorer: filled in, run, and repeated by the code."""

from __future__ import annotations

import stnb


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
