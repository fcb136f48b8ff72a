"""Inflating gzip: as httpx does it, at once, and with ISA-L. CPU per 100,000 rows of jobs."""

from __future__ import annotations

import gzip
import importlib
import time
import zlib
from collections.abc import Callable
from typing import Any

from decoding import pages
from timing import RUNS, side_by_side

ROWS = 20_000
PIECE = 65_536  # bytes; as they come from the network
GZIP = zlib.MAX_WBITS | 16


def inflating() -> None:
    """Whole bodies and, as httpx does it, piece by piece; ISA-L if it is installed."""
    gzipped = [gzip.compress(body, 6) for body in pages("jpm.jobs", ROWS)]
    works: dict[str, Callable[[], Any]] = {
        "zlib in pieces (httpx)": lambda: [_in_pieces(body) for body in gzipped],
        "zlib at once": lambda: [_at_once(body, zlib) for body in gzipped],
    }
    try:
        isal = importlib.import_module("isal.isal_zlib")
    except ImportError:
        print("isal is not installed")
    else:
        works["isal at once"] = lambda: [_at_once(body, isal) for body in gzipped]
    took = side_by_side(works, time.process_time)
    per_row = sum(map(len, gzipped)) / ROWS
    print(
        f"\ncodec: inflating jobs, {per_row:.0f} bytes a row on the wire, "
        f"CPU s per 100,000 rows, medians of {RUNS}"
    )
    slowest = took["zlib in pieces (httpx)"]
    for label, seconds in took.items():
        print(f"  {label:<24}{seconds / ROWS * 1e5:>8.3f} s{slowest / seconds:>8.1f}x")


def _in_pieces(body: bytes) -> bytes:
    inflater = zlib.decompressobj(GZIP)
    parts = [inflater.decompress(body[at : at + PIECE]) for at in range(0, len(body), PIECE)]
    return b"".join([*parts, inflater.flush()])


def _at_once(body: bytes, codec: Any) -> bytes:
    out: bytes = codec.decompressobj(GZIP).decompress(body)
    return out
