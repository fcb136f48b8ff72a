"""The date by which people speak of the rows of a resource: a job's completion, an invoice's date.

The explorer first asks for the last rows by it, and shows it before other dates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .models import Column, Endpoint

# Parts of names of dates, the likeliest first. The documents do not say which date is meant.
USUAL = (
    "completed", "invoice", "invoiced", "received", "submitted", "sold", "published", "start",
    "starts", "started", "posted", "deposit", "return", "date", "created",
)  # fmt: skip
SINCE = "OnOrAfter"
# The filter of a date that is called otherwise: (resource, column) -> filter.
NAMED_OTHERWISE = {
    ("accounting.invoices", "invoiceDate"): "invoicedOnOrAfter",
    ("jpm.appointments", "start"): "startsOnOrAfter",
    ("dispatch.technician_shifts", "start"): "startsOnOrAfter",
    ("dispatch.non_job_appointments", "start"): "startsOnOrAfter",
}


@dataclass(frozen=True)
class MainDate:
    """The main date of a resource.

    Attributes:
        column: such as "completedOn", or "leadCall.createdOn" of an object.
        since: the filter that leaves the rows from a day on, such as "completedOnOrAfter"; "" if
            the resource has none.
    """

    column: str
    since: str


def main_date(endpoint: Endpoint | None) -> MainDate | None:
    """The main date of a resource; None if its rows have no date.

    A date that can be filtered by comes before one that cannot, and those of an object, such as a
    call's, only stand for a row that has none of its own.

    Example:
        >>> main_date(load()["jpm.jobs"])
        MainDate(column='completedOn', since='completedOnOrAfter')
    """
    if endpoint is None:
        return None
    found = []
    for path, column in _dates(endpoint.columns):
        since = _filter(endpoint, column.name)
        found.append((path.count("."), not since, _rank(column.name), path, since))
    if not found:
        return None
    *_, path, since = min(found)
    return MainDate(path, since)


def _dates(columns: Sequence[Column], above: str = "") -> Iterator[tuple[str, Column]]:
    """The dates among columns and in their objects, but for the last change."""
    for column in columns:
        if column.type == "object":
            yield from _dates(column.children, f"{above}{column.name}.")
        elif column.type in ("date", "date-time") and not column.name.startswith("modified"):
            yield f"{above}{column.name}", column


def _filter(endpoint: Endpoint, column: str) -> str:
    stem = column.removesuffix("On").removesuffix("Date")
    named = NAMED_OTHERWISE.get((endpoint.name, column))
    for name in (named, f"{stem}{SINCE}", f"{column}{SINCE}"):
        if name is not None and endpoint.takes(name) is not None:
            return name
    return ""


def _rank(column: str) -> int:
    lower = column.lower()
    for at, word in enumerate(USUAL):
        # "dateReconciled" is another date than "date".
        if lower == word or (word != "date" and lower.startswith(word)):
            return at
    return len(USUAL)
