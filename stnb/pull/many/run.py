"""The rows of many parents, call beside call."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stnb.errors import NotFound
from stnb.frame import Decoded, Shape
from stnb.frame.assemble import joined
from stnb.frame.notices import Notice
from stnb.session import clock

from ..fetch import CallSource
from ..file_table import file_table
from ..held import Held
from ..paging import either
from ..paging.models import Paging
from ..progress import Tracker
from ..shielded import to_its_end
from ..source import Arrived, Source
from ..store.memory import Memory, PageStore
from .columns import empty, labelled, packed
from .report import report
from .task import LATENCY, Task, Unit, estimate

if TYPE_CHECKING:
    from stnb.session import Session


class ManyCalls(Source):
    """Many calls, some at a time; each yields its rows as one page, once all of them are there.

    Attributes:
        task: the calls.
        failed: the parents that were not found.
        begun: the calls that broke off after rows of theirs had come, with these.
    """

    def __init__(self, session: Session, task: Task, paging: Paging) -> None:
        super().__init__(session, task.call, task.requested, paging)
        self.task, self.failed = task, set[str]()
        self.begun: dict[int, tuple[CallSource, PageStore]] = {}
        self._tracker = Tracker()
        self._sizes: dict[int, int] = {}  # rows of each call that is done
        self._first = self._before = 0  # the first call that is not done, and the rows before it
        self._totals: list[int | None] = []
        self.more = False
        self._seconds = 0.0  # that the calls took

    def again(self) -> ManyCalls:
        fresh = ManyCalls(self.session, self.task, self.paging)
        fresh.failed, fresh.notices = set(self.failed), list(self.notices)
        fresh.adapted = list(self.adapted)
        for index, (one, store) in self.begun.items():
            fresh.begun[index] = one.again(), store.again()
        return fresh

    def memory(self) -> PageStore:
        nothing, parents = None, self.task.parents
        if self.task.file and not self.task.units:
            nothing = labelled(file_table(None), parents, parents.any_id)
        return Packed(self.shape, empty=nothing)

    def opening(self, store: PageStore) -> str:
        self._sizes = store.sizes
        return self._step()

    async def pages(self, store: PageStore, tracker: Tracker) -> AsyncGenerator[Arrived, None]:
        self._tracker, self._sizes, store.unfinished = tracker, store.sizes, {}
        goes_on = bool(self._sizes)
        todo = iter([i for i in range(len(self.task.units)) if i not in self._sizes])
        flying: set[asyncio.Task[Arrived]] = set()
        whole = False
        try:
            while self._fill(flying, todo):
                done, _ = await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED)
                # What arrived goes before an error.
                for task in sorted(done, key=lambda task: task.exception() is not None):
                    flying.discard(task)
                    yield task.result()
            whole = True
        finally:
            await to_its_end(self._stop(flying))
            if not whole:
                store.unfinished = self._unfinished()
        totals = [total for total in self._totals if total is not None]
        known = totals and len(totals) == len(self._totals)
        if known and self.task.limit is None and not goes_on:
            self.total = sum(totals)
            tracker.update(total=self.total)
        if len(self._sizes) < len(self.task.units):
            self.more = True

    def lanes_now(self) -> int:
        """How many calls may be in flight at once."""
        if self.task.call.endpoint.sequential:
            return 1
        return self.paging.concurrency or self.session.lanes.limit

    def _fill(self, flying: set[asyncio.Task[Arrived]], todo: Iterator[int]) -> bool:
        """Start calls in the lanes that are free; says whether any is in flight."""
        limit, lanes = self.task.limit, self.lanes_now()
        if limit is not None:  # the first calls may bring rows enough
            lanes = min(lanes, len(self._sizes) + 1)
        while len(flying) < lanes and (limit is None or self._before < limit):
            index = next(todo, None)
            if index is None:
                break
            flying.add(asyncio.create_task(self._read_unit(index)))
        return bool(flying)

    async def _read_unit(self, index: int) -> Arrived:
        unit, began = self.task.units[index], time.monotonic()
        one, store = self._begun_or_new(index)
        try:
            await self._read_call(index, one, store)
        except NotFound as err:
            if len(unit.texts) > 1 or err.route_missing or index in self.begun:
                raise
            self.failed.add(unit.texts[0])
            return self._done(index, unit.change(empty(unit.call.endpoint, one.shape)), 1)
        self._seconds += time.monotonic() - began
        self._totals.append(one.total)
        self.more = either(self.more, one.more)
        for sentence in one.notices:
            self.note(sentence)
        self.adapted += one.adapted
        parts = store.read()
        part = unit.change(_merged(parts, one.shape))
        if part.table.num_rows < sum(p.table.num_rows for p in parts):
            self.note(
                f"{unit.call.endpoint.name} also gave rows of other {self.task.parents.nouns}; "
                "they were left out."
            )
        return self._done(index, part, len(parts))

    async def _stop(self, flying: set[asyncio.Task[Arrived]]) -> None:
        """End the calls that are under way, and keep those that are whole by now."""
        for task in flying:
            task.cancel()
        ended = await asyncio.gather(*flying, return_exceptions=True)
        self.arrived = [page for page in ended if isinstance(page, Arrived)]

    def _begun_or_new(self, index: int) -> tuple[CallSource, PageStore]:
        """What reads a call: the one that broke off, or a new one."""
        if index in self.begun:
            return self.begun.pop(index)
        unit = self.task.units[index]
        one = CallSource(self.session, unit.call, unit.requested, self._paging_of(unit))
        return one, one.memory()

    async def _read_call(self, index: int, one: CallSource, store: PageStore) -> None:
        """Read one call to its end; if it breaks off, what had come of it is kept."""
        one.prepare(store)
        try:
            with Held(one.call.endpoint.name, store, self.session.credentials.limits) as held:
                async with aclosing(one.pages(store, _UnitTracker(self._tracker))) as pages:
                    async for page in pages:
                        store.put(*page)
                        held.add(page.part)
        except BaseException as err:
            for page in one.arrived:
                store.put(*page)
            if isinstance(err, asyncio.CancelledError) and one.is_over and not store.unfinished:
                return  # it was whole when it was cancelled
            if store.pages or store.unfinished:
                self.begun[index] = one, store
            raise

    def _unfinished(self) -> dict[int, list[Decoded]]:
        """The rows that came of the calls that broke off."""
        found = {}
        for index, (one, store) in self.begun.items():
            parts = store.read()
            part = self.task.units[index].change(_merged(parts, one.shape))
            found[index] = [part]
            self._tracker.update(rows=part.table.num_rows, pages=len(parts))
        return found

    def _paging_of(self, unit: Unit) -> Paging:
        """How one call is read. The first rows of several parents are not those of the first."""
        limit = None
        if len(unit.texts) == 1:
            limit = self.task.limit
        return replace(self.paging, limit=limit, in_order=True)

    def _done(self, index: int, part: Decoded, pages: int) -> Arrived:
        rows = self._sizes[index] = part.table.num_rows
        while self._first in self._sizes:
            self._before += self._sizes[self._first]
            self._first += 1
        LATENCY[self.session] = self._seconds / max(self._tracker.progress.requests, 1)
        self._tracker.update(state="pulling", rows=rows, pages=pages, step=self._step())
        return Arrived(index, part, None)

    def _step(self) -> str:
        """How many parents are done; before the first, what there is to do."""
        calls, parents = len(self.task.units), self.task.parents
        if self._sizes:
            done = min(len(self._sizes) * len(self.task.units[0].texts), len(parents.texts))
            return f"{done:,} of {len(parents.texts):,} {parents.nouns}"
        if calls < 2:
            return ""
        seconds = estimate(self.session, calls, self.lanes_now())
        return f"{calls:,} calls, about {clock.in_words(seconds)}"

    def report(
        self, about: dict[str, Any], notices: list[Notice]
    ) -> tuple[dict[str, Any], list[Notice]]:
        lost = [text for text in self.task.parents.texts if text in self.failed]
        return report(self.task, lost, about, notices)


class Packed(Memory):
    """Reads out its many small pages as few."""

    def read(self) -> list[Decoded]:
        return packed(super().read(), self.shape)


class _UnitTracker(Tracker):
    """Tells the pull about the requests and waits of one of its calls; rows count once all of the
    call's are there.
    """

    def __init__(self, above: Tracker) -> None:
        super().__init__()
        self._above = above

    def update(self, *, rows: int = 0, pages: int = 0, requests: int = 0, **changes: Any) -> None:
        if requests:
            self._above.update(requests=requests)

    def wait_for(self, reason: str, seconds: float | None = None) -> None:
        self._above.wait_for(reason, seconds)


def _merged(parts: Sequence[Decoded], shape: Shape) -> Decoded:
    if len(parts) == 1:
        return parts[0]
    return joined(parts, shape)
