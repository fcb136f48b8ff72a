"""sync(): bring the tables of a folder up to date one after the other, and report what changed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Literal

import pandas as pd

from stnb.account.entry import connect
from stnb.account.resource import Resource
from stnb.account.tenants import Accounts
from stnb.errors import BadFilter, Incomplete
from stnb.errors.misused import explains_misuse
from stnb.frame import notices
from stnb.pull import ProgressCallback

from .at_work import COLUMNS, keep_up
from .lake import sync_tenants
from .places import place_of
from .route import Named, routes
from .table import Done, Table


@explains_misuse("stnb")
def sync(
    resources: Sequence[Resource | str] | Resource | str,
    to: str | os.PathLike[str],
    *,
    account: Named | Accounts | None = None,
    progress: ProgressCallback | Literal[False] | None = None,
    strict: bool = False,
    format: Literal["parquet", "delta"] = "parquet",
    client: Any = None,
) -> pd.DataFrame:
    """Keep a folder of Parquet files up to date, one for each resource: `jpm.jobs` is
    DIR/jpm_jobs.parquet.

    The first run reads everything, the next ones read what changed since: from the cursor of the
    resource's export feed on if it has one, else what was modified since the last run, else all of
    it again. Rows are merged by their key: the newest stays, and inactive rows stay too. So do rows
    that a list no longer has without saying so. If a run is interrupted or killed, the next one
    goes on from there.

    Args:
        resources: such as `st.jpm.jobs`, or their names.
        to: the folder; it keeps the tables of one tenant. Of several, each gets a folder of its
            own in it, such as `to/tenant=phoenix`, and `stnb.sql(query, to)` reads them as one.
            With format="delta" also an address such as "s3://bucket/lake", "gs://…" or "az://…",
            whose keys are in the store's usual variables.
        account: has the resources that are given by name; `stnb.connect()` when not given. May be
            several tenants, as `stnb.tenants()` gives them.
        progress: as for `pull`, False for no bars; several tables are read at once.
        strict: whether a table that could not be brought up to date is an error.
        format: "parquet", or "delta" for Delta tables (`pip install "stnb[delta]"`) that all
            tenants share, such as `to/jpm_jobs`, partitioned by tenant: others can read one while
            it is written, and `stnb.sql(…, as_of=)` reads what it was.
        client: a `distributed.Client`, for several tenants (`pip install "stnb[dask]"`): each is
            kept by one worker of its cluster, which reads its own .env file or variables. A folder
            must be one that all workers see.

    Returns:
        A row for each table: table, resource, by ("feed", "modified" or "whole"), before, added,
        changed, inactive and after (numbers of rows; inactive now, and not before), requests,
        seconds, problem ("" if there was none). Of several tenants with a first column `tenant`.

    Raises:
        UsageError: a resource cannot be kept, the folder holds the tables of another tenant, or it
            is no path of this machine.
        CannotSave: another sync is at work in the folder, or it cannot be written.
        StnbError: no table could be brought up to date. If only some could not, each gets an
            Incomplete warning.

    Example:
        >>> sync([st.jpm.jobs, st.crm.customers], to="data")
    """
    if account is None and _names_any(resources):
        with connect() as usual:
            return sync(
                resources,
                to,
                account=usual,
                progress=progress,
                strict=strict,
                format=format,
                client=client,
            )
    place = place_of(to, format)
    if isinstance(account, Accounts):
        return sync_tenants(resources, place, account, progress, strict=strict, client=client)
    if client is not None:
        raise BadFilter(
            "client= does not fit.",
            "A cluster shares out tenants, and this is one.",
            "Leave it out, or give account=stnb.tenants().",
        )
    todo = routes(resources, account)
    owner = todo[0].owner
    folder = place.folder(owner.profile, owner.tenant, owner.environment)
    done = keep_up(folder, [Table(folder, route, progress) for route in todo])
    _tell(done, strict)
    return pd.DataFrame([d.row() for d in done], columns=list(COLUMNS)).astype(COLUMNS)


def _tell(done: Sequence[Done], strict: bool) -> None:
    """Warn of each table that could not be brought up to date.

    Raises:
        StnbError: none could, or `strict` and one could not.
    """
    errors = [d.error for d in done if d.error is not None]
    if errors and (strict or len(errors) == len(done)):
        raise errors[0]
    for d in done:
        if d.error is not None:
            text = f"{d.route.table} was not brought up to date: {d.error}"
            notices.warn(notices.Notice(Incomplete, text))


def _names_any(resources: Sequence[Resource | str] | Resource | str) -> bool:
    if isinstance(resources, str):
        return True
    return isinstance(resources, Sequence) and any(isinstance(r, str) for r in resources)
