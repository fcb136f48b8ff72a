"""Reports of the kind that people have: computed from the simulation, sent as rows of cells."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .answers import Problem, as_json
from .bills import MEMBERSHIP
from .company import Company
from .marketing import CAMPAIGN_NAMES
from .pricebook import PLANS
from .query import Query, bad, moment
from .table import Array
from .work import COMPLETED, STATUSES

Cells = list[list[Any]]
CATEGORIES = {"operations": "Operations", "accounting": "Accounting", "marketing": "Marketing", "technician": "Technician"}
FROM_TO = (("From", "From", "Date", False, True, ""), ("To", "To", "Date", False, True, ""))
UNITS = ("BusinessUnitIds", "Business Units", "Number", True, False, "business-units")
DATE_TYPE = ("DateType", "Date Type", "Number", False, False, "")


@dataclass(frozen=True)
class Report:
    """One report.

    Attributes:
        parameters: (name, label, type, array, required, dynamic set) of each.
        fields: (name, label, type) of each cell.
        cells: computes the rows from the company and the parameters' values.
    """

    id: int
    category: str
    name: str
    parameters: Sequence[tuple[str, str, str, bool, bool, str]]
    fields: Sequence[tuple[str, str, str]]
    cells: Callable[[Company, dict[str, Any]], Cells]

    def about(self) -> dict[str, Any]:
        parameters = [
            {
                "name": name,
                "label": label,
                "dataType": kind,
                "isArray": many,
                "isRequired": needed,
                "acceptValues": {
                    "fields": [{"name": "Value", "label": "Value"}, {"name": "Name", "label": "Name"}],
                    "dynamicSetId": dynamic or None,
                    "values": [[1, "Job Completion Date"], [2, "Job Creation Date"]] if name == "DateType" else [],
                },
            }
            for name, label, kind, many, needed, dynamic in self.parameters
        ]
        fields = [{"name": n, "label": label, "dataType": kind} for n, label, kind in self.fields]
        return {**self.brief(), "modifiedOn": "2025-03-04T16:20:11.52Z", "parameters": parameters, "fields": fields}

    def brief(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "description": f"{self.name} of the chosen days."}


def _within(co: Company, asked: dict[str, Any], moments: Array, units: Array | None = None) -> Array:
    """The rows between From and To, both days included, and of the business units if any are named."""
    keep = (moments >= moment(asked["From"])) & (moments < moment(asked["To"]) + np.timedelta64(1, "D"))
    wanted = asked.get("BusinessUnitIds")
    if units is not None and wanted:
        keep &= np.isin(co["settings.business_units"]["id"][units], wanted)
    return np.asarray(keep)


def _units(co: Company) -> Array:
    return np.asarray(co["jobs"]["branch"] * 4 + co["jobs"]["trade"])


def _done(co: Company, asked: dict[str, Any]) -> Array:
    """The completed jobs that the parameters choose."""
    job = co["jobs"]
    moments = job["created"] if asked.get("DateType") == 2 else job["completed"]
    return np.flatnonzero(_within(co, asked, moments, _units(co)) & (job["status"] == COMPLETED))


def revenue(co: Company, asked: dict[str, Any]) -> Cells:
    at, names = _done(co, asked), co["settings.business_units"]["name"]
    units, sums = _units(co)[at], co["bills"]["sub_total"][at]
    counts, totals = np.bincount(units, minlength=12), np.bincount(units, sums, 12)
    rows = zip(names[:12].tolist(), counts.tolist(), totals.tolist(), strict=True)
    return [[name, n, round(total, 2), round(total / n, 2) if n else None] for name, n, total in rows]


def scoreboard(co: Company, asked: dict[str, Any]) -> Cells:
    at, staff = _done(co, asked), co["settings.technicians"]
    n = len(staff["id"])
    who = np.searchsorted(staff["id"], co["first technician"]["id"][at])
    sold = co["estimate facts"]["winner"][at] >= 0
    jobs, won = np.bincount(who, minlength=n), np.bincount(who, sold, n).astype(int)
    total = np.bincount(who, co["bills"]["sub_total"][at], n)
    names = co["settings.technicians"]["name"].tolist()
    return [[name, int(j), round(float(t), 2), int(w)] for name, j, t, w in zip(names, jobs, total, won, strict=True) if j]


def renewals(co: Company, asked: dict[str, Any]) -> Cells:
    m = co["members"]
    at = np.flatnonzero(_within(co, asked, m["to"]) & (m["to"] < co.end))
    plan, kept = m["plan"][at], m["renewed_by"][at] >= 0
    counts, again = np.bincount(plan, minlength=4), np.bincount(plan, kept, 4)
    return [
        [PLANS[i][0], int(n), int(k), f"{k / n:.1%}" if n else ""] for i, (n, k) in enumerate(zip(counts, again, strict=True))
    ]


def job_list(co: Company, asked: dict[str, Any]) -> Cells:
    job = co["jobs"]
    at = np.flatnonzero(_within(co, asked, job["created"], _units(co)))
    names, units = co["customers"]["names"], co["settings.business_units"]["name"].tolist()
    columns = (job["id"] - 48_000_000)[at], job["customer"][at], _units(co)[at], job["status"][at], co["bills"]["total"][at]
    days = np.datetime_as_string(job["created"][at], unit="D")
    rows = zip(*(c.tolist() for c in (*columns, days)), strict=True)
    return [[str(number), names[c], units[u], STATUSES[s], t, f"{d}T00:00:00"] for number, c, u, s, t, d in rows]


def booking_rate(co: Company, asked: dict[str, Any]) -> Cells:
    call = co["calls"]
    at = np.flatnonzero(_within(co, asked, call["when"]) & (call["kind"] <= 1))
    many = len(CAMPAIGN_NAMES)
    counts = np.bincount(call["campaign"][at], minlength=many)
    booked = np.bincount(call["campaign"][at], call["kind"][at] == 0, many)
    rows = zip(CAMPAIGN_NAMES, counts.tolist(), booked.tolist(), strict=True)
    return [[name, n, int(b), round(b / n, 4) if n else None] for name, n, b in rows]


def unpaid(co: Company, asked: dict[str, Any]) -> Cells:
    b = co["bills"]
    at = np.flatnonzero(_within(co, asked, b["date"]) & (b["balance"] > 0) & (b["kind"] != MEMBERSHIP))
    age = ((co.end - b["date"][at]) / np.timedelta64(1, "D")).astype(int)
    rows = zip(
        (b["id"][at] - 45_000_000).tolist(), b["customer"][at].tolist(), b["balance"][at].tolist(), age.tolist(), strict=True
    )
    return [[str(number), co["customers"]["names"][c], f"{left:.2f}", days] for number, c, left, days in rows]


S, N, D = "String", "Number", "Date"
REPORTS = [
    Report(
        70101, "accounting", "Revenue by Business Unit", (*FROM_TO, UNITS, DATE_TYPE),
        (("Name", "Business Unit", S), ("Jobs", "Jobs", N), ("Revenue", "Revenue", N), ("AverageTicket", "Average Ticket", N)), revenue,
    ),
    Report(
        70102, "technician", "Technician Scoreboard", (*FROM_TO, UNITS),
        (("Technician", "Technician", S), ("CompletedJobs", "Completed Jobs", N), ("Revenue", "Revenue", N), ("Sales", "Sales", N)), scoreboard,
    ),
    Report(
        70103, "operations", "Membership Renewals", FROM_TO,
        (("MembershipType", "Membership Type", S), ("Ended", "Ended", N), ("Renewed", "Renewed", N), ("Rate", "Renewal Rate", S)), renewals,
    ),
    Report(
        70104, "operations", "Jobs", (*FROM_TO, UNITS),
        (("JobNumber", "Job #", S), ("Customer", "Customer", S), ("BusinessUnit", "Business Unit", S), ("Status", "Status", S),
         ("Total", "Total", N), ("CreatedOn", "Created On", D)), job_list,
    ),
    Report(
        70105, "marketing", "Call Booking Rate by Campaign", FROM_TO,
        (("Campaign", "Campaign", S), ("LeadCalls", "Lead Calls", N), ("Booked", "Booked", N), ("BookingRate", "Booking Rate", N)), booking_rate,
    ),
    Report(
        70106, "accounting", "Unpaid Invoices", FROM_TO,
        (("InvoiceNumber", "Invoice #", S), ("Customer", "Customer", S), ("Balance", "Balance", N), ("Age", "Age in Days", N)), unpaid,
    ),
]  # fmt: skip


def reports_of(category: str) -> list[Report]:
    """The reports of a category.

    Raises:
        Problem: 404, there is no such category.
    """
    if category not in CATEGORIES:
        raise Problem(404, "The report category was not found.")
    return [r for r in REPORTS if r.category == category]


def report(category: str, key: str) -> Report:
    found = next((r for r in reports_of(category) if str(r.id) == key), None)
    if found is None:
        raise Problem(404, "The report was not found.")
    return found


def run(co: Company, chosen: Report, body: bytes) -> Cells:
    """The report's rows for the parameters in the body.

    Raises:
        Problem: 400, the body is no such list, or a parameter is missing or wrong.
    """
    try:
        asked = {p["name"]: p.get("value") for p in json.loads(body or b"{}").get("parameters", [])}
    except (ValueError, AttributeError, TypeError, KeyError):
        raise Problem(400, errors={"": ["The request body is not valid."]}) from None
    for name, _, kind, _, needed, _ in chosen.parameters:
        if needed and not asked.get(name):
            raise Problem(400, errors={name: [f"The parameter {name} is required."]})
        if kind == "Date" and asked.get(name):
            try:
                moment(asked[name])
            except (ValueError, TypeError):
                raise bad(name, str(asked[name])) from None
    return chosen.cells(co, asked)


def dynamic_set(co: Company, key: str) -> Cells:
    """The choices that a parameter has."""
    if key != "business-units":
        raise Problem(404, "The dynamic value set was not found.")
    units = co["settings.business_units"]
    return [[int(i), name] for i, name in zip(units["id"], units["name"].tolist(), strict=True)]


def table_of(fields: Sequence[tuple[str, str, str]], cells: Cells, page: int, size: int, query: Query) -> bytes:
    """A page of rows of cells, with the fields that name them."""
    part = cells[(page - 1) * size : page * size]
    total = len(cells) if query.get("includeTotal", "").lower() == "true" else None
    named = [{"name": n, "label": label} for n, label, _ in fields]
    return as_json(
        {"fields": named, "page": page, "pageSize": size, "hasMore": page * size < len(cells), "totalCount": total, "data": part}
    )
