"""The tables of a folder: the regular Parquet files in it, or in its folders of tenants, and the
Delta tables.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from stnb.errors import UsageError

PATTERN = re.compile(r"[*?\[]")  # what DuckDB reads in a path as a pattern for others
LOG = "_delta_log"  # the folder in which a Delta table writes down its versions
TENANT = "tenant="  # how the folder of a tenant's files begins, as readers of Hive's layout know it


@dataclass(frozen=True)
class Files:
    """The Parquet files of a folder.

    Attributes:
        tables: the files that are read, by the names of their tables.
        refused: the names of others, and why they are not read.
        by_tenant: the file of each tenant, of tables that lie in a folder for each, such as
            `tenant=phoenix/jpm_jobs.parquet`.
        delta: the folders, or the addresses, of the Delta tables.
    """

    tables: dict[str, Path]
    refused: dict[str, str]
    by_tenant: dict[str, dict[str, Path]] = field(default_factory=dict)
    delta: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The names of all tables."""
        return [*self.tables, *self.by_tenant, *self.delta]

    @property
    def paths(self) -> list[Path]:
        """The files of all tables."""
        found = list(self.tables.values())
        for files in self.by_tenant.values():
            found += files.values()
        return found


def as_pattern(path: Path) -> str:
    """A path as DuckDB reads it as that path alone.

    Example:
        >>> as_pattern(Path("data[1]/jobs.parquet"))
        'data[[]1]/jobs.parquet'
    """
    return PATTERN.sub(r"[\g<0>]", str(path))


def files_of(folder: str | os.PathLike[str]) -> Files:
    """The Parquet files of a folder by the names of their tables.

    Raises:
        UsageError: there is no such folder, or no file in it that can be read.
    """
    home = Path(folder)
    found = Files({}, {})
    try:
        _look_into(home, home.resolve(), found)
        for folder_of_one in sorted(home.glob(f"{TENANT}*/")):
            of_one = Files({}, {})
            _look_into(folder_of_one, home.resolve(), of_one)
            _add(found, folder_of_one.name.removeprefix(TENANT), of_one)
        for log in sorted(home.glob(f"*/{LOG}/")):
            _add_delta(found, log.parent, home.resolve())
        _refuse_namesakes(found)
    except (OSError, ValueError, RuntimeError):  # a name with a NUL; links that lead in a circle
        pass
    if found.names:
        return found
    raise UsageError(
        f"{str(folder)!r} has no tables.",
        _why_none(home, found),
        "Name the folder that `stnb.sync(…, to=folder)` keeps, or pull(to=folder).",
    )


def _look_into(folder: Path, inside: Path, found: Files) -> None:
    for path in sorted(folder.glob("*.parquet")):
        if not path.name.startswith("."):  # a file that is being written
            _sort_in(path, inside, found)


def _add(found: Files, tenant: str, of_one: Files) -> None:
    """Add the files of one tenant."""
    for name, path in of_one.tables.items():
        if name in found.tables:
            del found.tables[name]
            found.refused[name] = f"It lies in the folder, and in {TENANT}{tenant} too."
        if name not in found.refused:
            found.by_tenant.setdefault(name, {})[tenant] = path
    for name, why in of_one.refused.items():
        found.refused[name] = f"In {TENANT}{tenant}: {why}"
        found.by_tenant.pop(name, None)


def _add_delta(found: Files, folder: Path, inside: Path) -> None:
    """Add a Delta table."""
    name, real = folder.name, folder.resolve(strict=True)
    if not real.is_relative_to(inside):
        found.refused[name] = "It is a link that leads out of the folder."
    elif name in found.tables or name in found.by_tenant:
        found.tables.pop(name, None)
        found.by_tenant.pop(name, None)
        found.refused[name] = "There is a Delta table of its name, too."
    elif name not in found.refused:
        found.delta[name] = str(real)


def _refuse_namesakes(found: Files) -> None:
    """Refuse tables whose names differ in capitals alone: SQL does not tell them apart."""
    alike: dict[str, list[str]] = {}
    for name in found.names:
        alike.setdefault(name.lower(), []).append(name)
    for names in alike.values():
        if len(names) == 1:
            continue
        for name in names:
            for tables in (found.tables, found.by_tenant, found.delta):
                tables.pop(name, None)
            found.refused[name] = "Another table has its name in other capitals."


def _sort_in(path: Path, inside: Path, found: Files) -> None:
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError):  # a link to nothing, or in a circle
        found.refused[path.stem] = "It is a link to nothing."
        return
    if not real.is_relative_to(inside):
        found.refused[path.stem] = "It is a link that leads out of the folder."
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
