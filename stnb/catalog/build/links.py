"""Where the ids in a resource's columns lead: tables, and the look-up in them."""

from __future__ import annotations

from typing import Any

from .columns import Schemas, column_paths

D, N, OPEN = "documented", "by name", "open"  # how a link is known
USERS = "users"  # employees.userId or technicians.userId: a user id is in neither list's `id`
NOWHERE = ""  # no link, whatever the name

# Modules whose descriptions say where the columns of BY_NAME lead.
DOCUMENTED_MODULES = {
    "jpm",
    "dispatch",
    "crm",
    "memberships",
    "payroll",
    "timesheets",
    "findings",
    "service_agreements",
    "settings",
}

# Where a column leads by its name alone, in any resource.
BY_NAME = {
    "customerId": "crm.customers",
    "locationId": "crm.locations",
    "businessUnitId": "settings.business_units",
    "businessUnitIds": "settings.business_units",
    "jobTypeId": "jpm.job_types",
    "jobTypeIds": "jpm.job_types",
    "campaignId": "marketing.campaigns",
    "projectId": "jpm.projects",
    "jobId": "jpm.jobs",
    "jobIds": "jpm.jobs",
    "appointmentId": "jpm.appointments",
    "jobAppointmentId": "jpm.appointments",
    "firstAppointmentId": "jpm.appointments",
    "lastAppointmentId": "jpm.appointments",
    "invoiceId": "accounting.invoices",
    "technicianId": "settings.technicians",
    "technicianIds": "settings.technicians",
    "preferredTechnicianIds": "settings.technicians",
    "tagTypeIds": "settings.tag_types",
    "defaultTagTypeIds": "settings.tag_types",
    "roleIds": "settings.user_roles",
    "membershipId": "memberships.memberships",
    "membershipTypeId": "memberships.membership_types",
    "invoiceTemplateId": "memberships.invoice_templates",
    "recurringServiceTypeId": "memberships.recurring_service_types",
    "installedEquipmentId": "equipmentsystems.installed_equipment",
    "vendorId": "inventory.vendors",
    "purchaseOrderId": "inventory.purchase_orders",
    "taxZoneId": "accounting.tax_zones",
    "paymentTermId": "accounting.payment_terms",
    "generalLedgerAccountId": "accounting.gl_accounts",
    "zoneId": "dispatch.zones",
    "zoneIds": "dispatch.zones",
    "mainZoneId": "dispatch.zones",
    "bookingId": "crm.bookings",
    "leadId": "crm.leads",
    "callId": "telecom.calls",
    "payrollId": "payroll.payrolls",
    "timesheetCodeId": "payroll.timesheet_codes",
    "activityCodeId": "payroll.activity_codes",
    "createdById": USERS,
    "modifiedById": USERS,
    "canceledById": USERS,
    "customer.id": "crm.customers",
    "location.id": "crm.locations",
    "customerLocation.id": "crm.locations",
    "businessUnit.id": "settings.business_units",
    "job.id": "jpm.jobs",
    "project.id": "jpm.projects",
    "vendor.id": "inventory.vendors",
    "campaign.id": "marketing.campaigns",
    "lead.id": "crm.leads",
    "generalLedgerAccount.id": "accounting.gl_accounts",
    "costOfSaleAccount.id": "accounting.gl_accounts",
    "assetAccount.id": "accounting.gl_accounts",
    "taxZone.id": "accounting.tax_zones",
    "deposit.id": "accounting.bank_deposits",
    "paymentType.id": "accounting.payment_types",
}

# Columns of purchase orders that are documented, although others of their module are not.
ORDERS = ("vendorId", "jobId", "projectId", "invoiceId", "technicianId", "businessUnitId")

# Where a resource's ids lead: resource, column, target, how that is known. "*" is any resource, and
# the first line that fits wins. An export feed has the links of its list. The brackets of an array
# are left out of a column's path. Ids that may lead to several resources, such as a SKU's, are in
# stnb/account/links/rules.py, because a column of the catalogue refers to one.
LINKS: tuple[tuple[str, str, str, str], ...] = (
    *(("inventory.purchase_orders", column, BY_NAME[column], D) for column in ORDERS),
    ("jpm.jobs", "soldById", "settings.technicians", D),
    ("jpm.jobs", "recallForId", "jpm.jobs", D),
    ("jpm.jobs", "warrantyId", "jpm.jobs", D),
    ("jpm.jobs", "leadCallId", "telecom.calls", OPEN),
    ("jpm.jobs", "partnerLeadCallId", "telecom.calls", OPEN),
    ("jpm.jobs", "createdFromEstimateId", "sales.estimates", D),
    ("jpm.jobs", "estimateIds", "sales.estimates", D),
    ("jpm.jobs", "equipmentIds", "equipmentsystems.installed_equipment", OPEN),
    ("jpm.jobs", "jobGeneratedLeadSource.employeeId", "settings.employees", D),
    ("jpm.jobs", "jobGeneratedLeadSource.jobId", "jpm.jobs", D),
    ("jpm.projects", "statusId", "jpm.project_statuses", D),
    ("jpm.projects", "subStatusId", "jpm.project_substatuses", D),
    ("jpm.projects", "projectTypeId", "jpm.project_types", D),
    ("jpm.projects", "projectManagerIds", "settings.employees", OPEN),
    ("jpm.job_canceled_logs", "reasonId", "jpm.job_cancel_reasons", D),
    ("jpm.jobs.canceled_log", "reasonId", "jpm.job_cancel_reasons", D),
    ("jpm.jobs.cancel_reasons", "reasonId", "jpm.job_cancel_reasons", D),
    ("jpm.jobs.hold_reasons", "reasonId", "jpm.job_hold_reasons", N),
    ("jpm.project_substatuses", "statusId", "jpm.project_statuses", N),
    ("jpm.jobs.equipment", "equipmentIds", "equipmentsystems.installed_equipment", OPEN),
    ("jpm.job_history", "history.employeeId", "settings.employees", D),
    ("jpm.jobs.history", "history.employeeId", "settings.employees", D),
    ("crm.customers", "mergedToId", "crm.customers", D),
    ("crm.locations", "mergedToId", "crm.locations", D),
    ("crm.leads", "callReasonId", "jbce.call_reasons", D),
    ("crm.leads", "dismissingReasonId", "jbce.call_reasons", D),
    ("crm.bookings", "dismissingReasonId", "jbce.call_reasons", D),
    ("accounting.invoices", "adjustmentToId", "accounting.invoices", N),
    ("accounting.payments", "typeId", "accounting.payment_types", N),
    ("accounting.payments", "refundedPaymentId", "accounting.payments", N),
    ("accounting.bank_deposits.transactions", "typeId", "accounting.payment_types", N),
    ("accounting.bank_deposits.transactions", "appliedTo.appliedId", "accounting.invoices", N),
    ("accounting.payments", "appliedTo.appliedId", "accounting.invoices", N),
    ("accounting.credit_memos", "appliedTo.appliedId", "accounting.invoices", N),
    ("accounting.credit_memos.credit_memo_items", "creditMemoId", "accounting.credit_memos", N),
    ("accounting.ap_bills", "purchaseOrderId", "inventory.purchase_orders", D),
    ("accounting.ap_credits", "inventoryReturnId", "inventory.returns", N),
    ("accounting.bank_deposits.transactions", "deposit.id", "accounting.bank_deposits", N),
    ("accounting.journal_entries.details", "account.id", "accounting.gl_accounts", N),
    (
        "accounting.journal_entries.details",
        "serviceAgreement.id",
        "service_agreements.service_agreements",
        N,
    ),
    ("accounting.*", "estimateItemId", "sales.estimates.items", N),
    ("accounting.*", "items.estimateItemId", "sales.estimates.items", N),
    ("pricebook.*", "serviceMaterials.skuId", "pricebook.materials", N),
    ("pricebook.*", "equipmentMaterials.skuId", "pricebook.materials", N),
    ("pricebook.*", "serviceEquipment.skuId", "pricebook.equipment", N),
    ("sales.*", "soldBy", "settings.technicians", OPEN),
    ("sales.estimates.items", "invoiceItemId", "accounting.export.invoice_items", D),
    ("sales.*", "items.invoiceItemId", "accounting.export.invoice_items", D),
    (
        "sales.proposal_templates",
        "estimateAssignments.estimateTemplateId",
        "sales.estimate_templates",
        N,
    ),
    ("memberships.memberships", "soldById", USERS, D),
    ("memberships.memberships", "activatedById", USERS, D),
    ("memberships.memberships", "renewedById", "memberships.memberships", D),
    ("memberships.memberships", "activatedFromId", "accounting.export.invoice_items", D),
    ("memberships.memberships", "billingTemplateId", "memberships.invoice_templates", D),
    ("memberships.memberships", "cancellationInvoiceId", "accounting.invoices", D),
    ("memberships.memberships", "cancellationBalanceInvoiceId", "accounting.invoices", D),
    ("memberships.membership_types", "billingTemplateId", "memberships.invoice_templates", D),
    ("memberships.recurring_services", "activatedFromId", "accounting.export.invoice_items", D),
    (
        "memberships.recurring_service_events",
        "locationRecurringServiceId",
        "memberships.recurring_services",
        D,
    ),
    ("payroll.gross_pay_items", "sourceEntityId", "timesheets.activities", D),
    ("payroll.gross_pay_items", "invoiceItemId", "accounting.export.invoice_items", D),
    ("payroll.*", "employeeId", "settings.employees", D),
    ("timesheets.activities", "employeeId", "settings.employees", D),
    ("timesheets.activities", "activityTypeId", "timesheets.activity_types", D),
    ("timesheets.activities", "tagTypes", "settings.tag_types", D),
    ("timesheets.activity_types", "categoryId", "timesheets.activity_categories", D),
    ("equipmentsystems.installed_equipment", "equipmentId", "pricebook.equipment", N),
    ("equipmentsystems.installed_equipment", "invoiceItemId", "accounting.export.invoice_items", N),
    ("inventory.purchase_orders", "typeId", "inventory.purchase_order_types", D),
    ("inventory.purchase_orders.requests", "typeId", "inventory.purchase_order_types", N),
    ("inventory.trucks", "warehouseId", "inventory.warehouses", D),
    ("inventory.trucks", "technicianIds", "settings.technicians", D),
    ("inventory.transfers", "fromLocationId", "inventory.warehouses", N),
    ("inventory.transfers", "toLocationId", "inventory.warehouses", N),
    ("inventory.receipts", "billId", "accounting.inventory_bills", N),
    ("*", "inventoryLocationId", "inventory.warehouses", N),
    ("*", "inventoryLocation.id", "inventory.warehouses", N),
    ("telecom.*", "leadCall.agent.id", USERS, N),
    ("telecom.*", "agent.id", USERS, N),
    ("telecom.*", "reason.id", "jbce.call_reasons", N),
    ("telecom.*", "leadCall.reason.id", "jbce.call_reasons", N),
    ("pricebook.categories", "parentId", "pricebook.categories", D),
    ("pricebook.*", "categories", "pricebook.categories", N),
    ("pricebook.*", "categories.id", "pricebook.categories", N),
    ("taskmanagement.tasks", "assignedToId", "settings.employees", N),
    ("taskmanagement.tasks", "reportedById", "settings.employees", N),
    ("taskmanagement.tasks", "comments.employeeId", "settings.employees", N),
    ("forms.submissions", "formId", "forms.forms", N),
    ("findings.location_findings", "sourceJobId", "jpm.jobs", D),
    ("service_agreements.service_agreements", "soldById", "settings.employees", D),
    ("service_agreements.service_agreements", "accountManagerId", "settings.employees", D),
    (
        "service_agreements.service_agreements",
        "renewalAgreementId",
        "service_agreements.service_agreements",
        D,
    ),
    ("service_agreements.service_agreements", "locationIds", "crm.locations", D),
    ("settings.employees", "userId", USERS, D),
    ("settings.technicians", "userId", USERS, D),
    ("settings.employees", "managerId", "settings.employees", D),
    ("payroll.*", "managerId", "settings.employees", OPEN),
    ("settings.technicians", "appoitmentId", "jpm.appointments", D),  # so misspelt by the API
    ("dispatch.zones", "businessUnits", "settings.business_units", D),
    ("dispatch.zones", "technicians", "settings.technicians", D),
    ("settings.technicians", "payrollId", NOWHERE, N),  # the id in another payroll system, as text
    ("schedulingpro.*", "sourceTracking.campaignId", NOWHERE, N),  # the advertiser's campaign
    ("dispatch.appointment_assignments", "assignedById", USERS, D),
    ("telecom.v2.calls", "leadCall.campaign.category.id", "marketing.categories", N),
    ("marketing.campaigns", "category.id", "marketing.categories", N),
)


def links_of(
    name: str, columns: list[Any], schemas: Schemas, resources: set[str]
) -> dict[str, list[str]]:
    """Column path -> [target, how], for every column of a resource that leads to another.

    Args:
        resources: the names of all resources; a link to any other is left out.
    """
    own = name.removesuffix(".get").replace(".export.", ".")
    found = {}
    for path in column_paths(columns, schemas):
        target, how = _link(own, path)
        if target in resources or target == USERS:
            found[path] = [target, how]
    return found


def _link(own: str, path: str) -> tuple[str, str]:
    for resource, column, target, how in LINKS:
        if _fits_resource(resource, own) and _fits_column(resource, column, path):
            return target, how
    parts = path.split(".")
    for tail in (".".join(parts[-2:]), parts[-1]):
        if tail in BY_NAME:
            is_documented = own.split(".")[0] in DOCUMENTED_MODULES
            return BY_NAME[tail], D if is_documented else N
    return NOWHERE, N


def _fits_resource(resource: str, own: str) -> bool:
    if resource.endswith("*"):
        return own.startswith(resource[:-1])
    return resource == own


def _fits_column(resource: str, column: str, path: str) -> bool:
    """A line for any resource also means columns further down."""
    if resource == "*" and path.endswith(f".{column}"):
        return True
    return column == path
