"""The report: what was found, with its forms for a terminal, a notebook and a program."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from .findings import Check, Findings
from .html import page
from .text import text

WIDEST = 110  # columns: longer lines are hard to read


@dataclass(frozen=True, repr=False)
class Report(Findings, Sequence[Check]):
    """A list of checks with a verdict. It holds no secret and can be pasted into a ticket.

    Example:
        >>> report = examine("demo")
        >>> report.ok, report["token"].seen
        (True, 'granted, good for 15 minutes')
    """

    @overload
    def __getitem__(self, key: int | str) -> Check: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Check, ...]: ...
    def __getitem__(self, key: int | str | slice) -> Check | tuple[Check, ...]:
        """A check by its place or its name."""
        if isinstance(key, str):
            return next(check for check in self.checks if check.name == key)
        return self.checks[key]

    def __len__(self) -> int:
        return len(self.checks)

    def __iter__(self) -> Iterator[Check]:
        return iter(self.checks)

    def __repr__(self) -> str:
        return self.text(min(shutil.get_terminal_size((100, 24)).columns, WIDEST))

    def _repr_html_(self) -> str:
        return str(page(self))

    def text(self, width: int = 100) -> str:
        """The report as plain text of that width."""
        return text(self, width)

    def to_json(self) -> str:
        """Everything as JSON text."""
        return json.dumps(self.as_dict(), indent=2, ensure_ascii=False)
