"""One pull in a process of its own: `python peak.py URL ours|hand|tenants|FILE.parquet` tells its
rows, seconds, CPU seconds and bytes. `python peak.py URL FOLDER TENANTS` does for a sync.

peak: resident memory at its highest in the pull, above what it was just before. frame: the size of
the frame, or of the files.
"""

from __future__ import annotations

import gc
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from by_hand import pulled
from fetching import DTYPES, account
from pyarrow import parquet
from scale import several

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def resident(name: str) -> int:
    """VmRSS or VmHWM, in bytes."""
    found = re.search(rf"{name}:\s+(\d+) kB", STATUS.read_text())
    assert found is not None
    return int(found[1]) * 1024


def synced(url: str, folder: str, tenants: int) -> Any:
    """What became of the tables of so many tenants."""
    with several(url, tenants) as ts:
        return ts.sync("jpm.jobs", folder, progress=False)


def main(url: str, how: str, tenants: str = "") -> dict[str, Any]:
    with account(url) as st, several(url) as ts:
        pulls: dict[str, Callable[[], Any]] = {
            "ours": lambda: st.jpm.jobs.start().wait(),
            "hand": lambda: pulled(url, DTYPES),
            "tenants": lambda: ts.pull("jpm.jobs", progress=False),
        }
        pull = pulls.get(how, lambda: st.jpm.jobs.start(to=how).saved())
        if tenants:
            pull = lambda: synced(url, how, int(tenants))  # noqa: E731
        st.jpm.jobs.start(limit=20).wait()  # so that what is loaded at first use is there
        ts.head("jpm.jobs")
        gc.collect()
        CLEAR.write_text("5")  # VmHWM starts anew
        before, start, cpu = resident("VmRSS"), time.perf_counter(), time.process_time()
        got = pull()
        told = {
            "seconds": time.perf_counter() - start,
            "cpu": time.process_time() - cpu,
            "peak": resident("VmHWM") - before,
        }
    if tenants:
        files = list(Path(how).glob("*/*.parquet"))
        size = sum(path.stat().st_size for path in files)
        return {**told, "rows": int(got["after"].sum()), "frame": size}
    if how in pulls:
        return {**told, "rows": len(got), "frame": int(got.memory_usage(deep=True).sum())}
    return {
        **told,
        "rows": parquet.ParquetFile(got).metadata.num_rows,
        "frame": Path(how).stat().st_size,
    }


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
