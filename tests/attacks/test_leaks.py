"""200 pulls, whole, failed and cancelled, leave no descriptor, no thread and no memory behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.sample import tries

PULLS = """
import gc, os, sys, tracemalloc, warnings
import httpx, pyarrow as pa, stnb
from stnb import pull
from tests.helpers.loopback import Loopback
from tests.helpers.threads import threads
from tests.helpers.toys import Toys

warnings.simplefilter("ignore")


def facts():
    pull.forget_partial()
    gc.collect()
    files = len(os.listdir("/proc/self/fd"))
    return files, threads(), tracemalloc.get_traced_memory()[0]


def round_of(server, number):
    with server.account() as account:
        toys = account["toys.widgets"]
        if number % 4 == 0:
            toys.pull(progress=False, page_size=100)
        elif number % 4 == 1:
            run = toys.start(page_size=100)
            run.cancel()
            run.wait()
        elif number % 4 == 2:
            toys.pull(progress=False, to=f"{sys.argv[1]}/x.parquet")
        else:
            try:
                account["toys.keyless"].get(7)
            except stnb.StnbError:
                pass


with Loopback(Toys(300), faults={}) as server:
    tracemalloc.start()
    for number in range(40):  # whatever is loaded and kept once is there by then
        round_of(server, number)
    before = facts()
    for number in range(int(sys.argv[2])):
        round_of(server, number)
    after = facts()
print(*(now - then for now, then in zip(after, before)))
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts descriptors in /proc")
@pytest.mark.long
def test_200_pulls_leave_nothing_behind(tmp_path: Path) -> None:
    """Over real sockets, in a process of its own; in the quick round after 60."""
    done = subprocess.run(
        [sys.executable, "-c", PULLS, str(tmp_path), str(tries(200, least=60))],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    descriptors, more, memory = map(int, done.stdout.split())

    assert descriptors <= 2  # a connection of the server that is about to close
    assert more <= 0
    assert memory < 400_000  # bytes; one of the frames that are let go has 30,000
