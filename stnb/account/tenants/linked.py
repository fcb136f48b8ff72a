"""What ids lead to, in frames of several tenants: an id belongs to the tenant of its row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from stnb.account.account import Account
from stnb.account.links import quick
from stnb.account.links.follow import followed
from stnb.errors import BadFilter, DataError, RequestError, StnbError
from stnb.frame.notices import Notice, heard, warn
from stnb.frame.united import TENANT, united
from stnb.pull.together_about import left_out, of_many, of_tenants, types_differ
from stnb.tables.provenance import provenance

FOLLOW_TAKES = {"columns", "resource", "progress"}
REQUESTS = 40  # for names that nobody asked for, of all tenants together


def follow(
    accounts: Mapping[str, Account], df: pd.DataFrame, column: str, options: Mapping[str, Any]
) -> pd.DataFrame:
    """The rows that the ids of each tenant lead to, as one frame.

    Raises:
        StnbError: no tenant's rows could be read.
    """
    frames, abouts, originals = {}, {}, {}
    failed: dict[str, StnbError] = {}
    each: dict[str, list[Notice]] = {}
    for tenant, rows, _ in _by_tenant(accounts, df):
        if options.keys() - FOLLOW_TAKES:
            accounts[tenant].follow(rows, column, **options)  # it says which one is wrong
        given: Any = {**options, "keeps_original": True}
        try:
            with heard() as each[tenant]:
                frames[tenant], originals[tenant] = followed(
                    accounts[tenant], rows, column, **given
                )
        except (RequestError, DataError) as err:
            failed[tenant] = err
            continue
        abouts[tenant] = provenance(frames[tenant])
    if not frames:
        raise next(iter(failed.values()))
    known = len(frames) + len(failed)
    problems = {tenant: str(err) for tenant, err in failed.items()}
    names = {about.get("resource") for about in abouts.values()}
    found, converted = united(frames, originals)
    resource = names.pop() if len(names) == 1 else None
    told = [
        *left_out(resource or column, problems, known),
        *types_differ(resource or column, converted, kept=False),
        *of_many(each),
    ]
    about = of_tenants(abouts, len(found), problems, converted)
    about["notices"] = [*(notice.text for notice in told), *about.get("notices", ())]
    found.attrs["stnb"] = {"resource": resource, **about, "followed": column}
    for notice in told:
        warn(notice)
    return found


def name_columns(
    accounts: Mapping[str, Account], df: pd.DataFrame, options: Mapping[str, Any]
) -> pd.DataFrame:
    """A copy of the frame, each tenant's ids with the names that they have there."""
    frames, places = {}, []
    told: dict[str, list[Notice]] = {}
    for tenant, rows, at in _by_tenant(accounts, df):
        with heard() as told[tenant]:
            frames[tenant] = accounts[tenant].name_columns(rows, **options)
        places.append(at)
    _warn_of_each(told)
    named, _ = united(frames)
    order = np.argsort(np.concatenate(places), kind="stable")
    named = named.take(order)
    named.index = df.index
    named = named[_in_order(df, list(named.columns))]
    named.attrs = dict(df.attrs)
    return named


def quick_columns(accounts: Mapping[str, Account], df: pd.DataFrame) -> quick.Quick:
    """The columns of ids that a few requests name in every tenant of the frame, and at most
    `REQUESTS` in all. Nothing is sent.
    """
    each = []
    for tenant, rows, _ in _by_tenant(accounts, df):
        account = accounts[tenant]
        each.append(quick.costs(account, rows, account.scopes))
    return quick.affordable(each, REQUESTS)


def tag_names(accounts: Mapping[str, Account], df: pd.DataFrame, column: str) -> pd.Series[Any]:
    """The names of each row's tags, as lists."""
    names = pd.Series([None] * len(df), dtype=object)
    told: dict[str, list[Notice]] = {}
    for tenant, rows, at in _by_tenant(accounts, df):
        with heard() as told[tenant]:
            names.iloc[at] = accounts[tenant].tag_names(rows, column).tolist()
    _warn_of_each(told)
    names.index = df.index
    return names


def _warn_of_each(told: Mapping[str, Sequence[Notice]]) -> None:
    """Warn of what was said of each tenant, with its name."""
    for notice in of_many(told):
        warn(notice)


def _in_order(df: pd.DataFrame, columns: list[Any]) -> list[Any]:
    """The columns with the tenant where it stood."""
    at = list(df.columns).index(TENANT)
    others = [name for name in columns if name != TENANT]
    return [*others[:at], TENANT, *others[at:]]


def _by_tenant(
    accounts: Mapping[str, Account], df: pd.DataFrame
) -> Iterator[tuple[str, pd.DataFrame, Any]]:
    """(tenant, its rows as a frame of that tenant alone, where they stand).

    Raises:
        BadFilter: the frame does not say of which tenant a row is, or of one that is not here.
    """
    if TENANT not in df.columns:
        raise BadFilter(
            "It is not known of which tenant a row is.",
            f"The frame has no column {TENANT!r}.",
            "Take a frame of ts.pull, or the account of one tenant: ts[name].",
        )
    tenants = df[TENANT].tolist()
    unknown = [name for name in dict.fromkeys(tenants) if name not in accounts]
    if unknown:
        raise BadFilter(
            f"The rows of {unknown[0]!r} cannot be read on from.",
            f"The tenants here are {', '.join(accounts)}.",
            "Take tenants with that profile too, or leave its rows out.",
        )
    everyone = np.array(tenants, dtype=object)
    for tenant in dict.fromkeys(tenants) or list(accounts)[:1]:
        at = np.flatnonzero(everyone == tenant)
        yield tenant, _alone(df.iloc[at].drop(columns=TENANT), tenant, provenance(df)), at


def of_tenant(df: pd.DataFrame, tenant: str) -> pd.DataFrame:
    """The rows of one tenant, as a frame of that tenant alone; the frame itself if it knows of one
    tenant only.
    """
    about = provenance(df)
    if tenant not in about.get("tenants", {}):
        return df
    rows = df
    if TENANT in df.columns:
        rows = df[df[TENANT] == tenant].drop(columns=TENANT)
    return _alone(rows, tenant, about)


def _alone(rows: pd.DataFrame, tenant: str, about: Mapping[str, Any]) -> pd.DataFrame:
    """The rows, with the provenance of their tenant."""
    found = {**about.get("tenants", {}).get(tenant, {})}
    for name in ("path", "resource"):
        if name in about:
            found[name] = about[name]
    found["keys"] = [key for key in about.get("keys", ()) if key != TENANT]
    alone = rows.copy(deep=False)
    alone.attrs = {"stnb": found}
    return alone
