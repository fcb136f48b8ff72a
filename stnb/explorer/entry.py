"""`stnb.explore()`: make an explorer and put it into the cell that asked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal
from weakref import WeakSet

from IPython.display import display

from stnb import catalog, credentials
from stnb.account import account
from stnb.errors import SetupError

from .explorer import Explorer
from .state import LIMIT, State, named
from .static_copy import running_cell

# By cell: which run of it made which explorers. A cell that is run again ends what its last run
# left working.
_made: dict[str, tuple[str | None, WeakSet[Explorer]]] = {}


def explore(
    profile: str | account.Account | None = None,
    resource: str | None = None,
    filters: Mapping[str, Any] | None = None,
    limit: int | None = LIMIT,
    *,
    env_file: str | os.PathLike[str] | None = None,
    names: bool = False,
    view: Literal["table", "chart"] = "table",
    grid: Mapping[str, Any] | None = None,
    chart: Mapping[str, Any] | None = None,
) -> Explorer:
    """Choose, filter, pull and look with the mouse or the keyboard; shows itself in a notebook.

    Args:
        profile: as in `connect`, or an account; without one the usual profile, or the demo where
            there are no credentials.
        resource: such as "jpm.jobs".
        filters: values for its filters, by the names of `pull`.
        limit: rows at most; None for all.
        names: put names beside ids, as `st.name_columns` does.
        view, grid, chart: what to show of the rows, and how, as `ui.state` has it.

    Returns:
        The explorer: `ui.frame` is what was pulled, `ui.code` repeats it, `explore(**ui.state)`
            opens the same again.

    Raises:
        CredentialsMissing, CredentialsInvalid: the profile that was named cannot be used.
        UnknownResource, UnknownFilter, BadFilter: what was asked for is not there, or does not fit.

    Example:
        >>> ui = stnb.explore("demo", "jpm.jobs", {"jobStatus": "Completed"})
    """
    accounts = Accounts(env_file)
    first = accounts.usual(profile)
    file = None if env_file is None else os.fspath(env_file)
    state = _checked(
        State(
            first.profile,
            resource,
            filters or {},
            limit,
            file,
            names,
            view,
            grid or {},
            chart or {},
        )
    )
    known = credentials.profiles(env_file)
    if first.profile not in [p.name for p in known]:  # an account of another env file
        known.insert(0, credentials.Profile(first.profile, first.environment, first.tenant, True))
    ui = Explorer(state, known, accounts.of)
    _replace(ui)
    if running_cell()[1] is not None:
        display(ui)
    return ui


def _checked(state: State) -> State:
    """The state with its resource and its filters by their proper names; raises where they are not
    there, or do not fit.
    """
    if not state.resource:
        return replace(state, resource=None, filters={})
    endpoint = catalog.load()[state.resource]
    return replace(state, resource=endpoint.name, filters=named(endpoint, state.filters))


class Accounts:
    """The accounts of one explorer, each made once: its token and its connections are used again."""

    def __init__(self, env_file: str | os.PathLike[str] | None) -> None:
        self._env_file = env_file
        self._made: dict[str, account.Account] = {}

    def of(self, profile: str | None) -> account.Account:
        """The account of a profile; raises as `connect` does."""
        if profile not in self._made:
            made = account.connect(profile, env_file=self._env_file)
            self._made[made.profile] = made
            return made
        return self._made[profile]

    def usual(self, named: str | account.Account | None) -> account.Account:
        """The account to begin with: the one that is given or named, else the usual one, else the
        demo.
        """
        if isinstance(named, account.Account):
            return self._made.setdefault(named.profile, named)
        try:
            return self.of(named)
        except SetupError:
            if named is not None:
                raise
            return self.of(credentials.DEMO)


def _replace(ui: Explorer) -> None:
    cell, run = running_cell()
    if cell is None:
        return
    before, explorers = _made.get(cell, (run, WeakSet()))
    if before != run:
        for old in list(explorers):
            old.close()
        explorers = WeakSet()
    explorers.add(ui)
    _made[cell] = (run, explorers)
