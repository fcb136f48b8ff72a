"""`stnb.tenants`: several tenants, read and kept as one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Literal

import pandas as pd

from stnb.account.resource import Resource
from stnb.account.tenants import Accounts, accounts
from stnb.errors.misused import explains_misuse
from stnb.pull import ProgressCallback
from stnb.pull.windows import By

from .run import sync


@explains_misuse("ts")
class Tenants(Accounts):
    """Several tenants: a mapping of accounts by name, whose verbs read all of them at once.

    Args:
        accounts: by the name that the tenant gets in a frame.
        unready: profiles that were meant too and are not ready, and why.

    Example:
        >>> ts = stnb.Tenants({"phoenix": stnb.demo(seed=1), "mesa": stnb.demo(seed=2)})
        >>> ts
        <stnb 2 tenants · phoenix, mesa>
        >>> ts.pull("jpm.jobs", limit=1)[["tenant", "id"]]
    """

    def sync(
        self,
        resources: Sequence[str] | Sequence[Resource | str] | Resource | str,
        to: str | os.PathLike[str],
        *,
        progress: ProgressCallback | Literal[False] | None = None,
        strict: bool = False,
        format: Literal["parquet", "delta"] = "parquet",
        client: Any = None,
    ) -> pd.DataFrame:
        """Keep a folder of each tenant up to date, such as `lake/tenant=phoenix`; see `stnb.sync`.

        A tenant that cannot be read costs the others nothing: its tables stay as they are.

        Returns:
            A row for each tenant and table; `problem` says why one is not up to date.

        Raises:
            TenantsFailed: no table could be brought up to date, or `strict` and one could not.

        Example:
            >>> ts.sync(["jpm.jobs", "crm.customers"], to="lake")
            >>> stnb.sql("select tenant, count(*) from jpm_jobs group by all", "lake")
        """
        return sync(
            resources,
            to,
            account=self,
            progress=progress,
            strict=strict,
            format=format,
            client=client,
        )

    def dask(
        self,
        resource: str | Resource,
        *,
        by: By = "month",
        client: Any = None,
        strict: bool = False,
        **arguments: Any,
    ) -> Any:
        """The rows of every tenant as a dask.dataframe, for what does not fit one memory or one
        machine. It is lazy: nothing is sent before it is computed. `pip install "stnb[dask]"`.

        Names and filters alone travel to workers. A worker makes the account of its own .env file
        or variables.

        Args:
            resource: its name, such as "jpm.jobs".
            by: a partition for each tenant and "day", "week", "month", "quarter" or "year" of the
                date whose first day is given, as in createdOnOrAfter="2020". Without one, a
                partition for each tenant.
            client: a `distributed.Client`: each tenant is then read by one worker of its cluster.
                Without it, Dask reads in threads of this process.
            strict: whether a tenant that cannot be read fails the computation. Otherwise it is left
                out with a warning.
            arguments: filters, and the options columns, dtypes and keep, as `Resource.where` takes
                them. "last month" is counted from now, in each tenant's own zone.

        Returns:
            A `dask.dataframe.DataFrame`, whose first column is `tenant`, with the columns and types
                of `resource.empty()`.

        Raises:
            SetupError: Dask is not installed.
            UsageError: the call cannot be made as written.
            StnbError: as it is computed: a tenant that can be read fails midway, or a column came
                as another type than the catalogue says.

        Example:
            >>> ddf = ts.dask("jpm.jobs", createdOnOrAfter="2026")
            >>> ddf.groupby("tenant")["total"].sum().compute()
            >>> ddf.to_parquet("jobs")
        """
        from .dask_frame import dask_frame  # for those who use it

        name = resource.name if isinstance(resource, Resource) else resource
        return dask_frame(self, name, arguments, by=by, client=client, strict=strict)


@explains_misuse("stnb")
def tenants(*names: str, env_file: str | os.PathLike[str] | None = None) -> Tenants:
    """The accounts of several profiles of the .env file, read as one. Nothing is sent yet.

    Args:
        names: of profiles, or of groups of them ("tag:west", by SERVICETITAN_PHOENIX_TAGS=west).
            Without any, every profile: one that is not ready is left out, with a warning.
        env_file: the file to read instead of the nearest .env upwards from the working directory.

    Raises:
        CredentialsMissing: there is no such profile or group, or one that was named is not ready.
        CredentialsInvalid: a value cannot be right.

    Example:
        >>> ts = stnb.tenants("tag:west")
        >>> ts.pull("jpm.jobs", completedOnOrAfter="last 90 days").groupby("tenant").size()
    """
    found, unready = accounts(*names, env_file=env_file)
    return Tenants(found, unready=unready)
