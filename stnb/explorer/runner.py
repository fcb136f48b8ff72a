"""One pull at a time, followed by a thread that looks at it ten times a second."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from stnb.errors import UsageError

from .guard import guarded

if TYPE_CHECKING:
    from stnb.pull import Progress, Pull

TICK = 0.1  # s between two looks at a running pull


class Runner:
    """Starts pulls and follows them. An error on its thread is shown.

    Args:
        moved: is given every look at a running pull, and the last.
        ended: is given the pull when it is done, whichever way.
        changed: is called when `running` changes.
        show_error: shows an error.

    Attributes:
        pull: the last pull, or None.
        running: whether one is under way.
    """

    def __init__(
        self,
        moved: Callable[[Progress], None],
        ended: Callable[[Pull], None],
        changed: Callable[[], None],
        show_error: Callable[[Exception | None], None],
    ) -> None:
        self._moved, self._ended, self._changed, self.show_error = moved, ended, changed, show_error
        self.pull: Pull | None = None
        self.running = False
        self._starting = threading.Lock()
        self._follower: threading.Thread | None = None

    def start(self, make: Callable[[], Pull]) -> None:
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
        self._changed()
        self._follower = threading.Thread(
            target=self._follow, args=(self.pull,), name="stnb-explorer", daemon=True
        )
        self._follower.start()

    @property
    def stopped(self) -> bool:
        """Whether the last pull ended early, and can go on."""
        return (
            not self.running
            and self.pull is not None
            and self.pull.progress.state in ("cancelled", "failed")
        )

    def cancel(self) -> None:
        """End the running pull; the rows that have arrived are kept."""
        if self.pull is not None:
            self.pull.cancel()

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the last pull has ended and its rows are on show."""
        if self._follower is not None:
            self._follower.join(timeout)

    @guarded
    def _follow(self, pull: Pull) -> None:
        pause = threading.Event()
        try:
            while not pull.done:
                self._moved(pull.progress)  # the seconds of a wait become fewer by themselves
                pause.wait(TICK)
            self._ended(pull)
        finally:
            self.running = False
            self._changed()
