"""What the catalogue alone does not tell about ids: where they lead, and the traps on the way.

A note that ends in "nobody says" marks what ServiceTitan's documents leave open.
"""

from __future__ import annotations

from .models import BY_NAME, DOCUMENTED, OPEN, Rule, Target

USERS = "users"  # how the catalogue names the user ids of two lists


def any_of(*names: str, by: str = "id") -> tuple[Target, ...]:
    """Targets among which nothing chooses: the id may be of any of them."""
    return tuple(Target(name, by) for name in names)


EMPLOYEES, TECHNICIANS, JOBS, BILLS = (
    "settings.employees",
    "settings.technicians",
    "jpm.jobs",
    "accounting.invoices",
)
STAFF = (Target(EMPLOYEES, when="Employee"), Target(TECHNICIANS, when="Technician"))
USER = any_of(EMPLOYEES, TECHNICIANS, by="userId")
PLACES = any_of("inventory.warehouses", "inventory.trucks")
SKUS = (
    Target("pricebook.services", when="Service"),
    Target("pricebook.materials", when="Material"),
    Target("pricebook.equipment", when="Equipment"),
    Target("pricebook.discounts_and_fees", when="PriceModifier"),
)
OWNERS = (
    Target(JOBS, when="Job"),
    Target("telecom.calls", when="Call"),
    Target("crm.customers", when="Customer"),
    Target("crm.locations", when="Location"),
    Target("equipmentsystems.installed_equipment", when="Equipment"),
    Target(TECHNICIANS, when="Technician"),
    Target("jpm.appointments", when="JobAppointment"),
    Target("memberships.memberships", when="Membership"),
    Target("inventory.trucks", when="Truck"),
    Target("jpm.projects", when="Project"),
    Target("service_agreements.service_agreements", when="ServiceAgreement"),
    Target("accounting.export.invoice_items", when="InvoiceItem"),
)

RULES = (
    Rule(
        EMPLOYEES,
        "userId",
        USERS,
        "the person's user id, which createdById and the like hold",
        USER[:1],
    ),
    Rule(
        TECHNICIANS,
        "userId",
        USERS,
        "the person's user id, which createdById and the like hold",
        USER[1:],
    ),
    Rule(
        "memberships.*",
        "soldById",
        USERS,
        "a user id here; soldById is a technician's id on jobs",
        USER,
    ),
    Rule("*", "*", USERS, "a user id: employees or technicians by userId, not by id", USER),
    Rule(
        JOBS,
        "soldById",
        TECHNICIANS,
        "a technician's id here; soldById is a user id on memberships",
    ),
    Rule(JOBS, "invoiceId", BILLS, "one invoice of perhaps several: their job.id leads back"),
    Rule(JOBS, "leadCallId", "telecom.calls", "a call's id or its leadCall.id: nobody says"),
    Rule(JOBS, "partnerLeadCallId", "telecom.calls", "a call's id or its leadCall.id: nobody says"),
    Rule(JOBS, "recallForId", JOBS, "the job that this one is a recall of"),
    Rule(JOBS, "warrantyId", JOBS, "the job whose warranty this one is under"),
    Rule(
        "jpm.projects",
        "projectManagerIds",
        EMPLOYEES,
        "employees, technicians or users: nobody says",
        (*STAFF, *USER),
        OPEN,
    ),
    Rule("payroll.employees.*", "employeeId", EMPLOYEES),
    Rule(
        "payroll.technicians.*", "employeeId", EMPLOYEES, "a technician's id", any_of(TECHNICIANS)
    ),
    Rule(
        "payroll.*",
        "employeeId",
        EMPLOYEES,
        "an employee or a technician: see employeeType",
        STAFF,
        "",
        "employeeType",
    ),
    Rule(
        "timesheets.*",
        "employeeId",
        EMPLOYEES,
        "an employee or a technician: see employeeType",
        STAFF,
        "",
        "employeeType",
    ),
    Rule("payroll.*", "managerId", EMPLOYEES, "an employee or a technician: nobody says", STAFF),
    Rule(
        "payroll.*",
        "sourceEntityId",
        "timesheets.activities",
        "only where grossPayItemType is TimesheetTime",
    ),
    Rule(
        "sales.*",
        "soldBy",
        TECHNICIANS,
        "a technician, an employee or a user: nobody says",
        (*STAFF[::-1], *USER),
    ),
    Rule(
        "service_agreements.*",
        "soldById",
        EMPLOYEES,
        "an employee or a technician: the documents name both",
        STAFF,
    ),
    Rule("*", "*nventoryLocation*", "inventory.warehouses", "a warehouse or a truck", PLACES),
    Rule(
        "inventory.transfers",
        "*LocationId",
        "inventory.warehouses",
        "a warehouse or a truck",
        PLACES,
    ),
    Rule(
        "*",
        "skuId",
        "",
        "a service, material, equipment or discount: see type",
        SKUS,
        BY_NAME,
        "type",
    ),
    Rule(
        "*",
        "*.skuId",
        "",
        "a service, material, equipment or discount: see type",
        SKUS,
        BY_NAME,
        "type",
    ),
    Rule(
        "*",
        "sku.id",
        "",
        "a service, material, equipment or discount: see sku.type",
        SKUS,
        BY_NAME,
        "sku.type",
    ),
    Rule(
        "*",
        "*.sku.id",
        "",
        "a service, material, equipment or discount: see sku.type",
        SKUS,
        BY_NAME,
        "sku.type",
    ),
    Rule(
        "telecom.calls",
        "jobNumber",
        "",
        "the job's number, which is not its id",
        (Target(JOBS, "jobNumber"),),
        BY_NAME,
    ),
    Rule(
        "telecom.v2.calls",
        "jobNumber",
        "",
        "the job's number, which is not its id",
        (Target(JOBS, "jobNumber"),),
        BY_NAME,
    ),
    Rule(
        "forms.submissions",
        "owners.id",
        "",
        "an owner of many kinds: see owners.type",
        OWNERS,
        BY_NAME,
        "type",
    ),
    Rule(
        "memberships.membership_types*",
        "*targetId",
        "",
        "a business unit or a pricebook category",
        any_of("settings.business_units", "pricebook.categories"),
        DOCUMENTED,
    ),
    Rule(
        "memberships.memberships",
        "renewedById",
        "memberships.memberships",
        "a membership, not a person",
    ),
    Rule(
        "memberships.*",
        "activatedFromId",
        "accounting.export.invoice_items",
        "an invoice item, not an invoice",
    ),
    Rule(BILLS, "job.id", JOBS, "an adjustment has one too: several invoices a job"),
    Rule(BILLS, "adjustmentToId", BILLS, "this row is an adjustment of that invoice"),
    Rule("accounting.*", "appliedTo.appliedId", BILLS, "seen to be an invoice, not documented"),
    Rule("accounting.*", "typeId", "accounting.payment_types", "text here, a number there"),
    Rule("*", "mergedToId", "crm.*", "the record that this one was merged into"),
    Rule("pricebook.categories", "parentId", "pricebook.categories", "a tree: the category above"),
)

# There are about as many of these records as rows, so they are named only if asked for.
RECORDS = frozenset(
    {
        "accounting.bank_deposits",
        "accounting.credit_memos",
        "accounting.export.invoice_items",
        "accounting.inventory_bills",
        "accounting.invoices",
        "accounting.payments",
        "crm.bookings",
        "crm.leads",
        "crm.locations",
        "equipmentsystems.installed_equipment",
        "inventory.purchase_orders",
        "inventory.returns",
        "jpm.appointments",
        "jpm.jobs",
        "jpm.projects",
        "memberships.memberships",
        "memberships.recurring_services",
        "sales.estimates",
        "sales.estimates.items",
        "service_agreements.service_agreements",
    }
)
