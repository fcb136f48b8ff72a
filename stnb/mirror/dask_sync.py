"""The tables of several tenants, brought up to date by the workers of a Dask cluster: a task for
each tenant, on the worker where the tenant stays.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from stnb.account.resource import Resource
from stnb.account.tenants import Accounts
from stnb.errors import StnbError
from stnb.errors.packages import imported
from stnb.frame import notices

from .dask_work import Here, Part, account_of, owner_of, plain, tell
from .places import Place
from .route import routes
from .tenant_work import Outcome, Work


def by_workers(
    client: Any,
    resources: Sequence[Resource | str] | Resource | str,
    to: Place,
    tenants: Accounts,
) -> dict[str, Outcome]:
    """What became of each tenant's tables.

    Raises:
        SetupError: Dask is not installed.
        UsageError: a resource cannot be kept.
    """
    imported("distributed", "The tenants cannot be shared out over a cluster.", "stnb[dask]")
    from .dask_pin import TenantsStay

    given = [resources] if isinstance(resources, Resource | str) else list(resources)
    names = [each.name if isinstance(each, Resource) else each for each in given]
    for account in tenants.values():
        routes(names, account)  # for its checks, before anything is read
    client.register_plugin(TenantsStay())
    here, made, place = Here(tenants), uuid.uuid4().hex, to.absolute()
    running = {}
    for tenant, account in tenants.items():
        who = account.session.credentials
        part = Part(tenant, who.profile, owner_of(who), "", "all", {}, {}, here)
        key = (f"stnb-sync-{made}", tenant, "all")
        running[tenant] = client.submit(keep, part, names, place, key=key, pure=False)
    try:
        return {tenant: future.result() for tenant, future in running.items()}
    finally:
        for future in running.values():
            future.cancel()


def keep(part: Part, names: Sequence[str], to: Place) -> Outcome:
    """Bring the tables of one tenant up to date, on a worker."""
    try:
        account = account_of(part)
        folder = to.of_several(part.tenant, account.tenant, account.environment)
        work = Work.of(names, folder, account, False)
    except StnbError as err:
        why = str(plain(err))
        return Outcome([{"resource": name, "problem": why} for name in names], [why], True)
    with notices.heard() as told:
        work.carry_out()
    for notice in told:
        tell(notices.Notice(notice.category, f"{part.tenant}: {notice.text}", notice.key))
    return work.outcome()
