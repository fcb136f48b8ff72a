"""The books: terms of payment, credit memos, bank deposits, and a journal whose debits are
its credits."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..crm.contacts import guids
from ..pricebook import Skus
from ..settings.business_units import BRANCHES
from ..simulation import DAY, HOUR, NAT, Company, Data, Rng, draw, ids, later, objects
from ..table import Array, Choice, Index
from .amounts import MODIFIER, OF_JOB
from .invoices import ledger, owners, parties

TERMS = [("Due upon receipt", 0), ("Net 15", 15), ("Net 30", 30)]
REASONS = ["Goodwill", "Price match", "Part returned", "Second visit was needed"]
DISCOUNTS, TAX, RECEIVABLE, CHECKING = 4, 7, 8, 9  # among shop.ACCOUNTS
COLUMNS = np.array(
    [0, 1, 2, 3, DISCOUNTS, TAX, RECEIVABLE], dtype=np.int8
)  # the accounts that an invoice may touch
KINDS = ["Invoice", "Payment", "CreditMemo"]
BANKED = 2 * DAY  # what came in later than this is still in the drawer
CARD_FEE = 0.026
OPEN_DAYS = 30  # after which the journal of a day is closed


def terms(co: Company) -> Data:
    n, made = len(TERMS), np.full(len(TERMS), co.start - 400 * DAY)
    return {
        "id": ids(n, 51),
        "name": objects([t[0] for t in TERMS]),
        "dueDayType": "NumberOfDays",
        "dueDay": np.array([t[1] for t in TERMS]),
        "isCustomerDefault": np.arange(n) == 0,
        "isVendorDefault": np.arange(n) == 2,
        "active": np.arange(n) != 1,
        "inUse": np.arange(n) != 1,
        "createdOn": made,
        "modifiedOn": made,
        "paymentTermDiscountModel.id": np.full(n, -1),
        "interestSettings.id": np.full(n, -1),
        "interestSettings.rateType": "Flat",
        "interestSettings.frequency": "Monthly",
        "interestSettings.targetInvoices": [],
        "interestSettings.taskId": 0,
        "interestSettings.taskDisplayName": "",
    }


def _clerks(co: Company, rng: Rng, n: int) -> Choice:
    return draw(rng, co["settings.employees"]["name"].tolist(), n)


# -- credit memos


def memo_facts(co: Company) -> Data:
    """Some customers are given back a part of what they paid for a job.

    One to three reasons, each with its amount.
    """
    rng, b = co.rng("credit memos"), co.bills
    able = np.flatnonzero((b.kind == OF_JOB) & (b.total > 60) & (b.date < co.end - 20 * DAY))
    chosen = rng.random(len(able)) < 0.012
    chosen[: min(2, len(able))] = True
    bill = able[chosen]
    counts = rng.choice([1, 2, 3], len(bill), p=[0.6, 0.3, 0.1])
    which = np.repeat(np.arange(len(bill)), counts)
    amount = np.round(b.sub_total[bill[which]] * rng.uniform(0.03, 0.12, len(which)), 2)
    made = np.minimum(b.date[bill] + rng.integers(2, 40, len(bill)) * DAY, co.end - HOUR)
    total = np.round(np.bincount(which, amount, len(bill)), 2)
    return {
        "id": ids(len(bill), 66_100_000, 3),
        "bill": bill,
        "item_memo": which,
        "amount": amount,
        "made": made,
        "total": total,
    }


def memos(co: Company) -> Data:
    """Credit that is open: none of it has been used for an invoice."""
    rng, b, f = co.rng("accounting.credit_memos"), co.bills, co.credit_memos
    bill, n = f.bill, len(f.bill)
    return {
        **parties(co, b.customer[bill], b.place[bill], b.branch[bill] * 4 + b.trade[bill]),
        "id": f.id,
        "date": f.made.astype("datetime64[D]").astype("datetime64[us]"),
        "referenceNumber": f.id - 66_000_000,
        "subTotal": f.total,
        "salesTax": 0.0,
        "salesTaxCode.id": co["accounting.tax_zones"]["id"][b.branch[bill]],
        "salesTaxCode.name": Choice(b.branch[bill], BRANCHES),
        "salesTaxCode.taxRate": b.rate[bill],
        "total": f.total,
        "balance": f.total,
        "appliedTo": [],
        "syncStatus": draw(rng, ["Pending", "Posted", "Exported"], n, [1, 2, 7]),
        "createdOn": f.made,
        "createdBy": _clerks(co, rng, n),
        "modifiedOn": later(co, rng, f.made, 3),
        "modifiedBy": _clerks(co, rng, n),
        "description": draw(rng, REASONS, n),
        "active": True,
    }


def memo_items(co: Company) -> Data:
    rng, f, sku = co.rng("credit memo items"), co.credit_memos, co["pricebook.discounts_and_fees"]
    memo, n = f.item_memo, len(f.item_memo)
    books = ledger(co, "revenueGeneralLedgerAccount", np.full(n, DISCOUNTS))
    unit = co.bills.branch[f.bill[memo]] * 4 + co.bills.trade[f.bill[memo]]
    return {
        **{path: data for path, data in books.items() if not path.endswith("detailType")},
        "id": ids(n, 66_700_000, 2),
        "creditMemoId": f.id[memo],
        "active": True,
        "description": draw(rng, REASONS, n),
        "quantity": 1.0,
        "cost": 0.0,
        "price": f.amount,
        "total": f.amount,
        "type": "PriceModifier",
        "skuName": sku["displayName"][1],
        "skuId": int(sku["id"][1]),
        "taxable": False,
        "createdOn": f.made[memo],
        "createdBy": _clerks(co, rng, n),
        "businessUnit.id": co["settings.business_units"]["id"][unit],
        "businessUnit.name": Choice(unit, co["settings.business_units"]["name"].tolist()),
    }


# -- bank deposits


def banked(co: Company) -> Data:
    """Every day's payments go to the bank together on the next day.

    `of` says with which deposit: -1 for refunds and for not yet.
    """
    b = co.bills
    day, came = b.paid_when.astype("datetime64[D]"), b.paid_amount > 0
    days = np.unique(day[came & (b.paid_when < co.end - BANKED)])
    return {
        "id": ids(len(days), 63_100_000, 2),
        "day": days,
        "of": np.where(came & (b.paid_when < co.end - BANKED), np.searchsorted(days, day), -1),
    }


def deposits(co: Company) -> Data:
    rng, f, paid = co.rng("accounting.bank_deposits"), co.deposits, co["accounting.payments"]
    n, went = len(f.id), f.of >= 0
    card = paid["typeId"] == co["accounting.payment_types"]["id"][0]
    gross = np.round(np.bincount(f.of[went], paid["total"][went], n), 2)
    fees = np.round(
        np.bincount(f.of[went], np.where(card, paid["total"], 0.0)[went] * CARD_FEE, n).clip(0), 2
    )
    made = f.day.astype("datetime64[us]") + DAY + 17 * HOUR
    new = f.day > (co.end - 10 * DAY).astype("datetime64[D]")
    return {
        **ledger(co, "bankAccount", np.full(n, CHECKING)),
        "id": f.id,
        "name": objects([f"Deposit {day}" for day in np.datetime_as_string(f.day).tolist()]),
        "depositStatus": "Deposited",
        "syncStatus": Choice(new.astype(int), ["Exported", "Pending"]),
        "createdOn": made,
        "createdBy": _clerks(co, rng, n),
        "modifiedOn": later(co, rng, made, 1),
        "active": True,
        "depositDate": made,
        "reviewStatus": Choice(new.astype(int), ["Reviewed", "NeedsReview"]),
        "reviewedOn": np.where(new, NAT, made + 2 * DAY),
        "grossAmount": gross,
        "netAmount": np.round(gross - fees, 2),
        "fees": fees,
    }


# -- the journal


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
    "credit_memos": memo_facts,
    "deposits": banked,
    "postings": postings,
}
MAKERS: dict[str, Any] = {
    "accounting.payment_terms": terms,
    "accounting.credit_memos": memos,
    "accounting.credit_memos.credit_memo_items": memo_items,
    "accounting.bank_deposits": deposits,
    "accounting.journal_entries": entries,
    "accounting.journal_entries.details": details,
    "accounting.journal_entries.summary": summary,
}
