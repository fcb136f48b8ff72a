"""What is said about a frame of many tenants: its provenance, and what its reader should know."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from stnb.errors import ColumnDrift, Incomplete
from stnb.errors.wording import listed
from stnb.frame.notices import Notice
from stnb.frame.united import Converted

SHOWN = 3  # columns in a sentence
NAMED = 2  # tenants whose rows are described one by one
SUMS = ("pages", "requests", "duplicates")
SAME = ("dtypes", "timezone", "environment")  # what can be said of all tenants only if it is one


def of_tenants(
    abouts: Mapping[str, Mapping[str, Any]],
    rows: int,
    failed: Mapping[str, str],
    converted: Mapping[str, Converted],
) -> dict[str, Any]:
    """The `attrs["stnb"]` of all, of plain values, made of those of each tenant.

    Args:
        rows: of all tenants.
        failed: why the rows of others, or some of their rows, are not there.
        converted: the columns whose type differs.
    """
    # A tenant whose pull was interrupted before it began has no provenance.
    begun = [about for about in abouts.values() if "began" in about]
    complete = all_complete(abouts.values())
    if failed or len(begun) < len(abouts):
        complete = False
    totals = [about.get("total") for about in abouts.values()]
    total = None
    if not failed and None not in totals:
        total = sum(filter(None, totals))
    first = {tenant: about["first"] for tenant, about in abouts.items() if about.get("first")}
    drift = {}
    for column, differs in converted.items():
        drift[column] = f"another type in {listed(differs.tenants)}"
    known: dict[str, Any] = {
        "params": {tenant: about.get("params", {}) for tenant, about in abouts.items()},
        "tenant": None,
        "tenants": {tenant: dict(about) for tenant, about in abouts.items()},
        "problems": dict(failed),
        "rows": rows,
        "total": total,
        "complete": complete,
        "first": _first_rows(first, len(abouts)),
        "began": min((about["began"] for about in begun), default=""),
        "seconds": max((about.get("seconds", 0.0) for about in begun), default=0.0),
        "drift": drift,
    }
    for name in SUMS:
        known[name] = sum(about.get(name) or 0 for about in abouts.values())
    for name in SAME:
        values = {about.get(name) for about in abouts.values()}
        known[name] = values.pop() if len(values) == 1 else None
    return known


def all_complete(abouts: Iterable[Mapping[str, Any]]) -> bool | None:
    """Whether each of several frames has all its rows, by their provenance; None if it is not
    known.
    """
    found = [about.get("complete") for about in abouts]
    if False in found:
        return False
    return None if None in found else True


def _first_rows(first: Mapping[str, str], tenants: int) -> str:
    """Which rows of a sample there are, in words short enough for a line above a table."""
    if len(first) <= NAMED:
        return "; ".join(f"{tenant}: {text}" for tenant, text in first.items())
    some = f"{len(first)} of {tenants}"
    tenant, text = next(iter(first.items()))
    return f"not all rows of {some} tenants, such as {tenant}: {text}"


def left_out(
    resource: str, failed: Mapping[str, str], known: int, *, partly: Collection[str] = ()
) -> list[Notice]:
    """That the rows of some tenants are not there.

    Args:
        partly: the tenants of whom some rows are there.
    """
    if not failed:
        return []
    tenant, why = next(iter(failed.items()))
    others = ""
    if len(failed) > 1:
        others = f" The others: {listed(list(failed)[1:])}."
    lacks = "lacks"
    if any(name in partly for name in failed):
        lacks = "lacks rows of"
    text = (
        f"{resource} {lacks} {len(failed)} of {known} tenants. {tenant}: {why}{others}"
        ' attrs["stnb"]["problems"] has the reason of each.'
    )
    return [Notice(Incomplete, text)]


def texts_of(answer: pd.DataFrame, converted: Mapping[str, Converted], tenant: str) -> set[str]:
    """The columns that are text in the frame of all, and of another type in that of a tenant."""
    found = set()
    for column, differs in converted.items():
        if tenant in differs.tenants and pd.api.types.is_string_dtype(answer[column].dtype):
            found.add(column)
    return found


def types_differ(
    resource: str, converted: Mapping[str, Converted], *, kept: bool = True, of: str = "tenants"
) -> list[Notice]:
    """That columns have another type in some tenants.

    Args:
        of: what the parts of the frame are: tenants or resources.
        kept: whether text that is made of numbers comes from rows of an earlier pull.
    """
    if not converted:
        return []
    each: list[str] = []
    remade: dict[str, None] = {}
    for column, differs in converted.items():
        each.append(f"{column} ({listed(differs.tenants)})")
        remade |= dict.fromkeys(differs.remade)
    text = (
        f"{resource}: columns have another type in some {of}, and here one that loses nothing:"
        f" {'; '.join(each[:SHOWN])}."
    )
    if remade and kept:
        text += (
            f" The rows of {listed(list(remade))} were kept without what was sent: their text is"
            " made of the numbers, 12.5 also for 12.50. max_age=None has them read afresh."
        )
    elif remade:
        text += (
            f" The text of {listed(list(remade))} is made of the values, 12.5 also for 12.50."
            " A pull of the resource has what was sent."
        )
    return [Notice(ColumnDrift, text)]


def of_many(told: Mapping[str, Sequence[Notice]]) -> list[Notice]:
    """The notices of every tenant: what was said of several is said once, with their names."""
    first: dict[tuple[Any, str], Notice] = {}
    tenants: dict[tuple[Any, str], dict[str, None]] = {}
    for tenant, notices in told.items():
        for notice in notices:
            kind = (notice.category, notice.key or notice.text)
            first.setdefault(kind, notice)
            tenants.setdefault(kind, {})[tenant] = None
    found = []
    for kind, notice in first.items():
        text = f"{listed(list(tenants[kind]))}: {notice.text}"
        found.append(Notice(notice.category, text, notice.key))
    return found
