"""What `import stnb` costs after pandas."""

from __future__ import annotations

import statistics
import subprocess
import sys

CODE = "import time, pandas; t = time.perf_counter(); import stnb; print(time.perf_counter() - t)"


def importing() -> None:
    """In a fresh process each time; the first one, which may compile, does not count."""
    seconds = [
        float(
            subprocess.run(
                [sys.executable, "-c", CODE], capture_output=True, text=True, check=True
            ).stdout
        )
        for _ in range(10)
    ]
    print(f"\nimport stnb, after pandas: {statistics.median(seconds[1:]) * 1e3:.0f} ms (≤ 120)")
