"""Pulls of many parents: call beside call, or out of a feed that is read whole."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from stnb.errors import NotFound, StnbWarning
from stnb.frame import Decoded, Drifts
from stnb.frame.assemble import merge
from stnb.frame.notices import Notice

from ..call import Call
from ..fetch import Work
from ..paging.models import Plan
from ..progress import taken_up
from ..run import ENDING, Pull
from ..store.memory import Memory
from .columns import empty, of_file, packed, places
from .task import LATENCY, Task, Unit, duration, estimate

if TYPE_CHECKING:
    from stnb.session import Session

SHOWN = 5  # ids in a message


class OfMany(Pull):
    """A pull of many parents.

    Attributes:
        task: what is to be read.
        lanes: calls in flight at most.
    """

    def __init__(
        self, session: Session, call: Call, plan: Plan, task: Task, lanes: int, **options: Any
    ) -> None:
        super().__init__(session, call, plan, **options)
        self.task, self.lanes = task, lanes

    def resume(self) -> Pull:
        """Go on in the background where it stood; parents whose rows are all there are not read
        again.
        """
        if self.error is not None or (self._future is not None and self._future.done()):
            self._ended.wait(ENDING)
        if self.error is None and not self.cancelled:
            return self
        shelf, (tell, on_page), before = self.shelf.again(), self._callbacks, self._progress
        kept: dict[str, Any] = {
            "wish": self.wish,
            "shelf": shelf,
            "began": self.began,
            "progress": tell,
            "on_page": on_page,
        }
        run = type(self)(
            self.session,
            self.call,
            taken_up(self.plan, self.call, shelf),
            self.task,
            self.lanes,
            **kept,
        )
        run._progress = replace(
            run._progress, requests=before.requests, total=before.total, rows=before.rows
        )
        return run.start()

    def _about(
        self, rows: int, duplicates: int, drift: Drifts, frame: pd.DataFrame | None = None
    ) -> dict[str, Any]:
        told = super()._about(rows, duplicates, drift, frame)
        task, parents = self.task, self.task.parents
        self._notices += [Notice(StnbWarning, text) for text in self._said()]
        return told | {
            "resource": task.call.endpoint.name,
            "params": dict(task.call.given),
            "notices": [notice.text for notice in self._notices],
            "parents": len(parents.texts),
            "failed": [int(t) if parents.hole.type == "integer" else t for t in task.lost],
            "bulk": task.twin or None,
        }

    def _said(self) -> list[str]:
        task, parents = self.task, self.task.parents
        out = []
        if lost := task.lost:
            few = ", ".join(lost[:SHOWN]) + (" …" if len(lost) > SHOWN else "")
            of = f"{len(lost):,} of the {len(parents.texts):,} {parents.nouns}"
            out.append(
                f"{task.call.endpoint.name}: {of} were not found, likely as they were deleted: {few}"
            )
        if parents.missing:
            out.append(
                f"{task.call.endpoint.name}: {parents.missing:,} missing values in {parents.hole.py} were left out."
            )
        if task.lacks:
            out.append(
                f"{task.twin}, which was read for {task.call.endpoint.name}, lacks {task.lacks}."
            )
        return out


# -- call beside call


class SideBySide(OfMany):
    """Many calls, some at a time; the rows of a call are kept once all of them are there."""

    shelf: Memory

    def __init__(
        self, session: Session, call: Call, plan: Plan, task: Task, lanes: int, **options: Any
    ) -> None:
        options["shelf"] = options.get("shelf") or _Packed()
        super().__init__(session, call, plan, task, lanes, **options)
        self._rows = {
            i: part.table.num_rows for i, part in self.shelf.parts.items()
        }  # of each call that is done
        self._first = self._before = (
            0  # the first call that is not done, and the rows of those before it
        )
        self._totals: list[int | None] = []
        self._seconds, self._wait = 0.0, ""
        self._progress = replace(self._progress, note=self._note_now())

    async def decoded(self) -> AsyncGenerator[int, None]:
        """Fetch and decode; yield the place of each call as its rows are on the shelf."""
        todo = (i for i in range(len(self.task.units)) if i not in self._had)
        flying: dict[asyncio.Task[None], int] = {}
        try:
            while self._fill(flying, todo):
                done, _ = await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED)
                for task in sorted(
                    done, key=lambda task: task.exception() is not None
                ):  # what arrived goes before an error
                    index = flying.pop(task)
                    task.result()
                    yield index
        finally:
            for task in flying:
                task.cancel()
            await asyncio.gather(*flying, return_exceptions=True)
        told = [t for t in self._totals if t is not None]
        if told and len(told) == len(self._totals) and self.task.limit is None and not self._had:
            self._update(total=sum(told))

    def _fill(self, flying: dict[asyncio.Task[None], int], todo: Iterator[int]) -> bool:
        """Start calls in the lanes that are free; says whether any is in flight."""
        limit = self.task.limit
        while (
            len(flying) < self.lanes
            and (limit is None or self._before < limit)
            and (i := next(todo, None)) is not None
        ):
            flying[asyncio.create_task(self._read_unit(i))] = i
        return bool(flying)

    async def _read_unit(self, index: int) -> None:
        unit, began = self.task.units[index], time.monotonic()
        one = _One(self, unit)
        try:
            async with aclosing(one.decoded()) as walk:
                async for _ in walk:
                    pass
        except NotFound as err:
            if (
                len(unit.texts) > 1 or "match incoming request" in err.happened
            ):  # the route itself is not there
                raise
            self.task.failed.add(unit.texts[0])
            self._keep(index, unit.change(empty(unit.call.endpoint, one.shape)), 1)
            return
        self._seconds += time.monotonic() - began
        self._totals.append(one.told)
        parts = [of_file(one.file)] if one.file else one.shelf.read()
        part = unit.change(_whole(parts))
        if part.table.num_rows < sum(p.table.num_rows for p in parts):
            self.plan.note(
                f"{unit.call.endpoint.name} also gave rows of other {self.task.parents.nouns}; they were left out."
            )
        self._keep(index, part, len(parts))

    def _keep(self, index: int, part: Decoded, pages: int) -> None:
        self.shelf.put(index, part, None)
        self._rows[index] = part.table.num_rows
        while self._first in self._rows:
            self._before += self._rows[self._first]
            self._first += 1
        LATENCY[self.session] = self._seconds / max(self._progress.requests, 1)
        self._update(state="pulling", rows=part.table.num_rows, pages=pages, note=self._note_now())

    def heard(self, requests: int, note: str | None) -> None:
        """A call sent requests, or waits for something."""
        if note is not None:
            self._wait = note
        self._update(
            state="waiting" if self._wait else "pulling", requests=requests, note=self._note_now()
        )

    def _note_now(self) -> str:
        """How many parents are done; before the first, what there is to do."""
        n, parents = len(self.task.units), self.task.parents
        if self._rows:
            done = min(len(self._rows) * len(self.task.units[0].texts), len(parents.texts))
            first = f"{done:,} of {len(parents.texts):,} {parents.nouns}"
        else:
            first = (
                f"{n:,} calls, about {duration(estimate(self.session, n, self.lanes))}"
                if n > 1
                else ""
            )
        return " · ".join(filter(None, [first, self._wait]))


class _Packed(Memory):
    """Reads out its many small pages as few."""

    def read(self) -> list[Decoded]:
        return packed(super().read())


def _whole(parts: list[Decoded]) -> Decoded:
    if len(parts) == 1:
        return parts[0]
    drift: Drifts = {}
    return Decoded(merge([(p.table, p.drift) for p in parts], drift), drift)


class _One(Work):
    """The pages of one call."""

    def __init__(self, above: SideBySide, unit: Unit) -> None:
        limit = (
            above.task.limit if len(unit.texts) == 1 else None
        )  # of several, the first rows are not those of the first
        plan = replace(
            above.plan,
            limit=limit,
            concurrency=1,
            done={},
            rows=0,
            totals=set(),
            stand=type(above.plan.stand)(),
        )
        self.above, self.unit = above, unit
        super().__init__(above.session, unit.call, plan, wish=unit.wish, on_page=above._on_page)

    @property
    def told(self) -> int | None:
        """The server's own count of the rows."""
        return None if self._last is None else self._last.total

    def page_frame(self, part: Decoded) -> pd.DataFrame:
        return self.above.page_frame(self.unit.change(part))

    def _update(self, *, rows: int = 0, pages: int = 0, requests: int = 0, **changes: Any) -> None:
        super()._update(rows=rows, pages=pages, requests=requests, **changes)
        if requests or "note" in changes:
            self.above.heard(requests, changes.get("note"))


# -- out of a feed


class FromWhole(OfMany):
    """Out of a feed, or a list, that is read whole: only the rows of the parents are kept of its
    pages.
    """

    def __init__(
        self, session: Session, call: Call, plan: Plan, task: Task, lanes: int, **options: Any
    ) -> None:
        options["shelf"] = options.get("shelf") or _Sieve(task.units[0])
        super().__init__(session, call, plan, task, lanes, **options)
        self._progress = replace(self._progress, note=f"{call.endpoint.name} is read whole")

    def page_frame(self, part: Decoded) -> pd.DataFrame:
        return self._answer(super().page_frame(self.task.units[0].change(part)))[0]

    def _assemble(self) -> pd.DataFrame:
        frame = super()._assemble()
        answer, gone = self._answer(frame)
        if gone:
            text = f"{self.task.twin} has {gone:,} rows more that are not active; {self.task.call.endpoint.name} has no column to tell them, so they were left out."
            self._notices.append(Notice(StnbWarning, text))
        told = frame.attrs["stnb"]
        answer.attrs["stnb"] = told | {
            "rows": len(answer),
            "notices": [notice.text for notice in self._notices],
        }
        return answer

    def _answer(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
        """The rows as the route gives them, and how many inactive ones were left out."""
        task = self.task
        assert task.wish.shape is not None
        names = [leaf.path for leaf in task.wish.shape.leaves if leaf.path not in task.wish.hide]
        own = [
            name for name in frame.columns if name not in names and name not in self.shape.by_path
        ]  # not in the catalogue
        there = np.ones(len(frame), dtype=bool)
        if (
            "active" in frame
            and "active" not in names
            and isinstance(frame["active"].dtype, pd.BooleanDtype)
        ):
            there = frame["active"].fillna(True).to_numpy(dtype=bool)
        kept = frame[there]
        keys = [
            kept[k] for k in reversed(self.call.endpoint.key)
        ]  # a feed comes in the order of change
        order = np.lexsort([*keys, places(pa.array(kept[task.parents.column]), task.parents.texts)])
        out = kept.iloc[order].reset_index(drop=True)[[*names, *own]].iloc[: task.limit]
        return out, int((~there).sum())

    def _about(
        self, rows: int, duplicates: int, drift: Drifts, frame: pd.DataFrame | None = None
    ) -> dict[str, Any]:
        told = super()._about(
            self._progress.rows, duplicates, drift, frame
        )  # what was read, beside what it said that it has
        return told | {"total": None, "continue_from": None}


class _Sieve(Memory):
    """Keeps of each page the rows that are wanted."""

    def __init__(self, unit: Unit) -> None:
        super().__init__()
        self._change = unit.change

    def put(self, index: int, part: Decoded, continue_from: str | None) -> None:
        super().put(index, self._change(part), continue_from)
