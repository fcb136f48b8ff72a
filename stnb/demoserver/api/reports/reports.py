"""Reports of the kind that people have: asked for with parameters, sent as rows of cells."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...company.world import World
from ..bodies import Problem, as_json
from ..query import Query, bad, moment
from . import money_metrics, work_metrics
from .work_metrics import Asked, Books, Cells

CATEGORIES = {
    "operations": "Operations",
    "accounting": "Accounting",
    "marketing": "Marketing",
    "technician": "Technician",
    "payroll": "Payroll",
    "sales": "Sales",
}
# The choices that parameters have, by the id of their set: the resource whose ids and names they are.
SETS = {
    "business-units": "settings.business_units",
    "campaigns": "marketing.campaigns",
    "technicians": "settings.technicians",
    "job-types": "jpm.job_types",
}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a report.

    Args:
        kind: String, Number, Boolean or Date.
        values: (value, name) of each choice.
        dynamic: the set that holds the choices.
    """

    name: str
    label: str
    kind: str
    many: bool = False
    needed: bool = False
    values: Sequence[tuple[Any, str]] = ()
    dynamic: str | None = None

    def about(self) -> dict[str, Any]:
        choices = {
            "fields": [{"name": "Value", "label": "Value"}, {"name": "Name", "label": "Name"}],
            "dynamicSetId": self.dynamic,
            "values": [list(pair) for pair in self.values],
        }
        about = {"name": self.name, "label": self.label, "dataType": self.kind, "isArray": self.many, "isRequired": self.needed}
        return {**about, "acceptValues": choices}

    def read(self, value: Any) -> Any:
        """The value, or each of a list.

        Raises:
            Problem: 400, it is missing or no such value.
        """
        if value is None or value == "" or value == []:
            if self.needed:
                raise Problem(400, errors={self.name: [f"The parameter {self.name} is required."]})
            return None
        if self.many != isinstance(value, list):
            raise bad(self.name, json.dumps(value))
        return [self._one(v) for v in value] if self.many else self._one(value)

    def _one(self, value: Any) -> Any:
        try:
            read = READ[self.kind](value)
        except (ValueError, TypeError):
            raise bad(self.name, str(value)) from None
        if self.values and read not in [v for v, _ in self.values]:
            raise bad(self.name, str(value))
        return read


def _date(value: Any) -> str:
    moment(value)
    return str(value)


def _number(value: Any) -> int | float:
    if isinstance(value, bool):
        raise ValueError(value)
    number = float(value)
    return int(number) if number.is_integer() else number


def _boolean(value: Any) -> bool:
    if str(value).lower() not in ("true", "false"):
        raise ValueError(value)
    return str(value).lower() == "true"


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(value)
    return value


READ: dict[str, Callable[[Any], Any]] = {"Date": _date, "Number": _number, "Boolean": _boolean, "String": _string}
S, N, B, D = "String", "Number", "Boolean", "Date"
FROM_TO = (Parameter("From", "From", D, needed=True), Parameter("To", "To", D, needed=True))
UNITS = Parameter("BusinessUnitIds", "Business Units", N, many=True, dynamic="business-units")
JOB_DATES = ((1, "Job Completion Date"), (2, "Job Creation Date"))
DATE_TYPE = Parameter("DateType", "Date Type", N, values=JOB_DATES)


@dataclass(frozen=True)
class Report:
    """One report.

    Attributes:
        fields: (name, label, type) of each cell.
        cells: computes the rows from the tables and the parameters' values.
    """

    id: int
    category: str
    name: str
    parameters: Sequence[Parameter]
    fields: Sequence[tuple[str, str, str]]
    cells: Callable[[Books, Asked], Cells]

    def about(self) -> dict[str, Any]:
        fields = [{"name": n, "label": label, "dataType": kind} for n, label, kind in self.fields]
        parameters = [p.about() for p in self.parameters]
        return {**self.brief(), "modifiedOn": "2025-03-04T16:20:11.52Z", "parameters": parameters, "fields": fields}

    def brief(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "description": f"{self.name} of the chosen days."}


REPORTS = [
    Report(
        70101, "accounting", "Revenue by Business Unit",
        (*FROM_TO, UNITS, Parameter("DateType", "Date Type", N, values=((0, "Invoice Date"), *JOB_DATES))),
        (("Name", "Business Unit", S), ("Jobs", "Jobs", N), ("Revenue", "Revenue", N), ("AverageTicket", "Average Ticket", N)), work_metrics.revenue,
    ),
    Report(
        70102, "technician", "Technician Scoreboard", (*FROM_TO, UNITS, DATE_TYPE),
        (("Technician", "Technician", S), ("CompletedJobs", "Completed Jobs", N), ("Revenue", "Revenue", N), ("Sales", "Sales", N)),
        work_metrics.scoreboard,
    ),
    Report(
        70103, "operations", "Membership Renewals", FROM_TO,
        (("MembershipType", "Membership Type", S), ("Ended", "Ended", N), ("Renewed", "Renewed", N), ("Rate", "Renewal Rate", N)), work_metrics.renewals,
    ),
    Report(
        70104, "operations", "Jobs", (*FROM_TO, UNITS),
        (("JobNumber", "Job #", S), ("Customer", "Customer", S), ("BusinessUnit", "Business Unit", S), ("Status", "Status", S),
         ("Total", "Total", N), ("CreatedOn", "Created On", D)), work_metrics.job_list,
    ),
    Report(
        70105, "marketing", "Call Booking Rate by Campaign", FROM_TO,
        (("Campaign", "Campaign", S), ("LeadCalls", "Lead Calls", N), ("Booked", "Booked", N), ("BookingRate", "Booking Rate", N)), money_metrics.by_campaign,
    ),
    Report(
        70106, "accounting", "Unpaid Invoices", (*FROM_TO, UNITS),
        (("InvoiceNumber", "Invoice #", S), ("Customer", "Customer", S), ("Balance", "Balance", N), ("Age", "Age in Days", N)), money_metrics.unpaid,
    ),
    Report(
        70107, "accounting", "Unpaid Invoices by Age", (*FROM_TO, UNITS),
        (("Age", "Days Past Due", S), ("Invoices", "Invoices", N), ("Balance", "Balance", N)), money_metrics.ageing,
    ),
    Report(
        70108, "marketing", "Booking Rate by CSR", FROM_TO,
        (("Agent", "CSR", S), ("LeadCalls", "Lead Calls", N), ("Booked", "Booked", N), ("BookingRate", "Booking Rate", N)), money_metrics.by_agent,
    ),
    Report(
        70109, "operations", "Job Profitability", (*FROM_TO, UNITS, DATE_TYPE),
        (("JobType", "Job Type", S), ("Jobs", "Jobs", N), ("Revenue", "Revenue", N), ("Cost", "Cost", N), ("Margin", "Gross Margin", N),
         ("MarginRate", "Gross Margin %", N)), money_metrics.profit,
    ),
    Report(
        70110, "sales", "Estimate Close Rate", (*FROM_TO, UNITS),
        (("BusinessUnit", "Business Unit", S), ("Opportunities", "Opportunities", N), ("Sold", "Sold", N), ("CloseRate", "Close Rate", N),
         ("SoldTotal", "Total Sales", N)), money_metrics.close_rate,
    ),
    Report(
        70111, "marketing", "Campaign ROI", (*FROM_TO, Parameter("CampaignIds", "Campaigns", N, many=True, dynamic="campaigns")),
        (("Campaign", "Campaign", S), ("Jobs", "Jobs", N), ("Revenue", "Revenue", N), ("Cost", "Cost", N), ("Return", "ROI", N)), money_metrics.campaigns,
    ),
    Report(
        70112, "payroll", "Timesheet and Payroll Summary",
        (*FROM_TO, Parameter("EmployeeType", "Employee Type", S, values=(("Technician", "Technicians"), ("Employee", "Office")))),
        (("Employee", "Employee", S), ("Hours", "Paid Hours", N), ("GrossPay", "Gross Pay", N)), money_metrics.timesheet,
    ),
    Report(
        70113, "marketing", "New Customers",
        (*FROM_TO, Parameter("CustomerType", "Customer Type", S, values=(("Residential", "Residential"), ("Commercial", "Commercial"))),
         Parameter("ActiveOnly", "Active Only", B)),
        (("Customer", "Customer", S), ("Type", "Type", S), ("City", "City", S), ("CreatedOn", "Created On", D), ("Jobs", "Lifetime Jobs", N)),
        money_metrics.newcomers,
    ),
    Report(  # names are not unique: somebody copied the scoreboard and changed it
        70114, "technician", "Technician Scoreboard", (*FROM_TO, UNITS),
        (("Technician", "Technician", S), ("Month", "Month", S), ("CompletedJobs", "Completed Jobs", N), ("AverageTicket", "Average Ticket", N)),
        work_metrics.pace,
    ),
]  # fmt: skip


def reports_of(category: str) -> list[Report]:
    """The reports of a category.

    Raises:
        Problem: 404, there is no such category.
    """
    if category not in CATEGORIES:
        raise Problem(404, "The report category was not found.")
    return [r for r in REPORTS if r.category == category]


def report(category: str, key: str) -> Report:
    found = next((r for r in reports_of(category) if str(r.id) == key), None)
    if found is None:
        raise Problem(404, "The report was not found.")
    return found


def run(world: World, chosen: Report, body: bytes) -> Cells:
    """The report's rows for the parameters in the body; what else the body holds, paging too, is ignored.

    Raises:
        Problem: 400, the body is no such list, or a parameter is missing or wrong.
    """
    try:
        given = {p["name"]: p.get("value") for p in json.loads(body or b"{}").get("parameters") or []}
    except (ValueError, AttributeError, TypeError, KeyError):
        raise Problem(400, errors={"": ["The request body is not valid."]}) from None
    asked = {p.name: p.read(given.get(p.name)) for p in chosen.parameters}
    return chosen.cells(Books(world), asked)


def dynamic_set(world: World, key: str) -> Cells:
    """The choices that a parameter has."""
    if key not in SETS:
        raise Problem(404, "The dynamic value set was not found.")
    books = Books(world)
    return [[i, name] for i, name in zip(books.of(SETS[key], "id").tolist(), books.texts(SETS[key], "name"), strict=True)]


def table_of(fields: Sequence[tuple[str, str, str]], cells: Cells, page: int, size: int, query: Query) -> bytes:
    """A page of rows of cells, with the fields that name them."""
    part = cells[(page - 1) * size : page * size]
    total = len(cells) if query.get("includeTotal", "").lower() == "true" else None
    named = [{"name": n, "label": label} for n, label, _ in fields]
    return as_json(
        {"fields": named, "page": page, "pageSize": size, "hasMore": page * size < len(cells), "totalCount": total, "data": part}
    )
