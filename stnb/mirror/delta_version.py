"""A Delta table as it was: at a version, or at a moment."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow.dataset as pds

from stnb.errors import UsageError
from stnb.pull.dates import moment

from .delta_package import dataset_of, opened, package

AsOf = int | str | dt.date | dt.datetime


def rows_as_of(folder: str, as_of: AsOf | None) -> pds.Dataset:
    """The rows of a Delta table, now or as they were, with the tenant in the first column.

    Raises:
        UsageError: it cannot be read, or there was no such version.
        SetupError: deltalake is not installed.
    """
    table = _opened(folder)
    if as_of is not None:
        table = _at(folder, table, as_of)
    _check_inside(folder, table)
    return dataset_of(table)


def columns_of(folder: str) -> list[str]:
    """The columns of a Delta table; none if it cannot be read."""
    try:
        return list(dataset_of(_opened(folder)).schema.names)
    except UsageError:
        return []


def _opened(folder: str) -> Any:
    package()
    try:
        table = opened(folder)
    except Exception:  # noqa: BLE001 - deltalake raises many kinds for a log that is no such
        table = None
    if table is None:
        raise UsageError(
            f"{folder} cannot be read.",
            "Its log is not that of a Delta table, or not a whole one.",
            "Move it out of the folder, or sync again.",
        )
    return table


def _at(folder: str, table: Any, as_of: AsOf) -> Any:
    """The table at a version, or at the last one before a moment."""
    times = {each["version"]: _when(each["timestamp"]) for each in table.history()}
    version = as_of
    if not isinstance(as_of, int) or isinstance(as_of, bool):
        then = _moment(as_of)
        version = max((v for v, when in times.items() if when <= then), default=-1)
    if version not in times:
        first = min(times)
        raise UsageError(
            f"{name_of(folder)} has no version of {as_of}.",
            f"Its versions are {first} of {times[first]:%Y-%m-%d %H:%M} UTC to {max(times)} of"
            f" {times[max(times)]:%Y-%m-%d %H:%M} UTC.",
            "Name one of these, or a moment after the first.",
        )
    return package().DeltaTable(folder, version=version)


def _when(stamp: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(stamp / 1000, dt.UTC)


def _moment(as_of: Any) -> dt.datetime:
    try:
        return moment(as_of, dt.UTC)
    except (ValueError, TypeError, OverflowError):
        pass
    raise UsageError(
        f"as_of={as_of!r} does not fit.",
        "It is a version's number, a date or a time.",
        'Write as_of=3 or as_of="2026-10-01".',
    )


def _check_inside(folder: str, table: Any) -> None:
    """Refuse a log that names files outside of the table: only what is in the folder is read."""
    if "://" in folder:
        if all(uri.startswith(f"{folder}/") for uri in table.file_uris()):
            return
        raise _outside(folder)
    home = Path(folder).resolve()
    for uri in table.file_uris():
        path = Path(unquote(uri.removeprefix("file://")))
        if not all(each.resolve().is_relative_to(home) for each in (path, Path(uri))):
            raise _outside(folder)


def _outside(folder: str) -> UsageError:
    return UsageError(
        f"{name_of(folder)} is not read.",
        "Its log names a file outside of its folder.",
        "Move the table out of the folder.",
    )


def name_of(folder: str) -> str:
    """The name of a table, by its folder or its address."""
    return folder.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
