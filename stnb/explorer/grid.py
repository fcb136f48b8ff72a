"""The table: a widget that holds a frame in the kernel and sends the page only the rows in view."""

from __future__ import annotations

import logging
import re
import threading
from typing import Any

import anywidget
import numpy as np
import pandas as pd
import traitlets
from numpy.typing import NDArray

from . import cells, page
from .still import Still

MOST = 400  # rows in one answer, whatever the page asks for
LOOKS = {"date": "time", "date-time": "time", "list": "nest", "object": "nest"}

log = logging.getLogger("stnb")


class Grid(anywidget.AnyWidget):
    """Show a frame of any size: sort by a header, search, scroll, open a cell with Enter.

    Of the data only the rows in view leave the kernel; the widget's saved state is the columns and the number of rows.

    >>> grid = Grid(pd.DataFrame({"id": [1, 2]}))
    >>> grid.update(pd.DataFrame({"id": [3]}))      # the same widget shows another frame
    """

    _esm = page.module("grid.js")
    _css = page.style("grid.css")
    about = traitlets.Dict().tag(sync=True)  # one trait, so that columns and rows change together
    height = traitlets.Int(420).tag(sync=True)
    label = traitlets.Unicode("Table").tag(sync=True)
    covers = traitlets.Unicode("").tag(sync=True)  # the class of the static copy that a live grid hides

    def __init__(self, frame: pd.DataFrame | None = None, **settings: Any) -> None:
        self._lock = threading.RLock()  # messages arrive on the main thread or on a subshell's
        self._turn = 0
        super().__init__(**settings)
        self.update(pd.DataFrame() if frame is None else frame)
        self.on_msg(self._answer)

    def update(self, frame: pd.DataFrame) -> None:
        """Show another frame in the same widget."""
        table = frame if isinstance(frame.index, pd.RangeIndex) else _with_index(frame)
        shown = cells.columns(table)
        with self._lock:
            self._turn += 1
            self._frame, self._shown = table, shown
            self._found: tuple[str, NDArray[np.intp]] = ("", np.arange(len(table)))
            self._ordered: tuple[object, NDArray[np.intp]] = (None, self._found[1])
            self.about = {"turn": self._turn, "rows": len(table), "columns": [_described(c) for c in shown]}

    @property
    def frame(self) -> pd.DataFrame:
        """The frame on show."""
        return self._frame

    def __repr__(self) -> str:
        return f"<stnb grid {len(self._frame):,} rows x {len(self._shown)} columns>"

    def _answer(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        """Answer one question of the page; what goes wrong is shown there, for nobody reads a callback's traceback."""
        try:
            reply = self._cell(message) if message["kind"] == "cell" else self._rows(message)
        except Exception as error:
            log.debug("the grid could not answer", exc_info=True)
            text = f"The table could not be read ({type(error).__name__}: {error}). Likely a value of an unusual type."
            reply = {"kind": "error", "text": text + " Try another column, or look at the frame itself."}
        self.send({**reply, "view": message.get("view")})

    def _rows(self, message: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            where, turn = self._order(message.get("search") or "", message.get("sort")), self._turn
            frame, shown = self._frame, self._shown
        start = min(max(0, int(message["start"])), len(where))
        stop = min(int(message["stop"]), start + MOST)
        rows = cells.rows(frame, shown, where[start:stop])
        return {"kind": "rows", "turn": turn, "start": start, "rows": rows, "total": len(where)}

    def _cell(self, message: dict[str, Any]) -> dict[str, Any]:
        row, col = int(message["row"]), int(message["col"])
        with self._lock:
            where, frame = self._order(message.get("search") or "", message.get("sort")), self._frame
        text = cells.whole(frame.iloc[:, col].array[int(where[row])])
        return {"kind": "cell", "row": row, "col": col, "text": text}

    def _order(self, search: str, sort: list[Any] | None) -> NDArray[np.intp]:
        """The positions on show, in order; the last search and the last sort are remembered."""
        if self._found[0] != search:
            self._found = (search, self._search(search))
        if sort is None:
            return self._found[1]
        key = (search, sort[0], sort[1])
        if self._ordered[0] != key:
            column = self._frame.iloc[:, int(sort[0])]
            self._ordered = (key, cells.ordered(column, self._found[1], bool(sort[1])))
        return self._ordered[1]

    def _search(self, words: str) -> NDArray[np.intp]:
        known, where = self._found
        everything = np.arange(len(self._frame))
        if not words:
            return everything
        # Typing on looks only through what is left; not after digits alone, which find ids and days by other rules.
        narrower = known.lower() in words.lower() and re.search("[a-su-z]", known.lower())
        return cells.found(self._frame, words, where if narrower else everything)


class ShownGrid(Grid):
    """A grid by itself: displaying it also leaves a small static table, for the day the notebook is reopened."""

    def _ipython_display_(self) -> None:
        still = Still()
        still.update(self._frame)
        self.covers = still.mark
        still.show(beside=self._repr_mimebundle_())


def show(frame: pd.DataFrame) -> Grid:
    """Show any DataFrame in the grid.

    >>> stnb.show(df)
    """
    return ShownGrid(frame)


def _described(column: cells.Shown) -> dict[str, Any]:
    return {
        "name": column.name,
        "kind": column.kind,
        "width": column.width,
        "right": column.kind in cells.RIGHT,
        "look": LOOKS.get(column.kind, ""),
    }


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn a meaningful index into columns; names that are taken get a number instead of an error."""
    index = frame.index.to_frame(index=False)
    return pd.concat([index, frame.reset_index(drop=True)], axis=1)
