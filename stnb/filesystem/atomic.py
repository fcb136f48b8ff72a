"""Replace a file whole or not at all, and let one writer at a time do so.

A reader sees the old content or the new one, never a part. Everything here raises OSError alone:
the caller knows what the file is for, and words the error with `CannotSave.of`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from .locks import locked

PATIENCE = 10.0  # seconds to wait for another writer
ROUNDS = 50  # tries against a writer that takes no lock, such as an editor
PRIVATE, SHARED = 0o600, 0o644
ROOT = 0  # the administrator's number
O_BINARY = getattr(os, "O_BINARY", 0)  # Windows alone has it


def real_file(path: str | os.PathLike[str]) -> Path:
    """Follow links to the file itself, which need not exist yet.

    Raises:
        IsADirectoryError: it is a folder or a device.
        OSError: a link leads in a circle, or the path is none.
    """
    target = _without_links(path)
    try:
        # One look: before a second one another writer's new file may be there.
        mode = target.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return target
    if not stat.S_ISREG(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    return target


def _without_links(path: str | os.PathLike[str]) -> Path:
    try:
        return Path(path).resolve()
    except RuntimeError:  # Python before 3.13, for a link that leads in a circle
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None
    except ValueError:  # a NUL in the name
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL)) from None


def rewrite(target: Path, edited: Callable[[bytes | None], bytes], *, mode: int = PRIVATE) -> None:
    """Replace a file's content by what `edited` makes of it.

    Args:
        target: a path that `real_file` returned.
        edited: takes the old content, or None if there is no file. It is called again if another
            writer was faster. If it raises, the file stays as it is.
        mode: PRIVATE closes the file to other users. SHARED keeps the mode of an existing file.

    Raises:
        BlockingIOError: other writers kept the file busy.
        OSError: the system refuses.
    """
    with locked(target.with_name(f".{target.name.lstrip('.')}.lock"), PATIENCE):
        for _ in range(ROUNDS):
            old = _content(target)
            new = edited(old)
            unchanged = new == old and _has_mode(target, mode)
            if unchanged or _replaced(target, old, new, mode):
                return
    raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


@contextlib.contextmanager
def replacing(
    path: Path, folder: Path | None = None, *, mode: int | None = None
) -> Iterator[IO[bytes]]:
    """Write a new file that takes its place at `path` when the block ends without an error.

    Args:
        folder: where the file is written first, on the same disk; beside `path` by default.
        mode: PRIVATE or SHARED; without it a file that is there keeps its mode, and a new one is
            private, because its rows are customers' data.

    Raises:
        OSError: the system refuses. What was at `path` stays, after any other error too.

    Example:
        >>> with replacing(Path("jobs.csv")) as file:
        ...     file.write(b"id")
    """
    with unnamed(folder or path.parent, f".{path.name}.") as part:
        yield part.file
        part.put(path, mode=mode)


class Part:
    """A new file, open, that has no name of its own yet. Made by `unnamed`."""

    def __init__(self, handle: int, name: str) -> None:
        self.file: IO[bytes] = os.fdopen(handle, "w+b")
        self.name = name

    def put(self, path: Path, *, mode: int | None = None) -> None:
        """Close it, and give it its place. What is there is replaced.

        Args:
            mode: as in `replacing`.

        Raises:
            OSError: the system refuses.
        """
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        os.chmod(self.name, _mode_at(path, mode))
        os.replace(self.name, path)


@contextlib.contextmanager
def unnamed(folder: Path, prefix: str = ".part-") -> Iterator[Part]:
    """A private new file in a folder, for what is to be named when its content is known.

    Raises:
        OSError: the system refuses. A part that was not put to its place is deleted.

    Example:
        >>> with unnamed(Path("recordings")) as part:
        ...     part.file.write(b"RIFF")
        ...     part.put(Path("recordings/7.wav"))
    """
    part = Part(*tempfile.mkstemp(prefix=prefix, dir=folder))
    try:
        with part.file:
            yield part
    finally:
        with contextlib.suppress(OSError):
            os.unlink(part.name)


def _mode_at(path: Path, mode: int | None) -> int:
    """The mode that was asked for; else that of the user's own file that is there, or PRIVATE.

    A pipe has no mode for rows, and another user's file may wait there, open, for ours.
    """
    if mode is not None:
        return mode
    try:
        there = path.stat()
    except OSError:
        return PRIVATE
    if not stat.S_ISREG(there.st_mode) or _is_of_another(there):
        return PRIVATE
    return stat.S_IMODE(there.st_mode)


def _is_of_another(there: os.stat_result) -> bool:
    """Whether a file is another user's. The administrator writes in the place of others."""
    return os.name == "posix" and os.geteuid() not in (there.st_uid, ROOT)


def make_folder(path: Path) -> None:
    """Make a folder for rows, and those above it, for this user alone; those that are there stay as
    they are.

    Raises:
        OSError: the system refuses.
    """
    try:
        path.mkdir(mode=0o700, exist_ok=True)
    except FileNotFoundError:
        if path.parent == path:
            raise
        make_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def private_folder(path: Path) -> None:
    """Make a folder for this user alone; one that is there is closed to others.

    Raises:
        PermissionError: it belongs to another user, who could read what is put there.
        OSError: the system refuses.
    """
    make_folder(path.parent)
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        if os.name == "posix":
            _close_folder(path)


def _close_folder(path: Path) -> None:
    """Take a folder that is there from other users."""
    found, above = path.lstat(), path.parent.stat()
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    # On some network drives everything belongs to one user, whoever made it.
    if found.st_uid not in (os.geteuid(), above.st_uid):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
    if found.st_mode & 0o077 and found.st_uid == os.geteuid():
        path.chmod(0o700)


def private_file(path: Path) -> IO[bytes]:
    """Open a file for writing that only this user can read, from its first byte on."""
    with contextlib.suppress(FileNotFoundError):
        path.unlink()  # one that is there may be open to others, or a link
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | O_BINARY, PRIVATE)
    return os.fdopen(handle, "wb")


def add_line(path: Path, line: str) -> None:
    """Add a line to a text file that holds no secrets, such as .gitignore, unless it is there.

    Raises:
        OSError: the system refuses.
    """

    def edited(old: bytes | None) -> bytes:
        content = old or b""
        lines = content.splitlines(keepends=True)
        if line.encode() in [one.rstrip(b"\r\n") for one in lines]:
            return content
        end = b"\n"
        if lines and lines[0].endswith(b"\r\n"):
            end = b"\r\n"
        if lines and not lines[-1].endswith((b"\n", b"\r")):
            content += end
        return content + line.encode() + end

    rewrite(real_file(path), edited, mode=SHARED)


def _content(target: Path) -> bytes | None:
    try:
        return target.read_bytes()
    except FileNotFoundError:
        return None


def _has_mode(target: Path, mode: int) -> bool:
    if mode != PRIVATE or os.name != "posix":
        return True
    return not target.stat().st_mode & 0o077


def _replaced(target: Path, old: bytes | None, new: bytes, mode: int) -> bool:
    """Write beside the file and rename; False if the content was changed meanwhile."""
    # mkstemp makes a file of mode 0600, so a secret is private from its first byte.
    handle, name = tempfile.mkstemp(prefix=f"{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        _resemble(target, name, mode)
        if _content(target) == old:
            os.replace(name, target)
            return True
        os.unlink(name)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    return False


def _resemble(target: Path, name: str, mode: int) -> None:
    """Give the new file its mode, and the old file's owner if the system allows it."""
    with contextlib.suppress(FileNotFoundError):
        old = target.stat()
        if mode != PRIVATE:
            mode = stat.S_IMODE(old.st_mode)
        with contextlib.suppress(OSError, AttributeError):
            os.chown(name, old.st_uid, old.st_gid)
    os.chmod(name, mode)
