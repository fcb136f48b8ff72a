"""What is offered: estimates with their items, and what became of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..accounting.invoices import ledger
from ..columns import Choice, Index, Ragged
from ..jpm.jobs import COMPLETED
from ..pricebook import COST_RISE, KINDS, Skus, level
from ..settings.business_units import JOB_TYPES, TAX_RATES
from ..settings.people import office
from ..simulation import HOUR, NAT, SECOND, Company, Data, blur, draw, ids, later
from ..words import SENTENCES

OPEN, SOLD, DISMISSED = range(3)
STATES = ["Open", "Sold", "Dismissed"]
OPTIONS = ["Good", "Better", "Best", "Repair"]  # the last where there is only one
FAMILY = np.array([0, 0, 1, 2])  # the trades between which a sale leads to the next job


def first_technician(co: Company) -> Data:
    """The technician who led the first visit of each job."""
    sent = co["dispatch.appointment_assignments"]
    return {
        "id": sent["technicianId"][
            np.searchsorted(sent["_at"], co["jpm.appointments"]["_starts"][:-1])
        ]
    }


def estimate_facts(co: Company) -> Data:
    """One to three options on some jobs, most where a sale is what the visit is for.

    One is sold, or none: skill tells.
    """
    rng, job = co.rng("estimate facts"), co.jobs
    n, names = len(job.id), [t[0] for t in JOB_TYPES]
    chance = np.array(
        [0.95 if x == "HVAC Estimate" else 0.6 if "Install" in x else 0.22 for x in names]
    )[job.kind]
    offered = (rng.random(n) < chance) & (job.status == COMPLETED)
    counts = np.where(offered, rng.choice([1, 2, 3], n, p=[0.4, 0.25, 0.35]), 0)
    starts = np.concatenate(([0], np.cumsum(counts)))
    which = np.repeat(np.arange(n), counts)
    leader: Index = np.asarray(
        np.searchsorted(co["settings.technicians"]["id"], co.first_technicians.id)
    )
    skill = co.crew.skill[leader]
    sold = offered & (rng.random(n) < 0.12 + 0.6 * skill)
    winner = np.where(
        sold, starts[:-1] + (rng.random(n) ** (1.6 - skill) * counts).astype(np.int64), -1
    )
    total = len(which)
    later_job = _later_job(co, rng, winner)
    facts = {
        "id": ids(total, 92_200_011, 2),
        "job": which,
        "option": np.arange(total) - starts[which],
        "starts": starts,
    }
    facts |= {"winner": winner, "seller": leader[which], "later_job": later_job, "options": counts}
    billed: Index = np.asarray(np.where(later_job < 0, winner, -1))
    billed[later_job[later_job >= 0]] = winner[later_job >= 0]
    return {**facts, "of_bill": billed, **_when(co, rng, facts)}


def _later_job(co: Company, rng: np.random.Generator, winner: Index) -> Index:
    """The customer's next job, where a sale was made only after the visit and that job does the
    work; -1 for the others."""
    job = co.jobs
    order = np.argsort(job.customer, kind="stable")
    same = job.customer[order][1:] == job.customer[order][:-1]
    following = np.full(len(winner), -1)
    following[order[:-1][same]] = order[1:][same]
    next_ = np.maximum(following, 0)
    usual = np.array([t[5] for t in JOB_TYPES])[job.kind[next_]]
    fits = (
        (following >= 0)
        & (winner >= 0)
        & (winner[next_] < 0)
        & (usual > 0)
        & (job.status[next_] == COMPLETED)
    )
    fits &= FAMILY[job.trade] == FAMILY[job.trade[next_]]
    fits &= (job.first + 3 * HOUR < job.created[next_]) & (rng.random(len(winner)) < 0.6)
    return np.where(fits, following, -1)


def _when(co: Company, rng: np.random.Generator, facts: Data) -> Data:
    """Status, and when each estimate was written, sold or given up."""
    at, job, winner, n = facts["job"], co.jobs, facts["winner"], len(facts["id"])
    lost = (winner[at] >= 0) & (winner[at] != np.arange(n))
    last = np.maximum(np.fmax(job.completed, job.created), job.first)
    made = np.minimum(np.minimum(job.first[at] + HOUR // 2, last[at]), co.end - HOUR)
    following = facts["later_job"][at]
    upto = np.where(
        following >= 0, job.created[np.maximum(following, 0)], np.maximum(last[at], made)
    )
    sold_on = made + ((np.minimum(upto, co.end - HOUR) - made) * rng.random(n)).astype(
        "timedelta64[us]"
    )
    given_up = made + (rng.gamma(2.5, 12.0, n) * 86_400).astype(np.int64) * SECOND
    stale = (winner[at] < 0) & (rng.random(co.jobs.id.size)[at] < 0.7)
    given_up = given_up[facts["starts"][at]]  # the options of a job are given up together
    status = np.where(
        winner[at] == np.arange(n),
        SOLD,
        np.where(lost | (stale & (given_up < co.end - HOUR)), DISMISSED, OPEN),
    )
    sold_on = np.where(status == SOLD, np.maximum(made, blur(rng, sold_on)), NAT)
    decided = np.where(
        lost, sold_on[np.maximum(winner[at], 0)], np.where(status == SOLD, sold_on, given_up)
    )
    return {
        "status": status,
        "made": made,
        "sold_on": sold_on,
        "decided": np.where(status == OPEN, NAT, decided),
    }


def lines(co: Company) -> Data:
    """What the estimates list.

    Better is Good and something more, Best is Better and something more.
    """
    rng, e, skus, job = co.rng("estimate lines"), co.estimates, Skus(co), co.jobs
    offered = np.flatnonzero(e.options)
    base = rng.integers(1, 4, len(e.options))  # how many things Good has
    stock = np.where(e.options > 0, base + e.options - 1, 0)
    first = np.concatenate(([0], np.cumsum(stock)))
    owner = np.repeat(offered, stock[offered])
    number = np.arange(len(owner)) - first[owner]
    kind = np.where(
        number == 0, rng.choice([0, 2], len(owner), p=[0.45, 0.55]), rng.choice([0, 1], len(owner))
    )
    sku = skus.draw(rng, kind, job.trade[owner])
    quantity = np.where(kind == 1, rng.integers(1, 5, len(owner)), 1).astype(float)
    counts = base[e.job] + e.option
    starts = np.concatenate(([0], np.cumsum(counts)))
    which = np.repeat(np.arange(len(counts)), counts)
    at = first[e.job[which]] + np.arange(len(which)) - starts[which]
    price = np.round(skus.price[sku[at]] * level(co, e.made[which]), 2)
    cost = np.round(skus.cost[sku[at]] * level(co, e.made[which], COST_RISE), 2)
    total = np.round(price * quantity[at], 2)
    found = {
        "estimate": which,
        "starts": starts,
        "kind": kind[at],
        "sku": sku[at],
        "quantity": quantity[at],
        "total": total,
    }
    return {
        **found,
        "price": price,
        "cost": cost,
        "subtotal": np.round(np.bincount(which, total, len(counts)), 2),
    }


def estimates(co: Company) -> Data:
    rng, e, job, line = co.rng("sales.estimates"), co.estimates, co.jobs, co.estimate_lines
    at, n, sold = e.job, len(e.id), e.status == SOLD
    goods = np.bincount(line.estimate, np.where(line.kind > 0, line.total, 0.0), n)
    unit = job.branch[at] * 4 + job.trade[at]
    return {
        "id": e.id,
        "jobId": job.id[at],
        "projectId": co.job_projects.id[at],
        "locationId": co["crm.locations"]["id"][job.place[at]],
        "customerId": co.customers.id[job.customer[at]],
        "name": Choice(np.where(e.options[at] > 1, e.option, 3), OPTIONS),
        "jobNumber": job.id[at] - 48_000_000,
        "status.value": e.status,
        "status.name": Choice(e.status, STATES),
        "reviewStatus": "None",
        "summary": draw(rng, [None, *SENTENCES[5:]], n),
        "createdOn": e.made,
        "modifiedOn": later(co, rng, np.fmax(e.decided, e.made), 3),
        "soldOn": e.sold_on,
        "soldBy": np.where(sold, co["settings.technicians"]["id"][e.seller], -1),
        "active": sold | (rng.random(n) > 0.03),
        "items": Ragged(line.starts, "sales.estimates.items"),
        "externalLinks": [],
        "subtotal": line.subtotal,
        "tax": np.round(goods * np.array(TAX_RATES)[job.branch[at]], 2),
        "businessUnitId": co["settings.business_units"]["id"][unit],
        "businessUnitName": Choice(unit, co["settings.business_units"]["name"].tolist()),
        "isRecommended": (e.option == 1) | (e.options[at] == 1),
        "isChangeOrder": False,
        "proposalTagName": None,
    }


def estimate_items(co: Company) -> Data:
    rng, e, line, skus = co.rng("sales.estimates.items"), co.estimates, co.estimate_lines, Skus(co)
    which, kind, sku, n = line.estimate, line.kind, line.sku, len(line.sku)
    made = e.made[which]
    books = ledger(co, "x", np.array([0, 1, 2])[kind])
    bills = co.bills
    billed = np.full(n, -1)
    billed[bills.item_line[bills.item_line >= 0]] = bills.item_id[bills.item_line >= 0]
    return {
        "id": estimate_item_ids(n),
        "_estimate": e.id[which],
        "_kind": kind,
        "sku.id": skus.id[sku],
        "sku.name": Choice(sku, skus.names),
        "sku.displayName": Choice(sku, skus.names),
        "sku.type": Choice(kind, list(KINDS)),
        "sku.soldHours": np.where(kind == 0, 1.0, 0.0),
        "sku.generalLedgerAccountId": books["x.id"],
        "sku.generalLedgerAccountName": books["x.name"],
        "sku.modifiedOn": co.start,
        "skuAccount": books["x.name"],
        "description": Choice(sku, [f"<p>{x}</p>" for x in skus.names]),
        "membershipTypeId": np.full(n, -1),
        "qty": line.quantity,
        "unitRate": line.price,
        "total": line.total,
        "unitCost": line.cost,
        "totalCost": np.round(line.cost * line.quantity, 2),
        "itemGroupName": "",
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 3),
        "chargeable": True,
        "invoiceItemId": billed,
        "active": True,
    }


def estimate_item_ids(count: int) -> Index:
    return ids(count, 95_000_000, 2)


def changes(co: Company) -> Data:
    """When the status of an estimate changed: at most once each."""
    rng, e = co.rng("estimate changes"), co.estimates
    at = np.flatnonzero(e.status != OPEN)
    return {
        "id": ids(len(at), 96_500_000),
        "_estimate": e.id[at],
        "oldStatus": "Open",
        "newStatus": Choice(e.status[at], STATES),
        "createdOn": e.decided[at],
        "createdById": office(co, rng, len(at)),
    }


# -- opportunities: a job on which something was offered


FACTS: dict[str, Any] = {
    "first_technicians": first_technician,
    "estimates": estimate_facts,
    "estimate_lines": lines,
}
MAKERS: dict[str, Any] = {
    "estimate changes": changes,
    "sales.estimates": estimates,
    "sales.estimates.items": estimate_items,
}
