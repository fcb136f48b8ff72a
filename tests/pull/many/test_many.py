"""Sub-resources in bulk: the rows of many records in one frame, however they were fetched."""

from __future__ import annotations

import asyncio
import functools
import inspect
import time
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import stnb
from stnb.account.resource import Resource
from stnb.catalog import Endpoint, Param, load
from stnb.errors import (
    BadFilter,
    NotAllowed,
    NotFound,
    ServerFault,
    StnbError,
    UsageError,
)
from stnb.frame import Decoded, shape_of
from stnb.frame.drift import Kind
from stnb.frame.types import final_type
from stnb.pull import Progress, Pull
from stnb.pull.many import plan
from stnb.pull.many.columns import chosen, labelled
from stnb.pull.many.parents import parents
from stnb.pull.many.run import ManyCalls
from stnb.pull.many.task import LATENCY, estimate
from stnb.pull.many.whole_feed import WholeFeed
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.in_time import is_quick
from tests.helpers.interrupts import interrupted
from tests.helpers.owner import owner
from tests.helpers.sample import of_each, tenth
from tests.helpers.toys import page_of
from tests.helpers.warned import quiet, said

pytestmark = pytest.mark.usefixtures("small_demo")

CATALOG = load()
BELOW = [e for e in CATALOG if any(p.where == "path" for p in e.params)]
NOTES = "crm.customers.notes"


class Server(FakeTenant):
    """Notes of customers: so many for each id. Ids in `failing` are answered with a status or a
    response, those in `held` wait, and each answer takes `pace` seconds.
    """

    def __init__(
        self,
        rows: Callable[[int], int] = lambda i: i % 3,
        *,
        failing: dict[int, Any] | None = None,
        pace: float = 0.0,
    ) -> None:
        super().__init__(catalog=CATALOG)
        self.rows, self.failing, self.pace = rows, failing or {}, pace
        self.held: set[int] = set()
        self.asked: list[tuple[int, int]] = []  # (customer, page)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        customer, query = int(request.url.path.split("/")[-2]), request.url.params
        self.asked.append((customer, int(query.get("page", 1))))
        await asyncio.sleep(self.pace)
        while customer in self.held:
            await asyncio.sleep(0.001)
        failure = self.failing.get(customer)
        if isinstance(failure, int):
            return httpx.Response(failure, json={"title": "no"})
        if failure is not None:
            return failure
        notes = [note(customer, i) for i in range(self.rows(customer))]
        return httpx.Response(200, json=page_of(notes, query))

    def resource(self, endpoint: Endpoint = CATALOG[NOTES], **options: Any) -> Resource:
        return super().resource(endpoint, **options)


def note(customer: int, i: int) -> dict[str, Any]:
    return {
        "id": customer * 1000 + i,
        "text": f"{customer}/{i}",
        "isPinned": False,
        "createdOn": "2026-07-01T00:00:00Z",
    }


# -- the answer


def test_the_rows_of_many_come_as_one_frame() -> None:
    """First the parent's column, typed; rows in the order of the parents, then of the server,
    whoever answered first.
    """
    server = Server(lambda i: {7: 2, 3: 0, 5: 3}[i])
    server.held = {7}
    run = server.resource().start(id=[7, 3, 5])
    while len(server.asked) < 3:
        time.sleep(0.001)
    server.held = set()
    df = run.wait()

    assert df["customerId"].tolist() == [7, 7, 5, 5, 5]
    assert df["id"].tolist() == [7000, 7001, 5000, 5001, 5002]
    promised = {leaf.path: leaf.column for leaf in shape_of(CATALOG[NOTES]).leaves}
    assert df.columns.tolist() == ["customerId", *promised]
    assert df["customerId"].dtype == "Int64"
    assert df["createdOn"].dtype == "datetime64[us, UTC]"


@pytest.mark.parametrize("count", [0, 499, 500, 501, 1800])
def test_the_pages_of_each_parent_are_followed(count: int) -> None:
    """To the end, and in order."""
    df = Server(lambda i: count).resource().pull(id=[2, 1], page_size=100)

    assert df["id"].tolist() == [i * 1000 + k for i in (2, 1) for k in range(count)]
    assert df.attrs["stnb"]["total"] == 2 * count


@pytest.mark.parametrize(
    "ids",
    [
        [3, 1, 2],
        (3, 1, 2),
        "3,1, 2",
        ["3", "1", "2"],
        pd.Series([3, 1, 2, 3]),
        pd.Series([3, None, 1, 2], dtype="Int64"),
        pd.Series([3.0, np.nan, 1.0, 2.0]),
        pd.Series([3, 1, 2], dtype="int64[pyarrow]"),
        np.array([3, 1, 2], dtype="int32"),
        pd.Index([3, 1, 2]),
        (i for i in (3, 1, 3, 2)),
        [np.int64(3), 1, None, pd.NA, 2, 1],
    ],
    ids=lambda ids: type(ids).__name__,
)
def test_ids_are_taken_as_people_have_them(ids: Any) -> None:
    """Lists, columns with gaps, text; each is asked for once."""
    server = Server(lambda i: 1)
    df = quiet(lambda: server.resource().pull(id=ids))

    assert df["customerId"].tolist() == [3, 1, 2]
    assert sorted(server.asked) == [(1, 1), (2, 1), (3, 1)]


def test_missing_ids_are_told() -> None:
    """How many were left out."""
    df, told = said(lambda: Server().resource().pull(id=pd.Series([1, None, None], dtype="Int64")))

    assert told == ["crm.customers.notes: 2 missing values in id were left out."]
    assert df.attrs["stnb"]["notices"] == told


@pytest.mark.parametrize(
    ("ids", "word"),
    [
        ([1, "x"], "does not fit"),
        ([1, 2.5], "does not fit"),
        ([True], "does not fit"),
        ([[1, 2]], "does not fit"),
        ([2.0**60], "not exact"),
        ([1, 2**63], "too large"),
        ([b"1"], "does not fit"),
        (pd.DataFrame({"id": [1]}), "does not fit"),
    ],
)
def test_wrong_ids_are_refused_before_anything_is_sent(ids: Any, word: str) -> None:
    """A request for a wrong id would bring another record's rows, or none."""
    server = Server()
    with pytest.raises(BadFilter, match=word):
        server.resource().pull(id=ids)

    assert not server.requests


@pytest.mark.parametrize("name", [e.name for e in BELOW])
def test_no_parents_give_a_typed_frame_without_a_request(name: str) -> None:
    """The columns and dtypes are those of a frame with rows, on every route."""
    server = Server()
    endpoint = CATALOG[name]
    *fixed, hole = [p for p in endpoint.params if p.where == "path"]
    others = {p.py: _any(p) for p in fixed} | {
        p.py: _any(p) for p in endpoint.required if p.where != "path"
    }
    df = quiet(lambda: server.resource(CATALOG[name]).pull(**{hole.py: [], **others}))

    names = list(plan.column_names(endpoint).values())
    own = (
        ["content", "contentType", "size"]
        if endpoint.kind == "file"
        else [x.path for x in shape_of(endpoint).leaves]
    )
    assert (len(df), server.requests) == (0, [])
    assert df.columns.tolist() == [*names, *(c for c in own if c not in names)]
    assert str(df[names[-1]].dtype) == ("Int64" if hole.type == "integer" else "str")


@pytest.mark.parametrize("name", plan.EQUIVALENTS)
def test_no_parents_read_no_list_or_feed_either(name: str) -> None:
    """Also where the caller asks for it."""
    server = Server()
    hole = _holes(CATALOG[name])[0].py
    asked, usual = (
        quiet(lambda b=b: server.resource(CATALOG[name]).pull(**{hole: []}, bulk=b))
        for b in (True, None)
    )

    assert asked.dtypes.equals(usual.dtypes)
    assert not server.requests


def _any(param: Param) -> Any:
    return {
        "integer": 7,
        "guid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
        "date-time": "2026-07-01",
        "object": {"a": 1},
    }.get(param.type, "a")


def test_one_id_in_a_list_has_its_column_too() -> None:
    """A list of one is many: the frame has the same columns however many ids there are."""
    assert Server().resource().pull(id=[2])["customerId"].tolist() == [2, 2]
    assert "customerId" not in Server().resource().pull(id=2)


def test_filters_limit_and_columns_hold_for_all() -> None:
    """Each call carries the filters; the limit cuts the whole, and further parents are not asked
    for.
    """
    server = Server(lambda i: 4)
    df = server.resource().pull(
        id=range(100),
        limit=6,
        columns=["customerId", "text"],
        concurrency=1,
        createdOnOrAfter="2026-07-01",
    )

    assert df.columns.tolist() == ["customerId", "text"]
    assert df["customerId"].tolist() == [0] * 4 + [1] * 2
    assert server.asked == [
        (0, 1),
        (1, 1),
    ]  # side by side, calls behind one that is slow would be on their way already
    assert all(query["createdOnOrAfter"] == "2026-07-01T00:00:00Z" for query in server.queries)


def test_provenance_tells_of_the_parents() -> None:
    """Long lists by their ends; requests and rows as counted."""
    server = Server(lambda i: 1)
    told = server.resource().pull(id=range(1, 101)).attrs["stnb"]

    assert (told["resource"], told["rows"], told["requests"], told["pages"]) == (
        NOTES,
        100,
        100,
        100,
    )
    assert told["params"] == {"id": "100 values, 1 … 100"}
    assert (told["parents"], told["failed"], told["bulk"], told["complete"]) == (
        100,
        [],
        None,
        True,
    )


def test_every_page_is_shown_with_its_parent() -> None:
    """on_page gets frames like the answer."""
    seen: list[pd.DataFrame] = []
    df = Server(lambda i: 2).resource().pull(id=range(20), on_page=seen.append)
    together = pd.concat(seen).sort_values(["customerId", "id"], ignore_index=True)

    assert len(seen) == 20
    pd.testing.assert_frame_equal(together, df, check_index_type=False)


def test_pages_come_parent_by_parent() -> None:
    """In their order, those of a deleted one empty."""
    server = Server(lambda i: i, failing={2: 404})
    frames = quiet(lambda: list(server.resource().pages(id=[3, 2, 1])))

    assert [f["customerId"].tolist() for f in frames] == [[3, 3, 3], [], [1]]


# -- names


def test_every_hole_of_the_catalogue_has_a_column() -> None:
    """In ServiceTitan's style, and no two of a route the same."""
    for endpoint in BELOW:
        names = plan.column_names(endpoint)
        assert list(names) == [
            p.name
            for p in sorted(_holes(endpoint), key=lambda p: endpoint.path.index(f"{{{p.name}}}"))
        ]
        assert len(set(names.values())) == len(names)
        assert all(
            name[:1].islower() and "_" not in name and "-" not in name for name in names.values()
        ), endpoint.name


def _holes(endpoint: Endpoint) -> list[Param]:
    return [p for p in endpoint.params if p.where == "path"]


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("crm.customers.notes", ["customerId"]),
        ("jpm.jobs.history", ["jobId"]),
        ("accounting.invoices.tasks", ["invoiceId"]),
        ("accounting.journal_entries.details", ["journalEntryId"]),
        ("payroll.employees.payrolls", ["employeeId"]),
        ("payroll.jobs.splits.by_job", ["jobId"]),
        ("crm.booking_provider.bookings.contacts", ["bookingProviderId", "bookingId"]),
        ("sales.opportunities.followups.by_id", ["opportunityId"]),
        ("crm.contacts.relationships.by_relationship_id", ["relationshipId"]),
        ("reporting.report_category.reports.data", ["reportCategoryId", "reportId"]),
        ("jpm.jobs.get", ["id"]),
        ("accounting.gl_accounts.get", ["id"]),
        ("marketing.suppressions.get", ["email"]),
    ],
)
def test_parents_are_named_as_elsewhere(name: str, columns: list[str]) -> None:
    """As the columns that link to them are; a record's own id is id."""
    assert list(plan.column_names(CATALOG[name]).values()) == columns


def _labelled(columns: dict[str, Any]) -> Decoded:
    asked = parents(CATALOG["payroll.jobs.splits.by_job"], "job", {"job": [7, 8]}, owner().zone)
    return labelled(Decoded(pa.table(columns)), asked, "7")


def test_a_column_of_the_rows_that_names_the_parent_is_not_doubled() -> None:
    """It moves to the front, and gaps in it are filled."""
    part = _labelled({"id": [1, 2], "jobId": pa.array([7, None], pa.int64())})

    assert part.table.to_pydict() == {"jobId": [7, 7], "id": [1, 2]}
    assert not part.drift


def test_a_column_of_the_rows_that_names_another_parent_is_kept_and_told() -> None:
    """Nothing is lost, nothing is silently right."""
    part = _labelled({"id": [1, 2], "jobId": ["7", "9"]})

    assert part.table.to_pydict() == {"jobId": [7, 7], "id": [1, 2], "jobId_row": ["7", "9"]}
    assert part.drift["jobId_row"][0].kind is Kind.OTHER_PARENT


# -- every route, on the demo


PARENTS = {
    "jobs": "jpm.jobs",
    "employees": "settings.employees",
    "technicians": "settings.technicians",
}
PARENTS |= {"estimates": "sales.estimates", "calls": "telecom.calls"}
GIVEN: dict[str, dict[str, Any]] = {
    "reporting.dynamic_value_sets": {"dynamicSetId": ["business-units", "none"]},
    "reporting.report_category.reports": {"report_category": ["operations", "none", "marketing"]},
    "reporting.report_category.reports.get": {
        "report_category": "operations",
        "reportId": [70103, 70104, 1],
    },
    "reporting.report_category.reports.data": {
        "report_category": "operations",
        "reportId": [70104, 70103, 1],
        "parameters": {"From": "2026-01-01", "To": "2026-02-01"},
    },
    "jpm.work_breakdown_structure.projects.budget_codes.match": {"codes": "a"},
}
# Of these the demo has no row for the three that are asked for.
EMPTY = {
    "jpm.jobs.canceled_log",
    "memberships.invoice_templates.get",
    "forms.jobs.attachment",
    "schedulingpro.routers.sessions",
}
EMPTY |= {
    f"jpm.work_breakdown_structure.{name}"
    for name in ("segments.items.children", "projects.segments.items.children")
}
EMPTY |= {
    "jpm.work_breakdown_structure.segments.items",
    "jpm.work_breakdown_structure.projects.segments.items",
}
EMPTY |= {"crm.booking_provider.bookings.get", "crm.booking_provider.bookings.contacts"}
EMPTY |= {"crm.contacts.contact_methods.get", "crm.contacts.contact_methods.preferences.get"}
EMPTY |= {"crm.contacts.contact_methods.preferences", "findings.location_findings.attachments.get"}
SPAN = {"sessionCreatedOnOrAfter": "2026-01-01", "sessionCreatedBefore": "2026-02-01"}


@pytest.fixture(scope="module")
def demo() -> stnb.Account:
    """The demo tenant, smaller."""
    return stnb.demo(scale=0.015)


def _three(demo: stnb.Account, endpoint: Endpoint) -> dict[str, Any]:
    """A value for each hole, and three for the last one; one of them is of no record, where the
    demo can tell.
    """
    given = {p.py: SPAN[p.py] for p in endpoint.required if p.py in SPAN}
    for param in _holes(endpoint):
        before = endpoint.path.split(f"/{{{param.name}}}")[0]
        name = next(
            (e.name for e in CATALOG if e.path == before and e.kind == "list"),
            PARENTS.get(before.rpartition("/")[2]),
        )
        made = {
            "guid": [f"3f2504e0-4f89-41d3-9a0c-0305e82c330{i}" for i in range(3)],
            "string": ["a", "b", "c"],
        }
        known: list[Any] = made.get(param.type, [101, 102, 103])
        if name and (found := _ids(demo, name)):
            known = list(dict.fromkeys([found[0], found[-1], found[len(found) // 2]]))
        given[param.py] = known if param is _holes(endpoint)[-1] else known[0]
    return given | GIVEN.get(endpoint.name, {})


@functools.cache
def _ids(demo: stnb.Account, name: str) -> tuple[int, ...]:
    endpoint = CATALOG[name]
    if endpoint.required:
        return ()
    shown: dict[str, Any] = dict([endpoint.shows_all]) if endpoint.shows_all else {}
    columns = ["id"] if "id" in shape_of(endpoint).by_path else None
    frame = quiet(lambda: demo[name].pull(limit=40, columns=columns, progress=False, **shown))
    return tuple(frame["id"].astype(object)) if "id" in frame else ()


def _one_by_one(
    demo: stnb.Account, endpoint: Endpoint, given: dict[str, Any], many: str
) -> tuple[list[pd.DataFrame], list[Any]]:
    """The frames of single pulls with the parent's columns in front, and the parents that are not
    there.
    """
    frames, failed = [], []
    for value in given[many]:
        try:
            frame = (
                Resource(demo._session, CATALOG, endpoint).start(**{**given, many: value}).wait()
            )
        except NotFound:
            failed.append(value)
            continue
        varies = endpoint.takes(many)
        for parameter, name in reversed(plan.column_names(endpoint).items()):
            param = endpoint.takes(parameter)
            assert param is not None
            own = value if param is varies else given[param.py]
            kind = {"integer": "Int64"}.get(param.type, "str")
            rest = frame
            if name in frame:
                rest = frame.drop(columns=name)
                if (frame[name].astype(str).str.lower() != str(own)).any():
                    rest[f"{name}_row"] = frame[name]
            rest.insert(0, name, pd.Series([own] * len(rest), index=rest.index, dtype=kind))
            frame = rest
        frames.append(frame)
    return frames, failed


def shape(endpoint: Endpoint) -> tuple[object, ...]:
    """Routes are read alike if they have as many path parameters and the same kind of pages."""
    parents = sum(p.where == "path" for p in endpoint.params)
    return parents, endpoint.kind, endpoint.page_first, endpoint.page_size_max, bool(endpoint.key)


@pytest.mark.parametrize("name", [e.name for e in tenth(BELOW, shape)])
def test_many_are_the_same_as_one_after_the_other(demo: stnb.Account, name: str) -> None:
    """On every route below a record: the rows, their order, their dtypes, and which parents are not
    there.
    """
    endpoint = CATALOG[name]
    given = _three(demo, endpoint)
    many = next(k for k, v in given.items() if isinstance(v, list))
    frames, failed = quiet(lambda: _one_by_one(demo, endpoint, given, many))
    df = quiet(lambda: Resource(demo._session, CATALOG, endpoint).start(**given, bulk=False).wait())

    assert (len(df) == 0) == (name in EMPTY)
    assert df.attrs["stnb"]["failed"] == failed
    kept = [f for f in frames if len(f)] or frames[:1]
    if kept:
        pd.testing.assert_frame_equal(
            df, pd.concat(kept, ignore_index=True), check_index_type=False
        )
    assert len(df) == sum(map(len, frames))


# -- lists and feeds that hold the rows of many


@pytest.mark.parametrize("name", plan.EQUIVALENTS)
def test_a_twin_has_the_columns_of_its_route(name: str) -> None:
    """By the catalogue: the same names and types, the parent's column, and a filter that takes many
    of them, or none.
    """
    endpoint, twin = CATALOG[name], plan.EQUIVALENTS[name]
    other, mine = CATALOG[twin.resource], shape_of(endpoint).by_path
    theirs = shape_of(other).by_path
    by = other.takes(twin.by) if twin.by else None

    assert twin.column in plan.column_names(endpoint).values()
    assert twin.column in theirs
    assert set(mine) <= set(theirs)
    same = [path for path in mine if final_type(mine[path]) == final_type(theirs[path])]
    assert sorted(set(mine).difference(same)) == (
        [twin.lacks.partition("[")[0]] if twin.lacks else []
    )
    assert (by is not None and bool(by.many)) if twin.by else other.kind in ("export", "list")
    assert endpoint.shows_all == other.shows_all or not twin.by


@pytest.mark.parametrize(
    ("name", "columns"),
    of_each([n for n, twin in plan.EQUIVALENTS.items() if not twin.lacks], [None, 2]),
)
def test_a_twin_has_the_rows_of_its_route(
    demo: stnb.Account, name: str, columns: int | None
) -> None:
    """The frame is the same whichever way it was read; the other way needs fewer requests."""
    endpoint = CATALOG[name]
    hole = _holes(endpoint)[0]
    before = endpoint.path.split(f"/{{{hole.name}}}")[0]
    source = next(
        (e.name for e in CATALOG if e.path == before), PARENTS.get(before.rpartition("/")[2])
    )
    assert source is not None
    ids = _ids(demo, source)[::-1]
    if (
        name == "jpm.projects.notes"
    ):  # the demo's route shows deleted notes too, and cannot tell them
        feed = demo.jpm.export.project_notes.pull(includeRecentChanges=True)
        ids = [i for i in ids if i not in set(feed["projectId"][~feed["active"]])]
    named = None if columns is None else list(shape_of(endpoint).by_path)[:columns]
    each, at_once = (
        quiet(lambda b=b: demo[name].pull(**{hole.py: ids}, bulk=b, columns=named, progress=False))
        for b in (False, True)
    )

    assert len(each) > 0
    pd.testing.assert_frame_equal(each, at_once)
    assert at_once.attrs["stnb"]["bulk"] == plan.EQUIVALENTS[name].resource
    assert at_once.attrs["stnb"]["resource"] == name
    assert at_once.attrs["stnb"]["complete"]
    assert at_once.attrs["stnb"]["requests"] < max(each.attrs["stnb"]["requests"] / 5, 3)


@pytest.mark.parametrize("dtypes", ["decimal", "raw"])
@pytest.mark.parametrize("name", ["payroll.jobs.splits.by_job", "jpm.jobs.notes"])
def test_values_come_as_asked_either_way(demo: stnb.Account, name: str, dtypes: Any) -> None:
    """Exact amounts, or values as they are sent."""
    hole, ids = _holes(CATALOG[name])[0].py, _ids(demo, "jpm.jobs")
    each, at_once = (
        demo[name].pull(**{hole: ids}, bulk=b, dtypes=dtypes, progress=False) for b in (False, True)
    )

    pd.testing.assert_frame_equal(each, at_once)
    assert at_once.attrs["stnb"]["dtypes"] == dtypes
    assert at_once["createdOn"].dtype == ("str" if dtypes == "raw" else "datetime64[us, UTC]")


def test_a_list_that_takes_ids_is_used_from_two_parents_on(demo: stnb.Account) -> None:
    """A feed only where reading it whole is cheaper, and none where it lacks something or the
    caller says so.
    """
    contacts, notes, history = (
        demo.crm.customers.contacts.by_id,
        demo.jpm.jobs.notes,
        demo.jpm.jobs.history,
    )
    ids, jobs = _ids(demo, "crm.customers"), _ids(demo, "jpm.jobs")

    def read(
        resource: Resource, given: list[int], *, bulk: bool | None = None, limit: int | None = None
    ) -> str:
        run = resource.where(id=given, limit=limit, bulk=bulk).prepare()
        assert isinstance(run.source, (ManyCalls, WholeFeed))
        return run.source.task.equivalent

    assert read(contacts, ids[:1]) == ""
    assert read(contacts, ids[:2]) == "crm.customers.contacts"
    assert read(contacts, ids[:2], bulk=False) == ""
    assert read(notes, jobs) == ""
    assert read(notes, [*range(501)]) == "jpm.export.job_notes"
    assert read(notes, [*range(501)], limit=3) == ""
    assert read(history, [*range(501)]) == ""
    assert read(history, jobs, bulk=True) == "jpm.export.job_history"


def test_what_a_feed_lacks_is_told(demo: stnb.Account) -> None:
    """Where the caller asked for it all the same."""
    jobs = _ids(demo, "jpm.jobs")[:3]
    df, told = said(lambda: demo.jpm.jobs.history.pull(id=jobs, bulk=True))

    assert df["jobId"].tolist() == [*jobs]
    assert told == [
        "jpm.export.job_history, which was read for jpm.jobs.history, lacks history[].memo."
    ]


def test_rows_of_others_are_left_out_and_told() -> None:
    """A list that ignored its filter would answer with everybody's."""

    rows = [{"id": i, "customerId": c, "value": "v"} for i, c in enumerate([2, 9, 1, 2, None])]
    server = FakeTenant(
        lambda request: httpx.Response(200, json=page_of(rows, {})), catalog=CATALOG
    )
    resource = server.resource(CATALOG["crm.customers.contacts.by_id"])
    df, told = said(lambda: resource.pull(id=[1, 2]))

    assert df[["customerId", "id"]].to_numpy().tolist() == [[1, 2], [2, 0], [2, 3]]
    assert any("crm.customers.contacts also gave rows of other customers" in text for text in told)


def test_the_batches_of_a_list_are_fifty_parents_and_all_their_pages() -> None:
    """Ids go fifty a call; a batch with more rows than a page is followed."""
    seen: list[tuple[int, int]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        query = request.url.params
        ids = [int(i) for i in query["customerIds"].split(",")]
        seen.append((len(ids), int(query["page"])))
        rows = [
            {"id": 100 * i + k, "customerId": i, "value": str(k)}
            for k in range(20)
            for i in reversed(ids)
        ]
        return httpx.Response(200, json=page_of(rows, query))

    resource = FakeTenant(answer, catalog=CATALOG).resource(CATALOG["crm.customers.contacts.by_id"])
    df = resource.pull(id=range(1, 121), page_size=300)

    assert df["id"].tolist() == [100 * i + k for i in range(1, 121) for k in range(20)]
    assert {n for n, _ in seen} == {50, 20}
    assert max(page for _, page in seen) > 1


class Feed(FakeTenant):
    """The feed of job notes, in pages of two; it fails at the page named in `breaks`."""

    def __init__(self, rows: list[dict[str, Any]], breaks: int | None = None) -> None:
        super().__init__(catalog=CATALOG)
        self.rows, self.breaks, self.asked = rows, breaks, list[str]()

    async def answer(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path.endswith("/export/job-notes")
        assert request.url.params["includeRecentChanges"] == "true"
        at = int(request.url.params.get("from", "0"))
        self.asked.append(str(at))
        if at == self.breaks:
            return httpx.Response(403, json={"title": "no"})
        more = at + 2 < len(self.rows)
        return httpx.Response(
            200, json={"hasMore": more, "continueFrom": str(at + 2), "data": self.rows[at : at + 2]}
        )

    def notes(self) -> Resource:
        return self.resource(CATALOG["jpm.jobs.notes"])


def _row(id: int, job: int, text: str, modified: int = 1, active: bool = True) -> dict[str, Any]:
    return {
        "id": id,
        "jobId": job,
        "text": text,
        "active": active,
        "modifiedOn": f"2026-07-0{modified}T00:00:00Z",
    }


FED = [
    _row(9, 2, "b"),
    _row(4, 1, "old"),
    _row(5, 3, "other"),
    _row(6, 1, "gone", active=False),
    _row(4, 1, "new", 2),
    _row(7, 1, "c"),
]


def test_a_feed_is_read_as_the_route_would_be() -> None:
    """Of a row that came twice the newest, only those of the parents, inactive ones left out and
    told.
    """
    feed = Feed(FED)
    df, told = said(lambda: feed.notes().pull(id=[1, 2], bulk=True))

    assert df[["jobId", "text"]].to_numpy().tolist() == [[1, "new"], [1, "c"], [2, "b"]]
    assert df.columns.tolist() == ["jobId", *shape_of(CATALOG["jpm.jobs.notes"]).by_path]
    assert ["1 rows more that are not active" in text for text in told] == [True]
    assert df.attrs["stnb"]["rows"] == 3
    assert df.attrs["stnb"]["complete"]


def test_a_feed_goes_on_where_it_stopped() -> None:
    """The rows that had arrived are in the error, and resume reads only what was missing."""
    feed = Feed(FED, breaks=4)
    with pytest.raises(NotAllowed) as caught:
        quiet(lambda: feed.notes().pull(id=[1, 2], bulk=True))
    assert caught.value.frame is not None
    assert caught.value.frame["text"].tolist() == ["old", "b"]
    feed.breaks = None
    df = quiet(caught.value.resume)

    assert feed.asked == ["0", "2", "4", "4"]
    assert df["text"].tolist() == ["new", "c", "b"]
    assert df.attrs["stnb"]["resource"] == "jpm.jobs.notes"


def test_the_order_of_chosen_rows_is_stable() -> None:
    """Of one parent as they came, also where the parent's column came as text."""
    table = pa.table({"jobId": ["2", "1", "9", "2", "1"], "n": [0, 1, 2, 3, 4]})
    part = chosen(Decoded(table), "jobId", ("1", "2"))

    assert part.table["n"].to_pylist() == [1, 4, 0, 3]


# -- calls side by side


def test_eight_calls_are_in_flight() -> None:
    """No more, whatever the number of parents; concurrency says otherwise."""
    server = Server(pace=0.002)
    server.resource().pull(id=range(60))
    assert server.most >= 8
    few = Server(pace=0.002)
    few.resource().pull(id=range(20), concurrency=3)
    assert few.most == 3


def test_progress_counts_parents() -> None:
    """With the estimate first; rows and requests beside."""
    heard: list[Progress] = []
    Server(lambda i: 1).resource().pull(id=range(30), progress=heard.append)
    notes = [p.note for p in heard]

    assert notes[0] == "30 calls, about 1 s"
    assert "17 of 30 customers" in notes
    assert (heard[-1].rows, heard[-1].requests, heard[-1].state) == (30, 30, "done")
    assert [p.rows for p in heard] == sorted(p.rows for p in heard)


def test_more_than_a_thousand_calls_want_a_word() -> None:
    """The number and the time are told before anything is sent; confirm=True makes them."""
    server = Server(lambda i: 0)
    with pytest.raises(BadFilter, match=r"4,210 calls, about 100 s.*confirm=True"):
        server.resource().pull(id=range(4210))
    assert not server.requests
    assert (
        server.resource().where(id=range(1000)).prepare().progress.note == "1,000 calls, about 25 s"
    )
    assert (
        server.resource().where(id=range(1001), confirm=True).prepare().progress.note
        == "1,001 calls, about 25 s"
    )


def test_the_estimate_knows_slow_answers() -> None:
    """At the pace of the governor, or slower where the last calls were."""
    server = Server(pace=0.02)
    resource = server.resource()
    before = estimate(resource._session, 1000, 8)
    resource.pull(id=range(8))

    assert 20 < before < 25
    assert LATENCY[resource._session] >= 0.02
    LATENCY[resource._session] = 0.8
    assert estimate(resource._session, 1000, 8) == pytest.approx(100)


def test_a_deleted_parent_is_not_the_end() -> None:
    """It is named in a notice and in attrs; the others' rows are there."""
    server = Server(lambda i: 1, failing={i: 404 for i in range(10, 17)})
    df, told = said(lambda: server.resource().pull(id=range(20)))

    assert df["customerId"].tolist() == [*range(10), 17, 18, 19]
    assert df.attrs["stnb"]["failed"] == [*range(10, 17)]
    assert told == df.attrs["stnb"]["notices"]
    assert told[0].startswith("crm.customers.notes: 7 of the 20 customers were not found")
    assert told[0].endswith("10, 11, 12, 13, 14 …")


def test_parents_of_which_none_is_there_give_a_typed_frame() -> None:
    """As no parents do."""
    df = quiet(lambda: Server(failing={1: 404, 2: 404}).resource().pull(id=[1, 2]))

    assert df.dtypes.equals(Server().resource().pull(id=[]).dtypes)


def test_a_route_that_is_not_there_ends_it() -> None:
    """The gateway's 404 is of the route, not of a record: no further call would bring anything."""
    gone = httpx.Response(404, json={"title": "Unable to match incoming request to an operation."})
    server = Server(failing=dict.fromkeys(range(500), gone))
    with pytest.raises(NotFound, match="no such route"):
        server.resource().pull(id=range(500))

    assert len(server.requests) <= 16


def test_a_query_of_many_can_be_pulled_again() -> None:
    """What was not found the first time is not held against the second."""
    server = Server(lambda i: 1, failing={2: 404})
    query = server.resource().where(id=[1, 2])
    first, _ = said(query.pull)
    server.failing.clear()
    second, told = said(query.pull)

    assert (first.attrs["stnb"]["failed"], second.attrs["stnb"]["failed"]) == ([2], [])
    assert second["customerId"].tolist() == [1, 2]
    assert not told


@pytest.mark.parametrize(
    ("status", "error"), [(403, NotAllowed), (500, ServerFault), (400, stnb.Rejected)]
)
def test_other_failures_end_it_and_it_goes_on_with_the_missing_parents(
    status: int, error: type[StnbError]
) -> None:
    """What had arrived is in err.frame; resume asks for no parent twice and gives the whole."""
    server = Server(lambda i: 2, failing={30: status, 5: 404})
    with pytest.raises(error) as caught:
        quiet(lambda: server.resource().pull(id=range(100)))
    kept = caught.value.frame
    assert kept is not None
    there = kept["customerId"].drop_duplicates().tolist()
    assert 20 <= len(there) < 60
    assert kept["customerId"].tolist() == [i for i in there for _ in range(2)]
    before, server.asked = server.asked, []
    server.failing = {}
    df = quiet(caught.value.resume)

    assert not {i for i, _ in server.asked} & {*there, 5}
    assert df["customerId"].tolist() == [i for i in range(100) if i != 5 for _ in range(2)]
    assert df.attrs["stnb"]["failed"] == [5]
    tries = (
        4 if status == 500 else 0
    )  # the further tries of a call that failed in the end are not counted
    assert df.attrs["stnb"]["requests"] == len(before) + len(server.asked) - tries
    assert df.attrs["stnb"]["complete"]


def _hold(run: Pull, until: int) -> None:
    while run.progress.pages < until:
        time.sleep(0.001)


def test_cancelling_keeps_whole_parents_and_drops_what_flies() -> None:
    """And a resumption reads the rest."""
    server = Server(lambda i: 2)
    server.held = {*range(10, 40)}
    run = server.resource().start(id=range(40), concurrency=8)
    _hold(run, 10)
    while server.flying < 8:
        time.sleep(0.001)
    run.cancel()
    df, told = said(run.wait)
    assert df["customerId"].tolist() == [i for i in range(10) for _ in range(2)]
    assert any("cancelled" in text for text in told)
    assert not df.attrs["stnb"]["complete"]
    assert (server.flying, server.dropped) == (0, 8)
    server.held = set()
    whole = run.resume().wait()

    assert whole["customerId"].tolist() == [i for i in range(40) for _ in range(2)]


def test_an_interrupt_returns_at_once() -> None:
    """Ctrl-C ends the wait within a fifth of a second; the rows that had arrived can be had."""

    def once() -> float:
        server = Server(lambda i: 1)
        server.held = {*range(10, 40)}
        run = server.resource().start(id=range(40))
        took = interrupted(run.wait, lambda: run.progress.pages >= 10)
        run._ended.wait(60)
        frame = run.frame
        assert frame is not None
        assert len(frame) == 10
        return took

    assert is_quick(once, 0.5)


def test_it_is_as_fast_as_its_lanes() -> None:
    """At least eight calls are on their way at once, so that forty take the time of five."""
    server = Server(pace=0.03)
    server.resource().pull(id=range(40))

    assert server.most == 8


def test_a_cut_answer_is_asked_for_again() -> None:
    """One parent's answer that cannot be read does not end the others."""
    broken = [
        httpx.Response(
            200, content=b'{"page":1,"hasMore":false,"totalCount":1,"data":[{"id":1,,}]}'
        )
    ]

    class Once(Server):
        async def answer(self, request: httpx.Request) -> httpx.Response:
            if "/customers/3/" in request.url.path and broken:
                return broken.pop()
            return await super().answer(request)

    df = Once(lambda i: 1).resource().pull(id=range(6))

    assert df["customerId"].tolist() == [*range(6)]


# -- what is refused


@pytest.mark.parametrize(
    ("name", "given", "word"),
    [
        (
            "crm.contacts.contact_methods.preferences",
            {"contactId": ["a"], "contactMethodId": ["b"]},
            "many values",
        ),
        (NOTES, {"id": [1], "bulk": True}, "no list or feed"),
        (NOTES, {"id": 1, "bulk": False}, "bulk= does not fit"),
        (NOTES, {"id": 1, "confirm": True}, "confirm= does not fit"),
        ("crm.customers", {"bulk": True}, "bulk= does not fit"),
        (NOTES, {"id": [1], "to": "x.parquet"}, "come as a frame"),
        (NOTES, {"id": [1], "concurrency": 0}, "concurrency=0"),
        (NOTES, {"id": [1], "nonsense": 1}, "no filter"),
        (NOTES, {"id": [1], "columns": ["nonsense"]}, "no column"),
        ("jpm.jobs.history", {"id": [1], "page_size": 5}, "takes no page size"),
        ("crm.booking_provider.bookings.contacts", {"id": [1]}, "needs booking_provider"),
    ],
)
def test_what_does_not_fit_is_refused(name: str, given: dict[str, Any], word: str) -> None:
    """Before anything is sent."""
    server = Server()
    with pytest.raises(UsageError, match=word):
        server.resource(CATALOG[name]).pull(**given)

    assert not server.requests


def test_a_text_hole_takes_a_comma_as_it_is() -> None:
    """Only ids are split at commas."""
    assert plan.several(CATALOG["schedulingpro.routers.sessions"], {"id": "a,b"}) is None
    assert plan.several(CATALOG[NOTES], {"id": "1,2"}) == "id"


# -- the door


def test_several_records_are_a_frame(demo: stnb.Account) -> None:
    """By their ids where the list takes them, else a call each."""
    jobs, zones = _ids(demo, "jpm.jobs")[:4], _ids(demo, "dispatch.zones")[:4]
    by_list, by_call = quiet(
        lambda: (demo.jpm.jobs.get(jobs), demo.dispatch.zones.get(zones[::-1]))
    )

    assert sorted(by_list["id"]) == [*jobs]
    assert by_call["id"].tolist() == [*zones[::-1]]
    assert by_call.columns[0] == "id"


def test_the_options_are_shown_where_they_fit(demo: stnb.Account) -> None:
    """bulk and confirm belong to routes below a record."""
    assert {"bulk", "confirm"} <= set(inspect.signature(demo.crm.customers.notes.pull).parameters)
    assert not {"bulk", "confirm"} & set(inspect.signature(demo.crm.customers.pull).parameters)
    assert "one or many" in str(demo.crm.customers.notes.pull.__doc__)
