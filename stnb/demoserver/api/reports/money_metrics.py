"""More of what the reports count: money owed, calls, sales, campaigns, pay and customers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...company.columns import Array
from .work_metrics import BILLS, JOBS, Asked, Books, Cells, chosen, money, share, within

BUCKETS = ((0, "Current"), (1, "1-30"), (31, "31-60"), (61, "61-90"), (91, "Over 90"))
CALLS, SOLD = "telecom.calls", "sales.estimates"


def _owed(books: Books, asked: Asked) -> tuple[Any, Array, Array]:
    """(rows, balances, days since due) of the invoices that are not paid."""
    balances = books.amounts(BILLS, "balance")
    keep = within(asked, books.of(BILLS, "invoiceDate")) & books.billed & (balances > 0)
    keep &= chosen(asked, "BusinessUnitIds", books.of(BILLS, "businessUnit.id"))
    at = np.flatnonzero(keep)
    due: Any = books.of(BILLS, "dueDate")[at]
    due = np.where(np.isnat(due), books.of(BILLS, "invoiceDate")[at], due)
    return at, balances[at], ((books.world.company.end - due) / np.timedelta64(1, "D")).astype(int)


def unpaid(books: Books, asked: Asked) -> Cells:
    """The balance is text, although the report says that it is a number."""
    at, left, days = _owed(books, asked)
    numbers, customers = books.texts(BILLS, "referenceNumber"), books.texts(BILLS, "customer.name")
    return [
        [numbers[i], customers[i], f"{v:.2f}", int(d)]
        for i, v, d in zip(at.tolist(), left.tolist(), days, strict=True)
    ]


def ageing(books: Books, asked: Asked) -> Cells:
    _, left, days = _owed(books, asked)
    slots = np.searchsorted([start for start, _ in BUCKETS], np.maximum(days, 0), side="right") - 1
    counts, sums = np.bincount(slots, minlength=5), np.bincount(slots, left, 5)
    return [
        [label, int(n), money(v)] for (_, label), n, v in zip(BUCKETS, counts, sums, strict=True)
    ]


def _calls(books: Books, asked: Asked) -> tuple[Array, Array]:
    """(which calls are leads of these days, which of them were booked)."""
    kinds = np.asarray(books.texts(CALLS, "leadCall.callType"))
    leads = np.isin(kinds, ["Booked", "Unbooked"]) & within(
        asked, books.of(CALLS, "leadCall.receivedOn")
    )
    return leads, leads & (kinds == "Booked")


def _rates(labels: list[str], keys: Array, leads: Array, booked: Array) -> Cells:
    out: Cells = []
    for key, label in enumerate(labels):
        n, b = int((leads & (keys == key)).sum()), int((booked & (keys == key)).sum())
        out.append([label, n, b, share(b, n)])
    return out


def by_campaign(books: Books, asked: Asked) -> Cells:
    keys = books.at("marketing.campaigns", books.of(CALLS, "leadCall.campaign.id"))
    return _rates(books.texts("marketing.campaigns", "name"), keys, *_calls(books, asked))


def by_agent(books: Books, asked: Asked) -> Cells:
    """By who took the call; calls that nobody took are left out."""
    names, keys = np.unique(books.texts(CALLS, "leadCall.agent.name"), return_inverse=True)
    rows = _rates(names.tolist(), keys, *_calls(books, asked))
    return [row for row in rows if row[1] and row[0] != "None"]


def profit(books: Books, asked: Asked) -> Cells:
    """By job type: revenue, what the items cost, and the margin."""
    at = books.finished(asked)
    kinds, names = (
        books.at("jpm.job_types", books.of(JOBS, "jobTypeId")[at]),
        books.texts("jpm.job_types", "name"),
    )
    n = len(names)
    counts, revenue, cost = (
        np.bincount(kinds, w, n) for w in (None, books.revenue[at], books.cost[at])
    )
    return [
        [name, int(c), money(r), money(k), money(r - k), share(r - k, r)]
        for name, c, r, k in zip(names, counts, revenue, cost, strict=True)
        if c
    ]


def close_rate(books: Books, asked: Asked) -> Cells:
    """By business unit: jobs with an estimate, jobs that sold one, and the amount."""
    units, sold = books.of(SOLD, "businessUnitId"), ~np.isnat(books.of(SOLD, "soldOn"))
    keep = within(asked, books.of(SOLD, "createdOn")) & chosen(asked, "BusinessUnitIds", units)
    jobs, amounts, out = books.of(SOLD, "jobId"), books.amounts(SOLD, "subtotal"), []
    names = books.texts("settings.business_units", "name")
    for key, name in zip(books.of("settings.business_units", "id").tolist(), names, strict=True):
        mine = keep & (units == key)
        offered, won = len(np.unique(jobs[mine])), len(np.unique(jobs[mine & sold]))
        if offered:
            out.append([name, offered, won, share(won, offered), money(amounts[mine & sold].sum())])
    return out


def spent(books: Books, asked: Asked) -> Array:
    """By campaign: what its days in the window cost."""
    name = "marketing.costs"
    months = ((books.of(name, "year") - 1970) * 12 + books.of(name, "month") - 1).astype(
        "datetime64[M]"
    )
    first, last = np.datetime64(asked["From"][:10]), np.datetime64(asked["To"][:10]) + 1
    begin, end = (
        np.maximum(months.astype("datetime64[D]"), first),
        np.minimum((months + 1).astype("datetime64[D]"), last),
    )
    days = np.maximum((end - begin).astype(int), 0)
    at = books.at("marketing.campaigns", books.of(name, "campaignId"))
    return np.bincount(
        at, books.amounts(name, "dailyCost") * days, books.table("marketing.campaigns").size
    )


def campaigns(books: Books, asked: Asked) -> Cells:
    """Jobs by the campaign that brought them, their revenue, the cost and the return."""
    at = np.flatnonzero(
        within(asked, books.of(JOBS, "createdOn"))
        & chosen(asked, "CampaignIds", books.of(JOBS, "campaignId"))
    )
    keys, names = (
        books.at("marketing.campaigns", books.of(JOBS, "campaignId")[at]),
        books.texts("marketing.campaigns", "name"),
    )
    keep = chosen(asked, "CampaignIds", books.of("marketing.campaigns", "id"))
    counts, revenue = (np.bincount(keys, w, len(names)) for w in (None, books.revenue[at]))
    rows = zip(names, counts, revenue, spent(books, asked), keep, strict=True)
    return [
        [name, int(n), money(r), money(c), share(r - c, c)] for name, n, r, c, kept in rows if kept
    ]


def timesheet(books: Books, asked: Asked) -> Cells:
    """By person: hours paid and gross pay."""
    name = "payroll.gross_pay_items"
    who, kinds = books.of(name, "employeeId"), np.asarray(books.texts(name, "employeeType"))
    keep = within(asked, books.of(name, "date"))
    if asked.get("EmployeeType"):
        keep &= kinds == asked["EmployeeType"]
    hours, amounts, out = (
        books.amounts(name, "paidDurationHours"),
        books.amounts(name, "amount"),
        [],
    )
    for people in ("settings.technicians", "settings.employees"):
        for key, label in zip(
            books.of(people, "id").tolist(), books.texts(people, "name"), strict=True
        ):
            mine = keep & (who == key)
            if mine.any():
                out.append([label, round(float(hours[mine].sum()), 2), money(amounts[mine].sum())])
    return out


def newcomers(books: Books, asked: Asked) -> Cells:
    """Customers that were created in these days; their first day is written as people write it."""
    name = "crm.customers"
    created, kinds = books.of(name, "createdOn"), np.asarray(books.texts(name, "type"))
    keep = within(asked, created) & (
        kinds == asked["CustomerType"] if asked.get("CustomerType") else True
    )
    if asked.get("ActiveOnly") is True:
        keep &= books.of(name, "active").astype(bool)
    at = np.flatnonzero(keep)
    jobs = np.bincount(
        np.maximum(books.at(name, books.of(JOBS, "customerId")), 0), minlength=len(kinds)
    )
    names, cities = books.texts(name, "name"), books.texts(name, "address.city")
    days = [d.astype(object) for d in created[at].astype("datetime64[D]")]
    return [
        [names[i], str(kinds[i]), cities[i], f"{d.month}/{d.day}/{d.year}", int(jobs[i])]
        for i, d in zip(at.tolist(), days, strict=True)
    ]
