"""The "Chart" tab: a sensible first picture of the rows, and three menus to change it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import ipywidgets as W
import pandas as pd
import traitlets

from stnb.errors import StnbError
from stnb.tables import charts
from stnb.tables.charts import Menu, Spec, columns, look
from stnb.tables.charts import spec as specs

from .. import assets
from ..guard import guarded, in_sentences

WIDE, NARROW = 760, 380  # dots; the page says which of them fits
LARGEST = 20_000  # bytes of a picture that a saved notebook may keep
LABELS = {
    columns.TIME: "Over time",
    columns.CATEGORY: "By category",
    columns.SPREAD: "Distribution",
}
EMPTY = "Pull some rows first: the chart is drawn from them."


class PictureBox(anywidget.AnyWidget):
    """One picture with its description, its notes and the lines that draw it; the page gives it its
    theme's colours.
    """

    _esm = assets.module("parts/chart.js")
    _css = assets.style("parts/chart.css")
    shown = traitlets.Dict().tag(
        sync=True
    )  # one trait, so that a picture never stands beside another's words
    width = traitlets.Int(WIDE).tag(sync=True)
    busy = traitlets.Bool(False).tag(sync=True)


class Chart(W.VBox):
    """Draw a frame beside its table. Nothing is drawn until `show()`: most rows are looked at
    without a picture.

    >>> chart = Chart()
    >>> chart.update(df, "jpm.jobs")
    >>> chart.show()
    """

    def __init__(self) -> None:
        self._frame: pd.DataFrame | None = None
        self._name = ""
        self._menus: dict[str, Menu] = {}
        self._wish: dict[str, Any] = {}
        self._spec = Spec()
        self._fits = columns.Fits((), (), ())
        self._known = self._drawn = True  # whether the menus and the picture are those of the frame
        self._setting = False
        self._turn, self._drawing, self._lock = 0, 0, threading.RLock()
        self._thread: threading.Thread | None = None
        self._changed: list[Callable[[], Any]] = []
        self._make_menus()
        self.picture = PictureBox(shown=_words(EMPTY))
        line = (
            W.Box([self.kind, self.what, self.by])
            .add_class("stnb-line")
            .add_class("stnb-chart-menus")
        )
        super().__init__([line, self.picture])
        self.add_class("stnb").add_class("stnb-chart")
        self.picture.observe(self._on_width, "width")

    def _make_menus(self) -> None:
        made = [
            W.Dropdown(description=name, disabled=True).add_class("stnb-field")
            for name in ("Chart", "Show", "By")
        ]
        self.kind, self.what, self.by = made
        for menu in made:
            menu.observe(self._on_menu, "value")

    # -- for the explorer

    def update(self, frame: pd.DataFrame | None, name: str = "") -> None:
        """Take another frame; it is looked at when `show`, `state` or `code` asks for it. What was
        chosen is kept where it fits.
        """
        with self._lock:
            self._wish = self.state
            self._frame, self._name = frame, name
            self._known = self._drawn = False
            self._turn += 1

    def show(self) -> None:
        """Draw, beside whatever else runs; called when the chart comes into view."""
        with self._lock:
            if self._drawn or (
                self._thread is not None and self._thread.is_alive() and self._drawing == self._turn
            ):
                return
            self.picture.busy = self._frame is not None
            self._drawing = self._turn
            self._thread = threading.Thread(
                target=self._draw, args=(self._turn,), name="stnb-chart", daemon=True
            )
            self._thread.start()

    def wait(self, timeout: float | None = None) -> None:
        """Wait until what was asked for is drawn."""
        while (thread := self._thread) is not None and thread.is_alive():
            thread.join(timeout)
            if timeout is not None:
                return

    def on_change(self, callback: Callable[[], Any]) -> None:
        """Call back when another picture was chosen."""
        self._changed.append(callback)

    @property
    def state(self) -> dict[str, Any]:
        """What is chosen, as plain data: kind, what, by; {} where nothing was chosen and nothing
        looked at.
        """
        with self._lock:
            if not self._known or self._spec.kind == specs.NOTHING:
                return dict(self._wish)
            chosen = {"kind": self._spec.kind, "what": self._spec.what, "by": self._spec.by}
            return {**chosen, "every": self._wish["every"]} if self._wish.get("every") else chosen

    @state.setter
    def state(self, chosen: Mapping[str, Any]) -> None:
        with self._lock:
            self._wish = dict(chosen)
            again = self._known and self._frame is not None
            if again:
                self._choose()
        if again:
            self._again()

    @property
    def code(self) -> str:
        """The lines that draw the picture from `df`; "" where there is none."""
        with self._lock:
            self._look()
            return charts.code(self._spec)

    # -- callbacks: the page calls them, on any thread

    @guarded
    def _on_menu(self, change: Mapping[str, Any]) -> None:
        if self._setting or self._frame is None:
            return
        with self._lock:
            self._wish = {
                "kind": self.kind.value,
                "what": self.what.value,
                "by": self.by.value or "",
            }
            if (
                change["owner"] is self.kind
            ):  # what fits the new kind is kept, the rest is its first choice
                self._wish["what"] = (
                    self._spec.what
                    if self.kind.value != columns.SPREAD
                    else f"values:{self._spec.column}"
                )
                self._wish["by"] = ""
            self._choose()
        self._again()
        for callback in self._changed:
            callback()

    @guarded
    def _on_width(self, _change: object) -> None:
        asked_for = (
            self._drawn or self.picture.busy
        )  # the page says its width while the first picture is still drawn
        if asked_for and self._frame is not None:
            self._again()

    def show_error(self, error: Exception | None) -> None:
        """Show an error in the picture's place."""
        said: StnbError | None = None if error is None else in_sentences(error)
        if said is not None:
            self.picture.busy = False
            self.picture.shown = _words(f"{said.happened} {said.why} {said.next}")

    # -- the work

    def _again(self) -> None:
        with self._lock:
            self._drawn = False
            self._turn += 1
        self.show()

    @guarded
    def _draw(self, turn: int) -> None:
        with self._lock:
            self._look()
            frame, spec = self._frame, self._spec
        shown = _words(EMPTY) if frame is None else _shown(frame, spec, self.picture.width)
        with self._lock:
            if turn == self._turn:  # else another was asked for meanwhile
                self.picture.shown, self.picture.busy, self._drawn = shown, False, True

    def _look(self) -> None:
        """Find what the frame allows, once."""
        if self._known:
            return
        frame = self._frame if self._frame is not None else pd.DataFrame()
        self._fits = columns.fits(frame)
        self._menus = columns.menus(self._fits, columns.noun(frame))
        self._choose()
        self._known = True

    def _choose(self) -> None:
        """Take what was wished for as far as the frame allows it, else the first choice; and set
        the menus.
        """
        frame = self._frame if self._frame is not None else pd.DataFrame()
        usual = specs.first(frame, self._fits)
        kind = self._wish.get("kind") if self._wish.get("kind") in self._menus else usual.kind
        menu = self._menus.get(str(kind), Menu(()))
        first = usual if kind == usual.kind else Spec(str(kind), _value(menu.what), _value(menu.by))
        what = _kept(self._wish.get("what"), menu.what, first.what)
        by = _kept(self._wish.get("by"), menu.by, first.by)
        chosen = Spec(str(kind), what, by, every=str(self._wish.get("every") or ""))
        self._spec = charts.settled(frame, chosen) if self._menus else Spec()
        self._set_menus(menu)

    def _set_menus(self, menu: Menu) -> None:
        self._setting = True
        try:
            _fill(self.kind, [(LABELS[k], k) for k in self._menus], self._spec.kind)
            _fill(self.what, menu.what, self._spec.what)
            _fill(self.by, menu.by, self._spec.by)
            self.by.layout.display = "none" if self._menus and not menu.by else ""
        finally:
            self._setting = False

    # -- the notebook

    def __repr__(self) -> str:
        return f"<stnb chart · {self._name or 'no rows yet'}>"

    def _repr_mimebundle_(self, **asked: Any) -> Any:
        self.show()  # displayed by itself it is in view
        return super()._repr_mimebundle_(**asked)


def _shown(frame: pd.DataFrame, spec: Spec, width: int) -> dict[str, Any]:
    figure = charts.draw(frame, spec, NARROW if width < WIDE else WIDE, notes=False)
    found = figure.finding
    if spec.kind == specs.NOTHING or not figure.axes[0].axison:
        return _words(found.title)
    picture = figure.svg()
    size = [round(float(side) * look.DPI) for side in figure.get_size_inches()]
    if len(picture) > LARGEST:
        return _words(
            f"{found.alt} The picture is too large to keep in a notebook: run its code.",
            charts.code(spec),
        )
    return {
        "svg": picture,
        "size": size,
        "alt": found.alt,
        "notes": list(found.notes),
        "code": charts.code(spec),
    }


def _words(text: str, code: str = "") -> dict[str, Any]:
    return {"svg": "", "size": [0, 0], "alt": text, "notes": [], "code": code}


def _fill(menu: W.Dropdown, choices: Any, value: str) -> None:
    menu.options = tuple(choices) or (("–", ""),)
    menu.value = value if any(v == value for _, v in choices) else menu.options[0][1]
    menu.disabled = len(choices) < 2


def _value(choices: tuple[tuple[str, str], ...]) -> str:
    return choices[0][1] if choices else ""


def _kept(wished: object, choices: tuple[tuple[str, str], ...], usual: str) -> str:
    return str(wished) if any(value == wished for _, value in choices) else usual
