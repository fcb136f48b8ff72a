"""Where the rows of a table are kept: in a Parquet file of its own, or in a Delta table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from .merge import Difference, Key, merged, newest, replaced, texts_of, turned_to_text


class Kept(Protocol):
    """The rows of one table of one tenant."""

    @property
    def place(self) -> str:
        """Where they are, for people."""

    def texts(self) -> Sequence[str]:
        """The columns of text."""

    def turned_to_text(self, changes: Path) -> Sequence[str]:
        """The columns that would become text because of what changed."""

    def merge(self, changes: Path, key: Key, about: Mapping[str, Any]) -> Difference:
        """Put what changed into the table."""

    def replace(self, changes: Path, key: Key) -> Difference:
        """Put other rows in the place of all."""

    def newest(self) -> dt.datetime | None:
        """The last time of change; None if a row lacks it."""


class InFile:
    """The rows of a table in a Parquet file.

    Args:
        spare: the folder where the file is written before it takes its place.
    """

    def __init__(self, path: Path, spare: Path) -> None:
        self.path, self._spare = path, spare

    @property
    def place(self) -> str:
        """Where they are, for people."""
        return str(self.path)

    def texts(self) -> Sequence[str]:
        """The columns of text."""
        return texts_of(self.path)

    def turned_to_text(self, changes: Path) -> Sequence[str]:
        """The columns that would become text because of what changed."""
        return turned_to_text(self.path, changes)

    def merge(self, changes: Path, key: Key, about: Mapping[str, Any]) -> Difference:
        """Put what changed into the file."""
        return merged(self.path, changes, key, self._spare, about)

    def replace(self, changes: Path, key: Key) -> Difference:
        """Put other rows in the place of all."""
        return replaced(self.path, changes, key)

    def newest(self) -> dt.datetime | None:
        """The last time of change; None if a row lacks it."""
        return newest(self.path)
