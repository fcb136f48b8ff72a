"""What is sold: services, materials and equipment with their categories, and the kinds of membership."""

from __future__ import annotations

from typing import Any

import numpy as np

from .company import Company, Data, Rng, ids, later, objects, spread
from .people import office
from .shop import TRADES
from .table import Array, Choice, Index, Ragged, ragged

SERVICES = [
    [
        "Diagnostic visit",
        "Capacitor replacement",
        "Refrigerant charge",
        "Coil cleaning",
        "Blower motor service",
        "Tune-up",
        "Control board swap",
    ],
    ["System start-up", "Duct sealing", "Removal of old unit", "Permit handling", "Pad and stand", "Line set", "Crane lift"],
    [
        "Drain clearing",
        "Leak location",
        "Valve replacement",
        "Water heater flush",
        "Toilet rebuild",
        "Camera inspection",
        "Pipe repair",
    ],
    [
        "Circuit tracing",
        "Breaker replacement",
        "Outlet replacement",
        "Fixture hanging",
        "Panel labelling",
        "Surge protection",
        "Load test",
    ],
]
MATERIALS = [
    ["Capacitor 45/5", "Contactor", "Filter 16x25", "Thermostat wire", "Drain pan", "Igniter", "Flame sensor"],
    ["Flex duct 8 in", "Foil tape", "Plenum", "Register boot", "Float switch", "Disconnect box", "Whip 6 ft"],
    ["Copper elbow", "PEX 1/2 in", "Wax ring", "Supply line", "Ball valve", "P-trap", "Expansion tank"],
    ["Wire 12/2", "Breaker 20 A", "GFCI outlet", "Junction box", "Wire nut pack", "Conduit 3/4 in", "LED driver"],
]
EQUIPMENT = [
    ["Smart thermostat", "Air scrubber", "Humidifier"],
    ["3-ton heat pump", "4-ton air conditioner", "80k furnace", "Mini split"],
    ["50 gal water heater", "Tankless heater", "Water softener"],
    ["200 A panel", "EV charger 48 A", "Whole-home surge unit"],
]
PRICES = {"Service": (79, 480), "Material": (6, 95), "Equipment": (390, 7400)}
PLANS = [("Comfort Plan", 149.0), ("Comfort Plus", 229.0), ("Total Home", 349.0), ("Commercial Care", 899.0)]
FEE = "Membership fee"
BRANDS = ["Norvane", "Heliox", "Tarnbrook", "Aquilo"]


def sku_table(kind: str, names: list[list[str]], base: int) -> Any:
    """A maker of one of the three lists of things that are sold; trade by trade."""

    def make(co: Company) -> Data:
        rng = co.rng(f"pricebook.{kind}")
        flat = [n for group in names for n in group] + ([FEE] if kind == "Service" else [])
        trade = np.array([t for t, group in enumerate(names) for _ in group] + ([0] if kind == "Service" else []))
        n = len(flat)
        low, high = PRICES[kind]
        price = np.round(low * (high / low) ** rng.random(n)) + np.where(kind == "Material", 0.49, 0.0)
        made = spread(rng, co.start - np.timedelta64(900, "D"), co.start, n)
        return {
            **_money(rng, price, kind),
            "id": ids(n, base, 3),
            "code": objects([f"{kind[0]}{TRADES[t][0]}{i:03d}" for i, t in enumerate(trade.tolist(), 1)]),
            "displayName": objects(flat),
            "description": objects([f"<p>{name}, incl. <em>clean-up</em></p>" for name in flat]),
            "active": (np.arange(n) % 17 != 11),
            "categories": _categories(co, kind, trade),
            "taxable": kind != "Service",
            "account": f"{kind} Revenue",
            "unitOfMeasure": "Each",
            "warranty.duration": np.full(n, 12),
            "warranty.description": "<p>One year on parts and labor</p>",
            "manufacturer": Choice(np.arange(n) % 4, BRANDS),
            "model": objects([f"{BRANDS[i % 4][:2].upper()}-{100 + 7 * i}" for i in range(n)]),
            "createdOn": made,
            "modifiedOn": later(co, rng, made, 500),
            "createdById": office(co, rng, n),
            "businessUnitId": np.full(n, -1),
            "externalData": [],
            "assets": [],
            "recommendations": [],
            "upgrades": [],
            "serviceMaterials": [],
            "serviceEquipment": [],
            "equipmentMaterials": [],
            "otherVendors": [],
            "variationsOrConfigurableMaterials": [],
            "variationsOrConfigurableEquipment": [],
            "_trade": trade,
        }

    return make


def _money(rng: Rng, price: Array, kind: str) -> Data:
    n = len(price)
    return {
        "price": price,
        "memberPrice": np.round(price * 0.9, 2),
        "addOnPrice": np.round(price * 0.85, 2),
        "addOnMemberPrice": np.round(price * 0.8, 2),
        "cost": np.round(price * (0.08 if kind == "Service" else 0.55), 2),
        "hours": np.round(rng.uniform(0.5, 3, n) * 4) / 4,
        "bonus": 0.0,
        "commissionBonus": 0.0,
        "calculatedPrice": 0.0,  # what a dynamic price shows unless calculatePrices is asked for; it does not mean free
    }


def _categories(co: Company, kind: str, trade: Array) -> Ragged | Choice:
    """Services list objects; materials and equipment list bare ids."""
    data = co["pricebook.categories"]
    at = trade + (0 if kind == "Service" else 4)
    if kind != "Service":
        return ragged(np.ones(len(at), dtype=int), data["id"][at])
    known = list(zip(data["id"].tolist(), data["name"].tolist(), strict=True))
    return Choice(at, [[{"id": i, "name": name, "active": True}] for i, name in known])


def categories(co: Company) -> Data:
    rng = co.rng("pricebook.categories")
    names = [f"{t} services" for t in TRADES] + [f"{t} goods" for t in TRADES] + ["Old price list"]
    n = len(names)
    made = spread(rng, co.start - np.timedelta64(900, "D"), co.start, n)
    return {
        "id": ids(n, 1_300_000, 11),
        "name": objects(names),
        "active": np.arange(n) < 8,
        "parentId": np.where(np.arange(n) < 8, -1, 1_300_000),
        "position": np.arange(n),
        "categoryType": Choice((np.arange(n) > 3).astype(int), ["Services", "Materials"]),
        "subcategories": [],
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 300),
    }


def membership_types(co: Company) -> Data:
    rng, n = co.rng("memberships.membership_types"), len(PLANS)
    made = spread(rng, co.start - np.timedelta64(900, "D"), co.start, n)
    return {
        "id": ids(n, 420_040, 5),
        "name": objects([p[0] for p in PLANS]),
        "displayName": objects([p[0] for p in PLANS]),
        "active": np.arange(n) != 3,
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 300),
        "durationBilling": [],  # null or empty unless it is asked for
        "discounts": [],
        "recurringServices": [],
        "tagTypeIds": [],
        "discount": 10.0,
    }


class Skus:
    """Everything that is sold in one row of arrays, with the place of each trade's part of each kind."""

    KINDS = ("Service", "Material", "Equipment")

    def __init__(self, co: Company) -> None:
        parts = [co[f"pricebook.{name}"] for name in ("services", "materials", "equipment")]
        self.id = np.concatenate([p["id"] for p in parts])
        self.price = np.concatenate([p["price"] for p in parts])
        self.cost = np.concatenate([p["cost"] for p in parts])
        self.names: list[str] = [name for p in parts for name in p["displayName"].tolist()]
        self.kind = np.repeat(np.arange(3), [len(p["id"]) for p in parts])
        self.fee = self.names.index(FEE)
        trade = np.concatenate([p["_trade"] for p in parts])
        trade[self.fee] = -1
        self.first = np.array([[int(np.flatnonzero((self.kind == k) & (trade == t))[0]) for t in range(4)] for k in range(3)])
        self.many = np.array([[int(((self.kind == k) & (trade == t)).sum()) for t in range(4)] for k in range(3)])

    def draw(self, rng: Rng, kind: Array, trade: Array) -> Index:
        """The place of something of that kind and trade, for each row."""
        return np.asarray(self.first[kind, trade] + (rng.random(len(kind)) * self.many[kind, trade]).astype(np.int64))


MAKERS: dict[str, Any] = {
    "pricebook.services": sku_table("Service", SERVICES, 1_510_000),
    "pricebook.materials": sku_table("Material", MATERIALS, 1_610_000),
    "pricebook.equipment": sku_table("Equipment", EQUIPMENT, 1_710_000),
    "pricebook.categories": categories,
    "memberships.membership_types": membership_types,
}
