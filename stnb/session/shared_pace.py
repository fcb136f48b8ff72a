"""The pace of a tenant in a small file, so that all processes of this machine keep it together.

The file holds two moments and nothing else: when the next request may start, and until when the
server asked for a pause. Its name is a digest of the API's address and the tenant.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import math
import os
import stat
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stnb.filesystem.atomic import make_folder
from stnb.filesystem.folders import cache_folder
from stnb.filesystem.locks import lock_at

from . import clock as machine

FORM = struct.Struct("<dd")  # seconds since 1970
# Moments further ahead are no pace of ours: a damaged file, or a clock that was set back.
SOON, LONGEST_PAUSE = 5.0, 3600.0
PATIENCE = 0.25  # seconds to wait for another process, which holds the file for microseconds


@dataclass
class Times:
    """When requests may start, in seconds of one clock.

    Attributes:
        even: the even place of the next start.
        resume_at: the end of the pause that the server asked for.
        problem: why they are not shared, though they should be; these never should.
    """

    even: float = 0.0
    resume_at: float = 0.0
    problem: str = ""

    @contextlib.contextmanager
    def changing(self) -> Iterator[Times]:
        """These times, to read and to change."""
        yield self


class SharedTimes:
    """The times of all processes that read one tenant on this machine.

    If the file cannot be used, those of this process alone are, and `problem` says why.

    Args:
        path: the file; it and its folder are made, for this user alone.
        clock: the seconds in which times are given.

    Attributes:
        problem: what the system said when the file could not be used; "" if it was.
    """

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self.path, self._clock = path, clock
        self.problem = ""
        self._own = Times()
        self._file = -1
        self._lock: Any = None
        try:
            self._lock = _lock_of(path)
            self._file = _opened(path)
        except (OSError, NotImplementedError) as err:
            self.problem = _said(err)

    @contextlib.contextmanager
    def changing(self) -> Iterator[Times]:
        """The times, to read and to change; nobody else changes them meanwhile."""
        if not self._taken():
            yield self._own
            return
        try:
            times = self._read()
            yield times
            self._own = times
            self._write(times)
        finally:
            self._lock.release()

    def _open_again(self) -> None:
        """Open the file that others open now, if ours was removed or replaced meanwhile."""
        if os.fstat(self._file).st_nlink:
            return
        anew = _opened(self.path)
        os.close(self._file)
        self._file = anew

    def _taken(self) -> bool:
        """Whether the file is ours now; it stays out of use once it could not be used."""
        if self._lock is None or self.problem:
            return False
        try:
            self._lock.acquire()
        except (OSError, NotImplementedError) as err:  # the lock's own time-out is of these
            self.problem = _said(err)
            return False
        return True

    def _read(self) -> Times:
        try:
            self._open_again()
            os.lseek(self._file, 0, os.SEEK_SET)
            content = os.read(self._file, FORM.size + 1)
            if len(content) > FORM.size:
                os.ftruncate(self._file, 0)  # else what is written would be taken for damaged too
        except OSError as err:
            self.problem = _said(err)
            return self._own
        if len(content) != FORM.size:
            return self._own  # it is new, or damaged
        even, resume_at = FORM.unpack(content)
        wall = machine.now().timestamp()
        now = self._clock()
        times = Times()
        if math.isfinite(even) and even - wall <= SOON:
            times.even = now + even - wall
        if math.isfinite(resume_at) and resume_at - wall <= LONGEST_PAUSE:
            times.resume_at = now + resume_at - wall
        return times

    def _write(self, times: Times) -> None:
        if self.problem:
            return
        ahead = machine.now().timestamp() - self._clock()
        content = FORM.pack(times.even + ahead, times.resume_at + ahead)
        try:
            os.lseek(self._file, 0, os.SEEK_SET)
            os.write(self._file, content)
        except OSError as err:  # the disk is full, or gone
            self.problem = _said(err)


# A link in place of the file is not followed, and no pipe is waited for; the file is not handed on
# to child processes.
_NAMES = ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
_FLAGS = sum(getattr(os, name, 0) for name in _NAMES)


def _opened(path: Path) -> int:
    """Open the file, or make it.

    Raises:
        OSError: it cannot be made, or is a pipe, a device or the like.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT | _FLAGS, 0o600)
    if stat.S_ISREG(os.fstat(file).st_mode):
        return file
    os.close(file)
    raise OSError(errno.EINVAL, "Not a regular file", str(path))


def _lock_of(path: Path) -> Any:
    make_folder(path.parent)
    lock = path.with_suffix(".lock")
    return lock_at(lock, PATIENCE, mode=0o600, poll_interval=0.001, preserve_lock_file=True)


def _said(err: Exception) -> str:
    return str(err) or type(err).__name__


def pace_file(api_url: str, tenant: int) -> Path:
    """Where the pace of a tenant is kept.

    Raises:
        OSError: this user has no home folder.
    """
    return cache_folder() / "pace" / f"{digest(api_url, tenant)}.pace"


def digest(api_url: str, tenant: int) -> str:
    """The name of a tenant's files, which tells nobody who it is."""
    return hashlib.sha256(f"{api_url.lower()} {tenant}".encode()).hexdigest()[:24]
