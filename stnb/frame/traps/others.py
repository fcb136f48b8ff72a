"""Memberships, prices, people and calls, what is left out unless asked for, and late feeds."""

from __future__ import annotations

from .models import Pulled, is_empty, zeros


def active_memberships(p: Pulled) -> str:
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


def not_calculated(p: Pulled) -> str:
    """Without the switch, prices by dynamic rules are 0."""
    if p.asks("calculatePrices") or p.frame is None:
        return ""
    for column in ("price", "calculatedPrice"):
        if column not in p.columns:
            continue
        free = zeros(p.frame[column])
        if free:
            return (
                f"{p.name}: {column} is 0 in {free:,} rows, which need not be free: by"
                " ServiceTitan's documentation dynamic prices are worked out only with"
                " calculatePrices=True."
            )
    return ""


def people(p: Pulled) -> str:
    """A user's id is in the `id` of neither list."""
    leads = "soldById of a job" if "technicians" in p.name else "employeeId"
    return (
        f"{p.name}: a person has two numbers, as ServiceTitan documents:"
        f" {leads} leads to id, createdById to userId."
    )


def seller(p: Pulled) -> str:
    sold = p.values("soldBy")
    if sold is not None and not sold.notna().any():
        return ""
    return (
        f"{p.name}: soldBy may be the id of a technician, an employee or a user;"
        " ServiceTitan's documentation does not say."
    )


def nested_call(p: Pulled) -> str:
    return (
        f"{p.name}: as ServiceTitan documents, the call itself lies in leadCall, with receivedOn,"
        " duration, from, to, createdOn, modifiedOn and an id of its own; filters are about those."
    )


def unmoved(p: Pulled) -> str:
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


def left_out(p: Pulled) -> str:
    lacking: dict[str, str] = {}
    for column, switch in ASKED.get(p.name, {}).items():
        if column in p.columns and not p.asks(switch) and is_empty(p, column):
            lacking[column] = f"{switch}=True"
    if not lacking:
        return ""
    columns, switches = ", ".join(lacking), ", ".join(lacking.values())
    return f"{p.name}: ServiceTitan leaves {columns} empty unless asked for: add {switches}."


def late(p: Pulled) -> str:
    """Feeds lag. No resource is named, as this is said once for all of them."""
    switch = "includeRecentChanges"
    if p.endpoint.kind != "export" or p.asks(switch) or not p.endpoint.takes(switch):
        return ""
    return (
        "An export feed shows changes up to 15 minutes late, says ServiceTitan's documentation:"
        f" {switch}=True has them at once."
    )
