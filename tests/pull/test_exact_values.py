"""Filters are written exactly: a whole float is a whole number, and what may be another id is
refused.
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import stnb
from stnb import catalog
from stnb.catalog import Endpoint, Param
from stnb.errors import BadFilter
from stnb.pull import call
from tests.helpers.fake_tenant import FakeTenant

KNOWN = catalog.load()
EXAMPLES = {"guid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "boolean": "true"}
# One parameter of each form; their names are alike.
IDS = sorted(
    {
        (param.type, param.many): (param.name, param.type, param.many, param.where)
        for endpoint in KNOWN.endpoints.values()
        for param in endpoint.filters
        if param.name == "ids" or param.name.endswith("Ids")
        if param.type in ("string", "integer")
    }.values()
)


def sent(value: Any, **facts: Any) -> list[str]:
    """The texts of a value in the query of a route with one parameter."""
    name = facts.pop("name", "x")
    path = "/toys/v2/tenant/{tenant}/widgets"
    endpoint = Endpoint("toys.widgets", "toys", path, "rows", params=(Param(name, **facts),))
    return [text for _, text in call.call(endpoint, 1, {name: value}).query]


@pytest.mark.parametrize(("name", "kind", "many", "where"), IDS)
@pytest.mark.parametrize(
    "ids",
    [
        [1, 2.0],
        [1.0, 2.0],
        np.array([1.0, 2.0]),
        np.array([1, 2], dtype="float32"),
        pd.Series([1, 2.0]),
        pd.Series([1, 2], dtype="Float64"),
        [Decimal("1"), Decimal("2.0")],
        ["1", 2.0],
        range(1, 3),
    ],
    ids=str,
)
def test_ids_are_written_as_whole_numbers(
    name: str, kind: str, many: str, where: str, ids: Any
) -> None:
    """In every parameter of the catalogue that takes several, whatever holds them."""
    texts = sent(ids, name=name, type=kind, many=many, where=where)

    assert ",".join(texts) == "1,2"


@pytest.mark.parametrize(("name", "kind", "many", "where"), IDS)
@pytest.mark.parametrize(
    "wrong",
    [
        *(2.0**53, 1e17, -(2.0**60), np.float32(2**24), 2**63, -(2**70), Decimal(2**64)),
        *(2.5, Decimal("2.5"), "2.0", True, np.True_, math.nan, pd.NA, pd.Timestamp("2026-07-01")),
    ],
    ids=repr,
)
def test_what_is_no_exact_id_is_refused(
    name: str, kind: str, many: str, where: str, wrong: Any
) -> None:
    """In three sentences, before anything is sent: it might be the id of another record."""
    with pytest.raises(BadFilter) as caught:
        sent([1, wrong], name=name, type=kind, many=many, where=where)

    assert caught.value.happened.startswith(f"{name}=")
    assert caught.value.why.endswith(".")
    assert caught.value.next.endswith(".")


@settings(derandomize=True, deadline=None)
@given(some.floats() | some.integers() | some.decimals(allow_nan=False) | some.fractions())
def test_an_integer_is_sent_as_its_value_or_refused(value: Any) -> None:
    """Every number that a parameter of whole numbers takes is sent as exactly that number."""
    try:
        (text,) = sent(value, type="integer")
    except BadFilter:
        is_whole = not isinstance(value, (float, Decimal)) or (
            math.isfinite(value) and value == int(value)
        )
        exact = not isinstance(value, float) or abs(value) < 2**53
        whole_fraction = not isinstance(value, Fraction) or value.denominator == 1
        assert not (is_whole and exact and whole_fraction and abs(value) < 2**63)
        return

    assert int(text) == value
    assert text == str(int(text))


@pytest.mark.parametrize(
    ("facts", "value", "text"),
    [
        ({}, 2.0, "2"),
        ({}, 2.5, "2.5"),
        ({}, "2.0", "2.0"),
        ({}, Decimal("2.50"), "2.50"),
        ({"values": ("1", "2")}, 2.0, "2"),
        ({"type": "integer", "values": ("0", "1")}, np.float64(1), "1"),
        ({"type": "number"}, 1e17, "1e+17"),
        ({"type": "number"}, 2.0, "2.0"),
    ],
)
def test_numbers_in_other_parameters(facts: dict[str, Any], value: Any, text: str) -> None:
    """A text stays as it is written; a float that a column made of a whole number is that again."""
    assert sent(value, **facts) == [text]


def test_numbers_inside_mappings_and_reports() -> None:
    """Custom fields, owners of forms, and parameters of reports are values too."""
    report = KNOWN["reporting.report_category.reports.data"]
    asked = {"report_category": "x", "reportId": 7.0}
    made = call.call(report, 1, {**asked, "parameters": {"Ids": [1, 2.0], "Share": 0.5}})

    assert made.path.endswith("/reports/7/data")
    assert made.body == {
        "parameters": [{"name": "Ids", "value": [1, 2]}, {"name": "Share", "value": 0.5}]
    }
    assert '"value": [1, 2]' in str(made.filters["parameters"])
    assert sent({"Gate": 12.0}, type="object", name="customField") == ["12"]
    assert sent([{"type": "Job", "id": 5.0}], type="object", many="repeat") == ["Job", "5"]


@pytest.mark.parametrize("value", [math.nan, 1e17, pd.NA, b"x", [1, 2]])
def test_what_a_mapping_cannot_hold_is_refused(value: Any) -> None:
    """It would be sent as the text "nan" or as another number."""
    with pytest.raises(BadFilter):
        sent({"Gate": value}, type="object", name="customField")


def test_an_inexact_id_in_a_report_is_refused() -> None:
    """As in any other parameter."""
    report = KNOWN["reporting.report_category.reports.data"]
    asked = {"report_category": "x", "reportId": 7}
    with pytest.raises(BadFilter, match="not exact"):
        call.call(report, 1, {**asked, "parameters": {"Ids": [1, 2.0**60]}})


@pytest.mark.parametrize(
    "name", sorted(n for n, e in KNOWN.endpoints.items() if e.takes("sort") is not None)
)
def test_every_route_that_sorts_takes_a_text(name: str) -> None:
    """A sign and a field; the sign is always sent."""
    endpoint = KNOWN[name]
    required = {param.name: EXAMPLES.get(param.type, "1") for param in endpoint.required}
    param = endpoint.takes("sort")
    assert param is not None
    fields = param.values or ("+Id", "-Id")
    for value in fields:
        made = call.call(endpoint, 1, {**required, "sort": value})
        assert ("sort", value) in made.query


def test_the_events_of_recurring_services_are_sorted(st: stnb.Account) -> None:
    """By a text, as other lists are."""
    events = st.memberships.recurring_service_events
    up, down = events.pull(sort="+Id", limit=20), events.pull(sort="-Id", limit=20)

    assert up["id"].is_monotonic_increasing
    assert down["id"].is_monotonic_decreasing


def test_nothing_is_sent_for_an_inexact_id() -> None:
    """Neither by a filter nor by the id of a record."""
    tenant = FakeTenant(lambda _: httpx.Response(200, json={}))
    jobs = tenant.resource(KNOWN["jpm.jobs"])
    for ask in (lambda: jobs.pull(ids=[1, 2.0**53]), lambda: jobs.get([2.0**53])):
        with pytest.raises(BadFilter, match="not exact"):
            ask()

    assert not tenant.requests
