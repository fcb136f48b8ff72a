"""What moves besides purchases: returns to vendors, transfers, counts that were corrected."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Choice, Ragged, ragged
from ..pricebook import Skus
from ..settings.people import office
from ..simulation import DAY, HOUR, NAT, Company, Data, after, cost_at, draw, ids, later
from .purchase_orders import sku_columns, synced, unit

RETURNED = ["Pending", "Returned", "CreditReceived", "Canceled"]
MOVED = ["Pending", "Picked", "Received", "Canceled"]
TRANSFERS, ADJUSTMENTS = 1500, 260  # in two years at scale 1
WRONG = ["Cycle count", "Damaged", "Found on a truck", "Lost"]


# -- requests


# -- returns


def returned(co: Company) -> Data:
    """Which receipt lines went back to the vendor, and how many.

    Never more than had come, and one line of a receipt at most.
    """
    rng, d, o = co.rng("returned"), co.deliveries, co.orders
    stock = o.job[d.order][d.receipt] < 0
    picked = np.flatnonzero(
        stock & (rng.random(len(d.line)) < 0.03) & (d.when[d.receipt] < co.end - 6 * DAY)
    )
    picked = picked[np.unique(d.receipt[picked], return_index=True)[1]]
    n, receipt = len(picked), d.receipt[picked]
    quantity = np.ceil(d.quantity[picked] * rng.uniform(0.05, 1, n))
    made = after(rng, d.made[receipt], 4, 120)
    status = np.where(rng.random(n) < 0.04, 3, 0)
    back, credit = after(rng, made, 24, 200), after(rng, made, 220, 700)
    status = np.where(status == 3, 3, np.where(credit < co.end, 2, np.where(back < co.end, 1, 0)))
    cost = o.cost[d.line[picked]]
    facts = {
        "line": d.line[picked],
        "receipt": receipt,
        "receipt_item": d.item[picked],
        "cost": cost,
        "made": made,
    }
    facts |= {
        "back": np.where((status == 1) | (status == 2), back, NAT),
        "credit": np.where(status == 2, credit, NAT),
    }
    facts |= {
        "quantity": quantity,
        "status": status,
        "amount": np.round(cost * quantity, 2),
        "id": ids(n, 68_100_000, 2),
    }
    return facts | {"order": d.order[receipt]}


def returns(co: Company) -> Data:
    rng, r, o = co.rng("inventory.returns"), co.returned, co.orders
    n, order, dropped = len(r.id), r.order, r.status == 3
    quit_on = np.minimum(r.made + 20 * HOUR, co.end - HOUR)
    event = np.fmax(np.fmax(r.back, r.credit), np.where(dropped, quit_on, r.made))
    return {
        "id": r.id,
        "active": ~dropped,
        "number": ids(n, 4_001),
        "referenceNumber": r.id - 68_000_000,
        "status": Choice(r.status, RETURNED),
        "returnTypeId": rng.choice(co["inventory.return_types"]["id"][:3], n),
        "vendorId": co["inventory.vendors"]["id"][o.vendor[order]],
        "purchaseOrderId": o.id[order],
        "jobId": np.full(n, -1),
        "projectId": np.full(n, -1),
        "businessUnitId": unit(co, o)[order],
        "inventoryLocationId": co["inventory.warehouses"]["id"][o.branch[order]],
        "createdById": office(co, rng, n),
        "memo": draw(rng, ["Wrong size", "Defective", "Not needed"], n),
        "returnAmount": r.amount,
        "taxAmount": 0.0,
        "shippingAmount": 0.0,
        "returnDate": r.made,
        "returnedOn": r.back,
        "creditReceivedOn": r.credit,
        "createdOn": r.made,
        "modifiedOn": later(co, rng, event, 2),
        "syncStatus": synced(co, r.made),
        **_given_up(co, rng, dropped, quit_on),
        "items": Ragged(np.arange(n + 1), "return lines"),
        "customFields": [],
        "externalData": [],
    }


def _given_up(co: Company, rng: Any, dropped: Array, when: Array) -> Data:
    """Who gave up what, why and when; null on all other rows."""
    n = len(dropped)
    return {
        "canceledById": np.where(dropped, office(co, rng, n), -1),
        "canceledReason": Choice(
            np.where(dropped, rng.integers(0, 3, n), -1), ["Duplicate", "Accidental", "Other"]
        ),
        "dateCanceled": np.where(dropped, when, NAT),
    }


def return_lines(co: Company) -> Data:
    rng, r, o = co.rng("return lines"), co.returned, co.orders
    n = len(r.id)
    return {
        **sku_columns(co, o.sku[r.line], "name", "code"),
        "id": ids(n, 68_400_000),
        "quantity": r.quantity,
        "cost": r.cost,
        "createdById": office(co, rng, n),
        "active": True,
        "receiptItemId": r.receipt_item,
        "createdOn": r.made,
        "modifiedOn": r.made,
    }


# -- transfers and adjustments


def moved(co: Company) -> Data:
    """Goods that one branch's warehouse sent to another's, following the work, with their lines."""
    rng, job, skus, n = co.rng("moved"), co.jobs, Skus(co), co.count(TRANSFERS)
    at = np.sort(rng.integers(0, len(job.id), n))
    made = np.sort(np.minimum(after(rng, job.created[at], 0.5, 12), co.end - HOUR))
    counts = rng.integers(1, 4, n)
    which = np.repeat(np.arange(n), counts)
    number = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    trade = job.trade[at]
    sku = skus.first[1, trade[which]] + (at[which] + number) % skus.many[1, trade[which]]
    picked, got = after(rng, made, 0.5, 20), after(rng, made, 21, 70)
    status = np.where(
        rng.random(n) < 0.02, 3, np.where(got < co.end, 2, np.where(picked < co.end, 1, 0))
    )
    to = job.branch[at]
    facts = {
        "made": made,
        "target": to,
        "source": (to + rng.integers(1, 3, n)) % 3,
        "counts": counts,
        "of": which,
        "sku": sku,
    }
    facts |= {"status": status, "picked": np.where((status == 1) | (status == 2), picked, NAT)}
    facts |= {
        "got": np.where(status == 2, got, NAT),
        "quantity": rng.integers(1, 9, len(sku)).astype(float),
    }
    return facts | {"cost": cost_at(co, skus.cost[sku], made[which])}


def transfers(co: Company) -> Data:
    rng, m, stores = co.rng("inventory.transfers"), co.transfers, co["inventory.warehouses"]["id"]
    n, dropped = len(m.made), m.status == 3
    quit_on = np.minimum(m.made + 5 * HOUR, co.end - HOUR)
    hands = co["settings.employees"]["id"][rng.integers(0, 8, n)]
    return {
        "id": ids(n, 69_200_000, 2),
        "transferType": draw(rng, ["Replenishment", "Manual"], n, [3, 1]),
        "status": Choice(m.status, MOVED),
        "number": ids(n, 7_001),
        "referenceNumber": "",
        "fromLocationId": stores[m.source],
        "toLocationId": stores[m.target],
        "createdById": office(co, rng, n),
        "memo": "",
        "date": m.made,
        "pickedDate": m.picked,
        "receivedDate": m.got,
        "createdOn": m.made,
        "modifiedOn": later(
            co, rng, np.fmax(np.fmax(m.picked, m.got), np.where(dropped, quit_on, m.made)), 1
        ),
        "syncStatus": synced(co, m.made),
        "dateRequired": m.made + 3 * DAY,
        "jobId": np.full(n, -1),
        "invoiceId": np.full(n, -1),
        **_given_up(co, rng, dropped, quit_on),
        "active": ~dropped,
        "pickedById": np.where(np.isnat(m.picked), -1, hands),
        "receivedById": np.where(np.isnat(m.got), -1, hands),
        "items": ragged(m.counts, "transfer lines"),
        "customFields": [],
        "externalData": [],
    }


def transfer_lines(co: Company) -> Data:
    rng, m = co.rng("transfer lines"), co.transfers
    n, made = len(m.of), m.made[m.of]
    return {
        **sku_columns(co, m.sku, "name", "code"),
        "id": ids(n, 69_600_000),
        "quantity": m.quantity,
        "quantityPicked": np.where(np.isnat(m.picked[m.of]), 0.0, m.quantity),
        "cost": m.cost,
        "totalCost": np.round(m.cost * m.quantity, 2),
        "createdById": office(co, rng, n),
        "active": True,
        "createdOn": made,
        "modifiedOn": made,
    }


def corrected(co: Company) -> Data:
    """Counts that did not agree with the shelf.

    One thing at a time, more often too few than too many.
    """
    rng, skus, job, n = co.rng("corrected"), Skus(co), co.jobs, co.count(ADJUSTMENTS)
    at = np.sort(rng.integers(0, len(job.id), n))
    made = np.minimum(after(rng, job.created[at], 1, 10), co.end - HOUR)
    sku = skus.draw(rng, np.ones(n, dtype=np.int64), job.trade[at])
    why = rng.choice(4, n, p=[0.5, 0.2, 0.1, 0.2])
    sign = np.where(why == 2, 1, np.where(why == 0, rng.choice([-1, 1], n, p=[0.6, 0.4]), -1))
    cost = cost_at(co, skus.cost[sku], made)
    facts = {
        "made": made,
        "branch": job.branch[at],
        "trade": job.trade[at],
        "sku": sku,
        "why": why,
        "cost": cost,
    }
    return facts | {"quantity": sign * rng.integers(1, 6, n).astype(float)}


def adjustments(co: Company) -> Data:
    rng, c = co.rng("inventory.adjustments"), co.corrections
    n = len(c.made)
    return {
        "id": ids(n, 69_900_000, 2),
        "active": True,
        "number": ids(n, 9_001),
        "referenceNumber": "",
        "type": "Manual",
        "inventoryLocationId": co["inventory.warehouses"]["id"][c.branch],
        "businessUnitId": unit(co, c),
        "projectId": np.full(n, -1),
        "invoiceId": np.full(n, -1),
        "createdById": office(co, rng, n),
        "memo": Choice(c.why, WRONG),
        "date": c.made,
        "createdOn": c.made,
        "modifiedOn": later(co, rng, c.made, 1),
        "syncStatus": synced(co, c.made),
        "canceledById": np.full(n, -1),
        "externalData": [],
        "items": Ragged(np.arange(n + 1), "adjustment lines"),
        "customFields": [],
    }


def adjustment_lines(co: Company) -> Data:
    rng, c = co.rng("adjustment lines"), co.corrections
    n = len(c.made)
    return {
        **sku_columns(co, c.sku, "name", "code"),
        "id": ids(n, 69_950_000),
        "quantity": c.quantity,
        "cost": c.cost,
        "totalCost": np.round(c.cost * c.quantity, 2),
        "createdById": office(co, rng, n),
        "active": True,
        "createdOn": c.made,
        "modifiedOn": c.made,
    }


FACTS: dict[str, Any] = {
    "returned": returned,
    "transfers": moved,
    "corrections": corrected,
}
MAKERS: dict[str, Any] = {
    "inventory.returns": returns,
    "return lines": return_lines,
    "inventory.transfers": transfers,
    "transfer lines": transfer_lines,
    "inventory.adjustments": adjustments,
    "adjustment lines": adjustment_lines,
}
