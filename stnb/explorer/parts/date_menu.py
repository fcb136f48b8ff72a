"""The periods that date filters offer, and what was likely meant by a date in another form."""

from __future__ import annotations

import datetime as dt
import re

from stnb.catalog import Endpoint, Param
from stnb.session import clock

# The phrase that ends a period which is over. It goes into the field that holds the period's end.
ENDS = {
    "yesterday": "today",
    "last week": "this week",
    "last month": "this month",
    "last quarter": "this quarter",
    "last year": "this year",
}


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


# -- dates in other forms

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
IN_FIGURES = re.compile(r"(\d{1,4})\s*[./ -]\s*(\d{1,2})(?:\s*[./ -]\s*(\d{1,4}))?\.?")
DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|\.)?\s*(?:of\s+)?([a-z]{3,9})\.?,?(?:\s+(\d{2,4}))?"
)
MONTH_FIRST = re.compile(r"([a-z]{3,9})\.?\s*(\d{1,2})(?:st|nd|rd|th)?,?(?:\s+(\d{4}))?")


def meant(text: str, today: dt.date | None = None) -> list[str]:
    """The days that a date in another form may mean, the likeliest first.

    The month comes first in figures, as in America, but not before a point. Without a year it is
    the last such day.

    Example:
        >>> meant("07/01/2026"), meant("1 July", dt.date(2026, 11, 29))
        (['2026-07-01', '2026-01-07'], ['2026-07-01'])
    """
    today = today or clock.today()
    found = []
    for year, month, day in _readings(" ".join(text.lower().split())):
        exact = _day(year, month, day, today)
        if exact is not None and exact.isoformat() not in found:
            found.append(exact.isoformat())
    return found


def _readings(text: str) -> list[tuple[str, int, int]]:
    """Year ("" if there is none), month and day, each way in which they can be read."""
    if figures := IN_FIGURES.fullmatch(text):
        first, second, third = figures[1], int(figures[2]), figures[3] or ""
        if len(first) > 2:
            return [(first, second, int(third or 1))]
        readings = [(third, int(first), second), (third, second, int(first))]
        return readings[::-1] if "." in text else readings
    if spelled := DAY_FIRST.fullmatch(text):
        return [(spelled[3] or "", _month(spelled[2]), int(spelled[1]))]
    if spelled := MONTH_FIRST.fullmatch(text):
        return [(spelled[3] or "", _month(spelled[1]), int(spelled[2]))]
    return []


def _month(name: str) -> int:
    """1 to 12; 0 if it is no month."""
    if name[:3] in MONTHS:
        return MONTHS.index(name[:3]) + 1
    return 0


def _day(year: str, month: int, day: int, today: dt.date) -> dt.date | None:
    try:
        if not year:
            exact = dt.date(today.year, month, day)
            return exact if exact <= today else exact.replace(year=today.year - 1)
        return dt.date(int(year) + 2000 if len(year) == 2 else int(year), month, day)
    except ValueError:
        return None
