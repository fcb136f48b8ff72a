"""Where the decoded pages of a pull are kept until they are put together: in memory, or on disk
(`spool`).
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from stnb.frame import Decoded, Drifts


class Shelf(ABC):
    """Pages by their place; threads put different pages at once."""

    @abstractmethod
    def put(self, index: int, part: Decoded, continue_from: str | None) -> None:
        """Keep a page; one that is there already is replaced."""

    @abstractmethod
    def drop(self, index: int) -> None:
        """Forget a page."""

    @abstractmethod
    def read(self) -> list[Decoded]:
        """The pages in their order."""

    @property
    @abstractmethod
    def pages(self) -> dict[int, str | None]:
        """The place of each page, and its cursor."""

    @property
    @abstractmethod
    def rows(self) -> int:
        """How many rows they have."""

    def again(self) -> Shelf:
        """The shelf on which a pull goes on."""
        return self

    def close(self) -> None:  # noqa: B027 - memory holds nothing
        """Let go of what is held."""


class OnDisk(Shelf):
    """Pages in files, which one Parquet file is made of in the end.

    Attributes:
        file: that file, as an absolute path.
    """

    file: Path

    @abstractmethod
    def finish(
        self,
        key: tuple[str, ...],
        limit: int | None,
        keep: str,
        attrs: Callable[[int, int, Drifts], dict[str, Any]],
        *,
        hide: Sequence[str] = (),
    ) -> Path:
        """Put them together without the columns of `hide`; `attrs` makes the provenance from (rows,
        duplicates, drift).
        """


class Memory(Shelf):
    """Pages in memory."""

    def __init__(self) -> None:
        self.parts: dict[int, Decoded] = {}
        self._cursors: dict[int, str | None] = {}
        self._lock = threading.Lock()

    def put(self, index: int, part: Decoded, continue_from: str | None) -> None:
        with self._lock:
            self.parts[index] = part
            self._cursors[index] = continue_from

    def drop(self, index: int) -> None:
        with self._lock:
            self.parts.pop(index, None)
            self._cursors.pop(index, None)

    def read(self) -> list[Decoded]:
        with self._lock:
            return [self.parts[i] for i in sorted(self.parts)]

    @property
    def pages(self) -> dict[int, str | None]:
        with self._lock:
            return dict(self._cursors)

    @property
    def rows(self) -> int:
        return sum(part.table.num_rows for part in self.read())
