"""What a demo tenant can be made with, checked before it is made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from numbers import Integral, Real
from typing import Any

# The least and the most of each number.
RANGES: dict[str, tuple[float, float]] = {
    "scale": (0.001, 100),  # a smaller company has no job at all
    "latency": (0, 600),
    "number": (0, 999),
    "rate_limit": (1, 1_000_000),
}
WHOLE = ("seed", "number", "rate_limit")


def check(*, seed: Any, speed: Any, today: Any, scopes: Any, faults: Any, **numbers: Any) -> None:
    """See that a demo can be made so.

    Args:
        numbers: those of `RANGES`; None is one that is not given.

    Raises:
        ValueError: an option cannot be what it is, in one sentence.
    """
    if not _is_number("seed", seed) or seed < 0:
        raise ValueError("The seed of a demo is a whole number from 0 on.")
    if not _is_number("speed", speed) or not 0 < speed <= 100_000:
        raise ValueError(f"{speed!r} is no speed; it lies above 0 and up to 100,000.")
    for name, value in numbers.items():
        if value is not None:
            _check_range(name, value)
    if not isinstance(today, date | None):
        raise ValueError("The day that a demo takes for today is a date or a datetime.")
    if isinstance(scopes, str) or not isinstance(scopes, Iterable | None):
        raise ValueError('The scopes of a demo are a list, such as ["tn.jpm.jobs:r"].')
    if isinstance(faults, str) or not isinstance(faults, Iterable | None):
        raise ValueError('The faults of a demo are a list, such as ["500"].')


def _check_range(name: str, value: Any) -> None:
    least, most = RANGES[name]
    if not _is_number(name, value) or not least <= value <= most:
        kind = "whole number" if name in WHOLE else "number"
        raise ValueError(f"The {name} of a demo is a {kind} from {least:g} to {most:,.0f}.")


def _is_number(name: str, value: Any) -> bool:
    kind = Integral if name in WHOLE else Real
    return isinstance(value, kind) and not isinstance(value, bool)
