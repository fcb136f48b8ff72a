"""The tables of a folder: the regular Parquet files that lie in it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from stnb.errors import UsageError

PATTERN = set("*?[")


@dataclass(frozen=True)
class Files:
    """The Parquet files of a folder.

    Attributes:
        tables: the files that are read, by the names of their tables.
        refused: the names of others, and why they are not read.
    """

    tables: dict[str, Path]
    refused: dict[str, str]


def files_of(folder: str | os.PathLike[str]) -> Files:
    """The Parquet files of a folder by the names of their tables.

    Raises:
        UsageError: there is no such folder, or no file in it that can be read.
    """
    home = Path(folder)
    found = Files({}, {})
    try:
        inside = home.resolve()
        for path in sorted(home.glob("*.parquet")):
            if not path.name.startswith("."):  # a file that is being written
                _sort_in(path, inside, found)
    except (OSError, ValueError, RuntimeError):  # a name with a NUL; links that lead in a circle
        pass
    if found.tables:
        return found
    raise UsageError(
        f"{str(folder)!r} has no tables.",
        _why_none(home, found),
        "Name the folder that `stnb.sync(…, to=folder)` keeps, or pull(to=folder).",
    )


def _sort_in(path: Path, inside: Path, found: Files) -> None:
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError):  # a link to nothing, or in a circle
        found.refused[path.stem] = "It is a link to nothing."
        return
    if not real.is_relative_to(inside):
        found.refused[path.stem] = "It is a link that leads out of the folder."
    elif set(path.name) & PATTERN:
        found.refused[path.stem] = "DuckDB reads *, ? and [ in its name as a pattern for others."
    elif not real.is_file():  # to open a FIFO waits for ever
        found.refused[path.stem] = "It is no regular file."
    else:
        found.tables[path.stem] = real


def _why_none(home: Path, found: Files) -> str:
    if found.refused:
        name, why = next(iter(found.refused.items()))
        return f"{name}.parquet is not read. {why}"
    if _is_folder(home):
        return "There is no Parquet file in it."
    return "There is no such folder."


def _is_folder(home: Path) -> bool:
    try:
        return home.is_dir()
    except (OSError, ValueError):
        return False
