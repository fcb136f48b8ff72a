"""The tables of a folder, brought up to date one after the other, and what changed in each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from stnb.account.entry import connect
from stnb.account.resource import Resource
from stnb.errors import Incomplete, NotAuthenticated, SetupError, Unreachable
from stnb.frame import notices
from stnb.pull import ProgressCallback

from .folder import Home
from .route import Named, routes
from .table import Done, Table

# tables that are read at once: a feed is one call after the other, and leaves the rest of the limit
# unused
AHEAD = 4
HOPELESS = (SetupError, NotAuthenticated, Unreachable)  # no other table will do better
COLUMNS = {
    "table": "str",
    "resource": "str",
    "by": "str",
    "before": "Int64",
    "added": "Int64",
    "changed": "Int64",
    "inactive": "Int64",
    "after": "Int64",
    "requests": "Int64",
    "seconds": "Float64",
    "problem": "str",
}


def sync(
    resources: Sequence[Resource | str] | Resource | str,
    to: str | os.PathLike[str],
    *,
    account: Named | None = None,
    progress: ProgressCallback | None = None,
) -> pd.DataFrame:
    """Keep a folder of Parquet files up to date, one for each resource: `jpm.jobs` is
    DIR/jpm_jobs.parquet.

    The first run reads everything, the next ones what changed since: by the cursor of the
    resource's export feed where it has one, else what was modified since the last run, else all of
    it once more. Rows are merged by their key: the newest stays, and inactive ones stay as such.
    What a list no longer has, and does not tell, stays too. A run that was interrupted or killed is
    made good by the next one.

    Args:
        resources: such as `st.jpm.jobs`, or their names.
        to: the folder; it keeps the tables of one tenant.
        account: where named resources are read from; `stnb.connect()` if not given.
        progress: as for `pull`; several tables are read at once.

    Returns:
        A row for each table: table, resource, by ("feed", "modified" or "whole"), rows before,
            added, changed,
        inactive (now, and not before) and after, requests, seconds, problem ("" where there was
        none).

    Raises:
        UsageError: a resource cannot be kept, or the folder holds the tables of another tenant.
        CannotSave: another sync is at work in the folder, or it cannot be written.
        StnbError: no table could be brought up to date; where only some could not, an Incomplete
            warning tells of each.

    Example:
        >>> sync([st.jpm.jobs, st.crm.customers], to="data")
    """
    if account is None and _names_any(resources):
        with connect() as usual:
            return sync(resources, to, account=usual, progress=progress)
    todo = routes(resources, account)
    home = Home(Path(to), todo[0].owner.tenant, todo[0].owner.environment)
    tables = [Table(home, route, progress) for route in todo]
    with home.alone():
        try:
            done = _all(tables)
        finally:
            for table in tables:
                table.cancel()
    errors = [d.error for d in done if d.error is not None]
    if len(errors) == len(done):
        raise errors[0]
    for d in done:
        if d.error is not None:
            text = f"{d.route.table} was not brought up to date: {d.error}"
            notices.warn(notices.Notice(Incomplete, text))
    return pd.DataFrame([d.row() for d in done], columns=list(COLUMNS)).astype(COLUMNS)


def _names_any(resources: Sequence[Resource | str] | Resource | str) -> bool:
    if isinstance(resources, str):
        return True
    return isinstance(resources, Sequence) and any(isinstance(r, str) for r in resources)


def _all(tables: Sequence[Table]) -> list[Done]:
    done: list[Done] = []
    for i, table in enumerate(tables):
        hopeless = next((d.error for d in done if isinstance(d.error, HOPELESS)), None)
        if hopeless is not None:
            done.append(Done(table.route, error=hopeless))
            continue
        for later in tables[i : i + AHEAD]:
            later.begin()
        done.append(table.finish())
    return done
