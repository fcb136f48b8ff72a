"""Where `sync` keeps its tables: Parquet files in a folder, or Delta tables there or in a store."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from stnb.errors import BadFilter, tongue
from stnb.frame.target import arrow_path, check_folder

from .delta_folder import DeltaFolder
from .delta_package import package
from .delta_store import StoreFolder, lake_address
from .folder import Folder
from .sql_files import TENANT


@dataclass(frozen=True)
class Place:
    """A folder of this machine, or an address in an object store, which keeps Delta tables only."""

    where: Path | str
    delta: bool

    def folder(self, name: str, tenant: int, environment: str) -> Folder:
        """The tables of one tenant, of a place that keeps those of no other as files."""
        if isinstance(self.where, str):
            return StoreFolder(self.where, name, tenant, environment)
        if self.delta:
            return DeltaFolder(self.where, name, tenant, environment)
        return Folder(self.where, tenant, environment)

    def of_several(self, name: str, tenant: int, environment: str) -> Folder:
        """The tables of one of several tenants."""
        if isinstance(self.where, Path) and not self.delta:
            return Folder(self.where / f"{TENANT}{name}", tenant, environment)
        return self.folder(name, tenant, environment)

    def absolute(self) -> Place:
        """The same place for a process in another folder."""
        if isinstance(self.where, str):
            return self
        return Place(self.where.absolute(), self.delta)


def place_of(to: str | os.PathLike[str], format: str) -> Place:
    """The place that is meant.

    Raises:
        BadFilter: there is no such format, or it is no place for it.
        SetupError: deltalake is not installed.
    """
    if format not in ("parquet", "delta"):
        raise BadFilter(
            f"format={format!r} does not fit.",
            'It is "parquet" or "delta".',
            'Leave it out for "parquet".',
        )
    if format == "parquet" and lake_address(to) is not None:
        raise BadFilter(
            f"{to!s} was not synced.",
            "Parquet files are kept in a folder of this machine.",
            'Say format="delta" for tables in an object store.',
        )
    if format == "delta":
        package()  # for its check, before anything is read
    address = lake_address(to)
    where = arrow_path(to) if address is None else address
    single = tongue.either('pull(…, to="jobs.parquet")', "stnb pull RESOURCE --to FILE")
    check_folder(where, f"A single table is written by `{single}`.")
    return Place(where, delta=format == "delta")
