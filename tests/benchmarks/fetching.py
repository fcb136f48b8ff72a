"""Jobs over loopback HTTP with gzip -> DataFrame."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from by_hand import pulled
from timing import RUNS, side_by_side

import stnb
from stnb.account.account import Account
from stnb.catalog import load
from stnb.frame import dtype_of, shape_of

HERE = Path(__file__).parent
DTYPES = {leaf.path: dtype_of(leaf.column) for leaf in shape_of(load()["jpm.jobs"]).leaves}
PEER = "servicepytan==0.4.2"
PEER_ROWS = 20_000
PEER_CODE = """
import sys, time
from servicepytan.auth import servicepytan_connect
from servicepytan.requests import Endpoint
url, size = sys.argv[1:]
conn = servicepytan_connect(
    app_key="ak1.bench", tenant_id="1", client_id="cid.bench", client_secret="cs1.bench"
)
conn["auth_root"] = conn["api_root"] = url
query = {"pageSize": int(size)} if size != "0" else {}
start = time.perf_counter()
rows = Endpoint("jpm", "jobs", conn).get_all(query)
print(len(rows), time.perf_counter() - start)
"""
CASES = (
    # what, rows, ms an answer, µs a row, at least x faster, runs
    ("100,000 rows, no latency", 100_000, 0, 0, 4, RUNS),
    ("10,000 rows, 150 ms + 0.6 ms a row", 10_000, 150, 600, 4, RUNS),
)
# What a server does with many requests at once, rows, runs; see server.py.
KINDS = (
    ("scales without end", "scales", 100_000, 5),
    ("has four workers", "workers", 21_000, 2),
    ("slows down above six", "slows", 21_000, 2),
    ("refuses above ten", "refuses", 21_000, 2),
)
BASE_MS, ROW_US = 150, 600  # an answer of that server, of which 50 ms are on the way
AT_LEAST = 12  # x faster than by hand, on the server that scales


@contextmanager
def server(
    count: int, base_ms: float = 0, row_us: float = 0, kind: str = "scales"
) -> Iterator[str]:
    """The server's address; it answers after `base_ms` and `row_us` for each row."""
    numbers = map(str, (count, base_ms, row_us))
    command = [sys.executable, str(HERE / "server.py"), *numbers, kind]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait()


def account(url: str, tenant: int = 1) -> Account:
    """An account whose API and token address are the server."""
    env = {
        "TENANT_ID": str(tenant),
        "CLIENT_ID": "cid.bench",
        "CLIENT_SECRET": "cs1.bench",
        "APP_KEY": "ak1.bench",
        "API_URL": url,
        "AUTH_URL": url,
    }
    os.environ.update({f"SERVICETITAN_BENCH_{k}": v for k, v in env.items()})
    return stnb.connect("bench")


def fetching() -> None:
    """Against requests in sequence + json_normalize to the same dtypes, and against servicepytan as
    it is.
    """
    print(
        "\nfetch: jobs over loopback HTTP with gzip -> DataFrame, wall clock, against requests + "
        "json_normalize in sequence"
    )
    for label, count, base, row, least, runs in CASES:
        with server(count, base, row) as url, account(url) as st:
            assert len(st.jpm.jobs.start().wait()) == count
            works = {
                "ours": lambda st=st: st.jpm.jobs.start().wait(),
                "hand": lambda url=url: pulled(url, DTYPES),
            }
            took = side_by_side(works, time.perf_counter, runs)
        ratio = took["hand"] / took["ours"]
        print(
            f"  {label:<38}{ratio:>8.1f}x faster (≥ {least}x)   {took['ours']:.2f} s against "
            f"{took['hand']:.2f} s"
        )
    lanes()
    peer()


def lanes() -> None:
    """As many pages at once as the server bears, against eight, and on a server that scales against
    requests in sequence. Nothing is known of a tenant at first, and its lanes are remembered then.
    """
    print(
        "\n  as many pages at once as the server bears: a tenant that is read for the first time, "
        "and again, against eight lanes; 50 ms + 0.1 s + 0.6 ms a row ±20 %"
    )
    for label, kind, count, runs in KINDS:
        met = Met()
        with server(count, BASE_MS, ROW_US, kind) as url:
            account(url).jpm.jobs.start(limit=2000).wait()  # what is loaded once is loaded
            works = {
                "first": met.counted("first", url, met.first),
                "again": met.counted("again", url, met.again),
                "eight": met.counted("eight", url, met.eight),
            }
            took = side_by_side(works, time.perf_counter, runs)
            if kind == "scales":
                began = time.perf_counter()
                pulled(url, DTYPES)
                took["hand"] = time.perf_counter() - began
        words = [
            f"{name} {took[name]:5.1f} s ({met.refused[name]} refused)" for name in met.refused
        ]
        line = f"  {label:<24}{count:>8,} rows   {'   '.join(words)}"
        if kind == "scales":
            first, again = took["hand"] / took["first"], took["hand"] / took["again"]
            line += f"   by hand {took['hand']:.1f} s: {first:.1f}x, {again:.1f}x (≥ {AT_LEAST}x)"
        print(line)


class Met:
    """Pulls of tenants that were never met before, of tenants that were, and with eight lanes.

    Attributes:
        account: of the tenant that was met last.
        refused: how many requests the server refused to each.
    """

    def __init__(self) -> None:
        self.refused: Counter[str] = Counter()
        self.tenants = itertools.count(2)

    def first(self, url: str) -> None:
        """Pull a tenant of which nothing is known."""
        self.account = account(url, next(self.tenants))
        self.account.jpm.jobs.start().wait()

    def again(self, url: str) -> None:
        """Pull the tenant that was met last."""
        self.account.jpm.jobs.start().wait()

    def eight(self, url: str) -> None:
        """Pull with eight lanes, whatever is known."""
        account(url, next(self.tenants)).jpm.jobs.start(concurrency=8).wait()

    def counted(self, name: str, url: str, work: Callable[[str], Any]) -> Callable[[], None]:
        """The work, after which the refusals are counted to its name."""

        def run() -> None:
            before = requests.get(f"{url}/refusals").json()
            work(url)
            self.refused[name] += requests.get(f"{url}/refusals").json() - before

        return run


def peer() -> None:
    """servicepytan pays a token a request, and ends with a list of dicts, not with a frame."""
    print(
        f"  against {PEER} from PyPI, which ends with a list of dicts; {PEER_ROWS:,} rows, no "
        f"latency"
    )
    try:
        python = installed()
    except (OSError, subprocess.CalledProcessError) as err:
        print(f"    not available: it cannot be installed here ({type(err).__name__})")
        return
    with server(PEER_ROWS) as url, account(url) as st:
        assert len(st.jpm.jobs.start().wait()) == PEER_ROWS
        ours = side_by_side({"ours": lambda: st.jpm.jobs.start().wait()}, time.perf_counter)["ours"]
        for label, size in (("its own page size, 100", 0), ("5,000 rows a page", 5000)):
            done = subprocess.run(
                [python, "-c", PEER_CODE, url, str(size)],
                capture_output=True,
                text=True,
                check=True,
            )
            rows, seconds = done.stdout.split()
            assert int(rows) == PEER_ROWS
            theirs = float(seconds)
            print(
                f"    {label:<36}{theirs / ours:>8.1f}x faster   {PEER_ROWS / ours:,.0f} rows/s "
                f"against {PEER_ROWS / theirs:,.0f}"
            )


def installed() -> Path:
    """The Python of an environment that holds the peer alone; it stays for the next run."""
    home = Path(tempfile.gettempdir()) / f"stnb-bench-{PEER.replace('==', '-')}"
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    try:
        subprocess.run([python, "-c", "import servicepytan"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        venv.create(home, with_pip=True, clear=True)
        subprocess.run(
            [python, "-m", "pip", "install", "-q", PEER], check=True, capture_output=True
        )
    return python
