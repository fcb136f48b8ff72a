"""One run of a report at a time: of all calls of a process, and of all processes of a machine.

A tenant's report runs about once a minute, and each of its pages is a run. Calls side by side would
take each other's minute, and the one that comes too late five times would fail.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from stnb.filesystem.atomic import lock_at, make_folder
from stnb.filesystem.folders import cache_folder

from .shared_pace import digest

POLL = 1.0  # seconds until the file of another process is tried again
# Seconds after which another process is no longer waited for: it may be stopped, or read hundreds
# of pages. The server's own pauses keep the pace then.
LONGEST = 600.0
WAITS = "the same report is being run; one run at a time"
Notify = Callable[[str, float | None], None]


class ReportTurn:
    """Whose turn it is to run one report of a tenant.

    Args:
        find: says where the file is that processes share, or that there is none; it may raise
            OSError.
        sleep: waits.
    """

    def __init__(
        self, find: Callable[[], Path | None], sleep: Callable[[float], Awaitable[object]]
    ) -> None:
        self._find, self._sleep = find, sleep
        self._calls = asyncio.Lock()  # gives the turns in the order in which they were asked for

    @contextlib.asynccontextmanager
    async def taken(self, notify: Notify) -> AsyncIterator[None]:
        """Hold the turn.

        Args:
            notify: hears that it has to be waited for, and that it has come.
        """
        if self._calls.locked():
            notify(WAITS, None)
        async with self._calls:
            lock = await self._of_machine(notify)
            try:
                notify("", None)
                yield
            finally:
                if lock is not None:
                    lock.release()

    async def _of_machine(self, notify: Notify) -> Any:
        """The lock that other processes wait for; None if there is none, or it is kept too long."""
        waited = 0.0
        try:
            path = self._find()
            if path is None:
                return None
            make_folder(path.parent)
            lock = lock_at(path, 0.0, mode=0o600, preserve_lock_file=True)
            while not _is_ours(lock):
                if waited >= LONGEST:
                    return None
                notify(WAITS, None)
                await self._sleep(POLL)
                waited += POLL
        except (OSError, NotImplementedError):  # a folder that is read-only, or without locks
            return None
        return lock


def _is_ours(lock: Any) -> bool:
    from filelock import Timeout

    try:
        lock.acquire()
    except Timeout:
        return False
    return True


def turn_file(api_url: str, tenant: int, path: str) -> Path:
    """Where the turn of a report is kept; its name tells neither the tenant nor the report.

    Raises:
        OSError: this user has no home folder.
    """
    return cache_folder() / "reports" / f"{digest(api_url + path, tenant)}.lock"
