"""What others keep for the company.

Opt-outs, bookkeeping codes, and the online scheduler with its sessions.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .columns import Choice
from .settings.business_units import BRANCHES, TRADES
from .simulation import DAY, HOUR, NAT, SECOND, Company, Data, draw, ids, later, objects, of, spread
from .words import FIRST, LAST, SENTENCES

SCHEDULERS = [
    ("web-main", "Website"),
    ("web-plans", "Membership page"),
    ("front-desk", "Front desk"),
]
STEPS = ["opened", "zipcode", "interacted", "issue", "schedule", "customer", "details", "booked"]
# How many of those who open a scheduler come to each step.
KEPT = [
    1.0,
    0.93,
    0.86,
    0.74,
    0.66,
    0.58,
    0.52,
    0.45,
]
PLATFORM = ["Chrome", "Safari", "Firefox"]


def suppressions(co: Company) -> Data:
    """Addresses that get no more e-mail."""
    rng, n = co.rng("suppressions"), co.count(140)
    made = spread(rng, co.start, co.end - DAY, n)
    first, last = rng.integers(0, len(FIRST), n), rng.integers(0, len(LAST), n)
    return {
        "id": ids(n, 35_100),
        "email": objects(
            [
                f"{FIRST[a]}.{LAST[b]}{i}@mail.example".lower()
                for i, (a, b) in enumerate(zip(first, last, strict=True))
            ]
        ),
        "reason": draw(
            rng, ["Unsubscribe", "Bounce", "SpamReport", "ManualUnsubscribe"], n, [6, 3, 1, 1]
        ),
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 20),
        "active": rng.random(n) > 0.05,
    }


def optouts(co: Company) -> Data:
    """Numbers that get no more texts."""
    n = co.count(60)
    kinds = draw(co.rng("optouts"), ["Global", "Marketing", "Other"], n, [1, 4, 1])
    numbers = [f"{(602, 480, 623)[i % 3]}55501{i // 3 % 100:02d}" for i in range(n)]
    return {"id": np.arange(n), "contactNumber": objects(numbers), "optOutType": kinds}


def intacct(co: Company) -> Data:
    """What the business units are called in the books."""
    unit = co["settings.business_units"]
    place = np.minimum(np.arange(len(unit["id"])) // len(TRADES), len(BRANCHES) - 1)
    trade = np.arange(len(unit["id"])) % len(TRADES)
    return {
        "id": unit["id"],
        "name": unit["name"],
        "active": unit["active"],
        "tradeName": Choice(trade, TRADES),
        "intacctLocationName": Choice(place, BRANCHES),
        "intacctLocationId": 100 * (place + 1),
        "intacctDepartment": Choice((trade == 1).astype(int), ["Service", "Installation"]),
        "intacctClass": Choice(trade, ["HVAC", "HVAC", "Plumbing", "Electrical"]),
    }


# -- the scheduler


def schedulers(co: Company) -> Data:
    n = len(SCHEDULERS)
    made = co.start - 200 * DAY + 30 * DAY * np.arange(n)
    return {
        "id": objects([key for key, _ in SCHEDULERS]),
        "name": objects([name for _, name in SCHEDULERS]),
        "companyName": "Juniper Fox Home Services",
        "createdOn": made,
        "modifiedOn": later(co, co.rng("schedulers"), made, 200),
        "schedulerStatus": "Active",
        "dataApiKey": objects([f"demo-{key}" for key, _ in SCHEDULERS]),
        "isDefault": np.arange(n) == 0,
        "mode": Choice((np.arange(n) == 2).astype(int), ["Standard", "Call_Center"]),
        "quickLaunchLink": objects(
            [f"https://book.juniperfox.example/{key}" for key, _ in SCHEDULERS]
        ),
    }


def visitors(co: Company) -> Data:
    """Who opened a scheduler when, how far they came, and the job of those who booked."""
    rng, job, booked = co.rng("visitors"), co.jobs, co["jpm.jobs"]["bookingId"]
    made = np.flatnonzero((booked >= 0) & (rng.random(len(booked)) < 0.8))
    lost = round(len(made) * (1 / KEPT[-1] - 1))
    when = np.concatenate(
        (
            job.created[made] - rng.integers(120, 900, len(made)) * SECOND,
            spread(rng, co.start, co.end - HOUR, lost),
        )
    )
    upto = -np.diff(KEPT) / (1 - KEPT[-1])
    step = np.concatenate(
        (np.full(len(made), len(STEPS) - 1), rng.choice(len(STEPS) - 1, lost, p=upto))
    )
    at = np.concatenate((made, np.full(lost, -1)))
    order = np.argsort(when, kind="stable")
    which = rng.choice(len(SCHEDULERS), len(when), p=[0.7, 0.2, 0.1])
    return {
        "when": np.maximum(when, co.start)[order],
        "job": at[order],
        "step": step[order],
        "which": which,
    }


def sessions(co: Company) -> Data:
    rng, v, job, jobs = co.rng("sessions"), co.visitors, co.jobs, co["jpm.jobs"]
    n, at, has = len(v.job), np.maximum(v.job, 0), v.job >= 0
    end = np.minimum(v.when + (40 + 45 * v.step) * SECOND, co.end)
    who = np.where(has, job.customer[at], -1)
    start = np.where(has, job.first[at], NAT)
    device = rng.integers(0, 3, n)
    return {
        "id": objects([f"session-{i}" for i in range(1, n + 1)]),
        "createdOn": v.when,
        "modifiedOn": end,
        "lastCheckinDate": end,
        "sessionOutcome": Choice(has.astype(int), ["Abandoned", "Job"]),
        "schedulerId": Choice(v.which, [key for key, _ in SCHEDULERS]),
        "_router": 1 + v.which,
        "jobId": of(job.id, v.job),
        "bookingId": of(jobs["bookingId"], v.job),
        "leadId": np.full(n, -1),
        "timeslotStart": start,
        "timeslotEnd": start + 2 * HOUR,
        "category": Choice(np.where(has, job.trade[at], -1), TRADES),
        "jobTypeId": of(jobs["jobTypeId"], v.job),
        "businessUnitId": of(jobs["businessUnitId"], v.job),
        "customer.isNewCustomer": ~has | (co.customers.created[np.maximum(who, 0)] >= v.when),
        "customer.id": of(co.customers.id, who),
        "customer.firstName": Choice(who, [name.split()[0] for name in co.customers.names]),
        "customer.lastName": Choice(who, [name.split()[-1] for name in co.customers.names]),
        "customer.locationId": of(jobs["locationId"], v.job),
        "customer.isNewLocation": ~has,
        "customer.browserName": Choice(device, PLATFORM),
        "customer.isBot": False,
        "zoneId": np.full(n, -1),
        "notes": draw(rng, [None, *SENTENCES[:4]], n, [9, 1, 1, 1, 1]),
        "lastStep": Choice(v.step, STEPS),
        "paymentInfoCaptured": False,
    }


def _reached(co: Company, which: int) -> list[int]:
    """How many sessions of a scheduler came to each step."""
    v = co.visitors
    mine = v.step[v.which == which]
    return [int((mine >= i).sum()) for i in range(len(STEPS))]


def scheduler_figures(co: Company) -> Data:
    """The sums over each scheduler's sessions."""
    counts = np.array([_reached(co, i) for i in range(len(SCHEDULERS))])
    opened, booked = counts[:, 0], counts[:, -1]
    never = [
        "BookingsCreated",
        "AbandonedSessionsSentToBookings",
        "AbandonedSessionsSentToLeads",
        "MembershipInterest",
    ]
    ways = ["AbandonedSessionsRecoveryLink", "AbandonedSessionsAiAgent", "AbandonedSessions"]
    never += [f"{what}RecoveredFrom{way}" for what in ("Bookings", "Jobs") for way in ways]
    never += [
        "SmsSentToRecoverAbandonedSessionRecoveryLink",
        "SmsSentToRecoverAbandonedSessionAiAgent",
    ]
    return {
        "id": objects([key for key, _ in SCHEDULERS]),
        "schedulerName": objects([name for _, name in SCHEDULERS]),
        "brandName": "Juniper Fox Home Services",
        "schedulerCompletionRate": np.round(booked / np.maximum(counts[:, 2], 1), 4),
        "openedCompletionRate": np.round(booked / np.maximum(opened, 1), 4),
        "totalCustomerContactsCaptured": counts[:, 5],
        "totalJobsCreated": booked,
        "totalSessions": opened,
        **{f"total{name}": np.zeros(len(SCHEDULERS), dtype=np.int64) for name in never},
        **{f"milestoneFrequencyCount.{step}": counts[:, i] for i, step in enumerate(STEPS)},
        "milestoneFrequencyCount.abandoned": opened - booked,
    }


def router_figures(co: Company) -> Data:
    counts = [_reached(co, i) for i in range(len(SCHEDULERS))]
    return {
        "id": objects([str(1 + i) for i in range(len(SCHEDULERS))]),
        "openedCount": np.array([c[0] for c in counts]),
        "interactedCount": np.array([c[2] for c in counts]),
        "sessionCountBySchedulerId": Choice(
            np.arange(len(counts)),
            [
                [{"schedulerId": SCHEDULERS[i][0], "openedCount": c[0]}]
                for i, c in enumerate(counts)
            ],
        ),
    }


FACTS: dict[str, Any] = {
    "visitors": visitors,
}
MAKERS: dict[str, Any] = {
    "marketing.suppressions": suppressions,
    "telecom.optinouts.optouts": optouts,
    "settings.business_units.intacct": intacct,
    "schedulingpro.schedulers": schedulers,
    "schedulingpro.schedulers.sessions": sessions,
    "schedulingpro.schedulers.performance": scheduler_figures,
    "schedulingpro.routers.performance": router_figures,
}
