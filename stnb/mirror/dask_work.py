"""What a task of Dask does: see whether a tenant can be read, and read one part of its rows.

A task takes names and filters along, and nothing of an account. Where it runs, the account is made
of the .env file or the variables that are there.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from stnb.account.account import Account
from stnb.account.connecting import connect
from stnb.credentials import DEMO, Credentials
from stnb.errors import (
    ColumnDrift,
    DataError,
    HiddenRows,
    Incomplete,
    KnownTrap,
    SetupError,
    StnbError,
    UsageError,
)
from stnb.errors.wording import listed
from stnb.frame import notices
from stnb.frame.united import OTHERWISE, TENANT
from stnb.session.shared_pace import digest

OTHERWISE_TOLD = (HiddenRows, ColumnDrift)  # as the graph is made, and by `_tell_drift`


class Here:
    """The accounts of the process in which the graph was made. Its copy in another process has
    none.
    """

    def __init__(self, accounts: Mapping[str, Account] | None = None) -> None:
        self.accounts = accounts or {}

    def __reduce__(self) -> tuple[Callable[[], Here], tuple[()]]:
        return Here, ()

    def __repr__(self) -> str:
        return "Here()"


@dataclass(frozen=True)
class Part:
    """The rows of one tenant in one window of time.

    Attributes:
        tenant: its name in the frame.
        profile: the profile that it is read with.
        owner: a digest of its address and number: another worker's profile of the same name may be
            another tenant's.
        window: its name.
        filters, options: as `Resource.where` takes them.
    """

    tenant: str
    profile: str
    owner: str
    resource: str
    window: str
    filters: Mapping[str, Any]
    options: Mapping[str, Any]
    here: Here = field(default_factory=Here, compare=False)


def owner_of(who: Credentials) -> str:
    """A digest that tells tenants apart, and nobody who they are."""
    return digest(who.api_url, who.tenant)


# -- the tasks


def check(part: Part, strict: bool) -> str:
    """Why a tenant cannot be read; "" if it can. It takes one small request.

    Raises:
        StnbError: it cannot, and `strict`.
    """
    try:
        query = account_of(part)[part.resource].where(**part.filters, **part.options)
        query.start(limit=1).result(notices=False)  # the parts say what is to be known of the rows
    except UsageError as err:
        raise plain(err) from None
    except StnbError as err:
        if strict:
            raise plain(err) from None
        text = f"{part.resource} lacks the tenant {part.tenant}: {err}"
        tell(notices.Notice(Incomplete, text))
        return str(err)
    return ""


def read(part: Part, problem: str, meta: pd.DataFrame) -> pd.DataFrame:
    """The rows of one part; none if the tenant cannot be read.

    Args:
        problem: what `check` says of the tenant.
        meta: a frame without rows, with the columns and types that it gets.

    Raises:
        StnbError: it failed, though the tenant can be read.
    """
    if problem:
        return meta
    try:
        run = account_of(part)[part.resource].where(**part.filters, **part.options).start()
        frame = run.result(notices=False)
    except StnbError as err:
        raise plain(err) from None
    assert isinstance(frame, pd.DataFrame)
    for notice in run.notices:
        if notice.category is KnownTrap:  # it is one of the resource, and said once
            tell(notice)
        elif notice.category not in OTHERWISE_TOLD:
            text = f"{part.tenant}, {part.window}: {notice.text}"
            tell(notices.Notice(notice.category, text, notice.key))
    _tell_drift(part, frame, meta)
    return fitted(part, frame, meta)


# -- the account


_accounts: dict[tuple[str, str], Account] = {}
_making = threading.Lock()


def account_of(part: Part) -> Account:
    """The tenant's account here: that of the process, or one of the worker's own file or variables.

    Raises:
        SetupError: this worker has no such profile, or it is another tenant's.
    """
    if part.tenant in part.here.accounts:
        return part.here.accounts[part.tenant]
    with _making:  # one account for all parts: one token, one pace
        place = (part.profile, part.owner)
        if place not in _accounts:
            _accounts[place] = _made(part)
        return _accounts[place]


def _made(part: Part) -> Account:
    if part.profile == DEMO:
        raise SetupError(
            f"The worker cannot read {part.tenant}.",
            "A demo tenant lives in the process that made it.",
            "Leave client= out, or serve tenants with `stnb demo serve --tenants 4`.",
        )
    try:
        account = connect(part.profile)
    except SetupError as err:
        raise SetupError(
            f"The worker has no credentials for the profile {part.profile!r}.",
            f"A worker reads its own .env file or variables, and it says: {err.happened} {err.why}",
            "Put the .env file above the folder in which the worker starts, or set its variables.",
        ) from None
    if owner_of(account.session.credentials) != part.owner:
        raise SetupError(
            f"The worker's profile {part.profile!r} belongs to another tenant.",
            "Its tenant or its environment is not the one of the process that made the graph.",
            "Give the worker the same .env file.",
        )
    return account


# -- what comes of it


def _tell_drift(part: Part, frame: pd.DataFrame, meta: pd.DataFrame) -> None:
    """Report which of the promised columns differ from the catalogue, and in what. A pull's own
    notice says that nothing was dropped; of others `fitted` reports that they are.
    """
    drift: Mapping[str, str] = frame.attrs["stnb"]["drift"]
    promised = [name for name in drift if name in meta.columns and name != TENANT]
    if not promised:
        return
    shown = promised[: notices.MOST_COLUMNS]
    text = "; ".join(f"{name} {drift[name]}" for name in shown)
    if len(promised) > len(shown):
        text += f"; and {len(promised) - len(shown)} more"
    tell(notices.Notice(ColumnDrift, f"{part.resource} of {part.tenant}, {part.window}: {text}."))


def fitted(part: Part, frame: pd.DataFrame, meta: pd.DataFrame) -> pd.DataFrame:
    """The rows with the columns and types that Dask was promised.

    Raises:
        DataError: a column came as another type, which would change its values.
    """
    frame = frame.rename(columns={TENANT: OTHERWISE})
    unknown = [str(name) for name in frame.columns if name not in meta.columns]
    if unknown:
        text = (
            f"{part.resource} of {part.tenant}, {part.window}: {listed(unknown)} came and is not"
            " in the catalogue, so Dask has no place for it. ts.pull keeps it."
        )
        tell(notices.Notice(ColumnDrift, text))
    columns: dict[str, Any] = {}
    for name in map(str, meta.columns):
        dtype = meta[name].dtype
        if name == TENANT:
            columns[name] = pd.Series([part.tenant] * len(frame), dtype=dtype)
        elif name in frame.columns and frame[name].dtype == dtype:
            columns[name] = frame[name].reset_index(drop=True)
        elif name not in frame.columns or frame[name].isna().all():
            columns[name] = pd.Series([None] * len(frame), dtype=dtype)
        else:
            raise DataError(
                f"{part.resource} of {part.tenant}, {part.window}, does not fit the catalogue.",
                f"{name} came as {frame[name].dtype}, and Dask was promised {dtype}.",
                "Leave the column out with columns=, or read these rows with ts.pull.",
            )
    return pd.DataFrame(columns, copy=False)


def plain(err: StnbError) -> StnbError:
    """The error without what stays in this process: the rows that arrived, and the pull."""
    err.frame = None
    err.goes_on = None
    return err


def tell(notice: notices.Notice) -> None:
    """Warn the reader, also from a worker."""
    distributed = sys.modules.get("distributed")
    if distributed is not None:
        try:
            distributed.get_worker()
        except ValueError:  # a thread of the reader's own process
            pass
        else:
            if notices.is_due(notice):
                distributed.warn(notice.text, notice.category)
            return
    notices.warn(notice)
