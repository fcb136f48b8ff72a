"""The answer is checked, and not only the request: rows that do not fit a filter are told."""

from __future__ import annotations

import contextlib
import functools
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import stnb
from stnb.account.account import Account
from stnb.catalog import Catalog, Column, Endpoint, load
from stnb.demoserver import make_app
from stnb.frame import parquet
from stnb.pull import misfits
from stnb.pull.answered import Check, checks
from stnb.pull.call import call
from stnb.session import Session
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.sample import EVERYTHING, tenth, tries
from tests.helpers.toys import PAGING

pytestmark = pytest.mark.usefixtures("small_demo")

CATALOG = load()
LISTS = [endpoint for endpoint in CATALOG if endpoint.kind == "list" and not endpoint.required]


def by_module(endpoint: Endpoint) -> str:
    """A kind for the sweep."""
    return endpoint.module


class Deaf:
    """The demo as an app that does not hear some parameters.

    Attributes:
        ignored: their names.
    """

    def __init__(self) -> None:
        self.app, self.ignored = make_app(scale=0.05), set[str]()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        pairs = parse_qsl(scope.get("query_string", b"").decode(), keep_blank_values=True)
        heard = [pair for pair in pairs if pair[0] not in self.ignored]
        await self.app({**scope, "query_string": urlencode(heard).encode()}, receive, send)


@pytest.fixture(scope="module")
def deaf() -> Deaf:
    return Deaf()


@pytest.fixture(scope="module")
def tenant(deaf: Deaf) -> Iterator[Account]:
    owner = stnb.demo()._session.credentials
    with Account(Session.of_app(deaf, owner, now=deaf.app.state.now)) as st:
        yield st


def told(run: Any) -> tuple[pd.DataFrame, list[str]]:
    """The frame, and what was said of filters that were ignored."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        frame = run()
    return frame, [str(w.message) for w in caught if w.category is stnb.FilterIgnored]


def known_filters(endpoint: Endpoint, rows: pd.DataFrame) -> Iterator[tuple[str, Any, Check]]:
    """(filter, a value that some rows have, its check), for each filter that has a column."""
    values = {str(column): one_of(rows[column]) for column in rows}
    for param in endpoint.filters:
        if param.where != "query" or param.type == "object":
            continue
        for column, value in values.items():
            with contextlib.suppress(stnb.StnbError):
                found = checks(call(endpoint, 1, {param.name: value}))
                if found and found[0].column == column:
                    yield param.name, value, found[0]


def one_of(values: pd.Series) -> Any:
    """One of the values: of times the one in the middle; None if there is none to ask for."""
    known = values.dropna()
    if len(known) and isinstance(known.iloc[0], list):
        elements = [element for each in known for element in each]
        return next((one for one in elements if not isinstance(one, list | dict)), None)
    if not len(known) or isinstance(known.iloc[0], dict):
        return None
    if isinstance(known.dtype, pd.DatetimeTZDtype):
        return known.sort_values().iloc[len(known) // 2]
    return known.iloc[0]


def reference(check: Check, rows: pd.DataFrame) -> int:
    """How many rows do not fit, counted another way."""
    column = rows[check.column].dropna()
    if check.kind in ("from", "before"):
        limit, times = pd.Timestamp(misfits.limit_of(check)), pd.to_datetime(column, utc=True)
        return int((times < limit).sum() if check.kind == "from" else (times > limit).sum())
    if check.kind == "some":
        return sum(check.values.isdisjoint(map(str, ids)) for ids in column)
    if check.kind in ("least", "most"):
        (bound,) = map(float, check.values)
        amounts = column.astype(float)
        return int((amounts < bound if check.kind == "least" else amounts > bound).sum())
    if check.kind == "part":
        (asked,) = check.values
        return sum(asked not in str(value).lower() for value in column)
    return sum(str(value).lower() not in check.values for value in column)


@pytest.mark.parametrize("endpoint", tenth(LISTS, by_module), ids=lambda endpoint: endpoint.name)
def test_every_filter_that_has_a_column(endpoint: Endpoint, deaf: Deaf, tenant: Account) -> None:
    """Nothing is said of the honest demo; if it does not hear the filter, the rows are counted, and
    the line of pandas drops exactly these.
    """
    resource = tenant[endpoint.name]
    every = dict([endpoint.shows_all]) if endpoint.shows_all else {}
    deaf.ignored = set()
    rows, texts = told(lambda: resource.pull(limit=150, **every))
    assert texts == []
    filters = list(known_filters(endpoint, rows))
    if not EVERYTHING:  # every third, beginning elsewhere in each list
        filters = filters[len(endpoint.name) % 3 :: 3]
    for name, value, check in filters:
        asked = {**every, name: value}
        deaf.ignored = set()
        _, texts = told(functools.partial(resource.pull, limit=150, **asked))
        assert texts == [], asked
        deaf.ignored = {name}
        frame, texts = told(functools.partial(resource.pull, limit=150, **asked))
        wrong = reference(check, frame)
        assert len(texts) == (wrong > 0), (asked, texts)
        if wrong:
            assert f"{wrong:,} of {len(frame):,} rows" in texts[0]
            assert frame.attrs["stnb"]["unfit"] == {name: wrong}
            assert texts[0] in frame.attrs["stnb"]["notices"]
            assert len(dropped(frame, texts[0])) == len(frame) - wrong


def dropped(frame: pd.DataFrame, text: str, **asked: Any) -> pd.DataFrame:
    """What the line in the text makes of a frame; of many values it has the name of the filter."""
    names = {"df": frame, "pd": pd, **asked}
    exec(text.partition("This drops them: ")[2], names)
    answer = names["df"]
    assert isinstance(answer, pd.DataFrame)
    return answer


def test_a_file_and_pages_are_checked_too(deaf: Deaf, tenant: Account, tmp_path: Path) -> None:
    """What is said of a frame is said of a Parquet file, in its provenance, and of pages."""
    deaf.ignored = {"status"}
    memberships = tenant["memberships.memberships"].where(status="Expired", active="Any")
    frame, of_frame = told(memberships.pull)
    _, of_file = told(lambda: memberships.pull(to=tmp_path / "m.parquet"))
    _, of_pages = told(lambda: list(memberships.pages()))
    about = parquet.provenance(str(tmp_path / "m.parquet"))

    assert len(of_frame) == 1
    assert of_frame == of_file == of_pages
    assert about is not None
    assert about["unfit"] == frame.attrs["stnb"]["unfit"]
    assert of_frame[0] in about["notices"]


def test_it_is_said_each_time(deaf: Deaf, tenant: Account) -> None:
    """As the next frame has these rows too."""
    deaf.ignored = {"jobStatus"}
    for _ in range(2):
        assert len(told(lambda: tenant.jpm.jobs.pull(jobStatus="Completed", limit=50))[1]) == 1


def test_the_filter_is_named_as_it_was_sent(deaf: Deaf, tenant: Account) -> None:
    """Values keep their large letters, and times their form."""
    deaf.ignored = {"jobStatus", "createdOnOrAfter"}
    filters = {"jobStatus": "Completed", "createdOnOrAfter": "2027-01-01"}
    texts = told(lambda: tenant.jpm.jobs.pull(**filters, limit=50))[1]

    assert any("was asked for jobStatus=Completed, and " in text for text in texts)
    assert any("was asked for createdOnOrAfter=2027-01-01T07:00:00Z, and" in t for t in texts)


# -- what is no alarm

COLUMNS = (
    Column("id", "integer"),
    Column("customerId", "integer"),
    Column("status", "enum", values=("Active", "Expired")),
    Column("active", "boolean"),
    Column("createdOn", "date-time"),
)


def toys(*rows: dict[str, Any]) -> Any:
    """A tenant with these memberships, whatever it is asked for."""
    memberships = CATALOG["memberships.memberships"]
    endpoint = Endpoint(
        "memberships.memberships",
        "memberships",
        memberships.path,
        "list",
        params=(*PAGING, *memberships.filters),
        key=("id",),
        make_columns=lambda: COLUMNS,
    )
    given_rows = [{"id": i, **row} for i, row in enumerate(rows)]
    body = json.dumps({"hasMore": False, "totalCount": len(given_rows), "data": given_rows})
    server = FakeTenant(lambda request: httpx.Response(200, text=body), catalog=Catalog([endpoint]))
    return server.resource(endpoint)


@pytest.mark.parametrize(
    ("asked", "row"),
    [
        ({"status": "Active"}, {"status": None}),
        ({"status": "Active"}, {}),
        ({"status": "active"}, {"status": "ACTIVE "}),
        ({"customerIds": [7]}, {"customerId": "7"}),
        ({"customerIds": "7, 8"}, {"customerId": 8}),
        ({"active": "Any"}, {"active": False}),
        ({"active": True}, {"active": None}),
        ({}, {"active": False, "status": "Expired"}),
        ({"createdOnOrAfter": "2026-07-01T00:00:00Z"}, {"createdOn": "2026-07-01T02:00:00+02:00"}),
        ({"createdOnOrAfter": "2026-07-01T00:00:00.5Z"}, {"createdOn": "2026-07-01T00:00:00Z"}),
        ({"createdOnOrAfter": "2026-07-01"}, {"createdOn": "0001-01-01T00:00:00Z"}),
        ({"createdBefore": "2026-07-01T00:00:00Z"}, {"createdOn": "2026-07-01T00:00:00Z"}),
        ({"createdBefore": "2026-07-01T00:00:00Z"}, {"createdOn": None}),
    ],
)
@pytest.mark.parametrize("dtypes", ["typed", "raw"])
def test_no_false_alarm(asked: dict[str, Any], row: dict[str, Any], dtypes: Any) -> None:
    """Null, another case, ids as text, zones, moments on the bound, and what was not asked for."""
    frame, texts = told(lambda: toys(row, row).pull(dtypes=dtypes, **asked))

    assert (len(frame), texts, frame.attrs["stnb"]["unfit"]) == (2, [], {})


@pytest.mark.parametrize(
    ("asked", "row"),
    [
        ({"status": "Active"}, {"status": "Expired"}),
        ({"status": "Active"}, {"status": "Brand new"}),
        ({"customerIds": [7]}, {"customerId": 70}),
        ({"ids": [1]}, {}),
        ({"active": True}, {"active": False}),
        ({"active": False}, {"active": True}),
        ({"createdOnOrAfter": "2026-07-01"}, {"createdOn": "2026-06-30T23:59:59Z"}),
        ({"createdBefore": "2026-07-01"}, {"createdOn": "2026-07-01T00:00:00.1Z"}),
    ],
)
@pytest.mark.parametrize("dtypes", ["typed", "raw"])
def test_what_does_not_fit_is_told(asked: dict[str, Any], row: dict[str, Any], dtypes: Any) -> None:
    """With the filter, the rows, and a line that drops them and keeps the others."""
    good = {"customerId": None, "status": None, "active": None, "createdOn": None}
    frame, texts = told(lambda: toys(row, good).pull(dtypes=dtypes, **asked))

    assert len(texts) == 1
    assert f"was asked for {next(iter(asked))}=" in texts[0]
    assert "1 of 2 rows" in texts[0]
    assert dropped(frame, texts[0])["id"].tolist() == [1]


@pytest.mark.parametrize(
    ("resource", "name", "value", "column"),
    [
        ("jpm.jobs", "number", "42", "jobNumber"),
        ("jpm.appointments", "number", "42-1", "appointmentNumber"),
        ("accounting.invoices", "number", "42", "referenceNumber"),
        ("accounting.invoices", "jobNumber", "42", "job.number"),
        ("inventory.purchase_orders", "number", "42", "number"),
        ("taskmanagement.tasks", "taskNumber", 42, "taskNumber"),
        ("sales.estimates", "status", "Sold", "status.name"),
        ("sales.estimates", "soldById", 42, "soldBy"),
        ("telecom.calls", "agentId", 42, "leadCall.agent.id"),
        ("accounting.journal_entries", "postedFrom", "2026-07-01", "postDate"),
        ("payroll.payrolls", "approvedOnOrAfter", "2026-07-01", "managerApprovedOn"),
        ("accounting.invoices", "totalGreater", 100, "total"),
        ("accounting.payments", "totalLess", 99.5, "total"),
        ("accounting.bank_deposits", "grossAmountLess", 1, "grossAmount"),
        ("accounting.journal_entries", "numberFrom", 7, "number"),
        ("accounting.journal_entries", "numberTo", 9, "number"),
        ("accounting.invoices", "batchNumber", 42, "batch.number"),
        ("marketingreputation.reviews", "fromRating", 4, "rating"),
        ("marketing.costs", "year", 2026, "year"),
        ("jpm.jobs", "tagTypeIds", [7, 8], "tagTypeIds"),
        ("jpm.jobs", "priority", "High", "priority"),
        ("jpm.projects", "businessUnitIds", [7], "businessUnitIds"),
        ("jpm.projects", "jobId", 7, "jobIds"),
        ("taskmanagement.tasks", "involvedEmployeeIdList", [7], "involvedEmployeeIdList"),
        ("dispatch.non_job_appointments", "activeOnly", True, "active"),
        ("dispatch.non_job_appointments", "startsOnOrBefore", "2026-07-01", "start"),
        ("dispatch.technician_shifts", "endsOnOrBefore", "2026-07-01", "end"),
    ],
)
def test_a_filter_whose_column_is_called_otherwise(
    resource: str, name: str, value: Any, column: str
) -> None:
    """It is checked all the same."""
    [check] = checks(call(CATALOG[resource], 1, {name: value}))

    assert (check.filter, check.column) == (name, column)


@pytest.mark.parametrize(
    ("there", "wrong"),
    [(["42", None, "", "42-1", "142"], 0), (["42", "43"], 1), (["J4", "24", "4 2"], 3)],
)
def test_a_number_may_be_a_part_of_the_text(there: list[str | None], wrong: int) -> None:
    """Because some routes look for it so; a row without one is no alarm."""
    [check] = checks(call(CATALOG["jpm.jobs"], 1, {"number": "42"}))
    seen = misfits.Misfits(check)
    seen.add(pa.chunked_array([pa.array(there, pa.string())]))

    assert (seen.rows, seen.wrong) == (len(there), wrong)
    frame = pd.DataFrame({"jobNumber": there}).astype("str")
    names = {"df": frame[frame["jobNumber"] != ""], "pd": pd}
    exec(misfits.line(seen), names)
    assert len(names["df"]) == len(there) - wrong - there.count("")


def told_of(resource: str, asked: dict[str, Any], *rows: dict[str, Any], dtypes: Any) -> Any:
    """The frame of these rows of a resource of the catalogue, and what was said of its filters."""
    endpoint = CATALOG[resource]
    body = json.dumps({"hasMore": False, "totalCount": len(rows), "data": list(rows)})
    server = FakeTenant(lambda request: httpx.Response(200, text=body), catalog=CATALOG)
    return told(lambda: server.resource(endpoint).pull(dtypes=dtypes, **asked))


@pytest.mark.parametrize(
    ("resource", "asked", "column", "values", "kept"),
    [
        ("accounting.invoices", {"totalGreater": 100}, "total", ["100.00", "99.99", None, "7"], 2),
        ("accounting.invoices", {"totalLess": 100.5}, "total", ["100.50", 101, "", "-5"], 3),
        ("accounting.payments", {"totalGreater": 0}, "total", ["0", "-0.01", "0.01", None], 3),
        ("accounting.journal_entries", {"numberFrom": 7}, "number", [6, 7, 8, None], 3),
        ("jpm.jobs", {"tagTypeIds": [7, 8]}, "tagTypeIds", [[7], [9, 8], [], [70], None], 3),
        ("jpm.jobs", {"tagTypeIds": list(range(5, 20))}, "tagTypeIds", [[7], [90], None], 2),
        ("jpm.projects", {"jobId": 7}, "jobIds", [[1, 7], [1], [None, 7]], 2),
        ("marketing.costs", {"year": 2026}, "year", [2026, 2025, None], 2),
    ],
)
@pytest.mark.parametrize("dtypes", ["typed", "decimal", "raw"])
def test_bounds_of_numbers_and_lists_of_ids(
    resource: str, asked: dict[str, Any], column: str, values: list[Any], kept: int, dtypes: Any
) -> None:
    """The bound itself fits, and so does a row without a value; the line drops the others."""
    rows = [{"id": i, column: value} for i, value in enumerate(values)]
    if resource == "accounting.journal_entries":
        rows = [{**row, "id": f"0000000{row['id']}-0000-0000-0000-000000000000"} for row in rows]

    frame, texts = told_of(resource, asked, *rows, dtypes=dtypes)

    assert len(frame) == len(rows)
    assert len(texts) == 1, texts
    assert f"{len(rows) - kept} of {len(rows)} rows" in texts[0]
    assert len(dropped(frame, texts[0], **asked)) == kept


@pytest.mark.parametrize(
    ("resource", "asked", "column", "values"),
    [
        ("accounting.invoices", {"totalGreater": 100}, "total", ["100", "a lot", None, ""]),
        ("jpm.jobs", {"tagTypeIds": [7]}, "tagTypeIds", ["seven", [7], None]),
        ("jpm.jobs", {"tagTypeIds": [7]}, "tagTypeIds", [["x"], ["y"]]),
        ("sales.estimates", {"totalGreater": 100}, "subtotal", [1, 2]),
        ("accounting.ap_bills", {"minCost": 100}, "billAmount", ["1", "2"]),
        ("dispatch.non_job_appointments", {"activeOnly": False}, "active", [True, False]),
        ("dispatch.non_job_appointments", {"activeOnly": True}, "active", [True, None]),
    ],
)
@pytest.mark.parametrize("dtypes", ["typed", "decimal", "raw"])
def test_what_cannot_be_compared_is_no_alarm(
    resource: str, asked: dict[str, Any], column: str, values: list[Any], dtypes: Any
) -> None:
    """Texts that are no numbers, lists that are none, and filters whose column is not sure."""
    rows = [{"id": i, column: value} for i, value in enumerate(values)]

    assert told_of(resource, asked, *rows, dtypes=dtypes)[1] == []


@settings(max_examples=tries(60), deadline=None)
@given(
    wanted=some.lists(some.integers(0, 30), min_size=1, max_size=20, unique=True),
    there=some.lists(some.none() | some.integers(0, 30), max_size=40),
)
def test_any_ids_are_counted(wanted: list[int], there: list[int | None]) -> None:
    """Exactly those that were not asked for."""
    check = Check("customerIds", "id", "customerId", frozenset(map(str, wanted)))
    seen = misfits.Misfits(check)
    for values in (there[:10], there[10:]):
        seen.add(pa.chunked_array([pa.array(values, pa.int64())]))

    assert seen.rows == len(there)
    assert seen.wrong == sum(value is not None and value not in wanted for value in there)
