"""Filters that need more than one table.

Customers by telephone, leads by their customer's city; those on work stand in `work_filters`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..company.columns import Array, Choice
from ..company.matching import equal
from ..company.table import Table
from ..company.world import World
from .extra_columns import external
from .filters import Special, by_sign, yes
from .journal import entries
from .query import Query
from .related import beyond, column
from .work_filters import of_appointments, of_jobs, of_projects, of_timesheets

Make = Callable[[World, Table, Query], Special]


def special(world: World, table: Table, query: Query) -> Special:
    """The filters of that resource which are not about its own columns."""
    make = SPECIAL.get(table.name)
    return {
        "externalDataKey": partial(external, table, query),
        **(make(world, table, query) if make else {}),
    }


def _customers(world: World, table: Table, query: Query) -> Special:
    def phone(given: list[str]) -> Array:
        """By digits, however the number is written."""
        book, wanted = world.table("crm.customers.contacts"), re.sub(r"\D", "", given[0])
        numbers = column(book, "value").tolist()
        hits = np.array([re.sub(r"\D", "", str(v)) == wanted for v in numbers], dtype=bool)
        return np.isin(column(table, "id"), column(book, "customerId")[hits])

    return {"phone": phone}


def _leads(world: World, table: Table, query: Query) -> Special:
    def customer(path: str) -> Any:
        return beyond(world, table, "customerId", "crm.customers", path)

    def unknown() -> Array:
        return column(table, "customerId") < 0

    def new() -> Array:
        return unknown() | ~np.isin(
            column(table, "customerId"), column(world.table("jpm.jobs"), "customerId")
        )

    def formed() -> Array:
        source = table.array("captureSource")
        return np.array(
            [bool(v) for v in source.tolist()] if source is not None else [False] * table.size
        )

    return {
        "withoutCustomer": lambda v: (unknown() | (column(table, "locationId") < 0)) == yes(v),
        "isProspect": lambda v: new() == yes(v),
        "isCaptureSourceForm": lambda v: formed() == yes(v),
        "customerCity": lambda v: equal(customer("address.city"), v),
        "customerState": lambda v: equal(customer("address.state"), v),
        "customerZip": lambda v: equal(customer("address.zip"), v),
        "customerCreatedOnOrAfter": by_sign(lambda: customer("createdOn"), ">="),
        "customerCreatedBefore": by_sign(lambda: customer("createdOn"), "<"),
        "customerModifiedOnOrAfter": by_sign(lambda: customer("modifiedOn"), ">="),
    }


def _bills(world: World, table: Table, query: Query) -> Special:
    def order(path: str) -> Any:
        return beyond(world, table, "purchaseOrderId", "inventory.purchase_orders", path)

    def kinds(given: list[str]) -> Array:
        """By the name of the order's type or by its id."""
        types = world.table("inventory.purchase_order_types")
        named = column(types, "id")[equal(types.raw("name"), given) | equal(types.raw("id"), given)]
        return np.isin(order("typeId"), named)

    return {
        "purchaseOrderNumber": lambda v: equal(order("number"), v, contains=True),
        "purchaseOrderTypes": lambda v: kinds(
            [part.strip() for text in v for part in text.split(",")]
        ),
    }


def _estimates(world: World, table: Table, query: Query) -> Special:
    def total() -> Array:
        return np.asarray(
            np.round(
                np.nan_to_num(column(table, "subtotal")) + np.nan_to_num(column(table, "tax")), 2
            )
        )

    return {"totalGreater": by_sign(total, ">"), "totalLess": by_sign(total, "<")}


def _reviews(world: World, table: Table, query: Query) -> Special:
    def text(given: list[str]) -> Array:
        columns = ("review", "authorName", "customerName")
        return np.asarray(
            np.logical_or.reduce(
                [
                    np.broadcast_to(equal(table.raw(c), given, contains=True), table.size)
                    for c in columns
                ]
            )
        )

    return {
        "search": text,
        "includeReviewsWithoutTechnician": lambda v: (column(table, "technicianId") >= 0) | yes(v),
        "locationIds": lambda v: np.isin(
            beyond(world, table, "jobId", "jpm.jobs", "locationId"), [int(i) for i in v]
        ),
        "campaignIds": lambda v: np.isin(
            beyond(world, table, "jobId", "jpm.jobs", "campaignId"), [int(i) for i in v]
        ),
        "includeReviewsWithoutLocation": lambda v: (column(table, "jobId") >= 0) | yes(v),
        "includeReviewsWithoutCampaign": lambda v: (
            (beyond(world, table, "jobId", "jpm.jobs", "campaignId") >= 0) | yes(v)
        ),
    }


def _attributed(world: World, table: Table, query: Query) -> Special:
    words = next(p for p in world.catalog[table.name].params if p.name == "leadType").values
    return {
        "leadType": lambda v: equal(
            table.raw("leadType"), [str(1 + [w.lower() for w in words].index(v[0].lower()))]
        )
    }


def _calls(world: World, table: Table, query: Query) -> Special:
    agents = column(table, "leadCall.agent.externalId")
    return {"agentIsExternal": lambda v: (agents.astype(float) >= 0) == yes(v)}


def _forms(world: World, table: Table, query: Query) -> Special:
    wanted = {"published": [True], "unpublished": [False]}
    return {
        "status": lambda v: np.isin(
            column(table, "published").astype(bool), wanted.get(v[0].lower(), [True, False])
        )
    }


def _events(world: World, table: Table, query: Query) -> Special:
    services = "memberships.recurring_services"
    return {
        "locationId": lambda v: (
            beyond(world, table, "locationRecurringServiceId", services, "locationId") == int(v[0])
        )
    }


def _service_types(world: World, table: Table, query: Query) -> Special:
    """Types that a membership type schedules: as its memberships' services say."""

    def of(given: list[str]) -> Array:
        services = world.table("memberships.recurring_services")
        kinds = beyond(
            world, services, "membershipId", "memberships.memberships", "membershipTypeId"
        )
        return np.isin(
            column(table, "id"), column(services, "recurringServiceTypeId")[kinds == int(given[0])]
        )

    return {"membershipTypeId": of}


def _pricebook(world: World, table: Table, query: Query) -> Special:
    """What people search for in a price book: code, name and description."""

    def text(given: list[str]) -> Array:
        hits = [
            equal(table.raw(c), given, contains=True)
            for c in ("code", "displayName", "description")
        ]
        return np.asarray(np.logical_or.reduce([np.broadcast_to(hit, table.size) for hit in hits]))

    return {"searchText": text}


def _rates(world: World, table: Table, query: Query) -> Special:
    """Client rates by what they are called, which their rows do not show."""
    names = Choice(np.arange(table.size) % 3, ["Hospitals", "Schools", "Property managers"])
    return {"searchTerm": lambda v: equal(names, v, contains=True)}


SPECIAL: dict[str, Make] = {
    "accounting.ap_bills": _bills,
    "accounting.inventory_bills": _bills,
    "accounting.journal_entries": entries,
    "crm.customers": _customers,
    "crm.leads": _leads,
    "forms.forms": _forms,
    "jpm.appointments": of_appointments,
    "jpm.jobs": of_jobs,
    "jpm.projects": of_projects,
    "marketingads.attributed_leads": _attributed,
    "marketingreputation.reviews": _reviews,
    "memberships.recurring_service_events": _events,
    "memberships.recurring_service_types": _service_types,
    "payroll.jobs.timesheets": of_timesheets,
    "pricebook.clientspecificpricing": _rates,
    **{
        f"pricebook.{name}": _pricebook
        for name in ("services", "materials", "equipment", "discounts_and_fees")
    },
    "sales.estimates": _estimates,
    "telecom.calls": _calls,
    "telecom.v2.calls": _calls,
}
