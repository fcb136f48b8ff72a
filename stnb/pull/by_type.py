"""A value -> the text of its type: whole numbers exactly, and moments in UTC."""

from __future__ import annotations

import datetime as dt
import math
import re
import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from stnb.catalog.facts import LARGEST_ID

from .dates import moment

UTC = ZoneInfo("UTC")


class Unfit(ValueError):
    """A value that would not be sent as it is meant.

    Attributes:
        why, then: the second and the third sentence of the error.
    """

    def __init__(self, why: str, then: str) -> None:
        super().__init__(why)
        self.why, self.then = why, then


def exact_number(value: Any) -> Any:
    """A whole number that a float or a decimal holds as that number, anything else as it is.

    pandas makes floats of whole numbers beside a missing one.

    Raises:
        Unfit: the float is so large that it stands for several whole numbers.

    Example:
        >>> exact_number(2.0), exact_number(2.5), exact_number("2.0")
        (2, 2.5, '2.0')
    """
    if not isinstance(value, (float, np.floating, Decimal)) or not math.isfinite(value):
        return value
    whole = int(value)
    if whole != value:
        return value
    if not isinstance(value, Decimal):
        digits = np.finfo(np.asarray(value).dtype).nmant + 1
        if abs(whole) >= 2**digits:
            raise Unfit(
                "It is not exact: ids are whole numbers of 64 bits, and a float holds them exactly"
                f" up to 2^{digits} only.",
                'Give whole numbers, such as a column of dtype "Int64".',
            )
    return whole


def check_size(whole: int) -> None:
    """Refuse a whole number that is none of the API's ids.

    Raises:
        Unfit: it has more than 64 bits.
    """
    if not -LARGEST_ID - 1 <= whole <= LARGEST_ID:
        raise Unfit("It is too large for an id, which has 64 bits.", "Correct it.")


def plain_text(value: Any, zone: dt.tzinfo) -> str:
    """Any single value as text.

    Raises:
        ValueError, TypeError: it is missing, empty, or no single value.
    """
    # NaN and NaT are not equal to themselves; pandas' NA raises when it is compared.
    if value is None or value != value or isinstance(value, bytes):
        raise TypeError
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if isinstance(value, Iterable) and not isinstance(value, str):
        raise TypeError
    text = str(value).strip()
    if not text:
        raise ValueError
    return text


def _integer(value: Any, zone: dt.tzinfo) -> str:
    if isinstance(value, bool) or (
        isinstance(value, str) and not re.fullmatch(r"\s*[+-]?[0-9]+\s*", value)
    ):
        raise ValueError
    whole = int(value)
    if not isinstance(value, str) and whole != value:
        raise ValueError
    check_size(whole)
    return str(whole)


def _number(value: Any, zone: dt.tzinfo) -> str:
    is_plain = str(value).isascii() and "_" not in str(value)
    if isinstance(value, bool) or not is_plain or not math.isfinite(float(value)):
        raise ValueError
    return str(value).strip()


def _boolean(value: Any, zone: dt.tzinfo) -> str:
    text = str(value).strip().lower()
    if text not in ("true", "false"):
        raise ValueError
    return text


def _guid(value: Any, zone: dt.tzinfo) -> str:
    return str(uuid.UUID(str(value).strip()))


def _date(value: Any, zone: dt.tzinfo) -> str:
    return moment(value, zone).date().isoformat()


def _date_time(value: Any, zone: dt.tzinfo) -> str:
    """UTC with a Z, which every filter takes; some refuse an offset (seen on the live API)."""
    exact = moment(value, zone).astimezone(UTC).replace(tzinfo=None)
    precision = "seconds"
    if exact.microsecond:
        precision = "microseconds"
    return f"{exact.isoformat(timespec=precision)}Z"


WRITERS = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "guid": _guid,
    "date": _date,
    "date-time": _date_time,
}
EXPECTED = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "True or False",
    "guid": "a GUID such as 3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "date": 'a date such as "2026-07-01", "2026-07" or "last 30 days"',
    "date-time": (
        'a date or time such as "2026-07-01", "2026-07-01T09:30", "2026-07" or "last 30 days"'
    ),
}
