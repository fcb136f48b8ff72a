"""Where rows are written: a path of this machine."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

from stnb.errors import BadFilter

# "s3://bucket", "s3:/bucket" (what a Path makes of it) and "zip::s3://bucket". One letter is a
# drive of Windows.
SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]+):[:/]")


def local_path(target: str | os.PathLike[str]) -> Path:
    """The target as a path.

    Raises:
        BadFilter: it is an address such as "s3://bucket/jobs.parquet", or no path at all.

    Example:
        >>> local_path("data/jobs.parquet")
        PosixPath('data/jobs.parquet')
    """
    try:
        text = os.fsdecode(target)
        os.fsencode(text)
    except (TypeError, ValueError):
        raise BadFilter(
            f"{target!r} was not written.",
            "It is no path of a file or a folder.",
            'Write it as text, such as "data/jobs.parquet".',
        ) from None
    if not text.strip():
        raise BadFilter(
            "Nothing was written.",
            "The path is empty; likely it comes of a variable that is not set.",
            'Write one such as "data/jobs.parquet", or "." for this folder.',
        )
    address = SCHEME.match(text)
    if address:
        raise BadFilter(
            f"{text} was not written.",
            f"It is an address ({address[1]}:), and this is written to paths of this machine only.",
            "Name a path such as data/jobs.parquet, then copy the file to its place; pull and save"
            " write single files to s3://, gs:// and az:// too.",
        )
    if "\0" in text:
        raise BadFilter(
            f"{text!r} was not written.", "Its name holds a NUL.", "Leave it out of the name."
        )
    return Path(text)


def arrow_path(target: str | os.PathLike[str]) -> Path:
    """The target as a path that Arrow can open, too: pages and tables are its files.

    Raises:
        BadFilter: it is no such path.
    """
    path = local_path(target)
    try:
        str(path.absolute()).encode()
    except UnicodeEncodeError:
        raise BadFilter(
            f"{path} was not written.",
            "Its name, or that of a folder above it, is not UTF-8, and Arrow opens no such file.",
            "Rename it, or name another place.",
        ) from None
    try:
        path.lstat()
    except OSError as err:
        if err.errno == errno.ENAMETOOLONG:
            raise BadFilter(
                f"{path.name[:40]!r} … was not written.",
                f"A name of {len(path.name):,} characters is too long for this system.",
                "Write a shorter one.",
            ) from None
    return path
