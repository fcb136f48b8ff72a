"""What ids lead to belongs to the tenant of the row."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

import stnb
from stnb.catalog import load
from stnb.errors import BadFilter, StnbWarning
from stnb.frame import notices
from stnb.frame.notices import Notice
from stnb.pull.together_about import of_many
from tests.helpers.warned import quiet, said


@pytest.fixture(scope="module")
def ts() -> Iterator[stnb.Tenants]:
    """Two demo companies whose ids are the same numbers, and whose names are not."""
    accounts = {name: stnb.demo(seed=seed, scale=0.02) for seed, name in enumerate(("a", "b"))}
    with stnb.Tenants(accounts) as tenants:
        yield tenants


@pytest.fixture(scope="module")
def jobs(ts: stnb.Tenants) -> pd.DataFrame:
    """Jobs of both, mixed."""
    df = quiet(lambda: ts.pull("jpm.jobs", limit=60))
    mixed = df.sample(frac=1, random_state=1)
    mixed.attrs = df.attrs
    return mixed


def test_names_are_those_of_each_rows_tenant(ts: stnb.Tenants, jobs: pd.DataFrame) -> None:
    """In the rows' own order."""
    named = quiet(lambda: ts.name_columns(jobs))
    assert named.index.equals(jobs.index)
    assert list(named.columns)[:2] == ["tenant", "id"]
    assert named["id"].equals(jobs["id"])
    everyone = quiet(lambda: ts.pull("crm.customers", active="Any"))
    for name in ts:
        customers = everyone[everyone["tenant"] == name].set_index("id")["name"]
        part = named[named["tenant"] == name]
        assert part["customerName"].tolist() == customers.loc[part["customerId"]].tolist()


def test_follow_reads_each_tenants_rows(ts: stnb.Tenants, jobs: pd.DataFrame) -> None:
    """So that a merge by tenant and id finds each job's customer."""
    customers = quiet(lambda: ts.follow(jobs, "customerId", columns=["id", "name"]))
    names = quiet(lambda: ts.name_columns(jobs, only="customerId"))
    merged = jobs.merge(
        customers, left_on=["tenant", "customerId"], right_on=["tenant", "id"], how="left"
    )
    assert merged["name"].tolist() == names["customerName"].tolist()
    assert customers.attrs["stnb"]["resource"] == "crm.customers"


def test_tags_are_named_by_each_tenant(ts: stnb.Tenants, jobs: pd.DataFrame) -> None:
    """A list a row."""
    names = quiet(lambda: ts.tag_names(jobs))
    assert names.index.equals(jobs.index)
    ids = jobs["tagTypeIds"].map(len)
    assert [len(each) for each in names] == ids.tolist()


def test_the_rows_inside_rows_take_their_tenant_along(ts: stnb.Tenants) -> None:
    """As the first of their keys, at any depth."""
    invoices = quiet(lambda: ts.pull("accounting.invoices", limit=30))
    items = stnb.children(invoices, "items")
    assert list(items.columns)[:3] == ["tenant", "invoiceId", "position"]
    one = items.groupby(["tenant", "invoiceId"]).size()
    of_parents = invoices.assign(n=invoices["items"].map(len)).query("n > 0")
    expected = of_parents.set_index(["tenant", "id"])["n"]
    assert one.sort_index().tolist() == expected.sort_index().tolist()
    named = quiet(lambda: ts.name_columns(items))
    assert len(named) == len(items)


def test_a_repeated_id_of_two_tenants_is_not_suspicious(jobs: pd.DataFrame) -> None:
    """Only one that comes twice in a tenant is."""
    assert jobs["id"].duplicated().any()
    assert not repeats(jobs)
    twice = pd.concat([jobs, jobs.head(1)])
    twice.attrs = jobs.attrs
    assert repeats(twice) == 1


def repeats(df: pd.DataFrame) -> int:
    """How many rows repeat the key of another, by the profile."""
    found = stnb.profile(df).attrs["profile"]["oddities"]
    return sum(each["count"] for each in found if each["kind"] == "repeated key")


def test_what_changed_since_goes_on_from_each_tenants_own_rows(ts: stnb.Tenants) -> None:
    """A feed has a cursor of each."""
    before = quiet(lambda: ts.pull("jpm.export.jobs"))
    later = quiet(lambda: ts.pull("jpm.export.jobs", since=before))
    cursors = {n: about["continue_from"] for n, about in before.attrs["stnb"]["tenants"].items()}
    sent = {name: params["from"] for name, params in later.attrs["stnb"]["params"].items()}
    assert sent == cursors


def test_a_row_of_no_tenant_here_is_refused(ts: stnb.Tenants, jobs: pd.DataFrame) -> None:
    """And so is a frame without tenants."""
    strange = jobs.assign(tenant="c")
    strange.attrs = jobs.attrs
    for df in (strange, jobs.drop(columns="tenant")):
        for verb in (ts.name_columns, ts.tag_names, lambda d: ts.follow(d, "customerId")):
            with pytest.raises(BadFilter):
                verb(df)


def test_one_account_refuses_the_rows_of_several(ts: stnb.Tenants, jobs: pd.DataFrame) -> None:
    """It would name another tenant's customers."""
    account = ts["a"]
    for verb in (
        account.name_columns,
        account.tag_names,
        lambda d: account.follow(d, "customerId"),
    ):
        with pytest.raises(BadFilter, match="several tenants"):
            verb(jobs)


# -- whose list was refused

MAY_READ = {load()[name].scope for name in ("jpm.jobs", "crm.customers")} - {None}


@pytest.fixture(scope="module")
def half() -> Iterator[stnb.Tenants]:
    """Three companies, of which the apps of two may read jobs and customers alone."""
    accounts = {"a": stnb.demo(scale=0.02)}
    for name in ("b", "c"):
        accounts[name] = stnb.demo(scale=0.02, scopes=sorted(map(str, MAY_READ)))
    with stnb.Tenants(accounts) as tenants:
        yield tenants


@pytest.fixture(scope="module")
def few(half: stnb.Tenants) -> pd.DataFrame:
    """Some jobs of each."""
    return quiet(lambda: half.pull("jpm.jobs", limit=20))


def refused(texts: list[str]) -> list[str]:
    """Those that tell of a list that may not be read."""
    return [text for text in texts if "may not read" in text]


def test_a_notice_on_names_says_whose_list_was_refused(
    half: stnb.Tenants, few: pd.DataFrame
) -> None:
    """What is said of several tenants is said once, with the names of their profiles."""
    notices.forget()
    named, texts = said(lambda: half.name_columns(few, fresh=True))

    assert "settings.tag_types" in refused(texts)[0]
    assert [text[:6] for text in refused(texts)] == ["b, c: "]
    assert [text[:3] for text in texts if text not in refused(texts)] == ["a: "]
    has_names = named.groupby("tenant")["tagTypeNames"].count() > 0
    assert has_names.to_dict() == {"a": True, "b": False, "c": False}


def test_a_notice_on_tags_says_whose_list_was_refused(
    half: stnb.Tenants, few: pd.DataFrame
) -> None:
    """And of a tenant whose tags could be read nothing is said."""
    notices.forget()
    _, texts = said(lambda: half.tag_names(few))

    assert [text[:6] for text in texts] == ["b, c: "]
    assert "settings.tag_types" in texts[0]


def test_a_notice_on_rows_says_of_which_tenants_they_are_missing(
    half: stnb.Tenants, few: pd.DataFrame
) -> None:
    """Ids without a row, and in the provenance of the frame as in the warning."""
    odd = few.assign(customerId=few["customerId"].where(few["tenant"] != "b", 7))
    odd.attrs = few.attrs
    notices.forget()
    found, texts = said(lambda: half.follow(odd, "customerId"))

    [text] = [text for text in texts if "no row" in text]
    assert text.startswith("b: ")
    assert text in found.attrs["stnb"]["notices"]


def test_a_tenant_that_says_the_same_twice_is_named_once() -> None:
    """Beside the others that say it too."""
    same = Notice(StnbWarning, "a list was refused")
    [found] = of_many({"b": [same, same], "c": [same]})
    assert found.text == "b, c: a list was refused"
