"""Filters that need more than one table: jobs by technician, customers by telephone, invoices by what is left to pay."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from .query import Query, equal, moment
from .table import Array
from .world import World

Special: TypeAlias = Mapping[str, Callable[[list[str]], Array]]
COMPARERS: dict[str, Callable[[Any, Any], Any]] = {
    "equals": np.equal,
    "notequals": np.not_equal,
    "greater": np.greater,
    "less": np.less,
}


def special(world: World, name: str, query: Query) -> Special:
    """The filters of that resource which are not about its own columns."""
    make = SPECIAL.get(name)
    return make(world, query) if make else {}


def _jobs(world: World, query: Query) -> Special:
    co = world.company
    job, seen, sent = co["jobs"], co["jpm.appointments"], co["dispatch.appointment_assignments"]

    def having(visits: Any) -> Array:
        """Jobs with such a visit."""
        return np.isin(job["id"], seen["jobId"][visits])

    return {
        "technicianId": lambda v: np.isin(job["id"], sent["jobId"][sent["technicianId"] == int(v[0])]),
        "appointmentStatus": lambda v: having(equal(seen["status"], v)),
        "appointmentStartsOnOrAfter": lambda v: having(seen["start"] >= moment(v[0])),
        "appointmentStartsBefore": lambda v: having(seen["start"] < moment(v[0])),
        "firstAppointmentStartsOnOrAfter": lambda v: job["first"] >= moment(v[0]),
        "firstAppointmentStartsBefore": lambda v: job["first"] < moment(v[0]),
        "hasUnusedAppointments": lambda v: having(seen["unused"]) == (v[0].lower() == "true"),
    }


def _appointments(world: World, query: Query) -> Special:
    co = world.company
    seen, sent = co["jpm.appointments"], co["dispatch.appointment_assignments"]
    project = co["projects of jobs"]["id"]
    return {
        "technicianId": lambda v: np.isin(seen["id"], sent["appointmentId"][sent["technicianId"] == int(v[0])]),
        "projectId": lambda v: project[seen["_job"]] == int(v[0]),
    }


def _customers(world: World, query: Query) -> Special:
    def phone(given: list[str]) -> Array:
        """By digits, however the number is written."""
        book, wanted = world.company["crm.customers.contacts"], re.sub(r"\D", "", given[0])
        hits = np.array([re.sub(r"\D", "", v) == wanted for v in book["value"].tolist()], dtype=bool)
        return np.isin(world.company["customers"]["id"], book["customerId"][hits])

    return {"phone": phone}


def _invoices(world: World, query: Query) -> Special:
    bills = world.company["bills"]
    compare = COMPARERS.get(query.get("balanceFilter.Comparer", "equals").lower(), np.equal)
    return {
        "balanceFilter.Balance": lambda v: compare(bills["balance"], float(v[0])),
        "balanceFilter.Comparer": lambda v: np.array(True),
    }


def _payments(world: World, query: Query) -> Special:
    paid = world.company["applied"]
    return {
        "appliedToInvoiceIds": lambda v: np.isin(paid["appliedId"], [int(i) for i in v]),
        "appliedToReferenceNumber": lambda v: np.isin(paid["appliedToReferenceNumber"], [int(i) for i in v if i.isdecimal()]),
    }


def _calls(world: World, query: Query) -> Special:
    call = world.company["calls"]
    return {
        "minDuration": lambda v: call["seconds"] >= int(v[0]),
        "createdAfter": lambda v: call["when"] > moment(v[0]),
        "modifiedAfter": lambda v: world.company["telecom.calls"]["leadCall.modifiedOn"] > moment(v[0]),
        "agentId": lambda v: world.company["telecom.calls"]["leadCall.agent.id"] == int(v[0]),
        "agentName": lambda v: equal(world.company["telecom.calls"]["leadCall.agent.name"], v, contains=True),
    }


SPECIAL: dict[str, Callable[[World, Query], Special]] = {
    "jpm.jobs": _jobs,
    "jpm.appointments": _appointments,
    "crm.customers": _customers,
    "accounting.invoices": _invoices,
    "accounting.payments": _payments,
    "telecom.calls": _calls,
    "telecom.v2.calls": _calls,
}
