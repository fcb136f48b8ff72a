"""The tables of several tenants: a folder for each, brought up to date side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import pandas as pd

from stnb.account.resource import Resource
from stnb.account.tenants import Accounts
from stnb.errors import Incomplete, TenantsFailed
from stnb.frame import notices
from stnb.frame.notices import Notice
from stnb.frame.united import TENANT
from stnb.pull import ProgressCallback
from stnb.pull.together_about import of_many
from stnb.session import loop

from .at_work import COLUMNS
from .places import Place
from .tenant_work import Outcome, Work

AT_ONCE = 8  # tenants; each reads a few tables at once


def sync_tenants(
    resources: Sequence[Resource | str] | Resource | str,
    to: Place,
    tenants: Accounts,
    progress: ProgressCallback | Literal[False] | None,
    *,
    strict: bool,
    client: Any = None,
) -> pd.DataFrame:
    """Keep a folder of each tenant up to date, such as `to/tenant=phoenix`, or Delta tables of all;
    see `stnb.sync`.

    A tenant that cannot be read costs the others nothing: its tables stay as they are, and a
    warning and the column `problem` say why.

    Raises:
        UsageError: a resource cannot be kept.
        TenantsFailed: no table of any tenant could be brought up to date, or `strict` and one
            could not.
    """
    if client is None:
        outcomes = _here(resources, to, tenants, progress)
    else:
        from .dask_sync import by_workers  # for those who use it

        outcomes = by_workers(client, resources, to, tenants)
    rows = []
    problems = {tenant: str(err) for tenant, err in tenants.unready.items()}
    for tenant, outcome in outcomes.items():
        rows += [{TENANT: tenant, **row} for row in outcome.rows]
        if outcome.problems:
            problems[tenant] = outcome.problems[0]
    none_done = all(outcome.none for outcome in outcomes.values())
    known = len(outcomes) + len(tenants.unready)
    if problems and (strict or none_done):
        then = "sync again once it is mended."
        raise TenantsFailed.of("Tables were not brought up to date", problems, known, then)
    for tenant, why in [*problems.items()][:1]:
        text = (
            f"Not all tables of {len(problems)} of {known} tenants were brought up to date."
            f" {tenant}: {why} The column problem has the reason of each."
        )
        notices.warn(notices.Notice(Incomplete, text))
    return pd.DataFrame(rows, columns=[TENANT, *COLUMNS]).astype({TENANT: "str", **COLUMNS})


def _here(
    resources: Sequence[Resource | str] | Resource | str,
    to: Place,
    tenants: Accounts,
    progress: ProgressCallback | Literal[False] | None,
) -> dict[str, Outcome]:
    """What became of each tenant's tables, in this process."""
    work = {}
    for tenant, account in tenants.items():
        folder = to.of_several(tenant, account.tenant, account.environment)
        work[tenant] = Work.of(resources, folder, account, progress)
    _carry_out(work)
    return {tenant: each.outcome() for tenant, each in work.items()}


def _carry_out(work: Mapping[str, Work]) -> None:
    """Bring every tenant's tables up to date, a few tenants at a time.

    What is told of them is told in this thread, at the reader's line.
    """
    told: dict[str, list[Notice]] = {}
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="stnb-sync") as threads:
        running = {tenant: threads.submit(_heard, each) for tenant, each in work.items()}
        try:
            for tenant, under_way in running.items():
                told[tenant] = loop.wait(under_way)
        except BaseException:
            for waiting in running.values():
                waiting.cancel()
            for each in work.values():  # those under way come to an end then
                each.cancel()
            raise
    for notice in of_many(told):
        notices.warn(notice)


def _heard(work: Work) -> list[Notice]:
    """Carry it out; answers with what there is to tell."""
    with notices.heard() as told:
        work.carry_out()
    return told
