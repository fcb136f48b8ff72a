"""What customers say of technicians: stars and reviews, which follow how well the work was done."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Choice
from ..jpm.jobs import COMPLETED
from ..settings.business_units import BRANCHES, JOB_TYPES
from ..simulation import HOUR, NAT, Company, Data, draw, ids, later, objects, of

SAID = [
    ["Had to call them back twice.", "Late, and the leak is still there.", None],
    ["It works, but nobody explained the bill.", "Not what we had agreed on.", None],
    ["Fine in the end.", "Good work, long wait.", None],
    ["Friendly and tidy.", "Good work at a fair price.", None],
    [
        "Explained everything & left it spotless!",
        "On time, quick and kind.",
        "The best in town.",
        None,
    ],
]
PLATFORMS = ["Google", "Facebook", "Local Listings"]


def stars(co: Company) -> Data:
    """The rating of each job by every fourth customer.

    Of the technician who led it, lower where somebody had to come again.
    """
    rng, job, sent, visit = co.rng("ratings"), co.jobs, co.sent, co.visits
    at = np.flatnonzero((job.status == COMPLETED) & (rng.random(len(job.id)) < 0.25))
    who = sent.who[sent.starts[visit.starts[at]]]
    again = np.isin(at, job.recall)
    felt = 3.2 + 2.1 * co.crew.skill[who] - 1.2 * again + rng.normal(0, 0.8, len(at))
    made = np.minimum(job.completed[at] + rng.integers(1, 72, len(at)) * HOUR, co.end - HOUR)
    return {"job": at, "who": who, "stars": np.clip(np.rint(felt), 1, 5), "made": made}


def ratings(co: Company) -> Data:
    known = co.ratings
    return {
        "id": ids(len(known.job), 1),
        "technicianId": co["settings.technicians"]["id"][known.who],
        "jobId": co.jobs.id[known.job],
        "rating": known.stars,
        "active": True,
        "createdOn": known.made,
        "modifiedOn": later(co, co.rng("technician_ratings"), known.made, 1),
    }


def reviews(co: Company) -> Data:
    """A third of those who gave stars wrote for all to see, with the same number of stars."""
    rng, known, job, crew = (
        co.rng("marketingreputation.reviews"),
        co.ratings,
        co.jobs,
        co["settings.technicians"],
    )
    mine = np.flatnonzero(rng.random(len(known.job)) < 0.33)
    at, who, given, made = (
        column[mine] for column in (known.job, known.who, known.stars, known.made)
    )
    n, names = len(at), co.customers.names
    texts = [text for said in SAID for text in said]
    first = np.cumsum([0, *(len(said) for said in SAID)])
    level = given.astype(int) - 1
    text = first[level] + (rng.random(n) * np.diff(first)[level]).astype(np.int64)
    matched = rng.random(n) < 0.9
    found = np.where(matched, at, -1)
    customer = job.customer[at]
    return {
        "id": ids(n, 1),
        "address": Choice(job.branch[at], BRANCHES),
        "platform": draw(rng, PLATFORMS, n, [7, 2, 1]),
        "authorEmail": objects(
            [f"{names[i].replace(' ', '.').lower()}@mail.example" for i in customer.tolist()]
        ),
        "authorName": Choice(customer, names),
        "review": Choice(text, texts),
        "reviewType": Choice(np.ones(n, dtype=int), ["0", "1", "2"]),
        "reviewResponse": Choice(
            np.where(given <= 2, 0, -1), ["We are sorry, and will call you today."]
        ),
        "publishDate": made,
        "rating": given,
        "recommendationStatus": Choice((given >= 4).astype(int), ["0", "1"]),
        "verificationStatus": matched,
        "isAutoVerified": matched,
        "jobId": of(job.id, found),
        "businessUnitId": of(
            co["settings.business_units"]["id"],
            np.where(matched, job.branch[at] * 4 + job.trade[at], -1),
        ),
        "completedDate": np.where(matched, job.completed[at], NAT),
        "dispatchedDate": np.where(matched, job.first[at], NAT),
        "jobStatus": Choice(np.zeros(n, dtype=int), ["4"]),
        "jobTypeName": Choice(np.where(matched, job.kind[at], -1), [t[0] for t in JOB_TYPES]),
        "customerId": of(co.customers.id, np.where(matched, customer, -1)),
        "customerName": Choice(np.where(matched, customer, -1), names),
        "technicianId": of(crew["id"], np.where(matched, who, -1)),
        "technicianFullName": Choice(np.where(matched, who, -1), crew["name"].tolist()),
        "externalId": objects([str(i) for i in range(7_000_001, 7_000_001 + n)]),
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 3),
    }


FACTS: dict[str, Any] = {
    "ratings": stars,
}
MAKERS: dict[str, Any] = {
    "customer_interactions.technician_ratings": ratings,
    "marketingreputation.reviews": reviews,
}
