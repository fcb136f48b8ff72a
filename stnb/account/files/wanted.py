"""Which files are asked for: one call for each, each file once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from stnb.catalog import Endpoint, Param
from stnb.errors import BadFilter
from stnb.pull.call import Call, call
from stnb.pull.values import as_list

if TYPE_CHECKING:
    from stnb.session import Session


@dataclass(frozen=True)
class Wanted:
    """One file that is asked for: by which value, and by which call."""

    key: str
    id: Any
    call: Call


def _parameter(endpoint: Endpoint) -> Param:
    """What tells one file from another: the last path parameter, else the query's `path`."""
    below = [param for param in endpoint.params if param.where == "path"]
    return (below or list(endpoint.filters))[-1]


def wanted_files(session: Session, endpoint: Endpoint, filters: Mapping[str, Any]) -> list[Wanted]:
    """The calls, each file once; missing values are left out.

    Raises:
        BadFilter, UnknownFilter: a value or a name does not fit.
    """
    varies, owner, now = _parameter(endpoint), session.credentials, session.now()
    others: dict[str, Any] = {}
    values: list[Any] = [None]
    for name, value in filters.items():
        if endpoint.takes(name) is varies:
            values = _values(varies, value)
        else:
            others[name] = value
    found: dict[str, Wanted] = {}
    for value in values:
        made = call(endpoint, owner.tenant, {**others, varies.py: value}, owner.zone, now)
        text = made.filters.get(varies.name, "")
        if not text:
            raise BadFilter(
                f"{endpoint.name} needs {varies.py}.",
                "It says which files are meant.",
                f"Give it, as in pull({varies.py}=[…], to=…).",
            )
        is_whole_number = varies.type == "integer"
        found.setdefault(text, Wanted(text, int(text) if is_whole_number else text, made))
    return list(found.values())


def _values(param: Param, value: Any) -> list[Any]:
    if isinstance(value, str) and param.where != "path":
        return [value]  # a path of the API's own may hold commas
    each = pd.Series(as_list(value), dtype=object)
    return list(each[each.notna()])
