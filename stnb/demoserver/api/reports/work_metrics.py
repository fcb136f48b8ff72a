"""What the reports count: columns of the tables, matched by their ids."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from ...company.columns import Array, Index, Ragged
from ...company.table import Table
from ...company.world import World
from ..filters import active_rows
from ..query import moment
from ..related import beyond, column

Cells = list[list[Any]]
Asked = dict[str, Any]
DAY = np.timedelta64(1, "D")
JOBS, BILLS = "jpm.jobs", "accounting.invoices"


def within(asked: Asked, moments: Array) -> Array:
    """The rows from the day From to the day To, both included."""
    return np.asarray((moments >= moment(asked["From"])) & (moments < moment(asked["To"]) + DAY))


def chosen(asked: Asked, name: str, values: Array) -> Array:
    """The rows whose id is among those asked for; all where none is."""
    return np.isin(values, asked[name]) if asked.get(name) else np.ones(len(values), dtype=bool)


def money(value: float) -> float:
    return round(float(value), 2)


def share(part: float, whole: float) -> float | None:
    return round(float(part) / float(whole), 4) if whole else None


class Books:
    """The columns that reports use, each worked out once."""

    def __init__(self, world: World) -> None:
        self.world = world

    def table(self, name: str) -> Table:
        return self.world.table(name)

    def of(self, name: str, path: str) -> Array:
        return column(self.table(name), path)

    def texts(self, name: str, path: str) -> list[str]:
        return [str(v) for v in np.asarray(self.table(name).array(path)).tolist()]

    def amounts(self, name: str, path: str) -> Array:
        return np.asarray(np.nan_to_num(np.asarray(self.table(name).array(path), dtype=float)))

    def at(self, name: str, keys: Array) -> Index:
        """Which row of a list each id is; -1 where it is none."""
        ids = self.of(name, "id")
        found = np.minimum(np.searchsorted(ids, keys), len(ids) - 1)
        return np.asarray(np.where(ids[found] == keys, found, -1))

    @cached_property
    def billed(self) -> Array:
        """Which invoices count."""
        return active_rows(self.table(BILLS))

    @cached_property
    def job_of_bill(self) -> Index:
        return self.at(JOBS, self.of(BILLS, "job.id"))

    @cached_property
    def revenue(self) -> Array:
        """By job, before tax."""
        keep = self.billed & (self.job_of_bill >= 0)
        return np.bincount(
            self.job_of_bill[keep], self.amounts(BILLS, "subTotal")[keep], self.table(JOBS).size
        )

    @cached_property
    def cost(self) -> Array:
        """By job: what its invoices' items cost."""
        items = self.table(BILLS).raw("items")
        if not isinstance(items, Ragged):
            return np.zeros(self.table(JOBS).size)
        costs = np.nan_to_num(np.asarray(items.values.array("totalCost"), dtype=float))
        sums = np.concatenate(([0.0], np.cumsum(costs)))
        by_bill = sums[items.starts[1:]] - sums[items.starts[:-1]]
        keep = self.billed & (self.job_of_bill >= 0)
        return np.bincount(self.job_of_bill[keep], by_bill[keep], self.table(JOBS).size)

    @cached_property
    def leader(self) -> Index:
        """By job: the row of the technician who was sent first; -1 for nobody."""
        sent = "dispatch.appointment_assignments"
        jobs, first = np.unique(self.of(sent, "jobId"), return_index=True)
        out = np.full(self.table(JOBS).size, -1)
        at, who = (
            self.at(JOBS, jobs),
            self.at("settings.technicians", self.of(sent, "technicianId")[first]),
        )
        out[at[at >= 0]] = who[at >= 0]
        return out

    @cached_property
    def done(self) -> Array:
        return np.array([s == "Completed" for s in self.texts(JOBS, "jobStatus")])

    def finished(self, asked: Asked) -> Index:
        """The completed jobs that the parameters choose."""
        moments = self.of(JOBS, "createdOn" if asked.get("DateType") == 2 else "completedOn")
        return np.flatnonzero(
            within(asked, moments)
            & self.done
            & chosen(asked, "BusinessUnitIds", self.of(JOBS, "businessUnitId"))
        )

    def beyond(self, name: str, key: str, other: str, path: str) -> Any:
        return beyond(self.world, self.table(name), key, other, path)


def revenue(books: Books, asked: Asked) -> Cells:
    """By the invoice's date, or by when its job was completed or booked."""
    kind, units = asked.get("DateType") or 0, books.of(BILLS, "businessUnit.id")
    path = {1: "completedOn", 2: "createdOn"}.get(kind)
    moments = books.beyond(BILLS, "job.id", JOBS, path) if path else books.of(BILLS, "invoiceDate")
    keep = within(asked, moments) & books.billed & chosen(asked, "BusinessUnitIds", units)
    amounts, jobs = books.amounts(BILLS, "subTotal"), books.of(BILLS, "job.id")
    out = []
    for key, name in zip(*_named(books, "settings.business_units"), strict=True):
        mine = keep & (units == key)
        count, total = len(np.unique(jobs[mine & (jobs >= 0)])), amounts[mine].sum()
        if mine.any() or not asked.get("BusinessUnitIds"):
            out.append([name, count, money(total), money(total / count) if count else None])
    return out


def all_revenue(books: Books, asked: Asked) -> Cells:
    """What was billed before tax, by the day of the invoice: active invoices, adjustments among
    them, with a job or without.
    """
    units = books.of(BILLS, "businessUnit.id")
    days = books.of(BILLS, "invoiceDate")
    keep = within(asked, days) & books.billed & chosen(asked, "BusinessUnitIds", units)
    adjusts = books.of(BILLS, "adjustmentToId") >= 0
    amounts, taxes = books.amounts(BILLS, "subTotal"), books.amounts(BILLS, "salesTax")
    out = []
    for key, name in zip(*_named(books, "settings.business_units"), strict=True):
        mine = keep & (units == key)
        if mine.any():
            count, adjusted = int(mine.sum()), int((mine & adjusts).sum())
            out.append(
                [name, count, adjusted, money(amounts[mine].sum()), money(taxes[mine].sum())]
            )
    return out


def _named(books: Books, name: str) -> tuple[list[int], list[str]]:
    return books.of(name, "id").tolist(), books.texts(name, "name")


def scoreboard(books: Books, asked: Asked) -> Cells:
    at, names = books.finished(asked), books.texts("settings.technicians", "name")
    at = at[books.leader[at] >= 0]
    who, n = books.leader[at], len(names)
    sold = np.isin(books.of(JOBS, "id"), books.of("sales.estimates", "jobId")[_sold(books)])[at]
    jobs, won = np.bincount(who, minlength=n), np.bincount(who, sold, n).astype(int)
    total = np.bincount(who, books.revenue[at], n)
    return [
        [name, int(j), money(t), int(w)]
        for name, j, t, w in zip(names, jobs, total, won, strict=True)
        if j
    ]


def _sold(books: Books) -> Array:
    return np.asarray(~np.isnat(books.of("sales.estimates", "soldOn")))


def pace(books: Books, asked: Asked) -> Cells:
    """The other scoreboard: what a technician brings in by the month."""
    at = books.finished(asked)
    at = at[books.leader[at] >= 0]
    months = books.of(JOBS, "completedOn")[at].astype("datetime64[M]")
    names, out = books.texts("settings.technicians", "name"), []
    for month in np.unique(months):
        mine = at[months == month]
        jobs, total = (
            np.bincount(books.leader[mine], weights, len(names))
            for weights in (None, books.revenue[mine])
        )
        out += [
            [name, f"{month}", int(j), money(t / j)]
            for name, j, t in zip(names, jobs, total, strict=True)
            if j
        ]
    return out


def renewals(books: Books, asked: Asked) -> Cells:
    name = "memberships.memberships"
    ended = books.of(name, "to")
    keep = within(asked, ended) & (ended < books.world.company.end)
    kinds, again = books.of(name, "membershipTypeId"), books.of(name, "renewedById") >= 0
    out = []
    for key, label in zip(*_named(books, "memberships.membership_types"), strict=True):
        n, k = int((keep & (kinds == key)).sum()), int((keep & again & (kinds == key)).sum())
        out.append([label, n, k, f"{k / n:.1%}" if n else ""])
    return out


def job_list(books: Books, asked: Asked) -> Cells:
    units = books.of(JOBS, "businessUnitId")
    at = np.flatnonzero(
        within(asked, books.of(JOBS, "createdOn")) & chosen(asked, "BusinessUnitIds", units)
    )
    columns = (
        np.asarray(books.texts(JOBS, "jobNumber"))[at].tolist(),
        books.beyond(JOBS, "customerId", "crm.customers", "name")[at].tolist(),
        books.beyond(JOBS, "businessUnitId", "settings.business_units", "name")[at].tolist(),
        np.asarray(books.texts(JOBS, "jobStatus"))[at].tolist(),
        [money(v) for v in books.revenue[at]],
        [f"{d}T00:00:00" for d in np.datetime_as_string(books.of(JOBS, "createdOn")[at], unit="D")],
    )
    return [list(row) for row in zip(*columns, strict=True)]
