"""One table in one run: read what changed, merge it, write the checkpoint."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from stnb.account.progress_bar import bar_for
from stnb.catalog.facts import CLOCK_SLACK, MODIFIED, MODIFIED_SINCE
from stnb.errors import CannotSave, ColumnDrift, NotFound, Rejected, StnbError, StnbWarning
from stnb.errors.wording import counted
from stnb.frame import notices
from stnb.frame.keys import types_of_key
from stnb.pull import ProgressCallback, Pull

from .folder import Checkpoint, Folder
from .merge import Difference, without_key, writes
from .route import Route

LACKING = "The list changed while it was read and may lack rows; the next sync reads them again."


@dataclass(frozen=True)
class Done:
    """What became of a table.

    Attributes:
        by: how it was read, if not as the route says.
        problem: what the reader should know although the table was read; "" if nothing.
        error: why it is not up to date, or None.
    """

    route: Route
    by: str = ""
    difference: Difference | None = None
    requests: int | None = None
    seconds: float | None = None
    problem: str = ""
    error: StnbError | None = None

    def row(self) -> dict[str, Any]:
        """Its row in the table that `sync` returns."""
        row: dict[str, Any] = {
            "table": self.route.table,
            "resource": self.route.endpoint.name,
            "by": self.by or self.route.by,
        }
        for name in ("before", "added", "changed", "inactive", "after"):
            row[name] = getattr(self.difference, name, None)
        row |= {"requests": self.requests, "seconds": self.seconds, "problem": self.problem}
        if self.error is not None:
            row["problem"] = str(self.error)
        return row


class Table:
    """A table of the folder, in this run.

    Attributes:
        kept: its rows.
        changes: the file of what changed, until it is merged.
    """

    def __init__(
        self, folder: Folder, route: Route, progress: ProgressCallback | Literal[False] | None
    ) -> None:
        self.folder, self.route, self._progress = folder, route, progress
        columns = {column.name: column for column in route.endpoint.columns}
        self.key = types_of_key(route.endpoint.key, columns)
        self.kept, self.changes = folder.kept(route.table), folder.changes(route.table)
        self._begun, self._start, self._requests = False, 0.0, 0
        self._error: StnbError | None = None
        self._checkpoint: Checkpoint | None = None
        self._run: Pull | None = None

    def begin(self) -> None:
        """Begin to read what changed, in the background; `finish` reports what goes wrong."""
        if self._begun:
            return
        self._begun, self._start = True, time.monotonic()
        with self._failing():
            self._checkpoint = self.folder.checkpoint(self.route.table, self.route.endpoint.name)
            merges = self._checkpoint is not None and self._checkpoint.asks_for_changes
            self._ask(self._checkpoint, self.kept.texts() if merges else [])

    def finish(self) -> Done:
        """Wait for what changed, and bring the table up to date; errors are in the answer."""
        self.begin()
        if self._error is None:
            with self._failing():
                return self._finish()
        return Done(self.route, requests=self._count(), seconds=self._seconds(), error=self._error)

    def cancel(self) -> None:
        """Stop reading; the next sync goes on from the pages that arrived."""
        if self._run is not None and not self._run.done:
            self._run.cancel()
            with contextlib.suppress(Exception, asyncio.CancelledError):
                self._run.saved()

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except StnbError as err:
            self._error = err
        except OSError as err:
            again = "Check that its folder is yours to write and not full, then sync again."
            self._error = CannotSave.of(self.kept.place, err, again)

    # -- reading

    def _ask(self, checkpoint: Checkpoint | None, texts: Sequence[str] = ()) -> None:
        """Ask for what changed since the checkpoint; for everything without one.

        Args:
            texts: the columns of the table that are text: they get the texts that are sent.
        """
        asks: dict[str, Any] = {}
        if checkpoint is not None and checkpoint.cursor:
            asks = {"from_": checkpoint.cursor}
        elif checkpoint is not None and checkpoint.modifiedOnOrAfter:
            asks = {MODIFIED_SINCE: checkpoint.modifiedOnOrAfter}
        resource, progress = self.route.resource, self._progress
        if progress is None:
            progress = bar_for(resource.name)
        self._requests = self._count()
        question = resource.where(**self.route.filters, **asks)
        run = question.prepare(to=self.changes, progress=progress or None)
        run.store.as_text, run.store.tells_traps = texts, False
        self._run = run.start()

    def _report(self) -> Mapping[str, Any]:
        """Wait for what was asked for; answers with the provenance of these rows."""
        assert self._run is not None
        self._run.saved()
        assert self._run.about is not None
        return self._run.about

    def _finish(self) -> Done:
        checkpoint, why = self._checkpoint, ""
        report: Mapping[str, Any] = {}
        if checkpoint is None and self.folder.was_synced(self.route.table):
            self._tell("its file is gone, or is not the one that the last sync left")
        try:
            report = self._report()
            incremental = checkpoint is not None and checkpoint.asks_for_changes
            if incremental and without_key(self.changes, self.key):
                why = "rows came that lack their key"
        except (Rejected, NotFound) as err:
            why = self._refused_changes(checkpoint, err)
            if not why:
                raise
        if why:
            self._tell(why)
            self._ask(None)
            report, checkpoint = self._report(), None
        elif incremental and (columns := self.kept.turned_to_text(self.changes)):
            return self._put_texts(columns, checkpoint)
        return self._put(report, checkpoint)

    def _refused_changes(self, checkpoint: Checkpoint | None, err: Rejected | NotFound) -> str:
        """Why the changes alone were refused, if the whole table may still be read; else ""."""
        if checkpoint is None:
            return ""
        if checkpoint.cursor:
            return f"the server no longer takes its cursor, and answers {err.status}"
        if checkpoint.modifiedOnOrAfter and isinstance(err, Rejected):
            return f"the server does not take {MODIFIED_SINCE}, and answers {err.status}"
        return ""

    def _put_texts(self, columns: Sequence[str], checkpoint: Checkpoint | None) -> Done:
        """Read everything once more, as the file does not say how the values of columns were sent
        that are text now, and put it into the table.
        """
        named = ", ".join(columns)
        self._tell(f"{named} came as text, and the file has no texts of the rows before it")
        self._ask(None, self.kept.texts())
        done = self._put(self._report(), checkpoint)
        left = done.difference.stayed if done.difference is not None else 0
        if left:
            rows = counted(left, "row")
            text = (
                f"{self.route.table} has {rows} that did not come again: there, {named} is the"
                " text of the value, which need not be the text that was sent."
            )
            notices.warn(notices.Notice(ColumnDrift, text))
        return done

    # -- writing

    def _put(self, report: Mapping[str, Any], checkpoint: Checkpoint | None) -> Done:
        """Put what came into the table, then write the checkpoint."""
        if checkpoint is not None and not checkpoint.asks_for_changes:
            return self._put_whole_again(report, checkpoint)
        written = report["began"]
        if checkpoint is None:
            difference = self.kept.replace(self.changes, self.key)
        else:
            about = {**report, "params": dict(self.route.filters), "total": None}
            difference = self.kept.merge(self.changes, self.key, about)
            if not writes(difference):
                written = checkpoint.data
        self._close(report, checkpoint, difference, written)
        return self._done(difference, self.route.by, _problem(report))

    def _put_whole_again(self, report: Mapping[str, Any], checkpoint: Checkpoint) -> Done:
        """Put a table that was read from its beginning, as no changes alone can be asked for, in
        the place of the old one.
        """
        if report["complete"] is False:  # all of the old rows are better than some of the new ones
            rows = checkpoint.rows
            return self._done(Difference(rows, 0, 0, 0, 0, rows), "whole", LACKING)
        difference = self.kept.replace(self.changes, self.key)
        self._close(report, checkpoint, difference, report["began"])
        return self._done(difference, "whole", _problem(report))

    def _close(
        self,
        report: Mapping[str, Any],
        checkpoint: Checkpoint | None,
        difference: Difference,
        written: str,
    ) -> None:
        """Report the difference, and write the next checkpoint.

        Args:
            written: when the run began that wrote the table's file.
        """
        self._tell_of(difference)
        cursor, since = self._go_on_from(report, checkpoint)
        following = Checkpoint(
            self.route.endpoint.name,
            self.folder.tenant,
            self.folder.environment,
            difference.after,
            report["began"],
            written,
            cursor,
            since,
        )
        self.folder.write_checkpoint(self.route.table, following)
        self.changes.unlink(missing_ok=True)

    def _go_on_from(
        self, report: Mapping[str, Any], checkpoint: Checkpoint | None
    ) -> tuple[str | None, str | None]:
        """The cursor, or the time, from which the next run asks for changes: past what came, if all
        of it did.
        """
        if self.route.by == "feed":
            before = None if checkpoint is None else checkpoint.cursor
            return report["continue_from"] or before, None
        if self.route.by == "whole":
            return None, None
        if report["complete"] is not False:
            return None, self._since(dt.datetime.fromisoformat(report["began"]))
        return None, None if checkpoint is None else checkpoint.modifiedOnOrAfter

    def _since(self, began: dt.datetime) -> str | None:
        """The time from which to ask next; None if the rows do not say when they were changed, so
        that all have to be read again.

        Our clock says when the pull began, and the rows say what the server's clock was. The
        earlier of both holds.
        """
        # A little earlier: the server's clock and ours may differ.
        if MODIFIED not in {column.name for column in self.route.endpoint.columns}:
            return (began - CLOCK_SLACK).isoformat()
        last = self.kept.newest()
        if last is None:
            return None
        assert self._run is not None
        took = self._run.session.now() - began
        return (min(began, last - took) - CLOCK_SLACK).isoformat()

    # -- what the reader should know

    def _tell(self, why: str) -> None:
        text = f"{self.route.table} is read from the beginning: {why}."
        notices.warn(notices.Notice(StnbWarning, text))

    def _tell_of(self, difference: Difference) -> None:
        if difference.gone:
            gone = f"{difference.gone:,} rows of {self.route.table} are no longer in "
            gone += self.route.endpoint.name
            text = f"{gone}, so they are no longer in the file."
            notices.warn(notices.Notice(StnbWarning, text))
        for notice in notices.drifted(self.route.endpoint, difference.drift):
            notices.warn(notice)

    def _count(self) -> int:
        """The requests of this run so far."""
        return self._requests + (self._run.progress.requests if self._run is not None else 0)

    def _seconds(self) -> float:
        return round(time.monotonic() - self._start, 3)

    def _done(self, difference: Difference, by: str, problem: str) -> Done:
        return Done(self.route, by, difference, self._count(), self._seconds(), problem)


def _problem(report: Mapping[str, Any]) -> str:
    return LACKING if report["complete"] is False else ""
