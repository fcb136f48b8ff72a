"""stnb: explore the ServiceTitan API from a notebook.

import stnb

st = stnb.connect("demo")                 # or a profile of your .env file
df = st.jpm.jobs.pull(jobStatus="Completed")
stnb.explore()
"""

from __future__ import annotations

import os
from importlib.metadata import version as _version
from typing import TYPE_CHECKING, Any

from . import errors
from .account import Account
from .account import connect as _connect
from .account import demo as _demo
from .credentials import Profile, profiles
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

__version__ = _version("stnb")


def connect(profile: str | None = None, *, env_file: str | os.PathLike[str] | None = None) -> Account:
    from .meter import meter

    return _connect(profile, env_file=env_file, meter=meter)


def demo(**options: Any) -> Account:
    from .meter import meter

    return _demo(meter=meter, **options)


connect.__doc__, demo.__doc__ = _connect.__doc__, _demo.__doc__


def explore(*args: Any, **state: Any) -> Explorer:
    """Open the explorer: pick an environment and a resource, set filters, pull, look, and take the code with you.

    Args:
        state: where to begin, such as `profile="demo"`, `resource="jpm.jobs"`; `ui.state` gives it back.

    Example:
        >>> ui = stnb.explore(resource="jpm.jobs")
    """
    from .explorer import explore

    return explore(*args, **state)


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
    "connect",
    "demo",
    "errors",
    "explore",
    "profiles",
    "show",
]
