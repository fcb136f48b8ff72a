"""What is written down about a job besides its notes: when it was booked for, and why it waits."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Choice, Ragged
from ..settings.business_units import HOLDS
from ..settings.people import office
from ..simulation import Company, Data, draw
from ..words import SENTENCES
from .jobs import HOLD


def booked(co: Company) -> Data:
    """The first appointment of each job as it was booked.

    A job has one such record, which bears the job's id.
    """
    job, seen = co.jobs, co["jpm.appointments"]
    first = seen["_starts"][:-1]
    return {
        "id": job.id,
        "jobId": job.id,
        "jobAppointmentId": seen["id"][first],
        "start": seen["start"][first],
        "arrivalWindowStart": seen["arrivalWindowStart"][first],
        "arrivalWindowEnd": seen["arrivalWindowEnd"][first],
        "createdOn": job.created,
        "createdById": office(co, co.rng("booked log"), len(first)),
        "active": True,
    }


def _held(co: Company) -> Data:
    job, rng = co.jobs, co.rng("held")
    at = np.flatnonzero(job.status == HOLD)
    return {"job": at, "why": rng.choice(len(HOLDS) - 1, len(at), p=[0.5, 0.2, 0.2, 0.1])}


def _why(co: Company, why: Any) -> Data:
    return {"reasonId": co["jpm.job_hold_reasons"]["id"][why], "name": Choice(why, HOLDS)}


def hold_reasons(co: Company) -> Data:
    held, n = _held(co), len(_held(co)["job"])
    text = draw(co.rng("hold texts"), SENTENCES[:5], n)
    jobs = {"jobId": co.jobs.id[held["job"]], "text": text}
    return {
        "id": np.arange(n),
        **jobs,
        **_why(co, held["why"]),
        "appointmentHoldReasons": Ragged(np.arange(n + 1), "visits on hold"),
    }


def visits_on_hold(co: Company) -> Data:
    """Of a job that waits, the last visit is what it waits with."""
    held, n = _held(co), len(_held(co)["job"])
    last = co["jpm.appointments"]["_starts"][1:][held["job"]] - 1
    text = draw(co.rng("hold texts"), SENTENCES[:5], n)
    return {
        "id": np.arange(n),
        "appointmentId": co["jpm.appointments"]["id"][last],
        "text": text,
        **_why(co, held["why"]),
    }


MAKERS: dict[str, Any] = {
    "jpm.jobs.booked_log": booked,
    "jpm.jobs.hold_reasons": hold_reasons,
    "visits on hold": visits_on_hold,
}
