"""The explorer: what is chosen becomes a pull, its rows and the code that repeats it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from stnb import catalog, credentials
from stnb.catalog import Endpoint
from stnb.errors import StnbError, UsageError
from stnb.frame import notices as said

from . import state as states
from .guard import guarded, in_sentences
from .layout import ALL, LIMITS, Panel
from .parts.doctor import Doctor
from .parts.id_names import IdNames
from .parts.picker import locked
from .runner import Runner
from .state import SINGLE, State
from .texts import counted, line, notices

if TYPE_CHECKING:
    from stnb.account.account import Account
    from stnb.pull import Progress, Pull


class Explorer(Panel):
    """The widgets around one `State`. Made by `explore()`.

    Attributes:
        frame: what the last pull brought, or None.
        selection: the rows of it that the table's search and picked bars leave, in its order, or
            None.
        code: the Python that repeats what is chosen now.
        state: what is chosen, as plain data; `explore(**ui.state)` makes the same explorer.
        error: the error on show, or None.
        running: whether a pull is under way.
    """

    def __init__(
        self, state: State, profiles: list[credentials.Profile], connect: Callable[[str], Account]
    ) -> None:
        self.frame: pd.DataFrame | None = None
        self.error: StnbError | None = None
        self._profiles = {p.name: p for p in profiles}
        self._connect = connect
        self._env_file = state.env_file
        self._pulled: State | None = None
        self._shown: State | None = None
        self._counter: threading.Thread | None = None
        self._runner = Runner(self._show_progress, self._show_end, self._buttons, self.tell)
        self._idnames = IdNames(lambda name, labels: self.filters.name_ids(name, labels))
        super().__init__()
        self._take(state)
        self._listen()

    # -- what is chosen

    @property
    def endpoint(self) -> Endpoint | None:
        """The chosen resource in the catalogue."""
        return catalog.load().endpoints.get(self.picker.value)

    @property
    def state(self) -> dict[str, Any]:
        """What is chosen, as plain data."""
        return self._state().as_dict()

    @property
    def code(self) -> str:
        """The Python that repeats what is chosen."""
        return states.code(self._state())

    @property
    def shown(self) -> State | None:
        """What the rows on show are of; None before there are some."""
        return self._shown

    @property
    def shown_code(self) -> str:
        """The Python that repeats the rows on show, whatever was chosen since; what is chosen,
        before there are some.
        """
        return self.code if self._shown is None else states.code(self._shown)

    @property
    def selection(self) -> pd.DataFrame | None:
        """The rows that the table shows, in its order and with its columns."""
        return None if self.frame is None else self.grid.selection

    @property
    def running(self) -> bool:
        """Whether a pull is under way."""
        return self._runner.running

    def _state(self) -> State:
        limit = None if self.limit.value == ALL else int(self.limit.value)
        chosen = (
            self.profile.value,
            self.picker.value or None,
            self.filters.values,
            limit,
            self._env_file,
        )
        return State(*chosen, self.names.value, self.views.value, self.grid.state, self.chart.state)

    def _take(self, state: State) -> None:
        """Set every control from a state."""
        if state.limit not in (None, *LIMITS):
            self.limit.options = [(f"{state.limit:,}", state.limit), *self.limit.options]
        self.limit.value = ALL if state.limit is None else state.limit
        self.picker.value = state.resource or ""
        if state.profile is not None:
            self.profile.value = state.profile
        self.names.value, self.views.value = state.names, state.view
        self.grid.state, self.chart.state = dict(state.grid), dict(state.chart)
        self._on_profile(None)
        self._show_resource(state.filters)

    def _listen(self) -> None:
        self.profile.observe(self._on_profile, "value")
        self.picker.observe(self._on_resource, "value")
        self.card.observe(self._on_neighbour, "chosen")
        for control in (self.limit, self.names):
            control.observe(self._on_value, "value")
        self.views.observe(self._on_view, "value")
        self.grid.on_change(self._on_selection)
        self.pull_button.on_click(self.pull)
        self.count_button.on_click(self.count)
        self.cancel_button.on_click(self.cancel)
        self.resume_button.on_click(self.resume)

    # -- callbacks: the page calls them, on any thread

    @guarded
    def _on_profile(self, _change: object) -> None:
        self.tell(None)
        self._show_code()
        self._show_profile()

    @guarded
    def _on_resource(self, _change: object) -> None:
        self.tell(None)
        self._show_resource({})

    @guarded
    def _on_neighbour(self, _change: object) -> None:
        if self.card.chosen in catalog.load().endpoints:
            self.picker.value = self.card.chosen

    @guarded
    def _on_value(self, _change: object) -> None:
        self._show_code()

    @guarded
    def _on_view(self, _change: object) -> None:
        self._show_view()

    @guarded
    def _on_selection(self) -> None:
        self.leave.refresh()
        if self.frame is not None and self.views.value == "chart":
            self._show_view()

    # -- the pull

    @guarded
    def pull(self, _button: object = None) -> None:
        """Start a pull of what is chosen. It runs beside; `wait()` waits for it, `cancel()` ends
        it.

        One at a time: a pull that is still running is not replaced unseen, but kept, and the
        refusal is shown.
        """
        state = self._state()

        def make() -> Pull:
            account, resource = self._asked(state)
            self._fresh(state)
            return account[resource].start(limit=state.limit, **state.filters)

        self._runner.start(make)

    @guarded
    def resume(self, _button: object = None) -> None:
        """Go on with a pull that was cancelled or failed; what had arrived is not read again."""
        stopped = self._runner.pull
        if stopped is not None and self._runner.stopped and self._pulled is not None:
            state = self._pulled
            self._fresh(state)
            self._runner.start(stopped.resume)

    @guarded
    def count(self, _button: object = None) -> None:
        """Ask how many rows there are; one small request, beside everything else."""
        state = self._state()
        account, resource = self._asked(state)
        if self._counter is None or not self._counter.is_alive():
            self.tell(None)
            self._counter = threading.Thread(
                target=self._count, args=(account, resource, state), name="stnb-count", daemon=True
            )
            self._counter.start()

    @guarded
    def cancel(self, _button: object = None) -> None:
        """End the running pull; the rows that have arrived are kept."""
        self._runner.cancel()

    def wait(self, timeout: float | None = None) -> pd.DataFrame | None:
        """Wait for the running pull and give its frame; for code that goes on with the rows."""
        self._runner.wait(timeout)
        return self.frame

    def close(self) -> None:
        """End the running pull and take the widgets off the page."""
        self.cancel()
        super().close()

    def _asked(self, state: State) -> tuple[Account, str]:
        if state.resource is None or state.profile is None:
            raise UsageError(
                "No resource is chosen.",
                "A pull needs to know what to read.",
                "Choose one in the box above.",
            )
        empty = [
            p.name for p in catalog.load()[state.resource].required if p.py not in state.filters
        ]
        if empty:
            raise UsageError(
                f"{' and '.join(empty)} {'is' if len(empty) == 1 else 'are'} empty.",
                f"{state.resource} is not read without.",
                "Fill in the fields marked with *.",
            )
        return self._connect(state.profile), state.resource

    def _fresh(self, state: State) -> None:
        self.tell(None)
        self.report.notices = []
        self._pulled = state

    @guarded
    def _count(self, account: Account, resource: str, state: State) -> None:
        self.report.line, self.report.state, self.report.share = (
            f"{resource}: counting …",
            "pulling",
            -1.0,
        )
        try:
            rows = account[resource].count(**state.filters)
            self.report.line = counted(resource, rows, state.limit)
            self.report.state = "counted"
        except StnbError:
            self.report.state = ""
            raise
        finally:
            self._show_account()

    # -- what is shown

    def tell(self, error: Exception | None) -> None:
        """Show an error's three sentences; None takes them away. Any thread may call it."""
        self.error = None if error is None else in_sentences(error)
        if error is None:
            self.show_doctor(None)
        self.report.show_error(self.error)

    @guarded
    def check(self) -> None:
        """Have the doctor look at the profile, below the error."""
        self.show_doctor(Doctor(self._connect(self.profile.value)))

    def _show_end(self, pull: Pull) -> None:
        frame, state = pull.frame, self._pulled
        assert state is not None
        self._show_progress(
            pull.progress
        )  # before the table is laid out: a Cancel is to be felt at once
        error, more = pull.error, list[str]()
        if frame is not None and state.names and len(frame):
            frame, more, error = self._named(frame, state, error)
        self.frame = self.frame if frame is None else frame
        if frame is not None:
            self._shown = state
            self.show_frame(frame, f"{state.resource}, {state.profile}", states.code(state))
            told = notices(frame, pull.total, state.limit) + more
            self.report.notices = (
                told if len(frame) or error is None else []
            )  # the error says it all
            self._show_view()
        self._show_account()  # the first token has told by now what the app may read
        self.tell(error)

    def _named(
        self, frame: pd.DataFrame, state: State, error: Exception | None
    ) -> tuple[pd.DataFrame, list[str], Exception | None]:
        """The frame with names beside its ids, and what is to be said of them; as it was where they
        cannot be had.
        """
        try:
            with said.heard() as texts:
                return self._connect(str(state.profile)).name_columns(frame), texts, error
        except StnbError as err:
            return frame, [], error or err

    def _buttons(self) -> None:
        idle = not self.running and self.endpoint is not None
        self.pull_button.disabled = self.count_button.disabled = not idle
        self.cancel_button.disabled = not self.running
        self.resume_button.layout.display = "" if self._runner.stopped else "none"
        other = self._pulled is not None and self._pulled.resource != self.picker.value
        self.resume_button.description = (
            f"Go on with {self._pulled.resource}" if other and self._pulled else "Go on"
        )

    def _show_profile(self) -> None:
        chosen = self._profiles[self.profile.value]
        self._show_account()
        if not chosen.ready:
            self._connect(chosen.name)  # says what is missing, with the next step

    def _show_resource(self, filters: Mapping[str, Any]) -> None:
        endpoint = self.endpoint
        self.filters.show(endpoint, filters)
        self.limit.layout.display = "none" if endpoint and endpoint.kind in SINGLE else ""
        counts = endpoint is not None and endpoint.kind == "list" and endpoint.takes("includeTotal")
        self.count_button.layout.display = "" if counts else "none"
        self._show_account()
        self._buttons()
        self._show_code()

    def _show_account(self) -> None:
        """What depends on the profile's account: where one is, what is locked, and the names behind
        ids.
        """
        chosen, endpoint = self._profiles[self.profile.value], self.endpoint
        account = self._connect(chosen.name) if chosen.ready else None
        self.where.show(chosen, account)
        granted = None if account is None else account.scopes
        self.picker.locked = locked(catalog.load(), granted)
        self.show_card(endpoint, granted)
        if account is not None and endpoint is not None:
            self._idnames.want(account, endpoint.filters)

    def _show_code(self) -> None:
        self.report.code = self.code
        if self.report.state == "counted":  # it was of other filters
            self.report.line = self.report.state = ""

    def _show_view(self) -> None:
        self.show_view(self.frame is not None, self.selection)

    def _show_progress(self, progress: Progress) -> None:
        state = self._pulled
        assert state is not None
        self.report.line = f"{state.resource}: {line(progress, state.limit)}"
        wanted = (
            progress.total
            if state.limit is None or progress.total is None
            else min(progress.total, state.limit)
        )
        self.report.share = -1.0 if wanted is None else min(1.0, progress.rows / max(1, wanted))
        self.report.state = progress.state
        if self._profiles[str(state.profile)].ready:
            self.where.show(self._profiles[str(state.profile)], self._connect(str(state.profile)))

    # -- the notebook

    def __repr__(self) -> str:
        rows = "no rows yet" if self.frame is None else f"{len(self.frame):,} rows"
        return f"<stnb explorer · {self.profile.value} · {self.picker.value or 'no resource'} · {rows}>"

    def _ipython_display_(self) -> None:
        self.still.show_once(self)
