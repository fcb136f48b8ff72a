"""Names stand beside ids without being asked for, wherever a few requests bring them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import stnb
from stnb.account.links import quick, quick_columns
from stnb.errors import NotAllowed
from stnb.explorer import naming, outcome
from stnb.explorer.entry import explore
from stnb.explorer.explorer import Explorer
from stnb.explorer.grid.grid import Grid

pytestmark = pytest.mark.usefixtures("small_demo")

SHORT = ["businessUnitId", "jobTypeId", "campaignId", "tagTypeIds"]


@pytest.fixture
def ui(st: stnb.Account) -> Iterator[Explorer]:
    explorer = explore(st, "jpm.jobs", limit=300)
    yield explorer
    explorer.close()


def pulled(ui: Explorer) -> pd.DataFrame:
    """The frame of a pull, with the names that belong to it."""
    ui.pull()
    frame = ui.wait(60)
    assert frame is not None
    assert ui.error is None
    return frame


def test_short_lists_are_named_by_themselves(ui: Explorer) -> None:
    """Units, job types, campaigns and tags get their names; customers, who are many, do not. The
    code gives exactly what is on show.
    """
    frame = pulled(ui)

    assert {"businessUnitName", "jobTypeName", "campaignName", "tagTypeNames"} <= set(frame)
    assert "customerName" not in frame
    assert frame.columns.get_loc("jobTypeName") == frame.columns.get_loc("jobTypeId") + 1
    assert "df = st.name_columns(" in ui.code
    names: dict[str, Any] = {}
    exec(ui.code, names)
    pd.testing.assert_frame_equal(names["df"], frame)


def test_few_customers_are_named_too(st: stnb.Account) -> None:
    """The ids of up to a hundred rows are two requests."""
    ui = explore(st, "jpm.jobs", limit=20)

    assert "customerName" in pulled(ui)
    ui.close()


def test_the_rows_do_not_wait(ui: Explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table stands before the names are there; the line below it says that they come."""
    asked, answered = threading.Event(), threading.Event()
    look_up = naming._named_quickly

    def slow(account: Any, frame: pd.DataFrame) -> naming.Named:
        asked.set()
        assert answered.wait(60)
        return look_up(account, frame)

    monkeypatch.setattr(naming, "_named_quickly", slow)
    ui.pull()
    ui._pulls.wait(60)
    assert asked.wait(60)
    assert ui.frame is not None
    assert "jobTypeName" not in ui.frame
    assert outcome.NAMING in ui.parts.foot.facts
    assert "name_columns" not in ui.code
    ui.parts.grid.state = {"search": "a", "sort": ["id", False]}

    answered.set()
    frame = ui.wait(60)

    assert frame is not None
    assert "jobTypeName" in frame
    assert outcome.NAMING not in ui.parts.foot.facts
    assert ui.parts.grid.state["search"] == "a"
    assert ui.parts.grid.state["sort"] == ["id", False]


def test_what_is_known_is_there_at_once(ui: Explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second pull has its names from the start, without a request and without a thread."""
    pulled(ui)
    started: list[object] = []
    monkeypatch.setattr(ui._results._naming, "start", lambda *given: started.append(given))

    assert "jobTypeName" in pulled(ui)
    assert started == []


def test_the_menu_works_at_once(ui: Explorer) -> None:
    """Ids alone, all names, and the quick ones again: of the rows on show, without another pull."""
    quickly = pulled(ui)
    requests = ui._results.ended

    ui.parts.names.value = "none"
    assert ui.wait(60) is not None
    assert "jobTypeName" not in set(ui.wait(60))  # type: ignore[arg-type]
    assert "name_columns" not in ui.code
    assert ui.state["names"] is False

    ui.parts.names.value = "all"
    assert "customerName" in set(ui.wait(60))  # type: ignore[arg-type]
    assert ui.code.endswith("df = st.name_columns(df)")

    ui.parts.names.value = "quick"
    assert "jobTypeName" in set(ui.wait(60))  # type: ignore[arg-type]
    assert "names" not in ui.state
    assert set(quickly) <= set(ui.frame)  # type: ignore[arg-type]
    assert ui._results.ended is requests


def test_names_that_fail_cost_nothing(ui: Explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows stay as they are, nothing is reported, and the code asks for no names."""

    def refuse(*given: Any, **named: Any) -> pd.DataFrame:
        raise NotAllowed("It was refused.", "Likely a scope is missing.", "Ask for it.")

    monkeypatch.setattr(stnb.Account, "name_columns", refuse)
    frame = pulled(ui)

    assert "jobTypeName" not in frame
    assert "name_columns" not in ui.code
    assert outcome.NAMING not in ui.parts.foot.facts

    ui.parts.names.value = "all"  # somebody asked for these
    ui.wait(60)
    assert ui.error is not None
    assert ui.error.happened == "It was refused."


def test_many_rows_are_not_named(ui: Explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names would cost seconds that nobody asked for."""
    monkeypatch.setattr(naming, "MOST_ROWS", 200)

    assert "jobTypeName" not in pulled(ui)


def test_a_view_of_named_columns_is_kept(st: stnb.Account) -> None:
    """An explorer that is opened with a pick in a column of names shows the picked rows."""
    name = st.name_columns(st.jpm.jobs.pull(limit=300), only="jobTypeId")["jobTypeName"].mode()[0]
    picks = {"jobTypeName": [{"is": name}]}
    ui = explore(st, "jpm.jobs", limit=300, grid={"picks": picks})
    pulled(ui)

    assert ui.parts.grid.state["picks"] == picks
    assert ui.selection is not None
    assert ui.frame is not None
    assert len(ui.selection) == (ui.frame["jobTypeName"] == name).sum() > 0
    ui.close()


# -- what is quick


def test_what_is_quick(st: stnb.Account) -> None:
    """A list of settings is one request, people are two lists; a list that nobody knows the length
    of is left out, and what is known costs nothing.
    """
    jobs = st.jpm.jobs.pull(limit=300)
    found = quick_columns(st, jobs, None)

    assert set(SHORT) <= set(found.columns)
    assert "customerId" not in found.columns
    assert "locationId" not in found.columns
    assert 0 < found.requests <= quick.ALL_REQUESTS
    st.name_columns(jobs, only=found.columns)
    assert quick_columns(st, jobs, None).requests == 0


def test_a_list_that_may_not_be_read_is_left_out(st: stnb.Account) -> None:
    """It would answer with a refusal."""
    jobs = st.jpm.jobs.pull(limit=300)
    units = st.catalog["settings.business_units"].scope
    assert st.scopes is not None

    found = quick_columns(st, jobs, st.scopes - {units})

    assert "businessUnitId" not in found.columns
    assert "jobTypeId" in found.columns


def test_the_sum_is_bounded(st: stnb.Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many lists only the first are read."""
    monkeypatch.setattr(quick, "ALL_REQUESTS", 2)
    found = quick_columns(st, st.jpm.jobs.pull(limit=300), None)

    assert 0 < found.requests <= 2


def test_a_frame_of_unknown_rows_has_none(st: stnb.Account) -> None:
    """It is not known where its ids lead."""
    assert quick_columns(st, pd.DataFrame({"jobTypeId": [1]}), None) == quick.Quick([], 0)


def test_a_change_on_its_way_while_columns_are_added_is_kept() -> None:
    """A page that sorted and searched before it heard of the new columns keeps both: its columns
    are meant by the places that it knew.
    """
    grid = Grid(pd.DataFrame({"id": [1, 2], "total": [5, 6]}))
    turn = grid.about["turn"]
    grid.update(pd.DataFrame({"id": [1, 2], "name": ["a", "b"], "total": [5, 6]}), same=True)
    state = {"search": "6", "sort": [1, False], "picks": {}, "hidden": [], "order": [0, 1]}

    grid.answer({"kind": "state", "turn": turn, "state": state, "view": "g1"})

    assert grid.state["search"] == "6"
    assert grid.state["sort"] == ["total", False]
    grid.update(pd.DataFrame({"other": [1]}))
    grid.answer({"kind": "state", "turn": turn, "state": state, "view": "g1"})
    assert grid.state == {}
    grid.close()
