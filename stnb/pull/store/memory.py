"""Where the decoded pages of a pull are kept until they are put together: in memory, or on disk
(`disk`).
"""

from __future__ import annotations

import itertools
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from stnb.frame import Decoded, Shape, assemble
from stnb.frame.memory import give_back
from stnb.frame.original import Numbers, Original

from ..paging.models import Position

LARGE = 20_000  # rows from which on what decoding took is worth giving back
# (rows, duplicates, drift, the rows if they are in memory, else their tables) -> the provenance
Describe = Callable[..., dict[str, Any]]
Keep = Literal["newest", "all"]
# The rows that were asked for, and which ones they are of those that were read; None for all.
Answer = tuple[pd.DataFrame, Numbers | None]


@dataclass(frozen=True)
class Assembly:
    """How the pages become the answer.

    Attributes:
        key, limit, keep: as for `frame.assemble`.
        describe: is given the rows, the repeats that were dropped, the drift, the frame if there is
            one, and else a function that reads some columns; it gives `attrs["stnb"]`.
        hide: columns that were decoded for the key alone.
    """

    key: tuple[str, ...]
    limit: int | None
    keep: Keep
    describe: Describe
    hide: Sequence[str] = ()


class PageStore(ABC):
    """Pages by their place; threads put different pages at once.

    Attributes:
        shape: the columns of the pages.
        in_memory: whether the rows fit in memory; those of a file may not.
        finishing: the state of a pull while `finish` is at work.
        file: the file that the pages become, as an absolute path; None for a frame.
        began: when the pull of these pages began, as ISO text; "" if only the pull knows.
        as_text: columns of the file that are the texts that were sent, whatever their type; set
            before `finish`.
        keeps_original: whether what was sent for the rows is kept beside them, for who puts them
            together with others; set before `finish`.
        original: what was sent for the rows of the answer, if it is kept.
        unfinished: what arrived of pages and batches that are not whole, by their places; of a pull
            that ended early. It is in the rows so far, and a pull that goes on puts it together
            with the rest.
        tells_traps: whether known traps are told of. What is kept up to date is read again and
            again, by nobody who could ask otherwise; set before `finish`.
    """

    in_memory = True
    finishing = "pulling"
    file: Path | None = None
    began = ""
    as_text: Collection[str] = ()
    keeps_original = False
    original: Original | None = None
    tells_traps = True

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._position: Position | None = None
        self.unfinished: Mapping[int, Sequence[Decoded]] = {}

    @abstractmethod
    def put(self, index: int, part: Decoded, continue_from: str | None) -> None:
        """Keep a page; one that is there already is replaced."""

    @abstractmethod
    def drop(self, index: int) -> None:
        """Forget a page."""

    @abstractmethod
    def read(self) -> list[Decoded]:
        """The pages in their order, and what is unfinished in its place."""

    @property
    @abstractmethod
    def pages(self) -> dict[int, str | None]:
        """The place of each page, and its cursor."""

    @property
    @abstractmethod
    def sizes(self) -> dict[int, int]:
        """The place of each page, and its rows."""

    @abstractmethod
    def finish(self, how: Assembly) -> pd.DataFrame | Path:
        """Put the pages together, once all of them are there."""

    @property
    def rows(self) -> int:
        """The rows of all pages, repeated ones too."""
        return sum(self.sizes.values())

    @property
    def position(self) -> Position:
        """How far the call is."""
        return replace(self._position or Position(), done=self.pages, rows=self.rows)

    def save(self, position: Position) -> None:
        """Keep the position."""
        self._position = position

    def drop_behind_gap(self) -> None:
        """Forget the pages of a feed that do not follow the first one by their cursors: behind a
        gap, or a cursor that leads nowhere, it is read again.
        """
        cursors = self.pages
        linked: dict[str, int] = {}
        for index in itertools.takewhile(cursors.__contains__, itertools.count()):
            cursor = cursors[index]
            if not cursor or cursor in linked:
                break
            linked[cursor] = index
        for index in set(cursors).difference(linked.values()):
            self.drop(index)

    def frame(self, how: Assembly) -> pd.DataFrame:
        """The rows so far as a frame."""
        return self._assembled(self.read(), how)

    def _assembled(
        self, parts: list[Decoded], how: Assembly, consume: bool = False
    ) -> pd.DataFrame:
        kept: list[Original] | None = [] if self.keeps_original else None
        frame, drift, duplicates = assemble(
            parts,
            self.shape,
            key=how.key,
            limit=how.limit,
            keep=how.keep,
            consume=consume,
            original=kept,
        )
        if how.hide:
            frame = frame.drop(columns=list(how.hide))
        if consume and len(frame) > LARGE:
            give_back()
        answer, rows = self.answer(frame)
        for original in kept or []:
            self.original = original if rows is None else original.take(rows)
        answer.attrs["stnb"] = how.describe(len(answer), duplicates, drift, frame)
        return answer

    def answer(self, frame: pd.DataFrame) -> Answer:
        """The rows that were asked for, out of those that were read."""
        return frame, None

    def again(self) -> PageStore:
        """The store with which a pull goes on."""
        return self

    def in_places(self, parts: Mapping[int, Decoded]) -> list[Decoded]:
        """Pages by their places, and what is unfinished, in the order of places."""
        found: list[Decoded] = []
        for place in sorted({*parts, *self.unfinished}):
            if place in parts:
                found.append(parts[place])
            found.extend(self.unfinished.get(place, ()))
        return found

    def close(self) -> None:  # noqa: B027 - memory holds nothing
        """Let go of what is held."""


class Memory(PageStore):
    """Pages in memory.

    Args:
        empty: what stands for the pages if there is none; a table of the shape's columns if it is
            not given.
        answer: makes the rows that were asked for out of those that were read.
    """

    def __init__(
        self,
        shape: Shape,
        *,
        empty: Decoded | None = None,
        answer: Callable[[pd.DataFrame], Answer] | None = None,
    ) -> None:
        super().__init__(shape)
        self._empty, self._answer = empty, answer
        self._parts: dict[int, Decoded] = {}
        self._cursors: dict[int, str | None] = {}
        self._lock = threading.Lock()

    def put(self, index: int, part: Decoded, continue_from: str | None) -> None:
        with self._lock:
            self._parts[index] = part
            self._cursors[index] = continue_from

    def drop(self, index: int) -> None:
        with self._lock:
            self._parts.pop(index, None)
            self._cursors.pop(index, None)

    def read(self) -> list[Decoded]:
        with self._lock:
            parts = self.in_places(self._parts)
        if not parts and self._empty is not None:
            return [self._empty]
        return parts

    @property
    def pages(self) -> dict[int, str | None]:
        with self._lock:
            return dict(self._cursors)

    @property
    def sizes(self) -> dict[int, int]:
        with self._lock:
            return {index: part.table.num_rows for index, part in self._parts.items()}

    def finish(self, how: Assembly) -> pd.DataFrame:
        parts = self.read()
        with self._lock:
            self._parts.clear()  # the frame has the rows now, and the memory is needed once
        if sum(part.table.num_rows for part in parts) > LARGE:
            give_back()  # what decoding took, before the columns take their place
        return self._assembled(parts, how, consume=True)

    def answer(self, frame: pd.DataFrame) -> Answer:
        return (frame, None) if self._answer is None else self._answer(frame)
