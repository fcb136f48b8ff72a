"""Open a .env file: a regular file of a sensible size, which no other user of the machine wrote."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from stnb.errors import CredentialsInvalid, CredentialsMissing, SetupError

LARGEST = 1_000_000  # bytes: such a file has a few lines
MOST_LINES = 10_000  # to read them takes a second
ROOT = 0


def content(file: Path) -> bytes:
    """The bytes of a .env file.

    Raises:
        CredentialsMissing: it is not there.
        CredentialsInvalid: it is no regular file, too large, of another owner, open for others to
            write, or it cannot be read.
    """
    try:
        # Before it is opened: to open a device may already do something.
        _check(file, os.stat(file))
        # A FIFO that took its place meanwhile must not make us wait for its other end.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(file, flags), "rb") as opened:
            _check(file, os.fstat(opened.fileno()))
            # None from a file that would be waited for, such as a log of the system.
            found = opened.read(LARGEST + 1)
            if found is None:
                raise BlockingIOError(errno.EAGAIN, "it has nothing to read yet")
    except SetupError:
        raise
    except FileNotFoundError:
        raise _not_there(file) from None
    except (OSError, ValueError) as err:  # a NUL in the name is a ValueError
        raise unreadable(file, err) from None
    if len(found) > LARGEST:
        raise _too_large(file)
    if found.count(b"\n") + found.count(b"\r") > 2 * MOST_LINES:  # a line may end in both
        raise _too_large(file, f"It has more than {MOST_LINES:,} lines, as no such file has.")
    return found


def unreadable(file: Path, err: Exception) -> CredentialsInvalid:
    """The error for a file that is no text, or that the system does not hand out."""
    return CredentialsInvalid(
        f"The file {file} cannot be read.",
        f"Likely it is no text file in UTF-8, or not yours to read ({type(err).__name__}).",
        "Save it as plain UTF-8 text with one NAME=value a line.",
    )


def _not_there(file: Path) -> CredentialsMissing:
    return CredentialsMissing(
        f"The file {file} is not there.",
        "It was named as the .env file to read.",
        "Check the path, or leave env_file out to use the nearest .env upwards from the "
        "working directory.",
    )


def _check(file: Path, found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise unreadable(file, IsADirectoryError(errno.EISDIR, "it is a folder"))
    if not stat.S_ISREG(found.st_mode):
        raise CredentialsInvalid(
            f"The file {file} was not read.",
            "It is a pipe or a device, which may never end.",
            "Name a regular file, with one NAME=value a line.",
        )
    if found.st_size > LARGEST:
        raise _too_large(file)
    if os.name == "posix":
        _check_owner(file, found)


def _too_large(file: Path, why: str = "") -> CredentialsInvalid:
    return CredentialsInvalid(
        f"The file {file} was not read.",
        why or f"It is larger than {LARGEST // 1_000_000} MB, which no such file is.",
        "Name the file that has your values, with one NAME=value a line.",
    )


def _check_owner(file: Path, found: os.stat_result) -> None:
    """Whoever can write the file can say where the secrets are sent."""
    # The administrator may do anything anyway, and mounts secrets into containers.
    if found.st_uid not in (os.geteuid(), ROOT):
        raise CredentialsInvalid(
            f"The file {file} was not read.",
            "It belongs to another user of this machine, who could have your secrets sent "
            "elsewhere.",
            "Copy what you trust of it into a file of your own, and work in that folder or name "
            "it with env_file.",
        )
    others = stat.S_IWOTH
    if not _is_private_group(found.st_gid, found.st_uid):
        others |= stat.S_IWGRP
    if found.st_mode & others:
        raise CredentialsInvalid(
            f"The file {file} was not read.",
            "Other users of this machine may write to it, and could have your secrets sent "
            "elsewhere.",
            f"Look through it, then close it to them: chmod 600 {file}. If its disk keeps no "
            "modes, move it to one that does.",
        )


def _is_private_group(group: int, owner: int) -> bool:
    """Whether it is the group of that user alone, which many systems give each of their users."""
    import grp
    import pwd

    try:
        entry = grp.getgrgid(group)
        user = pwd.getpwuid(owner).pw_name
    except KeyError:
        return False
    return entry.gr_name == user and set(entry.gr_mem) <= {user}
