"""stnb: explore the ServiceTitan API from a notebook.

import stnb

st = stnb.connect("demo")                 # or a profile of your .env file
df = st.jpm.jobs.pull(jobStatus="Completed")
stnb.explore()
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any, Literal, overload

from stnb import errors
from stnb.errors import (
    BadFilter,
    CannotSave,
    ColumnDrift,
    CredentialsInvalid,
    CredentialsMissing,
    DataError,
    HiddenRows,
    Incomplete,
    KnownTrap,
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

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from stnb.account.account import Account
    from stnb.account.cards import ProfileTable
    from stnb.account.resource import Resource
    from stnb.credentials import Profile
    from stnb.explorer import Explorer, Grid
    from stnb.explorer.parts.setup import Setup
    from stnb.pull import Progress, Pull
    from stnb.tables.charts import theme
    from stnb.tables.diff import diff_schema
    from stnb.tables.html import text
    from stnb.tables.local import local
    from stnb.tables.nested import custom_fields, external_data
    from stnb.tables.nested.children import children
    from stnb.tables.profile import profile

    __version__: str
    last_partial: pd.DataFrame | None

# Loaded when first asked for: `import stnb` need not wait for the engine.
_LATER = {
    "Account": "account.account",
    "children": "tables.nested",
    "custom_fields": "tables.nested",
    "diff_schema": "tables.diff",
    "external_data": "tables.nested",
    "local": "tables.local",
    "profile": "tables.profile",
    "text": "tables.html",
    "theme": "tables.charts",
    "Profile": "credentials",
    "Progress": "pull",
    "Pull": "pull",
    "Resource": "account.resource",
}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(importlib.import_module(f".{_LATER[name]}", __name__), name)
    if name == "catalog":
        return importlib.import_module(".catalog", __name__)
    if name == "pictures":
        return importlib.import_module(".tables.charts", __name__)
    if name == "last_partial":
        return importlib.import_module(".pull", __name__).last_partial()
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("stnb")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


@overload
def connect(
    profile: str | None = None, *, env_file: str | os.PathLike[str] | None = None
) -> Account: ...
@overload
def connect(
    *, env_file: str | os.PathLike[str] | None = None, all: Literal[True]
) -> dict[str, Account]: ...
def connect(
    profile: str | None = None, *, env_file: str | os.PathLike[str] | None = None, all: bool = False
) -> Account | dict[str, Account]:
    """An account for a profile of the .env file; nothing is sent yet.

    Args:
        profile: its name; without one, the only profile there is, or the one that STNB_PROFILE
            names. "demo" is always there and needs no credentials; it is also what answers, with a
            warning, where there are none at all.
        env_file: the file to read instead of the nearest .env upwards from the working directory.
        all: one account for every profile that is ready, by name.

    Raises:
        CredentialsMissing: no such profile, a value of it is missing, or there are several and none
            was named.
        CredentialsInvalid: a value cannot be right.

    Example:
        >>> stnb.connect("demo")
        <stnb demo · demo · tenant 900000042 · 324 resources>
        >>> frames = {name: st.jpm.jobs.head() for name, st in stnb.connect(all=True).items()}
    """
    from stnb.account import account
    from stnb.account.progress_bar import meter

    if all:
        return account.connect_all(env_file=env_file, meter=meter)
    made = account.connect(profile, env_file=env_file, meter=meter)
    if made.stands_in:
        from stnb.frame import notices

        text = 'No credentials were found, so this is the demo tenant, whose data are made up: connect("demo") says so itself.'
        notices.warn(notices.Notice(StnbWarning, text))
    return made


def profiles(env_file: str | os.PathLike[str] | None = None) -> ProfileTable:
    """Every profile that can be named, ready or not, and what it lacks; nothing is sent.

    Example:
        >>> stnb.profiles()
        profile  environment     tenant  ready  problem
        demo     demo         900000042  True
    """
    from stnb import credentials
    from stnb.account import cards

    return cards.ProfileTable(credentials.profiles(env_file))


def demo(**options: Any) -> Account:
    """An account of a demo tenant made to order, served in this process.

    Args:
        options: of `stnb.demoserver.make_app`: seed, scale (1.0 is 21,000 jobs over two years),
            today (the day that it is there, from which phrases such as "last 30 days" are counted),
            latency (seconds an answer takes), faults, scopes and state (such as "disabled"), for
            practice with what can go wrong.

    Example:
        >>> stnb.demo(seed=7, scale=0.1).jpm.jobs.count()
        2100
    """
    from stnb.account import account
    from stnb.account.progress_bar import meter

    return account.demo(meter=meter, **options)


def explore(*args: Any, **state: Any) -> Explorer:
    """Open the explorer: pick an environment and a resource, set filters, pull, look, and take the
    code with you.

    Args:
        state: where to begin, such as `profile="demo"`, `resource="jpm.jobs"`; `ui.state` gives it
            back.

    Example:
        >>> ui = stnb.explore(resource="jpm.jobs")
    """
    from stnb.explorer import explore

    return explore(*args, **state)


def doctor(
    who: Account | str | None = None,
    *,
    env_file: str | os.PathLike[str] | None = None,
    try_other_environment: bool = False,
    previous: Any = None,
) -> Any:
    """What is wrong with getting in, the likeliest cause first, and whom to ask; a report that can
    go into a ticket.

    Args:
        who: an account, or a profile's name; without one, the profile that `connect()` would take.
        try_other_environment: where the pair is refused, try it at the other environment's host
            too. This sends the secret there.
        previous: a frame of `st.access()` from an earlier day, to tell scopes that are new or gone.

    Returns:
        In a notebook a widget that fills in as the checks end, with `.report`; elsewhere the report
        itself.

    Example:
        >>> stnb.doctor("phoenix")
    """
    from stnb.explorer.parts.doctor import doctor

    return doctor(
        who, env_file=env_file, try_other_environment=try_other_environment, previous=previous
    )


def compare_access(a: Any, b: Any) -> Any:
    """What two profiles may read, or one before and after an app's upgrade: resource, scope, a, b,
    change.

    Args:
        a, b: accounts, or frames of `st.access()`.
    """
    from stnb.account.scopes import compare

    return compare(a, b)


def setup(profile: str | None = None, *, env_file: str | os.PathLike[str] | None = None) -> Setup:
    """Get in: who you are, where each of the four values comes from, a trial, and a profile in the
    .env file.

    What is typed into it never becomes widget state, so no secret can end up in a saved notebook.
    `stnb setup` is the same in a terminal.
    """
    from stnb.explorer.parts.setup import setup

    return setup(profile, env_file=env_file)


def sync(
    resources: Sequence[Resource | str] | Resource | str,
    to: str | os.PathLike[str],
    *,
    account: Account | None = None,
    progress: Any = None,
) -> pd.DataFrame:
    """Keep a folder of Parquet files up to date, a table for each resource: what changed is read,
    merged and told.

    Args:
        resources: such as `st.jpm.jobs`, or their names.
        to: the folder; it keeps the tables of one tenant.
        account: where resources that are named are read from; `connect()` without one.

    Returns:
        A row for each table: table, resource, by ("feed", "modified" or "whole"), rows before,
            added, changed,
        inactive and after, requests, seconds, problem.

    Raises:
        UsageError: a resource cannot be kept, or the folder holds the tables of another tenant.
        CannotSave: another sync is at work in the folder, or it cannot be written.
        StnbError: no table could be brought up to date; where only some could not, an Incomplete
            warning tells of each.

    Example:
        >>> stnb.sync([st.jpm.jobs, st.crm.customers], to="data")
        >>> stnb.sql("select count(*) as jobs from jpm_jobs", "data")
    """
    from stnb import mirror

    named = isinstance(resources, str) or (
        isinstance(resources, list | tuple) and any(isinstance(r, str) for r in resources)
    )
    if account is None and named:
        with connect() as account:
            return mirror.sync(resources, to, account=account, progress=progress)
    return mirror.sync(resources, to, account=account, progress=progress)


def sql(query: str, folder: str | os.PathLike[str] = ".", **parameters: Any) -> pd.DataFrame:
    """Ask a folder of Parquet files, such as `stnb.sync` keeps, in SQL: `jpm_jobs.parquet` is the
    table `jpm_jobs`.

    Args:
        query: one SELECT in DuckDB's SQL; `SHOW TABLES` and `DESCRIBE jpm_jobs` too.
        folder: where the files lie; only these can be read, and nothing is written.
        parameters: the values of `$name` in the query.

    Returns:
        A frame typed like that of a pull.

    Raises:
        SetupError: DuckDB is not installed.
        UsageError: the folder has no tables, or DuckDB refuses the query; its words are kept.

    Example:
        >>> stnb.sql("select jobStatus, count(*) as n from jpm_jobs where createdOn >= $day group by all", "data", day="2026-07-01")
    """
    from stnb.mirror.sql import sql

    return sql(query, folder, **parameters)


def show(df: Any) -> Grid:
    """Any DataFrame as a grid that holds a million rows and sends only those in view."""
    from stnb.explorer import show

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
    "KnownTrap",
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
    "children",
    "compare_access",
    "connect",
    "custom_fields",
    "demo",
    "diff_schema",
    "doctor",
    "errors",
    "explore",
    "external_data",
    "last_partial",
    "local",
    "profile",
    "profiles",
    "setup",
    "show",
    "sql",
    "sync",
    "text",
    "theme",
]
