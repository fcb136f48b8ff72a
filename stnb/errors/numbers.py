"""Numbers that people write in settings and on the command line.

`int` and `float` also take `1_0`, digits of other scripts, `1e3`, `nan` and `inf`: what somebody
wrote by mistake would count.
"""

from __future__ import annotations

import re

_WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,30})?")


def whole(text: str) -> int | None:
    """A whole number in digits, with a sign or without; None if it is none.

    >>> whole("42"), whole("-1"), whole("1_0"), whole("٣"), whole("4.0")
    (42, -1, None, None, None)
    """
    stripped = text.strip(" \t")
    return int(stripped) if _WHOLE.fullmatch(stripped) else None


def decimal(text: str) -> float | None:
    """A number in digits, with a point or without; None if it is none, or not finite.

    >>> decimal("0.5"), decimal("30"), decimal("1e3"), decimal("nan"), decimal(".5")
    (0.5, 30.0, None, None, None)
    """
    stripped = text.strip(" \t")
    return float(stripped) if _DECIMAL.fullmatch(stripped) else None
