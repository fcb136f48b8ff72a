"""The files that hold kept rows: private ones, whole or not at all, bounded together.

A file is Parquet, as `stnb.save` writes it. Beside the frame's `attrs` its metadata say which
query it answers and when it was read. What is damaged, or not certainly ours, is not used.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pandas as pd
import pyarrow as pa

from stnb.errors import StnbError, reason
from stnb.filesystem.atomic import O_BINARY, PRIVATE, private_folder, replacing
from stnb.filesystem.folders import cache_folder
from stnb.session import clock

from .age import LONGEST

LARGEST = 256 * 2**20  # bytes of one file
MOST = 2**30  # bytes of all files together; the oldest go first
NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | O_BINARY
ABOUT = "kept"  # where a frame's attrs say of a file what only this module needs


class Unusable(Exception):
    """A kept file cannot be used, or rows cannot be kept; the text says why, as a clause."""


@dataclass(frozen=True)
class KeptFile:
    """A file of kept rows.

    Attributes:
        read: when its rows were read.
        about: the provenance of the rows; {} if the file cannot be used.
        problem: why it cannot be used; "" if it can.
    """

    path: Path
    size: int
    read: dt.datetime | None
    about: dict[str, Any]
    problem: str = ""


def folder() -> Path:
    """Where rows are kept; it need not be there yet.

    Raises:
        OSError: this user has no home folder.
    """
    return cache_folder() / "rows"


def load(key: str) -> tuple[pd.DataFrame, dict[str, Any]] | None:
    """The kept rows of a query, and what is known of them (`read`, `scopes`, `notices`).

    Returns:
        None if none are kept.

    Raises:
        Unusable: there is a file, and it cannot be used.
    """
    from stnb.frame.parquet import read_frame

    try:
        with _opened(_path(key)) as file:
            frame = read_frame(file)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as err:
        raise Unusable(f"the system says: {reason(err)}") from None
    except (pa.ArrowException, ValueError, TypeError, KeyError, NotImplementedError):
        raise Unusable("it is no whole Parquet file") from None
    known = frame.attrs.pop(ABOUT, None)
    if not isinstance(known, dict) or known.get("key") != key:
        raise Unusable("it was not written for this query")
    read = _moment(known.get("read"))
    if read is None or not isinstance(frame.attrs.get("stnb"), dict):
        raise Unusable("it does not say when it was read")
    return frame, {**known, "read": read}


def store(key: str, frame: pd.DataFrame, known: dict[str, Any]) -> None:
    """Keep rows, and delete the oldest files if all are more than the bound.

    Raises:
        Unusable: they cannot be kept; the text says why.
    """
    from stnb.frame.parquet import read_frame, write_frame

    marked = frame.copy(deep=False)
    marked.attrs = {**frame.attrs, ABOUT: {**known, "key": key}}
    content = io.BytesIO()
    try:
        write_frame(marked, content)
        again = read_frame(io.BytesIO(content.getvalue()))
    except (StnbError, pa.ArrowException, ValueError, TypeError):
        raise Unusable("Parquet has no place for their types") from None
    if not _same(frame, again):
        raise Unusable("they would not be the same when they are read again")
    size = content.getbuffer().nbytes
    if size > LARGEST:
        raise Unusable(f"they take {size:,} bytes, and one query may take {LARGEST:,}")
    try:
        private_folder(folder())
        with replacing(_path(key), mode=PRIVATE) as file:
            file.write(content.getbuffer())
        _trim()
    except OSError as err:
        raise Unusable(f"the system says: {reason(err)}") from None


def kept_files() -> list[KeptFile]:
    """All kept files, the newest first; also those that cannot be used."""
    found = [_described(path) for path in _paths()]
    unknown = dt.datetime.min.replace(tzinfo=dt.UTC)
    return sorted(found, key=lambda each: each.read or unknown, reverse=True)


def clear() -> tuple[int, int]:
    """Delete all kept rows.

    Returns:
        (files, bytes) that were deleted.

    Raises:
        OSError: the system refuses.
    """
    files = size = 0
    for path in _paths():
        size += path.lstat().st_size
        path.unlink()
        files += 1
    return files, size


def _path(key: str) -> Path:
    return folder() / f"{key}.parquet"


def _paths() -> list[Path]:
    try:
        return sorted(folder().glob("*.parquet"))
    except OSError:
        return []


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The file, if it is this user's own and nobody else's to read or to write."""
    handle = os.open(path, os.O_RDONLY | NO_FOLLOW)
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
            raise Unusable("it is no file that stnb wrote")
        if os.name == "posix" and (found.st_uid != os.geteuid() or found.st_mode & 0o077):
            raise Unusable("it is another user's, or open to others")
        yield file


def _described(path: Path) -> KeptFile:
    size = 0
    try:
        size = path.lstat().st_size
        found = load(path.stem)
    except (OSError, Unusable) as err:
        return KeptFile(path, size, None, {}, str(err))
    if found is None:
        return KeptFile(path, size, None, {}, "it is gone")
    frame, known = found
    return KeptFile(path, size, known["read"], frame.attrs["stnb"])


def _trim() -> None:
    """Delete what is too old, and the oldest files over the bound."""
    ages = []
    for path in _paths():
        with contextlib.suppress(FileNotFoundError):
            found = path.lstat()
            ages.append((found.st_mtime, found.st_size, path))
    total = 0
    oldest = (clock.now() - LONGEST).timestamp()
    for written, size, path in sorted(ages, reverse=True):
        total += size
        if total > MOST or written < oldest:
            path.unlink(missing_ok=True)


def _same(frame: pd.DataFrame, again: pd.DataFrame) -> bool:
    """Whether rows came back from the file as they were, with their types."""
    if not frame.columns.equals(again.columns) or list(frame.dtypes) != list(again.dtypes):
        return False
    provenance = json.loads(json.dumps(frame.attrs["stnb"]))
    if again.attrs["stnb"] != provenance or not frame.index.equals(again.index):
        return False
    return bool(frame.equals(again))


def _moment(value: Any) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo is not None else None
