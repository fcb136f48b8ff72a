"""Names beside ids: the right ones, in the right place, at the price of a few requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import stnb
from stnb.account.links.lookup import everything
from stnb.account.links.models import Target
from stnb.account.links.name_columns import RECORDS, forget, name_columns, named_column, tag_names
from stnb.account.links.namebook import NameBook
from stnb.account.links.place import places
from stnb.account.links.rules import links_of
from stnb.tables.nested import children
from tests.helpers.sample import EVERYTHING, tenth

LEFT = "ignore:.*stayed without names:stnb.StnbWarning"
pytestmark = [
    pytest.mark.filterwarnings("ignore::stnb.HiddenRows"),
    pytest.mark.filterwarnings(LEFT),
    pytest.mark.usefixtures("small_demo"),
]


@pytest.fixture(scope="module")
def demo() -> Iterator[stnb.Account]:
    with stnb.connect("demo") as account:
        yield account


@pytest.fixture(scope="module")
def jobs(demo: stnb.Account) -> pd.DataFrame:
    return demo.jpm.jobs.pull()


@pytest.fixture
def sent(demo: stnb.Account, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The last part of the route of every request from here on, with nothing looked up before."""
    out: list[str] = []
    send = demo._session.send

    async def noted(method: str, path: str, *more: Any, **rest: Any) -> Any:
        out.append(path.rpartition("/")[2])
        return await send(method, path, *more, **rest)

    monkeypatch.setattr(demo._session, "send", noted)
    forget(demo)
    return out


def whole(st: stnb.Account, name: str) -> pd.DataFrame:
    return st[name].pull(**everything(st[name].endpoint))


def by_hand(st: stnb.Account, name: str, key: str = "id") -> dict[int, str]:
    """id -> name, from the whole list."""
    frame = whole(st, name)
    return dict(zip(frame[key], frame["name"], strict=True))


def names_of(named: pd.DataFrame, column: str) -> list[str | None]:
    return [None if pd.isna(v) else v for v in named[column]]


def missing_or(found: dict[int, str], ids: pd.Series[Any]) -> list[str | None]:
    return [None if pd.isna(i) else found.get(i) for i in ids]


# -- which names


def test_names_are_those_of_the_lists(demo: stnb.Account, jobs: pd.DataFrame) -> None:
    """Each name is the one that the target's list has for the id, whichever of id and userId it is;
    the rest is as it was.
    """
    named = name_columns(demo, jobs)
    users = by_hand(demo, "settings.employees", "userId") | by_hand(
        demo, "settings.technicians", "userId"
    )

    for column, found in (
        ("customer", by_hand(demo, "crm.customers")),
        ("businessUnit", by_hand(demo, "settings.business_units")),
        ("jobType", by_hand(demo, "jpm.job_types")),
        ("campaign", by_hand(demo, "marketing.campaigns")),
        ("createdBy", users),
        ("soldBy", by_hand(demo, "settings.technicians")),
    ):
        wanted = missing_or(found, jobs[f"{column}Id"])
        assert any(wanted), column
        assert names_of(named, f"{column}Name") == wanted, column
    pd.testing.assert_frame_equal(named[jobs.columns], jobs)
    assert jobs.columns.tolist() == demo.jpm.jobs.head(1).columns.tolist()


def test_a_name_stands_right_after_its_id(demo: stnb.Account, jobs: pd.DataFrame) -> None:
    """`customerName` comes after `customerId`; names are text like any other column's; provenance
    stays.
    """
    named = name_columns(demo, jobs)
    columns = named.columns.tolist()

    for new in (c for c in columns if c not in jobs.columns):
        assert named_column(columns[columns.index(new) - 1]) == new
    assert str(named["customerName"].dtype) == str(jobs["summary"].dtype) == "str"
    assert named.attrs["stnb"]["resource"] == "jpm.jobs"
    assert named["customerName"].str.contains(" ").any()


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("customerId", "customerName"),
        ("tagTypeIds", "tagTypeNames"),
        ("customer.id", "customer.name"),
        ("leadCall.agent.id", "leadCall.agent.name"),
        ("soldBy", "soldByName"),
        ("address.zoneId", "address.zoneName"),
    ],
)
def test_what_a_name_column_is_called(column: str, name: str) -> None:
    """The id's column without Id, and Name; plural for lists; beside `.id` it is `.name`."""
    assert named_column(column) == name


def test_tags_are_lists_of_names(demo: stnb.Account, jobs: pd.DataFrame, sent: list[str]) -> None:
    """`tag_names` gives each row's tags by name, in their order, empty lists and missing ones kept,
    with one request.
    """
    tags = tag_names(demo, jobs)
    found = by_hand(demo, "settings.tag_types")

    assert tags.name == "tagTypeNames"
    assert [list(t) for t in tags] == [[found[i] for i in ids] for ids in jobs["tagTypeIds"]]
    assert sent.count("tag-types") == 1 + 1  # ours, and the one of the comparison
    odd = jobs[["tagTypeIds"]].iloc[3:9].reset_index(drop=True)
    odd.loc[2, "tagTypeIds"] = None
    assert pd.isna(tag_names(demo, odd)[2])
    assert [list(t) for t in tag_names(demo, odd).drop(2)] == [
        list(t) for t in tags.iloc[[3, 4, 6, 7, 8]]
    ]


def test_names_that_are_there_stay(demo: stnb.Account, sent: list[str]) -> None:
    """If the API sends the name beside the id, it is not looked up: invoices have customer.name."""
    invoices = demo.accounting.invoices.pull(limit=20)
    sent.clear()
    named = name_columns(demo, invoices)

    assert "customers" not in sent
    assert named.columns.tolist().count("customer.name") == 1


def test_records_are_named_when_asked_for(demo: stnb.Account, jobs: pd.DataFrame) -> None:
    """`only` names locations by name, invoices by reference number, jobs by number and memberships
    by their type.
    """
    some = jobs[jobs["membershipId"].notna()].head(30)
    named = name_columns(
        demo,
        some,
        only=["locationId", "invoiceId", "recallForId", "membershipId", "firstAppointmentId"],
    )
    members = whole(demo, "memberships.memberships").set_index("id")["membershipTypeId"]
    types = by_hand(demo, "memberships.membership_types")
    bills = demo.accounting.invoices.pull(ids=some["invoiceId"].tolist()).set_index("id")[
        "referenceNumber"
    ]

    assert names_of(named, "membershipName") == [types[members[i]] for i in some["membershipId"]]
    assert names_of(named, "invoiceName") == [bills[i] for i in some["invoiceId"]]
    assert names_of(named, "locationName") == missing_or(
        by_hand(demo, "crm.locations"), some["locationId"]
    )
    assert set(named.columns) - set(some.columns) == {
        "locationName",
        "invoiceName",
        "recallForName",
        "membershipName",
        "firstAppointmentName",
    }


@pytest.mark.filterwarnings("error::stnb.StnbWarning")
def test_what_stays_without_a_name_is_told_once(demo: stnb.Account, jobs: pd.DataFrame) -> None:
    """One warning names the columns that lead to records and how to ask for them; with `only` there
    is nothing to tell.
    """
    with pytest.warns(
        stnb.StnbWarning, match=r"projectId, locationId, .* lead to records .*only=\['projectId'\]"
    ) as told:
        name_columns(demo, jobs.head(5))

    assert len(told) == 1
    name_columns(demo, jobs.head(5))  # a second warning would be an error here


def test_an_own_id_is_not_named(demo: stnb.Account) -> None:
    """An employee's userId is the employee's own: no name is put beside it, but beside
    businessUnitId.
    """
    named = name_columns(demo, demo.settings.employees.pull(active="Any"))

    assert "userName" not in named
    assert named["businessUnitName"].notna().any()


def test_ids_without_a_row_have_no_name(demo: stnb.Account, jobs: pd.DataFrame) -> None:
    """A name is missing where the id is missing or unknown, and nothing else moves."""
    odd = jobs[["id", "customerId"]].head(4).copy()
    odd["customerId"] = pd.array([odd["customerId"][0], None, 5, odd["customerId"][3]], "Int64")
    named = name_columns(demo, odd)

    assert named["customerName"].isna().tolist() == [False, True, True, False]


def test_children_are_named(demo: stnb.Account) -> None:
    """Items opened from invoices get the names of what they lead to, such as their technician's."""
    items = children(whole(demo, "accounting.invoices").head(300), "items")
    named = name_columns(demo, items, only=["technicianId", "membershipTypeId"])

    assert names_of(named, "technicianName") == missing_or(
        by_hand(demo, "settings.technicians"), items["technicianId"]
    )


def test_a_frame_without_rows(demo: stnb.Account, jobs: pd.DataFrame, sent: list[str]) -> None:
    """An empty frame gets its name columns too, without a request."""
    named = name_columns(demo, jobs.head(0))

    assert sent == []
    assert str(named["customerName"].dtype) == "str"
    assert str(named["tagTypeNames"].dtype) == "list<item: string>[pyarrow]"


@pytest.mark.parametrize(
    ("column", "why"),
    [
        ("summary", "no link"),
        ("leadCallId", "telecom.calls has no column with a name"),
        ("items.technicianId", "elements of a list"),
    ],
)
def test_what_cannot_be_named(
    demo: stnb.Account, jobs: pd.DataFrame, column: str, why: str
) -> None:
    """`only` with a column that is no link, leads to what has no name, or lies in a list, is an
    error that says what to do.
    """
    frame = demo.accounting.invoices.head(3) if column.startswith("items") else jobs

    with pytest.raises(stnb.BadFilter, match=why):
        name_columns(demo, frame, only=column)


# -- two lists with the same id


class Twins:
    """Employees and technicians of whom two share an id, with one who shares the name too."""

    EMPLOYEES = {1: "Ann", 2: "Bo", 3: "Cy"}  # noqa: RUF012
    TECHNICIANS = {2: "Dee", 3: "Cy", 4: "Eve"}  # noqa: RUF012


@pytest.fixture
def twins(demo: stnb.Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def names(self: NameBook, target: Target, ids: pa.Array) -> tuple[pa.Array, pa.Array]:
        known = Twins.EMPLOYEES if target.resource.endswith("employees") else Twins.TECHNICIANS
        if target.by != "id":
            known = {}
        return pa.array(list(known), pa.int64()), pa.array(list(known.values()), pa.string())

    monkeypatch.setattr(NameBook, "learn", lambda self, needs: set())
    monkeypatch.setattr(NameBook, "names", names)


def staff(resource: str, column: str = "employeeId", **more: Any) -> pd.DataFrame:
    df = pd.DataFrame({column: pd.array([1, 2, 2, 3, 4], "Int64"), **more})
    df.attrs["stnb"] = {"resource": resource}
    return df


@pytest.mark.usefixtures("twins")
def test_the_column_beside_tells_which_list_is_meant(demo: stnb.Account) -> None:
    """An id of two people is named by employeeType; without it the name is missing, unless both
    have the same.
    """
    kinds = pd.Series(["Technician", "Employee", "Technician", None, "Employee"], dtype="str")
    pay = "payroll.gross_pay_items"

    assert names_of(name_columns(demo, staff(pay, employeeType=kinds)), "employeeName") == [
        "Ann",
        "Bo",
        "Dee",
        "Cy",
        "Eve",
    ]
    assert names_of(name_columns(demo, staff(pay)), "employeeName") == [
        "Ann",
        None,
        None,
        "Cy",
        "Eve",
    ]


@pytest.mark.usefixtures("twins")
def test_an_open_link_that_is_ambiguous_is_left_out(demo: stnb.Account) -> None:
    """Where nobody says which list is meant and an id is in two, the column stays without names,
    and that is told.
    """
    with pytest.warns(
        stnb.StnbWarning, match="soldBy has no names: some of its ids are in two lists"
    ):
        named = name_columns(demo, staff("sales.estimates", "soldBy"))

    assert "soldByName" not in named


# -- the price


def test_each_target_is_looked_up_once(
    demo: stnb.Account, jobs: pd.DataFrame, sent: list[str]
) -> None:
    """A second call sends nothing; other ids of a list read by fifties are asked for alone; `fresh`
    asks again.
    """
    name_columns(demo, jobs)
    first = sorted(sent)
    name_columns(demo, jobs)
    assert sorted(sent) == first
    assert first.count("employees") == first.count("technicians") == first.count("tag-types") == 1

    sent.clear()
    name_columns(demo, jobs.head(10), only="locationId")
    name_columns(demo, jobs.head(10), only="locationId")
    assert sent == ["locations"]
    name_columns(demo, jobs.head(20), only="locationId")
    assert sent == ["locations"] * 2

    sent.clear()
    name_columns(demo, jobs, fresh=True)
    assert sorted(sent) == first


def test_an_account_keeps_its_names_to_itself(demo: stnb.Account, jobs: pd.DataFrame) -> None:
    """Two accounts share no names, and a book does not keep its account alive."""
    name_columns(demo, jobs)
    with stnb.demo(scale=0.03, seed=3) as other:
        theirs = name_columns(other, other.jpm.jobs.pull())
        assert names_of(theirs, "customerName") == missing_or(
            by_hand(other, "crm.customers"), theirs["customerId"]
        )


def test_what_the_app_may_not_read_stays_an_id(jobs: pd.DataFrame) -> None:
    """A list whose scope is lacking costs its own names only; which, is told."""
    scopes = ["tn.jpm.jobs:r", "tn.crm.customers:r"]
    with stnb.demo(scale=0.03, scopes=scopes) as st:
        few = st.jpm.jobs.pull()
        with pytest.warns(
            stnb.StnbWarning,
            match=r"createdById has no names: the app may not read settings\.employees",
        ):
            named = name_columns(st, few)

    assert named["customerName"].notna().all()
    assert "createdByName" not in named


def test_twelve_requests_for_all_names_of_jobs(
    demo: stnb.Account, jobs: pd.DataFrame, sent: list[str]
) -> None:
    """Customers take a page for each 5,000, and the six lists beside them one each; no other list
    is read.
    """
    name_columns(demo, jobs)

    lists = ["business-units", "campaigns", "employees", "job-types", "tag-types", "technicians"]
    assert sorted(s for s in sent if s != "customers") == lists
    assert (
        sent.count("customers") <= 2
    )  # the first asks how many there are, as they are fewer than 10,000


# -- every resource


def test_all_links_that_have_a_name_are_named(demo: stnb.Account) -> None:
    """In every list of the demo each column that leads to a named target gets a column, filled
    wherever the id is.
    """
    count = 0
    lists = [
        endpoint
        for endpoint in demo.catalog
        if endpoint.kind == "list" and endpoint.columns and not endpoint.required
    ]
    for endpoint in tenth(lists, lambda endpoint: endpoint.module):
        frame = demo[endpoint.name].start(limit=15, **everything(endpoint)).wait()
        links = {p: place for p, place in places(demo.catalog, frame).items() if p in frame.columns}
        named = name_columns(demo, frame)
        for column in (
            c
            for c in links
            if named_column(c) in named.columns and named_column(c) not in frame.columns
        ):
            many = links[column].link.column.endswith("[]")
            full = (
                named[named_column(column)].notna()
                if not many
                else named[named_column(column)].list.len() == frame[column].list.len()
            )
            assert full[frame[column].notna()].all(), (endpoint.name, column)
            count += 1

    assert count > (120 if EVERYTHING else 20)


def test_records_are_targets_of_links(demo: stnb.Account) -> None:
    """What is only named when asked for is what some link leads to; customers and the lists of the
    settings are not of it.
    """
    targets = {
        t.resource for endpoint in demo.catalog for link in links_of(endpoint) for t in link.targets
    }

    assert targets >= RECORDS
    assert not {n for n in RECORDS if n.startswith("settings.")} | (
        RECORDS & {"crm.customers", "jpm.job_types"}
    )
