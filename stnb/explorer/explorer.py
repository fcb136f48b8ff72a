"""The explorer: what is chosen becomes a pull, its rows and the code that repeats it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets as W
import pandas as pd
from IPython import get_ipython

from stnb import catalog, credentials
from stnb.catalog import Endpoint
from stnb.errors import StnbError

from . import elsewhere
from .chosen import Chosen
from .guard import guarded, in_sentences
from .hooks import Hooks
from .layout import Layout
from .parts.doctor import Doctor
from .parts.id_names import Labels, look_up
from .presets import first_filters, with_words
from .pulls import Pulls
from .report_menu import ReportMenu
from .results import Results
from .row_limit import ALL
from .screen import Screen
from .state import State

if TYPE_CHECKING:
    from stnb.account.account import Account


class Explorer(W.VBox):
    """The widgets around one `State`. Made by `explore()`.

    Attributes:
        frame: the rows of the last pull, or None.
        selection: the rows that the table's search and picked bars leave, in its order, or None.
        code: the Python that repeats what is chosen now.
        state: what is chosen, as plain data; `explore(**ui.state)` makes the same explorer.
        error: the error on show, or None.
        running: whether a pull is under way.
        parts: the widgets, such as `parts.grid` and `parts.filters`.
    """

    def __init__(
        self,
        state: State,
        profiles: list[credentials.Profile],
        connect: Callable[[str], Account],
        alone: bool = False,
    ) -> None:
        self.parts: Layout
        self.error: StnbError | None = None
        self._chosen = Chosen(lambda: self.parts, profiles, connect)
        self._results = Results(lambda: self.parts, connect, self.show_error)
        self.parts = Layout(profiles, self._hooks(), alone)
        self._pulls = Pulls(
            self.parts,
            self._chosen,
            self._results,
            lambda: self._screen.show_buttons(),
            lambda: self._screen.show_account(),
            self.show_error,
        )
        self._screen = Screen(self.parts, self._chosen, self._results, self._pulls)
        self._reports = ReportMenu(self.parts.picker, self._chosen, self._screen, self.show_error)
        super().__init__(self.parts.places)
        self.add_class("stnb").add_class("stnb-explorer")
        if alone:
            self.add_class("stnb-page")
        self.parts.set(state)
        self._on_profile(None)
        self._screen.show_resource(state.filters)
        self._observe()

    def _hooks(self) -> Hooks:
        return Hooks(
            filters_changed=self._on_filters,
            look_up=self._look_up,
            idle=self._estimate,
            act=self._act,
            check=self.check,
            frame=lambda: self.frame,
            selection=lambda: self.selection,
            shown=lambda: self._results.shown,
            code=lambda: self._results.code or self._screen.code,
        )

    # -- what is chosen

    @property
    def endpoint(self) -> Endpoint | None:
        """The chosen resource in the catalogue."""
        return self._chosen.endpoint

    @property
    def state(self) -> dict[str, Any]:
        """What is chosen, as plain data."""
        return self.parts.state().as_dict()

    @property
    def code(self) -> str:
        """The Python that repeats what is chosen, and what the table shows of its rows."""
        return self._screen.code

    @property
    def frame(self) -> pd.DataFrame | None:
        """The rows of the last pull, with names beside their ids, or None."""
        return self._results.frame

    @property
    def selection(self) -> pd.DataFrame | None:
        """The rows that the table shows, in its order and with its columns."""
        return self._results.selection

    @property
    def running(self) -> bool:
        """Whether a pull is under way."""
        return self._pulls.running

    def _observe(self) -> None:
        parts = self.parts
        parts.profile.observe(self._on_profile, "value")
        parts.picker.observe(self._on_resource, "value")
        parts.picker.observe(self._on_preset, "preset")
        parts.picker.observe(self._reports.read, "typed")
        parts.picker.observe(self._reports.open, "report")
        parts.card.observe(self._on_picked, "chosen")
        parts.title.observe(self._on_picked, "chosen")
        parts.limit.observe(self._on_value, "value")
        parts.tenants.observe(self._on_profile, "chosen")
        parts.names.observe(self._on_names, "value")
        parts.views.observe(self._on_selection, ["value", "export"])
        parts.grid.on_change(self._on_selection)
        parts.grid.on_all(self._on_all)
        parts.pull_button.on_click(self.pull)
        parts.count_button.on_click(self.count)
        parts.cancel_button.on_click(self.cancel)
        parts.resume_button.on_click(self.resume)

    # -- callbacks: the page calls them, on any thread

    @guarded
    def _on_profile(self, _change: object) -> None:
        self.show_error(None)
        self._screen.show_code()
        self._screen.show_account()
        if not self._chosen.profile.ready:
            self._chosen.account()  # raises what is missing, and the next step

    @guarded
    def _on_resource(self, _change: object) -> None:
        self.show_error(None)
        shown = self._results.shown
        again = shown is not None and shown.resource == self.parts.picker.value
        filters = first_filters(self.endpoint)
        if shown is not None and again:
            filters = shown.filters
        self._screen.show_resource(filters)

    @guarded
    def _on_all(self) -> None:
        """Read all rows in place of the sample on show."""
        if self._results.resource == self.parts.picker.value:
            self.parts.limit.value = ALL
            self.pull()

    @guarded
    def _on_preset(self, change: Mapping[str, Any]) -> None:
        """Set the filters that belong to the words by which the resource was found."""
        if change["new"]:
            self._screen.show_resource(with_words(self.endpoint, change["new"]))

    @guarded
    def _on_picked(self, change: Mapping[str, Any]) -> None:
        if change["new"] in catalog.load().endpoints:
            self.parts.picker.value = change["new"]

    @guarded
    def _on_filters(self) -> None:
        self.show_error(None)
        self.error = self.parts.filters.problem  # it stands beside its field
        self._screen.show_code()

    @guarded
    def _on_value(self, _change: object) -> None:
        self._screen.show_code()

    @guarded
    def _on_names(self, _change: object) -> None:
        self._results.name(self.parts.state().names)
        self._screen.show_code()

    @guarded
    def _on_selection(self, _change: object = None) -> None:
        self._screen.show_selection()

    @guarded
    def _act(self, name: str) -> None:
        """Do what a button in the place of the rows says."""
        endpoint = self.endpoint
        if name == "back" and self._results.shown is not None:
            self.parts.picker.value = self._results.resource
        elif name == "clear":
            self.parts.filters.clear()
            self.pull()
        elif name == "active" and endpoint is not None and endpoint.shows_all is not None:
            filter_name, value = endpoint.shows_all
            self.parts.filters[filter_name].value = value
            self.pull()
        elif name == "again":
            self.pull()

    def _look_up(self, thing: str, text: str) -> Labels:
        """Ids by a part of a name, for a filter whose list is long."""
        return look_up(self._chosen.account(), thing, text)

    @guarded
    def _estimate(self) -> None:
        """Count what a pull would bring, if that costs next to nothing and nobody minds."""
        self._pulls.estimate()

    # -- the pull

    @guarded
    def pull(self, _button: object = None) -> None:
        """Start a pull of what is chosen, on its own thread: `wait()` waits, `cancel()` ends it.

        While a pull is running a second one is refused, and the refusal is shown.
        """
        self._pulls.start()

    @guarded
    def resume(self, _button: object = None) -> None:
        """Go on with a pull that was cancelled or failed. Its rows are not read again."""
        self._pulls.resume()

    @guarded
    def count(self, _button: object = None) -> None:
        """Ask how many rows there are, by one small request beside everything else."""
        self._pulls.count()

    @guarded
    def cancel(self, _button: object = None) -> None:
        """End the running pull. The rows that have arrived are kept."""
        self._pulls.cancel()

    def wait(self, timeout: float | None = None) -> pd.DataFrame | None:
        """Wait for the running pull and the names of its ids, and return the frame, for code that
        goes on with the rows.

        Args:
            timeout: seconds to wait at most; None waits until the end.
        """
        self._pulls.wait(timeout)
        self._results.wait(timeout)
        return self.frame

    def close(self) -> None:
        """End the running pull and take the widgets off the page."""
        self.cancel()
        self._results.close()
        self.parts.close()
        super().close()

    # -- what is shown

    def show_error(self, error: Exception | None) -> None:
        """Show an error's three sentences; None takes them away. Any thread may call it."""
        self.error = None if error is None else in_sentences(error)
        if error is None:
            self.parts.show_doctor(None)
        self.parts.messages.show_error(self.error)

    @guarded
    def check(self) -> None:
        """Have the doctor look at the profile, below the error."""
        self.parts.show_doctor(Doctor(self._chosen.account()))

    # -- the notebook

    def __repr__(self) -> str:
        rows = "no rows yet"
        if self.frame is not None:
            rows = f"{len(self.frame):,} rows"
        resource = self.parts.picker.value or "no resource"
        return f"<stnb explorer · {self.parts.state().whose} · {resource} · {rows}>"

    def _ipython_display_(self) -> None:
        if hasattr(get_ipython(), "kernel"):
            self.parts.static_copy.show_once(self)
        elif get_ipython() is not None:
            sys.stdout.write(f"{elsewhere.as_text(elsewhere.IN_A_TERMINAL)}\n")

    def _mime_(self) -> tuple[str, str]:
        """What marimo shows."""
        return "text/html", elsewhere.as_html(elsewhere.IN_MARIMO)
