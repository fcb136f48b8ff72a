"""Vendors, warehouses, trucks, and the kinds of orders (module inventory)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Choice, Index, Ragged, ragged
from ..settings.business_units import TRADES, address, lookup
from ..simulation import Company, Data, objects, phones, taken
from ..words import CITIES, FIRST, LAST

# Name and trade: whose goods each of them sells; the last one is no longer used.
VENDORS = [
    ("Larkmoor Supply", 0),
    ("Three Wells Wholesale", 2),
    ("Quartz Pipe & Fitting", 2),
    ("Mirasol Electric Supply", 3),
    ("Saltbush Parts", 0),
    ("Old Depot", -1),
]
STORES = ["North warehouse", "Valley warehouse", "West warehouse", "Old yard"]
STORE_CITIES = np.array([0, 4, 7, 2])
ORDER_TYPES = ["Stock", "Job", "Truck replenishment", "Rental (old)"]
RETURN_TYPES = ["Wrong part", "Defective", "Core", "Surplus (old)"]
TEMPLATES = [*(f"{trade} truck" for trade in TRADES), "Branch warehouse"]
# From, to, percent.
MARKUPS = [
    (0, 25, 120),
    (25, 100, 85),
    (100, 500, 60),
    (500, 2500, 40),
    (2500, 100_000, 25),
]
SHIP = ("street", "unit", "city", "state", "zip", "country")


def vendor_names() -> list[str]:
    return [name for name, _ in VENDORS]


def sellers(trade: Array, luck: Array) -> Index:
    """The place in `VENDORS` of somebody who sells goods of that trade.

    The two trades of air have the same vendors.
    """
    of_trade = [[i for i, (_, sold) in enumerate(VENDORS) if sold == t] for t in (0, 0, 2, 3)]
    known = np.array([[sold[i % len(sold)] for i in range(2)] for sold in of_trade])
    return np.asarray(known[trade, (luck * 2).astype(np.int64)])


def ship_to(co: Company, store: Array) -> Data:
    """The columns of a warehouse's address as an order shows them."""
    kept = co["inventory.warehouses"]
    return {f"shipTo.{part}": taken(kept[f"address.{part}"], store) for part in SHIP}


def account(co: Company, prefix: str, name: str) -> Data:
    """The columns that describe one ledger account, the same on every row."""
    known = co["accounting.gl_accounts"]
    at = known["name"].tolist().index(name)
    columns = {"id": int(known["id"][at]), "name": name}
    for part in ("number", "type"):
        values = known[part]
        columns[part] = values.array()[at] if isinstance(values, Choice) else values[at]
    return {f"{prefix}.{part}": value for part, value in columns.items()}


def vendors(co: Company) -> Data:
    rng, n = co.rng("vendors"), len(VENDORS)
    first, last = (
        [FIRST[i] for i in rng.integers(0, len(FIRST), n)],
        [LAST[i] for i in rng.integers(0, len(LAST), n)],
    )
    return {
        **lookup(co, "inventory.vendors", vendor_names(), 930),
        **address(rng, rng.integers(0, len(CITIES), n)),
        "isTruckReplenishment": np.arange(n) == 4,
        "isMobileCreationRestricted": np.arange(n) == 5,
        "memo": "",
        "deliveryOption": "Email",
        "defaultTaxRate": 0.0,
        "contactInfo.firstName": objects(first),
        "contactInfo.lastName": objects(last),
        "contactInfo.phone": objects(phones(rng, n)),
        "contactInfo.email": objects(
            [f"orders@{name.split()[0].lower()}.example" for name in vendor_names()]
        ),
        "contactInfo.fax": "",
        "customFields": Choice(
            np.arange(n) % 2, [[{"typeId": 501, "name": "Account number", "value": "JF-2207"}], []]
        ),
        "externalData": [],
    }


def warehouses(co: Company) -> Data:
    stores = lookup(co, "inventory.warehouses", STORES, 610)
    template = np.where(
        np.arange(len(STORES)) < 3, co["inventory.inventory_templates"]["id"][-1], -1
    )
    place = address(co.rng("warehouses"), STORE_CITIES)
    return {**stores, **place, "inventoryTemplateId": template, "externalData": []}


def crew_trade(co: Company) -> Index:
    """The trade of each technician, by the business unit."""
    units = co["settings.business_units"]["id"]
    return np.asarray(
        np.searchsorted(units, co["settings.technicians"]["businessUnitId"]) % len(TRADES),
        dtype=np.int64,
    )


def trucks(co: Company) -> Data:
    """One for each technician; those of people who left are out of use."""
    crew = co["settings.technicians"]
    n = len(crew["id"])
    home = co["inventory.warehouses"]["id"][
        np.searchsorted(co["dispatch.zones"]["id"][[3, 7]], crew["mainZoneId"], side="right")
    ]
    return {
        **lookup(co, "inventory.trucks", [f"Truck {i:02d}" for i in range(1, n + 1)], 2810),
        "active": np.asarray(crew["active"]),
        "memo": "",
        "warehouseId": home,
        "technicianIds": ragged(np.ones(n, dtype=int), crew["id"]),
        "inventoryTemplateId": co["inventory.inventory_templates"]["id"][crew_trade(co)],
        "externalData": [],
    }


def _template_parts(co: Company) -> tuple[Index, Index]:
    """(template, material) for each line.

    The goods of a trade on its trucks, everything in a warehouse.
    """
    trade = co["pricebook.materials"]["_trade"]
    pairs = [(t, i) for t in range(len(TRADES)) for i in np.flatnonzero(trade == t).tolist()]
    pairs += [(len(TRADES), i) for i in range(len(trade))]
    found = np.array(pairs, dtype=np.int64)
    return found[:, 0], found[:, 1]


def templates(co: Company) -> Data:
    """How much of what belongs on a truck of each trade, and in a branch's warehouse."""
    n, of_truck = len(TEMPLATES), crew_trade(co)
    order = np.argsort(of_truck, kind="stable")
    per = np.bincount(of_truck, minlength=n)
    per[-1] = 3
    # The ids of trucks and of the branches' warehouses.
    places = np.concatenate((2810 + 3 * order, 610 + 3 * np.arange(3)))
    return {
        **lookup(co, "inventory.inventory_templates", TEMPLATES, 5710),
        "active": np.ones(n, dtype=bool),
        "type": Choice((np.arange(n) == n - 1).astype(int), ["Truck", "Warehouse"]),
        "isConsignment": False,
        "locationIds": ragged(per, places),
        "items": Ragged(
            np.concatenate(([0], np.cumsum(np.bincount(_template_parts(co)[0])))), "template lines"
        ),
    }


def template_lines(co: Company) -> Data:
    which, at = _template_parts(co)
    goods, n = co["pricebook.materials"], len(at)
    least = np.where(which == len(TRADES), 12, 2).astype(float)
    return {
        "id": 57_100 + np.arange(n, dtype=np.int64),
        "skuId": goods["id"][at],
        "code": goods["code"][at],
        "name": goods["displayName"][at],
        "description": goods["description"][at],
        "skuType": "Material",
        "minQuantity": least,
        "maxQuantity": least * 4,
        "isConsignment": False,
    }


def order_types(co: Company) -> Data:
    n = len(ORDER_TYPES)
    job = np.arange(n) == 1
    return {
        **lookup(co, "inventory.purchase_order_types", ORDER_TYPES, 5610),
        "automaticallyReceive": np.arange(n) == 2,
        "displayToTechnician": job,
        "impactToTechnicianPayroll": False,
        "allowTechniciansToSendPo": job,
        "defaultRequiredDateDaysOffset": np.array([7, 2, 1, 7]),
        "skipWeekends": True,
        "excludeTaxFromJobCosting": False,
        "landedCostMethod": "None",
        "includeTaxInFullyLandedCost": False,
    }


def return_types(co: Company) -> Data:
    n = len(RETURN_TYPES)
    return {
        **lookup(co, "inventory.return_types", RETURN_TYPES, 5650),
        "automaticallyReceiveVendorCredit": False,
        "includeInSalesTax": False,
        "isDefault": np.arange(n) == 0,
        "isDefaultForConsignment": False,
    }


def markups(co: Company) -> Data:
    """What is added to the cost of goods that were bought for a job: less, the dearer they are."""
    low, high, percent = np.array(MARKUPS, dtype=float).T
    made = lookup(co, "inventory.purchase_order_markups", [str(p) for p in percent], 5680)
    return {
        "id": made["id"],
        "createdOn": made["createdOn"],
        "modifiedOn": made["modifiedOn"],
        "from": low,
        "to": high,
        "percent": percent,
    }


MAKERS: dict[str, Any] = {
    "inventory.vendors": vendors,
    "inventory.warehouses": warehouses,
    "inventory.trucks": trucks,
    "inventory.inventory_templates": templates,
    "template lines": template_lines,
    "inventory.purchase_order_types": order_types,
    "inventory.return_types": return_types,
    "inventory.purchase_order_markups": markups,
}
