"""The rows of many parents out of a feed, or a list, that is read whole."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from stnb.errors import StnbWarning
from stnb.frame import Decoded
from stnb.frame.notices import Notice, first, first_rows
from stnb.frame.original import Numbers

from ..fetch import CallSource
from ..paging.models import Paging
from ..progress import Tracker
from ..source import Arrived, Source
from ..store.memory import Answer, Memory, PageStore
from .columns import places
from .report import report
from .task import Task

if TYPE_CHECKING:
    from stnb.session import Session


class WholeFeed(Source):
    """A feed, or a list, that is read whole: of its pages only the rows of the parents are kept."""

    def __init__(
        self, session: Session, task: Task, paging: Paging, feed: CallSource | None = None
    ) -> None:
        unit = task.units[0]
        super().__init__(session, unit.call, unit.requested, paging)
        self.task = task
        self._feed = feed or CallSource(session, unit.call, unit.requested, paging, unit.change)
        self._inactive = 0  # rows that were left out
        self._cut = False  # whether the limit held rows back

    def again(self) -> WholeFeed:
        return WholeFeed(self.session, self.task, self.paging, self._feed.again())

    def memory(self) -> PageStore:
        return Memory(self.shape, answer=self._answer)

    def prepare(self, store: PageStore) -> int:
        self._feed.prepare(store)
        return sum(self._feed.rows_by_page[index] for index in store.pages)

    def opening(self, store: PageStore) -> str:
        return f"{self.call.endpoint.name} is read whole"

    async def pages(self, store: PageStore, tracker: Tracker) -> AsyncGenerator[Arrived, None]:
        try:
            async with aclosing(self._feed.pages(store, tracker)) as pages:
                async for page in pages:
                    yield page
        finally:
            self.arrived, self.notices = self._feed.arrived, self._feed.notices
            self.total, self.more = self._feed.total, self._feed.more
            self.adapted = self._feed.adapted

    def page_frame(self, part: Decoded) -> pd.DataFrame:
        return self._of_parents(super().page_frame(part))[0].iloc[: self.task.limit]

    def _answer(self, frame: pd.DataFrame) -> Answer:
        rows, places = self._of_parents(frame)
        self._inactive = len(frame) - len(rows)
        answer = rows.iloc[: self.task.limit]
        self._cut = len(answer) < len(rows)
        return answer, places[: self.task.limit]

    def _of_parents(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, Numbers]:
        """The active rows as the route gives them, and which rows of the frame they are."""
        task = self.task
        assert task.requested.shape is not None
        hidden = task.requested.hidden
        names = [leaf.path for leaf in task.requested.shape.leaves if leaf.path not in hidden]
        for name in frame.columns:
            if name not in names and name not in self.shape.by_path:
                names.append(name)  # it is not in the catalogue
        active = np.ones(len(frame), dtype=bool)
        if "active" in frame and "active" not in names:
            column = frame["active"]
            if isinstance(column.dtype, pd.BooleanDtype):
                active = column.fillna(True).to_numpy(dtype=bool)
        kept = frame[active]
        # A feed comes in the order of change.
        keys = [kept[name] for name in reversed(self.call.endpoint.key)]
        parents = places(pa.array(kept[task.parents.column]), task.parents.texts)
        order = np.lexsort([*keys, parents])
        rows = kept.iloc[order].reset_index(drop=True)[names]
        return rows, active.nonzero()[0][order]

    def rows_read(self, rows: int, tracker: Tracker) -> int:
        return tracker.progress.rows

    def report(
        self, about: dict[str, Any], notices: list[Notice]
    ) -> tuple[dict[str, Any], list[Notice]]:
        about, notices = report(self.task, [], about, notices)
        if self._inactive:
            name = self.task.call.endpoint.name
            text = (
                f"{self.task.equivalent} has {self._inactive:,} rows more that are not active; "
                f"{name} has no column for that, so they were left out."
            )
            notices = [*notices, Notice(StnbWarning, text)]
        if self._cut:
            which = first_rows(about["rows"], None)
            notices = [*first(self.task.call.endpoint, which), *notices]
            about = about | {"complete": False, "first": which}
        return about | {"total": None, "continue_from": None}, notices
