"""Numbers and names in a sentence."""

from __future__ import annotations

from collections.abc import Sequence


def shown(value: object) -> str:
    """A value as Python writes it, also one that is nested deeper than Python can write.

    >>> shown(["a"])
    "['a']"
    """
    try:
        return repr(value)
    except RecursionError:
        return f"a {type(value).__name__} that is nested too deep to show"


def counted(number: int, noun: str) -> str:
    """A number with its noun, which has an s unless there is one.

    >>> counted(1, "row"), counted(3000, "row"), counted(0, "row")
    ('1 row', '3,000 rows', '0 rows')
    """
    ending = "" if number == 1 else "s"
    return f"{number:,} {noun}{ending}"


def times(number: int) -> str:
    """How often something was done.

    >>> times(1), times(5)
    ('once', '5 times')
    """
    return "once" if number == 1 else f"{number:,} times"


def few(values: Sequence[object], most: int = 5) -> str:
    """The first of many values, such as ids.

    >>> few([7, 8]), few(range(9))
    ('7, 8', '0, 1, 2, 3, 4 …')
    """
    text = ", ".join(map(str, values[:most]))
    return f"{text} …" if len(values) > most else text


def listed(names: Sequence[str], most: int = 3) -> str:
    """Names in words, the first of them if they are many.

    >>> listed(["phoenix", "mesa", "yuma", "tucson", "sedona"])
    'phoenix, mesa, yuma and 2 more'
    """
    text = ", ".join(names[:most])
    if len(names) > most:
        text += f" and {len(names) - most} more"
    return text
