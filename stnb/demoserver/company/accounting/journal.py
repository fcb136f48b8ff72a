"""The journal: entries whose debits are their credits."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Choice, Index
from ..crm.contacts import guids
from ..pricebook import Skus
from ..simulation import DAY, HOUR, NAT, Company, Data, objects
from .amounts import MODIFIER
from .invoices import ledger, owners
from .ledger import CHECKING, DISCOUNTS, OPEN_DAYS, RECEIVABLE, TAX

# The accounts that an invoice may touch.
COLUMNS = np.array([0, 1, 2, 3, DISCOUNTS, TAX, RECEIVABLE], dtype=np.int8)


KINDS = ["Invoice", "Payment", "CreditMemo"]


def postings(co: Company) -> Data:
    """What each invoice, payment and credit memo does to which account, in cents.

    More than 0 is a credit. Each sums to 0.
    """
    b, paid, memo, skus = co.bills, co["accounting.payments"], co.credit_memos, Skus(co)
    n = len(b.id)
    account = np.where(
        b.item_sku == skus.fee, 3, np.where(b.item_kind == MODIFIER, DISCOUNTS, b.item_kind)
    )
    sums = (
        np.bincount(b.item_bill * 5 + account, cents(b.item_total), n * 5)
        .astype(np.int64)
        .reshape(n, 5)
    )
    tax = cents(b.tax)
    grid = np.column_stack((sums, tax, -(sums.sum(axis=1) + tax)))
    row, column = np.nonzero(grid)
    money, given = cents(paid["total"]), cents(memo.total)
    m, k = len(money), len(given)
    of = np.concatenate((row, np.repeat(np.arange(m), 2), np.repeat(np.arange(k), 2))).astype(
        np.int32
    )
    kind = np.repeat(np.arange(3, dtype=np.int8), [len(row), 2 * m, 2 * k])
    amount = np.concatenate((grid[row, column], _pairs(money), _pairs(given)))
    against = [np.array([RECEIVABLE, other], dtype=np.int8) for other in (CHECKING, DISCOUNTS)]
    to = np.concatenate((COLUMNS[column], np.tile(against[0], m), np.tile(against[1], k)))
    dates = [when.astype("datetime64[D]") for when in (b.date, b.paid_when, memo.made)]
    day = np.concatenate((dates[0][row], np.repeat(dates[1], 2), np.repeat(dates[2], 2)))
    del grid, row, column, dates
    order = np.argsort(day, kind="stable")
    days = np.unique(day)
    entry = np.searchsorted(days, day[order])
    return {
        "entry": entry,
        "days": days,
        "kind": kind[order],
        "of": of[order],
        "account": to[order],
        "cents": amount[order],
    }


def cents(amount: Array) -> Index:
    return np.asarray(np.round(amount * 100), dtype=np.int64)


def _pairs(amount: Index) -> Index:
    """A credit and the debit against it."""
    return np.column_stack((amount, -amount)).ravel()


def entries(co: Company) -> Data:
    p = co.postings
    n, day = len(p.days), p.days.astype("datetime64[us]")
    closed = day < co.end - OPEN_DAYS * DAY
    made = np.minimum(day + DAY + 9 * HOUR, co.end - HOUR)
    return {
        "id": objects(guids(co, "accounting.journal_entries", n)),
        "number": np.arange(1, n + 1),
        "name": objects([f"Journal {d}" for d in np.datetime_as_string(p.days).tolist()]),
        "source": "ServiceTitan",
        "status": Choice(closed.astype(int), ["Open", "Closed"]),
        "syncStatus": Choice(closed.astype(int), ["NotSynced", "Synced"]),
        "versionId": np.full(n, 1),
        "lastSyncVersionId": np.where(closed, 1, -1),
        "postDate": day,
        "exportedOn": np.where(closed, made + 3 * DAY, NAT),
        "customFields": [],
        "isEmpty": False,
        "createdOn": made,
        "modifiedOn": np.where(closed, made + 3 * DAY, made),
    }


def _account(co: Company, account: Index) -> Data:
    known = ledger(co, "account", account)
    return {
        **{path: data for path, data in known.items() if not path.endswith("detailType")},
        "account.subtype": None,
    }


def _sides(amount: Index) -> Data:
    return {"debit": np.maximum(-amount, 0) / 100, "credit": np.maximum(amount, 0) / 100}


def details(co: Company) -> Data:
    p, b, memo = co.postings, co.bills, co.credit_memos
    n, kind, of = len(p.kind), p.kind, p.of
    bill = np.where(kind == 0, of, -1)
    bill[kind == 1] = b.paid_bill[of[kind == 1]]
    bill[kind == 2] = memo.bill[of[kind == 2]]
    number = np.where(kind == 0, b.id[bill], -1)
    number[kind == 1] = co["accounting.payments"]["id"][of[kind == 1]]
    number[kind == 2] = memo.id[of[kind == 2]]
    unit = b.branch[bill] * 4 + b.trade[bill]
    job = b.job[bill]
    day = p.days[p.entry].astype("datetime64[us]")
    return {
        **_account(co, p.account),
        **_sides(p.cents),
        **owners(co, b.customer[bill], unit),
        "id": np.arange(n),
        "_entry": Choice(p.entry, co["accounting.journal_entries"]["id"].tolist()),
        "postDate": day,
        "transactionDate": day,
        "memo": Choice(kind, KINDS),
        "transaction.id": number,
        "transaction.type": Choice(kind, KINDS),
        "transaction.refNumber": number,
        "job.id": np.where(job >= 0, co.jobs.id[np.maximum(job, 0)], -1),
        "job.number": np.where(job >= 0, co.jobs.id[np.maximum(job, 0)] - 48_000_000, -1),
    }


def summary(co: Company) -> Data:
    """The sums of each account in each entry."""
    p = co.postings
    slot = p.entry * 16 + p.account
    key = np.flatnonzero(np.bincount(slot))
    plus, minus = (
        np.bincount(slot, np.maximum(sign * p.cents, 0))[key].astype(np.int64) for sign in (1, -1)
    )
    return {
        **_account(co, key % 16),
        "id": np.arange(len(key)),
        "_entry": Choice(key // 16, co["accounting.journal_entries"]["id"].tolist()),
        "postDate": p.days[key // 16].astype("datetime64[us]"),
        "debit": minus / 100,
        "credit": plus / 100,
        "memo": None,
    }


FACTS: dict[str, Any] = {
    "postings": postings,
}
MAKERS: dict[str, Any] = {
    "accounting.journal_entries": entries,
    "accounting.journal_entries.details": details,
    "accounting.journal_entries.summary": summary,
}
