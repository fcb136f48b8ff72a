"""The explorer's widgets and their places on the page. What they show is decided in `explorer`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ipywidgets as W
import pandas as pd

from stnb import catalog
from stnb.catalog import Endpoint
from stnb.credentials import Profile

from . import static_copy, texts
from .grid.grid import Grid
from .parts.card import Card
from .parts.chart import Chart
from .parts.doctor import Doctor
from .parts.export import Export
from .parts.filters import Filters
from .parts.messages import Messages
from .parts.picker import Picker, locked
from .parts.status import Status
from .parts.view_chips import ViewChips
from .state import SINGLE, State
from .static_copy import StaticCopy

if TYPE_CHECKING:
    from stnb.account.account import Account
    from stnb.pull import Progress

LIMITS = (100, 1_000, 10_000, 100_000)
ALL = "all"


@dataclass(frozen=True)
class Hooks:
    """What the widgets ask the explorer for, and what they report to it.

    Attributes:
        filters_changed: is called when a filter has another value.
        show_error: shows an error; None takes it away.
        check: has the doctor look at the profile.
        frame: gives the rows on show, or None.
        selection: gives the rows that the table's filters leave, or None.
        shown: gives what the rows on show were pulled with, or None.
        code: gives the Python that repeats the rows on show.
    """

    filters_changed: Callable[[], None]
    show_error: Callable[[Exception | None], None]
    check: Callable[[], None]
    frame: Callable[[], pd.DataFrame | None]
    selection: Callable[[], pd.DataFrame | None]
    shown: Callable[[], State | None]
    code: Callable[[], str]

    def resource(self) -> str:
        """The resource of the rows on show; another one may have been chosen since."""
        shown = self.shown()
        if shown is None or shown.resource is None:
            return "rows"
        return shown.resource


class Layout:
    """Every widget of the explorer, and where it is.

    Attributes:
        places: the widgets from the top to the bottom of the page.
        static_copy: the output that stays readable without a kernel.
    """

    def __init__(self, profiles: Iterable[Profile], hooks: Hooks) -> None:
        self.static_copy = StaticCopy()
        self._selection = hooks.selection
        self._env_file: str | None = None  # no control shows it
        self._make_choices(profiles, hooks)
        self._make_run_controls()
        self._make_results(hooks)
        self.places = self._places()
        self.show_view(None)

    def _make_choices(self, profiles: Iterable[Profile], hooks: Hooks) -> None:
        options = [(_profile_label(profile), profile.name) for profile in profiles]
        self.profile = W.Dropdown(options=options, description="Profile").add_class("stnb-field")
        self.status = Status()
        self.picker = Picker(catalog.load())
        self.card = Card()
        self.filters = Filters(hooks.filters_changed, hooks.show_error)

    def _make_run_controls(self) -> None:
        limits = [*((f"{limit:,}", limit) for limit in LIMITS), ("all rows", ALL)]
        self.limit = W.Dropdown(options=limits, description="Rows at most")
        self.limit.add_class("stnb-field").add_class("stnb-short")
        self.pull_button = _button("Pull", "download", button_style="primary", disabled=True)
        self.count_button = _button(
            "Count", "hashtag", disabled=True, tooltip="Ask how many rows there are"
        )
        self.cancel_button = _button(
            "Cancel", "stop", disabled=True, tooltip="Stop, and keep the rows that have arrived"
        )
        self.resume_button = _button(
            "Go on", "play", tooltip="Read the rest; the rows that have arrived are kept"
        )
        self.resume_button.layout.display = "none"
        self.names = W.Checkbox(description="Names beside ids", indent=False)
        self.names.add_class("stnb-check")

    def _make_results(self, hooks: Hooks) -> None:
        self.messages = Messages(hooks.check)
        # A VBox, because an HBox would leave the doctor's report without a width.
        self.doctor = W.VBox().add_class("stnb-doctor-room")
        self.views = W.ToggleButtons(options=[("Table", "table"), ("Chart", "chart")])
        self.views.add_class("stnb-views")
        self.caption = W.Label().add_class("stnb-caption")
        self.grid = Grid(covers=self.static_copy.css_class)
        self.chart = Chart(ViewChips(self.grid))
        self.export = Export(
            frame=hooks.frame,
            selection=hooks.selection,
            code=hooks.code,
            chart=lambda: self.chart.code,
            name=hooks.resource,
        )

    def _places(self) -> list[W.Widget]:
        run = [
            self.limit,
            self.pull_button,
            self.count_button,
            self.cancel_button,
            self.resume_button,
            self.names,
        ]
        return [
            _line(self.profile, self.status),
            self.picker,
            self.card,
            self.filters,
            _line(*run),
            self.messages,
            self.doctor,
            _line(self.views, self.caption),
            self.grid,
            self.chart,
            self.export,
        ]

    # -- what is chosen

    def state(self) -> State:
        """What the controls have now."""
        limit = None if self.limit.value == ALL else int(self.limit.value)
        return State(
            profile=self.profile.value,
            resource=self.picker.value or None,
            filters=self.filters.values,
            limit=limit,
            env_file=self._env_file,
            names=self.names.value,
            view=self.views.value,
            grid=self.grid.state,
            chart=self.chart.state,
        )

    def set(self, state: State) -> None:
        """Set every control but the filters, which `show_resource` makes and sets."""
        self._env_file = state.env_file
        if state.limit is None:
            self.limit.value = ALL
        else:
            if state.limit not in LIMITS:
                self.limit.options = [(f"{state.limit:,}", state.limit), *self.limit.options]
            self.limit.value = state.limit
        self.picker.value = state.resource or ""
        if state.profile is not None:
            self.profile.value = state.profile
        self.names.value = state.names
        self.views.value = state.view
        self.grid.state = dict(state.grid)
        self.chart.state = dict(state.chart)

    # -- what is shown

    def show_resource(self, endpoint: Endpoint | None, filters: Mapping[str, Any]) -> None:
        """Show the controls that a resource has, with these filters set."""
        self.filters.show(endpoint, filters)
        single = endpoint is not None and endpoint.kind in SINGLE
        _show(self.limit, not single)
        # An export feed cannot count: it would have to be read to its end.
        counts = endpoint is not None and endpoint.paged and endpoint.takes("includeTotal")
        _show(self.count_button, bool(counts))

    def show_buttons(self, running: bool, resource_chosen: bool) -> None:
        """Enable the buttons that can be used now."""
        idle = resource_chosen and not running
        self.pull_button.disabled = not idle
        self.count_button.disabled = not idle
        self.cancel_button.disabled = not running

    def show_resume(self, stopped: bool, resource: str | None) -> None:
        """Offer to go on with a stopped pull, by its resource's name if another one is chosen."""
        _show(self.resume_button, stopped)
        self.resume_button.description = "Go on"
        if resource is not None and resource != self.picker.value:
            self.resume_button.description = f"Go on with {resource}"

    def show_doctor(self, doctor: Doctor | None) -> None:
        """Put the doctor's report below the error; None takes it away."""
        for old in self.doctor.children:
            old.close()
        self.doctor.children = () if doctor is None else (doctor,)

    def show_account(
        self, profile: Profile, account: Account | None, endpoint: Endpoint | None
    ) -> None:
        """Show what depends on the account: its state, locked resources, the resource's card."""
        scopes = None if account is None else account.scopes
        self.status.show(profile, account)
        self.picker.locked = locked(catalog.load(), scopes)
        self.card.show(endpoint, scopes)

    def show_progress(self, state: State, progress: Progress) -> None:
        """Show how far the pull of this state is."""
        line = f"{state.resource}: {texts.line(progress, state.limit)}"
        share = texts.share(progress, state.limit)
        self.messages.show_progress(line, progress.state, share)

    def show_frame(self, frame: pd.DataFrame, state: State) -> None:
        """Show another frame in the table."""
        self.grid.label = f"{state.resource}, {state.profile}"
        self.grid.update(frame)
        self.show_view(state)

    def show_copy(self, code: str) -> None:
        """Have the static copy show what the table shows, and the code of it."""
        first, rows = self.grid.first(static_copy.ROWS), self.grid.rows_left
        self.static_copy.update(first, code, rows)

    def show_view(self, shown: State | None) -> None:
        """Show the table or the chart of the rows on show; neither if there are no rows yet.

        Args:
            shown: what the rows were pulled with, or None.
        """
        rows = shown is not None
        chart = self.views.value == "chart"
        self.caption.value = f"{shown.resource} · {shown.profile}" if shown else ""
        for part in (self.views, self.caption, self.export):
            _show(part, rows)
        _show(self.grid, rows and not chart)
        _show(self.chart, rows and chart)
        if shown is None:
            return
        self.export.refresh()
        if chart:
            self.chart.update(self._selection(), str(shown.resource))
            self.chart.show()

    def close(self) -> None:
        """Take every widget off the page."""
        self.show_doctor(None)
        for place in self.places:
            for inner in getattr(place, "children", ()):
                inner.close()
            place.close()


def _profile_label(profile: Profile) -> str:
    if profile.ready:
        return profile.name
    return f"{profile.name} (not ready)"


def _button(text: str, icon: str, **settings: Any) -> W.Button:
    return W.Button(description=text, icon=icon, **settings)


def _line(*parts: W.Widget) -> W.Box:
    return W.Box(parts).add_class("stnb-line")


def _show(part: W.Widget, visible: bool) -> None:
    part.layout.display = "" if visible else "none"
