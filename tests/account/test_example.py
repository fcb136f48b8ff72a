"""Examples: a plausible row of every resource, typed throughout, the same in every run."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from stnb import catalog
from stnb.account.example import example, row
from stnb.catalog import Column, Endpoint
from stnb.errors import UsageError
from stnb.frame import assemble, decode, shape_of
from tests.helpers.sample import column_types, tenth

KNOWN = catalog.load()
ALL = [e for e in KNOWN if e.columns]
DESCRIBED = [pytest.param(e, id=e.name) for e in ALL]
ALIKE = [pytest.param(e, id=e.name) for e in tenth(ALL, column_types)]
OTHERS = [e for e in KNOWN if not e.columns]
JSON = {"integer": int, "decimal": (int, float), "number": (int, float), "boolean": bool}


def fits(value: Any, column: Column) -> bool:
    """Whether a value is what the API sends for a column, all that lies in it too."""
    if column.type == "array":
        return (
            isinstance(value, list)
            and len(value) > 0
            and all(fits(v, column.children[0]) for v in value)
        )
    if column.type == "object":
        return isinstance(value, dict) and list(value) == [c.name for c in column.children] and all(fits(value[c.name], c) for c in column.children)  # fmt: skip
    if column.type == "enum":
        return value in column.values
    kind = str if column.text else JSON.get(column.type, str)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool)) and value != ""


@pytest.mark.parametrize("endpoint", ALIKE)
def test_every_column_has_a_value_of_its_type(endpoint: Endpoint) -> None:
    """JSON as the API would send it, which the decoder reads on its fast path without a difference
    or a null.
    """
    made = example(endpoint)
    shape = shape_of(endpoint)

    page = decode(json.dumps([made]).encode(), "bare", shape)
    frame, drift, _ = assemble([page], shape)

    assert list(made) == [c.name for c in endpoint.columns]
    assert all(fits(made[c.name], c) for c in endpoint.columns)
    assert (page.careful, drift) == (False, {})
    assert not frame.isna().any(axis=None)
    empty, _, _ = assemble([], shape)
    assert frame.dtypes.to_dict() == empty.dtypes.to_dict()
    assert example(endpoint, 1) == made
    assert len(made) < 3 or example(endpoint, 2) != made


@pytest.mark.parametrize("endpoint", [pytest.param(e, id=e.name) for e in OTHERS])
def test_what_is_not_described_has_no_example(endpoint: Endpoint) -> None:
    """Nothing is made up where the documents say nothing."""
    with pytest.raises(UsageError, match="no example"):
        example(endpoint)


def test_a_seed_means_the_same_in_every_process() -> None:
    """The row does not hang on the hash seed of the process."""
    code = "import json; from stnb import catalog; from stnb.account.example import example; print(json.dumps(example(catalog.load()['jpm.jobs'])))"
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]

    assert said[0] == said[1] == json.dumps(example(KNOWN["jpm.jobs"])) + "\n"


@pytest.mark.parametrize("seed", range(1, 6))
def test_ids_fit_across_resources(seed: int) -> None:
    """A job's customer is the customer of that seed, also in an invoice, in a feed and by its list
    of tags.
    """
    job, invoice = example(KNOWN["jpm.jobs"], seed), example(KNOWN["accounting.invoices"], seed)
    people = example(KNOWN["settings.technicians"], seed)

    assert (
        job["customerId"]
        == invoice["customer"]["id"]
        == example(KNOWN["crm.customers"], seed)["id"]
    )
    assert (
        job["id"]
        == invoice["job"]["id"]
        == example(KNOWN["jpm.export.jobs"], seed)["id"]
        == example(KNOWN["jpm.jobs.get"], seed)["id"]
    )
    assert job["tagTypeIds"][0] == example(KNOWN["settings.tag_types"], seed)["id"]
    assert job["createdById"] == people["userId"] != people["id"]
    assert example(KNOWN["accounting.payments"], seed)["typeId"] == str(
        example(KNOWN["accounting.payment_types"], seed)["id"]
    )


@pytest.mark.parametrize("endpoint", DESCRIBED)
def test_times_run_forward(endpoint: Endpoint) -> None:
    """What is created comes before what is changed, and a start before its end, wherever both stand
    side by side.
    """
    pairs = (
        ("createdOn", "modifiedOn"),
        ("start", "end"),
        ("startedOn", "endedOn"),
        ("startDate", "endDate"),
        ("createdOn", "completedOn"),
    )
    made = example(endpoint)

    for first, last in pairs:
        if first in made and last in made and ":" in str(made[first]) and "T" in str(made[first]):
            assert dt.datetime.fromisoformat(made[first]) < dt.datetime.fromisoformat(made[last])


@pytest.mark.parametrize("seed", range(1, 6))
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

    assert len(customer["name"].split()) == 2
    assert customer["address"]["state"] == "AZ"
    assert -113 < customer["address"]["longitude"] < -111
    assert example(KNOWN["settings.technicians"])["email"].endswith("@example.com")
    assert "555-01" in example(KNOWN["settings.technicians"])["phoneNumber"]
    assert example(KNOWN["jpm.jobs"])["jobStatus"] == "Completed"
    assert example(KNOWN["jpm.jobs"])["summary"].startswith("<p>")


def test_a_row_is_what_get_would_give() -> None:
    """A Series with the columns of a pull, named by its id."""
    found = row(KNOWN["jpm.jobs"])

    assert isinstance(found, pd.Series)
    assert found.name == found["id"] == example(KNOWN["jpm.jobs"])["id"]
    assert list(found.index) == list(shape_of(KNOWN["jpm.jobs"]).by_path)
    assert found["createdOn"].tz is not None
    assert (
        row(KNOWN["payroll.payroll_settings"]).name
        == example(KNOWN["payroll.payroll_settings"])["employeeId"]
    )
