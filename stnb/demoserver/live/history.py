"""Where the rows of a job are in each table, so that it can be told once more."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..company.columns import Array, Index, Ragged
from ..company.completion import dress
from ..company.world import World

CALLS = ("telecom.calls", "telecom.v2.calls", "telecom.export.calls")
NAMES = (
    "jpm.jobs",
    "jpm.appointments",
    "dispatch.appointment_assignments",
    *CALLS,
    "crm.bookings",
    "crm.customers",
    "accounting.invoices",
    "accounting.export.invoice_items",
    "accounting.payments",
)


class Past:
    """Where the rows of a job are, in each table."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tables = {name: dress(world, world.catalog[name], world.table(name)) for name in NAMES}
        self._arrays: dict[tuple[str, str], Array] = {}
        self._again: Index | None = None
        items, applied = (
            self._raw("accounting.invoices", "items"),
            self._raw("accounting.payments", "appliedTo"),
        )
        assert isinstance(items, Ragged)
        assert isinstance(applied, Ragged)
        self.items, self.applied = items, applied
        self.paid = _groups(applied.values.array("appliedId"))
        self.amounts: Array = applied.values.array("appliedAmount")
        self.payment_of = np.repeat(np.arange(len(applied.starts) - 1), np.diff(applied.starts))
        self.visits = _groups(self["jpm.appointments", "jobId"])
        self.sent = _groups(self["dispatch.appointment_assignments", "appointmentId"])

    def _raw(self, name: str, path: str) -> Any:
        return self.tables[name].raw(path)

    def __getitem__(self, at: tuple[str, str]) -> Array:
        if at not in self._arrays:
            found = self.tables[at[0]].array(at[1])
            assert found is not None, at
            self._arrays[at] = found
        return self._arrays[at]

    def row(self, name: str, key: int) -> int | None:
        return self.tables[name].find(str(key)) if key >= 0 else None

    def told_again(self) -> Index:
        """Jobs that went smoothly: one visit, no estimate, an invoice that is paid in full."""
        if self._again is not None:
            return self._again
        job = "jpm.jobs"
        estimates = self._raw(job, "estimateIds")
        plain = np.diff(estimates.starts) == 0 if isinstance(estimates, Ragged) else True
        ids, balance = self["accounting.invoices", "id"], self["accounting.invoices", "balance"]
        paid = ids[(balance == 0) & np.isin(ids, list(self.paid))]
        done = (self[job, "jobStatus"] == "Completed") & (self[job, "appointmentCount"] == 1)
        self._again = np.flatnonzero(done & plain & np.isin(self[job, "invoiceId"], paid))
        return self._again

    def unpaid(self) -> Index:
        return np.flatnonzero(
            (self["accounting.invoices", "balance"] > 0)
            & (self["accounting.invoices", "total"] > 0)
        )


def _groups(keys: Array) -> dict[int, list[int]]:
    """The rows of each key."""
    order = np.argsort(keys, kind="stable")
    known, first = np.unique(keys[order], return_index=True)
    return {
        k: part.tolist() for k, part in zip(known.tolist(), np.split(order, first[1:]), strict=True)
    }
