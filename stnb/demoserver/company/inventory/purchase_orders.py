"""What is ordered: purchase orders for jobs and for stock."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Choice, Index, Ragged
from ..facts.goods import Corrections, Orders
from ..pricebook import Skus
from ..settings.business_units import TAX_RATES
from ..settings.people import office
from ..simulation import (
    DAY,
    HOUR,
    NAT,
    Company,
    Data,
    Rng,
    after,
    cost_at,
    ids,
    later,
    of,
)
from .warehouses import sellers, ship_to

ORDERED = ["Pending", "Sent", "PartiallyReceived", "Received", "Canceled"]
PENDING, SENT, PARTIAL, RECEIVED, DROPPED = range(5)
GOODS = ["Pending", "PartiallyReceived", "Received"]
STOCK_ORDERS = 1200  # in two years at scale 1


def sku_columns(co: Company, sku: Index, name: str = "skuName", code: str = "skuCode") -> Data:
    """How a line tells what it is about."""
    skus, parts = Skus(co), [co[f"pricebook.{p}"] for p in ("services", "materials", "equipment")]
    codes = [c for p in parts for c in p["code"].tolist()]
    return {
        "skuId": skus.id[sku],
        name: Choice(sku, skus.names),
        code: Choice(sku, codes),
        "description": Choice(sku, [f"<p>{text}</p>" for text in skus.names]),
    }


def kind_of(co: Company, sku: Index) -> Choice:
    return Choice(Skus(co).kind[sku], ["Service", "Material", "Equipment"])


# -- facts


def _for_jobs(co: Company, rng: Rng) -> tuple[Data, Data]:
    """(orders, lines): the equipment of each job is ordered after the booking and comes
    before the visit."""
    b, job = co.bills, co.jobs
    item = np.flatnonzero((b.item_kind == 2) & (b.job[b.item_bill] >= 0))
    at, which = np.unique(b.job[b.item_bill[item]], return_inverse=True)
    wait = job.first[at] - job.created[at]
    made = job.created[at] + (wait * rng.uniform(0.05, 0.3, len(at))).astype("timedelta64[s]")
    come = job.created[at] + (wait * rng.uniform(0.5, 0.95, len(at))).astype("timedelta64[s]")
    orders = {
        "job": at,
        "made": made,
        "come": come,
        "branch": job.branch[at],
        "trade": job.trade[at],
    }
    count = np.ones(len(item))
    return orders, {
        "order": which,
        "sku": b.item_sku[item],
        "cost": b.item_cost[item],
        "quantity": count,
    }


def _for_stock(co: Company, rng: Rng) -> tuple[Data, Data]:
    """(orders, lines): the shelves are filled where and when there is work."""
    job, skus, n = co.jobs, Skus(co), co.count(STOCK_ORDERS)
    at = np.sort(rng.integers(0, len(job.id), n))
    made = np.minimum(after(rng, job.created[at], 0.5, 9), co.end - HOUR)
    trade = job.trade[at]
    counts = rng.integers(2, 6, n)
    which = np.repeat(np.arange(n), counts)
    number = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    start = rng.integers(0, 1000, n)
    sku = skus.first[1, trade[which]] + (start[which] + number) % skus.many[1, trade[which]]
    cost = np.round(cost_at(co, skus.cost[sku], made[which]) * rng.uniform(0.96, 1.0, len(sku)), 2)
    orders = {
        "job": np.full(n, -1),
        "made": made,
        "come": after(rng, made, 20, 140),
        "branch": job.branch[at],
        "trade": trade,
    }
    quantity = rng.integers(4, 24, len(sku)).astype(float)
    return orders, {
        "order": which,
        "sku": sku,
        "cost": np.maximum(cost, 0.01),
        "quantity": quantity,
    }


def orders(co: Company) -> Data:
    """Every order with its lines, in the order of time.

    What came of each line, and in which of two deliveries.
    """
    rng = co.rng("purchasing")
    (a, a_lines), (b, b_lines) = _for_jobs(co, rng), _for_stock(co, rng)
    b_lines["order"] = b_lines["order"] + len(a["job"])
    o, line = (
        {k: np.concatenate((x[k], y[k])) for k in x} for x, y in ((a, b), (a_lines, b_lines))
    )
    by_time = np.argsort(o["made"], kind="stable")
    rank = np.empty(len(by_time), dtype=np.int64)
    rank[by_time] = np.arange(len(by_time))
    o = {k: v[by_time] for k, v in o.items()}
    line["order"] = rank[line["order"]]
    by_order = np.argsort(line["order"], kind="stable")
    line = {k: v[by_order] for k, v in line.items()}
    return {
        **o,
        **_delivered(co, o, line),
        "starts": np.searchsorted(line["order"], np.arange(len(by_time) + 1)),
    }


def _delivered(co: Company, o: Data, line: Data) -> Data:
    """Most orders come whole.

    Some of those for stock in two parts, some never to the end, a few are given up.
    """
    rng, n, of_line = co.rng("deliveries"), len(o["job"]), line["order"]
    # Whole, two parts, a part, given up.
    plan = np.where(o["job"] >= 0, 0, rng.choice(4, n, p=[0.84, 0.1, 0.04, 0.02]))
    again = after(rng, o["come"], 40, 260)
    came, rest = (o["come"] < co.end) & (plan < 3), (again < co.end) & (plan == 1)
    first = (
        np.where(plan[of_line] == 0, line["quantity"], np.floor(line["quantity"] * 0.6))
        * came[of_line]
    )
    second = np.where(rest[of_line], line["quantity"] - first, 0.0)
    got = first + second
    sent = after(rng, o["made"], 0.2, 6)
    sent = np.where(sent < np.minimum(o["come"], co.end), sent, np.where(came, o["made"], NAT))
    # An order of the last days may still be a draft.
    sent = np.where(~came & (o["made"] > co.end - 6 * DAY) & (rng.random(n) < 0.5), NAT, sent)
    short = np.bincount(of_line, line["quantity"] - got, n) > 0
    status = np.where(
        ~short, RECEIVED, np.where(came, PARTIAL, np.where(np.isnat(sent), PENDING, SENT))
    )
    status = np.where(plan == 3, DROPPED, status)
    total = np.round(line["cost"] * line["quantity"], 2)
    goods = np.round(np.bincount(of_line, total, n), 2)
    tax = np.where(o["job"] >= 0, np.round(goods * np.array(TAX_RATES)[o["branch"]], 2), 0.0)
    freight = np.where(
        (o["job"] < 0) & (goods < 400), 18.5, np.where(rng.random(n) < 0.05, 95.0, 0.0)
    )
    facts = {
        "second": second,
        "first": first,
        "got": got,
        "line_total": total,
        "goods": goods,
        "tax": tax,
        "freight": freight,
    }
    facts |= {"sent": sent, "status": status, "came": came, "rest": rest, "again": again}
    facts |= {
        "line_order": of_line,
        "sku": line["sku"],
        "cost": line["cost"],
        "quantity": line["quantity"],
    }
    facts |= {
        "vendor": sellers(o["trade"], rng.random(n)),
        "id": ids(n, 55_300_000),
        "line": ids(len(of_line), 55_800_000),
    }
    return facts


# -- what the lists show


def unit(co: Company, o: Orders | Corrections) -> Index:
    """The id of the business unit of each order."""
    return np.asarray(co["settings.business_units"]["id"][o.branch * 4 + o.trade], dtype=np.int64)


def purchase_orders(co: Company) -> Data:
    rng, o, job, got = co.rng("orders"), co.orders, co.jobs, co.deliveries
    n, at = len(o.id), np.maximum(o.job, 0)
    last = np.full(n, NAT, dtype="datetime64[us]")
    last[got.order] = got.when
    needed = np.where(o.job >= 0, job.first[at], o.made + 7 * DAY)
    full = o.status == RECEIVED
    return {
        **ship_to(co, o.branch),
        "id": o.id,
        "number": ids(n, 10_001),
        "invoiceId": of(co.bills.id, o.job),
        "jobId": of(job.id, o.job),
        "projectId": of(co.job_projects.id, o.job),
        "status": Choice(o.status, ORDERED),
        "typeId": co["inventory.purchase_order_types"]["id"][(o.job >= 0).astype(int)],
        "vendorId": co["inventory.vendors"]["id"][o.vendor],
        "technicianId": np.where(o.job >= 0, co.first_technicians.id[at], -1),
        "businessUnitId": unit(co, o),
        "inventoryLocationId": co["inventory.warehouses"]["id"][o.branch],
        "date": o.made,
        "requiredOn": needed,
        "sentOn": o.sent,
        "receivedOn": np.where(full, last, NAT),
        "createdOn": o.made,
        "modifiedOn": later(co, rng, np.fmax(np.fmax(last, o.sent), o.made), 2),
        "total": np.round(o.goods + o.tax + o.freight, 2),
        "tax": o.tax,
        "shipping": o.freight,
        "items": Ragged(o.starts, "order lines"),
        "createdById": office(co, rng, n),
        "summary": Choice((o.job >= 0).astype(int), ["Stock", "For the installation"]),
        "vendorDocumentNumber": Choice(np.where(o.came, 0, 1), ["see receipt", ""]),
        "customFields": Choice(
            rng.integers(0, 3, n), [[], [{"typeId": 511, "name": "Buyer", "value": "Office"}], []]
        ),
    }


def order_lines(co: Company) -> Data:
    rng, o = co.rng("order lines"), co.orders
    made = o.made[o.line_order]
    done = np.where(o.got >= o.quantity, 2, np.where(o.got > 0, 1, 0))
    return {
        **sku_columns(co, o.sku),
        "id": o.line,
        "skuType": kind_of(co, o.sku),
        "vendorPartNumber": Skus(co).id[o.sku] % 100_000,
        "quantity": o.quantity,
        "quantityReceived": o.got,
        "cost": o.cost,
        "total": o.line_total,
        "serialNumbers": [],
        "status": Choice(done, GOODS),
        "chargeable": o.job[o.line_order] >= 0,
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 1),
    }


def synced(co: Company, when: Array) -> Choice:
    """The books are closed some days later, and exported after two weeks."""
    age: Array = (when - co.end) / -DAY
    return Choice(np.where(age < 4, 0, np.where(age < 15, 1, 2)), ["Pending", "Posted", "Exported"])


FACTS: dict[str, Any] = {
    "orders": orders,
}
MAKERS: dict[str, Any] = {
    "inventory.purchase_orders": purchase_orders,
    "order lines": order_lines,
}
