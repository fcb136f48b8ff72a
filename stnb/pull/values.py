"""One value of a filter as people write it -> the text that the API takes."""

from __future__ import annotations

import datetime as dt
import difflib
import math
import re
import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from stnb.catalog import Endpoint, Param
from stnb.catalog.facts import LARGEST_ID
from stnb.errors import BadFilter, tongue

from .dates import moment

UTC = ZoneInfo("UTC")
# Their columns hold days as midnights in UTC (seen on the live API): with the midnight of a zone
# west of it, a day would lose its own rows.
OF_IDS = re.compile(r"(^i|I)ds?$")  # names of parameters that take ids
DECIMAL = re.compile(r"[+-]?(\d+\.\d*|\.\d+)([eE][+-]?\d+)?")
DAYS = {"invoicedOnOrAfter", "invoicedOnBefore", "dueDateOnOrAfter", "dueDateBefore"}


class Ours(str):
    """The value of a filter that stnb adds by itself: a call goes on without it if the API refuses
    it.
    """


def inactive_too(endpoint: Endpoint) -> dict[str, str]:
    """The filter that also shows inactive rows, added by stnb; empty if the API hides none."""
    if endpoint.shows_all is None:
        return {}
    name, value = endpoint.shows_all
    return {name: Ours(value)}


class Unfit(ValueError):
    """A value that would not be sent as it is meant.

    Attributes:
        why, then: the second and the third sentence of the error.
    """

    def __init__(self, why: str, then: str) -> None:
        super().__init__(why)
        self.why, self.then = why, then


def as_text(endpoint: Endpoint, param: Param, value: Any, zone: dt.tzinfo) -> str:
    """The value as the API takes it.

    Raises:
        BadFilter: it does not fit the parameter.
    """
    if isinstance(value, list | tuple | set | frozenset | dict):
        raise bad(
            endpoint,
            param,
            value,
            "It takes one value at a time.",
            "Pull once for each, and put the frames together with pd.concat.",
        )
    if param.name == "sort":
        return _sort(endpoint, param, value)
    try:
        return _written(endpoint, param, value, zone)
    except BadFilter:  # it is a ValueError too
        raise
    except Unfit as unfit:
        raise bad(endpoint, param, value, unfit.why, unfit.then) from None
    except (ValueError, TypeError, OverflowError):
        usual = "a text"
        if OF_IDS.search(param.name):
            usual = "an id, which is a whole number or a GUID"
        expected = _EXPECTED.get(param.type, usual)
        raise bad(endpoint, param, value, f"It takes {expected}.", "Write it so.") from None


def _written(endpoint: Endpoint, param: Param, value: Any, zone: dt.tzinfo) -> str:
    exact = value
    if param.type != "number":
        exact = exact_number(value)
    if param.values:
        return _one_of(endpoint, param, exact)
    if OF_IDS.search(param.name):
        _check_id(param, exact)
    if param.name in DAYS:
        exact = _midnight(exact, zone)
    text = _WRITERS.get(param.type, plain_text)(exact, zone)
    if param.where == "path" and text in (".", ".."):
        raise ValueError  # no name: on its way it would become another route
    return text


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


def _check_id(param: Param, value: Any) -> None:
    """Refuse what no id can be, and so would bring no rows or those of another record."""
    if isinstance(value, (bool, np.bool_, float, np.floating, Decimal, dt.date)):
        raise TypeError
    if param.many and isinstance(value, str) and DECIMAL.fullmatch(value.strip()):
        raise ValueError
    if isinstance(value, (int, np.integer)):
        _check_size(int(value))


def _check_size(whole: int) -> None:
    if not -LARGEST_ID - 1 <= whole <= LARGEST_ID:
        raise Unfit("It is too large for an id, which has 64 bits.", "Correct it.")


def bad(endpoint: Endpoint, param: Param, value: Any, why: str, then: str) -> BadFilter:
    """The error for a value that does not fit."""
    return _does_not_fit(endpoint, param, repr(value), why, then)


def too_many(endpoint: Endpoint, param: Param, count: str, then: str) -> BadFilter:
    """The error for more values than one call takes; `count` is such as "60 values"."""
    why = f"One call takes {param.maximum} at most."
    return _does_not_fit(endpoint, param, count, why, then)


def _does_not_fit(endpoint: Endpoint, param: Param, shown: str, why: str, then: str) -> BadFilter:
    given = tongue.either(f"{param.py}={shown[:80]}", f"--{param.name} {shown[:80]}")
    return BadFilter(f"{given} does not fit {endpoint.name}.", why, then)


def _one_of(endpoint: Endpoint, param: Param, value: Any) -> str:
    wanted = str(value).strip().lower()
    for known in param.values:
        if known.lower() == wanted:
            return known
    then = "Choose one of them."
    if near := difflib.get_close_matches(str(value), param.values, n=1):
        then = f"Did you mean {near[0]!r}?"
    raise bad(endpoint, param, value, f"Its values are: {', '.join(param.values)}.", then)


def _sort(endpoint: Endpoint, param: Param, value: Any) -> str:
    """ "Id" and "+Id" ascending, "-Id" descending; the sign is always sent."""
    signed = str(value).strip()
    if not signed.startswith(("+", "-")):
        signed = f"+{signed}"
    if not param.values and len(signed) > 1:
        return signed
    for known in param.values:
        if known.lower() == signed.lower():
            return known
    names = ", ".join(name[1:] for name in param.values[::2]) or "the name of a field"
    then = 'Write a name for ascending, "-Name" for descending.'
    raise bad(endpoint, param, value, f"It sorts by {names}.", then)


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
        isinstance(value, str) and not re.fullmatch(r"\s*[+-]?\d+\s*", value)
    ):
        raise ValueError
    whole = int(value)
    if not isinstance(value, str) and whole != value:
        raise ValueError
    _check_size(whole)
    return str(whole)


def _number(value: Any, zone: dt.tzinfo) -> str:
    if isinstance(value, bool) or "_" in str(value) or not math.isfinite(float(value)):
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


def _midnight(value: Any, zone: dt.tzinfo) -> dt.datetime:
    """The first moment of a day in the zone as the midnight in UTC of the same day; another moment
    as it is.
    """
    exact = moment(value, zone)
    here = exact.astimezone(zone)
    if here.time() == dt.time():
        return here.replace(tzinfo=UTC)
    return exact


def _date_time(value: Any, zone: dt.tzinfo) -> str:
    """UTC with a Z, which every filter takes; some refuse an offset (seen on the live API)."""
    exact = moment(value, zone).astimezone(UTC).replace(tzinfo=None)
    precision = "seconds"
    if exact.microsecond:
        precision = "microseconds"
    return f"{exact.isoformat(timespec=precision)}Z"


_WRITERS = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "guid": _guid,
    "date": _date,
    "date-time": _date_time,
}
_EXPECTED = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "True or False",
    "guid": "a GUID such as 3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "date": 'a date such as "2026-07-01", "2026-07" or "last 30 days"',
    "date-time": (
        'a date or time such as "2026-07-01", "2026-07-01T09:30", "2026-07" or "last 30 days"'
    ),
}


def as_list(value: Any) -> list[Any]:
    """The values of a parameter that takes several: a text between commas, a collection, or one
    value.
    """
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, Iterable) and not isinstance(value, (bytes, Mapping)):
        return list(value)
    return [value]


def items(endpoint: Endpoint, param: Param, value: Any) -> list[Any]:
    """The same for a filter, each value alone: they are sent between commas, so that a text in a
    list that holds one is several ids.

    Raises:
        BadFilter: a text that is no id holds a comma, and would be taken for several.
    """
    values: list[Any] = []
    for item in as_list(value):
        if param.many != "comma" or not isinstance(item, str) or "," not in item:
            values.append(item)
        elif param.values or OF_IDS.search(param.name):
            values += as_list(item)
        else:
            raise bad(
                endpoint,
                param,
                item,
                "Its values are sent between commas, so the API would read several.",
                "Leave the part with the comma out, or pull all and select in pandas.",
            )
    return values
