"""Ctrl-C while a public verb does its own work, not only while it waits: one line is shown."""

from __future__ import annotations

import gc
import linecache
import random
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import stnb
from stnb.errors import Interrupted, interrupts
from stnb.frame.save import load
from stnb.pull import Pull
from tests.helpers.sample import EVERYTHING

HOME = str(Path(stnb.__file__).parent)
# Before the first step of a verb, and behind its last, nobody catches what falls.
EDGES = (interrupts.__file__, stnb.__file__)
SIMULATED = str(Path(HOME, "demoserver"))
PRESSES = 40 if EVERYTHING else 2

REPORT = "Revenue by Business Unit"
VERBS: dict[str, Callable[[stnb.Account, stnb.Tenants], Any]] = {
    "connect": lambda st, ts: stnb.connect("demo"),
    "count": lambda st, ts: st.jpm.jobs.count(),
    "counts": lambda st, ts: ts.count("jpm.jobs"),
    "get": lambda st, ts: st.get("jpm/v2/tenant/{tenant}/job-types"),
    "pages": lambda st, ts: list(st.jpm.job_types.pages(page_size=10)),
    "batches": lambda st, ts: list(st.jpm.job_types.where().batches()),
    "where": lambda st, ts: st.jpm.jobs.where(jobStatus="Completed"),
    "several": lambda st, ts: ts.pull("jpm.job_types", progress=False),
    "example": lambda st, ts: st.jpm.jobs.example(),
    "report": lambda st, ts: st.report(REPORT),
    "run": lambda st, ts: st.report(REPORT).run(From="last month", To="last month", limit=1),
    "started": lambda st, ts: st.report(REPORT).start,
    "waited": lambda st, ts: _frame_of(st.jpm.job_types.start()),
    "sync": lambda st, ts: stnb.sync("jpm.job_types", "kept", account=st, progress=False),
    "sql": lambda st, ts: stnb.sql("select count(*) as n from jpm_job_types", "kept"),
    "profile": lambda st, ts: stnb.profile(st.jpm.job_types.pull(progress=False)),
    "doctor": lambda st, ts: stnb.doctor(st),
}


def _frame_of(run: Pull) -> Any:
    """As a cell writes it that did other work while the rows came."""
    run.wait()
    return run.result(), run.frame


class Steps:
    """Counts the lines of ours that the main thread begins, and presses Ctrl-C at one of them.

    Args:
        press_at: the number of the line; 0 for none.
    """

    def __init__(self, press_at: int = 0) -> None:
        self.passed, self.where, self._press_at = 0, "", press_at
        self.bare: set[str] = set()  # lines whose interrupt nobody would catch
        self._entered: set[tuple[FrameType, int]] = set()

    def __enter__(self) -> Steps:
        sys.settrace(self._call)
        return self

    def __exit__(self, *error: object) -> None:
        sys.settrace(None)

    def _call(self, frame: FrameType, event: str, value: Any) -> Any:
        file = frame.f_code.co_filename
        ours = file.startswith(HOME) and file not in EDGES and not file.startswith(SIMULATED)
        return self._line if ours else None

    def _line(self, frame: FrameType, event: str, value: Any) -> Any:
        if event == "line" and not self._leaves_a_block(frame):
            self.passed += 1
            if not self._press_at and not _caught(frame):
                self.bare.add(_place(frame))
            if self.passed == self._press_at:
                self.where = _place(frame)
                signal.raise_signal(signal.SIGINT)
        return self._line

    def _leaves_a_block(self, frame: FrameType) -> bool:
        """Whether a line of `with` is passed again, at its end: Python itself takes no interrupt
        there, before the lock is let go.
        """
        line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
        if not line.lstrip().startswith("with "):
            return False
        place = (frame, frame.f_lineno)
        leaves = place in self._entered
        self._entered.add(place)
        return leaves


def _place(frame: FrameType) -> str:
    return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"


def _caught(frame: FrameType) -> bool:
    """Whether a function that makes one line of an interrupt stands above."""
    above: FrameType | None = frame
    while above is not None and above.f_code.co_filename != __file__:
        if above.f_code.co_filename == interrupts.__file__:
            return True
        above = above.f_back
    return False


@pytest.fixture(scope="module", autouse=True)
def _small_demo(small_demo: None) -> None:
    """These tests look at no rows."""


@pytest.mark.filterwarnings("ignore::stnb.errors.HiddenRows")
@pytest.mark.parametrize("name", VERBS)
def test_an_interrupt_of_any_step_is_one_line(name: str, st: stnb.Account) -> None:
    """Wherever it falls into the verb's own work."""
    verb, ts = VERBS[name], stnb.tenants("demo")
    stnb.sync("jpm.job_types", "kept", account=st, progress=False)
    verb(st, ts)  # so that no import is counted
    with Steps() as whole:
        verb(st, ts)
    assert not whole.bare

    pressed = 0
    for press_at in random.Random(name).sample(range(1, whole.passed + 1), PRESSES):
        error: BaseException | None = None
        with Steps(press_at) as steps:
            try:
                verb(st, ts)
            except KeyboardInterrupt as err:
                error = err
        if not steps.where:
            continue  # it took fewer steps this time
        pressed += 1
        assert isinstance(error, Interrupted), steps.where
        assert error._render_traceback_()[0].startswith("Interrupted")
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert pressed
    gc.collect()  # a coroutine that was never awaited says so here


@pytest.mark.filterwarnings("ignore::stnb.errors.HiddenRows")
def test_rows_that_went_to_a_file_are_there_as_long_as_it_is(
    st: stnb.Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupt behind the last row leaves the file of batches for `stnb.last_partial`; once the
    file is gone, the interrupt says nothing of rows.
    """
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    warn = Pull._warn

    def pressed(run: Pull) -> None:
        warn(run)
        raise KeyboardInterrupt

    monkeypatch.setattr(Pull, "_warn", pressed)
    with pytest.raises(Interrupted) as caught:
        st.jpm.job_types.where().batches()
    monkeypatch.undo()
    rows = stnb.last_partial
    assert rows is not None
    assert str(caught.value) == f"Interrupted; {len(rows)} rows are in stnb.last_partial"

    gone = Interrupted(lambda: len(load(tmp_path / "gone.parquet")))
    assert str(gone) == "Interrupted."
