"""What happened in a pull: the provenance of its rows, and what its reader should know."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from stnb.credentials import Credentials
from stnb.errors import Incomplete, StnbWarning, wording
from stnb.frame import Drifts, Shape, notices, sentences, traps
from stnb.frame.drift import split_off_texts
from stnb.frame.notices import Notice
from stnb.session import clock

from . import answered, misfits
from .call import IDS, Call
from .misfits import Misfits
from .options import Requested
from .paging.models import Paging
from .progress import Progress
from .store.memory import PageStore


@dataclass(frozen=True)
class Facts:
    """What is known about a pull when its rows are handed over.

    Attributes:
        total, more: the server's own count of the rows, and whether it has more of them; None if it
            did not say.
        began: when, as ISO text.
        stopped: "was cancelled" or "failed"; "" if it came to its end.
        disagreed: what the server said about itself and did not keep to.
        beside: other notices, such as that the progress callback failed.
        order: of the rows as they were read, "oldest first", "newest first" or "".
    """

    call: Call
    shape: Shape
    requested: Requested
    paging: Paging
    progress: Progress
    store: PageStore
    owner: Credentials
    total: int | None
    more: bool | None
    began: str
    stopped: str
    disagreed: Sequence[str]
    beside: Sequence[Notice]
    order: str


def provenance(
    facts: Facts, read: int, rows: int, duplicates: int, drift: Drifts,
    frame: pd.DataFrame | None, unfit: Sequence[Misfits] = (),
) -> tuple[dict[str, Any], list[Notice]]:  # fmt: skip
    """The frame's `attrs["stnb"]`, of plain values, and the notices.

    Args:
        read, rows: how many rows were read, and how many of them are the answer.
        frame: None if the rows are in a file.
        unfit: the filters that some rows do not fit.
    """
    call, progress = facts.call, facts.progress
    lacking = _lacking(facts, read, duplicates)
    cut = progress.rows - duplicates > read
    which = _first_rows(facts, read, cut)
    others = _others(facts, read, lacking, drift, frame, unfit)
    complete: bool | None = False
    if not lacking:
        complete = _is_complete(facts, read, cut)
    if complete and _may_have_missed(facts, read, duplicates):
        complete = None
        others.append(notices.came_twice(call.endpoint, duplicates))
    found = [*lacking, *others, *notices.first(call.endpoint, which)]
    if facts.stopped:
        which = notices.arrived(read, facts.total, facts.stopped)
    return {
        **_question(facts),
        "rows": rows,
        "total": facts.total,
        "complete": complete,
        "first": which,
        "order": facts.order,
        "stopped": facts.stopped,
        "bounds": _bounds(call),
        "pages": progress.pages,
        "requests": progress.requests,
        "began": facts.began,
        "until": facts.store.position.until,
        "seconds": round(progress.seconds, 3),
        "duplicates": duplicates,
        "continue_from": _continue_from(facts.store, cut),
        "unfit": {each.check.filter: each.wrong for each in unfit},
        "notices": [notice.text for notice in found],
        "new_columns": [c for c in split_off_texts(drift)[0] if c not in facts.shape.by_path],
        "drift": sentences(drift),
    }, found


def _question(facts: Facts) -> dict[str, Any]:
    """What was asked for, and of whom."""
    return {
        "resource": facts.call.endpoint.name,
        "params": dict(facts.call.filters),
        "dtypes": facts.shape.dtypes,
        "tenant": facts.owner.tenant,
        "environment": facts.owner.environment,
        "timezone": facts.owner.timezone,
    }


def _first_rows(facts: Facts, read: int, cut: bool) -> str:
    """Which rows the limit let through, in words; "" if it ended nothing."""
    if facts.stopped or not _was_limited(facts, read, cut):
        return ""
    return notices.first_rows(read, facts.total, order=facts.order)


def _bounds(call: Call) -> dict[str, dict[str, str]]:
    """The columns of times that a filter bounds, each with the first moment and the end."""
    found: dict[str, dict[str, str]] = {}
    for check in answered.checks(call):
        if check.kind in ("from", "before"):
            [bound] = check.asked
            found.setdefault(check.column, {})[check.kind] = bound
    return found


def _was_limited(facts: Facts, read: int, cut: bool) -> bool:
    """Whether the limit held rows back, or may have: the server did not say that it held none."""
    limit = facts.paging.limit
    if limit is None:
        return False
    more = _has_more(facts, read, cut)
    return more or (more is None and read >= limit)


def _has_more(facts: Facts, read: int, cut: bool) -> bool | None:
    """Whether there are more rows than were read; None if the server did not say."""
    limit = facts.paging.limit
    if cut or facts.more:
        return True
    if limit is not None and facts.total is not None and facts.total > limit:
        return True
    if facts.more is False or facts.total == read:
        return False
    return None


def _is_complete(facts: Facts, read: int, cut: bool) -> bool | None:
    """Whether the server said that these are all rows; None if it did not say."""
    more = _has_more(facts, read, cut)
    if more is None:
        return None
    return not more


def _may_have_missed(facts: Facts, read: int, duplicates: int) -> bool:
    """Whether rows came twice that may have come in the place of others. A list has each row once;
    a feed may send one again.
    """
    call = facts.call
    known = read in (facts.total, call.by_id)
    return call.endpoint.kind == "list" and duplicates > 0 and not known


def _others(
    facts: Facts,
    rows: int,
    lacking: list[Notice],
    drift: Drifts,
    frame: pd.DataFrame | None,
    unfit: Sequence[Misfits],
) -> list[Notice]:
    """The notices, apart from those about rows that are missing."""
    call, limit = facts.call, facts.paging.limit
    found: list[Notice] = [
        Notice(Incomplete, text) for text in facts.disagreed or _surplus(facts, rows)
    ]
    found += misfits.notices(call.endpoint, unfit)
    found += facts.beside
    strangers = sum(each.wrong for each in unfit if each.check.filter == IDS)
    were_ignored = strangers == rows > 0  # as a notice says: no row was looked up by its id
    if not (lacking or were_ignored or facts.more) and limit is None:
        found += notices.unfound(call.endpoint, rows - strangers, call.by_id)
    found += notices.hidden(call.endpoint, call.filters)
    found += notices.drifted(call.endpoint, drift)
    if not lacking and facts.store.tells_traps:
        columns = set(facts.shape.by_path).difference(facts.requested.hidden)
        found += traps.found(
            call.endpoint, frame, call.filters, columns=columns, rows=rows, limit=limit
        )
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
    total, listed = facts.total, facts.call.endpoint.kind == "list"
    if not listed or facts.paging.limit is not None or facts.requested.keep == "all":
        return []
    if total is None or rows <= total:
        return []
    return [f"totalCount said {wording.counted(total, 'row')}, and {rows:,} came."]


def _lacking(facts: Facts, rows: int, duplicates: int) -> list[Notice]:
    endpoint, total, limit = facts.call.endpoint, facts.total, facts.paging.limit
    if facts.stopped:
        due = total
        if total is not None and limit is not None:
            due = min(total, limit)
        return notices.stopped(endpoint, facts.stopped, rows, due)
    if endpoint.kind != "list":
        return []
    if facts.requested.keep == "all":
        duplicates = 0
    return notices.short(endpoint, rows, total, duplicates, limit)


def warn_alone(problems: Iterable[str]) -> None:
    """Warn, once a process, that the pace is not kept together with other processes.

    Args:
        problems: what the system said of each tenant's file; "" if it could be used.
    """
    problem = next(filter(None, problems), None)
    if problem is None:
        return
    text = (
        "The limit of requests a second is kept by this process alone, not together with others of "
        f"this machine: {problem}. The variable STNB_CACHE names another folder for it."
    )
    notices.warn(Notice(StnbWarning, text, "pace"))


def warn_of_headers(sentences: Iterable[str]) -> None:
    """Warn, once a process, of what hosts refuse of a request's headers."""
    for sentence in filter(None, sentences):
        notices.warn(Notice(StnbWarning, sentence))


def clock_is_off(ahead: float) -> list[Notice]:
    """That this computer's clock differs from the server's, which is so many seconds ahead."""
    if abs(ahead) <= clock.SKEW:
        return []
    side = "behind" if ahead > 0 else "ahead of"
    apart = clock.in_words(abs(ahead))
    bound = "Rows are bounded by the server's"
    if abs(ahead) > clock.FAR:
        bound = "That is too far for rows to be bounded by either"
    text = (
        f"This computer's clock is {apart} {side} the server's. {bound}; a phrase such as today in "
        "the first call was counted from this computer's. Let the system set its time by itself "
        "(NTP)."
    )
    return [Notice(StnbWarning, text, key=f"clock {side}")]
