"""From typed text to a filter's value, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from stnb.catalog import Param
from stnb.errors.nesting import loads

ENTRIES = {
    "integer": "number",
    "date-time": "YYYY-MM-DD",
    "date": "YYYY-MM-DD",
    "string": "text",
    "object": "name=value",
}
ID = re.compile(r"[1-9]\d*")
WHOLE_NUMBER = re.compile(r"[+-]?\d+")
NUMBER_WITH_POINT = re.compile(r"[+-]?\d*\.\d+")


def hint(param: Param) -> str:
    """What an empty text field asks for, such as "id, id, …"."""
    entry = ENTRIES.get(param.type, param.type)
    if _takes_ids(param):
        entry = "id"
    if param.many and param.type != "object":
        return f"{entry}, {entry}, …"
    return entry


def parse(param: Param, text: str) -> Any:
    """Turn typed text into a filter's value; None for an empty field.

    Whether the value fits is not checked here, but in `named`.

    Example:
        >>> parse(Param("ids", many="comma"), "1, 2")
        [1, 2]
    """
    text = text.strip()
    if not text:
        return None
    if param.type == "object":
        return _pairs(text)
    if param.many:
        return [_single(param, part) for part in _split(text)]
    return _single(param, text)


def typed(value: Any) -> str:
    """The text that `parse` turns into this value.

    Example:
        >>> typed([1, 2])
        '1, 2'
    """
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={entry}" for key, entry in value.items())
    if isinstance(value, (list, tuple, set)):
        if any(isinstance(entry, Mapping) for entry in value):
            return json.dumps(value)
        return ", ".join(map(typed, value))
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _single(param: Param, text: str) -> str | int | float:
    if _takes_ids(param):
        # A leading zero would be lost in a number, so such an entry stays text.
        return int(text) if ID.fullmatch(text) else text
    if param.type in {"integer", "number"} and WHOLE_NUMBER.fullmatch(text):
        return int(text)
    if param.type == "number" and NUMBER_WITH_POINT.fullmatch(text):
        return float(text)
    return text


def _takes_ids(param: Param) -> bool:
    """Lists of ids are sent as text, and the API declares them so; people mean numbers."""
    return bool(param.many) and param.name.lower().endswith("ids")


def _pairs(text: str) -> Any:
    """Read "name=value, name=value". JSON is for what pairs cannot hold, such as a list of them."""
    if text[0] in "[{":
        try:
            return loads(text)
        except ValueError:
            return text
    pairs = {}
    for part in _split(text):
        name, equals, value = part.partition("=")
        if not equals:
            return text
        pairs[name.strip()] = value.strip()
    return pairs


def _split(text: str) -> list[str]:
    """The entries between the commas, without blanks around them; empty ones are left out."""
    return list(filter(None, map(str.strip, text.split(","))))
