"""Bookings and leads: work that comes in online, and calls that led to none."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Choice, Index
from ..settings.business_units import JOB_TYPES, address
from ..settings.people import office
from ..simulation import DAY, HOUR, SECOND, Company, Data, blur, draw, ids, later, of, spread
from ..words import CITIES, SENTENCES


def booking_facts(co: Company) -> Data:
    rng, job = co.rng("bookings"), co.jobs
    n = len(job.id)
    booked = np.flatnonzero((co.calls.call_of_job < 0) & (rng.random(n) < 0.25))
    extra = spread(rng, co.start, co.end, co.count(210))
    when = np.concatenate(
        (job.created[booked] - rng.integers(300, 9000, len(booked)) * SECOND, extra)
    )
    order = np.argsort(when, kind="stable")
    of_job = np.concatenate((booked, np.full(len(extra), -1)))[order]
    number = ids(len(when), 12_300_700)
    booking = np.full(n, -1)
    booking[of_job[of_job >= 0]] = number[of_job >= 0]
    return {"id": number, "job": of_job, "when": blur(rng, when[order]), "booking_of_job": booking}


def bookings(co: Company) -> Data:
    rng, fact = co.rng("crm.bookings"), co.bookings
    n, job = len(fact.id), fact.job
    at, has = np.maximum(job, 0), job >= 0
    status = np.where(has, 1, rng.choice([0, 2], n))
    return {
        **address(
            rng,
            np.where(has, co.customers.city[co.jobs.customer[at]], rng.integers(0, len(CITIES), n)),
        ),
        "id": fact.id,
        "source": "Website",
        "createdOn": fact.when,
        "modifiedOn": later(co, rng, fact.when, 1),
        "name": Choice(co.jobs.customer[at], co.customers.names),
        "start": fact.when.astype("datetime64[D]").astype("datetime64[us]") + 2 * DAY + 15 * HOUR,
        "campaignId": co["marketing.campaigns"]["id"][co.calls.campaign_of_job[at]],
        "businessUnitId": np.where(
            has, co["settings.business_units"]["id"][(co.jobs.branch * 4 + co.jobs.trade)[at]], -1
        ),
        "status": Choice(status, ["New", "Converted", "Dismissed", "Accepted"]),
        "dismissingReasonId": np.where(status == 2, co["jbce.call_reasons"]["id"][1], -1),
        "jobId": of(co.jobs.id, job),
        "externalId": fact.id * 7,
        "jobTypeId": np.where(has, co["jpm.job_types"]["id"][co.jobs.kind[at]], -1),
        "summary": draw(rng, [None, *SENTENCES[:5]], n),
        "uploadedImages": [],
    }


def lead_facts(co: Company) -> Data:
    """A third of the calls that were not booked are kept as leads."""
    rng, call = co.rng("lead facts"), co.calls
    at = np.flatnonzero((call.kind == 1) & (rng.random(len(call.id)) < 0.33))
    number = ids(len(at), 15_800_090)
    lead = np.full(len(call.id), -1)
    lead[at] = number
    return {"id": number, "call": at, "lead_of_call": lead}


def _came_later(co: Company, customer: Index, when: Array) -> Array:
    """Whether the customer had a job made in the 45 days after."""
    job, day = co.jobs, np.timedelta64(1, "D")
    width = 1000
    keys = np.sort(job.customer * width + ((job.created - co.start) // day).astype(np.int64))
    first = customer * width + ((when - co.start) // day).astype(np.int64) + 1
    return np.asarray(
        (customer >= 0) & (np.searchsorted(keys, first + 45) > np.searchsorted(keys, first))
    )


def leads(co: Company) -> Data:
    rng, call, at = co.rng("crm.leads"), co.calls, co.leads.call
    n, who = len(at), call.customer[at]
    made = np.minimum(call.when[at] + 300 * SECOND, co.end - 60 * SECOND)
    status = np.where(_came_later(co, who, made), 2, rng.choice(2, n))
    kind = rng.integers(0, len(JOB_TYPES), n)
    return {
        "id": co.leads.id,
        "status": Choice(status, ["Open", "Dismissed", "Converted"]),
        "priority": draw(rng, ["Low", "Normal", "High", "Urgent"], n, [1, 6, 2, 1]),
        "customerId": of(co.customers.id, who),
        "locationId": np.where(
            who >= 0, co["crm.locations"]["id"][co.customers.places.starts[np.maximum(who, 0)]], -1
        ),
        "jobTypeId": co["jpm.job_types"]["id"][kind],
        "campaignId": co["marketing.campaigns"]["id"][call.campaign[at]],
        "followUpDate": made + 3 * DAY,
        "createdById": office(co, rng, n),
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 5),
        "tagTypeIds": [],
        "dismissingReasonId": np.where(status == 1, co["jbce.call_reasons"]["id"][1], -1),
        "callReasonId": co["jbce.call_reasons"]["id"][1],
        "callId": call.id[at],
        "bookingId": np.full(n, -1),
        "summary": draw(rng, [None, *SENTENCES[:5]], n),
    }


FACTS: dict[str, Any] = {
    "bookings": booking_facts,
    "leads": lead_facts,
}
MAKERS: dict[str, Any] = {
    "crm.bookings": bookings,
    "crm.leads": leads,
}
