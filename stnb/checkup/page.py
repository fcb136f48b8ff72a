"""A report as one calm piece of HTML. Without a style sheet, which a notebook that is not trusted would lose."""

from __future__ import annotations

from html import escape

from .report import MARKS, Check, Report, granted, said

GOOD, BAD, WARN = "var(--jp-success-color0,#2e8540)", "var(--jp-error-color0,#c5321f)", "var(--jp-warn-color0,#b06000)"
HUES = {True: GOOD, False: BAD, None: "inherit"}


def page(report: Report) -> str:
    """The report as one calm piece of HTML in the colours of the page around it."""
    cause = report.cause
    hue = GOOD if cause is None else WARN if report.inside else BAD
    ask = f'<div style="opacity:.75">{escape(report.ask)}</div>' if report.ask else ""
    head = (
        f'<div style="margin:0 0 10px;padding:8px 12px;border-left:3px solid {hue}">'
        f'<div style="font-weight:600">{escape(report.verdict)}</div>{ask}'
        f'<div style="opacity:.65;font-size:.92em">{escape(report.title)} · {report.when:%Y-%m-%d %H:%M} UTC</div></div>'
    )
    rows = "".join(_row(c.ok, c.name, _words(c)) for c in report.checks)
    modules = "".join(_row(m.answers, m.module, f"{granted(m)} · {escape(said(m))}") for m in report.modules)
    more = f'<details style="margin-top:8px"><summary>{len(report.modules)} modules: scopes and answers</summary>{_table(modules)}</details>'
    return f'<div style="max-width:64em;margin:4px 0">{head}{_table(rows)}{more if modules else ""}</div>'


def _table(rows: str) -> str:
    return f'<table style="border-collapse:collapse;table-layout:fixed;width:100%;margin:0"><tbody>{rows}</tbody></table>'


def _row(ok: bool | None, name: str, words: str) -> str:
    cell = "padding:4px 10px 4px 0;vertical-align:top;text-align:left;background:none"
    sign = {True: "all right", False: "wrong", None: "not known"}[ok]
    return (
        f'<tr style="background:none;border-bottom:1px solid var(--jp-border-color2,#d8dee4)">'
        f'<td style="{cell};width:1.2em;font-weight:700;color:{HUES[ok]}" title="{sign}">{MARKS[ok]}</td>'
        f'<th scope="row" style="{cell};width:7.5em;font-weight:600;white-space:normal;overflow-wrap:anywhere">{escape(name)}</th>'
        f'<td style="{cell};white-space:normal;overflow-wrap:anywhere">{words}</td></tr>'
    )


def _words(check: Check) -> str:
    parts = [escape(check.seen)]
    if check.means:
        parts.append(f'<span style="opacity:.75">{escape(check.means)}</span>')
    if check.next:
        ask = f' <i style="opacity:.75">({escape(check.ask)})</i>' if check.ask else ""
        parts.append(f"→ {escape(check.next)}{ask}")
    return "<br>".join(parts)
