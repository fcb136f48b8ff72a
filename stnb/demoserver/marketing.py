"""Campaigns with their categories and costs."""

from __future__ import annotations

from typing import Any

import numpy as np

from .company import Company, Data, draw, ids, objects, phones
from .shop import lookup
from .table import Choice, ragged

CAMPAIGNS = {
    "Search": ["Search - Cooling", "Search - Heating", "Search - Plumbing", "Search - Electrical", "Local Listings"],
    "Mail": ["Spring Postcard", "Fall Postcard", "New Mover Mailer"],
    "Referral": ["Friend Referral", "Neighbor Program", "Realtor Referral"],
    "Broadcast": ["Morning Radio", "Summer TV"],
    "Existing": ["Membership Visit", "Repeat Customer", "Website", "Truck Wrap"],
}
CATEGORY_NAMES = list(CAMPAIGNS)
CAMPAIGN_NAMES = [name for names in CAMPAIGNS.values() for name in names]


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
    paid = [i for i, name in enumerate(CAMPAIGN_NAMES) if name not in CAMPAIGNS["Referral"] + CAMPAIGNS["Existing"]]
    n = len(months) * len(paid)
    number = np.tile(months.astype(int), len(paid))
    return {
        "id": ids(n, 66_000),
        "campaignId": np.repeat(co["marketing.campaigns"]["id"][paid], len(months)),
        "year": 1970 + number // 12,
        "month": number % 12 + 1,
        "dailyCost": np.round(np.repeat(rng.uniform(8, 60, len(paid)), len(months)) * rng.uniform(0.8, 1.3, n), 2),
    }


MAKERS: dict[str, Any] = {
    "marketing.categories": categories,
    "marketing.campaigns": campaigns,
    "marketing.costs": costs,
}
