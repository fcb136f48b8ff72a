"""Benchmarks, side by side in one run, as ratios: `python tests/benchmarks [decode|fetch|import]`.

An absolute time says little about another machine; the ratios do. Needs the extra `bench`.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import requests
from rows import page, rows

import stnb
from stnb.account import Account
from stnb.catalog import load
from stnb.frame import assemble, decode, shape_of

HERE = Path(__file__).parent
RUNS = 5


def median(work: Callable[[], Any], clock: Callable[[], float], runs: int = RUNS) -> float:
    seconds = []
    for _ in range(runs):
        start = clock()
        work()
        seconds.append(clock() - start)
    return statistics.median(seconds)


def normalized(bodies: list[bytes], money: list[str], times: list[str]) -> pd.DataFrame:
    """What people do by hand: dicts, json_normalize, and the types that they need."""
    frame = pd.json_normalize([row for body in bodies for row in json.loads(body)["data"]])
    for name in money:
        frame[name] = pd.to_numeric(frame[name])
    for name in times:
        frame[name] = pd.to_datetime(frame[name], format="ISO8601", utc=True)
    return frame


# -- decode


def decoding() -> None:
    print("decode: pages -> typed DataFrame, CPU, medians of", RUNS)
    print(f"  {'':<22}{'x orjson.loads':>16}{'json_normalize + types':>26}")
    for name, count, limit in (("jpm.jobs", 20_000, 1.1), ("crm.customers", 20_000, 1.0), ("accounting.invoices", 5_000, 1.3)):
        endpoint = load()[name]
        made = rows(endpoint, count)
        bodies = [page(made, n, 5000) for n in range(1, -(-count // 5000) + 1)]
        shape = shape_of(endpoint)
        leaves = {leaf.path: leaf.column.type for leaf in shape.leaves}
        money = [p for p, t in leaves.items() if t == "decimal"]
        times = [p for p, t in leaves.items() if t == "date-time"]
        ours = median(lambda: assemble([decode(b, "data", shape) for b in bodies], shape, key=("id",)), time.process_time)  # noqa: B023
        floor = median(lambda: [orjson.loads(b) for b in bodies], time.process_time)  # noqa: B023
        hand = median(lambda: normalized(bodies, money, times), time.process_time)  # noqa: B023
        print(f"  {name:<22}{ours / floor:>10.2f} (≤ {limit}){hand / ours:>18.1f}x faster")


# -- fetch


@contextmanager
def server(count: int, base_ms: float, row_us: float) -> Iterator[str]:
    command = [sys.executable, str(HERE / "server.py"), str(count), str(base_ms), str(row_us)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait()


def account(url: str) -> Account:
    env = {
        "TENANT_ID": "1",
        "CLIENT_ID": "cid.bench",
        "CLIENT_SECRET": "cs1.bench",
        "APP_KEY": "ak1.bench",
        "API_URL": url,
        "AUTH_URL": url,
    }
    os.environ.update({f"SERVICETITAN_BENCH_{k}": v for k, v in env.items()})
    return stnb.connect("bench")


def by_hand(url: str) -> pd.DataFrame:
    """requests in sequence, 5,000 rows a page, one token, json_normalize and types."""
    session = requests.Session()
    bodies, number, more = [], 1, True
    while more:
        answer = session.get(f"{url}/jpm/v2/tenant/1/jobs", params={"page": number, "pageSize": 5000})
        bodies.append(answer.content)
        more, number = json.loads(answer.content)["hasMore"], number + 1
    return normalized(bodies, ["total"], ["createdOn", "modifiedOn", "completedOn"])


def fetching() -> None:
    print("\nfetch: jobs over loopback HTTP with gzip -> DataFrame, wall clock, against requests + json_normalize in sequence")
    cases = [
        ("100,000 rows, no latency", 100_000, 0, 0, 4, RUNS),
        ("100,000 rows, 150 ms + 0.6 ms a row", 100_000, 150, 600, 6, 1),
        ("10,000 rows, 150 ms + 0.6 ms a row", 10_000, 150, 600, 4, 3),
    ]
    for label, count, base, row, limit, runs in cases:
        with server(count, base, row) as url, account(url) as st:
            assert len(st.jpm.jobs.start().wait()) == count
            ours = median(lambda: st.jpm.jobs.start().wait(), time.perf_counter, max(runs, 3))
            hand = median(lambda: by_hand(url), time.perf_counter, runs)
        print(f"  {label:<38}{hand / ours:>8.1f}x faster (≥ {limit}x)   {ours:.2f} s against {hand:.2f} s")


# -- import


def importing() -> None:
    code = "import time, pandas; t = time.perf_counter(); import stnb; print(time.perf_counter() - t)"
    seconds = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(RUNS)
    ]
    print(f"\nimport stnb, after pandas: {statistics.median(seconds) * 1e3:.0f} ms (≤ 120)")


if __name__ == "__main__":
    parts = {"decode": decoding, "fetch": fetching, "import": importing}
    for name in sys.argv[1:] or parts:
        parts[name]()
