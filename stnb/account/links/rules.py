"""Where ids lead: which column names a row of which resource, and the traps on the way (facts §10)."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

import pandas as pd

from stnb.catalog import Catalog, Column, Endpoint

D, N, OPEN = "documented", "by name", "open"
USERS = "users"  # what the catalogue calls the user ids of two lists
COLUMNS = ["column", "leads to", "by", "how", "note"]
INCOMING = ["resource", "column", "by", "how", "note"]
FIRST = [
    "crm",
    "jpm",
    "dispatch",
    "accounting",
    "sales",
    "memberships",
]  # what people ask for most comes first


@dataclass(frozen=True)
class Target:
    """What a column may lead to.

    Attributes:
        resource: such as "crm.customers".
        by: the target's column that holds the id.
        when: what the column `kind` of the link says of rows that lead here; "" where nothing
            tells.
    """

    resource: str
    by: str = "id"
    when: str = ""


@dataclass(frozen=True)
class Link:
    """A column that leads somewhere.

    Attributes:
        column: as the catalogue has it, with brackets where a list is opened: "customerId",
            "tagTypeIds[]", "items[].skuId".
        targets: usually one; several where the API does not say which it is.
        how: "documented", "by name" (of the column alone) or "open" (nobody says for sure).
        note: the trap, in a few words.
        kind: the column beside it that says which target is meant; "" where there is none.
    """

    column: str
    targets: tuple[Target, ...]
    how: str
    note: str = ""
    kind: str = ""

    @property
    def path(self) -> str:
        """The column without brackets, as frames have it."""
        return self.column.replace("[]", "")


@dataclass(frozen=True)
class _Rule:
    """What is to be known of columns; the first rule that fits a column holds for it.

    Attributes:
        resource, path: patterns.
        refers: where the catalogue says that the column leads; "" where it says nothing.
    """

    resource: str
    path: str
    refers: str
    note: str = ""
    targets: tuple[Target, ...] = ()
    how: str = ""
    kind: str = ""


def _any_of(*names: str, by: str = "id") -> tuple[Target, ...]:
    return tuple(Target(name, by) for name in names)


EMPLOYEES, TECHNICIANS, JOBS, BILLS = (
    "settings.employees",
    "settings.technicians",
    "jpm.jobs",
    "accounting.invoices",
)
STAFF = (Target(EMPLOYEES, when="Employee"), Target(TECHNICIANS, when="Technician"))
USER = _any_of(EMPLOYEES, TECHNICIANS, by="userId")
PLACES = _any_of("inventory.warehouses", "inventory.trucks")
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
    _Rule(
        EMPLOYEES,
        "userId",
        USERS,
        "the person's user id, which createdById and the like hold",
        USER[:1],
    ),
    _Rule(
        TECHNICIANS,
        "userId",
        USERS,
        "the person's user id, which createdById and the like hold",
        USER[1:],
    ),
    _Rule(
        "memberships.*",
        "soldById",
        USERS,
        "a user id here; soldById is a technician's id on jobs",
        USER,
    ),
    _Rule("*", "*", USERS, "a user id: employees or technicians by userId, not by id", USER),
    _Rule(
        JOBS,
        "soldById",
        TECHNICIANS,
        "a technician's id here; soldById is a user id on memberships",
    ),
    _Rule(JOBS, "invoiceId", BILLS, "one invoice of perhaps several: their job.id leads back"),
    _Rule(JOBS, "leadCallId", "telecom.calls", "a call's id or its leadCall.id: nobody says"),
    _Rule(
        JOBS, "partnerLeadCallId", "telecom.calls", "a call's id or its leadCall.id: nobody says"
    ),
    _Rule(JOBS, "recallForId", JOBS, "the job that this one is a recall of"),
    _Rule(JOBS, "warrantyId", JOBS, "the job whose warranty this one is under"),
    _Rule(
        "jpm.projects",
        "projectManagerIds",
        EMPLOYEES,
        "employees, technicians or users: nobody says",
        (*STAFF, *USER),
        OPEN,
    ),
    _Rule("payroll.employees.*", "employeeId", EMPLOYEES),
    _Rule(
        "payroll.technicians.*", "employeeId", EMPLOYEES, "a technician's id", _any_of(TECHNICIANS)
    ),
    _Rule(
        "payroll.*",
        "employeeId",
        EMPLOYEES,
        "an employee or a technician: see employeeType",
        STAFF,
        "",
        "employeeType",
    ),
    _Rule(
        "timesheets.*",
        "employeeId",
        EMPLOYEES,
        "an employee or a technician: see employeeType",
        STAFF,
        "",
        "employeeType",
    ),
    _Rule("payroll.*", "managerId", EMPLOYEES, "an employee or a technician: nobody says", STAFF),
    _Rule(
        "payroll.*",
        "sourceEntityId",
        "timesheets.activities",
        "only where grossPayItemType is TimesheetTime",
    ),
    _Rule(
        "sales.*",
        "soldBy",
        TECHNICIANS,
        "a technician, an employee or a user: nobody says",
        (*STAFF[::-1], *USER),
    ),
    _Rule(
        "service_agreements.*",
        "soldById",
        EMPLOYEES,
        "an employee or a technician: the documents name both",
        STAFF,
    ),
    _Rule("*", "*nventoryLocation*", "inventory.warehouses", "a warehouse or a truck", PLACES),
    _Rule(
        "inventory.transfers",
        "*LocationId",
        "inventory.warehouses",
        "a warehouse or a truck",
        PLACES,
    ),
    _Rule(
        "*", "skuId", "", "a service, material, equipment or discount: see type", SKUS, N, "type"
    ),
    _Rule(
        "*", "*.skuId", "", "a service, material, equipment or discount: see type", SKUS, N, "type"
    ),
    _Rule(
        "*",
        "sku.id",
        "",
        "a service, material, equipment or discount: see sku.type",
        SKUS,
        N,
        "sku.type",
    ),
    _Rule(
        "*",
        "*.sku.id",
        "",
        "a service, material, equipment or discount: see sku.type",
        SKUS,
        N,
        "sku.type",
    ),
    _Rule(
        "telecom.calls",
        "jobNumber",
        "",
        "the job's number, which is not its id",
        (Target(JOBS, "jobNumber"),),
        N,
    ),
    _Rule(
        "telecom.v2.calls",
        "jobNumber",
        "",
        "the job's number, which is not its id",
        (Target(JOBS, "jobNumber"),),
        N,
    ),
    _Rule(
        "forms.submissions",
        "owners.id",
        "",
        "an owner of many kinds: see owners.type",
        OWNERS,
        N,
        "type",
    ),
    _Rule(
        "memberships.membership_types*",
        "*targetId",
        "",
        "a business unit or a pricebook category",
        _any_of("settings.business_units", "pricebook.categories"),
        D,
    ),
    _Rule(
        "memberships.memberships",
        "renewedById",
        "memberships.memberships",
        "a membership, not a person",
    ),
    _Rule(
        "memberships.*",
        "activatedFromId",
        "accounting.export.invoice_items",
        "an invoice item, not an invoice",
    ),
    _Rule(BILLS, "job.id", JOBS, "an adjustment has one too: several invoices a job"),
    _Rule(BILLS, "adjustmentToId", BILLS, "this row is an adjustment of that invoice"),
    _Rule("accounting.*", "appliedTo.appliedId", BILLS, "seen to be an invoice, not documented"),
    _Rule("accounting.*", "typeId", "accounting.payment_types", "text here, a number there"),
    _Rule("*", "mergedToId", "crm.*", "the record that this one was merged into"),
    _Rule("pricebook.categories", "parentId", "pricebook.categories", "a tree: the category above"),
)


def links(catalog: Catalog, name: str, *, incoming: bool = False) -> pd.DataFrame:
    """Where a resource's ids lead, or what leads to it.

    Args:
        name: of the resource, such as "jpm.jobs".
        incoming: the other way: the columns of all resources that lead here; records and feeds,
            whose columns are those of a list, are left out.

    Returns:
        A row for each column and target: column (`items[].skuId` lies in a list), leads to, by (the
            target's column),
        how ("documented", "by name" or "open", as in facts §10), note (the trap, "" where there is
        none). A column that may lead to several resources has a row for each. With `incoming`,
        `resource` in place of `leads to`.

    Raises:
        UnknownResource: there is no such resource.

    Example:
        >>> st.links("jpm.jobs").query("column == 'createdById'")[["leads to", "by"]].values.tolist()
        [['settings.employees', 'userId'], ['settings.technicians', 'userId']]
    """
    endpoint = catalog[name]
    if incoming:
        found = sorted(
            _incoming(catalog, endpoint.name), key=lambda f: (_rank(f[0].module), f[0].name)
        )
        rows = [(e.name, link.column, t.by, link.how, link.note) for e, link, t in found]
        return pd.DataFrame(rows, columns=INCOMING, dtype="str")
    rows = [
        (link.column, t.resource, t.by, link.how, link.note)
        for link in links_of(endpoint)
        for t in link.targets
    ]
    return pd.DataFrame(rows, columns=COLUMNS, dtype="str")


@functools.cache
def links_of(endpoint: Endpoint) -> tuple[Link, ...]:
    """The links of an endpoint's columns, in their order."""
    own = endpoint.name.removesuffix(".get").replace(
        ".export.", "."
    )  # a feed has the links of its list
    made = (_link(own, shown, column) for shown, column in _columns(endpoint.columns))
    return tuple(link for link in made if link is not None)


def _columns(columns: Iterable[Column], above: str = "") -> Iterator[tuple[str, Column]]:
    """(name with brackets, column) of all that holds values; lists of objects are opened."""
    for column in columns:
        name = f"{above}{column.name}"
        if column.type == "array":
            element = column.children[0] if column.children else None
            if element is not None and element.type == "object":
                yield from _columns(element.children, f"{name}[].")
            else:
                yield f"{name}[]", column
        elif column.type == "object":
            yield from _columns(column.children, f"{name}.")
        else:
            yield name, column


def _link(own: str, shown: str, column: Column) -> Link | None:
    path, refers = shown.replace("[]", ""), column.refers or ""
    rule = next((r for r in RULES if _fits(r, own, path, refers)), None)
    if rule is None:
        return Link(shown, (Target(refers),), column.how or OPEN) if refers else None
    return Link(
        shown,
        rule.targets or (Target(refers),),
        rule.how or column.how or OPEN,
        rule.note,
        rule.kind,
    )


def _fits(rule: _Rule, own: str, path: str, refers: str) -> bool:
    return (
        fnmatchcase(refers, rule.refers)
        and fnmatchcase(own, rule.resource)
        and fnmatchcase(path, rule.path)
    )


def _incoming(catalog: Catalog, name: str) -> Iterator[tuple[Endpoint, Link, Target]]:
    for endpoint in catalog:
        twin = endpoint.name.replace(".export.", ".")
        if endpoint.name.endswith((".get", ".export")) or (
            twin != endpoint.name and twin in catalog
        ):
            continue
        for link in links_of(endpoint):
            for target in link.targets:
                if target.resource == name:
                    yield endpoint, link, target


def _rank(module: str) -> int:
    return FIRST.index(module) if module in FIRST else len(FIRST)
