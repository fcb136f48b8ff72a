"""One value of a filter as people write it -> the text that the API takes."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from stnb.catalog import Column, Endpoint, Param
from stnb.catalog.id_names import resource_of_ids
from stnb.errors import BadFilter, tongue
from stnb.errors.wording import shown
from stnb.frame import shape_of

from .by_type import EXPECTED, UTC, WRITERS, Unfit, check_size, exact_number, plain_text
from .dates import moment
from .namesakes import namesakes

OF_IDS = re.compile(r"(^i|I)ds?$")  # names of parameters that take ids
DECIMAL = re.compile(r"[+-]?(\d+\.\d*|\.\d+)([eE][+-]?\d+)?")
# Their columns hold days as midnights in UTC (seen on the live API): with the midnight of a zone
# west of it, a day would lose its own rows.
DAYS = {"invoicedOnOrAfter", "invoicedOnBefore", "dueDateOnOrAfter", "dueDateBefore"}


class Ours(str):
    """The value of a filter that stnb adds by itself: a call goes on without it if the API refuses
    it.
    """


class OurSize(int):
    """Rows a page that stnb chooses by itself: pages have another size if the API refuses it."""


def inactive_too(endpoint: Endpoint) -> dict[str, str]:
    """The filter that also shows inactive rows, added by stnb; empty if the API hides none."""
    if endpoint.shows_all is None:
        return {}
    name, value = endpoint.shows_all
    return {name: Ours(value)}


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
        expected = EXPECTED.get(param.type, usual)
        then = _where_ids_are(endpoint, param)
        raise bad(endpoint, param, value, f"It takes {expected}.", then) from None


def _written(endpoint: Endpoint, param: Param, value: Any, zone: dt.tzinfo) -> str:
    exact = value
    if param.type != "number":
        exact = exact_number(value)
    if param.values:
        return _one_of(endpoint, param, exact)
    if OF_IDS.search(param.name):
        _check_id(endpoint, param, exact)
    if param.name in DAYS:
        exact = _midnight(exact, zone)
    text = WRITERS.get(param.type, plain_text)(exact, zone)
    if param.where == "path" and text in (".", ".."):
        raise ValueError  # no name: on its way it would become another route
    return text


def _column_of_ids(endpoint: Endpoint, param: Param) -> Column | None:
    """The column that has the ids which a parameter takes; None if the catalogue knows none."""
    if param.where == "path":
        return None
    columns = shape_of(endpoint).by_path
    return next((columns[path] for path in namesakes(param.name) if path in columns), None)


def _where_ids_are(endpoint: Endpoint, param: Param) -> str:
    """What to do about a value that is no id: a name in its place is the likeliest slip."""
    column = _column_of_ids(endpoint, param)
    resource = resource_of_ids(param.name)
    if column is not None and column.refers is not None:
        resource = column.refers
    if resource is None or "." not in resource:  # "users" are no resource
        return "Write it so."
    pull = tongue.either(f"st.{resource}.pull()", f"stnb pull {resource}")
    return f"Look the id up by its name: {pull}."


def _check_id(endpoint: Endpoint, param: Param, value: Any) -> None:
    """Refuse what no id can be, and so would bring no rows or those of another record.

    Where the documents take a text, the column tells whether its ids are whole numbers.
    """
    if isinstance(value, str) and _are_whole(_column_of_ids(endpoint, param)):
        WRITERS["integer"](value, UTC)
    if isinstance(value, (bool, np.bool_, float, np.floating, Decimal, dt.date)):
        raise TypeError
    if param.many and isinstance(value, str) and DECIMAL.fullmatch(value.strip()):
        raise ValueError
    if isinstance(value, (int, np.integer)):
        check_size(int(value))


def _midnight(value: Any, zone: dt.tzinfo) -> dt.datetime:
    """The first moment of a day in the zone as the midnight in UTC of the same day; another moment
    as it is.
    """
    exact = moment(value, zone)
    here = exact.astimezone(zone)
    if here.time() == dt.time():
        return here.replace(tzinfo=UTC)
    return exact


def _are_whole(ids: Column | None) -> bool:
    """Whether a column, or each list in it, holds whole numbers."""
    return ids is not None and any(each.type == "integer" for each in (ids, *ids.children))


def bad(endpoint: Endpoint, param: Param, value: Any, why: str, then: str) -> BadFilter:
    """The error for a value that does not fit."""
    return _does_not_fit(endpoint, param, shown(value), why, then)


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
