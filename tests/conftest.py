"""What every test starts from: no credentials in the environment, an empty folder to work in, no
network.
"""

from __future__ import annotations

import datetime as dt
import functools
import gc
import os
import shutil
import signal
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

import stnb
from stnb import pull
from stnb.frame import notices
from stnb.session import clock
from tests.helpers import short_round
from tests.helpers.moments import DEMO_TODAY, NOW
from tests.helpers.sample import EVERYTHING

# The same examples in every run: a run that fails can be repeated, and one that passes says the
# same everywhere.
EXAMPLES = 100 if EVERYTHING else 15  # of a test that names no number of its own
hypothesis.settings.register_profile("stnb", derandomize=True, deadline=None, max_examples=EXAMPLES)
hypothesis.settings.load_profile("stnb")

# nbformat loads it to look at addresses in IRIs, which no notebook has: 3 s in each worker.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

# Without compiled files each of the processes that tests start compiles the whole package anew, and
# pytest all tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A shell that starts the tests in the background has them ignore Ctrl-C, which some of them press.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

USUAL_SCALE = str(2 / 7)
os.environ["STNB_DEMO_SCALE"] = USUAL_SCALE  # 6,000 jobs are enough for tests
os.environ["STNB_DEMO_TODAY"] = DEMO_TODAY
OURS = ("STNB_CHROMIUM", "STNB_DEMO_SCALE", "STNB_DEMO_TODAY", "STNB_TEST_ALL")


ROOT = Path(__file__).parent
# What takes longest goes first: a long file that begins last keeps the other workers waiting.
LONGEST = (
    "browser",
    "whole/test_notebooks.py",
    "account/test_typed_surface.py",
    "whole/test_rooms.py",
    "explorer/test_notebook.py",
    "whole",
    "explorer",
    "account",
    "attacks",
    "demoserver/test_filters.py",
    "mirror",
)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the garbage collector what lives until the end: modules, and 15,000 tests.

    Otherwise it looks at all of them again and again, also while the tests run.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what a short round does not need, and begin with what takes longest."""
    if short_round.is_short(config):
        out = set(short_round.left_out(items))
        config.hook.pytest_deselected(items=list(out))
        items[:] = [item for item in items if item not in out]
    items.sort(key=lambda item: _place(item.path))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """One more than there are cores in a short round: that of the browser's tests waits most of the
    time. Whole sweeps take the cores for minutes, and are not to wait for each other.
    """
    if EVERYTHING or os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) + 1
    return (os.cpu_count() or 1) + 1


@functools.cache
def _place(path: Path) -> int:
    file = path.relative_to(ROOT)
    for place, name in enumerate(LONGEST):
        if file.is_relative_to(name):
            return place
    return len(LONGEST)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file stays with one worker, and so do all browser tests: they share a server and a cache of
    the browser.
    """
    from xdist.scheduler import LoadFileScheduling

    class FilesAndBrowser(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            if nodeid.startswith("tests/browser/"):
                return "tests/browser"
            return str(super()._split_scope(nodeid))

    return FilesAndBrowser(config, log)


@pytest.fixture(scope="session")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where tests work that need no folder of their own."""
    return tmp_path_factory.mktemp("empty")


@pytest.fixture(autouse=True)
def clean_surroundings(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    empty_folder: Path,
) -> None:
    """No variable of ours, an empty working folder, nothing said or left over before.

    The working folder is `tmp_path` for a test that asks for it. The others share one: pytest looks
    at all folders that it has made before it makes another, and a run has 15,000 tests.
    """
    for name in list(os.environ):
        if name.startswith(("SERVICETITAN_", "STNB_")) and name not in OURS:
            monkeypatch.delenv(name)
    if "tmp_path" in request.fixturenames:
        monkeypatch.chdir(request.getfixturevalue("tmp_path"))
    else:
        _clear(empty_folder)
        monkeypatch.chdir(empty_folder)
    monkeypatch.setenv("STNB_CACHE", str(tmp_path_factory.getbasetemp() / "stnb-cache"))
    notices.forget()
    pull.forget_partial()


def _clear(folder: Path) -> None:
    for left in folder.iterdir():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        else:
            left.unlink()


@pytest.fixture(scope="module")
def small_demo() -> Iterator[None]:
    """In a quick round a third of the demo's rows, for modules that need no more."""
    with pytest.MonkeyPatch.context() as patch:
        if not EVERYTHING:
            patch.setenv("STNB_DEMO_SCALE", "0.1")
        yield


@pytest.fixture
def usual_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of the demo's rows, for a test in a module that has less of them."""
    monkeypatch.setenv("STNB_DEMO_SCALE", USUAL_SCALE)


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> dt.datetime:
    """This machine's clock stands at a moment; which one."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return NOW


@pytest.fixture
def st() -> Iterator[stnb.Account]:
    """An account of the demo tenant, in this process."""
    with stnb.connect("demo") as account:
        yield account
