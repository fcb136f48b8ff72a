"""Exports: their pages in the order of change, and cursors that say where a feed stands."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np

from stnb.catalog import Endpoint

from ..company.columns import Array
from ..company.completion import dress
from ..company.table import Table
from ..company.world import World
from . import filters
from .bodies import PLAIN, Answer, feed_of
from .fault_effects import WAITS
from .query import Query, bad, moment

PAGE = 1000
LAG, NO_LAG = np.timedelta64(15, "m"), np.timedelta64(0, "m")
BEGINNING = (np.datetime64(0, "us"), -1)


def page(
    world: World, endpoint: Endpoint, asked: Query, odd: Mapping[str, str], now: np.datetime64
) -> Answer:
    """What was changed since `from`, in the order of change.

    The last 15 minutes are there only when asked for.

    Args:
        odd: how the page is cut otherwise, by a fault.
    """
    table = dress(world, endpoint, world.table(world.home(endpoint)))
    changed = changes(table)
    order = np.lexsort((np.arange(table.size), changed))
    at, since = order, asked.get("from", "").removeprefix(WAITS)
    if "_empty" in odd:
        return Answer(200, feed_of([], True, WAITS + since))
    last = read_cursor(since) if since else BEGINNING
    if since:
        after = (changed[order] > last[0]) | ((changed[order] == last[0]) & (order > last[1]))
        at = order[after]
    if endpoint.shows_all:
        at = at[_active(endpoint, table, asked)[at]]
    recent = asked.get("includeRecentChanges", "").lower() == "true"
    until = now - (NO_LAG if recent else LAG)
    at = at[(table.shown(until) & (recent | (changed <= until)))[at]]
    part = at[:PAGE]
    if len(part):
        last = (changed[part[-1]], int(part[-1]))
    rows = table.rows(part, endpoint.columns or PLAIN, endpoint.name)
    return Answer(200, feed_of(rows, len(at) > PAGE, cursor(*last)))


def _active(endpoint: Endpoint, table: Table, asked: Query) -> Array:
    """The rows that are not hidden for being inactive; `from` is no filter."""
    flag = endpoint.shows_all[0] if endpoint.shows_all else ""
    about_active = Query([(k, v) for k, v in asked.multi_items() if k == flag])
    return np.broadcast_to(filters.select(endpoint, table, about_active, {}), table.size)


def changes(table: Table) -> Any:
    """When each row was changed; rows that do not say it stand in their own order at
    the beginning."""
    for path in ("modifiedOn", "createdOn"):
        found = table.array(path)
        if found is not None and found.dtype.kind == "M":
            return np.where(np.isnat(found), np.datetime64(0, "us"), found)
    return np.zeros(table.size, dtype="datetime64[us]")


def cursor(changed: Any, row: int) -> str:
    return base64.urlsafe_b64encode(f"demo:{int(changed.astype(np.int64))}:{row}".encode()).decode()


def read_cursor(text: str) -> tuple[Any, int]:
    """(moment, row) after which to go on; a date means everything from its beginning."""
    try:
        return moment(text), -1
    except ValueError:
        pass
    try:
        mark, changed, row = base64.urlsafe_b64decode(text).decode().split(":")
        if mark == "demo":
            return np.datetime64(int(changed), "us"), int(row)
    except (ValueError, OverflowError):
        pass
    raise bad("from", text)
