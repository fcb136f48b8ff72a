"""A column that is numbers at one tenant and text at another is the text that each of them sent."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import httpx
import pandas as pd
import pytest

import stnb
from stnb.account.account import Account
from stnb.catalog import Catalog, load
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.owner import owner
from tests.helpers.toys import CATALOG
from tests.helpers.warned import said

EVERYTHING = load()


class Sends:
    """A tenant whose rows have a new column with these tokens, in pages of two."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = tokens

    def __call__(self, request: httpx.Request) -> httpx.Response:
        query = request.url.params
        size = min(int(query.get("pageSize", 2)), 2)
        start = int(query.get("from", 0))
        if "page" in query:
            start = (int(query["page"]) - 1) * size
        rows = []
        for at, token in list(enumerate(self.tokens))[start : start + size]:
            rows.append(
                f'{{"id":{at},"customerId":{2 - at % 2},"jobId":{2 - at % 2},"cost":{token}}}'
            )
        more = str(start + size < len(self.tokens)).lower()
        place = f'"pageSize":{size},"continueFrom":"{start + size}"'
        body = f'{{{place},"hasMore":{more},"data":[{",".join(rows)}]}}'
        return httpx.Response(200, content=body, headers={"content-type": "application/json"})


def tenants(
    catalog: Catalog, **handlers: Callable[[httpx.Request], httpx.Response]
) -> stnb.Tenants:
    accounts = {}
    for number, (name, handler) in enumerate(handlers.items()):
        fake = FakeTenant(handler, owner=owner(profile=name, tenant=100 + number))
        accounts[name] = Account(fake.session(), catalog=catalog)
    return stnb.Tenants(accounts)


def costs(df: pd.DataFrame, name: str) -> list[Any]:
    return [None if pd.isna(v) else v for v in df.loc[df["tenant"] == name, "cost"]]


NUMBERS = Sends("1.10", "2.0", "null", "3", "12.50")
TEXTS = Sends('"n/a"', "7.30", '"07"')


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_a_pull_of_tenants_keeps_what_each_sent(order: tuple[str, str]) -> None:
    """And says in which of them the type was another one."""
    ts = tenants(CATALOG, **{name: {"a": NUMBERS, "b": TEXTS}[name] for name in order})
    df, told = said(lambda: ts.pull("toys.widgets"))
    assert costs(df, "a") == ["1.10", "2.0", None, "3", "12.50"]
    assert costs(df, "b") == ["n/a", "7.30", "07"]
    assert df.attrs["stnb"]["drift"]["cost"] == "another type in a"
    assert any("cost (a)" in text for text in told)
    assert not any("12.50" in text for text in told)


def counts_of(*tokens: str) -> Callable[[httpx.Request], httpx.Response]:
    """A tenant whose jobs have these counts of appointments, on one page."""
    rows = []
    for at, token in enumerate(tokens):
        rows.append(f'{{"id":{at},"appointmentCount":{token}}}')
    body = f'{{"pageSize":50,"hasMore":false,"data":[{",".join(rows)}]}}'
    return lambda request: httpx.Response(200, content=body)


@pytest.mark.parametrize("other", ['"n/a"', "6"])
def test_what_one_tenant_converted_is_not_said_of_text(other: str) -> None:
    """Where another makes text of the column, an empty text is one, and nothing is converted."""
    ts = tenants(EVERYTHING, a=counts_of('""', '"5"'), b=counts_of(other))
    df, told = said(lambda: ts.pull("jpm.jobs"))
    values = [None if pd.isna(v) else v for v in df["appointmentCount"]]
    of_a = [text for text in told if text.startswith("a: ") and "appointmentCount" in text]
    if other == "6":
        assert values == [None, 5, 6]
        assert "empty texts in 1 row; missing values here" in of_a[0]
        assert "converted exactly to integer" in of_a[0]
    else:
        assert values == ["", "5", "n/a"]
        assert of_a == []
    assert df.attrs["stnb"]["notices"] == told


def test_a_limit_and_a_single_page_too() -> None:
    """The rows that are left have their own texts."""
    ts = tenants(CATALOG, a=NUMBERS, b=TEXTS)
    df, _ = said(lambda: ts.pull("toys.widgets", limit=1))
    assert (costs(df, "a"), costs(df, "b")) == (["1.10"], ["n/a"])


@pytest.mark.parametrize("name", ["crm.customers.contacts.by_id", "jpm.jobs.notes"])
def test_the_rows_of_parents_out_of_all_rows(name: str) -> None:
    """They come in the order of the parents, out of a list or a feed that is read whole."""
    ts = tenants(EVERYTHING, a=NUMBERS, b=TEXTS)
    df, _ = said(lambda: ts.pull(name, id=[1, 2], bulk=True))
    assert costs(df, "a") == ["2.0", "3", "1.10", None, "12.50"]
    assert costs(df, "b") == ["7.30", "n/a", "07"]


def test_rows_that_were_kept_are_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was sent for them is not known: text is made of the numbers, and nothing is lost but
    zeros.
    """
    monkeypatch.setenv("STNB_CACHE", os.path.join(os.getcwd(), "cache"))
    ts = tenants(CATALOG, a=NUMBERS, b=TEXTS)
    said(lambda: ts["a"]["toys.widgets"].pull(max_age="1 hour"))
    df, told = said(lambda: ts.pull("toys.widgets", max_age="1 hour"))
    [text] = [text for text in told if "12.50" in text]
    assert "cost (a). The rows of a were kept" in text
    assert [float(each) for each in costs(df, "a") if each] == [1.1, 2.0, 3.0, 12.5]
    assert costs(df, "b") == ["n/a", "7.30", "07"]


def test_rows_that_ids_lead_to_keep_what_each_tenant_sent() -> None:
    """And the warning names the column and the tenant."""
    ts = tenants(EVERYTHING, a=Sends("1.10", "2.50", "3.5"), b=Sends('"n/a"', '"7.30"', '"x"'))
    jobs = pd.DataFrame({"tenant": ["a", "b"], "customerId": [1, 2]})
    jobs.attrs["stnb"] = {"resource": "jpm.jobs"}

    df, told = said(lambda: ts.follow(jobs, "customerId"))

    text = next(text for text in told if "another type in some tenants" in text)
    assert "cost (a)" in text
    assert "made of" not in text
    assert text in df.attrs["stnb"]["notices"]
    assert "2.50" in costs(df, "a")
    assert "7.30" in costs(df, "b")
    assert df.attrs["stnb"]["drift"]["cost"] == "another type in a"


PEOPLE = {
    "a": {
        "employees": '{"id":1,"userId":7,"cost":1.10,"resource":2.50}',
        "technicians": '{"id":2,"userId":8,"cost":12,"resource":3.0}',
    },
    "b": {
        "employees": '{"id":1,"userId":7,"cost":"n/a","resource":"x"}',
        "technicians": '{"id":2,"userId":8,"cost":7.30,"resource":null}',
    },
}


def test_rows_of_several_resources_keep_what_each_tenant_sent() -> None:
    """A number of one list, the text of another, and a column that is called like ours."""

    def answer(request: httpx.Request) -> httpx.Response:
        tenant = {"100": "a", "101": "b"}[request.url.path.split("/")[4]]
        row = PEOPLE[tenant][request.url.path.rpartition("/")[2]]
        kind = {"content-type": "application/json"}
        return httpx.Response(200, content=f'{{"hasMore":false,"data":[{row}]}}', headers=kind)

    users = pd.DataFrame({"tenant": list("aabb"), "createdById": [7, 8, 7, 8]})
    users.attrs["stnb"] = {"resource": "jpm.jobs"}

    df, told = said(lambda: tenants(EVERYTHING, a=answer, b=answer).follow(users, "createdById"))

    assert (costs(df, "a"), costs(df, "b")) == (["1.10", "12"], ["n/a", "7.30"])
    own = df["resource.value"]
    assert [None if pd.isna(value) else value for value in own] == ["2.50", "3.0", "x", None]
    assert not any("made of" in text for text in told)


def test_a_tenant_without_rows_is_not_among_those_whose_text_is_made() -> None:
    """Its ids lead to nothing, so no text is made of anything."""
    jobs = pd.DataFrame({"tenant": ["a", "b", "c"], "customerId": [1, 1, None]})
    jobs.attrs["stnb"] = {"resource": "jpm.jobs"}
    ts = tenants(EVERYTHING, a=Sends("1.10", "2.50"), b=Sends('"n/a"', '"x"'), c=Sends())

    df, told = said(lambda: ts.follow(jobs, "customerId"))

    assert set(df["tenant"]) == {"a", "b"}
    assert "2.50" in costs(df, "a")
    [text] = [text for text in told if "another type in some tenants" in text]
    assert "cost (a)" in text
    assert "made of" not in text


def test_a_wrong_option_of_follow_is_answered_in_words() -> None:
    """As that of a single tenant is."""
    ts = tenants(EVERYTHING, a=NUMBERS)
    jobs = pd.DataFrame({"tenant": ["a"], "customerId": [1]})
    jobs.attrs["stnb"] = {"resource": "jpm.jobs"}

    with pytest.raises(TypeError, match="follow\\(\\) has no argument 'cols'"):
        ts.follow(jobs, "customerId", cols=["id"])
