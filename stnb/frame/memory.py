"""Memory that is free and that libraries keep is given back to the system, and what stays lies
together, so that it can be.
"""

from __future__ import annotations

import contextlib
import ctypes
from functools import cache
from typing import Any

import pyarrow as pa

MOVED = 6 * 2**20  # bytes after which it is worth to give back


@cache
def pool() -> pa.MemoryPool:
    """Where columns of pages lie: with the C library, if it gives back what is free on request.

    Arrow's own pool keeps what a column leaves between others; a pull then needs half as much
    memory again.

    Example:
        >>> pool().bytes_allocated() >= 0
        True
    """
    if _malloc_trim() is None:
        return pa.default_memory_pool()
    return pa.system_memory_pool()


def give_back() -> None:
    """Give back what decoding took: after it, about as much as the frame itself lay unused.

    Example:
        >>> give_back()
    """
    pa.default_memory_pool().release_unused()
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


class Mover:
    """Gives back what columns took before, each time that so many bytes of them were moved.

    Args:
        most: so many.

    Example:
        >>> mover = Mover()
        >>> mover.moved(1000)
    """

    def __init__(self, most: int = MOVED) -> None:
        self._bytes, self._most = 0, most

    def moved(self, size: int) -> None:
        """Count the bytes of a column that was moved, in any thread.

        No lock, which a fork might leave closed: a column that is not counted costs little.
        """
        self._bytes += size
        if self._bytes > self._most:
            self._bytes = 0
            give_back()


# Of all frames that are made: those of several tenants are at the same time.
COLUMNS = Mover()


def in_one_piece(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of texts or lists as one piece of memory; others are copied for pandas anyhow.

    Texts and lists stay in Arrow's memory. As pieces of pages they would lie among what decoding
    took, which then could not be given back.

    Example:
        >>> in_one_piece(pa.chunked_array([["a"], ["b"]])).num_chunks
        1
    """
    if column.num_chunks < 2 or pa.types.is_primitive(column.type):
        return column
    # As a table, because texts over 2 GB stay in several pieces then.
    return pa.table([column], ["values"]).combine_chunks(memory_pool=pool()).column(0)


@cache
def _malloc_trim() -> Any:
    """The function of glibc; None where there is another C library."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        return ctypes.CDLL(None).malloc_trim
    return None
