"""A Parquet file as a table of DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from stnb.errors import UsageError
from stnb.frame.notices import Notice
from stnb.frame.united import OTHERWISE, TENANT

from .sql_files import as_pattern
from .tenant_types import Differing, differing, told, too_wide


def view(duckdb: Any, connection: Any, name: str, path: Path) -> tuple[str, list[Notice]]:
    """The statement that makes a file a table. Times get the unit that DuckDB's functions take.

    Returns:
        The statement, and what the reader should know of the columns.

    Raises:
        UsageError: the file is no Parquet file, or not a whole one.
    """
    source, footer = _source(duckdb, connection, path)
    schema = footer.schema.to_arrow_schema()
    statement = f"CREATE VIEW {quoted_name(name)} AS SELECT *{_replaced(schema)} FROM {source}"
    return statement, too_wide(name, schema)


def view_of_tenants(
    duckdb: Any, connection: Any, name: str, files: Mapping[str, Path]
) -> tuple[str, list[Notice]]:
    """The statement that makes the files of several tenants one table, with the tenant's name in
    its first column; it answers and raises as `view` does.
    """
    sources, footers = {}, {}
    for tenant, path in files.items():
        sources[tenant], footers[tenant] = _source(duckdb, connection, path)
    columns = differing(footers)
    parts, notices = [], told(name, columns)
    for tenant, source in sources.items():
        schema = footers[tenant].schema.to_arrow_schema()
        notices += too_wide(name, schema)
        replaced = _replaced(schema, columns, tenant)
        chosen = f"*{replaced}"
        if TENANT in schema.names:  # the API's own column of that name
            own = (
                f"{_expression(schema.field(TENANT), columns, tenant)} AS {quoted_name(OTHERWISE)}"
            )
            chosen = f"* EXCLUDE ({TENANT}){replaced}, {own}"
        parts.append(f"SELECT {quoted_text(tenant)} AS {TENANT}, {chosen} FROM {source}")
    # A tenant's own custom fields are null for the others.
    statement = f"CREATE VIEW {quoted_name(name)} AS {' UNION ALL BY NAME '.join(parts)}"
    return statement, notices


def _source(duckdb: Any, connection: Any, path: Path) -> tuple[str, pq.FileMetaData]:
    """How DuckDB reads a file, and what the file says of its columns."""
    try:
        footer = pq.read_metadata(path)
        source = f"read_parquet({quoted_text(as_pattern(path))}, hive_partitioning=false)"
        connection.execute(f"SELECT * FROM {source} LIMIT 0")
    except (duckdb.Error, pa.ArrowException, OSError):
        pass
    else:
        return source, footer
    raise UsageError(
        f"{path} cannot be read.",
        "It is no Parquet file, or not a whole one.",
        "Move it out of the folder, or sync again.",
    )


def _replaced(
    schema: pa.Schema, columns: Mapping[str, Differing] | None = None, tenant: str = ""
) -> str:
    """The columns that DuckDB is not to read as they are.

    Args:
        columns: those whose types differ between tenants.
    """
    casts = []
    for field in schema:
        if columns and field.name == TENANT:
            continue  # it has a name of its own then
        expression = _expression(field, columns or {}, tenant)
        if expression != quoted_name(field.name):
            casts.append(f"{expression} AS {quoted_name(field.name)}")
    if not casts:
        return ""
    return f" REPLACE ({', '.join(casts)})"


def _expression(field: pa.Field, columns: Mapping[str, Differing], tenant: str) -> str:
    """A column as the table has it."""
    expression = _cast(field) or quoted_name(field.name)
    column = columns.get(field.name)
    if column is None:
        return expression
    if tenant in column.empty:
        return "NULL"
    if not column.is_text:
        return expression
    if pa.types.is_nested(field.type):
        expression = f"to_json({expression})"
    return f"CAST({expression} AS VARCHAR)"


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
