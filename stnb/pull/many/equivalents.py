"""Lists and feeds that hold the same rows for many parents at once: fifty a call, or all of them
read whole.

A list that takes the parents' ids is used for two parents and more. What is read whole, such as a
feed, is used for more than `MANY`, as its length does not depend on theirs. The rows are the same:
those of an export are asked for with its recent changes, as it lags up to 15 minutes, and those
that are no longer active are left out if the route has no column for that. A record that is not
there looks like one without rows.

Not here: the feed of opportunities' follow-ups, which has no documented columns to find the parent
by, and lists with a few hundred parents at most (campaigns' costs, employees' payrolls), which
calls side by side read in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from stnb.catalog import Catalog, Endpoint
from stnb.errors import BadFilter

# Parents from which on reading a whole feed is taken to be cheaper: ten seconds of calls.
MANY = 500


@dataclass(frozen=True)
class Equivalent:
    """A list or feed that has the rows of a route too.

    Attributes:
        resource: the list or feed.
        column: which of its columns holds the parent.
        by: its filter that takes many parents; "" if it is read whole.
        lacks: what its rows do not have; such a one is read only if the caller says bulk=True.
    """

    resource: str
    column: str
    by: str = ""
    lacks: str = ""


EQUIVALENTS = {
    # the same columns, and the parent's
    "accounting.credit_memos.items": Equivalent(
        "accounting.credit_memos.credit_memo_items", "creditMemoId", "creditMemoIds"
    ),
    "crm.customers.contacts.by_id": Equivalent(
        "crm.customers.contacts", "customerId", "customerIds"
    ),
    "crm.locations.contacts.by_id": Equivalent(
        "crm.locations.contacts", "locationId", "locationIds"
    ),
    "payroll.jobs.splits.by_job": Equivalent("payroll.jobs.splits", "jobId", "jobIds"),
    "payroll.jobs.timesheets.by_job": Equivalent("payroll.jobs.timesheets", "jobId", "jobIds"),
    "crm.contacts.contact_methods.by_contact_id": Equivalent(
        "crm.contacts.contact_methods", "contactId"
    ),
    "jpm.jobs.canceled_log": Equivalent("jpm.export.job_canceled_logs", "jobId"),
    "memberships.memberships.status_changes": Equivalent(
        "memberships.export.membership_status_changes", "membershipId"
    ),
    # id and active besides
    "jpm.jobs.notes": Equivalent("jpm.export.job_notes", "jobId"),
    "jpm.projects.notes": Equivalent("jpm.export.project_notes", "projectId"),
    # less
    "jpm.jobs.history": Equivalent("jpm.export.job_history", "jobId", lacks="history[].memo"),
}


def equivalent_of(
    catalog: Catalog,
    endpoint: Endpoint,
    parents: int,
    filters: Iterable[str],
    *,
    bulk: bool | None,
    limited: bool,
) -> tuple[Equivalent, Endpoint] | None:
    """The list or feed to read instead; None for a call each.

    Args:
        filters: the other filters; a feed that lacks any of them does not do.
        bulk: True for one in any case, False for none, None for the cheaper way.
        limited: whether only so many rows are wanted, for which nothing is read whole.

    Raises:
        BadFilter: bulk is True, and there is none.
    """
    known = EQUIVALENTS.get(endpoint.name)
    other = None
    if known is not None:
        other = catalog.endpoints.get(known.resource)
    if known is None or other is None:
        if bulk:
            raise _none(f"There is no list or feed that holds the rows of {endpoint.name}")
        return None
    if any(other.takes(name) is None for name in filters):
        if bulk:
            raise _none(f"There is none with these filters that holds the rows of {endpoint.name}")
        return None
    if bulk is not None:
        return (known, other) if bulk else None
    cheaper = parents > MANY and not limited
    if known.by:
        cheaper = parents > 1
    if known.lacks or not cheaper:
        return None
    return known, other


def _none(why: str) -> BadFilter:
    return BadFilter(
        "bulk=True does not fit.",
        f"{why} for many at once.",
        "Leave it out: the calls are made side by side.",
    )
