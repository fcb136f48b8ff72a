"""One run of a report at a time: of all calls of a process, and of all processes of a machine.

A tenant's report runs about once a minute, and each of its pages is a run. Calls side by side would
take each other's minute, and the one that comes too late five times would fail. Who waits is told
whose turn it is, and counts down the pause that the other one waits for.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from stnb.filesystem.atomic import make_folder, rewrite
from stnb.filesystem.folders import cache_folder
from stnb.filesystem.locks import lock_at

from . import clock as machine
from .shared_pace import digest

POLL = 1.0  # seconds until the file of another process is tried again
# Seconds after which another process is no longer waited for: it may be stopped, or read hundreds
# of pages. The server's own pauses keep the pace then.
LONGEST = 600.0
ONE_AT_A_TIME = "runs the same report; one run at a time"
OF_HERE = f"another call of this process {ONE_AT_A_TIME}"
FORM = struct.Struct("<qd")  # a process, and the seconds since 1970 at which its pause ends
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
        self._waiting: list[Notify] = []  # the calls that wait behind the one whose turn it is
        self._resumes = -math.inf  # when that one's pause ends

    @contextlib.asynccontextmanager
    async def taken(self, notify: Notify) -> AsyncIterator[Notify]:
        """Hold the turn, and give what is to hear of the pauses of its run: those who wait for the
        turn hear of them too.

        Args:
            notify: hears that it has to be waited for, and that it has come.
        """
        async with contextlib.AsyncExitStack() as ended:
            if self._calls.locked():
                notify(OF_HERE, _left(self._resumes))
            self._waiting.append(notify)
            try:
                await ended.enter_async_context(self._calls)
            finally:
                self._waiting.remove(notify)
            lock = await self._of_machine(notify)
            if lock is not None:
                ended.callback(_give_back, lock)
            notify("", None)

            def told(reason: str, seconds: float | None) -> None:
                notify(reason, seconds)
                self._tell_others(lock, seconds)

            yield told

    def _tell_others(self, lock: Any, seconds: float | None) -> None:
        self._resumes = -math.inf
        if seconds is not None:
            self._resumes = machine.now().timestamp() + seconds
        for other in self._waiting:
            other(OF_HERE, _left(self._resumes))
        if lock is not None:
            _write(Path(lock.lock_file), self._resumes)

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
                notify(*_held(path))
                await self._sleep(POLL)
                waited += POLL
        except (OSError, NotImplementedError):  # a folder that is read-only, or without locks
            return None
        _write(path, -math.inf)
        return lock


def _is_ours(lock: Any) -> bool:
    from filelock import Timeout

    try:
        lock.acquire()
    except Timeout:
        return False
    return True


# -- what the process whose turn it is tells the others, in a file beside that of the lock


def _told_at(path: Path) -> Path:
    return path.with_suffix(".turn")


def _write(path: Path, resumes: float) -> None:
    """Tell whose turn it is, and when its pause ends; who cannot write it waits all the same."""
    content = FORM.pack(os.getpid(), resumes)
    with contextlib.suppress(OSError):
        rewrite(_told_at(path), lambda before: content, mode=0o600)


def _held(path: Path) -> tuple[str, float | None]:
    """Who has the turn, in words, and the seconds that are left of its pause, if they are known."""
    try:
        process, resumes = FORM.unpack(_told_at(path).read_bytes())
    except (OSError, struct.error):
        return f"another process {ONE_AT_A_TIME}", None
    return f"process {process} {ONE_AT_A_TIME}", _left(resumes)


def _left(resumes: float) -> float | None:
    """Seconds until a moment; None if it is over, or further ahead than any pause."""
    left = resumes - machine.now().timestamp()
    if 0 < left <= LONGEST:
        return left
    return None


def _give_back(lock: Any) -> None:
    with contextlib.suppress(OSError):
        _told_at(Path(lock.lock_file)).unlink()
    lock.release()


def turn_file(api_url: str, tenant: int, path: str) -> Path:
    """Where the turn of a report is kept; its name tells neither the tenant nor the report.

    Raises:
        OSError: this user has no home folder.
    """
    return cache_folder() / "reports" / f"{digest(api_url + path, tenant)}.lock"
