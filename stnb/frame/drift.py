"""What differs from the catalogue, in words: one text for each column, with the number of rows that
it concerns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

ALSO = "; also "
COUNT = re.compile(r"\bin ([\d,]+) rows?\b")


def in_rows(count: int) -> str:
    """ "in 1 row", "in 3,000 rows"."""
    return f"in {count:,} row{'' if count == 1 else 's'}"


def add_drift(drift: dict[str, str], told: Mapping[str, str]) -> None:
    """Add what one page told to what the pages before it told: the same words with their rows added
    up.

    Example:
        >>> drift = {"total": "holds values that are no decimal in 2 rows; kept as text"}
        >>> add_drift(drift, {"total": "holds values that are no decimal in 3 rows; kept as text"})
        >>> drift["total"]
        'holds values that are no decimal in 5 rows; kept as text'
    """
    for column, text in told.items():
        parts = drift[column].split(ALSO) if column in drift else []
        for part in text.split(ALSO):
            _add(parts, part)
        drift[column] = ALSO.join(parts)


def _add(parts: list[str], text: str) -> None:
    for at, other in enumerate(parts):
        if COUNT.sub("", other) == COUNT.sub("", text):
            count = sum(int(n.replace(",", "")) for n in COUNT.findall(other) + COUNT.findall(text))
            parts[at] = COUNT.sub(in_rows(count), other)
            return
    parts.append(text)


def misfits(values: pa.Array, convert: Callable[[pa.Array], Any]) -> int:
    """How many values a converter refuses; halves that it takes are not looked into, and equal
    values only once.
    """
    counted = pc.value_counts(values)
    distinct, counts = counted.field("values"), counted.field("counts")

    def refused(start: int, stop: int) -> int:
        try:
            convert(distinct.slice(start, stop - start))
        except pa.ArrowException:
            middle = (start + stop) // 2
            one = stop - start == 1
            return (
                int(counts[start].as_py())
                if one
                else refused(start, middle) + refused(middle, stop)
            )
        return 0

    return refused(0, len(distinct))
