"""Calls: those that led to jobs, and all others."""

from __future__ import annotations

from typing import Any

import numpy as np

from .columns import Array, Choice, Index
from .facts.selling import Calls
from .marketing.campaigns import BAD_BUY, CAMPAIGN_NAMES, CAMPAIGNS, WEIGHTS, strength
from .settings.business_units import CALLS, JOB_TYPES
from .simulation import (
    HOUR,
    SECOND,
    Company,
    Data,
    Rng,
    blur,
    draw,
    ids,
    later,
    objects,
    of,
    phones,
)

KINDS = ["Booked", "Unbooked", "Excused", "NotLead", "Abandoned"]
ABANDONED = 4
SEARCHES = CAMPAIGNS["Search"][:4]  # for cooling, heating, plumbing, electrical work


def _campaigns(co: Company, name: str, when: Array, kind: Index, booked: bool) -> Index:
    """Where calls come from: each campaign in its season, a search by what is searched for.

    One brings calls and few jobs.
    """
    often = np.array([float(t[3]) for t in JOB_TYPES])
    fits = np.ones((len(JOB_TYPES), len(CAMPAIGN_NAMES)))
    for i, campaign in enumerate(CAMPAIGN_NAMES):
        if campaign in SEARCHES:
            found = np.array([search(t[1], t[2]) == campaign for t in JOB_TYPES])
            fits[:, i] = found * often.sum() / often[found].sum()
    weights = np.array(WEIGHTS, dtype=float)
    if not booked:
        weights[CAMPAIGN_NAMES.index(BAD_BUY)] *= 5
    month = np.array([strength(campaign) for campaign in CAMPAIGN_NAMES]).T
    upto = np.cumsum(fits[:, None] * month[None] * weights, axis=2)
    upto = (upto / upto[..., -1:]).reshape(-1, len(CAMPAIGN_NAMES))
    row = kind * 12 + when.astype("datetime64[M]").astype(int) % 12
    # One line of numbers, so that each row is a search in it.
    line = (np.arange(len(upto))[:, None] + upto).ravel()
    place = np.searchsorted(line, row + co.rng(name).random(len(row)), side="right") - row * len(
        CAMPAIGN_NAMES
    )
    return np.asarray(np.clip(place, 0, len(CAMPAIGN_NAMES) - 1))


def search(trade: int, season: str) -> str:
    """The search campaign for that kind of job."""
    return SEARCHES[trade if trade > 1 else int(season == "h")]


def _others(co: Company, rng: Rng) -> tuple[Array, Index, Index]:
    """(moment, outcome, job type) of the calls that led to no job.

    As busy as the days are; people hang up at noon, when few answer.
    """
    job, n = co.jobs, co.count(10_500)
    like = rng.integers(0, len(job.id), n)
    outcome = rng.choice([1, 2, 3, ABANDONED], n, p=[0.5, 0.2, 0.2, 0.1])
    near = job.created[like] + (rng.normal(0, 1.2, n) * 3600).astype(np.int64) * SECOND
    noon = (
        job.created[like].astype("datetime64[D]")
        + (19 * 3600 + rng.normal(0, 2400, n)).astype(np.int64) * SECOND
    )
    when = np.where(outcome == ABANDONED, noon, near)
    return blur(rng, np.clip(when, co.start, co.end - HOUR)), outcome, job.kind[like]


def calls(co: Company) -> Data:
    """Facts of the calls: those that led to seven jobs in ten, and half as many that
    led to none."""
    rng, job = co.rng("calls"), co.jobs
    n = len(job.id)
    campaign = _campaigns(co, "campaign of job", job.created, job.kind, True)
    booked = np.flatnonzero(rng.random(n) < 0.7)
    others, outcome, wanted = _others(co, rng)
    when = np.concatenate(
        (job.created[booked] - rng.integers(120, 900, len(booked)) * SECOND, others)
    )
    order = np.argsort(when, kind="stable")
    total, known = len(when), len(co.customers.id)
    stranger = np.where(rng.random(len(others)) < 0.5, rng.integers(0, known, len(others)), -1)
    kind = np.concatenate((np.zeros(len(booked), dtype=int), outcome))[order]
    of_job = np.concatenate((booked, np.full(len(others), -1)))[order]
    number = ids(total, 74_100_050, 2)
    call_of_job = np.full(n, -1)
    call_of_job[of_job[of_job >= 0]] = number[of_job >= 0]
    return {
        "id": number,
        "when": blur(rng, when[order]),
        "job": of_job,
        "kind": kind,
        "customer": np.concatenate((job.customer[booked], stranger))[order],
        "campaign": np.concatenate(
            (campaign[booked], _campaigns(co, "campaign of call", others, wanted, False))
        )[order],
        "seconds": np.where(
            kind == ABANDONED,
            rng.integers(2, 25, total),
            (40 + rng.exponential(180, total)).astype(np.int64),
        ),
        "campaign_of_job": campaign,
        "call_of_job": call_of_job,
    }


def calls_v3(co: Company) -> Data:
    call, at = co.calls, np.maximum(co.calls.job, 0)
    has, n = call.job >= 0, len(call.id)
    projects, kept = co["jpm.projects"]["id"], co.job_projects.id[at]
    unit = np.where(has, (co.jobs.branch * 4 + co.jobs.trade)[at], -1)
    return {
        **{f"leadCall.{path}": data for path, data in _talk(co, call).items()},
        "id": call.id,
        "jobNumber": of(co.jobs.id - 48_000_000, call.job),
        # The documents promise a project for every call.
        "projectId": np.where(has & (kept >= 0), kept, projects[np.arange(n) % len(projects)]),
        "businessUnit.id": of(co["settings.business_units"]["id"], unit),
        "businessUnit.name": Choice(
            np.maximum(unit, 0), co["settings.business_units"]["name"].tolist()
        ),
        "type?": has,
        "type.id": co["jpm.job_types"]["id"][co.jobs.kind[at]],
        "type.name": Choice(co.jobs.kind[at], [t[0] for t in JOB_TYPES]),
    }


def _talk(co: Company, call: Calls) -> Data:
    """What a call has of its own: who spoke when about what."""
    rng, staff = co.rng("telecom.calls"), co["settings.employees"]
    n = len(call.id)
    agent = _agents(co, rng, call)
    reason = np.where(call.kind == 0, 0, rng.integers(1, len(CALLS), n))
    answered = zip(call.id.tolist(), (call.kind != ABANDONED).tolist(), strict=True)
    return {
        "id": call.id,
        "active": rng.random(n) > 0.02,
        "receivedOn": call.when,
        "duration": call.seconds,
        "from": objects(phones(rng, n)),
        "to": draw(rng, ["(602) 555-0100", "(480) 555-0100", "(623) 555-0100"], n),
        "direction": Choice((rng.random(n) < 0.07).astype(int), ["Inbound", "Outbound"]),
        "callType": Choice(call.kind, KINDS),
        "reason?": call.kind != ABANDONED,
        "reason.id": co["jbce.call_reasons"]["id"][reason],
        "reason.name": Choice(reason, CALLS),
        "reason.lead": reason < 2,
        "reason.active": True,
        "recordingUrl": objects(
            [f"https://demo.invalid/recordings/{i}.wav" if ok else None for i, ok in answered]
        ),
        "voiceMailUrl": None,
        "customer.id": of(co.customers.id, call.customer),
        "customer.name": Choice(np.maximum(call.customer, 0), co.customers.names),
        "campaign.id": co["marketing.campaigns"]["id"][call.campaign],
        "campaign.name": Choice(call.campaign, CAMPAIGN_NAMES),
        "agent.id": staff["userId"][agent],
        "agent.name": Choice(agent, staff["name"].tolist()),
        "createdBy.id": staff["userId"][agent],
        "createdBy.name": Choice(agent, staff["name"].tolist()),
        "sid": None,
        "tags": [],
        "createdOn": call.when,
        "modifiedOn": later(
            co, rng, np.minimum(call.when + call.seconds * SECOND, co.end - SECOND * 60), 0.3
        ),
    }


def _agents(co: Company, rng: Rng, call: Calls) -> Index:
    """Who took each call: of the people at the telephone the best book far more of the calls that
    could be booked."""
    staff, day = co["settings.employees"], call.when
    desk = np.flatnonzero(np.isin(staff["role"].array(), ["CSR", "Dispatch"]) & staff["active"])
    books = np.linspace(0.55, 0.93, len(desk))[rng.permutation(len(desk))]
    odds = {True: books, False: 1 - books}
    draws = {booked: rng.choice(desk, len(day), p=p / p.sum()) for booked, p in odds.items()}
    other = rng.choice(desk, len(day))
    return np.asarray(
        np.select([call.kind == 0, call.kind == 1], [draws[True], draws[False]], other)
    )


def calls_v2(co: Company) -> Data:
    """The calls in the older form, which knows no null.

    Strangers are put down to the first customer, and so on.
    """
    v3 = co["telecom.calls"]
    out = {path: data for path, data in v3.items() if not path.endswith("?")}
    first = {"businessUnit.id": "settings.business_units", "leadCall.customer.id": "crm.customers"}
    out |= {
        path: np.where(v3[path] >= 0, v3[path], co[name]["id"][0]) for path, name in first.items()
    }
    out["jobNumber"] = objects([str(n) if n >= 0 else "" for n in v3["jobNumber"].tolist()])
    out["leadCall.recordingUrl"] = objects(
        [url or "" for url in v3["leadCall.recordingUrl"].tolist()]
    )
    return out | {"leadCall.voiceMailUrl": "", "leadCall.sid": ""}


def calls_export(co: Company) -> Data:
    """The same calls, flat, as the feed has them."""
    v3, call = co["telecom.calls"], co.calls
    job = call.job
    flat = {
        path.removeprefix("leadCall."): data
        for path, data in v3.items()
        if path.startswith("leadCall.")
    }
    place = np.where(job >= 0, co.jobs.place[np.maximum(job, 0)], -1)
    return {
        **flat,
        "type": v3["leadCall.callType"],
        "status": "Completed",
        "createdOn": v3["leadCall.createdOn"],
        "location.id": of(co["crm.locations"]["id"], place),
        "location.name": v3["leadCall.customer.name"],
        "job.id": of(co.jobs.id, job),
        "job.number": np.maximum(of(co.jobs.id, job) - 48_000_000, 0),
        "lead.id": co.leads.lead_of_call,
        "excuseMemo": "",
        "tag": "",
    }


FACTS: dict[str, Any] = {
    "calls": calls,
}
MAKERS: dict[str, Any] = {
    "telecom.calls": calls_v3,
    "telecom.v2.calls": calls_v2,
    "telecom.export.calls": calls_export,
}
