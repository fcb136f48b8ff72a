"""A query's work in a thread of its own: DuckDB looks at no signal while it works."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from stnb.session import loop

T = TypeVar("T")
LOOK = 0.05  # seconds between two tries to stop a query
PATIENCE = 0.5  # seconds for DuckDB to stop; within one long step it does not


def carried_out(work: Callable[[], T], stop: Callable[[], None]) -> T:
    """What `work` returns or raises. An interrupt stops it.

    Within one step, such as one function of one long text, DuckDB cannot be stopped. Then it is
    left alone: it ends at the next step, and closes what it has opened.

    Args:
        work: opens and closes whatever it needs; it may end after the caller has gone.
        stop: stops it from another thread; it may come too early or too late, any number of times.

    Raises:
        KeyboardInterrupt: it was interrupted.
    """
    future = loop.in_daemon(work, "stnb-sql")
    try:
        return loop.wait(future)
    except BaseException:
        with loop.deaf():
            _stop(future, stop)
        raise


def _stop(future: Future[T], stop: Callable[[], None]) -> None:
    """Stop it again and again, as DuckDB forgets an interrupt that comes before it has begun."""
    until = time.monotonic() + PATIENCE
    while not future.done() and time.monotonic() < until:
        stop()
        wait([future], timeout=LOOK)
