"""The phrases that date filters offer: in the explorer's menus, and at the Tab key."""

from __future__ import annotations

from stnb.catalog import Param

TIMES = ("date", "date-time")  # the types of date filters
SINCE = (
    "today",
    "yesterday",
    "this week",
    "last week",
    "last 7 days",
    "this month",
    "last month",
    "last 30 days",
    "last 90 days",
    "this quarter",
    "last quarter",
    "this year",
    "last year",
)
UNTIL = ("today", "yesterday", "this week", "this month", "this quarter", "this year", "tomorrow")


def phrases(param: Param) -> tuple[str, ...]:
    """What a date filter offers: the begin of a period, or the end of one.

    Example:
        >>> "tomorrow" in phrases(Param("completedBefore"))
        True
    """
    if param.name.lower().endswith(("before", "to")):
        return UNTIL
    return SINCE
