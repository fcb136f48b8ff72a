"""One private event loop on one daemon thread, for everything that waits for the network.

It works inside Jupyter's running loop and in plain scripts alike, and a wait on it can be
interrupted (facts/ui §2).
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import os
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_MAKING = threading.Lock()
POLL = 0.1  # seconds between looks: on some systems a wait without an end cannot be interrupted


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run on the private loop and wait for the result; Ctrl-C cancels it and returns at once."""
    return wait(submit(coroutine))


def submit(coroutine: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
    """Start on the private loop; the answer comes through the future."""
    return asyncio.run_coroutine_threadsafe(coroutine, _loop(os.getpid()))


def wait(future: concurrent.futures.Future[T], timeout: float | None = None) -> T:
    """Wait for the future; an interrupt cancels it. TimeoutError leaves it running."""
    try:
        if _is_done(future, timeout):
            return future.result()
    except BaseException:  # also one that comes between two steps
        future.cancel()
        raise
    raise TimeoutError


def _is_done(future: concurrent.futures.Future[T], timeout: float | None) -> bool:
    """Wait in steps, between which Python looks whether it was interrupted; whether the future came
    to its end.
    """
    waited = 0.0
    while timeout is None or waited < timeout:
        step = POLL if timeout is None else min(POLL, timeout - waited)
        concurrent.futures.wait([future], timeout=step)
        if future.done():
            return True
        waited += step
    return future.done()


def _loop(pid: int) -> asyncio.AbstractEventLoop:
    """The loop of this process: a fork has none of its parent's threads, so it gets its own."""
    with _MAKING:  # a cache alone would make one for each thread that comes first
        return _made(pid)


@functools.cache
def _made(pid: int) -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="stnb", daemon=True).start()
    return loop
