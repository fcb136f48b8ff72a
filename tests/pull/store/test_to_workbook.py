"""Pulls into Excel, CSV and JSON: the rows of the frame, whole or not at all."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import warnings
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

import stnb
from stnb import demoserver
from stnb.account.account import Account
from stnb.errors import BadFilter, CannotSave, ServerFault, SetupError
from stnb.session import Session
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.toys import CATALOG, row
from tests.helpers.warned import warned


@pytest.mark.parametrize("ending", ["xlsx", "csv", "json"])
def test_the_file_has_the_rows_of_the_frame(ending: str, st: stnb.Account) -> None:
    """As `stnb.save` writes them."""
    given: dict[str, Any] = {"jobStatus": "Completed", "limit": 30, "columns": ["id", "total"]}
    readers: dict[str, Any] = {"xlsx": pd.read_excel, "csv": pd.read_csv, "json": pd.read_json}

    path = st.jpm.jobs.pull(to=f"new/jobs.{ending}", **given)

    assert path == Path(f"new/jobs.{ending}")
    read, frame = readers[ending](path), st.jpm.jobs.pull(**given)
    assert read["id"].tolist() == frame["id"].tolist()
    assert read["total"].tolist() == frame["total"].tolist()
    assert [p.name for p in Path("new").iterdir()] == [path.name]


def test_a_pull_in_the_background_answers_with_the_path(st: stnb.Account) -> None:
    """Its frame is there too."""
    run = st.jpm.jobs.start(to="jobs.csv", limit=5)

    assert run.saved() == run.path == Path("jobs.csv")
    assert run.frame is not None
    assert len(run.frame) == 5
    assert run.progress.state == "done"


def test_rows_of_many_records_go_to_a_file(st: stnb.Account) -> None:
    """They are one frame before they are written."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ids = st.crm.customers.pull(limit=3)["id"].tolist()
        path = st.crm.customers.notes.pull(id=ids, to="notes.json")
        frame = st.crm.customers.notes.pull(id=ids)

    assert len(json.loads(path.read_text())) == len(frame)


def test_what_excel_cannot_hold_is_told_by_the_pull() -> None:
    """The file is written in another thread; the warning comes to the reader's code."""
    rows = [row(number) for number in (1, 2**53 + 1)]
    tenant = FakeTenant(lambda _: httpx.Response(200, json={"data": rows, "hasMore": False}))
    widgets = tenant.resource(CATALOG["toys.widgets"])

    _, caught = warned(lambda: widgets.pull(to="widgets.xlsx"))

    told = [w for w in caught if "id: 1 number of over 15 digits" in str(w.message)]
    assert [w.filename for w in told] == [__file__]
    assert pd.read_excel("widgets.xlsx")["id"].tolist() == [1, 2**53 + 1]


@pytest.mark.parametrize("to", ["jobs.doc", "jobs.xls", "jobs.csv.gz"])
def test_an_unknown_ending_is_refused_before_anything_is_sent(to: str, st: stnb.Account) -> None:
    """In three sentences."""
    with pytest.raises(BadFilter, match="says no format"):
        st.jpm.jobs.start(to=to)


def test_excel_is_asked_for_before_anything_is_sent(
    st: stnb.Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing package is not found out after an hour."""
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(SetupError, match="pip install xlsxwriter"):
        st.jpm.jobs.start(to="jobs.xlsx")


def test_a_file_that_cannot_be_written_loses_no_row(
    st: stnb.Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are in the error, and `resume` writes them without reading again."""
    Path("spare").mkdir()
    monkeypatch.setattr("tempfile.gettempdir", lambda: "spare")
    Path("here").touch()  # where a folder is needed

    with pytest.raises(CannotSave) as told:
        st.jpm.jobs.pull(to="here/jobs.csv", limit=20)
    assert told.value.frame is not None
    assert len(told.value.frame) == 20

    Path("here").unlink()
    assert told.value.resume() == Path("here/jobs.csv")
    assert len(pd.read_csv("here/jobs.csv")) == 20


def test_a_pull_that_failed_goes_on_to_its_file() -> None:
    """What had arrived is in the error; no file is there before the end."""

    async def rest(seconds: float) -> None:
        await asyncio.sleep(0)

    usual = stnb.demo(faults=[demoserver.Fault("500", path="/jobs", page=3, times=5)])
    st = Account(Session.of_app(usual.app, usual._session.credentials, sleep=rest))
    with pytest.raises(ServerFault) as failed:
        st.jpm.jobs.pull(to="jobs.csv", page_size=1000, concurrency=1)

    assert failed.value.frame is not None
    assert len(failed.value.frame) == 2000
    assert list(Path().iterdir()) == []
    assert failed.value.resume() == Path("jobs.csv")
    assert pd.read_csv("jobs.csv")["id"].tolist() == usual.jpm.jobs.pull()["id"].tolist()


def test_a_cancelled_pull_writes_no_file(st: stnb.Account) -> None:
    """Its rows are in `frame`."""
    arrived, go_on = threading.Event(), threading.Event()

    def hold(page: pd.DataFrame) -> None:
        arrived.set()
        go_on.wait(60)

    run = st.jpm.jobs.start(to="jobs.csv", page_size=500, concurrency=1, on_page=hold)
    arrived.wait(60)
    run.cancel()
    go_on.set()
    with pytest.raises(CancelledError):
        run.saved(30)

    assert list(Path().iterdir()) == []
    assert run.frame is not None
    assert len(run.frame) >= 500
