"""The explorer's widgets and their places on the page. What they show is decided in `explorer`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets as W
import pandas as pd

from stnb import catalog
from stnb.catalog import Endpoint
from stnb.catalog.store import walk
from stnb.credentials import Profile

from . import static_copy, texts
from .grid.grid import Grid
from .hooks import Hooks
from .names_menu import choose_names, chosen_names, names_menu
from .parts.blank import Blank, Nothing
from .parts.card import Card
from .parts.chart import Chart
from .parts.code import Code
from .parts.doctor import Doctor
from .parts.export import Export
from .parts.filters import Filters
from .parts.foot import Foot
from .parts.messages import Messages
from .parts.picker import Picker, locked
from .parts.status import Status
from .parts.tabs import Tabs
from .parts.tenants import TenantsMenu
from .parts.title import Title
from .parts.view_chips import ViewChips
from .row_limit import choose_limit, chosen_limit, limit_menu
from .state import SINGLE, State
from .static_copy import StaticCopy

if TYPE_CHECKING:
    from stnb.account.account import Account
    from stnb.pull import Progress

HEIGHT = 540  # px of the table, which is what a person came for


class Layout:
    """Every widget of the explorer, and where it is.

    Args:
        profiles: to choose from.
        hooks: what the widgets ask the explorer for.
        alone: whether it is a page without a notebook, for people without Python.

    Attributes:
        places: the widgets from the top to the bottom of the page.
        static_copy: the output that stays readable without a kernel.
    """

    def __init__(self, profiles: Sequence[Profile], hooks: Hooks, alone: bool = False) -> None:
        self._alone = alone
        self.static_copy = StaticCopy(kept=not alone)
        self._selection = hooks.selection
        self._env_file: str | None = None  # no control shows it
        self._make_choices(profiles, hooks)
        self._make_run_controls()
        self._make_results(hooks)
        self.places = self._places()
        for place in (self.question, self.export, self.grid, self.chart, self.card, self.code):
            _show(place, False)

    def _make_choices(self, profiles: Sequence[Profile], hooks: Hooks) -> None:
        options = [(_profile_label(profile), profile.name) for profile in profiles]
        self.profile = W.Dropdown(options=options, description="Profile")
        self.profile.add_class("stnb-profile")
        self.status = Status()
        self.tenants = TenantsMenu(profiles, self.profile, self.status)
        self.picker = Picker(catalog.load()).add_class("stnb-find")
        self.title = Title(level=1 if self._alone else 2)
        self.filters = Filters(hooks.filters_changed, hooks.look_up, hooks.idle)
        self.filters.add_class("stnb-chips")

    def _make_run_controls(self) -> None:
        self.limit = limit_menu()
        self.pull_button = _button("Pull", button_style="primary", disabled=True)
        self.count_button = _button("Count", disabled=True, tooltip="Ask how many rows there are")
        self.count_button.add_class("stnb-quiet")
        self.cancel_button = _button(
            "Cancel", disabled=True, tooltip="Stop, and keep the rows that have arrived"
        )
        self.resume_button = _button(
            "Go on", tooltip="Read the rest; the rows that have arrived are kept"
        )
        _show(self.resume_button, False)
        _show(self.cancel_button, False)
        self.names = names_menu()

    def _make_results(self, hooks: Hooks) -> None:
        self.messages = Messages(hooks.check).add_class("stnb-said")
        # A VBox, because an HBox would leave the doctor's report without a width.
        self.doctor = W.VBox().add_class("stnb-doctor-room")
        self.views = Tabs(plain=self._alone)
        self.blank = Blank(hooks.act)
        self.grid = Grid(covers=self.static_copy.css_class, height=HEIGHT).add_class("stnb-rows")
        self.chart = Chart()
        self.on_show = ViewChips(self.grid).add_class("stnb-on-show")
        self.card = Card(face="columns")
        self.code = Code().add_class("stnb-code-room")
        self.foot = Foot(self._show_code if self._alone else None).add_class("stnb-below")
        self.export = Export(
            frame=hooks.frame,
            selection=hooks.selection,
            code=hooks.code,
            chart=lambda: self.chart.code,
            name=hooks.resource,
            alone=self._alone,
        )
        self.export.add_class("stnb-out")

    def _show_code(self) -> None:
        self.views.value = "code"

    def _places(self) -> list[W.Widget]:
        run = [self.resume_button, self.cancel_button, self.pull_button]
        self.run = W.Box(run).add_class("stnb-run")
        self.question = W.Box([self.filters, self.on_show, self.run]).add_class("stnb-question")
        how = [self.limit, self.names, self.messages, self.count_button]
        self.how = W.Box(how).add_class("stnb-how")
        return [
            W.Box([self.profile, self.tenants, self.status, self.picker]).add_class("stnb-top"),
            self.title,
            self.question,
            self.how,
            self.doctor,
            self.views,
            self.export,
            self.blank,
            self.grid,
            self.chart,
            self.card,
            self.code,
            self.foot,
        ]

    # -- what is chosen

    def state(self) -> State:
        """What the controls have now."""
        return State(
            profile=self.profile.value,
            resource=self.picker.value or None,
            filters=self.filters.values,
            limit=chosen_limit(self.limit),
            env_file=self._env_file,
            names=chosen_names(self.names),
            view=self.views.value,
            grid=self.grid.state,
            chart=self.chart.state,
            tenants=self.tenants.names,
        )

    def set(self, state: State) -> None:
        """Set every control but the filters, which `show_resource` makes and sets."""
        self._env_file = state.env_file
        choose_limit(self.limit, state.limit)
        self.picker.value = state.resource or ""
        if state.profile is not None:
            self.profile.value = state.profile
        self.tenants.names = state.tenants
        choose_names(self.names, state.names)
        self.views.value = state.view
        self.grid.state = dict(state.grid)
        self.chart.state = dict(state.chart)

    # -- what is shown

    def show_resource(self, endpoint: Endpoint | None, filters: Mapping[str, Any]) -> None:
        """Show the controls that a resource has, with these filters set."""
        self.filters.show(endpoint, filters)
        _show(self.question, endpoint is not None)
        _show(self.names, endpoint is not None)
        single = endpoint is not None and endpoint.kind in SINGLE
        _show(self.limit, endpoint is not None and not single)
        # An export feed cannot count: it would have to be read to its end.
        counts = endpoint is not None and endpoint.paged and endpoint.takes("includeTotal")
        _show(self.count_button, bool(counts))
        self.views.columns = 0 if endpoint is None else len(list(walk(endpoint.columns)))

    @property
    def counts(self) -> bool:
        """Whether the rows of the chosen resource can be counted by a small request."""
        return bool(self.count_button.layout.display != "none")

    def show_buttons(self, running: bool, resource_chosen: bool) -> None:
        """Enable the buttons that can be used now."""
        idle = resource_chosen and not running
        self.pull_button.disabled = not idle
        self.count_button.disabled = not idle
        self.cancel_button.disabled = not running
        _show(self.cancel_button, running)

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
        """Show what depends on the account: its state, locked resources, the resource's head."""
        scopes = None if account is None else account.scopes
        self.status.show(profile, account)
        self.picker.locked = locked(catalog.load(), scopes)
        self.title.show(endpoint, scopes)
        self.card.show(endpoint, scopes)

    def show_progress(self, state: State, progress: Progress) -> None:
        """Show how far the pull of this state is."""
        line = f"{texts.name(state.resource)}: {texts.line(progress, state.most)}"
        share = texts.share(progress, state.most)
        self.messages.show_progress(line, progress.state, share)

    def show_frame(self, frame: pd.DataFrame, state: State, same: bool = False) -> None:
        """Show another frame in the table, or the same one with more or fewer columns."""
        self.grid.label = f"{state.resource}, {state.whose}"
        self.grid.update(frame, same)

    def show_copy(self, code: str) -> None:
        """Have the static copy show what the table shows, and the code of it."""
        first, rows = self.grid.first(static_copy.ROWS), self.grid.rows_left
        self.static_copy.update(first, code, rows)

    def show_view(self, nothing: Nothing | None, resource: str) -> None:
        """Show the tab that is chosen.

        Args:
            nothing: why there are no rows to show, or None if there are some.
            resource: the resource of the rows, for the chart.
        """
        chosen, view = bool(self.picker.value), self.views.value
        of_rows = view in ("table", "chart")
        rows = chosen and nothing is None
        if nothing is not None:
            self.blank.show(nothing)
        self.views.leads_out = rows
        if rows:
            self.blank.add_class("stnb-tall")  # no jump from a table to a picture
        if view in ("columns", "neighbours"):
            self.card.face = view
        _show(self.views, chosen)
        _show(self.export, rows and self.views.export)
        _show(self.blank, chosen and of_rows and not rows)
        _show(self.grid, rows and view == "table")
        _show(self.chart, rows and view == "chart")
        _show(self.card, chosen and view in ("columns", "neighbours"))
        _show(self.code, chosen and view == "code")
        _show(self.foot, rows and of_rows)
        _show(self.on_show, rows and of_rows)
        if rows:
            self.export.refresh()
        if rows and view == "chart":
            self.chart.update(self._selection(), resource)
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


def _button(text: str, **settings: Any) -> W.Button:
    return W.Button(description=text, **settings)


def _show(part: W.Widget, visible: bool) -> None:
    part.layout.display = "" if visible else "none"
