"""Files of commands that go to an object store: whole or absent, and kept here if they fail."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from stnb.cli import landing, main
from stnb.filesystem.folders import cache_folder
from stnb.frame.save import load
from tests.helpers.memory_store import emptied, waiting

DEMO = ["--profile", "demo"]
MAY = ["--From", "2026-05", "--To", "2026-05", "--BusinessUnitIds", "712"]
RUN = ["report", "run", "Revenue by Business Unit", *DEMO, *MAY]


@pytest.fixture
def store() -> Iterator[MemoryFileSystem]:
    """A store in this process."""
    yield from emptied()


@pytest.mark.parametrize("option", ["-o", "--out", "--to"])
@pytest.mark.parametrize("ending", ["parquet", "csv", "json", "xlsx"])
def test_a_report_goes_to_a_store(
    option: str, ending: str, store: MemoryFileSystem, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the file that a run writes on this machine; where it is, is said once it is there."""
    address = f"memory://bucket/a/revenue.{ending}"
    assert main.main([*RUN, option, address]) == 0

    said = capsys.readouterr().err
    assert said.endswith(f"-> {address}\n")
    assert str(cache_folder()) not in said
    assert waiting() == []
    there = store.cat_file(f"/bucket/a/revenue.{ending}")
    if ending == "parquet":
        Path("there.parquet").write_bytes(there)
        assert list(load("there.parquet")["Name"]) == ["North HVAC Service"]
    if ending == "csv":
        assert list(pd.read_csv(io.BytesIO(there))["Name"]) == ["North HVAC Service"]


def test_lists_of_reports_and_rows_of_tenants_go_there_too(store: MemoryFileSystem) -> None:
    """Every command that takes a file takes an address."""
    assert main.main(["report", "list", *DEMO, "-q", "-o", "memory://bucket/list.csv"]) == 0
    assert b"175,Revenue" in store.cat_file("/bucket/list.csv")
    line = ["report", "list", *DEMO, "-q", "--format", "json", "-o", "memory://bucket/list"]
    assert main.main(line) == 0
    assert b'"Revenue"' in store.cat_file("/bucket/list.json")
    line = [
        "pull",
        "jpm.jobs",
        "--profiles",
        "demo",
        "-n",
        "3",
        "-q",
        "-o",
        "memory://bucket/j.csv",
    ]
    assert main.main(line) == 0
    assert store.cat_file("/bucket/j.csv").startswith(b"tenant,")


@pytest.mark.parametrize("target", ["memory://bucket/jobs.csv", "jobs.csv"])
@pytest.mark.parametrize("whose", [["--profile", "demo"], ["--profiles", "demo"]])
def test_a_file_is_checked_once(
    target: str, whose: list[str], store: MemoryFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its name on this machine or by its address, before rows are read for it."""
    checked = []
    monkeypatch.setattr(landing, "writer", checked.append)

    assert main.main(["pull", "jpm.jobs", "-n", "3", "-q", "-o", target, *whose]) == 0
    assert checked == [Path("jobs.csv")]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-o", "memory://bucket/x.docx"], "Its ending says no format"),
        (["-o", "memory://bucket/x"], "Its ending says no format"),
        (["--to", "memory://bucket/x"], "Its ending says no format"),
        (["-o", "memory://bucket"], "names no file in a bucket"),
        (["-o", "s3://me:hidden@bucket/x.csv"], "keys do not belong into an address"),
        (["-o", "memory://b/x.csv", "--format", "xlsx"], "Use --to memory://b/x.xlsx,"),
    ],
)
def test_a_place_that_cannot_be_is_refused_before_the_run(
    words: list[str],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    store: MemoryFileSystem,
) -> None:
    """A run costs one of few: nothing is sent for a file that cannot be written."""

    def never(*_: Any) -> None:
        raise AssertionError("it connected")

    monkeypatch.setattr("stnb.cli.reporting.connect", never)
    assert main.main([*RUN, *words]) != 0
    said = capsys.readouterr().err
    assert says in said
    assert "hidden" not in said
    assert store.store == {}


def test_rows_of_a_run_are_kept_if_the_store_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a file of this machine that the error names, so that the run is not lost."""

    def refuses(*_: Any) -> None:
        raise PermissionError("secret-of-a-store")

    monkeypatch.setenv("STNB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(MemoryFileSystem, "put_file", refuses)
    assert main.main([*RUN, "-o", "memory://bucket/x.parquet"]) != 0

    (kept,) = waiting()
    said = capsys.readouterr().err
    assert str(kept) in said
    assert "-> memory:" not in said
    assert "secret-of-a-store" not in said
    assert list(load(kept)["Name"]) == ["North HVAC Service"]
