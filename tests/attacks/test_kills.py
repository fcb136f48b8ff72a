"""SIGKILL at 50 points and more of a `sync` and of a `pull(to=…)`: the next run ends with the rows
of one that was never killed, none lost and none doubled.
"""

from __future__ import annotations

import importlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.helpers.misbehaving_server import Server
from tests.helpers.sample import EVERYTHING
from tests.helpers.toys import Toys

# What Python does to files, as its audit hooks hear it.
WATCHED = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate"}
ROWS = 1_000
Work = Callable[[Path, Callable[[], None]], None]


def steps(folder: Path, at: int) -> Callable[[], None]:
    """What is called at each step of a run, and ends the process at one of them.

    All that is done to a file of the folder is a step; the run adds those of the network.
    """
    count = itertools.count(1)
    written = folder.with_name("steps")
    note = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

    def step() -> None:
        number = next(count)
        os.pwrite(note, str(number).encode(), 0)
        if number == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event in WATCHED and str(folder) in str(arguments[0]):
            step()

    sys.addaudithook(hear)
    return step


# -- what is killed


def pulled(folder: Path, step: Callable[[], None]) -> None:
    """A pull to a file, page by page."""

    def trouble(page: Any, time_asked: int, right: dict[str, Any]) -> None:
        step()

    toys = Server(Toys(ROWS), trouble).account()["toys.widgets"]
    toys.pull(to=folder / "widgets.parquet", page_size=100, progress=False)


def synced(runs: int) -> Work:
    """A first run, or one that merges what changed."""

    def work(folder: Path, step: Callable[[], None]) -> None:
        from stnb.mirror import sync
        from tests.mirror.test_sync import Tenant, history

        server = Tenant()
        history(server, runs)
        for name in ("widgets", "gadgets", "colours"):
            server.answers[name] = lambda request: step()
        sync(["toys.widgets", "toys.gadgets", "toys.colours"], folder, account=server)

    return work


WORKS: dict[str, Work] = {"pull": pulled, "first": synced(1), "second": synced(2)}


def in_a_child(work: Callable[[], None]) -> int:
    """Do it in a fork of this process, which has no threads yet; what it ended with."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:  # noqa: BLE001 - what it was is told by the exit code
            sys.excepthook(*sys.exc_info())
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def once(name: str, folder: Path, at: int = 0) -> int:
    return in_a_child(lambda: WORKS[name](folder, steps(folder, at)))


def compared(folder: Path, wanted: Path) -> None:
    """The same files with the same rows in both folders."""
    assert names(folder) == names(wanted)
    for file in wanted.glob("*.parquet"):
        pd.testing.assert_frame_equal(pd.read_parquet(folder / file.name), pd.read_parquet(file))


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def kill(name: str, base: Path, every: int) -> int:
    """Kill at each of so many steps, and run again each time: how many kills there were."""
    begin, wanted, folder = base / "begin", base / "wanted", base / "killed"
    begin.mkdir()
    if name == "second":
        assert once("first", begin) == 0
    shutil.copytree(begin, wanted)
    assert once(name, wanted) == 0
    killed = 0
    for at in range(1, int((base / "steps").read_text()) + 1, every):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(begin, folder)
        end = once(name, folder, at)
        assert end in (0, -signal.SIGKILL), f"step {at}"  # the order of its threads is its own
        killed += end != 0
        assert once(name, folder) == 0, f"step {at}"
        assert in_a_child(lambda: compared(folder, wanted)) == 0, f"step {at}"
    return killed


# What a run loads late. Each of the many forks would load it again.
LATE = (
    "filelock",
    "pandas.core.arrays.arrow._arrow_utils",
    "pyarrow.parquet",
    "stnb.mirror",
    "stnb.pull.store.of_call",
    "stnb.pull.store.union",
    "tests.mirror.test_sync",
)

if __name__ == "__main__":
    for late in LATE:
        importlib.import_module(late)
    print(kill(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))  # noqa: T201


@pytest.mark.skipif(os.name != "posix", reason="forks")
@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("pull", 50),
        pytest.param("first", 50, marks=pytest.mark.long),
        pytest.param("second", 50, marks=pytest.mark.long),
    ],
)
def test_a_process_that_is_killed_loses_nothing(name: str, least: int, tmp_path: Path) -> None:
    """At every step of a run; in the quick round at every tenth."""
    every = 1 if EVERYTHING else 10
    done = subprocess.run(
        [sys.executable, __file__, name, str(tmp_path), str(every)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= least // every
