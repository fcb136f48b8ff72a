"""Rows of several tenants as a dask.dataframe."""

from __future__ import annotations

import functools
import itertools
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

import stnb
from stnb.account.account import Account
from stnb.catalog import load
from stnb.errors import BadFilter, DataError, Incomplete, SetupError, TenantsFailed
from stnb.frame.notices import forget
from stnb.mirror.dask_pin import TenantsStay, is_ours
from stnb.mirror.dask_work import Here, Part, check, fitted, owner_of, read
from stnb.session import Session
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.interrupts import ended
from tests.helpers.owner import owner
from tests.helpers.sample import EVERYTHING
from tests.helpers.warned import quiet, said

SINCE = {"createdOnOrAfter": "2025-06-10"}
PATIENCE = 120.0  # seconds
PAGES = ("info/main/workers.html", "info/main/logs.html", "metrics", "health")
EVERY_RESOURCE = load()


def two(**options: Any) -> stnb.Tenants:
    """Two demo tenants of different sizes and zones."""
    return stnb.Tenants(
        {
            "a": stnb.demo(seed=1, scale=0.01),
            "b": stnb.demo(seed=2, scale=0.02, number=1, **options),
        }
    )


def in_order(df: pd.DataFrame) -> pd.DataFrame:
    return df.sort_values(["tenant", "id"], ignore_index=True)


def computed(ddf: Any) -> pd.DataFrame:
    """The rows, read in one thread: tests count requests and warnings."""
    frame: pd.DataFrame = ddf.compute(scheduler="synchronous")
    return frame


def test_without_dask_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask is loaded for those who use it."""
    monkeypatch.setitem(sys.modules, "dask", None)

    with two() as ts, pytest.raises(SetupError, match=r"stnb\[dask\]"):
        ts.dask("jpm.jobs")


pytest.importorskip("dask")
pytest.importorskip("distributed")


CUTS = [("jpm.jobs", "month"), ("accounting.invoices", "year")]
if EVERYTHING:
    CUTS = list(itertools.product(("jpm.jobs", "accounting.invoices"), ("week", "month", "year")))


@pytest.mark.parametrize(("resource", "by"), CUTS)
@pytest.mark.long
def test_the_rows_are_those_of_a_pull(resource: str, by: Any) -> None:
    """Each once, to the value, with its dtypes; also columns of lists."""
    with two() as ts:
        ddf = ts.dask(resource, by=by, **SINCE)
        found = computed(ddf)
        alone = quiet(lambda: ts.pull(resource, progress=False, **SINCE))

    assert ddf.npartitions > 2
    assert found.dtypes.astype(str).to_dict() == ddf.dtypes.astype(str).to_dict()
    pd.testing.assert_frame_equal(in_order(found), in_order(alone), check_flags=False)


def test_a_resource_without_a_date_is_a_partition_for_each_tenant() -> None:
    """Its rows are those of a pull too."""
    with two() as ts:
        asked = {"active": "Any", "columns": ["id", "name"]}
        ddf = ts.dask("settings.business_units", **asked)
        alone = ts.pull("settings.business_units", progress=False, **asked)

    assert ddf.npartitions == 2
    assert list(ddf.columns) == ["tenant", "id", "name"]
    pd.testing.assert_frame_equal(in_order(computed(ddf)), in_order(alone), check_flags=False)


def test_nothing_is_sent_before_it_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    """And then it aggregates without one frame of all rows."""
    sent, send = [], Session.send

    def counted(session: Session, *args: Any, **options: Any) -> Any:
        sent.append(args)
        return send(session, *args, **options)

    monkeypatch.setattr(Session, "send", counted)
    with two() as ts:
        ddf = ts.dask("jpm.jobs", by="year", **SINCE)
        assert not sent
        sums = ddf.groupby("tenant")["total"].sum().compute(scheduler="synchronous")
        assert sent
        alone = quiet(lambda: ts.pull("jpm.jobs", progress=False, **SINCE))

    pd.testing.assert_series_equal(
        sums.sort_index(), alone.groupby("tenant")["total"].sum().sort_index()
    )


def test_only_names_and_filters_travel() -> None:
    """No secret, token, key or number of a tenant is in the graph."""
    cloudpickle = pytest.importorskip("cloudpickle")
    with two() as ts:
        quiet(lambda: ts.head("jpm.jobs", 1))  # so that there are tokens
        graph = cloudpickle.dumps(ts.dask("jpm.jobs", **SINCE))
        for account in ts.values():
            who = account.session.credentials
            secrets = [who.client_id, who.client_secret, who.app_key]
            texts = [each.reveal() for each in secrets]
            for text in [*texts, str(who.tenant)]:
                assert text.encode() not in graph
        copied = cloudpickle.loads(cloudpickle.dumps(Here(ts)))
    assert copied.accounts == {}


def test_a_tenant_that_fails_is_left_out_and_reported() -> None:
    """Its partitions are empty, whichever others are read."""
    with two(state="disabled") as ts:
        found, texts = said(lambda: computed(ts.dask("jpm.jobs", by="year", **SINCE)))

    assert found["tenant"].unique().tolist() == ["a"]
    assert [text for text in texts if "lacks the tenant b" in text]


def test_a_tenant_that_fails_is_an_error_if_all_are_wanted() -> None:
    """The computation fails with the tenant's own error."""
    with two(state="disabled") as ts:
        ddf = ts.dask("jpm.jobs", by="year", strict=True, **SINCE)
        with pytest.raises(stnb.StnbError):
            computed(ddf)


def test_a_profile_that_is_not_ready_is_left_out_and_reported() -> None:
    """At once, as no worker need try."""
    lacking = {"c": SetupError("c is not ready.", "It lacks a secret.", "Set it.")}
    with stnb.demo(scale=0.01) as st:
        ts = stnb.Tenants({"a": st}, unready=lacking)
        with pytest.warns(Incomplete, match="lacks 1 of 2 tenants"):
            ts.dask("jpm.jobs", **SINCE)
        with pytest.raises(TenantsFailed):
            ts.dask("jpm.jobs", strict=True, **SINCE)


@pytest.mark.parametrize("option", [{"limit": 5}, {"since": "2026-01-01"}])
def test_what_parts_cannot_keep_is_refused(option: dict[str, Any]) -> None:
    """A limit would hold for each part."""
    with two() as ts, pytest.raises(BadFilter, match="does not fit"):
        ts.dask("jpm.jobs", **SINCE, **option)


# -- hostile rows

REVENUE = "is not the revenue"  # a trap of jobs
ROWS = {
    "a": [
        '{"id":9007199254740993,"total":"1.10","summary":"pond\\ud83d","createdOn":"2026-07-01T09:30:00.1Z"}',
        '{"id":null,"customerId":"12","total":0.300004}',
        '{"id":4,"total":-0.0,"tagTypeIds":[1,null,9007199254740993]}',
    ],
    "b": ['{"id":2,"total":2.50,"customerId":9007199254740993}', '{"id":3,"new":1}'],
}


def hostile(**rows: list[str]) -> stnb.Tenants:
    """Tenants whose jobs are these."""
    accounts = {}
    for number, (name, of_tenant) in enumerate(rows.items()):
        body = f'{{"hasMore":false,"totalCount":{len(of_tenant)},"data":[{",".join(of_tenant)}]}}'
        answers = FakeTenant(
            lambda request, body=body: httpx.Response(200, content=body),  # type: ignore[misc]
            owner=owner(profile=name, tenant=100 + number),
        )
        accounts[name] = Account(answers.session(), catalog=EVERY_RESOURCE)
    return stnb.Tenants(accounts)


def both(dtypes: str, **rows: list[str]) -> dict[str, tuple[pd.DataFrame, list[str]]]:
    """The rows of these tenants by Dask and by a pull, and what is told of them."""
    asked = {"jobStatus": "Completed", "dtypes": dtypes}
    ways = {
        "dask": lambda ts: computed(ts.dask("jpm.jobs", **asked)),
        "pull": lambda ts: ts.pull("jpm.jobs", progress=False, **asked),
    }
    found = {}
    for name, run in ways.items():
        forget()
        with hostile(**rows) as ts:
            found[name] = said(functools.partial(run, ts))
    return found


@pytest.mark.parametrize("dtypes", ["typed", "decimal", "raw"])
def test_hostile_rows_are_those_of_a_pull(dtypes: str) -> None:
    """Each value of the catalogue's columns, and what a pull tells of them is told once."""
    rows = ROWS
    if dtypes == "raw":  # which keeps such numbers as texts, and those were not promised
        plain = [row.replace('"1.10"', "1.10").replace('"12"', "12") for row in ROWS["a"]]
        rows = {**ROWS, "a": plain}
    if dtypes == "typed":  # the others keep more digits than were promised
        rows = {**ROWS, "b": [*ROWS["b"], '{"id":5,"total":12345678901234567.89}']}
    found = both(dtypes, **rows)
    frame, told = found["dask"]
    expected, told_by_pull = found["pull"]

    assert expected["new"].dropna().tolist() == [1]
    alone = expected.drop(columns="new")
    pd.testing.assert_frame_equal(in_order(frame), in_order(alone), check_flags=False)
    for texts in (told, told_by_pull):
        assert sum(REVENUE in text for text in texts) == 1
    parts = expected.attrs["stnb"]["tenants"]
    for name in rows:
        for column, what in parts[name]["drift"].items():
            if column != "new":
                assert sum(f"of {name}, all" in text and what in text for text in told) == 1
    assert not any("Nothing was dropped" in text for text in told)
    assert sum("new came" in text for text in told) == 1


@pytest.mark.parametrize(
    ("dtypes", "value"),
    [("typed", '"n/a"'), ("decimal", "12345678901234567.89"), ("raw", '"1.10"')],
)
def test_hostile_rows_that_do_not_fit_are_an_error(dtypes: str, value: str) -> None:
    """Which names the tenant, the column and both types: no value is changed to fit."""
    rows = {**ROWS, "b": [f'{{"id":2,"total":{value}}}']}
    if dtypes == "raw":
        rows["a"] = ['{"id":1,"total":1.5}']
    else:
        rows["a"] = ROWS["a"][:2]
    with hostile(**rows) as ts:
        ddf = ts.dask("jpm.jobs", jobStatus="Completed", dtypes=dtypes)
        with pytest.raises(DataError, match=r"of b, all, .*\n*.*total came as"):
            quiet(lambda: computed(ddf))


def test_what_a_pull_tells_once_is_told_once() -> None:
    """Not for each part, and not for the request that sees whether a tenant can be read."""
    since = {"createdOnOrAfter": "2024-01-01", "createdBefore": "2026-01-01"}
    with hostile(**ROWS) as ts:
        ddf = ts.dask("jpm.jobs", by="year", **since)
        found, texts = said(lambda: computed(ddf))

    assert ddf.npartitions == 4
    assert len(found) == 2 * 5
    assert sum(REVENUE in text for text in texts) == 1
    assert len(texts) == len(set(texts))


# -- a worker


@pytest.fixture
def part() -> Part:
    """A part whose tenant no worker knows."""
    return Part("phoenix", "phoenix", "digest", "jpm.jobs", "all", {}, {})


def test_a_worker_without_credentials_says_so(
    part: Part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the profile, and where a worker looks."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("")

    with pytest.raises(SetupError, match="no credentials for the profile 'phoenix'"):
        read(part, "", pd.DataFrame())
    with pytest.warns(Incomplete, match="no credentials for the profile 'phoenix'"):
        assert check(part, strict=False)


def test_a_worker_with_another_tenant_of_that_name_says_so(
    part: Part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of two tenants are never mixed up."""
    monkeypatch.chdir(tmp_path)
    lines = ["TENANT_ID=123", "CLIENT_ID=cid.made-up", "CLIENT_SECRET=cs1.made" + "-up"]
    lines += ["APP_KEY=ak1.made" + "-up", "ENVIRONMENT=integration"]
    text = "".join(f"SERVICETITAN_PHOENIX_{line}\n" for line in lines)
    (tmp_path / ".env").write_text(text)

    with pytest.raises(SetupError, match="belongs to another tenant"):
        read(part, "", pd.DataFrame())


def test_a_demo_tenant_stays_in_its_process(part: Part) -> None:
    """Another process would make another company of it."""
    with pytest.raises(SetupError, match="lives in the process that made it"):
        read(Part("a", "demo", part.owner, *("jpm.jobs", "all", {}, {})), "", pd.DataFrame())


def test_a_column_of_another_type_is_an_error(part: Part) -> None:
    """Dask was promised the type, and a value may not change."""
    meta = pd.DataFrame({"tenant": pd.Series([], dtype="str"), "id": pd.Series([], dtype="Int64")})
    frame = pd.DataFrame({"id": pd.Series(["1", "x"], dtype="str")})

    with pytest.raises(DataError, match="id came as str"):
        fitted(part, frame, meta)


def test_a_column_that_nobody_knows_is_left_out_and_reported(part: Part) -> None:
    """And one that did not come is null."""
    kinds = {"tenant": "str", "id": "Int64", "name": "str"}
    meta = pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in kinds.items()})
    frame = pd.DataFrame({"id": pd.Series([1], dtype="Int64"), "new": [2]})

    found, texts = said(lambda: fitted(part, frame, meta))

    assert found.dtypes.astype(str).to_dict() == kinds
    assert found["tenant"].tolist() == ["phoenix"]
    assert "new came" in texts[0]


def test_the_digest_of_a_tenant_does_not_name_it() -> None:
    """It tells two tenants apart."""
    with two() as ts:
        owners = {owner_of(account.session.credentials) for account in ts.values()}
        numbers = [str(account.tenant) for account in ts.values()]
    assert len(owners) == 2
    assert not any(number in owner for number in numbers for owner in owners)


class Client:
    """What `sync` uses of a client; its one worker is this process."""

    def __init__(self) -> None:
        self.keys: list[Any] = []

    def register_plugin(self, plugin: TenantsStay) -> None:
        assert plugin.idempotent

    def submit(self, work: Any, part: Part, *args: Any, key: Any, pure: bool) -> Any:
        self.keys.append(key)
        assert not pickle.loads(pickle.dumps(part)).here.accounts
        done: Future[Any] = Future()
        done.set_result(work(part, *args))
        return done


@pytest.mark.parametrize("format", ["parquet", "delta"])
def test_workers_keep_the_tables_of_their_tenants(tmp_path: Path, format: Any) -> None:
    """A task for each tenant; one that fails is reported, and the others are up to date."""
    if format == "delta":
        pytest.importorskip("deltalake")
    client = Client()
    with two(state="disabled") as ts:
        found, texts = said(
            lambda: ts.sync(["jpm.jobs", "dispatch.zones"], tmp_path, format=format, client=client)
        )

    assert all(is_ours(key) for key in client.keys)
    assert [key[1] for key in client.keys] == ["a", "b"]
    assert found.groupby("tenant")["after"].sum().tolist()[0] > 200
    assert found[found["tenant"] == "b"]["problem"].str.len().gt(0).all()
    assert [text for text in texts if "of 1 of 2 tenants" in text]
    counted = stnb.sql("select tenant, count(*) n from jpm_jobs group by 1", tmp_path)
    assert counted["tenant"].tolist() == ["a"]


def test_one_tenant_needs_no_cluster(tmp_path: Path) -> None:
    """It is refused in words."""
    with stnb.demo(scale=0.01) as st, pytest.raises(BadFilter, match="this is one"):
        stnb.sync("jpm.jobs", tmp_path, account=st, client=Client())


# -- the scheduler's plugin


class Task:
    def __init__(self, state: str) -> None:
        self.state, self.worker_restrictions = state, set[str]()


class Scheduler:
    """What the plugin uses of a scheduler."""

    def __init__(self, *workers: str) -> None:
        self.workers = dict.fromkeys(workers)
        self.tasks: dict[Any, Task] = {}
        self.begun: dict[Any, str] = {}

    def set_restrictions(self, worker: dict[Any, list[str]]) -> None:
        for key, allowed in worker.items():
            self.tasks[key].worker_restrictions = set(allowed)

    def transitions(self, recommendations: dict[Any, str], stimulus_id: str) -> None:
        self.begun |= recommendations

    def add(self, plugin: TenantsStay, *tenants: str) -> None:
        """Tasks of tenants, and one that is none of ours."""
        keys: list[Any] = [("stnb-read-x", tenant, "all") for tenant in tenants]
        keys.append("sum-1")
        self.tasks |= {key: Task("no-worker") for key in keys}
        plugin.update_graph(self, tasks=keys)

    def homes(self) -> dict[str, str]:
        found = {}
        for key, task in self.tasks.items():
            if is_ours(key):
                (found[key[1]],) = task.worker_restrictions
        return found


def test_tenants_are_spread_over_the_workers_and_stay() -> None:
    """Each has one, and the same one in the next graph."""
    scheduler, plugin = Scheduler("w1", "w2"), TenantsStay()
    scheduler.add(plugin, "a", "b", "c", "d")
    first = scheduler.homes()
    scheduler.add(plugin, "d", "a")

    assert sorted(first.values()) == ["w1", "w1", "w2", "w2"]
    assert scheduler.homes() == first
    assert scheduler.tasks["sum-1"].worker_restrictions == set()


def test_the_tenants_of_a_lost_worker_go_to_another() -> None:
    """Those that waited begin there."""
    scheduler, plugin = Scheduler("w1", "w2"), TenantsStay()
    scheduler.add(plugin, "a", "b")
    lost = scheduler.homes()["a"]
    del scheduler.workers[lost]
    plugin.remove_worker(scheduler, lost, stimulus_id="s")

    (other,) = scheduler.workers
    assert scheduler.homes() == {"a": other, "b": other}
    assert list(scheduler.begun) == [("stnb-read-x", "a", "all")]


def test_if_all_workers_are_lost_tenants_wait_for_the_next_one() -> None:
    """And a cluster that has none yet does the same."""
    scheduler, plugin = Scheduler(), TenantsStay()
    scheduler.add(plugin, "a", "b")
    assert set(scheduler.homes().values()) == {"no worker yet"}
    scheduler.workers["w3"] = None
    plugin.add_worker(scheduler, "w3")

    assert scheduler.homes() == {"a": "w3", "b": "w3"}


# -- a cluster


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[stnb.Tenants]:
    """Two tenants behind a server, which the .env file of the working directory names."""
    monkeypatch.chdir(tmp_path)
    command = [sys.executable, "-m", "stnb", "demo", "serve", "--tenants", "2", "--scale", "0.01"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        (tmp_path / ".env").write_text("".join(process.stdout.readline() for _ in range(14)))
        with stnb.tenants() as ts:
            yield ts
    finally:
        ended(process)


@pytest.mark.skipif(not EVERYTHING, reason="starts a cluster, which takes half a minute")
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills the workers")
def test_two_workers_are_killed_and_the_result_is_whole(
    served: stnb.Tenants, tmp_path: Path
) -> None:
    """Each tenant is read by one worker, also after it; no secret is in the scheduler's logs, in
    those of the workers, or on the pages that the scheduler serves.
    """
    out = tmp_path / "jobs"
    with warnings.catch_warnings(action="ignore"):
        from dask.distributed import Client, LocalCluster

        alone = served.pull("jpm.jobs", progress=False, **SINCE)
        options = {"n_workers": 2, "threads_per_worker": 2, "dashboard_address": "127.0.0.1:0"}
        with LocalCluster(**options) as cluster, Client(cluster) as client:
            ddf = served.dask("jpm.jobs", client=client, **SINCE)
            pd.testing.assert_frame_equal(
                in_order(ddf.compute()), in_order(alone), check_flags=False
            )
            done = served.sync(["jpm.jobs", "dispatch.zones"], tmp_path / "lake", client=client)
            assert done["problem"].tolist() == [""] * 4
            assert sorted(client.run(known_here).values()) == [["local01"], ["local02"]]
            pids = list(client.run(os.getpid).values())
            killer = threading.Thread(target=kill, args=(pids, out), daemon=True)
            killer.start()
            served.dask("jpm.jobs", client=client, **SINCE).to_parquet(out)
            killer.join(PATIENCE)
            told = [client.get_scheduler_logs(), client.get_worker_logs(), client.get_events()]
            logs = " ".join(map(str, [*told, *pages(cluster.dashboard_link)]))
    back = pd.read_parquet(out).reset_index(drop=True)
    pd.testing.assert_frame_equal(
        in_order(back), in_order(alone), check_flags=False, check_dtype=False
    )
    for account in served.values():
        who = account.session.credentials
        for secret in (who.client_id, who.client_secret, who.app_key):
            assert secret.reveal() not in logs


def pages(dashboard: str) -> list[str]:
    """The pages of a scheduler that need no other package."""
    base = dashboard.removesuffix("status")
    answers = [httpx.get(f"{base}{page}") for page in PAGES]
    assert [answer.status_code for answer in answers] == [200] * len(PAGES)
    return [answer.text for answer in answers]


def known_here() -> list[str]:
    """The profiles that a worker has read."""
    from stnb.mirror import dask_work

    return sorted(profile for profile, _ in dask_work._accounts)


def kill(pids: list[int], out: Path) -> None:
    """Kill the workers once a few files are written."""
    until = time.monotonic() + PATIENCE
    while len(list(out.glob("*.parquet"))) < 4 and time.monotonic() < until:
        time.sleep(0.01)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
