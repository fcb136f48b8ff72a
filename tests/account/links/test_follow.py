"""From ids to rows: which way they are read, what comes, and what is told where ids have no row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

import stnb
from stnb.account.account import Account
from stnb.account.links import lookup
from stnb.account.links.follow import follow
from stnb.account.links.lookup import by_fifties, everything
from stnb.account.links.place import places
from stnb.catalog import load
from stnb.frame.notices import forget
from stnb.tables.ids import distinct, fit
from stnb.tables.nested import children
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.warned import said

pytestmark = [
    pytest.mark.filterwarnings("ignore::stnb.HiddenRows"),
    pytest.mark.usefixtures("small_demo"),
]
Sent = list[tuple[str, dict[str, str]]]
CATALOG = load()


@pytest.fixture(scope="module")
def demo() -> Iterator[stnb.Account]:
    with stnb.connect("demo") as account:
        yield account


@pytest.fixture
def sent(demo: stnb.Account, monkeypatch: pytest.MonkeyPatch) -> Sent:
    """The route and the query of every request from here on."""
    out: Sent = []
    send = demo._session.send

    async def noted(method: str, path: str, query: Any = (), **rest: Any) -> Any:
        out.append((path.rpartition("/")[2], dict(query)))
        return await send(method, path, query, **rest)

    monkeypatch.setattr(demo._session, "send", noted)
    return out


@pytest.fixture(scope="module")
def jobs(demo: stnb.Account) -> pd.DataFrame:
    return demo.jpm.jobs.pull()


def made(column: str, values: Any, resource: str = "jpm.jobs") -> pd.DataFrame:
    """A frame that says that it is of that resource."""
    df = pd.DataFrame({column: values})
    df.attrs["stnb"] = {"resource": resource}
    return df


# -- the rows


def test_the_rows_are_those_of_the_whole_list(demo: stnb.Account, jobs: pd.DataFrame) -> None:
    """The customers of jobs are the rows of the customer list with their ids, each once, typed as a
    pull types them.
    """
    found = follow(demo, jobs, "customerId")
    whole = demo.crm.customers.pull(active="Any")
    wanted = whole[whole["id"].isin(jobs["customerId"])].reset_index(drop=True)

    pd.testing.assert_frame_equal(
        found.sort_values("id", ignore_index=True), wanted.sort_values("id", ignore_index=True)
    )
    assert found.attrs["stnb"]["resource"] == "crm.customers"
    assert (found.attrs["stnb"]["rows"], found.attrs["stnb"]["not_found"]) == (len(wanted), 0)


def test_inactive_rows_are_among_them(demo: stnb.Account) -> None:
    """Rows that a plain pull hides are found, by ids and in a whole list."""
    hidden = demo.crm.customers.pull(active="False")["id"]
    staff = demo.settings.employees.pull(active="Any")
    gone = staff.loc[~staff["active"], "userId"]

    assert len(hidden) > 0
    assert set(follow(demo, made("customerId", hidden), "customerId")["id"]) == set(hidden)
    assert set(gone) <= set(
        follow(demo, made("createdById", staff["userId"]), "createdById")["userId"]
    )


def test_a_user_id_leads_to_employees_and_technicians(
    demo: stnb.Account, jobs: pd.DataFrame
) -> None:
    """createdById is found by userId in both lists, and a column tells which list a row is from."""
    technician = demo.settings.technicians.pull(active="Any", limit=1)
    mixed = made("createdById", [*jobs["createdById"].unique(), technician["userId"][0]])
    found = follow(demo, mixed, "createdById")

    assert found.columns[0] == "resource"
    assert set(found["resource"]) == {"settings.employees", "settings.technicians"}
    assert set(found["userId"]) == set(mixed["createdById"])
    assert (
        found.loc[found["resource"] == "settings.technicians", "id"].tolist()
        == technician["id"].tolist()
    )
    assert str(found["id"].dtype) == "Int64"
    assert found.attrs["stnb"]["not_found"] == 0


def test_a_place_is_a_warehouse_or_a_truck(demo: stnb.Account) -> None:
    """inventoryLocationId is looked for among warehouses and trucks."""
    ids = [demo.inventory.warehouses.head(1)["id"][0], demo.inventory.trucks.head(1)["id"][0]]
    found = follow(
        demo, made("inventoryLocationId", ids, "inventory.purchase_orders"), "inventoryLocationId"
    )

    assert found.set_index("resource")["id"].to_dict() == {
        "inventory.warehouses": ids[0],
        "inventory.trucks": ids[1],
    }


BIG = str(2**53 + 1)
PEOPLE = {
    "employees": '{"id":ID,"userId":7,"new":ID,"cost":1.10,"resource":"x"}'.replace("ID", BIG),
    "technicians": '{"id":2,"userId":8,"new":1.50,"cost":"n/a"}',
}


def people(columns: Any = None, **rows: str) -> tuple[pd.DataFrame, list[str]]:
    """What users lead to if the lists have these rows, and what is told of it."""

    def answer(request: httpx.Request) -> httpx.Response:
        row = rows[request.url.path.rpartition("/")[2]]
        kind = {"content-type": "application/json"}
        return httpx.Response(200, content=f'{{"hasMore":false,"data":[{row}]}}', headers=kind)

    account = Account(FakeTenant(answer, catalog=CATALOG).session(), catalog=CATALOG)
    users = made("createdById", [7, 8])
    return said(lambda: follow(account, users, "createdById", columns=columns))


def test_what_resources_disagree_on_is_what_each_sent() -> None:
    """No number is rounded for another list's type; which list has another one is told."""
    found, texts = people(**PEOPLE)

    assert found["resource"].tolist() == ["settings.employees", "settings.technicians"]
    assert found["id"].tolist() == [2**53 + 1, 2]
    assert found["new"].tolist() == [BIG, "1.50"]
    assert found["cost"].tolist() == ["1.10", "n/a"]
    assert found["resource.value"].tolist()[0] == "x"
    assert found.attrs["stnb"]["complete"] is True
    [text] = [text for text in texts if "another type in some resources" in text]
    assert "new (settings.employees, settings.technicians)" in text
    assert "cost (settings.employees)" in text
    assert "made of" not in text
    assert text in found.attrs["stnb"]["notices"]


CUSTOMERS = (
    '{"id":7,"balance":"1.10","name":"a\\ud83d","doNotMail":"true","new":1.10}',
    '{"id":9007199254740993,"balance":0.30000000000000004,"name":"","new":"n/a"}',
    '{"id":"8","balance":12345678901234567.89,"customFields":[{"typeId":1,"value":"1.10"}]}',
    '{"id":null,"name":"without an id","new":5}',
)


@pytest.mark.parametrize("few", [True, False])
def test_hostile_rows_are_those_of_a_pull(few: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """By fifties or out of the whole list: to the value, with the same told of them."""
    monkeypatch.setattr(lookup, "by_fifties", lambda resource, keys: few)
    body = f'{{"hasMore":false,"totalCount":{len(CUSTOMERS)},"data":[{",".join(CUSTOMERS)}]}}'
    tenant = FakeTenant(lambda request: httpx.Response(200, content=body), catalog=CATALOG)
    account = Account(tenant.session(), catalog=CATALOG)
    forget()
    whole, told_by_pull = said(lambda: account.crm.customers.pull(active="Any"))
    forget()
    ids = made("customerId", [7, 8, 2**53 + 1])
    found, told = said(lambda: follow(account, ids, "customerId"))

    expected = whole.loc[whole["id"].isin([7, 8, 2**53 + 1])].reset_index(drop=True)
    if few:  # a server that sends a row more
        expected = whole
    pd.testing.assert_frame_equal(found, expected, check_flags=False)
    drift = [text for text in told_by_pull if "differs from the catalogue" in text]
    assert len(drift) == 1
    assert set(drift) <= set(told)


def test_a_list_without_rows_decides_no_type() -> None:
    """Nor is it named among those of another type."""
    found, texts = people(employees=PEOPLE["employees"], technicians="")

    assert found["new"].tolist() == [2**53 + 1]
    assert found["cost"].tolist() == [1.1]
    assert not [text for text in texts if "another type" in text]


def test_ids_sent_as_text_are_compared_as_numbers(demo: stnb.Account) -> None:
    """By the accounting API's OpenAPI document, payments.typeId is text and payment_types.id a
    number: they meet, and so do ids that a merge made floats.
    """
    payments = demo.accounting.payments.pull(limit=300)
    as_text = made("typeId", payments["typeId"].astype("str"), "accounting.payments")
    floats = made("customerId", payments["customer.id"].astype("float64"))

    assert set(follow(demo, as_text, "typeId")["id"]) == set(payments["typeId"].astype("int64"))
    assert set(follow(demo, floats, "customerId")["id"]) == set(payments["customer.id"])


def test_lists_of_ids_and_ids_in_lists(demo: stnb.Account, jobs: pd.DataFrame) -> None:
    """tagTypeIds, with brackets or without, and the skuIds of items in a list lead on like plain
    columns.
    """
    tags = {i for ids in jobs["tagTypeIds"] for i in ids}
    invoices = demo.accounting.invoices.pull(limit=100)
    units = {
        i["generalLedgerAccount"]["id"]
        for items in invoices["items"]
        for i in items
        if i["generalLedgerAccount"]
    }

    assert (
        set(follow(demo, jobs, "tagTypeIds")["id"])
        == set(follow(demo, jobs, "tagTypeIds[]")["id"])
        == tags
    )
    assert set(follow(demo, invoices, "items[].generalLedgerAccount.id")["id"]) == units


def test_children_lead_on(demo: stnb.Account, jobs: pd.DataFrame) -> None:
    """A frame of children has the links of its list, one to its parents, and one where it opened a
    list of ids.
    """
    invoices = demo.accounting.invoices.pull(limit=50)
    items, tags = children(invoices, "items"), children(jobs, "tagTypeIds")

    assert set(follow(demo, items, "generalLedgerAccount.id")["id"]) == set(
        items["generalLedgerAccount.id"].dropna()
    )
    assert set(follow(demo, items, "invoiceId")["id"]) == set(items["invoiceId"])
    assert set(follow(demo, tags, "tagTypeId")["id"]) == set(tags["tagTypeId"])


def test_columns_narrow_the_rows(demo: stnb.Account, jobs: pd.DataFrame) -> None:
    """`columns=` decodes only those, also where the row is found by another column; one that is
    nowhere is an error.
    """
    assert list(follow(demo, jobs, "customerId", columns=["name", "address.city"]).columns) == [
        "name",
        "address.city",
    ]
    assert list(follow(demo, jobs, "createdById", columns="name").columns) == ["resource", "name"]
    assert list(follow(demo, jobs, "createdById", columns=["id", "licenseType"]).columns) == [
        "resource",
        "id",
        "licenseType",
    ]
    with pytest.raises(stnb.BadFilter, match="no column 'name2'"):
        follow(demo, jobs, "createdById", columns="name2")


# -- the way there


def test_few_ids_are_asked_for_by_fifties(
    demo: stnb.Account, jobs: pd.DataFrame, sent: Sent
) -> None:
    """Up to 100 ids are two requests of fifty, with the filter that shows inactive rows, and
    nothing is counted first.
    """
    follow(demo, jobs.head(90), "locationId")

    assert sorted(len(query["ids"].split(",")) for _, query in sent) == [
        jobs["locationId"].head(90).nunique() - 50,
        50,
    ]
    assert {(path, query["active"]) for path, query in sent} == {("locations", "Any")}


def test_many_ids_read_the_whole_list_where_that_is_cheaper(
    demo: stnb.Account, jobs: pd.DataFrame, sent: Sent
) -> None:
    """For most of the customers the whole list is read, after one small request; for a part of the
    appointments the fifties.
    """
    follow(demo, jobs, "customerId")
    whole = [query for _, query in sent]
    sent.clear()
    follow(demo, jobs.head(200), "firstAppointmentId")

    assert not any("ids" in query for query in whole)
    assert whole[0]["pageSize"] == "1"
    assert len(whole) < jobs["customerId"].nunique() / 50
    assert [len(query["ids"].split(",")) for _, query in sent if "ids" in query] == [50] * 4
    assert len(sent) == 5


@pytest.mark.parametrize(
    ("ids", "total", "counted", "fifties"),
    [
        (100, 10**6, False, True),
        (101, 400, True, False),
        (101, 10**6, True, True),
        (9_000, 25_500, True, False),
    ],
)
def test_the_cheaper_way(
    demo: stnb.Account,
    monkeypatch: pytest.MonkeyPatch,
    ids: int,
    total: int,
    counted: bool,
    fifties: bool,
) -> None:
    """Fifties for few ids or a long list, the whole list where most of it is wanted; the length is
    asked only in between.
    """
    asked = []
    customers = demo["crm.customers"]
    monkeypatch.setattr(
        type(customers), "count", lambda self, **filters: asked.append(filters) or total
    )

    assert by_fifties(customers, {"id": pa.array(range(ids))}) is fifties
    assert asked == [{"active": "Any"}] * counted


def test_beyond_ten_thousand_ids_nothing_is_counted(demo: stnb.Account) -> None:
    """Beyond 10,000 ids, and for what has no filter by ids or is found by another column, it is the
    whole list.
    """
    many = {"id": pa.array(range(lookup.MANY + 1))}

    assert not by_fifties(demo["crm.customers"], many)
    assert not by_fifties(demo["settings.tag_types"], {"id": pa.array([1])})
    assert not by_fifties(demo["settings.employees"], {"userId": pa.array([1])})
    assert by_fifties(
        demo["memberships.invoice_templates"], many
    )  # which cannot be read without ids


def test_without_ids_nothing_is_sent(demo: stnb.Account, sent: Sent) -> None:
    """A column without a value gives an empty frame, typed like a pull, and no request."""
    found = follow(demo, made("customerId", pd.array([None, None], "Int64")), "customerId")

    assert (len(found), sent) == (0, [])
    assert str(found["id"].dtype) == "Int64"
    assert found.columns.tolist() == demo.crm.customers.head(1).columns.tolist()


# -- what is told


def test_ids_without_a_row_are_told_once(demo: stnb.Account) -> None:
    """A warning and the attributes say how many ids were not found, and the first of them; those of
    a wrong form too.
    """
    known = demo.crm.customers.head(2)["id"].tolist()
    odd = made("customerId", [*map(str, known), "5", "none", "6"])
    with pytest.warns(
        stnb.StnbWarning,
        match=r"3 of the 5 ids in customerId have no row in crm\.customers: 5, none, 6$",
    ):
        found = follow(demo, odd, "customerId")

    assert set(found["id"]) == set(known)
    assert (found.attrs["stnb"]["not_found"], found.attrs["stnb"]["not_found_ids"]) == (
        3,
        ["5", "none", "6"],
    )
    assert len(found.attrs["stnb"]["notices"]) == 1
    assert len(follow(demo, odd, "customerId")) == 2  # a second warning would be an error here


def test_a_column_that_is_no_link(demo: stnb.Account, jobs: pd.DataFrame) -> None:
    """The error names the frame's links, and the one that was likely meant."""
    with pytest.raises(
        stnb.BadFilter, match=r"customerId, locationId.*tagTypeIds\[\].*Did you mean 'customerId'"
    ):
        follow(demo, jobs, "customerID")
    with pytest.raises(stnb.BadFilter, match=r"'summary' is no link .*st\.links"):
        follow(demo, jobs, "summary")
    with pytest.raises(stnb.BadFilter, match=r"Its links are: customerId\."):
        follow(demo, jobs[["customerId"]], "locationId")


def test_a_frame_that_does_not_say_what_it_holds(demo: stnb.Account, jobs: pd.DataFrame) -> None:
    """After a merge the frame is unknown: the error says how to name its resource. That works."""
    merged = pd.DataFrame(jobs[["customerId"]].head(3).to_dict())
    with pytest.raises(stnb.BadFilter, match=r'resource="jpm\.jobs"'):
        follow(demo, merged, "customerId")

    assert (
        len(follow(demo, merged, "customerId", resource="jpm.jobs"))
        == merged["customerId"].nunique()
    )


def test_a_failed_pull_is_raised(demo: stnb.Account) -> None:
    """What the app may not read is an error, not an empty frame."""
    with stnb.demo(scale=0.03, scopes=["tn.jpm.jobs:r"]) as st, pytest.raises(stnb.NotAllowed):
        follow(st, made("customerId", [1]), "customerId")


# -- every link


@pytest.mark.long
def test_every_link_leads_somewhere_in_the_demo(demo: stnb.Account) -> None:
    """For each set of targets that a column may have, all ids of one of its columns have a row."""
    seen, lost = set(), []
    for endpoint in demo.catalog:
        if (
            endpoint.required
            or endpoint.kind not in ("list", "export", "rows")
            or not endpoint.columns
        ):
            continue
        frame = None
        for path, place in places_of(demo, endpoint.name):
            if place in seen:
                continue
            frame = (
                demo[endpoint.name].start(limit=20, **everything(endpoint)).wait()
                if frame is None
                else frame
            )
            if not len(distinct(frame, path)):
                continue
            seen.add(place)
            found = follow(demo, frame, path, columns=["id"])
            lost += [(endpoint.name, path, found.attrs["stnb"]["not_found_ids"])] * bool(
                found.attrs["stnb"]["not_found"]
            )

    assert lost == []
    assert len(seen) > 60


def places_of(st: stnb.Account, name: str) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """(path, targets) of the links of a resource."""
    empty = pd.DataFrame({c.name: [] for c in st.catalog[name].columns})
    empty.attrs["stnb"] = {"resource": name}
    for path, place in places(st.catalog, empty).items():
        yield path, place.link.targets


# -- ids


@given(
    some.lists(
        some.one_of(
            some.none(), some.lists(some.one_of(some.none(), some.integers(-(2**63), 2**63 - 1)))
        )
    )
)
def test_distinct_ids_of_lists(lists: list[list[int | None] | None]) -> None:
    """Ids in lists come each once in their order, exact beyond 2^53; null lists and null ids are
    left out.
    """
    df = pd.DataFrame(
        {
            "x": pd.Series(
                pa.array(lists, pa.list_(pa.int64())), dtype=pd.ArrowDtype(pa.list_(pa.int64()))
            )
        }
    )
    wanted = list(dict.fromkeys(i for ids in lists if ids for i in ids if i is not None))

    assert distinct(df, "x").to_pylist() == wanted


@given(some.lists(some.integers(-(10**17), 10**17)))
def test_ids_as_text_and_back(ids: list[int]) -> None:
    """Ids written as text, with blanks around, are the same ids as numbers, and numbers the same as
    text.
    """
    texts = pa.array([f" {i} " for i in ids], pa.string())

    assert fit(texts, pa.int64()).to_pylist() == ids
    assert fit(pa.array(ids, pa.int64()), pa.string()).to_pylist() == [str(i) for i in ids]


@given(some.lists(some.one_of(some.none(), some.floats(), some.text(max_size=5))))
def test_what_is_no_id_is_null(values: list[Any]) -> None:
    """Floats with a fraction, infinities and any text become null where they are no whole number;
    nothing raises.
    """
    floats = [v for v in values if isinstance(v, float)]
    texts = [v for v in values if isinstance(v, str)]
    whole = [int(v) if np.isfinite(v) and v == int(v) and abs(v) < 2**53 else None for v in floats]

    assert fit(pa.array(floats, pa.float64()), pa.int64()).to_pylist() == whole
    assert all(
        i is None or str(i) in t.replace("+", "") or int(t) == i
        for i, t in zip(
            fit(pa.array(texts, pa.string()), pa.int64()).to_pylist(), texts, strict=True
        )
    )


def test_lists_that_are_kept_as_text_are_read() -> None:
    """A column that differs from the catalogue is kept as JSON text: its ids are found all the
    same.
    """
    df = pd.DataFrame({"x": ["[1, 2]", None, '["7"]', "[oops", "2", ""]})

    assert distinct(df, "x").to_pylist() == ["1", "2", "7", "[oops"]
    assert distinct(df, "x.y").to_pylist() == distinct(df, "y").to_pylist() == []
