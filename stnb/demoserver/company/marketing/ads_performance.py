"""Advertising that is paid by the click.

What each campaign cost and brought, and the calls that it led to.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Choice, Index
from ..jpm.jobs import COMPLETED
from ..settings.business_units import JOB_TYPES
from ..simulation import Company, Data, draw, objects

WARNINGS = ["LowCapacity", "HighCapacity"]


def advertised(co: Company) -> Data:
    """The campaign of each job, and which campaigns are advertisements that are
    paid by the click."""
    known, names = co["marketing.campaigns"]["id"], co["marketing.campaigns"]["name"].tolist()
    online = np.array([name.startswith(("Search", "Social")) for name in names])
    return {
        "of": np.searchsorted(known, co["jpm.jobs"]["campaignId"]),
        "names": names,
        "online": online,
    }


def performance(co: Company) -> Data:
    """What each campaign cost and brought.

    Clicks cost money, some of them call, some of those book, most of those pay.
    """
    rng, job, ad, costs = co.rng("ads"), co.jobs, co.advertised, co["marketing.costs"]
    known = co["marketing.campaigns"]["id"]
    n = len(known)
    days = 30.4
    spent = np.round(
        np.bincount(np.searchsorted(known, costs["campaignId"]), costs["dailyCost"] * days, n), 2
    )
    at = np.flatnonzero((spent > 0) & ad.online)
    n, spent = len(at), spent[at]
    jobs, done = (
        np.bincount(ad.of, minlength=len(known))[at],
        np.bincount(ad.of, job.status == COMPLETED, len(known))[at],
    )
    revenue = np.round(np.bincount(ad.of, co.bills.total[: len(job.id)], len(known))[at], 2)
    leads = np.ceil(jobs * rng.uniform(1.2, 1.6, n)).astype(np.int64)
    clicks = np.ceil(leads * rng.uniform(4, 9, n)).astype(np.int64)
    shown = np.ceil(clicks / rng.uniform(0.02, 0.06, n)).astype(np.int64)
    calls = np.floor(leads * 0.7).astype(np.int64)
    names = [ad.names[i] for i in at.tolist()]
    stats: dict[str, Any] = {
        "impressions": shown,
        "clicks": clicks,
        "averageCPC": np.round(spent / np.maximum(clicks, 1), 4),
    }
    stats |= {
        "conversions": leads,
        "allConversions": leads.astype(float),
        "cost": spent,
        "clickRate": np.round(clicks / shown.clip(1), 4),
    }
    stats |= {
        "costPerConversion": np.round(spent / leads.clip(1), 2),
        "conversionRate": np.round(leads / clicks.clip(1), 4),
    }
    won: dict[str, Any] = {
        "leads": leads,
        "leadCalls": calls,
        "onlineBooking": leads - calls,
        "manualBooking": 0 * leads,
    }
    won |= {
        "bookedJobs": jobs,
        "ranJobs": done.astype(np.int64),
        "soldJobs": done.astype(np.int64),
        "revenue": revenue,
    }
    won |= {
        "potentialRevenue": 0.0,
        "bookingRate": np.round(jobs / leads.clip(1), 4),
        "avgTicket": np.round(revenue / done.clip(1), 2),
    }
    return {
        "id": known[at],
        "campaign.id": known[at],
        "campaign.name": objects(names),
        "campaign.category": "Search",
        "campaign.launchDate": np.datetime_as_string(co.start, unit="D").item(),
        "campaign.status": "Live",
        "adGroup.id": objects([f"group-{i}" for i in known[at].tolist()]),
        "adGroup.name": objects(names),
        "keyword.id": objects([f"word-{i}" for i in known[at].tolist()]),
        "keyword.name": draw(rng, [t[0].lower() for t in JOB_TYPES], n),
        **{f"digitalStats.{k}": v for k, v in stats.items()},
        **{f"leadStats.{k}": v for k, v in won.items()},
        "returnOnInvestment": np.round(revenue / spent, 2),
    }


def attributed(co: Company) -> Data:
    """The calls that led to jobs, each with the campaign that it came by."""
    rng, job, jobs, ad = co.rng("attributed"), co.jobs, co["jpm.jobs"], co.advertised
    at: Index = np.flatnonzero((jobs["leadCallId"] >= 0) & ad.online[ad.of])
    n = len(at)
    texts = {
        f"attribution.{k}": ""
        for k in (
            "landingPageUrl",
            "referrerUrl",
            "clickId",
            "gbraid",
            "wbraid",
            "adGroupId",
            "keywordId",
        )
    }
    texts |= {f"leadForm.{k}": "" for k in ("leadStatus", "notes")} | {
        f"attribution.{k}": "" for k in ("adGroupName", "keywordName")
    }
    return {
        **texts,
        "id": np.arange(n),
        "dateTime": job.created[at],
        "leadType": 1,
        "attribution.utmSource": draw(rng, ["search", "social"], n),
        "attribution.utmMedium": "cpc",
        "attribution.utmCampaign": Choice(ad.of[at], ad.names),
        "attribution.originalCampaign": Choice(ad.of[at], ad.names),
        "attribution.stCampaignId": jobs["campaignId"][at],
        "job.id": job.id[at],
        "job.name": Choice(job.kind[at], [t[0] for t in JOB_TYPES]),
        "customer.id": co.customers.id[job.customer[at]],
        "customer.name": Choice(job.customer[at], co.customers.names),
        "call.id": jobs["leadCallId"][at],
        "call.duration": "00:03:00",
        "call.type": "Booked",
        "call.source": "Tracking number",
        "call.callerNumber": "6025550100",
        "call.trackingNumber": "6025550199",
        "call.excusedReason": "",
        "booking.id": np.full(n, -1),
    }


def warnings(co: Company) -> Data:
    names = co.advertised.names[:3]
    n = len(names)
    units = [[name] for name in co["settings.business_units"]["name"].tolist()[:n]]
    return {
        "id": np.arange(n),
        "campaignName": objects(names),
        "warningType": Choice(np.arange(n) % 2, WARNINGS),
        "businessUnits": Choice(np.arange(n), units),
        "lookaheadWindow": np.full(n, 3),
        "thresholdValue": np.full(n, 80),
    }


FACTS: dict[str, Any] = {
    "advertised": advertised,
}
MAKERS: dict[str, Any] = {
    "marketingads.performance": performance,
    "marketingads.attributed_leads": attributed,
    "marketingads.capacity_warnings": warnings,
}
