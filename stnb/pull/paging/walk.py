"""What every walk over the pages of a call has: its position, and notices about what disagreed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from typing import Any

from stnb.errors import Rejected, tongue, wording
from stnb.frame.notices import Notice
from stnb.session import LaneCount, Taken

from ..backlog import Backlog
from ..call import Call
from .held import Held
from .models import Fetch, Page, Paging, Position, Query
from .own import SIZE, Own
from .unnamed import UNNAMED, Unnamed

TOO_LARGE = 413  # the status of an answer, or of a call, that is too large
# Why a call without a filter was refused that names nothing, and what to do next.
NO_FILTERS = (
    "You set no filter. Likely the tenant, or the server, is in a state that does not allow the "
    "call.",
    "Read its words above, if it has any, and try again in some minutes. `stnb doctor` says what "
    "else of the tenant can be read.",
)

# The same of the cursor of a feed.
OLD_CURSOR = (
    "The feed's own cursor is not taken any more. Likely it has expired.",
    "Pull again; to read less, set the filter `from` to a date of yours, since when you need the "
    "changes.",
)


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
        adapted: what was learned of the resource, for the reader.
        bodies: counts the pages that came and were not decoded yet; those of a process, if they
            are handed on to be decoded.
        held: answers that came, and belong to what is not handed on yet.
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
        self.adapted = list[Notice]()
        self.held, self.bodies = Held(), Backlog().bodies()
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
            try:
                named = await self._unnamed.found(err, query, keeps_size=keeps_size)
            except Rejected as refusal:
                if refusal.status in UNNAMED and self._is_plain:
                    refusal.reword(*NO_FILTERS)
                raise
            if not named:
                return True
        if self.own.refuse(named, query, keeps_size=keeps_size):
            return True
        if self.own.blames_ours(err.refused, query):
            names = list(err.refused)
            if self.call.endpoint.kind == "export" and names == ["from"]:
                err.reword(*OLD_CURSOR)
            else:
                err.reword(*_not_the_callers(names))
        return False

    @property
    def _is_plain(self) -> bool:
        """Whether the caller set nothing: no filter, no id, no page size."""
        call = self.call
        given = set(call.filters) - call.ours
        return call.body is None and self.paging.size_is_ours and not given

    def _adapt(self, notice: Notice) -> None:
        self.adapted.append(notice)

    def note(self, sentence: str) -> None:
        """Notice something, once."""
        if sentence not in self.notices:
            self.notices.append(sentence)

    def move(self, **changes: Any) -> None:
        """Change the position, and have it saved."""
        self.position = replace(self.position, **changes)
        self._save(self.position)


def _not_the_callers(names: Sequence[str]) -> tuple[str, str]:
    """Why a call failed of which only what stnb adds is refused, and what to do next."""
    which = wording.listed(names)
    return (
        f"The API does not take {which} as stnb sends it. No filter of yours is refused.",
        f"Narrow the call so that it has fewer pages, or say {tongue.argument('limit', '…')}. If "
        "it stays, `stnb doctor --facts` says which pages the API takes.",
    )
