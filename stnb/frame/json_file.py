"""A frame -> JSON: an array of records, one a line, in which no digit is lost."""

from __future__ import annotations

from typing import IO

import pandas as pd

from stnb.errors import BadFilter

from . import cells


def write(frame: pd.DataFrame, file: IO[bytes]) -> None:
    """Write the frame as UTF-8.

    Numbers have all their digits; infinity, which JSON lacks, is a text. Times are as
    `cells.slices` has them. Missing values are null. Half of a surrogate pair is an escape of
    JSON's own.

    Raises:
        BadFilter: two columns have one name.
        OSError: the system refuses.
    """
    names = [cells.name_of(name) for name in frame.columns]
    check_names(names, "JSON")
    keys = [f"{cells.json_text(name)}: " for name in names]
    between = "[\n"
    for columns in cells.slices(frame):
        written = [_fields(key, column) for key, column in zip(keys, columns, strict=True)]
        for fields in zip(*written, strict=True):
            record = f"{between}{{{', '.join(fields)}}}"
            file.write(record.encode("utf-8", "backslashreplace"))
            between = ",\n"
    if between == "[\n":  # no row was written
        file.write(b"[")
    file.write(b"\n]\n")


def _fields(key: str, values: list[object]) -> list[str]:
    return [key + cells.json_text(value) for value in values]


def check_names(names: list[str], kind: str) -> None:
    """Refuse names of which two are the same: a record has each key once.

    Raises:
        BadFilter: there are two.
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise BadFilter(
                f"The {kind} file was not written.",
                f"Two columns are named {name!r}.",
                "Give each column a name of its own, then save again.",
            )
        seen.add(name)
