"""What a pull reads from: one call, many calls, or a feed that is read whole."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from stnb.frame import Decoded, Shape, assemble, shape_of
from stnb.frame.notices import Notice

from .call import Call
from .options import Requested
from .paging import order as ordering
from .paging.models import Paging
from .progress import Tracker
from .store.memory import Memory, PageStore

if TYPE_CHECKING:
    from stnb.session import Session


class Arrived(NamedTuple):
    """A decoded page: its place among the pages, its rows, and an export's cursor for the next."""

    place: int
    part: Decoded
    cursor: str | None


class Source(ABC):
    """Where the pages of one pull come from. It is read once; `again` gives a fresh one.

    Attributes:
        call: what is read; its endpoint's key identifies a row.
        requested: the columns that are decoded.
        arrived: pages that had arrived when `pages` was cancelled or failed, and that it did not
            yield.
        notices: sentences about what disagreed.
        adapted: what was learned of the resource, from what it refused.
        more: whether the server has rows behind those that were read; None if it did not say.
        total: the server's own count of the rows, whatever the limit; None if it gave none.
    """

    def __init__(self, session: Session, call: Call, requested: Requested, paging: Paging) -> None:
        self.session, self.call, self.requested, self.paging = session, call, requested, paging
        self.arrived: Sequence[Arrived] = []
        self.notices: list[str] = []
        self.adapted: list[Notice] = []
        self.total: int | None = None
        self.more: bool | None = None

    @property
    def shape(self) -> Shape:
        """The columns of the decoded pages."""
        return self.requested.shape or shape_of(self.call.endpoint)

    @abstractmethod
    def pages(self, store: PageStore, tracker: Tracker) -> AsyncGenerator[Arrived, None]:
        """Fetch and decode; yield each page as it is decoded, also while the next is on its way.

        Args:
            store: has the pages that need not be read again, and keeps the position. Whoever reads
                puts the pages into it.
            tracker: counts requests, waits and rows.

        Raises:
            StnbError: a call failed for good.
        """

    @abstractmethod
    def again(self) -> Source:
        """The same source, for a pull that goes on."""

    @property
    def order(self) -> str:
        """In which order its rows are read: "oldest first", "newest first" or ""."""
        taken = self.session.taken(self.call.endpoint.name)
        return ordering.order(self.call, taken.without)

    def note(self, sentence: str) -> None:
        """Notice something, once."""
        if sentence not in self.notices:
            self.notices.append(sentence)

    def memory(self) -> PageStore:
        """A store in memory that fits its pages."""
        return Memory(self.shape)

    def prepare(self, store: PageStore) -> int:
        """Drop the pages of an earlier run that are of no use, and count the rows of the others."""
        return store.rows

    def opening(self, store: PageStore) -> str:
        """What there is to do, in words; "" if the rows alone say it."""
        return ""

    def page_frame(self, part: Decoded) -> pd.DataFrame:
        """One page as a frame."""
        frame = assemble([part], self.shape)[0]
        if self.requested.hidden:
            frame = frame.drop(columns=list(self.requested.hidden))
        return frame

    def rows_read(self, rows: int, tracker: Tracker) -> int:
        """How many rows were read for an answer of so many."""
        return rows

    def report(
        self, about: dict[str, Any], notices: list[Notice]
    ) -> tuple[dict[str, Any], list[Notice]]:
        """The provenance and the notices, with what only this source knows."""
        return about, notices
