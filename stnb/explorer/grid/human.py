"""The order in which a person reads a record: its number, how it stands, when, how much, who; the
ids last.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from stnb import catalog
from stnb.catalog.facts import singular
from stnb.catalog.main_date import main_date
from stnb.frame.united import TENANT
from stnb.tables.charts.columns import is_money, words
from stnb.tables.provenance import is_of_several, provenance

from .cells import Column

# What a column of a row's own is called, without the row's noun: of jobs, "jobNumber" is "number".
NUMBERS = {"number", "code", "reference number", "serial number"}
NAMES = {"name", "display name", "title"}
STATUSES = {"status"}


def order(frame: pd.DataFrame, columns: Sequence[Column]) -> list[int]:
    """The positions of the columns in the order in which they are shown at first.

    Only the rows of a pull are put in order; of any other frame the order is its maker's.
    """
    resource = str(provenance(frame).get("resource") or "")
    if not resource:
        return list(range(len(columns)))
    dates = main_date(catalog.load().endpoints.get(resource))
    main = dates.column if dates is not None else ""
    noun = singular(resource.rpartition(".")[2]).split("_")
    first, has_tenants = frame.shape[1] - len(columns), is_of_several(frame)

    def rank(i: int) -> tuple[int, int]:
        at = i + first
        values = frame.iloc[:, at] if at >= 0 else frame.iloc[:, 0]
        if has_tenants and columns[i].name == TENANT:
            return -1, i
        return _rank(columns[i], values, main, noun), i

    return sorted(range(len(columns)), key=rank)


def is_id(name: str) -> bool:
    """Whether a column names a row of somewhere: a histogram of it says nothing.

    Example:
        >>> is_id("customerId"), is_id("total")
        (True, False)
    """
    return words(name)[-1:] in (["id"], ["ids"], ["guid"])


def _rank(column: Column, values: pd.Series, main: str, noun: Sequence[str]) -> int:
    if is_id(column.name):
        return 9
    parts = words(column.name)
    coded = parts[-1:] in (["number"], ["code"]) and column.kind in ("text", "integer")
    standing = column.kind == "text" and ("status" in parts or column.name == "status.name")
    own = _of_the_row(column.name, noun)
    if coded and own in NUMBERS:
        return 0
    if own in NAMES:
        return 1
    if standing and own in STATUSES:
        return 2
    if column.name == main:
        return 3
    if "modified" in parts or column.kind in ("list", "object"):
        return 8
    if not values.notna().any():
        return 7
    if column.kind == "number" and is_money(column.name, values):
        return 4
    if parts[-1:] == ["name"] or standing or (coded and "phone" not in parts):
        return 5
    return 6


def _of_the_row(name: str, noun: Sequence[str]) -> str:
    """What a column says of the row itself, without the row's noun; "" if it is of another thing.

    Example:
        >>> _of_the_row("jobNumber", ["job"]), _of_the_row("vendorNumber", ["job"])
        ('number', 'vendor number')
    """
    if name == "status.name":
        return "status"
    if "." in name:
        return ""
    parts = words(name)
    if parts[: len(noun)] == list(noun):
        parts = parts[len(noun) :]
    return " ".join(parts)
