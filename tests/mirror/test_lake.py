"""A folder for each tenant, kept up to date side by side, and read as one."""

from __future__ import annotations

from pathlib import Path

import httpx
import pandas as pd
import pytest

import stnb
from stnb.account.account import Account
from stnb.catalog import load
from stnb.errors import ColumnDrift, Incomplete, TenantsFailed, UsageError
from stnb.frame import notices
from stnb.mirror import at_work
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.owner import owner
from tests.helpers.warned import quiet, warned

pytest.importorskip("duckdb")

TABLES = ["jpm.jobs", "accounting.invoices", "settings.business_units"]


def companies(**states: str) -> stnb.Tenants:
    """Demo tenants of different sizes."""
    accounts = {}
    for seed, (name, state) in enumerate(states.items()):
        options = {"state": state} if state else {}
        accounts[name] = stnb.demo(seed=seed, scale=0.01 * (seed + 1), **options)
    return stnb.Tenants(accounts)


@pytest.mark.long
def test_each_tenant_has_the_files_that_a_sync_of_it_alone_makes(tmp_path: Path) -> None:
    """And a second run reads what changed only."""
    ts = companies(a="", b="")
    with ts:
        done = ts.sync(TABLES, tmp_path / "lake", progress=False)
        again = ts.sync(TABLES, tmp_path / "lake", progress=False)
        for name, account in ts.items():
            stnb.sync(TABLES, tmp_path / name, account=account, progress=False)

    assert done["tenant"].tolist() == ["a"] * 3 + ["b"] * 3
    assert again["added"].tolist() == [0] * 6
    for name in ts:
        for path in (tmp_path / name).glob("*.parquet"):
            kept = pd.read_parquet(tmp_path / "lake" / f"tenant={name}" / path.name)
            pd.testing.assert_frame_equal(kept, pd.read_parquet(path), check_flags=False)


def test_memory_is_given_back_after_each_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what the first tenants took would lie unused beside what the others take."""
    given: list[int] = []
    monkeypatch.setattr(at_work, "give_back", lambda: given.append(1))
    with companies(a="", b="") as ts:
        ts.sync(["dispatch.zones", "settings.business_units"], tmp_path, progress=False)
    assert len(given) == 4


def test_sql_reads_the_tenants_as_one_table(tmp_path: Path) -> None:
    """With the types of a pull, the tenant first, and the API's own column of that name beside."""
    ts = companies(a="", b="")
    with ts:
        done = ts.sync(TABLES, tmp_path, progress=False).set_index(["tenant", "table"])
    found = stnb.sql("select * from jpm_jobs order by tenant, id", tmp_path)
    alone = pd.read_parquet(tmp_path / "tenant=a" / "jpm_jobs.parquet")
    assert found.columns[0] == "tenant"
    assert found.dtypes["completedOn"] == alone.dtypes["completedOn"]
    assert found.groupby("tenant").size().to_dict() == {
        name: done.loc[(name, "jpm_jobs"), "after"] for name in ts
    }
    units = stnb.sql("select * from settings_business_units", tmp_path)
    assert {"tenant", "tenant.value"} <= set(units.columns) or "tenant.id" in units.columns
    assert stnb.sql("show tables", tmp_path)["name"].tolist() == [
        "accounting_invoices",
        "jpm_jobs",
        "settings_business_units",
    ]


def test_columns_of_one_tenant_alone_are_missing_for_the_others(tmp_path: Path) -> None:
    """And columns of another type become one that holds both, which is told."""
    for name, frame in {
        "a": pd.DataFrame({"id": [1], "x": [1.5], "own": ["yes"]}),
        "b": pd.DataFrame({"id": [1], "x": ["many"]}),
    }.items():
        (tmp_path / f"tenant={name}").mkdir()
        frame.to_parquet(tmp_path / f"tenant={name}" / "t.parquet")
    with pytest.warns(ColumnDrift, match="t: x is text"):
        found = stnb.sql("select * from t order by tenant", tmp_path)
    assert found["x"].tolist() == ["1.5", "many"]
    assert found["own"][0] == "yes"
    assert pd.isna(found["own"][1])


def test_a_table_in_the_folder_and_in_a_tenants_is_refused(tmp_path: Path) -> None:
    """It is not known which is meant."""
    (tmp_path / "tenant=a").mkdir()
    for path in (tmp_path / "t.parquet", tmp_path / "tenant=a" / "t.parquet"):
        pd.DataFrame({"id": [1]}).to_parquet(path)
    with pytest.raises(UsageError, match="tenant=a too"):
        stnb.sql("select * from t", tmp_path)


def test_a_link_out_of_the_folder_is_not_read(tmp_path: Path) -> None:
    """Also as a tenant's folder."""
    outside = tmp_path / "outside"
    outside.mkdir()
    pd.DataFrame({"id": [1]}).to_parquet(outside / "t.parquet")
    lake = tmp_path / "lake"
    lake.mkdir()
    (lake / "tenant=a").symlink_to(outside, target_is_directory=True)
    with pytest.raises(UsageError, match="leads out of the folder"):
        stnb.sql("select * from t", lake)


@pytest.mark.long
def test_a_tenant_that_fails_costs_the_others_nothing(tmp_path: Path) -> None:
    """Its tables stay, its reason is in the table and in one warning; `strict` raises it."""
    ts = companies(a="", b="scope-missing", c="")
    with ts:
        done, caught = warned(lambda: ts.sync(TABLES, tmp_path, progress=False))
        told = [w for w in caught if w.category is Incomplete]
        assert len(told) == 1
        assert "1 of 3 tenants" in str(told[0].message)
        bad = done[done["problem"].ne("")]
        assert set(bad["tenant"]) == {"b"}
        assert "403" in bad["problem"].iloc[0]
        assert len(done) == 9
        with pytest.raises(TenantsFailed, match="for 1 of 3 tenants"):
            quiet(lambda: ts.sync(TABLES, tmp_path, progress=False, strict=True))


def test_no_tenant_at_all_is_an_error(tmp_path: Path) -> None:
    """There is nothing to tell of."""
    with companies(a="disabled", b="disabled") as ts, pytest.raises(TenantsFailed) as caught:
        quiet(lambda: ts.sync("jpm.jobs", tmp_path, progress=False))
    assert list(caught.value.problems) == ["a", "b"]


def test_what_cannot_be_kept_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    """As for one tenant."""
    with companies(a="", b="") as ts, pytest.raises(UsageError):
        ts.sync("telecom.calls.recording", tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_is_told_of_tenants_is_told_at_the_readers_line(tmp_path: Path) -> None:
    """Once for all of them, with their names, and not in a thread of a library."""
    rows = [{"id": 1, "total": "unknown", "modifiedOn": "2026-07-01T12:00:00Z"}]

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"hasMore": False, "continueFrom": "c", "data": rows})

    accounts = {}
    for number, name in enumerate(("mesa", "tucson"), 1):
        fake = FakeTenant(answer, owner=owner(tenant=number, profile=name))
        accounts[name] = Account(fake.session(), catalog=load())
    notices.forget()
    with stnb.Tenants(accounts) as ts, pytest.warns(ColumnDrift) as seen:
        ts.sync(["jpm.jobs"], to=tmp_path / "lake", progress=False)
    assert [(each.filename, str(each.message)[:14]) for each in seen] == [
        (__file__, "mesa, tucson: ")
    ]
