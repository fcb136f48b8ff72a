"""The files that a search for secrets reads, and what it leaves out."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from stnb.errors import UsageError

SKIPPED = {".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", ".tox", ".nox"}
SKIPPED |= {".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache"}


class Skip(Protocol):
    """Takes what is left out."""

    def __call__(self, path: Path, reason: str, *, may_hide: bool = False) -> None: ...


def files_in(path: Path, skip: Skip) -> Iterator[Path]:
    """A file itself, or all files in a folder and below it.

    Args:
        skip: told each file and folder that is left out, and why.

    Raises:
        UsageError: nothing is there.
    """
    try:
        mode = path.stat().st_mode
    except OSError as err:
        if not _is_missing(err):
            skip(path, unread(err), may_hide=True)
            return
        mode = 0
    except ValueError:  # a NUL in the name
        mode = 0
    if stat.S_ISREG(mode):
        yield path
        return
    if not stat.S_ISDIR(mode):
        raise UsageError(
            f"{path} was not searched.", "There is no such file or folder.", "Check the path."
        )
    yield from _below(path, skip)


def _is_missing(err: OSError) -> bool:
    """Whether nothing is at a path, or nothing can be: a link to nothing or in a circle too."""
    return err.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP)


def unread(err: OSError) -> str:
    """Why a file was left out that the system does not hand out."""
    return f"it could not be read ({err.strerror})"


def _below(path: Path, skip: Skip) -> Iterator[Path]:
    """The files in a folder; one that may not be looked into is named, and ends nothing."""

    def unreadable(err: OSError) -> None:
        skip(Path(err.filename), unread(err), may_hide=True)

    for folder, below, names in os.walk(path, onerror=unreadable):
        searched = []
        for name in sorted(below):
            reason = _reason_to_skip(Path(folder, name))
            if reason:
                skip(Path(folder, name), reason)
            else:
                searched.append(name)
        below[:] = searched  # os.walk goes into what is left in its list
        for name in sorted(names):
            file = Path(folder, name)
            if name == ".env":
                skip(file, "secrets belong there")
            elif _is_regular(file, skip):
                yield file


def _is_regular(file: Path, skip: Skip) -> bool:
    try:
        if stat.S_ISREG(file.stat().st_mode):
            return True
    except OSError as err:
        if not _is_missing(err):
            skip(file, unread(err), may_hide=True)
            return False
    skip(file, "no regular file")
    return False


def _reason_to_skip(folder: Path) -> str:
    if folder.name in SKIPPED:
        return "a folder of tools"
    # Those of `os.path` say no where those of `Path` raise: a folder that may not be looked into.
    if os.path.isfile(folder / "pyvenv.cfg"):
        return "an environment of Python, because of pyvenv.cfg"
    if os.path.islink(folder):
        return "a link to a folder"
    return ""
