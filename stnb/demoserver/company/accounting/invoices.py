"""Invoices with their items, and payments as accounting shows them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Choice, Index, Ragged
from ..facts.money import Bills
from ..pricebook import Skus
from ..settings.business_units import ACCOUNTS, BRANCHES, JOB_TYPES, custom_fields
from ..simulation import DAY, HOUR, NAT, Company, Data, draw, ids, later, of, taken
from ..words import SENTENCES
from .amounts import MEMBERSHIP, MODIFIER


def invoices(co: Company) -> Data:
    rng, b = co.rng("accounting.invoices"), co.bills
    n, job, when = len(b.id), b.job, np.minimum(b.date, co.end - HOUR)
    company, day = (
        co.customers.company[b.customer],
        when.astype("datetime64[D]").astype("datetime64[us]"),
    )
    posted = rng.choice(3, n, p=[0.1, 0.2, 0.7])
    return {
        **parties(co, b.customer, b.place, b.branch * 4 + b.trade),
        **_amounts(co, b),
        "id": b.id,
        "syncStatus": Choice(posted, ["Pending", "Posted", "Exported"]),
        "referenceNumber": b.id - 45_000_000,
        "invoiceType.id": np.where(b.kind == MEMBERSHIP, 2, 1),
        "invoiceType.name": Choice((b.kind == MEMBERSHIP).astype(int), ["Job", "Membership"]),
        "invoiceDate": day,
        "dueDate": day + np.where(company, 30, 0) * DAY,
        "termName": Choice(company.astype(int), ["Due upon receipt", "Net 30"]),
        "createdBy": draw(rng, co["settings.employees"]["name"].tolist(), n),
        "createdOn": np.where(job >= 0, co.jobs.created[np.maximum(job, 0)], when),
        "modifiedOn": later(co, rng, np.minimum(np.fmax(b.settled, when), co.end - HOUR), 2),
        "adjustmentToId": of(b.id, b.of),
        "job.id": of(co.jobs.id, job),
        "job.number": of(co.jobs.id - 48_000_000, job),
        "job.type": Choice(
            np.where(job >= 0, co.jobs.kind[np.maximum(job, 0)], -1), [t[0] for t in JOB_TYPES]
        ),
        "projectId": of(co.job_projects.id, job),
        "membershipId": of(co.members.id, b.member),
        "summary": Choice(
            np.where(rng.random(n) < 0.7, rng.integers(0, 10, n), -1),
            [f"<p>{s}</p>" for s in SENTENCES],
        ),
        "items": Ragged(b.starts, "accounting.export.invoice_items"),
        "customFields": custom_fields(
            rng, n, [(0, "Lien", ["No", "Yes"]), (0, "Route", ["A", "B"])], typed=False
        ),
        "active": rng.random(n) > 0.01,
        "invoiceConfiguration": Choice(
            (b.kind == MEMBERSHIP).astype(int), ["JobInvoice", "MembershipInvoice"]
        ),
        "sentStatus": draw(rng, ["NotSent", "Sent", "Opened"], n, [2, 3, 4]),
        "reviewStatus": Choice(np.where(posted == 0, 0, 1), ["NeedsReview", "Reviewed"]),
    }


def _amounts(co: Company, b: Bills) -> Data:
    taken_off = np.where(b.item_kind == MODIFIER, -b.item_total, 0.0)
    return {
        "subTotal": b.sub_total,
        "salesTax": b.tax,
        "salesTaxCode.id": co["accounting.tax_zones"]["id"][b.branch],
        "salesTaxCode.name": Choice(b.branch, BRANCHES),
        "salesTaxCode.taxRate": b.rate,
        "taxZoneId": co["accounting.tax_zones"]["id"][b.branch],
        "total": b.total,
        "balance": b.balance,
        "discountTotal": np.round(np.bincount(b.item_bill, taken_off, len(b.id)), 2) + 0.0,
        "paidOn": b.settled,
        "depositedOn": np.where(
            b.settled < co.end - 2 * DAY, b.settled.astype("datetime64[D]") + DAY + 17 * HOUR, NAT
        ),
    }


def owners(co: Company, customer: Index, unit: Index) -> Data:
    """Customer and business unit with their names."""
    return {
        "customer.id": co.customers.id[customer],
        "customer.name": Choice(customer, co.customers.names),
        "businessUnit.id": co["settings.business_units"]["id"][unit],
        "businessUnit.name": Choice(unit, co["settings.business_units"]["name"].tolist()),
    }


def parties(co: Company, customer: Index, place: Index, unit: Index) -> Data:
    """Customer, location and business unit with their names and addresses, as accounting
    shows them."""
    out = owners(co, customer, unit)
    out |= {
        "location.id": co["crm.locations"]["id"][place],
        "location.name": Choice(customer, co.customers.names),
    }
    for prefix, source, at in (
        ("customerAddress", "crm.customers", customer),
        ("locationAddress", "crm.locations", place),
    ):
        for part in ("street", "unit", "city", "state", "zip", "country"):
            out[f"{prefix}.{part}"] = taken(co[source][f"address.{part}"], at)
    return out


def items(co: Company) -> Data:
    rng, b, skus = co.rng("accounting.items"), co.bills, Skus(co)
    bill, kind, n = b.item_bill, b.item_kind, len(b.item_bill)
    names = [*skus.names, "Member discount", "Adjustment"]
    named = np.where(
        kind == MODIFIER, np.where(b.of[bill] >= 0, len(names) - 1, len(names) - 2), b.item_sku
    )
    made = np.minimum(b.date[bill], co.end - HOUR)
    plan = np.where(b.member[bill] >= 0, co.members.plan[b.member[bill]], 0)
    return {
        **_line_money(b),
        **ledger(
            co,
            "generalLedgerAccount",
            np.where(b.item_sku == skus.fee, 3, np.array([0, 1, 2, 4])[kind]),
        ),
        **ledger(co, "costOfSaleAccount", np.full(n, 5)),
        **ledger(co, "assetAccount", np.full(n, 6)),
        "id": b.item_id,
        "invoiceId": b.id[bill],
        "description": Choice(named, [f"<p>{x}</p>" for x in names]),
        "type": Choice(kind, ["Service", "Material", "Equipment", "PriceModifier", "Unspecified"]),
        "skuName": Choice(named, names),
        "displayName": Choice(named, names),
        "skuId": np.where(kind == MODIFIER, _modifiers(co, b.of[bill] >= 0), skus.id[b.item_sku]),
        "inventory": kind == 1,
        "taxable": (kind == 1) | (kind == 2),
        "membershipTypeId": co["memberships.membership_types"]["id"][plan],
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 2),
        "serviceDate": made.astype("datetime64[D]").astype("datetime64[us]"),
        "order": b.item_number + 1,
        "businessUnit?": np.zeros(n, dtype=bool),
        "itemGroup?": np.zeros(n, dtype=bool),
        "active": True,
        "technicianId": of(co.first_technicians.id, b.job[bill]),
        "inventoryLocationId": np.full(n, -1),
        "installedEquipmentId": np.full(n, -1),
        "estimateItemId": np.where(b.item_line >= 0, 95_000_000 + 2 * b.item_line, -1),
    }


def _modifiers(co: Company, adjusts: Array) -> Index:
    """The price modifier of a member's discount, or of an adjustment."""
    return np.asarray(co["pricebook.discounts_and_fees"]["id"][adjusts.astype(int)])


def _line_money(b: Bills) -> Data:
    return {
        "quantity": b.item_quantity,
        "cost": b.item_cost,
        "totalCost": np.round(b.item_cost * b.item_quantity, 2),
        "price": b.item_price,
        "memberPrice": np.round(b.item_price * 0.9, 2),
        "total": b.item_total,
        "soldHours": np.where(b.item_kind == 0, 1.0, np.nan),
        "isChargeable": True,
        "addOn": False,
    }


def ledger(co: Company, name: str, code: Index) -> Data:
    accounts = co["accounting.gl_accounts"]
    return {
        f"{name}.id": accounts["id"][code],
        f"{name}.name": Choice(code, ACCOUNTS),
        f"{name}.number": Choice(code, accounts["number"].values),
        f"{name}.type": Choice(code, accounts["type"].values),
        f"{name}.detailType": None,
    }


def payments(co: Company) -> Data:
    rng, b = co.rng("accounting.payments"), co.bills
    bill, n = b.paid_bill, len(b.paid_bill)
    types = co["accounting.payment_types"]
    kind = rng.choice(5, n, p=[0.55, 0.22, 0.08, 0.1, 0.05])
    spare = np.where((rng.random(n) < 0.01) & (b.paid_amount > 0), 50.0, 0.0)
    number = ids(n, 64_000_500, 3)
    deposit, unit = co.deposits, b.branch[bill] * 4 + b.trade[bill]
    return {
        **owners(co, b.customer[bill], unit),
        **ledger(co, "generalLedgerAccount", np.full(n, 9)),
        "id": number,
        "active": rng.random(n) > 0.01,
        "appliedTo": Ragged(np.arange(n + 1), "applied"),
        "authCode": None,
        "checkNumber": Choice(
            np.where(kind == 1, rng.integers(0, 50, n), -1), [str(1001 + 7 * i) for i in range(50)]
        ),
        "createdBy": draw(rng, co["settings.employees"]["name"].tolist(), n),
        "createdOn": b.paid_when,
        "customFields": [],
        "date": b.paid_when.astype("datetime64[D]").astype("datetime64[us]"),
        "memo": draw(rng, [None, "Paid at the door", "By phone"], n, [6, 2, 1]),
        "modifiedOn": later(co, rng, b.paid_when, 2),
        "referenceNumber": number - 64_000_000,
        "refundedPaymentId": of(number, _refunded(b)),
        "deposit.id": of(deposit.id, deposit.of),
        "deposit.name": Choice(
            deposit.of, [f"Deposit {d}" for d in np.datetime_as_string(deposit.day).tolist()]
        ),
        "syncStatus": draw(rng, ["Pending", "Posted", "Exported"], n, [1, 2, 7]),
        "total": np.round(b.paid_amount + spare, 2),
        "type": Choice(kind, types["name"].tolist()),
        "typeId": types["id"][kind],
        "unappliedAmount": spare,
    }


def _refunded(b: Bills) -> Index:
    """The payment that each refund gives back.

    The first one of the invoice that was adjusted; -1 for what is no refund.
    """
    first = np.full(len(b.id), -1)
    first[b.paid_bill[::-1]] = np.arange(len(b.paid_bill))[::-1]
    original = b.of[b.paid_bill]
    return np.where(original >= 0, first[np.maximum(original, 0)], -1)


def applied(co: Company) -> Data:
    """Which invoice each payment pays; one a payment."""
    b = co.bills
    bill, n = b.paid_bill, len(b.paid_bill)
    return {
        "id": ids(n, 1),
        "appliedTo": ids(n, 68_000_000),
        "appliedAmount": b.paid_amount,
        "appliedBy": None,
        "appliedId": b.id[bill],
        "appliedOn": b.paid_when,
        "appliedToReferenceNumber": b.id[bill] - 45_000_000,
    }


MAKERS: dict[str, Any] = {
    "accounting.invoices": invoices,
    "accounting.export.invoice_items": items,
    "accounting.payments": payments,
    "applied": applied,
}
