"""Threads that somebody started and did not end."""

from __future__ import annotations

import threading

# Those of a pool are kept on purpose and are never more than its size; when the pool starts them
# hangs on how busy the machine is.
OF_POOLS = ("stnb-decode", "asyncio_")


def threads() -> int:
    """How many threads there are, without those of the pools."""
    return sum(not each.name.startswith(OF_POOLS) for each in threading.enumerate())
