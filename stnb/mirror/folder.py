"""The folder of a mirror: whose it is, how far each table stands, and one sync at a time.

DIR/jpm_jobs.parquet          a table
DIR/.stnb/jpm_jobs.json       how far it stands; written after it
DIR/.stnb/jpm_jobs.parquet    what changed, until it is merged; `pull(to=…)` goes on with it after a kill
DIR/.stnb/lock                held by the sync at work
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from stnb.atomic import SHARED, locked, rewrite
from stnb.errors import BadFilter, CannotSave, UsageError, reason
from stnb.frame.parquet import provenance


@dataclass(frozen=True)
class Mark:
    """How far a table stands.

    Attributes:
        resource, tenant, environment: what was read.
        rows: in the file.
        when: when the last run began, as ISO text in UTC.
        data: when the run began that wrote the file; an older file is not the one that this mark
            belongs to.
        cursor: where a feed goes on.
        modifiedOnOrAfter: from when on a list asks for changes.
    """

    resource: str
    tenant: int
    environment: str
    rows: int
    when: str
    data: str
    cursor: str | None = None
    modifiedOnOrAfter: str | None = None  # as the API calls it

    @property
    def goes_on(self) -> bool:
        """Whether the next run can ask for changes alone."""
        return bool(self.cursor or self.modifiedOnOrAfter)


class Home:
    """A folder that keeps the tables of one tenant."""

    def __init__(self, folder: Path, tenant: int, environment: str) -> None:
        self.folder, self.tenant, self.environment = folder, tenant, environment
        self.inner = folder / ".stnb"

    def data(self, table: str) -> Path:
        """The table's file."""
        return self.folder / f"{table}.parquet"

    def news(self, table: str) -> Path:
        """The file of what changed in it."""
        return self.inner / f"{table}.parquet"

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Have the folder for oneself; it is made where it is not there.

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
            self.inner.mkdir(parents=True, exist_ok=True)
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
            mark = _read(path)
            if mark is not None and (mark.tenant, mark.environment) != (
                self.tenant,
                self.environment,
            ):
                raise UsageError(
                    f"{self.folder} was not synced.",
                    f"It keeps tables of tenant {mark.tenant} in {mark.environment}, and this is tenant {self.tenant} in {self.environment}.",
                    "Name another folder.",
                )

    def _sweep(self) -> None:
        """Delete what a killed run left half written; pages that `pull(to=…)` goes on from lie in
        folders.
        """
        for path in self.inner.iterdir():
            if path.is_file() and path.name != "lock" and path.suffix != ".json":
                path.unlink()

    # -- how far a table stands

    def mark(self, table: str, resource: str) -> Mark | None:
        """How far a table stands; None where it has to be read from the beginning.

        Raises:
            UsageError: there is a file of its name that no sync wrote.
        """
        mark, about = _read(self._mark(table)), self._about(table)
        ours = (resource, self.tenant, self.environment)
        if (
            about is None
            or (about.get("resource"), about.get("tenant"), about.get("environment")) != ours
        ):
            if about is not None and mark is None:
                raise UsageError(
                    f"{table} was not synced.",
                    f"{self.data(table)} is there, and holds no rows of {resource} of this tenant.",
                    "Move the file away, or name another folder.",
                )
            return None
        if (
            mark is None
            or mark.resource != resource
            or about["changed"]
            or str(about.get("began", "")) < mark.data
        ):
            return None
        return mark

    def has(self, table: str) -> bool:
        """Whether an earlier run wrote down how far the table stands."""
        return self._mark(table).exists()

    def put(self, table: str, mark: Mark) -> None:
        """Write down how far a table stands, after its file is in place."""
        text = json.dumps({k: v for k, v in asdict(mark).items() if v is not None}, indent=1)
        rewrite(self._mark(table), lambda _: text.encode(), mode=SHARED)

    def _mark(self, table: str) -> Path:
        return self.inner / f"{table}.json"

    def _about(self, table: str) -> dict[str, Any] | None:
        """What the file says of itself, and whether its rows are still those; None where there is
        no file.
        """
        path = self.data(table)
        if not path.exists():
            return None
        try:
            about = provenance(path)
            return {**about, "changed": pq.read_metadata(path).num_rows != about.get("rows")}
        except BadFilter:
            return {}


def _read(path: Path) -> Mark | None:
    try:
        return Mark(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
