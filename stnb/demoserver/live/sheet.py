"""The rows that a day adds to one table."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from ..company.table import Table
from .grown import KEEP, Batch

Values: TypeAlias = dict[str, Any]


Step: TypeAlias = tuple[np.datetime64, Values]


class Sheet:
    """The rows that a day adds to one table.

    Args:
        size: how many rows the table has by then.
    """

    def __init__(self, table: Table, size: int) -> None:
        self.size = size
        self.modified = next(p for p in ("modifiedOn", "leadCall.modifiedOn") if p in table)
        self._rows: list[tuple[int, np.datetime64, np.timedelta64, Values]] = []
        self._ends: list[tuple[int, np.datetime64]] = []

    def add(
        self,
        source: int,
        shift: np.timedelta64,
        own: Values,
        *steps: Step,
        replaces: int | None = None,
    ) -> int:
        """One row and what becomes of it, step by step; gives back the place of its last state."""
        for moment, values in steps:
            own = {**own, **values, self.modified: moment}
            if replaces is not None:
                self._ends.append((replaces, moment))
            replaces = self.size + len(self._rows)
            self._rows.append((source, moment, shift, own))
        return self.size + len(self._rows) - 1

    def batch(self) -> Batch:
        paths = sorted({path for row in self._rows for path in row[3]})
        return Batch(
            np.array([row[0] for row in self._rows], dtype=np.int64),
            np.array([row[1] for row in self._rows], dtype="datetime64[us]"),
            np.array([row[2] for row in self._rows], dtype="timedelta64[us]"),
            {path: [row[3].get(path, KEEP) for row in self._rows] for path in paths},
            (
                np.array([at for at, _ in self._ends], dtype=np.int64),
                np.array([t for _, t in self._ends], dtype="datetime64[us]"),
            ),
        )
