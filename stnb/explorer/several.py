"""Several tenants behind the face of one, for the explorer to pull, count and name.

There are no widgets here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from stnb.account.links.quick import Quick
from stnb.account.tenants import Accounts
from stnb.account.tenants.linked import quick_columns
from stnb.catalog import load
from stnb.catalog.words import label
from stnb.errors import BadFilter, StnbError, TenantsFailed
from stnb.frame import notices as frame_notices
from stnb.pull import Pull
from stnb.tables.charts.columns import words

from .state import State

if TYPE_CHECKING:
    from stnb.account.account import Account
    from stnb.pull import Progress
    from stnb.pull.together import PullOfTenants


class PullOfSeveral:
    """A pull of several tenants with what the explorer uses of a `Pull`.

    Args:
        run: the pull, which has begun.
    """

    def __init__(self, run: PullOfTenants) -> None:
        self._run = run

    @property
    def progress(self) -> Progress:
        """How far all tenants are."""
        return self._run.progress

    @property
    def done(self) -> bool:
        """Whether every tenant's pull has ended."""
        return self._run.done

    @property
    def frame(self) -> pd.DataFrame | None:
        """The rows that arrived, once it is done."""
        return self._answer[0]

    @property
    def error(self) -> StnbError | None:
        """Why no tenant could be read; a tenant that lacks is a notice of the frame."""
        return self._answer[1]

    @property
    def total(self) -> int | None:
        """The rows that match, of all tenants; None if that is not known."""
        if self.frame is None:
            return None
        total: int | None = self.frame.attrs.get("stnb", {}).get("total")
        return total

    def cancel(self) -> None:
        """End it; the rows that have arrived are kept."""
        self._run.cancel()

    def resume(self) -> PullOfSeveral:
        """Go on with the tenants that failed or were cancelled."""
        return PullOfSeveral(self._run.resume())

    @cached_property
    def _answer(self) -> tuple[pd.DataFrame | None, StnbError | None]:
        # What it warns of stands in the frame's notices, which the explorer shows.
        with frame_notices.heard():
            try:
                return self._run.wait(), None
            except StnbError as err:
                return self._run.frame, err


Run = Pull | PullOfSeveral


class Together:
    """Several accounts with what the explorer uses of one.

    Args:
        accounts: by the name that the tenant gets in the table.
    """

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._accounts = Accounts(accounts)

    def __getitem__(self, resource: str) -> ResourceOfSeveral:
        return ResourceOfSeveral(self._accounts, resource)

    def __len__(self) -> int:
        return len(self._accounts)

    def name_columns(self, frame: pd.DataFrame, only: Sequence[str] | None = None) -> pd.DataFrame:
        """A copy with names beside ids, as each tenant names them."""
        return self._accounts.name_columns(frame, only=only)

    def quick_columns(self, frame: pd.DataFrame) -> Quick:
        """The columns that a few requests name in every tenant; nothing is sent."""
        return quick_columns(self._accounts, frame)


class ResourceOfSeveral:
    """A resource of several tenants."""

    def __init__(self, accounts: Accounts, resource: str) -> None:
        self._accounts, self._resource = accounts, resource

    def start(self, **arguments: Any) -> PullOfSeveral:
        """Begin a pull of all of them."""
        return PullOfSeveral(self._accounts.start(self._resource, **arguments))

    def count(self, **filters: Any) -> int:
        """The rows of all tenants.

        Raises:
            TenantsFailed: not every tenant could be asked.
        """
        found = self._accounts.count(self._resource, **filters)
        rows = int(found["rows"].sum())
        lacking = found[found["problem"].ne("")]
        if len(lacking):
            failed = dict(zip(lacking["tenant"], lacking["problem"], strict=True))
            then = f"The others have {rows:,} rows."
            raise TenantsFailed.of(f"{self._resource} was not counted", failed, len(found), then)
        return rows


def reader(connect: Callable[[str], Account], state: State) -> Account | Together:
    """What reads for this state: the account of one profile, or those of several."""
    if not state.tenants:
        return connect(str(state.profile))
    return Together({name: connect(name) for name in state.tenants})


def check_ids(state: State) -> BadFilter | None:
    """Why filters by ids do not fit several tenants: each has ids of its own."""
    endpoint = load().endpoints.get(state.resource or "")
    if endpoint is None or not state.tenants:
        return None
    for param in endpoint.params:
        is_set = state.filters.get(param.py) is not None
        if is_set and words(param.name)[-1:] in (["id"], ["ids"]):
            return BadFilter(
                f"{label(param.name)} is an id of one tenant.",
                "The same id is something else in another tenant.",
                "Take this filter away, or pick one profile.",
            )
    return None
