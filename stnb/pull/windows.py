"""A pull cut into pulls of whole days, weeks, months or years, so that every row is in one of them.

The windows follow the date whose first moment is asked for, such as createdOnOrAfter="2020". Each
begins at the very moment at which the one before it ends, which is midnight in the tenant's zone,
also where clocks change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from stnb.catalog import Endpoint
from stnb.catalog.words import EXACT, span
from stnb.errors import BadFilter

from .dates import moment, next_start, start_of

By = Literal["day", "week", "month", "quarter", "year"]
CREATED = "created"  # a date that every row has, and keeps
CHANGES = "modified"  # a row that is changed meanwhile would be in two windows, or in none


@dataclass(frozen=True)
class Window:
    """A part of a pull.

    Attributes:
        name: its first day, such as "2026-03-01"; "all" if the pull is not cut.
        filters: all filters of its pull. What was meant by "last month" is a moment here.
    """

    name: str
    filters: Mapping[str, Any]


def windows(
    endpoint: Endpoint, filters: Mapping[str, Any], by: By, zone: dt.tzinfo, now: dt.datetime
) -> list[Window]:
    """The parts of a pull with these filters, in the order of time.

    The last one is open if the pull is: rows may be of the future. There is one window if no date
    of the rows is asked for from a first moment on, or if its filters cannot tell two windows apart
    to the moment.

    Args:
        zone: the tenant's, in which days begin.
        now: what a phrase such as "last month" is counted from.

    Raises:
        BadFilter: there is no such unit.
    """
    if by not in get_args(By):
        raise BadFilter(
            f"by={by!r} does not fit.",
            f"It is one of {', '.join(get_args(By))}.",
            'Leave it out for "month".',
        )
    fixed = {name: _fixed(endpoint, name, value, zone, now) for name, value in filters.items()}
    ends = _ends(endpoint, fixed)
    if ends is None:
        return [Window("all", fixed)]
    since, until = ends
    first = moment(fixed[since], zone)
    last = fixed.get(until)
    stop = now if last is None else moment(last, zone)
    starts = [first, *_starts(first, stop, by, zone)]
    stops = [*starts[1:], last]
    found = []
    for begins, ends_at in zip(starts, stops, strict=True):
        name = begins.astimezone(zone).date().isoformat()
        found.append(Window(name, {**fixed, since: begins, until: ends_at}))
    return found


def _fixed(endpoint: Endpoint, name: str, value: Any, zone: dt.tzinfo, now: dt.datetime) -> Any:
    """The value of a filter; a date in words as the moment that is meant today."""
    param = endpoint.takes(name)
    if param is None or param.type not in ("date", "date-time") or not isinstance(value, str):
        return value
    return moment(value, zone, now)


def _ends(endpoint: Endpoint, filters: Mapping[str, Any]) -> tuple[str, str] | None:
    """The filters of the first and the last moment of the windows; None if the pull is not cut."""
    last_filters = {}
    for each in endpoint.filters:
        stem, end = span(each.name)
        exact = each.name.endswith(EXACT)  # a row at the very end would be in the next one too
        if end == "to" and each.type in ("date", "date-time") and not exact:
            last_filters[stem] = each.py
    found = {}
    for name, value in filters.items():
        param = endpoint.takes(name)
        if param is None or value is None or param.type not in ("date", "date-time"):
            continue
        stem, end = span(param.name)
        inside = param.name.endswith("OnOrAfter")
        if end == "from" and inside and stem in last_filters and not stem.startswith(CHANGES):
            found[stem] = (name, _as_given(endpoint, filters, last_filters[stem]))
    if not found:
        return None
    return found.get(CREATED) or next(iter(found.values()))


def _as_given(endpoint: Endpoint, filters: Mapping[str, Any], until: str) -> str:
    """The name of a filter, as the caller spells it if it was given."""
    for name in filters:
        param = endpoint.takes(name)
        if param is not None and param.py == until:
            return name
    return until


def _starts(
    first: dt.datetime, stop: dt.datetime, by: By, zone: dt.tzinfo
) -> Iterator[dt.datetime]:
    """The moments between two others at which a day, week, month or year begins."""
    day = start_of(first.astimezone(zone).date(), by)
    while True:
        day = next_start(day, by)
        begins = moment(day, zone)
        if begins >= stop:
            return
        if begins > first:
            yield begins
