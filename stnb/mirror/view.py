"""A Parquet file as a table of DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from stnb.errors import UsageError
from stnb.frame.united import OTHERWISE, TENANT


def view(duckdb: Any, connection: Any, name: str, path: Path) -> str:
    """The statement that makes a file a table. Times get the unit that DuckDB's functions take.

    Raises:
        UsageError: the file is no Parquet file, or not a whole one.
    """
    source, schema = _source(duckdb, connection, path)
    return f"CREATE VIEW {quoted_name(name)} AS SELECT *{_replaced(schema)} FROM {source}"


def view_of_tenants(duckdb: Any, connection: Any, name: str, files: Mapping[str, Path]) -> str:
    """The statement that makes the files of several tenants one table, with the tenant's name in
    its first column; it raises what `view` does.
    """
    parts = []
    for tenant, path in files.items():
        source, schema = _source(duckdb, connection, path)
        chosen = f"*{_replaced(schema)}"
        if TENANT in schema.names:  # the API's own column of that name
            own = f"{TENANT} AS {quoted_name(OTHERWISE)}"
            chosen = f"* EXCLUDE ({TENANT}){_replaced(schema)}, {own}"
        parts.append(f"SELECT {quoted_text(tenant)} AS {TENANT}, {chosen} FROM {source}")
    # A tenant's own custom fields are null for the others.
    return f"CREATE VIEW {quoted_name(name)} AS {' UNION ALL BY NAME '.join(parts)}"


def _source(duckdb: Any, connection: Any, path: Path) -> tuple[str, pa.Schema]:
    """How DuckDB reads a file, and its columns."""
    try:
        schema = pq.read_schema(path)
        source = f"read_parquet({quoted_text(str(path))}, hive_partitioning=false)"
        connection.execute(f"SELECT * FROM {source} LIMIT 0")
    except (duckdb.Error, pa.ArrowException, OSError):
        pass
    else:
        return source, schema
    raise UsageError(
        f"{path} cannot be read.",
        "It is no Parquet file, or not a whole one.",
        "Move it out of the folder, or sync again.",
    )


def _replaced(schema: pa.Schema) -> str:
    casts = []
    for field in schema:
        cast = _cast(field)
        if cast is not None:
            casts.append(f"{cast} AS {quoted_name(field.name)}")
    if not casts:
        return ""
    return f" REPLACE ({', '.join(casts)})"


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
