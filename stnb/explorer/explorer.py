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
from stnb.errors import StnbError, UsageError
from stnb.frame import notices as frame_notices

from . import elsewhere, python_lines, texts
from .counter import Counter
from .guard import guarded, in_sentences
from .hooks import Hooks
from .layout import Layout
from .outcome import CHANGED, Outcome, before, facts, is_part, nothing, outcome, pulling
from .parts.blank import Nothing
from .parts.doctor import Doctor
from .parts.id_names import IdNames, Labels, look_up
from .presets import first_filters
from .row_limit import ALL
from .runner import Runner
from .several import Run, Together, check_ids, reader
from .state import State, check_complete

if TYPE_CHECKING:
    from stnb.account.account import Account
    from stnb.pull import Progress


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
        self.frame: pd.DataFrame | None = None
        self.error: StnbError | None = None
        self._profiles = {profile.name: profile for profile in profiles}
        self._connect = connect
        self._pulled: State | None = None  # what the last pull was started with
        self._shown: State | None = None  # what the rows on show were pulled with
        self._ended: Outcome | None = None  # how the last pull ended
        self._filters: list[str] = []  # what the last pull was narrowed by, in words
        self._runner = Runner(
            self._show_progress, self._show_end, self._show_buttons, self.show_error
        )
        hooks = Hooks(
            filters_changed=self._on_filters,
            look_up=self._look_up,
            idle=self._estimate,
            act=self._act,
            check=self.check,
            frame=lambda: self.frame,
            selection=lambda: self.selection,
            shown=lambda: self._shown,
            code=self._code_on_show,
        )
        self.parts = Layout(profiles, hooks, alone)
        self._counter = Counter(self.parts.messages, self._show_account, self.show_error)
        self._id_names = IdNames(self.parts.filters.name_ids)
        super().__init__(self.parts.places)
        self.add_class("stnb").add_class("stnb-explorer")
        if alone:
            self.add_class("stnb-page")
        self.parts.set(state)
        self._on_profile(None)
        self._show_resource(state.filters)
        self._observe()

    # -- what is chosen

    @property
    def endpoint(self) -> Endpoint | None:
        """The chosen resource in the catalogue."""
        return catalog.load().endpoints.get(self.parts.picker.value)

    @property
    def state(self) -> dict[str, Any]:
        """What is chosen, as plain data."""
        return self.parts.state().as_dict()

    @property
    def code(self) -> str:
        """The Python that repeats what is chosen, and what the table shows of its rows."""
        chosen = self.parts.state()
        if self._shown is None or not chosen.same_pull(self._shown):
            return python_lines.code(chosen)
        return self._code_on_show()

    def _code_on_show(self) -> str:
        """The Python that repeats what is on show; another resource may have been chosen since."""
        if self._shown is None:
            return self.code
        return "\n".join([python_lines.code(self._shown), *self.parts.grid.view_lines])

    @property
    def selection(self) -> pd.DataFrame | None:
        """The rows that the table shows, in its order and with its columns."""
        if self.frame is None:
            return None
        return self.parts.grid.selection

    @property
    def running(self) -> bool:
        """Whether a pull is under way."""
        return self._runner.running

    def _observe(self) -> None:
        parts = self.parts
        parts.profile.observe(self._on_profile, "value")
        parts.picker.observe(self._on_resource, "value")
        parts.picker.observe(self._on_preset, "preset")
        parts.card.observe(self._on_picked, "chosen")
        parts.title.observe(self._on_picked, "chosen")
        parts.limit.observe(self._on_value, "value")
        parts.tenants.observe(self._on_profile, "chosen")
        parts.names.observe(self._on_value, "value")
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
        self._show_code()
        self._show_account()
        chosen = self._profiles[self.parts.profile.value]
        if not chosen.ready:
            self._connect(chosen.name)  # raises what is missing, and the next step

    @guarded
    def _on_resource(self, _change: object) -> None:
        self.show_error(None)
        shown = self._shown
        again = shown is not None and shown.resource == self.parts.picker.value
        filters = first_filters(self.endpoint)
        if shown is not None and again:
            filters = shown.filters
        self._show_resource(filters)

    @guarded
    def _on_all(self) -> None:
        """Read all rows in place of the sample on show."""
        if self._shown is not None and self._shown.resource == self.parts.picker.value:
            self.parts.limit.value = ALL
            self.pull()

    @guarded
    def _on_preset(self, change: Mapping[str, Any]) -> None:
        """Set the filters that belong to the words by which the resource was found."""
        if change["new"]:
            self._show_resource(change["new"])

    @guarded
    def _on_picked(self, change: Mapping[str, Any]) -> None:
        if change["new"] in catalog.load().endpoints:
            self.parts.picker.value = change["new"]

    @guarded
    def _on_filters(self) -> None:
        self.show_error(None)
        self.error = self.parts.filters.problem  # it stands beside its field
        self._show_code()

    @guarded
    def _on_value(self, _change: object) -> None:
        self._show_code()

    @guarded
    def _on_selection(self, _change: object = None) -> None:
        self._show_view()
        if self._shown is not None:
            self.parts.show_copy(self._code_on_show())
        self._show_problem()

    @guarded
    def _act(self, name: str) -> None:
        """Do what a button in the place of the rows says."""
        endpoint, shown = self.endpoint, self._shown
        if name == "back" and shown is not None:
            self.parts.picker.value = str(shown.resource)
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
        return look_up(self._connect(self.parts.profile.value), thing, text)

    @guarded
    def _estimate(self) -> None:
        """Count what a pull would bring, if that costs next to nothing and nobody minds."""
        profile, state = self._profiles[self.parts.profile.value], self.parts.state()
        if not (self.parts.counts and profile.ready) or self.running:
            return
        if self._problem() is not None or self._is_on_show(state):
            return
        if state.tenants:
            return  # that would be a request for each
        account = self._connect(profile.name)
        # Without a token the first request would ask for one: that is left to Pull and Count.
        if account.scopes is not None or account.environment == "demo":
            self._counter.start(account, state, quiet=True, pace=self._pace)

    # -- the pull

    @guarded
    def pull(self, _button: object = None) -> None:
        """Start a pull of what is chosen, on its own thread: `wait()` waits, `cancel()` ends it.

        While a pull is running a second one is refused, and the refusal is shown.
        """
        state = self.parts.state()

        def start() -> Run:
            account = self._account_for(state)
            self._prepare(state)
            return account[str(state.resource)].start(limit=state.limit, **state.filters)

        self._runner.start(start)

    @guarded
    def resume(self, _button: object = None) -> None:
        """Go on with a pull that was cancelled or failed. Its rows are not read again."""
        stopped = self._runner.pull
        if stopped is not None and self._runner.stopped and self._pulled is not None:
            self._prepare(self._pulled)
            self._runner.start(stopped.resume)

    @guarded
    def count(self, _button: object = None) -> None:
        """Ask how many rows there are, by one small request beside everything else."""
        state = self.parts.state()
        account = self._account_for(state)
        self.show_error(None)
        self._counter.start(account, state, pace=self._pace)

    @guarded
    def cancel(self, _button: object = None) -> None:
        """End the running pull. The rows that have arrived are kept."""
        self._runner.cancel()

    def wait(self, timeout: float | None = None) -> pd.DataFrame | None:
        """Wait for the running pull and return its frame, for code that goes on with the rows.

        Args:
            timeout: seconds to wait at most; None waits until the end.
        """
        self._runner.wait(timeout)
        return self.frame

    def close(self) -> None:
        """End the running pull and take the widgets off the page."""
        self.cancel()
        self.parts.close()
        super().close()

    def _account_for(self, state: State) -> Account | Together:
        problem = self._problem()
        if problem is not None:
            raise problem
        return reader(self._connect, state)

    def _problem(self) -> UsageError | None:
        """Why what is chosen cannot be pulled, or None."""
        try:
            check_complete(self.parts.state())
        except UsageError as error:
            return error
        return self.parts.filters.problem or check_ids(self.parts.state())

    def _prepare(self, state: State) -> None:
        self.show_error(None)
        self._pulled, self._filters = state, self.parts.filters.summary

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
        self.parts.show_doctor(Doctor(self._connect(self.parts.profile.value)))

    def _show_end(self, pull: Run) -> None:
        state, frame, error = self._pulled, pull.frame, pull.error
        assert state is not None
        # The progress comes before the table's layout, so that a Cancel is felt at once.
        self._show_progress(pull.progress)
        self._ended = outcome(state, pull.progress, error is not None, self._filters)
        if frame is not None:
            found = texts.notices(frame, pull.total, state.most)
            if state.names and len(frame):
                frame, more, error = self._with_names(frame, state, error)
                found = list(dict.fromkeys([*found, *more]))  # each tenant may say the same
            if error is not None and not len(frame):
                found = []  # the error explains why there are no rows
            self._show_frame(frame, state)
            self.parts.foot.notes = found
        self._show_account()  # the app's scopes are known since the first token
        self.show_error(error)

    def _with_names(
        self, frame: pd.DataFrame, state: State, error: Exception | None
    ) -> tuple[pd.DataFrame, list[str], Exception | None]:
        """The frame with names beside its ids, and notices of that; unchanged if it fails."""
        try:
            account = reader(self._connect, state)
            with frame_notices.heard() as found:
                return account.name_columns(frame), found, error
        except StnbError as err:
            return frame, [], error or err

    def _show_frame(self, frame: pd.DataFrame, state: State) -> None:
        self.frame = frame
        self._shown = state
        self.parts.show_frame(frame, state)

    def _show_progress(self, progress: Progress) -> None:
        state = self._pulled
        assert state is not None
        self.parts.show_progress(state, progress)
        profile = self._profiles[str(state.profile)]
        if profile.ready:
            self.parts.status.show(profile, self._connect(profile.name))

    def _show_buttons(self) -> None:
        self.parts.show_buttons(self.running, self.endpoint is not None)
        resource = None if self._pulled is None else self._pulled.resource
        self.parts.show_resume(self._runner.stopped, resource)
        self._show_view()

    def _show_resource(self, filters: Mapping[str, Any]) -> None:
        self.parts.show_resource(self.endpoint, filters)
        self._show_account()
        self._show_buttons()
        self._show_code()

    def _show_account(self) -> None:
        """Show what depends on the profile's account: status, locks, and the names of ids."""
        profile, endpoint = self._profiles[self.parts.profile.value], self.endpoint
        account = self._connect(profile.name) if profile.ready else None
        self.parts.show_account(profile, account, endpoint)
        one = not self.parts.tenants.names  # an id has a name in one tenant
        if account is not None and endpoint is not None and one:
            self._id_names.read(account, endpoint.filters)

    def _show_code(self) -> None:
        self._show_problem()
        self._counter.clear()
        if self._nothing() is None:
            self._show_foot()
        else:
            self._show_view()

    def _show_problem(self) -> None:
        """Show the code of what is chosen, and why it would not run."""
        problem = None if self.endpoint is None else self._problem()
        self.parts.code.show(self.code, "" if problem is None else problem.happened)

    def _show_view(self) -> None:
        shown = self._shown
        self.parts.show_view(self._nothing(), "" if shown is None else str(shown.resource))
        self._show_foot()

    def _show_foot(self) -> None:
        """Show which rows these are, and whether they are those that are asked for now."""
        frame, ended = self.frame, self._ended
        if frame is None or ended is None:
            return
        rows = self.parts.grid.rows_left
        found = facts(ended, frame, rows)
        current = self._is_on_show(self.parts.state())
        if not current:
            found.insert(1, CHANGED)
        self.parts.foot.shown = f"{rows:,}"
        self.parts.foot.facts = found
        self.parts.foot.tone = "part" if is_part(ended) or not current else ""

    @property
    def _pace(self) -> float | None:
        return None if self._ended is None else self._ended.pace

    def _nothing(self) -> Nothing | None:
        """Why there are no rows of the chosen resource to show; None if there are some."""
        endpoint, shown, ended = self.endpoint, self._shown, self._ended
        if endpoint is None:
            return None
        own = shown is not None and shown.resource == endpoint.name
        if own and self.frame is not None and len(self.frame):
            return None
        pulled = self._pulled
        if self.running and pulled is not None and pulled.resource == endpoint.name:
            return pulling(endpoint)
        if own and ended is not None:
            return nothing(ended, endpoint)
        return before(endpoint, self.parts.state(), self._back())

    def _back(self) -> str:
        """The label of the resource whose rows are kept though another one is chosen, or ""."""
        if self._shown is None or self.frame is None or not len(self.frame):
            return ""
        return catalog.load()[str(self._shown.resource)].label

    def _is_on_show(self, state: State) -> bool:
        """Whether the rows on show are what this state asks for."""
        shown = self._shown
        if shown is None or state.tenants != shown.tenants:
            return False
        asked = (state.profile, state.resource, dict(state.filters))
        return asked == (shown.profile, shown.resource, dict(shown.filters))

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
