"""The demo as a server: every route of the catalogue, answered as the documents and its users tell."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import formatdate
from typing import Any

import numpy as np
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..catalog import Catalog, Column, Endpoint, load
from . import extras, query, reports, states
from .answers import Answer, Problem, as_json, feed_of, page_of
from .faults import INSTEAD, SPOIL, Fault, Faults
from .feed import changes, cursor, read_cursor
from .links import special
from .query import Query
from .routes import nouns, tree, walk
from .table import Index, Table
from .token import APP_KEY, TENANT, Tokens
from .world import World

FEED_PAGE = 1000
LAG = np.timedelta64(15, "m")
SELECTIONS = 64  # how many filtered orders are kept for the next page
IN_DATA = {"jpm.work_breakdown_structure.segments", "jpm.work_breakdown_structure.projects.segments", "sales.proposal_types"}
# What a resource without a documented schema shows.
PLAIN = (
    Column("id", "integer", False),
    Column("name", "string"),
    Column("createdOn", "date-time"),
    Column("modifiedOn", "date-time"),
)


@dataclass(frozen=True)
class Call:
    """A request, read."""

    method: str
    path: str
    query: Query
    headers: Any
    body: bytes
    state: states.State


class Demo:
    """Answers calls; used by many threads at once."""

    def __init__(
        self, seed: int, scale: float, today: date, scopes: Iterable[str] | None, rate: int | None, clock: Callable[[], float]
    ) -> None:
        self.seed, self.scale, self.today, self.clock = seed, scale, today, clock
        self.catalog: Catalog = load()
        readable = {e.scope for e in self.catalog if e.scope}
        self.tokens = Tokens(seed, clock)
        self.readable, self.scopes = readable, readable if scopes is None else readable & set(scopes)
        self.gate = states.Gate(rate, clock)
        self._world: World | None = None
        self._routes = tree(self.catalog)
        self._chosen: OrderedDict[tuple[Any, ...], Index] = OrderedDict()
        self._trace = itertools.count(1)
        self._lock = threading.Lock()

    @property
    def world(self) -> World:
        with self._lock:
            if self._world is None:
                self._world = World(self.catalog, self.seed, self.scale, self.today)
            return self._world

    def answer(self, call: Call) -> Answer:
        try:
            return self._answer(call)
        except Problem as problem:
            number = next(self._trace)
            return problem.answer(f"00-demo{self.seed:08d}{number:020d}-{number:016d}-00")

    def _answer(self, call: Call) -> Answer:
        if call.path.endswith("/connect/token"):
            return self._token(call)
        endpoint, tenant, keys = self._match(call.method, call.path)
        claims = self.tokens.read(call.headers.get("authorization", ""))
        if call.headers.get("st-app-key") != APP_KEY:
            raise Problem(401, short=True)
        if tenant != claims["tenant"]:
            raise states.stranger(call.state)
        if (refusal := self.gate.check(call.state, claims, endpoint.scope)) is not None:
            return refusal
        if endpoint.scope and endpoint.scope not in claims["scope"]:
            raise Problem(403, short=True)
        query.check(endpoint, call.query)
        return self._serve(endpoint, keys, call)

    def _token(self, call: Call) -> Answer:
        refusal = call.state.refusal(call.headers.get("host", ""))
        scopes, tenant = call.state.grants(self.scopes, self.readable), call.state.tenant(TENANT)
        return refusal or self.tokens.give(call.body, call.headers, scopes, tenant)

    def _match(self, method: str, path: str) -> tuple[Endpoint, str, list[str]]:
        """(endpoint, tenant, ids in the path).

        Raises:
            Problem: 404, there is no such route: the gateway says so before it looks at the token.
        """
        found = walk(self._routes, [*path.strip("/").split("/"), method], [])
        if found is None:
            raise Problem(404, "Unable to match incoming request to an operation.", short=True)
        endpoint, parts = found
        return endpoint, parts[0], parts[1:]

    # -- by kind

    def _serve(self, endpoint: Endpoint, keys: list[str], call: Call) -> Answer:
        if endpoint.name.startswith("reporting."):
            return self._report(endpoint, keys, call)
        if endpoint.kind == "file":
            return extras.file(self.world, endpoint, keys)
        if (own := extras.SINGLE.get(endpoint.name)) is not None:
            return Answer(200, as_json(own(self.world, keys, call.query)))
        if endpoint.kind == "record":
            return self._record(endpoint, keys)
        if endpoint.kind == "export":
            return self._feed(endpoint, call.query)
        table, at = self._rows(endpoint, keys, call.query)
        if endpoint.kind == "rows":
            return _all(endpoint, table, at)
        return self._page(endpoint, table, at, call.query)

    def _rows(self, endpoint: Endpoint, keys: list[str], asked: Query) -> tuple[Table, Index]:
        """The table of a list, and which rows of it in which order."""
        if keys:
            parents = list(zip(nouns(endpoint.path), keys, strict=True))
            owner = self.world.owner(endpoint, parents)
            if owner is not None and owner[1] is None:
                raise Problem(404, f"{parents[-1][0].capitalize()} {keys[-1]} was not found.")
            table, base = self.world.below(endpoint, parents)
            keep = query.select(endpoint, table, asked, {})
            return table, query.order(endpoint, table, asked, base[np.broadcast_to(keep, table.size)[base]])
        table = self.world.table(self.world.home(endpoint))
        key = (
            endpoint.name,
            *sorted((k, v) for k in asked for v in asked.getlist(k) if k not in ("page", "pageSize", "includeTotal")),
        )
        at = self._chosen.get(key)
        if at is None:
            keep = query.select(endpoint, table, asked, special(self.world, table.name, asked))
            at = query.order(endpoint, table, asked, np.flatnonzero(np.broadcast_to(keep, table.size)))
            with self._lock:
                self._chosen[key] = at
                while len(self._chosen) > SELECTIONS:
                    self._chosen.popitem(last=False)
        return table, at

    def _page(self, endpoint: Endpoint, table: Table, at: Index, asked: Query) -> Answer:
        page, size = query.paging(endpoint, asked) if endpoint.takes("page") else (1, max(len(at), 1))
        first = (page - endpoint.page_first) * size
        rows = table.rows(at[first : first + size], endpoint.columns or PLAIN, endpoint.name)
        # Calls tell their total unasked; all others when they are asked to.
        told = asked.get("includeTotal", "").lower() == "true" or endpoint.module == "telecom"
        return Answer(200, page_of(rows, page, size, first + size < len(at), len(at) if told else None))

    def _record(self, endpoint: Endpoint, keys: list[str]) -> Answer:
        name = self.world.home(endpoint)
        if name != endpoint.name and keys:
            listed = self.catalog[name]
            parents = list(zip(nouns(listed.path), keys, strict=False))
            table = self.world.below(listed, parents)[0] if parents else self.world.table(name)
            row = table.find(keys[-1])
            if row is None:
                raise Problem(404, f"{endpoint.label.split(' · ')[0]} {keys[-1]} was not found.")
        else:
            parents = list(zip(nouns(endpoint.path), keys, strict=True))
            owner = self.world.owner(endpoint, parents) if keys else None
            if owner is not None and owner[1] is None:
                raise Problem(404, f"{parents[-1][0].capitalize()} {keys[-1]} was not found.")
            table, row = self.world.single(endpoint, keys), 0
        return Answer(200, table.rows(np.array([row]), endpoint.columns or PLAIN, endpoint.name)[0])

    def _feed(self, endpoint: Endpoint, asked: Query) -> Answer:
        """A page of an export: what was changed since `from`, in the order of change, the last 15 minutes only when asked for."""
        table = self.world.table(self.world.home(endpoint))
        changed = changes(table)
        order = np.lexsort((np.arange(table.size), changed))
        at, since = order, asked.get("from")
        if since:
            moment_, row = read_cursor(since)
            after = (changed[order] > moment_) | ((changed[order] == moment_) & (order > row))
            at = order[after]
        if endpoint.shows_all:
            at = at[np.broadcast_to(query.select(endpoint, table, asked, {}), table.size)[at]]
        if asked.get("includeRecentChanges", "").lower() != "true":
            at = at[changed[at] <= np.datetime64(int(self.clock() * 1e6), "us") - LAG]
        part = at[:FEED_PAGE]
        last = (changed[part[-1]], int(part[-1])) if len(part) else read_cursor(since) if since else (np.datetime64(0, "us"), -1)
        rows = table.rows(part, endpoint.columns or PLAIN, endpoint.name)
        return Answer(200, feed_of(rows, len(at) > FEED_PAGE, cursor(*last)))

    def _report(self, endpoint: Endpoint, keys: list[str], call: Call) -> Answer:
        page, size = query.paging(endpoint, call.query)
        co, plain = self.world.company, [("Value", "Value", ""), ("Name", "Name", "")]
        if endpoint.name == "reporting.dynamic_value_sets":
            return Answer(200, reports.table_of(plain, reports.dynamic_set(co, keys[0]), page, size, call.query))
        if endpoint.positional:
            chosen = reports.report(*keys)
            return Answer(200, reports.table_of(chosen.fields, reports.run(co, chosen, call.body), page, size, call.query))
        if endpoint.kind == "record":
            return Answer(200, as_json(reports.report(*keys).about()))
        everything = [{"id": key, "name": name} for key, name in reports.CATEGORIES.items()]
        found = [r.brief() for r in reports.reports_of(keys[0])] if keys else everything
        told = len(found) if call.query.get("includeTotal", "").lower() == "true" else None
        part = [as_json(row) for row in found[(page - 1) * size : page * size]]
        return Answer(200, page_of(part, page, size, page * size < len(found), told))


def _all(endpoint: Endpoint, table: Table, at: Index) -> Answer:
    """All rows at once: a bare array, or an object with `data`."""
    rows = b"[" + b",".join(table.rows(at, endpoint.columns or PLAIN, endpoint.name)) + b"]"
    if endpoint.name == "marketingads.capacity_warnings":
        head = f'{{"tenantId":{TENANT},"tenantName":"demo","totalCount":{len(at)},"data":'
        return Answer(200, head.encode() + rows + b"}")
    return Answer(200, b'{"data":' + rows + b"}" if endpoint.name in IN_DATA or not endpoint.columns else rows)


# -- the app


def make_app(
    *,
    seed: int = 1,
    scale: float = 1.0,
    today: date | None = None,
    latency: float = 0.0,
    faults: Sequence[Fault] | None = None,
    rate_limit: int | None = None,
    clock: Callable[[], float] = time.time,
    scopes: Iterable[str] | None = None,
    state: str = "healthy",
) -> Starlette:
    """The demo tenant as an ASGI app, for the token host and the API host alike. Data are made when first asked for.

    Args:
        seed: another seed is another company.
        scale: its size; 1 is 1,500 customers and 6,000 jobs in two years.
        today: the day before which the history ends; today (UTC) without it.
        latency: seconds that each answer takes longer.
        faults: misbehaviour on purpose.
        rate_limit: calls a second before it answers 429; None for no limit.
        clock: seconds since 1970, for tokens and the lag of exports.
        scopes: what the app may read; everything without it.
        state: how the credentials and the tenant stand, one of `STATES`, such as "disabled" or "disabled:403". The app
            keeps it as `app.state.name`, where it can be changed while accounts are in use.

    Example:
        >>> transport = httpx.ASGITransport(make_app(scale=0.1))
    """
    demo = Demo(seed, scale, today or datetime.now(UTC).date(), scopes, rate_limit, clock)
    pending = Faults(faults or (), seed)

    async def handle(request: Request) -> Response:
        now = states.State.of(request.app.state.name)
        call = Call(request.method, request.url.path, request.query_params, request.headers, await request.body(), now)
        answer = await _answer(demo, pending.next(call.path, call.query.get("page")), call, latency)
        date = formatdate(demo.clock() + now.skew, usegmt=True)
        return Response(answer.body, answer.status, {"date": date, **answer.headers}, answer.media)

    app = Starlette(routes=[Route("/{path:path}", handle, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])])
    states.State.of(state)  # a wrong name is told now, and not at the first call
    app.state.name = state
    return app


async def _answer(demo: Demo, fault: Fault | None, call: Call, latency: float) -> Answer:
    """The answer, late and spoilt as ordered; worked out on a thread, so that the loop stays free."""
    wait = latency + (fault.seconds if fault and fault.name == "slow" else 0)
    if wait:
        await asyncio.sleep(wait)
    if fault and fault.name in INSTEAD:
        return INSTEAD[fault.name](fault)
    answer = await run_in_threadpool(demo.answer, call)
    return SPOIL[fault.name](fault, answer) if fault else answer
