"""Which ids of a frame are named by a few requests, so that nobody need ask for it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from stnb.catalog.facts import MAX_IDS
from stnb.errors import BadFilter

from ..source import Source
from .lookup import Keys, by_fifties_at_once
from .name_columns import book_of, named_by_itself, needs_of
from .namebook import NameBook

REQUESTS = 2  # for one list at most
ALL_REQUESTS = 10  # for all lists together
# Lists that grow with the company. All others are settings, which 5,000 rows a page hold at once.
LONG = frozenset(
    {
        "accounting.gl_accounts",
        "crm.customers",
        "inventory.vendors",
        "pricebook.equipment",
        "pricebook.materials",
        "pricebook.services",
    }
)


Costs = dict[str, dict[str, float]]
"""Requests by the column of ids, and by the list that has its names."""


@dataclass(frozen=True)
class Quick:
    """What can be named quickly.

    Attributes:
        columns: the columns of ids, in the order of the frame.
        requests: how many requests that takes at most, if every id has its row; 0 if all names are
            known.
        left_out: columns of short lists, for which no requests were left.
    """

    columns: list[str]
    requests: int
    left_out: Sequence[str] = ()


def quick_columns(account: Source, df: pd.DataFrame, scopes: frozenset[str] | None) -> Quick:
    """The columns of ids that `name_columns` names by at most 2 requests a list, and 10 in all.

    Nothing is sent. A list that the app may not read is left out.

    Args:
        df: a frame of a pull.
        scopes: those of the token; None if they are not known.

    Example:
        >>> quick_columns(st, st.jpm.jobs.pull(limit=1000), None).columns
        ['jobTypeId', 'businessUnitId', 'campaignId', 'createdById', 'tagTypeIds']
    """
    return affordable([costs(account, df, scopes)], ALL_REQUESTS)


def affordable(tenants: Sequence[Costs], most: int) -> Quick:
    """The columns that no tenant needs more than 2 requests a list for, and all together `most`.

    Args:
        tenants: the `costs` of each. A column that a tenant has no ids in costs it nothing.
        most: requests for all of them.
    """
    columns: list[str] = []
    left_out: list[str] = []
    paid: dict[tuple[int, str], float] = {}  # requests by tenant and list: columns share one
    for column in dict.fromkeys(name for costs in tenants for name in costs):
        needed = {}
        for place, costs_of in enumerate(tenants):
            for name, cost in costs_of.get(column, {}).items():
                needed[place, name] = cost
        if max(needed.values()) > REQUESTS:
            continue
        if sum({**paid, **needed}.values()) > most:
            left_out.append(column)
            continue
        columns.append(column)
        paid |= needed
    return Quick(columns, int(sum(paid.values())), tuple(left_out))


def costs(account: Source, df: pd.DataFrame, scopes: frozenset[str] | None) -> Costs:
    """What the names of each column of ids take: requests at most, by list.

    Infinite for a list of unknown length, and for one that the app may not read.

    Args:
        df: a frame of a pull.
        scopes: those of the token; None if they are not known.
    """
    book = book_of(account)
    found: Costs = {}
    for column, needs in _needs_by_column(account, df):
        found[column] = {}
        for name, keys in needs.items():
            readable = _may_read(account, name, scopes)
            found[column][name] = _cost(account, book, name, keys) if readable else math.inf
    return found


def _needs_by_column(account: Source, df: pd.DataFrame) -> Iterator[tuple[str, Mapping[str, Keys]]]:
    """The columns to name, and the ids of each, by resource and by the column that holds them."""
    try:
        wanted = named_by_itself(account.catalog, df)
    except BadFilter:  # it is not known what the frame holds
        return
    for column, place in wanted.items():
        needs = needs_of(account.catalog, df, {column: place})
        if needs:
            yield column, needs


def _may_read(account: Source, name: str, scopes: frozenset[str] | None) -> bool:
    return scopes is None or account.catalog[name].scope in scopes


def _cost(account: Source, book: NameBook, name: str, keys: Keys) -> float:
    """Requests, at most; infinite for a list of unknown length."""
    missing = book.missing(name, keys)
    count = sum(map(len, missing.values()))
    if count == 0:
        return 0
    if by_fifties_at_once(account.catalog[name], missing):
        return math.ceil(count / MAX_IDS)
    return math.inf if name in LONG else 1
