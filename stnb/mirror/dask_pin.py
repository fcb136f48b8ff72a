"""Each tenant stays with one worker of a Dask cluster, so that one pace and one token are enough.

Dask takes restrictions of tasks with the graph, and dask.dataframe does not hand them on. A plugin
of the scheduler sets them as the tasks arrive, and again if a worker is lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from distributed.diagnostics.plugin import SchedulerPlugin

NOBODY = "no worker yet"  # in place of an address
PREFIX = "stnb-"


def is_ours(key: Any) -> bool:
    """Whether a task reads rows of a tenant: its key is ("stnb-…", tenant, window)."""
    return isinstance(key, tuple) and len(key) == 3 and str(key[0]).startswith(PREFIX)


class TenantsStay(SchedulerPlugin):  # type: ignore[misc]
    """Give every tenant a worker; if that one is lost, another."""

    name = "stnb-tenants"
    idempotent = True

    def __init__(self) -> None:
        self.homes: dict[str, str] = {}

    def update_graph(self, scheduler: Any, *, tasks: list[Any], **_: Any) -> None:
        """Pin new tasks, before any of them begins."""
        self._pin(scheduler, [key for key in tasks if is_ours(key)])

    def add_worker(self, scheduler: Any, worker: str) -> None:
        """Pin the tasks whose worker was lost, before those that wait for one are given out."""
        self._pin(scheduler, self._homeless(scheduler))

    def remove_worker(self, scheduler: Any, worker: str, *, stimulus_id: str, **_: Any) -> None:
        """Pin the tasks of the lost worker to others, and have them begin there."""
        moved = self._homeless(scheduler)
        self._pin(scheduler, moved)
        if scheduler.workers:
            waiting = [key for key in moved if scheduler.tasks[key].state == "no-worker"]
            scheduler.transitions(dict.fromkeys(waiting, "processing"), stimulus_id=stimulus_id)

    def _homeless(self, scheduler: Any) -> list[Any]:
        """Our tasks that may run on no worker that is there."""
        found = []
        for key, task in scheduler.tasks.items():
            allowed = task.worker_restrictions or ()
            if is_ours(key) and allowed and not any(each in scheduler.workers for each in allowed):
                found.append(key)
        return found

    def _pin(self, scheduler: Any, keys: Iterable[Any]) -> None:
        for key in keys:
            scheduler.set_restrictions({key: [self._home(scheduler, key[1])]})

    def _home(self, scheduler: Any, tenant: str) -> str:
        """The worker of a tenant: the one it had, or the one with the fewest."""
        home = self.homes.get(tenant)
        if home in scheduler.workers:
            return str(home)
        if not scheduler.workers:
            return NOBODY
        taken = Counter(self.homes.values())
        chosen: str = min(scheduler.workers, key=lambda address: (taken[address], address))
        self.homes[tenant] = chosen
        return chosen
