"""Errors in a callback are shown in the widget, because nobody reads a traceback there."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

from stnb.errors import StnbError
from stnb.errors.masking import mask_logs

LONGEST = 200  # letters of an unknown error's own text

log = logging.getLogger("stnb")
mask_logs("stnb")


def in_sentences(error: Exception) -> StnbError:
    """Any error as one with three sentences, which people are shown. Ours have them already."""
    if isinstance(error, StnbError):
        return error
    log.debug("the explorer failed", exc_info=error)
    reason = str(error)[:LONGEST] or "it gave no reason"
    return StnbError(
        f"The explorer failed: {type(error).__name__}.",
        f"Likely a fault of stnb: {reason}.",
        "Run the code line in a cell, which does not need the explorer, and report what you did.",
    )


def guarded(callback: Callable[..., None]) -> Callable[..., None]:
    """Give whatever a method raises to its owner's `show_error`."""

    @functools.wraps(callback)
    def safe(self: Any, *arguments: Any) -> None:
        try:
            callback(self, *arguments)
        except Exception as error:  # noqa: BLE001
            self.show_error(error)

    return safe
