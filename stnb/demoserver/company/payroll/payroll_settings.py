"""Payroll settings of the people, and rates by location."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Choice
from ..simulation import Company, Data, ids, later, objects
from .pay import LABOR
from .timesheets import TYPES


def settings(co: Company) -> Data:
    """Everybody's rate, manager and first day: the office, then technicians."""
    rng, staff, crew = (
        co.rng("payroll.payroll_settings"),
        co["settings.employees"],
        co["settings.technicians"],
    )
    both = {
        k: np.concatenate((staff[k], crew[k]))
        for k in ("id", "hourlyRate", "startDate", "createdOn", "active", "businessUnitId")
    }
    n, office = len(both["id"]), len(staff["id"])
    return {
        "id": both["id"],
        "employeeId": both["id"],
        "employeeType": Choice((np.arange(n) < office).astype(int), TYPES),
        "externalPayrollId": objects([None] * office + crew["payrollId"].tolist()),
        "hourlyRate": both["hourlyRate"],
        "managerId": np.where(np.arange(n) > 0, staff["id"][0], -1),
        "payrollBusinessUnitId": both["businessUnitId"],
        "isIncludedInPayroll": both["active"],
        "hireDate": both["startDate"],
        "createdOn": both["createdOn"],
        "modifiedOn": later(co, rng, both["createdOn"], 200),
        "active": both["active"],
        "customFields": [],
    }


def rates(co: Company) -> Data:
    """Wages that are prescribed at some of the companies' locations, one for each kind of labor."""
    rng, place = co.rng("payroll.locations.rates"), co.customers.places.values
    chosen = np.flatnonzero(co.customers.company[place] & (rng.random(len(place)) < 0.3))
    at, kind = np.repeat(chosen, 2), np.tile([0, 1], len(chosen))
    return {
        "id": ids(len(at), 1),
        "locationId": co["crm.locations"]["id"][at],
        "hourlyRate": np.where(kind == 0, 52.0, 34.5)
        + np.repeat(rng.integers(0, 12, len(chosen)), 2) / 2,
        "laborTypeName": Choice(kind, LABOR),
        "laborTypeCode": Choice(kind, ["JRN", "APP"]),
        "createdOn": co["crm.locations"]["createdOn"][at],
        "active": True,
    }


MAKERS: dict[str, Any] = {
    "payroll.payroll_settings": settings,
    "payroll.locations.rates": rates,
}
