"""`since=`: what changed, in each resource's own terms, and never from another tenant's cursor."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import stnb
from stnb.catalog import load
from stnb.errors import BadFilter
from stnb.pull import call
from stnb.pull.since import since
from tests.helpers.owner import owner

pytestmark = pytest.mark.usefixtures("small_demo")

KNOWN = load()
OWNER = owner(timezone="America/Phoenix")
JOBS, FEED = KNOWN["jpm.jobs"], KNOWN["jpm.export.jobs"]


def frame(**about: Any) -> pd.DataFrame:
    made = pd.DataFrame()
    told = {
        "resource": "jpm.export.jobs",
        "tenant": 42,
        "environment": "integration",
        "began": "2026-07-02T03:30:00Z",
        **about,
    }
    made.attrs["stnb"] = {k: v for k, v in told.items() if v is not None}
    return made


def test_a_date_is_each_resources_own_filter() -> None:
    """A list takes the moment in the profile's zone, a feed the day in UTC, as its documents
    promise no more.
    """
    assert (
        since(JOBS, "2026-07-01", OWNER)["modifiedOnOrAfter"].isoformat()
        == "2026-07-01T00:00:00-07:00"
    )
    assert since(FEED, "2026-07-01T20:00", OWNER) == {"from_": "2026-07-02"}
    assert since(FEED, "2026-07-01", OWNER) == {"from_": "2026-07-01"}


def test_a_feed_goes_on_from_the_cursor() -> None:
    """Of the frame that it gave before."""
    assert since(FEED, frame(continue_from="c9"), OWNER) == {"from_": "c9"}


@pytest.mark.parametrize(
    "about", [{"continue_from": None}, {"continue_from": "c9", "resource": "jpm.jobs"}]
)
def test_without_its_cursor_a_feed_goes_on_from_the_day(about: dict[str, Any]) -> None:
    """On which the earlier pull began, an hour earlier, as clocks differ; rows that come twice are
    merged by key.
    """
    assert since(FEED, frame(**about), OWNER) == {"from_": "2026-07-02"}
    assert since(FEED, frame(**about, began="2026-07-02T00:30:00Z"), OWNER) == {
        "from_": "2026-07-01"
    }


def test_a_list_goes_on_from_when_the_earlier_pull_began() -> None:
    """With an hour's overlap."""
    asked = since(JOBS, frame(resource="jpm.jobs"), OWNER)["modifiedOnOrAfter"]

    assert asked.isoformat() == "2026-07-02T02:30:00+00:00"


@pytest.mark.parametrize("about", [{"tenant": 7}, {"environment": "production"}, {"tenant": None}])
def test_another_tenants_frame_is_refused(about: dict[str, Any]) -> None:
    """As its cursor means nothing here."""
    with pytest.raises(BadFilter, match="tenant"):
        since(FEED, frame(continue_from="c9", **about), OWNER)


@pytest.mark.parametrize(
    "value", ["soon", 5, None, pd.DataFrame({"id": [1]}), frame(began=None, continue_from=None)]
)
def test_what_says_no_moment_is_refused(value: Any) -> None:
    """With what it could be."""
    with pytest.raises(BadFilter, match="date"):
        since(FEED, value, OWNER)


def test_a_resource_that_cannot_tell_changes_is_refused() -> None:
    """As the API would answer with everything."""
    silent = next(e for e in KNOWN if e.kind == "list" and not e.takes("modifiedOnOrAfter"))

    with pytest.raises(BadFilter, match="cannot tell"):
        since(silent, "2026-07-01", OWNER)


@pytest.mark.parametrize(
    "e",
    [e for e in KNOWN if e.kind == "export" or e.takes("modifiedOnOrAfter")],
    ids=lambda e: e.name,
)
def test_every_resource_that_tells_changes_takes_the_filter(e: Any) -> None:
    """And it fits the catalogue's type."""
    call.call(
        dataclasses.replace(e, params=tuple(p for p in e.params if not p.required)),
        42,
        since(e, "yesterday", OWNER),
    )


def test_since_and_its_filter_are_one(st: stnb.Account) -> None:
    """Both at once are refused."""
    for resource, given in (
        (st.jpm.jobs, {"modifiedOnOrAfter": "2026-07-01"}),
        (st.jpm.export.jobs, {"from_": "2026-07-01"}),
    ):
        with pytest.raises(BadFilter, match="both given"):
            resource.pull(since="2026-07-01", **given)


def test_a_file_and_a_frame_say_the_same(st: stnb.Account, tmp_path: Path) -> None:
    """A pull of the demo that goes on from either finds nothing new."""
    file = st.jpm.export.jobs.pull(to=tmp_path)
    before = st.jpm.export.jobs.pull()

    for earlier in (file, str(file), before, pd.read_parquet(file)):
        after = st.jpm.export.jobs.pull(since=earlier)
        assert len(after) == 0
        assert after.attrs["stnb"]["params"]["from"] == before.attrs["stnb"]["continue_from"]


def test_a_file_that_is_not_there_is_told(st: stnb.Account) -> None:
    """By its name."""
    with pytest.raises(stnb.StnbError, match=r"nothing\.parquet"):
        st.jpm.export.jobs.pull(since="nothing.parquet")
