"""How old kept rows may be, as people write it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from stnb.errors import BadFilter

NEVER = dt.timedelta(0)  # no row is so young
LONGEST = dt.timedelta(days=30)  # older files are deleted
WRITTEN = re.compile(
    r"([0-9]{1,6}(?:\.[0-9]{1,6})?)\s*"
    r"(?:(s|secs?|seconds?)|(m|mins?|minutes?)|(h|hours?)|(d|days?)|(w|weeks?))"
)
UNITS = ("seconds", "minutes", "hours", "days", "weeks")  # in the order of the pattern's groups


def age_of(value: Any) -> dt.timedelta | None:
    """What `max_age=` says; None if it says nothing.

    Raises:
        BadFilter: it is no length of time, or one over 30 days.

    Example:
        >>> age_of("90 minutes")
        datetime.timedelta(seconds=5400)
    """
    if value is None:
        return None
    found = value if isinstance(value, dt.timedelta) else _written(value)
    why = "It is a length of time with its unit."
    if found is not None:
        if NEVER <= found <= LONGEST:
            return found
        why = "Rows are kept for 30 days at most."
    raise BadFilter(
        f"max_age={value!r} does not fit.",
        why,
        'Write max_age="1 hour", "30 minutes" or "2 days"; None reads afresh.',
    )


def _written(value: Any) -> dt.timedelta | None:
    if not isinstance(value, str):
        return None
    match = WRITTEN.fullmatch(value.strip().lower())
    if match is None:
        return None
    number, *units = match.groups()
    [unit] = [name for name, said in zip(UNITS, units, strict=True) if said]
    return dt.timedelta(**{unit: float(number)})
