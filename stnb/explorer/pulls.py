"""The pulls and counts of what is chosen: started, followed, cancelled and gone on with."""

from __future__ import annotations

from collections.abc import Callable

from stnb.pull import Progress

from .chosen import Chosen
from .counter import Counter
from .layout import Layout
from .results import Results
from .runner import Runner
from .several import Run
from .state import State


class Pulls:
    """Starts what the buttons ask for, shows its progress, and hands its rows over.

    Args:
        parts: the widgets.
        chosen: what is chosen.
        results: takes the rows of a pull that has ended.
        changed: is called when a pull begins or has ended.
        account_changed: is called when more may be known of the account, such as its scopes.
        show_error: shows an error.

    Attributes:
        counter: asks for the number of rows.
    """

    def __init__(
        self,
        parts: Layout,
        chosen: Chosen,
        results: Results,
        changed: Callable[[], None],
        account_changed: Callable[[], None],
        show_error: Callable[[Exception | None], None],
    ) -> None:
        self._parts, self._chosen, self._results = parts, chosen, results
        self._account_changed, self._show_error = account_changed, show_error
        self._state: State | None = None  # what the last pull was started with
        self._filters: list[str] = []  # what it was narrowed by, in words
        self._runner = Runner(self._show_progress, self._show_end, changed, show_error)
        self.counter = Counter(parts.messages, account_changed, show_error)

    @property
    def running(self) -> bool:
        """Whether a pull is under way."""
        return self._runner.running

    @property
    def stopped(self) -> bool:
        """Whether the last pull ended early, and can go on."""
        return self._runner.stopped

    @property
    def resource(self) -> str | None:
        """The resource of the last pull, or None."""
        return None if self._state is None else self._state.resource

    @property
    def under_way(self) -> str | None:
        """The resource of the pull that is running, or None."""
        return self.resource if self.running else None

    def start(self) -> None:
        """Start a pull of what is chosen, on its own thread.

        Raises:
            UsageError: what is chosen cannot be pulled, or another pull is under way.
        """
        state = self._chosen.state

        def start() -> Run:
            account = self._chosen.account_to_pull()
            self._prepare(state)
            return account[str(state.resource)].start(limit=state.limit, **state.filters)

        self._runner.start(start)

    def resume(self) -> None:
        """Go on with a pull that was cancelled or failed. Its rows are not read again."""
        stopped = self._runner.pull
        if stopped is not None and self.stopped and self._state is not None:
            self._prepare(self._state)
            self._runner.start(stopped.resume)

    def cancel(self) -> None:
        """End the running pull. The rows that have arrived are kept."""
        self._runner.cancel()

    def wait(self, timeout: float | None) -> None:
        """Wait until the last pull has ended and its rows are on show."""
        self._runner.wait(timeout)

    def count(self) -> None:
        """Ask how many rows there are, by one small request beside everything else.

        Raises:
            UsageError: what is chosen cannot be pulled.
        """
        account = self._chosen.account_to_pull()
        self._show_error(None)
        self.counter.start(account, self._chosen.state, pace=self._results.pace)

    def estimate(self) -> None:
        """Count what a pull would bring, if that costs next to nothing and nobody minds."""
        state = self._chosen.state
        if self.running or not self._parts.counts or self._results.are_of(state):
            return
        account = self._chosen.account_with_token()
        if account is not None and self._chosen.problem is None:
            self.counter.start(account, state, quiet=True, pace=self._results.pace)

    def _prepare(self, state: State) -> None:
        self._show_error(None)
        self._state, self._filters = state, self._parts.filters.summary

    def _show_progress(self, progress: Progress) -> None:
        assert self._state is not None
        self._parts.show_progress(self._state, progress)
        account = self._chosen.ready_account()
        if account is not None:
            self._parts.status.show(self._chosen.profile, account)

    def _show_end(self, pull: Run) -> None:
        assert self._state is not None
        # The progress comes before the table's layout, so that a Cancel is felt at once.
        self._show_progress(pull.progress)
        self._show_error(pull.error)
        self._results.end(pull, self._state, self._filters)
        self._account_changed()  # the app's scopes are known since the first token
