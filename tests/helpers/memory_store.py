"""An object store in this process, and what waits on this machine for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
from fsspec.implementations.memory import MemoryFileSystem

from stnb.filesystem.folders import cache_folder


def emptied() -> Iterator[MemoryFileSystem]:
    """The store, empty before and after: the steps of a fixture."""
    files = fsspec.filesystem("memory")
    files.store.clear()
    yield files
    files.store.clear()


def waiting() -> list[Path]:
    """The files that wait for a store."""
    return [path for path in cache_folder().rglob("outgoing/*/*") if path.is_file()]
