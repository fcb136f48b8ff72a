"""What happens while time goes on.

A day's calls, bookings, jobs, visits, invoices and payments, as rows to be added.

Each story is one of the past told once more: the same customer, place, people and prices, with new
ids and moments.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from ..company.columns import Index
from ..company.simulation import SECOND
from .grown import DAY
from .history import CALLS, NAMES, Past
from .sheet import Sheet, Step, Values

STORIES, FEWEST = 30, 48  # a day: at scale 1, and at least
OPEN = ("Scheduled", "Dispatched", "InProgress", "Hold")
MINUTE = 60 * SECOND
AT_ONCE = np.timedelta64(0, "us")


class Day:
    """One day's stories.

    Args:
        sizes: how many rows each table has when the day begins.
        new: gives a free number of a kind, above those of earlier moments.
    """

    def __init__(
        self,
        past: Past,
        number: int,
        sizes: dict[str, int],
        new: Callable[[str, np.datetime64], int],
    ) -> None:
        self.past, self.number, self.new = past, number, new
        co = past.world.company
        self.begin: np.datetime64 = co.end + number * DAY
        self.rng = np.random.Generator(np.random.PCG64([co.seed, zlib.crc32(b"live"), number]))
        self.sheets = {name: Sheet(past.tables[name], sizes[name]) for name in NAMES}
        # When, which customer, and by how much the balance changes.
        self.owed: list[tuple[np.datetime64, int, float]] = []

    def tell(self) -> None:
        """All of the day's stories."""
        past = self.past
        many = max(FEWEST, past.world.company.count(STORIES))
        chosen = past.told_again()
        starts = np.sort(self.rng.integers(0, DAY // SECOND * 1_000_000, many))
        sources = self.rng.choice(chosen, many).tolist() if len(chosen) else []
        for source, start in zip(sources, starts.tolist(), strict=False):
            self._story(source, self.begin + np.timedelta64(start, "us"))
        few = many // 4
        for invoice in self._debts()[self.number * few : (self.number + 1) * few].tolist():
            later = np.timedelta64(int(self.rng.integers(0, 86_400_000_000)), "us")
            self._late(invoice, self.begin + later)
        if self.number == 0:
            states = past["jpm.jobs", "jobStatus"].astype(str)
            for job in np.flatnonzero(np.isin(states, OPEN)).tolist():
                self._ends(job)

    def _debts(self) -> Index:
        """The invoices that are not paid, in an order that is the same every day."""
        seeds = [self.past.world.company.seed, zlib.crc32(b"debts")]
        order = np.random.Generator(np.random.PCG64(seeds))
        return order.permutation(self.past.unpaid())

    def _after(self, moment: np.datetime64, low: float, high: float) -> np.datetime64:
        """Some minutes later."""
        return np.datetime64(
            moment + np.timedelta64(int((low + self.rng.random() * (high - low)) * 60e6), "us")
        )

    # -- one story

    def _story(self, source: int, start: np.datetime64) -> None:
        past, job = self.past, "jpm.jobs"
        booked = self._after(start, 2, 9)
        shift = booked - past[job, "createdOn"][source]
        sent = self._after(booked, 5, 25)
        came = self._after(sent, 10, 30)
        done = self._after(came, 20, 80)
        mine = {
            k: self.new(v, booked)
            for k, v in (("job", job), ("number", "jobNumber"), ("invoice", "accounting.invoices"))
        }
        mine |= {"visit": self.new("jpm.appointments", booked), "call": -1, "booking": -1}
        steps = (booked, sent, came, done)
        self._came_in(source, start, booked, shift, mine)
        self._visit(source, shift, mine, steps)
        self._bill(source, shift, mine, booked, self._after(done, 2, 10))
        own = {"id": mine["job"], "jobNumber": mine["number"], "createdOn": booked}
        own |= {"firstAppointmentId": mine["visit"], "lastAppointmentId": mine["visit"]}
        own |= {"invoiceId": mine["invoice"], "completedOn": None, "total": 0.0}
        own |= {"leadCallId": mine["call"], "bookingId": mine["booking"]}
        own |= dict.fromkeys(
            ("projectId", "recallForId", "warrantyId", "createdFromEstimateId", "soldById"), -1
        )
        total = past["accounting.invoices", "subTotal"][
            past.row("accounting.invoices", past[job, "invoiceId"][source])
        ]
        states: list[Values] = [{"jobStatus": s} for s in ("Scheduled", "Dispatched", "InProgress")]
        states.append({"jobStatus": "Completed", "completedOn": done, "total": float(total)})
        self.sheets[job].add(source, shift, own, *zip(steps, states, strict=True))

    def _came_in(
        self, source: int, start: Any, booked: Any, shift: Any, mine: dict[str, int]
    ) -> None:
        past = self.past
        call, booking = (int(past["jpm.jobs", c][source]) for c in ("leadCallId", "bookingId"))
        if call >= 0 and all(past.row(name, call) is not None for name in CALLS):
            mine["call"] = self.new("telecom.calls", booked)
            seconds = int((booked - start) / SECOND)
            for name in CALLS:
                row, above = past.row(name, call), "" if name == CALLS[2] else "leadCall."
                own = {f"{above}{p}": start for p in ("createdOn", "receivedOn")} | {
                    f"{above}duration": seconds
                }
                own |= {"id": mine["call"], f"{above}id": mine["call"]}
                own |= {
                    f"{above}recordingUrl": f"https://demo.invalid/recordings/{mine['call']}.wav"
                }
                own |= (
                    {"job.id": mine["job"], "job.number": mine["number"]}
                    if not above
                    else {"jobNumber": mine["number"]}
                )
                self.sheets[name].add(row or 0, shift, own, (booked, {}))
        row = past.row("crm.bookings", booking)
        if row is not None:
            mine["booking"] = self.new("crm.bookings", start)
            own = {
                "id": mine["booking"],
                "createdOn": start,
                "jobId": -1,
                "externalId": mine["booking"] * 7,
            }
            last = {"status": "Converted", "jobId": mine["job"]}
            self.sheets["crm.bookings"].add(
                row, shift, own, (start, {"status": "New"}), (booked, last)
            )

    def _visit(
        self, source: int, shift: Any, mine: dict[str, int], steps: tuple[np.datetime64, ...]
    ) -> None:
        past, name = self.past, "jpm.appointments"
        old = int(past["jpm.jobs", "firstAppointmentId"][source])
        row = past.row(name, old) or 0
        hour = (steps[1] + 60 * MINUTE).astype("datetime64[h]").astype("datetime64[us]")
        window = {"start": hour, "end": hour + (past[name, "end"][row] - past[name, "start"][row])}
        window |= {"arrivalWindowStart": hour, "arrivalWindowEnd": hour + 120 * MINUTE}
        own = {"id": mine["visit"], "jobId": mine["job"], "createdOn": steps[0]}
        own["appointmentNumber"] = f"{mine['number']}-1"
        states = [{"status": s} for s in ("Scheduled", "Dispatched", "Working", "Done")]
        self.sheets[name].add(
            row, shift, {**own, **window, "active": True}, *zip(steps, states, strict=True)
        )
        for one in past.sent.get(old, ()):
            number = self.new("dispatch.appointment_assignments", steps[0])
            own = {"id": number, "jobId": mine["job"], "appointmentId": mine["visit"]}
            own |= {"createdOn": steps[0], "assignedOn": steps[0]}
            own |= {"active": True, "isPaused": False}
            self.sheets["dispatch.appointment_assignments"].add(
                one, shift, own, *zip(steps, states, strict=True)
            )

    def _bill(
        self, source: int, shift: Any, mine: dict[str, int], booked: Any, billed: Any
    ) -> None:
        """The invoice is there with the job, empty; then it has items, and then it is paid."""
        past, name = self.past, "accounting.invoices"
        old = int(past["jpm.jobs", "invoiceId"][source])
        row = past.row(name, old) or 0
        own: Values = {"id": mine["invoice"], "createdOn": booked, "active": True}
        own |= {"job.id": mine["job"], "job.number": mine["number"]}
        own |= {"projectId": -1, "adjustmentToId": -1}
        own["referenceNumber"] = self.new("referenceNumber", booked)
        due = past[name, "dueDate"][row] - past[name, "invoiceDate"][row]
        day = billed.astype("datetime64[D]").astype("datetime64[us]")
        own |= {"paidOn": None, "depositedOn": None, "syncStatus": "Pending"}
        own |= {"invoiceDate": day, "dueDate": day + due}
        empty = dict.fromkeys(("subTotal", "salesTax", "total", "balance", "discountTotal"), 0.0)
        full = {path: float(past[name, path][row]) for path in empty} | {
            "balance": float(past[name, "total"][row])
        }
        lines = []
        for line in range(past.items.starts[row], past.items.starts[row + 1]):
            values = {
                "id": self.new("accounting.export.invoice_items", billed),
                "createdOn": billed,
                "modifiedOn": billed,
            }
            lines.append((line, values))
            self.sheets["accounting.export.invoice_items"].add(
                line, shift, {**values, "invoiceId": mine["invoice"]}, (billed, {})
            )
        steps: list[Step] = [(booked, {**empty, "items": []}), (billed, {**full, "items": lines})]
        who = int(past[name, "customer.id"][row])
        self.owed.append((billed, who, full["balance"]))
        when, left = billed, full["balance"]
        for at in past.paid.get(old, ()):
            when = self._after(when, 3, 60)
            amount = float(past.amounts[at])
            left = round(left - amount, 2) + 0.0
            self._payment(at, shift, when, mine["invoice"], own["referenceNumber"], amount, who, {})
            settled: Values = {"paidOn": when, "depositedOn": when} if left == 0 else {}
            steps.append((when, {"balance": left, **settled}))
        self.sheets[name].add(row, shift, own, *steps)

    def _payment(
        self,
        at: int,
        shift: Any,
        when: Any,
        invoice: int,
        reference: int,
        amount: float,
        who: int,
        party: Values,
    ) -> None:
        applied = {
            "appliedTo": self.new("applied", when),
            "appliedId": invoice,
            "appliedOn": when,
            "appliedAmount": amount,
        }
        applied["appliedToReferenceNumber"] = reference
        number = self.new("accounting.payments", when)
        own: Values = {"id": number, "referenceNumber": self.new("paymentNumber", when)}
        own |= {"createdOn": when, "date": when.astype("datetime64[D]"), "active": True, **party}
        own |= {"total": amount, "unappliedAmount": 0.0, "appliedTo": [(at, applied)]}
        self.sheets["accounting.payments"].add(
            int(self.past.payment_of[at]), shift, own, (when, {})
        )
        self.owed.append((when, who, -amount))

    # -- what the past has left open

    def _late(self, row: int, when: np.datetime64) -> None:
        """An old invoice is paid at last."""
        past, name = self.past, "accounting.invoices"
        key, left = int(past[name, "id"][row]), float(past[name, "balance"][row])
        at = int(self.rng.integers(0, len(past.payment_of)))
        shift = when - past["accounting.payments", "createdOn"][past.payment_of[at]]
        paths = ("customer.id", "customer.name", "businessUnit.id", "businessUnit.name")
        party = {
            p: v.item() if isinstance(v := past[name, p][row], np.generic) else v for p in paths
        }
        reference = int(past[name, "referenceNumber"][row])
        self._payment(at, shift, when, key, reference, left, party["customer.id"], party)
        self.sheets[name].add(
            row,
            AT_ONCE,
            {},
            (when, {"balance": 0.0, "paidOn": when, "depositedOn": when}),
            replaces=row,
        )

    def _ends(self, row: int) -> None:
        """A job that was open when the history ended is worked on and completed."""
        past, name = self.past, "jpm.appointments"
        came: np.datetime64 | None = None
        done: np.datetime64 = self.begin
        for at in past.visits.get(int(past["jpm.jobs", "id"][row]), ()):
            if past[name, "status"][at] in ("Done", "Canceled"):
                continue
            start = np.datetime64(max(past[name, "start"][at], self._after(self.begin, 5, 300)))
            done = self._after(start, 30, 150)
            came = start if came is None else came
            states: list[Step] = [(start, {"status": "Working"}), (done, {"status": "Done"})]
            self.sheets[name].add(at, AT_ONCE, {}, *states, replaces=at)
            for one in past.sent.get(int(past[name, "id"][at]), ()):
                self.sheets["dispatch.appointment_assignments"].add(
                    one, AT_ONCE, {"isPaused": False}, *states, replaces=one
                )
        if came is None:
            return
        invoice = past.row("accounting.invoices", int(past["jpm.jobs", "invoiceId"][row]))
        total = 0.0 if invoice is None else float(past["accounting.invoices", "subTotal"][invoice])
        last = {"jobStatus": "Completed", "completedOn": done, "total": total}
        self.sheets["jpm.jobs"].add(
            row, AT_ONCE, {}, (came, {"jobStatus": "InProgress"}), (done, last), replaces=row
        )
