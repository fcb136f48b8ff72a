"""What is offered: estimates with their items, and the projects that follow."""

from __future__ import annotations

from typing import Any

import numpy as np

from .company import DAY, SECOND, Company, Data, blur, draw, ids, later
from .money import ledger
from .names import SENTENCES
from .pricebook import Skus
from .shop import JOB_TYPES, TAX_RATES
from .table import Choice, Ragged
from .work import CANCELED, COMPLETED, HOUR

OPEN, SOLD, LOST = range(3)
OPTIONS = ["Good", "Better", "Best"]


def first_technician(co: Company) -> Data:
    """The technician who led the first visit of each job."""
    sent = co["dispatch.appointment_assignments"]
    return {"id": sent["technicianId"][np.searchsorted(sent["_at"], co["jpm.appointments"]["_starts"][:-1])]}


def estimate_facts(co: Company) -> Data:
    """One to three options on some jobs: most often where a sale is what the visit is for. One option is sold, or none."""
    rng, job = co.rng("estimate facts"), co["jobs"]
    n, names = len(job["id"]), [t[0] for t in JOB_TYPES]
    chance = np.array([0.95 if x == "HVAC Estimate" else 0.6 if "Install" in x else 0.22 for x in names])[job["kind"]]
    offered = (rng.random(n) < chance) & (job["status"] == COMPLETED)
    counts = np.where(offered, rng.choice([1, 2, 3], n, p=[0.4, 0.25, 0.35]), 0)
    starts = np.concatenate(([0], np.cumsum(counts)))
    which = np.repeat(np.arange(n), counts)
    sold = offered & (rng.random(n) < 0.44)
    winner = np.where(sold, starts[:-1] + (rng.random(n) * counts).astype(np.int64), -1)
    total = len(which)
    crew = co["settings.technicians"]["id"]
    seller = np.searchsorted(crew, co["first technician"]["id"][which])
    lines = rng.integers(1, 5, total)
    facts = {"id": ids(total, 92_200_011, 2), "job": which, "option": np.arange(total) - starts[which], "starts": starts}
    return {**facts, "winner": winner, "seller": seller, "lines": np.concatenate(([0], np.cumsum(lines)))}


def estimates(co: Company) -> Data:
    rng, e, job = co.rng("sales.estimates"), co["estimate facts"], co["jobs"]
    at, n = e["job"], len(e["id"])
    status = np.where(e["winner"][at] == np.arange(n), SOLD, np.where(e["winner"][at] >= 0, LOST, OPEN))
    made = np.minimum(job["first"][at] + HOUR, co.end - HOUR)
    sold_on = np.where(
        status == SOLD,
        blur(rng, np.minimum(made + (rng.exponential(2, n) * 86_400).astype(np.int64) * SECOND, co.end - HOUR)),
        np.datetime64("NaT"),
    )
    lines = co["sales.estimates.items"]
    of_line = np.repeat(np.arange(n), np.diff(e["lines"]))
    goods = np.bincount(of_line, np.where(lines["_kind"] > 0, lines["total"], 0.0), n)
    unit = job["branch"][at] * 4 + job["trade"][at]
    return {
        "id": e["id"],
        "jobId": job["id"][at],
        "projectId": co["projects of jobs"]["id"][at],
        "locationId": co["crm.locations"]["id"][job["place"][at]],
        "customerId": co["customers"]["id"][job["customer"][at]],
        "name": Choice(e["option"], OPTIONS),
        "jobNumber": job["id"][at] - 48_000_000,
        "status.value": status,
        "status.name": Choice(status, ["Open", "Sold", "Dismissed"]),
        "reviewStatus": "None",
        "summary": draw(rng, [None, *SENTENCES[5:]], n),
        "createdOn": made,
        "modifiedOn": later(co, rng, np.fmax(sold_on, made), 3),
        "soldOn": sold_on,
        "soldBy": np.where(status == SOLD, co["settings.technicians"]["id"][e["seller"]], -1),
        "active": rng.random(n) > 0.03,
        "items": Ragged(e["lines"], "sales.estimates.items"),
        "externalLinks": [],
        "subtotal": np.round(np.bincount(of_line, lines["total"], n), 2),
        "tax": np.round(goods * np.array(TAX_RATES)[job["branch"][at]], 2),
        "businessUnitId": co["settings.business_units"]["id"][unit],
        "businessUnitName": Choice(unit, co["settings.business_units"]["name"].tolist()),
        "isRecommended": e["option"] == 1,
        "isChangeOrder": False,
        "proposalTagName": None,
    }


def estimate_items(co: Company) -> Data:
    rng, e, skus = co.rng("sales.estimates.items"), co["estimate facts"], Skus(co)
    which = np.repeat(np.arange(len(e["id"])), np.diff(e["lines"]))
    n, number = len(which), np.arange(len(which)) - e["lines"][which]
    kind = np.where(number == 0, rng.choice([0, 2], n, p=[0.45, 0.55]), rng.choice([0, 1], n))
    sku = skus.draw(rng, kind, co["jobs"]["trade"][e["job"][which]])
    rate = np.round(skus.price[sku] * (1 + 0.3 * e["option"][which]), 2)
    quantity = np.where(kind == 1, rng.integers(1, 5, n), 1).astype(float)
    made = np.minimum(co["jobs"]["first"][e["job"][which]] + HOUR, co.end - HOUR)
    account = np.array([0, 1, 2])[kind]
    books = ledger(co, "x", account)
    return {
        "id": ids(n, 95_000_000, 2),
        "_estimate": e["id"][which],
        "_kind": kind,
        "sku.id": skus.id[sku],
        "sku.name": Choice(sku, skus.names),
        "sku.displayName": Choice(sku, skus.names),
        "sku.type": Choice(kind, list(Skus.KINDS)),
        "sku.soldHours": np.where(kind == 0, 1.0, 0.0),
        "sku.generalLedgerAccountId": books["x.id"],
        "sku.generalLedgerAccountName": books["x.name"],
        "sku.modifiedOn": co.start,
        "skuAccount": books["x.name"],
        "description": Choice(sku, [f"<p>{x}</p>" for x in skus.names]),
        "membershipTypeId": np.full(n, -1),
        "qty": quantity,
        "unitRate": rate,
        "total": np.round(rate * quantity, 2),
        "unitCost": skus.cost[sku],
        "totalCost": np.round(skus.cost[sku] * quantity, 2),
        "itemGroupName": "",
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 3),
        "chargeable": True,
        "invoiceItemId": np.full(n, -1),
        "active": True,
    }


# -- projects


def projects_of_jobs(co: Company) -> Data:
    """A project for every fifth installation; null for all other jobs."""
    job, rng = co["jobs"], co.rng("projects")
    has = (job["trade"] == 1) & (job["status"] != CANCELED) & (rng.random(len(job["id"])) < 0.2)
    has[0] = True  # one at least, however small the company
    number = np.full(len(job["id"]), -1)
    number[has] = ids(int(has.sum()), 8_800_010)
    return {"id": number}


def projects(co: Company) -> Data:
    rng, number, job = co.rng("jpm.projects"), co["projects of jobs"]["id"], co["jobs"]
    at = np.flatnonzero(number >= 0)
    n, made = len(at), job["created"][at]
    unit = job["branch"][at] * 4 + job["trade"][at]
    done = job["status"][at] == COMPLETED
    one = np.arange(n + 1)
    return {
        "id": number[at],
        "number": number[at] - 8_000_000,
        "name": Choice(job["kind"][at], [f"{t[0]} project" for t in JOB_TYPES]),
        "summary": draw(rng, [None, *(f"<p>{s}</p>" for s in SENTENCES)], n),
        "customerId": co["customers"]["id"][job["customer"][at]],
        "locationId": co["crm.locations"]["id"][job["place"][at]],
        "businessUnitIds": Ragged(one, co["settings.business_units"]["id"][unit]),
        "projectManagerIds": Ragged(one, co["settings.employees"]["id"][rng.integers(0, 5, n)]),
        "jobIds": Ragged(one, job["id"][at]),
        "startDate": job["first"][at],
        "targetCompletionDate": job["first"][at] + 20 * DAY,
        "actualCompletionDate": np.where(done, job["completed"][at], np.datetime64("NaT")),
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 20),
        "customFields": [],
        "externalData": [],
    }


MAKERS: dict[str, Any] = {
    "first technician": first_technician,
    "estimate facts": estimate_facts,
    "sales.estimates": estimates,
    "sales.estimates.items": estimate_items,
    "projects of jobs": projects_of_jobs,
    "jpm.projects": projects,
}
