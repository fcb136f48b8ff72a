"""Where ids lead: each kind of id in ServiceTitan's OpenAPI documents, documented or by its name,
every link of the catalogue, and the traps by name.
"""

from __future__ import annotations

import pandas as pd
import pytest

import stnb
from stnb.account.links.rules import COLUMNS, INCOMING, links, links_of
from stnb.catalog import Catalog, load
from stnb.catalog.store import walk

USERS = {("settings.employees", "userId"), ("settings.technicians", "userId")}
STAFF = {("settings.employees", "id"), ("settings.technicians", "id")}
STOCK = {("inventory.warehouses", "id"), ("inventory.trucks", "id")}
SKU = {(f"pricebook.{kind}", "id") for kind in ("services", "materials", "equipment")}
SEVERAL = {"users": USERS, "staff": STAFF, "stock": STOCK, "sku": SKU, "anybody": STAFF | USERS}
MARKS = {
    "D": {"documented"},
    "N": {"by name"},
    "open": {"open"},
    "D/N": {"documented", "by name"},
    "D/open": {"open"},
}

# What the documents and public clients say, row by row: resource, columns, target, mark.
FACTS = """
jpm.jobs                         customerId                   crm.customers                  D
jpm.jobs                         locationId                   crm.locations                  D
jpm.jobs                         businessUnitId               settings.business_units        D
jpm.jobs                         jobTypeId                    jpm.job_types                  D
jpm.jobs                         campaignId                   marketing.campaigns            D
jpm.jobs                         projectId                    jpm.projects                   D
jpm.jobs firstAppointmentId,lastAppointmentId jpm.appointments D
jpm.jobs                         invoiceId                    accounting.invoices            D
jpm.jobs                         membershipId                 memberships.memberships        D
jpm.jobs                         recallForId,warrantyId       jpm.jobs                       D
jpm.jobs                         bookingId                    crm.bookings                   D
jpm.jobs                         leadCallId,partnerLeadCallId telecom.calls                  D/open
jpm.jobs                         soldById                     settings.technicians           D
jpm.jobs                         createdById                  users                          D
jpm.jobs createdFromEstimateId,estimateIds[] sales.estimates D
jpm.jobs                         tagTypeIds[]                 settings.tag_types             D
jpm.jobs                         jobGeneratedLeadSource.jobId jpm.jobs                       D
jpm.jobs                         jobGeneratedLeadSource.employeeId settings.employees             D
jpm.appointments                 jobId                        jpm.jobs                       D
jpm.appointments                 customerId                   crm.customers                  D
dispatch.appointment_assignments appointmentId                jpm.appointments               D
dispatch.appointment_assignments jobId                        jpm.jobs                       D
dispatch.appointment_assignments technicianId                 settings.technicians           D
dispatch.appointment_assignments assignedById                 users                          D
dispatch.technician_shifts       technicianId                 settings.technicians           D
dispatch.technician_skills       technicianId                 settings.technicians           D
dispatch.non_job_appointments    technicianId                 settings.technicians           D
dispatch.non_job_appointments    timesheetCodeId              payroll.timesheet_codes        D
dispatch.arrival_windows         businessUnitIds[]            settings.business_units        D
jpm.job_types                    businessUnitIds[]            settings.business_units        D
jpm.job_types                    tagTypeIds[]                 settings.tag_types             D
jpm.projects                     customerId                   crm.customers                  D
jpm.projects                     locationId                   crm.locations                  D
jpm.projects                     jobIds[]                     jpm.jobs                       D
jpm.projects                     businessUnitIds[]            settings.business_units        D
jpm.projects                     statusId                     jpm.project_statuses           D
jpm.projects                     subStatusId                  jpm.project_substatuses        D
jpm.projects                     projectTypeId                jpm.project_types              D
jpm.projects                     projectManagerIds[]          anybody                        open
jpm.jobs.canceled_log            jobId                        jpm.jobs                       D
jpm.jobs.canceled_log            reasonId                     jpm.job_cancel_reasons         D
jpm.export.job_canceled_logs     jobId                        jpm.jobs                       D
jpm.export.job_canceled_logs     reasonId                     jpm.job_cancel_reasons         D
jpm.jobs.cancel_reasons          jobId                        jpm.jobs                       D
jpm.jobs.cancel_reasons          reasonId                     jpm.job_cancel_reasons         D
jpm.export.job_notes             jobId                        jpm.jobs                       D
jpm.export.project_notes         projectId                    jpm.projects                   D
crm.locations                    customerId                   crm.customers                  D
crm.locations                    taxZoneId                    accounting.tax_zones           D
crm.locations                    zoneId                       dispatch.zones                 D
crm.customers                    mergedToId                   crm.customers                  D
crm.locations                    mergedToId                   crm.locations                  D
crm.customers                    paymentTermId                accounting.payment_terms       D
crm.customers.contacts           customerId                   crm.customers                  D/N
crm.locations.contacts           locationId                   crm.locations                  D/N
crm.leads                        customerId                   crm.customers                  D
crm.leads                        locationId                   crm.locations                  D
crm.leads                        businessUnitId               settings.business_units        D
crm.leads                        jobTypeId                    jpm.job_types                  D
crm.leads                        campaignId                   marketing.campaigns            D
crm.leads                        callId                       telecom.calls                  D
crm.leads                        bookingId                    crm.bookings                   D
crm.leads                        callReasonId,dismissingReasonId jbce.call_reasons              D
crm.bookings                     jobId                        jpm.jobs                       D
crm.bookings                     campaignId                   marketing.campaigns            D
crm.bookings                     businessUnitId               settings.business_units        D
crm.bookings                     jobTypeId                    jpm.job_types                  D
crm.bookings                     dismissingReasonId           jbce.call_reasons              D
accounting.invoices              customer.id                  crm.customers                  N
accounting.invoices              location.id                  crm.locations                  N
accounting.invoices              businessUnit.id              settings.business_units        N
accounting.invoices              job.id                       jpm.jobs                       N
accounting.invoices              projectId                    jpm.projects                   N
accounting.invoices              taxZoneId                    accounting.tax_zones           N
accounting.invoices              adjustmentToId               accounting.invoices            N
accounting.invoices              membershipId                 memberships.memberships        N
accounting.invoices              items[].skuId                sku                            N
accounting.invoices              items[].technicianId         settings.technicians           N
accounting.invoices              items[].membershipTypeId     memberships.membership_types   N
accounting.invoices              items[].installedEquipmentId equipmentsystems.installed_equipment N
accounting.invoices              items[].estimateItemId       sales.estimates.items          N
accounting.invoices              items[].generalLedgerAccount.id accounting.gl_accounts         N
accounting.invoices              items[].costOfSaleAccount.id accounting.gl_accounts         N
accounting.invoices              items[].assetAccount.id      accounting.gl_accounts         N
accounting.export.invoice_items  invoiceId                    accounting.invoices            N
accounting.payments              customer.id                  crm.customers                  N
accounting.payments              typeId                       accounting.payment_types       N
accounting.payments              appliedTo[].appliedId        accounting.invoices            N
accounting.credit_memos          customer.id                  crm.customers                  N
accounting.credit_memos          location.id                  crm.locations                  N
accounting.credit_memos          appliedTo[].appliedId        accounting.invoices            N
accounting.ap_bills              purchaseOrderId              inventory.purchase_orders      D/N
accounting.ap_bills              vendor.id                    inventory.vendors              D/N
accounting.ap_bills              jobId                        jpm.jobs                       D/N
accounting.inventory_bills       purchaseOrderId              inventory.purchase_orders      D/N
accounting.inventory_bills       vendor.id                    inventory.vendors              D/N
accounting.inventory_bills       jobId                        jpm.jobs                       D/N
accounting.ap_credits            inventoryReturnId            inventory.returns              N
accounting.ap_credits            vendor.id                    inventory.vendors              N
accounting.bank_deposits.transactions deposit.id                   accounting.bank_deposits       N
accounting.bank_deposits.transactions customer.id                  crm.customers                  N
accounting.journal_entries.details account.id                   accounting.gl_accounts         N
accounting.journal_entries.details job.id                       jpm.jobs                       N
accounting.journal_entries.details customer.id                  crm.customers                  N
accounting.journal_entries.details project.id                   jpm.projects                   N
sales.estimates                  jobId                        jpm.jobs                       N
sales.estimates                  customerId                   crm.customers                  N
sales.estimates                  locationId                   crm.locations                  N
sales.estimates                  projectId                    jpm.projects                   N
sales.estimates                  businessUnitId               settings.business_units        N
sales.estimates                  soldBy                       anybody                        open
sales.estimates.items            sku.id                       sku                            N
sales.estimates.items            invoiceItemId                accounting.export.invoice_items D
memberships.memberships          customerId                   crm.customers                  D
memberships.memberships          membershipTypeId             memberships.membership_types   D
memberships.memberships          businessUnitId               settings.business_units        D
memberships.memberships          locationId                   crm.locations                  D
memberships.memberships          soldById,activatedById,createdById users                          D
memberships.memberships          renewedById                  memberships.memberships        D
memberships.memberships          activatedFromId              accounting.export.invoice_items D
memberships.memberships          billingTemplateId            memberships.invoice_templates  D
memberships.memberships          cancellationInvoiceId        accounting.invoices            D
memberships.memberships          cancellationBalanceInvoiceId accounting.invoices            D
memberships.recurring_services   membershipId                 memberships.memberships        D
memberships.recurring_services   locationId                   crm.locations                  D
memberships.recurring_services   recurringServiceTypeId       memberships.recurring_service_types D
memberships.recurring_services   jobTypeId                    jpm.job_types                  D
memberships.recurring_services   campaignId                   marketing.campaigns            D
memberships.recurring_service_events locationRecurringServiceId   memberships.recurring_services D
memberships.recurring_service_events membershipId                 memberships.memberships        D
memberships.recurring_service_events jobId                        jpm.jobs                       D
memberships.membership_types     discounts[].targetId         settings.business_units        D
memberships.membership_types     discounts[].targetId         pricebook.categories           D
memberships.membership_types.discounts targetId                     pricebook.categories           D
payroll.gross_pay_items          employeeId                   staff                          D
payroll.gross_pay_items          jobId                        jpm.jobs                       D
payroll.gross_pay_items          invoiceId                    accounting.invoices            D
payroll.gross_pay_items          customerId                   crm.customers                  D
payroll.gross_pay_items          locationId                   crm.locations                  D
payroll.gross_pay_items          projectId                    jpm.projects                   D
payroll.gross_pay_items          payrollId                    payroll.payrolls               D
payroll.gross_pay_items          sourceEntityId               timesheets.activities          D
payroll.jobs.splits              jobId                        jpm.jobs                       D
payroll.jobs.splits              technicianId                 settings.technicians           D
payroll.jobs.timesheets          jobId                        jpm.jobs                       D
payroll.jobs.timesheets          technicianId                 settings.technicians           D
payroll.jobs.timesheets          appointmentId                jpm.appointments               D
payroll.non_job_timesheets       employeeId                   staff                          D
payroll.non_job_timesheets       timesheetCodeId              payroll.timesheet_codes        D
timesheets.activities            employeeId                   staff                          D
timesheets.activities            jobId                        jpm.jobs                       D
timesheets.activities            appointmentId                jpm.appointments               D
timesheets.activities            activityTypeId               timesheets.activity_types      D
equipmentsystems.installed_equipment customerId                   crm.customers                  N
equipmentsystems.installed_equipment locationId                   crm.locations                  N
equipmentsystems.installed_equipment equipmentId                  pricebook.equipment            N
equipmentsystems.installed_equipment invoiceItemId                accounting.export.invoice_items N
inventory.purchase_orders        vendorId                     inventory.vendors              D
inventory.purchase_orders        typeId                       inventory.purchase_order_types D
inventory.purchase_orders        jobId                        jpm.jobs                       D
inventory.purchase_orders        projectId                    jpm.projects                   D
inventory.purchase_orders        invoiceId                    accounting.invoices            D
inventory.purchase_orders        technicianId                 settings.technicians           D
inventory.purchase_orders        businessUnitId               settings.business_units        D
inventory.purchase_orders        inventoryLocationId          stock                          N
inventory.adjustments            inventoryLocationId          stock                          N
inventory.receipts               inventoryLocationId          stock                          N
inventory.returns                inventoryLocationId          stock                          N
inventory.receipts               purchaseOrderId              inventory.purchase_orders      N
inventory.receipts               billId                       accounting.inventory_bills     N
inventory.trucks                 technicianIds[]              settings.technicians           D
inventory.trucks                 warehouseId                  inventory.warehouses           D
inventory.transfers              fromLocationId,toLocationId  stock                          N
telecom.calls                    leadCall.customer.id         crm.customers                  N
telecom.calls                    leadCall.campaign.id         marketing.campaigns            N
telecom.calls                    leadCall.agent.id            users                          N
telecom.calls                    jobNumber                    jpm.jobs:jobNumber             N
telecom.export.calls             customer.id                  crm.customers                  N
telecom.export.calls             job.id                       jpm.jobs                       N
telecom.export.calls             lead.id                      crm.leads                      N
telecom.export.calls             campaign.id                  marketing.campaigns            N
marketing.campaigns              category.id                  marketing.categories           N
marketing.costs                  campaignId                   marketing.campaigns            N
pricebook.services               categories[].id              pricebook.categories           N
pricebook.materials              categories[]                 pricebook.categories           N
pricebook.equipment              categories[]                 pricebook.categories           N
pricebook.materials              primaryVendor.vendorId       inventory.vendors              N
pricebook.equipment              primaryVendor.vendorId       inventory.vendors              N
pricebook.equipment              generalLedgerAccountId       accounting.gl_accounts         N
pricebook.materials              generalLedgerAccountId       accounting.gl_accounts         N
pricebook.categories             parentId                     pricebook.categories           D
customer_interactions.technician_ratings technicianId settings.technicians N
customer_interactions.technician_ratings jobId jpm.jobs N
taskmanagement.tasks             jobId                        jpm.jobs                       N
taskmanagement.tasks             customerId                   crm.customers                  N
taskmanagement.tasks             projectId                    jpm.projects                   N
taskmanagement.tasks             businessUnitId               settings.business_units        N
taskmanagement.tasks             assignedToId,reportedById    settings.employees             N
forms.submissions                formId                       forms.forms                    N
forms.submissions                owners[].id                  jpm.jobs                       N
forms.submissions                owners[].id                  inventory.trucks               N
findings.location_findings       locationId                   crm.locations                  D
findings.location_findings       installedEquipmentId         equipmentsystems.installed_equipment D
findings.location_findings       sourceJobId                  jpm.jobs                       D
service_agreements.service_agreements customerId                   crm.customers                  D
service_agreements.service_agreements locationIds[]                crm.locations                  D
service_agreements.service_agreements businessUnitId               settings.business_units        D
service_agreements.service_agreements renewalAgreementId service_agreements.service_agreements D
service_agreements.service_agreements soldById                     staff                          D
service_agreements.service_agreements accountManagerId             settings.employees             D
schedulingpro.schedulers.sessions jobId                        jpm.jobs                       N
schedulingpro.schedulers.sessions bookingId                    crm.bookings                   N
schedulingpro.schedulers.sessions leadId                       crm.leads                      N
schedulingpro.schedulers.sessions customer.id                  crm.customers                  N
settings.employees               userId                       settings.employees:userId      D
settings.technicians             userId                       settings.technicians:userId    D
settings.employees               roleIds[]                    settings.user_roles            D
settings.technicians             roleIds[]                    settings.user_roles            D
settings.employees               businessUnitId               settings.business_units        D
settings.technicians             businessUnitId               settings.business_units        D
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def expected(target: str) -> set[tuple[str, str]]:
    name, _, by = target.partition(":")
    return SEVERAL.get(target) or {(name, by or "id")}


@pytest.mark.parametrize("line", FACTS.split("\n")[1:-1])
def test_every_row_of_the_facts_is_a_link(catalog: Catalog, line: str) -> None:
    """A known fact is a link of its resource, to the same target, with the same mark."""
    resource, columns, target, mark = line.split()
    table = links(catalog, resource)
    for column in columns.split(","):
        mine = table[table["column"] == column]

        assert expected(target) <= set(zip(mine["leads to"], mine["by"], strict=True)), column
        assert set(mine["how"]) <= MARKS[mark], column


def test_every_link_of_the_catalogue_is_there(catalog: Catalog) -> None:
    """Whatever a column of the catalogue refers to, in lists too, is one of its links' targets;
    users are two lists.
    """
    for endpoint in catalog:
        found = {link.path: {t.resource for t in link.targets} for link in links_of(endpoint)}
        for path, column in walk(endpoint.columns):
            if column.refers is None or (
                column.type == "array" and column.children and column.children[0].type == "object"
            ):
                continue
            wanted = (
                {"settings.employees", "settings.technicians"}
                if column.refers == "users"
                else {column.refers}
            )
            if path == "userId" or endpoint.name.startswith("payroll.technicians."):
                assert found[path] <= wanted | {"settings.technicians"}, (endpoint.name, path)
            else:
                assert wanted <= found[path], (endpoint.name, path)


def test_every_target_has_the_column_that_it_is_found_by(catalog: Catalog) -> None:
    """Targets are lists, rows or feeds that can be read without an argument but ids, and have the
    column named.
    """
    targets = {t for endpoint in catalog for link in links_of(endpoint) for t in link.targets}

    assert len(targets) > 60
    for target in targets:
        endpoint = catalog[target.resource]
        assert target.by in {c.name for c in endpoint.columns}, target
        assert endpoint.kind in ("list", "rows", "export"), target
        assert {p.name for p in endpoint.required} <= {"ids"}, target


@pytest.mark.parametrize(
    ("resource", "column", "note"),
    [
        ("jpm.jobs", "createdById", "user id"),
        ("jpm.jobs", "soldById", "technician's id"),
        ("memberships.memberships", "soldById", "user id here"),
        ("service_agreements.service_agreements", "soldById", "an employee or a technician"),
        ("memberships.memberships", "renewedById", "a membership, not a person"),
        ("inventory.purchase_orders", "inventoryLocationId", "a warehouse or a truck"),
        ("accounting.invoices", "job.id", "several invoices a job"),
        ("payroll.gross_pay_items", "employeeId", "see employeeType"),
        ("payroll.gross_pay_items", "sourceEntityId", "TimesheetTime"),
        ("accounting.payments", "typeId", "text here"),
        ("telecom.calls", "jobNumber", "not its id"),
        ("sales.estimates", "soldBy", "nobody says"),
    ],
)
def test_traps_are_named(catalog: Catalog, resource: str, column: str, note: str) -> None:
    """The note of a link tells the trap of its column in a few words."""
    table = links(catalog, resource)

    assert all(note in text for text in table.loc[table["column"] == column, "note"])
    assert column in set(table["column"])


def test_incoming_is_the_other_way_round(catalog: Catalog) -> None:
    """What leads to a resource is what names it as a target; feeds and records that repeat a list
    are left out.
    """
    table = links(catalog, "crm.customers", incoming=True)

    assert list(table.columns) == INCOMING
    assert {("jpm.jobs", "customerId"), ("accounting.invoices", "customer.id")} <= set(
        zip(table["resource"], table["column"], strict=True)
    )
    for resource, column in zip(table["resource"], table["column"], strict=True):
        there = links(catalog, resource)
        assert "crm.customers" in set(there.loc[there["column"] == column, "leads to"])
    assert not table["resource"].str.endswith(".get").any()
    assert "jpm.export.jobs" not in set(table["resource"])
    assert "jpm.export.job_notes" in set(links(catalog, "jpm.jobs", incoming=True)["resource"])


def test_feeds_and_records_have_the_links_of_their_list(catalog: Catalog) -> None:
    """An export feed and a record lead where the list does, by the columns that they share."""
    jobs = links(catalog, "jpm.jobs").set_index("column")

    for twin in ("jpm.export.jobs", "jpm.jobs.get"):
        mine = links(catalog, twin).set_index("column")
        shared = jobs.index.intersection(mine.index).unique()
        assert len(shared) > 15
        pd.testing.assert_frame_equal(mine.loc[shared], jobs.loc[shared])


def test_a_resource_without_links_has_an_empty_table(catalog: Catalog) -> None:
    """Where nothing leads anywhere the table is empty and has its columns; an unknown name is an
    error.
    """
    empty = links(catalog, "dispatch.teams")

    assert (len(empty), list(empty.columns)) == (0, COLUMNS)
    with pytest.raises(stnb.UnknownResource, match=r"jpm\.jobs"):
        links(catalog, "jpm.job")
