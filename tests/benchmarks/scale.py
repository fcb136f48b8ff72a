"""Many tenants behind one address: side by side, against one after the other."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fetching import account, server
from memory import peak
from timing import side_by_side

import stnb

TENANTS, ROWS = 8, 42_000
BASE, ROW = 100, 600  # ms an answer, µs a row
IN_TURN = 2  # tenants that are read one after the other: all eight are alike
LANES = 8  # pages at once of a tenant, as each pull had before it learned what its server bears
RUNS, AT_LEAST, MOST_MEMORY = 2, 4, 1.3
SYNCED, SYNC_ROWS = (8, 16, 40), 10_000  # tenants, and the rows of each


def several(url: str, tenants: int = TENANTS) -> stnb.Tenants:
    """So many tenants, whose API and token address are the server."""
    accounts = {f"t{number}": account(url, number) for number in range(1, tenants + 1)}
    return stnb.Tenants(accounts)


def scaling() -> None:
    """The time against one tenant after the other, and the peak of memory above the frame."""
    print(
        f"\nscale: {TENANTS} tenants of {ROWS:,} jobs, {BASE} ms + {ROW / 1000} ms a row, "
        "ts.pull against one tenant after the other"
    )
    rows = TENANTS * ROWS
    with server(ROWS, BASE, ROW) as url, several(url) as ts:
        ts.head("jpm.jobs")  # so that what is loaded at first use is there

        def together() -> None:
            assert len(ts.pull("jpm.jobs", progress=False)) == rows

        def in_turn(lanes: int | None = None) -> None:
            for st in list(ts.values())[:IN_TURN]:
                assert len(st.jpm.jobs.start(concurrency=lanes).wait()) == ROWS

        def with_fixed_lanes() -> None:
            in_turn(LANES)

        works = {"together": together, "fixed": with_fixed_lanes, "learned": in_turn}
        took = side_by_side(works, time.perf_counter, RUNS)
        work = _cpu_seconds(together)
    print(f"  ts.pull {took['together']:.1f} s, {rows / took['together']:,.0f} rows a second")
    for name, lanes in (("fixed", f"{LANES} lanes"), ("learned", "the lanes that it learns")):
        of_all = took[name] * TENANTS / IN_TURN
        print(
            f"  {of_all / took['together']:.1f}x faster than one after another with {lanes} "
            f"(≥ {AT_LEAST}x), {of_all:.1f} s   ({IN_TURN} of the tenants were read in turn, in "
            f"{took[name]:.1f} s; {TENANTS} take so much longer)"
        )
    print(f"  {rows / work:,.0f} rows a second of CPU; the server's own is not counted")
    if Path("/proc/self/clear_refs").exists():
        with server(ROWS) as url:
            told = peak(url, "tenants")
        print(
            f"  memory: peak {told['peak'] / told['frame']:.2f} x the frame (≤ {MOST_MEMORY}) of "
            f"{told['frame'] / 1e6:.0f} MB"
        )
        syncing()


def syncing() -> None:
    """The peak of memory of `ts.sync`, which has to stay as the tenants grow in number."""
    first: dict[str, Any] = {}
    with server(SYNC_ROWS) as url:
        for tenants in SYNCED:
            with tempfile.TemporaryDirectory() as folder:
                told = peak(url, folder, str(tenants))
            assert told["rows"] == tenants * SYNC_ROWS
            first = first or told
            print(
                f"  ts.sync of {tenants:>2} tenants of {SYNC_ROWS:,} rows: peak "
                f"{told['peak'] / 1e6:.0f} MB, {told['peak'] / first['peak']:.2f}x (1 ± 0.1), "
                f"files {told['frame'] / 1e6:.0f} MB, "
                f"{told['rows'] / told['cpu']:,.0f} rows a second of CPU"
            )


def _cpu_seconds(work: Callable[[], None]) -> float:
    """What this process takes for it, of all cores together."""
    began = time.process_time()
    work()
    return time.process_time() - began
