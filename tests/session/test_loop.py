"""The private loop and forks of the process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FORKS = """
import os, signal, sys, threading
from stnb.session import loop

importing, forking = threading.Event(), threading.Event()


class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "never_there":
            importing.set()
            forking.wait(60)
            for _ in range(300_000):  # goes on for a while after the fork has begun
                pass


def attempt():
    try:
        import never_there
    except ImportError:
        return True


async def work():
    return attempt()


sys.meta_path.insert(0, Slow())
os.register_at_fork(before=forking.set)  # runs before those that were registered earlier
work_is_done = loop.submit(work())
assert importing.wait(60)
pid = os.fork()
if pid == 0:
    signal.alarm(30)  # what hangs is killed
    os._exit(0 if attempt() and loop.run(work()) else 1)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
assert loop.wait(work_is_done, 60)
assert loop.run(work())
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_fork_leaves_no_lock_of_the_loops_thread_closed(tmp_path: Path) -> None:
    """The thread is in the middle of an import, and the child imports the same."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKS],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
