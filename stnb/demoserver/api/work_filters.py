"""Filters on work that need more than one table.

Jobs by technician, appointments by project, projects by invoice.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..company.columns import Array
from ..company.matching import equal
from ..company.table import Table
from ..company.world import World
from .filters import Special, by_sign, yes
from .query import Query, moment
from .related import beyond, column


def of_jobs(world: World, table: Table, query: Query) -> Special:
    seen, sent, mine = (
        world.table("jpm.appointments"),
        world.table("dispatch.appointment_assignments"),
        column(table, "id"),
    )

    def having(visits: Any) -> Array:
        """Jobs with such a visit."""
        return np.isin(mine, column(seen, "jobId")[visits])

    def first() -> Array:
        return np.asarray(beyond(world, table, "firstAppointmentId", "jpm.appointments", "start"))

    return {
        "technicianId": lambda v: np.isin(
            mine, column(sent, "jobId")[column(sent, "technicianId") == int(v[0])]
        ),
        "appointmentStatus": lambda v: having(equal(seen.raw("status"), v)),
        "appointmentStartsOnOrAfter": lambda v: having(column(seen, "start") >= moment(v[0])),
        "appointmentStartsBefore": lambda v: having(column(seen, "start") < moment(v[0])),
        "firstAppointmentStartsOnOrAfter": by_sign(first, ">="),
        "firstAppointmentStartsBefore": by_sign(first, "<"),
        "hasUnusedAppointments": lambda v: having(column(seen, "unused").astype(bool)) == yes(v),
    }


def of_appointments(world: World, table: Table, query: Query) -> Special:
    sent = world.table("dispatch.appointment_assignments")
    return {
        "technicianId": lambda v: np.isin(
            column(table, "id"),
            column(sent, "appointmentId")[column(sent, "technicianId") == int(v[0])],
        ),
        "projectId": lambda v: beyond(world, table, "jobId", "jpm.jobs", "projectId") == int(v[0]),
    }


def of_projects(world: World, table: Table, query: Query) -> Special:
    jobs, mine = world.table("jpm.jobs"), column(table, "id")

    def of(hits: Any) -> Array:
        """Projects with such a job."""
        return np.isin(mine, column(jobs, "projectId")[hits])

    def among(name: str, path: str, value: str) -> Array:
        """Projects with a job that such a record is about."""
        other = world.table(name)
        return of(
            np.isin(column(jobs, "id"), column(other, "jobId")[column(other, path) == int(value)])
        )

    return {
        "jobId": lambda v: of(column(jobs, "id") == int(v[0])),
        "invoiceId": lambda v: of(column(jobs, "invoiceId") == int(v[0])),
        "technicianId": lambda v: among("dispatch.appointment_assignments", "technicianId", v[0]),
        "appointmentId": lambda v: among("jpm.appointments", "id", v[0]),
        "status": lambda v: _status(table, v),
    }


def _status(table: Table, given: list[str]) -> Array:
    """By status; "None" stands for those that have none."""
    wanted = [part.strip() for text in given for part in text.split(",")]
    data = table.array("status")
    texts = (
        [str(v or "none").lower() for v in data.tolist()]
        if data is not None
        else ["none"] * table.size
    )
    return np.isin(texts, [w.lower() for w in wanted])


def of_timesheets(world: World, table: Table, query: Query) -> Special:
    """Any of a visit's moments counts."""
    moments = [
        column(table, name) for name in ("dispatchedOn", "arrivedOn", "canceledOn", "doneOn")
    ]
    moments = [m for m in moments if m.dtype.kind == "M"]
    return {
        "startedOn": lambda v: np.logical_or.reduce([m > moment(v[0]) for m in moments]),
        "endedOn": lambda v: np.logical_or.reduce([m < moment(v[0]) for m in moments]),
    }
