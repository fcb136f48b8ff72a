"""A Parquet file is read, or it ends in words: it may be cut off, damaged, or of another program.

Arrow words such a file in many ways: by errors of its own, by OSError without a number, and where
a name is no UTF-8 by UnicodeDecodeError.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from stnb.errors import BadFilter, StnbError, reason

NEXT = 'Name a Parquet file, such as one that pull(to="x.parquet") wrote.'
UNSOUND = (pa.ArrowException, OSError, ValueError, TypeError, LookupError, OverflowError)


@contextlib.contextmanager
def reading(path: object, next: str = NEXT) -> Iterator[None]:
    """Word what is raised while a Parquet file is read.

    Args:
        path: the file, or one that is open.
        next: what to do next.

    Raises:
        BadFilter: it is no regular file, no Parquet file, or not a whole one.

    Example:
        >>> with reading("jobs.parquet"):
        ...     rows = pq.read_table("jobs.parquet")
    """
    why = "It is no Parquet file, not a whole one, or one that Arrow does not take."
    try:
        if isinstance(path, str | os.PathLike):
            _check_regular(path)
        yield
        return
    except StnbError:
        raise
    except _NoFile:
        why = "It is a folder, a pipe or a device."
    except UNSOUND as err:
        if getattr(err, "errno", None):
            why = f"The system says: {reason(err)}."
    name = path if isinstance(path, str | os.PathLike) else "The file"
    raise BadFilter(f"{name} could not be read.", why, next)


class _NoFile(OSError):
    """What has the name is no regular file; to open a pipe waits for its other end."""


def _check_regular(path: str | os.PathLike[str]) -> None:
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise _NoFile


def footer(path: str | os.PathLike[str], next: str = NEXT) -> tuple[pq.FileMetaData, pa.Schema]:
    """What the end of a file says: where its rows are, and its columns; raises as `reading`.

    Example:
        >>> footer("jobs.parquet")[0].num_rows
        1200
    """
    with reading(path, next), pq.ParquetFile(Path(path)) as file:
        return file.metadata, file.schema_arrow
