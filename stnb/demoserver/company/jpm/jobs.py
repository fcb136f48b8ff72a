"""Jobs: what became of the work that was asked for."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Choice, Index, Ragged
from ..facts.work import Jobs
from ..settings.business_units import JOB_TYPES, custom_fields, tags
from ..settings.people import office
from ..simulation import (
    DAY,
    HOUR,
    NAT,
    SECOND,
    Company,
    Data,
    Rng,
    blur,
    draw,
    later,
    of,
)
from ..words import SENTENCES

STATUSES = ["Scheduled", "Dispatched", "InProgress", "Hold", "Completed", "Canceled"]
SCHEDULED, DISPATCHED, IN_PROGRESS, HOLD, COMPLETED, CANCELED = range(6)
JOB_FIELDS = [
    (411, "Equipment age", ["2 years", "9 years", "15 years"]),
    (412, "Found by", ["Web", "Friend"]),
]
SUMMARIES = [f"<p>{a}</p><ul><li>{b}</li></ul>" for a in SENTENCES[:5] for b in SENTENCES[4:]]


def job_facts(co: Company) -> Data:
    """The jobs as they came to be. A recall is at the customer of the job that it is about."""
    planned, of_job = co.work, co.recalls.of
    facts = {
        key: getattr(planned, key) for key in ("id", "created", "kind", "trade", "visits", "hours")
    }
    start, starts = co.plan.start, planned.visit_starts
    facts |= {"first": start[starts[:-1]], "last_end": start[starts[1:] - 1] + planned.hours * HOUR}
    source = np.where(of_job >= 0, of_job, np.arange(len(of_job)))
    facts |= {key: getattr(planned, key)[source] for key in ("customer", "place", "branch")}
    facts |= {"recall": of_job, **_outcome(co, co.rng("outcome"))}
    return {**facts, "member": member_at(co, facts["customer"], facts["created"])}


def _outcome(co: Company, rng: Rng) -> Data:
    """Status and end. A job that was cancelled has a completedOn as well: the moment of that."""
    planned, seen = co.work, co.clock
    starts, canceled, n = planned.visit_starts, planned.canceled, len(planned.id)
    came, done = seen.came[starts[:-1]], seen.finished[starts[1:] - 1]
    soon = (co.plan.start[starts[:-1]] < co.end + DAY) & (rng.random(n) < 0.3)
    started = np.where(came < co.end, IN_PROGRESS, np.where(soon, DISPATCHED, SCHEDULED))
    status = np.where(
        done < co.end,
        COMPLETED,
        np.where((started == IN_PROGRESS) & (rng.random(n) < 0.3), HOLD, started),
    )
    status = np.where(canceled, CANCELED, status)
    ended = np.where(status == COMPLETED, done, np.where(canceled, planned.ended, NAT))
    return {"status": status, "completed": np.minimum(blur(rng, ended), co.end - SECOND)}


def member_at(co: Company, customer: Index, moment: Array) -> Index:
    """The membership (its row) that each customer had at the moment, or -1."""
    members = co.members
    row = np.full(len(customer), -1)
    order = np.argsort(members.customer, kind="stable")
    sorted_by = members.customer[order]
    first = np.searchsorted(sorted_by, customer)
    for k in range(3):  # a customer has three at most: the first and two renewals
        at = np.minimum(first + k, len(order) - 1)
        m = order[at]
        row = np.where(
            (sorted_by[at] == customer)
            & (members.begins[m] <= moment)
            & (moment < members.ends[m]),
            m,
            row,
        )
    return row


def jobs(co: Company) -> Data:
    rng, job = co.rng("jpm.jobs"), co.jobs
    n, company = len(job.id), co.customers.company[job.customer]
    touched = np.fmax(job.completed, job.created)
    return {
        **_links(co, job),
        "id": job.id,
        "jobNumber": job.id - 48_000_000,
        "jobStatus": Choice(job.status, STATUSES),
        "completedOn": job.completed,
        "priority": draw(rng, ["Low", "Normal", "High", "Urgent"], n, [1, 7, 2, 1]),
        "appointmentCount": job.visits,
        "noCharge": np.array([not j[6] for j in JOB_TYPES])[job.kind],
        "notificationsEnabled": rng.random(n) < 0.9,
        "createdOn": job.created,
        "createdById": office(co, rng, n),
        "modifiedOn": later(co, rng, touched, 4),
        "tagTypeIds": tags(co, rng, n, 0.25),
        "customerPo": Choice(
            np.where(company, rng.integers(0, 3, n), 3), ["PO-1001", "PO-77", "4410", ""]
        ),
        # Nothing was recorded on every fifth completed job: 0, not null, though its invoice has a
        # total.
        "total": np.where(
            (job.status == COMPLETED) & (rng.random(n) > 0.2), co.bills.sub_total[:n], 0.0
        ),
        "isAutoDispatched": rng.random(n) < 0.1,
        "summary": Choice(
            np.where(rng.random(n) < 0.9, rng.integers(0, len(SUMMARIES), n), -1), SUMMARIES
        ),
        "customFields": custom_fields(rng, n, JOB_FIELDS),
        "externalData": [],
        "summaryOfWork": draw(rng, [None, *SENTENCES[4:]], n),
    }


def _links(co: Company, job: Jobs) -> Data:
    """The ids of everything that a job has to do with."""
    calls, sold, seen, n = co.calls, co.estimates, co["jpm.appointments"], len(job.id)
    # The estimate that was sold on each job, and the job that did the work.
    winners, after = sold.winner, sold.later_job
    came = after >= 0
    from_estimate = np.full(n, -1)
    from_estimate[after[came]] = sold.id[winners[came]]
    return {
        "projectId": co.job_projects.id,
        "customerId": co.customers.id[job.customer],
        "locationId": co["crm.locations"]["id"][job.place],
        "businessUnitId": co["settings.business_units"]["id"][job.branch * 4 + job.trade],
        "jobTypeId": co["jpm.job_types"]["id"][job.kind],
        "campaignId": co["marketing.campaigns"]["id"][calls.campaign_of_job],
        "firstAppointmentId": seen["id"][seen["_starts"][:-1]],
        "lastAppointmentId": seen["id"][seen["_starts"][1:] - 1],
        "recallForId": of(job.id, job.recall),
        "warrantyId": np.full(n, -1),
        "jobGeneratedLeadSource?": np.zeros(n, dtype=bool),
        "leadCallId": calls.call_of_job,
        "partnerLeadCallId": np.full(n, -1),
        "bookingId": co.bookings.booking_of_job,
        "soldById": of(
            co["settings.technicians"]["id"], np.where(winners >= 0, sold.seller[winners], -1)
        ),
        "invoiceId": co.bills.id[:n],
        "membershipId": of(co.members.id, job.member),
        "createdFromEstimateId": from_estimate,
        "estimateIds": Ragged(sold.starts, sold.id),
        "equipmentIds": co.job_equipment.id,
    }


FACTS: dict[str, Any] = {
    "jobs": job_facts,
}
MAKERS: dict[str, Any] = {
    "jpm.jobs": jobs,
}
