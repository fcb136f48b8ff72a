"""What a request asks of a table: its parameters checked, its filters as masks, its order."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

import numpy as np
from starlette.datastructures import QueryParams

from ..catalog import Column, Endpoint, Param
from .answers import Problem
from .table import Array, Choice, Index, Ragged, Table

Query: TypeAlias = QueryParams
# How the end of a filter's name compares; the longest first. "paidOnAfter" and "invoicedOnBefore" are as odd as the API has them.
ENDINGS: list[tuple[str, Callable[[Any, Any], Any]]] = [
    ("OnOrAfter", np.greater_equal),
    ("OnOrBefore", np.less_equal),
    ("OnBefore", np.less),
    ("OnAfter", np.greater_equal),
    ("Before", np.less),
    ("After", np.greater),
    ("Greater", np.greater),
    ("Less", np.less),
    ("From", np.greater_equal),
    ("To", np.less_equal),
]
# Filters whose column is called otherwise; what is looked for first.
ALIASES = {
    "jpm.jobs.number": "jobNumber",
    "jpm.projects.completed": "actualCompletionDate",
    "accounting.invoices.invoiced": "invoiceDate",
    "accounting.invoices.number": "referenceNumber",
    "accounting.invoices.statuses": "syncStatus",
    "accounting.invoices.jobNumber": "job.number",
    "accounting.payments.paid": "date",
    "accounting.payments.statuses": "syncStatus",
    "sales.estimates.status": "status.name",
    "sales.estimates.soldById": "soldBy",
    "sales.estimates.items.estimateId": "_estimate",
    "telecom.calls.callerPhoneNumber": "leadCall.from",
    "telecom.calls.phoneNumberCalled": "leadCall.to",
}
# What can be sorted by where the catalogue does not say: these, the module's or resource's own, or in some modules every column.
SORTABLE = {"id", "createdon", "modifiedon"}
SORTABLE_TOO = {
    "jpm.jobs": {"priority"},
    "jpm.projects": {"name", "targetcompletiondate"},
    "jpm.project_statuses": {"name", "order"},
    "marketing": {"name", "date"},
    "pricebook": {
        "code",
        "displayname",
        "price",
        "memberprice",
        "addonprice",
        "addonmemberprice",
        "cost",
        "manufacturer",
        "name",
    },
    "taskmanagement": {"descriptionmodifiedon", "completedby", "priority"},
    "forms": {"submittedon", "createdby"},
    "service_agreements": {"name", "startdate", "enddate"},
    "inventory": {"from", "to", "percent"},
}
SORT_BY_ANY = {"accounting", "sales", "memberships", "payroll", "timesheets"}
CONTAINS = re.compile(r"name$|^title|contains$|search|description|^street$", re.IGNORECASE)


def bad(param: str, value: str) -> Problem:
    return Problem(400, errors={param: [f"The value '{value}' is not valid for {param[:1].upper()}{param[1:]}."]})


# -- values


def check(endpoint: Endpoint, query: Query) -> None:
    """Raises Problem 400 for a required parameter that is missing and for a value that does not fit."""
    for param in endpoint.params:
        if param.where != "query":
            continue
        given = values_of(param, query)
        if param.required and not given and param.name not in ("page", "pageSize"):
            raise Problem(400, errors={param.name: [f"The {param.name} field is required."]})
        if param.maximum and len(given) > param.maximum:
            raise Problem(400, errors={param.name: [f"The number of values must not exceed {param.maximum}."]})
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
    except ValueError:
        return bool(re.fullmatch(r"[0-9a-fA-F-]{36}", value)) and param.type == "string"
    return True


def moment(text: str) -> np.datetime64:
    """ISO text as UTC; without a zone it is UTC already."""
    when = datetime.fromisoformat(text)
    return np.datetime64(when.astimezone(UTC).replace(tzinfo=None) if when.tzinfo else when, "us")


def paging(endpoint: Endpoint, query: Query) -> tuple[int, int]:
    """(page, rows a page).

    Raises:
        Problem: 400, one of them is no number or out of range.
    """
    first, most = endpoint.page_first, endpoint.page_size_max or 5000
    numbers = []
    for name, default, low, high in (("page", first, first, 2**31), ("pageSize", endpoint.page_size or 50, 1, most)):
        text = query.get(name)
        if text is not None and not (text.isdecimal() and low <= int(text) <= high):
            raise bad(name, text)
        numbers.append(default if text is None else int(text))
    return numbers[0], numbers[1]


# -- filters


def select(endpoint: Endpoint, table: Table, query: Query, special: Mapping[str, Callable[[list[str]], Array]]) -> Array:
    """A mask of the rows that the filters leave. `special` holds the filters that need other tables."""
    keep = np.ones(table.size, dtype=bool)
    hides = endpoint.shows_all[0] if endpoint.shows_all else ""
    for param in endpoint.filters:
        if param.where != "query" or param.name == "sort":
            continue
        given = values_of(param, query)
        if param.name in (hides, "active", "activeState", "activeOnly", "includeInactive"):
            keep &= _active(table, param.name, given, hidden=param.name == hides)
        elif given and param.name in special:
            keep &= special[param.name](given)
        elif given:
            keep &= _matches(table, param, given)
    return keep


def _active(table: Table, name: str, given: list[str], hidden: bool) -> Array:
    wanted = given[0].lower() if given else ""
    if name == "activeOnly":
        shown = "true" if wanted == "true" else "any"
    elif name == "includeInactive":
        shown = "any" if wanted == "true" else "true"
    else:
        shown = {"": "true" if hidden else "any", "activeonly": "true", "inactiveonly": "false", "all": "any"}.get(wanted, wanted)
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


def _matches(table: Table, param: Param, given: list[str]) -> Array:
    """The rows that fit one filter; all of them where no column answers to its name."""
    everything = np.ones(table.size, dtype=bool)
    for ending, compare in ENDINGS:
        base = param.name.removesuffix(ending)
        if base and base != param.name and (values := _array(table, base)) is not None and values.dtype.kind in "Mfi":
            bound: Any = moment(given[0]) if values.dtype.kind == "M" else float(given[0])
            return np.asarray(compare(values, bound))
    path = _path(table, param.name)
    if path is None or param.type == "object":
        return everything
    return equal(table.raw(path), given, contains=bool(CONTAINS.search(param.name)) and not param.many)


def _array(table: Table, base: str) -> Array | None:
    path = _path(table, base, dates=True)
    return None if path is None else table.array(path)


def _path(table: Table, name: str, dates: bool = False) -> str | None:
    """The column that a filter of that name is about."""
    one = re.sub(r"(?<=.)s$", "", name)
    single = re.sub(r"ies$", "y", name) if name.endswith("ies") else re.sub(r"(?<=s)es$", "", name)
    tries = [name, one, single]
    if dates:
        tries = [f"{name}On", name, f"{name}Date", f"{one}", f"{name}By"]
    elif name == "ids":
        tries.append("jobId")  # rows about a job are asked for by the job
    elif one.endswith("Id"):
        tries += [f"{one[:-2]}.id", f"{one}s"]
    elif name.endswith("Name"):
        tries.append(f"{name[:-4]}.name")
    alias = ALIASES.get(f"{table.name}.{name}")
    tries = ([alias] if alias else []) + tries + [f"address.{name}"] + [f"leadCall.{t}" for t in tries]
    return next((t for t in tries if t in table), None)


def equal(data: Any, given: list[str], contains: bool = False) -> Array:
    """Which rows hold one of the values, or for names: a part of it."""
    wanted = {g.lower() for g in given}

    def test(value: Any) -> bool:
        text = "" if value is None else str(value).lower()
        return any(w in text for w in wanted) if contains else text in wanted

    if isinstance(data, Choice):
        flags = [any(test(v) for v in value) if isinstance(value, list) else test(value) for value in data.values]
        return np.array([*flags, False])[data.codes]
    if isinstance(data, Ragged):
        hits = np.concatenate(([0], np.cumsum(equal(data.values, given))))
        return np.asarray(hits[data.starts[1:]] > hits[data.starts[:-1]])
    if not isinstance(data, np.ndarray):
        return np.array(test(data)) if not isinstance(data, Table) else np.array(True)
    if data.dtype.kind == "i":
        numbers = [int(g) for g in given if re.fullmatch(r"-?\d+", g)]
        return np.isin(data, numbers)
    if data.dtype.kind == "b":
        return np.asarray(data == ("true" in wanted))
    return np.array([test(v) for v in data.tolist()], dtype=bool)


# -- order


def order(endpoint: Endpoint, table: Table, query: Query, at: Index) -> Index:
    """The rows in the order of `sort`: +Field or -Field.

    Raises:
        Problem: 400, it cannot be sorted by that.
    """
    text = query.get("sort")
    param = endpoint.takes("sort")
    if not text or param is None or param.type == "object":
        return at
    down, field = text[0] == "-", text.lstrip("+-") if text[0] in "+-" else text
    allowed = {v.lstrip("+-").lower() for v in param.values}
    if not allowed and endpoint.module not in SORT_BY_ANY:
        allowed = SORTABLE | SORTABLE_TOO.get(table.name, set()) | SORTABLE_TOO.get(endpoint.module, set())
    path = next((c.name for c in table.columns if c.name.lower() == field.lower() and c.type not in ("object", "array")), None)
    path = path or next((p for p in (f"leadCall.{field[:1].lower()}{field[1:]}",) if p in table), None)
    if (allowed and field.lower() not in allowed) or (path is None and not allowed):
        raise bad("sort", text)
    values = table.array(path) if path else None
    if values is None:
        return at
    keys = values[at]
    ranks = np.argsort(np.array([str(v or "") for v in keys.tolist()]) if keys.dtype.kind == "O" else keys, kind="stable")
    return at[ranks[::-1]] if down else at[ranks]
