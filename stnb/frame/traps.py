"""Known traps: rows of a pull that are right and yet do not mean what their names say.

Each has one sentence. It rests on ServiceTitan's documentation (developer.servicetitan.io), or was
seen in clients; the sentence says which.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from stnb.catalog import Endpoint
from stnb.errors import KnownTrap

from .notices import Notice

FEW = 20  # rows up to which a pull only looks around
MOST = 2  # sentences for a pull; more would not be read


@dataclass(frozen=True)
class Pulled:
    """What a pull brought.

    Attributes:
        frame: its rows; None if they went to a file, so that only what holds of any rows can be
            said.
        columns: the names of its columns.
        given: the filters, as sent.
    """

    endpoint: Endpoint
    frame: pd.DataFrame | None
    columns: Collection[str]
    given: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.endpoint.name

    @property
    def list_name(self) -> str:
        """The name of the list; for a feed, that of the list with the same rows."""
        return self.endpoint.name.replace(".export.", ".").removesuffix(".export")

    def values(self, column: str) -> pd.Series[Any] | None:
        """A column, if its rows are here."""
        return None if self.frame is None else self.frame[column]

    def asks(self, name: str) -> bool:
        """Whether a switch was turned on."""
        return str(self.given.get(name, "")).lower() == "true"

    def only(self, column: str, value: str) -> str:
        """How to get only the rows with a value: by a filter, if there is one; feeds have none."""
        if self.endpoint.takes(column):
            return f'ask {column}="{value}"'
        return f'keep those with {column} "{value}"'


@dataclass(frozen=True)
class Trap:
    """A trap.

    Attributes:
        name: what it is told apart by; it is warned of once for each resource.
        resources: the lists that have it; a feed has the traps of its list.
        columns: the sentence is made if the rows have one of these.
        says: the sentence, "" if these rows are not concerned.
    """

    name: str
    resources: tuple[str, ...]
    columns: tuple[str, ...]
    says: Callable[[Pulled], str] = field(repr=False)


def found(
    endpoint: Endpoint,
    frame: pd.DataFrame | None,
    given: Mapping[str, str],
    *,
    columns: Collection[str] = (),
    limit: int | None = None,
) -> list[Notice]:
    """The traps in what a pull brought, the gravest first, at most two.

    Args:
        frame: the rows; None if they went to a file.
        given: the filters, as sent.
        columns: the names of the columns if there is no frame.
        limit: the rows asked for at most; who asks for a few only looks around, and hears of no
            trap.

    Example:
        >>> found(st.memberships.memberships.endpoint, df, {})[0].text
        '12 of these memberships are active, but their status is Expired: ask status="Active" for
        those that run.'
    """
    if endpoint.kind in ("record", "file") or (limit is not None and limit <= FEW):
        return []
    if frame is not None:
        one_by_id = len(frame) == 1 and "ids" in given
        if one_by_id or not len(frame):
            return []
        columns = list(frame.columns)
    pulled = Pulled(endpoint, frame, columns, given)
    notices = []
    for trap in TRAPS:
        if pulled.list_name in trap.resources and set(trap.columns) & set(columns):
            text = trap.says(pulled)
            if text:
                notices.append(Notice(KnownTrap, text, f"{trap.name}: {endpoint.name}"))
    late = _late(pulled)
    if late:
        notices.append(Notice(KnownTrap, late, "late feed"))
    return notices[:MOST]


# -- jobs and money


def _cancelled(p: Pulled) -> str:
    """Cancelled jobs may have a completedOn: the moment when they were cancelled."""
    if "jobStatus" in p.given or not {"jobStatus", "completedOn"} <= set(p.columns):
        return ""
    status, done = p.values("jobStatus"), p.values("completedOn")
    ask = f"{p.only('jobStatus', 'Completed')} for those that were done."
    if status is None or done is None:
        return f"{p.name}: a cancelled job may have a completedOn too; {ask}"
    cancelled = status.astype("str").str.fullmatch("cancel+ed", case=False)
    many = _count(cancelled & done.notna())
    if not many:
        return ""
    return f"{many:,} of these jobs have a completedOn, but were cancelled: {ask}"


REVENUE = "is not the revenue on ServiceTitan's dashboard"
REPORT = "its report 175 (Revenue) is"  # as clients have it; no document says so


def _job_totals(p: Pulled) -> str:
    """A total of 0 is one that is not recorded, as the documentation says, and jobs are not all of
    the revenue.
    """
    total = p.values("total")
    if total is not None and "jobStatus" in p.columns and p.frame is not None:
        total = total[p.frame["jobStatus"].astype("str") == "Completed"]
    share = 0.0
    if total is not None and len(total):
        share = _zeros(total) / len(total)
    if share:
        return (
            f"{p.name}: total is 0 in {_percent(share)} of these completed jobs, which means not"
            f" recorded, and its sum {REVENUE}: {REPORT}, and invoices have the amounts."
        )
    return (
        f"{p.name}: the sum of total {REVENUE}, which has adjustments and sales without a job too:"
        f" {REPORT}."
    )


def _invoice_totals(p: Pulled) -> str:
    return f"{p.name}: the sum of total {REVENUE}: {REPORT}."


def _several_invoices(p: Pulled) -> str:
    """An adjustment is an invoice of its own, with the same job."""
    add = "add them up by job.id before they are merged with jobs."
    if p.frame is None:
        return f"{p.name}: a job may have several invoices, as adjustments are invoices too: {add}"
    if "job.id" not in p.columns:
        return ""
    jobs = p.frame["job.id"]
    many = int(jobs[jobs.duplicated() & jobs.notna()].nunique())
    if not many:
        return ""
    some = "1 job has" if many == 1 else f"{many:,} jobs have"
    return (
        f"{some} several of these invoices, as adjustments (adjustmentToId) are invoices too: {add}"
    )


# -- memberships, prices, people, calls


def _active_memberships(p: Pulled) -> str:
    """`active` and `status` are two things, both documented; the list hides by the first."""
    if "status" in p.given or not {"active", "status"} <= set(p.columns):
        return ""
    active, status = p.values("active"), p.values("status")
    ask = f"{p.only('status', 'Active')} for those that run."
    if active is None or status is None:
        return f"{p.name}: one that is active need not have the status Active: {ask}"
    other = status[
        (active.astype("str") == "True") & (status.astype("str") != "Active") & status.notna()
    ]
    if not len(other):
        return ""
    kinds = " or ".join(sorted(other.astype("str").unique())[:3])
    return f"{len(other):,} of these memberships are active, but their status is {kinds}: {ask}"


def _not_calculated(p: Pulled) -> str:
    """Without the switch, prices by dynamic rules are 0."""
    if p.asks("calculatePrices") or p.frame is None:
        return ""
    for column in ("price", "calculatedPrice"):
        zeros = _zeros(p.frame[column]) if column in p.columns else 0
        if zeros:
            return (
                f"{p.name}: {column} is 0 in {zeros:,} rows, which need not be free: by"
                " ServiceTitan's documentation dynamic prices are worked out only with"
                " calculatePrices=True."
            )
    return ""


def _people(p: Pulled) -> str:
    """A user's id is in the `id` of neither list."""
    leads = "soldById of a job" if "technicians" in p.name else "employeeId"
    return (
        f"{p.name}: a person has two numbers, as ServiceTitan documents:"
        f" {leads} leads to id, createdById to userId."
    )


def _seller(p: Pulled) -> str:
    sold = p.values("soldBy")
    if sold is not None and not sold.notna().any():
        return ""
    return (
        f"{p.name}: soldBy may be the id of a technician, an employee or a user;"
        " ServiceTitan's documentation does not say."
    )


def _nested_call(p: Pulled) -> str:
    return (
        f"{p.name}: as ServiceTitan documents, the call itself lies in leadCall, with receivedOn,"
        " duration, from, to, createdOn, modifiedOn and an id of its own; filters are about those."
    )


def _unmoved(p: Pulled) -> str:
    """Contacts and memberships do not touch modifiedOn."""
    if not any(name.startswith("modified") for name in p.given):
        return ""
    return (
        f"{p.name}: by ServiceTitan's documentation a changed contact or membership does not change"
        " modifiedOn."
    )


# What is left out unless it is asked for: column -> switch.
ASKED: dict[str, dict[str, str]] = {
    "memberships.membership_types": {
        "durationBilling": "includeDurationBilling",
        "discounts": "includeDiscounts",
        "recurringServices": "includeRecurringServices",
        "tagTypeIds": "includeTags",
    },
    "memberships.recurring_services": {"preferredTechnicianIds": "includeTechnicians"},
}


def _left_out(p: Pulled) -> str:
    lacking: dict[str, str] = {}
    for column, switch in ASKED.get(p.name, {}).items():
        if column in p.columns and not p.asks(switch) and _is_empty(p, column):
            lacking[column] = f"{switch}=True"
    if not lacking:
        return ""
    columns, switches = ", ".join(lacking), ", ".join(lacking.values())
    return f"{p.name}: ServiceTitan leaves {columns} empty unless asked for: add {switches}."


def _late(p: Pulled) -> str:
    """Feeds lag. No resource is named, as this is said once for all of them."""
    switch = "includeRecentChanges"
    if p.endpoint.kind != "export" or p.asks(switch) or not p.endpoint.takes(switch):
        return ""
    return (
        "An export feed shows changes up to 15 minutes late, says ServiceTitan's documentation:"
        f" {switch}=True has them at once."
    )


TRAPS = (
    Trap("cancelled jobs", ("jpm.jobs",), ("completedOn",), _cancelled),
    Trap("totals of jobs", ("jpm.jobs",), ("total",), _job_totals),
    Trap("several invoices", ("accounting.invoices",), ("job.id", "total"), _several_invoices),
    Trap("totals of invoices", ("accounting.invoices",), ("total",), _invoice_totals),
    Trap(
        "active memberships",
        ("memberships.memberships",),
        ("active", "status"),
        _active_memberships,
    ),
    Trap("dynamic prices", ("pricebook.services",), ("price", "calculatedPrice"), _not_calculated),
    Trap(
        "ids of people",
        ("settings.technicians", "settings.employees"),
        ("userId", "id"),
        _people,
    ),
    Trap("sellers", ("sales.estimates",), ("soldBy",), _seller),
    Trap(
        "nested calls",
        ("telecom.calls", "telecom.v2.calls"),
        ("leadCall.id", "leadCall.modifiedOn", "leadCall.receivedOn"),
        _nested_call,
    ),
    Trap("unmoved times", ("crm.customers", "crm.locations"), ("modifiedOn",), _unmoved),
    Trap("left out", tuple(ASKED), tuple(itertools.chain.from_iterable(ASKED.values())), _left_out),
)


# -- counting, also in columns that differ from the catalogue


def _count(which: pd.Series[Any]) -> int:
    return int(which.fillna(False).astype(bool).sum())


def _zeros(values: pd.Series[Any]) -> int:
    """How many are 0; none of what is no number."""
    kind = values.dtype
    if not pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind):
        return 0
    return _count(values == 0)


def _is_empty(p: Pulled, column: str) -> bool:
    """Whether nothing is in a column: no value, or empty lists and texts alone."""
    values = p.values(column)
    if values is None:
        return True
    return all(map(_holds_nothing, values.dropna()))


def _holds_nothing(value: Any) -> bool:
    """Whether it is an empty list or text; a number holds something, also if it is 0."""
    return hasattr(value, "__len__") and len(value) == 0


def _percent(share: float) -> str:
    """The share in whole percent; neither 0 nor 100 unless it is."""
    if share == 1:
        return "100 %"
    return f"{max(1, min(99, round(100 * share)))} %"
