"""A long span of days in calls that each take a few, as their bodies.

It is not known which slots a call gives of those that reach over an end of its span: none, the
whole of them, or a part. So each call asks for a day more on both sides of the days that are its
own, and of its answer the slots that start on its own days count. A slot that is no longer than a
day comes once then, and whole.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stnb.catalog import Endpoint, Param
from stnb.catalog.words import span
from stnb.errors import BadFilter, tongue

from .dates import moment
from .values import as_text

MOST = 400  # calls: thirteen years of twelve days each
MARGIN = dt.timedelta(days=1)
START = "startUtc"  # the column that says when a slot starts


@dataclass(frozen=True)
class Window:
    """One of the calls.

    Attributes:
        ends: the two ends of what is asked for, by the names of the parameters.
        begins, until: the slots that start in between are its own; None if there is no call before
            it, or behind it.
    """

    ends: tuple[tuple[str, str], ...]
    begins: dt.datetime | None
    until: dt.datetime | None


def windows(endpoint: Endpoint, values: Mapping[Param, Any], zone: dt.tzinfo) -> tuple[Window, ...]:
    """The calls for a span; none without both ends.

    Raises:
        BadFilter: the span ends before it begins, or is far too long.
    """
    ends = {}
    for param in values:
        if param.type == "date-time":
            ends[span(param.name)[1]] = param
    if not {"from", "to"} <= ends.keys():
        return ()
    first, last = ends["from"], ends["to"]
    begin, end = moment(values[first], zone), moment(values[last], zone)
    if begin > end:
        raise BadFilter(
            f"{tongue.argument(first.py, str(begin))} is after "
            f"{tongue.argument(last.py, str(end))}.",
            "A span of time that ends before it begins holds nothing.",
            "Exchange the two.",
        )
    assert endpoint.window_days is not None
    # Spans are measured in UTC: hours on a clock that changes are no hours.
    begin, end = begin.astimezone(dt.UTC), end.astimezone(dt.UTC)
    most = dt.timedelta(days=endpoint.window_days)
    cuts = [None, *_midnights(begin, end, most, zone), None]
    if len(cuts) > MOST:
        raise BadFilter(
            f"{endpoint.name} for {(end - begin).days:,} days: nothing was sent.",
            f"One call takes {endpoint.window_days} days.",
            "Ask for a shorter span.",
        )
    found = []
    for begins, until in itertools.pairwise(cuts):
        asked_to = end if until is None else min(until + MARGIN, end)
        asked_from = begin
        if begins is not None:  # a day with 25 hours leaves less of the margin
            asked_from = max(begins - MARGIN, asked_to - most, begin)
        asked = (
            (first.name, as_text(endpoint, first, asked_from, zone)),
            (last.name, as_text(endpoint, last, asked_to, zone)),
        )
        found.append(Window(asked, begins, until))
    return tuple(found)


def _midnights(
    begin: dt.datetime, end: dt.datetime, most: dt.timedelta, zone: dt.tzinfo
) -> list[dt.datetime]:
    """The midnights between the days of one call and those of the next; none if one call takes all
    of them.
    """
    found: list[dt.datetime] = []
    asked_from = begin
    day = begin.astimezone(zone).date()
    while end - asked_from > most and len(found) <= MOST:
        day += most - 2 * MARGIN
        cut = moment(day, zone).astimezone(dt.UTC)
        found.append(cut)
        asked_from = cut - MARGIN
    return found
