"""The visits: appointments, who was sent to them, and what was written down about them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .company import DAY, SECOND, Company, Data, blur, draw, ids, later, objects
from .names import SENTENCES
from .people import crew_size, office
from .table import Choice
from .work import CANCELED, DISPATCHED, HOLD, HOUR

VISITS = ["Scheduled", "Dispatched", "Working", "Hold", "Done", "Canceled"]


def appointments(co: Company) -> Data:
    rng, job = co.rng("jpm.appointments"), co["jobs"]
    which = np.repeat(np.arange(len(job["id"])), job["visits"])
    starts = np.concatenate(([0], np.cumsum(job["visits"])))
    number = np.arange(len(which)) - starts[which]
    n = len(which)
    start = job["first"][which] + number * job["gap"][which] * DAY
    end = start + job["hours"][which] * HOUR
    status = np.where(end < co.end, 4, np.where(start < co.end, 2, 0))
    status = np.where(job["status"][which] == HOLD, np.where(end < co.end, 4, 3), status)
    status = np.where((job["status"][which] == DISPATCHED) & (number == 0), 1, status)
    status = np.where(job["status"][which] == CANCELED, 5, status)
    window = rng.random(n) < 0.85
    nat = np.datetime64("NaT")
    return {
        "id": ids(n, 52_600_300),
        "jobId": job["id"][which],
        "appointmentNumber": objects(
            [f"{j}-{k}" for j, k in zip((job["id"][which] - 48_000_000).tolist(), (number + 1).tolist(), strict=True)]
        ),
        "start": start,
        "end": end,
        "arrivalWindowStart": np.where(window, start, nat),
        "arrivalWindowEnd": np.where(window, start + 2 * HOUR, nat),
        "status": Choice(status, VISITS),
        "specialInstructions": draw(rng, [None, *SENTENCES[:4]], n, [8, 1, 1, 1, 1]),
        "createdOn": job["created"][which],
        "modifiedOn": later(co, rng, np.minimum(np.maximum(end, job["created"][which]), co.end - HOUR), 1),
        "customerId": co["customers"]["id"][job["customer"][which]],
        "unused": (status == 5) & (rng.random(n) < 0.5),
        "createdById": office(co, rng, n),
        "isConfirmed": rng.random(n) < 0.7,
        "active": rng.random(n) > 0.01,
        "appointmentSummaries": [],
        "_job": which,
        "_starts": starts,
        "_status": status,
    }


def assignments(co: Company) -> Data:
    """Who went: one technician, or two or three together, of the crew of the job's branch and trade."""
    rng, job, seen, staff = co.rng("assignments"), co["jobs"], co["jpm.appointments"], co["settings.technicians"]
    sizes = np.tile(crew_size(co), 3)
    lead = np.concatenate(([0], np.cumsum(sizes)))
    crew = (job["branch"] * 4 + job["trade"])[seen["_job"]]
    each = np.minimum(rng.choice([1, 2, 3], len(crew), p=[0.74, 0.21, 0.05]), sizes[crew])
    at = np.repeat(np.arange(len(crew)), each)
    turn = np.arange(len(at)) - np.repeat(np.cumsum(each) - each, each)
    who = lead[crew[at]] + (rng.integers(0, 1 << 30, len(crew))[at] + turn) % sizes[crew[at]]
    n, status = len(at), seen["_status"][at]
    made = np.minimum(job["created"][seen["_job"][at]] + rng.integers(60, 7200, n) * SECOND, co.end - HOUR)
    return {
        "id": ids(n, 57_000_411),
        "technicianId": staff["id"][who],
        "technicianName": Choice(who, staff["name"].tolist()),
        "assignedById": office(co, rng, n),
        "assignedOn": blur(rng, made),
        "status": Choice(np.array([0, 1, 2, 2, 3, 0])[status], ["Scheduled", "Dispatched", "Working", "Done"]),
        "isPaused": (status == 3) & (rng.random(n) < 0.5),
        "jobId": seen["jobId"][at],
        "appointmentId": seen["id"][at],
        "createdOn": blur(rng, made),
        "modifiedOn": later(co, rng, np.maximum(made, np.minimum(seen["end"][at], co.end - HOUR)), 0.5),
        "active": (status != 5) | (rng.random(n) < 0.3),
        "_who": who,
        "_at": at,
    }


def timesheets(co: Company) -> Data:
    """When each technician was sent, came and was done."""
    rng, sent, seen = co.rng("timesheets"), co["dispatch.appointment_assignments"], co["jpm.appointments"]
    went = np.flatnonzero(seen["_status"][sent["_at"]] == 4)
    start, end = seen["start"][sent["_at"][went]], seen["end"][sent["_at"][went]]
    n = len(went)
    arrived = start + rng.integers(-900, 3000, n) * SECOND
    done = np.maximum(end + rng.integers(-2400, 3600, n) * SECOND, arrived + 300 * SECOND)
    return {
        "id": ids(n, 61_000_000),
        "jobId": sent["jobId"][went],
        "appointmentId": sent["appointmentId"][went],
        "technicianId": sent["technicianId"][went],
        "dispatchedOn": arrived - rng.integers(600, 2700, n) * SECOND,
        "arrivedOn": arrived,
        "canceledOn": np.full(n, np.datetime64("NaT"), dtype="datetime64[us]"),
        "doneOn": done,
        "createdOn": arrived,
        "modifiedOn": later(co, rng, np.minimum(done, co.end - HOUR), 0.2),
        "active": rng.random(n) > 0.02,
    }


def notes(co: Company) -> Data:
    rng, job = co.rng("notes"), co["jobs"]
    which = np.repeat(np.arange(len(job["id"])), rng.choice(4, len(job["id"]), p=[0.55, 0.3, 0.1, 0.05]))
    n = len(which)
    made = np.minimum(job["created"][which] + rng.integers(60, 90_000, n) * SECOND, co.end - HOUR)
    return {
        "id": ids(n, 70_100_000),
        "jobId": job["id"][which],
        "active": True,
        "text": draw(rng, [*SENTENCES, "<b>Important:</b> call the office &amp; confirm"], n),
        "isPinned": rng.random(n) < 0.1,
        "createdById": office(co, rng, n),
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 1),
    }


def cancellations(co: Company) -> Data:
    rng, job = co.rng("cancellations"), co["jobs"]
    which = np.flatnonzero(job["status"] == CANCELED)
    reason = rng.integers(0, len(co["jpm.job_cancel_reasons"]["id"]), len(which))
    return {
        "id": ids(len(which), 71_500_000),
        "jobId": job["id"][which],
        "reasonId": co["jpm.job_cancel_reasons"]["id"][reason],
        "name": Choice(reason, co["jpm.job_cancel_reasons"]["name"].tolist()),
        "text": draw(rng, SENTENCES[:5], len(which)),
        "memo": draw(rng, [None, *SENTENCES[:3]], len(which)),
        "createdOn": job["completed"][which],
        "createdById": office(co, rng, len(which)),
        "active": True,
    }


MAKERS: dict[str, Any] = {
    "jpm.appointments": appointments,
    "dispatch.appointment_assignments": assignments,
    "payroll.jobs.timesheets": timesheets,
    "jpm.export.job_notes": notes,
    "jpm.export.job_canceled_logs": cancellations,
}
