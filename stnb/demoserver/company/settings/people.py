"""The people: technicians and office staff."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Choice, Index, Lazy, Ragged, ragged
from ..simulation import (
    NAT,
    SECOND,
    Company,
    Data,
    Rng,
    draw,
    ids,
    later,
    objects,
    people,
    phones,
    spread,
)
from ..words import CITIES
from .business_units import BRANCHES, TRADES, ZONES, address


def technicians(co: Company) -> Data:
    """Everybody who is or was on a crew, in the order of hiring."""
    rng, crew = co.rng("settings.technicians"), co.crew
    n, skill = len(crew.skill), crew.skill
    active = np.isnat(crew.left)
    unit = crew.branch * 4 + crew.trade
    first, last = people(rng, n)
    helper = crew.trade % 4 == 1
    return {
        **_person(co, rng, first, last, ids(n, 90_100), crew.hired),
        "id": ids(n, 8_100),
        "active": active,
        "businessUnitId": co["settings.business_units"]["id"][unit],
        "roleIds": ragged(
            np.ones(n, dtype=int), co["settings.user_roles"]["id"][np.where(helper, 4, 3)]
        ),
        "mainZoneId": ZONES[np.array([0, 4, 7])[crew.branch]],
        "zoneIds": _zone_lists(crew.branch),
        "team": Choice(crew.branch, BRANCHES),
        "dailyGoal": np.round(800 + 1400 * skill, -2),
        "burdenRate": np.round(rng.uniform(18, 30, n), 2),
        "commissionRate": np.round(rng.uniform(0, 0.05, n), 3),
        "hourlyRate": np.round((22 + 20 * skill + rng.uniform(0, 6, n)) * 2) / 2,
        "soldByRate": 0.05,
        "shiftStart": 7 * 3600,
        "shiftEnd": 16 * 3600,
        "status": draw(rng, ["Idle", "Dispatched", "Working", "Meal"], n, [6, 2, 3, 1]),
        "skills": Lazy(
            lambda at: [
                [{"id": 40 + t, "name": TRADES[t]} for t in crew.trades[i]] for i in at.tolist()
            ]
        ),
        "positions": Choice(
            crew.trade % 4,
            [["Service"], ["Installer"], ["Service", "Maintenance"], ["Service", "Helper"]],
        ),
        "accountLocked": ~active,
        "isManagedTech": True,
        "licenseType": Choice(helper.astype(int), ["ManagedTech", "ManagedInstaller"]),
        "jobFilter": "AllScheduledDispatchedWorking",
        "mobilePhone": objects(phones(rng, n)),
        "jobId": None,
        "appoitmentId": None,
        "payrollId": objects([str(x) for x in range(500, 500 + n)]),
        "bio": draw(
            rng,
            ["<p>Ten years in the trade.</p>", None, "<p>Likes old boilers &amp; new tools.</p>"],
            n,
        ),
        "memo": None,
    }


def employees(co: Company) -> Data:
    rng = co.rng("settings.employees")
    n = co.count(17.5) + 12
    first, last = people(rng, n)
    hired = spread(rng, co.start - 2000 * SECOND * 86_400, co.start, n)
    active = np.arange(n) < n - 2
    roles = [
        "Dispatch",
        "CSR",
        "CSR",
        "Accounting",
        "GeneralOffice",
        "SalesManager",
        "FieldManager",
    ]
    return {
        **_person(co, rng, first, last, ids(n, 95_500), hired),
        "id": ids(n, 6_200),
        "active": active,
        "role": Choice(np.arange(n) % len(roles), roles),
        "roleIds": ragged(
            np.ones(n, dtype=int),
            co["settings.user_roles"]["id"][np.array([1, 2, 2, 5, 5, 6, 1])[np.arange(n) % 7]],
        ),
        "businessUnitId": np.where(
            rng.random(n) < 0.4, co["settings.business_units"]["id"][rng.integers(0, 12, n)], -1
        ),
        "managerId": np.where(np.arange(n) > 0, 6_200, -1),
        "accountLocked": ~active,
        "agentId": ids(n, 300),
        "terminationDate": np.where(active, NAT, co.end - 40 * 86_400 * SECOND),
        "hourlyRate": np.round(rng.uniform(18, 40, n) * 2) / 2,
    }


def _person(
    co: Company, rng: Rng, first: list[str], last: list[str], users: Index, hired: Array
) -> Data:
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


def _zone_lists(branch: Array) -> Ragged:
    of_branch = [
        [int(z) for z, c in zip(ZONES, CITIES, strict=True) if c[0] == b] for b in BRANCHES
    ]
    lists = [of_branch[b] for b in branch.tolist()]
    return ragged(
        np.array([len(x) for x in lists]), np.array([z for x in lists for z in x], dtype=np.int64)
    )


def users(co: Company) -> Data:
    """The user ids of everybody, which createdById and its like lead to."""
    return {
        "id": np.concatenate(
            (co["settings.technicians"]["userId"], co["settings.employees"]["userId"])
        )
    }


def office(co: Company, rng: Rng, count: int) -> Index:
    """User ids of those who book, bill and file."""
    return np.asarray(rng.choice(co["settings.employees"]["userId"], count), dtype=np.int64)


FACTS: dict[str, Any] = {
    "users": users,
}
MAKERS: dict[str, Any] = {
    "settings.technicians": technicians,
    "settings.employees": employees,
}
