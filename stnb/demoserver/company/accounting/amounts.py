"""What was billed and paid, as facts: memberships, invoices with their items, payments.

Their totals are made to agree here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Index
from ..facts.selling import EstimateLines
from ..jpm.jobs import COMPLETED
from ..pricebook import COST_RISE, PLANS, Skus, level
from ..settings.business_units import JOB_TYPES, TAX_RATES
from ..simulation import DAY, HOUR, NAT, SECOND, Company, Data, Rng, blur, ids

INSTALLS = [
    i for i, job in enumerate(JOB_TYPES) if job[0].endswith("Install") or job[0] == "Panel Upgrade"
]
MODIFIER = 3  # after the three kinds of things that are sold
OF_JOB, ADJUSTMENT, MEMBERSHIP = range(3)


def members(co: Company) -> Data:
    """Memberships: a quarter of the customers buy one, and most renew it when its year is over."""
    rng, who = co.rng("members"), co.customers
    joined = np.flatnonzero((rng.random(len(who.id)) < 0.28) | (np.arange(len(who.id)) == 0))
    start = (
        np.maximum(who.created[joined], co.start - 300 * DAY)
        + rng.integers(0, 200, len(joined)) * DAY
    )
    plan = np.where(who.company[joined], 3, rng.choice(3, len(joined), p=[0.5, 0.3, 0.2]))
    before = np.full(len(joined), -1)
    rounds: list[list[Array]] = []
    total = 0
    for _ in range(3):
        keep = start < co.end
        joined, start, plan, before = joined[keep], start[keep], plan[keep], before[keep]
        end = start + 365 * DAY
        rounds.append([joined, start, end, plan, before])
        row = total + np.arange(len(joined))
        total += len(joined)
        again = rng.random(len(joined)) < 0.72
        joined, start, plan, before = joined[again], end[again], plan[again], row[again]
    customer, start, end, plan, before = (
        np.concatenate(column) for column in zip(*rounds, strict=True)
    )
    order = np.argsort(start, kind="stable")
    place = np.empty(total, dtype=np.int64)
    place[order] = np.arange(total)
    renewed_by = np.full(total, -1)
    has = before[order] >= 0
    renewed_by[place[before[order][has]]] = np.flatnonzero(has)
    quit_on = blur(rng, start[order] + rng.integers(20, 360, total) * DAY + 17 * HOUR)
    canceled = (rng.random(total) < 0.06) & (renewed_by < 0) & (quit_on < co.end)
    to = np.where(canceled, quit_on, end[order])  # nobody is a member after that
    stamped = {"begins": start[order], "ends": to, "canceled": canceled, "renewed_by": renewed_by}
    return {
        "id": ids(total, 39_400_020, 3),
        "customer": customer[order],
        "plan": plan[order],
        **stamped,
    }


def bills(co: Company) -> Data:
    """Every invoice and its items as facts.

    One for each job, in the jobs' order; then adjustments; then membership fees.
    """
    rng, job, m = co.rng("bills"), co.jobs, co.members
    n, nm = len(job.id), len(m.id)
    usual = np.array([t[5] for t in JOB_TYPES])[job.kind]
    billed = (job.status == COMPLETED) & ((usual > 0) | (co.estimates.of_bill >= 0))
    # What was sold on an estimate is billed as it was offered.
    offered, sold = co.estimate_lines.starts, np.where(billed, co.estimates.of_bill, -1)
    lines = np.where(billed, np.maximum(1, usual + rng.integers(-1, 2, n)), 0)
    lines = np.where(sold >= 0, offered[sold + 1] - offered[sold], lines)
    member = billed & (job.member >= 0)
    wrong = np.flatnonzero(billed & (rng.random(n) < 0.015))
    first_place = co.customers.places.starts[m.customer]
    branch = np.searchsorted([3, 7, 9], co.customers.city[m.customer], side="right")
    date = np.fmax(job.completed, job.created)
    redone = np.minimum(date[wrong] + rng.integers(2, 20, len(wrong)) * DAY, co.end - HOUR)
    b: Data = {
        "kind": np.repeat([OF_JOB, ADJUSTMENT, MEMBERSHIP], [n, len(wrong), nm]),
        "job": np.concatenate((np.arange(n), wrong, np.full(nm, -1))),
        "of": np.concatenate((np.full(n, -1), wrong, np.full(nm, -1))),
        "member": np.concatenate((job.member, job.member[wrong], np.arange(nm))),
        "customer": np.concatenate((job.customer, job.customer[wrong], m.customer)),
        "place": np.concatenate((job.place, job.place[wrong], first_place)),
        "branch": np.concatenate((job.branch, job.branch[wrong], branch)),
        "trade": np.concatenate((job.trade, job.trade[wrong], np.zeros(nm, dtype=np.int64))),
        "date": np.concatenate((date, redone, m.begins)),
        "discounted": np.concatenate((member, np.zeros(len(wrong) + nm, dtype=bool))),
        "estimate": np.concatenate((sold, np.full(len(wrong) + nm, -1))),
    }
    counts = np.concatenate((lines + member, np.ones(len(wrong) + nm, dtype=np.int64)))
    b["id"] = ids(len(counts), 45_900_120, 2)
    b["starts"] = np.concatenate(([0], np.cumsum(counts)))
    install = np.concatenate((np.isin(job.kind, INSTALLS), np.zeros(len(wrong) + nm, dtype=bool)))
    return _paid(co, _totals(_items(co, rng, b, counts, install)))


def _items(co: Company, rng: Rng, b: Data, counts: Index, install: Array) -> Data:
    """What stands on the invoices, at the prices of the day.

    What was sold on an estimate at those of the offer.
    """
    skus = Skus(co)
    bill = np.repeat(np.arange(len(counts)), counts)
    number = np.arange(len(bill)) - b["starts"][bill]
    kind = rng.choice(3, len(bill), p=[0.5, 0.47, 0.03])
    kind = np.where(number == 0, np.where(install[bill], 2, 0), kind)
    sku = skus.draw(rng, kind, b["trade"][bill])
    sku = np.where(b["kind"][bill] == MEMBERSHIP, skus.fee, sku)
    price = np.round(skus.price[sku] * level(co, b["date"][bill]), 2)
    cost = np.round(skus.cost[sku] * level(co, b["date"][bill], COST_RISE), 2)
    quantity = np.where(kind == 1, rng.integers(1, 5, len(bill)), 1).astype(float)
    line, row = _offered(co, b["estimate"][bill], number)
    sku, price, cost = (
        np.where(row >= 0, line.sku[row], sku),
        np.where(row >= 0, line.price[row], price),
        np.where(row >= 0, line.cost[row], cost),
    )
    quantity = np.where(row >= 0, line.quantity[row], quantity)
    fee = np.array([p[1] for p in PLANS])[co.members.plan[np.maximum(b["member"][bill], 0)]]
    price = np.where(b["kind"][bill] == MEMBERSHIP, fee, price)
    discount = b["discounted"][bill] & (number == counts[bill] - 1)
    plain = np.bincount(bill, np.where(discount, 0.0, price * quantity), len(counts))
    price = np.where(discount, -np.round(plain[bill] * 0.1, 2), price)
    again = b["of"][bill]
    row = np.where(discount, -1, row)
    net = np.bincount(bill, np.where(discount, price, price * quantity), len(counts))
    share = np.round(-net[np.maximum(again, 0)] * rng.choice([0.1, 0.2, 1.0], len(bill)), 2)
    price = np.where(again >= 0, share, price)
    modifier = discount | (again >= 0)
    kind, quantity = np.where(modifier, MODIFIER, skus.kind[sku]), np.where(modifier, 1.0, quantity)
    b |= {
        "item_bill": bill,
        "item_kind": kind,
        "item_sku": sku,
        "item_price": price,
        "item_quantity": quantity,
        "item_number": number,
        "item_line": row,
    }
    b |= {"item_id": ids(len(bill), 81_000_000, 3), "item_total": np.round(price * quantity, 2)}
    return {**b, "item_cost": np.where(modifier, 0.0, cost)}


def _offered(co: Company, estimate: Index, number: Index) -> tuple[EstimateLines, Index]:
    """The estimates' lines, and which of them each item is.

    -1 where none was sold, and behind their last.
    """
    line = co.estimate_lines
    starts = line.starts
    row = starts[np.maximum(estimate, 0)] + number
    return line, np.where((estimate >= 0) & (row < starts[estimate + 1]), row, -1).astype(np.int64)


def _totals(b: Data) -> Data:
    n = len(b["id"])
    b["sub_total"] = np.round(np.bincount(b["item_bill"], b["item_total"], n), 2) + 0.0
    goods = np.bincount(
        b["item_bill"],
        np.where((b["item_kind"] == 1) | (b["item_kind"] == 2), b["item_total"], 0.0),
        n,
    )
    b["rate"] = np.array(TAX_RATES)[b["branch"]]
    b["tax"] = np.round(goods * b["rate"], 2)
    b["total"] = np.round(b["sub_total"] + b["tax"], 2)
    return b


def _paid(co: Company, b: Data) -> Data:
    """Who has paid what when.

    People at once or soon, companies late; a few in part or in two parts, some never.
    """
    rng, n, company = co.rng("paid"), len(b["id"]), co.customers.company[b["customer"]]
    slow = np.where(company, 22 + rng.lognormal(2.7, 0.8, n), rng.lognormal(2.2, 0.9, n))
    delay = np.where(rng.random(n) < np.where(company, 0.08, 0.7), 0.05, slow) * 86_400
    when = blur(rng, b["date"] + delay.astype(np.int64) * SECOND)
    pays = (b["total"] > 0) & (rng.random(n) < np.where(company, 0.93, 0.985)) & (when < co.end)
    part = np.where(rng.random(n) < 0.04, 0.5, 1.0)
    bill = np.flatnonzero(pays)
    amount = np.round(b["total"][bill] * part[bill], 2)
    second = (part[bill] < 1) & (rng.random(len(bill)) < 0.5) & (when[bill] + 30 * DAY < co.end)
    rest = np.round(b["total"][bill[second]] - amount[second], 2)
    all_bills, all_amounts = np.concatenate((bill, bill[second])), np.concatenate((amount, rest))
    moments = np.concatenate((when[bill], when[bill[second]] + 30 * DAY))
    back, given = _refunds(co, b, all_bills, all_amounts, moments)
    all_bills, moments = np.concatenate((all_bills, back)), np.concatenate((moments, given))
    all_amounts = np.concatenate((all_amounts, b["total"][back]))
    order = np.argsort(moments, kind="stable")
    b |= {
        "paid_bill": all_bills[order],
        "paid_amount": all_amounts[order],
        "paid_when": moments[order],
    }
    b["balance"] = np.round(b["total"] - np.bincount(b["paid_bill"], b["paid_amount"], n), 2) + 0.0
    settled = np.full(n, NAT, dtype="datetime64[us]")
    settled[b["paid_bill"]] = b["paid_when"]
    b["settled"] = np.where((b["balance"] == 0) & (b["total"] != 0), settled, NAT)
    return b


def _refunds(co: Company, b: Data, paid: Index, amount: Array, when: Array) -> tuple[Index, Array]:
    """(adjustment, moment) of the money given back.

    For two adjustments in three of what had been paid in full.
    """
    rng, n = co.rng("refunds"), len(b["id"])
    whole = np.round(b["total"] - np.bincount(paid, amount, n), 2) == 0
    last = b["date"].copy()
    last[paid] = np.maximum(last[paid], when)
    of = np.maximum(b["of"], 0)
    given = np.maximum(b["date"], last[of] + SECOND) + rng.integers(1, 9, n) * DAY
    some = (
        (b["of"] >= 0)
        & whole[of]
        & (b["total"] < 0)
        & (rng.random(n) < 0.67)
        & (given < co.end - HOUR)
    )
    at = np.flatnonzero(some)
    return at, blur(rng, given[at])


FACTS: dict[str, Any] = {
    "members": members,
    "bills": bills,
}
