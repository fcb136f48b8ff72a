"""The folder of a mirror: whose it is, the checkpoint of each table, and one sync at a time.

DIR/jpm_jobs.parquet          a table
DIR/.stnb/jpm_jobs.json       its checkpoint, written after it
DIR/.stnb/jpm_jobs.parquet    what changed, until it is merged; after a kill, a pull goes on with it
DIR/.stnb/lock                held by the sync at work
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from stnb.errors import BadFilter, CannotSave, UsageError, reason
from stnb.errors.nesting import loads
from stnb.filesystem.atomic import private_folder, rewrite
from stnb.filesystem.locks import locked
from stnb.frame.parquet import provenance
from stnb.frame.reading import footer

from .kept import InFile, Kept


@dataclass(frozen=True)
class Checkpoint:
    """From where the next run of a table reads on.

    Attributes:
        resource, tenant, environment: what was read.
        rows: in the file.
        when: when the last run began, as ISO text in UTC.
        data: when the run began that wrote the file, as ISO text in UTC. A file that is older is
            not the one that this checkpoint belongs to.
        cursor: from where a feed is read on.
        modifiedOnOrAfter: from when on a list is asked for changes.
    """

    resource: str
    tenant: int
    environment: str
    rows: int
    when: str
    data: str
    cursor: str | None = None
    modifiedOnOrAfter: str | None = None  # the API's own name of the filter

    @property
    def asks_for_changes(self) -> bool:
        """Whether the next run can read changes alone."""
        return bool(self.cursor or self.modifiedOnOrAfter)


class Folder:
    """A folder that keeps the tables of one tenant."""

    def __init__(self, folder: Path, tenant: int, environment: str) -> None:
        self.folder = folder
        self.tenant, self.environment = tenant, environment
        self.inner = folder / ".stnb"

    def data(self, table: str) -> Path:
        """The table's file."""
        return self.folder / f"{table}.parquet"

    def kept(self, table: str) -> Kept:
        """The table's rows."""
        return InFile(self.data(table), self.inner)

    def changes(self, table: str) -> Path:
        """The file of what changed in the table, until it is merged."""
        return self.inner / f"{table}.parquet"

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder, so that no other sync works in it; it is made if it is not there.

        Raises:
            CannotSave: another sync is at work in it, or the system refuses.
            UsageError: it keeps the tables of another tenant.
        """
        with contextlib.ExitStack() as held:
            self._lock(held)
            self._check_owner()
            self._sweep()
            yield

    def _lock(self, held: contextlib.ExitStack) -> None:
        try:
            private_folder(self.inner)
            held.enter_context(locked(self.inner / "lock"))
        except BlockingIOError:
            raise CannotSave(
                f"{self.folder} was not synced.",
                "Another sync is at work in it.",
                "Let it finish, then try again.",
            ) from None
        except OSError as err:
            raise CannotSave(
                f"{self.folder} cannot keep tables.",
                f"The system says: {reason(err)}.",
                "Name a folder that is yours to write, or a new one.",
            ) from None

    def _check_owner(self) -> None:
        for path in sorted(self.inner.glob("*.json")):
            found = read_checkpoint(path)
            if found is None:
                continue
            if (found.tenant, found.environment) != (self.tenant, self.environment):
                raise UsageError(
                    f"{self.folder} was not synced.",
                    f"It keeps tables of tenant {found.tenant} in {found.environment}, "
                    f"and this is tenant {self.tenant} in {self.environment}.",
                    "Name another folder.",
                )

    def _sweep(self) -> None:
        """Delete what a killed run left half written.

        Folders stay: they hold the pages from which a pull to a file goes on.
        """
        for path in self.inner.iterdir():
            if path.is_file() and path.name != "lock" and path.suffix != ".json":
                path.unlink()

    # -- the checkpoints

    def checkpoint(self, table: str, resource: str) -> Checkpoint | None:
        """The checkpoint of a table; None if it has to be read from the beginning.

        Raises:
            UsageError: there is a file of its name that no sync wrote.
        """
        about = self._about(table)
        if about is None:
            return None
        found = read_checkpoint(self.place_of(table))
        owner = (about.get("resource"), about.get("tenant"), about.get("environment"))
        if owner != (resource, self.tenant, self.environment):
            if found is not None:
                return None
            raise UsageError(
                f"{table} was not synced.",
                f"{self.data(table)} is there, and holds no rows of {resource} of this tenant.",
                "Move the file away, or name another folder.",
            )
        if found is None or found.resource != resource:
            return None
        began = str(about.get("began", ""))
        if about["changed"] or began < found.data:  # another file than the last sync left
            return None
        return replace(found, rows=about["rows"], data=began)

    def was_synced(self, table: str) -> bool:
        """Whether an earlier run wrote a checkpoint for the table."""
        return self.place_of(table).exists()

    def write_checkpoint(self, table: str, checkpoint: Checkpoint) -> None:
        """Write the checkpoint of a table, after its file is in place."""
        fields = asdict(checkpoint)
        given = {name: value for name, value in fields.items() if value is not None}
        text = json.dumps(given, indent=1)
        rewrite(self.place_of(table), lambda _: text.encode())

    def place_of(self, table: str) -> Path:
        """Where the checkpoint of a table is."""
        return self.inner / f"{table}.json"

    def _about(self, table: str) -> dict[str, Any] | None:
        """What the file says about itself, and whether its rows are other ones now; None if there
        is no file.
        """
        path = self.data(table)
        if not path.exists():
            return None
        try:
            about, (metadata, _) = provenance(path), footer(path)
        except BadFilter:  # stnb did not write it
            return {}
        return {**about, "changed": metadata.num_rows != about.get("rows")}


def read_checkpoint(path: Path) -> Checkpoint | None:
    """A checkpoint; None if there is none, or none that can be read."""
    try:
        found = Checkpoint(**loads(path.read_bytes()))
        return found if _is_sound(found) else None
    except (OSError, ValueError, TypeError):
        return None


def _is_sound(found: Checkpoint) -> bool:
    """Whether each value is of its kind; a file that others wrote may hold anything.

    Raises:
        ValueError: a moment is none.
    """
    texts = [found.resource, found.environment, found.when, found.data]
    texts += [text for text in (found.cursor, found.modifiedOnOrAfter) if text is not None]
    counts = [found.tenant, found.rows]
    if found.modifiedOnOrAfter is not None:
        dt.datetime.fromisoformat(found.modifiedOnOrAfter)
    return all(type(text) is str for text in texts) and all(type(n) is int for n in counts)
