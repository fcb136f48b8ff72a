"""What a request asks of a table: its parameters checked, its filters as masks, its order."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID

import numpy as np
from starlette.datastructures import QueryParams

from stnb.catalog import Endpoint, Param

from ..company.columns import Index
from ..company.table import Table
from .bodies import Problem
from .parameter_names import SORT_AS, SORT_BY_ANY, SORTABLE, SORTABLE_TOO

Query: TypeAlias = QueryParams


def bad(param: str, value: str) -> Problem:
    return Problem(
        400,
        errors={param: [f"The value '{value}' is not valid for {param[:1].upper()}{param[1:]}."]},
    )


# -- values


def check(endpoint: Endpoint, query: Query) -> None:
    """Raises Problem 400 for a required parameter that is missing and for a value that
    does not fit."""
    for param in endpoint.params:
        if param.where != "query":
            continue
        given = values_of(param, query)
        if param.required and not given and param.name not in ("page", "pageSize"):
            raise Problem(400, errors={param.name: [f"The {param.name} field is required."]})
        if param.maximum and len(given) > param.maximum:
            raise Problem(
                400, errors={param.name: [f"The number of values must not exceed {param.maximum}."]}
            )
        for value in given:
            if not fits(param, value):
                raise bad(param.name, value)


def values_of(param: Param, query: Query) -> list[str]:
    """The values given for the parameter; lists may come as one comma text or as repeated keys."""
    texts = query.getlist(param.name)
    if param.many:
        texts = [part for text in texts for part in text.split(",")]
    return [text.strip() for text in texts if text.strip()]


def fits(param: Param, value: str) -> bool:
    if param.name == "sort" or param.type == "object":
        return True  # the sort fields are looked at where the columns are known
    if param.values:
        return value.lower() in {v.lower() for v in param.values}
    try:
        if param.type == "boolean":
            return value.lower() in ("true", "false")
        if param.type == "integer" or (param.many and param.name.lower().endswith("ids")):
            int(value)
        elif param.type == "number":
            float(value)
        elif param.type in ("date", "date-time"):
            moment(value)
        elif param.type == "guid":
            UUID(value)
    except ValueError:
        return bool(re.fullmatch(r"[0-9a-fA-F-]{36}", value)) and param.type == "string"
    return True


def moment(text: str) -> np.datetime64:
    """ISO text as UTC; without a zone it is UTC already.

    Raises:
        ValueError: it is no such text, or no moment of the years 1 to 9999 in UTC.
    """
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        return np.datetime64(when, "us")
    try:
        return np.datetime64(when.astimezone(UTC).replace(tzinfo=None), "us")
    except OverflowError:
        raise ValueError(text) from None


def paging(endpoint: Endpoint, query: Query) -> tuple[int, int]:
    """(page, rows a page).

    Raises:
        Problem: 400, one of them is no number or out of range.
    """
    first, most = endpoint.page_first, endpoint.page_size_max or 5000
    numbers = []
    for name, default, low, high in (
        ("page", first, first, 2**31),
        ("pageSize", endpoint.page_size or 50, 1, most),
    ):
        text = query.get(name)
        if text is not None and not (text.isdecimal() and low <= int(text) <= high):
            raise bad(name, text)
        numbers.append(default if text is None else int(text))
    return numbers[0], numbers[1]


# -- order


def order(endpoint: Endpoint, table: Table, query: Query, at: Index) -> Index:
    """The rows in the order of `sort`.

    +Field or -Field; a few lists have a field and a direction instead.

    Raises:
        Problem: 400, it cannot be sorted by that.
    """
    down, field = _direction(endpoint, query)
    if not field:
        return at
    path = _sort_column(table, field)
    _check_sort(endpoint, table, query, field, path)
    values = table.array(path) if path else None
    if values is None:
        return at
    keys = values[at]
    ranks = np.argsort(
        np.array([str(v or "") for v in keys.tolist()]) if keys.dtype.kind == "O" else keys,
        kind="stable",
    )
    return at[ranks[::-1]] if down else at[ranks]


def _sort_column(table: Table, field: str) -> str | None:
    """The column that a field's name means, in whatever case; None if the rows have none."""
    for column in table.columns:
        if column.name.lower() == field.lower() and column.type not in ("object", "array"):
            return column.name
    for path in (SORT_AS.get(field.lower(), ""), f"leadCall.{field[:1].lower()}{field[1:]}"):
        if path in table:
            return path
    return None


def _check_sort(
    endpoint: Endpoint, table: Table, query: Query, field: str, path: str | None
) -> None:
    """Look whether the list can be sorted by a field.

    Raises:
        Problem: 400, it cannot.
    """
    param = endpoint.takes("sort")
    allowed = {v.lstrip("+-").lower() for v in param.values} if param else set()
    if not allowed and endpoint.module not in SORT_BY_ANY:
        allowed = SORTABLE | SORTABLE_TOO.get(table.name, set())
        allowed |= SORTABLE_TOO.get(endpoint.module, set())
    known = path is not None or field.lower() in SORTABLE
    if allowed:
        known = field.lower() in allowed
    if not known:
        name = "sort"
        if not param:
            name = next(n for n in ("orderBy", "sortBy") if endpoint.takes(n))
        raise bad(name, query.get(name, ""))


def _direction(endpoint: Endpoint, query: Query) -> tuple[bool, str]:
    """(downwards, field); no field where nothing is asked."""
    text = query.get("sort") if endpoint.takes("sort") else ""
    if text:
        return text[:1] == "-", text.lstrip("+- ")
    if endpoint.takes("orderBy"):
        return query.get("orderByDirection", "").lower().startswith("desc"), query.get(
            "orderBy"
        ) or ""
    return query.get("descending", "").lower() == "true", (
        query.get("sortBy") or ""
    ) if endpoint.takes("sortBy") else ""
