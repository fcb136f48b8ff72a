"""A frame -> a file: Parquet, CSV or JSON by its ending; whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pandas as pd
import pyarrow as pa

from .errors import BadFilter, CannotSave


def save(frame: pd.DataFrame, target: str | os.PathLike[str]) -> Path:
    """Write the frame to `target`; where that fails, to the temporary folder, so that the rows are not lost.

    Args:
        target: ends in .parquet (types and provenance kept), .csv or .json (an array of records); lists become JSON
            text in CSV.

    Returns:
        The path of the file.

    Raises:
        BadFilter: the ending is another one.
        CannotSave: it could not be written; the message says where the rows are instead.
    """
    path = Path(target)
    write = writer(path)
    try:
        _whole(frame, path, write)
        return path
    except OSError as err:
        reason = err.strerror or type(err).__name__
    spare = Path(tempfile.gettempdir()) / f"stnb-{os.getpid()}-{path.name}"
    try:
        _whole(frame, spare, write)
        kept = f"The {len(frame):,} rows are kept in {spare}: move that file, or free some room and save again."
    except OSError:
        kept = "Free some room and pull again; the temporary folder could not be written either."
    raise CannotSave(f"{path} could not be written.", f"The system says: {reason}.", kept)


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
        f"{path} was not written.", f"Its ending says no format: {path.suffix or 'none'}.", "Use .parquet, .csv or .json."
    )


def _whole(frame: pd.DataFrame, path: Path, write: Callable[[pd.DataFrame, IO[bytes]], None]) -> None:
    """Write beside the target and rename: a reader sees the old file or the whole new one."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            write(frame, file)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _parquet(frame: pd.DataFrame, file: IO[bytes]) -> None:
    frame.to_parquet(file, index=False)


def _csv(frame: pd.DataFrame, file: IO[bytes]) -> None:
    flat = frame.assign(**{name: frame[name].map(_json, na_action="ignore").astype("str") for name in _nested(frame)})
    flat.to_csv(file, index=False)


def _json_records(frame: pd.DataFrame, file: IO[bytes]) -> None:
    frame.to_json(file, orient="records", date_format="iso", date_unit="us", force_ascii=False, indent=1)


def _nested(frame: pd.DataFrame) -> list[str]:
    return [n for n, t in frame.dtypes.items() if isinstance(t, pd.ArrowDtype) and pa.types.is_nested(t.pyarrow_dtype)]  # type: ignore[misc]


def _json(value: Any) -> str:
    return json.dumps(value.tolist() if hasattr(value, "tolist") else value, ensure_ascii=False, default=str)


_WRITERS: dict[str, Callable[[pd.DataFrame, IO[bytes]], None]] = {".parquet": _parquet, ".csv": _csv, ".json": _json_records}
