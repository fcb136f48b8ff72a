"""What offers are made from.

Templates of estimates, proposals that put three of them side by side, prices for single customers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Choice, Index, Ragged
from ..pricebook import KINDS, Skus
from ..settings.business_units import TRADES
from ..simulation import DAY, Company, Data, ids, later, objects

OPTIONS = ["Good", "Better", "Best"]
COLORS = ["#8a9ba8", "#3366cc", "#dd8822"]
LINES = 3  # of the first option; each following one has another line more
COST_TYPES = ["Material", "Equipment", "Labor", "Permit"]
TYPE = 7_101


def _contents(co: Company) -> tuple[Index, Index, Index]:
    """(template, sku, quantity) of each line.

    The three of a trade begin with the same equipment and services.
    """
    rng, skus = co.rng("estimate template lines"), Skus(co)
    counts = np.tile(LINES + np.arange(len(OPTIONS)), len(TRADES))
    template = np.repeat(np.arange(len(counts)), counts)
    number = np.arange(len(template)) - np.repeat(np.cumsum(counts) - counts, counts)
    longest = LINES + len(OPTIONS) - 1
    kind = np.tile(np.array([2, 0, 1, 0, 1])[:longest], len(TRADES))
    sku = skus.draw(rng, kind, np.repeat(np.arange(len(TRADES)), longest))
    at = template // len(OPTIONS) * longest + number
    return template, sku[at], np.where(kind[at] == 1, 2, 1)


def template_lines(co: Company) -> Data:
    template, sku, quantity = _contents(co)
    skus, n = Skus(co), len(template)
    return {
        "id": ids(n, 99_200_000),
        "_template": template,
        "skuId": skus.id[sku],
        "skuType": Choice(skus.kind[sku], list(KINDS)),
        "skuName": Choice(sku, skus.names),
        "description": Choice(sku, [f"<p>{name}</p>" for name in skus.names]),
        "quantity": quantity.astype(float),
        "unitPrice": skus.price[sku],
        "totalPrice": np.round(skus.price[sku] * quantity, 2),
        "unitCost": skus.cost[sku],
        "isAddOn": False,
        "chargeable": True,
        "allowDiscounts": True,
        "order": np.arange(n) - np.searchsorted(template, template) + 1,
    }


def templates(co: Company) -> Data:
    line, n = co["estimate template lines"], len(TRADES) * len(OPTIONS)
    at = line["_template"]
    names = [f"{trade} - {option}" for trade in TRADES for option in OPTIONS]
    made = co.start - 60 * DAY + np.arange(n) * DAY
    return {
        "id": ids(n, 99_100_000, 2),
        "name": objects(names),
        "internalName": objects([f"T{i:02d}" for i in range(1, n + 1)]),
        "summary": objects([f"<p>{name}</p>" for name in names]),
        "mode": "Dynamic",
        "active": True,
        "businessUnitId": np.full(n, -1),
        "totalCost": np.round(np.bincount(at, line["unitCost"] * line["quantity"], n), 2),
        "totalPrice": np.round(np.bincount(at, line["totalPrice"], n), 2),
        "createdOn": made,
        "modifiedOn": later(co, co.rng("estimate templates"), made, 200),
        "items": Ragged(np.searchsorted(at, np.arange(n + 1)), "estimate template lines"),
    }


def proposal_types(co: Company) -> Data:
    options = [
        {
            "id": TYPE * 10 + i,
            "name": name,
            "order": i + 1,
            "color": COLORS[i],
            "estimateType": "Standard",
        }
        for i, name in enumerate(OPTIONS)
    ]
    one = np.ones(1, dtype=bool)
    return {
        "id": np.array([TYPE]),
        "name": objects(["Good, better, best"]),
        "type": "Progressive",
        "active": one,
        "isSystemDefault": one,
        "isDefault": one,
        "options": Choice(np.zeros(1, dtype=int), [options]),
    }


def proposals(co: Company) -> Data:
    """One for each trade, with its three templates."""
    known, n = co["sales.estimate_templates"], len(TRADES)
    sets = [
        [
            {
                "proposalTypeOptionId": TYPE * 10 + i,
                "estimateTemplateId": int(known["id"][t * len(OPTIONS) + i]),
                "estimateTemplateName": known["name"][t * len(OPTIONS) + i],
                "order": i + 1,
            }
            for i in range(len(OPTIONS))
        ]
        for t in range(n)
    ]
    units = co["settings.business_units"]["id"]
    made = known["createdOn"][:: len(OPTIONS)] + 20 * DAY
    return {
        "id": ids(n, 99_300_000, 2),
        "name": objects(TRADES),
        "description": None,
        "active": True,
        "status": "Publish",
        "proposalTypeId": TYPE,
        "proposalTypeName": "Good, better, best",
        "businessUnitIds": Ragged(
            3 * np.arange(n + 1), np.array([units[b * n + t] for t in range(n) for b in range(3)])
        ),
        "estimateAssignments": Choice(np.arange(n), sets),
        "createdOn": made,
        "modifiedOn": later(co, co.rng("proposals"), made, 200),
    }


def client_prices(co: Company) -> Data:
    """What some companies pay for some things: less than the others."""
    rng, skus, companies = (
        co.rng("client prices"),
        Skus(co),
        np.flatnonzero(co.customers.company)[:12],
    )
    sets = [
        [
            {
                "skuId": int(skus.id[s]),
                "skuType": KINDS[skus.kind[s]],
                "value": float(v),
                "valueType": "DiscountPercent",
            }
            for s, v in zip(
                rng.integers(0, len(skus.id), 3).tolist(),
                rng.integers(3, 15, 3).tolist(),
                strict=True,
            )
        ]
        for _ in companies
    ]
    return {"id": co.customers.id[companies], "exceptions": Choice(np.arange(len(companies)), sets)}


def cost_types(co: Company) -> Data:
    return {"id": ids(len(COST_TYPES), 1), "name": objects(COST_TYPES)}


MAKERS: dict[str, Any] = {
    "estimate template lines": template_lines,
    "sales.estimate_templates": templates,
    "sales.proposal_types": proposal_types,
    "sales.proposal_templates": proposals,
    "pricebook.clientspecificpricing": client_prices,
    "pricebook.materials.costtypes": cost_types,
}
