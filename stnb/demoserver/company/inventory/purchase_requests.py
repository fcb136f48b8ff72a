"""What technicians ask the office to order."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Choice, Index, Ragged
from ..jpm.jobs import HOLD, SCHEDULED
from ..pricebook import Skus
from ..simulation import HOUR, Company, Data, after, cost_at, ids, later
from .purchase_orders import sku_columns
from .warehouses import sellers, ship_to


def requests(co: Company) -> Data:
    """What technicians asked the office to order for jobs that are still to be done."""
    rng, job = co.rng("order requests"), co.jobs
    open_ = np.isin(job.status, (SCHEDULED, HOLD))
    at = np.flatnonzero((open_ & (rng.random(len(open_)) < 0.35)) | (rng.random(len(open_)) < 0.01))
    n, trade = len(at), job.trade[at]
    made = np.minimum(after(rng, job.created[at], 1, 30), co.end - HOUR)
    status = np.where(open_[at], 0, rng.choice([1, 2], n, p=[0.85, 0.15]))
    line = request_facts(co, trade, made)
    return {
        **ship_to(co, job.branch[at]),
        "id": ids(n, 56_900_000),
        "requestNumber": ids(n, 2_001),
        "requestStatus": Choice(status, ["Pending", "Approved", "Rejected"]),
        "invoiceId": co.bills.id[at],
        "jobId": job.id[at],
        "projectId": co.job_projects.id[at],
        "typeId": co["inventory.purchase_order_types"]["id"][np.ones(n, dtype=int)],
        "vendorId": co["inventory.vendors"]["id"][sellers(trade, rng.random(n))],
        "technicianId": co.first_technicians.id[at],
        "businessUnitId": co["settings.business_units"]["id"][job.branch[at] * 4 + trade],
        "inventoryLocationId": co["inventory.warehouses"]["id"][job.branch[at]],
        "date": made,
        "requiredOn": np.maximum(job.first[at], made),
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 2),
        "total": line["total"],
        "tax": 0.0,
        "shipping": 0.0,
        "summary": "Needed for the next visit",
        "items": Ragged(np.arange(n + 1), "request lines"),
        "customFields": [],
        "_trade": trade,
    }


def request_facts(co: Company, trade: Index, made: Array) -> Data:
    """The one thing that each request is about."""
    rng, skus, n = co.rng("request lines"), Skus(co), len(trade)
    sku, quantity = (
        skus.draw(rng, np.ones(n, dtype=np.int64), trade),
        rng.integers(1, 5, n).astype(float),
    )
    cost = cost_at(co, skus.cost[sku], made)
    return {"sku": sku, "quantity": quantity, "cost": cost, "total": np.round(cost * quantity, 2)}


def request_lines(co: Company) -> Data:
    asked = co["inventory.purchase_orders.requests"]
    line = request_facts(co, asked["_trade"], asked["createdOn"])
    n = len(line["sku"])
    return {
        **sku_columns(co, line["sku"]),
        "id": ids(n, 56_950_000),
        "skuType": "Material",
        "vendorPartNumber": "",
        "quantity": line["quantity"],
        "quantityReceived": 0.0,
        "cost": line["cost"],
        "total": line["total"],
        "serialNumbers": [],
        "status": "Pending",
        "chargeable": True,
        "createdOn": asked["createdOn"],
        "modifiedOn": asked["createdOn"],
    }


MAKERS: dict[str, Any] = {
    "inventory.purchase_orders.requests": requests,
    "request lines": request_lines,
}
