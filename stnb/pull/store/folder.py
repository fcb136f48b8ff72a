"""The hidden folder of a pull to a file: one process has it to itself, and its journal says whose
pages lie in it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from stnb.errors.nesting import loads
from stnb.filesystem.atomic import private_file, private_folder
from stnb.filesystem.locks import locked

FRESH = dt.timedelta(hours=24)  # older pages say too little of what the server holds now
PLAN, LOCK = "plan.json", "lock"
MOST = 2**31  # pages, and rows of one; no list has as many
ROUNDS = 20  # in which a folder that another deletes is made again


class Folder:
    """A folder that is locked for this process while it is taken.

    Args:
        call: what the call is, as JSON gives it back.
        now: what time it is where the rows come from.
    """

    def __init__(self, path: Path, call: Any, now: Callable[[], dt.datetime]) -> None:
        self.path, self._call, self._now = path, call, now
        self._held: contextlib.ExitStack | None = None  # the lock, while the folder is taken

    def take(self) -> None:
        """Make it if it is not there, and lock it.

        Raises:
            BlockingIOError: another process has it, or another pull of this one.
            OSError: the system refuses.
        """
        if self._held is not None:
            return
        self.path.parent.stat()  # the place of the file itself is not made here
        for round_ in range(ROUNDS):
            held = contextlib.ExitStack()
            try:
                private_folder(self.path)
                held.enter_context(locked(self.path / LOCK))
            except FileNotFoundError:
                # Whoever had the folder may delete it meanwhile: then it is made again.
                if round_ == ROUNDS - 1:
                    raise
            else:
                self._held = held
                return

    def let_go(self) -> None:
        """Unlock it; nothing happens if it is not taken."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def remove(self) -> None:
        """Delete it, the journal first: pages without one belong to no call."""
        if self._held is None:
            return
        with contextlib.suppress(OSError):
            (self.path / PLAN).unlink(missing_ok=True)
            for path in self.path.iterdir():
                if path.name != LOCK:
                    path.unlink()
        self.let_go()  # which deletes the lock file
        with contextlib.suppress(OSError):
            self.path.rmdir()

    @contextlib.contextmanager
    def written(self, name: str) -> Iterator[IO[bytes]]:
        """A file of the folder to write, which is there at the end as a whole."""
        part = self.path / f"{name}.part"
        try:
            with private_file(part) as file:
                yield file
            os.replace(part, self.path / name)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise

    # -- the journal

    def journal(self) -> tuple[str, dict[str, Any]] | None:
        """When this call began, and how far it was; None if the folder is of another call, or of
        yesterday.
        """
        try:
            kept = loads((self.path / PLAN).read_bytes())
            age = self._now() - dt.datetime.fromisoformat(kept["began"])
            position = kept.get("position", kept.get("stand"))  # its name in older versions
            if kept["call"] != self._call or abs(age) >= FRESH or not _is_position(position):
                return None
            return kept["began"], position
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            # None, or one that others wrote.
            return None

    def note(self, began: str, position: dict[str, Any]) -> None:
        """Write the journal."""
        plan = json.dumps({"call": self._call, "began": began, "position": position}).encode()
        with self.written(PLAN) as file:
            file.write(plan)


def _is_position(found: Any) -> bool:
    """Whether a journal has the position of a walk: size, planned, until and more.

    Raises:
        ValueError: `until` is no moment.
    """
    if not isinstance(found, dict):
        return False
    until = found.get("until")
    if until is not None:
        dt.datetime.fromisoformat(until)
    if found.get("more") not in (None, True, False):
        return False
    size, planned = found.get("size"), found.get("planned", 0)
    return (size is None or _is_count(size)) and (planned == 0 or _is_count(planned))


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 < value < MOST
