"""What happened in a pull: the provenance of its rows, and what its reader is to be told."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from stnb.errors import Incomplete
from stnb.frame import Drifts, notices, sentences, traps
from stnb.frame.notices import Notice

if TYPE_CHECKING:
    import pandas as pd

    from .run import Pull


def about(
    run: Pull, rows: int, duplicates: int, drift: Drifts, frame: pd.DataFrame | None
) -> tuple[dict[str, Any], list[Notice]]:
    """The frame's `attrs["stnb"]`, of plain values, and the notices; without a frame where the rows
    are in a file.
    """
    e, p, plan, owner = run.call.endpoint, run.progress, run.plan, run.session.credentials
    told = _notices(run, rows, duplicates, drift, frame)
    return {
        "resource": e.name,
        "params": dict(run.call.given),
        "dtypes": run.shape.dtypes,
        "tenant": owner.tenant,
        "environment": owner.environment,
        "timezone": owner.timezone,
        "rows": rows,
        "total": p.total,
        "complete": not _lacking(run, rows, duplicates),
        "pages": p.pages,
        "requests": p.requests,
        "began": run.began,
        "until": plan.stand.until,
        "seconds": round(p.seconds, 3),
        "duplicates": duplicates,
        "continue_from": _continue_from(run, p.rows - duplicates > rows),
        "notices": [notice.text for notice in told],
        "new_columns": [c for c in drift if c not in run.shape.by_path],
        "drift": sentences(drift),
    }, told


def _notices(
    run: Pull, rows: int, duplicates: int, drift: Drifts, frame: pd.DataFrame | None
) -> list[Notice]:
    e, plan = run.call.endpoint, run.plan
    lacking = _lacking(run, rows, duplicates)
    disagreed: list[Notice] = [
        Notice(Incomplete, text) for text in plan.notices or _surplus(run, rows)
    ]
    unfound = [] if lacking or plan.limit is not None else notices.unfound(e, rows, run.call.asked)
    known = (
        [] if lacking or frame is None else traps.found(e, frame, run.call.given, limit=plan.limit)
    )
    hidden = notices.hidden(e, run.call.given)
    return [*lacking, *disagreed, *run.odd, *unfound, *hidden, *notices.drifted(e, drift), *known]


def _continue_from(run: Pull, cut: bool) -> str | None:
    """The last cursor before which no row is missing; none where the limit cut rows off before it."""
    cursors = run.shelf.pages
    whole = itertools.takewhile(cursors.__contains__, itertools.count())
    return None if cut else next((c for c in reversed([cursors[i] for i in whole]) if c), None)


def _surplus(run: Pull, rows: int) -> list[str]:
    """That more rows came than the server said there are."""
    total = run.progress.total
    if run.call.endpoint.kind != "list" or run.plan.limit is not None or run.wish.keep == "all":
        return []
    return (
        []
        if total is None or rows <= total
        else [f"totalCount said {total:,} rows, and {rows:,} came."]
    )


def _lacking(run: Pull, rows: int, duplicates: int) -> list[Notice]:
    e, total = run.call.endpoint, run.progress.total
    if run.cancelled or run.error is not None:
        return notices.stopped(e, "was cancelled" if run.cancelled else "failed", rows, total)
    repeated = duplicates if run.wish.keep != "all" else 0
    return notices.short(e, rows, total, repeated) if e.kind == "list" else []
