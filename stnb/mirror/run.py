"""sync(): bring the tables of a folder up to date one after the other, and report what changed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal

import pandas as pd

from stnb.account.entry import connect
from stnb.account.resource import Resource
from stnb.errors import Incomplete, NotAuthenticated, SetupError, StnbError, Unreachable
from stnb.frame import notices
from stnb.frame.target import local_path
from stnb.pull import ProgressCallback

from .folder import Folder
from .route import Named, routes
from .table import Done, Table

# Tables that are read at once: a feed is read by one call after the other, which leaves most of the
# tenant's limit unused.
AHEAD = 4
FOR_ALL = (SetupError, NotAuthenticated, Unreachable)  # errors that every other table would meet
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
    progress: ProgressCallback | Literal[False] | None = None,
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
        to: the folder; it keeps the tables of one tenant.
        account: has the resources that are given by name; `stnb.connect()` when not given.
        progress: as for `pull`, False for no bars; several tables are read at once.

    Returns:
        A row for each table: table, resource, by ("feed", "modified" or "whole"), before, added,
        changed, inactive and after (numbers of rows; inactive now, and not before), requests,
        seconds, problem ("" if there was none).

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
            return sync(resources, to, account=usual, progress=progress)
    todo = routes(resources, account)
    owner = todo[0].owner
    folder = Folder(local_path(to), owner.tenant, owner.environment)
    tables = [Table(folder, route, progress) for route in todo]
    with folder.alone():
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
    """Finish one table after the other, while the next ones are being read."""
    done: list[Done] = []
    error_for_all: StnbError | None = None
    for number, table in enumerate(tables):
        if error_for_all is not None:
            done.append(Done(table.route, error=error_for_all))
            continue
        for later in tables[number : number + AHEAD]:
            later.begin()
        ended = table.finish()
        done.append(ended)
        if isinstance(ended.error, FOR_ALL):
            error_for_all = ended.error
    return done
