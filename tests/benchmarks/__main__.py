"""Benchmarks, side by side in one run, as ratios: `python tests/benchmarks
[decode|columns|fetch|memory|stream|codec|import|load|nested|grid|scale]`.

An absolute time says little about another machine; the ratios do. Needs the extra `bench`.
"""

from __future__ import annotations

import sys

from codec import inflating
from decoding import columns, decoding
from fetching import fetching
from grid import grid
from importing import importing
from load import loading
from memory import memory, streaming
from nested import nested
from scale import scaling

PARTS = {
    "decode": decoding,
    "columns": columns,
    "fetch": fetching,
    "memory": memory,
    "stream": streaming,
    "codec": inflating,
    "import": importing,
    "load": loading,
    "nested": nested,
    "grid": grid,
    "scale": scaling,
}

if __name__ == "__main__":
    unknown = [name for name in sys.argv[1:] if name not in PARTS]
    if unknown:
        sys.exit(f"There is no part {unknown[0]!r}; the parts are: {', '.join(PARTS)}.")
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()
