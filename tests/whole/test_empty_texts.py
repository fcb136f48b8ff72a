"""Empty texts where numbers, truths and times are due, by every way to the rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

import stnb
from stnb.account.account import Account
from stnb.catalog import load
from stnb.mirror import sync
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.owner import owner
from tests.helpers.warned import said

CATALOG = load()
GOOD = {
    "customerId": 5,
    "total": 12.5,
    "noCharge": True,
    "completedOn": "2026-07-01T05:00:00Z",
    "modifiedOn": "2026-07-01T05:00:00Z",
}
BLANK = ("customerId", "total", "noCharge", "completedOn")  # those that are empty in some rows
ROWS: list[dict[str, Any]] = [{"id": at, **GOOD} for at in range(1, 7)]
for row in ROWS[3:5]:  # of late pages only
    row.update(dict.fromkeys(BLANK, ""))
TOLD = "holds empty texts in 2 rows; missing values here"


def answer(request: httpx.Request) -> httpx.Response:
    """A list of two rows a page, its export, and its records."""
    last = request.url.path.rpartition("/")[2]
    if last.isdecimal():
        return httpx.Response(200, json=ROWS[int(last) - 1])
    query = request.url.params
    start = int(query.get("from") or 0) if "export" in request.url.path else 0
    if "page" in query:
        start = (int(query["page"]) - 1) * 2
    some = ROWS[start : start + 2]
    more = start + 2 < len(ROWS)
    place = {"page": start // 2 + 1, "pageSize": 2, "totalCount": len(ROWS)}
    if "export" in request.url.path:
        place = {"continueFrom": start + len(some)}
    return httpx.Response(200, content=json.dumps({**place, "hasMore": more, "data": some}))


def account(name: str = "alpha", tenant: int = 100) -> Account:
    fake = FakeTenant(answer, owner=owner(profile=name, tenant=tenant))
    return Account(fake.session(), catalog=CATALOG)


def promised() -> pd.DataFrame:
    return account().jpm.jobs.empty()


def lacks(df: pd.DataFrame, rows: int) -> bool:
    """Whether each column has its type and lacks a value in so many rows."""
    for name in BLANK:
        if str(df[name].dtype) != str(promised()[name].dtype) or df[name].isna().sum() != rows:
            return False
    return True


@pytest.mark.parametrize("resource", ["jpm.jobs", "jpm.export.jobs"])
def test_a_pull_tells_them_once(resource: str) -> None:
    """Of a list and of its export, on late pages."""
    df, texts = said(lambda: account()[resource].pull())
    assert lacks(df, 2)
    for name in BLANK:
        assert len([text for text in texts if f"{name} {TOLD}" in text]) == 1


@pytest.mark.parametrize("ending", ["parquet", "csv", "json"])
def test_a_file_has_missing_values(tmp_path: Path, ending: str) -> None:
    """It is told as it is written, and what reads the file finds no empty text."""
    path = tmp_path / f"jobs.{ending}"
    _, texts = said(lambda: account().jpm.jobs.pull(to=path))
    for name in BLANK:
        assert [text for text in texts if f"{name} {TOLD}" in text], texts
    reads = {"parquet": pd.read_parquet, "csv": pd.read_csv, "json": pd.read_json}
    df = reads[ending](path)
    assert df[list(BLANK)].isna().sum().tolist() == [2, 2, 2, 2]


def test_a_record_tells_them() -> None:
    """Asked for by its id."""
    record, texts = said(lambda: account().jpm.jobs.get(4))
    assert [name for name in BLANK if not pd.isna(record[name])] == []
    said_of = [name for name in BLANK if any(f"{name} holds empty texts" in t for t in texts)]
    assert said_of == list(BLANK)


def test_several_tenants_tell_them() -> None:
    """Their columns keep their types."""
    ts = stnb.Tenants({"alpha": account(), "beta": account("beta", 101)})
    df, texts = said(lambda: ts.pull("jpm.jobs"))
    assert lacks(df, 4)
    for name in BLANK:
        assert [text for text in texts if name in text and "holds empty texts" in text], texts


def test_a_sync_tells_them(tmp_path: Path) -> None:
    """The table keeps its types, also in a second run."""
    told: list[str] = []
    for _ in range(2):
        report, texts = said(lambda: sync([account().jpm.jobs], tmp_path))
        assert report.loc[0, ["after", "problem"]].tolist() == [6, ""]
        df = pd.read_parquet(tmp_path / "jpm_jobs.parquet")
        assert lacks(df, 2)
        told += texts
    for name in BLANK:
        assert len([text for text in told if f"{name} {TOLD}" in text]) == 1
