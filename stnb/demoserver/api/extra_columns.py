"""What a row shows only to those who ask for it: external data, and details behind a flag."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

import numpy as np

from stnb.catalog import Column, Endpoint

from ..company.columns import NULL, Array, Index, Lazy
from ..company.matching import NUMBER
from ..company.table import Table
from .filters import yes
from .query import Query

APPLICATION = "d0c5f1a2-7b34-4e0b-9c55-3f1f2a6b7c88"  # the demo's app, as external data know it
EXTERNAL_KEY, EXTERNAL_START = "ErpId", "ERP-"
# What is null unless its flag is set.
BEHIND = {
    "includeDurationBilling": "durationBilling",
    "includeDiscounts": "discounts",
    "includeRecurringServices": "recurringServices",
    "includeTags": "tagTypeIds",
    "includeTechnicians": "preferredTechnicianIds",
    "includeSubtasks": "subTasksData",
    "genPermUrl": "leadUrl",
    "calculatePrices": "calculatedPrice",
}


# -- rows with external data: every third


def _has(table: Table) -> Array:
    return np.asarray(np.arange(table.size) % 3 == 0)


def external(table: Table, query: Query, keys: list[str]) -> Array:
    """The rows that the application knows by one of its values.

    Everything where no values are given.
    """
    values = [v.strip() for text in query.getlist("externalDataValues") for v in text.split(",")]
    asked = query.get("externalDataApplicationGuid", APPLICATION).lower()
    ids = table.array("id")
    if not any(values) or ids is None:
        return np.array(True)
    wanted = [
        int(v[len(EXTERNAL_START) :])
        for v in values
        if v.startswith(EXTERNAL_START) and NUMBER.fullmatch(v[len(EXTERNAL_START) :])
    ]
    known = asked == APPLICATION and keys[0].lower() == EXTERNAL_KEY.lower()
    return np.isin(ids, wanted) & _has(table) & known


def _external(table: Table) -> Callable[[Index], Any]:
    def make(at: Index) -> list[list[dict[str, str]]]:
        ids = np.asarray(table.array("id"))[at].tolist()
        return [
            [{"key": EXTERNAL_KEY, "value": f"{EXTERNAL_START}{i}"}] if a % 3 == 0 else []
            for i, a in zip(ids, at.tolist(), strict=True)
        ]

    return make


# -- what an endpoint shows of a table


class Behind(Table):
    """A table of which some columns are other: null behind a flag, or made for the one who asks."""

    instead: dict[str, Any]

    def raw(self, path: str, column: Column | None = None) -> Any:
        return self.instead[path] if path in self.instead else super().raw(path, column)

    def rows(self, at: Index, columns: Sequence[Column], shape: str) -> list[bytes]:
        return [text.encode() for text in self.encode(columns, at)]

    def _part(self, column: Column, path: str, at: Index) -> list[Any]:
        if path in self.instead and self.instead[path] is None:
            return [NULL] * len(at)
        return super()._part(column, path, at)


def _behind(kind: type[Table]) -> type[Behind]:
    """Of whatever kind the table is, what else it does stays as it is."""
    return Behind if kind is Table else type(f"Behind{kind.__name__}", (Behind, kind), {})


def shown(endpoint: Endpoint, table: Table, query: Query) -> Table:
    """The table as this call shows it."""
    instead: dict[str, Any] = {}
    for flag, path in BEHIND.items():
        if endpoint.takes(flag) and not yes([query.get(flag, "")]):
            instead[path] = None
    if endpoint.takes("calculatePrices") and "calculatedPrice" not in instead:
        instead["calculatedPrice"] = table.raw("price")
    if query.get("externalDataApplicationGuid", "").lower() == APPLICATION and endpoint.takes(
        "externalDataApplicationGuid"
    ):
        instead["externalData"] = Lazy(_external(table))
    if not instead:
        return table
    view = copy(table)
    view.__class__ = _behind(type(table))
    view.__dict__["instead"] = instead
    return view
