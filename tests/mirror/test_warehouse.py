"""Tables of tenants, loaded by dlt."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

import stnb
from stnb.errors import Incomplete, SetupError, UsageError

NAMES = ["jpm.jobs", "accounting.invoices", "dispatch.zones"]


def test_without_dlt_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """dlt is loaded for those who use it."""
    monkeypatch.setitem(sys.modules, "dlt", None)

    with pytest.raises(SetupError, match=r"stnb\[dlt\]"):
        stnb.dlt_source(stnb.demo(scale=0.01), ["jpm.jobs"])


@pytest.fixture
def dlt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """dlt, which reports nothing to its makers, and keeps its things in the test's folder."""
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    monkeypatch.setenv("DLT_PROJECT_DIR", str(tmp_path))
    pytest.importorskip("duckdb")
    with warnings.catch_warnings(action="ignore"):  # those of its first import
        return pytest.importorskip("dlt")


def two() -> stnb.Tenants:
    """Two demo tenants of different sizes."""
    return stnb.Tenants({"a": stnb.demo(seed=1, scale=0.01), "b": stnb.demo(seed=2, scale=0.02)})


def pipeline(dlt: Any, tmp_path: Path) -> Any:
    """A pipeline into a DuckDB file."""
    file = dlt.destinations.duckdb(str(tmp_path / "w.duckdb"))
    return dlt.pipeline(
        "st", destination=file, dataset_name="st", pipelines_dir=str(tmp_path / "pipelines")
    )


def asked(pipe: Any, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query on the destination."""
    with pipe.sql_client() as client:
        return [tuple(row) for row in client.execute_sql(query)]


def loaded(pipe: Any) -> dict[str, int]:
    """How many rows of ours the last run loaded, by table."""
    counts = pipe.last_trace.last_normalize_info.row_counts
    return {name: n for name, n in counts.items() if not name.startswith("_dlt") and n}


def test_the_rows_of_every_tenant_are_loaded_once(dlt: Any, tmp_path: Path) -> None:
    """And a second run loads nothing that has not changed."""
    pipe = pipeline(dlt, tmp_path)
    with two() as ts:
        pipe.run(stnb.dlt_source(ts, NAMES))
        first = loaded(pipe)
        pipe.run(stnb.dlt_source(ts, NAMES))
        second = loaded(pipe)
        frame = ts.pull("jpm.export.jobs", progress=False)

    assert asked(pipe, "select tenant, count(*) from jpm_jobs group by 1 order by 1") == [
        (name, int(n)) for name, n in frame.groupby("tenant").size().items()
    ]
    assert asked(pipe, "select count(*) - count(distinct (tenant, id)) from jpm_jobs") == [(0,)]
    assert first["jpm_jobs"] == len(frame)
    assert not second.keys() & {"jpm_jobs", "accounting_invoices", "dispatch_zones"}


def test_times_are_moments_to_the_microsecond(dlt: Any, tmp_path: Path) -> None:
    """And ids are integers; lists are JSON, as few warehouses have columns of them."""
    pipe = pipeline(dlt, tmp_path)
    with stnb.demo(scale=0.01) as st:
        pipe.run(stnb.dlt_source(st, "jpm.jobs"))
        frame = st.jpm.export.jobs.pull(progress=False)
    where = "information_schema.columns where table_name = 'jpm_jobs'"
    types = dict(asked(pipe, f"select column_name, data_type from {where}"))

    assert types["tenant"] == "VARCHAR"
    assert types["id"] == "BIGINT"
    assert types["created_on"] == "TIMESTAMP WITH TIME ZONE"
    times = asked(pipe, "select id, epoch_us(modified_on) from jpm_jobs order by id")
    ordered = frame.sort_values("id")
    assert times == list(
        zip(ordered["id"].tolist(), ordered["modifiedOn"].astype("int64").tolist(), strict=True)
    )
    assert types["custom_fields"] == "JSON"
    texts = asked(pipe, "select custom_fields from jpm_jobs order by id")
    assert [json.loads(text) for (text,) in texts] == ordered["customFields"].tolist()


@pytest.mark.long
def test_a_load_that_was_cut_off_is_made_good(
    dlt: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cursor of a load that never arrived is not kept."""
    pipe = pipeline(dlt, tmp_path)
    with two() as ts:
        source = stnb.dlt_source(ts, ["jpm.jobs"])
        pipe.extract(source)
        pipe.abort_packages()
        # Another machine goes on, which has nothing but the warehouse.
        pipe.drop()
        pipe = pipeline(dlt, tmp_path)
        pipe.run(stnb.dlt_source(ts, ["jpm.jobs"]))
        rows = len(ts.pull("jpm.export.jobs", progress=False))

    assert asked(pipe, "select count(*) from jpm_jobs") == [(rows,)]


@pytest.mark.long
def test_a_load_that_was_extracted_and_not_loaded_is_loaded_by_the_next_run(
    dlt: Any, tmp_path: Path
) -> None:
    """dlt loads what lies there first; nothing comes twice."""
    pipe = pipeline(dlt, tmp_path)
    with two() as ts:
        pipe.extract(stnb.dlt_source(ts, ["jpm.jobs"]))
        pipe = pipeline(dlt, tmp_path)
        pipe.run(stnb.dlt_source(ts, ["jpm.jobs"]))
        pipe.run(stnb.dlt_source(ts, ["jpm.jobs"]))
        rows = len(ts.pull("jpm.export.jobs", progress=False))

    assert asked(pipe, "select count(*), count(distinct (tenant, id)) from jpm_jobs") == [
        (rows, rows)
    ]


@pytest.mark.long
def test_children_are_a_table_of_their_own(dlt: Any, tmp_path: Path) -> None:
    """Each with its tenant and its parent's key."""
    pipe = pipeline(dlt, tmp_path)
    lists = {"accounting.invoices": ["items"]}
    with two() as ts:
        pipe.run(stnb.dlt_source(ts, ["accounting.invoices"], children=lists))
        invoices = ts.pull("accounting.export.invoices", progress=False)
    items = stnb.children(invoices, "items")

    assert asked(
        pipe, "select count(*), count(distinct tenant) from accounting_invoices_items"
    ) == [(len(items), 2)]
    lost = """select count(*) from accounting_invoices_items i anti join accounting_invoices p
        on p.tenant = i.tenant and p.id = i.invoice_id"""
    assert asked(pipe, lost) == [(0,)]


@pytest.mark.long
def test_plain_files_get_nothing_twice(dlt: Any, tmp_path: Path) -> None:
    """Files cannot be merged, so a row that has not changed must not come again."""
    pipe = dlt.pipeline(
        "files",
        destination=dlt.destinations.filesystem((tmp_path / "bucket").as_uri()),
        dataset_name="st",
        pipelines_dir=str(tmp_path / "pipelines"),
    )
    names = ["jpm.jobs", "dispatch.zones"]
    with two() as ts:
        for _ in range(2):
            pipe.run(stnb.dlt_source(ts, names), loader_file_format="parquet")
        rows = len(ts.pull("jpm.export.jobs", progress=False))
    import pyarrow.parquet as pq

    files = (tmp_path / "bucket" / "st" / "jpm_jobs").glob("*.parquet")
    assert sum(pq.ParquetFile(file).metadata.num_rows for file in files) == rows


def test_a_tenant_that_fails_is_left_out_and_told(dlt: Any, tmp_path: Path) -> None:
    """It costs the others nothing, unless strict."""
    pipe = pipeline(dlt, tmp_path)
    accounts = {"a": stnb.demo(scale=0.01), "b": stnb.demo(state="disabled")}
    with stnb.Tenants(accounts) as ts:
        with pytest.warns(Incomplete, match="b was left out"):
            pipe.run(stnb.dlt_source(ts, ["jpm.jobs"]))
        with pytest.raises(Exception, match="jpm_jobs"):
            pipe.run(stnb.dlt_source(ts, ["jpm.jobs"], strict=True))

    assert asked(pipe, "select distinct tenant from jpm_jobs") == [("a",)]


def test_children_of_what_is_not_read_are_refused(dlt: Any) -> None:
    """Nothing is sent."""
    with pytest.raises(UsageError, match=r"children= names crm\.leads"):
        stnb.dlt_source(stnb.demo(scale=0.01), ["jpm.jobs"], children={"crm.leads": ["x"]})
