"""Filters as people write them -> path and query as the API takes them. Nothing that it would ignore gets through.

The API answers an unknown filter with every row and no word (facts §7), so names and values are checked here.
"""

from __future__ import annotations

import datetime as dt
import difflib
import json
import math
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from .catalog import Endpoint, Param
from .dates import moment
from .errors import BadFilter, UnknownFilter

UTC = ZoneInfo("UTC")


FIFTY = 50  # ids in a call where the documents state no maximum (facts §7): an address cannot be of any length
# Of columns that hold days, as midnights in UTC (seen): with the midnight of a zone west of it, a day would lose its own rows.
DAYS = {"invoicedOnOrAfter", "invoicedOnBefore", "dueDateOnOrAfter", "dueDateBefore"}
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Call:
    """One read, ready to be sent: the route with its values, the query without paging, the body.

    Attributes:
        given: the filters as they were understood, for provenance.
        batches: more values than one call takes, as the pairs of each call; empty where one call does.
        asked: how many rows are asked for by their ids; None where they are not.
    """

    endpoint: Endpoint
    path: str
    query: Pairs
    body: Any
    given: Mapping[str, str]
    batches: tuple[Pairs, ...] = ()
    asked: int | None = None


def call(endpoint: Endpoint, tenant: int, filters: Mapping[str, Any], zone: dt.tzinfo = UTC) -> Call:
    """Check the filters against the catalogue and write them in the API's form.

    Args:
        filters: by the API's spelling or Python's (`from_`); None means not given.
        zone: in which dates and times without a zone are meant.

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
    texts = {p: _texts(endpoint, p, value, zone) for p, value in given.items() if p.where != "body"}
    path = endpoint.path.replace("{tenant}", str(tenant))
    for p, text in texts.items():
        if p.where == "path":
            path = path.replace(f"{{{p.name}}}", quote(text[0][1], safe=""))
    query = tuple(pair for p, pairs in texts.items() if p.where == "query" for pair in pairs)
    body: Any = next((_body(endpoint, p, value) for p, value in given.items() if p.where == "body"), None)
    if endpoint.method == "POST" and body is None:
        body = {"parameters": []}
    told = {p.name: _told([v for _, v in pairs]) for p, pairs in texts.items()}
    told |= {p.name: json.dumps(body[p.name], ensure_ascii=False) for p in given if p.where == "body"}
    ids = _ids(endpoint, given, zone)
    batches = _batches(*ids) if ids else ()
    if batches:
        query = tuple(pair for pair in query if pair[0] != "ids")
    return Call(endpoint, path, query, body, told, batches, len(ids[1]) if ids else None)


def _told(values: list[str]) -> str:
    """The values as provenance keeps them; a long list by its ends."""
    each = [v for value in values for v in value.split(",")]
    return ", ".join(values) if len(each) <= 50 else f"{len(each):,} values, {each[0]} … {each[-1]}"


def _ids(endpoint: Endpoint, given: Mapping[Param, Any], zone: dt.tzinfo) -> tuple[Param, list[str]] | None:
    """The ids that rows are asked for by, each once, with their parameter."""
    param = next((p for p in given if _splits(endpoint, p)), None)
    return (
        None if param is None else (param, list(dict.fromkeys(_text(endpoint, param, v, zone) for v in _several(given[param]))))
    )


def _batches(param: Param, ids: list[str]) -> tuple[Pairs, ...]:
    """Ids beyond what one call takes, cut into calls."""
    most = param.maximum or FIFTY
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
            raise BadFilter(f"{param.name} was given twice.", f"It is also written {param.py}.", "Give it once.")
        if value is not None:
            given[param] = value
    return given


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
        f"Near it: {', '.join(near)}." if near else f"Its filters are: {', '.join(names) or 'none'}.",
    )


def _texts(endpoint: Endpoint, param: Param, value: Any, zone: dt.tzinfo) -> list[tuple[str, str]]:
    """The (key, text) pairs that the value becomes."""
    if param.type == "object":
        return _object(endpoint, param, value)
    if not param.many:
        return [(param.name, _text(endpoint, param, value, zone))]
    values = [_text(endpoint, param, v, zone) for v in _several(value)]
    if not values:
        raise _bad(
            endpoint,
            param,
            value,
            "It is empty, and an empty list would not narrow anything.",
            "Leave the filter out, or give a value.",
        )
    if param.maximum and len(values) > param.maximum and not _splits(endpoint, param):
        raise _bad(
            endpoint,
            param,
            f"{len(values)} values",
            f"One call takes {param.maximum} at most.",
            "Split them, or pull all and select in pandas.",
        )
    return _written(param, values)


def _written(param: Param, values: list[str]) -> list[tuple[str, str]]:
    return [(param.name, ",".join(values))] if param.many == "comma" else [(param.name, v) for v in values]


def _several(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [v.strip() for v in value.split(",") if v.strip()]
    return list(value) if isinstance(value, Iterable) and not isinstance(value, (bytes, Mapping)) else [value]


def _object(endpoint: Endpoint, param: Param, value: Any) -> list[tuple[str, str]]:
    """A mapping of names to values: `customField.Fields[Name]=value`, or `customField.Name=value` (facts §7).

    Where the parameter takes several (forms' owners), a list of mappings: `owners[0].type=Job&owners[0].id=1`.
    """
    rows = _several(value) if param.many and not isinstance(value, (str, Mapping)) else [value]
    if not rows or any(not isinstance(row, Mapping) or not row or None in row.values() for row in rows):
        raise _bad(endpoint, param, value, "It takes names and values.", f'Write {param.py}={{"Name": "value"}}.')
    if not isinstance(value, Mapping):
        return [(f"{param.name}[{i}].{k}", str(v)) for i, row in enumerate(rows) for k, v in row.items()]
    if param.maximum and len(value) > param.maximum:
        raise _bad(endpoint, param, f"{len(value)} names", f"One call takes {param.maximum} at most.", "Give fewer.")
    dotted = param.name == "customField"
    return [(f"{param.name}.{k}" if dotted else f"{param.name}[{k}]", str(v)) for k, v in value.items()]


def _body(endpoint: Endpoint, param: Param, value: Any) -> Any:
    """A report's parameters: a mapping becomes the list of name-value pairs that the route takes (facts §9)."""
    pairs = [{"name": k, "value": v} for k, v in value.items()] if isinstance(value, Mapping) else value
    try:
        plain = json.loads(json.dumps(pairs, default=_plain, allow_nan=False))
    except (TypeError, ValueError):
        plain = None
    if not isinstance(plain, list):
        raise _bad(endpoint, param, value, "It takes names and values that JSON has.", 'Write parameters={"From": "2026-07-01"}.')
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


# -- one value


def _text(endpoint: Endpoint, param: Param, value: Any, zone: dt.tzinfo) -> str:
    if param.name == "sort":
        return _sort(endpoint, param, value)
    if param.values:
        return _one_of(endpoint, param, value)
    try:
        given = _day(value, zone) if param.name in DAYS else value
        text = _WRITERS.get(param.type, _string)(given, zone)
        if param.where == "path" and text in (".", ".."):  # no name: on its way it would become another route
            raise ValueError
        return text
    except (ValueError, TypeError, OverflowError):
        raise _bad(endpoint, param, value, f"It takes {_EXPECTED.get(param.type, 'a text')}.", "Write it so.") from None


def _bad(endpoint: Endpoint, param: Param, value: Any, why: str, then: str) -> BadFilter:
    shown = value if isinstance(value, str) and " value" in value else repr(value)
    return BadFilter(f"{param.py}={str(shown)[:80]} does not fit {endpoint.name}.", why, then)


def _one_of(endpoint: Endpoint, param: Param, value: Any) -> str:
    wanted = str(value).strip().lower()
    found = next((v for v in param.values if v.lower() == wanted), None)
    if found is None:
        near = difflib.get_close_matches(str(value), param.values, n=1)
        raise _bad(
            endpoint,
            param,
            value,
            f"Its values are: {', '.join(param.values)}.",
            f"Did you mean {near[0]!r}?" if near else "Choose one of them.",
        )
    return found


def _sort(endpoint: Endpoint, param: Param, value: Any) -> str:
    """ "Id" and "+Id" ascending, "-Id" descending; the sign is always sent."""
    text = str(value).strip()
    signed = text if text.startswith(("+", "-")) else f"+{text}"
    if not param.values and len(signed) > 1:
        return signed
    found = next((v for v in param.values if v.lower() == signed.lower()), None)
    if found is None:
        raise _bad(
            endpoint,
            param,
            value,
            f"It sorts by {', '.join(v[1:] for v in param.values[::2]) or 'the name of a field'}.",
            'Write a name for ascending, "-Name" for descending.',
        )
    return found


def _string(value: Any, zone: dt.tzinfo) -> str:
    if value is None or value != value or isinstance(value, bytes):  # NaN and NaT are not themselves; NA raises
        raise TypeError
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if isinstance(value, Iterable) and not isinstance(value, str):
        raise TypeError
    text = str(value).strip()
    if not text:
        raise ValueError
    return text


def _integer(value: Any, zone: dt.tzinfo) -> str:
    if isinstance(value, bool) or (isinstance(value, str) and not re.fullmatch(r"\s*[+-]?\d+\s*", value)):
        raise ValueError
    whole = int(value)
    if not isinstance(value, str) and whole != value:
        raise ValueError
    return str(whole)


def _number(value: Any, zone: dt.tzinfo) -> str:
    if isinstance(value, bool) or "_" in str(value) or not math.isfinite(float(value)):
        raise ValueError
    return str(value).strip()


def _boolean(value: Any, zone: dt.tzinfo) -> str:
    text = str(value).strip().lower()
    if text not in ("true", "false"):
        raise ValueError
    return text


def _guid(value: Any, zone: dt.tzinfo) -> str:
    return str(uuid.UUID(str(value).strip()))


def _date(value: Any, zone: dt.tzinfo) -> str:
    return moment(value, zone).date().isoformat()


def _day(value: Any, zone: dt.tzinfo) -> dt.datetime:
    """The first moment of a day in the zone as the midnight in UTC that stands for this day; another moment as it is."""
    exact = moment(value, zone)
    here = exact.astimezone(zone)
    return here.replace(tzinfo=UTC) if here.time() == dt.time() else exact


def _date_time(value: Any, zone: dt.tzinfo) -> str:
    """UTC with a Z, which every filter takes; an offset is refused by some (facts §7)."""
    exact = moment(value, zone).astimezone(UTC)
    text = exact.replace(tzinfo=None).isoformat(timespec="microseconds" if exact.microsecond else "seconds")
    return f"{text}Z"


_WRITERS = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "guid": _guid,
    "date": _date,
    "date-time": _date_time,
}
_EXPECTED = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "True or False",
    "guid": "a GUID such as 3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "date": 'a date such as "2026-07-01", "2026-07" or "last 30 days"',
    "date-time": 'a date or time such as "2026-07-01", "2026-07-01T09:30", "2026-07" or "last 30 days"',
}
