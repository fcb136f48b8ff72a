"""Terms of payment, credit memos and bank deposits."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Choice
from ..settings.business_units import BRANCHES
from ..simulation import DAY, HOUR, NAT, Company, Data, Rng, draw, ids, later, objects
from .amounts import OF_JOB
from .invoices import ledger, parties

TERMS = [("Due upon receipt", 0), ("Net 15", 15), ("Net 30", 30)]
REASONS = ["Goodwill", "Price match", "Part returned", "Second visit was needed"]
DISCOUNTS, TAX, RECEIVABLE, CHECKING = 4, 7, 8, 9  # among shop.ACCOUNTS
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


FACTS: dict[str, Any] = {
    "credit_memos": memo_facts,
    "deposits": banked,
}
MAKERS: dict[str, Any] = {
    "accounting.payment_terms": terms,
    "accounting.credit_memos": memos,
    "accounting.credit_memos.credit_memo_items": memo_items,
    "accounting.bank_deposits": deposits,
}
