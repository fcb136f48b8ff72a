"""stnb: explore the ServiceTitan API from a notebook.

import stnb

st = stnb.connect("demo")                 # or a profile of your .env file
df = st.jpm.jobs.pull(jobStatus="Completed")
stnb.explore()
"""

from __future__ import annotations

import os
from importlib.metadata import version as _version
from typing import TYPE_CHECKING, Any, Literal, overload

from . import errors
from .account import Account, connect_all
from .account import connect as _connect
from .account import demo as _demo
from .cards import ProfileTable
from .credentials import Profile
from .credentials import profiles as _profiles
from .errors import (
    BadFilter,
    CannotSave,
    ColumnDrift,
    CredentialsInvalid,
    CredentialsMissing,
    DataError,
    HiddenRows,
    Incomplete,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    PagingFault,
    RateLimited,
    Rejected,
    RequestError,
    ServerFault,
    SetupError,
    StnbError,
    StnbWarning,
    UnexpectedAnswer,
    UnknownFilter,
    UnknownResource,
    Unreachable,
    UsageError,
)
from .pull import Progress, Pull
from .resource import Resource

if TYPE_CHECKING:
    from .explorer import Explorer, Grid
    from .explorer.setup import Setup

__version__ = _version("stnb")


@overload
def connect(profile: str | None = None, *, env_file: str | os.PathLike[str] | None = None) -> Account: ...
@overload
def connect(*, env_file: str | os.PathLike[str] | None = None, all: Literal[True]) -> dict[str, Account]: ...
def connect(
    profile: str | None = None, *, env_file: str | os.PathLike[str] | None = None, all: bool = False
) -> Account | dict[str, Account]:
    """An account for a profile of the .env file; nothing is sent yet.

    Args:
        profile: its name; without one, the only profile there is, or the one that STNB_PROFILE names. "demo" is
            always there and needs no credentials; it is also what answers where there are none at all.
        env_file: the file to read instead of the nearest .env upwards from the working directory.
        all: one account for every profile that is ready, by name.

    Raises:
        CredentialsMissing: no such profile, a value of it is missing, or there are several and none was named.
        CredentialsInvalid: a value cannot be right.

    Example:
        >>> stnb.connect("demo")
        <stnb demo · demo · tenant 900000042 · 324 resources>
        >>> frames = {name: st.jpm.jobs.head() for name, st in stnb.connect(all=True).items()}
    """
    from .meter import meter

    if all:
        return connect_all(env_file=env_file, meter=meter)
    return _connect(profile, env_file=env_file, meter=meter)


def profiles(env_file: str | os.PathLike[str] | None = None) -> ProfileTable:
    """Every profile that can be named, ready or not, and what it lacks; nothing is sent.

    Example:
        >>> stnb.profiles()
        profile  environment     tenant  ready  problem
        demo     demo         900000042  True
    """
    return ProfileTable(_profiles(env_file))


def demo(**options: Any) -> Account:
    from .meter import meter

    return _demo(meter=meter, **options)


demo.__doc__ = _demo.__doc__


def explore(*args: Any, **state: Any) -> Explorer:
    """Open the explorer: pick an environment and a resource, set filters, pull, look, and take the code with you.

    Args:
        state: where to begin, such as `profile="demo"`, `resource="jpm.jobs"`; `ui.state` gives it back.

    Example:
        >>> ui = stnb.explore(resource="jpm.jobs")
    """
    from .explorer import explore

    return explore(*args, **state)


def doctor(
    who: Account | str | None = None,
    *,
    env_file: str | os.PathLike[str] | None = None,
    try_other_environment: bool = False,
    previous: Any = None,
) -> Any:
    """What is wrong with getting in, the likeliest cause first, and whom to ask; a report that can go into a ticket.

    Args:
        who: an account, or a profile's name; without one, the profile that `connect()` would take.
        try_other_environment: where the pair is refused, try it at the other environment's host too. This sends the
            secret there.
        previous: a frame of `st.access()` from an earlier day, to tell scopes that are new or gone.

    Returns:
        In a notebook a widget that fills in as the checks end, with `.report`; elsewhere the report itself.

    Example:
        >>> stnb.doctor("phoenix")
    """
    from .explorer.doctor import doctor

    return doctor(who, env_file=env_file, try_other_environment=try_other_environment, previous=previous)


def compare_access(a: Any, b: Any) -> Any:
    """What two profiles may read, or one before and after an app's upgrade: resource, scope, a, b, change.

    Args:
        a, b: accounts, or frames of `st.access()`.
    """
    from .access import compare

    return compare(a, b)


def setup(profile: str | None = None, *, env_file: str | os.PathLike[str] | None = None) -> Setup:
    """Get in: who you are, where each of the four values comes from, a trial, and a profile in the .env file.

    What is typed into it never becomes widget state, so no secret can end up in a saved notebook. `stnb setup` is the
    same in a terminal.
    """
    from .explorer.setup import setup

    return setup(profile, env_file=env_file)


def show(df: Any) -> Grid:
    """Any DataFrame as a grid that holds a million rows and sends only those in view."""
    from .explorer import show

    return show(df)


__all__ = [
    "Account",
    "BadFilter",
    "CannotSave",
    "ColumnDrift",
    "CredentialsInvalid",
    "CredentialsMissing",
    "DataError",
    "HiddenRows",
    "Incomplete",
    "NotAllowed",
    "NotAuthenticated",
    "NotFound",
    "PagingFault",
    "Profile",
    "Progress",
    "Pull",
    "RateLimited",
    "Rejected",
    "RequestError",
    "Resource",
    "ServerFault",
    "SetupError",
    "StnbError",
    "StnbWarning",
    "UnexpectedAnswer",
    "UnknownFilter",
    "UnknownResource",
    "Unreachable",
    "UsageError",
    "__version__",
    "compare_access",
    "connect",
    "demo",
    "doctor",
    "errors",
    "explore",
    "profiles",
    "setup",
    "show",
]
