"""Short work that comes to its end whatever is cancelled meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Wait for work that keeps what arrived. Who is cancelled meanwhile, once or often, obeys when
    it is done.

    Example:
        >>> await to_its_end(keep(pages))
    """
    running = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not running.done():
        try:
            await asyncio.wait([running])
        except asyncio.CancelledError as err:
            cancelled = err
    if cancelled is not None and not running.cancelled():
        running.exception()  # nobody is told of it: the cancel goes before
        raise cancelled
    return running.result()
