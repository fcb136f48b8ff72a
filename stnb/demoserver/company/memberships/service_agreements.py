"""Service agreements: what companies pay by the year for the care of their places."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Choice, Ragged
from ..settings.business_units import tags
from ..settings.people import office
from ..simulation import DAY, HOUR, Company, Data, after, draw, ids, later, objects

STATUSES = ["Activated", "Expired", "Draft", "Sent", "Rejected"]
ACTIVE, EXPIRED, DRAFT, SENT, REJECTED = range(5)
BILLING = [("Monthly", 0.5), ("Quarterly", 0.3), ("Annual", 0.2)]


def facts(co: Company) -> Data:
    """Half of the companies have an agreement; most renew it when its year is over."""
    rng, who = co.rng("agreements"), co.customers
    company = np.flatnonzero(who.company)
    have = company[rng.random(len(company)) < 0.5]
    have = have if len(have) else np.zeros(1, dtype=np.int64)
    begin = np.minimum(after(rng, who.created[have], 24, 6000), co.end - 2 * DAY)
    rounds: list[tuple[Array, Array, Array]] = []
    before, total = np.full(len(have), -1), 0
    for _ in range(3):
        rounds.append((have, begin, before))
        again = np.flatnonzero((rng.random(len(have)) < 0.75) & (begin + 365 * DAY < co.end - DAY))
        before, total = total + again, total + len(have)
        have, begin = have[again], begin[again] + 365 * DAY
    customer, start, renewed = (np.concatenate(column) for column in zip(*rounds, strict=True))
    n = len(customer)
    renewed_by = np.full(n, -1)
    renewed_by[renewed[renewed >= 0]] = np.flatnonzero(renewed >= 0)
    status = np.where(start + 365 * DAY < co.end, EXPIRED, ACTIVE)
    first = (renewed < 0) & (renewed_by < 0) & (start > co.end - 60 * DAY)
    status = np.where(
        first, rng.choice([DRAFT, SENT, REJECTED, ACTIVE], n, p=[0.3, 0.3, 0.1, 0.3]), status
    )
    return {
        "customer": customer,
        "start": start,
        "renewed": renewed,
        "renewed_by": renewed_by,
        "status": status,
    }


def agreements(co: Company) -> Data:
    rng, a, who = co.rng("service agreements"), co.agreements, co.customers
    n, customer = len(a.customer), a.customer
    starts = who.places.starts
    count = np.minimum(starts[customer + 1] - starts[customer], 4)
    flat = (
        np.repeat(starts[customer], count)
        + np.arange(count.sum())
        - np.repeat(np.cumsum(count) - count, count)
    )
    made = np.maximum(a.start - 10 * DAY, who.created[customer])
    first = np.where(a.start < made, made, a.start).astype("datetime64[D]").astype("datetime64[us]")
    labor, material = (
        np.round(rng.uniform(300, 900, n) * count, 2),
        np.round(rng.uniform(120, 500, n) * count, 2),
    )
    travel = 45.0 * count
    price = np.round((labor + material + travel) / 0.62, 2)
    margin = np.round(price - labor - material - travel, 2)
    branch = np.searchsorted([3, 7, 9], who.city[customer], side="right")
    billing = rng.choice(len(BILLING), n, p=[b[1] for b in BILLING])
    people, number = co["settings.employees"]["id"], 5_001 + np.arange(n)
    return {
        **_template(co, n),
        "id": ids(n, 79_300_000, 2),
        "name": objects([f"Agreement {i}" for i in number.tolist()]),
        "createdOn": made,
        "createdById": office(co, rng, n),
        "modifiedOn": later(co, rng, np.minimum(np.maximum(made, a.start), co.end - HOUR), 30),
        "modifiedById": office(co, rng, n),
        "customerId": who.id[customer],
        "businessUnitId": co["settings.business_units"]["id"][branch * 4],
        "status": Choice(a.status, STATUSES),
        "locationIds": Ragged(
            np.concatenate(([0], np.cumsum(count))), co["crm.locations"]["id"][flat]
        ),
        "origin": Choice((a.renewed >= 0).astype(int), ["Initial", "AutoRenew"]),
        "summary": draw(rng, [None, "Two visits a year", "Filters every quarter"], n),
        "importedDeferredAmount": 0.0,
        "importedRecognizedAmount": 0.0,
        "durationMonths": 12,
        "autoRenew": rng.random(n) < 0.8,
        "renewalAgreementId": np.where(a.renewed_by >= 0, 79_300_000 + 2 * a.renewed_by, -1),
        "startDate": first,
        "endDate": first + 364 * DAY,
        "billingSchedule": Choice(billing, [b[0] for b in BILLING]),
        "paymentTermId": np.full(n, -1),
        "estimatedTravelCost": travel,
        "estimatedLaborCost": labor,
        "estimatedMaterialCost": material,
        "laborSurcharge": 0.0,
        "materialSurcharge": 0.0,
        "totalAgreementPrice": price,
        "estimatedGrossMarginAmount": margin,
        "estimatedGrossMarginPercentage": np.round(100 * margin / price, 2),
        "accountManagerId": people[rng.integers(0, 6, n)],
        "soldById": people[rng.integers(0, 6, n)],
        "tagTypeIds": tags(co, rng, n),
        "customFields": [],
        "active": True,
    }


def _template(co: Company, n: int) -> Data:
    """What every agreement takes over from the only template."""
    shown: Data = {
        "originalTemplateId": 5_900,
        "revenueRecognitionMode": "Deferred",
        "generalLedgerAccountId": np.full(n, co["accounting.gl_accounts"]["id"][0]),
        "invoiceCancellationMode": "AskToCreateInvoice",
        "billingServiceId": int(co["pricebook.services"]["id"][0]),
        "billingScheduleType": "Monthly",
        "defaultPricingStrategy": "TotalAgreementGrossMarginTarget",
        "defaultTargetMarginValue": 38.0,
        "defaultTargetMarginValueType": "PercentageMargin",
        "defaultAutoRenew": True,
    }
    return {f"templateFields.{k}": v for k, v in shown.items()}


FACTS: dict[str, Any] = {
    "agreements": facts,
}
MAKERS: dict[str, Any] = {
    "service_agreements.service_agreements": agreements,
}
