"""The examination: the checks in order, each only as far as those before it allow."""

from __future__ import annotations

import os

import pandas as pd

from stnb import credentials
from stnb.account import connecting
from stnb.account.account import Account
from stnb.credentials import DEMO, Settings
from stnb.demoserver import BEFORE
from stnb.errors import SetupError
from stnb.session import loop

from . import local, network
from .findings import YOU, Check
from .report import Report
from .visit import Tell, Visit


def examine(
    who: Account | str | None = None,
    *,
    env_file: str | os.PathLike[str] | None = None,
    try_other_environment: bool = False,
    previous: pd.DataFrame | None = None,
    on_change: Tell = lambda report: None,
) -> Report:
    """Look at everything between a .env file and the first row, and name the likeliest cause if
    something does not work.

    Asks for a new token, then for one row of one list in each module. Nothing is written or
    remembered.

    Args:
        who: a profile, or an account that is in use; without one the profile that `connect` would
            take.
        env_file: the file to read instead of the nearest .env upwards from the working directory.
        try_other_environment: if the pair is refused, send it to the other environment's host as
            well. Nothing else ever sends a pair there.
        previous: the table of an earlier `st.access()`, to find the scopes that are new since.
        on_change: called with the report so far after each step, on another thread.

    Raises:
        CredentialsMissing: there is no such profile, or there are several and none was named.

    Example:
        >>> report = examine("demo")
        >>> report.ok, report["token"].seen
        (True, 'granted, good for 15 minutes')
    """
    visit = Visit(on_change)
    if not _find(visit, who, env_file):
        visit.skip("values")
        return visit.end()
    if visit.session.learned.unusual() or visit.session.learned.problem:
        visit.add(local.of_learned(visit.session.learned))
    try:
        loop.run(network.examine, visit, try_other_environment, previous)
    finally:
        if visit.account is not who:
            loop.run(visit.session.close)
    if visit.session.pace_problem:
        visit.add(local.of_pace(visit.session.pace_problem))
    return visit.end()


def practice(state: str) -> Account:
    """An account of a small demo tenant in one of the states of `demoserver.STATES`.

    Some states only show to those who were there before; a token is asked for before these begin.

    Raises:
        ValueError: there is no such state.

    Example:
        >>> examine(practice("secret-regenerated")).verdict
        'Likely the client secret was regenerated since the last token was given.'
    """
    # A secret that was regenerated, for example, refuses only those who had a token before.
    first = BEFORE.get(state.partition(":")[0], state)
    found = connecting.demo(scale=0.1, state=first)
    if first != state:
        loop.run(found.session.authorize)
        found.session.app.state.name = state
    return found


# -- without the network


def _find(visit: Visit, who: Account | str | None, env_file: str | os.PathLike[str] | None) -> bool:
    """Find the account, and look at the file that it is made from.

    Returns:
        Whether there is an account to examine.
    """
    if isinstance(who, Account):
        return _find_file(visit, who, env_file)
    name = (who or "").strip().lower()
    if name == DEMO:
        visit.meet(connecting.demo())
        return _needs_no_file(visit)
    if not _read(visit, env_file):
        return False
    known = visit.known
    # The same choice as `connect` makes.
    name = name or known.values.get("STNB_PROFILE", "").lower() or _only_profile(known)
    if known.profiles and name not in known.profiles:
        credentials.load(name or None, env_file)  # its error says which profiles there are
    if not _look(visit, name):
        return False
    visit.meet(connecting.connect(name, env_file=env_file))
    return True


def _find_file(visit: Visit, who: Account, env_file: str | os.PathLike[str] | None) -> bool:
    """Look at the file of an account that is in use, if it was made from one."""
    if who.profile == DEMO:
        visit.meet(who)
        return _needs_no_file(visit)
    if not _read(visit, env_file):
        return False
    visit.meet(who)
    if who.profile in visit.known.profiles:
        return _look(visit, who.profile)
    return _needs_no_file(visit)


def _read(visit: Visit, env_file: str | os.PathLike[str] | None) -> bool:
    try:
        visit.known = credentials.settings(env_file)
    except SetupError as err:
        seen = "it cannot be used"
        visit.add(Check("file", False, seen, err.happened, err.next, YOU, also=err.why))
        return False
    return True


def _only_profile(known: Settings) -> str:
    return known.profiles[0] if len(known.profiles) == 1 else ""


def _needs_no_file(visit: Visit) -> bool:
    for name in ("file", "private", "values"):
        visit.add(Check(name, True, "not needed by this account"))
    return True


def _look(visit: Visit, name: str) -> bool:
    """Look at the file and the values of a profile; says whether they make credentials."""
    visit.note(profile=name or None)
    check = local.of_file(visit.known, name)
    visit.add(check)
    if not check.ok:
        return False
    visit.add(local.of_privacy(visit.known.file))
    check, found = local.of_values(visit.known, name)
    visit.add(check)
    return found is not None
