"""Packages that stnb uses if they are installed: whether they are, and the error if not."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
from typing import Any, TypeVar

from . import SetupError

Kind = TypeVar("Kind", bound=SetupError)
UNKNOWN = "unknown"


def own_version() -> str:
    """The version of stnb; "unknown" where it lies in a folder and is not installed.

    Example:
        >>> own_version()
        '0.1.0'
    """
    try:
        return importlib.metadata.version("stnb")
    except importlib.metadata.PackageNotFoundError:
        return UNKNOWN


def lacking(*modules: str) -> str:
    """The first of these modules that is not installed; "" if all are. Nothing is imported.

    Example:
        >>> lacking("json", "no_such_module")
        'no_such_module'
    """
    for name in modules:
        if importlib.util.find_spec(name) is None:
            return name
    return ""


def missing(happened: str, package: str, install: str, *, otherwise: str = "") -> SetupError:
    """The error for a package that is not installed.

    Args:
        happened: what cannot be done without it, in a sentence.
        package: its name.
        install: what `pip install` is given.
        otherwise: what else one may do, such as " or save as .csv".

    Example:
        >>> raise missing("No SQL can be run.", "duckdb", "stnb[sql]")
    """
    return SetupError(happened, *because(package, install, otherwise=otherwise))


def because(package: str, install: str, *, otherwise: str = "") -> tuple[str, str]:
    """The second and third sentence of that error, for one of another kind."""
    wanted = install
    if "[" in install:  # a shell would take it for a pattern
        wanted = f'"{install}"'
    then = f"Run `pip install {wanted}`, then try again"
    if otherwise:
        then += f", {otherwise}"
    return f"The package {package} is not installed.", f"{then}."


def imported(
    module: str, happened: str, install: str, *, kind: type[Kind] | None = None, otherwise: str = ""
) -> Any:
    """A module of a package that may be missing.

    Args:
        kind: of the error; `SetupError` if it is not given.

    Raises:
        SetupError: it is not installed; in three sentences, of which the last installs it.

    Example:
        >>> duckdb = imported("duckdb", "No SQL can be run.", "stnb[sql]")
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        pass
    # Out here, so that the import's own error is no context of ours.
    package = module.partition(".")[0]
    raise (kind or SetupError)(happened, *because(package, install, otherwise=otherwise))
