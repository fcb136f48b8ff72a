"""A frame -> a file: Parquet, Excel, CSV or JSON by its ending; whole or not at all. And back from
Parquet.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pandas as pd

from stnb.atomic import replacing
from stnb.errors import BadFilter, CannotSave, reason

from . import excel


def save(frame: pd.DataFrame, target: str | os.PathLike[str]) -> Path:
    """Write the frame to `target`; if that fails, to the temporary folder, so that the rows are not
    lost.

    Args:
        target: ends in .parquet (types and provenance kept), .xlsx (times in the tenant's zone, and
            a sheet that says so), .csv or .json (an array of records); lists become JSON text in
            Excel and CSV. A text that a spreadsheet would take for a formula gets an apostrophe
            before it in CSV, and is marked as text in Excel; numbers stay.

    Returns:
        The path of the file.

    Raises:
        BadFilter: the ending is another one, or a sheet of Excel's cannot hold the rows.
        SetupError: Excel needs xlsxwriter, which is not installed.
        CannotSave: it could not be written; the message says where the rows are instead.
    """
    path = Path(target)
    write = writer(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _whole(frame, path, write)
        return path
    except OSError as err:
        why = reason(err)
    spare = Path(tempfile.gettempdir()) / f"stnb-{os.getpid()}-{path.name}"
    try:
        _whole(frame, spare, write)
        kept = (
            f"The {len(frame):,} rows are kept in {spare}:"
            " move that file, or mend what it says and save again."
        )
    except OSError:
        kept = "Free some room and pull again; the temporary folder could not be written either."
    raise CannotSave(f"{path} could not be written.", f"The system says: {why}.", kept)


def load(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a Parquet file as the frame that was written: as `pd.read_parquet` does, which makes
    objects of decimals.

    Example:
        >>> path = save(st.accounting.payments.pull(dtypes="decimal"), "payments.parquet")
        >>> load(path)["total"].dtype
        decimal128(18, 6)[pyarrow]
    """
    from .parquet import read_frame  # Parquet's code is loaded for those who use it

    return read_frame(path)


def writer(path: Path) -> Callable[[pd.DataFrame, IO[bytes]], None]:
    """What writes files of this ending.

    Raises:
        BadFilter: nothing does.
    """
    try:
        return _WRITERS[path.suffix.lower()]
    except KeyError:
        pass
    raise BadFilter(
        f"{path} was not written.",
        f"Its ending says no format: {path.suffix or 'none'}.",
        "Use .parquet, .xlsx, .csv or .json.",
    )


def _whole(
    frame: pd.DataFrame, path: Path, write: Callable[[pd.DataFrame, IO[bytes]], None]
) -> None:
    with replacing(path) as file:
        write(frame, file)


def _parquet(frame: pd.DataFrame, file: IO[bytes]) -> None:
    from .parquet import write_frame

    write_frame(frame, file)


def _csv(frame: pd.DataFrame, file: IO[bytes]) -> None:
    columns = [_csv_column(frame.iloc[:, at]) for at in range(frame.shape[1])]
    flat = frame
    if columns:
        flat = pd.concat(columns, axis=1)
    flat.columns = pd.Index([_harmless(str(name)) for name in frame.columns])
    end = "\n"
    if any(map(_has_return, columns)):
        # A return within a text is quoted only if lines end in one, too; unquoted it would end the
        # row.
        end = "\r\n"
    flat.to_csv(file, index=False, lineterminator=end)


def _has_return(column: pd.Series[Any]) -> bool:
    if column.dtype != object and not pd.api.types.is_string_dtype(column.dtype):
        return False
    return any(isinstance(value, str) and "\r" in value for value in column.unique())


def _csv_column(column: pd.Series[Any]) -> pd.Series[Any]:
    kind = column.dtype
    if excel.is_nested(column):
        return pd.Series(pd.array(excel.json_texts(column), dtype="str"), index=column.index)
    if pd.api.types.is_string_dtype(kind) or kind in (object, "category"):
        return column.astype(object).map(_harmless_value)
    return column


def _harmless_value(value: Any) -> Any:
    if isinstance(value, str):
        return _harmless(value)
    return value


def _harmless(text: str) -> str:
    """The text as a spreadsheet shows it and never runs it."""
    if excel.is_risky(text):
        return f"'{text}"
    return text


def _json_records(frame: pd.DataFrame, file: IO[bytes]) -> None:
    frame.to_json(
        file, orient="records", date_format="iso", date_unit="us", force_ascii=False, indent=1
    )


_WRITERS: dict[str, Callable[[pd.DataFrame, IO[bytes]], None]] = {
    ".parquet": _parquet,
    ".xlsx": excel.write,
    ".csv": _csv,
    ".json": _json_records,
}
