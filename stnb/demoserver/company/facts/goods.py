"""What was ordered, moved and installed, and the papers and tasks beside it."""

from __future__ import annotations

from dataclasses import dataclass

from ..columns import Array, Index, Ragged


@dataclass(frozen=True)
class Orders:
    """Purchase orders with their lines."""

    job: Index
    made: Array
    come: Array
    branch: Index
    trade: Index
    second: Array
    first: Array
    got: Array
    line_total: Array
    goods: Array
    tax: Array
    freight: Array
    sent: Array
    status: Index
    came: Array
    rest: Array
    again: Array
    line_order: Index
    sku: Index
    cost: Array
    quantity: Array
    vendor: Index
    id: Index
    line: Index
    starts: Index


@dataclass(frozen=True)
class Deliveries:
    """What arrived of the orders, as receipts with their lines."""

    order: Index
    when: Array
    starts: Index
    line: Index
    receipt: Index
    quantity: Array
    tax: Array
    freight: Array
    total: Array
    id: Index
    bill: Index
    item: Index
    made: Array


@dataclass(frozen=True)
class Returned:
    """What went back to vendors."""

    line: Index
    receipt: Index
    receipt_item: Index
    cost: Array
    made: Array
    back: Array
    credit: Array
    quantity: Array
    status: Index
    amount: Array
    id: Index
    order: Index


@dataclass(frozen=True)
class Transfers:
    """What was moved from one place to another."""

    made: Array
    target: Index
    source: Index
    counts: Index
    of: Index
    sku: Index
    status: Index
    picked: Array
    got: Array
    quantity: Array
    cost: Array


@dataclass(frozen=True)
class Corrections:
    """Counts that were corrected."""

    made: Array
    branch: Index
    trade: Index
    sku: Index
    why: Index
    cost: Array
    quantity: Array


@dataclass(frozen=True)
class Units:
    """Equipment at customers' places."""

    place: Index
    customer: Index
    kind: Index
    gear: Index
    installed: Array
    made: Array
    job: Index
    item: Index
    gone: Array
    cost: Array
    id: Index


@dataclass(frozen=True)
class JobEquipment:
    """By job: the ids of the equipment that it is about."""

    id: Ragged


@dataclass(frozen=True)
class Found:
    """What technicians found wrong."""

    job: Index
    unit: Index
    share: Array


@dataclass(frozen=True)
class Submissions:
    """Forms that were filled in."""

    job: Index
    form: Index
    when: Array
    who: Index
    open: Array
    unit: Index


@dataclass(frozen=True)
class Tasks:
    """What the office has to see to after some of the jobs."""

    job: Index
    made: Array
    closed: Array
    status: Index
    kind: Index
    who: Index
    by: Index
    id: Index
