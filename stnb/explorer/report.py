"""What the explorer has to say: progress, errors, notices and the code, as text that the page keeps and announces."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

from ..errors import StnbError
from . import page

log = logging.getLogger("stnb")


class Report(anywidget.AnyWidget):
    """The lines between the buttons and the table.

    Its own widget, because ipywidgets' HTML replaces its nodes, and a replaced live region is not read out. Only text
    goes to the page, so nothing in a message can become markup.
    """

    _esm = page.module("report.js")
    _css = page.style("report.css")
    line = traitlets.Unicode("").tag(sync=True)  # how the pull stands
    state = traitlets.Unicode("").tag(sync=True)  # "" | starting | pulling | waiting | done | cancelled | failed
    share = traitlets.Float(-1.0).tag(sync=True)  # 0 to 1; -1 where the total is not known
    trouble = traitlets.List(traitlets.Unicode()).tag(sync=True)  # an error's three sentences
    notices = traitlets.List(traitlets.Unicode()).tag(sync=True)
    code = traitlets.Unicode("").tag(sync=True)

    def show_error(self, error: StnbError | None) -> None:
        """Show an error's three sentences; None takes them away."""
        self.trouble = [] if error is None else [error.happened, error.why, error.next]


def in_sentences(error: Exception) -> StnbError:
    """Any error in the form that people are shown; one of ours as it is."""
    if isinstance(error, StnbError):
        return error
    log.debug("the explorer failed", exc_info=error)
    return StnbError(
        f"The explorer failed: {type(error).__name__}.",
        f"Likely a fault of stnb: {str(error)[:200] or 'it gave no reason'}.",
        "Run the code line in a cell, which does not need the explorer, and report what you did.",
    )


def guarded(callback: Callable[..., None]) -> Callable[..., None]:
    """Show whatever a callback raises, by its owner's `tell`: a traceback in a widget's callback is seen by nobody."""

    @functools.wraps(callback)
    def safe(self: Any, *arguments: Any) -> None:
        try:
            callback(self, *arguments)
        except Exception as error:  # noqa: BLE001
            self.tell(error)

    return safe
