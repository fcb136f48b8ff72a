"""What the documents get wrong, or say in no form that a program can read.

The builder reads these tables. Nothing else does. Each holds for the documents of 2026-05, and for
what the API answers.
"""

from __future__ import annotations

# Amounts that accounting sends as JSON strings; the documents type them as plain text.
TEXT_AMOUNTS = {
    "Accounting.V2.ApBillResponse": {
        "shippingAmount",
        "taxAmount",
        "billAmount",
        "otherAmount",
        "vendorInvoiceTotal",
    },
    "Accounting.V2.ApBillItemResponse": {
        "allocatedOtherCosts",
        "cost",
        "quantity",
        "allocatedTax",
        "fullyLandedUnitCost",
    },
    "Accounting.V2.ApBillExpenseItemResponse": {"amount"},
    "Accounting.V2.DetailedTransactionResponse": {"total", "unappliedAmount"},
    "Accounting.V2.PaymentAppliedResponse": {"appliedAmount"},
    "Accounting.V2.ExportInvoiceResponse": {
        "total",
        "balance",
        "discountTotal",
        "salesTax",
        "subTotal",
    },
    "Accounting.V2.InvoiceResponse": {"total", "balance", "discountTotal", "salesTax", "subTotal"},
    "Accounting.V2.InvoiceItemResponse": {
        "price",
        "total",
        "memberPrice",
        "cost",
        "quantity",
        "totalCost",
    },
    "Accounting.V2.ExportInvoiceItemResponse": {
        "price",
        "total",
        "memberPrice",
        "cost",
        "quantity",
        "totalCost",
    },
    "Accounting.V2.ExportPaymentResponse": {"total", "unappliedAmount"},
    "Accounting.V2.DetailedPaymentResponse": {"total", "unappliedAmount"},
    "Accounting.V2.InventoryBillResponse": {
        "shippingAmount",
        "taxAmount",
        "billAmount",
        "otherAmount",
    },
    "Accounting.V2.ExportInventoryBillResponse": {
        "shippingAmount",
        "taxAmount",
        "billAmount",
        "otherAmount",
    },
    "Accounting.V2.InventoryBillItemResponse": {
        "allocatedOtherCosts",
        "cost",
        "quantity",
        "allocatedTax",
        "fullyLandedUnitCost",
    },
}

# Typed as date-times, but they arrive without a zone and mean a calendar day.
DATE_ONLY = {
    "manufacturerWarrantyStart",
    "manufacturerWarrantyEnd",
    "serviceProviderWarrantyStart",
    "serviceProviderWarrantyEnd",
}

# Routes that send a file although the documents give no schema of their answer.
NO_SCHEMA_FILES = {"/forms/v2/tenant/{tenant}/jobs/attachment/{id}"}

# Rows without an `id`: the columns that tell one from another. Reports have none.
KEYS = {
    "payroll.payroll_settings": ("employeeId",),
    "payroll.export.payroll_settings": ("employeeId",),
    "payroll.employees.payroll_settings": ("employeeId",),
    "payroll.technicians.payroll_settings": ("employeeId",),
    "customer_interactions.technician_ratings": ("technicianId", "jobId"),
    "customer_interactions.export.technician_ratings": ("technicianId", "jobId"),
    "jpm.jobs.cancel_reasons": ("jobId",),
    "jpm.export.job_history": ("jobId",),
    "accounting.invoices.tasks": ("taskId",),
}

# Filters other than `active` that hide rows unless they are given, and the value that shows all.
# (`activeOnly` of non_job_appointments hides only if it is true, so nothing is hidden by default.)
SHOWS_ALL = {
    "accounting.payments": ("activeState", "All"),
    "dispatch.teams": ("includeInactive", "true"),
}

# These have the filter `active` and return inactive rows too.
SHOWS_ALL_ALREADY = {"jpm.job_cancel_reasons", "jpm.job_hold_reasons"}

# Rows a page: (default, maximum). Other lists have 50 and 5000.
PAGE_SIZES = {
    "accounting.journal_entries": (50, 500),
    "accounting.journal_entries.summary": (50, 500),
    "accounting.journal_entries.details": (50, 500),
    "settings.business_units.intacct": (50, 500),
    # The API's maximum is not known, but 5000 rows of nested answers exhaust memory.
    "forms.submissions": (50, 500),
    "reporting.report_category.reports.data": (1000, 25000),
}

# The number of the first page, if it is not 1.
PAGE_FIRST = {"settings.business_units.intacct": 0}

# Two calls at once are throttled here, and have brought too many rows of calls. Each page of a
# report is a run, of which there is one a minute.
SEQUENTIAL = {"telecom.calls", "reporting.report_category.reports.data"}

# The report query, a POST that only reads; its body is a list of name-value pairs.
REPORT_QUERY = (
    "/reporting/v2/tenant/{tenant}/report-category/{report_category}/reports/{reportId}/data"
)
# The other one: its body holds its filters, and its scope is one to write.
CAPACITY = "/dispatch/v2/tenant/{tenant}/capacity"
READING_POSTS = {REPORT_QUERY, CAPACITY}

# Where an answer has its rows, if not in `data`.
ROWS_AT = {CAPACITY: "availabilities"}

# The most days that one call takes (seen on the live API).
WINDOW_DAYS = {CAPACITY: 14}
