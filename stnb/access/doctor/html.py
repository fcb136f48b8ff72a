"""The report as HTML, in the colours of the page around it."""

from __future__ import annotations

from stnb.catalog.html_table import (
    BAD,
    GOOD,
    QUIET,
    WARN,
    Cell,
    Html,
    element,
    joined,
    table,
)

from .findings import MARKS, Check, Findings
from .opened import Module, answered
from .text import answer, granted

HUES = {True: GOOD, False: BAD, None: "inherit"}
SIGNS = {True: "all right", False: "wrong", None: "not known"}
FULL_WIDTH = "table-layout:fixed;width:100%;margin:0"
WRAP = "white-space:normal;overflow-wrap:anywhere"


def page(found: Findings) -> Html:
    """The report as one piece of HTML. All texts are escaped."""
    checks = [_row(check.ok, check.name, _words(check)) for check in found.checks]
    parts = [_head(found), table(checks, style=FULL_WIDTH)]
    if found.modules:
        rows = [_row(m.answers, m.module, _module_words(m)) for m in found.modules]
        summary = element("summary", answered(found.modules))
        modules = table(rows, style=FULL_WIDTH)
        parts.append(element("details", summary, modules, style="margin-top:8px"))
    if found.done:
        words = "; ".join(f"{untried.what} ({untried.why})" for untried in found.not_tried)
        parts.append(element("div", f"Not tried: {words}.", style=f"{QUIET};margin-top:8px"))
    return element("div", *parts, style="max-width:64em;margin:4px 0")


def _head(found: Findings) -> Html:
    hue = BAD
    if found.cause is None:
        hue = GOOD
    elif found.inside:
        hue = WARN
    parts = [element("div", found.verdict, style="font-weight:600")]
    if found.ask:
        parts.append(element("div", found.ask, style=QUIET))
    origin = f"{found.title} · {found.when:%Y-%m-%d %H:%M} UTC"
    parts.append(element("div", origin, style=f"{QUIET};font-size:.92em"))
    style = f"margin:0 0 10px;padding:8px 12px;border-left:3px solid {hue}"
    return element("div", *parts, style=style)


def _row(ok: bool | None, name: str, words: str) -> list[Cell]:
    return [
        Cell(MARKS[ok], f"width:1.2em;font-weight:700;color:{HUES[ok]}", title=SIGNS[ok]),
        Cell(name, f"width:7.5em;font-weight:600;{WRAP}", heading=True),
        Cell(words, WRAP),
    ]


def _module_words(module: Module) -> str:
    return f"{granted(module)} · {answer(module)}"


def _words(check: Check) -> Html:
    parts: list[str] = [check.seen]
    if check.means:
        parts += [element("br"), element("span", check.means, style=QUIET)]
    if check.next:
        parts += [element("br"), f"→ {check.next}"]
        if check.ask:
            parts += [" ", element("i", f"({check.ask})", style=QUIET)]
    return joined(parts)
