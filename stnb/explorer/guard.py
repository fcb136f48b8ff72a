"""What goes wrong in a callback is shown: nobody reads a traceback there."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

from stnb.errors import StnbError

log = logging.getLogger("stnb")


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
    """Show whatever a callback raises, by its owner's `tell`: a traceback in a widget's callback is
    seen by nobody.
    """

    @functools.wraps(callback)
    def safe(self: Any, *arguments: Any) -> None:
        try:
            callback(self, *arguments)
        except Exception as error:  # noqa: BLE001
            self.tell(error)

    return safe
