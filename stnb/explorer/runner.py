"""One pull at a time, followed by a thread that looks at it ten times a second."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from stnb.errors import UsageError

from .guard import guarded

if TYPE_CHECKING:
    from stnb.pull import Progress

    from .several import Run

TICK = 0.1  # s between two looks at a running pull


class Runner:
    """Starts pulls and follows them. An error on its thread is shown.

    Args:
        on_progress: is called with the progress of a running pull, ten times a second.
        on_end: is called with the pull when it has ended, whether it is complete or not.
        on_change: is called when `running` changes.
        show_error: shows an error.

    Attributes:
        pull: the last pull, or None.
        running: whether one is under way.
    """

    def __init__(
        self,
        on_progress: Callable[[Progress], None],
        on_end: Callable[[Run], None],
        on_change: Callable[[], None],
        show_error: Callable[[Exception | None], None],
    ) -> None:
        self._on_progress, self._on_end, self._on_change = on_progress, on_end, on_change
        self.show_error = show_error
        self.pull: Run | None = None
        self.running = False
        self._starting = threading.Lock()
        self._follower: threading.Thread | None = None

    def start(self, make: Callable[[], Run]) -> None:
        """Start the pull that `make` makes.

        Raises:
            UsageError: another pull is under way; it goes on.
        """
        with self._starting:
            if self.running:
                raise UsageError(
                    "A pull is still running.",
                    "One explorer runs one pull at a time.",
                    "Wait for its end, or press Cancel first.",
                )
            self.pull = make()
            self.running = True
        self._on_change()
        self._follower = threading.Thread(
            target=self._follow, args=(self.pull,), name="stnb-explorer", daemon=True
        )
        self._follower.start()

    @property
    def stopped(self) -> bool:
        """Whether the last pull ended early, and can go on."""
        if self.running or self.pull is None:
            return False
        return self.pull.progress.state in ("cancelled", "failed")

    def cancel(self) -> None:
        """End the running pull; the rows that have arrived are kept."""
        if self.pull is not None:
            self.pull.cancel()

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the last pull has ended and its rows are on show."""
        if self._follower is not None:
            self._follower.join(timeout)

    @guarded
    def _follow(self, pull: Run) -> None:
        pause = threading.Event()
        try:
            while not pull.done:
                # The progress counts the seconds of a wait down by itself.
                self._on_progress(pull.progress)
                pause.wait(TICK)
            self._on_end(pull)
        finally:
            self.running = False
            self._on_change()
