"""The table: a widget that holds a frame in the kernel and sends the page only the rows in view."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import traitlets
from numpy.typing import NDArray

from ..internals import display_bundle
from ..static_copy import StaticCopy
from ..widget import Widget
from . import cells, clipboard, select
from .background import Behind
from .columns import Held
from .picks import Pick, label
from .select import Rows

MOST = 400  # rows in one answer, whatever the page asks for
LOOKS = {"date": "time", "date-time": "time", "list": "nest", "object": "nest"}
SCRIPTS = (
    "grid/grid-head.js",
    "grid/grid-bars.js",
    "grid/grid-menu.js",
    "grid/grid-panel.js",
    "grid/grid-keys.js",
    "grid/grid.js",
)

log = logging.getLogger("stnb")


class Grid(Widget, scripts=SCRIPTS, style="grid/grid.css"):
    """Show a frame of any size: sort, search, pick bars, scroll, open and copy cells, hide and move
    columns.

    Of the data only the rows in view and the bars of the columns in view leave the kernel; the
    widget's saved state is the columns and the number of rows.

    >>> grid = Grid(pd.DataFrame({"id": [1, 2]}))
    >>> grid.update(pd.DataFrame({"id": [3]}))      # the same widget shows another frame
    >>> grid.state = {"sort": ["id", False]}
    """

    about = traitlets.Dict().tag(sync=True)  # one trait, so that columns and rows change together
    height = traitlets.Int(420).tag(sync=True)
    label = traitlets.Unicode("Table").tag(sync=True)
    covers = traitlets.Unicode("").tag(
        sync=True
    )  # the class of the static copy that a live grid hides

    def __init__(self, frame: pd.DataFrame | None = None, **settings: Any) -> None:
        self._lock = threading.RLock()  # messages arrive on the main thread or on a subshell's
        self._turn = 0
        self._state: dict[str, Any] = {}
        self._changed: list[Callable[[], None]] = []
        self._behind = Behind(self.show_error)
        self._names: list[str] = []
        super().__init__(**settings)
        self.update(pd.DataFrame() if frame is None else frame)

    # -- what is shown

    def update(self, frame: pd.DataFrame) -> None:
        """Show another frame in the same widget. What was picked, sorted and hidden stays if the
        columns are the same.
        """
        table = frame if isinstance(frame.index, pd.RangeIndex) else _with_index(frame)
        rows = Rows(Held(table))
        names = select.keys([c.name for c in rows.held.shown])
        self._behind.drop()
        with self._lock:
            if self._names and names != self._names:
                self._state = {}
            self._turn += 1
            self._given, self._table, self._names = frame, rows, names
            self.about = {
                "turn": self._turn,
                "rows": len(table),
                "columns": [_described(c) for c in rows.held.shown],
            }
        self._tell_change()

    @property
    def frame(self) -> pd.DataFrame:
        """The frame on show."""
        return self._table.held.frame

    @property
    def selection(self) -> pd.DataFrame:
        """The rows that search and picks leave, sorted as shown; without hidden columns, in the
        order of the columns.
        """
        with self._lock:
            rows, given, view = self._table, self._given, self._view()
        index = (
            len(rows.held.shown) - given.shape[1]
        )  # these columns of the table are the frame's index
        columns = [i - index for i in view["order"] if i not in set(view["hidden"]) and i >= index]
        sort = None if view["sort"] is None else (view["sort"][0], view["sort"][1])
        return given.iloc[rows.places(view["search"], view["picks"], sort), columns]

    @property
    def state(self) -> dict[str, Any]:
        """What differs from an untouched table, as plain data: search, sort, picks, hidden, order,
        widths; by names.

        May be set at any time. Of columns that are gone nothing is taken over.
        """
        with self._lock:
            return select.by_name(self._view(), self._names) if self._names else dict(self._state)

    @state.setter
    def state(self, state: Mapping[str, Any]) -> None:
        with self._lock:
            before = self.state
            self._state = dict(state)
            after = self.state
        if before != after:
            self._tell_state(None)
            self._tell_change()

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call this, on any thread, after other rows or columns are selected or sorted."""
        self._changed.append(callback)

    def close(self) -> None:
        """Take the table off the page and end what is under way for it."""
        self._behind.drop()
        super().close()

    def __repr__(self) -> str:
        return f"<stnb grid {len(self.frame):,} rows x {len(self._table.held.shown)} columns>"

    def _view(self) -> dict[str, Any]:
        """The state by the places of the present columns."""
        return select.by_place(self._state, self._names, [c.kind for c in self._table.held.shown])

    def _tell_change(self) -> None:
        for callback in list(self._changed):
            try:
                callback()
            except Exception as error:  # noqa: BLE001
                self.show_error(error)

    def _tell_state(self, by: str | None) -> None:
        """Every page shows the same; the one that brought the change only needs the words for it."""
        self.send({"kind": "state", "by": by, **self._shown_state()})

    def _shown_state(self) -> dict[str, Any]:
        with self._lock:
            view, held, turn = self._view(), self._table.held, self._turn
        chips = [
            [i, [label(pick, held.shown[i].kind) for pick in given]]
            for i, given in view["picks"].items()
        ]
        return {"state": view, "chips": chips, "turn": turn}

    # -- the page's questions

    def reply(self, message: dict[str, Any]) -> None:
        """Answer one question of the page; what goes wrong is shown there, for nobody reads a
        callback's traceback.
        """
        try:
            with self._behind.pause():
                answer = getattr(self, ANSWERS[message["kind"]])(message)
        except Exception as error:
            log.debug("the grid could not answer", exc_info=True)
            text = f"The table could not be read ({type(error).__name__}: {error}). Likely a value of an unusual type."
            answer = {
                "kind": "error",
                "text": text + " Try another column, or look at the frame itself.",
            }
        if answer is not None:
            self.send({**answer, "view": message.get("view")})

    def _open(self, message: dict[str, Any]) -> dict[str, Any]:
        """The state and the first rows, in one answer; then what searches read is prepared behind
        the page's back.
        """
        state = self._shown_state()
        rows = self._rows({**message, **state["state"]})
        self._behind.wish("index", self._table.index.prepare(), idle=True)
        return {**rows, **state, "kind": "open"}

    def _rows(self, message: dict[str, Any]) -> dict[str, Any]:
        rows, turn, where = self._places(message)
        start = min(max(0, int(message["start"])), len(where))
        stop = min(int(message["stop"]), start + MOST)
        texts = cells.rows(rows.held.frame, rows.held.shown, where[start:stop])
        return {"kind": "rows", "turn": turn, "start": start, "rows": texts, "total": len(where)}

    def _cell(self, message: dict[str, Any]) -> dict[str, Any]:
        rows, _, where = self._places(message)
        row, col = int(message["row"]), int(message["col"])
        text = cells.whole(rows.held.frame.iloc[:, col].array[int(where[row])])
        return {"kind": "cell", "row": row, "col": col, "text": text}

    def _copy(self, message: dict[str, Any]) -> dict[str, Any]:
        rows, _, where = self._places(message)
        frame, what = rows.held.frame, message["what"]
        if what == "column":
            text, count = clipboard.column(frame.iloc[:, int(message["col"])], where)
            return {"kind": "copy", "what": what, "text": text, "count": count, "total": len(where)}
        position = int(where[int(message["row"])])
        if what == "row":
            return {
                "kind": "copy",
                "what": what,
                "text": clipboard.row(frame, position, [int(i) for i in message["columns"]]),
            }
        return {
            "kind": "copy",
            "what": what,
            "text": clipboard.cell(frame.iloc[:, int(message["col"])].array[position]),
        }

    def _pick(self, message: dict[str, Any]) -> dict[str, Any]:
        rows, _, where = self._places(message)
        pick = select.pick_of(rows.held, int(message["col"]), int(where[int(message["row"])]))
        return {"kind": "pick", "col": int(message["col"]), "pick": pick}

    def _take_state(self, message: dict[str, Any]) -> None:
        """A page has changed something: keep it, by names, and tell the other pages and whoever
        listens.
        """
        with self._lock:
            if message.get("turn", self._turn) != self._turn:
                return
            before = self.state
            self._state = select.by_name(message["state"], self._names)
            changed = self.state != before
        self._tell_state(message.get("view"))
        if changed:
            self._tell_change()

    def _summaries(self, message: dict[str, Any]) -> None:
        self._behind.wish(f"summaries {message.get('view')}", self._summarise(self._table, message))

    def _summarise(self, rows: Rows, message: dict[str, Any]) -> Iterator[None]:
        """The bars of the columns in view, one column with each step."""
        search, picks, whole = _search(message), _picks(message), set(message.get("whole") or ())
        everything = rows.left(search, picks)
        for i in map(int, message["columns"]):
            yield
            summary = rows.summary(i)
            counts, missing = summary.counts(
                rows.left(search, picks, but=i) if i in picks else everything
            )
            item = {
                "col": i,
                "counts": counts,
                "missing": missing,
                **(summary.page() if i in whole else {}),
            }
            self.send(
                {
                    "kind": "summary",
                    "view": message.get("view"),
                    "step": message.get("step"),
                    **item,
                }
            )

    def _places(self, message: dict[str, Any]) -> tuple[Rows, int, NDArray[np.intp]]:
        """The rows that a question is about, in their order."""
        with self._lock:
            rows, turn = self._table, self._turn
        sort = message.get("sort")
        by = (int(sort[0]), bool(sort[1])) if sort else None
        return rows, turn, rows.places(_search(message), _picks(message), by)


ANSWERS = {
    "open": "_open",
    "rows": "_rows",
    "cell": "_cell",
    "copy": "_copy",
    "pick": "_pick",
    "state": "_take_state",
    "summaries": "_summaries",
}


class ShownGrid(Grid):
    """A grid by itself: displaying it also leaves a small static table, for the day the notebook is
    reopened.
    """

    def _ipython_display_(self) -> None:
        copy = StaticCopy()
        copy.update(self.frame)
        self.covers = copy.css_class
        copy.show(display_bundle(self))


def show(frame: pd.DataFrame) -> Grid:
    """Show any DataFrame in the grid.

    >>> stnb.show(df)
    """
    return ShownGrid(frame)


def _search(message: Mapping[str, Any]) -> str:
    return str(message.get("search") or "").strip()


def _picks(message: Mapping[str, Any]) -> dict[int, list[Pick]]:
    return {int(i): list(given) for i, given in (message.get("picks") or {}).items() if given}


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
