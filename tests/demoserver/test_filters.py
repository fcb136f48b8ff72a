"""The demo's filters: every parameter of every list narrows it to exactly the rows that fit."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cached_property
from typing import Any

import pytest

from stnb.catalog import Endpoint, Param, load
from stnb.demoserver.api.extra_columns import APPLICATION, BEHIND, EXTERNAL_KEY, EXTERNAL_START
from stnb.demoserver.api.parameter_names import SORT_BY_ANY
from tests.conformance.client import Client
from tests.helpers.sample import tenth

CATALOG = load()
Row = dict[str, Any]
PAGING = {"page", "pageSize", "includeTotal"}
# Parameters that do not narrow: they order rows or say what a row shows. They have tests of their
# own below.
OTHERS = {
    "sort",
    "orderBy",
    "orderByDirection",
    "sortBy",
    "descending",
    "calculatePrices",
    "genPermUrl",
    "includeChildren",
}
OTHERS |= {
    "includeDurationBilling",
    "includeDiscounts",
    "includeRecurringServices",
    "includeTags",
    "includeTechnicians",
}
OTHERS |= {
    "includeSubtasks",
    "externalDataApplicationGuid",
    "externalDataKey",
    "externalDataValues",
    "active",
    "activeOnly",
}
OTHERS |= {"activeState", "includeInactive", "performanceSegmentationType", "empty", "owners"}
OTHERS |= {"searchTerm"}
OTHERS |= {f"includeReviewsWithout{what}" for what in ("Location", "Campaign", "Technician")}
ENDS = {
    "OnOrAfter": ">=",
    "OnOrBefore": "<=",
    "OnBefore": "<",
    "OnAfter": ">=",
    "Before": "<",
    "After": ">",
}
ENDS |= {"Greater": ">", "Less": "<", "From": ">=", "To": "<="}
# What a filter is about where its name does not say so: the column, and how it compares.
ABOUT: dict[tuple[str, str], tuple[str, str]] = {
    ("accounting.ap_bills", "billNumber"): ("referenceNumber", "="),
    ("accounting.ap_bills", "dateFrom"): ("createdOn", ">="),
    ("accounting.ap_bills", "dateTo"): ("createdOn", "<="),
    ("accounting.ap_bills", "minCost"): ("billAmount", ">="),
    ("accounting.ap_bills", "maxCost"): ("billAmount", "<="),
    ("accounting.credit_memos", "appliedToInvoiceIds"): ("appliedTo.appliedId", "="),
    ("accounting.credit_memos", "appliedToReferenceNumber"): (
        "appliedTo.appliedToReferenceNumber",
        "=",
    ),
    ("accounting.credit_memos", "appliedBefore"): ("appliedTo.appliedOn", "<"),
    ("accounting.credit_memos", "appliedOnOrAfter"): ("appliedTo.appliedOn", ">="),
    ("accounting.credit_memos", "totalFilter.Amount"): ("total", "="),
    ("accounting.credit_memos", "balanceFilter.Amount"): ("balance", "="),
    ("accounting.invoices", "balanceFilter.Balance"): ("balance", "="),
    ("accounting.invoices", "number"): ("referenceNumber", "="),
    ("accounting.invoices", "statuses"): ("syncStatus", "="),
    ("accounting.invoices", "invoicedOnOrAfter"): ("invoiceDate", ">="),
    ("accounting.invoices", "invoicedOnBefore"): ("invoiceDate", "<"),
    ("accounting.invoices", "assignedToIds"): ("assignedTo.id", "="),
    ("accounting.journal_entries", "postedFrom"): ("postDate", ">="),
    ("accounting.journal_entries", "postedTo"): ("postDate", "<="),
    ("accounting.journal_entries", "exportedBy"): ("exportedBy.id", "="),
    ("accounting.payments", "paidOnAfter"): ("date", ">="),
    ("accounting.payments", "paidOnBefore"): ("date", "<"),
    ("accounting.payments", "statuses"): ("syncStatus", "="),
    ("accounting.payments", "appliedToInvoiceIds"): ("appliedTo.appliedId", "="),
    ("accounting.payments", "appliedToReferenceNumber"): (
        "appliedTo.appliedToReferenceNumber",
        "=",
    ),
    ("crm.booking_provider_tags", "name"): ("tagName", "has"),
    ("dispatch.technician_shifts", "titleContains"): ("title", "has"),
    ("dispatch.technician_shifts", "noteContains"): ("note", "has"),
    ("forms.submissions", "ownerType"): ("owners.type", "="),
    ("inventory.adjustments", "adjustmentTypes"): ("type", "="),
    ("jpm.appointments", "number"): ("appointmentNumber", "="),
    ("jpm.job_types", "minDuration"): ("duration", ">="),
    ("jpm.job_types", "maxDuration"): ("duration", "<="),
    ("jpm.jobs", "number"): ("jobNumber", "="),
    ("jpm.jobs.cancel_reasons", "ids"): ("jobId", "="),
    ("jpm.projects", "startsBefore"): ("startDate", "<"),
    ("jpm.projects", "startsOnOrAfter"): ("startDate", ">="),
    ("jpm.projects", "completedBefore"): ("actualCompletionDate", "<"),
    ("jpm.projects", "completedOnOrAfter"): ("actualCompletionDate", ">="),
    ("jpm.work_breakdown_structure.budget_codes", "budgetCodeIds"): ("id", "="),
    ("jpm.work_breakdown_structure.budget_codes", "segmentIds"): ("segments.segmentId", "="),
    ("jpm.work_breakdown_structure.budget_codes", "segmentItemIds"): (
        "segments.segmentItemId",
        "=",
    ),
    ("marketingreputation.reviews", "fromDate"): ("publishDate", ">="),
    ("marketingreputation.reviews", "toDate"): ("publishDate", "<="),
    ("marketingreputation.reviews", "fromRating"): ("rating", ">="),
    ("marketingreputation.reviews", "toRating"): ("rating", "<="),
    ("marketingreputation.reviews", "sources"): ("platform", "="),
    ("memberships.membership_types", "duration"): ("durationBilling.duration", "="),
    ("memberships.membership_types", "billingFrequency"): ("durationBilling.billingFrequency", "="),
    ("payroll.payrolls", "approvedOnOrAfter"): ("managerApprovedOn", ">="),
    ("sales.estimates", "status"): ("status.name", "="),
    ("sales.estimates", "soldById"): ("soldBy", "="),
    ("sales.estimates", "soldByEmployeeId"): ("soldBy", "="),
    ("taskmanagement.tasks", "completeBefore"): ("completeBy", "<"),
    ("taskmanagement.tasks", "completeOnOrAfter"): ("completeBy", ">="),
    **{
        (name, param): (f"leadCall.{column}", how)
        for name in ("telecom.calls", "telecom.v2.calls")
        for param, column, how in (
            ("createdAfter", "createdOn", ">"),
            ("modifiedAfter", "modifiedOn", ">"),
            ("createdBefore", "createdOn", "<"),
            ("createdOnOrAfter", "createdOn", ">="),
            ("modifiedBefore", "modifiedOn", "<"),
            ("modifiedOnOrAfter", "modifiedOn", ">="),
            ("campaignId", "campaign.id", "="),
            ("agentId", "agent.id", "="),
            ("agentName", "agent.name", "has"),
            ("agentExternalId", "agent.externalId", "="),
            ("phoneNumberCalled", "to", "="),
            ("callerPhoneNumber", "from", "="),
            ("sid", "sid", "="),
            ("tag", "tags.typeName", "="),
        )
    },
}
for _bills in ("accounting.inventory_bills", "accounting.inventory_bills.paginated"):
    ABOUT |= {(_bills, p): how for (name, p), how in ABOUT.items() if name == "accounting.ap_bills"}


class Demo(Client):
    """The demo's lists, whole, and each only once."""

    def __init__(self) -> None:
        super().__init__(scale=0.045)
        self.kept: dict[str, list[Row]] = {}
        self.known: dict[str, dict[Any, Row]] = {}
        self.flats: dict[int, dict[str, list[Any]]] = {}

    def rows(
        self, name: str, query: dict[str, Any] | None = None, keys: tuple[str, ...] = ()
    ) -> list[Row]:
        endpoint, page = CATALOG[name], CATALOG[name].page_first
        out: list[Row] = []
        while True:
            paging = (
                {"page": page, "pageSize": endpoint.page_size_max or 5000}
                if endpoint.takes("page")
                else {}
            )
            answer = self.ask(endpoint.path, {**(query or {}), **paging}, keys)
            assert answer.status_code == 200, answer.text
            body = answer.json()
            out += body["data"] if isinstance(body, dict) else body
            page += 1
            if not isinstance(body, dict) or not body.get("hasMore"):
                return out

    def all(self, name: str) -> list[Row]:
        """Every row of the list, inactive ones too."""
        if name not in self.kept:
            self.kept[name] = self.rows(name, everything(CATALOG[name]))
        return self.kept[name]

    def flat(self, row: Row) -> dict[str, list[Any]]:
        if id(row) not in self.flats:
            self.flats[id(row)] = flat(row)
        return self.flats[id(row)]

    def by_id(self, name: str) -> dict[Any, Row]:
        if name not in self.known:
            self.known[name] = {row["id"]: row for row in self.all(name)}
        return self.known[name]

    @cached_property
    def visits(self) -> dict[int, list[Row]]:
        """Appointments by job."""
        return grouped(self.all("jpm.appointments"), "jobId")

    @cached_property
    def sent(self) -> dict[int, list[Row]]:
        """Assignments by job."""
        return grouped(self.all("dispatch.appointment_assignments"), "jobId")

    @cached_property
    def jobs(self) -> dict[int, list[Row]]:
        """Jobs by project."""
        return grouped(self.all("jpm.jobs"), "projectId")


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    client = Demo()
    yield client
    client.close()


def grouped(rows: list[Row], key: str) -> dict[int, list[Row]]:
    out: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        out[row[key]].append(row)
    return out


def everything(endpoint: Endpoint) -> dict[str, str]:
    """The query that shows all rows, with all they can show."""
    values = {"boolean": "false", "integer": "1", "object": ""}
    query = {
        p.name: p.values[0] if p.values else values.get(p.type, "2026-03-01")
        for p in endpoint.required
    }
    for name in query:
        if re.search("from|after", name, re.IGNORECASE):
            query[name] = "2020-01-01"
    if endpoint.shows_all:
        query[endpoint.shows_all[0]] = endpoint.shows_all[1]
    if any(p.name == "includeTotal" and p.required for p in endpoint.params):
        query["includeTotal"] = "true"
    return query | {p.name: "true" for p in endpoint.params if p.name in BEHIND}


# -- what other records say about a row


def customer(demo: Demo, row: Row) -> Row:
    return demo.by_id("crm.customers").get(row["customerId"]) or {"address": {}}


def order(demo: Demo, row: Row) -> Row:
    return demo.by_id("inventory.purchase_orders").get(row["purchaseOrderId"]) or {}


def order_type(demo: Demo, row: Row) -> Any:
    found = demo.by_id("inventory.purchase_order_types").get(order(demo, row).get("typeId"))
    return found and found["name"]


def booked(demo: Demo, row: Row, column: str) -> list[Any]:
    """From the jobs of a project."""
    return [job[column] for job in demo.jobs.get(row["id"], [])]


def inside(demo: Demo, row: Row, path: str) -> list[Any]:
    """From the lines of a journal entry."""
    name = "accounting.journal_entries.details"
    key = f"{name}({row['id']})"
    if key not in demo.kept:
        demo.kept[key] = demo.rows(name, None, (str(row["id"]),))
    return [value for line in demo.kept[key] for value in demo.flat(line)[path]]


def moments(demo: Demo, row: Row) -> list[Any]:
    return [row[name] for name in ("dispatchedOn", "arrivedOn", "canceledOn", "doneOn")]


def visit_services(demo: Demo) -> dict[int, set[int]]:
    """Membership types by the recurring service types that their memberships' services have."""
    owner, out = demo.by_id("memberships.memberships"), defaultdict(set)
    for service in demo.all("memberships.recurring_services"):
        if service["membershipId"] in owner:
            out[service["recurringServiceTypeId"]].add(
                owner[service["membershipId"]]["membershipTypeId"]
            )
    return out


Values = Callable[[Demo, Row], list[Any]]
BEYOND: dict[tuple[str, str], tuple[Values, str]] = {
    ("crm.leads", "customerCity"): (lambda d, r: [customer(d, r)["address"].get("city")], "="),
    ("crm.leads", "customerState"): (lambda d, r: [customer(d, r)["address"].get("state")], "="),
    ("crm.leads", "customerZip"): (lambda d, r: [customer(d, r)["address"].get("zip")], "="),
    ("crm.leads", "customerCreatedOnOrAfter"): (
        lambda d, r: [customer(d, r).get("createdOn")],
        ">=",
    ),
    ("crm.leads", "customerCreatedBefore"): (lambda d, r: [customer(d, r).get("createdOn")], "<"),
    ("crm.leads", "customerModifiedOnOrAfter"): (
        lambda d, r: [customer(d, r).get("modifiedOn")],
        ">=",
    ),
    ("crm.leads", "withoutCustomer"): (
        lambda d, r: [r["customerId"] is None or r["locationId"] is None],
        "=",
    ),
    ("marketingads.attributed_leads", "leadType"): (
        lambda d, r: [("Call", "WebBooking", "WebLeadForm", "ManualJob")[r["leadType"] - 1]],
        "=",
    ),
    ("crm.leads", "isProspect"): (
        lambda d, r: [r["customerId"] not in {j["customerId"] for j in d.all("jpm.jobs")}],
        "=",
    ),
    ("crm.leads", "isCaptureSourceForm"): (lambda d, r: [bool(r["captureSource"])], "="),
    ("forms.forms", "status"): (
        lambda d, r: ["Published" if r["published"] else "Unpublished"],
        "=",
    ),
    ("jpm.jobs", "technicianId"): (
        lambda d, r: [s["technicianId"] for s in d.sent.get(r["id"], [])],
        "=",
    ),
    ("jpm.jobs", "appointmentStatus"): (lambda d, r: [v["status"] for v in d.visits[r["id"]]], "="),
    ("jpm.jobs", "appointmentStartsOnOrAfter"): (
        lambda d, r: [v["start"] for v in d.visits[r["id"]]],
        ">=",
    ),
    ("jpm.jobs", "appointmentStartsBefore"): (
        lambda d, r: [v["start"] for v in d.visits[r["id"]]],
        "<",
    ),
    ("jpm.jobs", "hasUnusedAppointments"): (
        lambda d, r: [any(v["unused"] for v in d.visits[r["id"]])],
        "=",
    ),
    **{
        ("jpm.jobs", f"firstAppointmentStarts{end}"): (
            lambda d, r: [d.by_id("jpm.appointments")[r["firstAppointmentId"]]["start"]],
            how,
        )
        for end, how in (("OnOrAfter", ">="), ("Before", "<"))
    },
    ("jpm.appointments", "technicianId"): (
        lambda d, r: [
            s["technicianId"] for s in d.sent.get(r["jobId"], []) if s["appointmentId"] == r["id"]
        ],
        "=",
    ),
    ("jpm.appointments", "projectId"): (
        lambda d, r: [d.by_id("jpm.jobs")[r["jobId"]]["projectId"]],
        "=",
    ),
    ("jpm.projects", "jobId"): (lambda d, r: booked(d, r, "id"), "="),
    ("jpm.projects", "invoiceId"): (lambda d, r: booked(d, r, "invoiceId"), "="),
    ("jpm.projects", "appointmentId"): (
        lambda d, r: [v["id"] for j in booked(d, r, "id") for v in d.visits[j]],
        "=",
    ),
    ("jpm.projects", "technicianId"): (
        lambda d, r: [s["technicianId"] for j in booked(d, r, "id") for s in d.sent.get(j, [])],
        "=",
    ),
    ("jpm.projects", "status"): (lambda d, r: [r["status"] or "None"], "="),
    ("crm.customers", "phone"): (
        lambda d, r: [
            c["value"]
            for c in d.all("crm.customers.contacts")
            if c["customerId"] == r["id"] and "Phone" in c["type"]
        ],
        "=",
    ),
    ("sales.estimates", "totalGreater"): (lambda d, r: [round(r["subtotal"] + r["tax"], 2)], ">"),
    ("sales.estimates", "totalLess"): (lambda d, r: [round(r["subtotal"] + r["tax"], 2)], "<"),
    ("payroll.jobs.timesheets", "startedOn"): (moments, ">"),
    ("payroll.jobs.timesheets", "endedOn"): (moments, "<"),
    ("marketingreputation.reviews", "search"): (
        lambda d, r: [r["review"], r["authorName"], r["customerName"]],
        "has",
    ),
    ("marketingreputation.reviews", "locationIds"): (
        lambda d, r: [d.by_id("jpm.jobs").get(r["jobId"], {}).get("locationId")],
        "=",
    ),
    ("marketingreputation.reviews", "campaignIds"): (
        lambda d, r: [d.by_id("jpm.jobs").get(r["jobId"], {}).get("campaignId")],
        "=",
    ),
    ("memberships.recurring_service_events", "locationId"): (
        lambda d, r: [
            d.by_id("memberships.recurring_services")[r["locationRecurringServiceId"]]["locationId"]
        ],
        "=",
    ),
    ("memberships.recurring_service_types", "membershipTypeId"): (
        lambda d, r: sorted(visit_services(d)[r["id"]]),
        "=",
    ),
    ("sales.estimates.items", "estimateId"): (
        lambda d, r: [
            e["id"] for e in d.all("sales.estimates") if r["id"] in {i["id"] for i in e["items"]}
        ],
        "=",
    ),
    **{
        (f"pricebook.{name}", "searchText"): (
            lambda d, r: [r["code"], r["displayName"], r["description"]],
            "has",
        )
        for name in ("services", "materials", "equipment", "discounts_and_fees")
    },
    **{
        (name, "agentIsExternal"): (
            lambda d, r: [bool(r["leadCall"]["agent"] and r["leadCall"]["agent"]["externalId"])],
            "=",
        )
        for name in ("telecom.calls", "telecom.v2.calls")
    },
    **{
        (name, "minDuration"): (lambda d, r: [seconds(r["leadCall"]["duration"])], ">=")
        for name in ("telecom.calls", "telecom.v2.calls")
    },
    **{
        (name, param): value
        for name in (
            "accounting.ap_bills",
            "accounting.inventory_bills",
            "accounting.inventory_bills.paginated",
        )
        for param, value in {
            "purchaseOrderNumber": (lambda d, r: [order(d, r).get("number")], "has"),
            "purchaseOrderTypes": (lambda d, r: [order_type(d, r)], "="),
        }.items()
    },
    **{
        ("accounting.journal_entries", param): (lambda d, r, path=path: inside(d, r, path), how)
        for param, path, how in (
            ("customerName", "customer.name", "has"),
            ("locationName", "customerLocation.name", "has"),
            ("vendorName", "vendor.name", "has"),
            ("inventoryLocationName", "inventoryLocation.name", "has"),
            ("businessUnitIds", "businessUnit.id", "="),
            ("serviceAgreementIds", "serviceAgreement.id", "="),
            ("refNumber", "transaction.refNumber", "="),
            ("transactionTypes", "transaction.type", "="),
            ("transactionPostedFrom", "transactionDate", ">="),
            ("transactionPostedTo", "transactionDate", "<="),
        )
    },
}
# Filters that nothing in a row can be held against: what they ask for is not shown. They must split
# the rows all the same.
UNSEEN = {
    ("accounting.ap_bills", "threeWayMatchDiscrepancy"),
    ("accounting.inventory_bills", "billType"),
    ("accounting.inventory_bills", "threeWayMatchDiscrepancy"),
    ("accounting.inventory_bills.paginated", "billType"),
    ("accounting.inventory_bills.paginated", "threeWayMatchDiscrepancy"),
    ("accounting.payments", "transactionType"),
    ("marketingreputation.reviews", "reportType"),
    ("marketingreputation.reviews", "responseTypes"),
    ("marketingreputation.reviews", "reviewStatuses"),
}
# What cannot be shown to narrow in so small a company, and why. The filter works all the same where
# the data differ.
FEW = 20  # so few rows may well be alike
ONE_STATE, NO_BATCH, NOBODY = (
    "the company works in one state",
    "nothing was exported in batches",
    "no row of the demo has one",
)
OUTSIDE, ONE_PLAN = "no agent of the demo is external", "all plans run a year at a time"
CANNOT: dict[tuple[str, str], str] = {
    ("accounting.gl_accounts", "subtypes"): NOBODY,
    ("accounting.gl_accounts", "description"): NOBODY,
    ("accounting.invoices", "batchId"): NO_BATCH,
    ("accounting.invoices", "batchNumber"): NO_BATCH,
    ("accounting.invoices", "assignedToIds"): NOBODY,
    ("accounting.payments", "batchId"): NO_BATCH,
    ("accounting.payments", "batchNumber"): NO_BATCH,
    ("accounting.payments", "depositIds"): NOBODY,
    **{
        (f"accounting.{bills}", f"batch{what}"): NO_BATCH
        for bills in ("ap_bills", "inventory_bills", "inventory_bills.paginated")
        for what in ("Id", "Number")
    },
    (
        "dispatch.non_job_appointments",
        "showOnTechnicianSchedule",
    ): "all of them are on the schedule",
    ("forms.submissions", "status"): "forms that were begun and not sent are not kept",
    ("inventory.purchase_orders", "status"): "there are few orders in so small a company",
    ("inventory.receipts", "batchId"): NO_BATCH,
    ("inventory.transfers", "batchId"): NO_BATCH,
    ("inventory.transfers", "referenceNumber"): NOBODY,
    ("jpm.work_breakdown_structure.budget_codes", "segmentIds"): "every code has both segments",
    ("marketingreputation.reviews", "internalId"): NOBODY,
    ("marketingads.attributed_leads", "leadType"): "all of them are calls",
    ("accounting.bank_deposits", "depositStatus"): "every deposit was brought to the bank",
    ("accounting.journal_entries", "exportedBy"): NOBODY,
    ("accounting.journal_entries", "serviceAgreementIds"): NOBODY,
    ("accounting.journal_entries", "locationName"): NOBODY,
    ("accounting.journal_entries", "vendorName"): NOBODY,
    ("accounting.journal_entries", "inventoryLocationName"): NOBODY,
    (
        "crm.customers",
        "excludeAccountingChangesFromModifiedDateRange",
    ): "the demo's balances do not touch modifiedOn",
    ("crm.customers", "state"): ONE_STATE,
    ("crm.customers", "country"): ONE_STATE,
    ("crm.leads", "leadCustomerName"): NOBODY,
    ("crm.leads", "leadPhone"): NOBODY,
    ("crm.leads", "isCaptureSourceForm"): NOBODY,
    ("crm.leads", "genPermUrl"): NOBODY,
    ("crm.locations", "state"): ONE_STATE,
    ("crm.locations", "country"): ONE_STATE,
    ("dispatch.technician_shifts", "noteContains"): NOBODY,
    (
        "inventory.transfers",
        "transferTypeIds",
    ): "rows tell the type's name, and no list tells its id",
    ("jpm.jobs", "equipmentIds"): NOBODY,
    ("jpm.projects", "status"): NOBODY,
    ("memberships.membership_types", "duration"): ONE_PLAN,
    ("memberships.membership_types", "billingFrequency"): ONE_PLAN,
    ("memberships.memberships", "duration"): ONE_PLAN,
    ("memberships.memberships", "billingFrequency"): ONE_PLAN,
    ("payroll.gross_pay_items", "employeeType"): "only technicians are paid by the job",
    ("pricebook.materials", "costTypeIds"): NOBODY,
    ("taskmanagement.tasks", "isClosed"): "there are few tasks in so small a company",
    ("taskmanagement.tasks", "statuses"): "there are few tasks in so small a company",
    ("taskmanagement.tasks", "projectId"): "there are few tasks in so small a company",
    ("taskmanagement.tasks", "involvedEmployeeIdList"): NOBODY,
    ("taskmanagement.tasks", "includeSubtasks"): NOBODY,
    **{
        (calls, name): OUTSIDE
        for calls in ("telecom.calls", "telecom.v2.calls")
        for name in ("agentIsExternal", "agentExternalId")
    },
    ("telecom.calls", "sid"): NOBODY,
    ("telecom.calls", "tag"): NOBODY,
}


def seconds(text: str) -> int:
    hours, minutes, rest = (
        text.rpartition(".")[2].split(":") if text.count(":") == 2 else ("0", "0", "0")
    )
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)


# -- holding rows against a filter


def flat(row: Any) -> dict[str, list[Any]]:
    """The values of a row by path; those inside lists together."""
    out: dict[str, list[Any]] = defaultdict(list)

    def walk(value: Any, path: str) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, f"{path}.{key}" if path else key)
        elif isinstance(value, list):
            for inner in value:
                walk(inner, path)
        else:
            out[path].append(value)

    walk(row, "")
    return out


def likely(name: str) -> list[str]:
    """Columns that a filter of that name may be about."""
    one, single = re.sub("s$", "", name), re.sub("ses$", "s", name)
    found = [
        name,
        f"{name}On",
        f"{name}Date",
        one,
        re.sub("ies$", "y", name),
        single,
        f"{one}s",
        f"address.{name}",
        f"{one}By",
    ]
    found += [f"{one[:-2]}.id"] if one.endswith("Id") else []
    return [*found, re.sub("(Name|Number)$", lambda m: "." + m[0].lower(), name)]


def meaning(demo: Demo, endpoint: Endpoint, param: Param) -> tuple[Values, str] | None:
    """(the values of a row that the filter is about, how they compare)."""
    key = (endpoint.name, param.name)
    if key in BEYOND:
        return BEYOND[key]
    if key in ABOUT:
        path, how = ABOUT[key]
        return lambda d, r: d.flat(r)[path], how
    if not endpoint.columns and param.name.startswith(("created", "modified")):
        base = param.name.removesuffix("Before").removesuffix("OnOrAfter")
        return lambda d, r: [r[f"{base}On"]], ENDS[param.name.removeprefix(base)]
    base, how = (
        param.name,
        "has"
        if re.search("(?i)name$|^title|description|^street$", param.name) and not param.many
        else "=",
    )
    for end, sign in ENDS.items():
        if (
            param.name.endswith(end)
            and param.name != end
            and param.type in ("date-time", "date", "number", "integer")
        ):
            base, how = param.name.removesuffix(end), sign
            break
    known = {path.lower(): path for path, _ in shown_paths(endpoint)}
    path = next((known[p.lower()] for p in likely(base) if p.lower() in known), None)
    return None if path is None else (lambda d, r: d.flat(r)[path], how)


def shown_paths(endpoint: Endpoint) -> Iterator[tuple[str, Any]]:
    def walk(columns: Any, above: str) -> Iterator[tuple[str, Any]]:
        for column in columns:
            path = f"{above}.{column.name}" if above and column.name else above or column.name
            yield path, column
            yield from walk(column.children, path)

    return walk(endpoint.columns, "")


@functools.lru_cache(maxsize=None, typed=True)  # True is not 1; values come again for each bound
def comparable(value: Any) -> Any:
    """Amounts in text as numbers, moments as moments; the rest as text in lower case."""
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    text = str(value)
    if re.fullmatch(r"\d{4}-\d\d-\d\dT.*", text):
        whole, _, part = text.rstrip("Z").partition(".")
        return datetime.fromisoformat(whole).timestamp() + float(f"0.{part or 0}"[:8])
    try:
        return float(text)
    except ValueError:
        return text.lower()


@functools.cache
def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def stands(value: Any, how: str, bound: Any) -> bool:
    if value is None:
        return False
    mine, other = comparable(value), comparable(bound)
    if how == "=":
        return bool(mine == other) or digits(str(value)) == str(bound)
    if how == "has":
        return str(bound).lower() in str(value).lower()
    if isinstance(mine, str) or isinstance(other, str):
        return False
    return bool(
        {">=": mine >= other, "<=": mine <= other, ">": mine > other, "<": mine < other}[how]
    )


def telling(
    rows: list[Row], values: list[list[Any]], how: str, param: Param
) -> tuple[Any, list[Row]] | None:
    """A value that some rows fit and some do not, with the rows that fit."""
    seen = [
        v
        for v in dict.fromkeys(v for vs in values for v in vs if isinstance(v, str | int | float))
        if v != ""
    ]
    if param.values and param.type != "boolean":
        seen = [v for v in seen if str(v).lower() in {p.lower() for p in param.values}]
    if how != "=" and how != "has":
        seen = sorted(seen, key=lambda v: str(comparable(v)))
        seen = seen[len(seen) // 2 :] + seen[: len(seen) // 2]
    for value in seen[:40]:
        fit = [
            row
            for row, vs in zip(rows, values, strict=True)
            if any(stands(v, how, value) for v in vs)
        ]
        if 0 < len(fit) < len(rows):
            return value, fit
    return None


LISTS = [
    e
    for e in CATALOG
    if e.kind in ("list", "rows")
    and e.path.count("{") == 1
    and e.module != "reporting"
    and e.method == "GET"  # the filters of a read that is a POST stand in its body
    and "ids" not in {p.name for p in e.required}
]
FILTERS = [
    (e, p)
    for e in LISTS
    for p in e.params
    if p.name not in OTHERS | PAGING
    and not p.required
    and p.type != "object"
    and not p.name.endswith((".Comparer", ".Operator"))
]


def kind(case: tuple[Endpoint, Param]) -> Any:
    """What a filter is about is found by its name.

    Those with a meaning of their own are of one kind in each module, and for each way to know it.
    """
    key = (case[0].name, case[1].name)
    own = (key in BEYOND, key in ABOUT, key in UNSEEN)
    return (own, case[0].module) if any(own) else case[1].name


CASES = [pytest.param(e, p, id=f"{e.name}-{p.name}") for e, p in tenth(FILTERS, kind)]


@pytest.mark.parametrize(("endpoint", "param"), CASES)
def test_filter_leaves_exactly_the_rows_that_fit(
    demo: Demo, endpoint: Endpoint, param: Param
) -> None:
    """A filter with a value that some rows have leaves these rows, in their order,
    and no others."""
    key, rows = (endpoint.name, param.name), demo.all(endpoint.name)
    found = meaning(demo, endpoint, param)
    if found is None and key in CANNOT:
        pytest.skip(CANNOT[key])
    if found is None:
        splits(demo, endpoint, param)
        return
    values = [found[0](demo, row) for row in rows]
    choice = telling(rows, values, found[1], param)
    if not choice:
        assert key in CANNOT or len(rows) < FEW, values[:3]
        assert alike(demo, endpoint, param, rows, values, found[1])
        pytest.skip(CANNOT.get(key, f"all {len(rows)} rows are alike"))
    value, fit = choice
    assert demo.rows(endpoint.name, {**everything(endpoint), param.name: str(value)}) == fit


def alike(
    demo: Demo, endpoint: Endpoint, param: Param, rows: list[Row], values: list[list[Any]], how: str
) -> bool:
    """Where all rows have the same, it leaves them all, and another value none."""
    own = next((v for vs in values for v in vs if v not in (None, "")), None)
    base = everything(endpoint)
    if (
        own is not None
        and how == "="
        and demo.rows(endpoint.name, {**base, param.name: str(own)}) != rows
    ):
        return False
    if how not in ("=", "has") or param.values or param.type in ("boolean", "guid"):
        return True
    return demo.rows(endpoint.name, {**base, param.name: "987654321"}) == []


def splits(demo: Demo, endpoint: Endpoint, param: Param) -> None:
    """What no row shows is held against the whole: the values of the filter share the rows out."""
    name, rows, base = endpoint.name, demo.all(endpoint.name), everything(endpoint)
    if param.name.startswith(("created", "modified")):
        early, late = (
            demo.rows(name, {**base, param.name: f"{year}-01-01T00:00:00Z"})
            for year in (2000, 2100)
        )
        assert (early, late) == (([], rows) if param.name.endswith("Before") else (rows, []))
        return
    assert (name, param.name) in UNSEEN
    parts = [demo.rows(name, {**base, param.name: value}) for value in param.values]
    assert sum(map(len, parts)) == len(rows)
    assert sum(bool(part) for part in parts) > 1


# -- active rows


def of_kind(lists: list[Endpoint], kind: Callable[[Endpoint], Any]) -> list[Any]:
    return [pytest.param(e, id=e.name) for e in tenth(lists, kind)]


def hides(endpoint: Endpoint) -> Any:
    """Whether inactive rows are left out unasked, and whether a row says that it is active."""
    return endpoint.shows_all, any(c.name == "active" for c in endpoint.columns)


TOLD_APART = [
    e for e in LISTS if (p := e.takes("active")) and set(p.values) == {"True", "Any", "False"}
]


@pytest.mark.parametrize("endpoint", of_kind(TOLD_APART, hides))
def test_active_shares_the_rows_out(demo: Demo, endpoint: Endpoint) -> None:
    """True and False together are Any, in whatever case.

    Where the documents say so, the default is True.
    """
    base = {k: v for k, v in everything(endpoint).items() if k != "active"}
    true, false, both = (
        demo.rows(endpoint.name, {**base, "active": value}) for value in ("true", "False", "ANY")
    )
    default = demo.rows(endpoint.name, base)

    assert sorted(map(repr, true + false)) == sorted(map(repr, both))
    assert default == (true if endpoint.shows_all else both)
    assert all(row["active"] for row in true if "active" in row)
    assert not any(row["active"] for row in false if "active" in row)


@pytest.mark.parametrize(
    ("name", "some", "all_"),
    [
        ("dispatch.teams", {"includeInactive": "false"}, {"includeInactive": "true"}),
        ("dispatch.non_job_appointments", {"activeOnly": "true"}, {"activeOnly": "false"}),
        ("inventory.return_types", {"activeOnly": "true"}, {"activeOnly": "false"}),
        ("accounting.payments", {"activeState": "ActiveOnly"}, {"activeState": "All"}),
    ],
)
def test_other_words_for_active(
    demo: Demo, name: str, some: dict[str, str], all_: dict[str, str]
) -> None:
    """Lists with a word of their own for active rows show the active ones, and all of them."""
    everyone = demo.rows(name, all_)

    assert demo.rows(name, some) == [row for row in everyone if row["active"]]


# -- order


def ordered(rows: list[Row], path: str) -> list[Any]:
    """The values of a column that lies in no list, in the rows' order."""
    out = []
    for row in rows:
        value: Any = row
        for name in path.split("."):
            value = value[name]
        out.append(comparable(value))
    return out


def sorts(endpoint: Endpoint) -> Any:
    """By which words, and of which columns."""
    param = endpoint.takes("sort")
    shown = {path.lower() for path, _ in shown_paths(endpoint)} & {"id", "createdon", "modifiedon"}
    return param is not None and param.values, endpoint.module in SORT_BY_ANY, tuple(sorted(shown))


SORTED = [e for e in LISTS if e.takes("sort")]


@pytest.mark.parametrize("endpoint", of_kind(SORTED, sorts))
def test_sort(demo: Demo, endpoint: Endpoint) -> None:
    """+Field is upwards and -Field downwards, for each of the common fields that a row has.

    Other fields are refused.
    """
    known = {path.lower(): path for path, _ in shown_paths(endpoint)}
    for field in ("Id", "CreatedOn", "ModifiedOn"):
        path = known.get(field.lower()) or known.get(f"leadcall.{field.lower()}")
        named = endpoint.takes("sort")
        if path is None or (
            named
            and named.values
            and field.lower() not in {v.strip("+-").lower() for v in named.values}
        ):
            continue
        up, down = (
            demo.rows(endpoint.name, {**everything(endpoint), "sort": f"{sign}{field}"})
            for sign in "+-"
        )
        assert ordered(up, path) == sorted(ordered(up, path), key=lambda v: (str(type(v)), v))
        assert ordered(down, path) == ordered(up, path)[::-1]
    answer = demo.ask(endpoint.path, {**everything(endpoint), "sort": "-NoSuchField"})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["sort"])


@pytest.mark.parametrize(
    ("name", "query", "path"),
    [
        ("accounting.invoices", {"orderBy": "Id", "orderByDirection": "desc"}, "id"),
        (
            "sales.estimates",
            {"orderBy": "CreatedOn", "orderByDirection": "descending"},
            "createdOn",
        ),
        ("jpm.job_types", {"orderBy": "modifiedOn", "orderByDirection": "desc"}, "modifiedOn"),
        (
            "telecom.v2.calls",
            {"orderBy": "createdOn", "orderByDirection": "desc"},
            "leadCall.createdOn",
        ),
        (
            "equipmentsystems.installed_equipment.custom_field_types",
            {"sortBy": "name", "descending": "true"},
            "name",
        ),
    ],
)
def test_order_by(demo: Demo, name: str, query: dict[str, str], path: str) -> None:
    """The older lists take a field and a direction."""
    found = ordered(demo.rows(name, {**everything(CATALOG[name]), **query}), path)

    assert len(set(found)) > 1
    assert found == sorted(found, reverse=True)


# -- what a row shows to those who ask


@pytest.mark.parametrize(
    ("endpoint", "flag"),
    [pytest.param(e, f, id=f"{e.name}-{f}") for e in LISTS for f in BEHIND if e.takes(f)],
)
def test_details_behind_a_flag(demo: Demo, endpoint: Endpoint, flag: str) -> None:
    """A column behind a flag is null without it, and the rest of the row is the same with it."""
    column, query = BEHIND[flag], everything(endpoint)
    without = demo.rows(endpoint.name, {k: v for k, v in query.items() if k != flag})
    told = demo.rows(endpoint.name, query)

    assert without
    assert {str(row[column]) for row in without} == {"None"}
    assert [{**row, column: None} for row in told] == without
    assert any(row[column] is not None for row in told) or (endpoint.name, flag) in CANNOT


@pytest.mark.parametrize(
    "endpoint",
    [pytest.param(e, id=e.name) for e in LISTS if e.takes("externalDataApplicationGuid")],
)
def test_external_data(demo: Demo, endpoint: Endpoint) -> None:
    """External data come with the application's GUID only, and find their rows by key
    and values."""
    base, guid = everything(endpoint), {"externalDataApplicationGuid": APPLICATION}
    told = demo.rows(endpoint.name, {**base, **guid})
    known = [row for row in told if row["externalData"]]

    assert 0 < len(known) < len(told)
    assert known[0]["externalData"] == [
        {"key": EXTERNAL_KEY, "value": f"{EXTERNAL_START}{known[0]['id']}"}
    ]
    for other in ({}, {"externalDataApplicationGuid": "0f4c2c6e-1111-4222-8333-000000000001"}):
        assert not any(row["externalData"] for row in demo.rows(endpoint.name, {**base, **other}))
    if endpoint.takes("externalDataKey"):
        values = ",".join(row["externalData"][0]["value"] for row in known[:2])
        asked = {**base, **guid, "externalDataKey": EXTERNAL_KEY, "externalDataValues": values}
        assert demo.rows(endpoint.name, asked) == known[:2]
        assert demo.rows(endpoint.name, {**asked, "externalDataKey": "Other"}) == []


@pytest.mark.parametrize(
    "endpoint",
    [
        pytest.param(e, id=e.name)
        for e in LISTS
        if any(p.type == "object" and "ustom" in p.name for p in e.params)
    ],
)
def test_custom_fields(demo: Demo, endpoint: Endpoint) -> None:
    """Rows are found by their custom fields: by all of them, or with the operator Or by one."""
    param = next(p for p in endpoint.params if p.type == "object" and "ustom" in p.name)
    rows, base = demo.all(endpoint.name), everything(endpoint)
    pairs = lambda row: {(f["name"], f["value"]) for f in row["customFields"] or ()}  # noqa: E731
    both: set[tuple[str, str]] = max(map(pairs, rows), key=len, default=set())
    if not both and len(rows) < FEW:
        pytest.skip(f"none of the {len(rows)} rows has any")
    write = "{}.{}" if param.name == "customField" else "{}[{}]"
    ask = lambda *wanted: {write.format(param.name, k): v for k, v in wanted}  # noqa: E731

    first, second = (sorted(both) * 2)[:2]
    other = next(
        (p for row in rows for p in sorted(pairs(row)) if p[0] != first[0]), ("No Such Field", "1")
    )
    assert (
        demo.rows(endpoint.name, {**base, **ask(first)})
        == [row for row in rows if first in pairs(row)]
        != rows
    )
    assert demo.rows(endpoint.name, {**base, **ask(first, second)}) == [
        row for row in rows if {first, second} <= pairs(row)
    ]
    if endpoint.takes(f"{param.name.removesuffix('.Fields')}.Operator"):
        either = {
            **base,
            **ask(first, other),
            f"{param.name.removesuffix('.Fields')}.Operator": "Or",
        }
        assert demo.rows(endpoint.name, either) == [
            row for row in rows if {first, other} & pairs(row)
        ]


@pytest.mark.parametrize(
    ("name", "param", "words"),
    [
        (
            "accounting.invoices",
            "balanceFilter.Balance",
            {"Equals": "=", "Greater": ">", "Less": "<"},
        ),
        (
            "accounting.credit_memos",
            "totalFilter.Amount",
            {"Equal": "=", "GreaterThan": ">", "GreaterThanOrEqual": ">="},
        ),
        (
            "accounting.credit_memos",
            "balanceFilter.Amount",
            {"LessThan": "<", "LessThanOrEqual": "<=", "Equal": "="},
        ),
    ],
)
def test_comparers(demo: Demo, name: str, param: str, words: dict[str, str]) -> None:
    """Amounts compare as the comparer says; NotEqual is what Equal leaves."""
    column, rows = param.partition("Filter")[0], demo.all(name)
    bound = str(sorted(float(row[column]) for row in rows)[len(rows) * 2 // 3])
    found: dict[str, list[Row]] = {}
    for word in [*words, "NotEquals" if "Equals" in words else "NotEqual"]:
        found[word] = demo.rows(
            name, {**everything(CATALOG[name]), param: bound, f"{column}Filter.Comparer": word}
        )

    for word, how in words.items():
        assert found[word] == [row for row in rows if stands(row[column], how, bound)]
    rest = next(v for k, v in found.items() if k.startswith("Not"))
    assert len(rest) == len(rows) - len(
        next(v for k, v in found.items() if k in ("Equal", "Equals"))
    )


def test_submissions_by_owner(demo: Demo) -> None:
    """A form's submissions are found by an owner's kind and id together."""
    rows = demo.all("forms.submissions")
    owner = next(o for row in rows for o in row["owners"] or ())
    found = demo.rows(
        "forms.submissions",
        {
            **everything(CATALOG["forms.submissions"]),
            "owners[0].type": owner["type"],
            "owners[0].id": owner["id"],
        },
    )

    assert found == [row for row in rows if owner in (row["owners"] or ())] != rows


@pytest.mark.parametrize(
    ("flag", "column"),
    [
        ("includeReviewsWithoutTechnician", "technicianId"),
        ("includeReviewsWithoutLocation", "jobId"),
        ("includeReviewsWithoutCampaign", "jobId"),
    ],
)
def test_reviews_without(demo: Demo, flag: str, column: str) -> None:
    """Reviews of nobody's visit are left out on demand."""
    rows = demo.all("marketingreputation.reviews")

    assert demo.rows("marketingreputation.reviews", {flag: "true"}) == rows
    assert (
        demo.rows("marketingreputation.reviews", {flag: "false"})
        == [row for row in rows if row[column] is not None]
        != rows
    )


def test_client_prices_by_their_name(demo: Demo) -> None:
    """Client-specific prices are found by a name that their rows do not show."""
    rows = demo.all("pricebook.clientspecificpricing")
    some = demo.rows(
        "pricebook.clientspecificpricing",
        {**everything(CATALOG["pricebook.clientspecificpricing"]), "searchTerm": "hosp"},
    )

    assert 0 < len(some) < len(rows)
    assert all(row in rows for row in some)


def test_empty_journal_entries(demo: Demo) -> None:
    """Empty entries are shown, left out, or shown if they were synced."""
    rows = demo.all("accounting.journal_entries")
    full = [row for row in rows if not row["isEmpty"]]

    assert demo.rows("accounting.journal_entries", {"empty": "Exclude"}) == full
    assert demo.rows("accounting.journal_entries", {"empty": "Include"}) == rows
    synced = [row for row in rows if not row["isEmpty"] or row["syncStatus"] != "NotSynced"]
    assert demo.rows("accounting.journal_entries", {"empty": "IncludeExceptNotSynced"}) == synced


# -- limits


def asks(endpoint: Endpoint) -> Any:
    """How its parameter of ids is written."""
    param = endpoint.takes("ids")
    return param and (param.type, param.maximum, any(c.name == "id" for c in endpoint.columns))


BY_IDS = [e for e in LISTS if (p := e.takes("ids")) and p.many]


@pytest.mark.parametrize("endpoint", of_kind(BY_IDS, asks))
def test_several_ids(demo: Demo, endpoint: Endpoint) -> None:
    """`ids` takes several, and as many as the documents say; one more is refused."""
    param, rows = endpoint.takes("ids"), demo.all(endpoint.name)
    assert param
    wanted = [str(row["id"]) for row in rows[:3]]
    query = {**everything(endpoint), "ids": wanted if param.many == "repeat" else ",".join(wanted)}
    assert demo.rows(endpoint.name, query) == rows[:3]
    if param.maximum:
        many = [wanted[0]] * (param.maximum + 1)
        query["ids"] = many if param.many == "repeat" else ",".join(many)
        assert demo.ask(endpoint.path, query).json()["errors"].keys() == {"ids"}


def pages(endpoint: Endpoint) -> Any:
    """From which page on, and how many rows at most."""
    return endpoint.page_first, endpoint.page_size, endpoint.page_size_max


PAGED = [e for e in LISTS if e.takes("pageSize") and e.kind == "list"]


@pytest.mark.parametrize("endpoint", of_kind(PAGED, pages))
def test_page_limits(demo: Demo, endpoint: Endpoint) -> None:
    """Pages begin at their first number and hold as many rows as allowed.

    Beyond that the answer is 400 with the parameter's name.
    """
    base, most = everything(endpoint), endpoint.page_size_max or 5000
    for name, value in (
        ("pageSize", most + 1),
        ("pageSize", 0),
        ("page", endpoint.page_first - 1),
        ("page", "x"),
    ):
        answer = demo.ask(endpoint.path, {**base, name: value})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [name])
    assert demo.ask(endpoint.path, {**base, "pageSize": most}).json()["pageSize"] == most
    assert demo.ask(endpoint.path, {**base, "page": 10_000}).json()["data"] == []
