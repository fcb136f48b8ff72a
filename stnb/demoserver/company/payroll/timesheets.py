"""When everybody came and went: what the clock says about visits, and what else filled the days."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Choice, Index
from ..settings.business_units import lookup
from ..simulation import DAY, HOUR, NAT, SECOND, Company, Data, ids, later, objects

LONGEST = 9.5 * 3600  # seconds at customers' on one day
TYPES = ["Technician", "Employee"]


def clock(co: Company) -> Data:
    """When each of those who were sent set out, came and was done, one visit of the day after the
    other.

    Work takes as long as its type says, times the technician's pace, more or less.
    """
    rng, sent, visit, work = co.rng("clock"), co.sent, co.visits, co.work
    at, who, n = sent.at, sent.who, len(sent.at)
    job, start = visit.job[at], co.plan.start[at]
    drive = rng.integers(480, 1800, n)
    wanted = start + rng.integers(-600, 1200, n) * SECOND
    takes = work.hours[job] * 3600 * co.crew.pace[who] * np.clip(rng.lognormal(0, 0.22, n), 0.5, 2)
    day = co.pools.day[at] + work.canceled[job] * 100_000  # nobody waits for what was called off
    order = np.lexsort((at, start, day, who))
    key = who[order] * 1_000_000 + day[order]
    takes = in_time(who * 1_000_000 + day, takes).astype(np.int64)
    turn = np.arange(n) - np.searchsorted(key, key)
    came, done = wanted.copy(), wanted + takes * SECOND
    for k in range(1, int(turn.max(initial=0)) + 1):
        now = order[turn == k]
        before = order[np.flatnonzero(turn == k) - 1]
        came[now] = np.maximum(wanted[now], done[before] + drive[now] * SECOND)
        done[now] = came[now] + takes[now] * SECOND
    first = sent.starts[:-1]
    return {
        "set_out": came - drive * SECOND,
        "arrived": came,
        "done": done,
        "came": np.minimum.reduceat(came, first),
        "finished": np.maximum.reduceat(done, first),
    }


def in_time(key: Index, takes: Array) -> Array:
    """How long everything takes on the days that would be too long: there people hurry."""
    group = np.unique(key, return_inverse=True)[1]
    return np.asarray(takes * np.minimum(1, LONGEST / np.bincount(group, takes))[group])


def timesheets(co: Company) -> Data:
    """When each technician was sent, came and was done."""
    rng, sent, seen, said = (
        co.rng("timesheets"),
        co["dispatch.appointment_assignments"],
        co["jpm.appointments"],
        co.clock,
    )
    went = np.flatnonzero(seen["_status"][sent["_at"]] == 4)
    done = said.done[went]
    return {
        "id": ids(len(went), 61_000_000),
        "jobId": sent["jobId"][went],
        "appointmentId": sent["appointmentId"][went],
        "technicianId": sent["technicianId"][went],
        "dispatchedOn": said.set_out[went],
        "arrivedOn": said.arrived[went],
        "canceledOn": np.full(len(went), NAT, dtype="datetime64[us]"),
        "doneOn": done,
        "createdOn": said.set_out[went],
        "modifiedOn": later(co, rng, np.minimum(done, co.end - HOUR), 0.2),
        "active": True,
        "_who": sent["_who"][went],
        "_visit": sent["_at"][went],
        "_day": _local_day(said.arrived[went]),
    }


def _local_day(moments: Array) -> Array:
    return np.asarray((moments - 7 * HOUR).astype("datetime64[D]").astype("datetime64[us]"))


CODES = ["MTG", "TRN", "VEH", "MEAL", "PTO", "CLOCK", "OLD"]
ABOUT = ["Meeting", "Training", "Vehicle", "Meal", "Vacation", "In the office", "Old code"]
PAID, UNPAID, TIME_OFF, CLOCK = range(4)
CLOCKED = 5  # the code of those in the office
OFFICE_DAYS = 120  # for which the office's hours are kept


def timesheet_codes(co: Company) -> Data:
    n = len(CODES)
    data = lookup(co, "payroll.timesheet_codes", ABOUT, 3900)
    return {
        **{key: data[key] for key in ("id", "active", "createdOn", "modifiedOn")},
        "code": objects(CODES),
        "description": objects(ABOUT),
        "type": Choice(
            np.array([PAID, PAID, PAID, UNPAID, TIME_OFF, CLOCK, PAID]),
            ["Paid", "Unpaid", "PaidTimeOff", "ClockInOut"],
        ),
        "applicableEmployeeType": Choice(
            np.array([2, 0, 0, 2, 2, 1, 2]), ["Technician", "Employee", "All"]
        ),
        "rateInfo.hourlyRate": "EmployeeHourlyRate",
        "rateInfo.customHourlyRate": np.full(n, np.nan),
        "rateInfo.rateMultiplier": np.array([1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0]),
    }


def non_job_timesheets(co: Company) -> Data:
    """What technicians did besides visits, as the dispatcher had put it down, and the
    office's days."""
    rng, other, staff = (
        co.rng("payroll.non_job_timesheets"),
        co["dispatch.non_job_appointments"],
        co["settings.employees"],
    )
    past = np.flatnonzero((other["start"] + other["duration"] * SECOND < co.end) & other["active"])
    day = co.end - OFFICE_DAYS * DAY + np.arange(OFFICE_DAYS) * DAY
    day = day[np.is_busday(day.astype("datetime64[D]"))]
    who = np.tile(np.flatnonzero(staff["active"]), len(day))
    began = (
        np.repeat(day, int(staff["active"].sum()))
        + 15 * HOUR
        + rng.integers(-600, 900, len(who)) * SECOND
    )
    ended = began + 8 * HOUR + rng.integers(-600, 2400, len(who)) * SECOND
    start = np.concatenate((other["start"][past], began))
    end = np.concatenate((other["start"][past] + other["duration"][past] * SECOND, ended))
    order = np.argsort(start, kind="stable")
    n, codes = len(start), co["payroll.timesheet_codes"]["id"]
    return {
        "id": ids(n, 64_300_000),
        "employeeId": np.concatenate((other["technicianId"][past], staff["id"][who]))[order],
        "employeeType": Choice(np.repeat([0, 1], [len(past), len(who)])[order], TYPES),
        "timesheetCodeId": np.concatenate(
            (other["timesheetCodeId"][past], np.full(len(who), codes[CLOCKED]))
        )[order],
        "startedOn": start[order],
        "endedOn": end[order],
        "createdOn": start[order],
        "modifiedOn": later(co, rng, np.minimum(end, co.end - HOUR)[order], 0.5),
        "active": True,
    }


CATEGORIES = ["Travel", "OnJobActivities", "Other", "Training", "PaidTimeOff", "Meal"]
# Code, category, and the timesheet code that it goes with.
ACTIVITIES = [
    ("Driving", 0, -1),
    ("Working", 1, -1),
    ("Meeting", 2, 0),
    ("Training", 3, 1),
    ("Vehicle", 2, 2),
    ("Vacation", 4, 4),
]
ACTIVITIES += [("Meal", 5, 3)]
DRIVING, WORKING = 0, 1


def activity_categories(co: Company) -> Data:
    n = len(CATEGORIES)
    names = ["Travel", "On the job", "Other", "Training", "Time off", "Meal"]
    data = lookup(co, "timesheets.activity_categories", names, 450, active=np.ones(n, dtype=bool))
    return {
        **data,
        "type": objects(CATEGORIES),
        "allowEdit": np.arange(n) > 1,
        "isDefault": np.arange(n) < 2,
    }


def activity_types(co: Company) -> Data:
    n = len(ACTIVITIES)
    names = [a[0] for a in ACTIVITIES]
    data = lookup(co, "timesheets.activity_types", names, 480, active=np.ones(n, dtype=bool))
    on_job = np.arange(n) <= WORKING
    return {
        **{key: data[key] for key in ("id", "active", "createdOn", "modifiedOn")},
        "code": objects(names),
        "categoryId": co["timesheets.activity_categories"]["id"][
            np.array([a[1] for a in ACTIVITIES])
        ],
        "description": objects(names),
        "icon": "clock",
        "businessUnitId": np.full(n, -1),
        "isUsersHomeBusinessUnit": True,
        "jobAssociation": Choice(on_job.astype(int), ["DoNotAllow", "Require"]),
        **{
            f"{x}Association": "DoNotAllow"
            for x in ("tag", "project", "projectLabel", "budgetCode", "laborType")
        },
        "memoAssociation": "Allow",
        "isTechnicianProfileLaborType": False,
        "dontAllowToChangeMemo": False,
        "dontAllowToChangeTag": False,
        "isArchived": False,
        "isDraft": False,
        "isDefault": on_job,
        "isInUse": True,
    }


def activities(co: Company) -> Data:
    """Driving and working, two for each timesheet; then what technicians did besides."""
    rng, sheet, other = (
        co.rng("timesheets.activities"),
        co["payroll.jobs.timesheets"],
        co["dispatch.non_job_appointments"],
    )
    past = np.flatnonzero((other["start"] + other["duration"] * SECOND < co.end) & other["active"])
    pair, none = np.repeat(np.arange(len(sheet["id"])), 2), np.full(len(past), -1)
    drives = np.arange(len(pair)) % 2 == 0
    start = np.where(drives, sheet["dispatchedOn"][pair], sheet["arrivedOn"][pair])
    end = np.where(drives, sheet["arrivedOn"][pair], sheet["doneOn"][pair])
    start = np.concatenate((start, other["start"][past]))
    end = np.concatenate((end, other["start"][past] + other["duration"][past] * SECOND))
    of_code = np.array([next(i for i, a in enumerate(ACTIVITIES) if a[2] == c) for c in range(5)])
    kind = np.concatenate((np.where(drives, DRIVING, WORKING), of_code[other["_code"][past]]))
    n, job = len(start), np.searchsorted(co.jobs.id, sheet["jobId"])
    return {
        "id": ids(n, 65_000_000),
        "employeeId": np.concatenate((sheet["technicianId"][pair], other["technicianId"][past])),
        "employeeType": "Technician",
        "modifiedById": co["settings.technicians"]["userId"][
            np.concatenate((sheet["_who"][pair], other["_who"][past]))
        ],
        "activityTypeId": co["timesheets.activity_types"]["id"][kind],
        "startTime": start,
        "endTime": end,
        "jobId": np.concatenate((sheet["jobId"][pair], none)),
        "appointmentId": np.concatenate((sheet["appointmentId"][pair], none)),
        "projectId": np.concatenate((co.job_projects.id[job][pair], none)),
        "active": True,
        "createdOn": start,
        "modifiedOn": later(co, rng, np.minimum(end, co.end - HOUR), 0.2),
    }


FACTS: dict[str, Any] = {
    "clock": clock,
}
MAKERS: dict[str, Any] = {
    "payroll.jobs.timesheets": timesheets,
    "payroll.timesheet_codes": timesheet_codes,
    "payroll.non_job_timesheets": non_job_timesheets,
    "timesheets.activity_categories": activity_categories,
    "timesheets.activity_types": activity_types,
    "timesheets.activities": activities,
}
