"""The report as plain text."""

from __future__ import annotations

import textwrap

from stnb.errors import printable

from .findings import MARKS, Findings
from .opened import Module


def text(found: Findings, width: int = 100) -> str:
    """The report as plain text, with no line wider than `width`."""
    head = f"stnb doctor · {found.title} · {found.when:%Y-%m-%d %H:%M} UTC"
    verdict = f"{found.verdict} {found.ask}".strip()
    lines = [*textwrap.wrap(head, width), "", *textwrap.wrap(verdict, width), ""]
    made = [check for check in found.checks if not check.needs]
    name_width = max((len(check.name) for check in made), default=0)
    indent = " " * (name_width + 4)
    for check in made:
        lines += _hanging(f"{check.mark} {check.name:<{name_width}}  ", check.seen, width)
        lines += _hanging(indent, check.means, width)
        step = check.next
        if check.next and check.ask:
            step = f"{check.next} ({check.ask})"
        lines += _hanging(f"{indent}→ ", step, width)
    left = [check for check in found.checks if check.needs]
    if left:  # all of them for the same reason, as the first that was not made held up the rest
        names = ", ".join(check.name for check in left)
        lines += _hanging("? ", f"{names}: {left[0].seen}", width)
    lines += _module_lines(found, width)
    if found.done:
        lines += _untried_lines(found, width)
    return printable("\n".join(lines))


def _untried_lines(found: Findings, width: int) -> list[str]:
    rest = [untried for untried in found.not_tried if not untried.is_check]
    parts = [f"{untried.what} ({untried.why})" for untried in rest]
    return ["", *_hanging("not tried: ", "; ".join(parts), width)]


def _module_lines(found: Findings, width: int) -> list[str]:
    if not found.modules:
        return []
    name_width = max(len(module.module) for module in found.modules)
    lines = ["", f"  {'module':<{name_width}}  scopes   answers"]
    for module in found.modules:
        head = f"{MARKS[module.answers]} {module.module:<{name_width}}  {granted(module):<7}  "
        lines += _hanging(head, answer(module), width)
    return lines


def granted(module: Module) -> str:
    """How many of a module's resources the scopes open, such as "12/14"."""
    return "?" if module.readable is None else f"{module.readable}/{module.total}"


def answer(module: Module) -> str:
    """What was read of a module, and what was answered."""
    if module.resource is None:
        return module.seen
    return f"{module.resource.partition('.')[2]}: {module.seen}"


def _hanging(head: str, words: str, width: int) -> list[str]:
    """The words behind a head, in lines that are indented as deep as it; none if there are none."""
    if not words:
        return []
    return textwrap.wrap(
        words, width, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False
    )
