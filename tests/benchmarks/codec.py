"""Inflating bodies: gzip as httpx does it against faster gzip, brotli and zstandard. CPU per
100,000 rows of jobs.
"""

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
    """Whole bodies and, as httpx does it, piece by piece; codecs without a wheel here are named."""
    bodies = pages("jpm.jobs", ROWS)
    gzipped = [gzip.compress(body, 6) for body in bodies]
    works: dict[str, Callable[[], Any]] = {
        "gzip, zlib in pieces (httpx)": lambda: [
            _in_pieces(body, zlib.decompressobj(GZIP)) for body in gzipped
        ],
        "gzip, zlib at once": lambda: [zlib.decompress(body, GZIP) for body in gzipped],
    }
    sizes = dict.fromkeys(works, sum(map(len, gzipped)))
    missing = []
    others = (
        ("gzip, isal", "isal.isal_zlib", _gzip),
        ("gzip, zlib-ng", "zlib_ng.zlib_ng", _gzip),
        ("br 4", "brotli", _brotli),
        ("zstd 3", "zstandard", _zstd),
    )
    for label, module, make in others:
        try:
            packed, work = make(importlib.import_module(module), bodies, gzipped)
        except ImportError:
            missing.append(label)
        else:
            works[label], sizes[label] = work, sum(map(len, packed))
    took = side_by_side(works, time.process_time)
    print(f"\ncodec: inflating jobs, CPU s per 100,000 rows, medians of {RUNS}")
    slowest = took["gzip, zlib in pieces (httpx)"]
    for label, seconds in took.items():
        per_row = sizes[label] / ROWS
        print(
            f"  {label:<32}{seconds / ROWS * 1e5:>8.3f} s{slowest / seconds:>8.1f}x{per_row:>8.0f} "
            f"bytes a row on the wire"
        )
    for label in missing:
        print(f"  {label:<32} not available: no wheel is installed")


def _in_pieces(body: bytes, inflater: Any) -> bytes:
    parts = [inflater.decompress(body[at : at + PIECE]) for at in range(0, len(body), PIECE)]
    return b"".join([*parts, inflater.flush()])


def _gzip(
    module: Any, bodies: list[bytes], gzipped: list[bytes]
) -> tuple[list[bytes], Callable[[], Any]]:
    return gzipped, lambda: [_in_pieces(body, module.decompressobj(GZIP)) for body in gzipped]


def _brotli(
    module: Any, bodies: list[bytes], gzipped: list[bytes]
) -> tuple[list[bytes], Callable[[], Any]]:
    packed = [module.compress(body, quality=4) for body in bodies]
    return packed, lambda: [module.decompress(body) for body in packed]


def _zstd(
    module: Any, bodies: list[bytes], gzipped: list[bytes]
) -> tuple[list[bytes], Callable[[], Any]]:
    packed = [module.ZstdCompressor(level=3).compress(body) for body in bodies]
    return packed, lambda: [module.ZstdDecompressor().decompress(body) for body in packed]
