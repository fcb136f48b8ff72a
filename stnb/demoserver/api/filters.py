"""Filters as masks over a table's rows, found by the parameters' names."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from stnb.catalog import Column, Endpoint, Param

from ..company.columns import Array, Choice, Ragged
from ..company.matching import equal
from ..company.table import Table
from .bodies import read_json
from .parameter_names import ALIASES, BEGINNINGS, COMPARERS, CONTAINS, ENDINGS, NO_FILTERS
from .query import Query, moment, values_of

Compare: TypeAlias = Callable[[Any, Any], Any]
Special: TypeAlias = Mapping[str, Callable[[list[str]], Array]]
ACTIVE = ("active", "activeState", "activeOnly", "includeInactive")


def select(endpoint: Endpoint, table: Table, query: Query, special: Special) -> Array:
    """A mask of the rows that the filters leave.

    `special` holds the filters that need other tables.
    """
    keep = np.ones(table.size, dtype=bool)
    hides = endpoint.shows_all[0] if endpoint.shows_all else ""
    for param in endpoint.filters:
        given = values_of(param, query)
        if param.where != "query" or param.name in NO_FILTERS or param.name.endswith(".Operator"):
            continue
        if param.name in (hides, *ACTIVE):
            keep &= _active(table, param.name, given, hidden=param.name == hides)
        elif param.type == "object":
            keep &= _pairs(table, param, query)
        elif given and param.name in special:
            keep &= special[param.name](given)
        elif given:
            keep &= _matches(table, param, given, query)
    return keep


def yes(given: list[str]) -> bool:
    return given[0].lower() == "true"


# -- active rows


def _active(table: Table, name: str, given: list[str], hidden: bool) -> Array:
    wanted = given[0].lower() if given else ""
    if name == "activeOnly":
        shown = "true" if wanted == "true" else "any"
    elif name == "includeInactive":
        shown = "any" if wanted == "true" else "true"
    else:
        shown = {
            "": "true" if hidden else "any",
            "activeonly": "true",
            "inactiveonly": "false",
            "all": "any",
        }.get(wanted, wanted)
    everything = np.ones(table.size, dtype=bool)
    if shown == "any":
        return everything
    flags = active_rows(table)
    return flags if shown == "true" else ~flags


def active_rows(table: Table) -> Array:
    """Which rows are active, also where they do not say so."""
    for path in ("active", "isActive", "leadCall.active"):
        if (flags := table.array(path)) is not None:
            return flags.astype(bool)
    return np.asarray(table.raw("active", Column("active", "boolean", nullable=False)))


# -- one column


def _matches(table: Table, param: Param, given: list[str], query: Query) -> Array:
    """The rows that fit one filter.

    Where no column shows what it asks for, the row knows it all the same.
    """
    base, _, part = param.name.partition("Filter.")
    if part:
        word = query.get(f"{base}Filter.Comparer", "equal").lower()
        data = _column(table, _path(table, base) or base)
        return np.array(True) if part == "Comparer" else compared(data, COMPARERS[word], given[0])
    for data, compare in _comparisons(table, param):
        if _numeric(data):
            return compared(data, compare, given[0])
    path = _path(table, param.name)
    data = _column(table, path) if path else _hidden(table, param)
    if "any" in (v.lower() for v in given) and "Any" in param.values:
        return np.array(True)
    if data is None:
        return np.array(False)
    return equal(data, given, contains=bool(CONTAINS.search(param.name)) and not param.many)


def _comparisons(table: Table, param: Param) -> list[tuple[Any, Compare]]:
    """(column, comparison) that the name of the filter may mean."""
    out: list[tuple[Any, Compare]] = []
    for ending, compare in ENDINGS:
        base = param.name.removesuffix(ending)
        if base and base != param.name:
            path = _path(table, base, dates=True)
            if path is None and param.type == "date-time" and base in ("created", "modified"):
                table.raw(f"{base}On", Column(f"{base}On", "date-time", nullable=False))
                path = f"{base}On"
            out.append((_column(table, path) if path else None, compare))
    for beginning, compare in BEGINNINGS:
        base = param.name.removeprefix(beginning)
        if base != param.name and (path := ALIASES.get(f"{table.name}.{base}")):
            out.append((_column(table, path), compare))
    return out


def _numeric(data: Any) -> bool:
    if isinstance(data, Ragged):
        return _numeric(data.values)
    if isinstance(data, Choice):
        return all(isinstance(v, int | float) for v in data.values)
    return isinstance(data, np.ndarray) and data.dtype.kind in "Mfi"


def compared(data: Any, compare: Compare, bound: str) -> Array:
    """Which rows stand so to the bound; of lists, those with such an element.

    Null stands to nothing.
    """
    if isinstance(data, Ragged):
        return _having(data, compared(data.values, compare, bound))
    if isinstance(data, Choice):
        data = np.array([*map(float, data.values), np.nan])[data.codes]
    if not isinstance(data, np.ndarray):
        return np.array(False)
    if data.dtype.kind == "M":
        return np.asarray(compare(data, moment(bound)) & ~np.isnat(data))
    there = ~np.isnan(data) if data.dtype.kind == "f" else data >= 0
    return np.asarray(compare(data, float(bound)) & there)


def _having(data: Ragged, hits: Array) -> Array:
    """Which lists hold one of the hits."""
    sums = np.concatenate(([0], np.cumsum(np.broadcast_to(hits, data.starts[-1]))))
    return np.asarray(sums[data.starts[1:]] > sums[data.starts[:-1]])


def _hidden(table: Table, param: Param) -> Any:
    """What a row knows without showing it, where it can be one of a few things; None
    for the rest."""
    if not param.values and param.type != "boolean":
        return None
    path = f"_{param.name}"
    return table.raw(path, Column(path, "enum" if param.values else "boolean", False, param.values))


def _column(table: Table, path: str) -> Any:
    """A column of the rows, or of the lists in them."""
    if path in table:
        return table.raw(path)
    head, _, rest = path.partition(".")
    inner = table.raw(head)
    if isinstance(inner, Ragged) and isinstance(inner.values, Table):
        return Ragged(inner.starts, _column(inner.values, rest))
    if isinstance(inner, Choice):
        return Choice(inner.codes, [[e.get(rest) for e in value or ()] for value in inner.values])
    return None


def _path(table: Table, name: str, dates: bool = False) -> str | None:
    """The column that a filter of that name is about."""
    if (alias := ALIASES.get(f"{table.name}.{name}")) is not None and (
        alias in table or alias.partition(".")[0] in table
    ):
        return alias
    one = re.sub(r"(?<=.)s$", "", name)
    single = re.sub(r"ies$", "y", name) if name.endswith("ies") else re.sub(r"(?<=s)es$", "", name)
    tries = [name, one, single]
    if dates:
        tries = [f"{name}On", name, f"{name}Date", f"{one}", f"{name}By"]
    elif name == "ids":
        tries.append("jobId")  # rows about a job are asked for by the job
    elif one.endswith("Id"):
        tries += [f"{one[:-2]}.id", f"{one}s"]
    elif name.endswith(("Name", "Number")):
        head = name.removesuffix("Name").removesuffix("Number")
        tries.append(f"{head}.{name[len(head) :].lower()}")
    tries += [f"address.{name}", *(f"leadCall.{t}" for t in tries)]
    return next((t for t in tries if t in table), None)


# -- names and values


def pairs_of(name: str, query: Query) -> list[tuple[str, str]]:
    """The names and values of a mapping.

    `name[Field]=value`, `name.Field=value` or one JSON object.
    """
    found = [
        (m[1] or m[2], v)
        for k, v in query.multi_items()
        if (m := re.fullmatch(rf"{re.escape(name)}(?:\[(.+)\]|\.(.+))", k))
    ]
    with contextlib.suppress(ValueError, AttributeError):
        written = read_json((query.get(name) or "{}").encode())
        found += [(k, str(v)) for k, v in written.items()]
    return found


def _pairs(table: Table, param: Param, query: Query) -> Array:
    """The rows whose custom fields hold the pairs: all of them, or one with the operator Or."""
    if param.name == "owners":
        return _owners(table, query)
    name = param.name.removesuffix(".Fields")
    wanted = [
        (k, v)
        for k, v in pairs_of(param.name, query)
        if f"{param.name}.{k}" not in ("customField.Fields", "customField.Operator")
    ]
    if not wanted:
        return np.array(True)
    hits = [_holds(table.raw("customFields"), {"name": k, "value": v}) for k, v in wanted]
    join = np.logical_or if query.get(f"{name}.Operator", "And").lower() == "or" else np.logical_and
    return np.asarray(join.reduce([np.broadcast_to(hit, table.size) for hit in hits]))


def _owners(table: Table, query: Query) -> Array:
    """Submissions that belong to one of the owners: `owners[0].type=Job&owners[0].id=1`."""
    rows: dict[str, dict[str, str]] = {}
    for key, value in query.multi_items():
        if m := re.fullmatch(r"owners\[(\d+)\]\.(type|id)", key):
            rows.setdefault(m[1], {})[m[2]] = value
    if not rows:
        return np.array(True)
    return np.asarray(
        np.logical_or.reduce([_holds(table.raw("owners"), row) for row in rows.values()])
    )


def _holds(data: Any, wanted: Mapping[str, str]) -> Array:
    """Which lists hold an object with these values."""
    if isinstance(data, Choice):
        fits = [
            any(
                all(str(e.get(k)).lower() == v.lower() for k, v in wanted.items())
                for e in value or ()
            )
            for value in data.values
        ]
        return np.array([*fits, False])[data.codes]
    if isinstance(data, Ragged) and isinstance(data.values, Table):
        inner = data.values
        return _having(
            data, np.logical_and.reduce([equal(inner.raw(k), [v]) for k, v in wanted.items()])
        )
    return np.array(False)


def by_sign(values: Any, sign: str) -> Callable[[list[str]], Array]:
    """A filter that compares a column's values with the one that is given."""
    compare = {">=": np.greater_equal, "<": np.less, "<=": np.less_equal, ">": np.greater}[sign]
    return lambda v: compared(values(), compare, v[0])
