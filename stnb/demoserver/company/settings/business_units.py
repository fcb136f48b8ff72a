"""What the company is made of: business units, job types, tags, reasons, accounts and zones."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Choice, Ragged, ragged
from ..simulation import Company, Data, Rng, draw, ids, later, objects, phones, spread, streets
from ..words import CITIES, COMPANY, COUNTRY, PLACES, STATE

BLOCK = 0.004  # degrees from street to street
BRANCHES = ["North", "Valley", "West"]
TRADES = ["HVAC Service", "HVAC Install", "Plumbing", "Electrical"]
# Name, trade, season (c: cooling, h: heating, -: none), how often, hours, items on a bill, charged.
JOB_TYPES = [
    ("AC Repair", 0, "c", 14, 2, 3, True),
    ("No Cool Call", 0, "c", 8, 2, 2, True),
    ("Heating Repair", 0, "h", 9, 2, 3, True),
    ("Thermostat", 0, "-", 4, 1, 2, True),
    ("AC Tune-up", 0, "c", 9, 1, 1, True),
    ("Furnace Tune-up", 0, "h", 7, 1, 1, True),
    ("HVAC Recall", 0, "-", 2, 1, 0, False),
    ("AC Install", 1, "c", 4, 6, 4, True),
    ("Furnace Install", 1, "h", 3, 6, 4, True),
    ("Duct Work", 1, "-", 2, 5, 3, True),
    ("HVAC Estimate", 1, "-", 3, 1, 0, False),
    ("Drain Clearing", 2, "-", 9, 1, 2, True),
    ("Leak Repair", 2, "-", 7, 2, 3, True),
    ("Water Heater Repair", 2, "h", 4, 2, 2, True),
    ("Water Heater Install", 2, "h", 3, 4, 3, True),
    ("Fixture Install", 2, "-", 4, 2, 2, True),
    ("Plumbing Recall", 2, "-", 1, 1, 0, False),
    ("Outlet Repair", 3, "-", 6, 1, 2, True),
    ("Panel Upgrade", 3, "-", 3, 6, 4, True),
    ("Lighting Install", 3, "-", 4, 3, 3, True),
    ("EV Charger Install", 3, "-", 3, 4, 3, True),
    ("Electrical Inspection", 3, "-", 2, 1, 1, True),
    ("Electrical Recall", 3, "-", 0.8, 1, 0, False),
]
TAGS = [
    "VIP",
    "Gate Code",
    "Do Not Text",
    "Pets",
    "Warranty Claim",
    "Financing",
    "Membership Lead",
    "Replacement Lead",
    "Rental",
    "Upset",
]


ZONES = ids(len(CITIES), 1410, 3)


def lookup(co: Company, name: str, names: list[str], base: int, **more: Any) -> Data:
    """A small list of named things, the last of them retired."""
    rng = co.rng(name)
    made = spread(rng, co.start - 900 * np.timedelta64(1, "D"), co.start, len(names))
    active = np.arange(len(names)) < max(1, len(names) - 1)
    return {
        "id": ids(len(names), base, 3),
        "name": objects(names),
        "active": active,
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 200),
        **more,
    }


def address(rng: Rng, cities: Any, prefix: str = "address") -> Data:
    """The columns of an address, one for each index of a city."""
    n = len(cities)
    lat, lon = _places(cities, rng.random(n), rng.random(n))
    street = streets(rng, n)
    return {
        f"{prefix}.street": objects(street),
        f"{prefix}.streetAddress": objects(street),
        f"{prefix}.unit": Choice(
            np.where(rng.random(n) < 0.1, rng.integers(0, 9, n), -1),
            [f"Apt {i}" for i in range(1, 10)],
        ),
        f"{prefix}.city": Choice(cities, [c[1] for c in CITIES]),
        f"{prefix}.state": STATE,
        f"{prefix}.zip": Choice(cities, [c[2] for c in CITIES]),
        f"{prefix}.country": COUNTRY,
        f"{prefix}.latitude": lat,
        f"{prefix}.longitude": lon,
    }


def _places(cities: Any, far: Array, way: Array) -> tuple[Array, Array]:
    """Latitude and longitude.

    Dense in the middle of a town, thinner outwards, on streets that run east or north.
    """
    lat, lon, reach = np.array(PLACES)[cities].T
    distance, angle = reach * np.sqrt(-2 * np.log1p(-0.99 * far)), 2 * np.pi * way
    lat, lon = lat + distance * np.sin(angle), lon + 1.2 * distance * np.cos(angle)
    east = (way * 1000).astype(np.int64) % 2 == 0
    lat, lon = (
        np.where(east, np.round(lat / BLOCK) * BLOCK, lat),
        np.where(east, lon, np.round(lon / BLOCK) * BLOCK),
    )
    return np.round(lat, 6), np.round(lon, 6)


def custom_fields(
    rng: Rng, count: int, names: list[tuple[int, str, list[str]]], typed: bool = True
) -> Choice:
    """A few name-value pairs on some of the rows; values are always text."""
    sets: list[Any] = [[]]
    for i, (type_id, name, values) in enumerate(names):
        for value in values:
            field = (
                {"typeId": type_id, "name": name, "value": value}
                if typed
                else {"name": name, "value": value}
            )
            sets.append([field] if i == 0 else [*sets[1], field])
    return Choice(np.where(rng.random(count) < 0.35, rng.integers(0, len(sets), count), 0), sets)


def tags(co: Company, rng: Rng, count: int, share: float = 0.2) -> Ragged:
    """Ids of tag types on that share of the rows."""
    counts = np.where(rng.random(count) < share, rng.integers(1, 3, count), 0)
    known = co["settings.tag_types"]["id"]
    first = np.repeat(rng.integers(0, len(known), count), counts)
    step = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return ragged(counts, known[(first + step) % len(known)])


def business_units(co: Company) -> Data:
    rng = co.rng("settings.business_units")
    pairs = [(b, t) for b in range(3) for t in range(4)] + [(1, 0)]
    names = [f"{BRANCHES[b]} {TRADES[t]}" for b, t in pairs[:-1]] + ["Valley Appliances (closed)"]
    n, trades = len(pairs), np.array([t for _, t in pairs])
    branches = np.array([b for b, _ in pairs])
    return {
        **lookup(co, "settings.business_units", names, 712),
        **address(rng, np.array([1, 4, 7])[branches]),
        "officialName": Choice(branches, [f"{COMPANY} {b}" for b in BRANCHES]),
        "email": Choice(branches, [f"{b.lower()}@juniperfox.example" for b in BRANCHES]),
        "currency": "USD",
        "phoneNumber": objects(phones(rng, n)),
        "defaultTaxRate": 0.0825,
        "trade.id": trades + 1,
        "trade.name": Choice(trades, ["HVAC", "HVAC", "Plumbing", "Electrical"]),
        "division.id": branches + 1,
        "division.name": Choice(branches, BRANCHES),
        "tenant?": np.ones(n, dtype=bool),
        "tenant.name": COMPANY,
        "tagTypeIds": [],
        "externalData": [],
    }


def job_types(co: Company) -> Data:
    rng = co.rng("jpm.job_types")
    names = [j[0] for j in JOB_TYPES]
    units = co["settings.business_units"]["id"]
    n = len(names)
    per = np.array([[units[b * 4 + j[1]] for b in range(3)] for j in JOB_TYPES]).ravel()
    return {
        **lookup(co, "jpm.job_types", names, 24_010, active=np.ones(n, dtype=bool)),
        "businessUnitIds": ragged(np.full(n, 3), per),
        "duration": np.array([j[4] * 3600 for j in JOB_TYPES]),
        "noCharge": np.array([not j[6] for j in JOB_TYPES]),
        "priority": draw(rng, ["Low", "Normal", "High", "Urgent"], n, [1, 6, 2, 1]),
        "class": Choice(np.array([j[1] for j in JOB_TYPES]), TRADES),
        "skills": Choice(np.array([j[1] for j in JOB_TYPES]), [[t] for t in TRADES]),
        "soldThreshold": np.where(np.array([j[6] for j in JOB_TYPES]), 250.0, np.nan),
        "tagTypeIds": tags(co, rng, n),
        "customFieldTypeIds": [],
        "externalData": [],
        "defaultEstimateSoldAction": "Complete",
    }


def tag_types(co: Company) -> Data:
    colors = Choice(
        np.arange(len(TAGS)),
        [f"#{(i * 2654435761) % 0xFFFFFF:06x}" for i in range(1, len(TAGS) + 1)],
    )
    codes = Choice(np.arange(len(TAGS)), [t[:3].upper() for t in TAGS])
    return lookup(co, "settings.tag_types", TAGS, 3300, color=colors, code=codes)


REASONS = [
    "Price",
    "Chose another company",
    "Fixed itself",
    "Could not reach customer",
    "Weather",
    "Scheduling",
    "Duplicate",
    "Other",
]
HOLDS = ["Waiting for parts", "Waiting for permit", "Customer not home", "Second opinion", "Other"]
CALLS = [
    "New job",
    "Price question",
    "Reschedule",
    "Wrong number",
    "Sales call",
    "Billing question",
    "Other",
]
PAYMENTS = ["Credit Card", "Check", "Cash", "ACH", "Financing", "Gift Card"]
ROLES = ["Owner", "Dispatcher", "CSR", "Technician", "Installer", "Accounting", "Sales", "Old Role"]
ACCOUNTS = [
    "Service Revenue",
    "Material Revenue",
    "Equipment Revenue",
    "Membership Revenue",
    "Discounts",
    "Cost of Goods",
    "Inventory",
]
ACCOUNTS += ["Sales Tax Payable", "Accounts Receivable", "Checking", "Old Revenue"]
TAX_RATES = [0.0735, 0.0825, 0.0790]


def tax_zones(co: Company) -> Data:
    n = len(BRANCHES)
    parts = [
        {
            "id": 61 + i,
            "taxName": f"{BRANCHES[i]} sales tax",
            "taxBaseType": ["Material"],
            "taxRate": r,
            "salesTaxItem": None,
        }
        for i, r in enumerate(TAX_RATES)
    ]
    rates = Choice(np.arange(n), [[p] for p in parts])
    return {
        **lookup(co, "accounting.tax_zones", BRANCHES, 2200),
        "rates": rates,
        "active": np.ones(n, dtype=bool),
        "color": np.arange(n),
    }


def gl_accounts(co: Company) -> Data:
    kinds = ["Income"] * 5 + [
        "CostOfGoodsSold",
        "OtherCurrentAsset",
        "OtherCurrentLiability",
        "AccountsReceivable",
        "Bank",
        "Income",
    ]
    number = Choice(np.arange(len(ACCOUNTS)), [str(4000 + 10 * i) for i in range(len(ACCOUNTS))])
    return lookup(
        co,
        "accounting.gl_accounts",
        ACCOUNTS,
        4400,
        type=Choice(np.arange(len(kinds)), kinds),
        number=number,
        subtype=None,
        description=None,
    )


def _list(name: str, names: list[str], base: int, **more: Any) -> Any:
    return lambda co: lookup(co, name, names, base, **more)


def _roles(co: Company) -> Data:
    kinds = Choice(np.array([1, 1, 1, 0, 0, 1, 1, 1]), ["Technician", "Employee"])
    return lookup(co, "settings.user_roles", ROLES, 77, employeeType=kinds)


MAKERS = {
    "settings.business_units": business_units,
    "settings.tag_types": tag_types,
    "settings.user_roles": _roles,
    "jpm.job_types": job_types,
    "jpm.job_cancel_reasons": _list("jpm.job_cancel_reasons", REASONS, 830),
    "jpm.job_hold_reasons": _list("jpm.job_hold_reasons", HOLDS, 870),
    "jbce.call_reasons": _list("jbce.call_reasons", CALLS, 540),
    "accounting.payment_types": _list("accounting.payment_types", PAYMENTS, 41),
    "accounting.tax_zones": tax_zones,
    "accounting.gl_accounts": gl_accounts,
}
