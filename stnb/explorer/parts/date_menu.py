"""Phrases for dates in the menus of date filters. `pull` takes the same phrases."""

from __future__ import annotations

from stnb.catalog import Endpoint, Param

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
# The phrase that ends a period which is over. It goes into the field that holds the period's end.
ENDS = {
    "yesterday": "today",
    "last week": "this week",
    "last month": "this month",
    "last quarter": "this quarter",
    "last year": "this year",
}


def phrases(param: Param) -> tuple[str, ...]:
    """What a date filter offers: the begin of a period, or the end of one.

    Example:
        >>> "tomorrow" in phrases(Param("completedBefore"))
        True
    """
    if param.name.lower().endswith(("before", "to")):
        return UNTIL
    return SINCE


def end_of_period(endpoint: Endpoint, param: Param) -> Param | None:
    """The filter that ends the period which this one begins; None if there is none.

    Example:
        >>> jobs = stnb.catalog.load()["jpm.jobs"]
        >>> end_of_period(jobs, jobs.takes("completedOnOrAfter")).name
        'completedBefore'
    """
    for ending in ("OnOrAfter", "After"):
        if param.name.endswith(ending):
            stem = param.name.removesuffix(ending)
            return endpoint.takes(f"{stem}Before") or endpoint.takes(f"{stem}OnBefore")
    return None
