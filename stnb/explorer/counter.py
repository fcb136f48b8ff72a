"""One count at a time: how many rows a pull would find, asked on a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from . import texts
from .guard import guarded
from .parts.messages import Messages
from .state import State
from .threads import Threads

if TYPE_CHECKING:
    from stnb.account.account import Account

    from .several import Together

COUNTED = "counted"


class Counter:
    """Sends the small request that counts, beside everything else, and shows its answer.

    Args:
        messages: where the answer is shown.
        ended: called after each count, whether it was answered or failed.
        show_error: shows an error.
    """

    def __init__(
        self,
        messages: Messages,
        ended: Callable[[], None],
        show_error: Callable[[Exception | None], None],
    ) -> None:
        self._messages, self._ended, self.show_error = messages, ended, show_error
        self._turn = 0  # counts the questions, so that an answer to an older one is not shown
        self._threads = Threads("stnb-count")

    @property
    def running(self) -> bool:
        """Whether a count is under way."""
        return self._threads.running

    def start(
        self,
        account: Account | Together,
        state: State,
        quiet: bool = False,
        pace: float | None = None,
    ) -> None:
        """Count the rows that a pull of this state would find, whatever its limit.

        Args:
            account: whose rows.
            state: what is chosen.
            quiet: whether nobody asked for it: then a failure is not reported.
            pace: rows a second of the last pull, or None.
        """
        if not quiet:
            self._messages.show_progress(f"{texts.name(state.resource)}: counting …", "pulling")
        self._turn += 1
        self._threads.start(self._count, account, state, quiet, pace, self._turn)

    def clear(self) -> None:
        """Take an answer away that is about filters which have been changed."""
        self._turn += 1
        if self._messages.state == COUNTED:
            self._messages.show_progress("", "")

    @guarded
    def _count(
        self, account: Account | Together, state: State, quiet: bool, pace: float | None, turn: int
    ) -> None:
        resource = str(state.resource)
        try:
            rows = account[resource].count(**state.filters)
        except Exception:
            if quiet:
                return
            self._messages.show_progress("", "")
            raise
        else:
            if turn == self._turn:
                text = texts.counted(resource, rows, state.most, pace)
                self._messages.show_progress(text, COUNTED)
        finally:
            if not quiet:
                self._ended()
