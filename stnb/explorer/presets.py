"""What a resource is first asked for: its last rows, not its oldest ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stnb.catalog import Endpoint
from stnb.catalog.main_date import main_date

SPAN = "last 90 days"
MADE = "createdOn"  # when a row was made; it says little of a customer or a job type
NEWEST = ("-Id", "-ID", "-CreatedOn")


def first_filters(endpoint: Endpoint | None) -> Mapping[str, Any]:
    """The filters that are set when a resource is chosen, by their Python names.

    What happens at a time, such as a job or an invoice, is asked for by that time. Where the
    resource can be sorted, the newest rows come first.

    Example:
        >>> first_filters(load()["jpm.jobs"])
        {'completedOnOrAfter': 'last 90 days', 'sort': '-Id'}
    """
    if endpoint is None or endpoint.kind != "list" or endpoint.required:
        return {}
    found = {}
    date = main_date(endpoint)
    if date is not None and date.since and date.column != MADE:
        param = endpoint.takes(date.since)
        assert param is not None
        found[param.py] = SPAN
    return found | newest_first(endpoint)


def with_words(endpoint: Endpoint | None, filters: Mapping[str, Any]) -> Mapping[str, Any]:
    """The filters that a person's words ask for, such as "unpaid invoices": the newest rows first,
    of whatever time. An invoice that has long been unpaid is meant too.

    Example:
        >>> with_words(load()["jpm.jobs"], {"jobStatus": "Canceled"})
        {'jobStatus': 'Canceled', 'sort': '-Id'}
    """
    found = dict(filters)
    for name, order in newest_first(endpoint).items():
        found.setdefault(name, order)
    return found


def newest_first(endpoint: Endpoint | None) -> dict[str, str]:
    """The order that brings the newest rows first; {} where the resource has none."""
    sort = None if endpoint is None else endpoint.takes("sort")
    if sort is None:
        return {}
    newest = [order for order in NEWEST if order in sort.values]
    return {sort.py: newest[0]} if newest else {}
