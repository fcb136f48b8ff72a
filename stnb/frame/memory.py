"""Memory that is free and that libraries keep is given back to the system."""

from __future__ import annotations

import contextlib
import ctypes
from functools import cache
from typing import Any

import pyarrow as pa


def give_back() -> None:
    """Give back what decoding took: after it, about as much as the frame itself lay unused.

    Example:
        >>> give_back()
    """
    pa.default_memory_pool().release_unused()
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@cache
def _malloc_trim() -> Any:
    """The function of glibc; None where there is another C library."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        return ctypes.CDLL(None).malloc_trim
    return None
