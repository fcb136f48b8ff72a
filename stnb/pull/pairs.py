"""The value of a filter -> the pairs of a query, as the API takes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from stnb.catalog import Endpoint, Param

from .by_type import Unfit, exact_number, plain_text
from .values import as_list, as_text, bad, items, too_many

Pairs = tuple[tuple[str, str], ...]


def as_pairs(
    endpoint: Endpoint, param: Param, value: Any, zone: dt.tzinfo
) -> list[tuple[str, str]]:
    """The (key, text) pairs that the value becomes."""
    if param.type == "object":
        return _object(endpoint, param, value, zone)
    if not param.many:
        return [(param.name, as_text(endpoint, param, value, zone))]
    values = [as_text(endpoint, param, v, zone) for v in items(endpoint, param, value)]
    if not values:
        raise bad(
            endpoint,
            param,
            value,
            "It is empty, and an empty list would not narrow anything.",
            "Leave the filter out, or give a value.",
        )
    if param.maximum and len(values) > param.maximum and not is_split(endpoint, param):
        then = "Split them, or pull all and select in pandas."
        raise too_many(endpoint, param, f"{len(values)} values", then)
    return paired(param, values)


def paired(param: Param, values: list[str]) -> list[tuple[str, str]]:
    """Values of one parameter as the pairs that it takes: one pair, or one for each."""
    if param.many == "comma":
        return [(param.name, ",".join(values))]
    return [(param.name, value) for value in values]


def in_parts(pairs: Pairs, most: int) -> list[Pairs]:
    """The pairs of one parameter, cut so that none of the parts has more values than that.

    Example:
        >>> in_parts((("ids", "1,2,3"),), 2)
        [(('ids', '1,2'),), (('ids', '3'),)]
    """
    if len(pairs) > 1:
        return [pairs[start : start + most] for start in range(0, len(pairs), most)]
    name, text = pairs[0]
    values = text.split(",")
    starts = range(0, len(values), most)
    return [((name, ",".join(values[start : start + most])),) for start in starts]


def only(pairs: Pairs, values: list[str]) -> Pairs:
    """The pairs of one parameter with these of its values.

    Example:
        >>> only((("ids", "1,2,3"),), ["2", "3"])
        (('ids', '2,3'),)
    """
    name, text = pairs[0]
    if len(pairs) > 1 or text == values[0]:
        return tuple((name, value) for value in values)
    return ((name, ",".join(values)),)


def _object(endpoint: Endpoint, param: Param, value: Any, zone: dt.tzinfo) -> list[tuple[str, str]]:
    """A mapping of names to values: `customField.Name=value`, else `name[key]=value`.

    If the parameter takes several (forms' owners), a list of mappings:
    `owners[0].type=Job&owners[0].id=1`.
    """
    rows = [value]
    if param.many and not isinstance(value, (str, Mapping)):
        rows = as_list(value)
    if not rows or not all(_is_filled(row) for row in rows):
        raise bad(
            endpoint,
            param,
            value,
            "It takes names and values.",
            f'Write {param.py}={{"Name": "value"}}.',
        )
    pairs = []
    if not isinstance(value, Mapping):
        for number, row in enumerate(rows):
            for key, inner in row.items():
                text = _text_inside(endpoint, param, inner, zone)
                pairs.append((f"{param.name}[{number}].{key}", text))
        return pairs
    if param.maximum and len(value) > param.maximum:
        raise too_many(endpoint, param, f"{len(value)} names", "Give fewer.")
    for key, inner in value.items():
        name = f"{param.name}[{key}]"
        if param.name == "customField":
            name = f"{param.name}.{key}"
        pairs.append((name, _text_inside(endpoint, param, inner, zone)))
    return pairs


def _text_inside(endpoint: Endpoint, param: Param, value: Any, zone: dt.tzinfo) -> str:
    """One of the values of a mapping as text; a number is written as in any other filter."""
    try:
        return plain_text(exact_number(value), zone)
    except Unfit as unfit:
        raise bad(endpoint, param, value, unfit.why, unfit.then) from None
    except (ValueError, TypeError):
        why = "Each of its names takes one text, number or date."
        raise bad(endpoint, param, value, why, "Write it so.") from None


def _is_filled(row: Any) -> bool:
    """Whether it is a mapping that has names, each with a value."""
    return isinstance(row, Mapping) and len(row) > 0 and None not in row.values()


def is_split(endpoint: Endpoint, param: Param) -> bool:
    """Whether many values are the same as several calls: a list by the ids of its rows."""
    return param.name == "ids" and endpoint.kind == "list" and bool(param.many)
