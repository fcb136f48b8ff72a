"""What every walk over the pages of a call has: its position, and notices about what disagreed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from typing import Any

from stnb.errors import Rejected
from stnb.session import LaneCount, Taken

from ..call import Call
from .models import Fetch, Page, Paging, Position, Query
from .own import SIZE, Own
from .unnamed import Unnamed

TOO_LARGE = 413  # the status of an answer, or of a call, that is too large


def either(one: bool | None, other: bool | None) -> bool | None:
    """Whether there is more of either; None if one of them did not say, and the other has none."""
    if one or other:
        return True
    if one is None or other is None:
        return None
    return False


class Walk(ABC):
    """The pages of one call.

    Args:
        fetch: sends one request with the given query and answers with (body, content type).
        position: where an earlier walk was; the pages in `position.done` are not asked for again.
        save: called with the position whenever it changes.
        taken: what is known of the resource, and is added to.
        hasty: as `fetch`, but a late answer ends it at once.
        lanes: those of the tenant.

    Attributes:
        adapted: sentences about what was learned of the resource.
        position: how far it is.
        more: whether the server has rows behind those that were read; None if it did not say.
        notices: sentences about what disagreed, each once.

    Raises:
        CannotSave: from `pages`, if `save` raises it.
    """

    def __init__(
        self,
        call: Call,
        fetch: Fetch,
        paging: Paging,
        position: Position,
        save: Callable[[Position], object],
        taken: Taken,
        hasty: Fetch,
        lanes: LaneCount,
    ) -> None:
        self.call, self.fetch, self.paging = call, fetch, paging
        self.position, self.notices = position, list[str]()
        self.more: bool | None = None
        self._save, self.hasty, self.lanes = save, hasty, lanes
        self.adapted = list[str]()
        self.own = Own(call, taken, self._adapt, size_is_ours=paging.size_is_ours)
        self._unnamed = Unnamed(self.own, fetch)

    @abstractmethod
    def pages(self) -> AsyncGenerator[Page, None]:
        """Yield the pages as they arrive; list pages may come out of order, told apart by `index`.

        Raises:
            PagingFault: an export's cursor leads in a circle, or a list never ends.
            UnexpectedAnswer: a page has no rows although the catalogue promises them.
        """

    @property
    def is_free(self) -> bool:
        """Whether as many pages are asked for at once as the tenant's server bears."""
        in_order = self.paging.in_order or self.call.endpoint.sequential
        return self.paging.concurrency is None and not in_order

    def lanes_now(self) -> int:
        """How many pages may be asked for at once."""
        if self.is_free:
            return self.lanes.limit
        if self.paging.in_order or self.call.endpoint.sequential:
            return 1
        return self.paging.concurrency or 1

    async def goes_on(self, err: Rejected, query: Query, *, keeps_size: bool = False) -> bool:
        """Do without what the server refuses of ours; a refusal that names nothing is tried out.

        Args:
            query: what was refused.
            keeps_size: whether a page may not be left to the size that the server chooses.

        Returns:
            Whether another query may help.

        Raises:
            Rejected: it names nothing, and nothing of ours is to blame.
        """
        named = err.refused
        if err.status == TOO_LARGE:
            if self.call.has_several_ids:
                return False  # these are what is too large, and not the page
            named = {SIZE: ()}
        elif not named:
            named = await self._unnamed.found(err, query)
            if not named:
                return True
        return self.own.refuse(named, query, keeps_size=keeps_size)

    def _adapt(self, sentence: str) -> None:
        self.adapted.append(sentence)

    def note(self, sentence: str) -> None:
        """Notice something, once."""
        if sentence not in self.notices:
            self.notices.append(sentence)

    def move(self, **changes: Any) -> None:
        """Change the position, and have it saved."""
        self.position = replace(self.position, **changes)
        self._save(self.position)
