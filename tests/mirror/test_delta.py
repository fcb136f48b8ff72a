"""Tables in the Delta format, shared by tenants: right after every run, and read as they were."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import stnb
from stnb.errors import BadFilter, CannotSave, SetupError, UsageError
from stnb.mirror import sync
from stnb.mirror.delta_types import for_delta
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.owner import SECRETS, owner
from tests.helpers.sample import EVERYTHING, tries
from tests.helpers.warned import quiet
from tests.mirror.test_sync import CATALOG, Tenant, history, rows_of, saying

TABLE = "toys_widgets"


class Named(Tenant):
    """A tenant whose profile has a name of its own."""

    def __init__(self, name: str = "p", tenant: int = 42) -> None:
        super().__init__()
        FakeTenant.__init__(self, owner=owner(tenant=tenant, profile=name), catalog=CATALOG)


def test_without_deltalake_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is read before."""
    monkeypatch.setitem(sys.modules, "deltalake", None)
    server = Named()

    with pytest.raises(SetupError, match=r"stnb\[delta\]"):
        sync(["toys.widgets"], tmp_path, account=server, format="delta")
    assert not server.requests


deltalake = pytest.importorskip("deltalake")


def up_to_date(server: Tenant, folder: Path, *names: str) -> pd.DataFrame:
    """Sync to Delta tables, whatever is warned of."""
    named = list(names) or ["toys.widgets"]
    return quiet(lambda: sync(named, folder, account=server, format="delta"))


def kept(folder: Path, tenant: str = "p", table: str = TABLE) -> dict[int, dict[str, Any]]:
    """The rows of a tenant, as another program reads them."""
    rows = deltalake.DeltaTable(str(folder / table)).to_pyarrow_table()
    frame = rows.filter(pa.compute.equal(rows["tenant"], tenant)).to_pandas()
    kinds = {"id": "int64", "active": "bool"}
    return rows_of(frame.drop(columns="tenant").astype(kinds))


def versions(folder: Path, table: str = TABLE) -> list[str]:
    """What was done to a table, the oldest first."""
    found = deltalake.DeltaTable(str(folder / table)).history()
    return [each["operation"] for each in reversed(found)]


@pytest.fixture
def toys() -> Named:
    server = Named()
    for i in range(1, 11):
        server.put(i)
    return server


# -- what a run does


def test_what_changed_is_merged_by_the_tables_own_merge(toys: Named, tmp_path: Path) -> None:
    """And is counted as in a folder of Parquet files."""
    first = up_to_date(toys, tmp_path)
    toys.put(3, name="other")
    toys.put(11)
    toys.put(4, active=False)
    toys.resend(5)
    second = up_to_date(toys, tmp_path)

    told = ["by", "before", "added", "changed", "inactive", "after"]
    assert first[told].values.tolist() == [["feed", 0, 10, 0, 0, 10]]
    assert second[told].values.tolist() == [["feed", 10, 1, 2, 1, 11]]
    assert kept(tmp_path) == toys.rows
    assert versions(tmp_path) == ["WRITE", "MERGE"]


def test_without_a_change_there_is_no_version(toys: Named, tmp_path: Path) -> None:
    """Of a feed, of a list by the time of change, and of one that is read whole."""
    names = ["toys.widgets", "toys.gadgets", "toys.colours", "toys.views"]
    up_to_date(toys, tmp_path, *names)
    second = up_to_date(toys, tmp_path, *names)

    for table in (TABLE, "toys_gadgets", "toys_colours"):
        assert versions(tmp_path, table) == ["WRITE"]
        assert kept(tmp_path, table=table) == toys.rows
    assert second["by"].tolist() == ["feed", "modified", "whole", "whole"]
    assert second["changed"].tolist()[:3] == [0, 0, 0]


def test_rows_that_went_are_gone_from_a_table_that_is_read_whole(
    toys: Named, tmp_path: Path
) -> None:
    """The old version still has them."""
    up_to_date(toys, tmp_path, "toys.colours")
    del toys.rows[2]
    up_to_date(toys, tmp_path, "toys.colours")

    assert kept(tmp_path, table="toys_colours") == toys.rows
    before = stnb.sql("select count(*) n from toys_colours", tmp_path, as_of=0)
    assert before["n"].tolist() == [10]


def test_tenants_share_a_table_and_not_their_rows(tmp_path: Path) -> None:
    """The same id is another row; one tenant's changes leave the others as they are."""
    one, two = Named("phoenix"), Named("o'hara", tenant=43)
    for i in range(1, 6):
        one.put(i, name="one")
        two.put(i, name="two")
    for server in (one, two):
        up_to_date(server, tmp_path)
    one.put(1, name="changed")
    del two.rows[3]
    for server in (one, two):
        up_to_date(server, tmp_path, "toys.widgets", "toys.colours")

    assert kept(tmp_path, "phoenix") == one.rows
    assert set(kept(tmp_path, "o'hara")) == {1, 2, 3, 4, 5}
    assert kept(tmp_path, "phoenix", "toys_colours") == one.rows
    assert kept(tmp_path, "o'hara", "toys_colours") == two.rows
    counted = stnb.sql(
        "select tenant, count(*) n from toys_widgets group by 1 order by 1", tmp_path
    )
    assert counted.values.tolist() == [["o'hara", 5], ["phoenix", 5]]
    paths = deltalake.DeltaTable(str(tmp_path / TABLE)).partitions()
    assert {each["tenant"] for each in paths} == {"phoenix", "o'hara"}


def test_tenants_that_write_at_once(tmp_path: Path) -> None:
    """Each table has the rows of all, in the end."""
    servers = [Named(f"t{n}", tenant=n) for n in range(1, 6)]
    for server in servers:
        server.put(1)
    threads = [threading.Thread(target=up_to_date, args=(each, tmp_path)) for each in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for number, server in enumerate(servers, 1):
        assert kept(tmp_path, f"t{number}") == server.rows


def test_a_new_column_is_null_in_the_rows_before(toys: Named, tmp_path: Path) -> None:
    """Delta's own merge widens the table."""
    up_to_date(toys, tmp_path)
    toys.put(3, colour="red")
    up_to_date(toys, tmp_path)

    found = stnb.sql("select id, colour from toys_widgets order by id", tmp_path)
    assert found["colour"].fillna("–").tolist() == ["–", "–", "red", *["–"] * 7]


def test_a_column_that_becomes_text_is_text_for_all_tenants(toys: Named, tmp_path: Path) -> None:
    """As they were sent; nothing of another tenant is lost."""
    other = Named("q", tenant=43)
    other.put(1, size=2.5)
    up_to_date(other, tmp_path)
    up_to_date(toys, tmp_path)
    toys.put(3, size="large")
    up_to_date(toys, tmp_path)
    toys.put(4, size=7.25)
    up_to_date(toys, tmp_path)

    query = "select tenant, id, size from toys_widgets where id in (1, 3, 4) order by all"
    assert stnb.sql(query, tmp_path).values.tolist() == [
        ["p", 1, "1.5"],
        ["p", 3, "large"],
        ["p", 4, "7.25"],
        ["q", 1, "2.5"],
    ]


def test_a_number_is_never_rounded_for_another_tenants_sake(tmp_path: Path) -> None:
    """Floats beside whole numbers that a float does not hold make text of both, which is told."""
    one, two = Named("p"), Named("q", tenant=43)
    one.put(1, extra=2**53 + 1)
    two.put(1, extra=1.5)
    up_to_date(one, tmp_path)

    with saying() as said:
        sync(["toys.widgets"], tmp_path, account=two, format="delta")

    assert stnb.sql("select extra from toys_widgets order by tenant", tmp_path)[
        "extra"
    ].tolist() == [
        str(2**53 + 1),
        "1.5",
    ]
    assert len([text for text in said if text.startswith("ColumnDrift: extra in ")]) == 1


def test_a_table_that_was_restored_is_read_from_the_beginning(toys: Named, tmp_path: Path) -> None:
    """Its checkpoint is of rows that are no longer there."""
    up_to_date(toys, tmp_path)
    toys.put(3, name="other")
    up_to_date(toys, tmp_path)
    deltalake.DeltaTable(str(tmp_path / TABLE)).restore(0)
    up_to_date(toys, tmp_path)

    assert kept(tmp_path) == toys.rows


def test_a_table_that_was_deleted_is_read_from_the_beginning(toys: Named, tmp_path: Path) -> None:
    """The reader is told."""
    up_to_date(toys, tmp_path)
    shutil.rmtree(tmp_path / TABLE)
    with saying() as texts:
        sync(["toys.widgets"], tmp_path, account=toys, format="delta")

    assert kept(tmp_path) == toys.rows
    assert any("read from the beginning" in text for text in texts)


def test_a_table_of_somebody_else_is_left_alone(toys: Named, tmp_path: Path) -> None:
    """A Delta table that is partitioned otherwise is not ours."""
    deltalake.write_deltalake(str(tmp_path / TABLE), pa.table({"id": [1]}))

    with pytest.raises(UsageError, match="not partitioned by tenant"):
        up_to_date(toys, tmp_path)
    assert versions(tmp_path) == ["WRITE"]


def test_another_tenant_of_the_same_name_is_refused(toys: Named, tmp_path: Path) -> None:
    """Rows of two tenants are never mixed up."""
    up_to_date(toys, tmp_path)

    with pytest.raises(UsageError, match="keeps tables of tenant 42"):
        up_to_date(Named(tenant=43), tmp_path)


def test_a_format_that_there_is_not(tmp_path: Path) -> None:
    """Nothing is read."""
    unknown: Any = "iceberg"
    with pytest.raises(BadFilter, match="iceberg"):
        sync(["toys.widgets"], tmp_path, account=Named(), format=unknown)


def test_a_log_that_cannot_be_written(
    toys: Named, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One error in words; the next run makes it good."""
    up_to_date(toys, tmp_path)
    toys.put(3, name="other")
    errors = deltalake.exceptions
    calls = []

    def refuse(*_: Any, **__: Any) -> None:
        calls.append(1)
        raise errors.CommitFailedError("somebody else")

    with monkeypatch.context() as context:
        context.setattr(deltalake.DeltaTable, "merge", refuse)
        with pytest.raises(CannotSave, match="Others write to it at the same time"):
            up_to_date(toys, tmp_path)
    assert len(calls) == 5
    up_to_date(toys, tmp_path)
    assert kept(tmp_path) == toys.rows


def test_no_secret_is_in_the_folder(toys: Named, tmp_path: Path) -> None:
    """In no table, log or checkpoint."""
    up_to_date(toys, tmp_path)

    for path in tmp_path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret.encode() in content for secret in SECRETS)


@pytest.mark.long
def test_the_demo_tenants_are_those_of_a_pull(tmp_path: Path) -> None:
    """Real columns, nested ones too, of two tenants side by side."""
    names = ["jpm.jobs", "accounting.invoices", "dispatch.zones"]
    accounts = {"a": stnb.demo(seed=1, scale=0.01), "b": stnb.demo(seed=2, scale=0.02, number=1)}
    with stnb.Tenants(accounts) as ts:
        ts.sync(names, tmp_path, format="delta", progress=False)
        again = ts.sync(names, tmp_path, format="delta", progress=False)
        pulled = ts.pull("accounting.export.invoices", progress=False)
    kept_rows = stnb.sql("from accounting_invoices order by tenant, id", tmp_path)

    assert again["changed"].tolist() == [0] * 6
    pulled = pulled.sort_values(["tenant", "id"], ignore_index=True)
    flat = [name for name in pulled if isinstance(pulled[name].iloc[0], (str, int, float, bool))]
    shared = [name for name in flat if name in kept_rows]
    assert len(shared) > 10
    pd.testing.assert_frame_equal(
        kept_rows[shared], pulled[shared], check_flags=False, check_dtype=False
    )


# -- types


def test_delta_gets_the_types_that_it_has() -> None:
    """Times in UTC to the microsecond, durations as seconds, no column of nulls alone."""
    table = pa.table(
        {
            "tenant": ["the API's own"],
            "nothing": pa.nulls(1),
            "when": pa.array([1_500], pa.timestamp("ns")),
            "long": pa.array([1_500_000], pa.duration("us")),
            "nested": [[{"a": 1, "b": None}]],
            "text": pa.array(["x"], pa.large_string()),
        }
    )
    found = for_delta(table)

    assert found.schema == pa.schema(
        {
            "tenant.value": pa.string(),
            "when": pa.timestamp("us", "UTC"),
            "long": pa.float64(),
            "nested": pa.list_(pa.struct({"a": pa.int64()})),
            "text": pa.string(),
        }
    )
    assert found["long"].to_pylist() == [1.5]
    assert found["nested"].to_pylist() == [[{"a": 1}]]


# -- as it was


def test_rows_are_read_as_they_were(toys: Named, tmp_path: Path) -> None:
    """By a version's number, or by a moment; and compared."""
    up_to_date(toys, tmp_path)
    (first,) = deltalake.DeltaTable(str(tmp_path / TABLE)).history()
    between = pd.Timestamp(first["timestamp"], unit="ms", tz="UTC")
    toys.put(3, size=9.5)
    toys.put(11)
    up_to_date(toys, tmp_path)

    now = stnb.sql("from toys_widgets", tmp_path)
    by_number = stnb.sql("from toys_widgets", tmp_path, as_of=0)
    by_moment = stnb.sql("from toys_widgets", tmp_path, as_of=between)
    pd.testing.assert_frame_equal(by_number, by_moment)
    drift = stnb.compare(by_number, now)

    assert list(drift.columns[:2]) == ["tenant", "id"]
    assert drift[drift["change"] == "added"]["id"].tolist() == [11]
    sizes = drift[drift["column"] == "size"]
    assert sizes[["tenant", "id"]].values.tolist() == [["p", 3]]
    assert float(sizes["old"].iloc[0]) == 1.5
    assert float(sizes["new"].iloc[0]) == 9.5


@pytest.mark.parametrize("as_of", [7, "2020-01-01"])
def test_a_version_that_there_is_not(toys: Named, tmp_path: Path, as_of: Any) -> None:
    """It says which there are."""
    up_to_date(toys, tmp_path)

    with pytest.raises(UsageError, match="Its versions are 0 of"):
        stnb.sql("from toys_widgets", tmp_path, as_of=as_of)


def test_as_of_is_a_version_a_date_or_a_time(toys: Named, tmp_path: Path) -> None:
    """Anything else is refused."""
    up_to_date(toys, tmp_path)

    with pytest.raises(UsageError, match="does not fit"):
        stnb.sql("from toys_widgets", tmp_path, as_of="the day before")


def test_a_parquet_file_has_no_versions(toys: Named, tmp_path: Path) -> None:
    """It says which format has."""
    sync(["toys.widgets"], tmp_path, account=toys)

    with pytest.raises(UsageError, match='format="delta"'):
        stnb.sql("from toys_widgets", tmp_path, as_of=0)


@pytest.mark.parametrize("path", ["{outside}", "file://{outside}", "../../outside.parquet"])
def test_a_log_that_leads_out_of_the_table_is_refused(
    toys: Named, tmp_path: Path, path: str
) -> None:
    """A query reads the folder and nothing else."""
    lake, outside = tmp_path / "lake", tmp_path / "outside.parquet"
    up_to_date(toys, lake)
    log = lake / TABLE / "_delta_log" / f"{0:020}.json"
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    for line in lines:
        if "add" in line:
            shutil.copy(next((lake / TABLE).rglob("*.parquet")), outside)
            line["add"]["path"] = path.format(outside=outside)
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))

    with pytest.raises(UsageError):
        stnb.sql("from toys_widgets", lake)


def test_a_table_twice_is_refused(toys: Named, tmp_path: Path) -> None:
    """A file and a Delta table of one name: nobody knows which is meant."""
    up_to_date(toys, tmp_path)
    toys_of_file = pd.DataFrame({"id": [1]})
    toys_of_file.to_parquet(tmp_path / f"{TABLE}.parquet")

    with pytest.raises(UsageError, match="Delta table of its name"):
        stnb.sql("from toys_widgets", tmp_path)


# -- runs that end early


def run_once(folder: Path, runs: int, at: int = 0) -> None:
    """Sync, and be killed at the `at`th step; without, look whether all is right."""
    server, count = Named(), 0
    history(server, runs)

    def dying(what: Callable[..., Any]) -> Callable[..., Any]:
        def act(*paths: Any, **options: Any) -> Any:
            nonlocal count
            for after in (False, True):
                count += 1
                if count == at:
                    os.kill(os.getpid(), signal.SIGKILL)
                if not after:
                    answer = what(*paths, **options)
            return answer

        return act

    os.replace, os.unlink = dying(os.replace), dying(os.unlink)
    deltalake.write_deltalake = dying(deltalake.write_deltalake)
    merging = deltalake.table.TableMerger
    merging.execute = dying(merging.execute)
    with saying():
        sync(["toys.widgets"], folder, account=server, format="delta")
    if not at:
        assert kept(folder) == server.rows
        inside = folder / ".stnb" / "p"
        assert sorted(p.name for p in inside.iterdir()) == [f"{TABLE}.json"]


def child(*arguments: Any, seconds: float | None = None) -> int:
    """How a process ends that does this; killed after so many seconds."""
    pid = os.fork()
    if pid:
        if seconds is not None:
            time.sleep(seconds)
            os.kill(pid, signal.SIGKILL)
        return os.waitpid(pid, 0)[1]
    try:
        run_once(*arguments)
        os._exit(0)
    except BaseException as err:  # noqa: BLE001 - told by the end of the process
        sys.stderr.write(f"{arguments}: {err!r}\n")
        os._exit(1)


def kill_at_every_step(folder: Path, moments: int, stride: int) -> None:
    """In processes of their own: a first or a second run is killed at each of its steps, or at one
    in so many, and at moments of no step, then run again.
    """
    first = folder.with_name("first")
    begin = time.monotonic()
    assert child(first, 1) == 0
    took = time.monotonic() - begin
    for runs in (1, 2):
        for at in range(runs, 99, stride):
            shutil.rmtree(folder, ignore_errors=True)
            if runs == 2:
                shutil.copytree(first, folder)
            end = child(folder, runs, at)
            assert end in (0, signal.SIGKILL)
            assert child(folder, runs) == 0
            if end == 0:
                break
        assert at > 6
    chance = random.Random(1)
    for _ in range(moments):
        shutil.rmtree(folder, ignore_errors=True)
        child(folder, 2, seconds=chance.uniform(0, took))
        assert child(folder, 2) == 0


@pytest.mark.skipif(os.name != "posix", reason="forks")
@pytest.mark.long
def test_killed_at_every_step(tmp_path: Path) -> None:
    """Killed at any moment, the next run ends with the rows of the server, and leaves nothing
    behind.
    """
    moments, stride = (8, 2) if EVERYTHING else (2, 8)
    code = f"""import pathlib, runpy
runpy.run_path({__file__!r})['kill_at_every_step'](pathlib.Path('data'), {moments}, {stride})"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(stnb.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr


changes = some.lists(
    some.tuples(some.integers(1, 4), some.sampled_from(["a", "b"]), some.booleans()), max_size=6
)


@settings(max_examples=tries(30), deadline=None)
@given(some.lists(changes, min_size=1, max_size=3))
@pytest.mark.long
def test_any_history_ends_in_the_rows_of_the_server(runs: list[Any]) -> None:
    """Whatever is added and changed between runs."""
    folder = Path(tempfile.mkdtemp())
    server = Named()
    server.put(9)
    try:
        for run in runs:
            for id, name, active in run:
                server.put(id, name=name, active=active)
            up_to_date(server, folder)
            assert kept(folder) == server.rows
    finally:
        shutil.rmtree(folder)
