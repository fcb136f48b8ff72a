"""Sub-resources in bulk: a route below a record, such as `customers/{id}/notes`, read for many
records at once.

`parents` are the records whose rows are asked for, `equivalents` the lists and feeds that hold the
same rows for many of them, `run` the two sources that read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from stnb.catalog import Catalog, Endpoint
from stnb.catalog.facts import MAX_IDS, MODIFIED
from stnb.errors import BadFilter
from stnb.frame import shape_of
from stnb.session import clock

from .. import call
from ..call import Call
from ..options import Options, Requested
from ..source import Source
from .columns import chosen, labelled, of_equivalent, with_parents
from .equivalents import EQUIVALENTS, Equivalent, equivalent_of
from .parents import Parents, column_names, parents, several
from .run import ManyCalls
from .task import Task, Unit, estimate
from .whole_feed import WholeFeed

if TYPE_CHECKING:
    from stnb.session import Session

__all__ = ["EQUIVALENTS", "Equivalent", "column_names", "plan_calls", "several", "source_of"]

UNASKED = 1000  # calls that are made without being confirmed


def plan_calls(
    session: Session,
    catalog: Catalog,
    endpoint: Endpoint,
    many: str,
    filters: Mapping[str, Any],
    options: Options,
) -> Task:
    """The calls that read a route for many values of one path parameter; nothing is sent.

    The answer is one frame: first the parents' columns (`customers/{id}/notes` -> customerId), then
    the row's own; rows in the order of the parents, and of one parent as the server gave them. A
    parent that is not found (404) is named in a notice and in `attrs["stnb"]["failed"]`; every
    other failure ends the pull, and `err.resume()` goes on with the parents that are missing.

    Args:
        many: the path parameter, from `several`.
        filters: the filters, that parameter among them: a list, a Series, a range, or "1,2,3". Each
            id is asked for once, and missing ones are left out.

    Raises:
        BadFilter: a value does not fit.
    """
    asked = parents(endpoint, many, filters, session.credentials.zone)
    others = {name: value for name, value in filters.items() if name != many and value is not None}
    task = _task(session, endpoint, asked, others, options)
    found = equivalent_of(
        catalog,
        endpoint,
        len(asked.texts),
        _beside_the_path(endpoint, others),
        bulk=options.bulk,
        limited=options.limit is not None,
    )
    if found is None or not asked.texts:
        return task
    known, other = found
    units = _of_equivalent(session, other, known, task, others)
    return replace(task, equivalent=other.name, lacks=known.lacks, units=units)


def _beside_the_path(endpoint: Endpoint, filters: Mapping[str, Any]) -> list[str]:
    """The filters that are no path parameters, which an equivalent feed has to take too."""
    names = []
    for name in filters:
        param = endpoint.takes(name)
        if param is not None and param.where != "path":
            names.append(name)
    return names


def source_of(session: Session, task: Task, options: Options) -> Source:
    """What reads these calls.

    Raises:
        BadFilter: there are more than 1,000 calls to make, and no confirm=True.
    """
    endpoint = task.call.endpoint
    paging = options.paging(session.server_time)
    if task.equivalent and not EQUIVALENTS[endpoint.name].by:
        return WholeFeed(session, task, replace(paging, limit=None))
    source = ManyCalls(session, task, paging)
    if not options.confirm and len(task.units) > UNASKED:
        raise _too_many(task, estimate(session, len(task.units), source.lanes_now()))
    return source


def _task(
    session: Session,
    endpoint: Endpoint,
    asked: Parents,
    others: Mapping[str, Any],
    options: Options,
) -> Task:
    """The calls of all parents, and how the answer is made of them."""
    first = asked.any_id
    if asked.texts:
        first = asked.texts[0]
    filters = {**others, asked.parameter.py: first}
    own = _own_call(endpoint, asked, filters, session)
    requested = _requested(endpoint, asked, options)
    units = _each(endpoint, session.credentials.tenant, own, asked, requested)
    ids = call.in_short(list(asked.texts))
    return Task(
        replace(own, filters={**own.filters, asked.parameter.name: ids}),
        asked,
        units,
        _answer(endpoint, requested, asked),
        limit=options.limit,
        file=endpoint.kind == "file",
    )


def _own_call(
    endpoint: Endpoint, asked: Parents, filters: Mapping[str, Any], session: Session
) -> Call:
    """The route's own call for one parent; a row is identified by its parent too."""
    own = call.call(
        endpoint, session.credentials.tenant, filters, session.credentials.zone, session.now()
    )
    key: tuple[str, ...] = ()
    if endpoint.key:
        key = tuple(dict.fromkeys((*asked.columns, *endpoint.key)))
    return replace(
        own,
        endpoint=replace(
            endpoint, key=key, kind="rows" if endpoint.kind == "file" else endpoint.kind
        ),
    )


def _requested(endpoint: Endpoint, asked: Parents, options: Options) -> Requested:
    """The columns of the route's own rows."""
    if options.columns is None:
        return options.requested(endpoint)
    names = list(options.columns)
    if isinstance(options.columns, str):
        names = [options.columns]
    known = shape_of(endpoint).by_path  # the parents' columns are there in any case
    own = [name for name in names if name in known or name not in asked.columns]
    return replace(options, columns=own or names).requested(endpoint)


def _answer(endpoint: Endpoint, requested: Requested, asked: Parents) -> Requested:
    """The columns of the answer's rows."""
    shape = with_parents(requested.shape or shape_of(endpoint), asked)
    hidden = tuple(name for name in requested.hidden if name not in asked.columns)
    return replace(requested, shape=shape, hidden=hidden)


# -- the calls


def _each(
    endpoint: Endpoint, tenant: int, own: Call, asked: Parents, requested: Requested
) -> tuple[Unit, ...]:
    """A call for each parent."""
    path = endpoint.path.replace("{tenant}", str(tenant))
    for name, text in asked.fixed.items():
        path = path.replace(f"{{{name}}}", quote(text, safe=""))
    varies, one = f"{{{asked.parameter.name}}}", replace(own, endpoint=endpoint)
    units = []
    for text in asked.texts:
        called = replace(one, path=path.replace(varies, quote(text, safe="")))
        change = partial(labelled, parents=asked, text=text)
        units.append(Unit(called, (text,), requested, change))
    return tuple(units)


def _of_equivalent(
    session: Session, other: Endpoint, known: Equivalent, task: Task, others: Mapping[str, Any]
) -> tuple[Unit, ...]:
    """Calls for fifty parents each, or the one that reads all there is."""
    owner, now, texts = session.credentials, session.now(), task.parents.texts
    answer = task.requested.shape
    assert answer is not None
    if known.by:
        shape = of_equivalent(shape_of(other, answer.dtypes), answer)
        batches = [texts[i : i + MAX_IDS] for i in range(0, len(texts), MAX_IDS)]
    else:
        # These tell which row is the newest, and in use.
        needed = (*other.key, MODIFIED, "active")
        shape = of_equivalent(shape_of(other, answer.dtypes), answer, *needed)
        batches = [texts]
    requested = replace(task.requested, shape=shape, hidden=())
    units = []
    for batch in batches:
        asks: dict[str, Any] = {}
        if known.by:
            asks = {known.by: list(batch)}
        elif other.takes("includeRecentChanges"):
            asks = {"includeRecentChanges": True}
        called = call.call(other, owner.tenant, {**others, **asks}, owner.zone, now)
        change = partial(chosen, column=known.column, texts=batch)
        units.append(Unit(called, batch, requested, change))
    return tuple(units)


def _too_many(task: Task, seconds: float) -> BadFilter:
    calls, endpoint, asked = len(task.units), task.call.endpoint, task.parents
    each, instead = f"one {asked.noun}", ""
    if task.equivalent:
        each = f"{MAX_IDS} {asked.nouns}"
    elif endpoint.name in EQUIVALENTS:
        instead = f", or bulk=True to read {EQUIVALENTS[endpoint.name].resource} instead"
    return BadFilter(
        f"{calls:,} calls, about {clock.in_words(seconds)}: nothing was sent yet.",
        f"The API gives {endpoint.name} of {each} at a time.",
        f"Say confirm=True to make them{instead}, or give fewer {asked.nouns}.",
    )
