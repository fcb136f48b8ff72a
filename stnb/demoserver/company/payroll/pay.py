"""Pay: what everybody gets for hours and for what was billed, in periods of two weeks."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Choice, Index
from ..jpm.jobs import COMPLETED
from ..settings.business_units import JOB_TYPES, lookup
from ..simulation import DAY, HOUR, NAT, Company, Data, blur, ids, later, objects
from .timesheets import TYPES

PERIOD = 14  # days
REGULAR, COMMISSION, REIMBURSEMENT, BONUS = range(4)
LABOR = ["Journeyman", "Apprentice"]


def activity_codes(co: Company) -> Data:
    names = ["Regular hours", "Commission", "Reimbursement", "Bonus", "Old bonus"]
    data = lookup(co, "payroll.activity_codes", names, 350)
    kinds = Choice(np.array([0, 1, 2, 1, 1]), ["Timesheet", "Commission", "Reimbursement"])
    return {
        **data,
        "code": objects(["REG", "COM", "RMB", "BON", "OLD"]),
        "earningCategory": kinds,
        "isDiscretionary": np.arange(5) > 2,
    }


def splits(co: Company) -> Data:
    """How the credit for a job is shared among those who were there: in equal parts
    that make 100."""
    job = co.jobs
    at, who = _teams(co)
    count = np.bincount(at, minlength=len(job.id))[at]
    number = np.arange(len(at)) - np.searchsorted(at, at)
    # What cannot be shared equally to the cent is the first one's.
    share = np.where(number == 0, 10_000 - (count - 1) * (10_000 // count), 10_000 // count) / 100
    made = np.minimum(job.completed[at], co.end - HOUR)
    return {
        "id": ids(len(at), 62_400_000),
        "jobId": job.id[at],
        "technicianId": co["settings.technicians"]["id"][who],
        "split": share,
        "createdOn": made,
        "modifiedOn": later(co, co.rng("splits"), made, 2),
        "active": True,
        "_job": at,
        "_who": who,
    }


def _teams(co: Company) -> tuple[Index, Index]:
    """(job, technician) of everybody who was at a job that was completed, once each."""
    sheet, job = co["payroll.jobs.timesheets"], co.jobs
    key = np.unique(np.searchsorted(job.id, sheet["jobId"]) * 100_000 + sheet["_who"])
    at, who = key // 100_000, key % 100_000
    done = job.status[at] == COMPLETED
    return at[done], who[done]


def period_of(co: Company, moments: Array) -> Index:
    """Which period a day is in: they begin on Mondays."""
    return np.asarray((moments - _monday(co)) // (PERIOD * DAY), dtype=np.int64)


def _monday(co: Company) -> Any:
    day = co.start.astype("datetime64[D]")
    return (day - (int(day.astype(int)) + 3) % 7).astype("datetime64[us]")


def payroll_keys(co: Company) -> Data:
    """Each person's periods at the company, office first.

    `first` is the row of the first, `since` its period.
    """
    staff, crew = co["settings.employees"], co.crew
    hired = np.concatenate((staff["startDate"], crew.hired))
    left = np.concatenate((staff["terminationDate"], crew.left))
    since = period_of(co, np.maximum(hired, co.start))
    until = period_of(co, np.where(np.isnat(left), co.end - DAY, left))
    counts = until - since + 1
    return {
        "since": since,
        "counts": counts,
        "first": np.cumsum(counts) - counts,
        "office": len(staff["id"]),
    }


def payrolls(co: Company) -> Data:
    rng, known, staff, crew = (
        co.rng("payroll.payrolls"),
        co.payroll_keys,
        co["settings.employees"],
        co["settings.technicians"],
    )
    who = np.repeat(np.arange(len(known.counts)), known.counts)
    n = len(who)
    number = known.since[who] + np.arange(n) - known.first[who]
    start = _monday(co) + number * PERIOD * DAY
    end = start + PERIOD * DAY
    approved = end + rng.integers(8, 60, n) * HOUR
    status = np.where(approved >= co.end, 0, np.where(approved + 5 * DAY >= co.end, 1, 2))
    made = np.minimum(start, co.end - HOUR)
    burden = np.concatenate((np.full(len(staff["id"]), np.nan), crew["burdenRate"]))
    return {
        "id": ids(n, 3_300_000),
        "startedOn": start,
        "endedOn": end,
        "employeeId": np.concatenate((staff["id"], crew["id"]))[who],
        "employeeType": Choice((who < known.office).astype(int), TYPES),
        "status": Choice(status, ["Pending", "Approved", "Paid"]),
        "burdenRate": burden[who],
        "managerApprovedOn": np.where(status > 0, approved, NAT),
        "createdOn": made,
        "modifiedOn": later(co, rng, np.maximum(made, np.where(status > 0, approved, made)), 1),
        "active": True,
    }


def gross_pay_items(co: Company) -> Data:
    """Wages for the hours of each timesheet, then commission for a technician's part of what a
    job's invoice comes to."""
    rng, job, crew = co.rng("pay"), co.jobs, co["settings.technicians"]
    sheet, share = co["payroll.jobs.timesheets"], co["payroll.jobs.splits"]
    hours = np.round((sheet["doneOn"] - sheet["arrivedOn"]) / HOUR, 2)
    bonus = np.round(
        co.bills.sub_total[share["_job"]]
        * share["split"]
        / 100
        * crew["commissionRate"][share["_who"]],
        2,
    )
    paid = np.flatnonzero(bonus > 0)
    of_hours, of_bonus, nat = len(hours), len(paid), np.full(len(paid), NAT, dtype="datetime64[us]")
    at = np.concatenate((np.searchsorted(job.id, sheet["jobId"]), share["_job"][paid]))
    who = np.concatenate((sheet["_who"], share["_who"][paid]))
    last_day = _last_day(co, share["_job"][paid], share["_who"][paid])
    date = np.concatenate((sheet["_day"], last_day))
    wage = np.arange(len(at)) < of_hours
    made = np.minimum(
        np.concatenate((sheet["doneOn"], job.completed[share["_job"][paid]])), co.end - HOUR
    )
    known, n = co.payroll_keys, len(at)
    person = known.office + who
    return {
        "id": ids(n, 63_900_000),
        "employeeId": crew["id"][who],
        "employeeType": "Technician",
        "payrollId": co["payroll.payrolls"]["id"][
            known.first[person] + period_of(co, date) - known.since[person]
        ],
        "employeePayrollId": Choice(who, crew["payrollId"].tolist()),
        "date": date,
        "activity": Choice((~wage).astype(int), ["Working", "Commission"]),
        "activityCodeId": co["payroll.activity_codes"]["id"][np.where(wage, REGULAR, COMMISSION)],
        "activityCode": Choice((~wage).astype(int), ["REG", "COM"]),
        "amount": np.concatenate(
            (np.round(hours * crew["hourlyRate"][sheet["_who"]], 2), bonus[paid])
        ),
        "amountAdjustment": np.zeros(n),
        "invoiceItemId": np.full(n, -1),
        "grossPayItemType": Choice((~wage).astype(int), ["TimesheetTime", "InvoiceRelatedBonus"]),
        "startedOn": np.concatenate((sheet["arrivedOn"], nat)),
        "endedOn": np.concatenate((sheet["doneOn"], nat)),
        "paidDurationHours": np.concatenate((hours, np.full(of_bonus, np.nan))),
        "paidTimeType": Choice(np.where(wage, 0, -1), ["Regular"]),
        # The second of the two activities of its timesheet: the work, after the way to it.
        "sourceEntityId": np.concatenate(
            (co["timesheets.activities"]["id"][1 : 2 * of_hours : 2], np.full(of_bonus, -1))
        ),
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 3),
        "active": True,
        **_about(co, at),
    }


def _last_day(co: Company, job: Index, who: Index) -> Array:
    """The day on which each technician was last at the job."""
    sheet = co["payroll.jobs.timesheets"]
    key = np.searchsorted(co.jobs.id, sheet["jobId"]) * 100_000 + sheet["_who"]
    order = np.lexsort((sheet["_day"], key))
    return np.asarray(
        sheet["_day"][order[np.searchsorted(key[order], job * 100_000 + who, side="right") - 1]]
    )


def _about(co: Company, at: Index) -> Data:
    """What a pay item tells of its job."""
    job, names = co.jobs, co.customers.names
    unit = Choice(
        job.branch[at] * 4 + job.trade[at], co["settings.business_units"]["name"].tolist()
    )
    return {
        "businessUnitName": unit,
        "payoutBusinessUnitName": unit,
        "jobId": job.id[at],
        "jobNumber": job.id[at] - 48_000_000,
        "jobTypeName": Choice(job.kind[at], [t[0] for t in JOB_TYPES]),
        "projectId": co.job_projects.id[at],
        "invoiceId": co.bills.id[at],
        "customerId": co.customers.id[job.customer[at]],
        "customerName": Choice(job.customer[at], names),
        "locationId": co["crm.locations"]["id"][job.place[at]],
        "locationName": Choice(job.customer[at], names),
    }


def adjustments(co: Company) -> Data:
    """A bonus for the better half, month by month, and tools that somebody paid for."""
    rng, known, crew = co.rng("payroll.payroll_adjustments"), co.crew, co["settings.technicians"]
    months = (co.start + 30 * DAY) + np.arange(23) * 30 * DAY
    posted, who = (
        np.repeat(months, len(crew["id"])),
        np.tile(np.arange(len(crew["id"])), len(months)),
    )
    there = (known.hired[who] <= posted - 30 * DAY) & ~(known.left[who] < posted)
    bonus = there & (known.skill[who] > 0.6) & (rng.random(len(who)) < 0.5)
    tools = there & ~bonus & (rng.random(len(who)) < 0.08)
    at = np.flatnonzero(bonus | tools)
    posted, who, n = blur(rng, posted[at] + 16 * HOUR), who[at], len(at)
    kind = np.where(bonus[at], BONUS, REIMBURSEMENT)
    return {
        "id": ids(n, 67_100_000),
        "employeeType": "Technician",
        "employeeId": crew["id"][who],
        "postedOn": posted,
        "amount": np.where(
            bonus[at], np.round(400 * known.skill[who], -1), np.round(rng.uniform(15, 180, n), 2)
        ),
        "memo": Choice(bonus[at].astype(int), ["Tools", "Bonus of the month"]),
        "activityCodeId": co["payroll.activity_codes"]["id"][kind],
        "invoiceId": np.full(n, -1),
        "type": Choice(bonus[at].astype(int), ["Direct", "MonthlyBonus"]),
        "createdOn": posted,
        "modifiedOn": later(co, rng, posted, 1),
        "active": True,
    }


FACTS: dict[str, Any] = {
    "payroll_keys": payroll_keys,
}
MAKERS: dict[str, Any] = {
    "payroll.activity_codes": activity_codes,
    "payroll.jobs.splits": splits,
    "payroll.payrolls": payrolls,
    "payroll.gross_pay_items": gross_pay_items,
    "payroll.payroll_adjustments": adjustments,
}
