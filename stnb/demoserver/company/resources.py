"""Which module makes which resource, and which lists show the rows of another."""

from __future__ import annotations

from typing import Any

from . import (
    calls,
    custom_fields,
    equipment,
    findings,
    forms,
    pricebook,
    schedulers,
    tasks,
)
from .accounting import amounts, invoices, journal, ledger, vendor_bills, vendor_payments
from .crm import contacts, customers, leads
from .dispatch import board, crews, planning
from .inventory import (
    purchase_orders,
    purchase_requests,
    receipts,
    returns_and_transfers,
    warehouses,
)
from .jpm import appointments, budget_codes, demand, job_logs, jobs, projects
from .marketing import ads_performance, campaigns, reviews
from .memberships import memberships, recurring_services, service_agreements
from .payroll import pay, payroll_settings, timesheets
from .sales import estimates, opportunities, templates
from .settings import business_units, people

SUBJECTS: tuple[Any, ...] = (
    *(business_units, people),
    *(customers, contacts, leads),
    *(demand, jobs, appointments, job_logs, projects, budget_codes),
    *(crews, planning, board),
    calls,
    *(campaigns, ads_performance, reviews),
    pricebook,
    *(estimates, opportunities, templates),
    *(amounts, invoices, ledger, journal, vendor_bills, vendor_payments),
    *(memberships, recurring_services, service_agreements),
    *(timesheets, pay, payroll_settings),
    *(warehouses, purchase_orders, receipts, purchase_requests, returns_and_transfers),
    *(equipment, findings, forms, tasks, schedulers, custom_fields),
)
# How each resource is made, by its name; names without a dot are the rows inside those of a
# resource.
MAKERS: dict[str, Any] = {
    name: maker for subject in SUBJECTS for name, maker in getattr(subject, "MAKERS", {}).items()
}
# How each fact is made, by its name among `Facts`.
FACTS: dict[str, Any] = {
    name: maker for subject in SUBJECTS for name, maker in getattr(subject, "FACTS", {}).items()
}

# Feeds and lists that show the rows of a list with another name.
SAME = {
    "sales.estimates.export": "sales.estimates",
    "accounting.inventory_bills.paginated": "accounting.inventory_bills",
    "jpm.jobs.cancel_reasons": "jpm.export.job_canceled_logs",
    "telecom.calls.get": "telecom.v2.calls",
    "payroll.employees.payroll_settings": "payroll.payroll_settings",
    "payroll.technicians.payroll_settings": "payroll.payroll_settings",
}
# Lists below a record: the rows of this list whose column is the record's id.
PARTS = {
    "accounting.bank_deposits.transactions": ("accounting.payments", "deposit.id"),
    "accounting.journal_entries.details": ("accounting.journal_entries.details", "_entry"),
    "accounting.journal_entries.summary": ("accounting.journal_entries.summary", "_entry"),
    "accounting.credit_memos.items": ("accounting.credit_memos.credit_memo_items", "creditMemoId"),
    "crm.customers.contacts.by_id": ("crm.customers.contacts", "customerId"),
    "crm.locations.contacts.by_id": ("crm.locations.contacts", "locationId"),
    "crm.contacts.contact_methods.by_contact_id": ("crm.contacts.contact_methods", "contactId"),
    "crm.customers.notes": ("crm.customers.notes", "customerId"),
    "crm.locations.notes": ("crm.locations.notes", "locationId"),
    "crm.contacts.relationships": ("crm.contacts.relationships", "contactId"),
    "jpm.jobs.notes": ("jpm.export.job_notes", "jobId"),
    "jpm.jobs.canceled_log": ("jpm.export.job_canceled_logs", "jobId"),
    "jpm.projects.notes": ("jpm.export.project_notes", "projectId"),
    "marketing.campaigns.costs": ("marketing.costs", "campaignId"),
    "payroll.jobs.splits.by_job": ("payroll.jobs.splits", "jobId"),
    "payroll.jobs.timesheets.by_job": ("payroll.jobs.timesheets", "jobId"),
    "memberships.membership_types.discounts": ("memberships.membership_types.discounts", "_type"),
    "memberships.membership_types.duration_billing_items": (
        "memberships.membership_types.duration_billing_items",
        "_type",
    ),
    "memberships.membership_types.recurring_service_items": (
        "memberships.membership_types.recurring_service_items",
        "_type",
    ),
    "memberships.memberships.status_changes": (
        "memberships.export.membership_status_changes",
        "membershipId",
    ),
    "payroll.employees.payrolls": ("payroll.payrolls", "employeeId"),
    "payroll.technicians.payrolls": ("payroll.payrolls", "employeeId"),
    "findings.location_findings.attachments": (
        "findings.location_findings.attachments",
        "_finding",
    ),
    "forms.jobs.attachments": ("forms.jobs.attachments", "jobId"),
    "jpm.work_breakdown_structure.segments.items": (
        "jpm.work_breakdown_structure.segments.items",
        "_segment",
    ),
    "jpm.work_breakdown_structure.segments.items.children": (
        "jpm.work_breakdown_structure.segments.items",
        "parentId",
    ),
    # Every project has the company's own.
    "jpm.work_breakdown_structure.projects.segments": (
        "jpm.work_breakdown_structure.segments",
        "",
    ),
    "jpm.work_breakdown_structure.projects.budget_codes": (
        "jpm.work_breakdown_structure.budget_codes",
        "",
    ),
    "jpm.work_breakdown_structure.projects.segments.items": (
        "jpm.work_breakdown_structure.segments.items",
        "_segment",
    ),
    "jpm.work_breakdown_structure.projects.segments.items.children": (
        "jpm.work_breakdown_structure.segments.items",
        "parentId",
    ),
    "sales.status.estimates.changes": ("estimate changes", "_estimate"),
    "sales.opportunities.followups.by_id": ("sales.opportunities.followups", "opportunityId"),
    "schedulingpro.schedulers.sessions": ("schedulingpro.schedulers.sessions", "schedulerId"),
    "schedulingpro.routers.sessions": ("schedulingpro.schedulers.sessions", "_router"),
}
# What `…/jobs/{id}/…` in a path is about, where the module has no such list of its own.
NOUNS = {
    "jobs": "jpm.jobs",
    "employees": "settings.employees",
    "technicians": "settings.technicians",
    "estimates": "sales.estimates",
    "calls": "telecom.calls",
}
