"""Where stnb keeps files of its user outside of any project, as each system has places for them."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def state_folder() -> Path:
    """The folder for what a person chose, such as starred resources; STNB_STATE names another one.

    That is ~/.local/state/stnb, or stnb in XDG_STATE_HOME; on a Mac stnb in ~/Library/Application
    Support; on Windows stnb in LOCALAPPDATA. It need not be there yet.

    Raises:
        OSError: this user has no home folder, as in some containers.
    """
    named = os.environ.get("STNB_STATE")
    if named:
        return Path(named)
    if sys.platform == "win32":
        return _local() / "stnb"
    if sys.platform == "darwin":
        return _home() / "Library" / "Application Support" / "stnb"
    return _xdg("XDG_STATE_HOME", ".local/state") / "stnb"


def cache_folder() -> Path:
    """The folder for what a program can do without, such as the pace of a tenant; STNB_CACHE names
    another one.

    That is ~/.cache/stnb, or stnb in XDG_CACHE_HOME; on a Mac stnb in ~/Library/Caches; on Windows
    Cache in the stnb of LOCALAPPDATA. It need not be there yet.

    Raises:
        OSError: this user has no home folder, as in some containers.
    """
    named = os.environ.get("STNB_CACHE")
    if named:
        return Path(named)
    if sys.platform == "win32":
        return _local() / "stnb" / "Cache"
    if sys.platform == "darwin":
        return _home() / "Library" / "Caches" / "stnb"
    return _xdg("XDG_CACHE_HOME", ".cache") / "stnb"


def _local() -> Path:
    named = os.environ.get("LOCALAPPDATA")
    if named:
        return Path(named)
    return _home() / "AppData" / "Local"


def _xdg(variable: str, usual: str) -> Path:
    named = Path(os.environ.get(variable, ""))
    if named.is_absolute():  # the XDG Base Directory Specification: a relative one is ignored
        return named
    return _home() / usual


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # without HOME, for a number that the system has no user for
        raise OSError("this user has no home folder") from None
