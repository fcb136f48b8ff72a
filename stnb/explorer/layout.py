"""The explorer's widgets and their places; what they mean is said in `view`."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import ipywidgets as W
import pandas as pd

from stnb import catalog
from stnb.catalog import Endpoint

from .grid.grid import Grid
from .parts.card import Card
from .parts.chart import Chart
from .parts.doctor import Doctor
from .parts.export import Leave
from .parts.filters import Filters
from .parts.messages import Report
from .parts.picker import Picker
from .parts.status import Where
from .state import State
from .static_copy import Still

LIMITS = (100, 1_000, 10_000, 100_000)
ALL = "all"


class Panel(W.VBox):
    """Profile and place, resource and card, filters, the buttons, what is told, the rows, and the
    ways out.
    """

    def __init__(self) -> None:
        self.still = Still()
        self._make_choices()
        self._make_buttons()
        self._make_results()
        super().__init__(self._rooms())
        self.add_class("stnb")
        self.add_class("stnb-explorer")

    # What `view` says.
    _profiles: dict[str, Any]
    frame: pd.DataFrame | None

    @property
    @abstractmethod
    def selection(self) -> pd.DataFrame | None: ...
    @property
    @abstractmethod
    def shown(self) -> State | None: ...
    @property
    @abstractmethod
    def shown_code(self) -> str: ...
    @abstractmethod
    def tell(self, error: Exception | None) -> None: ...
    @abstractmethod
    def check(self) -> None: ...
    @abstractmethod
    def _show_code(self) -> None: ...

    def _make_choices(self) -> None:
        names = [
            (name if p.ready else f"{name} (not ready)", name) for name, p in self._profiles.items()
        ]
        self.profile = W.Dropdown(options=names, description="Profile").add_class("stnb-field")
        self.where = Where()
        self.picker = Picker(catalog.load())
        self.card = Card()
        self.filters = Filters(changed=self._show_code, tell=self.tell)

    def _make_buttons(self) -> None:
        limits = [*((f"{n:,}", n) for n in LIMITS), ("all rows", ALL)]
        self.limit = (
            W.Dropdown(options=limits, description="Rows at most")
            .add_class("stnb-field")
            .add_class("stnb-short")
        )
        self.names = W.Checkbox(description="Names beside ids", indent=False).add_class(
            "stnb-check"
        )
        self.pull_button = W.Button(
            description="Pull", icon="download", button_style="primary", disabled=True
        )
        self.count_button = W.Button(
            description="Count",
            icon="hashtag",
            disabled=True,
            tooltip="Ask how many rows there are",
        )
        self.cancel_button = W.Button(
            description="Cancel",
            icon="stop",
            disabled=True,
            tooltip="Stop, and keep the rows that have arrived",
        )
        self.resume_button = W.Button(
            description="Go on", icon="play", tooltip="Read the rest; what had arrived is kept"
        )
        self.resume_button.layout.display = "none"

    def _make_results(self) -> None:
        self.report = Report(check=lambda: self.check())
        self.doctor = W.VBox().add_class("stnb-doctor-room")  # a row would give the report no width
        self.views = W.ToggleButtons(options=[("Table", "table"), ("Chart", "chart")]).add_class(
            "stnb-views"
        )
        self.caption = W.Label().add_class("stnb-caption")
        self.grid = Grid(covers=self.still.mark)
        self.chart = Chart()
        self.leave = Leave(
            frame=lambda: self.frame,
            selection=lambda: self.selection,
            code=lambda: self.shown_code,
            chart=lambda: self.chart.code,
            name=lambda: self._rows_of(),
        )
        self.show_view(False, None)

    def _rooms(self) -> list[W.Widget]:
        where = W.Box([self.profile, self.where]).add_class("stnb-line")
        buttons = [
            self.limit,
            self.pull_button,
            self.count_button,
            self.cancel_button,
            self.resume_button,
            self.names,
        ]
        run = W.Box(buttons).add_class("stnb-line")
        rows = [
            W.Box([self.views, self.caption]).add_class("stnb-line"),
            self.grid,
            self.chart,
            self.leave,
        ]
        return [where, self.picker, self.card, self.filters, run, self.report, self.doctor, *rows]

    # -- what is shown

    def show_card(self, endpoint: Endpoint | None, granted: frozenset[str] | None) -> None:
        """Show what the resource is."""
        self.card.show(endpoint, granted)

    def show_doctor(self, doctor: Doctor | None) -> None:
        """Put the doctor's report below the error; None takes it away."""
        for old in self.doctor.children:
            old.close()
        self.doctor.children = () if doctor is None else (doctor,)

    def show_frame(self, frame: pd.DataFrame, label: str, code: str) -> None:
        """Show another frame in the table and in the copy that stays readable without a kernel."""
        self.grid.label = label
        self.grid.update(frame)
        self.still.update(frame, code)

    def show_view(self, there: bool, selection: pd.DataFrame | None) -> None:
        """Show the table or the chart of the rows on show; neither before there are rows."""
        chart = self.views.value == "chart"
        self.caption.value = (
            "" if self.shown is None else f"{self._rows_of()} · {self.shown.profile}"
        )
        for part, shown in (
            (self.views, True),
            (self.caption, True),
            (self.grid, not chart),
            (self.chart, chart),
            (self.leave, True),
        ):
            part.layout.display = "" if there and shown else "none"
        if there:
            self.leave.refresh()
            if chart and selection is not None:
                self.chart.update(selection, self._rows_of())
                self.chart.show()

    def _rows_of(self) -> str:
        """The resource of the rows on show; another one may have been chosen since."""
        return (self.shown.resource if self.shown is not None else None) or "rows"

    def close(self) -> None:
        """Take every widget off the page."""
        self.show_doctor(None)
        for part in self.children:
            for inner in getattr(part, "children", ()):
                inner.close()
            part.close()
        super().close()
