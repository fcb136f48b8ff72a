"""Ids that are none, and rows that have none: a wrong name is never told."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pandas as pd
import pytest

from stnb.account.account import Account
from stnb.catalog import load
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.warned import quiet

EVERYTHING = load()
BIG = 2**53 + 1
NAMED: list[dict[str, Any]] = [
    {"id": 1, "name": "one"},
    {"id": 2, "name": None},
    {"id": BIG, "name": "big"},
    {"id": BIG - 1, "name": "near"},
]
WITHOUT_ID: list[dict[str, Any]] = [{"name": "without an id"}, {"id": None, "name": "null"}]
ODD: list[dict[str, Any]] = [{"id": "abc", "name": "odd"}, {"id": "1.5", "name": "half"}]


class Tenant:
    """Jobs with these ids of tags and customers, and these tags and customers."""

    def __init__(self, ids: list[Any], rows: list[dict[str, Any]]) -> None:
        self.rows, self.jobs = rows, []
        for number, value in enumerate(ids):
            listed = value if isinstance(value, list | None) else [value]
            own = {"id": number, "tagTypeIds": listed, "customerId": value}
            self.jobs.append({**own, "customerId": None} if isinstance(value, list) else own)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        rows = self.jobs if request.url.path.endswith("/jobs") else self.rows
        return httpx.Response(200, json={"data": rows, "hasMore": False})

    def account(self) -> Account:
        return Account(FakeTenant(self, catalog=EVERYTHING).session(), catalog=EVERYTHING)


def name_of(value: Any) -> str | None:
    """The name of an id, by the value that was sent."""
    if isinstance(value, bool | list | dict | None):
        return None
    for row in NAMED:
        text = str(value).removesuffix(".0")
        if text == str(row["id"]):
            found: str | None = row["name"]
            return found
    return None


def plain(values: Any) -> list[Any]:
    found = []
    for value in values:
        if isinstance(value, list):
            found.append(plain(value))
        else:
            found.append(None if pd.isna(value) else value)
    return found


IDS: list[list[Any]] = [
    [1, 2, 3, None, BIG],
    ["1", "x", None, str(BIG)],
    [1.0, 2.5, 1],
    [2**64 - 1, 1],
    [2**64 - 1],
    [10**30, 1, True],
    [{"id": 1}, 1],
    [[1, "x", None], [2.5, BIG], [], [[1]], [True, {"id": 1}]],
    ["", " ", "null"],
]


@pytest.mark.parametrize("others", [[], WITHOUT_ID, ODD, WITHOUT_ID + ODD])
@pytest.mark.parametrize("ids", IDS, ids=json.dumps)
def test_names_are_those_of_the_ids_that_were_sent(
    ids: list[Any], others: list[dict[str, Any]]
) -> None:
    """And none for any other, in lists too, also if those are kept as text."""
    account = Tenant(ids, others[:1] + NAMED + others[1:]).account()
    df = quiet(lambda: account["jpm.jobs"].pull())
    tags = plain(quiet(lambda: account.tag_names(df)))
    wanted: list[Any] = []
    for value in ids:
        if value is None:
            wanted.append(None)
        else:
            wanted.append(list(map(name_of, value if isinstance(value, list) else [value])))
    assert tags == wanted

    named = quiet(lambda: account.name_columns(df, only="customerId"))
    assert plain(named["customerName"]) == list(map(name_of, ids))

    customers = quiet(lambda: account.follow(df, "customerId"))
    followed = {str(each) for each in customers["id"]} & {str(row["id"]) for row in NAMED}
    known = {str(value).removesuffix(".0") for value in ids if not isinstance(value, bool)}
    assert followed >= known & {"1", "2", str(BIG)}


def test_ids_that_were_looked_up_before_stay_beside_odd_ones() -> None:
    """A second look finds an id that is none: the names of the first are still there."""
    tenant = Tenant([1], NAMED)
    account = tenant.account()
    first = quiet(lambda: account["jpm.jobs"].pull())
    assert quiet(lambda: account.name_columns(first))["customerName"].tolist() == ["one"]
    tenant.jobs = [{"id": 1, "customerId": 1}, {"id": 2, "customerId": BIG}]
    tenant.rows = [{"id": BIG, "name": "big"}, *ODD, *WITHOUT_ID]
    second = quiet(lambda: account["jpm.jobs"].pull())
    assert quiet(lambda: account.name_columns(second))["customerName"].tolist() == ["one", "big"]
