"""Tables of tenants, loaded by dlt into a Postgres server that the test starts."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import stnb
from tests.helpers.interrupts import ended
from tests.helpers.postgres import postgres
from tests.helpers.sample import EVERYTHING

pytestmark = pytest.mark.skipif(not EVERYTHING, reason="starts a server, which takes seconds")

PATIENCE = 120.0  # seconds
BY_KEY = " order by tenant, id"
LOAD = """
import sys
import dlt
import stnb
address, folder = sys.argv[1:]
accounts = {"a": stnb.demo(seed=1, scale=0.01), "b": stnb.demo(seed=2, scale=0.02)}
pipe = dlt.pipeline("st", destination=dlt.destinations.postgres(address), dataset_name="st",
                    pipelines_dir=folder)
pipe.run(stnb.dlt_source(accounts, ["jpm.jobs"]))
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a database."""
    pytest.importorskip("psycopg2")
    with postgres() as address:
        yield address


@pytest.fixture
def database(server: str) -> str:
    """The address of the database without a table of an earlier test."""
    with _connected(server) as connection:
        _ask(connection, "drop schema if exists st cascade")
        _ask(connection, "drop schema if exists st_staging cascade")
    return server


@pytest.fixture
def dlt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """dlt, which reports nothing to its makers, and keeps its things in the test's folder."""
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    monkeypatch.setenv("DLT_PROJECT_DIR", str(tmp_path))
    with warnings.catch_warnings(action="ignore"):  # those of its first import
        return pytest.importorskip("dlt")


def _connected(address: str) -> Any:
    import contextlib

    import psycopg2

    connection = psycopg2.connect(address)
    connection.autocommit = True
    return contextlib.closing(connection)


def _ask(connection: Any, query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        if cursor.description is None:
            return []
        return list(cursor.fetchall())


def asked(address: str, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with _connected(address) as connection:
        return _ask(connection, query)


def two() -> stnb.Tenants:
    """Two demo tenants of different sizes."""
    return stnb.Tenants({"a": stnb.demo(seed=1, scale=0.01), "b": stnb.demo(seed=2, scale=0.02)})


def pipeline(dlt: Any, address: str, folder: Path) -> Any:
    """A pipeline into the database, which keeps its state in the folder."""
    where = dlt.destinations.postgres(address)
    return dlt.pipeline("st", destination=where, dataset_name="st", pipelines_dir=str(folder))


def loaded(pipe: Any) -> dict[str, int]:
    """How many rows of ours the last run loaded, by table."""
    counts = pipe.last_trace.last_normalize_info.row_counts
    return {name: n for name, n in counts.items() if not name.startswith("_dlt") and n}


def until(true: Callable[[], bool]) -> None:
    """Wait until something is true; fails if it never is."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_rows_are_loaded_once_and_keep_their_types(dlt: Any, database: str, tmp_path: Path) -> None:
    """A second run loads nothing that has not changed; items are a table of their own."""
    pipe = pipeline(dlt, database, tmp_path / "pipelines")
    names, lists = ["jpm.jobs", "accounting.invoices"], {"accounting.invoices": ["items"]}
    with two() as ts:
        pipe.run(stnb.dlt_source(ts, names, children=lists))
        pipe.run(stnb.dlt_source(ts, names, children=lists))
        again = loaded(pipe)
        jobs = ts.pull("jpm.export.jobs", progress=False)
        items = stnb.children(ts.pull("accounting.export.invoices", progress=False), "items")

    assert not again
    per_tenant = "select tenant, count(*), count(distinct id) from st.jpm_jobs group by 1"
    assert sorted(asked(database, per_tenant)) == [
        (name, n, n) for name, n in jobs.groupby("tenant").size().items()
    ]
    times = "select extract(epoch from modified_on) * 1000000 from st.jpm_jobs" + BY_KEY
    ordered = jobs.sort_values(["tenant", "id"])
    found = [int(micros) for (micros,) in asked(database, times)]
    assert found == ordered["modifiedOn"].astype("int64").tolist()
    lists = [
        found for (found,) in asked(database, "select custom_fields from st.jpm_jobs" + BY_KEY)
    ]
    assert lists == ordered["customFields"].tolist()
    counted = "select count(*) from st.accounting_invoices_items"
    assert asked(database, counted) == [(len(items),)]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills the loader")
@pytest.mark.filterwarnings("ignore:The 'warn' method is deprecated:DeprecationWarning")  # dlt's
@pytest.mark.parametrize("state", ["kept", "lost"])
def test_a_load_that_is_killed_is_made_good(
    dlt: Any, database: str, tmp_path: Path, state: str
) -> None:
    """By the next run, on the same machine or on one that has nothing but the warehouse."""
    folder = tmp_path / "pipelines"
    with stnb.demo(seed=1, scale=0.01) as st, stnb.Tenants({"a": st}) as one:
        pipeline(dlt, database, folder).run(stnb.dlt_source(one, ["jpm.jobs"]))
    with _connected(database) as holder:
        _ask(holder, "begin")
        _ask(holder, "lock table st.jpm_jobs in access exclusive mode")
        loader = subprocess.Popen([sys.executable, "-c", LOAD, database, str(folder)])
        try:
            waits = "select count(*) from pg_locks where not granted"
            until(lambda: asked(database, waits) != [(0,)])
            loader.kill()
            loader.wait(PATIENCE)
        finally:
            ended(loader)
        _ask(holder, "select pg_terminate_backend(pid) from pg_locks where not granted")
        _ask(holder, "rollback")
    assert asked(database, "select distinct tenant from st.jpm_jobs") == [("a",)]
    if state == "lost":
        folder = tmp_path / "another"
    with two() as ts:
        for _ in range(2):
            pipe = pipeline(dlt, database, folder)
            pipe.run(stnb.dlt_source(ts, ["jpm.jobs"]))
        jobs = ts.pull("jpm.export.jobs", progress=False)

    per_tenant = "select tenant, count(*), count(distinct id) from st.jpm_jobs group by 1"
    assert sorted(asked(database, per_tenant)) == [
        (name, n, n) for name, n in jobs.groupby("tenant").size().items()
    ]
