"""The body of a call: a report's parameters as JSON has them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from stnb.catalog import Endpoint, Param

from .by_type import Unfit, exact_number
from .values import as_text, bad, items


def body_of(endpoint: Endpoint, values: Mapping[Param, Any], zone: dt.tzinfo) -> Any:
    """The body of the call; None for a GET.

    Raises:
        BadFilter: a value does not fit.
    """
    if endpoint.method != "POST":
        return None
    inside = {param: value for param, value in values.items() if param.where == "body"}
    if not endpoint.positional:
        return {param.name: _value(endpoint, param, v, zone) for param, v in inside.items()}
    for param, value in inside.items():
        return _body(endpoint, param, value)
    return {"parameters": []}


def _value(endpoint: Endpoint, param: Param, value: Any, zone: dt.tzinfo) -> Any:
    """A filter that is a property of the body: one value, or a list, of its type in JSON."""
    if not param.many:
        return _as_json(param, as_text(endpoint, param, value, zone))
    values = [as_text(endpoint, param, each, zone) for each in items(endpoint, param, value)]
    if not values:
        why = "It is empty, and an empty list would not narrow anything."
        raise bad(endpoint, param, value, why, "Leave the filter out, or give a value.")
    return [_as_json(param, text) for text in values]


def _as_json(param: Param, text: str) -> Any:
    if param.type in ("integer", "number", "boolean"):
        return json.loads(text)
    return text


def _body(endpoint: Endpoint, param: Param, value: Any) -> Any:
    """A report's parameters: a mapping becomes the list of names and values that it takes."""
    pairs = value
    if isinstance(value, Mapping):
        pairs = [{"name": k, "value": v} for k, v in value.items()]
    try:
        written = json.dumps(pairs, default=_plain, allow_nan=False)
        plain = json.loads(written, parse_float=_exact_float)
    except Unfit as unfit:
        raise bad(endpoint, param, value, unfit.why, unfit.then) from None
    except (TypeError, ValueError, RecursionError):
        plain = None
    if not isinstance(plain, list):
        raise bad(
            endpoint,
            param,
            value,
            "It takes names and values that JSON has.",
            'Write parameters={"From": "2026-07-01"}.',
        )
    return {param.name: plain}


def _exact_float(text: str) -> Any:
    """A number of JSON; whole ones without a point, as an id of 2.0 is none."""
    return exact_number(float(text))


def _plain(value: Any) -> Any:
    """What JSON lacks: days, times of day, collections, and numpy's numbers.

    Raises:
        TypeError: it is none of them.
        Unfit: a part of it would be lost.
    """
    if isinstance(value, (dt.datetime, np.datetime64)):
        return _day(value)
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (set, frozenset, range)):
        return sorted(value)
    if getattr(getattr(value, "dtype", None), "kind", "") == "M":
        return list(value)  # numpy's own list of them is one of nanoseconds
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError


def _day(value: dt.datetime | np.datetime64) -> str:
    """A midnight as its day. The API's types of parameters are String, Number, Boolean, Date and
    Time (its documents): none is a day with a time.
    """
    if value != value:  # NaT
        raise TypeError
    if isinstance(value, np.datetime64):
        day = value.astype("datetime64[D]")
        whole, text = bool(day == value), str(day)
    else:
        nanosecond = getattr(value, "nanosecond", 0)  # of pandas
        whole, text = value.time() == dt.time() and not nanosecond, value.date().isoformat()
    if not whole:
        raise Unfit(
            "A report takes days, or times of day, and this has both: its time would be lost.",
            "Give its day, as in value.date(), or the text that the report takes.",
        )
    return text
