"""The table: a widget that keeps a frame in the kernel and sends the page only the rows in view."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd
import traitlets

from stnb.tables.provenance import cost_of_all, provenance

from ..widget import Widget
from . import answers
from . import view as views
from .about import about_of, unreadable, with_index
from .background import Background
from .human import order
from .select import Rows, query_of
from .state import by_name, by_position, unique_names

SCRIPTS = (
    "grid/grid-head.js",
    "grid/grid-bars.js",
    "grid/grid-menu.js",
    "grid/grid-panel.js",
    "grid/grid-chips.js",
    "grid/grid-keys.js",
    "grid/grid-rows.js",
    "grid/grid.js",
)

log = logging.getLogger("stnb")


class Grid(Widget, scripts=SCRIPTS, style="grid/grid.css"):
    """Show a frame of any size: sort, search, pick, scroll, open and copy cells, hide and move.

    Of the data only the rows in view and the bars of the columns in view leave the kernel. The
    widget's saved state is the columns and the number of rows.

    Args:
        frame: the frame to show; an empty one without it.
        settings: `height` in px, `label` for screen readers, and `covers`, the class of the static
            copy that a live grid hides.

    Attributes:
        about: the columns and the number of rows. It is one trait, so that they change together.

    Example:
        >>> grid = Grid(pd.DataFrame({"id": [1, 2]}))
        >>> grid.update(pd.DataFrame({"id": [3]}))  # the same widget shows another frame
        >>> grid.state = {"sort": ["id", False]}
    """

    about = traitlets.Dict().tag(sync=True)
    height = traitlets.Int(420).tag(sync=True)
    label = traitlets.Unicode("Table").tag(sync=True)
    covers = traitlets.Unicode("").tag(sync=True)

    def __init__(self, frame: pd.DataFrame | None = None, **settings: Any) -> None:
        self._lock = threading.RLock()  # messages arrive on the main thread or on a subshell's
        self._turn = 0  # counts the frames, so that an answer about an older one is known as such
        self._state: dict[str, Any] = {}
        self._on_all: Callable[[], None] | None = None
        self._on_change: list[Callable[[], None]] = []
        self._background = Background(self.show_error)
        self._names: list[str] = []
        self._older: tuple[int, list[str], list[int]] | None = None  # the same rows, other columns
        self._usual: list[int] = []  # the order of the columns before anybody moves one
        super().__init__(**settings)
        self.update(pd.DataFrame() if frame is None else frame)

    # -- what is shown

    def update(self, frame: pd.DataFrame, same: bool = False) -> None:
        """Show another frame in the same widget.

        What was picked, sorted and hidden stays if the columns are the same.

        Args:
            same: whether it is the frame on show with more or fewer columns: then it stays too.
        """
        about_pull = provenance(frame)
        rows = Rows(with_index(frame), str(about_pull.get("timezone") or ""))
        usual = order(frame, rows.columns.shown)
        names = unique_names(rows.columns.names)
        self._background.clear()
        with self._lock:
            if self._names and names != self._names and not same:
                self._state = {}
            self._older = (self._turn, self._names, self._usual) if same else None
            self._turn += 1
            self._given, self._rows, self._names, self._usual = frame, rows, names, usual
            more = "" if self._on_all is None else cost_of_all(about_pull)
            about = {"turn": self._turn, "usual": usual, "more": more}
            self.about = {**about_of(frame, rows.columns.shown), **about}
        self._report_change()

    @property
    def frame(self) -> pd.DataFrame:
        """The frame on show, its index as columns."""
        return self._rows.columns.given

    @property
    def view(self) -> views.View:
        """What is picked, searched, sorted and hidden, by the names of the columns."""
        with self._lock:
            return views.View.of(self.state, self._rows.columns)

    @property
    def view_lines(self) -> list[str]:
        """The lines of pandas that make of the frame `df` what is shown."""
        with self._lock:
            rows, view = self._rows, self.view
        return views.lines(rows.columns, view)

    @property
    def view_words(self) -> str:
        """Which rows are shown, in one line; "" for all of them."""
        with self._lock:
            return views.words(self._rows.columns, self.view)

    @property
    def chips(self) -> dict[str, Any]:
        """What the page shows above the table and above the chart: the view part by part."""
        with self._lock:
            rows, view = self._rows, self.view
        return {
            "chips": [asdict(chip) for chip in views.chips(rows.columns, view)],
            "left": self.rows_left,
            "rows": len(rows.columns),
            "which": self.about.get("which", ""),
        }

    def drop(self, key: str) -> None:
        """Take one part of the view away, by the key of its chip; "" leaves all rows, sorted."""
        with self._lock:
            view = self.view
            left = views.without(view, key) if key else views.View(sort=view.sort)
            state = self.state | {"picks": left.picks, "search": left.search, "sort": left.sort}
        self.state = state

    @property
    def selection(self) -> pd.DataFrame:
        """The rows that search and picks leave, sorted as shown.

        Hidden columns are left out, and moved ones are where they were moved to. If the frame is of
        a pull, `attrs["stnb"]["view"]` says in words what was picked.
        """
        return self.first(None)

    @property
    def rows_left(self) -> int:
        """How many rows the search and the picks leave."""
        with self._lock:
            rows, view = self._rows, self._view()
        return len(rows.positions(query_of(view)))

    def first(self, count: int | None) -> pd.DataFrame:
        """The first rows of the selection, without a copy of all the others; None for all."""
        with self._lock:
            rows, given, view, moved = self._rows, self._given, self._view(), self.view.order
        # The table's first columns may be the frame's index.
        index = len(rows.columns.shown) - given.shape[1]
        hidden = set(view["hidden"])
        # A file keeps the order of the API unless somebody has moved a column.
        places = view["order"] if moved else sorted(view["order"])
        columns = [i - index for i in places if i >= index and i not in hidden]
        positions = rows.positions(query_of(view))
        if count is not None:
            positions = positions[:count]
        selection = given.iloc[positions, columns]
        about, words = provenance(given), self.view_words
        if about and words:
            selection.attrs["stnb"] = {**about, "view": words}
        return selection

    @property
    def state(self) -> dict[str, Any]:
        """What differs from an untouched table, as plain data. Columns go by their names.

        The keys are search, sort, picks, hidden, pinned, order and widths. It may be set at any
        time; what it has of columns that are not there is left out.
        """
        with self._lock:
            if not self._names:
                return dict(self._state)
            return by_name(self._view(), self._names, self._usual)

    @state.setter
    def state(self, state: Mapping[str, Any]) -> None:
        with self._lock:
            before = self.state
            self._state = dict(state)
            after = self.state
        if before != after:
            self._send_state(None)
            self._report_change()

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call this, on any thread, after other rows or columns are selected or sorted."""
        self._on_change.append(callback)

    def on_all(self, callback: Callable[[], None]) -> None:
        """Call this, on any thread, if somebody asks for all rows of a sample."""
        self._on_all = callback

    def close(self) -> None:
        """Take the table off the page and end its work in the background."""
        self._background.clear()
        super().close()

    def __repr__(self) -> str:
        return f"<stnb grid {len(self.frame):,} rows x {len(self._rows.columns.shown)} columns>"

    def _view(self) -> dict[str, Any]:
        """The state by the positions of the present columns."""
        return by_position(self._state, self._names, self._rows.columns.kinds, self._usual)

    def _report_change(self) -> None:
        for callback in list(self._on_change):
            try:
                callback()
            except Exception as error:  # noqa: BLE001
                self.show_error(error)

    def _send_state(self, by: str | None) -> None:
        """Have every page show the same. The page that made the change only needs the words."""
        self.send({"kind": "state", "by": by, **self._state_message()})

    def _state_message(self) -> dict[str, Any]:
        with self._lock:
            view, turn = self._view(), self._turn
            chips = views.chips(self._rows.columns, self.view)
        return {"state": view, "chips": [asdict(chip) for chip in chips], "turn": turn}

    # -- the page's questions

    def reply(self, message: dict[str, Any]) -> None:
        """Answer one question of the page. An error is shown in the page that asked."""
        try:
            with self._background.paused():
                answer = self.answer(message)
        except Exception as error:
            log.debug("the grid could not answer", exc_info=True)
            answer = unreadable(error)
        if answer is not None:
            self.send({**answer, "view": message.get("view")})

    def answer(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """The answer to one question of the page; None if there is none, or if it comes later."""
        kind = message["kind"]
        if kind == "state":
            self._take_state(message)
            return None
        if kind == "all":
            if self._on_all is not None:
                self._on_all()
            return None
        if kind == "drop":
            self.drop(str(message["key"]))
            return None
        if kind == "summaries":
            self._start_summaries(message)
            return None
        if kind == "open":
            return self._open(message)
        with self._lock:
            rows, turn = self._rows, self._turn
        return {**answers.ANSWERS[kind](rows, message), "turn": turn}

    def _open(self, message: dict[str, Any]) -> dict[str, Any]:
        """The state and the first rows in one answer. Then the search is prepared for later."""
        with self._lock:
            rows, state = self._rows, self._state_message()
        first = answers.window(rows, {**message, **state["state"]})
        self._background.submit("index", rows.index.prepare(), idle=True)
        return {**first, **state, "kind": "open"}

    def _take_state(self, message: dict[str, Any]) -> None:
        """Keep what a page has changed, and report it to the other pages and the listeners."""
        with self._lock:
            turn, names, usual = self._turn, self._names, self._usual
            by = message.get("view")
            if self._older is not None and message.get("turn") == self._older[0]:
                turn, names, usual = self._older
                by = None  # that page has begun anew since, so it is to show its own change too
            if message.get("turn", turn) != turn:
                return
            before = self.state
            self._state = by_name(message["state"], names, usual)
            changed = self.state != before
        self._send_state(by)
        if changed:
            self._report_change()

    def _start_summaries(self, message: dict[str, Any]) -> None:
        # A page that scrolls on needs other bars: its newer question replaces the older one.
        job = self._summarise(self._rows, message)
        self._background.submit(f"summaries {message.get('view')}", job)

    def _summarise(self, rows: Rows, message: dict[str, Any]) -> Iterator[None]:
        for answer in answers.summaries(rows, message):
            if answer is None:
                yield
            else:
                self.send(answer)
