"""One Latin-1 letter in an old note: every way in which rows are read mends it, and says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

import stnb
from stnb.account.account import Account
from stnb.errors import ColumnDrift
from stnb.frame.save import load, save
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.warned import said

OLD = b"Jos\xe9"
MENDED = "Jos\ufffd"
REPORT = "reporting.report_category.reports.data"
BOM = b"\xef\xbb\xbf"


def rows(first: int, count: int) -> bytes:
    """So many customers; every fifth has a name with a byte that is no UTF-8."""
    found = []
    for number in range(first, first + count):
        name = "plain é".encode()
        if number % 5 == 0:
            name = OLD
        found.append(b'{"id":%d,"name":"%s","active":true}' % (number, name))
    return b",".join(found)


def answer(request: httpx.Request) -> httpx.Response:
    """Two pages of a list, two batches of a feed, a record, a report, a note of a customer."""
    path, query = request.url.path, request.url.params
    if path.endswith("/data"):
        head = b'{"hasMore":false,"page":1,"fields":[{"name":"Id"},{"name":"Note"}],'
        return sent(head + b'"data":[[1,"%s"],[2,"b"]]}' % OLD)
    if "/export/" in path:
        if query.get("from") == "c1":
            return sent(b'{"hasMore":false,"continueFrom":"c2","data":[%s]}' % rows(10, 5))
        return sent(b'{"hasMore":true,"continueFrom":"c1","data":[%s]}' % rows(0, 10))
    if path.endswith("/notes"):
        note = b'{"text":"%s","createdOn":"2026-07-01T00:00:00Z"}' % OLD
        return sent(b'{"page":1,"hasMore":false,"totalCount":1,"data":[%s]}' % note)
    if path.endswith("/customers/5"):
        return sent(rows(5, 1))
    page, size = int(query.get("page", "1")), int(query.get("pageSize", "50"))
    start = (page - 1) * size
    some = rows(start, max(0, min(size, 15 - start)))
    more = b"true" if start + size < 15 else b"false"
    head = b'{"page":%d,"pageSize":%d,"hasMore":%s,"totalCount":15' % (page, size, more)
    return sent(head + b',"data":[%s]}' % some)


def sent(body: bytes) -> httpx.Response:
    return httpx.Response(200, content=BOM + body, headers={"content-type": "application/json"})


@pytest.fixture
def account() -> Account:
    return Account(FakeTenant(answer).session())


def test_a_list_says_in_how_many_rows(account: Account) -> None:
    """The rows of all pages are counted; every other name is what was sent."""
    frame, texts = said(lambda: account.crm.customers.pull(page_size=10))

    assert frame["name"].tolist() == [MENDED, *4 * ["plain é"]] * 3
    assert frame.attrs["stnb"]["new_columns"] == []
    assert "bytes that are no UTF-8 in 3 rows" in frame.attrs["stnb"]["drift"]["name"]
    assert any("sent broken text: name" in text for text in texts)
    assert frame["name"].tolist()
    assert repr(frame)


@pytest.mark.parametrize(
    ("read", "column", "broken"),
    [
        (lambda st: st.crm.customers.pull(limit=7), "name", 2),
        (lambda st: pd.concat(st.crm.customers.pages(page_size=10)), "name", 3),
        (lambda st: st.crm.export.customers.pull(), "name", 3),
        (lambda st: st.crm.customers.get(5).to_frame().T, "name", 1),
        (lambda st: st.crm.customers.notes.pull(id=5), "text", 1),
        (lambda st: st.crm.customers.notes.pull(id=[5, 6, 7]), "text", 3),
        (lambda st: st[REPORT].pull(report_category="x", reportId=1), "Note", 1),
    ],
    ids=["limit", "pages", "export", "record", "one parent", "many parents", "report"],
)
def test_each_reader_mends_and_tells(
    account: Account, read: Callable[[Account], pd.DataFrame], column: str, broken: int
) -> None:
    """Lists, their pages, exports, a record, children of one and of many, reports."""
    frame, texts = said(lambda: read(account))

    assert any("UTF-8" in text for text in texts)
    assert frame[column].tolist().count(MENDED) == broken
    assert not [v for v in frame[column] if isinstance(v, str) and not v.isprintable()]


@pytest.mark.parametrize("ending", ["parquet", "csv", "json", "xlsx"])
def test_no_file_holds_the_bytes_as_they_came(
    account: Account, ending: str, tmp_path: Path
) -> None:
    """A pull into a file and a frame that is saved are text; plain readers read them."""
    frame, _ = said(lambda: account.crm.customers.pull(page_size=10))
    save(frame, tmp_path / f"x.{ending}")
    content = (tmp_path / f"x.{ending}").read_bytes()

    assert OLD not in content.replace(MENDED.encode(), b"")
    if ending == "parquet":
        assert load(tmp_path / "x.parquet")["name"].tolist() == frame["name"].tolist()
    if ending == "json":
        assert [row["name"] for row in json.loads(content)] == frame["name"].tolist()


def test_a_pull_into_a_file_tells_as_the_frame_does(account: Account, tmp_path: Path) -> None:
    """Pages that are put aside on the way carry what was found in them."""
    file, _ = said(lambda: account.crm.customers.pull(page_size=10, to=tmp_path / "x.parquet"))
    frame = load(file)

    assert frame["name"].tolist() == [MENDED, *4 * ["plain é"]] * 3
    assert "in 3 rows" in frame.attrs["stnb"]["drift"]["name"]
    assert frame.attrs["stnb"]["notices"]


def test_a_synced_table_holds_text(account: Account, tmp_path: Path) -> None:
    """It can be read, and joined, as any other."""
    _, texts = said(lambda: stnb.sync(["crm.customers"], tmp_path, account=account))
    found: list[Any] = []
    for file in tmp_path.rglob("*.parquet"):
        found += pd.read_parquet(file)["name"].tolist()

    assert found.count(MENDED) == 3
    assert any("UTF-8" in text for text in texts)


def test_any_path_is_plain_json_that_tells(account: Account) -> None:
    """The number of texts is part of the warning."""
    with pytest.warns(ColumnDrift, match="UTF-8 in 1 text;"):
        body = account.get("crm/v2/tenant/{tenant}/customers/5")

    assert body["name"] == MENDED
