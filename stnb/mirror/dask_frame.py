"""The rows of several tenants as a dask.dataframe: lazy, a partition for each tenant and month."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping
from typing import Any

import pandas as pd

from stnb.account.account import Account
from stnb.account.query import Query
from stnb.account.tenants import Accounts
from stnb.errors import BadFilter, Incomplete, TenantsFailed
from stnb.errors.packages import imported
from stnb.frame import notices
from stnb.frame.united import OTHERWISE, TENANT
from stnb.pull.windows import By, windows

from .dask_work import Here, Part, check, owner_of, read

TAKEN = {"columns", "dtypes", "keep", "page_size", "concurrency"}


def dask_frame(
    tenants: Accounts,
    resource: str,
    arguments: Mapping[str, Any],
    *,
    by: By,
    client: Any,
    strict: bool,
) -> Any:
    """The work of `Tenants.dask`, which is documented there."""
    dask, dataframe = _dask(client)
    _leave_out_unready(tenants, resource, strict=strict)
    here, made = Here(tenants), uuid.uuid4().hex
    parts: list[Any] = []
    meta = pd.DataFrame()
    checked = dask.delayed(check, pure=False, traverse=False)
    reading = dask.delayed(read, pure=False, traverse=False)
    for tenant, account in tenants.items():
        query = account[resource].where(**arguments)
        options = _options(query)
        if not parts:
            _warn_of_hidden(query)
            meta = _meta(account, resource, options)
        of_tenant = _parts(account, tenant, resource, query, options, by, here)
        key = f"stnb-check-{resource}-{made}"
        problem = checked(of_tenant[0], strict, dask_key_name=(key, tenant, "all"))
        for part in of_tenant:
            name = (f"stnb-read-{resource}-{made}", tenant, part.window)
            parts.append(reading(part, problem, meta, dask_key_name=name))
    if client is not None:
        from .dask_pin import TenantsStay

        client.register_plugin(TenantsStay())
    # Columns of lists would become texts.
    with dask.config.set({"dataframe.convert-string": False}):
        return dataframe.from_delayed(parts, meta=meta, verify_meta=False)


def _dask(client: Any) -> tuple[Any, Any]:
    happened, install = "No frame of Dask can be made.", "stnb[dask]"
    found = imported("dask", happened, install), imported("dask.dataframe", happened, install)
    if client is not None:
        imported("distributed", happened, install)
    return found


def _leave_out_unready(tenants: Accounts, resource: str, *, strict: bool) -> None:
    """Report the profiles that are not ready."""
    problems = {tenant: str(err) for tenant, err in tenants.unready.items()}
    known = len(tenants) + len(problems)
    if problems and (strict or not len(tenants)):
        then = "begin anew once it is mended."
        raise TenantsFailed.of(f"{resource} cannot be read", problems, known, then)
    for tenant, why in [*problems.items()][:1]:
        text = f"{resource} lacks {len(problems)} of {known} tenants. {tenant}: {why}"
        notices.warn(notices.Notice(Incomplete, text))


def _options(query: Query) -> dict[str, Any]:
    """The options of the query.

    Raises:
        BadFilter: one of them is no option of a pull in parts.
    """
    options = {}
    for field in dataclasses.fields(query.options):
        value = getattr(query.options, field.name)
        if isinstance(value, pd.DataFrame) or value != field.default:
            options[field.name] = value
    for name in options:
        if name not in TAKEN:
            raise BadFilter(
                f"{name}= does not fit.",
                "The rows are read in parts that know nothing of each other.",
                "Leave it out, or read the rows with ts.pull.",
            )
    return options


def _warn_of_hidden(query: Query) -> None:
    for notice in notices.hidden(query.endpoint, query.sent):
        notices.warn(notice)


def _meta(account: Account, resource: str, options: Mapping[str, Any]) -> pd.DataFrame:
    """A frame without rows, with the columns and types of all parts."""
    shown = {name: options[name] for name in ("columns", "dtypes") if name in options}
    empty = account[resource].empty(**shown).rename(columns={TENANT: OTHERWISE})
    empty.attrs = {}
    empty.insert(0, TENANT, pd.Series([], dtype="str"))
    return empty


def _parts(
    account: Account,
    tenant: str,
    resource: str,
    query: Query,
    options: Mapping[str, Any],
    by: By,
    here: Here,
) -> list[Part]:
    """The parts of one tenant, by its own zone."""
    who, now = account.session.credentials, account.session.now()
    cut = windows(query.endpoint, query.filters, by, who.zone, now)
    owner = owner_of(who)
    return [
        Part(tenant, who.profile, owner, resource, each.name, each.filters, options, here)
        for each in cut
    ]
