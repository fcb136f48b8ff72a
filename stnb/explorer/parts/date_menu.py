"""Dates that people mean, for the menus of date filters; the words are those that `pull` takes."""

from __future__ import annotations

from stnb.catalog import Endpoint, Param

SINCE = (
    *(
        "today",
        "yesterday",
        "this week",
        "last week",
        "last 7 days",
        "this month",
        "last month",
        "last 30 days",
    ),
    *("last 90 days", "this quarter", "last quarter", "this year", "last year"),
)
UNTIL = ("today", "yesterday", "this week", "this month", "this quarter", "this year", "tomorrow")
# Spans that are over have an end, which goes into the field beside.
ENDS = {"yesterday": "today"} | {
    f"last {unit}": f"this {unit}" for unit in ("week", "month", "quarter", "year")
}


def presets(param: Param) -> tuple[str, ...]:
    """What a date filter offers: moments that a span begins with, or ends before."""
    return UNTIL if _is_end(param) else SINCE


def partner(endpoint: Endpoint, param: Param) -> Param | None:
    """The filter that ends the span which this one begins; None where there is none.

    >>> partner(catalog["jpm.jobs"], catalog["jpm.jobs"].takes("completedOnOrAfter")).name
    'completedBefore'
    """
    name = param.name
    for begin in ("OnOrAfter", "After"):
        if name.endswith(begin):
            stem = name.removesuffix(begin)
            ends = (f"{stem}Before", f"{stem}OnBefore")
            return next((p for p in endpoint.filters if p.name in ends), None)
    return None


def _is_end(param: Param) -> bool:
    return param.name.lower().endswith(("before", "to"))
