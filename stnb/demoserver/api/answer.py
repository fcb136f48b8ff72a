"""The demo answers a call: it finds the endpoint of the path, and the rows that are asked for."""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from stnb.catalog import Catalog, Endpoint, load

from ..company.columns import Index
from ..company.completion import dress
from ..company.table import Table
from ..company.world import World, history
from ..live.grown import Grown
from ..live.live import Clock, Live
from . import capacity, feed, filters, query, special_routes, states
from .bodies import PLAIN, Answer, Problem, as_json, page_of
from .cross_filters import special
from .extra_columns import shown
from .query import Query
from .related import stranger
from .reports import reports
from .reports.runs import Runs
from .routes import nouns, tree, walk
from .token import APP_KEY, Keys, Tokens

SELECTIONS = 64  # how many filtered orders are kept for the next page
IN_DATA = {
    "jpm.work_breakdown_structure.segments",
    "jpm.work_breakdown_structure.projects.segments",
    "sales.proposal_types",
}


@dataclass(frozen=True)
class Call:
    """A request, read.

    Attributes:
        odd: how its pages are cut otherwise, by a fault.
    """

    method: str
    path: str
    query: Query
    headers: Any
    body: bytes
    state: states.State
    odd: Mapping[str, str] = field(default_factory=dict)


class Demo:
    """Answers calls; used by many threads at once.

    Args:
        today: the day before which the history ends; a moment also says what time it is there at
            first.
        speed: how many seconds pass in the demo in one second of the clock, while things go on
            happening; None where none happens any more.
        keys: whose tenant it is.
    """

    def __init__(
        self,
        seed: int,
        scale: float,
        today: date,
        scopes: Iterable[str] | None,
        rate: int | None,
        clock: Callable[[], float],
        speed: float | None = None,
        keys: Keys = Keys(),  # noqa: B008 - frozen
    ) -> None:
        begin = np.datetime64(today, "us")
        self.seed, self.scale, self.clock = seed, scale, clock
        self.today: date = begin.astype("datetime64[D]").item()
        at = begin if isinstance(today, datetime) else None
        self._time = Clock(np.datetime64(self.today, "us"), clock, speed or 1.0, at)
        self._goes_on = speed is not None
        self.catalog: Catalog = load()
        self.keys = keys
        self.tokens = Tokens(seed, clock, keys)
        self.readable = {e.scope for e in self.catalog if e.scope}
        self.scopes = self.readable if scopes is None else self.readable & set(scopes)
        self.gate = states.Gate(rate, clock)
        self.runs = Runs(clock)
        self._world: World | None = None
        self._live: Live | None = None
        self._routes = tree()
        self._chosen: OrderedDict[tuple[Any, ...], Index] = OrderedDict()
        self._trace = itertools.count(1)
        self._lock = threading.Lock()

    def now(self) -> np.datetime64:
        """What time it is in the demo."""
        return self._time()

    def moment(self) -> datetime:
        """The same for those who ask from outside, in UTC."""
        return datetime.fromtimestamp(self._time().astype(np.int64) / 1e6, UTC)

    @property
    def world(self) -> World:
        """The world as it is now. It is asked for once an answer, which midnight may divide."""
        base = self.base
        if self._live is None:
            return base
        return self._live.world()

    @property
    def base(self) -> World:
        """The world when its history ended."""
        with self._lock:
            if self._world is None:
                self._world = history(self.seed, self.scale, self.today)
                self._live = Live(self._world, self._time) if self._goes_on else None
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
        scopes = call.state.grants(self.scopes, self.readable)
        tenant = call.state.tenant(self.keys.tenant)
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
            return reports.answer(self.base, endpoint, keys, call.query, call.body, self.runs)
        if endpoint.name == "dispatch.capacity":
            return capacity.answer(self.base, call.body, self.keys.timezone, self.moment())
        if endpoint.kind == "file":
            return special_routes.file(
                self.base, endpoint, self._originals(endpoint, keys), call.query
            )
        if (own := special_routes.SINGLE.get(endpoint.name)) is not None:
            return Answer(200, as_json(own(self.base, self._originals(endpoint, keys), call.query)))
        if endpoint.kind == "record":
            return self._record(endpoint, keys, call.query)
        if endpoint.kind == "export":
            return feed.page(self.world, endpoint, call.query, call.odd, self.now())
        table, at = self._rows(endpoint, keys, call.query)
        if endpoint.kind == "rows":
            if endpoint.takes("page"):
                page, size = query.paging(endpoint, call.query)
                first = (page - endpoint.page_first) * size
                at = at[first : first + size]
            return _all(endpoint, table, at, self.keys.tenant)
        return self._page(endpoint, table, at, call)

    def _originals(self, endpoint: Endpoint, keys: list[str]) -> list[str]:
        """The ids in the path, for what only the history knows.

        Of a row that came since, those of the row that it is like.
        """
        if self._live is None or not keys:
            return keys
        name = {"jobs": "jpm.jobs", "calls": "telecom.calls"}.get(nouns(endpoint.path)[0], "")
        return [self._live.world().original(name, keys[0]), *keys[1:]]

    def _rows(self, endpoint: Endpoint, keys: list[str], asked: Query) -> tuple[Table, Index]:
        """The table of a list, and which rows of it in which order."""
        world = self.world
        if keys:
            parents = list(zip(nouns(endpoint.path), keys, strict=True))
            owner = world.owner(endpoint, parents)
            if stranger(world, endpoint, parents) if owner is None else owner[1] is None:
                raise Problem(404, f"{parents[-1][0].capitalize()} {keys[-1]} was not found.")
            table, base = world.below(endpoint, parents)
            dress(world, endpoint, table)
            return table, _select(world, endpoint, table, asked, base)
        table = dress(world, endpoint, world.table(world.home(endpoint)))
        if isinstance(table, Grown):  # what there is differs from one moment to the next
            return table, _select(world, endpoint, table, asked, np.arange(table.size))
        key = (
            endpoint.name,
            *sorted(
                (k, v)
                for k in asked
                for v in asked.getlist(k)
                if k not in ("page", "pageSize", "includeTotal")
            ),
        )
        at = self._chosen.get(key)
        if at is None:
            at = _select(world, endpoint, table, asked, np.arange(table.size))
            with self._lock:
                self._chosen[key] = at
                while len(self._chosen) > SELECTIONS:
                    self._chosen.popitem(last=False)
        return table, at

    def _page(self, endpoint: Endpoint, table: Table, at: Index, call: Call) -> Answer:
        asked, odd = call.query, call.odd
        page, size = (
            query.paging(endpoint, asked) if endpoint.takes("page") else (1, max(len(at), 1))
        )
        first = (page - endpoint.page_first) * size + int(odd.get("_moved", 0))
        number, more = int(odd.get("_page", page)), "_empty" in odd or first + size < len(at)
        at, total = (at[:0] if "_empty" in odd else at), len(at)
        rows = shown(endpoint, table, asked).rows(
            at[first : first + size], endpoint.columns or PLAIN, endpoint.name
        )
        # Calls tell their total unasked; all others when they are asked to.
        told = asked.get("includeTotal", "").lower() == "true" or endpoint.module == "telecom"
        return Answer(200, page_of(rows, number, size, more, total if told else None))

    def _record(self, endpoint: Endpoint, keys: list[str], asked: Query) -> Answer:
        world = self.world
        name = world.home(endpoint)
        if name != endpoint.name and keys:
            listed = self.catalog[name]
            parents = list(zip(nouns(listed.path), keys, strict=False))
            table = world.below(listed, parents)[0] if parents else world.table(name)
            row = table.find(keys[-1])
            if row is None:
                raise Problem(404, f"{endpoint.label.split(' · ')[0]} {keys[-1]} was not found.")
        else:
            parents = list(zip(nouns(endpoint.path), keys, strict=True))
            owner = world.owner(endpoint, parents) if keys else None
            if owner is not None and owner[1] is None:
                raise Problem(404, f"{parents[-1][0].capitalize()} {keys[-1]} was not found.")
            table, row = world.single(endpoint, keys), 0
        view = shown(endpoint, dress(world, endpoint, table), asked)
        return Answer(200, view.rows(np.array([row]), endpoint.columns or PLAIN, endpoint.name)[0])


def _select(world: World, endpoint: Endpoint, table: Table, asked: Query, at: Index) -> Index:
    """Those of the rows that are asked for, in the order that is asked for."""
    others = special(world.looked_up(), table, asked)
    keep = np.broadcast_to(filters.select(endpoint, table, asked, others), table.size)
    return query.order(endpoint, table, asked, table.in_order(at[(keep & table.shown())[at]]))


def _all(endpoint: Endpoint, table: Table, at: Index, tenant: int) -> Answer:
    """All rows at once: a bare array, or an object with `data`."""
    rows = b"[" + b",".join(table.rows(at, endpoint.columns or PLAIN, endpoint.name)) + b"]"
    if endpoint.name == "marketingads.capacity_warnings":
        head = f'{{"tenantId":{tenant},"tenantName":"demo","totalCount":{len(at)},"data":'
        return Answer(200, head.encode() + rows + b"}")
    if endpoint.name in IN_DATA or not endpoint.columns:
        return Answer(200, b'{"data":' + rows + b"}")
    return Answer(200, rows)
