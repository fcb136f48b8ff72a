"""Campaigns with their categories and costs."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Choice, ragged
from ..settings.business_units import lookup
from ..simulation import Company, Data, draw, ids, objects, phones

CAMPAIGNS = {
    "Search": [
        "Search - Cooling",
        "Search - Heating",
        "Search - Plumbing",
        "Search - Electrical",
        "Local Listings",
    ],
    "Mail": ["Spring Postcard", "Fall Postcard", "New Mover Mailer"],
    "Referral": ["Friend Referral", "Neighbor Program", "Realtor Referral"],
    "Broadcast": ["Morning Radio", "Summer TV"],
    "Existing": ["Membership Visit", "Repeat Customer", "Website", "Truck Wrap"],
}
WEIGHTS = [9, 6, 7, 5, 8, 3, 3, 2, 6, 3, 2, 3, 4, 12, 14, 9, 4]  # how many of the calls each brings
BAD_BUY = "Summer TV"  # costs most and brings least: something to discover
CALLS = 36  # a day at scale 1, from which costs are worked out
SPRING, SUMMER, FALL = (3, 4, 5), (5, 6, 7, 8), (9, 10, 11)  # months
# When they run; all others always.
SEASONS = {
    "Spring Postcard": SPRING,
    "Fall Postcard": FALL,
    "Summer TV": SUMMER,
}
CATEGORY_NAMES = list(CAMPAIGNS)
CAMPAIGN_NAMES = [name for names in CAMPAIGNS.values() for name in names]


def strength(name: str) -> list[float]:
    """How much is done with a campaign in each month, January first; 1 in the mean."""
    months = SEASONS.get(name, tuple(range(1, 13)))
    return [12 / len(months) if month in months else 0.0 for month in range(1, 13)]


def categories(co: Company) -> Data:
    data = lookup(co, "marketing.categories", CATEGORY_NAMES, 910, type="Regular")
    return {**data, "active": np.ones(len(CATEGORY_NAMES), dtype=bool)}


def campaigns(co: Company) -> Data:
    rng = co.rng("marketing.campaigns")
    n = len(CAMPAIGN_NAMES)
    of = np.array([i for i, names in enumerate(CAMPAIGNS.values()) for _ in names])
    return {
        **lookup(co, "marketing.campaigns", CAMPAIGN_NAMES, 5120),
        "isDefaultCampaign": np.arange(n) == n - 2,
        "category.id": co["marketing.categories"]["id"][of],
        "category.name": Choice(of, CATEGORY_NAMES),
        "category.active": True,
        "source": Choice(of, CATEGORY_NAMES),
        "medium": draw(rng, ["Web", "Print", "Phone"], n),
        "businessUnit": None,
        "campaignPhoneNumbers": ragged(np.ones(n, dtype=int), objects(phones(rng, n))),
    }


def costs(co: Company) -> Data:
    """What each campaign cost a day, month by month."""
    rng = co.rng("marketing.costs")
    months = np.arange(co.start.astype("datetime64[M]"), co.end.astype("datetime64[M]") + 1)
    paid = [
        i
        for i, name in enumerate(CAMPAIGN_NAMES)
        if name not in CAMPAIGNS["Referral"] + CAMPAIGNS["Existing"]
    ]
    n = len(months) * len(paid)
    names = [CAMPAIGN_NAMES[i] for i in paid]
    a_call = np.where(np.array(names) == BAD_BUY, 300.0, rng.uniform(18, 55, len(paid)))
    daily = np.array(WEIGHTS, dtype=float)[paid] / sum(WEIGHTS) * CALLS * co.scale * a_call
    season = np.array([strength(name) for name in names])[:, months.astype(int) % 12]
    number = np.tile(months.astype(int), len(paid))
    return {
        "id": ids(n, 66_000),
        "campaignId": np.repeat(co["marketing.campaigns"]["id"][paid], len(months)),
        "year": 1970 + number // 12,
        "month": number % 12 + 1,
        "dailyCost": np.round(
            np.repeat(daily, len(months)) * rng.uniform(0.8, 1.25, n) * season.ravel(), 2
        ),
    }


MAKERS: dict[str, Any] = {
    "marketing.categories": categories,
    "marketing.campaigns": campaigns,
    "marketing.costs": costs,
}
