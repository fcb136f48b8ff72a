"""The visits: appointments, who was sent to them, and what was written down about them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Choice, ragged
from ..settings.people import office
from ..simulation import HOUR, NAT, SECOND, Company, Data, blur, draw, ids, later, objects
from ..words import SENTENCES
from .jobs import CANCELED, DISPATCHED, HOLD

VISITS = ["Scheduled", "Dispatched", "Working", "Hold", "Done", "Canceled"]
DONE = 4


def appointments(co: Company) -> Data:
    rng, job, visit, said = co.rng("jpm.appointments"), co.jobs, co.visits, co.clock
    which, number, start = visit.job, visit.number, co.plan.start
    n = len(which)
    end = start + job.hours[which] * HOUR
    status = np.where(said.finished < co.end, DONE, np.where(said.came < co.end, 2, 0))
    status = np.where((job.status[which] == HOLD) & (status == 2), 3, status)
    status = np.where((job.status[which] == DISPATCHED) & (number == 0), 1, status)
    status = np.where(job.status[which] == CANCELED, 5, status)
    window = rng.random(n) < 0.85
    nat = NAT
    touched = np.where(status == DONE, said.finished, np.maximum(end, job.created[which]))
    return {
        "id": ids(n, 52_600_300),
        "jobId": job.id[which],
        "appointmentNumber": objects(
            [
                f"{j}-{k}"
                for j, k in zip(
                    (job.id[which] - 48_000_000).tolist(), (number + 1).tolist(), strict=True
                )
            ]
        ),
        "start": start,
        "end": end,
        "arrivalWindowStart": np.where(window, start, nat),
        "arrivalWindowEnd": np.where(window, start + 2 * HOUR, nat),
        "status": Choice(status, VISITS),
        "specialInstructions": draw(rng, [None, *SENTENCES[:4]], n, [8, 1, 1, 1, 1]),
        "createdOn": job.created[which],
        "modifiedOn": later(co, rng, np.minimum(touched, co.end - HOUR), 1),
        "customerId": co.customers.id[job.customer[which]],
        "unused": (status == 5) & (rng.random(n) < 0.5),
        "createdById": office(co, rng, n),
        "isConfirmed": rng.random(n) < 0.7,
        "active": rng.random(n) > 0.01,
        "appointmentSummaries": [],
        "_job": which,
        "_starts": visit.starts,
        "_status": status,
    }


def assignments(co: Company) -> Data:
    """Who was sent: one technician, or two or three together, the one who leads first."""
    rng, job, seen, staff = (
        co.rng("assignments"),
        co.jobs,
        co["jpm.appointments"],
        co["settings.technicians"],
    )
    at, who = co.sent.at, co.sent.who
    n, status = len(at), seen["_status"][at]
    made = np.minimum(
        job.created[seen["_job"][at]] + rng.integers(60, 7200, n) * SECOND, co.end - HOUR
    )
    return {
        "id": ids(n, 57_000_411),
        "technicianId": staff["id"][who],
        "technicianName": Choice(who, staff["name"].tolist()),
        "assignedById": office(co, rng, n),
        "assignedOn": blur(rng, made),
        "status": Choice(
            np.array([0, 1, 2, 2, 3, 0])[status], ["Scheduled", "Dispatched", "Working", "Done"]
        ),
        "isPaused": (status == 3) & (rng.random(n) < 0.5),
        "jobId": seen["jobId"][at],
        "appointmentId": seen["id"][at],
        "createdOn": blur(rng, made),
        "modifiedOn": later(
            co, rng, np.maximum(made, np.minimum(seen["end"][at], co.end - HOUR)), 0.5
        ),
        "active": (status != 5) | (rng.random(n) < 0.3),
        "_who": who,
        "_at": at,
    }


def notes(co: Company) -> Data:
    rng, job = co.rng("notes"), co.jobs
    which = np.repeat(np.arange(len(job.id)), rng.choice(4, len(job.id), p=[0.55, 0.3, 0.1, 0.05]))
    n = len(which)
    made = np.minimum(job.created[which] + rng.integers(60, 90_000, n) * SECOND, co.end - HOUR)
    return {
        "id": ids(n, 70_100_000),
        "jobId": job.id[which],
        "active": True,
        "text": draw(rng, [*SENTENCES, "<b>Important:</b> call the office &amp; confirm"], n),
        "isPinned": rng.random(n) < 0.1,
        "createdById": office(co, rng, n),
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 1),
    }


def cancellations(co: Company) -> Data:
    rng, job = co.rng("cancellations"), co.jobs
    which = np.flatnonzero(job.status == CANCELED)
    reason = rng.integers(0, len(co["jpm.job_cancel_reasons"]["id"]), len(which))
    return {
        "id": ids(len(which), 71_500_000),
        "jobId": job.id[which],
        "reasonId": co["jpm.job_cancel_reasons"]["id"][reason],
        "name": Choice(reason, co["jpm.job_cancel_reasons"]["name"].tolist()),
        "text": draw(rng, SENTENCES[:5], len(which)),
        "memo": draw(rng, [None, *SENTENCES[:3]], len(which)),
        "createdOn": job.completed[which],
        "createdById": office(co, rng, len(which)),
        "active": True,
    }


def history(co: Company) -> Data:
    """That each job was booked and, in time, completed; as the job's own history tells it."""
    job = co.jobs
    counts = 1 + ~np.isnat(job.completed)
    return {
        "id": job.id,
        "jobId": job.id,
        "history": ragged(counts, "job events"),
        "modifiedOn": co["jpm.jobs"]["modifiedOn"],
    }


def events(co: Company) -> Data:
    job, staff = co.jobs, co["settings.employees"]["id"]
    counts = 1 + ~np.isnat(job.completed)
    row = np.repeat(np.arange(len(counts)), counts)
    number = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    return {
        "id": 1 + 2 * row + number,
        "employeeId": staff[row % len(staff)],
        "eventType": Choice(number, ["Job Booked", "Job Completed"]),
        "date": np.where(number == 0, job.created[row], job.completed[row]),
        "usedSchedulingTool": "Manual",
    }


MAKERS: dict[str, Any] = {
    "jpm.appointments": appointments,
    "dispatch.appointment_assignments": assignments,
    "jpm.export.job_history": history,
    "job events": events,
    "jpm.export.job_notes": notes,
    "jpm.export.job_canceled_logs": cancellations,
}
