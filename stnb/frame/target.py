"""Where rows and files are written: a path of this machine."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path, PurePath

from stnb.errors import BadFilter

# "s3://bucket", "s3:/bucket" (what a Path makes of it) and "zip::s3://bucket". One letter is a
# drive of Windows.
SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]+):[:/]")
# Endings of files, in lists of their own: what a system knows of endings differs.
TABLES = ".parquet .pq .csv .tsv .xlsx .xlsm .xls .json .jsonl .ndjson .feather .arrow .db .duckdb"
OTHERS = ".txt .md .html .htm .pdf .ipynb .zip .wav .mp3 .m4a .ogg .mp4 .jpg .jpeg .png .gif .webp"
OF_FILES = frozenset([*TABLES.split(), *OTHERS.split()])


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


def check_folder(place: Path | str, advice: str) -> None:
    """See that a place that is to be a folder is not named like a file, such as jobs.parquet: a
    folder of that name would be found where a file is looked for. One that is there already is
    taken as it is.

    Args:
        place: a path, or the address of a store.
        advice: how the file is written that was likely meant, as a sentence.

    Raises:
        BadFilter: its ending is that of a file.

    Example:
        >>> check_folder(Path("lake"), "Use pull(…, to=FILE) for one table.")
    """
    name = PurePath(place).name
    ending = PurePath(name).suffix.lower()
    if ending not in OF_FILES or (isinstance(place, Path) and place.is_dir()):
        return
    raise BadFilter(
        f"Nothing was written to {place}.",
        f"A folder is made there, and {ending} is the ending of a file.",
        f"Name a folder, such as {PurePath(name).stem}. {advice}",
    )


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
