"""Many reports on one screen: a line for each profile, and below them the reasons."""

from __future__ import annotations

import textwrap
from collections.abc import Hashable, Sequence

from stnb.errors import printable
from stnb.errors.wording import counted

from .findings import MARKS, Check, Findings
from .opened import scope_counts

SHORTEST = 12  # letters of a name that are left
MOST_REASONS = 12  # that are told; the others are those of one profile each, or of few
FEW = 2  # profiles that are named although all have the same trouble


def summary(reports: Sequence[Findings], width: int = 100) -> str:
    """A line for each profile; profiles with the same reason share it below.

    Args:
        width: of a line, in letters.
    """
    well = len([report for report in reports if report.ok])
    lines = [f"stnb doctor · {len(reports)} profiles · {well} well, {len(reports) - well} not", ""]
    lines += _table(reports, width)
    reasons = _reasons(reports)
    for names, words, reason in reasons[:MOST_REASONS]:
        lines += ["", *_reason(names, words, reason, width)]
    rest = len(reasons) - MOST_REASONS
    if rest > 0:
        more = f"{counted(rest, 'other reason')}: `stnb doctor NAME` says the one of a profile."
        lines += ["", *textwrap.wrap(more, width)]
    return printable("\n".join(lines))


def _table(reports: Sequence[Findings], width: int) -> list[str]:
    """A line for each; in few words, and with shorter names, if it does not fit otherwise."""
    rows = [_cells(report, brief=False) for report in reports]
    if _beyond(rows, width) > 0:
        rows = [_cells(report, brief=True) for report in reports]
    beyond = _beyond(rows, width)
    if beyond > 0:  # the state at the end of the line says more than the end of a long name
        longest = max(len(name) for name, *_ in rows)
        room = max(longest - beyond, SHORTEST)
        rows = [(_cut(name, room), *rest) for name, *rest in rows]
    lines = []
    for report, cells in zip(reports, _columns(rows), strict=True):
        lines.append(_cut(f"{MARKS[report.ok]} {'  '.join(cells)}".rstrip(), width))
    return lines


def _columns(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The cells, each as wide as the widest of its column."""
    padded = []
    for column in zip(*rows, strict=True):
        wide = max(map(len, column))
        padded.append([cell.ljust(wide) for cell in column])
    return [list(cells) for cells in zip(*padded, strict=True)]


def _beyond(rows: Sequence[Sequence[str]], width: int) -> int:
    """By how many letters a line with such cells and its mark is too wide."""
    return len("  ".join(_columns(rows)[0])) + 2 - width


def _cut(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    return f"{line[: width - 1]}…"


def _cells(report: Findings, *, brief: bool) -> tuple[str, ...]:
    tenant = "" if report.tenant is None else str(report.tenant)
    name = report.profile or "no profile"
    return name, report.environment or "", tenant, _state(report, brief=brief)


def _state(report: Findings, *, brief: bool) -> str:
    """Whether one is in, in few words."""
    cause = report.cause
    if cause is not None:
        inside = {True: "in, but", False: "not in"}[report.inside]
        return f"{inside}: {cause.name}"
    if report.scopes is not None and brief:
        return f"{report.scopes.readable} of {report.scopes.total} readable"
    if report.scopes is not None:
        return scope_counts(report.scopes)[0]
    return "in" if report.inside else "not known"


def _reasons(reports: Sequence[Findings]) -> list[tuple[str, str, Check]]:
    """The causes, most frequent first, each with the profiles that have it and its words."""
    names: dict[Hashable, list[str]] = {}
    causes: dict[Hashable, Check] = {}
    for report in reports:
        cause = report.cause
        if cause is not None:
            key = _kind(cause)
            names.setdefault(key, []).append(report.profile or "no profile")
            causes.setdefault(key, cause)
    found = []
    for key, cause in causes.items():
        who = ", ".join(names[key])
        if len(names[key]) == len(reports) > FEW:
            who = f"all {len(reports)}"
        words = cause.means or cause.seen
        if cause.missing and len(names[key]) > 1:
            words = f"Each of them lacks {' and '.join(cause.missing)}. {cause.also}"
        found.append((who, words, cause))
    return sorted(found, key=lambda each: -len(names[_kind(each[2])]))


def _kind(cause: Check) -> Hashable:
    """What is the same for profiles with one trouble: their variables have names of their own."""
    if cause.missing:
        return cause.name, cause.missing, cause.also, cause.next
    return cause.name, cause.means or cause.seen, cause.next


def _reason(names: str, means: str, cause: Check, width: int) -> list[str]:
    lines = textwrap.wrap(f"{cause.mark} {cause.name} · {names}", width, subsequent_indent="  ")
    step = f"→ {cause.next}"
    if cause.ask:
        step += f" ({cause.ask})"
    for words in (means, step):
        lines += textwrap.wrap(words, width, initial_indent="  ", subsequent_indent="  ")
    return lines
