"""Customers, their locations, and what is noted about them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Choice, ragged
from ..settings.business_units import BRANCHES, ZONES, address, custom_fields, tags
from ..settings.people import office
from ..simulation import (
    DAY,
    SECOND,
    Company,
    Data,
    Rng,
    draw,
    ids,
    later,
    objects,
    of,
    people,
    spread,
)
from ..words import BUSINESS, CITIES, SENTENCES

FIELDS = [
    (301, "Gate code", ["1204", "#77", "ask"]),
    (302, "Preferred contact", ["Text", "Phone", "E-mail"]),
]
NOTES = [
    *SENTENCES[:4],
    "<p>Please invoice <b>before</b> the end of the month &amp; send a copy.</p>",
    "Prefers mornings.",
]


def customer_facts(co: Company) -> Data:
    """Who became a customer when and where, in the order of time, and when some went elsewhere.

    A few were entered twice: such a one has the name of an earlier one, and `into` says which.
    """
    rng = co.rng("customers")
    n = co.count(5250)
    old = int(n * 0.45)
    past = spread(rng, co.start - 1100 * DAY, co.start, old)
    recent = spread(rng, co.start, co.end, n - old)
    created = np.concatenate((past, recent))
    city = rng.choice(9, n, p=np.array([3, 1, 2, 4, 3, 3, 2, 0.0, 0.0]) / 18)
    west = (created > co.west_opens) & (rng.random(n) < 0.4)
    company = rng.random(n) < 0.09
    first, last = people(rng, n)
    kind = [BUSINESS[i] for i in rng.integers(0, len(BUSINESS), n)]
    names = [
        f"{b} {k}" if c else f"{a} {b}"
        for a, b, c, k in zip(first, last, company.tolist(), kind, strict=True)
    ]
    places = np.where(company, rng.integers(1, 6, n), np.where(rng.random(n) < 0.06, 2, 1))
    merged = rng.random(n) < 0.012
    merged[0], merged[n // 2] = False, n > 1
    into = np.where(merged, np.maximum.accumulate(np.where(merged, 0, np.arange(n))), -1)
    same = np.where(merged, into, np.arange(n))
    return {
        "id": ids(n, 27_300_118, 7),
        "created": created,
        "city": np.where(west, rng.integers(7, 9, n), city)[same],
        "company": company[same],
        "names": [names[i] for i in same.tolist()],
        "places": ragged(places, np.repeat(np.arange(n), places)),
        "merged": merged,
        "into": into,
        "gone": _gone(co, co.rng("churn"), created),
    }


def _gone(co: Company, rng: Rng, created: Array) -> Array:
    """When a customer went elsewhere: one in six within the two years."""
    stayed = (90 + rng.exponential(500, len(created))).astype(np.int64) * DAY
    gone = np.maximum(created, co.start) + stayed
    return np.where(
        (rng.random(len(created)) < 0.25) & (gone < co.end), gone, np.datetime64("2200-01-01", "us")
    )


def customers(co: Company) -> Data:
    rng, who = co.rng("crm.customers"), co.customers
    n = len(who.id)
    balance = np.round(np.bincount(co.bills.customer, co.bills.balance, n), 2) + 0.0
    left: Array = who.gone < co.end
    touched = np.asarray(np.where(left, who.gone, who.created))
    return {
        **address(rng, who.city),
        "id": who.id,
        "active": ~who.merged & ~left,
        "name": objects(who.names),
        "type": Choice(who.company.astype(int), ["Residential", "Commercial"]),
        "customFields": custom_fields(rng, n, FIELDS),
        "balance": balance,
        "taxExempt": who.company & (rng.random(n) < 0.3),
        "tagTypeIds": tags(co, rng, n, 0.12),
        "doNotMail": rng.random(n) < 0.05,
        "doNotService": left & (rng.random(n) < 0.1),
        "nationalAccount": who.company & (rng.random(n) < 0.1),
        "createdOn": who.created,
        "createdById": office(co, rng, n),
        "modifiedOn": later(co, rng, touched, 150),
        "mergedToId": of(who.id, who.into),
        "paymentTermId": co["accounting.payment_terms"]["id"][np.where(who.company, 2, 0)],
        "creditLimit": np.where(who.company, 5000.0, np.nan),
        "creditLimitBalance": np.where(who.company, 5000.0 - balance, np.nan),
        "externalData": [],
    }


def locations(co: Company) -> Data:
    """One for most customers, several for companies."""
    rng, who = co.rng("crm.locations"), co.customers
    owner, number = who.places.values, ids(len(who.places.values), 27_411_005, 3)
    n = len(owner)
    branch = np.array([BRANCHES.index(c[0]) for c in CITIES])[who.city[owner]]
    created, into = who.created[owner], who.into[owner]
    merged = np.where(into >= 0, who.places.starts[np.maximum(into, 0)], -1)
    return {
        **address(rng, who.city[owner]),
        "id": number,
        "customerId": who.id[owner],
        "active": (rng.random(n) > 0.02) & (merged < 0) & (who.gone[owner] > co.end),
        "name": Choice(owner, who.names),
        "customFields": [],
        "createdOn": created,
        "createdById": office(co, rng, n),
        "modifiedOn": later(co, rng, created, 150),
        "mergedToId": of(number, merged),
        "zoneId": ZONES[who.city[owner]],
        "taxExempt": (who.company[owner]) & (rng.random(n) < 0.3),
        "tagTypeIds": tags(co, rng, n, 0.08),
        "externalData": [],
        "taxZoneId": co["accounting.tax_zones"]["id"][branch],
    }


def _noted(name: str, owner: str, key: str, base: int) -> Any:
    """A maker of the notes on the rows of a resource."""

    def make(co: Company) -> Data:
        rng, of_whom = co.rng(name), co[owner]
        counts = rng.choice(4, len(of_whom["id"]), p=[0.4, 0.4, 0.15, 0.05])
        counts[0] = 2  # the first that anybody looks at has some
        which = np.repeat(np.arange(len(counts)), counts)
        n = len(which)
        since = of_whom["createdOn"][which]
        made = since + (rng.random(n) * ((co.end - since) // SECOND)).astype(np.int64) * SECOND
        return {
            "id": ids(n, base),
            key: of_whom["id"][which],
            "text": draw(rng, NOTES, n),
            "isPinned": rng.random(n) < 0.1,
            "createdById": office(co, rng, n),
            "createdOn": made,
            "modifiedOn": later(co, rng, made, 1),
        }

    return make


FACTS: dict[str, Any] = {
    "customers": customer_facts,
}
MAKERS: dict[str, Any] = {
    "crm.customers": customers,
    "crm.locations": locations,
    "crm.customers.notes": _noted("crm.customers.notes", "crm.customers", "customerId", 72_300_000),
    "crm.locations.notes": _noted("crm.locations.notes", "crm.locations", "locationId", 73_800_000),
}
