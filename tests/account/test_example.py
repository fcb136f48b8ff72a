"""Examples: a row of the demo's own table for every resource, typed, the same in every process."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from stnb import catalog
from stnb.account.example import example, examples, row
from stnb.catalog import Column, Endpoint
from stnb.errors import UsageError
from stnb.frame import assemble, decode, shape_of
from tests.helpers.sample import tenth, with_all_types

KNOWN = catalog.load()
ALL = [e for e in KNOWN if e.columns]
ALIKE = [pytest.param(e, id=e.name) for e in with_all_types(ALL)]
OTHERS = [e for e in KNOWN if not e.columns]
JSON = {"integer": int, "decimal": (int, float), "number": (int, float), "boolean": bool}
# The API sends a number for an enum of these, and a form's units are of many kinds.
ODD = {"forms.submissions", "marketingads.attributed_leads", "marketingreputation.reviews"}
EVERYDAY = (
    "accounting.invoices",
    "accounting.payments",
    "crm.bookings",
    "crm.customers",
    "crm.leads",
    "crm.locations",
    "dispatch.appointment_assignments",
    "jpm.appointments",
    "jpm.job_types",
    "jpm.projects",
    "marketing.campaigns",
    "memberships.memberships",
    "payroll.gross_pay_items",
    "payroll.jobs.timesheets",
    "pricebook.categories",
    "pricebook.equipment",
    "pricebook.materials",
    "pricebook.services",
    "sales.estimates",
    "settings.business_units",
    "settings.employees",
    "settings.tag_types",
    "settings.technicians",
    "telecom.calls",
)


def fits(value: Any, column: Column, *, odd: bool = False) -> bool:
    """Whether a value is what the API sends for a column, all that lies in it too."""
    if value is None:
        return column.nullable
    if column.type == "any":
        return True
    if column.type == "array":
        inner = column.children[0] if column.children else Column("", "any")
        return isinstance(value, list) and all(fits(v, inner, odd=odd) for v in value)
    if column.type == "object":
        if not isinstance(value, dict) or set(value) != {c.name for c in column.children}:
            return False
        return all(fits(value[c.name], c, odd=odd) for c in column.children)
    if column.type == "enum":
        return str(value) in column.values or odd
    kind = str if column.text else JSON.get(column.type, str)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


@pytest.mark.parametrize(
    "endpoint",
    tenth(ALL, lambda e: (e.module, e.kind, e.name in ODD)),
    ids=lambda endpoint: endpoint.name,
)
def test_every_value_is_of_its_columns_type(endpoint: Endpoint) -> None:
    """JSON as the API would send it, which the decoder reads on its fast path without a difference,
    to the columns and types of a pull.
    """
    made = example(endpoint)
    shape = shape_of(endpoint)

    page = decode(json.dumps([made]).encode(), "bare", shape)
    frame, drift, _ = assemble([page], shape)

    assert list(made) == [c.name for c in endpoint.columns]
    assert all(fits(made[c.name], c, odd=endpoint.name in ODD) for c in endpoint.columns)
    assert (page.careful, drift) == (endpoint.name in ODD, {})
    empty, _, _ = assemble([], shape)
    assert frame.dtypes.to_dict() == empty.dtypes.to_dict()
    assert example(endpoint) == made


@pytest.mark.parametrize("name", EVERYDAY)
def test_an_example_shows_what_a_row_can_hold(name: str) -> None:
    """At most one column in eight of a resource that people use every day has no value."""
    found = row(KNOWN[name])

    assert found.isna().sum() * 8 <= len(found)


def test_a_job_has_the_columns_that_people_ask_for() -> None:
    """The fullest of the rows is shown, so that what is joined, counted and summed has a value."""
    found = row(KNOWN["jpm.jobs"])

    asked = ["jobNumber", "customerId", "locationId", "completedOn", "businessUnitId", "jobTypeId"]
    asked += ["campaignId", "invoiceId", "total", "leadCallId", "summary", "membershipId"]
    assert found[asked].notna().all()
    assert all(len(found[name]) for name in ("tagTypeIds", "customFields", "estimateIds"))


@pytest.mark.parametrize("endpoint", [pytest.param(e, id=e.name) for e in OTHERS])
def test_what_is_not_described_has_no_example(endpoint: Endpoint) -> None:
    """Nothing is made up where the documents say nothing."""
    with pytest.raises(UsageError, match="no example"):
        example(endpoint)


@pytest.mark.long
def test_a_seed_means_the_same_in_every_process() -> None:
    """The rows do not hang on the hash seed of the process, nor on the examples before them."""
    names = ["jpm.jobs", "pricebook.materials"]
    code = (
        "import json; from stnb import catalog; from stnb.account.example import example; "
        f"print(json.dumps([example(catalog.load()[name]) for name in {names}]))"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]

    assert said[0] == said[1] == json.dumps([example(KNOWN[name]) for name in names]) + "\n"


def test_another_seed_is_another_row() -> None:
    """A seed chooses the company that the row is from."""
    assert example(KNOWN["jpm.jobs"], 2) != example(KNOWN["jpm.jobs"], 1)


def test_ids_fit_across_resources() -> None:
    """What a job, an invoice and a payment lead to is among the rows of those resources, and a job
    in the feed is the same as in the list.
    """
    job, invoice = example(KNOWN["jpm.jobs"]), example(KNOWN["accounting.invoices"])

    def ids(name: str, column: str = "id") -> set[Any]:
        return {made[column] for made in examples(KNOWN[name], count=1_000)}

    assert job["customerId"] in ids("crm.customers")
    assert invoice["customer"]["id"] in ids("crm.customers")
    assert invoice["job"]["id"] in ids("jpm.jobs")
    assert set(job["tagTypeIds"]) <= ids("settings.tag_types")
    assert job["createdById"] in ids("settings.employees", "userId")
    payment = example(KNOWN["accounting.payments"])
    assert payment["typeId"] in {str(id) for id in ids("accounting.payment_types")}
    assert job["id"] == example(KNOWN["jpm.export.jobs"])["id"]
    assert job["id"] == example(KNOWN["jpm.jobs.get"])["id"]


# What is created comes before what is changed, and a start before its end.
PAIRS = (
    ("createdOn", "modifiedOn"),
    ("start", "end"),
    ("startedOn", "endedOn"),
    ("startDate", "endDate"),
    ("createdOn", "completedOn"),
)


def timed() -> list[Any]:
    """The resources in which both times of a pair stand side by side."""
    found = []
    for endpoint in ALL:
        names = {column.name for column in endpoint.columns}
        if any(names.issuperset(pair) for pair in PAIRS):
            found.append(pytest.param(endpoint, id=endpoint.name))
    return found


@pytest.mark.parametrize("endpoint", timed())
def test_times_run_forward(endpoint: Endpoint) -> None:
    """What is created comes before what is changed, and a start before its end, wherever both stand
    side by side; days may be the same.
    """
    made = example(endpoint)

    for first, last in PAIRS:
        begun, ended = str(made.get(first)), str(made.get(last))
        if "T" in begun and "T" in ended:
            start, end = dt.datetime.fromisoformat(begun), dt.datetime.fromisoformat(ended)
            days = start.time() == end.time() == dt.time()
            assert start < end or (days and start == end)


@pytest.mark.parametrize("seed", [1, 2])
def test_amounts_add_up(seed: int) -> None:
    """An invoice is its subtotal and its tax, and an item its quantity times its price, to the
    cent.
    """
    invoice = example(KNOWN["accounting.invoices"], seed)

    assert Decimal(invoice["total"]) == Decimal(invoice["subTotal"]) + Decimal(invoice["salesTax"])
    for item in invoice["items"]:
        assert Decimal(item["total"]) == Decimal(item["quantity"]) * Decimal(item["price"])


def test_names_say_what_a_value_is() -> None:
    """People have names, places addresses, and numbers for calls are those kept for fiction."""
    customer = example(KNOWN["crm.customers"])
    technician = example(KNOWN["settings.technicians"])

    assert len(customer["name"].split()) == 2
    assert customer["address"]["state"] == "AZ"
    assert -113 < customer["address"]["longitude"] < -111
    assert technician["email"].endswith(".example")
    assert "555-01" in technician["phoneNumber"]
    assert example(KNOWN["jpm.jobs"])["jobStatus"] == "Completed"
    assert example(KNOWN["jpm.jobs"])["summary"].startswith("<p>")


def test_a_row_is_what_get_would_give() -> None:
    """A Series with the columns of a pull, named by its id."""
    found = row(KNOWN["jpm.jobs"])

    assert isinstance(found, pd.Series)
    assert found.name == found["id"] == example(KNOWN["jpm.jobs"])["id"]
    assert list(found.index) == list(shape_of(KNOWN["jpm.jobs"]).by_path)
    assert found["createdOn"].tz is not None
    settings = example(KNOWN["payroll.payroll_settings"])
    assert row(KNOWN["payroll.payroll_settings"]).name == settings["employeeId"]
