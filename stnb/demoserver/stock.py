"""What is kept and ordered: vendors, warehouses, trucks and purchase orders."""

from __future__ import annotations

from typing import Any

import numpy as np

from .company import Company, Data, ids, later, objects, phones
from .names import CITIES
from .people import office
from .shop import address, lookup
from .table import Choice, Ragged, ragged
from .work import HOUR

VENDORS = [
    "Larkmoor Supply",
    "Three Wells Wholesale",
    "Quartz Pipe & Fitting",
    "Mirasol Electric Supply",
    "Saltbush Parts",
    "Old Depot",
]
STORES = ["North warehouse", "Valley warehouse", "West warehouse", "Old yard"]
ORDERED = ["Pending", "Sent", "PartiallyReceived", "Received"]


def vendors(co: Company) -> Data:
    rng, n = co.rng("vendors"), len(VENDORS)
    return {
        **lookup(co, "inventory.vendors", VENDORS, 930),
        **address(rng, rng.integers(0, len(CITIES), n)),
        "memo": "",
        "deliveryOption": "Email",
        "defaultTaxRate": 0.0,
        "contactInfo.phone": objects(phones(rng, n)),
        "contactInfo.fax": "",
        "customFields": [],
        "externalData": [],
    }


def warehouses(co: Company) -> Data:
    stores = lookup(co, "inventory.warehouses", STORES, 610)
    return {**stores, **address(co.rng("warehouses"), np.array([0, 4, 7, 2])), "externalData": []}


def trucks(co: Company) -> Data:
    crew = co["settings.technicians"]
    n = len(crew["id"])
    home = co["inventory.warehouses"]["id"][np.searchsorted(co["dispatch.zones"]["id"][[3, 7]], crew["mainZoneId"], side="right")]
    return {
        **lookup(co, "inventory.trucks", [f"Truck {i:02d}" for i in range(1, n + 1)], 2810),
        "memo": "",
        "warehouseId": home,
        "technicianIds": ragged(np.ones(n, dtype=int), crew["id"]),
        "externalData": [],
    }


def purchase_orders(co: Company) -> Data:
    """Equipment is ordered for the installation that needs it."""
    rng, b, job = co.rng("orders"), co["bills"], co["jobs"]
    item = np.flatnonzero((b["item_kind"] == 2) & (b["job"][b["item_bill"]] >= 0))
    at = b["job"][b["item_bill"][item]]
    n, made = len(at), job["created"][at]
    made = np.minimum(made + rng.integers(1, 20, n) * HOUR, co.end - HOUR)
    received = job["first"][at] - rng.integers(1, 12, n) * HOUR
    done = (received > made) & (received < co.end)
    tax = np.round(b["item_cost"][item] * 0.08, 2)
    return {
        "id": ids(n, 55_300_000),
        "number": ids(n, 10_001),
        "invoiceId": b["id"][at],
        "jobId": job["id"][at],
        "projectId": co["projects of jobs"]["id"][at],
        "status": Choice(np.where(done, 3, 1), ORDERED),
        "vendorId": rng.choice(co["inventory.vendors"]["id"], n),
        "technicianId": co["first technician"]["id"][at],
        "businessUnitId": co["settings.business_units"]["id"][job["branch"][at] * 4 + job["trade"][at]],
        "inventoryLocationId": co["inventory.warehouses"]["id"][job["branch"][at]],
        "date": made,
        "requiredOn": job["first"][at],
        "sentOn": made,
        "receivedOn": np.where(done, received, np.datetime64("NaT")),
        "createdOn": made,
        "modifiedOn": later(co, rng, np.where(done, np.maximum(received, made), made), 2),
        "total": np.round(b["item_cost"][item] + tax, 2),
        "tax": tax,
        "shipping": 0.0,
        "items": Ragged(np.arange(n + 1), "order lines"),
        "_item": b["item_id"][item],
        "createdById": office(co, rng, n),
        "summary": "",
        "vendorDocumentNumber": "",
        "customFields": [],
    }


def order_lines(co: Company) -> Data:
    """The one thing that each order asks for, with the tax left out."""
    rng, order = co.rng("order lines"), co["inventory.purchase_orders"]
    bought = np.asarray(np.searchsorted(co["accounting.export.invoice_items"]["id"], order["_item"]))
    n, sold = len(bought), co["accounting.export.invoice_items"]
    cost = sold["cost"][bought]
    done = order["status"].codes == 3
    return {
        "id": ids(n, 55_800_000),
        "skuId": sold["skuId"][bought],
        "skuName": Choice(sold["skuName"].codes[bought], sold["skuName"].values),
        "description": Choice(sold["description"].codes[bought], sold["description"].values),
        "skuCode": objects([f"E{v % 1000:03d}" for v in sold["skuId"][bought].tolist()]),
        "skuType": "Equipment",
        "vendorPartNumber": "",
        "quantity": 1.0,
        "quantityReceived": np.where(done, 1.0, 0.0),
        "cost": cost,
        "total": cost,
        "serialNumbers": [],
        "status": Choice(done.astype(int), ["Pending", "Received"]),
        "createdOn": order["createdOn"],
        "modifiedOn": later(co, rng, order["createdOn"], 1),
    }


MAKERS: dict[str, Any] = {
    "inventory.vendors": vendors,
    "inventory.warehouses": warehouses,
    "inventory.trucks": trucks,
    "inventory.purchase_orders": purchase_orders,
    "order lines": order_lines,
}
