"""Memberships: their kinds, who holds one, and what became of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..accounting.amounts import MEMBERSHIP
from ..columns import Choice, Ragged
from ..pricebook import FEE, PLANS
from ..settings.business_units import JOB_TYPES
from ..settings.people import office
from ..simulation import DAY, HOUR, NAT, Company, Data, blur, draw, ids, later, objects, of, spread

ACTIVE, SUSPENDED, EXPIRED, QUIT = range(4)
STATES = ["Active", "Suspended", "Expired", "Canceled", "Deleted"]
DISCOUNT = 10.0  # percent for members
# The visits of a plan: name, job type, months in which they are due.
VISITS = [
    ("Cooling tune-up", "AC Tune-up", ["March", "April", "May"]),
    ("Heating tune-up", "Furnace Tune-up", ["September", "October"]),
]
DUE = [4, 10]  # the month in which a visit is due when nobody has come yet
KINDS = [[t[0] for t in JOB_TYPES].index(kind) for _, kind, _ in VISITS]


# -- the kinds of membership


def types(co: Company) -> Data:
    rng, n = co.rng("memberships.membership_types"), len(PLANS)
    made = spread(rng, co.start - np.timedelta64(900, "D"), co.start, n)
    one, two = np.arange(n + 1), 2 * np.arange(n + 1)
    return {
        "id": ids(n, 420_040, 5),
        "name": objects([p[0] for p in PLANS]),
        "displayName": objects([p[0] for p in PLANS]),
        "active": np.ones(n, dtype=bool),
        "discountMode": "Basic",
        "locationTarget": "SingleLocation",
        "revenueRecognitionMode": "Deferred",
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 300),
        "durationBilling": Ragged(one, "memberships.membership_types.duration_billing_items"),
        "discounts": Ragged(one, "memberships.membership_types.discounts"),
        "recurringServices": Ragged(two, "memberships.membership_types.recurring_service_items"),
        "billingTemplateId": co["memberships.invoice_templates"]["id"],
        "tagTypeIds": [],
        "discount": DISCOUNT,
    }


def _of_types(co: Company, base: int, each: int = 1) -> Data:
    """What all rows below a kind of membership have."""
    kind = np.repeat(np.arange(len(PLANS)), each)
    n, number = len(kind), ids(len(PLANS), 420_040, 5)
    return {
        "id": ids(n, base),
        "_type": number[kind],
        "createdOn": np.full(n, co.start - 30 * DAY),
        "active": True,
    }


def durations(co: Company) -> Data:
    fee = np.array([p[1] for p in PLANS])
    prices = {"salePrice": fee, "billingPrice": fee, "renewalPrice": fee}
    return {
        **_of_types(co, 421_000),
        **prices,
        "duration": np.full(len(PLANS), 12),
        "billingFrequency": "Annual",
    }


def discounts(co: Company) -> Data:
    target = co["pricebook.categories"]["id"][0]
    return {**_of_types(co, 422_000), "targetId": np.full(len(PLANS), target), "discount": DISCOUNT}


def visits_of_types(co: Company) -> Data:
    known = co["memberships.recurring_service_types"]["id"]
    data = _of_types(co, 423_000, len(VISITS))
    due = {"offset": np.tile([3, 9], len(PLANS)), "offsetType": "Months", "allocation": 0.0}
    return {
        **data,
        "membershipTypeId": data["_type"],
        "recurringServiceTypeId": np.tile(known, len(PLANS)),
        **due,
    }


def templates(co: Company) -> Data:
    """What is billed with each kind: its fee."""
    n, skus = len(PLANS), co["pricebook.services"]
    fee = skus["id"][skus["displayName"].tolist().index(FEE)]
    made = np.full(n, co.start - 40 * DAY)
    price = np.array([p[1] for p in PLANS])
    items = {
        "skuId": int(fee),
        "skuType": "Service",
        "quantity": 1.0,
        "isAddOn": False,
        "importId": None,
        "workflowActionItemId": None,
        "cost": 0.0,
        "hours": 0.0,
    }
    lists = [
        [{**items, "id": 431_000 + i, "unitPrice": p, "description": FEE}]
        for i, p in enumerate(price.tolist())
    ]
    return {
        "id": ids(n, 430_000, 3),
        "name": objects([f"{p[0]} billing" for p in PLANS]),
        "active": True,
        "total": price,
        "items": Choice(np.arange(n), lists),
        "isSettingsTemplate": True,
        "createdOn": made,
        "modifiedOn": later(co, co.rng("invoice templates"), np.asarray(made), 200),
        "createdById": office(co, co.rng("makers of templates"), n),
    }


# -- who has one


def memberships(co: Company) -> Data:
    rng, m, bills = co.rng("memberships.memberships"), co.members, co.bills
    n, state = len(m.id), co.member_states
    status, since = state.status, state.since
    invoice = np.flatnonzero(bills.kind == MEMBERSHIP)
    places = co.customers.places.starts
    branch = np.searchsorted([3, 7, 9], co.customers.city[m.customer], side="right")
    users = office(co, rng, n)
    touched = np.asarray(np.where(status == ACTIVE, np.minimum(m.begins, co.end - HOUR), since))
    return {
        "id": m.id,
        "createdOn": m.begins,
        "createdById": users,
        "modifiedOn": later(co, rng, touched, 20),
        "followUpOn": np.maximum(m.ends - 30 * DAY, m.begins),
        "cancellationDate": np.where(status == QUIT, since, NAT),
        "from": m.begins,
        "to": m.ends,
        "nextScheduledBillDate": np.where(status == ACTIVE, m.ends, NAT),
        "billingFrequency": "Annual",
        "renewalBillingFrequency": "Annual",
        "status": Choice(status, STATES),
        "followUpStatus": draw(
            rng, ["NotAttempted", "Unreachable", "Contacted", "Won", "Dismissed"], n
        ),
        # One that is suspended is active all the same: the trap of the two words.
        "active": (status == ACTIVE) | (status == SUSPENDED),
        "initialDeferredRevenue": np.array([p[1] for p in PLANS])[m.plan],
        "duration": 12,
        "renewalDuration": 12,
        "businessUnitId": co["settings.business_units"]["id"][branch * 4],
        "customerId": co.customers.id[m.customer],
        "membershipTypeId": co["memberships.membership_types"]["id"][m.plan],
        "billingTemplateId": co["memberships.invoice_templates"]["id"][m.plan],
        "activatedById": users,
        "activatedFromId": bills.item_id[bills.starts[invoice]],
        "cancellationBalanceInvoiceId": np.full(n, -1),
        "cancellationInvoiceId": np.full(n, -1),
        "locationId": co["crm.locations"]["id"][places[m.customer]],
        "renewedById": of(m.id, m.renewed_by),
        "soldById": users,
        "customFields": [],
    }


def states(co: Company) -> Data:
    """How each membership stands, and since when."""
    rng, m, n = co.rng("states of members"), co.members, len(co.members.id)
    halted = blur(rng, m.begins + rng.integers(30, 300, n) * DAY + 18 * HOUR)
    canceled, running = m.canceled, m.ends >= co.end
    suspended = running & (rng.random(n) < 0.03) & (halted < co.end - HOUR)
    if not suspended.any() and running.any():  # one at least, however small the company
        first = int(np.flatnonzero(running & (m.begins < co.end - 40 * DAY))[:1].sum())
        suspended[first], halted[first] = (
            running[first],
            np.minimum(halted[first], co.end - 2 * DAY),
        )
    status = np.where(
        canceled, QUIT, np.where(~running, EXPIRED, np.where(suspended, SUSPENDED, ACTIVE))
    )
    since = np.select(
        [status == QUIT, status == SUSPENDED, status == EXPIRED], [m.ends, halted, m.ends], NAT
    )
    return {"status": status, "since": since}


def status_changes(co: Company) -> Data:
    """The day on which each stopped being active."""
    rng, state = co.rng("status changes"), co.member_states
    at = np.flatnonzero(state.status != ACTIVE)
    at = at[np.argsort(state.since[at], kind="stable")]
    why = np.where(state.status[at] == QUIT, rng.integers(0, 3, len(at)), -1)
    return {
        "id": ids(len(at), 97_700_000),
        "membershipId": co.members.id[at],
        "oldStatus": "Active",
        "newStatus": Choice(state.status[at], STATES),
        "note": Choice(why, ["Moved away", "Too expensive", "Sold the house"]),
        "createdOn": state.since[at],
        "createdById": office(co, rng, len(at)),
    }


# -- the visits that are due


FACTS: dict[str, Any] = {
    "member_states": states,
}
MAKERS: dict[str, Any] = {
    "memberships.membership_types": types,
    "memberships.membership_types.duration_billing_items": durations,
    "memberships.membership_types.discounts": discounts,
    "memberships.membership_types.recurring_service_items": visits_of_types,
    "memberships.invoice_templates": templates,
    "memberships.memberships": memberships,
    "memberships.export.membership_status_changes": status_changes,
}
