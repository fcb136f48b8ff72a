"""Known traps: rows of a pull that are right and yet do not mean what their names say.

Each has one sentence. It rests on ServiceTitan's documentation (developer.servicetitan.io), or was
seen in clients; the sentence says which.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping

import pandas as pd

from stnb.catalog import Endpoint
from stnb.catalog.store import walk
from stnb.errors import KnownTrap

from ..notices import Notice
from . import money, others
from .models import Pulled, Trap

FEW = 20  # rows up to which a pull only looks around
MOST = 2  # sentences for a pull; more would not be read

ON_REQUEST = tuple(itertools.chain.from_iterable(others.ASKED.values()))

TRAPS = (
    Trap("cancelled jobs", ("jpm.jobs",), ("completedOn",), money.cancelled),
    Trap("totals of jobs", ("jpm.jobs",), ("total",), money.job_totals),
    Trap("several invoices", ("accounting.invoices",), ("job.id", "total"), money.several_invoices),
    Trap("totals of invoices", ("accounting.invoices",), ("total",), money.invoice_totals),
    Trap(
        "active memberships",
        ("memberships.memberships",),
        ("active", "status"),
        others.active_memberships,
    ),
    Trap(
        "dynamic prices",
        ("pricebook.services",),
        ("price", "calculatedPrice"),
        others.not_calculated,
    ),
    Trap(
        "ids of people",
        ("settings.technicians", "settings.employees"),
        ("userId", "id"),
        others.people,
    ),
    Trap("sellers", ("sales.estimates",), ("soldBy",), others.seller),
    Trap(
        "nested calls",
        ("telecom.calls", "telecom.v2.calls"),
        ("leadCall.id", "leadCall.modifiedOn", "leadCall.receivedOn"),
        others.nested_call,
    ),
    Trap("unmoved times", ("crm.customers", "crm.locations"), ("modifiedOn",), others.unmoved),
    Trap(
        "left out",
        tuple(others.ASKED),
        ON_REQUEST,
        others.left_out,
    ),
)


def found(
    endpoint: Endpoint,
    frame: pd.DataFrame | None,
    given: Mapping[str, str],
    *,
    columns: Collection[str] = (),
    rows: int | None = None,
    limit: int | None = None,
) -> list[Notice]:
    """The traps in what a pull brought, the gravest first, at most two.

    Args:
        frame: the rows; None if they went to a file.
        given: the filters, as sent.
        columns, rows: the names of the columns, and how many rows there are, if there is no frame.
        limit: the rows asked for at most; who asks for a few only looks around, and hears of no
            trap.

    Example:
        >>> found(st.memberships.memberships.endpoint, df, {})[0].text
        '12 of these memberships are active, but their status is Expired: filter by status="Active"
        for those that run.'
    """
    if endpoint.kind in ("record", "file") or (limit is not None and limit <= FEW):
        return []
    if frame is not None:
        columns, rows = list(frame.columns), len(frame)
    if rows == 0 or (rows == 1 and "ids" in given):
        return []
    pulled = Pulled(endpoint, frame, columns, given)
    notices = []
    for trap in TRAPS:
        if pulled.list_name in trap.resources and set(trap.columns) & set(columns):
            text = trap.says(pulled)
            if text:
                notices.append(Notice(KnownTrap, text, f"{trap.name}: {endpoint.name}"))
    late = others.late(pulled)
    if late:
        notices.append(Notice(KnownTrap, late, "late feed"))
    return notices[:MOST]


def known(endpoint: Endpoint) -> list[str]:
    """What is easily misread in a resource, whichever rows come, in a sentence each."""
    columns = {path for path, _ in walk(endpoint.columns)}
    given = {"modifiedOnOrAfter": ""}  # so that what such a filter misses is said
    pulled = Pulled(endpoint, None, columns, given)
    texts = [others.late(pulled)]
    concerned = [trap for trap in TRAPS if pulled.list_name in trap.resources]
    texts += [_said(trap, pulled) for trap in concerned if columns.intersection(trap.columns)]
    return [text for text in texts if text]


def _said(trap: Trap, pulled: Pulled) -> str:
    return trap.says(pulled) or (trap.says.__doc__ or "").strip()
