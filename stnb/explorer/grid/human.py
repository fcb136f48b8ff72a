"""The order in which a person reads a record: its number, how it stands, when, how much, who; the
ids last.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from stnb import catalog
from stnb.catalog.main_date import main_date
from stnb.frame.united import TENANT
from stnb.tables.charts.columns import is_money, words
from stnb.tables.provenance import is_of_several, provenance

from .cells import Column

NUMBERS = {"number", "code"}
NAMES = {"name", "displayname", "title"}


def order(frame: pd.DataFrame, columns: Sequence[Column]) -> list[int]:
    """The positions of the columns in the order in which they are shown at first.

    Only the rows of a pull are put in order; of any other frame the order is its maker's.
    """
    resource = str(provenance(frame).get("resource") or "")
    if not resource:
        return list(range(len(columns)))
    dates = main_date(catalog.load().endpoints.get(resource))
    main = dates.column if dates is not None else ""
    first, has_tenants = frame.shape[1] - len(columns), is_of_several(frame)

    def rank(i: int) -> tuple[int, int]:
        at = i + first
        values = frame.iloc[:, at] if at >= 0 else frame.iloc[:, 0]
        if has_tenants and columns[i].name == TENANT:
            return -1, i
        return _rank(columns[i], values, main), i

    return sorted(range(len(columns)), key=rank)


def is_id(name: str) -> bool:
    """Whether a column names a row of somewhere: a histogram of it says nothing.

    Example:
        >>> is_id("customerId"), is_id("total")
        (True, False)
    """
    return words(name)[-1:] in (["id"], ["ids"], ["guid"])


def _rank(column: Column, values: pd.Series, main: str) -> int:
    parts = words(column.name)
    own = "." not in column.name
    if is_id(column.name):
        return 9
    if own and parts[-1:] and parts[-1] in NUMBERS and column.kind in ("text", "integer"):
        return 0
    if own and "".join(parts) in NAMES:
        return 1
    if "status" in parts and column.kind == "text":
        return 2
    if column.name == main:
        return 3
    if column.kind == "number" and is_money(column.name, values):
        return 4
    if parts[-1:] == ["name"]:
        return 5
    if "modified" in parts or column.kind in ("list", "object"):
        return 8
    if not values.notna().any():
        return 7
    return 6
