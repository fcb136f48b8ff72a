"""The ways in by the name of a profile: `stnb.connect`, `demo`, `profiles`, and `check_facts`."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

from stnb import credentials
from stnb.errors import StnbWarning
from stnb.errors.misused import explains_misuse
from stnb.frame import notices
from stnb.pull.provenance import warn_alone

from . import connecting
from .account import Account
from .cards import ProfileTable

if TYPE_CHECKING:
    import pandas as pd

STANDS_IN = (
    "No credentials were found, so this is the demo tenant, whose data are made up. "
    'stnb.connect("demo") says so itself and does not warn.'
)


@overload
def connect(
    profile: str | None = None,
    *,
    env_file: str | os.PathLike[str] | None = None,
    max_age: str | dt.timedelta | None = None,
) -> Account: ...
@overload
def connect(
    *,
    env_file: str | os.PathLike[str] | None = None,
    all: Literal[True],
    max_age: str | dt.timedelta | None = None,
) -> dict[str, Account]: ...
@explains_misuse("stnb")
def connect(
    profile: str | None = None,
    *,
    env_file: str | os.PathLike[str] | None = None,
    all: bool = False,
    max_age: str | dt.timedelta | None = None,
) -> Account | dict[str, Account]:
    """An account for a profile of the .env file. Nothing is sent yet.

    Args:
        profile: its name. If not given, the one that STNB_PROFILE names, or the only one there is.
            "demo" is always there and needs no credentials. If there are no credentials at all, the
            account is the demo too, with a warning.
        env_file: the file to read instead of the nearest .env upwards from the working directory.
        all: make one account for every profile that is ready, by name.
        max_age: such as "1 hour": what its pulls brought is kept in private files of this machine,
            and the same pull is answered from there as long as it is no older; see `jobs.pull?`.

    Raises:
        CredentialsMissing: there is no such profile, it lacks a value, or there are several and
            none was named.
        CredentialsInvalid: a value cannot be right.

    Example:
        >>> stnb.connect("demo")
        <stnb demo · demo · tenant 900000042 · 325 resources>
        >>> frames = {name: st.jpm.jobs.head() for name, st in stnb.connect(all=True).items()}
    """
    if all:
        return connecting.connect_all(env_file=env_file, max_age=max_age)
    made = connecting.connect(profile, env_file=env_file, max_age=max_age)
    if made.stands_in:
        meant = credentials.hints(credentials.settings(env_file))
        notices.warn(notices.Notice(StnbWarning, STANDS_IN + meant))
    warn_alone([made.session.pace_problem])
    return made


@explains_misuse("stnb")
def demo(
    *,
    seed: int = 1,
    scale: float | None = None,
    today: dt.date | None = None,
    latency: float | None = None,
    faults: Sequence[str | Mapping[str, Any]] | None = None,
    rate_limit: int | None = None,
    scopes: Iterable[str] | None = None,
    state: str = "healthy",
    live: bool = False,
    speed: float = 1.0,
    number: int = 0,
    max_age: str | dt.timedelta | None = None,
) -> Account:
    """An account of a demo tenant made to order, served in this process.

    Args:
        seed: another seed is another company.
        scale: its size, from 0.001 to 100; 1.0 is 21,000 jobs in two years, and the default if
            STNB_DEMO_SCALE does not say another.
        today: the day before which its history ends; the present one if not given.
        latency: seconds that each answer takes longer, up to 600; 0 if STNB_DEMO_LATENCY does not
            say another.
        faults: what goes wrong, such as ["429-header", "500:0.05"]; `stnb demo faults` lists them.
        rate_limit: calls a second before it answers 429.
        scopes: what the app may read; all if not given.
        state: how the credentials and the tenant stand, such as "disabled" or "scope-missing".
        live: whether time goes on: calls, jobs, invoices and payments keep arriving.
        speed: seconds that pass in a live demo in one second.
        number: which of several demo tenants it is; each has an id and a zone of its own.
        max_age: how old kept rows may be, as `connect` takes it.

    Raises:
        UsageError: an option cannot be what it is. It is a ValueError too.

    Example:
        >>> stnb.demo(seed=7, scale=0.1).jpm.jobs.count()
        2100
    """
    return connecting.demo(
        seed=seed,
        scale=scale,
        today=today,
        latency=latency,
        faults=faults,
        rate_limit=rate_limit,
        scopes=scopes,
        state=state,
        live=live,
        speed=speed,
        number=number,
        max_age=max_age,
    )


@explains_misuse("stnb")
def profiles(env_file: str | os.PathLike[str] | None = None) -> ProfileTable:
    """Every profile that can be named, ready or not, and what it lacks. Nothing is sent.

    Args:
        env_file: the file to read instead of the nearest .env upwards from the working directory.

    Example:
        >>> stnb.profiles()
        profile  environment     tenant  ready  problem
        demo     demo         900000042  True
    """
    return ProfileTable(credentials.profiles(env_file))


@explains_misuse("stnb")
def check_facts(
    who: Account | str | None = None, *, env_file: str | os.PathLike[str] | None = None
) -> pd.DataFrame:
    """Try what stnb believes of the API on a tenant: read-only, in at most 80 requests.

    The table holds counts and forms only, no value of the tenant's data and no secret: it can be
    sent to the maintainers of stnb.

    Args:
        who: a profile or an account; without one the profile that `connect` would take.
        env_file: the file to read instead of the nearest .env upwards from the working directory.

    Returns:
        A row for each fact: fact, believed, seen, holds (boolean). What could not be tried has no
        `holds`, and `seen` says why.

    Raises:
        SetupError: there is no such profile, or it is not complete.

    Example:
        >>> facts = stnb.demo().check_facts()
        >>> facts[~facts.holds.fillna(True)]
    """
    account = who
    if not isinstance(account, Account):
        account = connecting.connect(account, env_file=env_file)
    return account.check_facts()
