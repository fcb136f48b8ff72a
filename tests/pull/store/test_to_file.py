"""Pulls into files: the file says what the frame says, and goes on where a pull was stopped."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import stnb
from stnb import demoserver
from stnb.account.account import Account
from stnb.errors import CannotSave, ServerFault
from stnb.session import Session

pytestmark = pytest.mark.usefixtures("small_demo")


@pytest.mark.parametrize(
    "name",
    [
        "jpm.jobs",
        "crm.customers",
        "accounting.invoices",
        "jpm.export.appointments",
        "settings.technicians",
    ],
)
def test_the_file_is_the_frame(st: stnb.Account, tmp_path: Path, name: str) -> None:
    """The same rows, types and provenance."""
    shows_all = dict([st[name].endpoint.shows_all]) if st[name].endpoint.shows_all else {}
    given: dict[str, Any] = dict(shows_all)
    if st[name].endpoint.kind == "list":
        # What the first pull learns of the server would cut the pages of the second one.
        given["concurrency"] = 8
    file = st[name].pull(to=tmp_path / "x.parquet", **given)
    frame, read = st[name].pull(**given), pd.read_parquet(file)

    pd.testing.assert_frame_equal(read, frame)
    differs = {k for k, v in frame.attrs["stnb"].items() if read.attrs["stnb"][k] != v}
    assert differs <= {
        "began",
        "until",
        "seconds",
        "notices",
    }  # known traps are told of frames alone
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.parquet"]


def test_the_file_has_the_columns_and_rows_asked_for(st: stnb.Account, tmp_path: Path) -> None:
    """As the frame would."""
    given: dict[str, Any] = {"columns": ["total", "jobNumber"], "limit": 1234}
    file = st.jpm.jobs.pull(to=tmp_path, **given)

    assert file == tmp_path / "jpm_jobs.parquet"
    pd.testing.assert_frame_equal(pd.read_parquet(file), st.jpm.jobs.pull(**given))


def hasty(**options: Any) -> Account:
    """The demo's account, whose waits take no time."""

    async def rest(seconds: float) -> None:
        await asyncio.sleep(0)

    usual = stnb.demo(**options)
    return Account(Session.of_app(usual.app, usual._session.credentials, sleep=rest))


def pages_asked(st: Account) -> list[int]:
    """The pages of lists that are asked for from now on."""
    asked: list[int] = []
    send = st._session.send

    async def counting(method: str, path: str, query: Any = (), **more: Any) -> Any:
        asked.append(int(dict(query)["page"]))
        return await send(method, path, query, **more)

    st._session.send = counting  # type: ignore[method-assign]
    return asked


@pytest.mark.parametrize("how", ["resume", "the same call"])
@pytest.mark.usefixtures("usual_demo")
def test_a_pull_that_failed_goes_on(tmp_path: Path, how: str) -> None:
    """What had arrived is not read again, and no file is there before it is whole."""
    st = hasty(faults=[demoserver.Fault("500", path="/jobs", page=6, times=5)])
    given: dict[str, Any] = {"page_size": 1000, "concurrency": 1, "to": tmp_path / "x.parquet"}
    with pytest.raises(ServerFault) as failed:
        st.jpm.jobs.pull(**given)
    assert not (tmp_path / "x.parquet").exists()
    assert len(stnb.last_partial) == 5000

    asked = pages_asked(st)
    file = failed.value.resume() if how == "resume" else st.jpm.jobs.pull(**given)

    assert asked == [6]
    assert file == tmp_path / "x.parquet"
    assert stnb.last_partial is None
    pd.testing.assert_frame_equal(pd.read_parquet(file), st.jpm.jobs.pull())
    assert pd.read_parquet(file).attrs["stnb"]["pages"] == 6


@pytest.mark.usefixtures("usual_demo")
def test_other_filters_begin_afresh(tmp_path: Path) -> None:
    """Pages of another call are not taken for this one's."""
    st = hasty(faults=[demoserver.Fault("500", path="/jobs", page=6, times=5)])
    given: dict[str, Any] = {"page_size": 1000, "concurrency": 1, "to": tmp_path / "x.parquet"}
    with pytest.raises(ServerFault):
        st.jpm.jobs.pull(**given)

    file = st.jpm.jobs.pull(**given, jobStatus="Completed")

    assert set(pd.read_parquet(file)["jobStatus"]) == {"Completed"}
    assert len(pd.read_parquet(file)) == st.jpm.jobs.count(jobStatus="Completed")


@pytest.mark.usefixtures("usual_demo")
def test_a_cancelled_pull_leaves_its_pages_for_the_next_call(tmp_path: Path) -> None:
    """And no file."""
    st, run = hasty(), None

    def stop(frame: pd.DataFrame) -> None:
        assert run is not None
        threading.Thread(target=run.cancel).start()

    started = threading.Event()
    resource = st.jpm.export.jobs
    run = resource.where().prepare(to=tmp_path, on_page=lambda page: (started.wait(), stop(page)))
    run.start()
    started.set()
    with pytest.raises(CancelledError):
        run.saved(30)

    assert not (tmp_path / "jpm_jobs.parquet").exists()
    assert len(pd.read_parquet(resource.pull(to=tmp_path))) == 6000


def test_a_folder_that_cannot_be_made_is_told(st: stnb.Account, tmp_path: Path) -> None:
    """And nothing is sent."""
    (tmp_path / "file").write_text("")

    with pytest.raises(CannotSave, match="folder"):
        st.jpm.jobs.pull(to=tmp_path / "file" / "data")
