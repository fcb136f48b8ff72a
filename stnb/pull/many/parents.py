"""The records that rows are asked for by: which parameter of a route is given many, their ids, and their
column in the answer.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from stnb.catalog import Endpoint, Param
from stnb.catalog.facts import LARGEST_EXACT, LARGEST_ID, singular
from stnb.errors import BadFilter

from ..values import as_list, as_text


@dataclass(frozen=True)
class Parents:
    """The records that rows are asked for by.

    Attributes:
        parameter: the parameter that is given many.
        texts: their ids as the API writes them, each once, in the order in which they were given.
        columns: the column of each parameter of the path in the answer, in the order of the path.
        fixed: the text of the parameters that have one value.
        noun: what one is called, such as "customer".
        missing: how many missing values were left out.
    """

    parameter: Param
    texts: tuple[str, ...]
    columns: Mapping[str, Param]
    fixed: Mapping[str, str]
    noun: str
    missing: int = 0

    @property
    def any_id(self) -> str:
        """An id that stands for the parent if there is none."""
        if self.parameter.type == "integer":
            return "0"
        if self.parameter.type == "guid":
            return "00000000-0000-0000-0000-000000000000"
        return "none"

    @property
    def nouns(self) -> str:
        """What they are called, such as "customers"."""
        return re.sub(r"y$", "ie", self.noun) + "s"

    @property
    def column(self) -> str:
        """The column of the parameter that is given many."""
        return next(name for name, parameter in self.columns.items() if parameter is self.parameter)


def several(endpoint: Endpoint, given: Mapping[str, Any]) -> str | None:
    """The parameter of the path that is given many values, by the name it was given with; None where
    each has one at most.

    Raises:
        BadFilter: two of them are.

    Example:
        >>> several(st.crm.customers.notes.endpoint, {"id": [1, 2, 3]})
        'id'
    """
    found = [
        name
        for name, value in given.items()
        if (p := endpoint.takes(name)) and p.where == "path" and _is_many(p, value)
    ]
    if len(found) > 1:
        raise BadFilter(
            f"{' and '.join(found)} were both given many values.",
            f"{endpoint.name} is read for many of one of them at a time.",
            "Give one value of the other, and pull once for each.",
        )
    return found[0] if found else None


def _is_many(param: Param, value: Any) -> bool:
    if isinstance(value, str):
        return "," in value and param.type in ("integer", "guid")
    return isinstance(value, Iterable) and not isinstance(value, (bytes, Mapping))


def parents(endpoint: Endpoint, many: str, given: Mapping[str, Any], zone: dt.tzinfo) -> Parents:
    """Read the ids, and the values of the other parameters.

    Raises:
        BadFilter: one of them does not fit.
    """
    parameters = {p.name: p for p in endpoint.params if p.where == "path"}
    parameter = endpoint.takes(many)
    assert parameter is not None
    names = column_names(endpoint)
    values = {
        p.name: given[name]
        for name in given
        if (p := endpoint.takes(name)) is not None and given[name] is not None
    }
    fixed = {
        name: as_text(endpoint, p, values[name], zone)
        for name, p in parameters.items()
        if p is not parameter and name in values
    }
    texts, missing = _ids(endpoint, parameter, values[parameter.name], zone)
    columns = {names[name]: parameters[name] for name in names}
    return Parents(parameter, texts, columns, fixed, _noun(endpoint, parameter), missing)


def _ids(
    endpoint: Endpoint, parameter: Param, value: Any, zone: dt.tzinfo
) -> tuple[tuple[str, ...], int]:
    """The ids, each once, and how many were missing."""
    each = pd.Series(as_list(value), dtype=object)
    there = each[each.notna()].tolist()
    texts = tuple(dict.fromkeys(as_text(endpoint, parameter, v, zone) for v in there))
    inexact = [v for v in there if isinstance(v, float) and abs(v) >= LARGEST_EXACT]
    if parameter.type == "integer" and (
        inexact or any(len(t) > 18 and abs(int(t)) > LARGEST_ID for t in texts)
    ):
        raise BadFilter(
            f"{parameter.py} holds an id that is not exact."
            if inexact
            else f"{parameter.py} holds a number that is too large for an id.",
            "Ids are whole numbers of 64 bits, and a float holds them exactly up to 2^53 only.",
            'Give them as whole numbers, such as a column of dtype "Int64".',
        )
    return texts, len(each) - len(there)


# -- names


def column_names(endpoint: Endpoint) -> dict[str, str]:
    """How the answer calls each parameter of the path: `customers/{id}/notes` customerId, `{invoiceId}`
    by its own name.

    A route to a record by its own id calls it id, as the record itself does.
    """
    parts = endpoint.path.split("/")
    out = {}
    for before, part in pairwise(parts):
        if not part.startswith("{") or part == "{tenant}":
            continue
        parameter, one = part[1:-1], _camel(singular(before))
        if (
            part == parts[-1]
            and endpoint.kind == "record"
            and endpoint.key == ("id",)
            and re.search(r"(^i|I)d$", parameter)
        ):
            out[parameter] = "id"
        else:
            out[parameter] = (
                f"{one}Id" if parameter == "id" or _camel(parameter) == one else parameter
            )
    return out


def _noun(endpoint: Endpoint, parameter: Param) -> str:
    return singular(endpoint.path.split(f"/{{{parameter.name}}}")[0].rpartition("/")[2]).replace(
        "-", " "
    )


def _camel(words: str) -> str:
    return re.sub(r"[-_](\w)", lambda m: m[1].upper(), words)
