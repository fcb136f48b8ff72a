"""Joins on the demo: what pandas adds up is what the raw JSON says, to the cent."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

import stnb

pytestmark = pytest.mark.usefixtures("small_demo")

ROUTES = {
    "jobs": "jpm/v2/tenant/{tenant}/jobs",
    "customers": "crm/v2/tenant/{tenant}/customers",
    "locations": "crm/v2/tenant/{tenant}/locations",
    "invoices": "accounting/v2/tenant/{tenant}/invoices",
    "technicians": "settings/v2/tenant/{tenant}/technicians",
    "assignments": "dispatch/v2/tenant/{tenant}/appointment-assignments",
    "payments": "accounting/v2/tenant/{tenant}/payments",
}
ALL = {"customers", "locations", "technicians", "assignments"}  # hide inactive rows unless asked


@pytest.fixture(scope="module")
def st() -> stnb.Account:
    return stnb.demo(scale=0.06)


@pytest.fixture(scope="module")
def raw(st: stnb.Account) -> dict[str, list[dict[str, Any]]]:
    """Every row as plain JSON, page by page."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, path in ROUTES.items():
        rows, page, more = [], 1, True
        while more:
            given = (
                {"active": "Any"}
                if name in ALL
                else {"activeState": "All"}
                if name == "payments"
                else {}
            )
            body = st.get(path, page=page, pageSize=5000, **given)
            rows += body["data"]
            page, more = page + 1, body["hasMore"]
        found[name] = rows
    return found


def cents(value: Any) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


def test_revenue_by_city_is_that_of_the_raw_rows(
    st: stnb.Account, raw: dict[str, list[dict[str, Any]]]
) -> None:
    """Invoices x jobs x locations, grouped by the location's city."""
    invoices = st.accounting.invoices.pull(dtypes="decimal")
    jobs, locations = st.jpm.jobs.pull(), st.crm.locations.pull(active="Any")
    joined = invoices.merge(
        jobs[["id", "locationId"]].rename(columns={"id": "job.id"}), on="job.id"
    ).merge(locations[["id", "address.city"]].rename(columns={"id": "locationId"}), on="locationId")
    ours = joined.groupby("address.city")["total"].sum()

    place = {row["id"]: row["address"]["city"] for row in raw["locations"]}
    job = {row["id"]: row["locationId"] for row in raw["jobs"]}
    plain: dict[str, Decimal] = defaultdict(Decimal)
    for row in raw["invoices"]:
        if row["job"] and row["job"]["id"] in job:
            plain[place[job[row["job"]["id"]]]] += Decimal(row["total"])

    assert {city: cents(total) for city, total in ours.items()} == {
        city: cents(total) for city, total in plain.items()
    }
    assert len(plain) > 3
    assert sum(plain.values()) > 0


def test_floats_are_right_to_the_cent(
    st: stnb.Account, raw: dict[str, list[dict[str, Any]]]
) -> None:
    """Without exact decimals too."""
    invoices = st.accounting.invoices.pull()

    assert cents(round(invoices["total"].sum(), 2)) == cents(
        sum(Decimal(row["total"]) for row in raw["invoices"])
    )


def test_balances_by_customer_type(st: stnb.Account, raw: dict[str, list[dict[str, Any]]]) -> None:
    """Invoices x customers."""
    invoices, customers = (
        st.accounting.invoices.pull(dtypes="decimal"),
        st.crm.customers.pull(active="Any"),
    )
    joined = invoices.merge(
        customers[["id", "type"]], left_on="customer.id", right_on="id", suffixes=("", ".customer")
    )
    ours = (
        joined.groupby("type")["balance"].sum()
        if "type" in joined
        else joined.groupby("type.customer")["balance"].sum()
    )

    kind = {row["id"]: row["type"] for row in raw["customers"]}
    plain: dict[str, Decimal] = defaultdict(Decimal)
    for row in raw["invoices"]:
        plain[kind[row["customer"]["id"]]] += Decimal(row["balance"])

    assert {k: cents(v) for k, v in ours.items()} == {k: cents(v) for k, v in plain.items()}


def test_jobs_by_technician(st: stnb.Account, raw: dict[str, list[dict[str, Any]]]) -> None:
    """Jobs x assignments x technicians; a job with several technicians counts for each."""
    assigned = st.dispatch.appointment_assignments.pull(active="Any")
    technicians = st.settings.technicians.pull(active="Any")
    jobs = st.jpm.jobs.pull(jobStatus="Completed")
    joined = (
        jobs[["id"]]
        .merge(
            assigned[["jobId", "technicianId"]].drop_duplicates(), left_on="id", right_on="jobId"
        )
        .merge(
            technicians[["id", "name"]],
            left_on="technicianId",
            right_on="id",
            suffixes=("", ".technician"),
        )
    )
    ours = joined.groupby("name").size()

    name = {row["id"]: row["name"] for row in raw["technicians"]}
    done = {row["id"] for row in raw["jobs"] if row["jobStatus"] == "Completed"}
    pairs = {
        (row["jobId"], row["technicianId"]) for row in raw["assignments"] if row["jobId"] in done
    }
    plain = Counter(name[technician] for _, technician in pairs)

    assert ours.to_dict() == dict(plain)
    assert len(plain) > 5


def test_items_add_up_to_their_invoices(
    st: stnb.Account, raw: dict[str, list[dict[str, Any]]]
) -> None:
    """Children, joined back to their parents, say what the raw rows say."""
    invoices = st.accounting.invoices.pull(dtypes="decimal")
    ours = stnb.children(invoices, "items").groupby("invoiceId")["total"].sum()

    plain = {
        row["id"]: sum((Decimal(item["total"]) for item in row["items"]), Decimal())
        for row in raw["invoices"]
        if row["items"]
    }
    assert {int(k): cents(v) for k, v in ours.items()} == {k: cents(v) for k, v in plain.items()}


def test_payments_join_their_types(st: stnb.Account, raw: dict[str, list[dict[str, Any]]]) -> None:
    """An id that the API sends as text meets the number that it is elsewhere."""
    payments, kinds = (
        st.accounting.payments.pull(activeState="All", dtypes="decimal"),
        st.accounting.payment_types.pull(active="Any"),
    )
    joined = payments.merge(kinds[["id", "name"]].rename(columns={"id": "typeId"}), on="typeId")

    assert len(joined) == len(payments) == len(raw["payments"])
    assert payments["typeId"].dtype == "Int64"
    assert cents(joined["total"].sum()) == cents(
        sum(Decimal(row["total"]) for row in raw["payments"])
    )


def test_names_are_those_of_the_raw_rows(
    st: stnb.Account, raw: dict[str, list[dict[str, Any]]]
) -> None:
    """Beside every customer's id, inactive ones too."""
    named = st.name_columns(st.jpm.jobs.pull(columns=["id", "customerId"]))
    name = {row["id"]: row["name"] for row in raw["customers"]}

    assert named["customerName"].tolist() == [name[i] for i in named["customerId"]]
    assert isinstance(named, pd.DataFrame)
