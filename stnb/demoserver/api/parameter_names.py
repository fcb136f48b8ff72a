"""What parameters are about where their names do not say it, and what lists can be sorted by."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

# How the end of a filter's name compares; the longest first. "paidOnAfter" and "invoicedOnBefore"
# are as odd as the API has them.
ENDINGS: list[tuple[str, Callable[[Any, Any], Any]]] = [
    ("OnOrAfter", np.greater_equal),
    ("OnOrBefore", np.less_equal),
    ("OnBefore", np.less),
    ("OnAfter", np.greater_equal),
    ("Before", np.less),
    ("After", np.greater),
    ("Greater", np.greater),
    ("Less", np.less),
    ("From", np.greater_equal),
    ("To", np.less_equal),
]
BEGINNINGS: list[tuple[str, Callable[[Any, Any], Any]]] = [
    ("min", np.greater_equal),
    ("max", np.less_equal),
    ("from", np.greater_equal),
    ("to", np.less_equal),
]
# The words of `…Filter.Comparer`, which differ between lists.
COMPARERS: dict[str, Callable[[Any, Any], Any]] = {
    "equals": np.equal,
    "equal": np.equal,
    "notequals": np.not_equal,
    "notequal": np.not_equal,
    "greater": np.greater,
    "greaterthan": np.greater,
    "greaterthanorequal": np.greater_equal,
    "less": np.less,
    "lessthan": np.less,
    "lessthanorequal": np.less_equal,
}
# Filters whose column is called otherwise; what is looked for first. Inside a list: "list.column".
ALIASES = {
    **{
        f"accounting.{bills}.{name}": column
        for bills in ("ap_bills", "inventory_bills")
        for name, column in {
            "billNumber": "referenceNumber",
            "date": "createdOn",
            "Cost": "billAmount",
        }.items()
    },
    "accounting.credit_memos.appliedToInvoiceIds": "appliedTo.appliedId",
    "accounting.credit_memos.appliedToReferenceNumber": "appliedTo.appliedToReferenceNumber",
    "accounting.credit_memos.applied": "appliedTo.appliedOn",
    "accounting.invoices.assignedToIds": "assignedTo.id",
    "accounting.invoices.invoiced": "invoiceDate",
    "accounting.invoices.number": "referenceNumber",
    "accounting.invoices.statuses": "syncStatus",
    "accounting.invoices.jobNumber": "job.number",
    "accounting.journal_entries.posted": "postDate",
    "accounting.journal_entries.exportedBy": "exportedBy.id",
    "accounting.payments.appliedToInvoiceIds": "appliedTo.appliedId",
    "accounting.payments.appliedToReferenceNumber": "appliedTo.appliedToReferenceNumber",
    "accounting.payments.paid": "date",
    "accounting.payments.statuses": "syncStatus",
    "crm.booking_provider_tags.name": "tagName",
    "dispatch.technician_shifts.titleContains": "title",
    "dispatch.technician_shifts.noteContains": "note",
    "forms.submissions.ownerType": "owners.type",
    "inventory.adjustments.adjustmentTypes": "type",
    "jpm.appointments.number": "appointmentNumber",
    "jpm.job_types.Duration": "duration",
    "jpm.jobs.number": "jobNumber",
    "jpm.projects.completed": "actualCompletionDate",
    "jpm.projects.starts": "startDate",
    "jpm.work_breakdown_structure.budget_codes.budgetCodeIds": "id",
    "jpm.work_breakdown_structure.budget_codes.segmentIds": "segments.segmentId",
    "jpm.work_breakdown_structure.budget_codes.segmentItemIds": "segments.segmentItemId",
    "marketingads.attributed_leads.Utc": "dateTime",
    "marketing.campaigns.campaignPhoneNumber": "campaignPhoneNumbers",
    "marketingreputation.reviews.Date": "publishDate",
    "marketingreputation.reviews.Rating": "rating",
    "marketingreputation.reviews.sources": "platform",
    "memberships.membership_types.duration": "durationBilling.duration",
    "memberships.membership_types.billingFrequency": "durationBilling.billingFrequency",
    "payroll.payrolls.approved": "managerApprovedOn",
    "sales.estimates.status": "status.name",
    "sales.estimates.soldById": "soldBy",
    "sales.estimates.soldByEmployeeId": "soldBy",
    "sales.estimates.items.estimateId": "_estimate",
    "taskmanagement.tasks.complete": "completeBy",
    **{
        f"telecom.{calls}.{name}": column
        for calls in ("calls", "v2.calls")
        for name, column in {
            "callerPhoneNumber": "leadCall.from",
            "phoneNumberCalled": "leadCall.to",
            "campaignId": "leadCall.campaign.id",
            "agentId": "leadCall.agent.id",
            "agentName": "leadCall.agent.name",
            "agentExternalId": "leadCall.agent.externalId",
            "Duration": "leadCall.duration",
            "tag": "leadCall.tags.typeName",
        }.items()
    },
}
# Parameters that leave the rows as they are: they order them, or say what a row shows.
NO_FILTERS = {
    "sort",
    "orderBy",
    "orderByDirection",
    "sortBy",
    "descending",
    "calculatePrices",
    "genPermUrl",
}
NO_FILTERS |= {
    "includeDurationBilling",
    "includeDiscounts",
    "includeRecurringServices",
    "includeTags",
    "includeTechnicians",
}
NO_FILTERS |= {
    "includeSubtasks",
    "includeChildren",
    "excludeAccountingChangesFromModifiedDateRange",
}
NO_FILTERS |= {"externalDataApplicationGuid", "externalDataValues", "performanceSegmentationType"}
# What can be sorted by where the catalogue does not say: these, the module's or resource's own, or
# in some modules every column.
SORTABLE = {"id", "createdon", "modifiedon"}
SORTABLE_TOO = {
    "jpm.jobs": {"priority"},
    "jpm.projects": {"name", "targetcompletiondate"},
    "jpm.project_statuses": {"name", "order"},
    "jpm.project_substatuses": {"name", "order", "statusid"},
    "jpm.jobs.custom_fields": {"name"},
    "jpm.projects.custom_fields": {"name"},
    "marketing": {"name", "date"},
    "pricebook": {
        "code",
        "displayname",
        "price",
        "memberprice",
        "addonprice",
        "addonmemberprice",
        "materialscost",
        "primaryvendor",
        "cost",
        "manufacturer",
        "priority",
        "name",
    },
    "taskmanagement": {"descriptionmodifiedon", "completedby", "priority"},
    "equipmentsystems": {"name"},
    "forms": {"submittedon", "createdby"},
    "service_agreements": {"name", "startdate", "enddate"},
    "inventory": {"from", "to", "percent"},
    "payroll.locations.rates": {"location"},
}
SORT_BY_ANY = {"accounting", "sales", "memberships", "payroll", "timesheets"}
# Fields of a sort that are called otherwise, or stand in an object.
SORT_AS = {
    "completedby": "completeBy",
    "createdby": "createdById",
    "primaryvendor": "primaryVendor.vendorName",
}
SORT_AS |= {"exportedby": "exportedBy.name", "location": "locationId"}
CONTAINS = re.compile(r"name$|^title|contains$|search|description|^street$", re.IGNORECASE)
