"""The report as HTML, in the colours of the page around it."""

from __future__ import annotations

from html import escape

from .findings import MARKS, Check, Findings
from .text import answer, granted

# A notebook that is not trusted loses style sheets, so each element carries its own style.
GOOD = "var(--jp-success-color0,#2e8540)"
BAD = "var(--jp-error-color0,#c5321f)"
WARN = "var(--jp-warn-color0,#b06000)"
HUES = {True: GOOD, False: BAD, None: "inherit"}
SIGNS = {True: "all right", False: "wrong", None: "not known"}
QUIET = "opacity:.75"
CELL = "padding:4px 10px 4px 0;vertical-align:top;text-align:left;background:none"
WRAP = "white-space:normal;overflow-wrap:anywhere"
LINE = "1px solid var(--jp-border-color2,#d8dee4)"
TABLE = "border-collapse:collapse;table-layout:fixed;width:100%;margin:0"


def page(found: Findings) -> str:
    """The report as one piece of HTML; all texts are escaped."""
    checks = [_row(check.ok, check.name, _words(check)) for check in found.checks]
    parts = [_head(found), _table(checks)]
    if found.modules:
        rows = []
        for module in found.modules:
            words = f"{granted(module)} · {escape(answer(module))}"
            rows.append(_row(module.answers, module.module, words))
        summary = f"<summary>{len(rows)} modules: scopes and answers</summary>"
        parts.append(f'<details style="margin-top:8px">{summary}{_table(rows)}</details>')
    return f'<div style="max-width:64em;margin:4px 0">{"".join(parts)}</div>'


def _head(found: Findings) -> str:
    hue = BAD
    if found.cause is None:
        hue = GOOD
    elif found.inside:
        hue = WARN
    parts = [f'<div style="font-weight:600">{escape(found.verdict)}</div>']
    if found.ask:
        parts.append(f'<div style="{QUIET}">{escape(found.ask)}</div>')
    origin = f"{escape(found.title)} · {found.when:%Y-%m-%d %H:%M} UTC"
    parts.append(f'<div style="opacity:.65;font-size:.92em">{origin}</div>')
    style = f"margin:0 0 10px;padding:8px 12px;border-left:3px solid {hue}"
    return f'<div style="{style}">{"".join(parts)}</div>'


def _table(rows: list[str]) -> str:
    return f'<table style="{TABLE}"><tbody>{"".join(rows)}</tbody></table>'


def _row(ok: bool | None, name: str, words: str) -> str:
    mark_style = f"{CELL};width:1.2em;font-weight:700;color:{HUES[ok]}"
    name_style = f"{CELL};width:7.5em;font-weight:600;{WRAP}"
    return (
        f'<tr style="background:none;border-bottom:{LINE}">'
        f'<td style="{mark_style}" title="{SIGNS[ok]}">{MARKS[ok]}</td>'
        f'<th scope="row" style="{name_style}">{escape(name)}</th>'
        f'<td style="{CELL};{WRAP}">{words}</td></tr>'
    )


def _words(check: Check) -> str:
    parts = [escape(check.seen)]
    if check.means:
        parts.append(f'<span style="{QUIET}">{escape(check.means)}</span>')
    if check.next:
        step = f"→ {escape(check.next)}"
        if check.ask:
            step += f' <i style="{QUIET}">({escape(check.ask)})</i>'
        parts.append(step)
    return "<br>".join(parts)
