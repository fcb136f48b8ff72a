"""Filters as people write them -> path and query as the API takes them. Nothing that it would
ignore gets through.

The API answers an unknown filter with every row and no word (facts §7), so names and values are
checked here.
"""

from __future__ import annotations

import datetime as dt
import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from stnb.catalog import Endpoint, Param
from stnb.catalog.facts import MAX_IDS
from stnb.errors import BadFilter, UnknownFilter

from .dates import moment
from .values import UTC, as_list, as_text, bad

# ids in a call where the documents state no maximum (facts §7): an address cannot be of any length
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Call:
    """One read, ready to be sent: the route with its values, the query without paging, the body.

    Attributes:
        filters: the filters as they were understood, for provenance.
        batches: more values than one call takes, as the pairs of each call; empty where one call
            does.
        by_id: how many rows are asked for by their ids; None if they are not.
    """

    endpoint: Endpoint
    path: str
    query: Pairs
    body: Any
    filters: Mapping[str, str]
    batches: tuple[Pairs, ...] = ()
    by_id: int | None = None


def call(
    endpoint: Endpoint,
    tenant: int,
    filters: Mapping[str, Any],
    zone: dt.tzinfo = UTC,
    now: dt.datetime | None = None,
) -> Call:
    """Check the filters against the catalogue and write them in the API's form.

    Args:
        filters: by the API's spelling or Python's (`from_`); None means not given.
        zone: in which dates and times without a zone are meant.
        now: what a phrase such as "last 30 days" is counted from; the present if it is not given.

    Raises:
        UnknownFilter: the endpoint has no such filter.
        BadFilter: a value does not fit, or a required filter is missing.
    """
    given = _given(endpoint, filters)
    missing = [p.py for p in endpoint.required if p not in given]
    if missing:
        raise BadFilter(
            f"{endpoint.name} needs {' and '.join(missing)}.",
            "The API refuses the call without.",
            f"Give it, as in pull({', '.join(f'{m}=…' for m in missing)}).",
        )
    given = {p: _counted(p, value, zone, now) for p, value in given.items()}
    texts = {p: _texts(endpoint, p, value, zone) for p, value in given.items() if p.where != "body"}
    path = endpoint.path.replace("{tenant}", str(tenant))
    for p, text in texts.items():
        if p.where == "path":
            path = path.replace(f"{{{p.name}}}", quote(text[0][1], safe=""))
    query = tuple(pair for p, pairs in texts.items() if p.where == "query" for pair in pairs)
    body: Any = next(
        (_body(endpoint, p, value) for p, value in given.items() if p.where == "body"), None
    )
    if endpoint.method == "POST" and body is None:
        body = {"parameters": []}
    told = {p.name: in_short([v for _, v in pairs]) for p, pairs in texts.items()}
    told |= {
        p.name: json.dumps(body[p.name], ensure_ascii=False) for p in given if p.where == "body"
    }
    ids = _ids(endpoint, given, zone)
    batches = _batches(*ids) if ids else ()
    if batches:
        query = tuple(pair for pair in query if pair[0] != "ids")
    return Call(endpoint, path, query, body, told, batches, len(ids[1]) if ids else None)


def in_short(values: list[str]) -> str:
    """The values as provenance keeps them; a long list by its ends."""
    each = [v for value in values for v in value.split(",")]
    return ", ".join(values) if len(each) <= 50 else f"{len(each):,} values, {each[0]} … {each[-1]}"


def _ids(
    endpoint: Endpoint, given: Mapping[Param, Any], zone: dt.tzinfo
) -> tuple[Param, list[str]] | None:
    """The ids that rows are asked for by, each once, with their parameter."""
    param = next((p for p in given if _splits(endpoint, p)), None)
    return (
        None
        if param is None
        else (
            param,
            list(dict.fromkeys(as_text(endpoint, param, v, zone) for v in as_list(given[param]))),
        )
    )


def _batches(param: Param, ids: list[str]) -> tuple[Pairs, ...]:
    """Ids beyond what one call takes, cut into calls."""
    most = param.maximum or MAX_IDS
    if len(ids) <= most:
        return ()
    return tuple(tuple(_written(param, ids[i : i + most])) for i in range(0, len(ids), most))


def _splits(endpoint: Endpoint, param: Param) -> bool:
    """Whether many values are the same as several calls: a list by the ids of its rows."""
    return param.name == "ids" and endpoint.kind == "list" and bool(param.many)


def _given(endpoint: Endpoint, filters: Mapping[str, Any]) -> dict[Param, Any]:
    given: dict[Param, Any] = {}
    for name, value in filters.items():
        param = _param(endpoint, name)
        if param in given and value is not None:
            raise BadFilter(
                f"{param.name} was given twice.", f"It is also written {param.py}.", "Give it once."
            )
        if value is not None:
            given[param] = value
    return given


def _counted(param: Param, value: Any, zone: dt.tzinfo, now: dt.datetime | None) -> Any:
    """A date that is written as text, as its moment; what is none stays, and is refused with the
    other values.
    """
    if param.type not in ("date", "date-time") or not isinstance(value, str):
        return value
    try:
        return moment(value, zone, now)
    except (ValueError, OverflowError):
        return value


def _param(endpoint: Endpoint, name: str) -> Param:
    param = endpoint.takes(name)
    if param is not None and param in endpoint.filters:
        return param
    if param is not None:
        raise BadFilter(
            f"{name} is not a filter.",
            "stnb pages by itself.",
            "Say limit=… for fewer rows and page_size=… for the rows a request.",
        )
    names = [p.py for p in endpoint.filters]
    near = difflib.get_close_matches(name, names, n=4, cutoff=0.5)
    near += [n for n in names if n.lower().startswith(name.lower()[:6]) and n not in near][:3]
    raise UnknownFilter(
        f"{endpoint.name} has no filter {name!r}.",
        "The API would ignore it in silence and answer with every row.",
        f"Near it: {', '.join(near)}."
        if near
        else f"Its filters are: {', '.join(names) or 'none'}.",
    )


def _texts(endpoint: Endpoint, param: Param, value: Any, zone: dt.tzinfo) -> list[tuple[str, str]]:
    """The (key, text) pairs that the value becomes."""
    if param.type == "object":
        return _object(endpoint, param, value)
    if not param.many:
        return [(param.name, as_text(endpoint, param, value, zone))]
    values = [as_text(endpoint, param, v, zone) for v in as_list(value)]
    if not values:
        raise bad(
            endpoint,
            param,
            value,
            "It is empty, and an empty list would not narrow anything.",
            "Leave the filter out, or give a value.",
        )
    if param.maximum and len(values) > param.maximum and not _splits(endpoint, param):
        raise bad(
            endpoint,
            param,
            f"{len(values)} values",
            f"One call takes {param.maximum} at most.",
            "Split them, or pull all and select in pandas.",
        )
    return _written(param, values)


def _written(param: Param, values: list[str]) -> list[tuple[str, str]]:
    return (
        [(param.name, ",".join(values))]
        if param.many == "comma"
        else [(param.name, v) for v in values]
    )


def _object(endpoint: Endpoint, param: Param, value: Any) -> list[tuple[str, str]]:
    """A mapping of names to values: `customField.Fields[Name]=value`, or `customField.Name=value`
    (facts §7).

    Where the parameter takes several (forms' owners), a list of mappings:
    `owners[0].type=Job&owners[0].id=1`.
    """
    rows = as_list(value) if param.many and not isinstance(value, (str, Mapping)) else [value]
    if not rows or any(
        not isinstance(row, Mapping) or not row or None in row.values() for row in rows
    ):
        raise bad(
            endpoint,
            param,
            value,
            "It takes names and values.",
            f'Write {param.py}={{"Name": "value"}}.',
        )
    if not isinstance(value, Mapping):
        return [
            (f"{param.name}[{i}].{k}", str(v)) for i, row in enumerate(rows) for k, v in row.items()
        ]
    if param.maximum and len(value) > param.maximum:
        raise bad(
            endpoint,
            param,
            f"{len(value)} names",
            f"One call takes {param.maximum} at most.",
            "Give fewer.",
        )
    dotted = param.name == "customField"
    return [
        (f"{param.name}.{k}" if dotted else f"{param.name}[{k}]", str(v)) for k, v in value.items()
    ]


def _body(endpoint: Endpoint, param: Param, value: Any) -> Any:
    """A report's parameters: a mapping becomes the list of name-value pairs that the route takes
    (facts §9).
    """
    pairs = (
        [{"name": k, "value": v} for k, v in value.items()] if isinstance(value, Mapping) else value
    )
    try:
        plain = json.loads(json.dumps(pairs, default=_plain, allow_nan=False))
    except (TypeError, ValueError):
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


def _plain(value: Any) -> Any:
    """What JSON lacks: days, collections, and numpy's numbers."""
    if isinstance(value, dt.datetime) and value == value:  # NaT is not itself
        return value.date().isoformat()
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, (set, frozenset, range)):
        return sorted(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError
