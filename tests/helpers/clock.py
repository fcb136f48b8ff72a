"""A session's clock under a test's hand: no test sleeps."""

from __future__ import annotations

import asyncio
from typing import Any


def timeless(**options: Any) -> dict[str, Any]:
    """Options of a Session without a limit on its pace, whose time passes only when somebody
    sleeps.
    """
    now = [0.0]

    async def sleep(seconds: float) -> None:
        now[0] += seconds
        await asyncio.sleep(0)

    return {"rate": None, "clock": lambda: now[0], "sleep": sleep, **options}
