"""Whole stories against the demo tenant: connect, pull, count, get, and a sweep over everything
that can be read.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

import stnb
from stnb.account.account import Account
from stnb.catalog import Endpoint, Param, load
from stnb.frame import dtype_of, shape_of
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.sample import EVERYTHING, tenth

pytestmark = pytest.mark.usefixtures("small_demo")

PAIR = (
    "SERVICETITAN_{0}TENANT_ID=1\n"
    "SERVICETITAN_{0}ENVIRONMENT=integration\n"
    "SERVICETITAN_{0}CLIENT_ID=cid.x\n"
    "SERVICETITAN_{0}CLIENT_SECRET=cs1.x\n"
)


# -- connect


def test_without_credentials_it_is_the_demo() -> None:
    """`connect()` where nothing is set up is the demo tenant; it warns, and its repr says so."""
    with pytest.warns(stnb.StnbWarning, match="made up"):
        made = stnb.connect()
    with made as st:
        assert (st.profile, st.environment) == ("demo", "demo")


def test_the_demo_is_as_large_as_one_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """STNB_DEMO_SCALE sets the size of the demo tenant that `connect` gives."""
    monkeypatch.setenv("STNB_DEMO_SCALE", "0.1")
    with stnb.connect("demo") as st:
        assert st.jpm.jobs.count() == 2100


def test_the_only_profile_needs_no_name() -> None:
    """`connect()` takes the only profile of the .env file found upwards; nothing is sent."""
    Path(".env").write_text("SERVICETITAN_APP_KEY=ak1.x\n" + PAIR.format(""))
    with stnb.connect() as st:
        assert repr(st) == f"<stnb default · integration · tenant 1 · {len(st.catalog)} resources>"


def test_several_profiles_want_a_name() -> None:
    """With several profiles and none named it says which there are; STNB_PROFILE or an argument
    names one.
    """
    Path(".env").write_text(
        "SERVICETITAN_APP_KEY=ak1.x\n" + PAIR.format("NORTH_") + PAIR.format("SOUTH_")
    )
    with pytest.raises(stnb.CredentialsMissing, match="north, south"):
        stnb.connect()

    with stnb.connect("South") as st:
        assert st.profile == "south"
    with Path(".env").open("a") as file:
        file.write("STNB_PROFILE=north\n")
    with stnb.connect() as st:
        assert st.profile == "north"


def test_an_env_file_that_is_not_there() -> None:
    """A named file that is missing is an error, never the demo."""
    with pytest.raises(stnb.CredentialsMissing, match="not there"):
        stnb.connect(env_file="nowhere.env")


# -- the sweep


def sample(endpoint: Endpoint, st: stnb.Account) -> dict[str, Any]:
    """Values for what an endpoint cannot be called without, taken from the demo's own rows where it
    is an id.
    """
    given: dict[str, Any] = {}
    for p in endpoint.required:
        if p.where == "path":
            given[p.py] = parent_id(endpoint, p, st)
        else:
            given[p.py] = p.values[0] if p.values else ANY_VALUE.get(p.type, "1")
    return given


ANY_VALUE = {
    "date-time": "2026-01-01",
    "date": "2026-01-01",
    "integer": 1,
    "boolean": True,
    "guid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
}


def parent_id(endpoint: Endpoint, hole: Param, st: stnb.Account) -> Any:
    """An id that exists: of the list that the path names before the hole."""
    before = endpoint.path.split(f"/{{{hole.name}}}")[0]
    owner = next(
        (e for e in st.catalog if e.path == before and e.kind == "list" and not e.required), None
    )
    if owner is None:
        return ANY_VALUE.get(hole.type, "1")
    frame = st[owner.name].head(1, **(dict([owner.shows_all]) if owner.shows_all else {}))
    return frame[(*owner.key, "id")[0]].iloc[0] if len(frame) else ANY_VALUE.get(hole.type, "1")


@pytest.mark.filterwarnings("ignore::stnb.HiddenRows")
def test_every_resource_can_be_pulled() -> None:
    """Every endpoint of the catalogue gives a frame from the demo whose columns have the promised
    dtypes, without drift.
    """
    kinds: Counter[str] = Counter()
    with stnb.connect("demo") as st:
        for endpoint in tenth(list(st.catalog), lambda e: (e.kind, e.module)):
            try:
                frame = st[endpoint.name].start(limit=30, **sample(endpoint, st)).wait()
            except stnb.NotFound:
                assert any(p.where == "path" for p in endpoint.required), endpoint.name
                continue
            kinds[endpoint.kind] += 1
            about = frame.attrs["stnb"]
            assert about["drift"] == {}, (endpoint.name, about["drift"])
            assert json.loads(json.dumps(about)) == about
            for leaf in shape_of(endpoint).leaves:
                assert str(frame[leaf.path].dtype) == dtype_of(leaf.column), (
                    endpoint.name,
                    leaf.path,
                )

    assert set(kinds) == {"list", "export", "record", "rows", "file"}
    if EVERYTHING:
        assert kinds["list"] > 150
        assert kinds["export"] > 50
        assert kinds["record"] > 50
        assert kinds["rows"] > 5
        assert kinds["file"] > 3


@pytest.mark.filterwarnings("ignore::stnb.HiddenRows")
@pytest.mark.parametrize(
    "name",
    ["crm.customers", "crm.locations", "jpm.jobs", "accounting.invoices", "settings.technicians"],
)
def test_pages_add_up(name: str, st: stnb.Account) -> None:
    """However a list is cut into pages, the same rows come out, as many as the server counts."""
    resource = st[name]
    whole = resource.pull()
    small = resource.pull(page_size=97, concurrency=3)

    assert whole["id"].is_unique
    assert len(whole) == resource.count() == whole.attrs["stnb"]["total"]
    pd.testing.assert_frame_equal(whole, small)
    assert sum(len(page) for page in resource.pages(page_size=250)) == len(whole)


@pytest.mark.filterwarnings("ignore::stnb.HiddenRows")
def test_an_export_has_the_rows_of_the_list(st: stnb.Account) -> None:
    """An export feed, cursor followed, holds every row of its list, inactive ones too, and says
    where to go on.
    """
    feed = st.crm.export.customers.pull(includeRecentChanges=True)
    listed = st.crm.customers.pull(active="Any")

    assert set(feed["id"]) == set(listed["id"])
    assert feed.attrs["stnb"]["continue_from"]
    again = st.crm.export.customers.pull(from_=feed.attrs["stnb"]["continue_from"])
    assert len(again) < len(feed)


def test_one_token_for_forty_pages(st: stnb.Account) -> None:
    """Forty pages, eight at a time, cost one token request."""
    rows = st.jpm.jobs.count()
    frame = st.jpm.jobs.pull(page_size=max(rows // 39, 1), concurrency=8)

    assert frame.attrs["stnb"]["pages"] >= 39
    assert st._session.token_requests == 1


# -- verbs


def test_a_filter_narrows(st: stnb.Account) -> None:
    """A filter leaves the rows that fit it, and the frame says which filter it was."""
    done = st.jpm.jobs.pull(jobStatus="completed")

    assert set(done["jobStatus"]) == {"Completed"}
    assert done.attrs["stnb"]["params"] == {"jobStatus": "Completed"}
    assert 0 < len(done) < st.jpm.jobs.count()


@pytest.mark.usefixtures("usual_demo")
def test_a_limit_is_exact(st: stnb.Account) -> None:
    """`limit` gives that many rows, over however many pages."""
    assert [len(st.jpm.jobs.pull(limit=n)) for n in (1, 499, 1001, 2600)] == [1, 499, 1001, 2600]


def test_get_is_one_record(st: stnb.Account) -> None:
    """`get` gives the record as a Series with the values of its row."""
    row = st.jpm.jobs.head(1).iloc[0]
    record = st.jpm.jobs.get(row["id"])

    assert record["jobNumber"] == row["jobNumber"]
    assert record["completedOn"] is pd.NaT or record["completedOn"] == row["completedOn"]
    with pytest.raises(stnb.NotFound):
        st.jpm.jobs.get(1)


@pytest.mark.filterwarnings("ignore::stnb.HiddenRows")
def test_get_where_there_is_no_record_route(st: stnb.Account) -> None:
    """`get` falls back on the filter `ids`, inactive rows included; without either it says so."""
    tag = st.settings.tag_types.head(1)["id"].iloc[0]

    assert st.accounting.invoices.get(st.accounting.invoices.head(1)["id"].iloc[0])["id"]
    with pytest.raises(stnb.UsageError, match="no route to one of its rows"):
        st.settings.tag_types.get(tag)


def test_a_child_list(st: stnb.Account) -> None:
    """The list below a record wants its id."""
    job = st.jpm.jobs.head(1)["id"].iloc[0]
    notes = st.jpm.jobs.notes.pull(id=job)

    assert list(notes.columns)[:1] == ["text"]
    with pytest.raises(stnb.BadFilter, match="needs id"):
        st.jpm.jobs.notes.pull()


def test_a_file_is_bytes(st: stnb.Account) -> None:
    """A recording comes as its bytes."""
    call = st.telecom.v2.calls.head(1)["id"].iloc[0]

    assert st.telecom.calls.recording.get(call)[:4] == b"RIFF"


def test_a_report_has_its_own_columns(st: stnb.Account) -> None:
    """A report's rows are named by its fields; its parameters go in the body of the one POST that
    reads.
    """
    category = st.reporting.report_categories.pull()["id"].iloc[0]
    report = st.reporting.report_category.reports.pull(report_category=category).iloc[0]
    described = st.reporting.report_category.reports.get(report["id"], report_category=category)
    needed = {
        p["name"]: "2026-01-01"
        for p in described["parameters"]
        if p["isRequired"] and p["dataType"] == "Date"
    }
    frame = st.reporting.report_category.reports.data.pull(
        report_category=category, reportId=report["id"], parameters=needed
    )

    assert list(frame.columns) == [f["name"] for f in described["fields"]]
    assert str(frame["Rate"].dtype) == "Float64"  # an empty cell is no value, and no text either


def test_any_path_can_be_read(st: stnb.Account) -> None:
    """`st.get` reads a path as plain JSON, and refuses one that is no path."""
    assert st.get("jpm/v2/tenant/{tenant}/jobs", pageSize=2)["pageSize"] == 2
    with pytest.raises(stnb.NotFound, match="no such route"):
        st.get("jpm/v2/tenant/{tenant}/nothing")
    with pytest.raises(stnb.BadFilter, match="no path"):
        st.get("https://example.com/jpm")


def test_find_and_resources(st: stnb.Account) -> None:
    """`find` is a small table, `resources` the whole catalogue."""
    assert st.find("cancel reason")["resource"].iloc[0] == "jpm.job_cancel_reasons"
    found = st.find("cancelled jobs")
    assert list(found) == ["resource", "about", "why", "preset", "kind", "scope", "readable"]
    assert found.loc[0, ["resource", "preset"]].tolist() == ["jpm.jobs", "jobStatus=Canceled"]
    assert list(st.find("zzzqqq")) == list(found), "nothing found is a table, too"
    assert len(st.resources) == len(load())
    assert st.resources["hidden_rows"].sum() > 50


def test_find_and_cards_show_a_lock_on_what_may_not_be_read() -> None:
    """Once a token has told the scopes, what lies beyond them has a lock, with the scope to ask for
    and whom.
    """
    with stnb.demo(scale=0.01, scopes=["tn.crm.customers:r"]) as st:
        assert "locked" not in st.find("jobs")
        st.crm.customers.head(1, active="Any")
        found = st.find("customers and jobs").set_index("resource")

        assert found.loc["crm.customers", "locked"] == ""
        assert "locked" not in st.find("customers"), "all of them may be read"
        assert "locked" in st.find("jobs")
        assert "🔒 the app lacks the scope tn.jpm.jobs:r" in st.find("jobs")["locked"].iloc[0]
        assert "tenant's admin presses Upgrade to New Version" in repr(st.jpm.jobs)
        with pytest.raises(stnb.NotAllowed, match=r"tn\.jpm\.jobs:r") as refused:
            st.jpm.jobs.head(1)
        assert refused.value.scope == "tn.jpm.jobs:r"


def test_columns_and_filters_are_tables(st: stnb.Account) -> None:
    """`columns` and `filters` tell dtypes, values and links."""
    columns = st.jpm.jobs.columns.set_index("name")
    filters = st.crm.customers.filters.set_index("name")

    assert columns.loc["customerId", "refers to"] == "crm.customers"
    assert columns.loc["completedOn", "dtype"] == "datetime64[us, UTC]"
    assert filters.loc["active", "values"] == "True, Any, False"


def test_hidden_rows_are_told_once(st: stnb.Account) -> None:
    """A list that leaves inactive rows out says so, once, at the reader's own line."""
    with pytest.warns(stnb.HiddenRows, match='active="Any"') as told:
        active = st.crm.customers.pull()
    again = st.crm.customers.pull()

    assert told[0].filename == __file__
    assert len(active) == len(again) < st.crm.customers.count(active="Any")


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        (lambda st: st.jmp, stnb.UnknownResource, "jpm"),
        (lambda st: st.jpm.jbs, stnb.UnknownResource, "Near it: jobs"),
        (lambda st: st.jpm.jobs.nots, stnb.UnknownResource, "has no 'nots'"),
        (lambda st: st["jpm.job"], stnb.UnknownResource, "Near it: jpm.jobs"),
        (lambda st: st.jpm.jobs.pull(jobstatus="x"), stnb.UnknownFilter, "Near it: jobStatus"),
        (lambda st: st.jpm.jobs.pull(jobStatus="Done"), stnb.BadFilter, "Its values are"),
        (lambda st: st.jpm.jobs.pull(limit=0), stnb.BadFilter, "limit=0"),
        (lambda st: st.jpm.jobs.pull(page_size=9999), stnb.BadFilter, "5,000 rows"),
        (lambda st: st.jpm.jobs.pull(page=2), stnb.BadFilter, "limit="),
        (lambda st: st.jpm.jobs.pull(customerId="twelve"), stnb.BadFilter, "a whole number"),
    ],
)
def test_a_call_that_cannot_be_made(
    wrong: Any, error: type[Exception], words: str, st: stnb.Account
) -> None:
    """A wrong name or value is told before anything is sent."""
    with pytest.raises(error, match=words):
        wrong(st)
    assert st._session.token_requests == 0


def test_all_profiles_where_none_is_ready_says_what_each_lacks() -> None:
    """Not that one should be named, as all were asked for."""
    Path(".env").write_text("SERVICETITAN_MESA_TENANT_ID=1\nSERVICETITAN_YUMA_TENANT_ID=2\n")

    with pytest.raises(stnb.CredentialsMissing, match="None of the 2 profiles is ready") as told:
        stnb.connect(all=True)
    assert "mesa" in told.value.why
    assert "yuma" in told.value.why


def test_filters_have_to_be_named(st: stnb.Account) -> None:
    """A bare value is refused with how to write it, and a list where one value is taken says so."""
    with pytest.raises(stnb.BadFilter, match="given by name"):
        st.jpm.jobs.pull("Completed")
    with pytest.raises(stnb.BadFilter, match="one value at a time"):
        st.jpm.jobs.pull(jobStatus=["Completed", "Hold"])
    with pytest.raises(
        stnb.BadFilter, match=r"pull\(limit=50\) for so many rows, or pull\(ids=…\)"
    ):
        st.jpm.jobs.pull(50)


@pytest.mark.parametrize("where", ["file", "process"])
def test_a_demo_that_was_named_needs_no_warning(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STNB_PROFILE=demo, in the process or in the file, is a choice; any warning would be an error
    here.
    """
    if where == "file":
        Path(".env").write_text("STNB_PROFILE=demo\n")
    else:
        monkeypatch.setenv("STNB_PROFILE", "demo")

    with stnb.connect() as st:
        assert (st.profile, st.stands_in) == ("demo", False)


@pytest.mark.parametrize(
    ("body", "says"), [([], "has no row with the id 7"), ([{"id": 9}], "answered with 9")]
)
def test_an_odd_answer_to_one_id_is_told(body: list[Any], says: str) -> None:
    """No record, or another one: nothing of pandas' own, and no row in silence."""
    account = Account(FakeTenant(lambda request: httpx.Response(200, json=body)).session())

    if body:
        with pytest.warns(stnb.StnbWarning, match=says):
            assert account.jpm.jobs.get(7)["id"] == 9
    else:
        with pytest.raises(stnb.StnbError, match=says):
            account.jpm.jobs.get(7)
