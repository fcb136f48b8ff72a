"""Small pieces of HTML for a notebook: elements whose text is escaped, and one table.

A notebook that is not trusted loses style sheets, so each element carries its own style. Colours
come from the page around it: the same HTML can be read in a light and in a dark notebook.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stnb.errors import printable

# JupyterLab's variable first, then that of VS Code, then a value for any other page, which follows
# the page's colour scheme.
CODE = "font-family:var(--jp-code-font-family,var(--vscode-editor-font-family,monospace))"
LINE_HUE = "var(--jp-border-color2,var(--vscode-editorWidget-border,light-dark(#d8dee4,#3a4047)))"
LINE = f"1px solid {LINE_HUE}"
QUIET = "opacity:.7"
GOOD = "var(--jp-success-color0,light-dark(#2e8540,#6cc070))"
BAD = "var(--jp-error-color0,light-dark(#c5321f,#ff8a7a))"
WARN = "var(--jp-warn-color0,light-dark(#b06000,#f0b45c))"

RIGHT = "text-align:right"  # for numbers
# Jupyter's own style sheet aligns cells to the right and stripes rows; a cell has to undo both.
CELL = "padding:3px 14px 3px 0;vertical-align:top;text-align:left;background:none"


class Html(str):
    """Text that is HTML already, so that nothing escapes it again.

    What a page asks for by `_repr_html_` is a plain `str`: marimo refuses any other.
    """

    __slots__ = ()


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Attributes:
        content: a text, which is escaped, or `Html`.
        style: CSS in addition to that of every cell.
        heading: whether it names its row.
        title: what a pointer over the cell shows.
    """

    content: str
    style: str = ""
    heading: bool = False
    title: str = ""


def element(tag: str, *content: str, style: str = "", **attributes: str) -> Html:
    """One HTML element. Texts are escaped; `Html` is taken as it is.

    Args:
        tag: such as "span".
        content: texts and `Html` in it, in order.
        style: its CSS; "" leaves the attribute out.
        attributes: others by name, such as `class_` or `aria_hidden`; those that are "" are left
            out.

    Example:
        >>> element("p", "a < b", element("br"), style="margin:0")
        '<p style="margin:0">a &lt; b<br></p>'
    """
    given = {**attributes, "style": style}
    start = tag
    for name, value in given.items():
        if value:
            start += f' {name.strip("_").replace("_", "-")}="{_escaped(value)}"'
    if tag == "br":
        return Html(f"<{start}>")
    return Html(f"<{start}>{joined(content)}</{tag}>")


def joined(parts: Iterable[str]) -> Html:
    """The parts one after another; texts are escaped, `Html` is taken as it is.

    Example:
        >>> joined(["a & b ", element("b", "c")])
        'a &amp; b <b>c</b>'
    """
    return Html("".join(part if isinstance(part, Html) else _escaped(part) for part in parts))


def _escaped(text: str) -> str:
    """A text for a page; a mark of direction in it would turn round what stands beside it."""
    return html.escape(printable(text))


def table(
    rows: Iterable[Sequence[Cell | str]],
    head: Sequence[Cell | str] = (),
    *,
    style: str = "",
    lines: bool = True,
) -> Html:
    """A table that can be read without a style sheet.

    Args:
        rows: their cells; a text alone is a plain cell.
        head: the names of the columns; without them the table has no head.
        style: CSS of the table in addition to its own.
        lines: whether each row has a thin line below it.

    Example:
        >>> "<td" in table([[Cell("total", heading=True), "12.50"]], head=["column", "value"])
        True
    """
    row_style = "background:none"
    if lines:
        row_style += f";border-bottom:{LINE}"
    parts = []
    if head:
        names = [_head_cell(name) for name in head]
        parts.append(element("thead", element("tr", *names, style=row_style)))
    body = []
    for row in rows:
        cells = [_cell(cell) for cell in row]
        body.append(element("tr", *cells, style=row_style))
    parts.append(element("tbody", *body))
    return element(
        "table", *parts, style=_styles("border-collapse:collapse;border:0;margin:0", style)
    )


def _head_cell(cell: Cell | str) -> Html:
    if isinstance(cell, str):
        cell = Cell(cell)
    style = _styles(CELL, QUIET, "font-weight:400", cell.style)
    return element("th", cell.content, scope="col", title=cell.title, style=style)


def _cell(cell: Cell | str) -> Html:
    if isinstance(cell, str):
        cell = Cell(cell)
    style = _styles(CELL, cell.style)
    if cell.heading:
        return element("th", cell.content, scope="row", title=cell.title, style=style)
    return element("td", cell.content, title=cell.title, style=style)


def _styles(*parts: str) -> str:
    return ";".join(part for part in parts if part)
