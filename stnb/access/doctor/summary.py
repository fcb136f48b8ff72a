"""Many reports on one screen: a line for each profile, and below them the reasons."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from stnb.errors import printable

from .findings import MARKS, Check, Findings
from .opened import scope_counts


def summary(reports: Sequence[Findings], width: int = 100) -> str:
    """A line for each profile; profiles with the same reason share it below.

    Args:
        width: of a line, in letters.
    """
    well = len([report for report in reports if report.ok])
    lines = [f"stnb doctor · {len(reports)} profiles · {well} well, {len(reports) - well} not", ""]
    rows = [_cells(report) for report in reports]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for report, cells in zip(reports, rows, strict=True):
        padded = [cell.ljust(wide) for cell, wide in zip(cells, widths, strict=True)]
        line = f"{MARKS[report.ok]} {'  '.join(padded)}".rstrip()
        lines.append(_cut(line, width))
    for names, reason in _reasons(reports):
        lines += ["", *_reason(names, reason, width)]
    return printable("\n".join(lines))


def _cut(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    return f"{line[: width - 1]}…"


def _cells(report: Findings) -> tuple[str, str, str, str]:
    tenant = "" if report.tenant is None else str(report.tenant)
    return report.profile or "no profile", report.environment or "", tenant, _state(report)


def _state(report: Findings) -> str:
    """Whether one is in, in few words."""
    cause = report.cause
    if cause is not None:
        inside = {True: "in, but", False: "not in"}[report.inside]
        return f"{inside}: {cause.name}"
    if report.scopes is not None:
        return scope_counts(report.scopes)[0]
    return "in" if report.inside else "not known"


def _reasons(reports: Sequence[Findings]) -> list[tuple[str, Check]]:
    """The causes, each with the names of the profiles that have it."""
    names: dict[tuple[str, str, str], list[str]] = {}
    causes: dict[tuple[str, str, str], Check] = {}
    for report in reports:
        cause = report.cause
        if cause is not None:
            key = (cause.name, cause.means or cause.seen, cause.next)
            names.setdefault(key, []).append(report.profile or "no profile")
            causes.setdefault(key, cause)
    return [(", ".join(names[key]), cause) for key, cause in causes.items()]


def _reason(names: str, cause: Check, width: int) -> list[str]:
    lines = textwrap.wrap(f"{cause.mark} {cause.name} · {names}", width, subsequent_indent="  ")
    step = f"→ {cause.next}"
    if cause.ask:
        step += f" ({cause.ask})"
    for words in (cause.means or cause.seen, step):
        lines += textwrap.wrap(words, width, initial_indent="  ", subsequent_indent="  ")
    return lines
