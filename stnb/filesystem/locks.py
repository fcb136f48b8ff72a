"""Locks on files: one holder at a time, in this process and in all others.

As in `atomic`, OSError alone is raised: the caller knows what the file is for.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from filelock import FileLock

# What a file system without locks answers, such as some network drives.
NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}


def lock_at(path: Path, patience: float, **options: Any) -> FileLock:
    """A lock on a file, by the system's own means, which the threads of a process share.

    Args:
        patience: seconds to wait for another holder.
        options: of the library, such as the file's mode.
    """
    from filelock import FileLock  # takes a fifth of a second to import

    return FileLock(path, timeout=patience, thread_local=False, fallback_to_soft=False, **options)


@contextlib.contextmanager
def locked(path: Path, patience: float = 0.0) -> Iterator[None]:
    """Hold a lock file: one holder at a time, in this process and in all others.

    The system frees the lock when its process ends, however it ends. The file is deleted at the
    end, so that none stays in a user's folder. A file system without locks does without.

    Args:
        path: the lock file; its folder must exist.
        patience: seconds to wait for another holder.

    Raises:
        BlockingIOError: another holder kept it for longer.
        OSError: the system refuses.
    """
    from filelock import Timeout

    path.parent.stat()  # the library would make a missing folder
    lock = lock_at(path, patience)
    try:
        lock.acquire(poll_interval=0.02)
    except Timeout:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from None
    except OSError as err:
        if err.errno not in NO_LOCKS:
            raise
    try:
        yield
    finally:
        # Deleted while it is held: who waits for a deleted file notices, and makes a new one.
        # Windows refuses this, and the library deletes the file there.
        with contextlib.suppress(OSError):
            path.unlink()
        lock.release()
