"""What was billed, paid and owed."""

from __future__ import annotations

from dataclasses import dataclass

from ..columns import Array, Index


@dataclass(frozen=True)
class Bills:
    """Every invoice with its items and payments.

    One for each job, then adjustments, then membership fees.
    """

    kind: Index
    job: Index
    of: Index
    member: Index
    customer: Index
    place: Index
    branch: Index
    trade: Index
    date: Array
    discounted: Array
    estimate: Index
    id: Index
    starts: Index
    item_bill: Index
    item_kind: Index
    item_sku: Index
    item_price: Array
    item_quantity: Array
    item_number: Index
    item_line: Index
    item_id: Index
    item_total: Array
    item_cost: Array
    sub_total: Array
    rate: Array
    tax: Array
    total: Array
    paid_bill: Index
    paid_amount: Array
    paid_when: Array
    balance: Array
    settled: Array


@dataclass(frozen=True)
class CreditMemos:
    """Credit memos and their items."""

    id: Index
    bill: Index
    item_memo: Index
    amount: Array
    made: Array
    total: Array


@dataclass(frozen=True)
class Deposits:
    """Bank deposits; `of` is the deposit of each payment."""

    id: Index
    day: Array
    of: Index


@dataclass(frozen=True)
class Postings:
    """The lines of the journal."""

    entry: Index
    days: Array
    kind: Index
    of: Index
    account: Index
    cents: Index


@dataclass(frozen=True)
class VendorBills:
    """What vendors are owed."""

    made: Array
    day: Array
    due: Array
    run: Array
    hold: Array
    branch: Index
    credited: Index
    count: Index
    trade: Index
    credit: Array
    order: Index
    what: Index
    vendor: Index
    total: Array
    payee: Index
    tax: Array
    freight: Array
    paid: Array
    id: Index


@dataclass(frozen=True)
class VendorPayments:
    """What was paid to vendors."""

    bill: Index
    of: Index
    part: Array
    amount: Array
    payee: Index
    when: Array
    starts: Index
    id: Index
