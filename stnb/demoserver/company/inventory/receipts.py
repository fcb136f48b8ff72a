"""What arrives of the purchase orders: receipts with their lines."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Ragged
from ..settings.people import office
from ..simulation import SECOND, Company, Data, after, draw, ids, later, of
from .purchase_orders import sku_columns, synced, unit
from .warehouses import ship_to


def deliveries(co: Company) -> Data:
    """Every receipt with its lines: the first part of each order that came, and the second."""
    o, rng = co.orders, co.rng("receipts")
    order = np.concatenate((np.flatnonzero(o.came), np.flatnonzero(o.rest)))
    step = np.repeat([0, 1], [o.came.sum(), o.rest.sum()])
    when = np.where(step == 0, o.come[order], o.again[order])
    by_time = np.argsort(when, kind="stable")
    order, step, when = order[by_time], step[by_time], when[by_time]
    row = np.full((2, len(o.job)), -1)
    row[step, order] = np.arange(len(order))
    parts = [np.flatnonzero(amounts > 0) for amounts in (o.first, o.second)]
    line = np.concatenate(parts)
    receipt = row[np.repeat([0, 1], [len(p) for p in parts]), o.line_order[line]]
    quantity = np.concatenate(
        [amounts[p] for amounts, p in zip((o.first, o.second), parts, strict=True)]
    )
    by_receipt = np.lexsort((line, receipt))
    line, receipt, quantity = line[by_receipt], receipt[by_receipt], quantity[by_receipt]
    n, goods = (
        len(order),
        np.round(np.bincount(receipt, np.round(o.cost[line] * quantity, 2), len(order)), 2),
    )
    tax, freight = (
        np.where(step == 0, o.tax[order], 0.0),
        np.where(step == 0, o.freight[order], 0.0),
    )
    facts = {
        "order": order,
        "when": when,
        "starts": np.searchsorted(receipt, np.arange(n + 1)),
        "line": line,
    }
    facts |= {
        "receipt": receipt,
        "quantity": quantity,
        "tax": tax,
        "freight": freight,
    }
    facts |= {
        "total": np.round(goods + tax + freight, 2),
        "id": ids(n, 66_200_000, 2),
        "bill": ids(n, 67_400_000, 3),
    }
    return facts | {
        "item": ids(len(line), 66_600_000),
        "made": np.minimum(after(rng, when, 0.1, 3), co.end - SECOND),
    }


def receipts(co: Company) -> Data:
    rng, o, d = co.rng("inventory.receipts"), co.orders, co.deliveries
    n, order = len(d.id), d.order
    job = o.job[order]
    return {
        **ship_to(co, o.branch[order]),
        "id": d.id,
        "active": True,
        "number": ids(n, 30_001),
        "vendorInvoiceNumber": 400_000 + (d.id * 7919) % 500_000,
        "createdById": office(co, rng, n),
        "memo": draw(rng, ["", "One box was open", "Left at the dock"], n, [20, 1, 1]),
        "purchaseOrderId": o.id[order],
        "billId": d.bill,
        "jobId": of(co.jobs.id, job),
        "businessUnitId": unit(co, o)[order],
        "vendorId": co["inventory.vendors"]["id"][o.vendor[order]],
        "technicianId": np.where(job >= 0, co.first_technicians.id[np.maximum(job, 0)], -1),
        "inventoryLocationId": co["inventory.warehouses"]["id"][o.branch[order]],
        "shipToDescription": "Warehouse",
        "receiptAmount": d.total,
        "taxAmount": d.tax,
        "shippingAmount": d.freight,
        "receivedOn": d.when,
        "createdOn": d.made,
        "modifiedOn": later(co, rng, d.made, 3),
        "syncStatus": synced(co, d.when),
        "landedCostMethod": "None",
        "items": Ragged(d.starts, "receipt lines"),
        "customFields": [],
    }


def receipt_lines(co: Company) -> Data:
    o, d = co.orders, co.deliveries
    columns = sku_columns(co, o.sku[d.line], "name", "code")
    cost = o.cost[d.line]
    return {
        **columns,
        "id": d.item,
        "quantity": d.quantity,
        "cost": cost,
        "purchaseOrderItemId": o.line[d.line],
    }


FACTS: dict[str, Any] = {
    "deliveries": deliveries,
}
MAKERS: dict[str, Any] = {
    "inventory.receipts": receipts,
    "receipt lines": receipt_lines,
}
