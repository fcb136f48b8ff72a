"""The records whose rows are asked for: which path parameter has many values, the ids, and their
columns in the answer.
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
from stnb.catalog.facts import singular
from stnb.errors import BadFilter

from ..values import as_list, as_text


@dataclass(frozen=True)
class Parents:
    """The records whose rows are asked for.

    Attributes:
        parameter: the path parameter that has many values.
        texts: their ids as the API writes them, each once, in the order in which they were given.
        columns: the path parameters by their column in the answer, in the order of the path.
        fixed: the texts of the path parameters that have one value, by name.
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
        """The column of the path parameter that has many values."""
        (name,) = [name for name, p in self.columns.items() if p is self.parameter]
        return name


def several(endpoint: Endpoint, filters: Mapping[str, Any]) -> str | None:
    """The path parameter that has many values, by the name in the filters; None if each has one at
    most.

    Raises:
        BadFilter: two of them have many.

    Example:
        >>> several(st.crm.customers.notes.endpoint, {"id": [1, 2, 3]})
        'id'
    """
    found = []
    for name, value in filters.items():
        param = endpoint.takes(name)
        if param is not None and param.where == "path" and _is_many(param, value):
            found.append(name)
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


def parents(endpoint: Endpoint, many: str, filters: Mapping[str, Any], zone: dt.tzinfo) -> Parents:
    """Read the ids, and the values of the other path parameters.

    Raises:
        BadFilter: one of them does not fit.
    """
    varies = endpoint.takes(many)
    assert varies is not None
    fixed = {}
    for name, value in filters.items():
        param = endpoint.takes(name)
        if param is None or param.where != "path" or param is varies or value is None:
            continue
        fixed[param.name] = as_text(endpoint, param, value, zone)
    texts, missing = _ids(endpoint, varies, filters[many], zone)
    columns = {}
    for name, column in column_names(endpoint).items():
        param = endpoint.takes(name)
        assert param is not None
        columns[column] = param
    return Parents(varies, texts, columns, fixed, _noun(endpoint, varies), missing)


def _ids(
    endpoint: Endpoint, parameter: Param, value: Any, zone: dt.tzinfo
) -> tuple[tuple[str, ...], int]:
    """The ids, each once, and how many were missing."""
    each = pd.Series(as_list(value), dtype=object)
    there = each[each.notna()].tolist()
    texts = tuple(dict.fromkeys(as_text(endpoint, parameter, v, zone) for v in there))
    return texts, len(each) - len(there)


# -- names


def column_names(endpoint: Endpoint) -> dict[str, str]:
    """The column of the answer for each path parameter: `customers/{id}/notes` -> customerId,
    `{invoiceId}` by its own name.

    A route to a record by its own id calls it id, as the record itself does.
    """
    parts = endpoint.path.split("/")
    by_own_id = endpoint.kind == "record" and endpoint.key == ("id",)
    names = {}
    for before, part in pairwise(parts):
        if not part.startswith("{") or part == "{tenant}":
            continue
        name, above = part[1:-1], _camel(singular(before))
        if by_own_id and part == parts[-1] and re.search(r"(^i|I)d$", name):
            names[name] = "id"
        elif name == "id" or _camel(name) == above:
            names[name] = f"{above}Id"
        else:
            names[name] = name
    return names


def _noun(endpoint: Endpoint, parameter: Param) -> str:
    """What one of the records is called: "customer" of `customers/{id}/notes`."""
    before = endpoint.path.split(f"/{{{parameter.name}}}")[0]
    return singular(before.rpartition("/")[2]).replace("-", " ")


def _camel(words: str) -> str:
    return re.sub(r"[-_](\w)", lambda m: m[1].upper(), words)
