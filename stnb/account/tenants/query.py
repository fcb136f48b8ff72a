"""A query of several tenants: the same filters, each in its tenant's own zone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

import pandas as pd

from stnb.account.progress_bar import bar_for
from stnb.account.query import Query
from stnb.errors import StnbError
from stnb.errors.copying import StaysHere
from stnb.errors.misused import explains_misuse
from stnb.frame import notices
from stnb.frame.notices import Notice
from stnb.frame.save import save, writer
from stnb.frame.stores import check_store, name_in, store_address
from stnb.frame.target import arrow_path
from stnb.pull import ProgressCallback
from stnb.pull.options import table_name
from stnb.pull.together import Problem, PullOfTenants
from stnb.pull.together_about import of_many
from stnb.pull.together_progress import Hub
from stnb.session import loop

AT_ONCE = 16  # tenants whose rows are counted at a time
COUNTS = {"tenant": "str", "rows": "Int64", "seconds": "Float64", "problem": "str"}


@explains_misuse("query")
@dataclass(frozen=True, repr=False, eq=False)
class QueryOfTenants(StaysHere):
    """Filters and options of one resource for several tenants; nothing is sent until a verb is
    called.

    Attributes:
        resource: its name.
        queries: the query of each tenant. A phrase such as "last month" is counted in the tenant's
            own zone.
        unready: the tenants that cannot be asked, and why.

    Example:
        >>> recent = stnb.tenants().where("jpm.jobs", createdOnOrAfter="last 30 days")
        >>> recent.count()
        >>> df = recent.pull(columns=["id", "total"])
    """

    resource: str
    queries: Mapping[str, Query]
    unready: Mapping[str, StnbError]
    _tell: Callable[[PullOfTenants], None]

    def _named(self) -> str:
        return f"This query of {self.resource}"

    def _instead(self) -> str:
        return "Make it anew there, from stnb.tenants(…); or pull it, and copy the frame."

    def __repr__(self) -> str:
        known = f"<Query of {self.resource} · {len(self.queries)} tenants"
        for query in self.queries.values():
            parts = [f"{name}={value}" for name, value in query.filters.items()]
            return " · ".join([known, *parts]) + ">"
        return f"{known}>"

    def where(self, **arguments: Any) -> QueryOfTenants:
        """Another query with these filters and options beside its own; see `Query.where`."""
        narrowed = {tenant: query.where(**arguments) for tenant, query in self.queries.items()}
        return QueryOfTenants(self.resource, narrowed, self.unready, self._tell)

    @overload
    def pull(self, *, to: os.PathLike[str], **arguments: Any) -> Path: ...
    @overload
    def pull(self, *, to: str, **arguments: Any) -> Path | str: ...
    @overload
    def pull(self, *, to: None = None, **arguments: Any) -> pd.DataFrame: ...
    def pull(
        self,
        *,
        to: str | os.PathLike[str] | None = None,
        progress: ProgressCallback | bool | None = None,
        strict: bool = False,
        **arguments: Any,
    ) -> pd.DataFrame | Path | str:
        """Read the rows of every tenant, side by side.

        Args:
            to: a file (.parquet, .xlsx, .csv, .json) for the one frame, or a folder, which gets a
                Parquet file for each tenant: `to/tenant=phoenix/jpm_jobs.parquet`, for `stnb.sql`.
            progress: called with a Progress of all tenants at every change, instead of the progress
                bar; False for neither.
            strict: whether a tenant that fails ends it with an error.
            arguments: filters and options, as `where` takes them; `limit` holds for each tenant.

        Returns:
            One frame, whose first column is `tenant`; with `to` its path. A tenant that failed is
            left out: a warning and `attrs["stnb"]["problems"]` say why.

        Raises:
            UsageError: the call cannot be made as written; nothing was sent.
            TenantsFailed: no tenant could be read, or `strict` and one could not.
        """
        if progress is None:
            progress = bar_for(self.resource)
        heard = progress if callable(progress) else None
        if to is None:
            return self.start(progress=heard, strict=strict, **arguments).wait()
        address = store_address(to)
        if address is not None:
            writer(name_in(address))
            check_store(address)
            return save(self.start(progress=heard, strict=strict, **arguments).wait(), address)
        path = arrow_path(to)
        if not path.suffix:
            return self.start(to=path, progress=heard, strict=strict, **arguments).saved(path)
        writer(path)  # a wrong ending is refused before the rows are read
        return save(self.start(progress=heard, strict=strict, **arguments).wait(), path)

    def start(
        self,
        *,
        to: Path | None = None,
        progress: ProgressCallback | None = None,
        strict: bool = False,
        **arguments: Any,
    ) -> PullOfTenants:
        """Begin the pull in the background; the same arguments as `pull`, and `to` is a folder."""
        hub = Hub(progress, len(self.queries))
        runs = {}
        for tenant, query in self.queries.items():
            target = None
            if to is not None:
                target = to / f"tenant={tenant}" / f"{table_name(query.endpoint)}.parquet"
            runs[tenant] = query.prepare(to=target, progress=hub.of(tenant), **arguments)
        run = PullOfTenants(self.resource, runs, self.unready, hub, strict=strict)
        self._tell(run)
        return run.start()

    def head(self, n: int = 5, **arguments: Any) -> pd.DataFrame:
        """The first rows of each tenant: one small request each."""
        return self.start(limit=n, **arguments).wait()

    def count(self, **arguments: Any) -> pd.DataFrame:
        """How many rows each tenant has.

        Returns:
            tenant, rows, seconds and problem ("" if there was none).

        Example:
            >>> stnb.tenants().where("jpm.jobs", createdOnOrAfter="2026").count()["rows"].sum()
            1874
        """
        rows: list[tuple[str, int | None, float | None, str]] = []
        told: dict[str, list[Notice]] = {}
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="stnb-count") as threads:
            begun = {}
            for tenant, query in self.queries.items():
                begun[tenant] = threads.submit(_counted, query.where(**arguments))
            try:
                for tenant, counting in begun.items():
                    counted, told[tenant] = loop.wait(counting)
                    rows.append((tenant, *counted))
            except BaseException:
                threads.shutdown(wait=False, cancel_futures=True)
                raise
        for notice in of_many(told):
            notices.warn(notice)
        rows += [(tenant, None, None, str(err)) for tenant, err in self.unready.items()]
        return pd.DataFrame(rows, columns=list(COUNTS)).astype(COUNTS)


def _counted(query: Query) -> tuple[tuple[int | None, float, str], list[Notice]]:
    """Rows, seconds and the problem of a tenant, and what there is to tell."""
    begin = time.monotonic()
    rows, problem = None, ""
    with notices.heard() as told:
        try:
            rows = query.count()
        except StnbError as err:
            problem = str(err)
    return (rows, round(time.monotonic() - begin, 3), problem), told


def problem_table(problems: list[Problem]) -> pd.DataFrame:
    """Why the rows of tenants are not there: tenant, resource, problem and rows (that arrived)."""
    rows = [(each.tenant, each.resource, each.text, each.rows) for each in problems]
    kinds = {"tenant": "str", "resource": "str", "problem": "str", "rows": "Int64"}
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)
