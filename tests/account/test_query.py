"""Queries: what is asked can be looked at before it is sent, and never changes."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import stnb
from stnb.errors import BadFilter, UnknownFilter

pytestmark = pytest.mark.usefixtures("small_demo")


@pytest.fixture
def done(st: stnb.Account) -> stnb.Query:
    """The completed jobs."""
    return st.jpm.jobs.where(jobStatus="completed")


def test_a_query_sends_nothing(st: stnb.Account, done: stnb.Query) -> None:
    """Not even for a token, however it is looked at or narrowed."""
    texts = [repr(done), done._repr_html_(), done.url, repr(done.where(limit=5))]

    assert all(texts)
    assert st._session.token_requests == 0


def test_it_shows_the_filters_as_they_will_be_sent(st: stnb.Account) -> None:
    """Values in the API's form, phrases as moments, and the options beside them."""
    query = st.jpm.jobs.where(jobStatus="completed", completedOnOrAfter="2026-07", limit=100)

    sent = {"jobStatus": "Completed", "completedOnOrAfter": "2026-07-01T07:00:00Z"}
    assert query.sent == sent
    assert query.url.endswith("/jobs?jobStatus=Completed&completedOnOrAfter=2026-07-01T07:00:00Z")
    assert repr(query) == (
        "<Query of jpm.jobs · jobStatus=Completed · "
        "completedOnOrAfter=2026-07-01T07:00:00Z · limit=100>"
    )
    assert all(text in query._repr_html_() for text in ("Completed", "limit", "100", "jpm.jobs"))


def test_what_it_shows_is_what_it_sends(st: stnb.Account) -> None:
    """The provenance of the rows has the same filters."""
    query = st.jpm.jobs.where(createdOnOrAfter="last 90 days", jobStatus="Completed")

    assert query.head(1).attrs["stnb"]["params"] == query.sent


def test_no_query_shows_a_secret(st: stnb.Account, done: stnb.Query) -> None:
    """Neither in its texts nor in its fields."""
    owner = st._session.credentials
    secrets = [getattr(owner, n).reveal() for n in ("client_id", "client_secret", "app_key")]
    shown = [repr(done), done._repr_html_(), done.url, str(vars(done)), str(done.sent)]

    assert all(secret not in text for secret in secrets for text in shown)


def test_the_page_of_a_query_is_safe(st: stnb.Account) -> None:
    """A filter's value is text, not HTML."""
    query = st.jpm.jobs.where(number="<script>alert(1)</script>")

    assert "<script>" not in query._repr_html_()


def test_pull_is_the_short_form(st: stnb.Account, done: stnb.Query) -> None:
    """`jobs.pull(...)` and `jobs.where(...).pull()` give the same rows."""
    pd.testing.assert_frame_equal(done.pull(), st.jpm.jobs.pull(jobStatus="Completed"))
    pd.testing.assert_frame_equal(done.pull(limit=7), done.where(limit=7).pull())


def test_its_verbs_agree(done: stnb.Query) -> None:
    """Count, head, pages, start and pull are about the same rows."""
    frame = done.pull()

    assert done.count() == len(frame)
    assert done.where(limit=3).count() == len(frame)
    assert done.head(3)["id"].tolist() == frame["id"].tolist()[:3]
    assert sum(len(page) for page in done.pages(page_size=500)) == len(frame)
    assert len(done.start().wait()) == len(frame)


def test_a_query_goes_to_a_file(done: stnb.Query, tmp_path: Path) -> None:
    """With `to=`, whose path is the answer."""
    path = done.pull(to=tmp_path, limit=10)

    assert path == tmp_path / "jpm_jobs.parquet"
    assert len(pd.read_parquet(path)) == 10


def test_where_narrows_and_leaves_the_first_as_it_was(done: stnb.Query) -> None:
    """Another filter is added, the same one takes its place, and None takes it away."""
    narrower = done.where(createdOnOrAfter="2026-01-01", limit=5)

    assert set(narrower.sent) == {"jobStatus", "createdOnOrAfter"}
    assert narrower.where(jobStatus="Canceled").sent["jobStatus"] == "Canceled"
    assert set(narrower.where(jobStatus=None).sent) == {"createdOnOrAfter"}
    assert (narrower.options.limit, narrower.where(limit=None).options.limit) == (5, None)
    assert (set(done.sent), done.options.limit) == ({"jobStatus"}, None)


def test_a_filter_has_two_spellings(st: stnb.Account) -> None:
    """The API's and Python's are one filter."""
    feed = st.jpm.export.jobs.where(from_="2026-01-01")

    assert feed.where(**{"from": "2026-02-01"}).sent == {"from": "2026-02-01"}


def test_it_never_changes(st: stnb.Account) -> None:
    """Its fields cannot be set, and a list that was given may be changed or used up afterwards."""
    ids = [1, 2, 3]
    listed, used_up = st.jpm.jobs.where(ids=ids), st.jpm.jobs.where(ids=iter(ids))
    ids.append(4)

    with pytest.raises(dataclasses.FrozenInstanceError):
        listed.url = "https://example.com"  # type: ignore[misc]
    with pytest.raises(TypeError):
        listed.filters["ids"] = 5  # type: ignore[index]
    assert listed.where(limit=1).sent == used_up.where(limit=1).sent == listed.sent


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"jobstatus": "x"}, UnknownFilter, "Near it: jobStatus"),
        ({"jobStatus": "Done"}, BadFilter, "Its values are"),
        ({"limit": 0}, BadFilter, "limit=0"),
        ({"page_size": 9999}, BadFilter, "5,000 rows"),
        ({"page": 2}, BadFilter, "limit="),
        ({"columns": ["nope"]}, BadFilter, "nope"),
        ({"bulk": True}, BadFilter, "many records"),
        ({"since": "2026-01-01", "modifiedOnOrAfter": "2026-01-01"}, BadFilter, "both given"),
        ({"to": "jobs.parquet"}, UnknownFilter, "to"),
    ],
)
def test_where_refuses_what_cannot_be_asked(
    arguments: dict[str, Any], error: type[Exception], words: str, st: stnb.Account
) -> None:
    """At once, and also when a query is narrowed."""
    with pytest.raises(error, match=words):
        st.jpm.jobs.where(**arguments)
    with pytest.raises(error, match=words):
        st.jpm.jobs.where(jobStatus=None).where(**arguments)


def test_a_bare_value_is_refused(st: stnb.Account) -> None:
    """With how to write it."""
    with pytest.raises(BadFilter, match=r'where\(jobStatus="Completed"\)'):
        st.jpm.jobs.where("Completed")
    with pytest.raises(BadFilter, match=r"where\(ids=…\)"):
        st.jpm.jobs.where("a word of no filter")


def test_since_is_shown_as_the_filter_that_it_becomes(st: stnb.Account) -> None:
    """An earlier frame too, and another value takes its place."""
    first = st.jpm.jobs.head(1)
    query = st.jpm.jobs.where(since=first)

    assert list(query.sent) == ["modifiedOnOrAfter"]
    assert "an earlier frame" in repr(query)
    later = query.where(since="2026-07-01")
    assert later.sent == {"modifiedOnOrAfter": "2026-07-01T07:00:00Z"}


@pytest.mark.long
def test_many_records_are_one_query(st: stnb.Account) -> None:
    """It shows the first call and how many ids there are; count and head read as pull does."""
    jobs = st.jpm.jobs.head(60)["id"]
    notes = st.jpm.jobs.notes.where(id=jobs)

    assert notes.url.endswith(f"/jobs/{jobs.iloc[0]}/notes")
    assert notes.sent["id"].startswith("60 values")
    assert notes.count() == len(notes.pull())
    assert sum(map(len, notes.pages())) == notes.count()
    with pytest.raises(BadFilter, match="come as a frame"):
        notes.pull(to="notes.parquet")


def test_many_calls_want_confirmation_only_when_they_are_made(st: stnb.Account) -> None:
    """A query of them can be looked at, and then confirmed."""
    query = st.jpm.jobs.history.where(id=range(1, 1502))

    assert query.sent["id"] == "1,501 values, 1 … 1501"
    with pytest.raises(BadFilter, match="confirm=True"):
        query.start()
    assert query.prepare(confirm=True).done is False
    assert st._session.token_requests == 0


def test_a_routes_own_to_is_a_filter(st: stnb.Account) -> None:
    """As for some summaries `to` says until when."""
    costs = st.marketing.campaign_cost_summary

    assert costs.where(from_="2026-01-01", to="2026-02-01").sent["to"].startswith("2026-02-01")
    assert "to" in inspect.signature(costs.where).parameters
    assert "to" not in inspect.signature(st.jpm.jobs.where).parameters


@pytest.mark.parametrize("verb", ["where", "pull", "start"])
def test_signatures_name_filters_and_options(verb: str, st: stnb.Account) -> None:
    """Required ones first, and what fits the verb alone."""
    signature = inspect.signature(getattr(st.jpm.jobs.notes, verb))
    names = list(signature.parameters)

    assert names[0] == "id"
    assert {"limit", "columns", "since", "keep", "dtypes", "bulk", "confirm"} <= set(names)
    assert ("progress" in names) == (verb != "where")
    assert signature.parameters["keep"].default == "newest"
    assert "Options:" in (getattr(st.jpm.jobs, verb).__doc__ or "")
    assert "bulk" not in inspect.signature(getattr(st.jpm.jobs, verb)).parameters


def test_a_resource_knows_its_siblings(st: stnb.Account) -> None:
    """And whose it is, without a secret in sight."""
    jobs = st.jpm.jobs

    assert jobs.sibling("crm.customers").name == "crm.customers"
    assert jobs.credentials.tenant == 900000042
    assert jobs.catalog is st.catalog
    with pytest.raises(stnb.UnknownResource):
        jobs.sibling("jpm.job")
