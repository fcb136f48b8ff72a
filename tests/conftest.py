"""What every test starts from: no credentials in the environment, an empty folder to work in, no
network.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

import stnb
from stnb import pull
from stnb.frame import notices
from stnb.session import clock
from tests.helpers.moments import DEMO_TODAY, NOW

# The same examples in every run: a run that fails can be repeated, and one that passes says the
# same everywhere.
hypothesis.settings.register_profile("stnb", derandomize=True, deadline=None)
hypothesis.settings.load_profile("stnb")

os.environ["STNB_DEMO_SCALE"] = str(2 / 7)  # 6,000 jobs are enough for tests
os.environ["STNB_DEMO_TODAY"] = DEMO_TODAY
OURS = ("STNB_CHROMIUM", "STNB_DEMO_SCALE", "STNB_DEMO_TODAY", "STNB_TEST_ALL")


ROOT = Path(__file__).parent
# What takes longest goes first: a long file that begins last keeps the other workers waiting.
LONGEST = (
    "browser",
    "whole/test_notebooks.py",
    "whole/test_rooms.py",
    "explorer/test_notebook.py",
    "whole",
    "explorer",
    "account",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    file = item.path.relative_to(ROOT)
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


@pytest.fixture(autouse=True)
def clean_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of ours, an empty working folder, nothing said or left over before."""
    for name in list(os.environ):
        if name.startswith(("SERVICETITAN_", "STNB_")) and name not in OURS:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STNB_CACHE", str(tmp_path.parent / "stnb-cache"))
    notices.forget()
    pull.forget_partial()


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
