"""Sub-resources in bulk: a route below a record, such as `customers/{id}/notes`, read for many
records at once.

`parents` are the records asked for, `twins` the lists and feeds that hold the same rows for many of
them, `run` the pulls that read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from stnb.catalog import Catalog, Endpoint
from stnb.errors import BadFilter
from stnb.frame import shape_of
from stnb.session import clock

from .. import call
from ..call import Call
from ..options import Options
from ..paging.models import IN_FLIGHT
from ..progress import Wish
from ..run import Pull
from .columns import chosen, labelled, of_file, of_twin, with_parents
from .parents import Parents, column_names, parents, several
from .run import FromWhole, SideBySide
from .task import Task, Unit, duration, estimate
from .twins import TWINS, Twin, twin_of

if TYPE_CHECKING:
    from stnb.session import Session

__all__ = ["TWINS", "Twin", "column_names", "plan_calls", "pull_many", "several"]

UNASKED = 1000  # calls that are made without being confirmed
BATCH = 50  # parents in a call that takes several, as ids in any (facts §7)


def plan_calls(
    session: Session,
    catalog: Catalog,
    endpoint: Endpoint,
    many: str,
    given: Mapping[str, Any],
    options: Options,
) -> Task:
    """The calls that read a route for many values of one path parameter; nothing is sent.

    The answer is one frame: first the parents' columns (`customers/{id}/notes` -> customerId), then
    the row's own; rows in the order of the parents, and of one parent as the server gave them. A
    parent that is not found (404) is named in a notice and in `attrs["stnb"]["failed"]`; every
    other failure ends the pull, and `err.resume()` goes on with the parents that are missing.

    Args:
        many: the path parameter, from `several`.
        given: the filters, that parameter among them: a list, a Series, a range, or "1,2,3". Each
            id is asked for once, and missing ones are left out.

    Raises:
        BadFilter: a value does not fit.
    """
    asked = parents(endpoint, many, given, session.credentials.zone)
    others = {name: value for name, value in given.items() if name != many and value is not None}
    task = _task(session, endpoint, asked, others, options)
    queries = [n for n in others if (p := endpoint.takes(n)) is not None and p.where != "path"]
    found = twin_of(
        catalog,
        endpoint,
        len(asked.texts),
        queries,
        bulk=options.bulk,
        limited=options.limit is not None,
    )
    if found is None or not asked.texts:
        return task
    twin, other = found
    units = _of_twin(session, other, twin, task, others)
    return replace(task, twin=other.name, lacks=twin.lacks, units=units)


def pull_many(session: Session, task: Task, options: Options, **callbacks: Any) -> Pull:
    """A pull of these calls, not yet started.

    Args:
        callbacks: `progress` and `on_page`, as `Pull` takes them.

    Raises:
        BadFilter: there are more than 1,000 calls to make, and no confirm=True.
    """
    endpoint, asked = task.call.endpoint, task.parents
    plan = options.plan(clock.stamp(session.now()))
    lanes = 1 if endpoint.sequential else options.concurrency or IN_FLIGHT
    if task.twin and not TWINS[endpoint.name].by:
        one, whole = task.units[0], replace(plan, limit=None)
        return FromWhole(session, one.call, whole, task, lanes, wish=one.wish, **callbacks)
    if not options.confirm and len(task.units) > UNASKED:
        raise _too_many(task, estimate(session, len(task.units), lanes))
    run = SideBySide(session, task.call, plan, task, lanes, wish=task.wish, **callbacks)
    if not asked.texts and task.file:
        run.shelf.put(0, labelled(of_file(None), asked, _any_id(asked)), None)
    return run


def _task(
    session: Session,
    endpoint: Endpoint,
    asked: Parents,
    others: Mapping[str, Any],
    options: Options,
) -> Task:
    """A call for each parent."""
    given = {**others, asked.hole.py: asked.texts[0] if asked.texts else _any_id(asked)}
    own = _own_call(endpoint, asked, given, session)
    wish = _wish(endpoint, asked, options)
    units = _each(endpoint, session.credentials.tenant, own, asked, wish)
    return Task(
        _told(own, asked),
        asked,
        units,
        _answer(endpoint, wish, asked),
        limit=options.limit,
        file=endpoint.kind == "file",
    )


def _own_call(
    endpoint: Endpoint, asked: Parents, given: Mapping[str, Any], session: Session
) -> Call:
    """The route's own call for one parent; its rows are told apart by the parents too."""
    own = call.call(
        endpoint, session.credentials.tenant, given, session.credentials.zone, session.now()
    )
    key = tuple(dict.fromkeys((*asked.columns, *endpoint.key))) if endpoint.key else ()
    return replace(
        own,
        endpoint=replace(
            endpoint, key=key, kind="rows" if endpoint.kind == "file" else endpoint.kind
        ),
    )


def _told(own: Call, asked: Parents) -> Call:
    return replace(own, given={**own.given, asked.hole.name: call._told(list(asked.texts))})


def _any_id(asked: Parents) -> str:
    """Stands for the parent where there is none."""
    return {"integer": "0", "guid": "00000000-0000-0000-0000-000000000000"}.get(
        asked.hole.type, "none"
    )


def _wish(endpoint: Endpoint, asked: Parents, options: Options) -> Wish:
    """Of the route's own rows."""
    if options.columns is None:
        return options.wish(endpoint)
    named = [options.columns] if isinstance(options.columns, str) else list(options.columns)
    known = shape_of(endpoint).by_path  # the parents' columns are there in any case
    return replace(
        options, columns=[c for c in named if c in known or c not in asked.columns] or named
    ).wish(endpoint)


def _answer(endpoint: Endpoint, wish: Wish, asked: Parents) -> Wish:
    """Of the answer's rows."""
    shape = with_parents(wish.shape or shape_of(endpoint), asked)
    return replace(wish, shape=shape, hide=tuple(c for c in wish.hide if c not in asked.columns))


# -- the calls


def _each(
    endpoint: Endpoint, tenant: int, own: Call, asked: Parents, wish: Wish
) -> tuple[Unit, ...]:
    """A call for each parent."""
    path = endpoint.path.replace("{tenant}", str(tenant))
    for name, text in asked.fixed.items():
        path = path.replace(f"{{{name}}}", quote(text, safe=""))
    hole, one = f"{{{asked.hole.name}}}", replace(own, endpoint=endpoint)
    return tuple(
        Unit(
            replace(one, path=path.replace(hole, quote(text, safe=""))),
            (text,),
            wish,
            partial(labelled, parents=asked, text=text),
        )
        for text in asked.texts
    )


def _of_twin(
    session: Session, other: Endpoint, twin: Twin, task: Task, others: Mapping[str, Any]
) -> tuple[Unit, ...]:
    """Calls for fifty parents each, or the one that reads all there is."""
    owner, now, texts, answer = (
        session.credentials,
        session.now(),
        task.parents.texts,
        task.wish.shape,
    )
    assert answer is not None
    needed = (
        () if twin.by else (*other.key, "modifiedOn", "active")
    )  # to tell which row is the newest, and in use
    wish = replace(
        task.wish, shape=of_twin(shape_of(other, answer.dtypes), answer, *needed), hide=()
    )
    if twin.by:
        batches = [texts[i : i + BATCH] for i in range(0, len(texts), BATCH)]
        asks: list[dict[str, Any]] = [{twin.by: list(batch)} for batch in batches]
    else:
        batches, asks = (
            [texts],
            [{"includeRecentChanges": True} if other.takes("includeRecentChanges") else {}],
        )
    return tuple(
        Unit(
            call.call(other, owner.tenant, {**others, **ask}, owner.zone, now),
            batch,
            wish,
            partial(chosen, column=twin.column, texts=batch),
        )
        for batch, ask in zip(batches, asks, strict=True)
    )


def _too_many(task: Task, seconds: float) -> BadFilter:
    n, endpoint, asked = len(task.units), task.call.endpoint, task.parents
    whole = TWINS.get(endpoint.name)
    other = f", or bulk=True to read {whole.resource} instead" if whole and not task.twin else ""
    return BadFilter(
        f"{n:,} calls, about {duration(seconds)}: nothing was sent yet.",
        f"The API gives {endpoint.name} of {f'{BATCH} {asked.nouns}' if task.twin else f'one {asked.noun}'} at a time.",
        f"Say confirm=True to make them{other}, or give fewer {asked.nouns}.",
    )
