"""The pages of one call: fetched on the private loop and, beside that, decoded in threads."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from stnb.errors import UnexpectedAnswer
from stnb.frame import Decoded
from stnb.frame.notices import Notice

from .backlog import backlog
from .call import Call
from .coming import Coming
from .decoding import DECODERS, Unreadable, in_thread, table_of
from .file_table import file_table
from .options import Requested
from .own_rows import UNKNOWN_START, own_rows
from .paging import again, walk_of
from .paging.envelope import is_whole
from .paging.held import Held
from .paging.models import Page, Paging, Query
from .paging.walk import Walk
from .progress import Tracker
from .repeats import Repeats
from .report_fields import ReportFields
from .shielded import to_its_end
from .source import Arrived, Source
from .store.memory import Memory, PageStore

if TYPE_CHECKING:
    from stnb.session import Kind, Session

TICK = 1.0  # seconds after which a pause is shown anew
READINGS = 5  # how often a page whose body cannot be read is asked for, in all


def as_it_is(part: Decoded) -> Decoded:
    return part


class CallSource(Source):
    """The pages of one call.

    Args:
        change: makes of a decoded page what is handed on; called in the decoder's thread.
    """

    def __init__(
        self,
        session: Session,
        call: Call,
        requested: Requested,
        paging: Paging,
        change: Callable[[Decoded], Decoded] = as_it_is,
    ) -> None:
        super().__init__(session, call, requested, paging)
        self.change = change
        self.rows_by_page: dict[int, int] = {}  # as the server gave them
        self._last = -1  # the page that brought the total
        self._tracker = Tracker()
        self._asked_again: set[asyncio.Task[Any]] = set()
        self._fields = ReportFields()
        self._held, self._repeats = Held(), Repeats(call.endpoint, self.shape.by_path)
        self._coming: Coming | None = None
        self._bodies = backlog().bodies()

    @property
    def is_over(self) -> bool:
        """Whether every page came, even if it was cancelled before it handed on the last one."""
        return self._coming is not None and not self._coming.more

    def again(self) -> CallSource:
        fresh = CallSource(self.session, self.call, self.requested, self.paging, self.change)
        fresh.rows_by_page, fresh.notices = dict(self.rows_by_page), list(self.notices)
        fresh.adapted = list(self.adapted)
        fresh.total = self.total
        fresh._fields = self._fields.again()
        fresh._held = Held(self._held)
        return fresh

    def memory(self) -> PageStore:
        if self.call.endpoint.kind == "file":
            return Memory(self.shape, empty=file_table(None))
        return Memory(self.shape)

    def prepare(self, store: PageStore) -> int:
        if self.call.endpoint.kind == "export":
            store.drop_behind_gap()
        return store.rows

    async def pages(self, store: PageStore, tracker: Tracker) -> AsyncGenerator[Arrived, None]:
        self._tracker, self._had, store.unfinished = tracker, frozenset(store.pages), {}
        walk = self._walk(store)
        decoding: set[asyncio.Task[Arrived]] = set()
        ahead = 0 if self._may_end_early() else DECODERS
        whole = False
        try:
            async with aclosing(walk.pages()) as found, aclosing(Coming(found)) as coming:
                self._coming = coming
                while coming.more or decoding:
                    if len(decoding) <= ahead:
                        coming.ask()
                    waited = {*decoding, *coming.asked}
                    await asyncio.wait(waited, timeout=TICK, return_when=asyncio.FIRST_COMPLETED)
                    tracker.count_down()
                    page = coming.take()
                    if page is not None:
                        self._held.hand_on(page)
                        tracker.update(state="pulling", total=self._total_so_far(page))
                        decoding.add(asyncio.create_task(self._read(page)))
                        del page  # its bytes are the task's alone
                        if len(decoding) <= ahead:
                            coming.ask()  # the next one comes while others handle what we yield
                    for task in [task for task in decoding if task.done()]:
                        decoding.discard(task)
                        with self._bodies.handed_on():
                            yield task.result()
                    self._repeats.check()
                    if self._has_enough():
                        walk.more = True
                        break
            whole = True
        finally:
            self.more = walk.more
            await to_its_end(self._stop(decoding, None if whole else store))
            self._bodies.close()

    def _walk(self, store: PageStore) -> Walk:
        """The walk over the pages that the store lacks."""
        walk = walk_of(
            self.call,
            self._fetch,
            self.paging,
            store.position,
            store.save,
            self.session.taken(self.call.endpoint.name),
            functools.partial(self._fetch, hasty=True),
            self.session.lanes,
        )
        walk.notices += self.notices  # of an earlier run
        walk.adapted += self.adapted
        self.notices, self.adapted = walk.notices, walk.adapted
        walk.held, walk.bodies = self._held, self._bodies
        return walk

    def _may_end_early(self) -> bool:
        """Whether the first of many calls may bring all rows that are wanted."""
        return self.paging.limit is not None and len(self.call.batches) > 1

    def _has_enough(self) -> bool:
        """Whether the calls before the first one that is not done brought all rows wanted."""
        limit = self.paging.limit
        if limit is None or not self._may_end_early():
            return False
        rows = 0
        for index in range(len(self.call.batches)):
            if index not in self.rows_by_page:
                return rows >= limit
            rows += self.rows_by_page[index]
        return False

    async def _stop(self, decoding: set[asyncio.Task[Arrived]], store: PageStore | None) -> None:
        """Keep what had arrived when the walk was cancelled or failed.

        Args:
            store: for the rows of what is not whole; None if the walk came to its end.
        """
        for task in self._asked_again & decoding:
            task.cancel()
        ended = await asyncio.gather(*decoding, return_exceptions=True)
        self.arrived = [page for page in ended if isinstance(page, Arrived)]
        if store is not None:
            store.unfinished = await self._unfinished()

    async def _unfinished(self) -> dict[int, list[Decoded]]:
        """The rows that came of pages and batches that are not whole, by the places of these."""
        found: dict[int, list[Decoded]] = {}
        for place, page in self._held.pages():
            with contextlib.suppress(UnexpectedAnswer, Unreadable):  # it would be asked for again
                part = await in_thread(self._table, page)
                found.setdefault(place, []).append(self.change(part))
                self._tracker.update(rows=part.table.num_rows, pages=1)
        return found

    async def _read(self, page: Page) -> Arrived:
        """Decode a page; until then its bytes count among those that wait."""
        content = page.content
        self._bodies.came(content)
        try:
            return await self._decoded(page)
        finally:
            self._bodies.left(content)

    async def _decoded(self, page: Page) -> Arrived:
        """Decode a page in a thread; ask for it again, a few times, if its body cannot be read, as
        one that was cut off.
        """
        own = asyncio.current_task()
        assert own is not None
        await self._fields.learn(self.session, self.call, self._tracker)
        for reading in itertools.count(1):
            try:
                part = await in_thread(self._decode, page)
                self._take_total(page)
                return Arrived(page.index, part, page.continue_from)
            except Unreadable as err:
                if reading == READINGS:
                    raise err.args[0] from None
            self._asked_again.add(own)
            self._tracker.wait_for("an answer could not be read, and is asked for again")
            await self.session.rest(reading)
            page = await again(self.call, self._fetch, page)
            self._tracker.wait_for("")
            self._asked_again.discard(own)
        raise AssertionError

    def report(
        self, about: dict[str, Any], notices: list[Notice]
    ) -> tuple[dict[str, Any], list[Notice]]:
        if self._fields.labels:
            about = {**about, "labels": self._fields.labels}
        return about, notices

    def _decode(self, page: Page) -> Decoded:
        """In a thread: bytes -> table; it counts as one that came."""
        part = self._table(page)
        self._repeats.see(part.table, page.has_more)
        rows = self.rows_by_page[page.index] = part.table.num_rows
        part = self.change(part)
        # The last page of a list is read again when a pull goes on.
        if page.index not in self._had:
            self._tracker.update(rows=rows, pages=1)
        return part

    def _table(self, page: Page) -> Decoded:
        """In a thread: the rows of a page that are its own; raises as `table_of` does."""
        part = table_of(page, self.call, self.shape, self._fields.data_types)
        if self.call.windows:
            return self._own_rows(page.index, part)
        return part

    def _own_rows(self, index: int, part: Decoded) -> Decoded:
        """The rows of a call that are not those of the one before it or behind it."""
        own, unknown = own_rows(part, self.call.windows[index])
        if unknown and len(self.call.windows) > 1:
            text = UNKNOWN_START.format(self.call.endpoint.name)
            self.note(text)
        return own

    def _take_total(self, page: Page) -> None:
        if page.index >= self._last:
            self._last, self.total = page.index, page.total

    def _total_so_far(self, page: Page) -> int | None:
        if page.total is None:
            return self._tracker.progress.total
        if self.paging.limit is None:
            return page.total
        return min(page.total, self.paging.limit)

    async def _fetch(self, query: Query, *, hasty: bool = False) -> tuple[bytes, str]:
        endpoint, whole = self.call.endpoint, None
        if endpoint.kind in ("list", "export"):
            whole = is_whole
        self._tracker.update(requests=1)
        pairs, body = self.call.sent(tuple(query))
        with self._bodies.coming() as room:
            answer = await self.session.send(
                endpoint.method,
                self.call.path,
                pairs,
                body=body,
                scope=endpoint.scope,
                expect_json=endpoint.kind != "file",
                notify=self._tracker.wait_for,
                whole=whole,
                hasty=hasty,
                kind=self._kind(query),
                room=room,
            )
        if answer.attempts > 1:
            self._tracker.update(requests=answer.attempts - 1)
        return answer.content, answer.content_type

    def _kind(self, query: Query) -> Kind | None:
        """What a page's time is compared by, if it waits for a lane of the tenant."""
        # The caller fixed the count; a report has a limit of its own.
        if self.paging.concurrency is not None or self.call.body is not None:
            return None
        rows, size = dict(query).get("pageSize", ""), 0
        if rows.isdecimal():
            size = int(rows)
        return self.call.endpoint.name, size
