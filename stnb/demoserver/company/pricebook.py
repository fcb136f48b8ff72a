"""What is sold: services, materials and equipment with their categories (module pricebook)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .columns import Array, Choice, Index, Ragged, ragged
from .pricebook_items import BRANDS, EQUIPMENT, MATERIALS, MODIFIERS, SERVICES
from .settings.business_units import TRADES
from .settings.people import office
from .simulation import DAY, SECOND, Company, Data, Rng, ids, later, objects, spread

RISE, COST_RISE = 1.06, 1.04  # what prices and costs are multiplied by with each new calendar year
# Cost from, to, and what is added in percent.
MARKUPS = [
    (0.0, 10.0, 150.0),
    (10.0, 30.0, 100.0),
    (30.0, 9999.0, 75.0),
]
KINDS = ("Service", "Material", "Equipment")
PLANS = [
    ("Comfort Plan", 149.0),
    ("Comfort Plus", 229.0),
    ("Total Home", 349.0),
    ("Commercial Care", 899.0),
]
FEE = "Membership fee"


def level(co: Company, moments: Array, rise: float = RISE) -> Array:
    """What prices were at those moments, as a share of today's.

    They rise at the start of each calendar year.
    """
    this_year = (co.end - SECOND).astype("datetime64[Y]").astype(int)
    return np.asarray(
        rise ** np.minimum(moments.astype("datetime64[Y]").astype(int) - this_year, 0.0)
    )


# Lists that no item of the demo has.
EMPTY = (
    "externalData",
    "assets",
    "recommendations",
    "upgrades",
    "serviceMaterials",
    "serviceEquipment",
    "equipmentMaterials",
    "otherVendors",
    "variationsOrConfigurableMaterials",
    "variationsOrConfigurableEquipment",
)


def sku_table(kind: str, goods: list[list[tuple[str, int]]], base: int) -> Any:
    """A maker of one of the three lists of things that are sold; trade by trade."""

    def make(co: Company) -> Data:
        rng = co.rng(f"pricebook.{kind}")
        flat = [n for group in goods for n, _ in group] + ([FEE] if kind == "Service" else [])
        price = np.array(
            [p for group in goods for _, p in group] + ([PLANS[0][1]] if kind == "Service" else []),
            dtype=float,
        )
        trade = np.array(
            [t for t, group in enumerate(goods) for _ in group] + ([0] if kind == "Service" else [])
        )
        n = len(flat)
        made = spread(rng, co.start - np.timedelta64(900, "D"), co.start, n)
        # Every price was changed then.
        raised = (co.end - DAY).astype("datetime64[Y]").astype("datetime64[us]")
        return {
            **_money(rng, price + (0.49 if kind == "Material" else 0.0), kind),
            "id": ids(n, base, 3),
            "code": objects(
                [f"{kind[0]}{TRADES[t][0]}{i:03d}" for i, t in enumerate(trade.tolist(), 1)]
            ),
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
            "modifiedOn": later(co, rng, np.maximum(made, raised), 20),
            "createdById": office(co, rng, n),
            "businessUnitId": np.full(n, -1),
            **{name: [] for name in EMPTY},
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
        "cost": _cost(rng, price, kind),
        "hours": np.round(rng.uniform(0.5, 3, n) * 4) / 4,
        "bonus": 0.0,
        "commissionBonus": 0.0,
        # What a dynamic price shows unless calculatePrices is asked for; it does not mean free.
        "calculatedPrice": 0.0,
    }


def _cost(rng: Rng, price: Array, kind: str) -> Array:
    """Services cost what is used up with them, materials what their mark-up leaves, equipment
    more than half."""
    if kind == "Material":
        shares = [price / (1 + percent / 100) for _, _, percent in MARKUPS]
        return np.round(
            np.select([s < to for s, (_, to, _) in zip(shares, MARKUPS, strict=True)], shares), 2
        )
    low, high = (0.06, 0.14) if kind == "Service" else (0.52, 0.6)
    return np.round(price * rng.uniform(low, high, len(price)), 2)


def _categories(co: Company, kind: str, trade: Array) -> Ragged | Choice:
    """Services list objects; materials and equipment list bare ids."""
    data = co["pricebook.categories"]
    at = len(KINDS) + trade + len(TRADES) * list(KINDS).index(kind)
    if kind != "Service":
        return ragged(np.ones(len(at), dtype=int), data["id"][at])
    known = list(zip(data["id"].tolist(), data["name"].tolist(), strict=True))
    return Choice(at, [[{"id": i, "name": name, "active": True}] for i, name in known])


def categories(co: Company) -> Data:
    """Three roots, below each of them the four trades, and a list that nobody uses any more."""
    rng = co.rng("pricebook.categories")
    roots = ["Services", "Materials", "Equipment"]
    names = [*roots, *(f"{t} {root.lower()}" for root in roots for t in TRADES), "Old price list"]
    n, number = len(names), ids(len(names), 1_300_000, 11)
    made = spread(rng, co.start - np.timedelta64(900, "D"), co.start, n)
    above = np.concatenate(([-1] * 3, np.repeat(number[:3], len(TRADES)), [-1]))
    return {
        "id": number,
        "name": objects(names),
        "active": np.arange(n) < n - 1,
        "parentId": above,
        "position": np.arange(n),
        "categoryType": Choice(
            (np.isin(above, number[1:3]) | np.isin(number, number[1:3])).astype(int),
            ["Services", "Materials"],
        ),
        "subcategories": [],
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 300),
    }


def discounts_and_fees(co: Company) -> Data:
    rng, n = co.rng("pricebook.discounts_and_fees"), len(MODIFIERS)
    made = spread(rng, co.start - np.timedelta64(900, "D"), co.start, n)
    return {
        "id": ids(n, 1_900_001),
        "type": objects([m[1] for m in MODIFIERS]),
        "code": objects([f"{m[1][0]}{i:02d}" for i, m in enumerate(MODIFIERS, 1)]),
        "displayName": objects([m[0] for m in MODIFIERS]),
        "description": objects([f"<p>{m[0]}</p>" for m in MODIFIERS]),
        "amountType": objects([m[2] for m in MODIFIERS]),
        "amount": np.array([m[3] for m in MODIFIERS]),
        "limit": 0.0,
        "account": "Discounts",
        "active": np.arange(n) != 3,
        "taxable": False,
        "hours": 0.0,
        "bonus": 0.0,
        "commissionBonus": 0.0,
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 300),
    }


def markups(co: Company) -> Data:
    low, high, percent = (np.array(column) for column in zip(*MARKUPS, strict=True))
    return {"id": ids(len(MARKUPS), 1_950_001), "from": low, "to": high, "percent": percent}


class Skus:
    """Everything that is sold in one row of arrays, with the place of each trade's part
    of each kind."""

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
        self.first = np.array(
            [
                [int(np.flatnonzero((self.kind == k) & (trade == t))[0]) for t in range(4)]
                for k in range(3)
            ]
        )
        self.many = np.array(
            [[int(((self.kind == k) & (trade == t)).sum()) for t in range(4)] for k in range(3)]
        )

    def draw(self, rng: Rng, kind: Array, trade: Array) -> Index:
        """The place of something of that kind and trade, for each row."""
        return np.asarray(
            self.first[kind, trade]
            + (rng.random(len(kind)) * self.many[kind, trade]).astype(np.int64)
        )


MAKERS: dict[str, Any] = {
    "pricebook.services": sku_table("Service", SERVICES, 1_510_000),
    "pricebook.materials": sku_table("Material", MATERIALS, 1_610_000),
    "pricebook.equipment": sku_table("Equipment", EQUIPMENT, 1_710_000),
    "pricebook.categories": categories,
    "pricebook.discounts_and_fees": discounts_and_fees,
    "pricebook.materialsmarkup": markups,
}
