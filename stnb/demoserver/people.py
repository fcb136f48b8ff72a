"""The people: technicians, office staff, customers, their locations and how to reach them."""

from __future__ import annotations

import numpy as np

from .company import SECOND, Company, Data, Rng, blur, draw, ids, later, objects, of, people, phones, spread
from .names import BUSINESS, CITIES
from .shop import BRANCHES, TRADES, address, custom_fields, tags
from .table import Array, Choice, Index, Ragged, ragged

CUSTOMER_FIELDS = [(301, "Gate code", ["1204", "#77", "ask"]), (302, "Preferred contact", ["Text", "Phone", "E-mail"])]
CONTACT_KINDS = ["Phone", "MobilePhone", "Email", "Fax"]


def crew_size(co: Company) -> Array:
    """Technicians for each trade of a branch: enough to be out most of the day."""
    return np.maximum([3, 2, 2, 2], np.round(np.array([3.0, 2, 2, 2]) * co.scale / 2)).astype(int)


def technicians(co: Company) -> Data:
    """Crew by crew, so that the technicians of branch b and trade t stand together; then a few who have left."""
    rng = co.rng("settings.technicians")
    sizes = np.tile(crew_size(co), 3)
    crew = np.concatenate((np.repeat(np.arange(12), sizes), rng.integers(0, 12, co.count(3))))
    n = len(crew)
    active = np.arange(n) < sizes.sum()
    hired = spread(rng, co.start - 2000 * SECOND * 86_400, co.start, n)
    first, last = people(rng, n)
    return {
        **_person(co, rng, first, last, ids(n, 90_100), hired),
        "id": ids(n, 8_100),
        "active": active,
        "businessUnitId": co["settings.business_units"]["id"][crew],
        "roleIds": ragged(np.ones(n, dtype=int), co["settings.user_roles"]["id"][np.where(crew % 4 == 1, 4, 3)]),
        "mainZoneId": co["dispatch.zones"]["id"][np.array([0, 4, 7])[crew // 4]],
        "zoneIds": _zone_lists(co, crew // 4),
        "team": Choice(crew // 4, BRANCHES),
        "dailyGoal": np.round(rng.uniform(800, 2500, n), -2),
        "burdenRate": np.round(rng.uniform(18, 30, n), 2),
        "commissionRate": np.round(rng.uniform(0, 0.1, n), 3),
        "hourlyRate": np.round(rng.uniform(24, 48, n) * 2) / 2,
        "soldByRate": 0.05,
        "shiftStart": 7 * 3600,
        "shiftEnd": 16 * 3600,
        "status": draw(rng, ["Idle", "Dispatched", "Working", "Meal"], n, [6, 2, 3, 1]),
        "skills": Choice(crew % 4, [[{"id": 40 + i, "name": t}] for i, t in enumerate(TRADES)]),
        "positions": Choice(crew % 4, [["Service"], ["Installer"], ["Service", "Maintenance"], ["Service", "Helper"]]),
        "accountLocked": ~active,
        "licenseType": draw(rng, ["ManagedTech", "NonManagedTech", "ManagedInstaller"], n, [6, 2, 2]),
        "jobFilter": "AllScheduledDispatchedWorking",
        "mobilePhone": objects(phones(rng, n)),
        "jobId": None,
        "payrollId": None,
        "bio": draw(rng, ["<p>Ten years in the trade.</p>", None, "<p>Likes old boilers &amp; new tools.</p>"], n),
        "memo": None,
    }


def employees(co: Company) -> Data:
    rng = co.rng("settings.employees")
    n = co.count(5) + 12
    first, last = people(rng, n)
    hired = spread(rng, co.start - 2000 * SECOND * 86_400, co.start, n)
    active = np.arange(n) < n - 2
    roles = ["Dispatch", "CSR", "CSR", "Accounting", "GeneralOffice", "SalesManager", "FieldManager"]
    return {
        **_person(co, rng, first, last, ids(n, 95_500), hired),
        "id": ids(n, 6_200),
        "active": active,
        "role": Choice(np.arange(n) % len(roles), roles),
        "roleIds": ragged(
            np.ones(n, dtype=int), co["settings.user_roles"]["id"][np.array([1, 2, 2, 5, 5, 6, 1])[np.arange(n) % 7]]
        ),
        "businessUnitId": np.where(rng.random(n) < 0.4, co["settings.business_units"]["id"][rng.integers(0, 12, n)], -1),
        "managerId": np.where(np.arange(n) > 0, 6_200, -1),
        "accountLocked": ~active,
        "agentId": ids(n, 300),
        "terminationDate": np.where(active, np.datetime64("NaT"), co.end - 40 * 86_400 * SECOND),
        "hourlyRate": np.round(rng.uniform(18, 40, n) * 2) / 2,
    }


def _person(co: Company, rng: Rng, first: list[str], last: list[str], users: Index, hired: Array) -> Data:
    n = len(first)
    login = [f"{a[0]}{b}{i}".lower() for i, (a, b) in enumerate(zip(first, last, strict=True))]
    return {
        **address(rng, rng.integers(0, len(CITIES), n), "home"),
        "userId": users,
        "name": objects([f"{a} {b}" for a, b in zip(first, last, strict=True)]),
        "firstName": objects(first),
        "lastName": objects(last),
        "loginName": objects(login),
        "email": objects([f"{x}@juniperfox.example" for x in login]),
        "phoneNumber": objects(phones(rng, n)),
        "startDate": hired.astype("datetime64[D]").astype("datetime64[us]"),
        "createdOn": hired,
        "modifiedOn": later(co, rng, hired, 400),
        "customFields": [],
    }


def _zone_lists(co: Company, branch: Array) -> Ragged:
    zones = co["dispatch.zones"]["id"]
    of_branch = [[int(z) for z, c in zip(zones, CITIES, strict=True) if c[0] == b] for b in BRANCHES]
    lists = [of_branch[b] for b in branch.tolist()]
    return ragged(np.array([len(x) for x in lists]), np.array([z for x in lists for z in x], dtype=np.int64))


def users(co: Company) -> Data:
    """The user ids of everybody, which createdById and its like lead to."""
    return {"id": np.concatenate((co["settings.technicians"]["userId"], co["settings.employees"]["userId"]))}


def office(co: Company, rng: Rng, count: int) -> Index:
    """User ids of those who book, bill and file."""
    return np.asarray(rng.choice(co["settings.employees"]["userId"], count), dtype=np.int64)


# -- customers


def customer_facts(co: Company) -> Data:
    """Who became a customer when and where; in the order of time."""
    rng = co.rng("customers")
    n = co.count(1500)
    old = int(n * 0.45)
    past = spread(rng, co.start - 1100 * 86_400 * SECOND, co.start, old)
    recent = spread(rng, co.start, co.end, n - old)
    created = np.concatenate((past, recent))
    city = rng.choice(9, n, p=np.array([3, 1, 2, 4, 3, 3, 2, 0.0, 0.0]) / 18)
    west = (created > co.west_opens) & (rng.random(n) < 0.4)
    company = rng.random(n) < 0.09
    first, last = people(rng, n)
    kind = [BUSINESS[i] for i in rng.integers(0, len(BUSINESS), n)]
    names = [f"{b} {k}" if c else f"{a} {b}" for a, b, c, k in zip(first, last, company.tolist(), kind, strict=True)]
    places = np.where(company, rng.integers(1, 6, n), np.where(rng.random(n) < 0.06, 2, 1))
    return {
        "id": ids(n, 27_300_118, 7),
        "created": created,
        "city": np.where(west, rng.integers(7, 9, n), city),
        "company": company,
        "names": names,
        "places": ragged(places, np.repeat(np.arange(n), places)),
        "merged": rng.random(n) < 0.012,
    }


def customers(co: Company) -> Data:
    rng, who = co.rng("crm.customers"), co["customers"]
    n = len(who["id"])
    merged = who["merged"].copy()
    merged[0] = False
    into = np.where(merged, np.maximum.accumulate(np.where(merged, 0, np.arange(n))), -1)
    balance = np.bincount(co["bills"]["customer"], co["bills"]["balance"], n)
    return {
        **address(rng, who["city"]),
        "id": who["id"],
        "active": ~merged & (rng.random(n) > 0.05),
        "name": objects(who["names"]),
        "type": Choice(who["company"].astype(int), ["Residential", "Commercial"]),
        "customFields": custom_fields(rng, n, CUSTOMER_FIELDS),
        "balance": np.round(balance, 2) + 0.0,
        "taxExempt": who["company"] & (rng.random(n) < 0.3),
        "tagTypeIds": tags(co, rng, n, 0.12),
        "doNotMail": rng.random(n) < 0.05,
        "doNotService": rng.random(n) < 0.01,
        "nationalAccount": who["company"] & (rng.random(n) < 0.1),
        "createdOn": who["created"],
        "createdById": office(co, rng, n),
        "modifiedOn": later(co, rng, who["created"], 150),
        "mergedToId": of(who["id"], into),
        "creditLimit": np.where(who["company"], 5000.0, np.nan),
        "creditLimitBalance": np.where(who["company"], 5000.0, np.nan),
        "externalData": [],
    }


def locations(co: Company) -> Data:
    """One for most customers, several for companies."""
    rng, who = co.rng("crm.locations"), co["customers"]
    owner = who["places"].values
    n = len(owner)
    branch = np.array([BRANCHES.index(c[0]) for c in CITIES])[who["city"][owner]]
    created = who["created"][owner]
    return {
        **address(rng, who["city"][owner]),
        "id": ids(n, 27_411_005, 3),
        "customerId": who["id"][owner],
        "active": rng.random(n) > 0.04,
        "name": Choice(owner, who["names"]),
        "customFields": [],
        "createdOn": created,
        "createdById": office(co, rng, n),
        "modifiedOn": later(co, rng, created, 150),
        "mergedToId": np.full(n, -1),
        "zoneId": co["dispatch.zones"]["id"][who["city"][owner]],
        "taxExempt": (who["company"][owner]) & (rng.random(n) < 0.3),
        "tagTypeIds": tags(co, rng, n, 0.08),
        "externalData": [],
        "taxZoneId": co["accounting.tax_zones"]["id"][branch],
    }


def contacts(of_name: str, key: str) -> object:
    """A maker of the phone numbers and addresses of customers, or of locations."""

    def make(co: Company) -> Data:
        rng, owner = co.rng(f"{of_name}.contacts"), co[of_name]
        which = np.repeat(np.arange(len(owner["id"])), rng.integers(1, 4, len(owner["id"])))
        n = len(which)
        kind = rng.choice(4, n, p=[0.25, 0.4, 0.33, 0.02])
        names = owner["name"].array() if isinstance(owner["name"], Choice) else owner["name"]
        number = phones(rng, n)
        mail = [f"{names[i].replace(' ', '.').lower()}@mail.example" for i in which.tolist()]
        created = owner["createdOn"][which]
        return {
            "id": ids(n, 31_000_001 if key == "customerId" else 33_000_001),
            key: owner["id"][which],
            "type": Choice(kind, CONTACT_KINDS),
            "value": objects([m if k == 2 else p for k, m, p in zip(kind.tolist(), mail, number, strict=True)]),
            "phoneSettings?": kind != 2,
            "phoneSettings.phoneNumber": objects(number),
            "phoneSettings.doNotText": rng.random(n) < 0.06,
            "memo": draw(rng, [None, "Best after 5 pm", "Office"], n, [8, 1, 1]),
            "createdOn": created,
            "modifiedOn": later(co, rng, created, 200),
            "active": rng.random(n) > 0.03,
        }

    return make


def shifts(co: Company) -> Data:
    """A shift on each weekday of the last ten weeks and the next three for each technician at work."""
    rng, crew = co.rng("dispatch.technician_shifts"), co["settings.technicians"]
    days = np.arange(co.end - 70 * 86_400 * SECOND, co.end + 21 * 86_400 * SECOND, np.timedelta64(1, "D"))
    days = days[np.is_busday(days.astype("datetime64[D]"))].astype("datetime64[us]")
    at_work = crew["id"][crew["active"]]
    day, who = np.repeat(days, len(at_work)), np.tile(at_work, len(days))
    n = len(who)
    made = blur(rng, np.minimum(day - 14 * 86_400 * SECOND, co.end - 3600 * SECOND))
    kind = rng.choice(3, n, p=[0.9, 0.05, 0.05])
    return {
        "id": ids(n, 5_500_000),
        "shiftType": Choice(kind, ["Normal", "OnCall", "TimeOff"]),
        "title": Choice(kind, ["Day shift", "On call", "Time off"]),
        "note": None,
        "active": rng.random(n) > 0.02,
        "technicianId": who,
        "start": day + 14 * 3600 * SECOND,
        "end": day + 23 * 3600 * SECOND,
        "timesheetCodeId": np.full(n, -1),
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 3),
    }


MAKERS = {
    "users": users,
    "settings.technicians": technicians,
    "settings.employees": employees,
    "customers": customer_facts,
    "crm.customers": customers,
    "crm.locations": locations,
    "crm.customers.contacts": contacts("crm.customers", "customerId"),
    "crm.locations.contacts": contacts("crm.locations", "locationId"),
    "dispatch.technician_shifts": shifts,
}
