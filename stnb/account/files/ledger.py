"""Which files a folder has whole: a line for each in a small file beside them."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from stnb.errors.nesting import loads
from stnb.filesystem.atomic import O_BINARY, PRIVATE

NAME = ".stnb-files.jsonl"
LARGEST = 10**15  # bytes of a file; what is over that is no size
# A link that somebody left in its place is not followed, and a pipe is not waited for.
AS_IT_IS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | O_BINARY


@dataclass(frozen=True)
class Kept:
    """A file that is there: its name in the folder, its type and its size in bytes."""

    name: str
    type: str
    size: int


class Ledger:
    """The files of a folder, by whose they are and what they were asked for by.

    Another tenant's or another resource's files may lie in the same folder.

    Args:
        folder: it exists.
        whose: the host, the tenant and the resource.
    """

    def __init__(self, folder: Path, whose: tuple[str, ...]) -> None:
        self._folder, self._whose = folder, list(whose)
        self._file = folder / NAME
        self.kept: dict[str, Kept] = {}
        self._names: set[str] = set()
        self._read()

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            handle = self._opened(os.O_RDONLY)
            with os.fdopen(handle, encoding="utf-8", errors="replace") as file:
                for line in file:
                    self._take(line)

    def _opened(self, flags: int) -> int:
        """The file, if it is one: no link, pipe or device.

        Raises:
            OSError: it is none, or the system refuses.
        """
        handle = os.open(self._file, flags | AS_IT_IS, PRIVATE)
        if stat.S_ISREG(os.fstat(handle).st_mode):
            return handle
        os.close(handle)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(self._file))

    def _take(self, line: str) -> None:
        """A line that was cut off, or that somebody wrote, says nothing."""
        try:
            whose, key, name, kind, size = loads(line)
            found = Kept(str(name), str(kind), int(size))
        except (ValueError, TypeError, OverflowError):
            return
        if not _is_name(found.name) or not 0 <= found.size <= LARGEST:
            return
        self._names.add(found.name.casefold())
        if whose == self._whose:
            self.kept[str(key)] = found

    def whole(self, key: str) -> Kept | None:
        """The file of this key, if it is there with all its bytes."""
        known = self.kept.get(key)
        if known is None:
            return None
        path = self._folder / known.name
        try:
            is_whole = path.is_file() and path.stat().st_size == known.size
        except OSError:
            return None
        return known if is_whole else None

    def free_name(self, key: str, wanted: str) -> str:
        """The name, or one with a number if another file has it."""
        known = self.kept.get(key)
        if known is not None and known.name == wanted:
            return wanted
        stem, dot, ending = wanted.rpartition(".")
        name, number = wanted, 1
        while name.casefold() in self._names or (self._folder / name).exists():
            number += 1
            name = f"{stem}-{number}{dot}{ending}"
        self._names.add(name.casefold())
        return name

    def add(self, key: str, file: Kept) -> None:
        """Note that a file is whole.

        Raises:
            OSError: the system refuses.
        """
        line = json.dumps([self._whose, key, file.name, file.type, file.size])
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        handle = self._opened(flags)
        try:
            os.write(handle, f"\n{line}\n".encode())  # behind a line that was cut off
        finally:
            os.close(handle)
        self.kept[key] = file


def _is_name(text: str) -> bool:
    """Whether it is the name of a file in the folder itself."""
    is_path = Path(text).name != text or "\\" in text or text == ".."
    return bool(text) and not is_path and text.isprintable()
