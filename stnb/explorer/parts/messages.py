"""What the explorer has to say: progress, errors, notices and the code, as text that the page keeps
and announces.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets

from stnb.errors import RequestError, SetupError, StnbError

from ..widget import OnDemand


class Report(OnDemand, scripts=("parts/messages.js",), style="parts/messages.css"):
    """The lines between the buttons and the table.

    Its own widget, because ipywidgets' HTML replaces its nodes, and a replaced live region is not
    read out. Only text goes to the page, so nothing in a message can become markup.
    """

    line = traitlets.Unicode("").tag(sync=True)  # how the pull stands
    state = traitlets.Unicode("").tag(
        sync=True
    )  # "" | starting | pulling | waiting | done | cancelled | failed
    share = traitlets.Float(-1.0).tag(sync=True)  # 0 to 1; -1 where the total is not known
    trouble = traitlets.List(traitlets.Unicode()).tag(sync=True)  # an error's three sentences
    checkable = traitlets.Bool(False).tag(sync=True)  # whether the doctor could say more about it
    notices = traitlets.List(traitlets.Unicode()).tag(sync=True)
    code = traitlets.Unicode("").tag(sync=True)

    def __init__(self, check: Callable[[], None] = lambda: None) -> None:
        self._check = check
        super().__init__()

    def reply(self, message: dict[str, Any]) -> None:
        """The page asks for the doctor."""
        if message.get("kind") == "check":
            self._check()

    def show_error(self, error: StnbError | None) -> None:
        """Show an error's three sentences; None takes them away."""
        self.checkable = isinstance(error, SetupError | RequestError)
        self.trouble = [] if error is None else [error.happened, error.why, error.next]
