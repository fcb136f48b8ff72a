"""The visits that are due with a membership, and the jobs that they became."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Choice, Index
from ..jpm.jobs import CANCELED
from ..pricebook import PLANS
from ..settings.people import office
from ..simulation import DAY, HOUR, Company, Data, ids, later, objects, of
from .memberships import ACTIVE, DUE, EXPIRED, KINDS, QUIT, SUSPENDED, VISITS


def visit_types(co: Company) -> Data:
    n, made = len(VISITS), np.full(len(VISITS), co.start - 35 * DAY)
    return {
        "id": ids(n, 440_000, 2),
        "name": objects([v[0] for v in VISITS]),
        "active": True,
        "recurrenceType": "Seasonal",
        "recurrenceInterval": 1,
        "recurrenceMonths": Choice(np.arange(n), [v[2] for v in VISITS]),
        "durationType": "Continuous",
        "durationLength": 0,
        "jobTypeId": co["jpm.job_types"]["id"][KINDS],
        "priority": "Normal",
        "createdOn": made,
        "modifiedOn": later(co, co.rng("visit types"), made, 300),
        "createdById": office(co, co.rng("makers of visit types"), n),
    }


def _events(co: Company) -> tuple[Index, Index]:
    """(membership, kind of visit) of each service: all kinds for each membership."""
    n = len(co.members.id)
    return np.repeat(np.arange(n), len(VISITS)), np.tile(np.arange(len(VISITS)), n)


def services(co: Company) -> Data:
    m, (member, visit), state = co.members, _events(co), co.member_states
    n, made = len(member), co.members.begins[member]
    members = co["memberships.memberships"]
    return {
        "id": ids(n, 93_100_000, 2),
        "name": Choice(visit, [v[0] for v in VISITS]),
        "active": np.isin(state.status, (ACTIVE, SUSPENDED))[member],
        "createdOn": made,
        "modifiedOn": members["modifiedOn"][member],
        "createdById": members["createdById"][member],
        "membershipId": m.id[member],
        "locationId": members["locationId"][member],
        "recurringServiceTypeId": co["memberships.recurring_service_types"]["id"][visit],
        "durationType": "Continuous",
        "durationLength": 0,
        "from": made,
        "to": m.ends[member],
        "firstVisitComplete": co.member_visits.job >= 0,
        "activatedFromId": members["activatedFromId"][member],
        "allocation": 0.0,
        "businessUnitId": members["businessUnitId"][member],
        "jobTypeId": co["jpm.job_types"]["id"][np.array(KINDS)[visit]],
        "priority": "Normal",
        "recurrenceType": "Seasonal",
        "recurrenceInterval": 1,
        "recurrenceMonths": Choice(visit, [v[2] for v in VISITS]),
        "recurrenceDaysOfWeek": [],
        "recurrenceWeek": "None",
        "recurrenceDaysOfMonth": [],
        "tagTypeIds": [],
    }


def visits(co: Company) -> Data:
    """The job that each visit was done with, -1 where nobody has come.

    The first tune-up of that kind while it ran.
    """
    job, (member, _) = co.jobs, _events(co)
    found = np.full(len(member), -1)
    for k, kind in enumerate(KINDS):
        at = np.flatnonzero((job.kind == kind) & (job.member >= 0) & (job.status != CANCELED))[::-1]
        found[job.member[at] * len(VISITS) + k] = at  # the earliest is written last
    return {"job": found}


def events(co: Company) -> Data:
    rng, m, (member, visit) = co.rng("visits due"), co.members, _events(co)
    job, n, state = co.member_visits.job, len(member), co.member_states
    due = _due(m.begins[member], np.array(DUE)[visit])
    date = np.where(
        job >= 0,
        co.jobs.first[np.maximum(job, 0)].astype("datetime64[D]").astype("datetime64[us]"),
        due,
    )
    ended = np.isin(state.status, (QUIT, EXPIRED))[member]
    tried = np.where(
        date < co.end, rng.choice([1, 2, 4], n, p=[0.4, 0.3, 0.3]), np.where(ended, 4, 0)
    )
    made = m.begins[member]
    touched = np.where(
        job >= 0,
        co.jobs.created[np.maximum(job, 0)],
        np.where(date < co.end, np.maximum(date, made), made),
    )
    return {
        "id": ids(n, 93_900_000, 2),
        "locationRecurringServiceId": co["memberships.recurring_services"]["id"],
        "locationRecurringServiceName": Choice(visit, [v[0] for v in VISITS]),
        "membershipId": m.id[member],
        "membershipName": Choice(m.plan[member], [p[0] for p in PLANS]),
        "status": Choice(
            np.where(job >= 0, 3, tried),
            ["NotAttempted", "Unreachable", "Contacted", "Won", "Dismissed"],
        ),
        "date": date,
        "createdOn": made,
        "jobId": of(co.jobs.id, job),
        "createdById": co["memberships.memberships"]["createdById"][member],
        "modifiedOn": later(co, rng, np.minimum(touched, co.end - HOUR), 2),
    }


def _due(begin: Array, month: Array) -> Array:
    """The first day of that month on or after the beginning."""
    year = begin.astype("datetime64[Y]")
    this = (year.astype("datetime64[M]") + (month - 1)).astype("datetime64[us]")
    following = ((year + 1).astype("datetime64[M]") + (month - 1)).astype("datetime64[us]")
    return np.asarray(np.where(this >= begin, this, following))


FACTS: dict[str, Any] = {
    "member_visits": visits,
}
MAKERS: dict[str, Any] = {
    "memberships.recurring_service_types": visit_types,
    "memberships.recurring_services": services,
    "memberships.recurring_service_events": events,
}
