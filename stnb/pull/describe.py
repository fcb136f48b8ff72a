"""A pull describes its rows as they are put together: the provenance, and the notices of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from stnb.frame import Drifts
from stnb.frame.notices import Notice
from stnb.session import clock

from . import misfits
from .misfits import Misfits, Tables
from .progress import Tracker
from .provenance import Facts, clock_is_off, provenance
from .source import Source
from .store.memory import PageStore


class Description:
    """What is known of a pull's rows, gathered from those who know it.

    Args:
        began: when the pull began, as ISO text; an earlier run's if it goes on.

    Attributes:
        stopped: "was cancelled" or "failed"; "" for a pull that came to its end.
        about: the provenance of the rows; None before they are put together.
        notices: what the reader should know.
    """

    def __init__(self, source: Source, store: PageStore, tracker: Tracker, began: str) -> None:
        self._source, self._store, self._tracker = source, store, tracker
        self._began = began
        self._ahead = source.session.ahead or 0.0  # what `began` knew of the server's clock
        self.stopped = ""
        self.about: dict[str, Any] | None = None
        self.notices: list[Notice] = []

    def of(
        self,
        rows: int,
        duplicates: int,
        drift: Drifts,
        frame: pd.DataFrame | None = None,
        tables: Tables | None = None,
    ) -> dict[str, Any]:
        """The provenance of the rows, which are in the frame or in tables; its notices are kept."""
        if frame is not None:
            tables = misfits.of_frame(frame)
        unfit: list[Misfits] = []
        if tables is not None:
            unfit = misfits.found(self._source.call, tables)
        read = self._source.rows_read(rows, self._tracker)
        about, found = provenance(self._facts(), read, rows, duplicates, drift, frame, unfit)
        about, self.notices = self._source.report(about, found)
        about["notices"] = [notice.text for notice in self.notices]
        self.about = about
        return about

    def _facts(self) -> Facts:
        source, session = self._source, self._source.session
        clocks = clock_is_off(session.ahead or 0.0)
        return Facts(
            call=source.call,
            shape=source.shape,
            requested=source.requested,
            paging=source.paging,
            progress=self._tracker.progress,
            store=self._store,
            owner=session.credentials,
            total=self._total(),
            more=source.more,
            began=self._by_the_server(),
            stopped=self.stopped,
            disagreed=source.notices,
            beside=[*self._tracker.notices, *source.adapted, *clocks],
            order=source.order,
        )

    def _by_the_server(self) -> str:
        """When it began, by the server's clock if that one tells that ours is off."""
        learned = (self._source.session.ahead or 0.0) - self._ahead
        if abs(learned) <= clock.SKEW:
            return self._began
        began = dt.datetime.fromisoformat(self._began) + dt.timedelta(seconds=learned)
        return clock.stamp(began)

    def _total(self) -> int | None:
        """The server's own count, or the one that came with another page."""
        if self._source.total is None and self._source.paging.limit is None:
            return self._tracker.progress.total
        return self._source.total
