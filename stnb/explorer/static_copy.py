"""The part of an output that stays readable without a kernel: a small HTML table and the code that
repeats it.

A reopened notebook shows "model not found" where a widget was, whatever else that output carries;
so this is an output of its own. A live grid hides it (see `covers` in grid.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pandas as pd
from IPython import get_ipython
from IPython.display import HTML, display

from stnb.catalog.html_table import RIGHT, Cell, element, table

from .grid import cells

ROWS, COLUMNS, LETTERS = 10, 8, 60


def here() -> tuple[str | None, str | None]:
    """The notebook's cell that is running, and which run of it this is; None where that cannot be
    known.
    """
    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        return None, None
    parent = kernel.get_parent("shell") or {}
    return parent.get("metadata", {}).get("cellId"), parent.get("header", {}).get("msg_id")


class Still:
    """One static output, shown in as many places as its widget is."""

    def __init__(self) -> None:
        self.mark = f"stnb-still-{uuid4().hex[:8]}"
        self._html = _empty(self.mark)
        self._handles: list[Any] = []
        self._shown_in: str | None = None

    def show_once(self, widget: Any) -> None:
        """Show a widget, and its copy beside it; once in one run of a cell, however often asked."""
        run = here()[1]
        if run is None or run != self._shown_in:
            self._shown_in = run
            self.show(beside=widget._repr_mimebundle_())

    def show(self, beside: Any) -> None:
        """Display a widget's bundle and, as a separate output, the static copy; a terminal gets the
        bundle's text alone.
        """
        shell = get_ipython()
        if shell is None:
            return
        bundle, metadata = beside if isinstance(beside, tuple) else (beside, None)
        display(bundle, metadata=metadata, raw=True)
        if hasattr(shell, "kernel"):
            self._handles.append(display(HTML(self._html), display_id=True))

    def update(self, frame: pd.DataFrame, code: str = "") -> None:
        """Replace the static copy wherever it stands. May be called from any thread."""
        self.put(page(frame, code, self.mark))

    def put(self, html: str) -> None:
        """Replace the static copy by any HTML whose outermost element is of the class `mark`."""
        self._html = html
        for handle in self._handles:
            handle.update(HTML(self._html))


def page(frame: pd.DataFrame, code: str, mark: str) -> str:
    """Write the first rows and the code as one small piece of HTML; nothing in it is active."""
    shown = cells.columns(frame.iloc[:ROWS, :COLUMNS])
    head = _row([column.name for column in shown], shown)
    rows = [_row(texts, shown) for texts in _texts(frame, shown)]
    more = ""
    if frame.shape[1] > COLUMNS:
        more = f", the first {len(shown)} of {frame.shape[1]} columns"
    note = f"{min(ROWS, len(frame))} of {len(frame):,} rows{more}."
    parts = [table(rows, head), element("p", f"{note} Run the cell again for the live table.")]
    if code:
        parts.append(element("pre", code))
    return _style(mark) + element("div", *parts, class_=mark)


def _style(mark: str) -> str:
    """When the kernel is gone, what only looks alive steps back and the copy is seen. ipywidgets
    tells which.
    """
    gone = ".stnb-explorer.jupyter-widgets-disconnected, .stnb-grid.stnb-gone"
    hidden = f"{gone} {{ display: none; }}"
    seen = f".jp-OutputArea:has({gone}) .{mark} {{ display: block !important; }}"
    return f"<style>{hidden} {seen}</style>"


def _empty(mark: str) -> str:
    """Before there are rows: what to do, seen only when the kernel is gone."""
    text = element("p", "This needs a kernel. Run the cell again.")
    return _style(mark) + element("div", text, class_=mark, style="display: none")


def _texts(frame: pd.DataFrame, shown: list[cells.Shown]) -> list[list[str | None]]:
    part = frame.iloc[:ROWS, : len(shown)]
    return cells.rows(part, shown, pd.RangeIndex(len(part)).to_numpy())


def _row(texts: Sequence[str | None], shown: list[cells.Shown]) -> list[Cell]:
    row = []
    for text, column in zip(texts, shown, strict=True):
        style = RIGHT if column.kind in cells.RIGHT else ""
        row.append(Cell(_short(text), style))
    return row


def _short(text: str | None) -> str:
    if text is None:
        return "–"
    return text if len(text) <= LETTERS else text[: LETTERS - 1] + "…"
