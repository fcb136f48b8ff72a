"""What the explorer reports of a pull: its progress and its error.

All of it is text. Screen readers announce progress and errors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets

from stnb.errors import RequestError, SetupError, StnbError

from ..widget import Widget


class Messages(Widget, scripts=("parts/messages.js",), style="parts/messages.css"):
    """The line below the filters, which is always as high as its text, and an error below it.

    It is a widget of its own, because ipywidgets' HTML replaces its nodes, and screen readers do
    not read a live region that was replaced. Only text goes to the page, so nothing in a message
    can become markup.

    Args:
        check: has the doctor look at the profile.

    Attributes:
        line: the progress of a pull or a count.
        state: "", "starting", "pulling", "waiting", "saving", "done", "cancelled", "failed" or
            "counted".
        share: the part of the rows that has arrived, 0 to 1; -1 if the total is not known.
        error: an error's three sentences, or nothing.
        checkable: whether the doctor may find the cause of the error.
    """

    line = traitlets.Unicode("").tag(sync=True)
    state = traitlets.Unicode("").tag(sync=True)
    share = traitlets.Float(-1.0).tag(sync=True)
    error = traitlets.List(traitlets.Unicode()).tag(sync=True)
    checkable = traitlets.Bool(False).tag(sync=True)

    def __init__(self, check: Callable[[], None] = lambda: None) -> None:
        self._check = check
        super().__init__()

    def reply(self, message: dict[str, Any]) -> None:
        """The page asks for the doctor."""
        if message.get("kind") == "check":
            self._check()

    def show_progress(self, line: str, state: str, share: float = -1.0) -> None:
        """Show the line, the state and the share of a pull or a count."""
        self.line, self.share, self.state = line, share, state

    def show_error(self, error: StnbError | None) -> None:  # type: ignore[override]
        """Show an error's three sentences; None takes them away."""
        self.checkable = isinstance(error, SetupError | RequestError)
        self.error = [] if error is None else [error.happened, error.why, error.next]
