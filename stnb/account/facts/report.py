"""What was found of all facts, with its forms for a terminal, a notebook and a program."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from stnb.errors.packages import own_version
from stnb.session import clock

from .models import Finding

MARKS = {True: "✓", False: "✗", None: "?"}
COLUMNS = ("fact", "believed", "seen", "holds")


@dataclass(frozen=True, repr=False)
class FactReport:
    """The findings in their order. It holds no name, no number and no secret of the tenant.

    Attributes:
        findings: one for each fact.
        environment: "production", "integration", "custom" or "demo".
        requests: how many were sent.
        when: when it began, in UTC.
    """

    findings: Sequence[Finding]
    environment: str
    requests: int
    when: datetime = field(default_factory=lambda: clock.now().replace(microsecond=0))

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    @property
    def ok(self) -> bool:
        """Whether every fact that could be tried holds, and one could be tried."""
        held = {finding.holds for finding in self.findings}
        return True in held and False not in held

    @property
    def summary(self) -> str:
        """The counts in one line."""
        tally = {holds: 0 for holds in MARKS}
        for finding in self.findings:
            tally[finding.holds] += 1
        return f"{tally[True]} hold, {tally[False]} differ, {tally[None]} could not be tried"

    def frame(self) -> pd.DataFrame:
        """A row for each fact: fact, believed, seen, holds (boolean, missing if not tried)."""
        rows = [finding.as_dict() for finding in self.findings]
        frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"holds": "boolean"})
        frame.attrs["stnb"] = self._about()
        return frame

    def text(self, width: int = 100) -> str:
        """The report as plain text of that width."""
        lines = [*textwrap.wrap(self._head(), width), self.summary, ""]
        wide = [max(map(len, (f.fact for f in self.findings)), default=4), 30]
        wide[0] = min(wide[0], width // 3)
        wide[1] = min(wide[1], width // 4)
        wide.append(max(width - sum(wide) - 6, 20))
        lines += _line("", ("fact", "believed", "seen"), wide)
        for finding in self.findings:
            cells = (finding.fact, finding.believed, finding.seen)
            lines += _line(MARKS[finding.holds], cells, wide)
        return "\n".join(lines)

    def to_json(self) -> str:
        """Everything as JSON text."""
        told = self._about() | {"ok": self.ok, "facts": [f.as_dict() for f in self.findings]}
        return json.dumps(told, indent=2, ensure_ascii=False)

    def _head(self) -> str:
        return (
            f"stnb {own_version()} · what is believed of the API · {self.environment} · "
            f"{self.when:%Y-%m-%d %H:%M} UTC · {self.requests} requests"
        )

    def _about(self) -> dict[str, Any]:
        return {
            "stnb": own_version(),
            "environment": self.environment,
            "when": self.when.isoformat(),
            "requests": self.requests,
        }


def _line(mark: str, cells: Sequence[str], wide: Sequence[int]) -> list[str]:
    """A row of a table, with as many lines as its longest cell needs."""
    columns = []
    for cell, width in zip(cells, wide, strict=True):
        columns.append(textwrap.wrap(cell, width) or [""])
    lines = []
    for number in range(max(map(len, columns))):
        parts = [f"{mark if number == 0 else '':<1}"]
        for column, width in zip(columns, wide, strict=True):
            part = column[number] if number < len(column) else ""
            parts.append(part.ljust(width))
        lines.append("  ".join(parts).rstrip())
    return lines
