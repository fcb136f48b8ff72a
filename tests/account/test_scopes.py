"""Access as data: what an app may read, and what differs between two."""

from __future__ import annotations

import pandas as pd
import pytest

import stnb
from stnb.access.doctor import examine, practice
from stnb.account import scopes
from stnb.catalog import load
from stnb.session import loop

MISSING = {e.name for e in load() if (e.scope or "").startswith("tn.acc.")}


def test_table_has_a_row_for_each_resource() -> None:
    """Every resource with its scope, whether it is granted, and that the token says so; the token
    is asked for.
    """
    st = practice("scope-missing")
    table = scopes.table(st)

    assert list(table.columns) == ["resource", "module", "scope", "granted", "how", "ask"]
    assert list(table["resource"]) == [e.name for e in load()]
    assert table["granted"].dtype == "boolean"
    assert set(table.loc[table["granted"].eq(False), "resource"]) == MISSING
    assert set(table.loc[table["scope"].notna(), "how"]) == {"token"}
    assert st._session.token_requests == 1


def test_whom_to_ask() -> None:
    """What is not granted says whom to ask; what is granted asks nobody."""
    table = scopes.table(practice("scope-missing")).set_index("resource")

    assert table.loc["accounting.invoices", "ask"] == "the app developer, then the tenant's admin"
    assert table.loc["jpm.jobs", "ask"] == ""


def test_resources_without_a_documented_scope_stay_open() -> None:
    """Where the catalogue knows no scope, nothing is claimed."""
    table = scopes.table(practice("healthy"))
    open_ = table[table["scope"].isna()]

    assert len(open_) == 9
    assert open_["granted"].isna().all()
    assert set(open_["how"]) == {"unknown"}


def test_without_a_token_nothing_is_known() -> None:
    """Where no token can be had, everything is open, and the frame says why."""
    table = scopes.table(practice("wrong-secret"))

    assert table["granted"].isna().all()
    assert set(table["how"]) == {"unknown"}
    assert "invalid_client" in table.attrs["stnb"]["problem"]


def test_answers_count_for_more_than_the_token() -> None:
    """What a call has shown replaces what the token says."""
    table = examine(practice("scope-missing:answer")).access
    assert table is not None
    told = table.set_index("resource").loc["accounting.payment_types"]

    assert (bool(told["granted"]), told["how"]) == (False, "answer")


def test_compare_before_and_after_an_upgrade() -> None:
    """After an upgrade the new resources stand first, as gained; the other way round as lost."""
    st = practice("scope-missing")
    before = scopes.table(st)
    st._session.app.state.name = "upgraded"
    assert (
        scopes.compare_access(before, st)["change"] == ""
    ).all()  # the token in use is still the old one
    after = scopes.table(st, renew=True)
    change = scopes.compare_access(before, after)

    assert list(change.columns) == ["resource", "scope", "a", "b", "change"]
    assert set(change.loc[change["change"].eq("gained"), "resource"]) == MISSING
    assert list(change["change"].head(len(MISSING))) == ["gained"] * len(MISSING)
    assert set(scopes.compare_access(after, before)["change"]) == {"lost", ""}


def test_compare_two_accounts() -> None:
    """Two accounts are compared as they are; what one of them does not know is marked."""
    one, none = practice("healthy"), practice("wrong-secret")

    assert set(scopes.compare_access(one, one)["change"]) == {""}
    assert set(scopes.compare_access(one, none)["change"]) == {"unknown", ""}


def test_compare_tables_of_different_catalogues() -> None:
    """A resource that only one table has is kept, as unknown on the other side."""
    a = pd.DataFrame(
        {
            "resource": ["x", "y"],
            "scope": ["s", "t"],
            "granted": pd.array([True, True], dtype="boolean"),
        }
    )
    change = scopes.compare_access(a.head(1), a).set_index("resource")

    assert (change.loc["x", "change"], change.loc["y", "change"], change.loc["y", "scope"]) == (
        "",
        "unknown",
        "t",
    )


def test_compare_refuses_other_frames() -> None:
    """A frame that is no table of access is refused, with the way to get one."""
    with pytest.raises(stnb.BadFilter, match=r"st\.access"):
        scopes.compare_access(pd.DataFrame({"id": [1]}), practice("healthy"))


def test_authorize_asks_once() -> None:
    """`authorize` asks for a token where none is there, and only then; a refused renewal keeps the
    present one.
    """
    st = practice("healthy")
    loop.run(st._session.authorize)
    loop.run(st._session.authorize)
    assert st._session.token_requests == 1

    st._session.app.state.name = "secret-regenerated"
    with pytest.raises(stnb.NotAuthenticated):
        loop.run(st._session.authorize, renew=True)
    assert st._session.token_requests == 2
    assert st.jpm.jobs.count() == 2100
    assert st._session.claims is not None
    assert st._session.claims["tenant"] == str(st.tenant)
