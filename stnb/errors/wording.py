"""Numbers in a sentence."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """A number with its noun, which has an s unless there is one.

    >>> counted(1, "row"), counted(3000, "row"), counted(0, "row")
    ('1 row', '3,000 rows', '0 rows')
    """
    ending = "" if number == 1 else "s"
    return f"{number:,} {noun}{ending}"
