"""A frame -> a file: Parquet, Excel, CSV or JSON by its ending; whole or not at all. And back from
Parquet.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, overload

import pandas as pd

from stnb.errors import BadFilter, CannotSave, reason
from stnb.errors.misused import explains_misuse
from stnb.filesystem.atomic import PRIVATE, make_folder, replacing

from . import csv_file, excel, json_file
from .notices import Notice, warn
from .stores import check_store, staged, store_address
from .strange import check_values
from .target import local_path

# What writes a frame to a file; it may return what a reader should know of the file.
Writer = Callable[[pd.DataFrame, IO[bytes]], list[Notice] | None]


@overload
def save(frame: pd.DataFrame | pd.Series[Any], target: os.PathLike[str]) -> Path: ...
@overload
def save(frame: pd.DataFrame | pd.Series[Any], target: str | os.PathLike[str]) -> Path | str: ...
@explains_misuse("stnb")
def save(frame: pd.DataFrame | pd.Series[Any], target: str | os.PathLike[str]) -> Path | str:
    """Write rows to the file `target`, whole or not at all. If that fails, they go to the temporary
    folder, so that they are not lost.

    Args:
        frame: the rows. A named index becomes their first columns; an index without a name is
            left out.
        target: the file; its ending says how it is written, and its folder is made if needed. A
            new file is readable by you alone; one that is there keeps its mode. May be an address
            in an object store, such as "s3://bucket/jobs.parquet" (also gs:// and az://, by fsspec
            and the package of the store).

            .parquet: types and provenance are kept; plain pandas reads it too.
            .xlsx: times are in the tenant's zone, named in the header, and a second sheet says
            what the rows are. A column that Excel cannot hold, as of ids of over 15 digits, is
            text, and a warning names it. Needs xlsxwriter.
            .csv: lists are JSON, times are ISO 8601. A text that a spreadsheet would take for a
            formula gets an apostrophe before it; numbers stay.
            .json: an array of records; every digit is kept.

    Returns:
        The path of the file; for a store, its address.

    Raises:
        BadFilter: the target is no path of this machine and no address in a store, its ending is
            another one, or the format cannot hold the rows.
        SetupError: Excel needs xlsxwriter, or the store its package, which is not installed.
        CannotSave: it could not be written; the message says where the rows are instead.

    Example:
        >>> stnb.save(st.jpm.jobs.pull(jobStatus="Completed"), "jobs.xlsx")
        PosixPath('jobs.xlsx')
    """
    address = store_address(target)
    if address is not None:
        check_store(address)
        with staged(address) as waiting:
            save(frame, waiting)
        return address
    path, told = save_file(frame, target)
    for notice in told:
        warn(notice)
    return path


def save_file(
    frame: pd.DataFrame | pd.Series[Any], target: str | os.PathLike[str]
) -> tuple[Path, list[Notice]]:
    """`save` to a path of this machine without its warnings, for a thread that is not the reader's.

    Returns:
        The path, and what the reader should know of the file.
    """
    path = local_path(target)
    write = writer(path)
    check_values(frame)
    rows = _rows(frame)
    try:
        make_folder(path.parent)
        return path, _whole(rows, path, write, None)
    except OSError as err:
        why = reason(err)
    spare = Path(tempfile.gettempdir()) / f"stnb-{os.getpid()}-{path.name}"
    try:
        _whole(rows, spare, write, PRIVATE)  # other users read that folder too
        kept = (
            f"The {len(rows):,} rows are kept in {spare}:"
            " move that file, or mend what it says and save again."
        )
    except OSError:
        kept = "Free some room and pull again; the temporary folder could not be written either."
    raise CannotSave(f"{path} could not be written.", f"The system says: {why}.", kept)


def _rows(frame: object) -> pd.DataFrame:
    """The rows with a named index as columns, so that no group's name is lost."""
    if isinstance(frame, pd.Series):
        frame = frame.to_frame(name=frame.name or "value")
    if not isinstance(frame, pd.DataFrame):
        raise BadFilter(
            "Nothing was written.",
            f"A frame was expected, and a {type(frame).__name__} was given.",
            "Give a DataFrame, such as the answer of pull().",
        )
    levels = [at for at, name in enumerate(frame.index.names) if name is not None]
    lacking = [at for at in levels if frame.index.names[at] not in frame.columns]
    if not lacking:
        return frame
    attrs = frame.attrs
    frame = frame.reset_index(level=lacking, allow_duplicates=True)
    frame.attrs = attrs
    return frame


def load(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a Parquet file as the frame that was written: as `pd.read_parquet` does, which makes
    objects of the decimals in a file that `df.to_parquet` wrote.

    Example:
        >>> path = save(st.accounting.payments.pull(dtypes="decimal"), "payments.parquet")
        >>> load(path)["total"].dtype
        decimal128(18, 6)[pyarrow]
    """
    from .parquet import read_frame  # Parquet's code is loaded for those who use it

    return read_frame(path)


def writer(path: Path) -> Writer:
    """What writes files of this ending.

    Raises:
        BadFilter: nothing does.
        SetupError: it needs xlsxwriter, which is not installed.
    """
    found = _WRITERS.get(path.suffix.lower())
    if found is excel.write:
        excel.check_installed()
    if found is not None:
        return found
    raise BadFilter(
        f"{path} was not written.",
        f"Its ending says no format: {path.suffix or 'none'}.",
        "Use .parquet, .xlsx, .csv or .json.",
    )


def _whole(
    frame: pd.DataFrame,
    path: Path,
    write: Writer,
    mode: int | None,
) -> list[Notice]:
    with replacing(path, mode=mode) as file:
        return write(frame, file) or []


def _parquet(frame: pd.DataFrame, file: IO[bytes]) -> None:
    from .parquet import write_frame

    write_frame(frame, file)


_WRITERS: dict[str, Writer] = {
    ".parquet": _parquet,
    ".xlsx": excel.write,
    ".csv": csv_file.write,
    ".json": json_file.write,
}
