"""The most memory that a pull takes above the frame that it ends with, and above nothing where it
goes to a file.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from fetching import HERE, server

STREAMED = (100_000, 300_000, 1_000_000)


def memory() -> None:
    """100,000 jobs: ours against requests + json_normalize."""
    print(
        "\nmemory: 100,000 jobs over loopback, peak above the frame's own size, each in a process "
        "of its own"
    )
    if not Path("/proc/self/clear_refs").exists():
        print("  not available: it is read from /proc, which only Linux has")
        return
    with server(100_000) as url:
        for label, how, least in (
            ("ours", "ours", " (≤ 1.0)"),
            ("requests + json_normalize", "hand", ""),
        ):
            told = peak(url, how)
            above = told["peak"] - told["frame"]
            print(
                f"  {label:<28}{above / told['frame']:>6.2f} x the frame{least}   "
                f"{above / 1e6:.0f} MB above its {told['frame'] / 1e6:.0f} MB"
            )


def streaming() -> None:
    """pull(to=…parquet): the memory has to stay, the time to grow with the rows."""
    print(
        "\nstream: pull(to=…) of jobs over loopback -> one Parquet file; peak above what the "
        "process had before"
    )
    first: dict[str, Any] = {}
    for count in STREAMED:
        with server(count) as url, tempfile.TemporaryDirectory() as folder:
            told = peak(url, str(Path(folder) / "jobs.parquet"))
            assert told["rows"] == count
        first = first or told
        wall, cpu = (
            told[clock] / first[clock] * first["rows"] / count for clock in ("seconds", "cpu")
        )
        print(
            f"  {count:>9,} rows{told['seconds']:>8.1f} s, a row {wall:.2f}x (1 ± 0.15), in CPU "
            f"{cpu:.2f}x"
            f"{told['peak'] / 1e6:>8.0f} MB, {told['peak'] / first['peak']:.2f}x (1 ± 0.1)   file "
            f"{told['frame'] / 1e6:.0f} MB"
        )


def peak(url: str, *how: str) -> dict[str, Any]:
    """What `peak.py` tells of one pull, or of one sync."""
    done = subprocess.run(
        [sys.executable, str(HERE / "peak.py"), url, *how],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
