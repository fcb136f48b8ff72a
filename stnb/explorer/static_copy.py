"""The part of an output that stays readable without a kernel: a small HTML table and its code.

A reopened notebook shows "model not found" in place of a widget, whatever else that output holds.
So the copy is an output of its own, and a live widget hides it (see `covers` in grid.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pandas as pd
from IPython import get_ipython
from IPython.display import HTML, display

from stnb.catalog.html_table import RIGHT, Cell, element, table
from stnb.tables.provenance import provenance

from .grid import cells
from .internals import Bundle, display_bundle

ROWS, COLUMNS, LETTERS = 10, 8, 60
# ipywidgets and our grid mark what has lost its kernel with these classes.
WITHOUT_KERNEL = ".stnb-explorer.jupyter-widgets-disconnected, .stnb-grid.stnb-gone"
# nbconvert's page is a body of this class; a live page has it further in.
EXPORTED = "body.jp-Notebook"


def running_cell() -> tuple[str | None, str | None]:
    """The id of the notebook's cell that is running, and the id of this run.

    Both are None outside a notebook, and in a notebook whose page sends no cell ids.
    """
    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        return None, None
    parent = kernel.get_parent("shell") or {}
    return parent.get("metadata", {}).get("cellId"), parent.get("header", {}).get("msg_id")


class StaticCopy:
    """One static output, shown wherever its widget is.

    Args:
        kept: whether there is a notebook that keeps the copy. A page has none: there it would only
            flash up before the widget.

    Attributes:
        css_class: the class of the output's outermost element; a live widget hides it by this.
    """

    def __init__(self, kept: bool = True) -> None:
        self._kept = kept
        self.css_class = f"stnb-still-{uuid4().hex[:8]}"
        self._html = _before_rows(self.css_class)
        self._handles: list[Any] = []
        self._shown_in: str | None = None

    def show_once(self, widget: Any) -> None:
        """Show a widget and its copy below it, once in a run of a cell however often asked."""
        _, run = running_cell()
        if run is None or run != self._shown_in:
            self._shown_in = run
            self.show(display_bundle(widget))

    def show(self, bundle: Bundle) -> None:
        """Display a widget's bundle, and the copy as a separate output.

        A terminal gets the bundle's text alone.
        """
        shell = get_ipython()
        if shell is None:
            return
        content, metadata = bundle
        display(content, metadata=metadata, raw=True)
        if self._kept and hasattr(shell, "kernel"):
            self._handles.append(display(HTML(self._html), display_id=True))

    def update(self, frame: pd.DataFrame, code: str = "", rows: int | None = None) -> None:
        """Replace the copy, wherever it is shown, by a frame's. Any thread may call it.

        Args:
            rows: how many there are, if the frame has only the first of them.
        """
        html = page(frame, code, self.css_class, rows)
        if html != self._html:
            self.replace(html)

    def replace(self, html: str) -> None:
        """Replace the copy by HTML whose outermost element has the class `css_class`."""
        self._html = html
        for handle in self._handles:
            handle.update(HTML(self._html))


def page(frame: pd.DataFrame, code: str, css_class: str, rows: int | None = None) -> str:
    """Write the first rows and the code as one small piece of HTML. Nothing in it is active.

    Args:
        frame: the rows; at most 10 rows and 8 columns of it are written.
        code: the Python that repeats them, or "".
        css_class: the class of the outermost element.
        rows: how many there are, if the frame has only the first of them.
    """
    part = frame.iloc[:ROWS, :COLUMNS]
    columns = cells.columns(part)
    texts = cells.rows(part, columns, pd.RangeIndex(len(part)).to_numpy())
    head = _row([column.name for column in columns], columns)
    lines = [_row(row, columns) for row in texts]
    note = _note(frame, len(frame) if rows is None else rows)
    parts = [table(lines, head), element("p", note)]
    parts += [element("p", str(notice)) for notice in provenance(frame).get("notices", [])]
    if code:
        parts.append(element("pre", code))
    return _style(css_class) + element("div", *parts, class_=css_class)


def _note(frame: pd.DataFrame, rows: int) -> str:
    note = f"{min(ROWS, rows)} of {rows:,} rows"
    if frame.shape[1] > COLUMNS:
        note += f", the first {COLUMNS} of {frame.shape[1]} columns"
    about = provenance(frame)
    if about.get("view"):
        note += f". On show, of {about.get('rows', 0):,} rows: {about['view']}"
    return f"{note}. Run the cell again for the live table."


def _style(css_class: str) -> str:
    """Without a kernel, and on an exported page, hide the dead widget and show the copy."""
    dead = f"{WITHOUT_KERNEL} {{ display: none; }}"
    output = f".jp-OutputArea:has({WITHOUT_KERNEL}) .{css_class}"
    show = f"{output}, {EXPORTED} .{css_class} {{ display: block !important; }}"
    before = f"{EXPORTED} .jp-OutputArea-child:has(+ .jp-OutputArea-child .{css_class})"
    return f"<style>{dead} {show} {before} {{ display: none; }}</style>"


def _before_rows(css_class: str) -> str:
    """What stands here and how to get it, seen only without a kernel. There are no rows yet."""
    what = "Here a running notebook has controls to choose, filter, pull and look at rows."
    hint = element("p", f"{what} This copy of the page has no kernel. Run the cell in JupyterLab.")
    return _style(css_class) + element("div", hint, class_=css_class, style="display: none")


def _row(texts: Sequence[str | None], columns: Sequence[cells.Column]) -> list[Cell]:
    row = []
    for text, column in zip(texts, columns, strict=True):
        style = RIGHT if column.kind in cells.RIGHT else ""
        row.append(Cell(_short(text), style))
    return row


def _short(text: str | None) -> str:
    if text is None:
        return "–"
    if len(text) <= LETTERS:
        return text
    return text[: LETTERS - 1] + "…"
