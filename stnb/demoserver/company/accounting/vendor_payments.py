"""What settles the bills of vendors.

Credits for what went back, and a payment for each payee and Friday.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Choice, Ragged
from ..inventory.purchase_orders import synced
from ..inventory.warehouses import VENDORS, account, vendor_names
from ..simulation import DAY, HOUR, Company, Data, after, draw, ids, later, of
from .vendor_bills import payees


def settled(co: Company) -> Data:
    """The payments: one for each payee and Friday, with the bills that it pays in their order."""
    w = co.vendor_bills
    bill = np.flatnonzero(w.paid)
    friday = w.run[bill].astype("datetime64[D]").astype(int)
    key, which = np.unique(friday * 100 + w.payee[bill], return_inverse=True)
    order = np.argsort(which, kind="stable")
    bill, which = bill[order], which[order]
    amount = np.round(w.total[bill] - w.credit[bill], 2)
    n = len(key)
    facts = {
        "bill": bill,
        "of": which,
        "part": amount,
        "amount": np.round(np.bincount(which, amount, n), 2),
    }
    facts |= {
        "payee": key % 100,
        "when": (key // 100).astype("datetime64[D]").astype("datetime64[us]") + 17 * HOUR,
    }
    return facts | {"starts": np.searchsorted(which, np.arange(n + 1)), "id": ids(n, 72_300_000, 2)}


def credits(co: Company) -> Data:
    """What vendors gave back for the returns.

    It is taken off the bill that the goods came with, if that is still unpaid.
    """
    rng, r, w, o = co.rng("vendor credits"), co.returned, co.vendor_bills, co.orders
    at = np.flatnonzero(r.status == 2)
    n, vendor = len(at), o.vendor[r.order[at]]
    used = np.isin(at, w.credited)
    unit_of = o.branch[r.order[at]] * 4 + o.trade[r.order[at]]
    units = co["settings.business_units"]
    return {
        "id": ids(n, 71_800_000, 2),
        "inventoryReturnId": r.id[at],
        "jobId": np.full(n, -1),
        "active": True,
        "createdOn": r.credit[at],
        "modifiedOn": later(co, rng, r.credit[at], 2),
        "date": r.credit[at].astype("datetime64[D]").astype("datetime64[us]"),
        "number": ids(n, 3_001),
        "memo": "",
        "amount": r.amount[at],
        "appliedAmount": np.where(used, r.amount[at], 0.0),
        "status": "Unreconciled",
        "syncStatus": synced(co, r.credit[at]),
        "businessUnit.id": units["id"][unit_of],
        "businessUnit.name": Choice(unit_of, units["name"].tolist()),
        "remittanceVendor.id": co["accounting.remittance_vendors"]["id"][vendor],
        "remittanceVendor.name": Choice(vendor, payees()),
        "vendor.id": co["inventory.vendors"]["id"][vendor],
        "vendor.name": Choice(vendor, vendor_names()),
        "paymentStatus": Choice(used.astype(int), ["Unpaid", "Paid"]),
        "splits": Ragged(np.concatenate(([0], np.cumsum(used))), "credit splits"),
        "customFields": [],
    }


def credit_splits(co: Company) -> Data:
    given = co["accounting.ap_credits"]
    at = np.flatnonzero(given["appliedAmount"] > 0)
    return {
        "id": ids(len(at), 71_900_000),
        "active": True,
        "createdOn": given["createdOn"][at],
        "inventoryBillId": co.vendor_bills.id[co.returned.receipt[co.vendor_bills.credited]],
        "vendorCreditId": given["id"][at],
        "amount": given["amount"][at],
    }


def payments(co: Company) -> Data:
    rng, s = co.rng("vendor payments"), co.vendor_payments
    n, when = len(s.id), s.when
    vendor = np.where(s.payee < len(VENDORS) - 1, s.payee, -1)
    return {
        **account(co, "glAccount", "Checking"),
        "id": s.id,
        "active": True,
        "createdOn": after(rng, when, -30, -20),
        "modifiedOn": later(co, rng, when, 1),
        "date": when.astype("datetime64[D]").astype("datetime64[us]"),
        "approvedDate": after(rng, when, -19, -1),
        "method": draw(rng, ["AccountingSystem", "ServiceTitan"], n, [4, 1]),
        "name": Choice(s.payee, payees()),
        "printCheck": False,
        "amount": s.amount,
        "status": Choice((when > co.end - 4 * DAY).astype(int), ["Paid", "InTransit"]),
        "syncStatus": synced(co, when),
        "businessUnit.id": np.full(n, -1),
        "vendor.id": of(co["inventory.vendors"]["id"], vendor),
        "vendor.name": Choice(vendor, vendor_names()),
        "remittanceVendor.id": co["accounting.remittance_vendors"]["id"][s.payee],
        "remittanceVendor.name": Choice(s.payee, payees()),
        "splits": Ragged(s.starts, "payment splits"),
        "customFields": [],
    }


def payment_splits(co: Company) -> Data:
    s, w = co.vendor_payments, co.vendor_bills
    return {
        "id": ids(len(s.bill), 72_600_000),
        "active": True,
        "createdOn": s.when[s.of],
        "documentId": w.id[s.bill],
        "inventoryBillId": np.where(s.bill < w.count, w.id[s.bill], -1),
        "amount": s.part,
    }


FACTS: dict[str, Any] = {
    "vendor_payments": settled,
}
MAKERS: dict[str, Any] = {
    "accounting.ap_credits": credits,
    "credit splits": credit_splits,
    "accounting.ap_payments": payments,
    "payment splits": payment_splits,
}
