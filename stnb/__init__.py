"""stnb: explore the ServiceTitan API from a notebook.

import stnb

st = stnb.connect("demo")                 # or a profile of your .env file
df = st.jpm.jobs.pull(jobStatus="Completed")
stnb.explore()
"""

import importlib as _importlib
import sys as _sys
import types as _types
import typing as _typing

from stnb import errors
from stnb.errors import (
    BadFilter,
    CannotSave,
    ColumnDrift,
    CredentialsInvalid,
    CredentialsMissing,
    DataError,
    FilterIgnored,
    FirstRows,
    HiddenRows,
    Incomplete,
    KeptRows,
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
    TenantsFailed,
    UnexpectedAnswer,
    UnknownFilter,
    UnknownResource,
    Unreachable,
    UsageError,
)
from stnb.errors.rooms import Room as _Room

if _typing.TYPE_CHECKING:
    # What an editor and a type checker see; at run time `__getattr__` loads the same names.
    import pandas as _pd

    from . import catalog as catalog
    from .account.account import Account
    from .account.entry import check_facts, connect, demo, profiles
    from .account.query import Query
    from .account.resource import Resource
    from .account.scopes import compare_access
    from .credentials import Profile
    from .explorer.entry import explore
    from .explorer.grid.shown import show
    from .explorer.parts.doctor import doctor
    from .explorer.parts.setup import setup
    from .frame.save import save
    from .mirror.run import sync
    from .mirror.sql import sql
    from .mirror.tenants import Tenants, tenants
    from .mirror.warehouse import dlt_source
    from .pull import Progress, Pull
    from .tables import charts as pictures  # noqa: F401
    from .tables.charts import theme
    from .tables.compare import compare
    from .tables.diff import diff_schema
    from .tables.html import text
    from .tables.local import local
    from .tables.nested import children, custom_fields, external_data
    from .tables.profile import profile

    __version__: str
    last_partial: _pd.DataFrame | None

# Each public name and the module that has it. They are loaded when they are first asked for, so
# that `import stnb` does not wait for the engine.
_HOMES = {
    "Account": "account.account",
    "Profile": "credentials",
    "Progress": "pull",
    "Pull": "pull",
    "Query": "account.query",
    "Resource": "account.resource",
    "check_facts": "account.entry",
    "children": "tables.nested",
    "compare": "tables.compare",
    "compare_access": "account.scopes",
    "connect": "account.entry",
    "custom_fields": "tables.nested",
    "demo": "account.entry",
    "diff_schema": "tables.diff",
    "dlt_source": "mirror.warehouse",
    "doctor": "explorer.parts.doctor",
    "explore": "explorer.entry",
    "external_data": "tables.nested",
    "local": "tables.local",
    "profile": "tables.profile",
    "profiles": "account.entry",
    "save": "frame.save",
    "setup": "explorer.parts.setup",
    "show": "explorer.grid.shown",
    "sql": "mirror.sql",
    "sync": "mirror.run",
    "Tenants": "mirror.tenants",
    "tenants": "mirror.tenants",
    "text": "tables.html",
    "theme": "tables.charts",
}
_MODULES = {"catalog": "catalog", "pictures": "tables.charts"}
# Folders, which become attributes when they are imported. Whoever calls one, such as
# `stnb.pull("jpm.jobs")`, is told what to write.
_ROOMS = {"access", "account", "cli", "credentials", "demoserver", "explorer", "filesystem"}
_ROOMS |= {"frame", "mirror", "pull", "session", "tables"}
_READERS = ("load", "open", "read", "read_csv", "read_excel", "read_json", "read_parquet")


def _load(name: str) -> _typing.Any:
    if name in _HOMES:
        return getattr(_importlib.import_module(f".{_HOMES[name]}", __name__), name)
    if name in _MODULES:
        module = _importlib.import_module(f".{_MODULES[name]}", __name__)
        module.__class__ = _Room
        return module
    if name in _ROOMS:
        return _importlib.import_module(f".{name}", __name__)
    if name == "last_partial":
        return _importlib.import_module(".pull", __name__).last_partial()
    if name == "__version__":
        return _importlib.import_module(".errors.packages", __name__).own_version()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{_advice(name)}")


if not _typing.TYPE_CHECKING:  # of a checker's: it would take any name for one of ours
    __getattr__ = _load


def _advice(name: str) -> str:
    """Where a name of an account is, or what it was likely meant to be; "" for neither."""
    if name.startswith("_"):
        return ""  # at once: what knows better brings pandas
    known = _importlib.import_module(".account.reached", __name__)
    written: str = known.of_other_libraries(name)
    if written:
        return f". Write {written}"
    where: str = known.of_an_account(name)
    if where:
        return f". It belongs to an account: st = stnb.connect(), then {where}"
    if name in _READERS:
        return '. Files are read by pandas: pd.read_parquet("jobs.parquet") has dtypes and attrs'
    near = _importlib.import_module("difflib").get_close_matches(name, __dir__(), n=1)
    return f". Did you mean stnb.{near[0]}?" if near else ""


class _Package(_types.ModuleType):
    """This package, which learns here of each part that is imported, whoever imports it."""

    def __setattr__(self, name: str, value: object) -> None:
        if name in {*_ROOMS, *_MODULES} and isinstance(value, _types.ModuleType):
            value.__class__ = _Room
        super().__setattr__(name, value)


_sys.modules[__name__].__class__ = _Package


def __dir__() -> list[str]:
    return sorted({*__all__, *_MODULES})


__all__ = [
    "Account",
    "BadFilter",
    "CannotSave",
    "ColumnDrift",
    "CredentialsInvalid",
    "CredentialsMissing",
    "DataError",
    "FilterIgnored",
    "FirstRows",
    "HiddenRows",
    "Incomplete",
    "KeptRows",
    "KnownTrap",
    "NotAllowed",
    "NotAuthenticated",
    "NotFound",
    "PagingFault",
    "Profile",
    "Progress",
    "Pull",
    "Query",
    "RateLimited",
    "Rejected",
    "RequestError",
    "Resource",
    "ServerFault",
    "SetupError",
    "StnbError",
    "StnbWarning",
    "Tenants",
    "TenantsFailed",
    "UnexpectedAnswer",
    "UnknownFilter",
    "UnknownResource",
    "Unreachable",
    "UsageError",
    "__version__",
    "check_facts",
    "children",
    "compare",
    "compare_access",
    "connect",
    "custom_fields",
    "demo",
    "diff_schema",
    "dlt_source",
    "doctor",
    "errors",
    "explore",
    "external_data",
    "last_partial",
    "local",
    "profile",
    "profiles",
    "save",
    "setup",
    "show",
    "sql",
    "sync",
    "tenants",
    "text",
    "theme",
]
