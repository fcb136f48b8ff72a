"""Attacks on `stnb.sql` with Ctrl-C, at any moment and while DuckDB looks at nothing."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import pandas as pd
import pytest

import stnb
from stnb.mirror.sql_work import carried_out
from tests.helpers.interrupts import interrupted

pytest.importorskip("duckdb")

ENDLESS = {
    "a product": "select sum(x.range % 7 * y.range) from range(10000000) x, range(10000000) y",
    "rows to fetch": "select x.range as a, y.range as b from range(100000) x, range(100000) y",
    "a sort": "from (select hash(x.range) h from range(9000) x, range(9000) y) order by h",
    "recursion": "with recursive r(n) as (select 1 union all select n + 1 from r) from r",
    "a window": "select sum(h) over (order by h desc) from "
    "(select hash(x.range * y.range) % 100 h from range(3000) x, range(3000) y)",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one small table; what DuckDB writes beside it is under `spill`."""
    pd.DataFrame({"a": [1, 2]}).to_parquet(tmp_path / "t.parquet")
    (tmp_path / "spill").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "spill"))
    stnb.sql("from t", tmp_path)  # what is imported, is imported now
    return tmp_path


@pytest.mark.parametrize("query", ENDLESS.values(), ids=ENDLESS)
def test_each_kind_of_work_stops(folder: Path, query: str) -> None:
    """DuckDB has stopped, its folder is gone, and the next query is answered."""
    assert interrupted(lambda: stnb.sql(query, folder)) < 60

    at_work = [each for each in threading.enumerate() if each.name == "stnb-sql"]
    for each in at_work:
        each.join(60)
    assert list((folder / "spill").iterdir()) == []
    assert len(stnb.sql("from t", folder)) == 2


def test_a_folder_that_cannot_be_made_costs_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A query whose work fits into memory is answered, with no folder for what does not."""
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "gone"))

    assert len(stnb.sql("from t order by a", folder)) == 2


def test_a_step_that_cannot_be_stopped_is_left() -> None:
    """The interrupt ends the wait all the same; the work closes what it opened when it ends."""
    goes_on, asked, closed = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        goes_on.wait(60)
        closed.set()

    assert interrupted(lambda: carried_out(work, asked.set)) < 30
    assert asked.is_set()
    assert not closed.is_set()
    goes_on.set()
    assert closed.wait(60)


def test_no_work_keeps_the_process_alive() -> None:
    """Its thread is one that Python does not wait for at the end."""
    assert carried_out(lambda: threading.current_thread().daemon, lambda: None)


def test_an_error_of_the_work_is_raised() -> None:
    """Whatever it is, in the thread that asked."""

    def work() -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        carried_out(work, lambda: None)
