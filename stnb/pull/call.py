"""Filters as people write them -> path, query and body as the API takes them.

The API ignores a filter that it does not know and answers with every row (seen on the live API), so
names and values are checked here, before anything is sent.
"""

from __future__ import annotations

import datetime as dt
import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from stnb.catalog import Endpoint, Param
from stnb.catalog.facts import MAX_IDS
from stnb.catalog.words import span
from stnb.errors import BadFilter, UnknownFilter, tongue

from .body import body_of
from .body_windows import Window, windows
from .by_type import UTC
from .dates import moment
from .guessed import instead_of
from .pairs import Pairs, as_pairs, is_split, paired
from .values import Ours, as_text, items

IDS = "ids"  # the parameter that rows are asked for by their ids with
SHOWN = 50  # values up to which provenance keeps all of them


@dataclass(frozen=True)
class Call:
    """One read, ready to be sent: the route with its values, the query without paging, the body.

    Attributes:
        filters: the filters as they were understood, for provenance.
        batches: more ids than one call takes, as the pairs of each call; empty if one call does.
        by_id: how many rows are asked for by their ids; None if they are not.
        ours: the filters that stnb added by itself.
        in_body: whether the pairs of a batch belong into the body.
        windows: which rows of each batch are its own, if batches overlap.
    """

    endpoint: Endpoint
    path: str
    query: Pairs
    body: Any
    filters: Mapping[str, str]
    batches: tuple[Pairs, ...] = ()
    by_id: int | None = None
    ours: frozenset[str] = frozenset()
    in_body: bool = False
    windows: tuple[Window, ...] = ()

    def sent(self, query: Pairs) -> tuple[Pairs, Any]:
        """The query and the body of one request, from the pairs of a batch."""
        if not self.in_body:
            return query, self.body
        return (), {**self.body, **dict(query)}

    @property
    def has_several_ids(self) -> bool:
        """Whether one call asks for several rows by their ids."""
        return self.by_id is not None and self.by_id > 1 and not self.batches

    def as_batch(self) -> Call:
        """The same call with its ids as one batch, which can be cut into smaller ones."""
        ids = tuple(pair for pair in self.query if pair[0] == IDS)
        others = tuple(pair for pair in self.query if pair[0] != IDS)
        return replace(self, query=others, batches=(ids,))


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
        now: what a phrase such as "last 30 days" is counted from; the present if not given.

    Raises:
        UnknownFilter: the endpoint has no such filter.
        BadFilter: a value does not fit, or a required filter is missing.
    """
    values = _by_parameter(endpoint, filters)
    ours = frozenset(param.name for param, value in values.items() if isinstance(value, Ours))
    _check_required(endpoint, values)
    for param, value in values.items():
        values[param] = _moment_of_text(param, value, zone, now)
    body = body_of(endpoint, values, zone)
    pairs = {p: as_pairs(endpoint, p, v, zone) for p, v in values.items() if p.where != "body"}
    _check_spans(endpoint, pairs)
    path, query = _placed(endpoint, tenant, pairs)
    shown = _shown(values, pairs, body)
    if endpoint.window_days is not None:
        several = windows(endpoint, values, zone)
        spans = tuple(window.ends for window in several)
        return Call(
            endpoint,
            path,
            tuple(query),
            body,
            shown,
            spans,
            ours=ours,
            in_body=True,
            windows=several,
        )
    split, ids = _ids(endpoint, values, zone)
    if split is None:
        return Call(endpoint, path, tuple(query), body, shown, ours=ours)
    batches = _batches(split, ids)
    if batches:
        query = [pair for pair in query if pair[0] != IDS]
    return Call(endpoint, path, tuple(query), body, shown, batches, len(ids), ours)


def _placed(
    endpoint: Endpoint, tenant: int, pairs: Mapping[Param, list[tuple[str, str]]]
) -> tuple[str, list[tuple[str, str]]]:
    """The path with its values, and the pairs of the query."""
    path = endpoint.path.replace("{tenant}", str(tenant))
    query: list[tuple[str, str]] = []
    for param, written in pairs.items():
        if param.where == "path":
            path = path.replace(f"{{{param.name}}}", quote(written[0][1], safe=""))
        elif param.where == "query":
            query += written
    return path, query


def in_short(values: list[str]) -> str:
    """The values as provenance keeps them; a long list by its ends."""
    together = ",".join(values).split(",")
    if len(together) <= SHOWN:
        return ", ".join(values)
    return f"{len(together):,} values, {together[0]} … {together[-1]}"


def _shown(
    values: Mapping[Param, Any], pairs: Mapping[Param, list[tuple[str, str]]], body: Any
) -> dict[str, str]:
    """The filters as provenance keeps them."""
    shown = {}
    for param in values:
        if param.where == "body":
            shown[param.name] = json.dumps(body[param.name], ensure_ascii=False)
        else:
            shown[param.name] = in_short([text for _, text in pairs[param]])
    return shown


def _check_required(endpoint: Endpoint, values: Mapping[Param, Any]) -> None:
    missing = [param.py for param in endpoint.required if param not in values]
    if missing:
        python = ", ".join(f"{name}=…" for name in missing)
        options = " ".join(f"--{name.removesuffix('_')} …" for name in missing)
        raise BadFilter(
            f"{endpoint.name} needs {' and '.join(missing)}.",
            "The API refuses the call without.",
            f"Give it, as in {tongue.either(f'pull({python})', options)}.",
        )


def _check_spans(endpoint: Endpoint, pairs: Mapping[Param, list[tuple[str, str]]]) -> None:
    """Refuse a span of dates that ends before it begins: the API answers it with no rows."""
    ends: dict[str, dict[str, tuple[Param, str]]] = {}
    for param, written in pairs.items():
        stem, end = span(param.name)
        if end and param.type in ("date", "date-time"):
            ends.setdefault(stem, {}).setdefault(end, (param, written[0][1]))
    for both in ends.values():
        if len(both) < 2:
            continue
        (first, begins), (last, stops) = both["from"], both["to"]
        if _moment(begins) > _moment(stops):
            raise BadFilter(
                f"{tongue.argument(first.py, begins)} is after {tongue.argument(last.py, stops)}.",
                "A span of dates that ends before it begins holds no rows.",
                "Exchange the two dates.",
            )


def _moment(text: str) -> dt.datetime:
    """A date as it is sent, as a moment that can be compared with another of its kind."""
    found = dt.datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _ids(
    endpoint: Endpoint, values: Mapping[Param, Any], zone: dt.tzinfo
) -> tuple[Param | None, list[str]]:
    """The parameter that rows are asked for by their ids with, and those ids, each once."""
    for param, value in values.items():
        if is_split(endpoint, param):
            texts = [as_text(endpoint, param, v, zone) for v in items(endpoint, param, value)]
            return param, list(dict.fromkeys(texts))
    return None, []


def _batches(param: Param, ids: list[str]) -> tuple[Pairs, ...]:
    """Ids beyond what one call takes, cut into calls; none if one call does."""
    most = param.maximum or MAX_IDS
    if len(ids) <= most:
        return ()
    starts = range(0, len(ids), most)
    return tuple(tuple(paired(param, ids[start : start + most])) for start in starts)


def _by_parameter(endpoint: Endpoint, filters: Mapping[str, Any]) -> dict[Param, Any]:
    """The filters that are given, by their parameter."""
    found: dict[Param, Any] = {}
    for name, value in filters.items():
        param = _param(endpoint, name)
        if value is None:
            continue
        if param in found:
            raise BadFilter(
                f"{param.name} was given twice.", f"It is also written {param.py}.", "Give it once."
            )
        found[param] = value
    return found


def _moment_of_text(param: Param, value: Any, zone: dt.tzinfo, now: dt.datetime | None) -> Any:
    """A date that is written as text, as its moment. A text that is no date stays, and is refused
    with the other values.
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
            tongue.either(
                "Give limit=… for fewer rows, or page_size=… for the rows a request.",
                "Give --limit N for fewer rows, or --page-size N for the rows a request.",
            ),
        )
    names = [tongue.either(p.py, p.name) for p in endpoint.filters]
    near = difflib.get_close_matches(name, names, n=4, cutoff=0.5)
    begins = name.lower()[:6]
    near += [n for n in names if n.lower().startswith(begins) and n not in near][:3]
    hint = f"Its filters are: {', '.join(names) or 'none'}."
    if near:
        hint = f"Near it: {', '.join(near)}."
    raise UnknownFilter(
        f"{endpoint.name} has no filter {name!r}.",
        "The API would ignore it in silence and answer with every row.",
        instead_of(endpoint, name) or hint,
    )
