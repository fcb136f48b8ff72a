"""The hidden folder of a spool: one process has it to itself, and its journal says whose pages lie
in it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from stnb.atomic import fcntl

FRESH = dt.timedelta(hours=24)  # older pages say too little of what the server holds now
PLAN = "plan.json"
NO_LOCK = -1  # where the system has none, as on Windows


class Folder:
    """A folder that is locked for this process while it is taken.

    Args:
        call: what tells the call from others, as JSON gives it back.
        now: what time it is where the rows come from.
    """

    def __init__(self, path: Path, call: Any, now: Callable[[], dt.datetime]) -> None:
        self.path, self._call, self._now = path, call, now
        self._handle: int | None = None

    def take(self) -> None:
        """Lock it, and make it where it is not there.

        Raises:
            BlockingIOError: another process has it, or another spool of this one.
            OSError: the system refuses.
        """
        while self._handle is None:
            self.path.mkdir(mode=0o700, exist_ok=True)
            if fcntl is None:
                self._handle = NO_LOCK
                return
            with contextlib.suppress(FileNotFoundError):  # whoever had it deleted it at this moment
                handle = os.open(self.path, os.O_RDONLY)
                try:
                    _lock(handle)
                    if os.path.samestat(os.fstat(handle), os.stat(self.path)):
                        self._handle = handle
                finally:
                    if self._handle is None:
                        os.close(handle)

    def let_go(self) -> None:
        """Unlock it; nothing happens where it is not taken."""
        if self._handle not in (None, NO_LOCK):
            os.close(self._handle)
        self._handle = None

    def remove(self) -> None:
        """Delete it, the journal first: pages without one belong to no call."""
        if self._handle is not None:
            with contextlib.suppress(OSError):
                (self.path / PLAN).unlink(missing_ok=True)
                shutil.rmtree(self.path)

    @contextlib.contextmanager
    def written(self, name: str) -> Iterator[IO[bytes]]:
        """A file of the folder to write, which is there at the end as a whole."""
        part = self.path / f"{name}.part"
        try:
            with open(part, "wb") as file:
                yield file
            os.replace(part, self.path / name)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise

    # -- the journal

    def journal(self) -> tuple[str, dict[str, Any]] | None:
        """When this call began, and how far it stood; None where the folder is of another call, or
        of yesterday.
        """
        try:
            kept = json.loads((self.path / PLAN).read_bytes())
            age = self._now() - dt.datetime.fromisoformat(kept["began"])
            position = kept.get("position", kept.get("stand"))  # its name in older versions
            if kept["call"] != self._call or abs(age) >= FRESH or not isinstance(position, dict):
                return None
            return kept["began"], position
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
        ):  # none, or one that others wrote
            return None

    def note(self, began: str, position: dict[str, Any]) -> None:
        """Write the journal."""
        plan = json.dumps({"call": self._call, "began": began, "position": position}).encode()
        with self.written(PLAN) as file:
            file.write(plan)


def _lock(handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:  # a file system without locks
        pass
