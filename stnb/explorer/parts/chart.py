"""The "Chart" tab: a first picture that fits the rows, and three menus to change it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as W
import pandas as pd

from stnb.tables import charts
from stnb.tables.charts import Menu, Spec, columns
from stnb.tables.charts import spec as specs

from ..guard import guarded, in_sentences
from .picture import Picture, picture_of, words

LABELS = {
    columns.TIME: "Over time",
    columns.CATEGORY: "By category",
    columns.SPREAD: "Distribution",
}
EMPTY = "Pull some rows first: the chart is drawn from them."
DRAWING = "Drawing the chart …"

Choices = tuple[tuple[str, str], ...]


class Chart(W.VBox):
    """Draw a frame beside its table.

    Nothing is drawn before `show()`, as most rows are looked at without a picture.

    Args:
        chips: says above the menus which rows are drawn.

    Example:
        >>> chart = Chart()
        >>> chart.update(df, "jpm.jobs")
        >>> chart.show()
    """

    def __init__(self, chips: W.DOMWidget | None = None) -> None:
        self._frame: pd.DataFrame | None = None
        self._name = ""
        self._menus: dict[str, Menu] = {}
        self._wanted: dict[str, Any] = {}
        self._spec = Spec()
        self._fits = columns.Fits((), (), ())
        # Whether the menus, and the picture, are those of the frame.
        self._examined = self._drawn = True
        self._setting_menus = False
        self._turn, self._drawing = 0, 0  # count the pictures, so that an older one is not shown
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._on_change: list[Callable[[], Any]] = []
        self.kind, self.what, self.by = map(_menu, ("Chart", "Show", "By"))
        self.picture = Picture(shown=words(EMPTY))
        line = W.Box([self.kind, self.what, self.by])
        line.add_class("stnb-line").add_class("stnb-chart-menus")
        above = [] if chips is None else [chips]
        super().__init__([*above, line, self.picture])
        self.add_class("stnb").add_class("stnb-chart")
        for menu in (self.kind, self.what, self.by):
            menu.observe(self._on_menu, "value")
        self.picture.observe(self._on_width, "width")

    # -- for the explorer

    def update(self, frame: pd.DataFrame | None, name: str = "") -> None:
        """Take another frame. It is examined when `show`, `state` or `code` needs it.

        What was chosen is kept if it fits.
        """
        with self._lock:
            self._wanted = self.state
            self._frame, self._name = frame, name
            self._examined = self._drawn = False
            self._turn += 1

    def show(self) -> None:
        """Draw on a thread. Called when the chart comes into view."""
        with self._lock:
            drawing = self._thread is not None and self._thread.is_alive()
            if self._drawn or (drawing and self._drawing == self._turn):
                return
            if self._frame is not None:
                self._say_drawing()
            self._drawing = self._turn
            self._thread = threading.Thread(
                target=self._draw, args=(self._turn,), name="stnb-chart", daemon=True
            )
            self._thread.start()

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the last picture is drawn.

        Args:
            timeout: seconds to wait at most; None waits until the end.
        """
        while self._thread is not None and self._thread.is_alive():
            self._thread.join(timeout)
            if timeout is not None:
                return

    def on_change(self, callback: Callable[[], Any]) -> None:
        """Call this after another picture was chosen in the menus."""
        self._on_change.append(callback)

    @property
    def state(self) -> dict[str, Any]:
        """What is chosen, as plain data: kind, what, by; {} if nothing was chosen or examined."""
        with self._lock:
            if not self._examined or self._spec.kind == specs.NOTHING:
                return dict(self._wanted)
            chosen = {"kind": self._spec.kind, "what": self._spec.what, "by": self._spec.by}
            if self._wanted.get("every"):
                chosen["every"] = self._wanted["every"]
            return chosen

    @state.setter
    def state(self, chosen: Mapping[str, Any]) -> None:
        with self._lock:
            self._wanted = dict(chosen)
            redraw = self._examined and self._frame is not None
            if redraw:
                self._choose()
        if redraw:
            self._redraw()

    @property
    def code(self) -> str:
        """The lines that draw the picture from `df`; "" if there is none."""
        with self._lock:
            self._examine()
            return charts.code(self._spec)

    def show_error(self, error: Exception | None) -> None:
        """Show an error in place of the picture."""
        if error is not None:
            shown = in_sentences(error)
            self.picture.busy = False
            self.picture.shown = words(f"{shown.happened} {shown.why} {shown.next}")

    # -- callbacks: the page calls them, on any thread

    @guarded
    def _on_menu(self, change: Mapping[str, Any]) -> None:
        if self._setting_menus or self._frame is None:
            return
        with self._lock:
            kind, what, by = self.kind.value, self.what.value, self.by.value or ""
            if change["owner"] is self.kind:
                # Another kind keeps the measure if it fits, and chooses its groups anew.
                what, by = self._spec.what, ""
                if kind == columns.SPREAD:
                    what = f"values:{self._spec.column}"
            self._wanted = {"kind": kind, "what": what, "by": by}
            self._choose()
        self._redraw()
        for callback in self._on_change:
            callback()

    @guarded
    def _on_width(self, _change: object) -> None:
        # The page reports its width while the first picture is still being drawn.
        in_view = self._drawn or self.picture.busy
        if in_view and self._frame is not None:
            self._redraw()

    # -- the work

    def _redraw(self) -> None:
        with self._lock:
            self._drawn = False
            self._turn += 1
        self.show()

    @guarded
    def _draw(self, turn: int) -> None:
        with self._lock:
            self._examine()
            frame, spec = self._frame, self._spec
        shown = words(EMPTY)
        if frame is not None:
            shown = picture_of(frame, spec, self.picture.width)
        with self._lock:
            if turn == self._turn:  # else another picture was asked for meanwhile
                self.picture.shown, self.picture.busy, self._drawn = shown, False, True

    def _say_drawing(self) -> None:
        """An older picture stays until the new one is there; words do not, as they may be wrong."""
        self.picture.busy = True
        if not self.picture.shown["svg"]:
            self.picture.shown = words(DRAWING)

    def _examine(self) -> None:
        """Find what can be drawn of the frame, once."""
        if self._examined:
            return
        frame = pd.DataFrame() if self._frame is None else self._frame
        self._fits = columns.fits(frame)
        self._menus = columns.menus(self._fits, columns.noun(frame))
        self._choose()
        self._examined = True

    def _choose(self) -> None:
        """Take what is wanted as far as the frame has it, else the first choice; set the menus."""
        frame = pd.DataFrame() if self._frame is None else self._frame
        first = specs.first(frame, self._fits)
        kind = first.kind
        if self._wanted.get("kind") in self._menus:
            kind = str(self._wanted["kind"])
        menu = self._menus.get(kind, Menu(()))
        if kind != first.kind:
            first = Spec(kind, _first_value(menu.what), _first_value(menu.by))
        what = _if_offered(self._wanted.get("what"), menu.what, first.what)
        by = _if_offered(self._wanted.get("by"), menu.by, first.by)
        self._spec = Spec()
        if self._menus:
            every = str(self._wanted.get("every") or "")
            self._spec = charts.settled(frame, Spec(kind, what, by, every=every))
        self._set_menus(menu)

    def _set_menus(self, menu: Menu) -> None:
        self._setting_menus = True
        try:
            _fill(self.kind, tuple((LABELS[kind], kind) for kind in self._menus), self._spec.kind)
            _fill(self.what, menu.what, self._spec.what)
            _fill(self.by, menu.by, self._spec.by)
            ungrouped = self._menus and not menu.by
            self.by.layout.display = "none" if ungrouped else ""
        finally:
            self._setting_menus = False

    # -- the notebook

    def __repr__(self) -> str:
        return f"<stnb chart · {self._name or 'no rows yet'}>"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        self.show()  # displayed by itself, it is in view
        return super()._repr_mimebundle_(**options)


def _menu(name: str) -> W.Dropdown:
    return W.Dropdown(description=name, disabled=True).add_class("stnb-field")


def _fill(menu: W.Dropdown, choices: Choices, value: str) -> None:
    menu.options = choices or (("–", ""),)
    menu.value = _if_offered(value, menu.options, menu.options[0][1])
    menu.disabled = len(choices) < 2


def _first_value(choices: Choices) -> str:
    if not choices:
        return ""
    return choices[0][1]


def _if_offered(wanted: object, choices: Choices, default: str) -> str:
    """The wanted value if it is one of the choices, else the default."""
    for _, value in choices:
        if value == wanted:
            return value
    return default
