"""Replaces a file as a whole: its reader sees the old content or the new one, and two writers lose
nothing of each other.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from stnb.errors import CannotSave, StnbError

# Without it, as on Windows, the look at the file just before it is replaced has to do.
fcntl: Any = importlib.import_module("fcntl") if os.name == "posix" else None

PATIENCE = 10.0  # seconds to wait for another writer
ROUNDS = 50  # how often a writer who takes no lock may be faster
PRIVATE, SHARED = 0o600, 0o644


def behind(path: str | os.PathLike[str]) -> Path:
    """The file itself, behind any links; it need not be there yet.

    Raises:
        CannotSave: it is a folder or a device, or a link that leads in a circle.
    """
    try:
        target = Path(path).resolve()
        kind = target.stat().st_mode if target.exists() else stat.S_IFREG
    except (OSError, RuntimeError, ValueError) as err:
        raise failed(Path(path), err) from None
    if not stat.S_ISREG(kind):
        raise CannotSave(
            f"{path} was not written.",
            "It is a folder or a device, no file.",
            "Name a file, such as .env.",
        )
    return target


def rewrite(target: Path, edited: Callable[[bytes | None], bytes], *, mode: int = PRIVATE) -> None:
    """Replace the content by what `edited` makes of it; None stands for a file that is not there.

    Args:
        target: as `behind` gives it.
        edited: may be called again, where another writer was faster; what it raises leaves the file
            as it is.
        mode: PRIVATE also closes a file that was open to others; SHARED leaves the mode of one that
            is there.

    Raises:
        CannotSave: the system refuses.
    """
    try:
        with _alone(target.parent):
            for _ in range(ROUNDS):
                old = _content(target)
                new = edited(old)
                if (new == old and _fits(target, mode)) or _replaced(target, old, new, mode):
                    return
        failure = failed(target, TimeoutError())
    except StnbError:
        raise
    except OSError as err:
        failure = failed(target, err)
    raise failure


@contextlib.contextmanager
def whole(path: Path, folder: Path | None = None) -> Iterator[IO[bytes]]:
    """A new file, open to others, that takes its place at the end: a reader sees the old one or the
    whole new one.

    Args:
        folder: where it is written before it takes its place, on the same disk; beside it, when not
            given.

    Raises:
        OSError: the system refuses; what stood at `path` is as it was, also after any other error.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=folder or path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, SHARED)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def reason(err: Exception) -> str:
    """What the system said, without the words that others, such as Arrow, put around it."""
    number = getattr(err, "errno", None)
    return os.strerror(number) if number else type(err).__name__


def add_line(path: Path, line: str) -> None:
    """Add a line to a text file that is no secret, such as .gitignore, unless it stands there."""

    def edited(old: bytes | None) -> bytes:
        old = old or b""
        lines = old.splitlines(keepends=True)
        new = line.encode()
        if new in [one.rstrip(b"\r\n") for one in lines]:
            return old
        end = b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"
        gap = end if lines and not lines[-1].endswith((b"\n", b"\r")) else b""
        return old + gap + new + end

    rewrite(behind(path), edited, mode=SHARED)


def _content(target: Path) -> bytes | None:
    try:
        return target.read_bytes()
    except FileNotFoundError:
        return None


def _fits(target: Path, mode: int) -> bool:
    return mode != PRIVATE or os.name != "posix" or not target.stat().st_mode & 0o077


def _replaced(target: Path, old: bytes | None, new: bytes, mode: int) -> bool:
    """Write beside and rename; False where someone who takes no lock, such as an editor, was
    faster.
    """
    handle, name = tempfile.mkstemp(
        prefix=f"{target.name}.", dir=target.parent
    )  # 0600 from the first byte
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
    """Give the new file its mode, and the owner of the old one where we may."""
    with contextlib.suppress(FileNotFoundError):
        was = target.stat()
        mode = mode if mode == PRIVATE else stat.S_IMODE(was.st_mode)
        with contextlib.suppress(OSError, AttributeError):
            os.chown(name, was.st_uid, was.st_gid)
    os.chmod(name, mode)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One writer at a time in a folder. The lock is on the folder itself, so that no lock file is
    left in it.
    """
    if fcntl is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        _lock(handle, folder)
        yield
    finally:
        os.close(handle)  # which lets go of the lock too


def _lock(handle: int, folder: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > end:
                raise CannotSave(
                    f"Nothing was written in {folder}.",
                    f"Another program has kept the folder locked for {PATIENCE:.0f} s.",
                    "Let it finish, then try again.",
                ) from None
        except OSError:
            return  # a file system without locks
        time.sleep(0.02)


def failed(path: Path, err: Exception) -> CannotSave:
    """The error of a file that the system let nobody write."""
    return CannotSave(
        f"{path} could not be written.",
        f"The system says: {reason(err)}; what stood there is as it was.",
        "Check that its folder is there, yours to write and not full, or name another file.",
    )
