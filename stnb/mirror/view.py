"""A Parquet file as a table of DuckDB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from stnb.errors import UsageError


def view(duckdb: Any, connection: Any, name: str, path: Path) -> str:
    """The statement that makes a file a table. Times get the unit that DuckDB's functions take.

    Raises:
        UsageError: the file is no Parquet file, or not a whole one.
    """
    try:
        schema = pq.read_schema(path)
        source = f"read_parquet({quoted_text(str(path))})"
        connection.execute(f"SELECT * FROM {source} LIMIT 0")
    except (duckdb.Error, pa.ArrowException, OSError):
        raise UsageError(
            f"{path} cannot be read.",
            "It is no Parquet file, or not a whole one.",
            "Move it out of the folder, or sync again.",
        ) from None
    casts = []
    for field in schema:
        cast = _cast(field)
        if cast is not None:
            casts.append(f"{cast} AS {quoted_name(field.name)}")
    replaced = ""
    if casts:
        replaced = f" REPLACE ({', '.join(casts)})"
    return f"CREATE VIEW {quoted_name(name)} AS SELECT *{replaced} FROM {source}"


def _cast(field: pa.Field) -> str | None:
    """The column as DuckDB's own type; None if it is that already."""
    column, kind = quoted_name(field.name), field.type
    if pa.types.is_timestamp(kind):
        own_type = "TIMESTAMPTZ" if kind.tz else "TIMESTAMP"
        return f"CAST({column} AS {own_type})"
    if pa.types.is_duration(kind):  # Parquet has no durations: DuckDB sees the number
        return MICROSECONDS[kind.unit].format(column)
    return None


# By the unit of a duration.
MICROSECONDS = {
    "s": "to_microseconds({} * 1000000)",
    "ms": "to_microseconds({} * 1000)",
    "us": "to_microseconds({})",
    "ns": "to_microseconds({} // 1000)",
}


def quoted_name(text: str) -> str:
    """A name as SQL writes it."""
    return '"' + text.replace('"', '""') + '"'


def quoted_text(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
