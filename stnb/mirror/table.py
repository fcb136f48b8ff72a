"""One table on its way: read what changed beside it, put that in, write down how far it stands."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stnb.catalog.facts import CLOCK_SLACK, MODIFIED, MODIFIED_SINCE
from stnb.errors import CannotSave, NotFound, Rejected, StnbError, StnbWarning
from stnb.frame import notices
from stnb.frame.parquet import provenance
from stnb.pull import ProgressCallback, Pull

from .folder import Home, Mark
from .merge import Difference, merged, newest, replaced, without_key
from .route import Route

LACKING = "The list changed while it was read and may lack rows; the next sync reads them again."


@dataclass(frozen=True)
class Done:
    """What became of a table."""

    route: Route
    by: str = ""
    difference: Difference | None = None
    requests: int | None = None
    seconds: float | None = None
    problem: str = ""
    error: StnbError | None = None

    def row(self) -> dict[str, Any]:
        numbers = {
            n: getattr(self.difference, n, None)
            for n in ("before", "added", "changed", "inactive", "after")
        }
        about = {
            "table": self.route.table,
            "resource": self.route.endpoint.name,
            "by": self.by or self.route.by,
        }
        problem = self.problem if self.error is None else str(self.error)
        return {
            **about,
            **numbers,
            "requests": self.requests,
            "seconds": self.seconds,
            "problem": problem,
        }


class Table:
    """A table of the folder, in this run."""

    def __init__(self, home: Home, route: Route, progress: ProgressCallback | None) -> None:
        self.home, self.route, self._progress = home, route, progress
        self.key, self.data, self.news = (
            route.endpoint.key,
            home.data(route.table),
            home.news(route.table),
        )
        self._begun, self._start, self._requests = False, 0.0, 0
        self._error: StnbError | None = None
        self._mark: Mark | None = None
        self._run: Pull | None = None

    def begin(self) -> None:
        """Begin to read what changed, in the background; what goes wrong comes out of `finish`."""
        if self._begun:
            return
        self._begun, self._start = True, time.monotonic()
        with self._failing():
            self._mark = self.home.mark(self.route.table, self.route.endpoint.name)
            self._ask(self._mark)

    def finish(self) -> Done:
        """Wait for what changed, and bring the table up to date."""
        self.begin()
        done = None
        if self._error is None:
            with self._failing():
                done = self._finish()
        if done is None:
            done = Done(
                self.route, requests=self._count(), seconds=self._seconds(), error=self._error
            )
        return done

    def cancel(self) -> None:
        """Give up; the next sync goes on from the pages that arrived."""
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
            self._error = CannotSave.of(self.data, err, again)

    # -- reading

    def _ask(self, mark: Mark | None) -> None:
        """Ask for what changed since the mark; for everything, without one."""
        asks: dict[str, Any] = {}
        if mark is not None and mark.cursor:
            asks = {"from_": mark.cursor}
        elif mark is not None and mark.modifiedOnOrAfter:
            asks = {MODIFIED_SINCE: mark.modifiedOnOrAfter}
        resource, progress = self.route.resource, self._progress
        if progress is None:
            progress = resource.progress_bar()
        self._requests = self._count()
        self._run = resource.start(
            to=self.news, progress=progress or None, **self.route.filters, **asks
        )

    def _answer(self) -> Mapping[str, Any]:
        """What came, by its provenance."""
        assert self._run is not None
        self._run.saved()
        return provenance(self.news)

    def _finish(self) -> Done:
        mark, why = self._mark, ""
        about: Mapping[str, Any] = {}
        if mark is None and self.home.has(self.route.table):
            self._tell("its file is gone, or is not the one that the last sync left")
        try:
            about = self._answer()
            if mark is not None and mark.goes_on and without_key(self.news, self.key):
                why = "rows came that lack their key"
        except (Rejected, NotFound) as err:
            if mark is None or not mark.cursor:
                raise
            why = f"the server no longer takes its cursor ({err.happened.rstrip('.')})"
        if why:
            self._tell(why)
            self._ask(None)
            about, mark = self._answer(), None
        return self._put(about, mark)

    # -- writing

    def _put(self, about: Mapping[str, Any], mark: Mark | None) -> Done:
        """Put what came into the table, then write down how far it stands."""
        again = mark is not None and not mark.goes_on  # all of it was read, as nothing less can be
        if again and not about["complete"]:  # rather all of the old rows than some of the new ones
            rows = provenance(self.data)["rows"]
            return self._done(Difference(rows, 0, 0, 0, 0, rows), "whole", LACKING)
        if mark is not None and mark.goes_on:
            told = {**about, "params": dict(self.route.filters), "total": None}
            difference = merged(self.data, self.news, self.key, self.home.inner, told)
        else:
            difference = replaced(self.data, self.news, self.key)
        self._tell_of(difference)
        self.home.put(self.route.table, self._next(about, mark, difference.after))
        self.news.unlink(missing_ok=True)
        return self._done(
            difference, "whole" if again else self.route.by, "" if about["complete"] else LACKING
        )

    def _next(self, about: Mapping[str, Any], mark: Mark | None, rows: int) -> Mark:
        """How far the table stands now: past what came, where all of it did."""
        cursor = changes = None
        if self.route.by == "feed":
            cursor = about["continue_from"] or (mark.cursor if mark else None)
        elif self.route.by == "modified" and about["complete"]:
            changes = self._since(dt.datetime.fromisoformat(about["began"]))
        elif self.route.by == "modified" and mark is not None:
            changes = mark.modifiedOnOrAfter
        home, data = self.home, provenance(self.data)["began"]
        return Mark(
            self.route.endpoint.name,
            home.tenant,
            home.environment,
            rows,
            about["began"],
            data,
            cursor,
            changes,
        )

    def _since(self, began: dt.datetime) -> str | None:
        """From when on to ask next time; None where rows do not say when they were changed, so that
        all are read again.

        Our clock says when the pull began, the rows say what the server's clock was: the earlier of
        both holds.
        """
        if MODIFIED not in {c.name for c in self.route.endpoint.columns}:
            return (began - CLOCK_SLACK).isoformat()
        last = newest(self.data)
        assert self._run is not None
        took = self._run.session.now() - began
        return None if last is None else (min(began, last - took) - CLOCK_SLACK).isoformat()

    # -- telling

    def _tell(self, why: str) -> None:
        text = f"{self.route.table} is read from the beginning: {why}."
        notices.warn(notices.Notice(StnbWarning, text))

    def _tell_of(self, difference: Difference) -> None:
        if difference.gone:
            gone = f"{difference.gone:,} rows of {self.route.table} are no longer in {self.route.endpoint.name}"
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
