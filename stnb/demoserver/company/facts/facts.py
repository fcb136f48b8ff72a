"""The facts by their names, each with its type."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeVar

from .goods import (
    Corrections,
    Deliveries,
    Found,
    JobEquipment,
    Orders,
    Returned,
    Submissions,
    Tasks,
    Transfers,
    Units,
)
from .money import Bills, CreditMemos, Deposits, Postings, VendorBills, VendorPayments
from .selling import (
    Advertised,
    Agreements,
    Bookings,
    Calls,
    EstimateLines,
    Estimates,
    FirstTechnicians,
    Leads,
    Members,
    MemberStates,
    MemberVisits,
    Ratings,
    Visitors,
)
from .work import (
    Board,
    ClockTimes,
    ContactMethods,
    Crew,
    Customers,
    JobProjects,
    Jobs,
    PayrollKeys,
    Plan,
    Pools,
    Projects,
    Recalls,
    Sent,
    Users,
    Visits,
    Work,
)

T = TypeVar("T")


class Facts(ABC):
    """The facts by their names. Where one counts rows of another, -1 stands for none."""

    @abstractmethod
    def _fact(self, name: str, kind: type[T]) -> T:
        """The fact of that name, made when it is first asked for."""

    @property
    def users(self) -> Users:
        return self._fact("users", Users)

    @property
    def customers(self) -> Customers:
        return self._fact("customers", Customers)

    @property
    def contact_methods(self) -> ContactMethods:
        return self._fact("contact_methods", ContactMethods)

    @property
    def work(self) -> Work:
        return self._fact("work", Work)

    @property
    def visits(self) -> Visits:
        return self._fact("visits", Visits)

    @property
    def jobs(self) -> Jobs:
        return self._fact("jobs", Jobs)

    @property
    def job_projects(self) -> JobProjects:
        return self._fact("job_projects", JobProjects)

    @property
    def projects(self) -> Projects:
        return self._fact("projects", Projects)

    @property
    def pools(self) -> Pools:
        return self._fact("pools", Pools)

    @property
    def crew(self) -> Crew:
        return self._fact("crew", Crew)

    @property
    def planned_leads(self) -> Sent:
        return self._fact("planned_leads", Sent)

    @property
    def plan(self) -> Plan:
        return self._fact("plan", Plan)

    @property
    def recalls(self) -> Recalls:
        return self._fact("recalls", Recalls)

    @property
    def sent(self) -> Sent:
        return self._fact("sent", Sent)

    @property
    def board(self) -> Board:
        return self._fact("board", Board)

    @property
    def calls(self) -> Calls:
        return self._fact("calls", Calls)

    @property
    def bookings(self) -> Bookings:
        return self._fact("bookings", Bookings)

    @property
    def leads(self) -> Leads:
        return self._fact("leads", Leads)

    @property
    def advertised(self) -> Advertised:
        return self._fact("advertised", Advertised)

    @property
    def ratings(self) -> Ratings:
        return self._fact("ratings", Ratings)

    @property
    def first_technicians(self) -> FirstTechnicians:
        return self._fact("first_technicians", FirstTechnicians)

    @property
    def estimates(self) -> Estimates:
        return self._fact("estimates", Estimates)

    @property
    def estimate_lines(self) -> EstimateLines:
        return self._fact("estimate_lines", EstimateLines)

    @property
    def members(self) -> Members:
        return self._fact("members", Members)

    @property
    def bills(self) -> Bills:
        return self._fact("bills", Bills)

    @property
    def credit_memos(self) -> CreditMemos:
        return self._fact("credit_memos", CreditMemos)

    @property
    def deposits(self) -> Deposits:
        return self._fact("deposits", Deposits)

    @property
    def postings(self) -> Postings:
        return self._fact("postings", Postings)

    @property
    def vendor_bills(self) -> VendorBills:
        return self._fact("vendor_bills", VendorBills)

    @property
    def vendor_payments(self) -> VendorPayments:
        return self._fact("vendor_payments", VendorPayments)

    @property
    def member_states(self) -> MemberStates:
        return self._fact("member_states", MemberStates)

    @property
    def member_visits(self) -> MemberVisits:
        return self._fact("member_visits", MemberVisits)

    @property
    def agreements(self) -> Agreements:
        return self._fact("agreements", Agreements)

    @property
    def clock(self) -> ClockTimes:
        return self._fact("clock", ClockTimes)

    @property
    def payroll_keys(self) -> PayrollKeys:
        return self._fact("payroll_keys", PayrollKeys)

    @property
    def orders(self) -> Orders:
        return self._fact("orders", Orders)

    @property
    def deliveries(self) -> Deliveries:
        return self._fact("deliveries", Deliveries)

    @property
    def returned(self) -> Returned:
        return self._fact("returned", Returned)

    @property
    def transfers(self) -> Transfers:
        return self._fact("transfers", Transfers)

    @property
    def corrections(self) -> Corrections:
        return self._fact("corrections", Corrections)

    @property
    def units(self) -> Units:
        return self._fact("units", Units)

    @property
    def job_equipment(self) -> JobEquipment:
        return self._fact("job_equipment", JobEquipment)

    @property
    def found(self) -> Found:
        return self._fact("found", Found)

    @property
    def submissions(self) -> Submissions:
        return self._fact("submissions", Submissions)

    @property
    def tasks(self) -> Tasks:
        return self._fact("tasks", Tasks)

    @property
    def visitors(self) -> Visitors:
        return self._fact("visitors", Visitors)
