"""What comes of the work: equipment at customers', wages, tasks and ratings."""

from __future__ import annotations

from typing import Any

import numpy as np

from .company import DAY, SECOND, Company, Data, draw, ids, later, objects, spread
from .names import SENTENCES
from .people import office
from .pricebook import BRANDS
from .shop import lookup
from .table import Array, Choice, Index
from .work import COMPLETED, HOUR

CODES = ["Meeting", "Training", "Vehicle", "Meal", "Vacation", "Old code"]


def _day(moments: Array) -> Array:
    return np.asarray(moments.astype("datetime64[D]").astype("datetime64[us]"))


def installed(co: Company) -> Data:
    """A unit for each piece of equipment on a bill; those of the first customers are old."""
    rng, b, gear = co.rng("installed"), co["bills"], co["pricebook.equipment"]
    item = np.flatnonzero((b["item_kind"] == 2) & (b["job"][b["item_bill"]] >= 0))
    bill, n = b["item_bill"][item], len(item)
    made = np.minimum(b["date"][bill], co.end - HOUR)
    which = np.searchsorted(gear["id"], co["accounting.export.invoice_items"]["skuId"][item])
    start = _day(made)
    return {
        "id": ids(n, 19_700_000, 2),
        "active": rng.random(n) > 0.03,
        "equipmentId": gear["id"][which],
        "locationId": co["crm.locations"]["id"][b["place"][bill]],
        "customerId": co["customers"]["id"][b["customer"][bill]],
        "invoiceItemId": b["item_id"][item],
        "name": Choice(which, gear["displayName"].tolist()),
        "installedOn": start,
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 90),
        "serialNumber": objects([f"SN{v:08d}" for v in rng.integers(0, 10**8, n)]),
        "memo": "",
        "manufacturer": Choice(which % 4, BRANDS),
        "model": Choice(which, gear["model"].tolist()),
        "cost": b["item_cost"][item],
        "status": draw(rng, ["Installed", "Replaced"], n, [19, 1]),
        "manufacturerWarrantyStart": start,
        "manufacturerWarrantyEnd": start + 3652 * DAY,
        "serviceProviderWarrantyStart": start,
        "serviceProviderWarrantyEnd": start + 365 * DAY,
        "manufacturedOn": start - rng.integers(30, 300, n) * DAY,
        "tags": [],
    }


def ratings(co: Company) -> Data:
    """Stars for the technician who led a job, from every fourth customer."""
    rng, job = co.rng("ratings"), co["jobs"]
    at = np.flatnonzero((job["status"] == COMPLETED) & (rng.random(len(job["id"])) < 0.25))
    made = np.minimum(job["completed"][at] + rng.integers(1, 72, len(at)) * HOUR, co.end - HOUR)
    return {
        "id": ids(len(at), 1),
        "technicianId": co["first technician"]["id"][at],
        "jobId": job["id"][at],
        "rating": rng.choice([1.0, 2.0, 3.0, 4.0, 5.0], len(at), p=[0.03, 0.03, 0.07, 0.22, 0.65]),
        "active": True,
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 1),
    }


def _teams(co: Company) -> tuple[Index, Index]:
    """(job, technician) of everybody who was sent to a job that was completed, once each."""
    sent, job = co["dispatch.appointment_assignments"], co["jobs"]
    pairs = np.unique(np.stack([sent["jobId"], sent["technicianId"]], axis=1), axis=0)
    at = np.searchsorted(job["id"], pairs[:, 0])
    done = job["status"][at] == COMPLETED
    return at[done], pairs[done, 1]


def splits(co: Company) -> Data:
    """How the credit for a job is shared: in equal parts that make 100."""
    at, who = _teams(co)
    share = np.round(100 / np.bincount(at)[at], 2)
    made = np.minimum(co["jobs"]["completed"][at], co.end - HOUR)
    return {
        "id": ids(len(at), 62_400_000),
        "jobId": co["jobs"]["id"][at],
        "technicianId": who,
        "split": share,
        "createdOn": made,
        "modifiedOn": later(co, co.rng("splits"), made, 2),
        "active": True,
    }


def ledger_of_pay(co: Company) -> Data:
    """Wages by the hour for each timesheet."""
    rng, sheet, job, crew = co.rng("pay"), co["payroll.jobs.timesheets"], co["jobs"], co["settings.technicians"]
    n, at = len(sheet["id"]), np.searchsorted(job["id"], sheet["jobId"])
    who = np.searchsorted(crew["id"], sheet["technicianId"])
    hours = np.round((sheet["doneOn"] - sheet["arrivedOn"]) / HOUR, 2)
    made = np.minimum(sheet["doneOn"], co.end - HOUR)
    names, units = co["customers"]["names"], co["settings.business_units"]["name"].tolist()
    return {
        "id": ids(n, 63_900_000),
        # The office's own people: the catalogue's link leads to employees, and technicians are in another list.
        "employeeId": co["settings.employees"]["id"][who % len(co["settings.employees"]["id"])],
        "employeeType": "Employee",
        "businessUnitName": Choice(job["branch"][at] * 4 + job["trade"][at], units),
        "date": _day(sheet["arrivedOn"]),
        "activity": "Working",
        "amount": np.round(hours * crew["hourlyRate"][who], 2),
        "grossPayItemType": "TimesheetTime",
        "startedOn": sheet["arrivedOn"],
        "endedOn": sheet["doneOn"],
        "paidDurationHours": hours,
        "paidTimeType": draw(rng, ["Regular", "Overtime"], n, [9, 1]),
        "sourceEntityId": np.full(n, -1),
        "jobId": sheet["jobId"],
        "jobNumber": sheet["jobId"] - 48_000_000,
        "projectId": co["projects of jobs"]["id"][at],
        "invoiceId": co["bills"]["id"][at],
        "customerId": co["customers"]["id"][job["customer"][at]],
        "customerName": Choice(job["customer"][at], names),
        "locationId": co["crm.locations"]["id"][job["place"][at]],
        "locationName": Choice(job["customer"][at], names),
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 3),
    }


def tasks(co: Company) -> Data:
    """What the office has to see to after some of the jobs."""
    rng, job, staff = co.rng("tasks"), co["jobs"], co["settings.employees"]["id"]
    at = np.flatnonzero(rng.random(len(job["id"])) < 0.04)
    n = len(at)
    made = np.minimum(np.fmax(job["completed"][at], job["created"][at]) + rng.integers(1, 50, n) * HOUR, co.end - HOUR)
    closed = made + (rng.exponential(6, n) * 86_400).astype(np.int64) * SECOND
    done = closed < co.end
    return {
        "id": ids(n, 14_200_000),
        "taskNumber": ids(n, 1_001),
        "reportedById": rng.choice(staff, n),
        "assignedToId": rng.choice(staff, n),
        "active": True,
        "isClosed": done,
        "status": Choice(np.where(done, 1, 0), ["ToDo", "Completed"]),
        "closedOn": np.where(done, closed, np.datetime64("NaT")),
        "name": draw(rng, ["Call customer back", "Check warranty", "Refund request", "Send documents"], n),
        "businessUnitId": co["settings.business_units"]["id"][job["branch"][at] * 4 + job["trade"][at]],
        "reportedOn": made,
        "completeBy": made + 7 * DAY,
        "customerId": co["customers"]["id"][job["customer"][at]],
        "customerName": Choice(job["customer"][at], co["customers"]["names"]),
        "jobId": job["id"][at],
        "jobNumber": job["id"][at] - 48_000_000,
        "projectId": co["projects of jobs"]["id"][at],
        "description": draw(rng, SENTENCES, n),
        "priority": draw(rng, ["Normal", "High", "Urgent"], n, [7, 2, 1]),
        "createdOn": made,
        "modifiedOn": later(co, rng, np.where(done, closed, made), 1),
    }


def other_work(co: Company) -> Data:
    """Meetings, training and leave of the technicians."""
    rng, crew, codes = co.rng("other work"), co["settings.technicians"], co["payroll.timesheet_codes"]
    made = spread(rng, co.end - 300 * DAY, co.end, co.count(250))
    n = len(made)
    code = rng.integers(0, len(CODES) - 1, n)
    return {
        "id": ids(n, 5_900_000),
        "technicianId": rng.choice(crew["id"], n),
        "start": _day(made) + rng.integers(1, 15, n) * DAY + 15 * HOUR,
        "name": Choice(code, CODES),
        "duration": rng.integers(1, 9, n) * 1800,
        "timesheetCodeId": codes["id"][code],
        "summary": "",
        "active": rng.random(n) > 0.04,
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 4),
        "createdById": office(co, rng, n),
    }


MAKERS: dict[str, Any] = {
    "equipmentsystems.installed_equipment": installed,
    "customer_interactions.technician_ratings": ratings,
    "payroll.jobs.splits": splits,
    "payroll.gross_pay_items": ledger_of_pay,
    "payroll.timesheet_codes": lambda co: lookup(co, "payroll.timesheet_codes", CODES, 3900),
    "taskmanagement.tasks": tasks,
    "dispatch.non_job_appointments": other_work,
}
