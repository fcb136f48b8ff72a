"""Opportunities: what became of the estimates of a job, and who is to ask again."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Choice, Ragged
from ..settings.business_units import JOB_TYPES
from ..settings.people import office
from ..simulation import DAY, HOUR, Company, Data, draw, ids, later
from .estimates import OPEN


def opportunities(co: Company) -> Data:
    e, job = co.estimates, co.jobs
    at = np.flatnonzero(e.options)
    first = e.starts[at]
    won = e.winner[at] >= 0
    status = (
        np.where(won, 1, np.where(np.maximum.reduceat(e.status == OPEN, first), 0, 2))
        if len(at)
        else at
    )
    decided = np.where(won, e.sold_on[np.maximum(e.winner[at], 0)], e.decided[first])
    made: Array = e.made[first]
    return {
        "id": ids(len(at), 97_000_000),
        "name": Choice(job.kind[at], [t[0] for t in JOB_TYPES]),
        "status": Choice(status, ["Open", "Won", "Lost"]),
        "jobId": job.id[at],
        "customerId": co.customers.id[job.customer[at]],
        "estimateIds": Ragged(np.concatenate((first, [len(e.id)])), e.id),
        "createdOn": made,
        "modifiedOn": later(co, co.rng("opportunities"), np.fmax(decided, made), 2),
    }


def followups(co: Company) -> Data:
    """Calls to those who have not decided: a day, a week, a month after the offer."""
    rng, o = co.rng("followups"), co["sales.opportunities"]
    which = np.repeat(
        np.arange(len(o["id"])),
        np.where(o["status"].codes == 1, 0, rng.integers(1, 4, len(o["id"]))),
    )
    step = np.arange(len(which)) - np.searchsorted(which, which)
    when = o["createdOn"][which] + np.array([1, 7, 30])[step] * DAY
    keep = when < co.end - HOUR
    which, when = which[keep], when[keep]
    return {
        "id": ids(len(which), 98_000_000),
        "name": draw(rng, ["Call back", "Send offer again", "Ask for decision"], len(which)),
        "opportunityId": o["id"][which],
        "createdOn": when,
        "createdById": office(co, rng, len(which)),
        "modifiedOn": later(co, rng, when, 1),
    }


MAKERS: dict[str, Any] = {
    "sales.opportunities": opportunities,
    "sales.opportunities.followups": followups,
}
