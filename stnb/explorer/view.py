"""The explorer: what is chosen becomes a pull, its rows and the code that repeats it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets as W
import pandas as pd

from .. import catalog, credentials
from ..catalog import Endpoint
from ..errors import StnbError, UsageError
from . import state as states
from .controls import Filters
from .grid import Grid
from .picker import Picker
from .report import Report, guarded, in_sentences
from .state import SINGLE, State
from .still import Still, here
from .words import HINT, badge, card, line, notices

if TYPE_CHECKING:
    from ..account import Account
    from ..pull import Progress, Pull

LIMITS = (100, 1_000, 10_000, 100_000)
ALL = "all"
TICK = 0.1  # s between two looks at a running pull


class Explorer(W.VBox):
    """The widgets around one `State`. Made by `explore()`.

    Attributes:
        frame: what the last pull brought, or None.
        code: the Python that repeats what is chosen now.
        state: what is chosen, as plain data; `explore(**ui.state)` makes the same explorer.
        error: the error on show, or None.
        running: whether a pull is under way.
    """

    def __init__(self, state: State, profiles: list[credentials.Profile], connect: Callable[[str], Account]) -> None:
        self.frame: pd.DataFrame | None = None
        self.error: StnbError | None = None
        self._profiles = {p.name: p for p in profiles}
        self._connect = connect
        self._env_file = state.env_file
        self._pull: Pull | None = None
        self._starting = threading.Lock()
        self.running = False
        self._follower: threading.Thread | None = None
        self._still = Still()
        self._shown_in: str | None = None
        self._build()
        super().__init__(self._rooms())
        self.add_class("stnb")
        self.add_class("stnb-explorer")
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

    def _state(self) -> State:
        limit = None if self.limit.value == ALL else int(self.limit.value)
        return State(self.profile.value, self.picker.value or None, self.filters.values, limit, self._env_file)

    def _take(self, state: State) -> None:
        """Set every control from a state."""
        if state.limit not in (None, *LIMITS):
            self.limit.options = [(f"{state.limit:,}", state.limit), *self.limit.options]
        self.limit.value = ALL if state.limit is None else state.limit
        self.picker.value = state.resource or ""
        if state.profile is not None:
            self.profile.value = state.profile
        self._on_profile(None)
        self._show_resource(state.filters)

    # -- the parts

    def _build(self) -> None:
        names = [(name if p.ready else f"{name} (not ready)", name) for name, p in self._profiles.items()]
        self.profile = W.Dropdown(options=names, description="Profile").add_class("stnb-field")
        self.badge = W.HTML()
        self.picker = Picker(catalog.load())
        self.card = W.HTML()
        self.filters = Filters(changed=self._show_code, tell=self.tell)
        limits = [*((f"{n:,}", n) for n in LIMITS), ("all rows", ALL)]
        self.limit = W.Dropdown(options=limits, description="Rows at most").add_class("stnb-field")
        self.pull_button = W.Button(description="Pull", icon="download", button_style="primary", disabled=True)
        self.cancel_button = W.Button(
            description="Cancel", icon="stop", disabled=True, tooltip="Stop, and keep the rows that have arrived"
        )
        self.report = Report()
        self.grid = Grid(covers=self._still.mark)
        self.grid.layout.display = "none"

    def _rooms(self) -> list[W.Widget]:
        where = W.Box([self.profile, self.badge]).add_class("stnb-line")
        run = W.Box([self.limit, self.pull_button, self.cancel_button]).add_class("stnb-line")
        return [where, self.picker, self.card, self.filters, run, self.report, self.grid]

    def _listen(self) -> None:
        self.profile.observe(self._on_profile, "value")
        self.picker.observe(self._on_resource, "value")
        self.limit.observe(self._on_value, "value")
        self.pull_button.on_click(self.pull)
        self.cancel_button.on_click(self.cancel)

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
    def _on_value(self, _change: object) -> None:
        self._show_code()

    # -- the pull

    @guarded
    def pull(self, _button: object = None) -> None:
        """Start a pull of what is chosen. It runs beside; `wait()` waits for it, `cancel()` ends it.

        One at a time: a pull that is still running is not replaced unseen, but kept, and the refusal is shown.
        """
        with self._starting:
            if self.running:
                raise UsageError(
                    "A pull is still running.",
                    "One explorer runs one pull at a time.",
                    "Wait for its end, or press Cancel first.",
                )
            state = self._state()
            if state.resource is None:
                raise UsageError("No resource is chosen.", "A pull needs to know what to read.", "Choose one in the box above.")
            self.tell(None)
            self.report.notices = []
            self._pull = self._connect(self.profile.value)[state.resource].start(limit=state.limit, **state.filters)
            self.running = True
        self._buttons()
        self._follower = threading.Thread(target=self._follow, args=(self._pull, state), name="stnb-explorer", daemon=True)
        self._follower.start()

    @guarded
    def cancel(self, _button: object = None) -> None:
        """End the running pull; the rows that have arrived are kept."""
        if self._pull is not None:
            self._pull.cancel()

    def wait(self, timeout: float | None = None) -> pd.DataFrame | None:
        """Wait for the running pull and give its frame; for code that goes on with the rows."""
        if self._follower is not None:
            self._follower.join(timeout)
        return self.frame

    def close(self) -> None:
        """End the running pull and take the widgets off the page."""
        self.cancel()
        for part in self.children:
            part.close()
        super().close()

    @guarded
    def _follow(self, pull: Pull, state: State) -> None:
        """Look at a pull ten times a second, whatever the pace of its pages, and show its rows at the end."""
        pause = threading.Event()
        try:
            while not pull.done:
                self._show_progress(pull.progress, state)
                pause.wait(TICK)
            self._show_frame(pull, state)
        finally:
            self.running = False
            self._buttons()

    def _show_frame(self, pull: Pull, state: State) -> None:
        frame = pull.frame
        self.frame = self.frame if frame is None else frame
        self._show_progress(pull.progress, state)  # before the table is laid out: a Cancel is to be felt at once
        if frame is not None:
            self.grid.label = f"{state.resource}, {state.profile}"
            self.grid.update(frame)
            self.grid.layout.display = ""
            self.report.notices = notices(frame, pull.total, state.limit)
            self._still.update(frame, states.code(state))
        self._show_card()  # the first token has told by now what the app may read
        self.tell(pull.error)

    # -- what is shown

    def tell(self, error: Exception | None) -> None:
        """Show an error's three sentences; None takes them away. Any thread may call it."""
        self.error = None if error is None else in_sentences(error)
        self.report.show_error(self.error)

    def _buttons(self) -> None:
        self.pull_button.disabled = self.running or self.endpoint is None
        self.cancel_button.disabled = not self.running

    def _show_profile(self) -> None:
        chosen = self._profiles[self.profile.value]
        self.badge.value = badge(chosen)
        self._show_card()
        if not chosen.ready:
            self._connect(chosen.name)  # says what is missing, with the next step

    def _show_resource(self, filters: Mapping[str, Any]) -> None:
        endpoint = self.endpoint
        self._show_card()
        self.filters.show(endpoint, filters)
        self.limit.layout.display = "none" if endpoint and endpoint.kind in SINGLE else ""
        self._buttons()
        self._show_code()

    def _show_card(self) -> None:
        endpoint = self.endpoint
        ready = self._profiles[self.profile.value].ready
        self.card.value = card(endpoint, self._connect(self.profile.value).scopes if ready else None) if endpoint else HINT

    def _show_code(self) -> None:
        self.report.code = self.code

    def _show_progress(self, progress: Progress, state: State) -> None:
        self.report.line = f"{state.resource}: {line(progress)}"
        self.report.share = min(1.0, progress.rows / max(1, progress.total)) if progress.total is not None else -1.0
        self.report.state = progress.state

    # -- the notebook

    def __repr__(self) -> str:
        rows = "no rows yet" if self.frame is None else f"{len(self.frame):,} rows"
        return f"<stnb explorer · {self.profile.value} · {self.picker.value or 'no resource'} · {rows}>"

    def _ipython_display_(self) -> None:
        """Show the widgets and, beside them, the static copy; once in one run of a cell, however often asked."""
        run = here()[1]
        if run is None or run != self._shown_in:
            self._shown_in = run
            self._still.show(beside=self._repr_mimebundle_())
