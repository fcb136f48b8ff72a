"""Known traps: where the rows of a pull are right and yet do not mean what their names say. One
sentence each.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from stnb.catalog import Endpoint
from stnb.errors import KnownTrap, StnbWarning

Notice = tuple[type[StnbWarning], str]
FEW = 20  # rows up to which a pull only looks around
MOST = 2  # sentences for a pull: more would not be read


@dataclass(frozen=True)
class Pulled:
    """What a pull brought.

    Attributes:
        frame: its rows; None where they went to a file, and only what holds of any rows can be
            told.
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

    def values(self, column: str) -> pd.Series[Any] | None:
        """A column, where its rows are here."""
        return None if self.frame is None else self.frame[column]

    def asks(self, name: str) -> bool:
        """Whether a switch was turned on."""
        return str(self.given.get(name, "")).lower() == "true"

    def only(self, column: str, value: str) -> str:
        """How to get the rows with a value alone: a filter where there is one, as feeds have none."""
        return (
            f'ask {column}="{value}"'
            if self.endpoint.takes(column)
            else f'keep those with {column} "{value}"'
        )


@dataclass(frozen=True)
class Trap:
    """A trap.

    Attributes:
        resources: where it lies; a feed has the traps of its list.
        columns: what it lies in; it is told where one of them is there.
        says: the sentence, "" where these rows are not concerned.
    """

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
        frame: the rows; None where they went to a file.
        given: the filters, as sent.
        columns: the names of the columns where there is no frame.
        limit: the rows asked for at most; who asks for a few only looks around, and is told
            nothing.

    Example:
        >>> found(st.memberships.memberships.endpoint, df, {})[0][1]
        '12 of these memberships are active, but their status is Expired: ask status="Active" for
        those that run.'
    """
    if endpoint.kind in ("record", "file") or (limit is not None and limit <= FEW):
        return []
    if frame is not None and (
        not len(frame) or (len(frame) == 1 and "ids" in given)
    ):  # nothing, or one record by its id
        return []
    name = endpoint.name.replace(".export.", ".").removesuffix(".export")
    pulled = Pulled(endpoint, frame, columns if frame is None else list(frame.columns), given)
    told = [
        trap.says(pulled)
        for trap in TRAPS
        if name in trap.resources and set(trap.columns) & set(pulled.columns)
    ]
    told.append(_late(pulled))
    notices: list[Notice] = [(KnownTrap, text) for text in told if text]
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
    many = _count(status.astype("str").str.fullmatch("cancel+ed", case=False) & done.notna())
    return f"{many:,} of these jobs have a completedOn, but were cancelled: {ask}" if many else ""


REVENUE = "is not the revenue on ServiceTitan's dashboard"
REPORT = "its report 175 (Revenue) is"  # seen in clients; no document says so


def _job_totals(p: Pulled) -> str:
    """A total of 0 is one that is not recorded (facts §8), and jobs are not all of the revenue."""
    total = p.values("total")
    if total is not None and "jobStatus" in p.columns and p.frame is not None:
        total = total[p.frame["jobStatus"].astype("str") == "Completed"]
    share = 0.0 if total is None or not len(total) else _zeros(total) / len(total)
    if share:
        means = f"total is 0 in {_percent(share)} of these completed jobs, which means not recorded"
        return f"{p.name}: {means}, and its sum {REVENUE}: {REPORT}, and invoices have the amounts."
    return f"{p.name}: the sum of total {REVENUE}, which has adjustments and sales without a job too: {REPORT}."


def _invoice_totals(p: Pulled) -> str:
    return f"{p.name}: the sum of total {REVENUE}: {REPORT}."


def _several_invoices(p: Pulled) -> str:
    """An adjustment is an invoice of its own, with the same job (facts §10)."""
    jobs = p.values("job.id") if "job.id" in p.columns else None
    add = "add them up by job.id before they are merged with jobs."
    if p.frame is None:
        return f"{p.name}: a job may have several invoices, as adjustments are invoices too: {add}"
    if jobs is None:
        return ""
    many = int(jobs[jobs.duplicated() & jobs.notna()].nunique())
    some = "1 job has" if many == 1 else f"{many:,} jobs have"
    return (
        f"{some} several of these invoices, as adjustments (adjustmentToId) are invoices too: {add}"
        if many
        else ""
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
    kinds = " or ".join(sorted({str(v) for v in other})[:3])
    return f"{len(other):,} of these memberships are active, but their status is {kinds}: {ask}"


def _not_calculated(p: Pulled) -> str:
    """Without the switch, prices by dynamic rules are 0 (facts §7)."""
    if p.asks("calculatePrices") or p.frame is None:
        return ""
    zeros = {c: _zeros(p.frame[c]) for c in ("price", "calculatedPrice") if c in p.columns}
    column = next((c for c, many in zeros.items() if many), "")
    if not column:
        return ""
    why = "by ServiceTitan's documentation dynamic prices are worked out only with calculatePrices=True."
    return f"{p.name}: {column} is 0 in {zeros[column]:,} rows, which need not be free: {why}"


def _people(p: Pulled) -> str:
    """A user id is in neither list's `id` (facts §10)."""
    leads = "soldById of a job" if "technicians" in p.name else "employeeId"
    return f"{p.name}: a person has two numbers, as ServiceTitan documents: {leads} leads to id, createdById to userId."


def _seller(p: Pulled) -> str:
    sold = p.values("soldBy")
    if sold is not None and not sold.notna().any():
        return ""
    return f"{p.name}: soldBy may be the id of a technician, an employee or a user; ServiceTitan's documentation does not say."


def _nested_call(p: Pulled) -> str:
    inside = "receivedOn, duration, from, to, createdOn, modifiedOn and an id of its own"
    return f"{p.name}: as ServiceTitan documents, the call itself lies in leadCall, with {inside}; filters are about those."


def _unmoved(p: Pulled) -> str:
    """Contacts and memberships do not touch modifiedOn (facts §7)."""
    if not any(name.startswith("modified") for name in p.given):
        return ""
    return f"{p.name}: by ServiceTitan's documentation a changed contact or membership does not change modifiedOn."


# What is left out unless it is asked for (facts §7): column -> switch.
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
    lacking = {
        c: f
        for c, f in ASKED.get(p.name, {}).items()
        if c in p.columns and not p.asks(f) and _is_empty(p, c)
    }
    if not lacking:
        return ""
    asks = ", ".join(f"{switch}=True" for switch in lacking.values())
    return f"{p.name}: ServiceTitan leaves {', '.join(lacking)} empty unless asked for: add {asks}."


def _late(p: Pulled) -> str:
    """Feeds lag (facts §6); named without the resource, so that it is said once for all of them."""
    if (
        p.endpoint.kind != "export"
        or p.asks("includeRecentChanges")
        or not p.endpoint.takes("includeRecentChanges")
    ):
        return ""
    says = "says ServiceTitan's documentation"
    return f"An export feed shows changes up to 15 minutes late, {says}: includeRecentChanges=True has them at once."


TRAPS = (
    Trap(("jpm.jobs",), ("completedOn",), _cancelled),
    Trap(("jpm.jobs",), ("total",), _job_totals),
    Trap(("accounting.invoices",), ("job.id", "total"), _several_invoices),
    Trap(("accounting.invoices",), ("total",), _invoice_totals),
    Trap(("memberships.memberships",), ("active", "status"), _active_memberships),
    Trap(("pricebook.services",), ("price", "calculatedPrice"), _not_calculated),
    Trap(("settings.technicians", "settings.employees"), ("userId", "id"), _people),
    Trap(("sales.estimates",), ("soldBy",), _seller),
    Trap(
        ("telecom.calls", "telecom.v2.calls"),
        ("leadCall.id", "leadCall.modifiedOn", "leadCall.receivedOn"),
        _nested_call,
    ),
    Trap(("crm.customers", "crm.locations"), ("modifiedOn",), _unmoved),
    Trap(tuple(ASKED), tuple(functools.reduce(operator.or_, ASKED.values())), _left_out),
)


# -- counting, also in columns that differ from the catalogue


def _count(which: pd.Series[Any]) -> int:
    return int(which.fillna(False).astype(bool).sum())


def _zeros(values: pd.Series[Any]) -> int:
    """How many are 0; none of what is no number."""
    if not pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype):
        return 0
    return _count(values == 0)


def _is_empty(p: Pulled, column: str) -> bool:
    values = p.values(column)
    return values is None or not any(
        len(v) if hasattr(v, "__len__") else True for v in values.dropna()
    )


def _percent(share: float) -> str:
    return f"{max(1, min(99, round(100 * share))) if share < 1 else 100} %"
