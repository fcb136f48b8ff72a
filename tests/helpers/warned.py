"""What a call warns of."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any


def warned(run: Callable[[], Any]) -> tuple[Any, list[warnings.WarningMessage]]:
    """What a call gives, and its warnings, each of them however often it was given before."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        return run(), list(caught)


def said(run: Callable[[], Any]) -> tuple[Any, list[str]]:
    """What a call gives, and the texts of its warnings."""
    result, caught = warned(run)
    return result, [str(w.message) for w in caught]


def quiet(run: Callable[[], Any]) -> Any:
    """What a call gives, whatever it warns of."""
    return warned(run)[0]
