"""A million rows through loopback HTTP while the server fails at random: is each row there once,
and what does it cost?

The server lives in a process of its own: `python load.py serve ROWS` tells its port, then takes a
seed a line.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from stnb import StnbError  # noqa: E402
from stnb.account.account import Account  # noqa: E402
from tests.helpers.loopback import Loopback, account_at  # noqa: E402
from tests.helpers.toys import Toys  # noqa: E402

ROWS, SEEDS, BATCH = 1_000_000, range(20), 2500


def loading() -> None:
    print(
        f"\nload: {ROWS:,} rows over loopback HTTP with faults at random (429, 503, HTML, drops, "
        f"cut bodies, ended tokens)"
    )
    print(
        f"  {'seed':>4} {'read as':<8}{'seconds':>8}{'requests':>10}{'faults':>8}{'resumed':>9}   "
        f"exact"
    )
    with serving() as server, account_at(f"http://127.0.0.1:{server.port}") as st:
        for seed in SEEDS:
            name = ("list", "feed")[seed % 2]
            server.begin(seed)
            start = time.perf_counter()
            frame, resumed = pulled(
                st, {"list": "toys.widgets", "feed": "toys.export.widgets"}[name]
            )
            seconds = time.perf_counter() - start
            met, requests = sum(server.begin(seed).values()), frame.attrs["stnb"]["requests"]
            print(
                f"  {seed:>4} {name:<8}{seconds:>8.1f}{requests:>10,}{met:>8}{resumed:>9}   "
                f"{exact(frame)}",
                flush=True,
            )


def pulled(st: Account, name: str) -> tuple[pd.DataFrame, int]:
    """The frame, and how often the pull failed and was resumed."""
    run, resumed = st[name].start(), 0
    while True:
        try:
            return run.wait(), resumed
        except StnbError:
            run, resumed = run.resume(), resumed + 1


def exact(frame: pd.DataFrame) -> bool:
    """Whether each row of the server is there once, and whole."""
    ids = frame["id"].to_numpy(dtype="int64")
    names = "n" + frame["id"].astype("str")
    return (
        len(ids) == ROWS
        and bool((np.sort(ids) == np.arange(ROWS)).all())
        and bool((frame["name"] == names).all())
    )


class Served:
    """The server in its own process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.port = int(self._line())

    def begin(self, seed: int) -> dict[str, int]:
        """Take the faults of a seed from now on; the faults that were met before."""
        assert self._process.stdin is not None
        print(seed, file=self._process.stdin, flush=True)
        met: dict[str, int] = json.loads(self._line())
        return met

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def serving() -> Iterator[Served]:
    command = [sys.executable, __file__, "serve", str(ROWS)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Served(process)
    finally:
        process.terminate()
        process.wait()


def serve(count: int) -> None:
    with Loopback(Toys(count, BATCH)) as server:
        print(server.url.rpartition(":")[2], flush=True)
        for line in sys.stdin:
            met = dict(server.met)
            server.begin(int(line))
            print(json.dumps(met), flush=True)


if __name__ == "__main__":
    serve(int(sys.argv[2])) if sys.argv[1:2] == ["serve"] else loading()
