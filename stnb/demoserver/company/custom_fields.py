"""The custom fields that were defined for each kind of record.

Those that its rows carry, with their types and choices.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from .columns import Choice
from .crm.customers import FIELDS as CUSTOMER_FIELDS
from .jpm.jobs import JOB_FIELDS
from .settings.business_units import lookup
from .simulation import Company, Data

Field: TypeAlias = tuple[int, str, str, list[str]]  # id, name, type, choices


def _chosen(fields: list[tuple[int, str, list[str]]]) -> list[Field]:
    return [(key, name, "Dropdown", values) for key, name, values in fields]


VENDOR: list[Field] = [(501, "Account number", "Text", [])]
BILL: list[Field] = [
    (521, "Approved by", "Dropdown", ["Office", "Owner"]),
    (522, "Discount lost", "Numeric", []),
]
INVOICE: list[Field] = [
    (531, "Lien", "Dropdown", ["No", "Yes"]),
    (532, "Route", "Dropdown", ["A", "B"]),
]
PROJECT: list[Field] = [
    (551, "Permit number", "Text", []),
    (552, "Financed", "Dropdown", ["No", "Yes"]),
]
FIELDS: dict[str, list[Field]] = {
    "crm.customers.custom_fields": _chosen(CUSTOMER_FIELDS),
    "crm.locations.custom_fields": [
        (311, "Roof access", "Dropdown", ["Hatch", "Ladder"]),
        (312, "Square feet", "Numeric", []),
    ],
    "jpm.jobs.custom_fields": _chosen(JOB_FIELDS),
    "jpm.projects.custom_fields": PROJECT,
    "accounting.invoices.custom_fields": INVOICE,
    "accounting.payments.custom_fields": [(541, "Deposit slip", "Text", [])],
    "accounting.credit_memos.custom_fields": [
        (545, "Approved by", "Dropdown", ["Office", "Owner"])
    ],
    "accounting.ap_bills.custom_fields": BILL,
    "accounting.inventory_bills.custom_fields": BILL,
    "accounting.ap_credits.custom_fields": [(525, "Claim number", "Text", [])],
    "accounting.ap_payments.custom_fields": [(527, "Envelope", "Text", [])],
    "inventory.vendors.custom_fields": VENDOR,
    "memberships.memberships.custom_fields": [(561, "Renewal call", "Dropdown", ["Open", "Done"])],
    "equipmentsystems.installed_equipment.custom_field_types": [
        (571, "Filter size", "Text", []),
        (572, "Position", "Dropdown", ["Attic", "Garage", "Roof"]),
    ],
}


def _maker(name: str, fields: list[Field]) -> Any:
    def make(co: Company) -> Data:
        made = lookup(co, name, [f[1] for f in fields], 0)
        n = len(fields)
        return {
            "id": np.array([f[0] for f in fields], dtype=np.int64),
            "name": made["name"],
            "dataType": Choice(np.arange(n), [f[2] for f in fields]),
            "dataTypeOptions": Choice(np.arange(n), [f[3] for f in fields]),
            "createdOn": made["createdOn"],
            "modifiedOn": made["modifiedOn"],
        }

    return make


MAKERS: dict[str, Any] = {name: _maker(name, fields) for name, fields in FIELDS.items()}
