"""What happened in a pull: the provenance of its rows, and what its reader should know."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from stnb.credentials import Credentials
from stnb.errors import Incomplete
from stnb.frame import Drifts, Shape, notices, sentences, traps
from stnb.frame.notices import Notice

from .call import Call
from .options import Requested
from .paging.models import Paging
from .progress import Progress
from .store.memory import PageStore


@dataclass(frozen=True)
class Facts:
    """What is known about a pull when its rows are handed over.

    Attributes:
        began: when, as ISO text.
        stopped: "was cancelled" or "failed"; "" if it came to its end.
        disagreed: what the server said about itself and did not keep to.
        beside: other notices, such as that the progress callback failed.
    """

    call: Call
    shape: Shape
    requested: Requested
    paging: Paging
    progress: Progress
    store: PageStore
    owner: Credentials
    began: str
    stopped: str
    disagreed: Sequence[str]
    beside: Sequence[Notice]


def provenance(
    facts: Facts, read: int, rows: int, duplicates: int, drift: Drifts,
    frame: pd.DataFrame | None,
) -> tuple[dict[str, Any], list[Notice]]:  # fmt: skip
    """The frame's `attrs["stnb"]`, of plain values, and the notices.

    Args:
        read, rows: how many rows were read, and how many of them are the answer.
        frame: None if the rows are in a file.
    """
    call, progress, owner = facts.call, facts.progress, facts.owner
    lacking = _lacking(facts, read, duplicates)
    found = [*lacking, *_others(facts, read, lacking, drift, frame)]
    return {
        "resource": call.endpoint.name,
        "params": dict(call.filters),
        "dtypes": facts.shape.dtypes,
        "tenant": owner.tenant,
        "environment": owner.environment,
        "timezone": owner.timezone,
        "rows": rows,
        "total": progress.total,
        "complete": not lacking,
        "pages": progress.pages,
        "requests": progress.requests,
        "began": facts.began,
        "until": facts.store.position.until,
        "seconds": round(progress.seconds, 3),
        "duplicates": duplicates,
        "continue_from": _continue_from(facts.store, progress.rows - duplicates > read),
        "notices": [notice.text for notice in found],
        "new_columns": [c for c in drift if c not in facts.shape.by_path],
        "drift": sentences(drift),
    }, found


def _others(
    facts: Facts,
    rows: int,
    lacking: list[Notice],
    drift: Drifts,
    frame: pd.DataFrame | None,
) -> list[Notice]:
    """The notices, apart from those about rows that are missing."""
    call, limit = facts.call, facts.paging.limit
    found: list[Notice] = [
        Notice(Incomplete, text) for text in facts.disagreed or _surplus(facts, rows)
    ]
    found += facts.beside
    if not lacking and limit is None:
        found += notices.unfound(call.endpoint, rows, call.by_id)
    found += notices.hidden(call.endpoint, call.filters)
    found += notices.drifted(call.endpoint, drift)
    if not lacking and frame is not None:
        found += traps.found(call.endpoint, frame, call.filters, limit=limit)
    return found


def _continue_from(store: PageStore, cut: bool) -> str | None:
    """The last cursor before which no row is missing; none if the limit cut rows off before it."""
    if cut:
        return None
    last, cursors = None, store.pages
    for index in itertools.takewhile(cursors.__contains__, itertools.count()):
        last = cursors[index] or last
    return last


def _surplus(facts: Facts, rows: int) -> list[str]:
    """That more rows came than the server said there are."""
    total, listed = facts.progress.total, facts.call.endpoint.kind == "list"
    if not listed or facts.paging.limit is not None or facts.requested.keep == "all":
        return []
    if total is None or rows <= total:
        return []
    return [f"totalCount said {total:,} rows, and {rows:,} came."]


def _lacking(facts: Facts, rows: int, duplicates: int) -> list[Notice]:
    endpoint, total = facts.call.endpoint, facts.progress.total
    if facts.stopped:
        return notices.stopped(endpoint, facts.stopped, rows, total)
    if endpoint.kind != "list":
        return []
    if facts.requested.keep == "all":
        duplicates = 0
    return notices.short(endpoint, rows, total, duplicates)
