"""Projects: the jobs that belong together, what state they are in, and their notes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Choice, Index, Ragged
from ..facts.work import Jobs
from ..settings.business_units import JOB_TYPES
from ..settings.people import office
from ..simulation import DAY, HOUR, NAT, Company, Data, Rng, after, draw, ids, later, objects, times
from ..words import SENTENCES
from .jobs import CANCELED, COMPLETED, HOLD, IN_PROGRESS

STATUSES = ["Scheduled", "In Progress", "Hold", "Completed", "Canceled"]
SCHEDULED, RUNNING, HELD, DONE, DROPPED = range(5)
# Name and status of each substatus; the last one is no longer used.
SUBSTATUSES = [
    ("Waiting for permit", 0),
    ("Ready to start", 0),
    ("Rough-in", 1),
    ("Trim-out", 1),
    ("Parts missing", 2),
]
SUBSTATUSES += [("Inspection passed", 3), ("Inspection open", 3), ("Warranty hold", 2)]
TYPES = [
    ("System replacement", "One system at one place"),
    ("Remodel", "Several trades"),
    ("Commercial", "Lofts and shops"),
]
STATUS_BASE, SUB_BASE, TYPE_BASE = 1_210, 1_250, 1_290
NEAR = 60 * DAY  # how far the jobs of one project lie apart at most


def projects_of_jobs(co: Company) -> Data:
    """A project for every fifth installation, with the jobs that the same crew did there soon
    before or after; null for all others."""
    job, rng, luck = co.jobs, co.rng("projects"), co.rng("joined")
    n = len(job.id)
    has = (job.trade == 1) & (job.status != CANCELED) & (rng.random(n) < 0.2)
    has[np.argmax((job.trade == 1) & (job.status != CANCELED))] = (
        True  # one at least, however small the company
    )
    seed = np.flatnonzero(has)
    number = np.full(n, -1)
    number[seed] = ids(len(seed), 8_800_010)
    free = np.flatnonzero(
        ~has & (job.trade <= 1) & (job.status != CANCELED) & (luck.random(n) < 0.6)
    )
    found = _nearest(job, seed, free)
    number[free[found >= 0]] = number[seed[found[found >= 0]]]
    return {"id": number, "lead": seed}


def _nearest(job: Jobs, seed: Index, free: Index) -> Index:
    """For each free job the last seed at its place that was booked before it, else the next one.

    -1 where that is too far away.
    """
    second = (job.created - job.created.min()).astype("timedelta64[s]").astype(np.int64)
    key = (job.place.astype(np.int64) << 32) + second
    order = np.argsort(key[seed], kind="stable")
    known, wanted = key[seed][order], key[free]
    after_ = np.searchsorted(known, wanted)
    out = np.full(len(free), -1)
    for at in (np.minimum(after_, len(known) - 1), np.maximum(after_ - 1, 0)):
        near = (known[at] >> 32 == wanted >> 32) & (
            np.abs(known[at] - wanted) < NEAR / np.timedelta64(1, "s")
        )
        out = np.where(near, order[at], out)
    return out


def members(co: Company) -> Data:
    """The projects in the order of their ids, with their jobs."""
    number, job = co.job_projects.id, co.jobs
    at = np.flatnonzero(number >= 0)
    at = at[np.argsort(number[at], kind="stable")]
    key, starts = np.unique(number[at], return_index=True)
    starts = np.append(starts, len(at))
    facts = {
        "id": key,
        "jobs": at,
        "starts": starts,
        "of": np.repeat(np.arange(len(key)), np.diff(starts)),
    }
    return facts | {"status": _status(job.status[at], starts[:-1])}


def _status(status: Array, first: Index) -> Index:
    """A project is done with its last job; it is held, running or planned as its jobs are."""

    def any_(which: Array) -> Array:
        return np.asarray(np.add.reduceat(which.astype(int), first) > 0)

    all_done = ~any_(status != COMPLETED)
    started = any_((status == COMPLETED) | (status == IN_PROGRESS))
    other = np.where(any_(status == HOLD), HELD, np.where(started, RUNNING, SCHEDULED))
    return np.asarray(np.where(~any_(status != CANCELED), DROPPED, np.where(all_done, DONE, other)))


def projects(co: Company) -> Data:
    rng, p, job = co.rng("jpm.projects"), co.projects, co.jobs
    n, at, first = len(p.id), p.jobs, p.starts[:-1]
    lead = co.job_projects.lead
    made, begin = (
        np.minimum.reduceat(job.created[at], first),
        np.minimum.reduceat(job.first[at], first),
    )
    ended = np.fmax.reduceat(times(job.completed[at]), first)
    done, company = p.status == DONE, co.customers.company[job.customer[lead]]
    sub = _substatus(rng, p.status)
    unit, unit_starts = _units(job, at, p.of, n)
    kind = np.where(company, 2, np.where(np.diff(p.starts) > 2, 1, 0))
    return {
        "id": p.id,
        "number": p.id - 8_000_000,
        "name": Choice(job.kind[lead], [f"{t[0]} project" for t in JOB_TYPES]),
        "summary": draw(rng, [None, *(f"<p>{s}</p>" for s in SENTENCES)], n),
        "status": Choice(p.status, STATUSES),
        "statusId": STATUS_BASE + p.status,
        "subStatus": Choice(sub, [s[0] for s in SUBSTATUSES]),
        "subStatusId": np.where(sub >= 0, SUB_BASE + sub, -1),
        "projectTypeId": TYPE_BASE + kind,
        "customerId": co.customers.id[job.customer[lead]],
        "locationId": co["crm.locations"]["id"][job.place[lead]],
        "businessUnitIds": Ragged(unit_starts, co["settings.business_units"]["id"][unit]),
        "projectManagerIds": Ragged(
            np.arange(n + 1), co["settings.employees"]["id"][rng.integers(0, 5, n)]
        ),
        "jobIds": Ragged(p.starts, job.id[at]),
        "startDate": begin,
        "targetCompletionDate": begin + 20 * DAY,
        "actualCompletionDate": np.where(done, ended, NAT),
        "createdOn": made,
        "modifiedOn": later(co, rng, np.minimum(np.fmax(ended, made), co.end - HOUR), 10),
        "customFields": Choice(
            rng.integers(0, 4, n),
            [[], [], [], [{"typeId": 552, "name": "Financed", "value": "Yes"}]],
        ),
        "externalData": [],
    }


def _substatus(rng: Rng, status: Index) -> Index:
    """Two of three have a substatus, one of their status."""
    known = [
        [i for i, (_, s) in enumerate(SUBSTATUSES[:-1]) if s == k] or [-1]
        for k in range(len(STATUSES))
    ]
    pairs = np.array([[k[i % len(k)] for i in range(2)] for k in known])
    return np.where(
        rng.random(len(status)) < 0.66, pairs[status, rng.integers(0, 2, len(status))], -1
    )


def _units(job: Jobs, at: Index, project: Index, n: int) -> tuple[Index, Index]:
    """(business unit, starts): those of the jobs, once each."""
    pairs = np.unique(project * 100 + job.branch[at] * 4 + job.trade[at])
    return pairs % 100, np.searchsorted(pairs // 100, np.arange(n + 1))


def notes(co: Company) -> Data:
    rng, p = co.rng("project notes"), co["jpm.projects"]
    which = np.repeat(
        np.arange(len(p["id"])), rng.choice(4, len(p["id"]), p=[0.3, 0.35, 0.2, 0.15])
    )
    n = len(which)
    made = np.minimum(after(rng, p["createdOn"][which], 0.5, 200), co.end - HOUR)
    return {
        "id": ids(n, 77_100_000),
        "projectId": p["id"][which],
        "active": rng.random(n) > 0.03,
        "text": draw(
            rng,
            [
                "Permit applied for",
                "Customer chose the color",
                "<b>Crane</b> on site at 8",
                *SENTENCES[:4],
            ],
            n,
        ),
        "isPinned": rng.random(n) < 0.1,
        "createdById": office(co, rng, n),
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 1),
    }


def _stamped(co: Company, name: str, n: int) -> Data:
    rng = co.rng(name)
    made = times(np.full(n, co.start - 300 * DAY))
    return {"createdOn": made, "modifiedOn": later(co, rng, made, 100)}


def statuses(co: Company) -> Data:
    n = len(STATUSES)
    return {
        "id": ids(n, STATUS_BASE),
        "name": objects(STATUSES),
        "order": np.arange(n),
        **_stamped(co, "project statuses", n),
    }


def substatuses(co: Company) -> Data:
    n = len(SUBSTATUSES)
    return {
        "id": ids(n, SUB_BASE),
        "name": objects([s[0] for s in SUBSTATUSES]),
        "statusId": STATUS_BASE + np.array([s[1] for s in SUBSTATUSES]),
        "order": np.arange(n),
        "active": np.arange(n) < n - 1,
        **_stamped(co, "project substatuses", n),
    }


def types(co: Company) -> Data:
    n = len(TYPES)
    return {
        "id": ids(n, TYPE_BASE),
        "name": objects([t[0] for t in TYPES]),
        "description": objects([t[1] for t in TYPES]),
        "createdById": office(co, co.rng("project types"), n),
    }


# -- what costs are booked on


FACTS: dict[str, Any] = {
    "job_projects": projects_of_jobs,
    "projects": members,
}
MAKERS: dict[str, Any] = {
    "jpm.projects": projects,
    "jpm.export.project_notes": notes,
    "jpm.project_statuses": statuses,
    "jpm.project_substatuses": substatuses,
    "jpm.project_types": types,
}
