"""`stnb.explore()`: make an explorer and show it in the cell that asked for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal
from weakref import WeakSet

from IPython import get_ipython
from IPython.display import display

from stnb import catalog, credentials
from stnb.account import connecting
from stnb.account.account import Account
from stnb.account.reports import Report
from stnb.account.tenants import accounts as tenants_of
from stnb.errors import SetupError
from stnb.errors.misused import explains_misuse

from . import elsewhere
from .explorer import Explorer
from .state import LIMIT, REPORT_ROWS, State, named
from .static_copy import running_cell

# By cell: its last run, and the explorers which that run made. A cell that runs again closes them.
_made: dict[str, tuple[str | None, WeakSet[Explorer]]] = {}


@explains_misuse("stnb")
def explore(
    profile: str | Account | Report | None = None,
    resource: str | None = None,
    filters: Mapping[str, Any] | None = None,
    limit: int | None = LIMIT,
    *,
    env_file: str | os.PathLike[str] | None = None,
    names: bool | None = None,
    view: Literal["table", "chart", "columns", "neighbours", "code"] = "table",
    grid: Mapping[str, Any] | None = None,
    chart: Mapping[str, Any] | None = None,
    tenants: Sequence[str] = (),
) -> Explorer:
    """Choose, filter, pull and look by mouse or keyboard. It shows itself in a notebook.

    Args:
        profile: as in `connect`, or an account; without one the usual profile, or the demo if there
            are no credentials. Or a report, as in `stnb.explore(st.report(175))`: it is filled in
            with the days of last month.
        resource: such as "jpm.jobs".
        filters: values for its filters, by the names that `pull` takes.
        limit: rows at most; None for all.
        names: put names beside ids, as `st.name_columns` does; False for none, None for those that
            a few requests bring, in the background.
        tenants: profiles or groups ("tag:west") that are read as one table, as in `stnb.tenants`.
        view, grid, chart: what to show of the rows, and how, as `ui.state` has it.

    Returns:
        The explorer: `ui.frame` is the rows, `ui.code` repeats them, and `explore(**ui.state)`
            opens the same explorer again.

    Raises:
        CredentialsMissing, CredentialsInvalid: the named profile cannot be used.
        UnknownResource, UnknownFilter, BadFilter: there is no such name, or a value does not fit.

    Example:
        >>> ui = stnb.explore("demo", "jpm.jobs", {"jobStatus": "Completed"})
    """
    if isinstance(profile, Report):
        resource, filters = REPORT_ROWS, {**profile.first_run(), **(filters or {})}
        account = profile.account
        assert isinstance(account, Account)  # a report comes from nowhere else
        profile = account
    file = None if env_file is None else os.fspath(env_file)
    looks = (view, grid or {}, chart or {})
    state = State(None, resource, filters or {}, limit, file, names, *looks, tuple(tenants))
    return _open(profile, state)


def page(profile: str | None = None) -> Explorer:
    """The explorer as a page without a notebook, for people without Python: see `stnb app`.

    Args:
        profile: as in `explore`.
    """
    return _open(profile, State(), alone=True)


def _open(profile: str | Account | None, state: State, alone: bool = False) -> Explorer:
    """Make an explorer of this state, close those of the cell's last run, and show it."""
    accounts = Accounts(state.env_file)
    chosen = accounts.several(state.tenants)
    first = accounts.first(profile or next(iter(chosen), None))
    state = replace(_checked(state), profile=first.profile, tenants=chosen)
    ui = Explorer(state, _profiles(first, state.env_file), accounts.of, alone)
    _close_last_run(ui)
    _, run = running_cell()
    if run is not None:
        display(ui)
    elif get_ipython() is None and not elsewhere.in_marimo():
        sys.stderr.write(f"{elsewhere.as_text(elsewhere.IN_A_TERMINAL)}\n")
    return ui


def _checked(state: State) -> State:
    """The state with its resource and its filters by their proper names.

    Raises:
        UnknownResource, UnknownFilter, BadFilter: there is no such name, or a value does not fit.
    """
    if not state.resource:
        return replace(state, resource=None, filters={})
    endpoint = catalog.load()[state.resource]
    return replace(state, resource=endpoint.name, filters=named(endpoint, state.filters))


def _profiles(first: Account, env_file: str | None) -> list[credentials.Profile]:
    """The profiles to choose from, with that of an account of another .env file."""
    profiles = credentials.profiles(env_file)
    if first.profile not in {profile.name for profile in profiles}:
        other = credentials.Profile(first.profile, first.environment, first.tenant, True)
        profiles.insert(0, other)
    return profiles


class Accounts:
    """The accounts of one explorer, each made once, so that its token and connections are reused.

    Args:
        env_file: the .env file to read; None for the usual one.
    """

    def __init__(self, env_file: str | os.PathLike[str] | None) -> None:
        self._env_file = env_file
        self._made: dict[str, Account] = {}

    def of(self, profile: str | None) -> Account:
        """The account of a profile.

        Raises:
            CredentialsMissing, CredentialsInvalid: as `connect` does.
        """
        if profile in self._made:
            return self._made[profile]
        made = connecting.connect(profile, env_file=self._env_file)
        self._made[made.profile] = made
        return made

    def several(self, names: Sequence[str]) -> tuple[str, ...]:
        """The profiles that these names and groups mean.

        Raises:
            CredentialsMissing, CredentialsInvalid: as `stnb.tenants` does.
        """
        if not names:
            return ()
        found, _ = tenants_of(*names, env_file=self._env_file)
        self._made = {**found, **self._made}
        return tuple(found)

    def first(self, named: str | Account | None) -> Account:
        """The account to begin with: the named one, else the usual one, else the demo."""
        if isinstance(named, Account):
            return self._made.setdefault(named.profile, named)
        try:
            return self.of(named)
        except SetupError:
            if named is not None:
                raise
            return self.of(credentials.DEMO)


def _close_last_run(ui: Explorer) -> None:
    """Close the explorers that the last run of this cell made, as their outputs are gone."""
    cell, run = running_cell()
    if cell is None:
        return
    last_run, explorers = _made.get(cell, (run, WeakSet()))
    if last_run != run:
        for old in list(explorers):
            old.close()
        explorers = WeakSet()
    explorers.add(ui)
    _made[cell] = (run, explorers)
