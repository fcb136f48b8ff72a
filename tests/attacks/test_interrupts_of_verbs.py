"""Ctrl-C while a public verb does its own work, not only while it waits: one line is shown."""

from __future__ import annotations

import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import stnb
from stnb.errors import Interrupted, interrupts
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
    "sync": lambda st, ts: stnb.sync("jpm.job_types", "kept", account=st, progress=False),
    "sql": lambda st, ts: stnb.sql("select count(*) as n from jpm_job_types", "kept"),
    "profile": lambda st, ts: stnb.profile(st.jpm.job_types.pull(progress=False)),
    "doctor": lambda st, ts: stnb.doctor(st),
}


class Steps:
    """Counts the lines of ours that the main thread begins, and presses Ctrl-C at one of them.

    Args:
        press_at: the number of the line; 0 for none.
    """

    def __init__(self, press_at: int = 0) -> None:
        self.passed, self.where, self._press_at = 0, "", press_at

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
        if event == "line":
            self.passed += 1
            if self.passed == self._press_at:
                self.where = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
                signal.raise_signal(signal.SIGINT)
        return self._line


@pytest.fixture(scope="module", autouse=True)
def _small_demo(small_demo: None) -> None:
    """These tests look at no rows."""


# Python says of a coroutine that was made but not yet handed over that it was never awaited.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:coroutine:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::stnb.errors.HiddenRows")
@pytest.mark.parametrize("name", VERBS)
def test_an_interrupt_of_any_step_is_one_line(name: str, st: stnb.Account) -> None:
    """Wherever it falls into the verb's own work."""
    verb, ts = VERBS[name], stnb.tenants("demo")
    stnb.sync("jpm.job_types", "kept", account=st, progress=False)
    verb(st, ts)  # so that no import is counted
    with Steps() as whole:
        verb(st, ts)

    for press_at in random.Random(name).sample(range(1, whole.passed + 1), PRESSES):
        with pytest.raises(KeyboardInterrupt) as caught, Steps(press_at) as steps:
            verb(st, ts)
        assert isinstance(caught.value, Interrupted), steps.where
        assert caught.value._render_traceback_()[0].startswith("Interrupted")
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
