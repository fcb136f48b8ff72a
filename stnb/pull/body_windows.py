"""A long span of days in calls that each take a few, as their bodies: cut at midnights."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from typing import Any

from stnb.catalog import Endpoint, Param
from stnb.catalog.words import span
from stnb.errors import BadFilter, tongue

from .dates import moment
from .values import as_text

MOST = 400  # calls: fifteen years of fourteen days each


def windows(
    endpoint: Endpoint, values: Mapping[Param, Any], zone: dt.tzinfo
) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The two ends of each call, by the names of the parameters; none without both ends.

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
    cuts = [begin, *_midnights(begin, end, endpoint.window_days, zone), end]
    if len(cuts) > MOST:
        raise BadFilter(
            f"{endpoint.name} for {(end - begin).days:,} days: nothing was sent.",
            f"One call takes {endpoint.window_days} days.",
            "Ask for a shorter span.",
        )
    texts = [
        (as_text(endpoint, first, cut, zone), as_text(endpoint, last, cut, zone)) for cut in cuts
    ]
    pairs = itertools.pairwise(texts)
    return tuple(((first.name, a[0]), (last.name, b[1])) for a, b in pairs)


def _midnights(
    begin: dt.datetime, end: dt.datetime, days: int, zone: dt.tzinfo
) -> list[dt.datetime]:
    """The midnights at which a span is cut. What lies over midnight is the exception: the shifts
    of one day are not cut.
    """
    found: list[dt.datetime] = []
    day = begin.astimezone(zone).date() + dt.timedelta(days=days)
    while (cut := moment(day, zone)) < end and len(found) <= MOST:
        found.append(cut)
        day += dt.timedelta(days=days)
    return found
