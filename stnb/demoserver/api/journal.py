"""Journal entries by what stands in them.

Their lines are found by a list of their own, one entry at a time.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from ..company.columns import Array, Index
from ..company.matching import equal
from ..company.table import Table
from ..company.world import World
from .filters import Special, compared
from .query import Query

LINES = "accounting.journal_entries.details"


class Lines:
    """The lines of every entry."""

    def __init__(self, world: World, table: Table) -> None:
        self.world, self.table = world, table

    @cached_property
    def of_entries(self) -> list[tuple[Table, Index]]:
        """For each entry the table that its lines are in, and which they are."""
        endpoint, keys = self.world.catalog[LINES], self.table.array("id")
        return [
            self.world.below(endpoint, [("journal-entries", str(key))])
            for key in ([] if keys is None else keys.tolist())
        ]

    def having(self, path: str, test: Callable[[Any], Array]) -> Array:
        """The entries with such a line."""
        masks: dict[int, Array] = {}
        out = []
        for table, at in self.of_entries:
            if id(table) not in masks:
                masks[id(table)] = np.broadcast_to(test(table.raw(path)), table.size)
            out.append(bool(masks[id(table)][at].any()))
        return np.array(out, dtype=bool)


def entries(world: World, table: Table, query: Query) -> Special:
    lines = Lines(world, table)

    def named(path: str) -> Callable[[list[str]], Array]:
        return lambda v: lines.having(path, lambda data: equal(data, v, contains=True))

    def exactly(path: str) -> Callable[[list[str]], Array]:
        return lambda v: lines.having(path, lambda data: equal(data, v))

    def stands(compare: Any) -> Callable[[list[str]], Array]:
        return lambda v: lines.having(
            "transactionDate", lambda data: compared(data, compare, v[0][:10])
        )

    return {
        "customerName": named("customer.name"),
        "locationName": named("customerLocation.name"),
        "vendorName": named("vendor.name"),
        "inventoryLocationName": named("inventoryLocation.name"),
        "businessUnitIds": exactly("businessUnit.id"),
        "serviceAgreementIds": exactly("serviceAgreement.id"),
        "refNumber": exactly("transaction.refNumber"),
        "transactionTypes": exactly("transaction.type"),
        "transactionPostedFrom": stands(operator.ge),
        "transactionPostedTo": stands(operator.le),
        "empty": lambda v: _empty(table, v[0].lower()),
    }


def _empty(table: Table, word: str) -> Array:
    """Which entries stay when empty ones are shown, left out, or shown if they were synced."""
    flags = table.array("isEmpty")
    empty = np.zeros(table.size, dtype=bool) if flags is None else flags.astype(bool)
    if word == "exclude":
        return ~empty
    return (
        ~(empty & equal(table.raw("syncStatus"), ["NotSynced"]))
        if word == "includeexceptnotsynced"
        else ~empty | empty
    )
