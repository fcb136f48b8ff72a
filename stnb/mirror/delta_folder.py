"""A folder of Delta tables that several tenants share: the checkpoints lie beside the tables.

DIR/jpm_jobs/                       a Delta table, partitioned by tenant
DIR/.stnb/phoenix/jpm_jobs.json     a tenant's checkpoint, written after the table
DIR/.stnb/phoenix/jpm_jobs.parquet  what changed, until it is merged
DIR/.stnb/phoenix/lock              held by the sync at work for the tenant
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from stnb.errors import UsageError
from stnb.frame.united import TENANT

from .delta_package import opened, tried
from .delta_table import InDelta
from .folder import Checkpoint, Folder, read_checkpoint

# What others do to a table so that rows are no longer those that the last sync left.
UNDONE = {"RESTORE", "DELETE", "UPDATE", "CREATE OR REPLACE TABLE"}


class DeltaFolder(Folder):
    """The tables of one tenant in a folder of Delta tables.

    Args:
        name: of the tenant's partitions.
    """

    def __init__(self, folder: Path, name: str, tenant: int, environment: str) -> None:
        super().__init__(folder, tenant, environment)
        self.name = name
        self.inner = folder / ".stnb" / name

    def kept(self, table: str) -> InDelta:
        """The table's rows."""
        return InDelta(str(self.folder / table), self.name, self.inner)

    def checkpoint(self, table: str, resource: str) -> Checkpoint | None:
        """The checkpoint of a table; None if it has to be read from the beginning.

        Raises:
            UsageError: there is a table of its name that no sync wrote.
        """
        kept = self.kept(table)
        there = tried(kept.address, lambda: opened(kept.address))
        if there is None:
            return None
        if list(there.metadata().partition_columns) != [TENANT]:
            raise UsageError(
                f"{table} was not synced.",
                f"{kept.address} is a Delta table that is not partitioned by tenant.",
                "Move it away, or name another folder.",
            )
        found = self.noted(table)
        if found is None or found.resource != resource:
            return None
        written, _, version = found.data.partition(" ")
        if written != there.metadata().id or not version.isdecimal():
            return None
        since = there.version() - int(version)
        if since < 0 or _undone(there, since):
            return None
        return replace(found, rows=kept.count(there))

    def noted(self, table: str) -> Checkpoint | None:
        """The checkpoint as it was written; None if there is none."""
        return read_checkpoint(self.place_of(table))

    def note(self, table: str, checkpoint: Checkpoint) -> None:
        """Write the checkpoint of a table."""
        super().write_checkpoint(table, checkpoint)

    def write_checkpoint(self, table: str, checkpoint: Checkpoint) -> None:
        """Write the checkpoint of a table, with the version of the table that it belongs to."""
        there = opened(self.kept(table).address)
        assert there is not None
        written = f"{there.metadata().id} {there.version()}"
        self.note(table, replace(checkpoint, data=written))


def _undone(table: Any, versions: int) -> bool:
    """Whether one of the last versions took rows away, or put older ones in their place."""
    if not versions:
        return False
    return any(each["operation"] in UNDONE for each in table.history(versions))
