"""A folder kept up to date: the right rows after every run, however the one before it ended."""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import stnb
from stnb.account import connecting
from stnb.account.resource import Resource
from stnb.catalog import Catalog, Column, Endpoint, Param, load
from stnb.cli import sync as cli_sync
from stnb.errors import (
    CannotSave,
    NotAuthenticated,
    StnbError,
    UnknownResource,
    UsageError,
)
from stnb.mirror import sync
from stnb.mirror.columns import differ
from stnb.mirror.route import route_of, routes
from stnb.session import loop
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.owner import owner
from tests.helpers.sample import tries
from tests.helpers.toys import PAGING, page_of

COLUMNS = (
    Column("id", "integer"),
    Column("name", "string"),
    Column("size", "decimal"),
    Column("active", "boolean"),
    Column("tags", "array", children=(Column("", "integer"),)),
    Column("modifiedOn", "date-time"),
)
ACTIVE, SINCE = (
    Param("active", values=("True", "Any", "False")),
    Param("modifiedOnOrAfter", type="date-time"),
)
ALL = ("active", "Any")
HERE = "/toys/v2/tenant/{tenant}/"
KEPT = {"key": ("id",), "make_columns": lambda: COLUMNS}
LISTED = {**KEPT, "params": (*PAGING, ACTIVE, SINCE), "shows_all": ALL}
FEED = Endpoint(
    "toys.export.widgets",
    "toys",
    f"{HERE}export/widgets",
    "export",
    params=(Param("from"), ACTIVE),
    shows_all=ALL,
    **KEPT,
)
TWIN = Endpoint("toys.widgets", "toys", f"{HERE}widgets", "list", **LISTED)
LIST = Endpoint("toys.gadgets", "toys", f"{HERE}gadgets", "list", **LISTED)
WHOLE = Endpoint(
    "toys.colours",
    "toys",
    f"{HERE}colours",
    "list",
    params=PAGING,
    key=("id",),
    make_columns=lambda: COLUMNS,
)
KEYLESS = Endpoint(
    "toys.views", "toys", f"{HERE}views", "list", params=PAGING, make_columns=lambda: COLUMNS
)
SINGLE = Endpoint(
    "toys.widgets.parts",
    "toys",
    f"{HERE}widgets/{{id}}/parts",
    "list",
    params=(Param("id", "path", required=True),),
    **KEPT,
)
CATALOG = Catalog([FEED, TWIN, LIST, WHOLE, KEYLESS, SINGLE])
BATCH = 4  # rows that a feed gives at once


class Tenant(FakeTenant):
    """A tenant whose rows change: the same rows as a feed of their versions, and as lists."""

    def __init__(self, *, tenant: int = 42) -> None:
        super().__init__(owner=owner(tenant=tenant), catalog=CATALOG)
        self.changes = 0
        self.rows: dict[int, dict[str, Any]] = {}
        self.versions: list[dict[str, Any]] = []
        self.answers: dict[str, Callable[[httpx.Request], httpx.Response | None]] = {}

    def put(self, id: int, **values: Any) -> None:
        """Add a row, or change it."""
        self.changes += 1
        usual = {"id": id, "name": f"n{id}", "size": 1.5, "active": True, "tags": [id]}
        on = dt.datetime(2026, 1, 1) + dt.timedelta(minutes=10 * self.changes)
        self.rows[id] = {
            **usual,
            **self.rows.get(id, {}),
            "modifiedOn": f"{on.isoformat()}Z",
            **values,
        }
        self.versions.append(self.rows[id])

    def resend(self, id: int) -> None:
        """Let the feed give the first version of a row once more, late."""
        self.versions += [v for v in self.versions if v["id"] == id][:1]

    async def answer(self, request: httpx.Request) -> httpx.Response:
        special = self.answers.get(request.url.path.rpartition("/")[2])
        answer = special(request) if special else None
        if answer is not None:
            return answer
        served = self._feed if "export" in request.url.path else self._list
        return httpx.Response(200, json=served(request.url.params))

    def _feed(self, query: httpx.QueryParams) -> dict[str, Any]:
        at = int(query.get("from", "c0")[1:])
        end = min(at + BATCH, len(self.versions))
        part = [v for v in self.versions[at:end] if v["active"] or query.get("active") == "Any"]
        return {"hasMore": end < len(self.versions), "continueFrom": f"c{end}", "data": part}

    def _list(self, query: httpx.QueryParams) -> dict[str, Any]:
        rows = [
            r
            for _, r in sorted(self.rows.items())
            if (r["modifiedOn"] or "") >= query.get("modifiedOnOrAfter", "")
        ]
        return page_of(rows, query)

    @property
    def filters(self) -> list[dict[str, str]]:
        """What the calls asked beyond their page."""
        paging = {p.name for p in PAGING}
        return [{k: v for k, v in query.items() if k not in paging} for query in self.queries]

    def __getitem__(self, name: str) -> Resource:
        return self.resource(CATALOG[name])


def rows_of(frame: pd.DataFrame) -> dict[int, dict[str, Any]]:
    """A frame as the server has its rows; no row may be there twice."""
    assert not frame["id"].duplicated().any()
    times = frame["modifiedOn"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    records = frame.assign(modifiedOn=times, tags=frame["tags"].map(list)).to_dict("records")
    return {
        r["id"]: {k: v for k, v in r.items() if k in {c.name for c in COLUMNS}} for r in records
    }


def kept(folder: Path, table: str = "toys_widgets") -> dict[int, dict[str, Any]]:
    return rows_of(pd.read_parquet(folder / f"{table}.parquet"))


def mark(folder: Path, table: str = "toys_widgets") -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / ".stnb" / f"{table}.json").read_text())
    return told


@contextmanager
def saying() -> Iterator[list[str]]:
    """What is warned of inside."""
    texts: list[str] = []
    stnb.frame.notices.forget()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield texts
    texts += [f"{w.category.__name__}: {w.message}" for w in caught]


@pytest.fixture
def toys() -> Tenant:
    server = Tenant()
    for i in range(1, 11):
        server.put(i)
    return server


# -- what a run reads


def test_a_feed_goes_on_from_its_cursor(toys: Tenant, tmp_path: Path) -> None:
    """The first run reads all, the second only what changed; both tell what they did."""
    first = sync([toys["toys.widgets"]], tmp_path)
    toys.requests.clear()
    toys.put(3, name="other")
    toys.put(11)
    toys.put(4, active=False)
    second = sync([toys["toys.widgets"]], tmp_path)

    told = [
        "table",
        "resource",
        "by",
        "before",
        "added",
        "changed",
        "inactive",
        "after",
        "requests",
        "problem",
    ]
    assert first[told].iloc[0].tolist() == [
        "toys_widgets",
        "toys.export.widgets",
        "feed",
        0,
        10,
        0,
        0,
        10,
        3,
        "",
    ]
    assert second[told].iloc[0].tolist() == [
        "toys_widgets",
        "toys.export.widgets",
        "feed",
        10,
        1,
        2,
        1,
        11,
        1,
        "",
    ]
    assert toys.filters == [{"from": "c10", "active": "Any"}]
    assert kept(tmp_path) == toys.rows
    assert mark(tmp_path)["cursor"] == "c13"


def test_a_list_is_asked_for_what_was_modified(toys: Tenant, tmp_path: Path) -> None:
    """Without a feed, the second run asks for changes from an hour before the last of them on,
    inactive rows too.
    """
    sync([toys["toys.gadgets"]], tmp_path)
    toys.requests.clear()
    toys.put(3, active=False)
    toys.put(11)
    changes = sync([toys["toys.gadgets"]], tmp_path)

    assert changes[["by", "before", "added", "changed", "inactive", "after"]].iloc[0].tolist() == [
        "modified",
        10,
        1,
        1,
        1,
        11,
    ]
    (query,) = toys.filters
    assert query["active"] == "Any"
    assert "2026-01-01T00:39:00" < query["modifiedOnOrAfter"] < "2026-01-01T00:40:00.1Z"
    assert kept(tmp_path, "toys_gadgets") == toys.rows


def test_what_cannot_tell_its_changes_is_read_whole(toys: Tenant, tmp_path: Path) -> None:
    """A list without feed and time of change is read again; rows that are gone from it are gone
    from the file, and told.
    """
    sync([toys["toys.colours"]], tmp_path)
    del toys.rows[2]
    toys.put(3, name="other")
    toys.put(11)
    with saying() as said:
        changes = sync([toys["toys.colours"]], tmp_path)

    assert changes[["by", "before", "added", "changed", "after"]].iloc[0].tolist() == [
        "whole",
        10,
        1,
        1,
        10,
    ]
    assert said == [
        "StnbWarning: 1 rows of toys_colours are no longer in toys.colours, "
        "so they are no longer in the file."
    ]
    assert kept(tmp_path, "toys_colours") == toys.rows


def test_rows_without_a_key_are_replaced(toys: Tenant, tmp_path: Path) -> None:
    """Where no column tells rows apart, the table is read whole, and what is new in it is not
    claimed to be known.
    """
    sync([toys["toys.views"]], tmp_path)
    toys.put(11)
    changes = sync([toys["toys.views"]], tmp_path)

    assert changes["by"].item() == "whole"
    assert changes[["before", "after"]].iloc[0].tolist() == [10, 11]
    assert changes[["added", "changed"]].isna().all(axis=None)
    assert kept(tmp_path, "toys_views") == toys.rows


def test_list_and_feed_are_one_table(toys: Tenant, tmp_path: Path) -> None:
    """A list, its feed and their names mean the same table, which is read once."""
    changes = sync(
        [toys["toys.widgets"], toys["toys.export.widgets"], "toys.widgets"], tmp_path, account=toys
    )

    assert changes["table"].tolist() == ["toys_widgets"]
    assert len(toys.requests) == 3


def test_several_tables_at_once(toys: Tenant, tmp_path: Path) -> None:
    """The tables come in the order in which they were named."""
    names = ["toys.colours", "toys.widgets", "toys.gadgets", "toys.views"]

    changes = sync(names, tmp_path, account=toys)

    assert changes["resource"].tolist() == [
        "toys.colours",
        "toys.export.widgets",
        "toys.gadgets",
        "toys.views",
    ]
    assert all(kept(tmp_path, table) == toys.rows for table in changes["table"])


def test_nothing_new_writes_nothing(toys: Tenant, tmp_path: Path) -> None:
    """A run that finds nothing new, or what it has, leaves the file as it is, and goes on from
    there.
    """
    sync([toys["toys.widgets"]], tmp_path)
    before = (tmp_path / "toys_widgets.parquet").stat()
    sync([toys["toys.widgets"]], tmp_path)
    toys.versions.append(toys.rows[3])
    changes = sync([toys["toys.widgets"]], tmp_path)

    assert (tmp_path / "toys_widgets.parquet").stat().st_ino == before.st_ino
    assert changes[["added", "changed", "after"]].iloc[0].tolist() == [0, 0, 10]
    assert mark(tmp_path)["cursor"] == "c11"


def test_an_older_version_does_not_win(toys: Tenant, tmp_path: Path) -> None:
    """A feed that gives an old version of a row once more does not undo the new one."""
    toys.put(3, name="new")
    sync([toys["toys.widgets"]], tmp_path)
    toys.resend(3)
    toys.put(4, name="new too")
    changes = sync([toys["toys.widgets"]], tmp_path)

    assert changes["changed"].item() == 1
    assert kept(tmp_path) == toys.rows


def test_rows_without_a_time_of_change(toys: Tenant, tmp_path: Path) -> None:
    """A list with rows that do not say when they changed cannot be asked for changes: it is read
    whole each time.
    """
    toys.put(11, modifiedOn=None)
    sync([toys["toys.gadgets"]], tmp_path)
    toys.requests.clear()
    toys.rows[11]["name"] = "changed in silence"
    changes = sync([toys["toys.gadgets"]], tmp_path)

    assert toys.filters == [{"active": "Any"}]
    assert changes[["by", "changed"]].iloc[0].tolist() == ["whole", 1]


def test_the_file_reads_like_a_pull(toys: Tenant, tmp_path: Path) -> None:
    """After a merge the file has the dtypes of a plain pull, and says where its rows come from."""
    sync([toys["toys.widgets"]], tmp_path)
    toys.put(11)
    sync([toys["toys.widgets"]], tmp_path)
    frame, fresh = (
        pd.read_parquet(tmp_path / "toys_widgets.parquet"),
        toys["toys.export.widgets"].pull(active="Any"),
    )

    pd.testing.assert_frame_equal(frame, fresh)
    told = {
        k: frame.attrs["stnb"][k]
        for k in ("resource", "tenant", "environment", "rows", "params", "continue_from")
    }
    assert told == {
        "resource": "toys.export.widgets",
        "tenant": 42,
        "environment": "integration",
        "rows": 11,
        "params": {"active": "Any"},
        "continue_from": "c11",
    }


# -- types that change


def test_a_new_column_joins(toys: Tenant, tmp_path: Path) -> None:
    """A column that comes later is missing in the rows before it, and one that no longer comes
    stays in them.
    """
    toys.put(11, old="x")
    with saying():
        sync([toys["toys.widgets"]], tmp_path)
        del toys.rows[11]["old"]
        toys.put(12, new=7)
        sync([toys["toys.widgets"]], tmp_path)
    frame = pd.read_parquet(tmp_path / "toys_widgets.parquet").set_index("id")

    assert frame.loc[[1, 11, 12], "old"].fillna("–").tolist() == ["–", "x", "–"]
    assert frame.loc[[1, 11, 12], "new"].fillna(0).tolist() == [0, 0, 7]


def test_a_type_that_changes_loses_nothing(toys: Tenant, tmp_path: Path) -> None:
    """Amounts that come as words make the column text, also for the rows that were there, and this
    is told.
    """
    sync([toys["toys.widgets"]], tmp_path)
    toys.put(11, size="large")
    with saying() as said:
        sync([toys["toys.widgets"]], tmp_path)
    frame = pd.read_parquet(tmp_path / "toys_widgets.parquet").set_index("id")

    assert frame["size"].tolist() == ["1.5"] * 10 + ["large"]
    assert any(text.startswith("ColumnDrift") and "size" in text for text in said)


@given(some.data())
@settings(max_examples=tries(60))
def test_differences_are_found(data: some.DataObject) -> None:
    """Two columns differ at just the places where Python says so, whatever their type."""
    value = data.draw(
        some.sampled_from(
            [
                some.none() | some.integers(-9, 9),
                some.none() | some.sampled_from("abc"),
                some.none() | some.booleans(),
                some.none() | some.lists(some.none() | some.integers(0, 2), max_size=2),
                some.none()
                | some.lists(
                    some.fixed_dictionaries({"a": some.none() | some.integers(0, 1)}), max_size=2
                ),
            ]
        )
    )
    pairs = data.draw(some.lists(some.tuples(value, value), min_size=1))
    both = pa.array([x for pair in pairs for x in pair])

    found = differ(
        both.take(pa.array(np.arange(0, len(both), 2))),
        both.take(pa.array(np.arange(1, len(both), 2))),
    )

    assert found.tolist() == [a != b for a, b in pairs]


# -- any history


STEP = some.lists(
    some.tuples(some.sampled_from(["put", "off", "resend", "gone"]), some.integers(1, 9)),
    max_size=6,
)


@given(some.lists(STEP, min_size=1, max_size=4))
@settings(max_examples=8)
@pytest.mark.long
def test_any_history(steps: list[list[tuple[str, int]]]) -> None:
    """After every run the files hold just the rows of the server; what vanished without a word
    stays where nobody tells.
    """
    server, ever, folder = Tenant(), dict[int, Any](), Path(tempfile.mkdtemp())
    try:
        with saying():
            for number, step in enumerate(steps):
                for what, id in step:
                    if what == "gone":
                        server.rows.pop(id, None)
                    elif what == "resend":
                        server.resend(id)
                    else:
                        server.put(
                            id, name=f"run {number}", active=what == "put", tags=[number, id]
                        )
                    ever |= server.rows
                sync(["toys.widgets", "toys.gadgets", "toys.colours"], folder, account=server)

                assert kept(folder) == ever
                assert {
                    i: r for i, r in kept(folder, "toys_gadgets").items() if i in server.rows
                } == server.rows
                assert kept(folder, "toys_colours") == server.rows
    finally:
        shutil.rmtree(folder)


# -- runs that end early


def history(server: Tenant, runs: int) -> None:
    """Every change of so many runs."""
    for run in range(runs):
        for id in range(1, 6):
            server.put(id + 2 * run, name=f"run {run}", active=id % 3 > 0)


def run_once(folder: Path, name: str, runs: int, at: int = 0) -> None:
    """Sync, and be killed before a file is renamed or deleted for the `at`th time; without, look
    whether all is right.
    """
    server, count = Tenant(), 0
    history(server, runs)

    def dying(what: Callable[..., None]) -> Callable[..., None]:
        def act(*paths: Any, **options: Any) -> None:
            nonlocal count
            count += 1
            if count == at:
                os.kill(os.getpid(), signal.SIGKILL)
            what(*paths, **options)

        return act

    os.replace, os.unlink = dying(os.replace), dying(os.unlink)
    with saying():
        sync([name], folder, account=server)
    if not at:
        table = name.replace(".", "_")
        assert kept(folder, table) == server.rows
        assert sorted(p.name for p in folder.iterdir()) == [".stnb", f"{table}.parquet"]
        assert sorted(p.name for p in (folder / ".stnb").iterdir()) == [f"{table}.json"]


def child(*arguments: Any) -> int:
    """How a process ends that does this."""
    pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1]
    try:
        run_once(*arguments)
        os._exit(0)
    except BaseException as err:  # noqa: BLE001 - told by the end of the process
        sys.stderr.write(f"{arguments}: {err!r}\n")
        os._exit(1)


def kill_at_every_step(folder: Path) -> None:
    """In processes of their own: a first or a second run is killed at each of its steps, then run
    again.
    """
    for late in ("filelock", "pyarrow.parquet", "pandas.core.arrays.arrow._arrow_utils"):
        importlib.import_module(late)  # otherwise each fork would load it again
    first = folder.with_name("first")
    assert child(first, "toys.widgets", 1) == 0
    for name, runs in (("toys.gadgets", 1), ("toys.widgets", 2)):
        for at in range(1, 99):
            shutil.rmtree(folder, ignore_errors=True)
            if runs == 2:
                shutil.copytree(first, folder)
            end = child(folder, name, runs, at)
            assert end in (0, signal.SIGKILL)
            assert child(folder, name, runs) == 0
            if end == 0:
                break
        assert at > 6


@pytest.mark.skipif(os.name != "posix", reason="forks")
@pytest.mark.long
def test_killed_at_every_step(tmp_path: Path) -> None:
    """Killed at any of its steps, the next run ends with the rows of the server, and leaves nothing
    behind.
    """
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import pathlib, runpy; "
            f"runpy.run_path({__file__!r})['kill_at_every_step'](pathlib.Path('data'))",
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(stnb.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("runs", [1, 2])
@pytest.mark.long
def test_a_disk_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runs: int) -> None:
    """A write that fails is told in one error, whichever it is, and the next run makes it good."""
    server, replace = Tenant(), os.replace
    for number in range(1, 99):
        history(server, 1)
        if runs == 2:
            sync(["toys.widgets"], tmp_path, account=server)
            history(server, 2)
        count = 0

        def failing(source: Any, target: Any, number: int = number) -> None:
            nonlocal count
            count += 1
            if count == number:
                raise OSError(28, "No space left on device")
            replace(source, target)

        monkeypatch.setattr(os, "replace", failing)
        try:
            sync(["toys.widgets"], tmp_path, account=server)
        except CannotSave as err:
            assert "No space left" in str(err)  # noqa: PT017 - whether it is raised at all is what ends the loop
        monkeypatch.setattr(os, "replace", replace)
        sync(["toys.widgets"], tmp_path, account=server)
        assert kept(tmp_path) == server.rows
        if count < number:
            break
    assert number > 3


def test_an_interrupt(toys: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends the run and all that it had begun to read; the next one goes on."""
    names, waits, wait = (
        ["toys.colours", "toys.widgets", "toys.gadgets"],
        threading.Event(),
        loop.wait,
    )

    def waiting(*arguments: Any) -> Any:
        waits.set()
        return wait(*arguments)

    def interrupted(request: httpx.Request) -> None:
        assert waits.wait(60)
        toys.answers.clear()
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(loop, "wait", waiting)
    with pytest.raises(KeyboardInterrupt):
        for _ in range(10):  # again if a finaliser swallowed it
            toys.answers["widgets"] = interrupted
            sync(names, tmp_path, account=toys)

    sync(names, tmp_path, account=toys)
    assert all(kept(tmp_path, name.replace(".", "_")) == toys.rows for name in names)


def test_a_pull_that_went_on_counts_from_its_beginning(
    toys: Tenant, tmp_path: Path, still: dt.datetime
) -> None:
    """Changes made while a list was read for the first time are not missed, also where a kill lies
    between.
    """
    for i in range(11, 700):
        toys.put(i)
    toys.answers["gadgets"] = lambda request: (
        httpx.Response(400) if request.url.params["page"] == "2" else None
    )
    with pytest.raises(StnbError):
        sync(["toys.gadgets"], tmp_path, account=toys)
    plan = tmp_path / ".stnb" / ".toys_gadgets.parquet.stnb" / "plan.json"
    began = (still - dt.timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    plan.write_text(json.dumps({**json.loads(plan.read_text()), "began": began}))
    toys.answers.clear()
    sync(["toys.gadgets"], tmp_path, account=toys)

    assert mark(tmp_path, "toys_gadgets")["when"] == began
    assert kept(tmp_path, "toys_gadgets") == toys.rows


# -- what goes wrong


def test_one_table_fails_and_the_others_do_not(toys: Tenant, tmp_path: Path) -> None:
    """The error of a table stands in its row and is warned of; the others are up to date."""
    toys.answers["gadgets"] = lambda request: httpx.Response(403, json={"title": "no"})
    with saying() as said:
        changes = sync(["toys.gadgets", "toys.widgets"], tmp_path, account=toys)

    assert changes["problem"].str.len().gt(0).tolist() == [True, False]
    assert changes["after"].fillna(-1).tolist() == [-1, 10]
    assert [
        text
        for text in said
        if text.startswith("Incomplete: toys_gadgets was not brought up to date")
    ]
    assert kept(tmp_path) == toys.rows


def test_all_tables_fail(toys: Tenant, tmp_path: Path) -> None:
    """Where no table could be brought up to date, the first error is raised."""
    toys.answers["gadgets"] = toys.answers["colours"] = lambda request: httpx.Response(
        403, json={"title": "no"}
    )

    with pytest.raises(stnb.NotAllowed, match="gadgets"):
        sync(["toys.gadgets", "toys.colours"], tmp_path, account=toys)


def test_who_is_not_let_in_asks_no_more(toys: Tenant, tmp_path: Path) -> None:
    """A pair that is refused for one table is not tried for twenty others."""
    toys.answers["widgets"] = lambda request: httpx.Response(401)
    toys.answers["gadgets"] = lambda request: (
        pytest.fail("asked") if len(toys.requests) > 20 else httpx.Response(401)
    )
    toys.answers["colours"] = toys.answers["views"] = toys.answers["gadgets"]
    with pytest.raises(NotAuthenticated):
        sync(["toys.widgets", "toys.gadgets", "toys.colours", "toys.views"], tmp_path, account=toys)


@pytest.mark.parametrize("status", [400, 404])
def test_a_cursor_that_is_no_longer_taken(toys: Tenant, tmp_path: Path, status: int) -> None:
    """The table is read from the beginning, which is told; the old rows stay until the new ones are
    there. A 400 that names nothing is asked once more without what stnb adds to the call.
    """
    sync(["toys.widgets"], tmp_path, account=toys)
    toys.put(3, name="other")
    toys.answers["widgets"] = lambda request: (
        httpx.Response(status) if request.url.params.get("from") == "c10" else None
    )
    with saying() as said:
        changes = sync(["toys.widgets"], tmp_path, account=toys)

    requests = {400: 5, 404: 4}[status]
    counts = changes[["before", "changed", "after", "requests"]].iloc[0].tolist()
    assert counts == [10, 1, 10, requests]
    assert any(
        "read from the beginning: the server no longer takes its cursor" in text for text in said
    )
    assert kept(tmp_path) == toys.rows


@pytest.mark.parametrize("body", [{}, {"errors": {"modifiedOnOrAfter": ["is not known"]}}])
def test_a_list_that_does_not_take_what_tells_its_changes(
    toys: Tenant, tmp_path: Path, body: dict[str, Any]
) -> None:
    """stnb adds that filter, so it costs nobody the table: all of it is read, which is told."""
    sync(["toys.gadgets"], tmp_path, account=toys)
    toys.put(3, name="other")
    toys.answers["gadgets"] = lambda request: (
        httpx.Response(400, json=body) if "modifiedOnOrAfter" in request.url.params else None
    )
    with saying() as said:
        changes = sync(["toys.gadgets"], tmp_path, account=toys)

    assert changes["problem"].tolist() == [""]
    assert changes["changed"].tolist() == [1]
    assert any(
        "read from the beginning: the server does not take modifiedOnOrAfter" in text
        for text in said
    )
    assert kept(tmp_path, "toys_gadgets") == toys.rows


def test_a_list_that_refuses_everything_stays_as_it_was(toys: Tenant, tmp_path: Path) -> None:
    """Its refusal is the error."""
    sync(["toys.gadgets"], tmp_path, account=toys)
    toys.answers["gadgets"] = lambda request: httpx.Response(400)
    with saying(), pytest.raises(stnb.errors.Rejected):
        sync(["toys.gadgets"], tmp_path, account=toys)

    assert kept(tmp_path, "toys_gadgets") == toys.rows


def test_a_refusal_that_is_not_the_cursors(toys: Tenant, tmp_path: Path) -> None:
    """A feed that refuses everything is an error, and the table stays as it was."""
    sync(["toys.widgets"], tmp_path, account=toys)
    before = mark(tmp_path)
    toys.answers["widgets"] = lambda request: httpx.Response(404)
    with saying(), pytest.raises(stnb.NotFound):
        sync(["toys.widgets"], tmp_path, account=toys)

    assert mark(tmp_path) == before
    assert kept(tmp_path) == toys.rows


@pytest.mark.parametrize("key", [None, "abc", "", True, {}])
def test_rows_that_lack_their_key(toys: Tenant, tmp_path: Path, key: Any) -> None:
    """Changes that cannot be told apart are not merged: the table is read from the beginning."""
    sync(["toys.widgets"], tmp_path, account=toys)
    toys.versions.append({**toys.rows[3], "id": key})
    with saying() as said:
        changes = sync(["toys.widgets"], tmp_path, account=toys)
        again = sync(["toys.widgets"], tmp_path, account=toys)

    assert any("rows came that lack their key" in text for text in said)
    assert [changes["after"].item(), again["after"].item()] == [11, 11]


def test_a_list_that_lacks_rows(toys: Tenant, tmp_path: Path) -> None:
    """Where fewer rows come than the server has, the table says so, and the next run does not go on
    from there.
    """

    def short(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, json={"hasMore": False, "totalCount": 12, "data": list(toys.rows.values())[:9]}
        )

    toys.answers["gadgets"] = short
    with saying() as said:
        first = sync(["toys.gadgets"], tmp_path, account=toys)
        toys.answers.clear()
        second = sync(["toys.gadgets"], tmp_path, account=toys)
        toys.answers["colours"] = lambda request: None
        sync(["toys.colours"], tmp_path, account=toys)
        toys.answers["colours"] = short
        third = sync(["toys.colours"], tmp_path, account=toys)

    assert any(text.startswith("Incomplete") for text in said)
    assert first["problem"].item().startswith("The list changed while it was read")
    assert second[["by", "problem"]].iloc[0].tolist() == ["whole", ""]
    assert kept(tmp_path, "toys_gadgets") == toys.rows
    assert third[["before", "after"]].iloc[0].tolist() == [10, 10]
    assert third["problem"].item()
    assert kept(tmp_path, "toys_colours") == toys.rows


@pytest.mark.parametrize(
    "what", ["an older file", "fewer rows", "no file", "no Parquet", "another tenant's"]
)
def test_another_file_in_its_place(toys: Tenant, tmp_path: Path, what: str) -> None:
    """A file that is not the one that the last run left is not built upon: the table is read from
    the beginning.
    """
    path = tmp_path / "toys_widgets.parquet"
    sync(["toys.widgets"], tmp_path, account=toys)
    if what == "an older file":
        told = mark(tmp_path)
        (tmp_path / ".stnb" / "toys_widgets.json").write_text(
            json.dumps({**told, "data": "2999-01-01T00:00:00Z"})
        )
    elif what == "fewer rows":
        pd.read_parquet(path).head(3).to_parquet(path)
    elif what == "no file":
        path.unlink()
    elif what == "no Parquet":
        path.write_text("hello")
    else:
        frame = pd.read_parquet(path)
        frame.attrs["stnb"]["tenant"] = 43
        frame.to_parquet(path)
    toys.put(3, name="other")
    with saying() as said:
        sync(["toys.widgets"], tmp_path, account=toys)

    assert any(
        "read from the beginning: its file is gone, or is not the one" in text for text in said
    )
    assert kept(tmp_path) == toys.rows


def test_a_mark_that_cannot_be_read(toys: Tenant, tmp_path: Path) -> None:
    """A mark that somebody spoilt costs a whole read, no more."""
    sync(["toys.widgets"], tmp_path, account=toys)
    (tmp_path / ".stnb" / "toys_widgets.json").write_text('{"cursor": ')
    with saying():
        sync(["toys.widgets"], tmp_path, account=toys)

    assert kept(tmp_path) == toys.rows


@pytest.mark.parametrize("content", [b"mine", None])
def test_a_file_of_somebody_else_is_left_alone(
    toys: Tenant, tmp_path: Path, content: bytes | None
) -> None:
    """A file that no sync wrote is not overwritten."""
    path = tmp_path / "toys_widgets.parquet"
    if content is None:
        pd.DataFrame({"mine": [1]}).to_parquet(path)
    else:
        path.write_bytes(content)
    before = path.read_bytes()

    with pytest.raises(UsageError, match=r"holds no rows of toys\.export\.widgets of this tenant"):
        sync(["toys.widgets"], tmp_path, account=toys)
    assert path.read_bytes() == before
    assert not toys.requests


def test_a_folder_keeps_one_tenant(toys: Tenant, tmp_path: Path) -> None:
    """A folder of another tenant, and resources of two, are refused before anything is sent."""
    other = Tenant(tenant=43)
    sync(["toys.widgets"], tmp_path, account=toys)

    with pytest.raises(
        UsageError, match="keeps tables of tenant 42 in integration, and this is tenant 43"
    ):
        sync(["toys.gadgets"], tmp_path, account=other)
    with pytest.raises(UsageError, match="belong to several tenants"):
        sync([toys["toys.gadgets"], other["toys.colours"]], tmp_path)
    assert not other.requests


def test_one_sync_at_a_time(toys: Tenant, tmp_path: Path) -> None:
    """A second sync into a folder is refused while the first is at work."""
    seen: list[str] = []

    def meanwhile(request: httpx.Request) -> None:
        if not seen:
            seen.append("")
            with pytest.raises(CannotSave) as caught:
                sync(["toys.colours"], tmp_path, account=toys)
            seen.append(str(caught.value))

    toys.answers["widgets"] = meanwhile
    sync(["toys.widgets"], tmp_path, account=toys)

    assert "Another sync is at work in it." in seen[1]


def test_a_place_that_is_no_folder(toys: Tenant, tmp_path: Path) -> None:
    """A file where the folder should be is told."""
    (tmp_path / "data").write_text("")

    with pytest.raises(CannotSave, match="cannot keep tables"):
        sync(["toys.widgets"], tmp_path / "data", account=toys)


@pytest.mark.parametrize(
    ("resources", "kind", "words"),
    [
        ([], UsageError, "No resource was named"),
        (["toys.widgts"], UnknownResource, "toys.widgets"),
        (["toys.widgets.parts"], UsageError, "needs id"),
    ],
)
def test_what_cannot_be_kept(
    toys: Tenant, tmp_path: Path, resources: list[str], kind: type[StnbError], words: str
) -> None:
    """Nothing, unknown names and tables that hang on another row are refused, before anything is
    sent.
    """
    with pytest.raises(kind, match=words):
        sync(resources, tmp_path, account=toys)
    assert not toys.requests


def test_a_name_needs_an_account() -> None:
    """A name alone does not say whose rows are meant."""
    with pytest.raises(UsageError, match="alone names no tenant"):
        routes("jpm.jobs", None)


def test_without_an_account_names_are_those_of_connect(tmp_path: Path) -> None:
    """`sync` takes the account of `stnb.connect()` for them, which says that it is the demo."""
    with pytest.warns(stnb.StnbWarning, match="No credentials were found"):
        changes = sync("dispatch.zones", tmp_path)
    assert changes["after"].item() > 0


# -- the command


def command(*given: str) -> int:
    """Carry out `stnb sync`."""
    parser = argparse.ArgumentParser()
    cli_sync.add(parser, given)
    options = parser.parse_args(given)
    return int(options.run(options))


def test_the_command_prints_what_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`stnb sync jpm.job_types --to DIR` prints the table; with `--quiet` it prints nothing."""
    monkeypatch.setenv("STNB_DEMO_SCALE", "0.02")
    demo = ["--to", str(tmp_path), "--profile", "demo"]
    assert command("jpm.job_types", "dispatch.zones", *demo) == 0
    shown = capsys.readouterr()
    assert command("jpm.job_types", "--quiet", *demo) == 0

    head, first, second = shown.out.splitlines()
    assert head.split()[:4] == ["table", "resource", "by", "before"]
    assert first.split()[:5] == ["jpm_job_types", "jpm.job_types", "modified", "0", "23"]
    assert second.split()[0] == "dispatch_zones"
    assert capsys.readouterr() == ("", "")


def test_the_command_tells_a_failure(
    toys: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends with 1 where a table is not up to date."""
    toys.answers["gadgets"] = lambda request: httpx.Response(403, json={"title": "no"})
    monkeypatch.setattr(connecting, "connect", lambda *_, **__: _Account(toys))
    monkeypatch.setattr(cli_sync, "full_name", str)  # the catalogue knows no toys
    with saying():
        assert command("toys.widgets", "toys.gadgets", "--to", str(tmp_path)) == 1
        assert command("toys.widgets", "--to", str(tmp_path)) == 0


class _Account:
    """As much of an account as the command looks at."""

    profile, stands_in = "p", False

    def __init__(self, toys: Tenant) -> None:
        self.toys = toys

    def __getitem__(self, name: str) -> Resource:
        return self.toys[name]

    def __enter__(self) -> _Account:
        return self

    def __exit__(self, *error: object) -> None:
        pass


# -- the catalogue


def test_every_table_of_the_catalogue_has_its_way(st: stnb.Account) -> None:
    """Lists, feeds and rows are kept by feed, change or whole under a name of their own, or need a
    value of each call.
    """
    ways: dict[str, set[str]] = {}
    refused = []
    for endpoint in load():
        if endpoint.kind in ("record", "file"):
            continue
        try:
            route = route_of(st[endpoint.name])
        except UsageError as err:
            refused.append((endpoint, str(err)))
            continue
        ways.setdefault(route.table, set()).add(route.endpoint.name)
        assert route.by == "whole" or route.endpoint.key
        assert route.by != "feed" or route.endpoint.kind == "export"
        assert route.endpoint.shows_all is None or route.endpoint.shows_all[0] in route.filters

    assert all(len(names) == 1 for names in ways.values())
    assert all(any(p.type != "boolean" for p in e.required) for e, _ in refused)
    assert all(
        text.startswith(f"{e.name} cannot be kept up to date. It needs ") for e, text in refused
    )
    feeds = {e.name for e in load() if e.kind == "export" and e.key}
    assert feeds - {n for names in ways.values() for n in names} == {
        "sales.estimates.export"
    }  # the old name of a feed
    assert route_of(st["sales.estimates.export"]).endpoint.name == "sales.export.estimates"


@pytest.mark.parametrize(
    "name",
    ["jpm.jobs", "dispatch.appointment_assignments", "jpm.job_types", "inventory.return_types"],
)
def test_the_demo_is_kept(tmp_path: Path, name: str) -> None:
    """Feeds and lists of the catalogue's own: the second run finds nothing new, and inactive rows
    are there.
    """
    with stnb.demo(scale=0.02) as st:
        first, second = (sync([name], tmp_path, account=st) for _ in range(2))

    assert first["after"].item() == second["after"].item() > 0
    assert second[["added", "changed", "inactive"]].sum(axis=None) == 0
    frame = pd.read_parquet(tmp_path / f"{first['table'].item()}.parquet")
    assert first["inactive"].item() == (~frame["active"]).sum()
