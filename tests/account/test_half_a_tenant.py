"""Half a tenant is enough: what is resolved beside the rows goes on without any list that fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pandas as pd
import pytest

import stnb
from stnb import demoserver
from stnb.account.links.name_columns import forget, named_column
from stnb.account.links.place import places
from stnb.account.links.rule_table import RECORDS
from stnb.catalog import load
from stnb.credentials import Secret
from stnb.errors import DataError, HiddenRows, Incomplete, RequestError
from stnb.frame import notices
from stnb.session import Session
from tests.helpers.clock import Clock
from tests.helpers.owner import owner
from tests.helpers.sample import tenth
from tests.helpers.warned import quiet, said, warned

CATALOG = load()


def no_answer(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no answer", request=request)


def answering(status: int) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        body = {"title": "no", "status": status, "errors": {}, "traceId": "0"}
        return httpx.Response(status, json=body)

    return answer


WAYS: dict[str, Callable[[httpx.Request], httpx.Response]] = {
    "403": answering(403),
    "404": answering(404),
    "409": answering(409),
    "400": answering(400),
    "500": answering(500),
    "no answer": no_answer,
    "no JSON": lambda request: httpx.Response(200, html="<h1>Welcome</h1>"),
    "no rows": lambda request: httpx.Response(200, json={"data": "none"}),
}


class Half(httpx.AsyncBaseTransport):
    """The demo, in which one list fails.

    Attributes:
        closed: the route of the list, as a pattern of a whole path.
        way: how it fails.
        refuses: the parameters that every list refuses.
        requests: how many it was sent.
        names_it: whether it says which one.
    """

    def __init__(self) -> None:
        self.app = demoserver.make_app(scale=0.03)
        self._demo = httpx.ASGITransport(self.app)
        self.closed, self.way = "", answering(403)
        self.refuses: tuple[str, ...] = ()
        self.names_it, self.requests = True, 0

    def close(self, resource: str, way: str) -> None:
        route = re.escape(CATALOG[resource].path).replace(r"\{tenant\}", r"\d+")
        self.closed, self.way = route, WAYS[way]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        if self.closed and re.fullmatch(self.closed, request.url.path):
            return self.way(request)
        found = [name for name in self.refuses if name in request.url.params]
        if found:
            named = found if self.names_it else []
            errors = {name: ["It is not known."] for name in named}
            body = {"title": "Bad Request", "status": 400, "errors": errors, "traceId": "0"}
            return httpx.Response(400, json=body)
        return await self._demo.handle_async_request(request)


@pytest.fixture(scope="module")
def half() -> Half:
    return Half()


@pytest.fixture
def st(half: Half) -> Iterator[stnb.Account]:
    """An account whose waits take no time."""
    demo = demoserver
    secrets = {
        "client_id": Secret(demo.CLIENT_ID),
        "client_secret": Secret(demo.CLIENT_SECRET),
        "app_key": Secret(demo.APP_KEY),
    }
    clock = Clock()
    session = Session(
        owner(tenant=demo.TENANT, **secrets),
        transport=half,
        rate=None,
        clock=clock,
        sleep=clock.sleep,
        now=half.app.state.now,
    )
    half.closed, half.refuses = "", ()
    with stnb.Account(session) as account:
        yield account
    half.closed, half.refuses = "", ()


def leading(frame: pd.DataFrame) -> dict[str, set[str]]:
    """The lists that each column of ids leads to, if its names come without being asked for."""
    out = {}
    for path, place in places(CATALOG, frame).items():
        targets = {target.resource for target in place.link.targets}
        if path in frame.columns and not targets & set(RECORDS):
            out[path] = targets
    return out


FRAMES = ("jpm.jobs", "crm.customers", "accounting.invoices", "sales.estimates", "dispatch.zones")
LISTS = (
    "crm.customers",
    "jpm.job_types",
    "marketing.campaigns",
    "settings.business_units",
    "settings.employees",
    "settings.tag_types",
    "settings.technicians",
)
CASES = [(name, way) for name in LISTS for way in WAYS]


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    """A few rows of resources that lead to many lists."""
    with stnb.demo(scale=0.03) as account:
        return {name: quiet(lambda name=name: account[name].pull(limit=60)) for name in FRAMES}


def names_of(st: stnb.Account, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """A frame with the names beside its ids, and what was said."""
    notices.forget()
    return said(lambda: st.name_columns(frame, fresh=True))


@pytest.mark.parametrize(("name", "way"), tenth(CASES, lambda case: case[0]))
def test_names_go_on_without_a_list(
    st: stnb.Account, half: Half, frames: dict[str, pd.DataFrame], name: str, way: str
) -> None:
    """A list that fails costs the columns that lead to it, which are named; others get theirs."""
    concerned = 0
    for frame in frames.values():
        half.closed = ""
        whole, _ = names_of(st, frame)
        half.close(name, way)
        part, texts = names_of(st, frame)
        ids = {column for column, targets in leading(frame).items() if name in targets}
        new = set(whole.columns) - set(frame.columns)
        lost = {column for column in ids if named_column(column) in new}
        if all(frame[column].isna().all() for column in lost):
            lost = set()  # there was nothing to look up
        concerned += len(lost)

        assert {named_column(column) for column in lost} == set(whole.columns) - set(part.columns)
        pd.testing.assert_frame_equal(part, whole[list(part.columns)])
        for column in lost:
            assert any(column in text and name in text for text in texts)
    assert concerned


@pytest.mark.parametrize("way", WAYS)
def test_tags_that_cannot_be_read(
    st: stnb.Account, half: Half, frames: dict[str, pd.DataFrame], way: str
) -> None:
    """`tag_names` gives a column of missing lists, says why, and fits the frame."""
    jobs = frames["jpm.jobs"]
    usual = quiet(lambda: st.tag_names(jobs))
    half.close("settings.tag_types", way)
    notices.forget()
    names, texts = said(lambda: fresh_tags(st, jobs))

    assert names.isna().all()
    assert (names.name, names.dtype, len(names)) == (usual.name, usual.dtype, len(jobs))
    assert any("settings.tag_types" in text for text in texts)
    assert len(jobs.assign(tags=names)) == len(jobs)


@pytest.mark.parametrize("names_it", [True, False])
@pytest.mark.parametrize("refuses", ["pageSize", "includeTotal", "all"])
def test_names_come_although_lists_refuse_what_stnb_adds(
    st: stnb.Account, half: Half, frames: dict[str, pd.DataFrame], refuses: str, names_it: bool
) -> None:
    """A list of names is asked for with less, as a pull is."""
    jobs = frames["jpm.jobs"]
    usual, usual_tags = names_of(st, jobs)[0], quiet(lambda: fresh_tags(st, jobs))
    half.refuses, half.names_it = (refuses,), names_it
    if refuses == "all":
        half.refuses = ("pageSize", "includeTotal", "sort", "createdBefore")
    named = names_of(st, jobs)[0]
    tags = quiet(lambda: fresh_tags(st, jobs))

    pd.testing.assert_frame_equal(named, usual)
    pd.testing.assert_series_equal(tags, usual_tags)
    assert usual_tags.notna().all()


def test_what_every_list_refuses_is_not_searched_for_in_each(
    st: stnb.Account, half: Half, frames: dict[str, pd.DataFrame]
) -> None:
    """Lists that are read side by side, and those that come later, use what the first ones found:
    each is refused once.
    """
    half.names_it = False
    half.refuses = ("pageSize", "includeTotal", "sort", "createdBefore", "active")

    before = half.requests
    first = names_of(st, frames["jpm.jobs"])[0]
    at_first = half.requests - before
    whole = st.session.learned.everywhere()
    for name, frame in frames.items():
        if name != "jpm.jobs":
            names_of(st, frame)
    later = half.requests - before - at_first

    assert "tagTypeNames" in first.columns
    assert whole >= {"pageSize", "includeTotal", "active"}
    assert at_first <= 45  # 88 if each searches
    assert later <= 20  # 10 if nothing is refused, 100 if each searches


@pytest.mark.parametrize("names_it", [True, False])
def test_rows_that_are_not_shown_are_told_as_what_is_missed(
    st: stnb.Account, half: Half, frames: dict[str, pd.DataFrame], names_it: bool
) -> None:
    """A list that does not take `active` may lack inactive rows: `follow` and names say so."""
    jobs = frames["jpm.jobs"]
    half.refuses, half.names_it = ("active",), names_it
    verbs: dict[str, Callable[[], Any]] = {
        "crm.customers": lambda: st.follow(jobs, "customerId"),
        "settings.tag_types": lambda: st.name_columns(jobs, fresh=True),
    }
    for name, verb in verbs.items():
        notices.forget()
        st.session.taken(name).without.clear()
        caught = warned(verb)[1]
        told = [str(w.message) for w in caught if w.category is HiddenRows]
        assert any(name in text and "inactive rows may be missing" in text for text in told)


def fresh_tags(st: stnb.Account, jobs: pd.DataFrame) -> Any:
    forget(st)
    return st.tag_names(jobs)


@pytest.mark.parametrize("way", WAYS)
def test_rows_of_two_lists_when_one_fails(
    st: stnb.Account, half: Half, frames: dict[str, pd.DataFrame], way: str
) -> None:
    """`follow` gives the rows of the list that answers, and says that the other's are missing."""
    jobs = frames["jpm.jobs"]
    whole = quiet(lambda: st.follow(jobs, "createdById"))
    half.close("settings.technicians", way)
    notices.forget()
    part, caught = warned(lambda: st.follow(jobs, "createdById"))
    about = part.attrs["stnb"]
    told = [str(w.message) for w in caught if w.category is Incomplete]

    assert set(part["resource"]) == {"settings.employees"}
    assert sorted(part["id"]) == sorted(whole["id"][whole["resource"] == "settings.employees"])
    assert (about["complete"], about["not_read"]) == (False, ["settings.technicians"])
    assert any("settings.technicians are missing" in text for text in told)
    assert not any("have no row in settings.employees or" in text for text in about["notices"])


@pytest.fixture(scope="module")
def beside() -> Iterator[stnb.Account]:
    """Another tenant, whose lists can all be read."""
    with stnb.demo(scale=0.03) as account:
        yield account


@pytest.mark.parametrize("column", ["customerId", "createdById"])
@pytest.mark.parametrize("way", ["", "403", "409", "500", "no rows"])
def test_a_list_of_one_of_several_tenants_fails(
    st: stnb.Account, half: Half, beside: stnb.Account, way: str, column: str
) -> None:
    """`follow` gives the rows of the other tenant, and all of what can be read of this one."""
    ts = stnb.Tenants({"half": st, "whole": beside})
    jobs = quiet(lambda: ts.pull("jpm.jobs", limit=30))
    if way:
        half.close("crm.customers" if column == "customerId" else "settings.technicians", way)
    notices.forget()
    rows, texts = said(lambda: ts.follow(jobs, column))
    about = rows.attrs["stnb"]
    found = rows[rows["tenant"] == "whole"]
    wanted = jobs[jobs["tenant"] == "whole"][column]
    by_user = found.get("userId", [])

    assert set(wanted) <= {*found["id"], *by_user}
    assert set(rows["tenant"]) == ({"whole"} if way and column == "customerId" else set(ts))
    assert (about["complete"] is False) == bool(way)
    if way and column == "customerId":
        assert set(about["problems"]) == {"half"}
        assert any("lacks 1 of 2 tenants. half: " in text for text in texts)
    elif way:
        assert any("settings.technicians are missing" in text for text in texts)


def test_a_list_that_no_tenant_can_read(st: stnb.Account, half: Half) -> None:
    """`follow` of several tenants fails then."""
    ts = stnb.Tenants({"half": st})
    jobs = quiet(lambda: ts.pull("jpm.jobs", limit=10))
    half.close("crm.customers", "403")
    with pytest.raises(RequestError):
        quiet(lambda: ts.follow(jobs, "customerId"))


@pytest.mark.parametrize("way", WAYS)
def test_the_only_list_fails(
    st: stnb.Account, half: Half, frames: dict[str, pd.DataFrame], way: str
) -> None:
    """`follow` into a list that fails is an error in three sentences."""
    half.close("crm.customers", way)
    jobs = frames["jpm.jobs"]
    with pytest.raises((RequestError, DataError)) as caught:
        quiet(lambda: st.follow(jobs, "customerId"))
    assert caught.value.next
