"""How much memory the rows of all running pulls take: a kernel has other work to lose."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from pathlib import Path
from types import TracebackType

from stnb.credentials.limits import MAX_MEMORY, MB, Limits
from stnb.errors import UsageError, tongue
from stnb.frame import Decoded

from .store.memory import PageStore

SHARE = 0.5  # of the machine's memory; putting the rows together takes half as much again
# The most that a container may take, as newer and older kernels of Linux say it.
CONTAINER = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


class Held:
    """The rows of one pull in memory, for as long as it runs. All is called on the loop's thread.

    Args:
        name: the resource, for the message.

    Example:
        >>> with Held("jpm.jobs", store, limits) as held:
        ...     store.put(0, part, None)
        ...     held.add(part)
    """

    def __init__(self, name: str, store: PageStore, limits: Limits) -> None:
        self._name, self._set, self._counts = name, limits.max_memory, store.in_memory
        self._size = 0
        if self._counts and store.pages:  # it goes on
            self._size = sum(map(_size, store.read()))

    def __enter__(self) -> Held:
        _running(os.getpid()).add(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _running(os.getpid()).discard(self)

    def add(self, part: Decoded) -> None:
        """Count a page that was kept.

        Raises:
            UsageError: the rows of all running pulls take more than they may.
        """
        if not self._counts:
            return
        self._size += _size(part)
        most = usual()
        if self._set is not None:
            most = int(self._set * MB)
        running = _running(os.getpid())
        if sum(held._size for held in running) > most:
            raise self._too_large(most, len(running))

    def _too_large(self, most: int, pulls: int) -> UsageError:
        size = f"{most / MB:,.4g} MB"
        what = f"The rows of {self._name} take over {size} of memory."
        if pulls > 1:
            what = f"The rows of {pulls} pulls that run take over {size}; {self._name} was ended."
        why = "That is half of what this machine has"
        if self._set is not None:
            why = f"{MAX_MEMORY} allows no more"
        return UsageError(
            what,
            f"{why}, and putting rows together takes half as much again.",
            tongue.either(
                'Write them to a file as they come, with to="….parquet", or ask for less, with '
                "filters or columns=.",
                "Write them to a file as they come, with --to ….parquet, or ask for less, with "
                "filters or --columns.",
            )
            + f" A larger {MAX_MEMORY}, in .env or as a variable of the process, allows more.",
        )


@functools.cache
def usual() -> int:
    """The bytes that rows may take unless a setting says so: half of what the machine, or the
    container, has; no bound where neither can be told.
    """
    known = [size for size in (_machine(), *map(_said, CONTAINER)) if size]
    return int(min(known, default=sys.maxsize) * SHARE)


def _machine() -> int:
    """The bytes of memory that the machine has; 0 if it cannot be told."""
    with contextlib.suppress(Exception):  # no pull fails because its machine hides something
        import psutil  # takes a while, and is needed here alone

        return int(psutil.virtual_memory().total)
    return 0


def _said(file: Path) -> int:
    """What a container may take by one of its files; 0 if there is no bound."""
    try:
        text = file.read_text().strip()
    except OSError:
        return 0
    return int(text) if text.isdecimal() else 0


def _size(part: Decoded) -> int:
    return int(part.table.get_total_buffer_size())


@functools.cache
def _running(pid: int) -> set[Held]:
    """The pulls that run in this process: a fork has none of its parent's."""
    return set()
