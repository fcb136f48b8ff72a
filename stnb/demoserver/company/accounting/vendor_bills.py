"""What vendors are owed: a bill for each receipt, and bills for rent and the like."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Choice, Index, Ragged
from ..inventory.purchase_orders import kind_of, sku_columns, synced
from ..inventory.warehouses import STORES, VENDORS, account, ship_to, vendor_names
from ..settings.business_units import BRANCHES, address, lookup
from ..simulation import DAY, HOUR, NAT, Company, Data, draw, ids, later, objects, of, phones, taken
from ..words import CITIES, FIRST, LAST

# What is paid every month for each branch, to whom, and about how much.
EXPENSES = [
    ("Rent", "Palo Gris Properties", 2400.0),
    ("Fuel", "Dustmere Fuel", 1150.0),
    ("Telephones", "Farwire Telephone", 310.0),
]
MONTHS = 24


def payees() -> list[str]:
    return [*vendor_names()[:-1], *(name for _, name, _ in EXPENSES), vendor_names()[-1]]


def remittance_vendors(co: Company) -> Data:
    """Those to whom the payments go: the vendors, and who is paid every month."""
    rng, n = co.rng("remittance vendors"), len(payees())
    first, last = (
        [FIRST[i] for i in rng.integers(0, len(FIRST), n)],
        [LAST[i] for i in rng.integers(0, len(LAST), n)],
    )
    return {
        **lookup(co, "accounting.remittance_vendors", payees(), 4710),
        **address(rng, rng.integers(0, len(CITIES), n)),
        "customerId": np.full(n, -1),
        "isApproved": np.arange(n) < n - 1,
        "isVerified": np.arange(n) < n - 1,
        "contactInfo.firstName": objects(first),
        "contactInfo.lastName": objects(last),
        "contactInfo.phone": objects(phones(rng, n)),
        "contactInfo.email": objects(
            [f"billing@{name.split()[0].lower()}.example" for name in payees()]
        ),
        "contactInfo.fax": "",
    }


# -- facts


def _expenses(co: Company) -> Data:
    """The monthly bills of each branch, from the month it opened."""
    rng = co.rng("expenses")
    first = co.end.astype("datetime64[M]") - MONTHS
    month, branch, what = (
        x.ravel()
        for x in np.meshgrid(
            np.arange(MONTHS), np.arange(3), np.arange(len(EXPENSES)), indexing="ij"
        )
    )
    when = (first + month).astype("datetime64[us]") + DAY + 15 * HOUR
    kept = (branch < 2) | (when > co.west_opens)
    month, branch, what, when = month[kept], branch[kept], what[kept], when[kept]
    usual = np.array([e[2] for e in EXPENSES])[what]
    amount = np.where(
        what == 0, usual + 300.0 * branch, np.round(usual * rng.uniform(0.8, 1.25, len(what)), 2)
    )
    return {"when": when, "branch": branch, "what": what, "amount": amount}


def owed(co: Company) -> Data:
    """Every bill: those of the receipts in their order, then the monthly ones.

    What each of them is paid by, and when.
    """
    d, o, e, rng = co.deliveries, co.orders, _expenses(co), co.rng("owed")
    n, monthly = len(d.id), len(e["when"])
    made = np.concatenate((d.made, e["when"]))
    day = made.astype("datetime64[D]")
    due = day + 30
    friday = due - ((due.astype(int) - 1) % 7)
    run = friday.astype("datetime64[us]") + 17 * HOUR
    hold = rng.random(n + monthly) < 0.01
    total = np.concatenate((d.total, e["amount"]))
    r = co.returned
    had = np.flatnonzero(r.status == 2)
    used = had[r.credit[had] < run[r.receipt[had]]]
    credit = np.zeros(n + monthly)
    credit[r.receipt[used]] = r.amount[used]
    last_id = int(d.bill[-1]) if n else 67_400_000
    facts = {
        "made": made,
        "day": day.astype("datetime64[us]"),
        "due": due.astype("datetime64[us]"),
        "run": run,
        "hold": hold,
    }
    facts |= {
        "branch": np.concatenate((o.branch[d.order], e["branch"])),
        "credited": used,
        "count": np.array(n),
    }
    facts |= {
        "trade": np.concatenate((o.trade[d.order], np.zeros(monthly, dtype=np.int64))),
        "credit": credit,
    }
    facts |= {
        "order": np.concatenate((d.order, np.full(monthly, -1))),
        "what": np.concatenate((np.full(n, -1), e["what"])),
    }
    facts |= {"vendor": np.concatenate((o.vendor[d.order], np.full(monthly, -1))), "total": total}
    facts |= {"payee": np.concatenate((o.vendor[d.order], len(VENDORS) - 1 + e["what"]))}
    facts |= {
        "tax": np.concatenate((d.tax, np.zeros(monthly))),
        "freight": np.concatenate((d.freight, np.zeros(monthly))),
    }
    facts |= {"paid": (run < co.end) & ~hold & (np.round(total - credit, 2) > 0)}
    return facts | {"id": np.concatenate((d.bill, last_id + ids(monthly, 3, 3)))}


# -- bills


def _bills(co: Company, at: Index) -> Data:
    """What both lists of bills show, for those bills."""
    rng, w, o = co.rng("bills of vendors"), co.vendor_bills, co.orders
    n, order, units = len(w.id), w.order, co["settings.business_units"]
    unit_of = w.branch * 4 + w.trade
    job = np.where(order >= 0, o.job[np.maximum(order, 0)], -1)
    number = of(
        400_000 + (co.deliveries.id * 7919) % 500_000, np.where(order >= 0, np.arange(n), -1)
    )
    everything: Data = {
        **ship_to(co, w.branch),
        "id": w.id,
        "purchaseOrderId": of(o.id, order),
        "syncStatus": synced(co, w.made),
        "referenceNumber": np.where(number >= 0, number, w.id),
        "vendorNumber": 2207 + w.payee,
        "summary": Choice(w.what, [e[0] for e in EXPENSES]),
        "billDate": w.day,
        "postDate": w.day,
        "billAmount": w.total,
        "taxAmount": w.tax,
        "shippingAmount": w.freight,
        "createdBy": draw(rng, co["settings.employees"]["name"].tolist(), n),
        "createdOn": w.made,
        "modifiedOn": later(co, rng, np.asarray(np.where(w.paid, w.run, w.made)), 1),
        "dueDate": w.due,
        "businessUnit.id": units["id"][unit_of],
        "businessUnit.name": Choice(unit_of, units["name"].tolist()),
        "vendor.id": of(co["inventory.vendors"]["id"], w.vendor),
        "vendor.name": Choice(w.vendor, vendor_names()),
        "jobId": of(co.jobs.id, job),
        "jobNumber": of(co.jobs.id - 48_000_000, job),
        "dateReconciled": np.where(w.paid, np.minimum(w.made + 3 * DAY, w.run), NAT),
    }
    constant = {
        "landedCostMethod": "None",
        "otherAmount": 0.0,
        "termName": "Net 30",
        "shipToDescription": "Warehouse",
    }
    return {**{k: taken(v, at) for k, v in everything.items()}, **constant, "customFields": []}


def inventory_bills(co: Company) -> Data:
    n = int(co.vendor_bills.count)
    return {**_bills(co, np.arange(n)), "items": Ragged(co.deliveries.starts, "bill lines")}


def ap_bills(co: Company) -> Data:
    w = co.vendor_bills
    n, every = int(w.count), np.arange(len(w.id))
    starts, monthly = co.deliveries.starts, len(every) - n
    payee = co["accounting.remittance_vendors"]
    return {
        **_bills(co, every),
        "status": Choice(w.paid.astype(int), ["Unreconciled", "Reconciled"]),
        "source": Choice((every >= n).astype(int), ["Purchasing", "Recurring"]),
        "billType": Choice((every >= n).astype(int), ["Procurement", "ApBill"]),
        "vendorInvoiceTotal": w.total,
        "doNotPay": w.hold,
        "remittanceVendorInfo.id": payee["id"][w.payee],
        "remittanceVendorInfo.name": Choice(w.payee, payees()),
        "items": Ragged(np.concatenate((starts, np.full(monthly, starts[-1]))), "payable lines"),
        "expenseItems": Ragged(np.maximum(np.arange(len(every) + 1) - n, 0), "expense lines"),
    }


def bill_lines(co: Company) -> Data:
    """The lines of a bill are those of its receipt."""
    o, d = co.orders, co.deliveries
    n, line = len(d.line), d.line
    return {
        **sku_columns(co, o.sku[line], "name"),
        **account(co, "assetAccount", "Inventory"),
        "id": ids(n, 67_700_000),
        "order": np.arange(n) - d.starts[d.receipt] + 1,
        "quantity": d.quantity,
        "cost": o.cost[line],
        "inventoryLocation": Choice(o.branch[o.line_order[line]], STORES),
        "receiptItemId": d.item,
        "skuType": kind_of(co, o.sku[line]),
    }


def payable_lines(co: Company) -> Data:
    """The same, with the place as an object."""
    o, d, stores = co.orders, co.deliveries, co["inventory.warehouses"]["id"]
    branch = o.branch[o.line_order[d.line]]
    place = {
        "inventoryLocation.id": stores[branch],
        "inventoryLocation.name": Choice(branch, STORES),
    }
    mine = {k: v for k, v in co["bill lines"].items() if k != "inventoryLocation"}
    return {**mine, **place, "inventoryLocation.type": "Warehouse"}


def expense_lines(co: Company) -> Data:
    w, units = co.vendor_bills, co["settings.business_units"]
    at = np.arange(int(w.count), len(w.id))
    unit_of = w.branch[at] * 4
    return {
        "id": ids(len(at), 67_900_000),
        "amount": w.total[at],
        "description": Choice(
            w.what[at] * 3 + w.branch[at], [f"{e[0]}, {b}" for e in EXPENSES for b in BRANCHES]
        ),
        "businessUnit.id": units["id"][unit_of],
        "businessUnit.name": Choice(unit_of, units["name"].tolist()),
        "job.id": np.full(len(at), -1),
        "projectLabelIds": [],
    }


FACTS: dict[str, Any] = {
    "vendor_bills": owed,
}
MAKERS: dict[str, Any] = {
    "accounting.remittance_vendors": remittance_vendors,
    "accounting.inventory_bills": inventory_bills,
    "accounting.ap_bills": ap_bills,
    "bill lines": bill_lines,
    "payable lines": payable_lines,
    "expense lines": expense_lines,
}
